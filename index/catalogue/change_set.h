// One atomic write to the catalogue in the making: rows, feed entries, and the counts that follow
// from them. Nothing is visible until the store has written batch() and taken over state().
//
// Used by one thread, which holds the store's write lock.
#pragma once

#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "database.h"
#include "rocksdb/write_batch.h"
#include "rows.h"

namespace parfocal::catalogue {

// What changes with every commit and is kept in memory beside its rows.
struct StoreState {
  CountersRow counters;
  std::map<std::string, GroupRow> groups;
};

// Keys in Family::kState.
std::string CountersKey();
std::string GroupKey(absl::string_view group);
std::string SourceKey(absl::string_view source);
std::string DeletingKey(absl::string_view source);
inline constexpr char kGroupKeyPrefix[] = "group/";
inline constexpr char kSourceKeyPrefix[] = "source/";
inline constexpr char kDeletingKeyPrefix[] = "deleting/";
// Key in Family::kChanges.
std::string ChangeKey(absl::string_view group, int64_t sequence);
// What the keys of the group's changes begin with.
std::string ChangePrefix(absl::string_view group);

class ChangeSet {
 public:
  // `now` becomes last_changed of what changes.
  ChangeSet(const Database& database, StoreState state, absl::Time now);

  rocksdb::WriteBatch& batch() { return batch_; }
  StoreState& state() { return state_; }

  void Put(Family family, absl::string_view key, absl::string_view value);
  void Delete(Family family, absl::string_view key);
  void DeletePrefix(Family family, absl::string_view prefix);

  // Makes the record at `key` live with `body`. `row` holds its hashes, group and raw place; `old`
  // is its row so far, or nullptr. Fills the rest of `row`.
  void Upsert(absl::string_view key, bool is_study, const MetaRow* old, absl::string_view body,
              MetaRow* row);
  // Gives the live record whose row is `row` another `body`; content hash and release are set.
  void Amend(absl::string_view key, absl::string_view body, MetaRow* row);
  // Adds a change entry for a live record whose row and body stay as they are: what is known about
  // it beside them has changed.
  void Touch(const std::string& group, absl::string_view key);
  // Notes up to which release the group is normalised.
  void SetNormalised(const std::string& group, const std::string& release);
  // Makes the live record whose row is `old` a tombstone.
  void Tombstone(absl::string_view key, bool is_study, const MetaRow& old);

  // Makes the tombstone whose row is `old` live again, with the body that it has.
  void Restore(absl::string_view key, bool is_study, const MetaRow& old);
  // Removes the record, live or a tombstone, with its row; the feed says that it is gone.
  void Purge(absl::string_view key, bool is_study, const MetaRow& old);

  // Adds the rows of the counts. To be called once, last.
  void Finish();

 private:
  int64_t AddChange(const std::string& group, ChangeKind kind, absl::string_view key);
  void Count(const std::string& group, bool is_study, int64_t live, int64_t tombstones);

  const Database& database_;
  StoreState state_;
  absl::Time now_;
  std::set<std::string> groups_changed_;
  rocksdb::WriteBatch batch_;
};

}  // namespace parfocal::catalogue
