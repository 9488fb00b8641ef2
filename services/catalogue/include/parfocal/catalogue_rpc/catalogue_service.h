// The gRPC service over the catalogue: proto <-> RecordStore, no rules of its own.
#pragma once

#include <functional>
#include <memory>

#include "parfocal/record_store.h"
#include "parfocal/relation_store.h"
#include "parfocal/rpc/page_token.h"

namespace grpc {
class Service;
}

namespace parfocal {

struct Dispatcher;
namespace v1 {
class NodeStatus;
}

// All borrowed; must outlive the service.
struct CatalogueServiceOptions {
  const RecordStore* store = nullptr;
  const RelationStore* relations = nullptr;  // nullptr: none are known.
  const PageTokens* tokens = nullptr;
  const Dispatcher* dispatcher = nullptr;
  // Fills in what the node knows of itself: everything but the counts of the catalogue.
  std::function<void(v1::NodeStatus*)> node_status;
};

std::unique_ptr<grpc::Service> MakeCatalogueService(CatalogueServiceOptions options);

}  // namespace parfocal
