#include "answer_conversion.h"
#include "calls.h"
#include "parfocal/rpc/response_size.h"
#include "parfocal/rpc/utf8.h"
#include "request_conversion.h"

namespace parfocal {
namespace {

// An answer that cannot be sent is no answer: it says how to ask for less.
template <typename Response>
absl::Status CheckSize(const Response& response, absl::string_view field,
                       absl::string_view way_out) {
  const size_t bytes = response.ByteSizeLong();
  if (bytes <= kMaxResponseBytes) return absl::OkStatus();
  return LimitExceeded(
      "response_bytes", static_cast<int64_t>(kMaxResponseBytes), field,
      absl::StrCat("the answer has ", bytes, " bytes; at most ", kMaxResponseBytes, ": ", way_out));
}

}  // namespace

absl::Status EnrichTerms(const MatrixPages& pages, const v1::EnrichTermsRequest& request,
                         v1::EnrichTermsResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::EnrichTermsQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const auto matrix, pages.Newest());
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Enrichments answer, matrix->EnrichTerms(query));
  for (const phenotype::Enrichment& row : answer.rows) ToProto(row, response->add_terms());
  for (const phenotype::UnusedName& name : answer.not_used) ToProto(name, response->add_not_used());
  response->set_tested(answer.tested);
  response->set_revision(ValidUtf8(matrix->revision()));
  ToProto(answer.explain, response->mutable_explain());
  return CheckSize(*response, "limit", "ask for fewer terms");
}

absl::Status EnrichGenes(const MatrixPages& pages, const v1::EnrichGenesRequest& request,
                         v1::EnrichGenesResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::EnrichGenesQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const auto matrix, pages.Newest());
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Enrichments answer, matrix->EnrichGenes(query));
  for (const phenotype::Enrichment& row : answer.rows) ToProto(row, response->add_genes());
  response->set_tested(answer.tested);
  response->set_revision(ValidUtf8(matrix->revision()));
  ToProto(answer.explain, response->mutable_explain());
  return absl::OkStatus();
}

absl::Status BuildNetwork(const MatrixPages& pages, const v1::BuildNetworkRequest& request,
                          v1::Network* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::NetworkQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const auto matrix, pages.Newest());
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Network network, matrix->BuildNetwork(query));
  ToProto(network, response);
  response->set_revision(ValidUtf8(matrix->revision()));
  return CheckSize(*response, "max_edges", "ask for fewer edges");
}

}  // namespace parfocal
