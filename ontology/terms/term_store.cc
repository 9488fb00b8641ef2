#include "parfocal/terms/term_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "codec.h"
#include "file_loader.h"
#include "parfocal/mutex.h"
#include "release_builder.h"
#include "release_lookup.h"
#include "term_database.h"

namespace parfocal {
namespace {

using internal::FromRocksDb;
using internal::Manifest;
using internal::ManifestFile;
using internal::PartPrefix;
using internal::PrefixEnd;
using internal::ReleaseLookup;

constexpr absl::string_view kBadEdgesFile = "bad-edges.tsv";

struct Candidate {
  std::string path;
  std::string name;
  bool named = false;  // By the caller, not found in a folder.
};

// The files to load in order, and the list of bad edges that a folder brings.
absl::Status Expand(const LoadRequest& request, std::vector<Candidate>* out,
                    std::string* bad_edges) {
  namespace fs = std::filesystem;
  for (const std::string& path : request.paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      out->push_back({path, fs::path(path).filename().string(), true});
      continue;
    }
    std::vector<std::string> names;
    for (fs::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
      if (it->is_regular_file(error)) names.push_back(it->path().filename().string());
    }
    if (error) {
      return absl::NotFoundError(
          absl::StrCat("ontology: cannot list ", path, ": ", error.message()));
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      const std::string file = (fs::path(path) / name).string();
      if (name == kBadEdgesFile) {
        *bad_edges = file;
      } else if (!absl::StartsWith(name, ".")) {
        out->push_back({file, name, false});
      }
    }
  }
  return absl::OkStatus();
}

absl::Status Stat(const std::string& path, ManifestFile* file) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    return absl::NotFoundError(absl::StrCat("ontology: cannot open ", path));
  }
  file->size = static_cast<uint64_t>(info.st_size);
  file->mtime = static_cast<uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000 +
                static_cast<uint64_t>(info.st_mtim.tv_nsec);
  return absl::OkStatus();
}

class RocksDbTermStore final : public TermStore {
 public:
  explicit RocksDbTermStore(std::shared_ptr<rocksdb::DB> db)
      : db_(std::move(db)),
        current_(std::make_shared<const ReleaseLookup>("", internal::TermIndex(),
                                                       std::vector<std::string>(), nullptr)) {}

  absl::Status Start();
  absl::StatusOr<LoadReport> Load(const LoadRequest& request,
                                  const LoadProgress& progress) override;
  std::shared_ptr<const TermLookup> Current() const override {
    MutexLock lock(&mu_);
    return current_;
  }
  std::shared_ptr<const TermLookup> Kept() const override {
    MutexLock lock(&mu_);
    return kept_;
  }
  absl::Status Forget() override;
  LoadReport Report() const override {
    MutexLock lock(&mu_);
    return report_;
  }

 private:
  // Reads `candidate` into the database unless its content is there, and puts it into `next`.
  absl::Status LoadOne(const Candidate& candidate, const LoadRequest& request, Manifest* next,
                       LoadReport* report);
  // The same content as before: the lookup stays, nothing is built.
  absl::StatusOr<LoadReport> Unchanged(const Manifest& next, LoadReport report);
  absl::StatusOr<LoadReport> LoadLocked(const LoadRequest& request, const LoadProgress& progress);
  // `keep`: the release before becomes the kept one, if there is none.
  absl::Status Commit(const Manifest& next, std::shared_ptr<const TermLookup> lookup,
                      const LoadReport& report, bool keep);
  absl::Status OpenKept();
  // Deletes the parts of files that no release needs; a lookup that still reads them has a
  // snapshot.
  absl::Status DropUnused();

  const std::shared_ptr<rocksdb::DB> db_;
  Mutex changing_;                         // Held by Load and Forget. Taken before mu_.
  Manifest manifest_;                      // Of the last release; only Load and Start touch it.
  std::optional<Manifest> kept_manifest_;  // The same.
  mutable Mutex mu_;
  std::shared_ptr<const TermLookup> current_ ABSL_GUARDED_BY(mu_);
  std::shared_ptr<const TermLookup> kept_ ABSL_GUARDED_BY(mu_);
  LoadReport report_ ABSL_GUARDED_BY(mu_);
};

