#include "parfocal/harvest_rpc/harvest_service.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "parfocal/rpc/call.h"
#include "parfocal/rpc/record_conversion.h"
#include "parfocal/rpc/response_size.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/schedule/scheduler.h"
#include "parfocal/v1/harvest_service.grpc.pb.h"
#include "source_acts.h"
#include "source_conversion.h"
#include "try_source.h"
#include "watch.h"

namespace parfocal {
namespace {

constexpr int kStandardPage = 25;
constexpr int kMaxPage = 200;

absl::Status CheckLimits(const Source& source) {
  const auto check = [&](absl::string_view limit, size_t maximum, size_t size,
                         absl::string_view field) {
    if (size <= maximum) return absl::OkStatus();
    return LimitExceeded(limit, static_cast<int64_t>(maximum), field,
                         absl::StrCat(field, ": ", size, " is above the limit of ", maximum));
  };
  PARFOCAL_RETURN_IF_ERROR(
      check("source_title_bytes", kMaxSourceTitleBytes, source.title.size(), "source.title"));
  PARFOCAL_RETURN_IF_ERROR(check("source_location_bytes", kMaxSourceLocationBytes,
                                 source.location.size(), "source.location"));
  PARFOCAL_RETURN_IF_ERROR(
      check("source_options", kMaxSourceOptions, source.options.size(), "source.options"));
  for (const auto& [key, value] : source.options) {
    PARFOCAL_RETURN_IF_ERROR(check("source_option_bytes", kMaxSourceOptionBytes,
                                   std::max(key.size(), value.size()), "source.options"));
  }
  return absl::OkStatus();
}

class HarvestService final : public v1::HarvestService::CallbackService {
 public:
  explicit HarvestService(HarvestServiceOptions options) : options_(std::move(options)) {}

