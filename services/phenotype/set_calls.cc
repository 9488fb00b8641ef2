#include "answer_conversion.h"
#include "calls.h"
#include "page_rows.h"
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

// What both kinds of enrichment answer, cut to a page.
template <typename List, typename Response>
void AddEnrichments(MatrixPages& pages, const MatrixPage& page,
                    const phenotype::Enrichments& answer, List* rows, Response* response) {
  const size_t sent =
      AddRows(answer.rows, rows, [](const auto& row, auto* out) { ToProto(row, out); });
  response->set_next_page_token(pages.TokenBehind(page, sent, answer.total_size));
  response->set_total_size(answer.total_size);
  response->set_tested(answer.tested);
  response->set_revision(ValidUtf8(page.matrix->revision()));
  ToProto(answer.explain, response->mutable_explain());
}

}  // namespace

absl::Status EnrichTerms(MatrixPages& pages, const v1::EnrichTermsRequest& request,
                         v1::EnrichTermsResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(phenotype::EnrichTermsQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.limit(), request.page_token()));
  query.window = page.window;
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Enrichments answer, page.matrix->EnrichTerms(query));
  AddEnrichments(pages, page, answer, response->mutable_terms(), response);
  for (const phenotype::UnusedName& name : answer.not_used) ToProto(name, response->add_not_used());
  return CheckSize(*response, "limit", "ask for fewer terms");
}

absl::Status EnrichGenes(MatrixPages& pages, const v1::EnrichGenesRequest& request,
                         v1::EnrichGenesResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(phenotype::EnrichGenesQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.limit(), request.page_token()));
  query.window = page.window;
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Enrichments answer, page.matrix->EnrichGenes(query));
  AddEnrichments(pages, page, answer, response->mutable_genes(), response);
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
