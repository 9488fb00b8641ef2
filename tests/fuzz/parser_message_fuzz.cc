// What a parser child sends to the node: whatever decodes must encode to bytes that decode to the
// same.
#include <cstdint>
#include <cstdlib>

#include "messages.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace parfocal::sandbox;  // NOLINT
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  PageAnswer answer;
  if (Decode(bytes, "src", &answer).ok()) {
    const std::string once = Encode(answer);
    PageAnswer again;
    if (!Decode(once, "src", &again).ok() || Encode(again) != once) std::abort();
  }
  // A refusal is fine; a crash is not.
  parfocal::FetchRequest request;
  if (Decode(bytes, &request).ok()) {
    parfocal::FetchRequest again;
    if (!Decode(Encode(request), &again).ok() || again.url != request.url) std::abort();
  }
  absl::Status status;
  (void)Decode(bytes, &status);
  return 0;
}
