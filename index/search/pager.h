// Puts the matches in order and cuts the page behind a sort key. A sort key says where a hit
// stands, not how many came before it, so that pages of one snapshot neither repeat nor skip.
#pragma once

#include <string>
#include <vector>

#include "parfocal/query.h"
#include "parfocal/rows/ranked_rows.h"
#include "parfocal/status.h"
#include "ranking.h"
#include "works.h"

namespace parfocal {

// Where a hit stands. Compares by `rank` (greater first), `text`, study key, specificity (greater
// first), ImageSet id in natural order.
struct SortKey {
  int64_t rank = 0;
  std::string text;  // Of SearchOrder::kTitle.
  std::string study;
  int64_t specificity = 0;
  std::string image_set;

  std::string Encode() const;
  // INVALID_ARGUMENT (PAGE_TOKEN_MISMATCH) if `encoded` is none.
  static absl::StatusOr<SortKey> Decode(absl::string_view encoded);
  static bool Before(const SortKey& a, const SortKey& b);
};

class Pager {
 public:
  Pager(const SnapshotRows& rows, const RankedRows& match, const Ranking& ranking,
        const BoundQuery& query, const Works& works)
      : rows_(rows), match_(match), ranking_(ranking), query_(query), works_(works) {}

  // Fills hits (without snippets) and `more`.
  absl::Status Fill(Interrupt* interrupt, SearchAnswer* answer) const;

 private:
  struct Study {
    uint32_t number;
    SortKey key;
    std::vector<uint32_t> copies;  // Of its work, that are no hits of their own.
  };
  // Of each work leaves the study that stands first.
  void Collapse(std::vector<Study>* found) const;
  int64_t RankOf(const LiveStudy& study, uint32_t number, const Counts& counts) const;
  SortKey KeyOf(const LiveStudy& study, uint32_t number, const Counts& counts) const;
  absl::Status FillStudies(const SortKey* after, Interrupt* interrupt, SearchAnswer* answer) const;
  absl::Status FillRows(const SortKey* after, Interrupt* interrupt, SearchAnswer* answer) const;
  absl::Status FillRowsByImages(const SortKey* after, Interrupt* interrupt,
                                SearchAnswer* answer) const;
  // The study's matching rows in the order of hits; their keys differ in the last two parts only.
  // Where rows have no specificity: those from `id` on, and at most `limit` of them.
  absl::Status RowsOf(const LiveStudy& study, absl::string_view id, size_t limit,
                      Interrupt* interrupt, std::vector<size_t>* out) const;
  std::vector<RecordName> Samples(const LiveStudy& study) const;
  absl::string_view RowId(size_t row) const;
  Hit MakeRowHit(const SortKey& key, size_t row) const;

  const SnapshotRows& rows_;
  const RankedRows& match_;
  const Ranking& ranking_;
  const BoundQuery& query_;
  const Works& works_;
};

}  // namespace parfocal
