#include "answer_conversion.h"
#include "calls.h"
#include "page_rows.h"
#include "parfocal/rpc/gene_conversion.h"
#include "parfocal/rpc/utf8.h"
#include "request_conversion.h"

namespace parfocal {

absl::Status SampleTerms(MatrixPages& pages, const v1::SampleTermsRequest& request,
                         v1::SampleTermsResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Scope scope, ReadScope(request.scope()));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.page_size(), request.page_token()));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::SampledTerms answer,
                            page.matrix->SampleTerms(scope, page.window));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Explain explain, page.matrix->ExplainScope(scope));
  ToProto(explain, response->mutable_explain());
  const size_t sent = AddRows(answer.rows, response->mutable_terms(),
                              [](const auto& row, auto* out) { ToProto(row, out); });
  response->set_next_page_token(pages.TokenBehind(page, sent, answer.total_size));
  response->set_total_size(answer.total_size);
  response->set_revision(ValidUtf8(page.matrix->revision()));
  return absl::OkStatus();
}

absl::Status CoverageReport(MatrixPages& pages, const v1::CoverageReportRequest& request,
                            v1::CoverageReportResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Scope scope, ReadScope(request.scope()));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.page_size(), request.page_token()));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Coverage answer,
                            page.matrix->CoverageReport(scope, page.window));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Explain explain, page.matrix->ExplainScope(scope));
  ToProto(explain, response->mutable_explain());
  const auto convert = [](const auto& row, auto* out) { ToProto(row, out); };
  PageFill fill;
  fill.Add(answer.species, response->mutable_species(), convert);
  fill.Add(answer.screens, response->mutable_screens(), convert);
  response->set_next_page_token(pages.TokenBehind(page, fill.sent(), answer.total_size));
  response->set_total_size(answer.total_size);
  response->set_revision(ValidUtf8(page.matrix->revision()));
  return absl::OkStatus();
}

absl::Status ListUnattributed(MatrixPages& pages, const v1::ListUnattributedRequest& request,
                              v1::ListUnattributedResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Scope scope, ReadScope(request.scope()));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.page_size(), request.page_token()));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::UnattributedFindings answer,
                            page.matrix->Unattributed(scope, page.window));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Explain explain, page.matrix->ExplainScope(scope));
  ToProto(explain, response->mutable_explain());
  const size_t sent = AddRows(answer.rows, response->mutable_rows(),
                              [](const auto& row, auto* out) { ToProto(row, out); });
  response->set_next_page_token(pages.TokenBehind(page, sent, answer.total_size));
  response->set_total_size(answer.total_size);
  response->set_revision(ValidUtf8(page.matrix->revision()));
  return absl::OkStatus();
}

absl::Status GetEvidence(MatrixPages& pages, const RecordStore& store,
                         const v1::GetEvidenceRequest& request, v1::GetEvidenceResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(phenotype::EvidenceQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.page_size(), request.page_token()));
  query.window = page.window;
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Evidence evidence,
                            page.matrix->FindEvidence(query, store));
  ToProto(evidence.explain, response->mutable_explain());
  size_t sent = AddRows(evidence.items, response->mutable_items(),
                        [](const auto& row, auto* out) { ToProto(row, out); });
  // Image sets of the page that were deleted meanwhile are left out of it, not asked for again.
  sent = sent == evidence.items.size() ? page.window.limit
                                       : evidence.items[sent].position - page.window.offset;
  response->set_next_page_token(pages.TokenBehind(page, sent, evidence.total_size));
  response->set_total_size(evidence.total_size);
  response->set_revision(ValidUtf8(page.matrix->revision()));
  if (!query.subject.empty())
    ToProto(evidence.resolution, query.subject, response->mutable_resolution());
  return absl::OkStatus();
}

}  // namespace parfocal