  grpc::ServerUnaryReactor* CreateSource(grpc::CallbackServerContext* context,
                                         const v1::CreateSourceRequest* request,
                                         v1::Source* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/CreateSource",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return Create(r, out); });
  }
  grpc::ServerUnaryReactor* GetSource(grpc::CallbackServerContext* context,
                                      const v1::GetSourceRequest* request,
                                      v1::Source* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/GetSource",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return Get(r, out); });
  }
  grpc::ServerUnaryReactor* ListSources(grpc::CallbackServerContext* context,
                                        const v1::ListSourcesRequest* request,
                                        v1::ListSourcesResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.HarvestService/ListSources", request, response,
        [this](const Call&, const auto& r, auto* out) { return SourcesPage(r, out); });
  }
  grpc::ServerUnaryReactor* UpdateSource(grpc::CallbackServerContext* context,
                                         const v1::UpdateSourceRequest* request,
                                         v1::Source* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/UpdateSource",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return Update(r, out); });
  }
  grpc::ServerUnaryReactor* DeleteSource(grpc::CallbackServerContext* context,
                                         const v1::DeleteSourceRequest* request,
                                         google::protobuf::Empty* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/DeleteSource",
                       request, response,
                       [this](const Call&, const auto& r, auto*) { return Delete(r); });
  }
  grpc::ServerUnaryReactor* StartRun(grpc::CallbackServerContext* context,
                                     const v1::StartRunRequest* request,
                                     v1::Run* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/StartRun",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return Start(r, out); });
  }
  grpc::ServerUnaryReactor* GetRun(grpc::CallbackServerContext* context,
                                   const v1::GetRunRequest* request, v1::Run* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/GetRun", request,
                       response,
                       [this](const Call&, const auto& r, auto* out) { return ReadRun(r, out); });
  }
  grpc::ServerUnaryReactor* ListRuns(grpc::CallbackServerContext* context,
                                     const v1::ListRunsRequest* request,
                                     v1::ListRunsResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/ListRuns",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return RunsPage(r, out); });
  }
  grpc::ServerUnaryReactor* ListRejections(grpc::CallbackServerContext* context,
                                           const v1::ListRejectionsRequest* request,
                                           v1::ListRejectionsResponse* response) override {
    return HandleUnary(
        *options_.dispatcher, context, "parfocal.v1.HarvestService/ListRejections", request,
        response, [this](const Call&, const auto& r, auto* out) { return RejectionsPage(r, out); });
  }
  grpc::ServerUnaryReactor* TrySource(grpc::CallbackServerContext* context,
                                      const v1::TrySourceRequest* request,
                                      v1::TrySourceResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/TrySource",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         return parfocal::TrySource(options_.rehearse, r, out);
                       });
  }
  grpc::ServerUnaryReactor* GetRejection(grpc::CallbackServerContext* context,
                                         const v1::GetRejectionRequest* request,
                                         v1::Rejection* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/GetRejection",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         PARFOCAL_ASSIGN_OR_RETURN(const Rejection rejection,
                                                   parfocal::GetRejection(options_, r));
                         parfocal::ToProto(rejection, out);
                         out->set_number(r.number());
                         return absl::OkStatus();
                       });
  }
  grpc::ServerUnaryReactor* ReplayRejections(grpc::CallbackServerContext* context,
                                             const v1::ReplayRejectionsRequest* request,
                                             v1::Run* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/ReplayRejections",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         return Begun(parfocal::ReplayRejections(options_, r), out);
                       });
  }
  grpc::ServerUnaryReactor* PingSource(grpc::CallbackServerContext* context,
                                       const v1::PingSourceRequest* request,
                                       v1::Source* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/PingSource",
                       request, response,
                       [this](const Call&, const auto& r, auto* out) { return Ping(r, out); });
  }
  grpc::ServerUnaryReactor* ResumeSource(grpc::CallbackServerContext* context,
                                         const v1::ResumeSourceRequest* request,
                                         v1::Source* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/ResumeSource",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         PARFOCAL_RETURN_IF_ERROR(parfocal::ResumeSource(options_, r));
                         return Read(r.name(), out);
                       });
  }
  grpc::ServerUnaryReactor* ReleaseRun(grpc::CallbackServerContext* context,
                                       const v1::ReleaseRunRequest* request,
                                       v1::Run* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/ReleaseRun",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         return Begun(parfocal::ReleaseRun(options_, r), out);
                       });
  }
  grpc::ServerUnaryReactor* RestoreRecords(grpc::CallbackServerContext* context,
                                           const v1::RestoreRecordsRequest* request,
                                           v1::RestoreRecordsResponse* response) override {
    return HandleUnary(*options_.dispatcher, context, "parfocal.v1.HarvestService/RestoreRecords",
                       request, response, [this](const Call&, const auto& r, auto* out) {
                         PARFOCAL_ASSIGN_OR_RETURN(const int64_t restored,
                                                   parfocal::RestoreRecords(options_, r));
                         out->set_restored(restored);
                         return absl::OkStatus();
                       });
  }
  grpc::ServerWriteReactor<v1::Run>* WatchRun(grpc::CallbackServerContext* context,
                                              const v1::WatchRunRequest* request) override {
    return HandleStream<v1::Run>(
        *options_.dispatcher, context, "parfocal.v1.HarvestService/WatchRun", request,
        [this, request](const std::shared_ptr<StreamCall<v1::Run>>& stream) {
          stream->Start(nullptr);
          const absl::StatusOr<RunName> name = ParseRunName(request->name());
          if (!name.ok()) return stream->Close(name.status());
          Watch(options_.runner, name->source, name->run, stream);
        });
  }

 private:
  absl::Status Create(const v1::CreateSourceRequest& request, v1::Source* response) const {
    if (!IsSourceId(request.source_id())) {
      return WithReason(absl::InvalidArgumentError(absl::StrCat(
                            "source_id '", request.source_id().substr(0, 100),
                            "': expected 1 to 63 of a-z, 0-9 and '-', beginning with a letter")),
                        "RESOURCE_NAME", "source_id");
    }
    Source source;
    source.id = request.source_id();
    source.title = request.source().title();
    source.connector = request.source().connector();
    source.location = request.source().location();
    source.options.insert(request.source().options().begin(), request.source().options().end());
    source.created = absl::FromUnixSeconds(absl::ToUnixSeconds(options_.clock->Now()));
    PARFOCAL_RETURN_IF_ERROR(FromProto(request.source().schedule(), &source.schedule));
    PARFOCAL_RETURN_IF_ERROR(CheckLimits(source));
    PARFOCAL_RETURN_IF_ERROR(options_.runner->Check(source));
    PARFOCAL_RETURN_IF_ERROR(options_.store->CreateSource(source));
    Changed(source.id);
    ToProto(source, {}, options_.schedule_limits, options_.clock->Now(), response);
    return absl::OkStatus();
  }

  void Changed(const std::string& source) const {
    if (options_.scheduler != nullptr) options_.scheduler->Changed(source);
  }

  absl::Status Read(const std::string& name, v1::Source* response) const {
    v1::GetSourceRequest request;
    request.set_name(name);
    return Get(request, response);
  }

  static absl::Status Begun(const absl::StatusOr<RunProgress>& progress, v1::Run* response) {
    PARFOCAL_RETURN_IF_ERROR(progress.status());
    ToProto(*progress, response);
    return absl::OkStatus();
  }

  absl::Status Ping(const v1::PingSourceRequest& request, v1::Source* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string id, ParseSourceName(request.name()));
    if (options_.scheduler == nullptr)
      return absl::UnimplementedError("this node harvests by hand alone");
    PARFOCAL_RETURN_IF_ERROR(options_.scheduler->Ping(id));
    return Read(request.name(), response);
  }

  absl::Status Get(const v1::GetSourceRequest& request, v1::Source* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string id, ParseSourceName(request.name()));
    PARFOCAL_ASSIGN_OR_RETURN(const Source source, options_.store->GetSource(id));
    ToProto(source, options_.store->ListRuns(id), options_.schedule_limits, options_.clock->Now(),
            response);
    return absl::OkStatus();
  }

  // The page of `items` behind the token's position, which is the key of the last item sent.
  template <typename Item, typename Request, typename Key, typename Emit>
  absl::StatusOr<std::string> Page(const std::vector<Item>& items, const Request& request, Key key,
                                   Emit emit) const {
    PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request.page_size(), kStandardPage, kMaxPage));
    const std::string hash = RequestHash(request);
    size_t begin = 0;
    if (!request.page_token().empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                                options_.tokens->Read(hash, request.page_token()));
      while (begin < items.size() && !key(items[begin], position.after)) ++begin;
    }
    const size_t end = std::min(begin + page_size, items.size());
    for (size_t i = begin; i < end; ++i) emit(items[i]);
    if (end == items.size() || end == begin) return std::string();
    return options_.tokens->Make(hash, {0, "", items[end - 1].id});
  }

  absl::Status SourcesPage(const v1::ListSourcesRequest& request,
                           v1::ListSourcesResponse* response) const {
    std::vector<Source> sources = options_.store->ListSources();
    std::sort(sources.begin(), sources.end(),
              [](const Source& a, const Source& b) { return a.id < b.id; });
    PARFOCAL_ASSIGN_OR_RETURN(
        *response->mutable_next_page_token(),
        Page(
            sources, request,
            [](const Source& source, const std::string& after) { return source.id > after; },
            [&](const Source& source) {
              ToProto(source, options_.store->ListRuns(source.id), options_.schedule_limits,
                      options_.clock->Now(), response->add_sources());
            }));
    return absl::OkStatus();
  }

  absl::Status Update(const v1::UpdateSourceRequest& request, v1::Source* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string id,
                              ParseSourceName(request.source().name(), "source.name"));
    PARFOCAL_ASSIGN_OR_RETURN(Source source, options_.store->GetSource(id));
    if (request.update_mask().paths().empty()) {
      return WithReason(absl::InvalidArgumentError(
                            "update_mask: is empty; name title, location, options or schedule"),
                        "VALUE_OUT_OF_RANGE", "update_mask");
    }
    for (const std::string& path : request.update_mask().paths()) {
      if (path == "title") {
        source.title = request.source().title();
      } else if (path == "location") {
        source.location = request.source().location();
      } else if (path == "options") {
        source.options = {request.source().options().begin(), request.source().options().end()};
      } else if (path == "schedule") {
        PARFOCAL_RETURN_IF_ERROR(FromProto(request.source().schedule(), &source.schedule));
      } else {
        return WithReason(absl::InvalidArgumentError(absl::StrCat(
                              "update_mask: '", path.substr(0, 100),
                              "' cannot be changed; title, location, options and schedule can")),
                          "VALUE_OUT_OF_RANGE", "update_mask");
      }
    }
    PARFOCAL_RETURN_IF_ERROR(CheckLimits(source));
    PARFOCAL_RETURN_IF_ERROR(options_.runner->Check(source));
    PARFOCAL_RETURN_IF_ERROR(options_.store->UpdateSource(source));
    Changed(id);
    ToProto(source, options_.store->ListRuns(id), options_.schedule_limits, options_.clock->Now(),
            response);
    return absl::OkStatus();
  }

  absl::Status Delete(const v1::DeleteSourceRequest& request) const {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string id, ParseSourceName(request.name()));
    absl::Status status = options_.store->DeleteSource(id);
    Changed(id);
    if (absl::IsFailedPrecondition(status))
      return WithReason(std::move(status), "RUN_IN_PROGRESS", "name");
    return status;
  }

  absl::Status Start(const v1::StartRunRequest& request, v1::Run* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string id, ParseSourceName(request.parent(), "parent"));
    PARFOCAL_ASSIGN_OR_RETURN(const RunProgress progress,
                              parfocal::StartRun(options_, id, request.accept_deletions()));
    ToProto(progress, response);
    return absl::OkStatus();
  }

  absl::Status ReadRun(const v1::GetRunRequest& request, v1::Run* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const RunName name, ParseRunName(request.name()));
    PARFOCAL_ASSIGN_OR_RETURN(const RunProgress progress,
                              options_.runner->Get(name.source, name.run));
    ToProto(progress, response);
    return absl::OkStatus();
  }

  absl::Status RunsPage(const v1::ListRunsRequest& request, v1::ListRunsResponse* response) const {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string id, ParseSourceName(request.parent(), "parent"));
    PARFOCAL_RETURN_IF_ERROR(options_.store->GetSource(id).status());
    PARFOCAL_ASSIGN_OR_RETURN(
        *response->mutable_next_page_token(),
        Page(
            options_.store->ListRuns(id), request,
            // Newest first, and ids sort by start.
            [](const Run& run, const std::string& after) { return run.id < after; },
            [&](const Run& run) {
              absl::StatusOr<RunProgress> progress = options_.runner->Get(run.source, run.id);
              if (progress.ok()) {
                ToProto(*progress, response->add_runs());
              } else {
                parfocal::ToProto(run, response->add_runs());
              }
            }));
    return absl::OkStatus();
  }

  absl::Status RejectionsPage(const v1::ListRejectionsRequest& request,
                              v1::ListRejectionsResponse* response) const {
    RunName name;
    if (absl::StatusOr<std::string> source = ParseSourceName(request.parent(), "parent");
        source.ok()) {
      name.source = *std::move(source);
      PARFOCAL_RETURN_IF_ERROR(options_.store->GetSource(name.source).status());
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(name, ParseRunName(request.parent(), "parent"));
    }
    PARFOCAL_ASSIGN_OR_RETURN(const int page_size,
                              PageSize(request.page_size(), kStandardPage, kMaxPage));
    const std::string hash = RequestHash(request);
    int64_t offset = 0;
    if (!request.page_token().empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(const PagePosition position,
                                options_.tokens->Read(hash, request.page_token()));
      // The run of the first page, so that a newer one does not slip in between.
      name.run = position.release;
      offset = position.sequence;
    } else if (name.run.empty()) {
      const std::vector<Run> runs = options_.store->ListRuns(name.source);
      if (runs.empty()) return absl::OkStatus();
      name.run = runs.front().id;
    }
    // One more than the page tells whether another follows.
    PARFOCAL_ASSIGN_OR_RETURN(
        const std::vector<Rejection> rejections,
        options_.store->ListRejections(name.source, name.run, offset, page_size + 1));
    size_t bytes = 0, sent = 0;
    while (sent < rejections.size() && sent < static_cast<size_t>(page_size) &&
           bytes <= kPageBytes) {
      v1::Rejection* rejection = response->add_rejections();
      parfocal::ToProto(rejections[sent], rejection);
      rejection->set_number(offset + static_cast<int64_t>(sent));
      ++sent;
      bytes += rejection->ByteSizeLong();
    }
    if (sent < rejections.size()) {
      response->set_next_page_token(
          options_.tokens->Make(hash, {offset + static_cast<int64_t>(sent), name.run, ""}));
    }
    return absl::OkStatus();
  }

  const HarvestServiceOptions options_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeHarvestService(HarvestServiceOptions options) {
  return std::make_unique<HarvestService>(std::move(options));
}

}  // namespace parfocal
