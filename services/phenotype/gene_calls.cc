#include "absl/strings/str_join.h"
#include "answer_conversion.h"
#include "calls.h"
#include "page_rows.h"
#include "parfocal/rpc/gene_conversion.h"
#include "parfocal/rpc/response_size.h"
#include "parfocal/rpc/utf8.h"
#include "request_conversion.h"

namespace parfocal {
namespace {

// Room for what one profile may add to a full answer.
constexpr size_t kProfilesBytes = kMaxResponseBytes - kPageBytes;

// As many as fill a page; how many there are stands in the explanation.
void AddUnused(const std::vector<phenotype::UnusedName>& names,
               google::protobuf::RepeatedPtrField<v1::GeneResolution>* out) {
  AddRows(names, out, [](const auto& name, auto* to) { ToProto(name, to); });
}

}  // namespace

absl::Status GetGeneProfile(const MatrixPages& pages, const v1::GetGeneProfileRequest& request,
                            v1::GeneProfile* response) {
  google::protobuf::RepeatedPtrField<std::string> one;
  *one.Add() = request.gene();
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<std::string> names, ReadNames(one, 1, "gene"));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Scope scope, ReadScope(request.scope()));
  PARFOCAL_ASSIGN_OR_RETURN(const auto matrix, pages.Newest());
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<phenotype::GeneProfile> profiles,
                            matrix->Profiles(names, request.organism(), scope));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Explain explain, matrix->ExplainScope(scope));
  ToProto(profiles.front(), response);
  response->set_revision(ValidUtf8(matrix->revision()));
  ToProto(explain, response->mutable_explain());
  return absl::OkStatus();
}

absl::Status BatchGetGeneProfiles(const MatrixPages& pages,
                                  const v1::BatchGetGeneProfilesRequest& request,
                                  v1::BatchGetGeneProfilesResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                            ReadNames(request.genes(), phenotype::kMaxNames, "genes"));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Scope scope, ReadScope(request.scope()));
  PARFOCAL_ASSIGN_OR_RETURN(const auto matrix, pages.Newest());
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<phenotype::GeneProfile> profiles,
                            matrix->Profiles(names, request.organism(), scope));
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Explain explain, matrix->ExplainScope(scope));
  ToProto(explain, response->mutable_explain());
  size_t bytes = response->explain().ByteSizeLong();
  for (const phenotype::GeneProfile& from : profiles) {
    v1::GeneProfile* to = response->add_profiles();
    ToProto(from, to);
    const size_t size = to->ByteSizeLong();
    if (bytes + size > kProfilesBytes) {
      // As beyond the number of profiles: the resolution alone.
      to->Clear();
      to->set_asked(ValidUtf8(from.asked));
      ToProto(from.resolution, from.asked, to->mutable_resolution());
    }
    bytes += to->ByteSizeLong();
  }
  response->set_revision(ValidUtf8(matrix->revision()));
  return absl::OkStatus();
}

absl::Status SimilarGenes(MatrixPages& pages, const v1::SimilarGenesRequest& request,
                          v1::SimilarGenesResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(phenotype::SimilarQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(
      const MatrixPage page,
      pages.Open(request, request.limit(), request.page_token(), MatrixPages::kMatches));
  query.window = page.window;
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::SimilarAnswer answer, page.matrix->Similar(query));
  const size_t sent = AddRows(answer.genes, response->mutable_genes(),
                              [](const auto& row, auto* out) { ToProto(row, out); });
  response->set_next_page_token(pages.TokenBehind(page, sent, answer.total_size));
  response->set_total_size(answer.total_size);
  response->set_background_size(answer.background_size);
  if (page.window.offset == 0)
    AddUnused(answer.background_not_used, response->mutable_background_not_used());
  ToProto(answer.resolution, query.gene, response->mutable_resolution());
  response->set_revision(ValidUtf8(page.matrix->revision()));
  ToProto(answer.explain, response->mutable_explain());
  return absl::OkStatus();
}

absl::Status CompareProfiles(MatrixPages& pages, const v1::CompareProfilesRequest& request,
                             v1::CompareProfilesResponse* response) {
  PARFOCAL_ASSIGN_OR_RETURN(phenotype::CompareQuery query, ReadQuery(request));
  PARFOCAL_ASSIGN_OR_RETURN(const MatrixPage page,
                            pages.Open(request, request.page_size(), request.page_token()));
  query.window = page.window;
  PARFOCAL_ASSIGN_OR_RETURN(const phenotype::Comparison answer, page.matrix->Compare(query));
  ToProto(answer.explain, response->mutable_explain());
  response->set_sim_gic(answer.sim_gic);
  response->set_resnik_bma(answer.resnik_bma);
  const size_t sent = AddRows(answer.shared, response->mutable_shared(),
                              [](const auto& row, auto* out) { ToProto(row, out); });
  response->set_next_page_token(pages.TokenBehind(page, sent, answer.total_size));
  response->set_total_size(answer.total_size);
  response->set_background_size(answer.background_size);
  if (page.window.offset == 0)
    AddUnused(answer.background_not_used, response->mutable_background_not_used());
  ToProto(answer.resolution_a, absl::StrJoin(query.a, " "), response->mutable_resolution_a());
  ToProto(answer.resolution_b, absl::StrJoin(query.b, " "), response->mutable_resolution_b());
  response->set_revision(ValidUtf8(page.matrix->revision()));
  return absl::OkStatus();
}

}  // namespace parfocal
