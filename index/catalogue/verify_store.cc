#include <map>
#include <string>

#include "change_set.h"
#include "database.h"
#include "keys.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/record_codec.h"
#include "parfocal/catalogue/string_table.h"
#include "parfocal/catalogue/wire.h"
#include "rows.h"

namespace parfocal {
namespace catalogue {
namespace {

absl::Status Damaged(const Database& database, absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("catalogue ", database.directory(), ": ", what, "; restore a checkpoint"));
}

absl::Status ReadStrings(const Database& database, StringTable* strings) {
  Database::Range rows = database.Rows(Family::kStrings, "", "");
  for (; rows.Valid(); rows.Next()) {
    const auto number = strings->Intern(rows.value());
    if (!number || rows.key() != BigEndian(*number))
      return Damaged(database, "the string table has a hole");
  }
  return rows.status();
}

// Reads every record, live or not, and counts by group.
absl::Status CountRecords(const Database& database, const StringTable& strings,
                          std::map<std::string, GroupRow>* counts) {
  Database::Range metas = database.Rows(Family::kMeta, "", "");
  Database::Range bodies = database.Rows(Family::kRecords, "", "");
  for (; metas.Valid(); metas.Next(), bodies.Next()) {
    const auto name = ParseRecordKey(metas.key());
    if (!name) return Damaged(database, "malformed record key");
    MetaRow meta;
    PARFOCAL_RETURN_IF_ERROR(Decode(metas.value(), &meta));
    if (!bodies.Valid() || bodies.key() != metas.key()) {
      PARFOCAL_RETURN_IF_ERROR(bodies.status());
      return Damaged(database, absl::StrCat(FormatRecordName(*name), " has no body"));
    }
    PARFOCAL_RETURN_IF_ERROR(DecodeStored(*name, bodies.value(), strings).status());
    GroupRow& count = (*counts)[meta.group];
    ++(meta.deleted              ? count.tombstones
       : name->image_set.empty() ? count.studies
                                 : count.image_sets);
  }
  PARFOCAL_RETURN_IF_ERROR(metas.status());
  if (bodies.Valid()) return Damaged(database, "a body without a record");
  return bodies.status();
}

// Each group's feed runs from 1 to its newest sequence.
absl::Status CheckFeed(const Database& database, const std::string& group, int64_t newest) {
  const std::string prefix = ChangePrefix(group);
  int64_t sequence = 0;
  Database::Range rows = database.Rows(Family::kChanges, prefix, PrefixEnd(prefix));
  for (; rows.Valid(); rows.Next()) {
    if (rows.key() != ChangeKey(group, ++sequence)) {
      return Damaged(database,
                     absl::StrCat("change ", sequence, " of group '", group, "' is missing"));
    }
  }
  PARFOCAL_RETURN_IF_ERROR(rows.status());
  if (sequence != newest) {
    return Damaged(database,
                   absl::StrCat("group '", group, "' has ", sequence, " changes, not ", newest));
  }
  return absl::OkStatus();
}

absl::Status CheckGroups(const Database& database, std::map<std::string, GroupRow> counts) {
  Database::Range rows = database.Rows(Family::kState, kGroupKeyPrefix, PrefixEnd(kGroupKeyPrefix));
  for (; rows.Valid(); rows.Next()) {
    const std::string group(rows.key().substr(sizeof(kGroupKeyPrefix) - 1));
    GroupRow row;
    PARFOCAL_RETURN_IF_ERROR(Decode(rows.value(), &row));
    const GroupRow& counted = counts[group];
    if (row.studies != counted.studies || row.image_sets != counted.image_sets ||
        row.tombstones != counted.tombstones) {
      return Damaged(
          database,
          absl::StrCat("group '", group, "' counts ", row.studies, " studies, ", row.image_sets,
                       " ImageSets, ", row.tombstones, " tombstones; there are ", counted.studies,
                       ", ", counted.image_sets, ", ", counted.tombstones));
    }
    PARFOCAL_RETURN_IF_ERROR(CheckFeed(database, group, row.sequence));
    counts.erase(group);
  }
  PARFOCAL_RETURN_IF_ERROR(rows.status());
  if (!counts.empty())
    return Damaged(database, absl::StrCat("group '", counts.begin()->first, "' has no counts"));
  return absl::OkStatus();
}

}  // namespace
}  // namespace catalogue

absl::Status VerifyStore(const std::string& directory) {
  using catalogue::Database;
  Database::Options options;
  options.block_cache_bytes = size_t{8} << 20;
  options.memtable_bytes = size_t{64} << 20;
  PARFOCAL_ASSIGN_OR_RETURN(
      const auto database,
      Database::Open(directory, Database::Mode::kReadOnly, options, absl::Now()));
  PARFOCAL_RETURN_IF_ERROR(catalogue::FromRocksDb(
      database->db()->VerifyChecksum(), absl::StrCat("catalogue ", directory, ": verify")));
  catalogue::StringTable strings;
  PARFOCAL_RETURN_IF_ERROR(catalogue::ReadStrings(*database, &strings));
  std::map<std::string, catalogue::GroupRow> counts;
  PARFOCAL_RETURN_IF_ERROR(catalogue::CountRecords(*database, strings, &counts));
  return catalogue::CheckGroups(*database, std::move(counts));
}

}  // namespace parfocal
