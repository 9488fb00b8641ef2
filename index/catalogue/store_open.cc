#include <utility>

#include "keys.h"
#include "parfocal/catalogue/wire.h"
#include "store.h"

namespace parfocal::catalogue {

absl::StatusOr<std::unique_ptr<RocksDbRecordStore>> RocksDbRecordStore::Open(
    const std::string& directory, const RocksDbRecordStoreOptions& options) {
  static const SystemClock* const system_clock = new SystemClock;
  const Clock* clock = options.clock != nullptr ? options.clock : system_clock;
  Database::Options sizes;
  sizes.block_cache_bytes = options.block_cache_bytes;
  sizes.memtable_bytes = options.memtable_bytes;
  PARFOCAL_ASSIGN_OR_RETURN(
      auto database, Database::Open(directory, Database::Mode::kReadWrite, sizes, clock->Now()));
  std::unique_ptr<RocksDbRecordStore> store(new RocksDbRecordStore(std::move(database), clock));
  PARFOCAL_RETURN_IF_ERROR(store->Load());
  return store;
}

absl::Status RocksDbRecordStore::Load() {
  std::vector<std::string> unfinished;
  {
    MutexLock write_lock(&write_mu_);
    MutexLock lock(&state_mu_);
    Database::Range strings = database_->Rows(Family::kStrings, "", "");
    for (; strings.Valid(); strings.Next()) {
      // Numbers run from 0 in key order, so the table gives each string its number again.
      const auto number = strings_.Intern(strings.value());
      if (!number || strings.key() != BigEndian(*number)) {
        return absl::DataLossError(
            absl::StrCat("catalogue ", database_->directory(),
                         ": the string table has a hole; restore a checkpoint"));
      }
    }
    PARFOCAL_RETURN_IF_ERROR(strings.status());
    strings_written_ = strings_.size();

    rocksdb::PinnableSlice value;
    const absl::Status counters = database_->Get(Family::kState, CountersKey(), &value);
    if (counters.ok()) {
      PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(FromSlice(value), &state_.counters));
    } else if (!absl::IsNotFound(counters)) {
      return counters;
    }
    Database::Range groups =
        database_->Rows(Family::kState, kGroupKeyPrefix, PrefixEnd(kGroupKeyPrefix));
    for (; groups.Valid(); groups.Next()) {
      const std::string name(groups.key().substr(sizeof(kGroupKeyPrefix) - 1));
      PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(groups.value(), &state_.groups[name]));
    }
    PARFOCAL_RETURN_IF_ERROR(groups.status());
    Database::Range deleting =
        database_->Rows(Family::kState, kDeletingKeyPrefix, PrefixEnd(kDeletingKeyPrefix));
    for (; deleting.Valid(); deleting.Next()) {
      unfinished.emplace_back(deleting.key().substr(sizeof(kDeletingKeyPrefix) - 1));
    }
    PARFOCAL_RETURN_IF_ERROR(deleting.status());
    deleting_.insert(unfinished.begin(), unfinished.end());
  }
  for (const std::string& id : unfinished) PARFOCAL_RETURN_IF_ERROR(FinishDeletion(id));
  return absl::OkStatus();
}

absl::Status RocksDbRecordStore::Writable() const {
  if (stopped_.ok()) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "catalogue ", database_->directory(),
      ": writing has stopped; restart the node, it will replay. Cause: ", stopped_.message()));
}

absl::Status RocksDbRecordStore::Stop(const absl::Status& failure) {
  stopped_ = failure;
  return absl::UnavailableError(failure.message());
}

ChangeSet RocksDbRecordStore::NewChangeSet() const {
  MutexLock lock(&state_mu_);
  return ChangeSet(*database_, state_, clock_->Now());
}

absl::Status RocksDbRecordStore::Write(ChangeSet* changes) {
  const uint32_t strings = strings_.size();
  for (uint32_t number = strings_written_; number < strings; ++number) {
    changes->Put(Family::kStrings, BigEndian(number), *strings_.Find(number));
  }
  changes->Finish();
  rocksdb::WriteOptions options;
  options.sync = true;
  const absl::Status wrote =
      FromRocksDb(database_->db()->Write(options, &changes->batch()),
                  absl::StrCat("catalogue ", database_->directory(), ": write"));
  if (!wrote.ok()) return Stop(wrote);
  strings_written_ = strings;
  {
    MutexLock lock(&state_mu_);
    state_ = std::move(changes->state());
  }
  changed_.notify_all();
  return absl::OkStatus();
}

absl::Status RocksDbRecordStore::WhileQuiet(
    const std::function<absl::Status(const StoreState&)>& write) const {
  MutexLock write_lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  StoreState state;
  {
    MutexLock lock(&state_mu_);
    state = state_;
  }
  return write(state);
}

}  // namespace parfocal::catalogue

namespace parfocal {

absl::StatusOr<std::unique_ptr<RecordStore>> OpenRocksDbRecordStore(
    const std::string& directory, const RocksDbRecordStoreOptions& options) {
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<RecordStore> store,
                            catalogue::RocksDbRecordStore::Open(directory, options));
  return store;
}

}  // namespace parfocal
