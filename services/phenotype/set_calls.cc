#include <memory>
#include <utility>

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

absl::Status BuildNetwork(MatrixPages& pages, const v1::BuildNetworkRequest& request,
                          v1::Network* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::NetworkQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(
      const MatrixPage page,
      pages.Open(request, request.page_size(), request.page_token(), MatrixPages::kNetworks));
  std::shared_ptr<const phenotype::Network> whole;
  if (page.window.offset > 0) whole = pages.KeptNetwork(page);
  const bool kept = whole != nullptr;
  if (!kept) {
    PARFOCAL_ASSIGN_OR_RETURN(phenotype::Network built, page.matrix->BuildNetwork(query));
    whole = std::make_shared<const phenotype::Network>(std::move(built));
  }
  const phenotype::Network& network = *whole;
  const auto convert = [](const auto& row, auto* out) { ToProto(row, out); };
  const size_t nodes = network.nodes.size(), edges = network.edges.size();
  PageFill fill;
  fill.AddPart(network.nodes, 0, page.window, response->mutable_nodes(), convert);
  fill.AddPart(network.edges, nodes, page.window, response->mutable_edges(),
               [&](const auto& edge, auto* out) { ToProto(network, edge, out); });
  fill.AddPart(network.credits, nodes + edges, page.window, response->mutable_credits(), convert);
  const int64_t total = static_cast<int64_t>(nodes + edges + network.credits.size());
  response->set_next_page_token(pages.TokenBehind(page, fill.sent(), total));
  if (!kept && !response->next_page_token().empty()) pages.Keep(page, whole);
  response->set_total_nodes(static_cast<int64_t>(nodes));
  response->set_total_edges(static_cast<int64_t>(edges));
  response->set_total_credits(static_cast<int64_t>(network.credits.size()));
  response->set_edges_left_out(network.edges_left_out);
  for (const phenotype::UnusedName& name : network.not_used)
    ToProto(name, response->add_not_used());
  ToProto(network.explain, response->mutable_explain());
  response->set_revision(ValidUtf8(page.matrix->revision()));
  return absl::OkStatus();
}

}  // namespace parfocal
