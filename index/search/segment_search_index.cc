#include "parfocal/search/segment_search_index.h"

#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "index_snapshot.h"

namespace parfocal {

SegmentSearchIndex::SegmentSearchIndex() = default;
SegmentSearchIndex::~SegmentSearchIndex() = default;

absl::Status SegmentSearchIndex::Publish(const std::string& directory, const Manifest& manifest,
                                         std::shared_ptr<const Vocabulary> vocabulary,
                                         std::shared_ptr<const TermLookup> terms) {
  std::shared_ptr<const IndexSnapshot> previous;
  {
    MutexLock lock(&mu_);
    previous = newest_;
  }
  if (resources_ == nullptr || resources_->directory != directory ||
      resources_->vocabulary != vocabulary || resources_->terms != terms) {
    resources_ = std::make_shared<SearchResources>(directory, vocabulary, std::move(terms));
  }
  PARFOCAL_ASSIGN_OR_RETURN(std::shared_ptr<const SnapshotRows> rows,
                            SnapshotRows::Build(directory, manifest, vocabulary,
                                                previous == nullptr ? nullptr : &previous->rows()));
  resources_->dictionary->Grow(manifest.values);
  resources_->lengths.Grow(*vocabulary, manifest.values);
  resources_->text.Advance();
  auto snapshot = std::make_shared<const IndexSnapshot>(std::move(rows), resources_);
  {
    MutexLock lock(&mu_);
    newest_ = std::move(snapshot);
  }
  published_.notify_all();
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Snapshot>> SegmentSearchIndex::Open() const {
  MutexLock lock(&mu_);
  if (newest_ == nullptr) {
    return absl::UnavailableError("search: the index is being opened; ask again in a moment");
  }
  return std::shared_ptr<const Snapshot>(newest_);
}

absl::StatusOr<std::shared_ptr<const Snapshot>> SegmentSearchIndex::OpenAt(
    int64_t sequence, absl::Time deadline) const {
  // The deadline is wall time; the wait must not follow a clock that is set.
  const auto until = std::chrono::steady_clock::now() +
                     absl::ToChronoNanoseconds(std::min(deadline - absl::Now(), absl::Hours(1)));
  MutexLock lock(&mu_);
  while (newest_ == nullptr || newest_->rows().manifest().sequence < sequence) {
    if (published_.wait_until(mu_, until) == std::cv_status::timeout) break;
  }
  if (newest_ == nullptr) {
    return absl::UnavailableError("search: the index is being opened; ask again in a moment");
  }
  const int64_t current = newest_->rows().manifest().sequence;
  if (current < sequence) {
    return WithReason(absl::FailedPreconditionError(absl::StrCat(
                          "search: the index is at sequence ", current, ", not yet at ", sequence)),
                      "INDEX_BEHIND", "min_sequence");
  }
  return std::shared_ptr<const Snapshot>(newest_);
}

}  // namespace parfocal
