#include "file_loader.h"

#include <rocksdb/write_batch.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "parfocal/terms/curie.h"

namespace parfocal::internal {
namespace {

constexpr size_t kMaxIdBytes = 2048;
constexpr size_t kBatchBytes = 1 << 20;
// To be raised with every change of what the readers hand over, so that nodes read their files
// anew.
constexpr uint64_t kReaderVersion = 2;

bool HasSpace(absl::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

// "PREFIX:local" of an OBO PURL whose prefix the table does not know, so that the same ontology in
// OBO and in OWL meets.
std::string FromUnknownPurl(absl::string_view iri) {
  for (absl::string_view base :
       {"http://purl.obolibrary.org/obo/", "https://purl.obolibrary.org/obo/"}) {
    if (!absl::StartsWith(iri, base)) continue;
    const absl::string_view local = iri.substr(base.size());
    const size_t at = local.rfind('_');
    if (at == absl::string_view::npos || at == 0 || at + 1 == local.size()) return "";
    if (local.find_first_of("/#?") != absl::string_view::npos) return "";
    return absl::StrCat(local.substr(0, at), ":", local.substr(at + 1));
  }
  return "";
}

// One spelling, so that two ontologies that name the same entry meet: canonical where the prefix is
// known, else only without a blank behind the colon.
std::string XrefId(std::string xref) {
  std::string canonical = CanonicalCurie(xref);
  if (!canonical.empty()) return canonical;
  const size_t at = xref.find(": ");
  const bool pair = at != std::string::npos && !HasSpace(xref.substr(0, at)) &&
                    !HasSpace(absl::string_view(xref).substr(at + 2)) && at + 2 < xref.size();
  if (pair) xref.erase(at + 1, 1);
  return xref;
}

class PartWriter {
 public:
  PartWriter(absl::string_view hash, rocksdb::DB* db) : prefix_(PartPrefix(hash)), db_(db) {
    // A reload after a failure writes the same again; a log of it would be twice the work.
    options_.disableWAL = true;
  }

  absl::Status Add(ParsedTerm&& term) {
    std::string id = TermId(term.id);
    if (id.empty()) {
      ++unnamed_;
      return absl::OkStatus();
    }
    for (ParsedEdge& edge : term.parents) edge.parent = TermId(edge.parent);
    term.parents.erase(std::remove_if(term.parents.begin(), term.parents.end(),
                                      [](const ParsedEdge& edge) { return edge.parent.empty(); }),
                       term.parents.end());
    if (!term.replaced_by.empty()) term.replaced_by = TermId(term.replaced_by);
    for (ParsedRelation& relation : term.relations) {
      if (!relation.target.empty()) relation.target = TermId(relation.target);
    }
    for (std::string& xref : term.xrefs) xref = XrefId(std::move(xref));
    // Kept with its language whatever another file calls the term.
    if (!IsEnglish(term.label_language)) {
      term.synonyms.push_back({term.label, SynonymScope::kExact, "", term.label_language});
    }
    for (const std::string& alt : term.alt_ids) {
      std::string alt_id = TermId(alt);
      if (!alt_id.empty() && alt_id != id) alternatives_.emplace(std::move(alt_id), id);
    }
    PARFOCAL_RETURN_IF_ERROR(Put(id, term));
    if (!described_.insert(std::move(id)).second) ++twice_;
    return absl::OkStatus();
  }

  // An id that was merged into another is an obsolete term with a replacement.
  absl::Status Finish(ReadReport* report) {
    for (const auto& [alternative, id] : alternatives_) {
      if (described_.contains(alternative)) continue;
      ParsedTerm stub;
      stub.obsolete = true;
      stub.replaced_by = id;
      PARFOCAL_RETURN_IF_ERROR(Put(alternative, stub));
    }
    if (unnamed_ > 0) report->Warn(absl::StrCat(unnamed_, " classes have no usable id"));
    if (twice_ > 0) {
      report->Warn(absl::StrCat(twice_, " ids are described twice: the last description holds"));
    }
    return Write();
  }

 private:
  absl::Status Put(absl::string_view id, const ParsedTerm& term) {
    batch_.Put(absl::StrCat(prefix_, id), EncodeTerm(term));
    return batch_.GetDataSize() < kBatchBytes ? absl::OkStatus() : Write();
  }
  absl::Status Write() {
    absl::Status status = FromRocksDb(db_->Write(options_, &batch_), "writing terms");
    batch_.Clear();
    return status;
  }

  const std::string prefix_;
  rocksdb::DB* db_;
  rocksdb::WriteOptions options_;
  rocksdb::WriteBatch batch_;
  absl::flat_hash_set<std::string> described_;
  absl::flat_hash_map<std::string, std::string> alternatives_;
  int64_t unnamed_ = 0;
  int64_t twice_ = 0;
};

}  // namespace

std::string TermId(absl::string_view id) {
  id = absl::StripAsciiWhitespace(id);
  std::string canonical = CanonicalCurie(id);
  if (!CuriePrefix(canonical).empty()) return canonical;
  if (!canonical.empty()) {
    std::string curie = FromUnknownPurl(canonical);
    return curie.empty() ? canonical : curie;
  }
  // A prefix that the table lacks, as its own file writes it.
  if (CuriePrefix(id).empty() || id.size() > kMaxIdBytes || HasSpace(id)) return "";
  return std::string(id);
}

uint64_t ReaderVersion(const TableLayouts* tables) {
  const uint64_t parts[] = {kReaderVersion, tables != nullptr ? tables->fingerprint() : 0};
  return XXH3_64bits(parts, sizeof(parts));
}

absl::StatusOr<std::string> HashFile(const std::string& path, uint64_t reader) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (file == nullptr) return absl::NotFoundError(absl::StrCat("ontology: cannot open ", path));
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                        XXH3_freeState);
  XXH3_128bits_reset_withSeed(state.get(), reader);
  std::vector<char> buffer(1 << 16);
  size_t n;
  while ((n = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0) {
    XXH3_128bits_update(state.get(), buffer.data(), n);
  }
  if (std::ferror(file.get())) return absl::DataLossError(absl::StrCat("ontology: reading ", path));
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(state.get()));
  return std::string(reinterpret_cast<const char*>(bytes.digest), sizeof(bytes.digest));
}

