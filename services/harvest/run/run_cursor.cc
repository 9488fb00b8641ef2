#include "run_cursor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace parfocal {
namespace {

// No connector's cursor begins with one of these, and no record name holds one.
constexpr absl::string_view kListedAllText =
    "\x1f"
    "end-of-listing";
constexpr absl::string_view kListedChangesText =
    "\x1f"
    "end-of-changes";
// No record name begins so.
constexpr absl::string_view kReplay = "replay ";
constexpr char kExtra = '\x1e';  // Begins the extras, and each name in them.
constexpr char kEndOfExtra = '\x1d';

}  // namespace

std::string RunCursor::Format() const {
  std::string out;
  if (accept_deletions || !replay_of.empty() || !condemned.empty()) {
    absl::StrAppend(&out, std::string(1, kExtra), accept_deletions ? "accept" : "");
    if (!replay_of.empty()) absl::StrAppend(&out, std::string(1, kExtra), kReplay, replay_of);
    for (const RecordName& name : condemned)
      absl::StrAppend(&out, std::string(1, kExtra), FormatRecordName(name));
    out.push_back(kEndOfExtra);
  }
  if (stage == Stage::kListedAll) absl::StrAppend(&out, kListedAllText);
  if (stage == Stage::kListedChanges) absl::StrAppend(&out, kListedChangesText);
  absl::StrAppend(&out, text);
  return out;
}

RunCursor RunCursor::Parse(absl::string_view stored) {
  RunCursor out;
  const size_t end = stored.find(kEndOfExtra);
  if (!stored.empty() && stored[0] == kExtra && end != absl::string_view::npos) {
    for (absl::string_view word : absl::StrSplit(stored.substr(1, end - 1), kExtra)) {
      if (word == "accept") out.accept_deletions = true;
      if (absl::string_view run = word; absl::ConsumePrefix(&run, kReplay))
        out.replay_of = std::string(run);
      if (auto name = ParseRecordName(word); name.ok()) out.condemned.insert(*std::move(name));
    }
    stored.remove_prefix(end + 1);
  }
  if (absl::ConsumePrefix(&stored, kListedAllText)) {
    out.stage = Stage::kListedAll;
  } else if (absl::ConsumePrefix(&stored, kListedChangesText)) {
    out.stage = Stage::kListedChanges;
  }
  out.text = std::string(stored);
  return out;
}

}  // namespace parfocal
