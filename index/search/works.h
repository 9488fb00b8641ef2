// Works of a match: studies of several sources that are copies of each other count once. A study
// without copies is a work of its own and has no value in the field "work", so only the few that
// have one are looked at.
//
// One thread; used within one search.
#pragma once

#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "parfocal/rows/ranked_rows.h"
#include "parfocal/rows/snapshot_rows.h"
#include "parfocal/status.h"

namespace parfocal {

class Works {
 public:
  static constexpr ValueId kNone = UINT32_MAX;

  // Reads which studies of the snapshot have copies. DEADLINE_EXCEEDED and CANCELLED as `interrupt`
  // says.
  static absl::StatusOr<Works> Of(const SnapshotRows& rows, Interrupt* interrupt);

  // The work of a study by its number in the snapshot, or kNone if it has no copy.
  ValueId WorkOf(uint32_t study) const {
    const auto at = work_of_.find(study);
    return at == work_of_.end() ? kNone : at->second;
  }
  // Distinct works among the studies of the match.
  int64_t Distinct(const SnapshotRows& rows, const RankedRows& match) const;

 private:
  absl::flat_hash_map<uint32_t, ValueId> work_of_;
};

}  // namespace parfocal
