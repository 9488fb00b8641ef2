// The gRPC service over sources and runs: proto <-> RecordStore and HarvestRunner, no rules of its
// own.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "parfocal/clock.h"
#include "parfocal/harvest_run/harvest_runner.h"
#include "parfocal/record_store.h"
#include "parfocal/rehearse/rehearsal.h"
#include "parfocal/rpc/page_token.h"
#include "parfocal/schedule/upkeep.h"

namespace grpc {
class Service;
}

namespace parfocal {

struct Dispatcher;
class Scheduler;

// Limits of a source definition; LIMIT_EXCEEDED beyond.
inline constexpr size_t kMaxSourceTitleBytes = 4096;
inline constexpr size_t kMaxSourceLocationBytes = 2048;
inline constexpr int kMaxSourceOptions = 64;
inline constexpr size_t kMaxSourceOptionBytes = 2048;

// Rehearses `definition` (YAML, called `name` in messages) at `location`, over at most `pages`
// pages.
using RehearseDefinition =
    std::function<absl::StatusOr<Rehearsal>(const std::string& definition, const std::string& name,
                                            const std::string& location, int pages)>;

// Pointers are borrowed; what they point to must outlive the service.
struct HarvestServiceOptions {
  RecordStore* store = nullptr;
  HarvestRunner* runner = nullptr;
  const PageTokens* tokens = nullptr;
  const Clock* clock = nullptr;
  const Dispatcher* dispatcher = nullptr;
  RehearseDefinition rehearse;
  Scheduler* scheduler = nullptr;  // nullptr: sources are harvested by hand alone.
  ScheduleLimits schedule_limits = {};
  // Writes an act down, with what it is done to, by whom and why; it is carried out only if this
  // succeeds. Without it no act of a person is.
  std::function<absl::Status(const std::string& act, const std::string& subject,
                             const std::string& actor, const std::string& reason)>
      audit = {};
  // Called when records were restored: they may have to be normalised anew.
  std::function<void()> restored = {};
};

std::unique_ptr<grpc::Service> MakeHarvestService(HarvestServiceOptions options);

}  // namespace parfocal
