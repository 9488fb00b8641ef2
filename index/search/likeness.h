// What makes a study what it is, as a query: its values, the telling ones first, and the words of
// its title, joined by OR. Ranking does the rest.
#pragma once

#include "parfocal/query.h"
#include "parfocal/rows/snapshot_rows.h"

namespace parfocal {

inline constexpr size_t kMaxLikenessValues = 24;
inline constexpr size_t kMaxLikenessWords = 12;

// `study` counts in rows.studies(). The query leaves the study itself out; it is kNone if nothing
// is known of it.
QueryNode MakeLikeness(const SnapshotRows& rows, uint32_t study);

}  // namespace parfocal
