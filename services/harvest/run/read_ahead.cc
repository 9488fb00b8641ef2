#include "read_ahead.h"

#include <utility>

namespace parfocal {

ReadAhead::ReadAhead(Connector* connector, std::string cursor) : connector_(connector) {
  thread_ = std::thread([this, cursor = std::move(cursor)] { Read(cursor); });
}

ReadAhead::~ReadAhead() {
  {
    MutexLock lock(&mu_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

absl::StatusOr<DraftPage> ReadAhead::Next() {
  MutexLock lock(&mu_);
  while (!page_) changed_.wait(mu_);
  absl::StatusOr<DraftPage> page = *std::move(page_);
  page_.reset();
  changed_.notify_all();
  return page;
}

void ReadAhead::Read(std::string cursor) {
  while (true) {
    absl::StatusOr<DraftPage> page = connector_->NextPage(cursor);
    const bool last = !page.ok() || page->last;
    if (page.ok()) {
      // A connector that gives no next cursor, or the same one again, would never end.
      if (!last && (page->next_cursor.empty() || page->next_cursor == cursor)) {
        page = absl::InternalError(
            "the connector's cursor does not advance; this is a fault of the connector");
      } else if (!last && (static_cast<unsigned char>(page->next_cursor.front()) < ' ' ||
                           page->next_cursor.size() > kMaxMarkBytes)) {
        // Control characters begin what a run notes of itself (run_cursor.h).
        page = absl::InternalError(
            "the connector's cursor is too long, or begins with a control character");
      } else {
        cursor = page->next_cursor;
      }
    }
    const bool end = last || !page.ok();
    MutexLock lock(&mu_);
    while (page_ && !stop_) changed_.wait(mu_);
    if (stop_) return;
    page_ = std::move(page);
    changed_.notify_all();
    if (end) return;
    // Waits until the page is taken: depth one.
    while (page_ && !stop_) changed_.wait(mu_);
    if (stop_) return;
  }
}

}  // namespace parfocal
