#include "decision_log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/atomic_file/atomic_file.h"
#include "whole_file.h"

namespace parfocal {
namespace {

constexpr absl::string_view kLayout = "parfocal decisions 1\n";
constexpr size_t kCells = 9;
constexpr size_t kMaxHeader = 64;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\t", "\\t"}, {"\n", "\\n"}});
}

std::string Unescaped(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    ++i;
    out.push_back(text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i]);
  }
  return out;
}

std::string LineOf(const CuratorDecision& d) {
  return absl::StrCat(
      absl::StrJoin({absl::StrCat(d.number), absl::StrCat(absl::ToUnixMicros(d.when)),
                     absl::StrCat(static_cast<int>(d.verdict)), Escaped(d.field), Escaped(d.words),
                     Escaped(d.term), Escaped(d.label), Escaped(d.author), Escaped(d.comment)},
                    "\t"),
      "\n");
}

bool ReadLine(absl::string_view line, CuratorDecision* out) {
  const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
  int64_t micros = 0;
  int verdict = 0;
  if (cells.size() != kCells || !absl::SimpleAtoi(cells[0], &out->number) ||
      !absl::SimpleAtoi(cells[1], &micros) || !absl::SimpleAtoi(cells[2], &verdict) ||
      verdict < 0 || verdict > static_cast<int>(Verdict::kNoTerm))
    return false;
  out->when = absl::FromUnixMicros(micros);
  out->verdict = static_cast<Verdict>(verdict);
  out->field = Unescaped(cells[3]);
  out->words = Unescaped(cells[4]);
  out->term = Unescaped(cells[5]);
  out->label = Unescaped(cells[6]);
  out->author = Unescaped(cells[7]);
  out->comment = Unescaped(cells[8]);
  return true;
}

std::string FrameOf(const std::vector<CuratorDecision>& decisions) {
  std::string lines;
  for (const CuratorDecision& decision : decisions) lines += LineOf(decision);
  return absl::StrCat("@", decisions.size(), "\t", lines.size(), "\t",
                      absl::Hex(XXH3_64bits(lines.data(), lines.size()), absl::kZeroPad16), "\n",
                      lines);
}

// The frame at the start of `text`: its length, or 0 if it does not check.
size_t ReadFrame(absl::string_view text, std::vector<CuratorDecision>* out) {
  const size_t end = text.substr(0, kMaxHeader).find('\n');
  if (end == absl::string_view::npos || text[0] != '@') return 0;
  const std::vector<absl::string_view> head = absl::StrSplit(text.substr(1, end - 1), '\t');
  size_t count = 0, bytes = 0;
  if (head.size() != 3 || !absl::SimpleAtoi(head[0], &count) ||
      !absl::SimpleAtoi(head[1], &bytes) || bytes > text.size() - end - 1)
    return 0;
  absl::string_view lines = text.substr(end + 1, bytes);
  if (absl::StrCat(absl::Hex(XXH3_64bits(lines.data(), lines.size()), absl::kZeroPad16)) != head[2])
    return 0;
  std::vector<CuratorDecision> read;
  absl::ConsumeSuffix(&lines, "\n");
  for (const absl::string_view line : absl::StrSplit(lines, '\n')) {
    if (!ReadLine(line, &read.emplace_back())) return 0;
  }
  if (read.size() != count) return 0;
  out->insert(out->end(), read.begin(), read.end());
  return end + 1 + bytes;
}

// Whether a frame that checks stands anywhere behind the first byte.
bool FrameBehind(absl::string_view text) {
  std::vector<CuratorDecision> ignored;
  for (size_t at = text.find("\n@"); at != absl::string_view::npos; at = text.find("\n@", at + 1)) {
    if (ReadFrame(text.substr(at + 1), &ignored) > 0) return true;
  }
  return false;
}

// The length of what checks; DATA_LOSS if something behind it does.
absl::StatusOr<size_t> ReadFrames(absl::string_view text, const std::string& path,
                                  std::vector<CuratorDecision>* decisions) {
  size_t at = kLayout.size();
  while (at < text.size()) {
    const size_t length = ReadFrame(text.substr(at), decisions);
    if (length == 0) {
      if (!FrameBehind(text.substr(at))) return at;
      return absl::DataLossError(absl::StrCat(
          path, ": damaged at byte ", at,
          ", with decisions behind it; restore the file from a copy, or cut the damaged part out "
          "and import what it held from an export"));
    }
    at += length;
  }
  for (size_t i = 0; i < decisions->size(); ++i) {
    if ((*decisions)[i].number != static_cast<int64_t>(i) + 1)
      return absl::DataLossError(absl::StrCat(path, ": decision ", i + 1, " is not there"));
  }
  return at;
}

}  // namespace

absl::Status DecisionLog::CopyTo(const std::string& path) const {
  if (failed_) return absl::UnavailableError(absl::StrCat(path_, ": an earlier write failed"));
  PARFOCAL_ASSIGN_OR_RETURN(const std::string text, internal::ReadWholeFile(path_));
  return ReplaceFile(path, text);
}

absl::StatusOr<std::unique_ptr<DecisionLog>> DecisionLog::Open(
    const std::string& path, std::vector<CuratorDecision>* decisions) {
  decisions->clear();
  absl::StatusOr<std::string> text = internal::ReadWholeFile(path);
  if (absl::IsNotFound(text.status())) {
    PARFOCAL_RETURN_IF_ERROR(ReplaceFile(path, kLayout));
    text = std::string(kLayout);
  }
  PARFOCAL_RETURN_IF_ERROR(text.status());
  if (!absl::StartsWith(*text, kLayout))
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": is no list of decisions of this version; use the version that made it"));
  PARFOCAL_ASSIGN_OR_RETURN(const size_t good, ReadFrames(*text, path, decisions));
  const int fd = open(path.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return absl::UnavailableError(absl::StrCat(path, ": cannot be opened: ", strerror(errno)));
  std::unique_ptr<DecisionLog> log(new DecisionLog(path, fd));
  if (good == text->size()) return log;
  PARFOCAL_RETURN_IF_ERROR(ReplaceFile(path + ".cut", absl::string_view(*text).substr(good)));
  if (ftruncate(fd, static_cast<off_t>(good)) != 0 || fsync(fd) != 0)
    return absl::UnavailableError(absl::StrCat(path, ": cannot be cut: ", strerror(errno)));
  return log;
}

DecisionLog::~DecisionLog() { close(fd_); }

absl::Status DecisionLog::Append(const std::vector<CuratorDecision>& decisions) {
  if (failed_) {
    return absl::UnavailableError(absl::StrCat(
        path_, ": an earlier write failed; restart the node, which reads what is on disk"));
  }
  const std::string frame = FrameOf(decisions);
  absl::string_view rest = frame;
  while (!rest.empty()) {
    const ssize_t written = write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<size_t>(written));
  }
  if (rest.empty() && fdatasync(fd_) == 0) return absl::OkStatus();
  failed_ = true;
  return absl::UnavailableError(absl::StrCat(path_, ": cannot be written: ", strerror(errno)));
}

}  // namespace parfocal
