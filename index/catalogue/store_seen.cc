// LastSeen: which run touched a record last.
#include <map>
#include <utility>

#include "keys.h"
#include "store.h"
#include "touched_ids.h"

namespace parfocal::catalogue {
namespace {

struct Wanted {
  uint64_t id = 0;
  size_t place = 0;  // Among the names asked for.
};

}  // namespace

std::vector<absl::Time> RocksDbRecordStore::LastSeen(absl::Span<const RecordName> names) const {
  std::vector<absl::Time> seen(names.size(), absl::InfinitePast());
  std::vector<std::string> keys;
  keys.reserve(names.size());
  for (const RecordName& name : names) keys.push_back(RecordKey(name));
  const auto metas = ReadMetas({keys.begin(), keys.end()});
  if (!metas.ok()) return seen;
  std::map<std::string, std::vector<Wanted>> by_source;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!(*metas)[i]) continue;
    seen[i] = (*metas)[i]->last_changed;
    by_source[names[i].source].push_back({(*metas)[i]->id, i});
  }
  for (auto& [source, wanted] : by_source) {
    const std::vector<Run> runs = ListRuns(source);
    for (size_t r = 0; r < runs.size() && r < size_t{kSeenInRuns} && !wanted.empty(); ++r) {
      const std::string prefix = RunPrefix(source, runs[r].id);
      std::vector<IdRange> ranges;
      Database::Range pages = database_->Rows(Family::kTouched, prefix, PrefixEnd(prefix));
      for (; pages.Valid(); pages.Next()) {
        if (!DecodeTouched(pages.value(), &ranges).ok()) break;
      }
      const TouchedIds touched(std::move(ranges));
      std::erase_if(wanted, [&](const Wanted& one) {
        if (!touched.Contains(one.id)) return false;
        seen[one.place] = runs[r].started;
        return true;
      });
    }
  }
  return seen;
}

}  // namespace parfocal::catalogue