absl::Status RocksDbTermStore::Start() {
  std::string bytes;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), rocksdb::Slice(internal::kManifestKey), &bytes);
  if (!status.IsNotFound()) {
    PARFOCAL_RETURN_IF_ERROR(FromRocksDb(status, "reading the manifest"));
    if (!internal::DecodeManifest(bytes, &manifest_)) {
      return absl::FailedPreconditionError(
          "term store: its format is of another version; delete the folder and load the "
          "ontologies again");
    }
    LoadReport report;
    PARFOCAL_ASSIGN_OR_RETURN(auto lookup, internal::BuildRelease(manifest_, db_, &report));
    for (const ManifestFile& file : manifest_.files) {
      report.files.push_back({file.name, true, file.report});
    }
    {
      MutexLock lock(&mu_);
      current_ = std::move(lookup);
      report_ = std::move(report);
    }
    PARFOCAL_RETURN_IF_ERROR(OpenKept());
  }
  return DropUnused();
}

absl::Status RocksDbTermStore::OpenKept() {
  std::string bytes;
  const rocksdb::Status status =
      db_->Get(rocksdb::ReadOptions(), rocksdb::Slice(internal::kKeptKey), &bytes);
  if (status.IsNotFound()) return absl::OkStatus();
  PARFOCAL_RETURN_IF_ERROR(FromRocksDb(status, "reading the kept manifest"));
  Manifest kept;
  // What cannot be read, or is the release in use, keeps nothing.
  if (!internal::DecodeManifest(bytes, &kept) || kept.release == manifest_.release)
    return absl::OkStatus();
  LoadReport ignored;
  absl::StatusOr<std::shared_ptr<const TermLookup>> lookup =
      internal::BuildRelease(kept, db_, &ignored);
  if (!lookup.ok()) return absl::OkStatus();
  kept_manifest_ = std::move(kept);
  MutexLock lock(&mu_);
  kept_ = *std::move(lookup);
  return absl::OkStatus();
}

absl::Status RocksDbTermStore::Forget() {
  MutexLock changing(&changing_);
  if (!kept_manifest_) return absl::OkStatus();
  rocksdb::WriteOptions durable;
  durable.sync = true;
  PARFOCAL_RETURN_IF_ERROR(
      FromRocksDb(db_->Delete(durable, internal::kKeptKey), "the kept manifest"));
  kept_manifest_.reset();
  {
    MutexLock lock(&mu_);
    kept_ = nullptr;
  }
  return DropUnused();
}

absl::Status RocksDbTermStore::LoadOne(const Candidate& candidate, const LoadRequest& request,
                                       Manifest* next, LoadReport* report) {
  ManifestFile file;
  file.name = candidate.name;
  file.reader = internal::ReaderVersion(request.tables);
  PARFOCAL_RETURN_IF_ERROR(Stat(candidate.path, &file));
  const auto same_name = [&](const ManifestFile& f) { return f.name == file.name; };
  auto old = std::find_if(manifest_.files.begin(), manifest_.files.end(), same_name);
  const bool known = old != manifest_.files.end();
  const bool untouched =
      known && old->size == file.size && old->mtime == file.mtime && old->reader == file.reader;
  if (untouched) {
    file.hash = old->hash;
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(file.hash, internal::HashFile(candidate.path, file.reader));
  }
  if (known && old->hash == file.hash) {
    file.sequence = old->sequence;
    file.date = old->date;
    file.report = old->report;
    report->files.push_back({file.name, true, file.report});
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(
        file.report,
        internal::LoadFile(candidate.path, file.hash, request.limits, request.tables, db_.get()));
    file.sequence = next->next_sequence++;
    file.date = internal::DateOf(file.report.version);
    report->files.push_back({file.name, false, file.report});
  }
  auto place = std::find_if(next->files.begin(), next->files.end(), same_name);
  if (place == next->files.end()) {
    next->files.push_back(std::move(file));
  } else {
    *place = std::move(file);
  }
  return absl::OkStatus();
}

absl::StatusOr<LoadReport> RocksDbTermStore::Load(const LoadRequest& request,
                                                  const LoadProgress& progress) {
  MutexLock changing(&changing_);
  return LoadLocked(request, progress);
}

