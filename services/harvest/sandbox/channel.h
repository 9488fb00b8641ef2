// Messages between the node and a parser child, over one socket: four bytes of length (little
// endian, of what follows), one byte of kind, the rest. Borrows the socket. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal::sandbox {

enum class MessageKind : uint8_t {
  // To the child.
  kBegin = 1,  // Source, context.
  kPage,       // Cursor, units to refuse.
  kReplay,     // A rejection, units to refuse.
  kFetched,    // The answer of a fetch.
  kHeldRecord,
  kHeldEnd,
  // From the child.
  kReady,  // A status.
  kDone,   // A status or a page.
  kFetch,
  kHeld,
};

struct Message {
  MessageKind kind = MessageKind::kBegin;
  std::string body;
};

class Channel {
 public:
  // `most` bounds a message that is received; 0: whatever comes, from one who is trusted.
  // `patience` is asked, while nothing comes or goes, every `tick_ms`, whether to go on waiting;
  // empty: for ever.
  Channel(int socket, size_t most, std::function<bool()> patience = nullptr, int tick_ms = 1000)
      : socket_(socket), most_(most), patience_(std::move(patience)), tick_ms_(tick_ms) {}

  // UNAVAILABLE: the other end is gone. DEADLINE_EXCEEDED: patience came to its end.
  absl::Status Send(MessageKind kind, absl::string_view body);
  // The same; and RESOURCE_EXHAUSTED for a message beyond `most`.
  absl::StatusOr<Message> Receive();

 private:
  absl::Status Wait(short events) const;
  absl::Status SendAll(const char* data, size_t size);
  absl::Status ReceiveAll(std::string* out, size_t size);

  const int socket_;
  const size_t most_;
  const std::function<bool()> patience_;
  const int tick_ms_;
};

}  // namespace parfocal::sandbox
