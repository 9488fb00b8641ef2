#include "answer_conversion.h"
#include "calls.h"
#include "page_rows.h"
#include "parfocal/rpc/utf8.h"
#include "request_conversion.h"

namespace parfocal {

absl::Status FindGenes(MatrixPages& pages, const v1::FindGenesRequest& request,
                       v1::FindGenesResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(phenotype::FindQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.page_size(), request.page_token()));
  query.window = page.window;
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::FoundGenes found, page.matrix->FindGenes(query));
  const size_t sent = AddRows(found.genes, response->mutable_genes(),
                              [](const auto& row, auto* out) { ToProto(row, out); });
  response->set_next_page_token(pages.TokenBehind(page, sent, found.total_size));
  response->set_total_size(found.total_size);
  response->set_total_source_identifiers(found.total_source_identifiers);
  response->set_total_single_target_identifiers(found.total_single_target_identifiers);
  response->set_total_image_sets(found.total_image_sets);
  response->set_revision(ValidUtf8(page.matrix->revision()));
  ToProto(found.explain, response->mutable_explain());
  return absl::OkStatus();
}

absl::Status FindCompounds(MatrixPages& pages, const v1::FindCompoundsRequest& request,
                           v1::FindCompoundsResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(phenotype::FindQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.page_size(), request.page_token()));
  query.window = page.window;
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::FoundCompounds found,
                            page.matrix->FindCompounds(query));
  const size_t sent = AddRows(found.compounds, response->mutable_compounds(),
                              [](const auto& row, auto* out) { ToProto(row, out); });
  response->set_next_page_token(pages.TokenBehind(page, sent, found.total_size));
  response->set_total_size(found.total_size);
  response->set_revision(ValidUtf8(page.matrix->revision()));
  ToProto(found.explain, response->mutable_explain());
  return absl::OkStatus();
}

}  // namespace parfocal
