// The server with its limits, over a real loopback port.
#include "grpc_server.h"

#include <condition_variable>
#include <mutex>
#include <string>

#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "parfocal/rpc/method_policy.h"
#include "parfocal/v1/catalogue_service.grpc.pb.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

// Answers GetRecord with a record whose title is as long as the name asks.
class Echo final : public v1::CatalogueService::Service {
  grpc::Status GetRecord(grpc::ServerContext*, const v1::GetRecordRequest* request,
                         v1::Record* response) override {
    response->mutable_study()->set_title(std::string(std::stoul("0" + request->name()), 'x'));
    return grpc::Status::OK;
  }
};

class GrpcServerTest : public ::testing::Test {
 protected:
  GrpcServerTest() {
    absl::StatusOr<RunningServer> running = StartServer({"127.0.0.1", 0}, {&echo_});
    EXPECT_TRUE(running.ok()) << running.status();
    running_ = *std::move(running);
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, 64 * 1024);
    channel_ = grpc::CreateCustomChannel(FormatAddress(running_.address),
                                         grpc::InsecureChannelCredentials(), arguments);
    stub_ = v1::CatalogueService::NewStub(channel_);
  }
  ~GrpcServerTest() override { running_.server->Shutdown(std::chrono::system_clock::now()); }

  grpc::Status Get(size_t title, size_t metadata = 0, size_t request_bytes = 0) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    if (metadata > 0) context.AddMetadata("m", std::string(metadata, 'v'));
    v1::GetRecordRequest request;
    request.set_name(std::to_string(title) + std::string(request_bytes, ' '));
    v1::Record response;
    return stub_->GetRecord(&context, request, &response);
  }

  // The answer of a unary method, or of one exchange of a stream, as bytes.
  std::string Raw(const std::string& method, const std::string& request) {
    grpc::GenericStub generic(channel_);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    const grpc::Slice slice(request);
    grpc::ByteBuffer in(&slice, 1), out;
    grpc::CompletionQueue queue;
    auto call = generic.PrepareCall(&context, method, &queue);
    void* tag = nullptr;
    bool ok = false;
    call->StartCall(nullptr);
    queue.Next(&tag, &ok);
    call->Write(in, nullptr);
    queue.Next(&tag, &ok);
    call->WritesDone(nullptr);
    queue.Next(&tag, &ok);
    call->Read(&out, nullptr);
    queue.Next(&tag, &ok);
    grpc::Status status;
    call->Finish(&status, nullptr);
    queue.Next(&tag, &ok);
    EXPECT_TRUE(status.ok()) << method << ": " << status.error_message();
    queue.Shutdown();
    while (queue.Next(&tag, &ok)) {
    }
    std::vector<grpc::Slice> slices;
    std::string bytes;
    if (out.Valid() && out.Dump(&slices).ok()) {
      for (const grpc::Slice& part : slices)
        bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
    return bytes;
  }

  Echo echo_;
  RunningServer running_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::CatalogueService::Stub> stub_;
};

TEST_F(GrpcServerTest, TakesAFreePortAndKeepsItForItself) {
  EXPECT_GT(running_.address.port, 0);
  EXPECT_TRUE(Get(1).ok());
  EXPECT_THAT(StartServer(running_.address, {&echo_}),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("taken")));
}

TEST_F(GrpcServerTest, MessagesHaveAMaximumSize) {
  EXPECT_TRUE(Get(1, 0, kMaxAdminRequestBytes - 100).ok());
  EXPECT_EQ(Get(1, 0, kMaxAdminRequestBytes + 1).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Get((4 << 20) - 100).ok());
  EXPECT_EQ(Get((4 << 20) + 1).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(GrpcServerTest, MetadataHasAMaximumSize) {
  EXPECT_TRUE(Get(1, 7 * 1024).ok());
  EXPECT_EQ(Get(1, 9 * 1024).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(GrpcServerTest, TellsItsHealthAndItsServices) {
  EXPECT_EQ(Raw("/grpc.health.v1.Health/Check", ""), std::string("\x08\x01", 2)) << "SERVING";
  // Field 7 of ServerReflectionRequest: list_services.
  const std::string services = Raw("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                                   std::string("\x3a\x01*", 3));
  EXPECT_THAT(services, HasSubstr("parfocal.v1.CatalogueService"));
  EXPECT_THAT(services, HasSubstr("grpc.health.v1.Health"));
}

}  // namespace
}  // namespace parfocal
