#include "mapping_answers.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/mapping/mapping_store.h"
#include "parfocal/record_name.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/schema/schema.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

constexpr int kStandardPage = 100;
constexpr int kMaxPage = 1000;
constexpr size_t kListedErrors = 100;
constexpr size_t kNearest = 3;

absl::Status NoStore() { return absl::UnimplementedError("this node keeps no mappings"); }

std::string Canonical(const std::string& id) {
  std::string curie = CanonicalCurie(id);
  return curie.empty() ? id : curie;
}

void ToProto(const CuratorDecision& decision, bool holds, v1::Mapping* out) {
  out->set_subject_label(ValidUtf8(decision.words));
  out->set_field(ValidUtf8(decision.field));
  out->set_predicate("skos:exactMatch");
  out->set_negated(decision.verdict == Verdict::kRejected);
  out->set_object(ValidUtf8(decision.term));
  out->set_object_label(ValidUtf8(decision.label));
  out->set_justification("semapv:ManualMappingCuration");
  out->set_confidence(1);
  out->set_mapping_set(std::string(kCuratorSet));
  out->set_author(ValidUtf8(decision.author));
  out->set_date(absl::FormatTime(absl::RFC3339_full, decision.when, absl::UTCTimeZone()));
  out->set_comment(ValidUtf8(decision.comment));
  out->set_superseded(!holds);
}

void ToProto(const MappingEntry& entry, v1::Mapping* out) {
  if (entry.decision != nullptr) return ToProto(*entry.decision, entry.holds, out);
  const MappingSet& set = *entry.set->set;
  const size_t row = entry.row;
  const auto value = [&](absl::string_view slot) { return ValidUtf8(set.Value(row, slot)); };
  out->set_subject(ValidUtf8(set.subject(row)));
  out->set_subject_label(
      ValidUtf8(set.literal(row) ? set.words(row) : set.Value(row, "subject_label")));
  if (set.literal(row)) out->set_field(value("subject_category"));
  out->set_predicate(value("predicate_id"));
  out->set_negated(set.negated(row));
  out->set_object(ValidUtf8(set.object(row)));
  out->set_object_label(value("object_label"));
  out->set_justification(ValidUtf8(set.justification(row)));
  out->set_confidence(set.confidence(row));
  out->set_mapping_set(ValidUtf8(entry.set->name));
  out->set_comment(value("comment"));
}

absl::Status UnknownTerm(const TermLookup& terms, const std::string& term,
                         const std::string& words) {
  std::vector<std::string> near;
  for (const std::string& text : {term, words}) {
    for (const TermMatch& match : terms.Suggest(text, {}, kNearest - near.size()))
      near.push_back(absl::StrCat(match.id, " ", match.label));
    if (near.size() >= kNearest) break;
  }
  return WithReason(absl::InvalidArgumentError(absl::StrCat(
                        "term: '", term.substr(0, 200), "' is in no loaded ontology",
                        near.empty() ? "; `terms search` finds terms" : "; near it are: ",
                        absl::StrJoin(near, ", "))),
                    "TERM_UNKNOWN", "term");
}

// Fills in the canonical id and the label.
absl::Status FindTerm(const OntologyServiceOptions& options, CuratorDecision* decision) {
  const std::shared_ptr<const TermLookup> terms = options.terms();
  const std::string stated = decision->term;
  decision->term = Canonical(stated);
  const std::optional<Term> term = terms->Find(decision->term);
  if (!term) return UnknownTerm(*terms, stated, decision->words);
  if (term->obsolete && decision->verdict == Verdict::kAccepted) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat(
            "term: ", term->id, " is obsolete",
            term->replaced_by.empty() ? "" : absl::StrCat("; use ", term->replaced_by))),
        "TERM_UNKNOWN", "term");
  }
  decision->label = term->label;
  return absl::OkStatus();
}

// The same for a gene, whose species completes the field.
absl::Status FindGene(const OntologyServiceOptions& options, CuratorDecision* decision) {
  const std::shared_ptr<const GeneLookup> genes = options.genes ? options.genes() : nullptr;
  std::optional<Gene> gene;
  if (genes != nullptr) gene = genes->Find(decision->term);
  if (genes != nullptr && !gene.has_value()) {
    const GeneResolution found = genes->Resolve(decision->term, "");
    if (found.outcome == GeneOutcome::kOne) gene = genes->Find(found.candidates[0].id);
  }
  if (!gene.has_value()) {
    return WithReason(
        absl::InvalidArgumentError(
            absl::StrCat("term: '", decision->term.substr(0, 200),
                         "' is the id of no gene in the loaded tables; `genes resolve` finds ids")),
        "TERM_UNKNOWN", "term");
  }
  const std::string field = GeneDecisionField(gene->taxon);
  if (decision->field != SchemaFieldOf(field) && decision->field != field) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat("field: ", gene->id, " is a gene of ", gene->taxon)),
                      "VALUE_OUT_OF_RANGE", "field");
  }
  decision->field = field;
  decision->term = gene->id;
  decision->label = gene->symbol;
  return absl::OkStatus();
}

