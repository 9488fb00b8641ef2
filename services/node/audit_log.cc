#include "audit_log.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/atomic_file/atomic_file.h"

namespace parfocal {
namespace {

constexpr size_t kCells = 7;
constexpr size_t kMaxText = 4096;  // Of one cell.

std::string HashOf(absl::string_view before, absl::string_view line) {
  const std::string bytes = absl::StrCat(before, "\n", line);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

// Without tabs and line ends; CUnescape gives back what was there.
std::string Cell(absl::string_view text) { return absl::Utf8SafeCEscape(text.substr(0, kMaxText)); }

absl::Status Altered(int64_t line, absl::string_view why) {
  return absl::DataLossError(
      absl::StrCat("audit log, line ", line, ": ", why,
                   "; it was altered after it was written. Keep the file and find out by whom"));
}

}  // namespace

absl::StatusOr<std::vector<AuditEntry>> ParseAuditLog(absl::string_view text,
                                                      std::string* last_hash) {
  std::vector<AuditEntry> entries;
  last_hash->clear();
  int64_t number = 0;
  while (!text.empty()) {
    ++number;
    const size_t end = text.find('\n');
    if (end == text.npos) return Altered(number, "its end is missing");
    const absl::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
    AuditEntry entry;
    std::string error;
    if (cells.size() != kCells || !absl::SimpleAtoi(cells[0], &entry.number) ||
        entry.number != number ||
        !absl::ParseTime(absl::RFC3339_full, cells[1], &entry.time, &error)) {
      return Altered(number, "not an entry of that number");
    }
    const absl::string_view body = line.substr(0, line.size() - cells[6].size() - 1);
    if (HashOf(*last_hash, body) != cells[6]) return Altered(number, "its hash is another");
    for (const auto& [cell, out] :
         {std::pair(cells[2], &entry.action), std::pair(cells[3], &entry.subject),
          std::pair(cells[4], &entry.author), std::pair(cells[5], &entry.detail)}) {
      if (!absl::CUnescape(cell, out, &error)) return Altered(number, "a text is malformed");
    }
    *last_hash = std::string(cells[6]);
    entries.push_back(std::move(entry));
  }
  return entries;
}

absl::StatusOr<std::unique_ptr<AuditLog>> AuditLog::Open(std::string path, const Clock* clock) {
  std::unique_ptr<AuditLog> log(new AuditLog(std::move(path), clock));
  MutexLock lock(&log->mu_);
  PARFOCAL_RETURN_IF_ERROR(log->CutTornLine());
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<AuditEntry> entries,
                            log->ReadLocked(&log->last_hash_));
  log->entries_ = static_cast<int64_t>(entries.size());
  return log;
}

// What was being written when the power went: its act was never done.
absl::Status AuditLog::CutTornLine() const {
  std::ifstream in(path_, std::ios::binary);
  if (!in) return absl::OkStatus();
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const size_t last = text.rfind('\n');
  const size_t whole = last == std::string::npos ? 0 : last + 1;
  if (whole == text.size() || truncate(path_.c_str(), static_cast<off_t>(whole)) == 0)
    return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("audit log ", path_, ": a torn line cannot be cut off: ", strerror(errno)));
}

absl::StatusOr<std::vector<AuditEntry>> AuditLog::Read() const {
  MutexLock lock(&mu_);
  std::string last_hash;
  return ReadLocked(&last_hash);
}

absl::StatusOr<std::vector<AuditEntry>> AuditLog::ReadLocked(std::string* last_hash) const {
  std::string text;
  if (access(path_.c_str(), F_OK) == 0) {
    std::ifstream in(path_, std::ios::binary);
    if (!in) return absl::UnavailableError(absl::StrCat(path_, ": cannot be read"));
    text.assign(std::istreambuf_iterator<char>(in), {});
    if (text.size() > kMaxAuditBytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat(path_, ": more than ", kMaxAuditBytes, " bytes; move it away and keep it"));
    }
  }
  return ParseAuditLog(text, last_hash);
}

absl::Status AuditLog::CopyTo(const std::string& path) const {
  MutexLock lock(&mu_);
  if (entries_ == 0) return absl::OkStatus();
  std::ifstream in(path_, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return absl::UnavailableError(absl::StrCat(path_, ": cannot be read"));
  return ReplaceFile(path, text);
}

absl::Status AuditLog::Add(AuditEntry entry) {
  MutexLock lock(&mu_);
  const std::string line = absl::StrCat(
      entries_ + 1, "\t", absl::FormatTime(absl::RFC3339_full, clock_->Now(), absl::UTCTimeZone()),
      "\t", Cell(entry.action), "\t", Cell(entry.subject), "\t", Cell(entry.author), "\t",
      Cell(entry.detail));
  const std::string hash = HashOf(last_hash_, line);
  const std::string bytes = absl::StrCat(line, "\t", hash, "\n");
  const auto fail = [&](absl::string_view what) {
    return absl::UnavailableError(
        absl::StrCat("audit log ", path_, ": ", what, ": ", strerror(errno), "; nothing was done"));
  };
  const int fd = open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fail("cannot be opened");
  const absl::Cleanup close_it = [fd] { close(fd); };
  const off_t before = lseek(fd, 0, SEEK_END);
  if (before < 0 || write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()) ||
      fsync(fd) != 0) {
    const int why = errno;
    // Half a line, or one that is not counted, would be taken for damage.
    if (before >= 0 && ftruncate(fd, before) == 0) (void)fsync(fd);
    errno = why;
    return fail("cannot be written");
  }
  ++entries_;
  last_hash_ = hash;
  return absl::OkStatus();
}

}  // namespace parfocal
