#include "works.h"

#include "absl/container/flat_hash_set.h"
#include "parfocal/schema/schema.h"

namespace parfocal {

absl::StatusOr<Works> Works::Of(const SnapshotRows& rows, Interrupt* interrupt) {
  Works works;
  const Field* field = FindField("work");
  if (field == nullptr) return absl::InternalError("search: the schema has no field 'work'");
  const auto values = rows.vocabulary().OfField(field->id, rows.manifest().values);
  const ValueSet named(std::vector<ValueId>(values.begin(), values.end()));
  PARFOCAL_RETURN_IF_ERROR(
      rows.ForEachStated(named, interrupt, [&](uint32_t study, uint32_t index) {
        works.work_of_[study] = rows.Stated(rows.studies()[study])[index].value;
      }));
  return works;
}

int64_t Works::Distinct(const SnapshotRows& rows, const RankedRows& match) const {
  int64_t studies = match.Total().studies;
  absl::flat_hash_set<ValueId> seen;
  for (const auto& [study, work] : work_of_) {
    if (!rows.AnyRow(rows.studies()[study], match.rows())) continue;
    if (!seen.insert(work).second) --studies;
  }
  return studies;
}

}  // namespace parfocal
