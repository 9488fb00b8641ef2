#include "parfocal/rpc/status.h"

#include <string>

#include "absl/strings/strip.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/status.h"

namespace parfocal {
namespace {

constexpr char kDomain[] = "parfocal";

std::string ReasonOrDefault(const absl::Status& status) {
  std::string reason = ReasonOf(status);
  if (!reason.empty()) return reason;
  if (absl::IsNotFound(status)) return "RESOURCE_NOT_FOUND";
  if (absl::IsAlreadyExists(status)) return "RESOURCE_EXISTS";
  return "";
}

std::string ShortMessage(absl::string_view message) {
  std::string text = ValidUtf8(message);
  if (text.size() <= kMaxStatusMessageBytes) return text;
  size_t cut = kMaxStatusMessageBytes;
  // Never cuts inside a character: continuation bytes are 10xxxxxx.
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return text.substr(0, cut) + "...";
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string message = ShortMessage(status.message());
  const std::string field = ValidUtf8(FieldOf(status));
  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);
  if (std::string reason = ReasonOrDefault(status); !reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(reason);
    info.set_domain(kDomain);
    if (!field.empty()) (*info.mutable_metadata())["field"] = field;
    status.ForEachPayload([&](absl::string_view url, const absl::Cord& value) {
      if (absl::ConsumePrefix(&url, kDetailUrl)) {
        (*info.mutable_metadata())[std::string(url)] = ValidUtf8(std::string(value));
      }
    });
    details.add_details()->PackFrom(info);
  }
  if (absl::IsInvalidArgument(status) && !field.empty()) {
    google::rpc::BadRequest bad;
    auto* violation = bad.add_field_violations();
    violation->set_field(field);
    violation->set_description(message);
    details.add_details()->PackFrom(bad);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message,
                      details.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status out(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return out;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    if (!any.UnpackTo(&info)) continue;
    out = WithReason(std::move(out), info.reason());
    for (const auto& [key, value] : info.metadata()) {
      if (key == "field") {
        out.SetPayload(kFieldUrl, absl::Cord(value));
      } else {
        out = WithDetail(std::move(out), key, value);
      }
    }
  }
  return out;
}

}  // namespace parfocal
