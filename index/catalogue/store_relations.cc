// What was found between studies, and what curators decided about it.
#include <utility>

#include "keys.h"
#include "relation_rows.h"
#include "store.h"

namespace parfocal::catalogue {
namespace {

absl::Status NoStudy(const RecordName& name) {
  return absl::InvalidArgumentError(absl::StrCat(
      "relations: '", FormatRecordName(name).substr(0, 200), "' is not the name of a study"));
}

bool IsStudy(const RecordName& name) {
  return IsSourceId(name.source) && !name.accession.empty() && name.image_set.empty() &&
         name.accession.size() <= kMaxIdBytes;
}

}  // namespace

absl::Status RocksDbRecordStore::FillWork(absl::string_view key, const rocksdb::Snapshot* snapshot,
                                          RecordMeta* meta) const {
  rocksdb::PinnableSlice value;
  const absl::Status found = database_->Get(Family::kState, RelationsKey(key), &value, snapshot);
  if (absl::IsNotFound(found)) return absl::OkStatus();
  PARFOCAL_RETURN_IF_ERROR(found);
  return DecodeWork(FromSlice(value), &meta->work);
}

absl::StatusOr<StudyRelations> RocksDbRecordStore::RelationsOf(const RecordName& study) const {
  StudyRelations row;
  row.study = study;
  rocksdb::PinnableSlice value;
  const absl::Status found = database_->Get(Family::kState, RelationsKey(RecordKey(study)), &value);
  if (absl::IsNotFound(found)) return row;
  PARFOCAL_RETURN_IF_ERROR(found);
  PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(FromSlice(value), &row));
  return row;
}

absl::StatusOr<int64_t> RocksDbRecordStore::PutRelations(
    const std::string& group, const std::vector<StudyRelations>& studies) {
  for (const StudyRelations& row : studies) {
    if (!IsStudy(row.study)) return NoStudy(row.study);
  }
  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  ChangeSet changes = NewChangeSet();
  bool any = false;
  for (const StudyRelations& row : studies) {
    PARFOCAL_ASSIGN_OR_RETURN(const StudyRelations old, RelationsOf(row.study));
    if (old.work == row.work && old.relations == row.relations) continue;
    any = true;
    const std::string key = RecordKey(row.study);
    if (row.work.empty() && row.relations.empty()) {
      changes.Delete(Family::kState, RelationsKey(key));
    } else {
      changes.Put(Family::kState, RelationsKey(key), Encode(row));
    }
    PARFOCAL_ASSIGN_OR_RETURN(const auto meta, ReadMetas({key}));
    if (meta[0] && !meta[0]->deleted && meta[0]->group == group) changes.Touch(group, key);
  }
  const int64_t sequence = changes.state().groups[group].sequence;
  if (any) PARFOCAL_RETURN_IF_ERROR(Write(&changes));
  return sequence;
}

absl::Status RocksDbRecordStore::ScanRelations(
    const RecordName& prefix, const std::optional<RecordName>& after,
    const std::function<bool(const StudyRelations&)>& visit) const {
  std::string part;
  if (!prefix.accession.empty()) {
    part = StudyPrefix(prefix.source, prefix.accession);
  } else if (!prefix.source.empty()) {
    part = SourcePrefix(prefix.source);
  }
  std::string lower = RelationsKey(part);
  const std::string upper = PrefixEnd(lower);
  if (after) lower = std::max(lower, RelationsKey(RecordKey(*after)) + '\0');
  if (lower >= upper) return absl::OkStatus();
  ScopedSnapshot snapshot(database_->db());
  Database::Range rows = database_->Rows(Family::kState, lower, upper, snapshot.get());
  for (; rows.Valid(); rows.Next()) {
    const auto name = ParseRecordKey(rows.key().substr(sizeof(kRelationsKeyPrefix) - 1));
    if (!name) return absl::DataLossError("catalogue: malformed relations key; verify the store");
    StudyRelations row;
    row.study = *name;
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(rows.value(), &row));
    if (!visit(row)) return absl::OkStatus();
  }
  return rows.status();
}

absl::Status RocksDbRecordStore::PutDecision(const RelationDecision& decision) {
  for (const RecordName* name : {&decision.from, &decision.to}) {
    if (!IsStudy(*name)) return NoStudy(*name);
  }
  const std::string from = RecordKey(decision.from), to = RecordKey(decision.to);
  MutexLock lock(&write_mu_);
  PARFOCAL_RETURN_IF_ERROR(Writable());
  ChangeSet changes = NewChangeSet();
  // Whoever of the two was named first before.
  changes.Delete(Family::kState, DecisionKey(to, from));
  if (decision.verdict == RelationVerdict::kNone) {
    changes.Delete(Family::kState, DecisionKey(from, to));
  } else {
    changes.Put(Family::kState, DecisionKey(from, to), Encode(decision));
  }
  return Write(&changes);
}

absl::StatusOr<std::vector<RelationDecision>> RocksDbRecordStore::Decisions() const {
  std::vector<RelationDecision> all;
  Database::Range rows =
      database_->Rows(Family::kState, kDecisionKeyPrefix, PrefixEnd(kDecisionKeyPrefix));
  for (; rows.Valid(); rows.Next())
    PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(rows.value(), &all.emplace_back()));
  PARFOCAL_RETURN_IF_ERROR(rows.status());
  return all;
}

}  // namespace parfocal::catalogue

namespace parfocal {

RelationStore* RelationsIn(RecordStore* store) {
  return dynamic_cast<catalogue::RocksDbRecordStore*>(store);
}

}  // namespace parfocal
