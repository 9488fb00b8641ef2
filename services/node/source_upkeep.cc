// How the sources of a node stand: their schedule, and how fresh they are in its status, its
// metrics and its answers.
#include <set>
#include <utility>

#include "exposition.h"
#include "node_parts.h"
#include "parfocal/harvest_rpc/harvest_service.h"
#include "parfocal/record_name.h"
#include "parfocal/v1/catalogue_service.pb.h"
#include "parfocal/v1/search_service.pb.h"

namespace parfocal {
namespace {

bool IsTime(absl::Time time) {
  return time != absl::InfinitePast() && time != absl::InfiniteFuture();
}

template <typename Message>
void SetFreshness(const Upkeep& upkeep, absl::Time now, Message* out) {
  if (IsTime(upkeep.last_seen))
    out->mutable_last_seen()->set_seconds(absl::ToUnixSeconds(upkeep.last_seen));
  if (IsTime(upkeep.last_changed))
    out->mutable_last_changed()->set_seconds(absl::ToUnixSeconds(upkeep.last_changed));
  if (upkeep.stale_from <= now)
    out->mutable_stale_since()->set_seconds(absl::ToUnixSeconds(upkeep.stale_from));
}

}  // namespace

void Node::Parts::MakeScheduler() {
  scheduler = std::make_unique<Scheduler>(
      store.get(), &clock, ScheduleLimits(),
      [this](const std::string& source) {
        return runner->Start(source, /*accept_deletions=*/false).status();
      },
      [this](const std::string& source, const absl::Status& status) {
        log->Warning("a run that was due could not begin",
                     {{"source", source}, {"reason", std::string(status.message())}});
      });
}

void Node::Parts::FillSources(v1::NodeStatus* status) const {
  const absl::Time now = clock.Now();
  for (const Source& source : store->ListSources()) {
    const absl::StatusOr<Upkeep> upkeep = scheduler->Of(source.id);
    if (!upkeep.ok()) continue;
    v1::SourceStatus* out = status->add_sources();
    out->set_name(absl::StrCat("sources/", source.id));
    if (IsTime(upkeep->last_attempt))
      out->mutable_last_attempt()->set_seconds(absl::ToUnixSeconds(upkeep->last_attempt));
    out->set_consecutive_failures(upkeep->failures);
    out->set_suspended(upkeep->suspended);
    SetFreshness(*upkeep, now, out);
  }
}

void Node::Parts::FillFreshness(v1::SearchResponse* response) const {
  std::set<std::string> sources;
  for (const v1::SearchHit& hit : response->hits()) {
    if (const auto name = ParseRecordName(hit.name()); name.ok()) sources.insert(name->source);
  }
  const absl::Time now = clock.Now();
  for (const std::string& source : sources) {
    const absl::StatusOr<Upkeep> upkeep = scheduler->Of(source);
    if (!upkeep.ok()) continue;
    v1::SourceFreshness* out = response->add_freshness();
    out->set_source(absl::StrCat("sources/", source));
    SetFreshness(*upkeep, now, out);
  }
}

void Node::Parts::ExposeSources(Exposition* out) const {
  const absl::Time now = clock.Now();
  std::vector<std::pair<std::string, Upkeep>> sources;
  for (const Source& source : store->ListSources()) {
    if (auto upkeep = scheduler->Of(source.id); upkeep.ok())
      sources.emplace_back(source.id, *std::move(upkeep));
  }
  const auto family = [&](absl::string_view name, absl::string_view help, const auto& value) {
    out->Begin(name, "gauge", help);
    for (const auto& [id, upkeep] : sources) out->Sample("", {{"source", id}}, value(upkeep));
  };
  family("parfocal_source_failures", "Runs since the last COMPLETE one that were not.",
         [](const Upkeep& upkeep) { return upkeep.failures; });
  family("parfocal_source_suspended", "1 if it waits for a person.",
         [](const Upkeep& upkeep) { return upkeep.suspended ? 1 : 0; });
  family("parfocal_source_stale", "1 if it was not seen whole for two intervals.",
         [&](const Upkeep& upkeep) { return upkeep.stale_from <= now ? 1 : 0; });
  family("parfocal_source_last_seen_seconds", "Begin of the last COMPLETE run, Unix time; 0: none.",
         [](const Upkeep& upkeep) {
           return IsTime(upkeep.last_seen)
                      ? static_cast<double>(absl::ToUnixSeconds(upkeep.last_seen))
                      : 0;
         });
}

}  // namespace parfocal
