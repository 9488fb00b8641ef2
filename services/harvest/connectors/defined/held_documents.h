// What the last run made of the documents that it read, so that a document which has not changed
// need not be fetched again: its records are those that the catalogue holds.
//
// Thread safety: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/status.h"
#include "records.h"

namespace parfocal::defined {

inline constexpr size_t kMaxHeldBytes = size_t{256} << 20;

// The raw bytes of a record, with the context that it needs, by their hash.
uint64_t HashOfRaw(absl::string_view context, absl::string_view raw);

struct DocumentNote {
  std::string etag, last_modified;  // As the server gave them.
  std::string tag;                  // What a list says of it; empty: no list does.
  std::string next;                 // How the list went on behind it.
  std::vector<uint64_t> records;    // Their raw bytes, in order.
  int64_t left_out = 0;             // Records that the definition leaves out.
};

class HeldDocuments {
 public:
  // `context` must outlive it. What another definition made of documents says nothing, so its marks
  // are passed over.
  HeldDocuments(const ConnectorContext& context, uint64_t definition);

  // Days, YYYY-MM-DD: when the last COMPLETE run began, and when the last one that listed
  // everything did; empty if there is none.
  const std::string& since() const { return since_; }
  const std::string& full() const { return full_; }

  // What is known of the document at `address`, if every record of it is held; nullptr if not. The
  // first call reads what the catalogue holds, at most kMaxHeldBytes of it.
  absl::StatusOr<const DocumentNote*> Find(const std::string& address);
  // The bytes of a record; Find has said that they are held.
  const std::string& Raw(uint64_t hash) const { return raw_.at(hash); }

  void Keep(const std::string& address, DocumentNote note) { kept_[address] = std::move(note); }
  void Forget() { kept_.clear(); }

  // The mark for the next run. `began`, `full`: days, as above. `all`: documents of which this run
  // said nothing are forgotten. What has no room is fetched again next time.
  std::string Mark(const std::string& began, const std::string& full, bool all) const;

 private:
  const ConnectorContext context_;
  const uint64_t definition_;
  std::string since_, full_;
  std::map<std::string, DocumentNote> known_, kept_;  // By address.
  bool read_ = false;
  absl::flat_hash_map<uint64_t, std::string> raw_;
};

// The records of a document that was not fetched, as they came out of it. `held` must outlive the
// reader. The document was not read with `*` at the end of its records: keys are not held.
absl::StatusOr<std::unique_ptr<RecordReader>> OpenHeld(const std::string& name,
                                                       const DocumentNote& note,
                                                       const HeldDocuments& held,
                                                       RecordFormat format,
                                                       const RecordLimits& limits);

}  // namespace parfocal::defined
