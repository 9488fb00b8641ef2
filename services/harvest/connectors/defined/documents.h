// Where the documents of a feed lie and in which order they come: files of a folder, one file,
// answers of a server, the files of a tree that a server lists.
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

#include "held_documents.h"
#include "parfocal/definition/definition.h"
#include "parfocal/definition/item.h"
#include "parfocal/fetcher.h"
#include "parfocal/status.h"
#include "records.h"

namespace parfocal::defined {

struct Document {
  std::string name;  // For places: path below the location, or the address.
  std::string bytes;
  // Not OK if this one file cannot be had; the others can.
  absl::Status status;
  // Of an answer: where it came from, and what the next run needs to know that it is the same.
  std::string address, etag, last_modified, tag;
  std::string link;  // Its `Link` headers.
  // It has not changed since the last run and was not fetched: what was made of it, and is held.
  const DocumentNote* unchanged = nullptr;
  // The entry of the list that named it; nullptr if no list did.
  std::shared_ptr<const definition::Item> entry;
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
  // How the list goes on behind the document of the last Next(), for DocumentNote::next.
  virtual std::string leads() const { return ""; }
  // Begins anew: what was seen of circles is forgotten.
  virtual void Restart() {}
  // False if only what changed was asked for.
  virtual bool ListsAll() const { return true; }
};

// A folder, one file, or an archive (tar, also packed with gzip or xz, or zip) of at most 256 MiB
// unpacked, which is held in memory. INVALID_ARGUMENT if `location` is none of these, DATA_LOSS for
// a damaged archive, RESOURCE_EXHAUSTED beyond the bounds.
absl::StatusOr<std::unique_ptr<Documents>> LocalDocuments(
    const std::string& location, const definition::SourceDefinition& definition);

// All of it must outlive the documents.
struct WebAccess {
  Fetcher* fetcher = nullptr;
  HeldDocuments* held = nullptr;
  RecordLimits limits;
  std::string today;  // YYYY-MM-DD, UTC.
};

// INVALID_ARGUMENT for a feed or a join whose files are patterns.
absl::StatusOr<std::unique_ptr<Documents>> WebDocuments(
    const std::string& location, const definition::SourceDefinition& definition,
    const WebAccess& access);

// The files of the definition's tree. The listing is read with the first document that is wanted.
std::unique_ptr<Documents> TreeDocuments(const std::string& location,
                                         const definition::SourceDefinition& definition,
                                         const WebAccess& access);

// Whether `name` is one of `files`.
bool IsChosen(const definition::FileChoice& files, const std::string& name);

// The regular files of an archive, by name. Fails as LocalDocuments.
absl::StatusOr<std::map<std::string, std::string>> ReadArchive(const std::string& path);

// `bytes`, unpacked if they are gzip or xz. DATA_LOSS if the packed data are damaged or cut off,
// RESOURCE_EXHAUSTED beyond the bounds above.
absl::StatusOr<std::string> Unpacked(std::string bytes);
absl::StatusOr<std::string> UnpackedXz(absl::string_view bytes);

}  // namespace parfocal::defined
