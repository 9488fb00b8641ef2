// The gRPC service for the operator: proto <-> what the composition root offers, no rules of its
// own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "parfocal/record_store.h"
#include "parfocal/relation_store.h"
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

// One privileged act, as the audit log holds it.
struct AuditEntry {
  int64_t number = 0;  // 1, 2, ...
  absl::Time time;
  std::string action;   // "relation.assert", "takedown", ...
  std::string subject;  // Names of records.
  std::string author;   // As given.
  std::string detail;
  friend bool operator==(const AuditEntry&, const AuditEntry&) = default;
};

struct TakedownResult {
  int64_t records = 0;     // The study and its image sets.
  int64_t raw_pages = 0;   // Pages of raw bytes removed, or blanked where the record stood.
  int64_t raw_bytes = 0;   // Bytes removed or blanked in them.
  int64_t rejections = 0;  // Blanked.
  int64_t sequence = 0;    // At which the records were gone.
  std::vector<std::string> unreachable;  // For people.
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
  // Keeps and applies a curator's decision (see Relator::Decide), with an entry in the audit log.
  std::function<absl::StatusOr<RecordRelation>(const RelationDecision&, int64_t* sequence)>
      decide_relation;
  // Removes a study for good. NOT_FOUND; FAILED_PRECONDITION while its source is harvested.
  std::function<absl::StatusOr<TakedownResult>(const RecordName& study, const std::string& reason,
                                               const std::string& author)>
      take_down;
  // The audit log, oldest first. DATA_LOSS if it was altered.
  std::function<absl::StatusOr<std::vector<AuditEntry>>()> audit;
};

std::unique_ptr<grpc::Service> MakeAdminService(AdminServiceOptions options);

}  // namespace parfocal
