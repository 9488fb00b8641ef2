// RestoreDeleted: tombstones become live records again, a bounded number with each write.
#include "store.h"
#include "keys.h"

namespace parfocal::catalogue {
namespace {

// Records that one write takes: bounds its batch to a few MiB.
constexpr int kRestoreStep = 10'000;

}  // namespace

absl::StatusOr<int64_t> RocksDbRecordStore::RestoreDeleted(const std::string& source,
                                                           absl::Time from, absl::Time until) {
  PARFOCAL_RETURN_IF_ERROR(GetSource(source).status());
  int64_t restored = 0;
  std::string after = SourcePrefix(source);
  for (bool more = true; more;) {
    // The lock is given back between steps, so other sources' pages go on.
    MutexLock lock(&write_mu_);
    PARFOCAL_RETURN_IF_ERROR(Writable());
    ChangeSet changes = NewChangeSet();
    int taken = 0;
    Database::Range metas = database_->Rows(Family::kMeta, after, PrefixEnd(SourcePrefix(source)));
    for (; metas.Valid() && taken < kRestoreStep; metas.Next()) {
      after = std::string(metas.key()) + '\0';
      MetaRow meta;
      PARFOCAL_RETURN_IF_ERROR(catalogue::Decode(metas.value(), &meta));
      if (!meta.deleted || meta.last_changed < from || meta.last_changed >= until) continue;
      const auto name = ParseRecordKey(metas.key());
      if (!name) return absl::DataLossError("catalogue: malformed record key; verify the store");
      // A tombstone is passed over when records are normalised anew.
      if (meta.release != changes.state().groups[meta.group].normalised)
        changes.SetNormalised(meta.group, "");
      changes.Restore(metas.key(), name->image_set.empty(), meta);
      ++taken;
    }
    PARFOCAL_RETURN_IF_ERROR(metas.status());
    more = metas.Valid();
    if (taken > 0) PARFOCAL_RETURN_IF_ERROR(Write(&changes));
    restored += taken;
  }
  return restored;
}

}  // namespace parfocal::catalogue
