// PhenotypeService of the wire contract: requests become questions to the phenotype matrix and its
// answers messages. No rules here: what counts, pools and compares is index/phenotype.
//
// Errors: those of PhenotypeMatrix; VALUE_OUT_OF_RANGE and LIMIT_EXCEEDED of the request;
// CURSOR_EXPIRED and PAGE_TOKEN_MISMATCH of tokens; UNAVAILABLE with INDEX_BEHIND while no matrix
// has been built yet.
#pragma once

#include <functional>
#include <memory>

#include "grpcpp/impl/service_type.h"
#include "parfocal/clock.h"
#include "parfocal/record_store.h"
#include "parfocal/rpc/call.h"
#include "parfocal/rpc/page_token.h"

namespace parfocal {

namespace phenotype {
class PhenotypeMatrix;
}

// All borrowed; they must outlive the service.
struct PhenotypeServiceOptions {
  // The newest matrix; null before the first. Called from any thread.
  std::function<std::shared_ptr<const phenotype::PhenotypeMatrix>()> matrix;
  const RecordStore* store = nullptr;
  const PageTokens* tokens = nullptr;
  const Clock* clock = nullptr;
  const Dispatcher* dispatcher = nullptr;
};

std::unique_ptr<grpc::Service> MakePhenotypeService(PhenotypeServiceOptions options);

}  // namespace parfocal
