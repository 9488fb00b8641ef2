// A RecordStore whose records are made when they are asked for, one after the other: for feeding
// the index with millions of them that are kept nowhere.
//
// As it stands it has a feed of `records` changes; after OfferScan it is a store that holds them
// all and is read by a scan. It cannot be written to.
//
// Thread safety: one reader.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "parfocal/record_store.h"

namespace parfocal::testing {

class GeneratedStore final : public RecordStore {
 public:
  GeneratedStore(int64_t records, std::function<Record(int64_t)> make)
      : records_(records), make_(std::move(make)) {}

  std::vector<absl::StatusOr<StoredRecord>> BatchGet(
      absl::Span<const RecordName> names) const override {
    std::vector<absl::StatusOr<StoredRecord>> out;
    for (const RecordName& name : names) {
      const auto number = numbers_.find(FormatRecordName(name));
      out.push_back(Stored(number->second));
    }
    return out;
  }
  absl::Status Scan(const RecordName&, const std::optional<RecordName>&,
                    const std::function<bool(const StoredRecord&)>& visit) const override {
    for (int64_t i = 0; i < records_; ++i) {
      if (!visit(Stored(i))) break;
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<Change>> ChangesSince(const std::string&, int64_t after,
                                                   int limit) const override {
    std::vector<Change> out;
    numbers_.clear();
    for (int64_t i = after; i < std::min(records_, after + limit); ++i) {
      out.push_back({i + 1, ChangeKind::kUpsert, NameOf(make_(i))});
      numbers_[FormatRecordName(out.back().name)] = i;
    }
    return out;
  }
  absl::StatusOr<StoreStatus> Status(const std::string&) const override {
    StoreStatus status;
    status.sequence = scanned_ ? records_ : 0;
    return status;
  }
  int64_t WaitForChange(const std::string&, int64_t after, absl::Time deadline) const override {
    if (after >= records_) absl::SleepFor(deadline - absl::Now());
    return records_;
  }
  std::vector<Source> ListSources() const override {
    if (!scanned_) return {};
    Source source;
    source.id = make_(0).index() == 0 ? std::get<Study>(make_(0)).source : "src";
    return {source};
  }
  void OfferScan() { scanned_ = true; }

  // What the writer never calls.
  absl::StatusOr<PageReceipt> CommitPage(const PageCommit&) override { return No(); }
  absl::StatusOr<AmendReceipt> Amend(const std::string&, absl::Span<const Amendment>,
                                     const std::string&) override {
    return No();
  }
  absl::Status SetNormalised(const std::string&, const std::string&) override { return No(); }
  absl::StatusOr<StoredRecord> Get(const RecordName&) const override { return No(); }
  absl::StatusOr<std::string> GetRaw(const RecordName&) const override { return No(); }
  absl::Status ScanTombstones(const std::string&,
                              const std::function<bool(const StoredRecord&)>&) const override {
    return No();
  }
  absl::Status ScanUntouched(const std::string&, const std::string&,
                             const std::function<bool(const RecordName&)>&) const override {
    return No();
  }
  std::vector<absl::Time> LastSeen(absl::Span<const RecordName>) const override { return {}; }
  absl::StatusOr<int64_t> RestoreDeleted(const std::string&, absl::Time, absl::Time) override {
    return No();
  }
  absl::Status CreateSource(const Source&) override { return No(); }
  absl::Status UpdateSource(const Source&) override { return No(); }
  absl::StatusOr<Source> GetSource(const std::string&) const override { return No(); }
  absl::Status DeleteSource(const std::string&) override { return No(); }
  absl::StatusOr<Run> BeginRun(const std::string&, absl::Time, bool*) override { return No(); }
  absl::Status EndRun(const Run&) override { return No(); }
  absl::StatusOr<Run> GetRun(const std::string&, const std::string&) const override { return No(); }
  std::vector<Run> ListRuns(const std::string&) const override { return {}; }
  absl::StatusOr<std::vector<Rejection>> ListRejections(const std::string&, const std::string&,
                                                        int64_t, int) const override {
    return No();
  }

 private:
  static absl::Status No() { return absl::UnimplementedError("generated records are read only"); }
  StoredRecord Stored(int64_t i) const {
    StoredRecord stored;
    stored.record = make_(i);
    stored.meta.sequence = i + 1;
    return stored;
  }
  const int64_t records_;
  const std::function<Record(int64_t)> make_;
  bool scanned_ = false;
  mutable std::map<std::string, int64_t> numbers_;  // Of the last batch; one reader.
};

}  // namespace parfocal::testing
