// Where the documents of a feed lie and in which order they come: files of a folder, one file, or
// answers of a server.
//
// A *position* names one document, so that a run can go on there: the name of a file, or the
// number, offset, token or address of a page.
//
// Bounds: a document of 256 MiB, unpacked at most 200 times its packed size; 1,000,000 files;
// folders 8 deep; links are not followed. Thread safety: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/definition/definition.h"
#include "parfocal/fetcher.h"
#include "parfocal/status.h"

namespace parfocal::defined {

struct Document {
  std::string name;  // For places: path below the location, or the address.
  std::string bytes;
  // Not OK if this one file cannot be had; the others can.
  absl::Status status;
};

class Documents {
 public:
  virtual ~Documents() = default;
  // The position of the first document of the feed; empty if there is none.
  virtual absl::StatusOr<std::string> First(const definition::FeedRule& feed) = 0;
  virtual absl::StatusOr<Document> Read(const definition::FeedRule& feed,
                                        const std::string& position) = 0;
  // The position behind `position`, whose document had `records` records; empty behind the last.
  // DATA_LOSS if the server leads in a circle.
  virtual absl::StatusOr<std::string> Next(const definition::FeedRule& feed,
                                           const std::string& position, const Document& document,
                                           int64_t records) = 0;
  // Names of the files that a join needs.
  virtual absl::StatusOr<std::vector<std::string>> Choose(const definition::FileChoice& files) = 0;
  virtual absl::StatusOr<Document> ReadFile(const std::string& name) = 0;
  // The list was read whole and at once.
  virtual bool IsWhole() const = 0;
  // A page that cannot be read hides what comes behind it; a file does not.
  virtual bool InPages(const definition::FeedRule& feed) const = 0;
  // Begins anew: what was seen of circles is forgotten.
  virtual void Restart() {}
};

// A folder, one file, or an archive (tar, also packed with gzip or xz, or zip) of at most 256 MiB
// unpacked, which is held in memory. INVALID_ARGUMENT if `location` is none of these, DATA_LOSS for
// a damaged archive, RESOURCE_EXHAUSTED beyond the bounds.
absl::StatusOr<std::unique_ptr<Documents>> LocalDocuments(
    const std::string& location, const definition::SourceDefinition& definition);

// `fetcher` must outlive it. INVALID_ARGUMENT for a feed or a join whose files are patterns.
absl::StatusOr<std::unique_ptr<Documents>> WebDocuments(
    const std::string& location, const definition::SourceDefinition& definition, Fetcher* fetcher);

// The regular files of an archive, by name. Fails as LocalDocuments.
absl::StatusOr<std::map<std::string, std::string>> ReadArchive(const std::string& path);

// `bytes`, unpacked if they are gzip. DATA_LOSS if the packed data are damaged or cut off,
// RESOURCE_EXHAUSTED beyond the bounds above.
absl::StatusOr<std::string> Unpacked(std::string bytes);

}  // namespace parfocal::defined
