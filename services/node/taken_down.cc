#include "taken_down.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"

namespace parfocal {
namespace {

using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;

void BlankAllBut(Ranges kept, std::string* bytes) {
  std::sort(kept.begin(), kept.end());
  uint64_t at = 0;
  const auto blank_to = [&](uint64_t end) {
    for (; at < end && at < bytes->size(); ++at) (*bytes)[at] = ' ';
  };
  for (const auto& [begin, end] : kept) {
    blank_to(begin);
    at = std::max(at, end);
  }
  blank_to(bytes->size());
}

class Filtered final : public Connector {
 public:
  Filtered(std::unique_ptr<Connector> inner, std::function<bool(const RecordName&)> taken_down)
      : inner_(std::move(inner)), taken_down_(std::move(taken_down)) {}
  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    return Filter(inner_->NextPage(cursor));
  }
  bool ListingIsWhole() const override { return inner_->ListingIsWhole(); }
  bool ListsAll() const override { return inner_->ListsAll(); }
  absl::StatusOr<DraftPage> Replay(const Rejection& rejection) override {
    return Filter(inner_->Replay(rejection));
  }

 private:
  absl::StatusOr<DraftPage> Filter(absl::StatusOr<DraftPage> page) const {
    if (page.ok()) LeaveOutTakenDown(taken_down_, &*page);
    return page;
  }

  const std::unique_ptr<Connector> inner_;
  const std::function<bool(const RecordName&)> taken_down_;
};

}  // namespace

void LeaveOutTakenDown(const std::function<bool(const RecordName& study)>& taken_down,
                       DraftPage* page) {
  std::map<RecordName, bool> known;
  std::set<RecordName> gone;
  const auto is_gone = [&](RecordName name) {
    name.image_set.clear();
    const auto [at, added] = known.try_emplace(name, false);
    if (added) at->second = taken_down(name);
    if (at->second) gone.insert(name);
    return at->second;
  };
  std::set<uint32_t> blobs;  // On which a removed draft stood.
  const auto removed =
      std::stable_partition(page->drafts.begin(), page->drafts.end(),
                            [&](const Draft& draft) { return !is_gone(NameOf(draft.record)); });
  if (removed == page->drafts.end()) return;
  for (auto draft = removed; draft != page->drafts.end(); ++draft) {
    blobs.insert(draft->raw.blob);
    --page->ledger.fetched;
  }
  page->drafts.erase(removed, page->drafts.end());
  std::map<uint32_t, Ranges> kept;
  for (const Draft& draft : page->drafts) {
    const RawSlice& raw = draft.raw;
    kept[raw.blob].emplace_back(raw.offset, raw.offset + raw.length);
    kept[raw.blob].emplace_back(raw.context_offset, raw.context_offset + raw.context_length);
  }
  for (const uint32_t blob : blobs) {
    if (blob < page->raw.size()) BlankAllBut(kept[blob], &page->raw[blob]);
  }
  for (Rejection& rejection : page->rejections) {
    for (const RecordName& name : gone) {
      const std::string study = FormatRecordName(name);
      if (rejection.record != study && !absl::StartsWith(rejection.record, study + "/")) continue;
      rejection.record.clear();
      rejection.raw.clear();
      rejection.can_replay = false;
      rejection.place.clear();
      rejection.reason = "taken down";
    }
  }
}

ConnectorRegistry WithoutTakenDown(ConnectorRegistry connectors,
                                   std::function<bool(const RecordName& study)> taken_down) {
  for (auto& [kind, factory] : connectors) {
    factory = [inner = std::move(factory), taken_down](
                  const Source& source,
                  const ConnectorContext& context) -> absl::StatusOr<std::unique_ptr<Connector>> {
      PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<Connector> made, inner(source, context));
      return std::make_unique<Filtered>(std::move(made), taken_down);
    };
  }
  return connectors;
}

}  // namespace parfocal
