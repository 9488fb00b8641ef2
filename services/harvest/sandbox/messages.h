// The bodies of the messages between the node and a parser child. What comes from the child is
// hostile: every Decode returns DATA_LOSS for bytes that its Encode did not write, and takes no
// more memory than some tens of bytes for each byte of input. Lists hold at most 2^18 elements.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/fetcher.h"
#include "parfocal/harvest.h"
#include "parfocal/status.h"

namespace parfocal::sandbox {

// A unit of parsing that a parser died of, and of what.
struct DeadlyUnit {
  std::string document;
  int64_t number = 0;
  std::string reason;
};

struct BeginRequest {
  Source source;  // Without schedule and runs: they are no business of a parser.
  std::string share_dir;
  std::string mark;
  bool has_fetcher = false;
  bool has_held = false;
  int open_files = 0;
  size_t memory_bytes = 0;
};

struct PageRequest {
  std::string cursor;
  std::vector<DeadlyUnit> refuse;
};

struct ReplayRequest {
  Rejection rejection;
  std::vector<DeadlyUnit> refuse;
};

// What a child answers to both.
struct PageAnswer {
  absl::StatusOr<DraftPage> page = absl::UnknownError("");
  bool listing_is_whole = false;
  bool lists_all = true;
};

std::string Encode(const BeginRequest& request);
std::string Encode(const PageRequest& request);
std::string Encode(const ReplayRequest& request);
std::string Encode(const FetchRequest& request);
std::string Encode(const absl::StatusOr<FetchResponse>& response);
std::string Encode(const PageAnswer& answer);
std::string Encode(const absl::Status& status);

absl::Status Decode(absl::string_view bytes, BeginRequest* request);
absl::Status Decode(absl::string_view bytes, PageRequest* request);
absl::Status Decode(absl::string_view bytes, ReplayRequest* request);
absl::Status Decode(absl::string_view bytes, FetchRequest* request);
absl::Status Decode(absl::string_view bytes, absl::StatusOr<FetchResponse>* response);
// Besides: names of drafts are of `source`, raw slices lie within their blobs, and `next_cursor` is
// there unless the page is the last.
absl::Status Decode(absl::string_view bytes, const std::string& source, PageAnswer* answer);
absl::Status Decode(absl::string_view bytes, absl::Status* status);

}  // namespace parfocal::sandbox
