#include <archive.h>
#include <archive_entry.h>

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "crate_files.h"
#include "parfocal/ro_crate/crate_parser.h"

namespace parfocal::crate {
namespace {

struct Closer {
  void operator()(struct archive* a) const { archive_read_free(a); }
};
using Handle = std::unique_ptr<struct archive, Closer>;

// One pass over the archive, as a stream; nothing is written to disk.
class Pass {
 public:
  Pass(const std::string& path, const FileLimits& limits) : path_(path), limits_(limits) {}

  absl::Status Open() {
    archive_.reset(archive_read_new());
    if (archive_ == nullptr) return absl::ResourceExhaustedError("no memory for an archive");
    archive_read_support_filter_gzip(archive_.get());
    archive_read_support_format_tar(archive_.get());
    archive_read_support_format_zip(archive_.get());
    if (archive_read_open_filename(archive_.get(), path_.c_str(), 64 << 10) != ARCHIVE_OK)
      return Failure();
    return absl::OkStatus();
  }

  // Moves to the next regular file whose name is that of a crate; `*name` empty at the end.
  absl::Status Next(std::string* name) {
    for (name->clear();;) {
      struct archive_entry* entry = nullptr;
      const int result = archive_read_next_header(archive_.get(), &entry);
      if (result == ARCHIVE_EOF) return absl::OkStatus();
      if (result < ARCHIVE_WARN) return Failure();
      if (++entries_ > limits_.entries)
        return OverLimit("entries", absl::StrCat(limits_.entries, " entries"));
      PARFOCAL_RETURN_IF_ERROR(CheckTotal());
      const char* path = archive_entry_pathname(entry);
      if (path == nullptr) path = archive_entry_pathname_utf8(entry);
      const bool file =
          archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr;
      if (path != nullptr && file && IsCrateFileName(path)) {
        *name = PrintablePath(absl::StripPrefix(path, "./"));
        // A name given twice is two files; the second will be refused for its accession.
        for (int n = 2; !names_.insert(*name).second; ++n) {
          *name = absl::StrCat(PrintablePath(absl::StripPrefix(path, "./")), "#", n);
        }
        return absl::OkStatus();
      }
      std::string unused;
      PARFOCAL_RETURN_IF_ERROR(Read(0, &unused));
    }
  }

  // Reads the data of the current entry; keeps at most `keep` bytes, counts all.
  absl::Status Read(size_t keep, std::string* out) {
    const void* block = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    for (;;) {
      const int result = archive_read_data_block(archive_.get(), &block, &size, &offset);
      if (result == ARCHIVE_EOF) return absl::OkStatus();
      if (result < ARCHIVE_WARN) return Failure();
      PARFOCAL_RETURN_IF_ERROR(CheckTotal());
      if (out->size() >= keep) continue;
      // A hole of a sparse file is no part of any JSON.
      if (offset != static_cast<la_int64_t>(out->size())) {
        return absl::DataLossError(absl::StrCat("archive ", path_, ": a crate is a sparse file"));
      }
      out->append(static_cast<const char*>(block), std::min(size, keep - out->size()));
    }
  }

 private:
  absl::Status CheckTotal() {
    // Of the outermost filter: what the compressed stream became.
    if (archive_filter_bytes(archive_.get(), 0) <= limits_.archive_bytes) return absl::OkStatus();
    return OverLimit("archive_bytes", absl::StrCat(limits_.archive_bytes, " bytes unpacked"));
  }
  absl::Status OverLimit(absl::string_view limit, absl::string_view what) {
    return WithReason(
        absl::ResourceExhaustedError(absl::StrCat("archive ", path_, ": more than ", what)),
        "LIMIT_EXCEEDED", limit);
  }
  absl::Status Failure() {
    const char* why = archive_error_string(archive_.get());
    return absl::DataLossError(
        absl::StrCat("archive ", path_, ": ", why ? why : "damaged", "; fetch it again"));
  }

  const std::string& path_;
  const FileLimits& limits_;
  Handle archive_;
  int64_t entries_ = 0;
  std::set<std::string> names_;
};

class Archive final : public CrateFiles {
 public:
  Archive(std::string path, const FileLimits& limits) : path_(std::move(path)), limits_(limits) {}

  absl::StatusOr<std::vector<std::string>> List() override {
    std::set<std::string> names;
    Pass pass(path_, limits_);
    PARFOCAL_RETURN_IF_ERROR(pass.Open());
    size_t cached = 0;
    bool caching = true;
    for (std::string name;;) {
      PARFOCAL_RETURN_IF_ERROR(pass.Next(&name));
      if (name.empty()) break;
      names.insert(name);
      std::string bytes;
      PARFOCAL_RETURN_IF_ERROR(pass.Read(caching ? limits_.file_bytes + 1 : 0, &bytes));
      cached += bytes.size();
      if (caching && cached > limits_.cache_bytes) {
        // Too much to hold: each page reads the archive again.
        caching = false;
        cache_.clear();
      }
      if (caching) cache_[name] = std::move(bytes);
    }
    return std::vector<std::string>(names.begin(), names.end());
  }

  absl::StatusOr<std::vector<FileContent>> Read(absl::Span<const std::string> names) override {
    std::map<std::string, std::string> found;
    const bool cached = !cache_.empty();
    if (!cached) PARFOCAL_RETURN_IF_ERROR(ReadAgain(names, &found));
    std::vector<FileContent> out;
    for (const std::string& name : names) {
      const auto& from = cached ? cache_ : found;
      const auto at = from.find(name);
      if (at == from.end()) {
        return absl::DataLossError(
            absl::StrCat("archive ", path_, ": ", name, " is gone: the archive changed"));
      }
      out.push_back({absl::OkStatus(), at->second});
    }
    return out;
  }

  std::string KeyOf(const std::string& name) const override { return CrateKey(name); }
  bool IsWhole() const override { return true; }
  bool IsLocal() const override { return true; }

 private:
  absl::Status ReadAgain(absl::Span<const std::string> names,
                         std::map<std::string, std::string>* found) {
    const std::set<std::string> wanted(names.begin(), names.end());
    Pass pass(path_, limits_);
    PARFOCAL_RETURN_IF_ERROR(pass.Open());
    for (std::string name; found->size() < wanted.size();) {
      PARFOCAL_RETURN_IF_ERROR(pass.Next(&name));
      if (name.empty()) break;
      std::string bytes;
      const bool keep = wanted.count(name) > 0;
      PARFOCAL_RETURN_IF_ERROR(pass.Read(keep ? limits_.file_bytes + 1 : 0, &bytes));
      if (keep) (*found)[name] = std::move(bytes);
    }
    return absl::OkStatus();
  }

  const std::string path_;
  const FileLimits limits_;
  std::map<std::string, std::string> cache_;
};

}  // namespace

std::unique_ptr<CrateFiles> ArchiveFiles(std::string path, const FileLimits& limits) {
  return std::make_unique<Archive>(std::move(path), limits);
}

}  // namespace parfocal::crate
