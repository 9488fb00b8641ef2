// Where the metadata files of a source lie: a folder, an archive, one file, or an index on the web.
//
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/status.h"

namespace parfocal::crate {

struct FileLimits {
  size_t file_bytes = size_t{1} << 20;       // More than that is not read.
  int64_t archive_bytes = int64_t{4} << 30;  // Of a whole archive, unpacked.
  size_t cache_bytes =
      size_t{64} << 20;         // An archive of at most so many bytes of crates is unpacked once.
  int64_t entries = 1'000'000;  // Of a folder, an archive, an index.
};

struct FileContent {
  // Not OK if this one file cannot be had; the others of the page can.
  absl::Status status;
  std::string bytes;  // With RESOURCE_EXHAUSTED the beginning of the file.
};

class CrateFiles {
 public:
  virtual ~CrateFiles() = default;
  // Names (paths within the location, or URLs) of all metadata files, sorted and distinct, UTF-8
  // without control characters. Called once, before Read.
  virtual absl::StatusOr<std::vector<std::string>> List() = 0;
  // One content for each of `names`, which List returned.
  virtual absl::StatusOr<std::vector<FileContent>> Read(absl::Span<const std::string> names) = 0;
  // The file's own name for its study.
  virtual std::string KeyOf(const std::string& name) const = 0;
  // The list was read whole and at once.
  virtual bool IsWhole() const = 0;
  // Reading a file a second time costs next to nothing.
  virtual bool IsLocal() const = 0;
  // What a curator should know about the list itself; empty if nothing.
  virtual std::string Remark() const { return ""; }
  // DraftPage::mark, after the last Read.
  virtual std::string Mark() const { return ""; }
};

// `path` as it may stand in messages and records: bytes that are no UTF-8, and control characters,
// percent-encoded.
std::string PrintablePath(absl::string_view path);

std::unique_ptr<CrateFiles> FolderFiles(std::string path, const FileLimits& limits);
std::unique_ptr<CrateFiles> SingleFile(std::string path, const FileLimits& limits);
std::unique_ptr<CrateFiles> ArchiveFiles(std::string path, const FileLimits& limits);
// The fetcher of `context` must outlive it. A file that the catalogue holds is not fetched again:
// not at all if the index gives the id of its Git blob, else with a conditional request.
std::unique_ptr<CrateFiles> IndexFiles(std::string url, const ConnectorContext& context,
                                       const FileLimits& limits);

}  // namespace parfocal::crate