std::string DateOf(absl::string_view version) {
  constexpr absl::string_view kForm = "dddd-dd-dd";
  for (size_t at = 0; at + kForm.size() <= version.size(); ++at) {
    bool fits = at == 0 || !absl::ascii_isdigit(version[at - 1]);
    for (size_t i = 0; fits && i < kForm.size(); ++i) {
      fits = kForm[i] == 'd' ? absl::ascii_isdigit(version[at + i]) : version[at + i] == '-';
    }
    if (fits) return std::string(version.substr(at, kForm.size()));
  }
  return "";
}

absl::StatusOr<ReadReport> LoadFile(const std::string& path, absl::string_view hash,
                                    const ReadLimits& limits, const TableLayouts* tables,
                                    rocksdb::DB* db) {
  PartWriter writer(hash, db);
  PARFOCAL_ASSIGN_OR_RETURN(
      ReadReport report,
      ReadOntologyFile(
          path, limits, [&](ParsedTerm&& term) { return writer.Add(std::move(term)); }, tables));
  PARFOCAL_RETURN_IF_ERROR(writer.Finish(&report));
  if (report.unclassified > 0) {
    report.Warn(absl::StrCat(report.unclassified,
                             " defined classes have no parent: the file holds what is asserted "
                             "only, so their closure is poor; load a classified file, too"));
  }
  return report;
}

absl::StatusOr<std::vector<BadEdge>> ReadBadEdges(const std::string& path) {
  std::ifstream in(path);
  if (!in) return absl::NotFoundError(absl::StrCat("ontology: cannot open ", path));
  std::vector<BadEdge> out;
  std::string line;
  bool first = true;  // It may be a heading.
  for (int number = 1; std::getline(in, line); ++number) {
    const absl::string_view text = absl::StripTrailingAsciiWhitespace(line);
    if (text.empty() || text.front() == '#') continue;
    const bool heading = std::exchange(first, false);
    const std::vector<std::string> cells = absl::StrSplit(text, '\t');
    BadEdge edge;
    if (cells.size() >= 2) edge = {TermId(cells[0]), TermId(cells[1])};
    if (edge.child.empty() || edge.parent.empty()) {
      if (heading) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, ": expected child, tab, parent, tab, reason"));
    }
    out.push_back(std::move(edge));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace parfocal::internal
