#include "list_position.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace parfocal::oai {
namespace {

constexpr absl::string_view kPositionBegin = "oai-position 1";
constexpr absl::string_view kMarkBegin = "oai-mark 1";

// One `name=value` a line, values escaped; empty ones are left out.
class Writer {
 public:
  explicit Writer(absl::string_view begin) : out_(begin) {}
  void Put(absl::string_view name, absl::string_view value) {
    if (!value.empty()) absl::StrAppend(&out_, "\n", name, "=", absl::CEscape(value));
  }
  void Put(absl::string_view name, int64_t value) {
    if (value != 0) absl::StrAppend(&out_, "\n", name, "=", value);
  }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  Reader(absl::string_view text, absl::string_view begin) {
    const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
    ok_ = lines[0] == begin;
    for (size_t i = 1; ok_ && i < lines.size(); ++i) {
      const std::pair<absl::string_view, absl::string_view> pair =
          absl::StrSplit(lines[i], absl::MaxSplits('=', 1));
      ok_ = absl::CUnescape(pair.second, &values_[std::string(pair.first)]);
    }
  }
  std::string Text(const char* name) const {
    const auto at = values_.find(name);
    return at == values_.end() ? "" : at->second;
  }
  int64_t Number(const char* name) {
    const std::string text = Text(name);
    int64_t number = 0;
    if (!text.empty() && (!absl::SimpleAtoi(text, &number) || number < 0)) ok_ = false;
    return number;
  }
  bool ok() const { return ok_; }

 private:
  bool ok_ = false;
  std::map<std::string, std::string> values_;
};

}  // namespace

std::string ListPosition::Format() const {
  Writer out(kPositionBegin);
  out.Put("full", full ? 1 : 0);
  out.Put("prefix", prefix);
  out.Put("days", days ? 1 : 0);
  out.Put("begun", begun);
  out.Put("from", from);
  out.Put("until", until);
  out.Put("token", token);
  out.Put("pages", pages);
  out.Put("records", records);
  out.Put("window_records", window_records);
  out.Put("declared", declared);
  out.Put("idle", idle);
  out.Put("restarts", restarts);
  out.Put("stop", stop);
  return out.Take();
}

absl::StatusOr<ListPosition> ListPosition::Parse(absl::string_view text) {
  Reader in(text, kPositionBegin);
  ListPosition out;
  out.full = in.Number("full") != 0;
  out.prefix = in.Text("prefix");
  out.days = in.Number("days") != 0;
  out.begun = in.Text("begun");
  out.from = in.Text("from");
  out.until = in.Text("until");
  out.token = in.Text("token");
  out.pages = in.Number("pages");
  out.records = in.Number("records");
  out.window_records = in.Number("window_records");
  out.declared = in.Number("declared");
  out.idle = in.Number("idle");
  out.restarts = in.Number("restarts");
  out.stop = in.Text("stop");
  if (!in.ok()) return absl::InvalidArgumentError("the cursor is none of an OAI-PMH listing");
  return out;
}

std::string ListMark::Format() const {
  Writer out(kMarkBegin);
  out.Put("location", location);
  out.Put("set", set);
  out.Put("prefix", prefix);
  out.Put("until", until);
  out.Put("full", full);
  return out.Take();
}

std::optional<ListMark> ListMark::Parse(absl::string_view text) {
  const Reader in(text, kMarkBegin);
  if (!in.ok()) return std::nullopt;
  return ListMark{in.Text("location"), in.Text("set"), in.Text("prefix"), in.Text("until"),
                  in.Text("full")};
}

std::optional<absl::Time> ParseOaiTime(absl::string_view text) {
  const std::string trimmed(absl::StripAsciiWhitespace(text));
  absl::Time time;
  for (const char* format : {"%Y-%m-%d%ET%H:%M:%E*S%Ez", "%Y-%m-%d%ET%H:%M:%E*S", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, trimmed, &time, nullptr)) return time;
  }
  int number = 0;
  if (trimmed.size() == 8 && absl::SimpleAtoi(trimmed, &number) && number > 0) {
    const std::string day =
        absl::StrCat(trimmed.substr(0, 4), "-", trimmed.substr(4, 2), "-", trimmed.substr(6, 2));
    if (absl::ParseTime("%Y-%m-%d", day, &time, nullptr)) return time;
  }
  return std::nullopt;
}

std::string FormatOaiTime(absl::Time time, bool days) {
  return absl::FormatTime(days ? "%Y-%m-%d" : "%Y-%m-%d%ET%H:%M:%SZ", time, absl::UTCTimeZone());
}

}  // namespace parfocal::oai
