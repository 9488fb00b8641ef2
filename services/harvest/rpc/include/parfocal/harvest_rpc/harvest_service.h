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

namespace grpc {
class Service;
}

namespace parfocal {

struct Dispatcher;

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
};

std::unique_ptr<grpc::Service> MakeHarvestService(HarvestServiceOptions options);

}  // namespace parfocal
