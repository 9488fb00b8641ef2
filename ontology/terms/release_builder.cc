#include "release_builder.h"

#include <malloc.h>
#include <xxhash.h>

#include <algorithm>
#include <queue>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "term_index_builder.h"

namespace parfocal::internal {
namespace {

// One file's parts in the order of their ids.
class PartCursor {
 public:
  PartCursor(rocksdb::DB* db, rocksdb::ReadOptions options, absl::string_view hash)
      : prefix_(PartPrefix(hash)), end_(PrefixEnd(prefix_)), end_slice_(end_) {
    options.iterate_upper_bound = &end_slice_;
    options.fill_cache = false;
    iterator_.reset(db->NewIterator(options));
    iterator_->Seek(prefix_);
  }
  PartCursor(const PartCursor&) = delete;
  PartCursor& operator=(const PartCursor&) = delete;
  bool Valid() const { return iterator_->Valid(); }
  absl::string_view id() const { return FromSlice(iterator_->key()).substr(prefix_.size()); }
  absl::string_view bytes() const { return FromSlice(iterator_->value()); }
  void Next() { iterator_->Next(); }
  absl::Status status() const { return FromRocksDb(iterator_->status(), "reading terms"); }

 private:
  const std::string prefix_;
  const std::string end_;
  const rocksdb::Slice end_slice_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

// `parts`: oldest first.
MergedTerm Merge(absl::string_view id, std::vector<std::pair<uint16_t, ParsedTerm>>&& parts) {
  MergedTerm out;
  out.id = std::string(id);
  const ParsedTerm* decider =
      nullptr;  // The newest that describes the term and does not only mention it.
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    const ParsedTerm& term = part->second;
    if (decider == nullptr && (!term.label.empty() || term.obsolete)) decider = &term;
    const bool english = IsEnglish(term.label_language);
    if (out.label.empty() || (!out.english && english && !term.label.empty())) {
      out.label = term.label;
      out.english = english;
    }
    if (out.replaced_by.empty()) out.replaced_by = term.replaced_by;
  }
  out.obsolete = decider != nullptr && decider->obsolete;
  if (!out.obsolete) out.replaced_by.clear();
  for (auto& [file, term] : parts) {
    out.files.push_back(file);
    // What became obsolete lost its old parents.
    if (out.obsolete && &term != decider) continue;
    for (ParsedEdge& edge : term.parents) out.parents.push_back(std::move(edge.parent));
    for (Synonym& synonym : term.synonyms) out.synonyms.push_back(std::move(synonym));
  }
  return out;
}

}  // namespace

std::string ReleaseName(const Manifest& manifest) {
  Writer out;
  for (const ManifestFile& file : manifest.files) out.Text(file.hash);
  out.Number(manifest.bad_edges.size());
  for (const BadEdge& edge : manifest.bad_edges) {
    out.Text(edge.child);
    out.Text(edge.parent);
  }
  return absl::StrFormat("%016x", XXH3_64bits(out.bytes().data(), out.bytes().size()));
}

absl::StatusOr<std::shared_ptr<const ReleaseLookup>> BuildRelease(const Manifest& manifest,
                                                                  std::shared_ptr<rocksdb::DB> db,
                                                                  LoadReport* report) {
  auto snapshot = std::make_shared<const PinnedSnapshot>(db);
  std::vector<std::unique_ptr<PartCursor>> cursors;
  std::vector<std::string> hashes;
  const auto later = [&](uint16_t a, uint16_t b) {
    const int order = cursors[a]->id().compare(cursors[b]->id());
    return order != 0 ? order > 0 : a > b;
  };
  std::priority_queue<uint16_t, std::vector<uint16_t>, decltype(later)> queue(later);
  for (const ManifestFile& file : manifest.files) {
    cursors.push_back(std::make_unique<PartCursor>(db.get(), snapshot->options(), file.hash));
    hashes.push_back(file.hash);
  }
  for (size_t i = 0; i < cursors.size(); ++i) {
    PARFOCAL_RETURN_IF_ERROR(cursors[i]->status());
    if (cursors[i]->Valid()) queue.push(static_cast<uint16_t>(i));
  }
  report->release_files.resize(manifest.files.size());
  TermIndexBuilder builder;
  while (!queue.empty()) {
    const std::string id(cursors[queue.top()]->id());
    std::vector<std::pair<uint16_t, ParsedTerm>> parts;
    while (!queue.empty() && cursors[queue.top()]->id() == id) {
      const uint16_t file = queue.top();
      queue.pop();
      parts.emplace_back(file, ParsedTerm());
      if (!DecodeTerm(cursors[file]->bytes(), &parts.back().second)) {
        return absl::DataLossError(absl::StrCat("term store: damaged entry of ", id, " from ",
                                                manifest.files[file].name,
                                                "; load the file again"));
      }
      cursors[file]->Next();
      PARFOCAL_RETURN_IF_ERROR(cursors[file]->status());
      if (cursors[file]->Valid()) queue.push(file);
    }
    builder.Add(Merge(id, std::move(parts)));
  }
  cursors.clear();
  TermIndex index = builder.Build(manifest.bad_edges, report);
  // Parsing and merging left much free memory in pieces; a node lives long.
  malloc_trim(0);
  for (size_t i = 0; i < manifest.files.size(); ++i) {
    const ManifestFile& file = manifest.files[i];
    report->release_files[i].name = file.name;
    report->release_files[i].version = file.report.version;
    report->release_files[i].format = file.report.format;
  }
  report->release = manifest.release;
  return std::make_shared<const ReleaseLookup>(manifest.release, std::move(index),
                                               std::move(hashes), std::move(snapshot));
}

}  // namespace parfocal::internal
