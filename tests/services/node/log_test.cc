#include "log.h"

#include <string>

#include "gtest/gtest.h"

namespace parfocal {
namespace {

TEST(LogTest, OneLineWhateverTheTextHolds) {
  const absl::Time time = absl::FromUnixMillis(1700000000123);
  const struct {
    std::string value, text, json;
  } rows[] = {
      {"plain", "plain", "\"plain\""},
      {"", "\"\"", "\"\""},
      {"two words", "\"two words\"", "\"two words\""},
      {"a\nb\x1b[31m\r", "\"a\\nb\\u001b[31m\\u000d\"", "\"a\\nb\\u001b[31m\\u000d\""},
      {"say \"x\\y\"", "\"say \\\"x\\\\y\\\"\"", "\"say \\\"x\\\\y\\\"\""},
      {std::string("\0\x7f", 2), "\"\\u0000\\u007f\"", "\"\\u0000\\u007f\""},
      // A C1 control, which a terminal takes for ESC [, and characters that turn a line around.
      {"\xC2\x9B", "\"\\u009b\"", "\"\\u009b\""},
      {"\xE2\x80\xAE", "\"\\u202e\"", "\"\\u202e\""},
      {"\xE2\x81\xA6", "\"\\u2066\"", "\"\\u2066\""},
      {"caf\xC3\xA9", "\"caf\xC3\xA9\"", "\"caf\xC3\xA9\""},
      {"\xFF", "\"\xEF\xBF\xBD\"", "\"\xEF\xBF\xBD\""},
      {"bob@example.org", "\"[e-mail masked]\"", "\"[e-mail masked]\""},
      {"+441382555000", "\"[phone masked]\"", "\"[phone masked]\""},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(FormatLogLine(time, LogLevel::kInfo, "event here", {{"key", row.value}}, false),
              "2023-11-14T22:13:20.123Z info    event here key=" + row.text);
    EXPECT_EQ(FormatLogLine(time, LogLevel::kError, "event here", {{"key", row.value}}, true),
              "{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"error\",\"event\":\"event "
              "here\",\"key\":" +
                  row.json + "}");
  }
}

}  // namespace
}  // namespace parfocal
