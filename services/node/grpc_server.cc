#include "grpc_server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include "parfocal/rpc/method_policy.h"
#include "parfocal/rpc/response_size.h"

namespace parfocal {
namespace {

constexpr int kSecond = 1000;
constexpr int kMinute = 60 * kSecond;

}  // namespace

void ApplyLimits(grpc::ServerBuilder* builder) {
  builder->SetMaxReceiveMessageSize(static_cast<int>(kMaxAdminRequestBytes));
  builder->SetMaxSendMessageSize(static_cast<int>(kMaxResponseBytes));
  builder->AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 8 * 1024);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
  builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10 * kSecond);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 5 * kMinute);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 30 * kMinute);
  builder->AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 30 * kSecond);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 2 * kMinute);
  builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20 * kSecond);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinute);
  builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  grpc::ResourceQuota quota("parfocald");
  quota.Resize(size_t{512} << 20);
  quota.SetMaxThreads(16);
  builder->SetResourceQuota(quota);
}

absl::StatusOr<RunningServer> StartServer(const Address& address,
                                          const std::vector<grpc::Service*>& services) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  ApplyLimits(&builder);
  // A taken port is an error: by default two processes would share it, and callers would meet
  // either.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  RunningServer running;
  running.address = address;
  builder.AddListeningPort(FormatAddress(address), grpc::InsecureServerCredentials(),
                           &running.address.port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  running.server = builder.BuildAndStart();
  if (running.server == nullptr || running.address.port == 0) {
    return absl::UnavailableError(
        absl::StrCat("listen: cannot listen on ", FormatAddress(address), "; is the port taken?"));
  }
  return running;
}

}  // namespace parfocal
