// One line for each event, on standard error: time, level, event, key=value pairs; or the same as a
// JSON object. Control characters are escaped, so a record's text cannot forge a line or reach a
// terminal. E-mail addresses and telephone numbers are masked.
//
// Thread safety: any thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace spdlog {
class logger;
}

namespace parfocal {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogFields = std::vector<std::pair<absl::string_view, std::string>>;

// The line of an event, without its end. Exposed for tests.
std::string FormatLogLine(absl::Time time, LogLevel level, absl::string_view event,
                          const LogFields& fields, bool json);

class Log {
 public:
  // `level`: debug, info, warning or error; what is below is not written.
  Log(const std::string& level, bool json);
  ~Log();

  void Write(LogLevel level, absl::string_view event, const LogFields& fields = {}) const;
  void Info(absl::string_view event, const LogFields& fields = {}) const {
    Write(LogLevel::kInfo, event, fields);
  }
  void Warning(absl::string_view event, const LogFields& fields = {}) const {
    Write(LogLevel::kWarning, event, fields);
  }
  void Error(absl::string_view event, const LogFields& fields = {}) const {
    Write(LogLevel::kError, event, fields);
  }
  void Flush() const;

 private:
  const bool json_;
  LogLevel lowest_ = LogLevel::kInfo;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace parfocal
