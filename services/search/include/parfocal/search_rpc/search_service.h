// The gRPC service over the index: proto <-> SearchIndex, no rules of its own. What the words of a
// request mean is for `bind` to say (index/search).
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/clock.h"
#include "parfocal/record_store.h"
#include "parfocal/rpc/page_token.h"
#include "parfocal/search_index.h"

namespace grpc {
class Service;
}

namespace parfocal {

namespace v1 {
class SearchResponse;
}

struct Dispatcher;

// Parses and binds query text and filter against a snapshot: fills words, filter, conditions, rest
// and explain. INVALID_ARGUMENT with the reasons that Search names.
using BindSearch = std::function<absl::StatusOr<BoundQuery>(const QueryText&, const Snapshot&)>;

// All borrowed; must outlive the service.
struct SearchServiceOptions {
  const SearchIndex* index = nullptr;
  const RecordStore* store = nullptr;
  const PageTokens* tokens = nullptr;
  const Clock* clock = nullptr;
  const Dispatcher* dispatcher = nullptr;
  BindSearch bind;
  std::string citations;  // Folder of kept answers; empty: none can be kept.
  // Tells how fresh the sources of the hits are. May be empty.
  std::function<void(v1::SearchResponse* response)> freshness = {};
};

std::unique_ptr<grpc::Service> MakeSearchService(SearchServiceOptions options);

}  // namespace parfocal
