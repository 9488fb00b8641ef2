// The seam to what was found between studies: relations, what curators decided about them, and the
// works that copies form. It is kept beside the records, so that a harvest never overwrites it, and
// every change of it stands in the change feed under the studies that it concerns.
//
// Thread safety: every member may be called from any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/record.h"
#include "parfocal/record_name.h"
#include "parfocal/status.h"

namespace parfocal {

enum class RelationVerdict : uint8_t { kNone = 0, kAsserted = 1, kRejected = 2 };

// One relation as it stands at one of its two studies.
struct RecordRelation {
  RecordName from;  // A study.
  RecordName to;    // A study; no source if it is not in the catalogue.
  // What the archives call the other one: its accession. Never empty.
  std::string accession;
  RelationType type = RelationType::kUnspecified;
  // Of conversion and subset: `to` is the conversion, or the part, of `from`.
  bool inverse = false;
  float confidence = 1.0f;
  std::string because;  // Rules and values that made it, for people.
  RelationVerdict verdict = RelationVerdict::kNone;
  friend bool operator==(const RecordRelation&, const RecordRelation&) = default;
};

// What a curator said of two studies; kept whatever becomes of them.
struct RelationDecision {
  RecordName from, to;
  RelationType type = RelationType::kUnspecified;  // Of `from`, if asserted.
  RelationVerdict verdict = RelationVerdict::kNone;
  std::string author;
  std::string note;
  absl::Time decided;
  friend bool operator==(const RelationDecision&, const RelationDecision&) = default;
};

// All relations of one study, and its work.
struct StudyRelations {
  RecordName study;
  std::string work;                       // Empty: it has no copy.
  std::vector<RecordRelation> relations;  // By name or accession of the other.
  friend bool operator==(const StudyRelations&, const StudyRelations&) = default;
};

class RelationStore {
 public:
  virtual ~RelationStore() = default;

  // Replaces what is known of each study named, durably and all of it or nothing. A study whose
  // relations or work are other than before gets a change entry in `group` if it is live there.
  // Returns the group's newest sequence. UNAVAILABLE as RecordStore::CommitPage.
  virtual absl::StatusOr<int64_t> PutRelations(const std::string& group,
                                               const std::vector<StudyRelations>& studies) = 0;
  // Of a study; empty if there are none.
  virtual absl::StatusOr<StudyRelations> RelationsOf(const RecordName& study) const = 0;
  // Calls `visit` for each study that has relations and whose name begins with `prefix`, in key
  // order, behind `after`, until it returns false.
  virtual absl::Status ScanRelations(
      const RecordName& prefix, const std::optional<RecordName>& after,
      const std::function<bool(const StudyRelations&)>& visit) const = 0;

  // Keeps the decision about its two studies instead of an earlier one; kNone forgets it.
  virtual absl::Status PutDecision(const RelationDecision& decision) = 0;
  // In the order of their names.
  virtual absl::StatusOr<std::vector<RelationDecision>> Decisions() const = 0;
};

}  // namespace parfocal
