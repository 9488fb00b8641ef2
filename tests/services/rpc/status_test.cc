#include "parfocal/rpc/status.h"

#include <string>

#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "parfocal/rpc/utf8.h"
#include "parfocal/status.h"
#include "parfocal/v1/errors.pb.h"

namespace parfocal {
namespace {

google::rpc::Status Details(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

TEST(StatusTest, EveryCodeKeepsItsNumber) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status =
        ToGrpcStatus(absl::Status(static_cast<absl::StatusCode>(code), "why"));
    EXPECT_EQ(static_cast<int>(status.error_code()), code);
    EXPECT_EQ(status.error_message(), "why");
    EXPECT_EQ(static_cast<int>(FromGrpcStatus(status).code()), code);
  }
}

TEST(StatusTest, ReasonFieldAndDetailsReachTheWire) {
  const absl::Status status = LimitExceeded("filter_bytes", 4096, "filter", "filter: too long");
  const google::rpc::Status details = Details(ToGrpcStatus(status));
  ASSERT_EQ(details.details_size(), 2);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(details.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "LIMIT_EXCEEDED");
  EXPECT_EQ(info.domain(), "parfocal");
  EXPECT_EQ(info.metadata().at("limit"), "filter_bytes");
  EXPECT_EQ(info.metadata().at("maximum"), "4096");
  google::rpc::BadRequest bad;
  ASSERT_TRUE(details.details(1).UnpackTo(&bad));
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "filter");

  const absl::Status back = FromGrpcStatus(ToGrpcStatus(status));
  EXPECT_EQ(ReasonOf(back), "LIMIT_EXCEEDED");
  EXPECT_EQ(FieldOf(back), "filter");
  v1::ErrorReason reason;
  EXPECT_TRUE(v1::ErrorReason_Parse(ReasonOf(back), &reason));
}

TEST(StatusTest, NotFoundAndAlreadyExistsHaveAReason) {
  EXPECT_EQ(ReasonOf(FromGrpcStatus(ToGrpcStatus(absl::NotFoundError("x")))), "RESOURCE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(FromGrpcStatus(ToGrpcStatus(absl::AlreadyExistsError("x")))),
            "RESOURCE_EXISTS");
  EXPECT_EQ(ReasonOf(FromGrpcStatus(ToGrpcStatus(absl::InternalError("x")))), "");
}

TEST(StatusTest, LongMessagesAreCutBetweenCharacters) {
  std::string message;
  while (message.size() < kMaxStatusMessageBytes) message += "\xC3\xA9";
  EXPECT_EQ(ToGrpcStatus(absl::InternalError(message)).error_message(), message);
  const std::string cut = ToGrpcStatus(absl::InternalError("x" + message)).error_message();
  EXPECT_LE(cut.size(), kMaxStatusMessageBytes + 3);
  EXPECT_EQ(ValidUtf8Prefix(cut), cut.size());
}

TEST(Utf8Test, Table) {
  const struct {
    std::string text, mended;
  } rows[] = {
      {"", ""},
      {"plain ASCII, long enough for the fast path", "plain ASCII, long enough for the fast path"},
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\xAC", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\xAC"},
      {"a\xFFz", "a\xEF\xBF\xBDz"},
      {"\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD"},                                  // Overlong NUL.
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},                  // Surrogate.
      {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},  // Above U+10FFFF.
      {"12345678\xC3", "12345678\xEF\xBF\xBD"},                                  // Cut short.
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ValidUtf8(row.text), row.mended);
    EXPECT_EQ(ValidUtf8(row.mended), row.mended);
    EXPECT_EQ(ValidUtf8Prefix(row.text) == row.text.size(), row.text == row.mended);
  }
}

}  // namespace
}  // namespace parfocal
