// The gRPC service for the operator: proto <-> what the composition root offers, no rules of its
// own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/record_store.h"
#include "parfocal/search_index.h"
#include "parfocal/status.h"

namespace grpc {
class Service;
}

namespace parfocal {

class PageTokens;
struct Dispatcher;

struct CheckpointResult {
  int64_t sequence = 0;
  int64_t files = 0;
  int64_t bytes = 0;
};

struct AdminServiceOptions {
  const RecordStore* store = nullptr;  // Borrowed, as are the next two.
  const SearchIndex* index = nullptr;
  const Dispatcher* dispatcher = nullptr;
  const PageTokens* tokens = nullptr;  // Borrowed.
  // Writes and verifies a checkpoint of the catalogue. ALREADY_EXISTS.
  std::function<absl::StatusOr<CheckpointResult>(const std::string& directory)> checkpoint;
  // Builds the index anew and swaps it in; blocks, calling `progress` with the sequence applied.
  // FAILED_PRECONDITION while another rebuild goes on.
  std::function<absl::Status(const std::function<void(int64_t sequence)>& progress)> rebuild;
  // What is wrong with the index, at most `limit` lines.
  std::function<absl::StatusOr<std::vector<std::string>>(size_t limit)> check;
};

std::unique_ptr<grpc::Service> MakeAdminService(AdminServiceOptions options);

}  // namespace parfocal