// About what texts name is decided for one study; its name takes the place of the words.
absl::Status CheckStudy(const CuratorDecision& decision) {
  const Field* field = FindField(decision.field);
  if (field == nullptr || !field->mined) return absl::OkStatus();
  const absl::StatusOr<RecordName> name = ParseRecordName(decision.words);
  if (name.ok() && !name->accession.empty() && name->image_set.empty() &&
      FormatRecordName(*name) == decision.words) {
    return absl::OkStatus();
  }
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat(
          "words: '", decision.words.substr(0, 200), "' is no study; of ", decision.field,
          " a curator decides for one study, named as sources/", "{source}/studies/{study}")),
      "VALUE_OUT_OF_RANGE", "words");
}

absl::Status Decide(const OntologyServiceOptions& options, CuratorDecision decision,
                    v1::MappingDecision* response) {
  if (options.mappings == nullptr) return NoStore();
  const bool term = decision.verdict != Verdict::kNoTerm;
  const std::string field(SchemaFieldOf(decision.field));
  const bool gene = field == SchemaFieldOf(kGeneDecisions);
  if (term && gene) PARFOCAL_RETURN_IF_ERROR(FindGene(options, &decision));
  if (options.check_field) PARFOCAL_RETURN_IF_ERROR(options.check_field(decision.field));
  if (term && !gene) PARFOCAL_RETURN_IF_ERROR(FindTerm(options, &decision));
  PARFOCAL_RETURN_IF_ERROR(CheckDecision(decision));
  PARFOCAL_RETURN_IF_ERROR(CheckStudy(decision));
  CuratorDecision recorded;
  const auto decide = [&]() -> absl::Status {
    PARFOCAL_ASSIGN_OR_RETURN(recorded, options.mappings->Decide(decision));
    if (options.mappings_changed) options.mappings_changed();
    return absl::OkStatus();
  };
  Renormalised outcome;
  if (options.renormalise) {
    PARFOCAL_ASSIGN_OR_RETURN(outcome, options.renormalise(field, decision.words, decide));
  } else {
    PARFOCAL_RETURN_IF_ERROR(decide());
  }
  ToProto(recorded, /*holds=*/true, response->mutable_mapping());
  response->set_records_changed(outcome.changed);
  response->set_sequence(outcome.sequence);
  return absl::OkStatus();
}

// Requests carry these texts under the same names.
template <typename Request>
CuratorDecision DecisionOf(const Request& request, Verdict verdict) {
  CuratorDecision decision;
  decision.verdict = verdict;
  decision.field = request.field();
  decision.words = request.words();
  decision.term = request.term();
  decision.author = request.author();
  decision.comment = request.comment();
  return decision;
}

absl::StatusOr<MappingImportReport> Import(const OntologyServiceOptions& options,
                                           const v1::ImportMappingsRequest& request) {
  if (request.content().empty() == request.path().empty()) {
    return WithReason(absl::InvalidArgumentError("content, path: give one of the two"),
                      "MAPPING_SET", "content");
  }
  MappingImport import;
  import.id = request.mapping_set();
  import.metadata = request.metadata();
  import.check = [&](const CuratorDecision& decision)
                     ->absl::Status {
                       if (options.check_field)
                           PARFOCAL_RETURN_IF_ERROR(options.check_field(decision.field));
  return CheckStudy(decision);
};
return request.path().empty() ? options.mappings->Import(request.content(), import)
                              : options.mappings->ImportFile(request.path(), import);
}  // namespace

}  // namespace parfocal

