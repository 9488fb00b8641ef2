// The connection to one node: stubs, deadlines, and the translation of a gRPC status into ours.
// One thread uses it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "parfocal/v1/admin_service.grpc.pb.h"
#include "parfocal/v1/catalogue_service.grpc.pb.h"
#include "parfocal/v1/harvest_service.grpc.pb.h"
#include "parfocal/v1/ontology_service.grpc.pb.h"
#include "parfocal/v1/phenotype_service.grpc.pb.h"
#include "parfocal/v1/search_service.grpc.pb.h"

namespace parfocal::cli {

// Code, message, and from the details the reason and field of ErrorInfo (see parfocal/status.h).
absl::Status FromGrpc(const grpc::Status& status);

class Client {
 public:
  // Connects on the first call. `timeout` is for each unary call; streams have none.
  Client(const std::string& address, absl::Duration timeout);

  const std::string& address() const { return address_; }

  v1::AdminService::Stub& admin() { return *admin_; }
  v1::CatalogueService::Stub& catalogue() { return *catalogue_; }
  v1::HarvestService::Stub& harvest() { return *harvest_; }
  v1::SearchService::Stub& search() { return *search_; }
  v1::OntologyService::Stub& ontology() { return *ontology_; }
  v1::PhenotypeService::Stub& phenotype() { return *phenotype_; }

  // One unary call: Call(client.search(), &v1::SearchService::Stub::Search, request, &response).
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
    return FromGrpc((stub.*method)(&context, request, response));
  }

 private:
  const std::string address_;
  const absl::Duration timeout_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
  std::unique_ptr<v1::CatalogueService::Stub> catalogue_;
  std::unique_ptr<v1::HarvestService::Stub> harvest_;
  std::unique_ptr<v1::SearchService::Stub> search_;
  std::unique_ptr<v1::OntologyService::Stub> ontology_;
  std::unique_ptr<v1::PhenotypeService::Stub> phenotype_;
};

}  // namespace parfocal::cli
