#include "client.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "parfocal/status.h"

namespace parfocal::cli {
namespace {

constexpr int kMaxAnswerBytes = 64 << 20;

}  // namespace

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return out;
  std::string reason;
  std::string field;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    if (any.UnpackTo(&info)) {
      reason = info.reason();
      const auto named = info.metadata().find("field");
      if (named != info.metadata().end()) field = named->second;
      const auto limit = info.metadata().find("limit");
      if (field.empty() && limit != info.metadata().end()) field = limit->second;
    } else if (any.UnpackTo(&bad_request) && bad_request.field_violations_size() > 0) {
      field = bad_request.field_violations(0).field();
    }
  }
  if (!reason.empty()) out = WithReason(out, reason, field);
  return out;
}

Client::Client(const std::string& address, absl::Duration timeout)
    : address_(address), timeout_(timeout) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY,
                   0);  // A proxy of the environment is not for loopback.
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  admin_ = v1::AdminService::NewStub(channel);
  catalogue_ = v1::CatalogueService::NewStub(channel);
  harvest_ = v1::HarvestService::NewStub(channel);
  search_ = v1::SearchService::NewStub(channel);
  ontology_ = v1::OntologyService::NewStub(channel);
  phenotype_ = v1::PhenotypeService::NewStub(channel);
}

}  // namespace parfocal::cli
