// Progress of a long call on the error stream: a bar that is repainted on a terminal, elsewhere a
// line now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/cli/cli.h"

namespace parfocal::cli {

class Progress {
 public:
  Progress(const Screen& screen, absl::string_view what);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `total` 0: not known. `note` is shown behind the numbers.
  void Update(int64_t done, int64_t total, absl::string_view note);
  // Removes the bar, so that a result can be printed in its place.
  void Clear();

 private:
  const Screen screen_;
  const std::string what_;
  bool painted_ = false;
  std::string last_line_;
  std::chrono::steady_clock::time_point last_time_;
};

}  // namespace parfocal::cli
