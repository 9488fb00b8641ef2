// A RecordStore in memory, for tests of what stands on a RecordStore. Passes the same contract test
// (tests/index/catalogue/record_store_contract.h) as the one on RocksDB.
#pragma once

#include <condition_variable>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "parfocal/clock.h"
#include "parfocal/mutex.h"
#include "parfocal/record_store.h"

namespace parfocal::testing {

class FakeRecordStore final : public RecordStore {
 public:
  // `clock` is borrowed; nullptr: the system's.
  explicit FakeRecordStore(const Clock* clock = nullptr);

  // The next call that can fail returns `status` and changes nothing.
  void FailNext(absl::Status status);

  absl::StatusOr<PageReceipt> CommitPage(const PageCommit& page) override;
  absl::StatusOr<AmendReceipt> Amend(const std::string& group,
                                     absl::Span<const Amendment> amendments,
                                     const std::string& release) override;
  absl::Status SetNormalised(const std::string& group, const std::string& release) override;
  absl::StatusOr<StoredRecord> Get(const RecordName& name) const override;
  std::vector<absl::StatusOr<StoredRecord>> BatchGet(
      absl::Span<const RecordName> names) const override;
  absl::StatusOr<std::string> GetRaw(const RecordName& name) const override;
  absl::Status Scan(const RecordName& prefix, const std::optional<RecordName>& after,
                    const std::function<bool(const StoredRecord&)>& visit) const override;
  absl::Status ScanTombstones(const std::string& source,
                              const std::function<bool(const StoredRecord&)>& visit) const override;
  absl::Status ScanUntouched(const std::string& source, const std::string& run,
                             const std::function<bool(const RecordName&)>& visit) const override;
  std::vector<absl::Time> LastSeen(absl::Span<const RecordName> names) const override;
  absl::StatusOr<int64_t> RestoreDeleted(const std::string& source, absl::Time from,
                                         absl::Time until) override;
  absl::StatusOr<std::vector<Change>> ChangesSince(const std::string& group, int64_t after,
                                                   int limit) const override;
  absl::StatusOr<StoreStatus> Status(const std::string& group) const override;
  int64_t WaitForChange(const std::string& group, int64_t after,
                        absl::Time deadline) const override;
  absl::Status CreateSource(const Source& source) override;
  absl::Status UpdateSource(const Source& source) override;
  absl::StatusOr<Source> GetSource(const std::string& id) const override;
  std::vector<Source> ListSources() const override;
  absl::Status DeleteSource(const std::string& id) override;
  absl::StatusOr<Run> BeginRun(const std::string& source, absl::Time now, bool* resumed) override;
  absl::Status EndRun(const Run& run) override;
  absl::StatusOr<Run> GetRun(const std::string& source, const std::string& run) const override;
  std::vector<Run> ListRuns(const std::string& source) const override;
  absl::StatusOr<std::vector<Rejection>> ListRejections(const std::string& source,
                                                        const std::string& run, int64_t offset,
                                                        int limit) const override;

 private:
  struct Row {
    StoredRecord stored;
    std::string raw;
    std::string group;
  };
  struct RunRow {
    Run run;
    std::set<RecordName> touched;
    std::vector<Rejection> rejections;
  };
  using Changes = std::map<std::string, std::vector<Change>>;  // By group.

  absl::Status TakeFailure() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  RunRow* FindRun(const std::string& source, const std::string& run)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  const RunRow* FindRun(const std::string& source, const std::string& run) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  int64_t AddChange(const std::string& group, ChangeKind kind, const RecordName& name)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Tombstone(const RecordName& name, Row* row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Put(const PageCommit& page, const Upsert& upsert, Ledger* ledger)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  int64_t Newest(const std::string& group) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const Clock* const clock_;
  mutable Mutex mu_;
  mutable std::condition_variable_any changed_;
  mutable absl::Status fail_next_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::string> normalised_ ABSL_GUARDED_BY(mu_);  // By group.
  std::map<RecordName, Row> rows_ ABSL_GUARDED_BY(mu_);
  Changes changes_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Source> sources_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, std::map<std::string, RunRow>> runs_
      ABSL_GUARDED_BY(mu_);  // By source and id.
  int next_run_ ABSL_GUARDED_BY(mu_) = 1;
};

}  // namespace parfocal::testing