absl::StatusOr<LoadReport> RocksDbTermStore::LoadLocked(const LoadRequest& request,
                                                        const LoadProgress& progress) {
  std::vector<Candidate> candidates;
  std::string bad_edges = "";
  PARFOCAL_RETURN_IF_ERROR(Expand(request, &candidates, &bad_edges));
  if (!request.bad_edges.empty()) bad_edges = request.bad_edges;
  Manifest next = manifest_;
  if (request.only_these) next.files.clear();
  LoadReport report;
  if (!bad_edges.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(next.bad_edges, internal::ReadBadEdges(bad_edges));
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (progress) progress(candidates[i].name, i, candidates.size());
    absl::Status status = LoadOne(candidates[i], request, &next, &report);
    if (status.ok()) continue;
    // Folders hold tables and notes, too. What fails for another reason than its syntax is no such
    // thing, and a named file must load.
    if (candidates[i].named || status.code() != absl::StatusCode::kInvalidArgument) return status;
    report.skipped.push_back({candidates[i].name, std::move(status)});
  }
  if (progress) progress("", candidates.size(), candidates.size());
  std::sort(next.files.begin(), next.files.end(), [](const ManifestFile& a, const ManifestFile& b) {
    return std::tie(a.date, a.sequence) < std::tie(b.date, b.sequence);
  });
  next.release = internal::ReleaseName(next);
  for (const LoadedFile& file : report.files) {
    for (const std::string& warning : file.report.warnings) {
      report.warnings.push_back(absl::StrCat(file.name, ": ", warning));
    }
  }
  if (next.release == manifest_.release) return Unchanged(next, std::move(report));
  // What was written without a log must be on disk before a manifest names it.
  PARFOCAL_RETURN_IF_ERROR(FromRocksDb(db_->Flush(rocksdb::FlushOptions()), "flushing"));
  PARFOCAL_ASSIGN_OR_RETURN(auto lookup, internal::BuildRelease(next, db_, &report));
  PARFOCAL_RETURN_IF_ERROR(Commit(next, std::move(lookup), report, request.keep_last));
  PARFOCAL_RETURN_IF_ERROR(DropUnused());
  return report;
}

absl::StatusOr<LoadReport> RocksDbTermStore::Unchanged(const Manifest& next, LoadReport report) {
  std::shared_ptr<const TermLookup> current;
  {
    MutexLock lock(&mu_);
    current = current_;
    LoadReport counts = report_;
    counts.files = std::move(report.files);
    counts.skipped = std::move(report.skipped);
    report = std::move(counts);
  }
  // Names and times of the files may have changed all the same.
  PARFOCAL_RETURN_IF_ERROR(Commit(next, std::move(current), report, /*keep=*/false));
  return report;
}

absl::Status RocksDbTermStore::Commit(const Manifest& next,
                                      std::shared_ptr<const TermLookup> lookup,
                                      const LoadReport& report, bool keep) {
  keep = keep && !kept_manifest_ && !manifest_.files.empty();
  rocksdb::WriteOptions durable;
  durable.sync = true;
  rocksdb::WriteBatch batch;
  const std::string bytes = internal::EncodeManifest(next);
  const std::string before = internal::EncodeManifest(manifest_);
  rocksdb::Status written = batch.Put(internal::kManifestKey, bytes);
  if (written.ok() && keep) written = batch.Put(internal::kKeptKey, before);
  if (written.ok()) written = db_->Write(durable, &batch);
  PARFOCAL_RETURN_IF_ERROR(FromRocksDb(written, "the manifest"));
  if (keep) kept_manifest_ = std::move(manifest_);
  manifest_ = next;
  MutexLock lock(&mu_);
  if (keep) kept_ = current_;
  current_ = std::move(lookup);
  report_ = report;
  return absl::OkStatus();
}

absl::Status RocksDbTermStore::DropUnused() {
  std::set<std::string> used;
  for (const ManifestFile& file : manifest_.files) used.insert(PartPrefix(file.hash));
  if (kept_manifest_) {
    for (const ManifestFile& file : kept_manifest_->files) used.insert(PartPrefix(file.hash));
  }
  const size_t prefix_bytes = PartPrefix(std::string(16, '\0')).size();
  std::vector<std::string> unused;
  std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
  for (it->Seek("p"); it->Valid() && it->key().starts_with("p");) {
    const std::string prefix(internal::FromSlice(it->key()).substr(0, prefix_bytes));
    if (prefix.size() == prefix_bytes && !used.contains(prefix)) unused.push_back(prefix);
    it->Seek(PrefixEnd(prefix));
  }
  PARFOCAL_RETURN_IF_ERROR(FromRocksDb(it->status(), "looking for unused parts"));
  for (const std::string& prefix : unused) {
    PARFOCAL_RETURN_IF_ERROR(
        FromRocksDb(db_->DeleteRange(rocksdb::WriteOptions(), db_->DefaultColumnFamily(), prefix,
                                     PrefixEnd(prefix)),
                    "deleting unused parts"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<TermStore>> TermStore::Open(const std::string& dir) {
  PARFOCAL_ASSIGN_OR_RETURN(auto db, internal::OpenTermDatabase(dir));
  auto store = std::make_unique<RocksDbTermStore>(std::move(db));
  PARFOCAL_RETURN_IF_ERROR(store->Start());
  return store;
}

}  // namespace parfocal
