#include "load_report.h"

#include <algorithm>

#include "parfocal/rpc/utf8.h"

namespace parfocal {

void ToProto(const OntologyFileReport& from, v1::LoadOntologyProgress::FileReport* to) {
  to->set_path(ValidUtf8(from.path));
  to->set_error(ValidUtf8(from.error));
  if (!from.error.empty()) return;
  const ReadReport& report = from.file.report;
  to->set_reused(from.file.reused);
  to->set_format(std::string(FormatName(report.format)));
  to->set_version(ValidUtf8(report.version));
  to->set_classes(report.classes);
  to->set_labels(report.labelled);
  to->set_synonyms(report.AllSynonyms());
  const auto scope = [&](SynonymScope s) { return report.synonyms[static_cast<int>(s)]; };
  to->set_exact_synonyms(scope(SynonymScope::kExact));
  to->set_narrow_synonyms(scope(SynonymScope::kNarrow));
  to->set_broad_synonyms(scope(SynonymScope::kBroad));
  to->set_related_synonyms(scope(SynonymScope::kRelated));
  to->set_obsolete(report.obsolete);
  to->set_replacements(report.replaced);
  to->set_definitions(report.definitions);
  to->set_xrefs(report.xrefs);
  to->set_is_a(report.is_a);
  to->set_part_of(report.part_of);
  to->set_relations(report.relations);
  to->set_unclassified(report.unclassified);
  for (const auto& [tag, count] : report.languages) {
    auto* language = to->add_languages();
    language->set_tag(ValidUtf8(tag));
    language->set_count(count);
  }
  for (const std::string& warning : report.warnings) to->add_warnings(ValidUtf8(warning));
}

void ToProto(const LoadReport& from, v1::LoadOntologyProgress::ReleaseReport* to) {
  to->set_terms(from.terms);
  to->set_labelled(from.labelled);
  to->set_obsolete(from.obsolete);
  to->set_replaced(from.replaced);
  to->set_broken_chains(from.broken_chains);
  to->set_edges(from.edges);
  to->set_bad_edges(from.bad_edges);
  to->set_mentioned(from.mentioned);
  to->set_orphans(from.orphans);
  to->set_cycles(from.cycles);
  to->set_cycle_terms(from.cycle_terms);
  to->set_memory_bytes(from.memory_bytes);
  for (const std::string& warning : from.warnings) to->add_warnings(ValidUtf8(warning));
}

void ToProto(const LoadReport& from, v1::ListOntologiesResponse* to) {
  to->set_release(ValidUtf8(from.release));
  for (const OntologyCounts& counts : from.ontologies) {
    auto* ontology = to->add_ontologies();
    ontology->set_prefix(ValidUtf8(counts.prefix));
    ontology->set_terms(counts.terms);
    ontology->set_labelled(counts.labelled);
    ontology->set_obsolete(counts.obsolete);
    ontology->set_orphans(counts.orphans);
  }
  for (const ReleaseFile& file : from.release_files) {
    auto* out = to->add_files();
    out->set_name(ValidUtf8(file.name));
    out->set_version(ValidUtf8(file.version));
    out->set_format(std::string(FormatName(file.format)));
    out->set_terms(file.terms);
    out->set_prefix(ValidUtf8(file.prefix));
  }
}

}  // namespace parfocal
