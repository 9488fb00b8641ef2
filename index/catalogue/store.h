// The class behind OpenRocksDbRecordStore. Its members are defined by stage: store_open.cc,
// store_commit.cc (pages), store_amend.cc, store_restore.cc, store_seen.cc, store_read.cc,
// store_runs.cc (sources, runs, rejections), store_relations.cc,
// store_purge.cc (takedowns).
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "change_set.h"
#include "database.h"
#include "parfocal/catalogue/purge.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "parfocal/catalogue/string_table.h"
#include "parfocal/mutex.h"
#include "parfocal/relation_store.h"

namespace parfocal::catalogue {

struct PreparedPage;
struct PurgeWork;

class RocksDbRecordStore final : public RecordStore, public RelationStore {
 public:
  static absl::StatusOr<std::unique_ptr<RocksDbRecordStore>> Open(
      const std::string& directory, const RocksDbRecordStoreOptions& options);

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

  absl::StatusOr<int64_t> PutRelations(const std::string& group,
                                       const std::vector<StudyRelations>& studies) override;
  absl::StatusOr<StudyRelations> RelationsOf(const RecordName& study) const override;
  absl::Status ScanRelations(
      const RecordName& prefix, const std::optional<RecordName>& after,
      const std::function<bool(const StudyRelations&)>& visit) const override;
  absl::Status PutDecision(const RelationDecision& decision) override;
  absl::StatusOr<std::vector<RelationDecision>> Decisions() const override;

  // See purge.h.
  absl::StatusOr<PurgeReport> Purge(const RecordName& study);
  absl::Status Erase(const RecordName& study);
  absl::StatusOr<bool> TakenDown(const RecordName& study) const;

  const Database& database() const { return *database_; }
  // Calls `write` while no commit is going on, with the sequences of all groups.
  absl::Status WhileQuiet(const std::function<absl::Status(const StoreState&)>& write) const;

 private:
  RocksDbRecordStore(std::unique_ptr<Database> database, const Clock* clock)
      : database_(std::move(database)), clock_(clock) {}

  absl::Status Load();
  // The failure that stopped writing, if there was one.
  absl::Status Writable() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);
  ChangeSet NewChangeSet() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);
  // Writes `changes` with its counts and the strings interned since the last write, synced; then
  // makes its state the store's. A failure stops all further writing.
  absl::Status Write(ChangeSet* changes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);
  absl::Status Stop(const absl::Status& failure) ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);

  absl::StatusOr<std::vector<std::optional<MetaRow>>> ReadMetas(
      const std::vector<absl::string_view>& keys) const;
  absl::Status PurgeRecords(PurgeWork* work, ChangeSet* changes) const;
  absl::Status PurgeBlobs(PurgeWork* work, ChangeSet* changes) const;
  absl::Status PurgeRejections(PurgeWork* work, ChangeSet* changes) const;
  absl::Status PutBlobs(const PageCommit& page, PreparedPage* prepared, ChangeSet* changes) const;
  absl::StatusOr<std::string> ReadBlob(uint64_t blob, uint64_t offset, uint64_t length,
                                       const rocksdb::Snapshot* snapshot) const;

  // Fills in the work of the study at `key`.
  absl::Status FillWork(absl::string_view key, const rocksdb::Snapshot* snapshot,
                        RecordMeta* meta) const;
  absl::StatusOr<StoredRecord> Decode(const RecordName& name, const MetaRow& meta,
                                      absl::string_view body) const;
  absl::StatusOr<RunRow> ReadRun(const std::string& source, const std::string& run) const;
  // The newest run, or NOT_FOUND.
  absl::StatusOr<RunRow> NewestRun(const std::string& source) const;
  absl::Status FinishDeletion(const std::string& id) ABSL_LOCKS_EXCLUDED(write_mu_);
  absl::StatusOr<bool> DeleteSome(const std::string& id, std::string* after)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mu_);

  const std::unique_ptr<Database> database_;
  const Clock* const clock_;
  // Read by anybody; Intern only with write_mu_.
  StringTable strings_;

  // Held from reading what a write depends on until that write is on disk: it makes sequences
  // follow each other without holes. Taken before state_mu_.
  mutable Mutex write_mu_;
  absl::Status stopped_ ABSL_GUARDED_BY(write_mu_);
  uint32_t strings_written_ ABSL_GUARDED_BY(write_mu_) = 0;

  mutable Mutex state_mu_;
  mutable std::condition_variable_any changed_;
  StoreState state_ ABSL_GUARDED_BY(state_mu_);                // What is on disk.
  std::set<std::string> deleting_ ABSL_GUARDED_BY(state_mu_);  // Sources on their way out.
};

}  // namespace parfocal::catalogue
