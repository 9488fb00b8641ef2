#include "codec.h"

#include <algorithm>

namespace parfocal::internal {
namespace {
constexpr uint64_t kManifestVersion = 2;
// The first version knew five fields of a report and no reader; its files are read anew.
constexpr uint64_t kFirstManifestVersion = 1;

// The counts that the first version lacked, in the order in which they lie.
template <typename Report, typename Each>
void ForEachCount(Report& report, Each each) {
  for (auto* count :
       {&report.bytes, &report.triples, &report.nodes, &report.edges, &report.rows,
        &report.typedefs, &report.synonyms[0], &report.synonyms[1], &report.synonyms[2],
        &report.synonyms[3], &report.replaced, &report.definitions, &report.xrefs, &report.is_a,
        &report.part_of, &report.relations, &report.unclassified}) {
    each(count);
  }
}

void EncodeReport(const ReadReport& report, Writer* out) {
  out->Number(static_cast<uint64_t>(report.format));
  out->Text(report.version);
  out->Text(report.ontology);
  out->Number(static_cast<uint64_t>(report.classes));
  out->Number(static_cast<uint64_t>(report.labelled));
  out->Number(static_cast<uint64_t>(report.obsolete));
  ForEachCount(report, [&](const int64_t* count) { out->Number(static_cast<uint64_t>(*count)); });
  out->Number(report.languages.size());
  for (const auto& [language, count] : report.languages) {
    out->Text(language);
    out->Number(static_cast<uint64_t>(count));
  }
  out->Number(report.warnings.size());
  for (const std::string& warning : report.warnings) out->Text(warning);
}

void DecodeReport(uint64_t version, Reader* in, ReadReport* report) {
  report->format = static_cast<OntologyFormat>(in->Number());
  report->version = std::string(in->Text());
  report->ontology = std::string(in->Text());
  report->classes = static_cast<int64_t>(in->Number());
  report->labelled = static_cast<int64_t>(in->Number());
  report->obsolete = static_cast<int64_t>(in->Number());
  if (version == kFirstManifestVersion) return;
  ForEachCount(*report, [&](int64_t* count) { *count = static_cast<int64_t>(in->Number()); });
  for (size_t i = in->Count(); i > 0; --i) {
    const std::string language(in->Text());
    report->languages[language] = static_cast<int64_t>(in->Number());
  }
  report->warnings.resize(in->Count());
  for (std::string& warning : report->warnings) warning = std::string(in->Text());
}

}  // namespace

void Writer::Number(uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
}

void Writer::Text(absl::string_view text) {
  Number(text.size());
  bytes_.append(text.data(), text.size());
}

uint64_t Reader::Number() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) break;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  rest_ = {};
  return 0;
}

absl::string_view Reader::Text() {
  const uint64_t size = Number();
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const absl::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return text;
}

size_t Reader::Count() {
  const uint64_t count = Number();
  if (count > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  return count;
}

std::string EncodeTerm(const ParsedTerm& term) {
  Writer out;
  out.Number(term.obsolete ? 1 : 0);
  out.Text(term.label);
  out.Text(term.label_language);
  out.Text(term.replaced_by);
  out.Number(term.parents.size());
  for (const ParsedEdge& edge : term.parents) {
    out.Number(static_cast<uint64_t>(edge.kind));
    out.Text(edge.parent);
  }
  out.Number(term.synonyms.size());
  for (const Synonym& synonym : term.synonyms) {
    out.Number(static_cast<uint64_t>(synonym.scope));
    out.Text(synonym.text);
    out.Text(synonym.type);
    out.Text(synonym.language);
  }
  out.Text(term.definition);
  out.Number(term.xrefs.size());
  for (const std::string& xref : term.xrefs) out.Text(xref);
  if (term.relations.empty()) return std::move(out.bytes());
  out.Number(term.relations.size());
  for (const ParsedRelation& relation : term.relations) {
    out.Text(relation.predicate);
    out.Text(relation.target);
    out.Text(relation.label);
    out.Number(relation.among.size());
    for (const std::string& prefix : relation.among) out.Text(prefix);
  }
  return std::move(out.bytes());
}

bool DecodeTerm(absl::string_view bytes, ParsedTerm* term) {
  Reader in(bytes);
  term->obsolete = in.Number() != 0;
  term->label = std::string(in.Text());
  term->label_language = std::string(in.Text());
  term->replaced_by = std::string(in.Text());
  term->parents.resize(in.Count());
  for (ParsedEdge& edge : term->parents) {
    edge.kind = static_cast<EdgeKind>(in.Number());
    edge.parent = std::string(in.Text());
  }
  term->synonyms.resize(in.Count());
  for (Synonym& synonym : term->synonyms) {
    synonym.scope = static_cast<SynonymScope>(std::min<uint64_t>(in.Number(), 3));
    synonym.text = std::string(in.Text());
    synonym.type = std::string(in.Text());
    synonym.language = std::string(in.Text());
  }
  term->definition = std::string(in.Text());
  term->xrefs.resize(in.Count());
  for (std::string& xref : term->xrefs) xref = std::string(in.Text());
  if (in.done()) return in.ok();  // Most terms have none, and the first version wrote none.
  term->relations.resize(in.Count());
  for (ParsedRelation& relation : term->relations) {
    relation.predicate = std::string(in.Text());
    relation.target = std::string(in.Text());
    relation.label = std::string(in.Text());
    relation.among.resize(in.Count());
    for (std::string& prefix : relation.among) prefix = std::string(in.Text());
  }
  return in.ok();
}

std::string EncodeManifest(const Manifest& manifest) {
  Writer out;
  out.Number(kManifestVersion);
  out.Text(manifest.release);
  out.Number(manifest.next_sequence);
  out.Number(manifest.files.size());
  for (const ManifestFile& file : manifest.files) {
    out.Text(file.name);
    out.Number(file.size);
    out.Number(file.mtime);
    out.Text(file.hash);
    out.Number(file.sequence);
    out.Text(file.date);
    out.Number(file.reader);
    EncodeReport(file.report, &out);
  }
  out.Number(manifest.bad_edges.size());
  for (const BadEdge& edge : manifest.bad_edges) {
    out.Text(edge.child);
    out.Text(edge.parent);
  }
  return std::move(out.bytes());
}

bool DecodeManifest(absl::string_view bytes, Manifest* manifest) {
  Reader in(bytes);
  const uint64_t version = in.Number();
  if (version < kFirstManifestVersion || version > kManifestVersion) return false;
  manifest->release = std::string(in.Text());
  manifest->next_sequence = in.Number();
  manifest->files.resize(in.Count());
  for (ManifestFile& file : manifest->files) {
    file.name = std::string(in.Text());
    file.size = in.Number();
    file.mtime = in.Number();
    file.hash = std::string(in.Text());
    file.sequence = in.Number();
    file.date = std::string(in.Text());
    if (version != kFirstManifestVersion) file.reader = in.Number();
    DecodeReport(version, &in, &file.report);
  }
  manifest->bad_edges.resize(in.Count());
  for (BadEdge& edge : manifest->bad_edges) {
    edge.child = std::string(in.Text());
    edge.parent = std::string(in.Text());
  }
  return in.ok();
}

}  // namespace parfocal::internal
