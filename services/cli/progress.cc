#include "progress.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

constexpr int kBarColumns = 24;
constexpr int kFallbackColumns = 79;  // When only the error stream is a terminal.
constexpr std::chrono::seconds kBetweenLines(2);

}  // namespace

Progress::Progress(const Screen& screen, absl::string_view what)
    : screen_(screen), what_(EscapeForTerminal(what)) {}

void Progress::Update(int64_t done, int64_t total, absl::string_view note) {
  std::string text(note.empty() ? FormatCount(done) : EscapeForTerminal(note));
  if (total > 0)
    absl::StrAppend(&text, ", ", FormatCount(done), " of ", FormatCount(total), " parts");
  if (screen_.err_is_terminal) {
    std::string bar;
    if (total > 0) {
      const int full =
          static_cast<int>(std::clamp<int64_t>(done * kBarColumns / total, 0, kBarColumns));
      bar = absl::StrCat("[", std::string(full, '#'), std::string(kBarColumns - full, '.'), "] ");
    }
    *screen_.err << "\r\x1b[K"
                 << FitToWidth(absl::StrCat(what_, " ", bar, text),
                               screen_.columns > 0 ? screen_.columns - 1 : kFallbackColumns)
                 << std::flush;
    painted_ = true;
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (text == last_line_ || (!last_line_.empty() && now - last_time_ < kBetweenLines)) return;
  *screen_.err << what_ << " " << text << std::endl;
  last_line_ = text;
  last_time_ = now;
}

void Progress::Clear() {
  if (painted_) *screen_.err << "\r\x1b[K" << std::flush;
  painted_ = false;
}

}  // namespace parfocal::cli
