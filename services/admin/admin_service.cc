#include "parfocal/admin_rpc/admin_service.h"

#include <utility>

#include "absl/strings/match.h"
#include "correction_calls.h"
#include "custody_calls.h"
#include "normalisation_calls.h"
#include "parfocal/rpc/call.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/v1/admin_service.grpc.pb.h"

namespace parfocal {
namespace {

constexpr size_t kMaxProblems = 100;
constexpr size_t kMaxPathBytes = 4096;

class AdminService final : public v1::AdminService::CallbackService {
 public:
  explicit AdminService(AdminServiceOptions options) : options_(std::move(options)) {}

  grpc::ServerUnaryReactor* CreateCheckpoint(grpc::CallbackServerContext* context,
                                             const v1::CreateCheckpointRequest* request,
                                             v1::Checkpoint* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.AdminService/CreateCheckpoint", request,
        response, [this](const Call&, const auto& r, auto* out) { return Checkpoint(r, out); });
  }
  grpc::ServerUnaryReactor* CheckIndex(grpc::CallbackServerContext* context,
                                       const v1::CheckIndexRequest* request,
                                       v1::CheckIndexResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.AdminService/CheckIndex", request, response,
        [this](const Call& call, const auto&, auto* out) { return Check(call, out); });
  }
  grpc::ServerUnaryReactor* ReportNormalisation(
      grpc::CallbackServerContext* context, const v1::ReportNormalisationRequest* request,
      v1::ReportNormalisationResponse* response) override {
    return HandleUnary(*options_.dispatcher, context,
                       "parfocal.v1.AdminService/ReportNormalisation", request, response,
                       [this](const Call& call, const auto& r, auto* out) {
                         return parfocal::ReportNormalisation(options_, call, r, out);
                       });
  }
  grpc::ServerUnaryReactor* ListDifferences(grpc::CallbackServerContext* context,
                                            const v1::ListDifferencesRequest* request,
                                            v1::ListDifferencesResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.AdminService/ListDifferences",
                       request, response, [this](const Call& call, const auto& r, auto* out) {
                         return parfocal::ListDifferences(options_, call, r, out);
                       });
  }
  grpc::ServerUnaryReactor* ListCorrections(grpc::CallbackServerContext* context,
                                            const v1::ListCorrectionsRequest* request,
                                            v1::ListCorrectionsResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.AdminService/ListCorrections",
                       request, response, [this](const Call& call, const auto& r, auto* out) {
                         return parfocal::ListCorrections(options_, call, r, out);
                       });
  }
  grpc::ServerUnaryReactor* DecideRelation(grpc::CallbackServerContext* context,
                                           const v1::DecideRelationRequest* request,
                                           v1::DecideRelationResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.AdminService/DecideRelation",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         return parfocal::DecideRelation(options_, r, out);
                       });
  }
  grpc::ServerUnaryReactor* TakeDown(grpc::CallbackServerContext* context,
                                     const v1::TakeDownRequest* request,
                                     v1::TakeDownResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.AdminService/TakeDown", request,
                       response, [this](const Call&, const auto& r, auto* out) {
                         return parfocal::TakeDown(options_, r, out);
                       });
  }
  grpc::ServerUnaryReactor* ListAudit(grpc::CallbackServerContext* context,
                                      const v1::ListAuditRequest* request,
                                      v1::ListAuditResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.AdminService/ListAudit", request,
                       response, [this](const Call&, const auto& r, auto* out) {
                         return parfocal::ListAudit(options_, r, out);
                       });
  }
  grpc::ServerWriteReactor<v1::RebuildIndexProgress>* RebuildIndex(
      grpc::CallbackServerContext* context, const v1::RebuildIndexRequest* request) override {
    return HandleStream<v1::RebuildIndexProgress>(
        *options_.dispatcher, context, "parfocal.v1.AdminService/RebuildIndex", request,
        [this](const std::shared_ptr<StreamCall<v1::RebuildIndexProgress>>& stream) {
          stream->Start(nullptr);
          if (!options_.dispatcher->pool->Run([this, stream] { Rebuild(stream.get()); }))
            stream->Close(Overloaded());
        });
  }

 private:
  absl::Status Checkpoint(const v1::CreateCheckpointRequest& request,
                          v1::Checkpoint* response) const {
    const std::string& directory = request.directory();
    if (!absl::StartsWith(directory, "/") || directory.size() > kMaxPathBytes) {
      return WithReason(
          absl::InvalidArgumentError("directory: expected an absolute path on the node's machine"),
          "VALUE_OUT_OF_RANGE", "directory");
    }
    PARFOCAL_ASSIGN_OR_RETURN(const CheckpointResult result, options_.checkpoint(directory));
    response->set_directory(directory);
    response->set_sequence(result.sequence);
    response->set_files(result.files);
    response->set_bytes(result.bytes);
    return absl::OkStatus();
  }

  absl::StatusOr<StoreStatus> Catalogue() const {
    return options_.store->Status(std::string(kPublicGroup));
  }

  void Rebuild(StreamCall<v1::RebuildIndexProgress>* stream) const {
    v1::RebuildIndexProgress progress;
    const auto report = [&](int64_t sequence) {
      const absl::StatusOr<StoreStatus> catalogue = Catalogue();
      progress.set_sequence(sequence);
      if (catalogue.ok()) progress.set_newest_sequence(catalogue->sequence);
      if (stream->idle()) stream->Send(progress);
    };
    const absl::Status status = options_.rebuild(report);
    if (!status.ok()) {
      return stream->Close(
          absl::IsFailedPrecondition(status) ? WithReason(status, "RUN_IN_PROGRESS") : status);
    }
    const auto snapshot = options_.index->Open();
    if (snapshot.ok()) progress.set_sequence((*snapshot)->revision().sequence);
    if (const auto catalogue = Catalogue(); catalogue.ok())
      progress.set_newest_sequence(catalogue->sequence);
    progress.set_done(true);
    stream->Send(progress);
    stream->Close(absl::OkStatus());
  }

  absl::Status Check(const Call& call, v1::CheckIndexResponse* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const StoreStatus before, Catalogue());
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<std::string> problems, options_.check(kMaxProblems));
    PARFOCAL_ASSIGN_OR_RETURN(const auto snapshot,
                              options_.index->OpenAt(before.sequence, call.deadline()));
    BoundQuery everything;
    everything.page_size = 1;
    PARFOCAL_ASSIGN_OR_RETURN(
        const SearchAnswer answer,
        snapshot->Execute(everything, nullptr, call.deadline(), &Call::Cancelled, &call));
    response->set_index_sequence(answer.revision.sequence);
    response->set_catalogue_sequence(before.sequence);
    response->set_catalogue_studies(before.studies);
    response->set_catalogue_image_sets(before.image_sets);
    response->set_index_studies(answer.total.studies);
    response->set_index_image_sets(answer.total.image_sets);
    // While a harvest goes on the two are of different moments and may differ.
    const bool same_moment = answer.revision.sequence == before.sequence;
    const bool equal =
        answer.total.studies == before.studies && answer.total.image_sets == before.image_sets;
    if (same_moment && !equal) {
      problems.push_back(absl::StrCat("the catalogue holds ", before.studies, " studies and ",
                                      before.image_sets, " image sets, the index ",
                                      answer.total.studies, " and ", answer.total.image_sets));
    }
    for (size_t i = 0; i < problems.size() && i < kMaxProblems; ++i)
      response->add_problems(ValidUtf8(problems[i]));
    return absl::OkStatus();
  }

  const AdminServiceOptions options_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeAdminService(AdminServiceOptions options) {
  return std::make_unique<AdminService>(std::move(options));
}

}  // namespace parfocal
