// A node: every concrete part, put together. The one place that knows them all.
//
// Lifetime: Start makes it serve; Stop, or the destructor, ends it in order: no new calls, the page
// in hand of each run, the index, the catalogue. What was not finished goes on at the next start.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "config.h"
#include "log.h"
#include "parfocal/status.h"

namespace parfocal {

class Node {
 public:
  // Opens everything and serves. `log` must outlive the node.
  static absl::StatusOr<std::unique_ptr<Node>> Start(const Config& config, const Log* log);
  ~Node();

  std::string grpc_address() const;
  std::string http_address() const;

  // Not OK once the catalogue cannot be written any more: the process must end and replay.
  absl::Status failure() const;
  void Stop();

 private:
  struct Parts;
  explicit Node(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace parfocal
