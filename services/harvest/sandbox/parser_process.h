// One parser child: begun, watched, ended. The child's end of things is in serve_parser.cc.
//
// Thread safety: one thread.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

#include "channel.h"
#include "parfocal/sandbox/sandbox.h"
#include "unit_page.h"

namespace parfocal::sandbox {

// File descriptors of the child at its beginning; it has no others.
inline constexpr int kChannelDescriptor = 3;
inline constexpr int kUnitDescriptor = 4;

class ParserProcess {
 public:
  // INTERNAL if it cannot be begun.
  static absl::StatusOr<std::unique_ptr<ParserProcess>> Begin(const SandboxOptions& options);
  // Kills the child if it lives.
  ~ParserProcess();
  ParserProcess(const ParserProcess&) = delete;
  ParserProcess& operator=(const ParserProcess&) = delete;

  // Gives the child the processor time of one page. To be called before each.
  void AllowOnePage();
  Channel& channel() { return *channel_; }

  // After a failure of the channel: ends the child if it still lives, and says why it is gone, such
  // as "it used more than 60 s of processor time".
  std::string WhyItDied(const absl::Status& failure);
  // The unit that it had in hand; nullopt: none.
  std::optional<ParseUnit> UnitInHand() const { return units_->Read(); }

 private:
  ParserProcess(const SandboxLimits& limits, std::unique_ptr<UnitPage> units)
      : limits_(limits), units_(std::move(units)) {}
  absl::Status Spawn(const std::vector<std::string>& command, int child_socket);
  // Whether the child has used the processor since it was last asked, or has not stood still for
  // too long yet.
  bool StillWorking();
  void AllowOneUnit();
  absl::Duration ProcessorTime() const;
  int Reap(bool kill_it);

  const SandboxLimits limits_;
  const std::unique_ptr<UnitPage> units_;
  pid_t pid_ = -1;
  int socket_ = -1;
  std::unique_ptr<Channel> channel_;
  absl::Duration used_before_;              // When StillWorking last saw it move.
  absl::Duration page_began_, unit_began_;  // Processor time.
  std::optional<ParseUnit> last_unit_;
  int still_ticks_ = 0;
};

}  // namespace parfocal::sandbox
