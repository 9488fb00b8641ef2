#include "log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "parfocal/rpc/mask.h"
#include "parfocal/rpc/utf8.h"

namespace parfocal {
namespace {

constexpr size_t kMaxFieldBytes = 4096;

absl::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

// Between quotes, as in JSON: quotes, backslashes, C0 and C1 controls, and the bidirectional
// overrides that turn a terminal's line around.
std::string Quote(absl::string_view text) {
  std::string safe = ValidUtf8(MaskPersonalData(text.substr(0, kMaxFieldBytes)).text);
  std::string out = "\"";
  for (size_t i = 0; i < safe.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(safe[i]);
    const unsigned char next = i + 1 < safe.size() ? static_cast<unsigned char>(safe[i + 1]) : 0;
    const unsigned char third = i + 2 < safe.size() ? static_cast<unsigned char>(safe[i + 2]) : 0;
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(c));
    } else if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20 || c == 0x7f) {
      absl::StrAppendFormat(&out, "\\u%04x", c);
    } else if (c == 0xC2 && next >= 0x80 && next <= 0x9F) {
      absl::StrAppendFormat(&out, "\\u%04x", next);
      ++i;
    } else if (c == 0xE2 && ((next == 0x80 && third >= 0xA8 && third <= 0xAE) ||
                             (next == 0x81 && third >= 0xA6 && third <= 0xA9))) {
      absl::StrAppendFormat(&out, "\\u%04x", 0x2000 | ((next & 0x3F) << 6) | (third & 0x3F));
      i += 2;
    } else {
      out.push_back(static_cast<char>(c));
    }
  }
  out.push_back('"');
  return out;
}

// Whether a value needs no quotes in the text form.
bool IsPlain(absl::string_view text) {
  if (text.empty() || text.size() > kMaxFieldBytes) return false;
  for (unsigned char c : text) {
    if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '=' || c == '@') return false;
  }
  return true;
}

std::string TextValue(const std::string& value) {
  return IsPlain(value) && MaskPersonalData(value).places == 0 ? value : Quote(value);
}

}  // namespace

std::string FormatLogLine(absl::Time time, LogLevel level, absl::string_view event,
                          const LogFields& fields, bool json) {
  const std::string when = absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
  if (json) {
    std::string line = absl::StrCat("{\"time\":\"", when, "\",\"level\":\"", Name(level),
                                    "\",\"event\":", Quote(event));
    for (const auto& [key, value] : fields)
      absl::StrAppend(&line, ",", Quote(key), ":", Quote(value));
    return line + "}";
  }
  const std::string quoted = Quote(event);
  std::string line =
      absl::StrFormat("%s %-7s %s", when, Name(level), quoted.substr(1, quoted.size() - 2));
  for (const auto& [key, value] : fields) absl::StrAppend(&line, " ", key, "=", TextValue(value));
  return line;
}

Log::Log(const std::string& level, bool json) : json_(json) {
  for (LogLevel known : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (level == Name(known)) lowest_ = known;
  }
  logger_ = std::make_shared<spdlog::logger>("parfocald",
                                             std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger_->set_pattern("%v");
  logger_->set_level(spdlog::level::trace);
  logger_->flush_on(spdlog::level::trace);
}

Log::~Log() = default;

void Log::Write(LogLevel level, absl::string_view event, const LogFields& fields) const {
  if (level < lowest_) return;
  const std::string line = FormatLogLine(absl::Now(), level, event, fields, json_);
  logger_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void Log::Flush() const { logger_->flush(); }

}  // namespace parfocal
