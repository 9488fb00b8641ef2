#include "parfocal/rpc/page_token.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>

#include "absl/strings/escaping.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"

namespace parfocal {
namespace {

using google::protobuf::io::ArrayInputStream;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

constexpr uint8_t kVersion = 1;
constexpr size_t kHashBytes = 16;
constexpr size_t kMacBytes = 16;

std::string Mac(const std::string& key, absl::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
  return std::string(reinterpret_cast<char*>(digest), kMacBytes);
}

void PutString(CodedOutputStream* out, absl::string_view text) {
  out->WriteVarint32(static_cast<uint32_t>(text.size()));
  out->WriteRaw(text.data(), static_cast<int>(text.size()));
}

bool GetString(CodedInputStream* in, std::string* text) {
  uint32_t size = 0;
  return in->ReadVarint32(&size) && size <= kMaxPageTokenBytes &&
         in->ReadString(text, static_cast<int>(size));
}

absl::Status Mismatch(absl::string_view why) {
  return WithReason(absl::InvalidArgumentError(
                        absl::StrCat("page_token: ", why, "; begin the listing again without it")),
                    "PAGE_TOKEN_MISMATCH", "page_token");
}

}  // namespace

PageTokens::PageTokens(std::string key, const Clock* clock) : key_(std::move(key)), clock_(clock) {}

std::string PageTokens::Make(absl::string_view request_hash, const PagePosition& position) const {
  std::string payload(1, static_cast<char>(kVersion));
  payload.append(request_hash.data(), request_hash.size());
  {
    StringOutputStream stream(&payload);
    CodedOutputStream out(&stream);
    out.WriteVarint64(static_cast<uint64_t>(position.sequence));
    PutString(&out, position.release);
    out.WriteVarint64(static_cast<uint64_t>(absl::ToUnixSeconds(clock_->Now())));
    PutString(&out, position.after);
  }
  payload += Mac(key_, payload);
  return absl::WebSafeBase64Escape(payload);
}

absl::StatusOr<PagePosition> PageTokens::Read(absl::string_view request_hash,
                                              absl::string_view token) const {
  std::string bytes;
  if (token.size() > kMaxPageTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes) ||
      bytes.size() < 1 + kHashBytes + kMacBytes) {
    return Mismatch("is not a token of this service");
  }
  const absl::string_view payload(bytes.data(), bytes.size() - kMacBytes);
  const std::string mac = Mac(key_, payload);
  if (CRYPTO_memcmp(mac.data(), payload.data() + payload.size(), kMacBytes) != 0) {
    return Mismatch("is broken, or was issued by another node");
  }
  // From here on the bytes are our own: only another version of the program can have other ones.
  if (payload[0] != static_cast<char>(kVersion))
    return Mismatch("was issued by another version of the program");
  if (payload.substr(1, kHashBytes) != request_hash) {
    return Mismatch("belongs to another request (every field but page_size must be as it was)");
  }
  const absl::string_view rest = payload.substr(1 + kHashBytes);
  ArrayInputStream stream(rest.data(), static_cast<int>(rest.size()));
  CodedInputStream in(&stream);
  PagePosition position;
  uint64_t sequence = 0, issued = 0;
  if (!in.ReadVarint64(&sequence) || !GetString(&in, &position.release) ||
      !in.ReadVarint64(&issued) || !GetString(&in, &position.after)) {
    return Mismatch("is broken");
  }
  position.sequence = static_cast<int64_t>(sequence);
  if (clock_->Now() - absl::FromUnixSeconds(static_cast<int64_t>(issued)) > kPageTokenLife) {
    return WithReason(
        absl::FailedPreconditionError("page_token: older than one hour; begin the listing again"),
        "CURSOR_EXPIRED", "page_token");
  }
  return position;
}

std::string RequestHash(const google::protobuf::Message& request) {
  std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  for (const char* name : {"page_size", "page_token"}) {
    if (const auto* field = copy->GetDescriptor()->FindFieldByName(name))
      copy->GetReflection()->ClearField(copy.get(), field);
  }
  std::string bytes = copy->GetDescriptor()->full_name();
  bytes.push_back('\0');
  {
    StringOutputStream stream(&bytes);
    CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    copy->SerializeToCodedStream(&out);
  }
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return std::string(reinterpret_cast<char*>(digest), kHashBytes);
}

absl::StatusOr<int> PageSize(int64_t page_size, int standard, int maximum) {
  if (page_size < 0) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat("page_size: ", page_size,
                                                              " is negative; 0 means ", standard)),
                      "VALUE_OUT_OF_RANGE", "page_size");
  }
  if (page_size == 0) return standard;
  return static_cast<int>(std::min<int64_t>(page_size, maximum));
}

}  // namespace parfocal
