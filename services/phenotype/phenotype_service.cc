#include "parfocal/phenotype_rpc/phenotype_service.h"

#include <utility>

#include "calls.h"
#include "parfocal/v1/phenotype_service.grpc.pb.h"

namespace parfocal {
namespace {

class PhenotypeService final : public v1::PhenotypeService::CallbackService {
 public:
  explicit PhenotypeService(PhenotypeServiceOptions options)
      : options_(std::move(options)), pages_(options_) {}

  grpc::ServerUnaryReactor* FindGenes(grpc::CallbackServerContext* context,
                                      const v1::FindGenesRequest* request,
                                      v1::FindGenesResponse* response) override {
    return Run(context, "parfocal.v1.PhenotypeService/FindGenes", request, response,
               [this](const auto& r, auto* out) { return parfocal::FindGenes(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* FindCompounds(grpc::CallbackServerContext* context,
                                          const v1::FindCompoundsRequest* request,
                                          v1::FindCompoundsResponse* response) override {
    return Run(
        context, "parfocal.v1.PhenotypeService/FindCompounds", request, response,
        [this](const auto& r, auto* out) { return parfocal::FindCompounds(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* GetGeneProfile(grpc::CallbackServerContext* context,
                                           const v1::GetGeneProfileRequest* request,
                                           v1::GeneProfile* response) override {
    return Run(
        context, "parfocal.v1.PhenotypeService/GetGeneProfile", request, response,
        [this](const auto& r, auto* out) { return parfocal::GetGeneProfile(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* BatchGetGeneProfiles(
      grpc::CallbackServerContext* context, const v1::BatchGetGeneProfilesRequest* request,
      v1::BatchGetGeneProfilesResponse* response) override {
    return Run(context, "parfocal.v1.PhenotypeService/BatchGetGeneProfiles", request, response,
               [this](const auto& r, auto* out) {
                 return parfocal::BatchGetGeneProfiles(pages_, r, out);
               });
  }
  grpc::ServerUnaryReactor* SimilarGenes(grpc::CallbackServerContext* context,
                                         const v1::SimilarGenesRequest* request,
                                         v1::SimilarGenesResponse* response) override {
    return Run(context, "parfocal.v1.PhenotypeService/SimilarGenes", request, response,
               [this](const auto& r, auto* out) { return parfocal::SimilarGenes(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* CompareProfiles(grpc::CallbackServerContext* context,
                                            const v1::CompareProfilesRequest* request,
                                            v1::CompareProfilesResponse* response) override {
    return Run(
        context, "parfocal.v1.PhenotypeService/CompareProfiles", request, response,
        [this](const auto& r, auto* out) { return parfocal::CompareProfiles(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* EnrichTerms(grpc::CallbackServerContext* context,
                                        const v1::EnrichTermsRequest* request,
                                        v1::EnrichTermsResponse* response) override {
    return Run(context, "parfocal.v1.PhenotypeService/EnrichTerms", request, response,
               [this](const auto& r, auto* out) { return parfocal::EnrichTerms(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* EnrichGenes(grpc::CallbackServerContext* context,
                                        const v1::EnrichGenesRequest* request,
                                        v1::EnrichGenesResponse* response) override {
    return Run(context, "parfocal.v1.PhenotypeService/EnrichGenes", request, response,
               [this](const auto& r, auto* out) { return parfocal::EnrichGenes(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* BuildNetwork(grpc::CallbackServerContext* context,
                                         const v1::BuildNetworkRequest* request,
                                         v1::Network* response) override {
    return Run(context, "parfocal.v1.PhenotypeService/BuildNetwork", request, response,
               [this](const auto& r, auto* out) { return parfocal::BuildNetwork(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* SampleTerms(grpc::CallbackServerContext* context,
                                        const v1::SampleTermsRequest* request,
                                        v1::SampleTermsResponse* response) override {
    return Run(context, "parfocal.v1.PhenotypeService/SampleTerms", request, response,
               [this](const auto& r, auto* out) { return parfocal::SampleTerms(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* CoverageReport(grpc::CallbackServerContext* context,
                                           const v1::CoverageReportRequest* request,
                                           v1::CoverageReportResponse* response) override {
    return Run(
        context, "parfocal.v1.PhenotypeService/CoverageReport", request, response,
        [this](const auto& r, auto* out) { return parfocal::CoverageReport(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* ListUnattributed(grpc::CallbackServerContext* context,
                                             const v1::ListUnattributedRequest* request,
                                             v1::ListUnattributedResponse* response) override {
    return Run(
        context, "parfocal.v1.PhenotypeService/ListUnattributed", request, response,
        [this](const auto& r, auto* out) { return parfocal::ListUnattributed(pages_, r, out); });
  }
  grpc::ServerUnaryReactor* GetEvidence(grpc::CallbackServerContext* context,
                                        const v1::GetEvidenceRequest* request,
                                        v1::GetEvidenceResponse* response) override {
    return Run(context, "parfocal.v1.PhenotypeService/GetEvidence", request, response,
               [this](const auto& r, auto* out) {
                 return parfocal::GetEvidence(pages_, *options_.store, r, out);
               });
  }

 private:
  template <typename Request, typename Response, typename Work>
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext* context, absl::string_view method,
                                const Request* request, Response* response, Work work) {
    return HandleUnary(
        *options_.dispatcher, context, method, request, response,
        [work](const Call&, const Request& r, Response* out) { return work(r, out); });
  }

  const PhenotypeServiceOptions options_;
  MatrixPages pages_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePhenotypeService(PhenotypeServiceOptions options) {
  return std::make_unique<PhenotypeService>(std::move(options));
}

}  // namespace parfocal