absl::Status AnswerListMappings(const OntologyServiceOptions& options,
                                const v1::ListMappingsRequest& request,
                                v1::ListMappingsResponse* response) {
  if (options.mappings == nullptr) return NoStore();
  PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                            PageSize(request.page_size(), kStandardPage, kMaxPage));
  const std::shared_ptr<const MappingSnapshot> mappings = options.mappings->Current();
  const std::string hash = RequestHash(request);
  int64_t begin = 0;
  if (!request.page_token().empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                              options.tokens->Read(hash, request.page_token()));
    if (position.release != mappings->release()) {
      return WithReason(absl::FailedPreconditionError(
                            "page_token: the mappings have changed; begin the listing again"),
                        "CURSOR_EXPIRED", "page_token");
    }
    begin = position.sequence;
  }
  const std::string& set = request.mapping_set();
  if (!set.empty() && set != kCuratorSet && mappings->FindSet(set) == nullptr)
    return absl::NotFoundError(
        absl::StrCat("mapping set '", set.substr(0, 300), "' is not loaded"));
  int64_t at = 0;
  bool more = false;
  const std::string term = request.term().empty() ? "" : Canonical(request.term());
  mappings->List({term, request.words(), set, request.history()}, [&](const MappingEntry& entry) {
    if (at++ < begin) return true;
    more = response->mappings_size() == page_size;
    if (!more) ToProto(entry, response->add_mappings());
    return !more;
  });
  if (more) {
    response->set_next_page_token(
        options.tokens->Make(hash, {begin + page_size, mappings->release(), ""}));
  }
  return absl::OkStatus();
}

absl::Status AnswerListMappingSets(const OntologyServiceOptions& options,
                                   v1::ListMappingSetsResponse* response) {
  if (options.mappings == nullptr) return NoStore();
  const std::shared_ptr<const MappingSnapshot> mappings = options.mappings->Current();
  const MappingUse& use = options.mappings->use();
  for (const NamedSet& named : mappings->sets()) {
    v1::MappingSet* out = response->add_sets();
    out->set_id(ValidUtf8(named.name));
    out->set_title(ValidUtf8(named.set->info().title));
    out->set_licence(ValidUtf8(named.set->info().licence));
    out->set_rows(static_cast<int64_t>(named.set->size()));
    if (use.words.count(named.set->id()) > 0) out->add_uses(v1::MappingSet::WORDS);
    if (use.terms.count(named.set->id()) > 0) out->add_uses(v1::MappingSet::TERMS);
  }
  response->set_decisions(static_cast<int64_t>(mappings->decisions()));
  response->set_release(mappings->release());
  return absl::OkStatus();
}

absl::Status AnswerAcceptMapping(const OntologyServiceOptions& options,
                                 const v1::AcceptMappingRequest& request,
                                 v1::MappingDecision* response) {
  return Decide(options,
                DecisionOf(request, request.no_term() ? Verdict::kNoTerm : Verdict::kAccepted),
                response);
}

absl::Status AnswerRejectMapping(const OntologyServiceOptions& options,
                                 const v1::RejectMappingRequest& request,
                                 v1::MappingDecision* response) {
  return Decide(options, DecisionOf(request, Verdict::kRejected), response);
}

absl::Status AnswerImportMappings(const OntologyServiceOptions& options,
                                  const v1::ImportMappingsRequest& request,
                                  v1::ImportMappingsResponse* response) {
  if (options.mappings == nullptr) return NoStore();
  PARFOCAL_ASSIGN_OR_RETURN(const MappingImportReport report, Import(options, request));
  response->set_mapping_set(ValidUtf8(report.set));
  response->set_rows(report.rows.rows);
  response->set_accepted(report.rows.accepted);
  for (size_t i = 0; i < report.rows.errors.size() && i < kListedErrors; ++i) {
    auto* error = response->add_errors();
    error->set_line(report.rows.errors[i].line);
    error->set_reason(ValidUtf8(report.rows.errors[i].reason));
  }
  if (report.changed && options.mappings_changed) options.mappings_changed();
  // A set that gives bridges alone changes no record.
  if (!report.used || !report.changed || !options.renormalise) return absl::OkStatus();
  PARFOCAL_ASSIGN_OR_RETURN(const Renormalised outcome,
                            options.renormalise("", "", [] { return absl::OkStatus(); }));
  response->set_records_changed(outcome.changed);
  return absl::OkStatus();
}

absl::Status AnswerExportMappings(const OntologyServiceOptions& options,
                                  const v1::ExportMappingsRequest& request,
                                  const std::function<void(v1::ExportMappingsResponse)>& send) {
  if (options.mappings == nullptr) return NoStore();
  const std::shared_ptr<const MappingSnapshot> mappings = options.mappings->Current();
  const auto write = [&](absl::string_view piece) {
    v1::ExportMappingsResponse response;
    response.set_content(std::string(piece));
    send(std::move(response));
  };
  const std::string& name = request.mapping_set();
  if (name.empty() || name == kCuratorSet) {
    WriteSssom(mappings->DecisionSet(request.term_requests()), write);
    return absl::OkStatus();
  }
  const std::shared_ptr<const MappingSet> set = mappings->FindSet(name);
  if (set == nullptr)
    return absl::NotFoundError(
        absl::StrCat("mapping set '", name.substr(0, 300), "' is not loaded"));
  WriteSssom(*set, write);
  return absl::OkStatus();
}

}  // namespace parfocal
