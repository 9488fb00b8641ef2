#include "channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>

namespace parfocal::sandbox {
namespace {

constexpr size_t kHeadBytes = 5;
// Memory is taken as bytes come, so that a length alone takes none.
constexpr size_t kStep = size_t{1} << 20;

absl::Status Gone() { return absl::UnavailableError("the other end of the channel is gone"); }

}  // namespace

absl::Status Channel::Wait(short events) const {
  while (true) {
    pollfd wait{socket_, events, 0};
    const int ready = poll(&wait, 1, patience_ ? tick_ms_ : -1);
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return Gone();
    if (ready == 0 && !patience_())
      return absl::DeadlineExceededError("the other end stands still");
  }
}

absl::Status Channel::SendAll(const char* data, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(socket_, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      data += sent;
      size -= static_cast<size_t>(sent);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      PARFOCAL_RETURN_IF_ERROR(Wait(POLLOUT));
    } else if (errno != EINTR) {
      return Gone();
    }
  }
  return absl::OkStatus();
}

absl::Status Channel::Send(MessageKind kind, absl::string_view body) {
  if (body.size() >= UINT32_MAX) return absl::ResourceExhaustedError("a message of 4 GiB");
  char head[kHeadBytes];
  const auto size = static_cast<uint32_t>(body.size() + 1);
  for (int i = 0; i < 4; ++i) head[i] = static_cast<char>(size >> (8 * i));
  head[4] = static_cast<char>(kind);
  PARFOCAL_RETURN_IF_ERROR(SendAll(head, sizeof(head)));
  return SendAll(body.data(), body.size());
}

absl::Status Channel::ReceiveAll(std::string* out, size_t size) {
  out->clear();
  while (out->size() < size) {
    const size_t before = out->size();
    out->resize(std::min(size, before + kStep));
    const ssize_t got = recv(socket_, out->data() + before, out->size() - before, MSG_DONTWAIT);
    const int error = errno;
    out->resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return Gone();
    if (got > 0) continue;
    if (error == EAGAIN || error == EWOULDBLOCK) {
      PARFOCAL_RETURN_IF_ERROR(Wait(POLLIN));
    } else if (error != EINTR) {
      return Gone();
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Message> Channel::Receive() {
  std::string head;
  PARFOCAL_RETURN_IF_ERROR(ReceiveAll(&head, kHeadBytes));
  uint32_t size = 0;
  for (int i = 0; i < 4; ++i)
    size |= static_cast<uint32_t>(static_cast<uint8_t>(head[i])) << (8 * i);
  if (size == 0) return Gone();
  if (most_ > 0 && size - 1 > most_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a message of ", size - 1, " bytes, above the limit of ", most_));
  }
  Message message;
  message.kind = static_cast<MessageKind>(head[4]);
  if (most_ == 0) message.body.reserve(size - 1);
  PARFOCAL_RETURN_IF_ERROR(ReceiveAll(&message.body, size - 1));
  return message;
}

}  // namespace parfocal::sandbox
