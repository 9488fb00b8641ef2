// Page tokens come from outside: whatever they hold, reading one either fails or gives back what
// was made.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "parfocal/clock.h"
#include "parfocal/rpc/page_token.h"

namespace {

class StillClock final : public parfocal::Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1700000000); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const StillClock clock;
  static const parfocal::PageTokens tokens(std::string(32, 'k'), &clock);
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string hash(16, 'h');
  // Without the key nobody makes a token.
  if (tokens.Read(hash, text).ok()) std::abort();
  const parfocal::PagePosition position{static_cast<int64_t>(size), text.substr(0, size / 2),
                                        text.substr(size / 2)};
  const std::string made = tokens.Make(hash, position);
  if (made.size() > parfocal::kMaxPageTokenBytes) return 0;
  const auto read = tokens.Read(hash, made);
  if (!read.ok() || read->sequence != position.sequence || read->release != position.release ||
      read->after != position.after) {
    std::abort();
  }
  return 0;
}
