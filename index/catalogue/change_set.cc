#include "change_set.h"

#include <utility>

#include "keys.h"
#include "parfocal/catalogue/wire.h"

namespace parfocal::catalogue {

std::string CountersKey() { return "counters"; }
std::string GroupKey(absl::string_view group) { return absl::StrCat(kGroupKeyPrefix, group); }
std::string SourceKey(absl::string_view source) { return absl::StrCat(kSourceKeyPrefix, source); }
std::string DeletingKey(absl::string_view source) {
  return absl::StrCat(kDeletingKeyPrefix, source);
}

std::string ChangePrefix(absl::string_view group) { return SourcePrefix(group); }
std::string ChangeKey(absl::string_view group, int64_t sequence) {
  return ChangePrefix(group) + BigEndian(static_cast<uint64_t>(sequence));
}

ChangeSet::ChangeSet(const Database& database, StoreState state, absl::Time now)
    : database_(database), state_(std::move(state)), now_(now) {}

// WriteBatch fails only on a column family of another database or beyond 4 GiB; CommitPage bounds
// the size, so the statuses below carry nothing.
void ChangeSet::Put(Family family, absl::string_view key, absl::string_view value) {
  (void)batch_.Put(database_.family(family), ToSlice(key), ToSlice(value));
}
void ChangeSet::Delete(Family family, absl::string_view key) {
  (void)batch_.Delete(database_.family(family), ToSlice(key));
}
void ChangeSet::DeletePrefix(Family family, absl::string_view prefix) {
  (void)batch_.DeleteRange(database_.family(family), ToSlice(prefix), PrefixEnd(prefix));
}

int64_t ChangeSet::AddChange(const std::string& group, ChangeKind kind, absl::string_view key) {
  const int64_t sequence = ++state_.groups[group].sequence;
  Put(Family::kChanges, ChangeKey(group, sequence), Encode(ChangeRow{kind, std::string(key)}));
  return sequence;
}

void ChangeSet::Count(const std::string& group, bool is_study, int64_t live, int64_t tombstones) {
  GroupRow& row = state_.groups[group];
  groups_changed_.insert(group);
  (is_study ? row.studies : row.image_sets) += live;
  row.tombstones += tombstones;
}

void ChangeSet::Upsert(absl::string_view key, bool is_study, const MetaRow* old,
                       absl::string_view body, MetaRow* row) {
  if (old == nullptr) {
    row->id = state_.counters.next_record++;
    row->first_seen = now_;
  } else {
    row->id = old->id;
    row->first_seen = old->first_seen;
    if (old->deleted) {
      Count(old->group, is_study, 0, -1);
    } else {
      Count(old->group, is_study, -1, 0);
      // A reader of the old group alone must see the record go.
      if (old->group != row->group) AddChange(old->group, ChangeKind::kDelete, key);
    }
  }
  Count(row->group, is_study, 1, 0);
  row->last_changed = now_;
  row->deleted = false;
  row->sequence = AddChange(row->group, ChangeKind::kUpsert, key);
  Put(Family::kRecords, key, body);
  Put(Family::kMeta, key, Encode(*row));
}

void ChangeSet::Amend(absl::string_view key, absl::string_view body, MetaRow* row) {
  groups_changed_.insert(row->group);
  row->last_changed = now_;
  row->sequence = AddChange(row->group, ChangeKind::kUpsert, key);
  Put(Family::kRecords, key, body);
  Put(Family::kMeta, key, Encode(*row));
}

void ChangeSet::Touch(const std::string& group, absl::string_view key) {
  groups_changed_.insert(group);
  AddChange(group, ChangeKind::kUpsert, key);
}

void ChangeSet::SetNormalised(const std::string& group, const std::string& release) {
  groups_changed_.insert(group);
  state_.groups[group].normalised = release;
}

void ChangeSet::Tombstone(absl::string_view key, bool is_study, const MetaRow& old) {
  MetaRow row = old;
  row.deleted = true;
  row.last_changed = now_;
  Count(old.group, is_study, -1, 1);
  row.sequence = AddChange(old.group, ChangeKind::kDelete, key);
  Put(Family::kMeta, key, Encode(row));
}

void ChangeSet::Restore(absl::string_view key, bool is_study, const MetaRow& old) {
  MetaRow row = old;
  row.deleted = false;
  row.last_changed = now_;
  Count(old.group, is_study, 1, -1);
  row.sequence = AddChange(old.group, ChangeKind::kUpsert, key);
  Put(Family::kMeta, key, Encode(row));
}

void ChangeSet::Purge(absl::string_view key, bool is_study, const MetaRow& old) {
  Count(old.group, is_study, old.deleted ? 0 : -1, old.deleted ? -1 : 0);
  AddChange(old.group, ChangeKind::kDelete, key);
  Delete(Family::kRecords, key);
  Delete(Family::kMeta, key);
}

void ChangeSet::Finish() {
  for (const std::string& group : groups_changed_)
    Put(Family::kState, GroupKey(group), Encode(state_.groups[group]));
  Put(Family::kState, CountersKey(), Encode(state_.counters));
}

}  // namespace parfocal::catalogue
