#include "codec.h"

#include <algorithm>

namespace parfocal::internal {
namespace {
constexpr uint64_t kManifestVersion = 1;
}

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
    out.Number(static_cast<uint64_t>(file.report.format));
    out.Text(file.report.version);
    out.Text(file.report.ontology);
    out.Number(static_cast<uint64_t>(file.report.classes));
    out.Number(static_cast<uint64_t>(file.report.labelled));
    out.Number(static_cast<uint64_t>(file.report.obsolete));
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
  if (in.Number() != kManifestVersion) return false;
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
    file.report.format = static_cast<OntologyFormat>(in.Number());
    file.report.version = std::string(in.Text());
    file.report.ontology = std::string(in.Text());
    file.report.classes = static_cast<int64_t>(in.Number());
    file.report.labelled = static_cast<int64_t>(in.Number());
    file.report.obsolete = static_cast<int64_t>(in.Number());
  }
  manifest->bad_edges.resize(in.Count());
  for (BadEdge& edge : manifest->bad_edges) {
    edge.child = std::string(in.Text());
    edge.parent = std::string(in.Text());
  }
  return in.ok();
}

}  // namespace parfocal::internal
