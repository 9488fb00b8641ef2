#include "citation_store.h"

#include <openssl/sha.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/atomic_file/atomic_file.h"

namespace parfocal {
namespace {

constexpr absl::string_view kFirstLine = "parfocal citation 1";
constexpr size_t kIdDigits = 32;
// 100,000 names of at most 2 x 2 KiB would be more; no archive comes near.
constexpr std::uintmax_t kMaxFileBytes = 256u << 20;

bool IsId(absl::string_view id) {
  return id.size() == kIdDigits && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// All but the first two lines: what the id is the digest of.
std::string BodyOf(const Citation& citation) {
  std::string body =
      absl::StrCat(citation.sequence, "\n", absl::WebSafeBase64Escape(citation.release), "\n",
                   absl::WebSafeBase64Escape(citation.request), "\n");
  for (const Citation::Entry& entry : citation.entries) {
    absl::StrAppend(&body, entry.name, "\t", entry.sequence, "\t", entry.rows, "\t", entry.images,
                    "\n");
  }
  return body;
}

std::string IdOf(absl::string_view body) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), kIdDigits / 2));
}

absl::Status Damaged(absl::string_view path) {
  return absl::DataLossError(
      absl::StrCat("'", path, "' is damaged: it does not say what its name promises"));
}

absl::Status TooMuch(absl::string_view limit, std::uintmax_t maximum) {
  return WithReason(absl::ResourceExhaustedError(absl::StrCat(
                        "citations: the node can keep no more; limit ", limit, " is ", maximum)),
                    "LIMIT_EXCEEDED", limit);
}

// Reads what BodyOf wrote; false if it is none.
bool ReadBody(absl::string_view body, Citation* out) {
  std::vector<absl::string_view> lines = absl::StrSplit(body, '\n');
  if (lines.size() < 4 || !lines.back().empty()) return false;
  lines.pop_back();
  if (!absl::SimpleAtoi(lines[0], &out->sequence) ||
      !absl::WebSafeBase64Unescape(lines[1], &out->release) ||
      !absl::WebSafeBase64Unescape(lines[2], &out->request)) {
    return false;
  }
  for (size_t i = 3; i < lines.size(); ++i) {
    const std::vector<absl::string_view> cells = absl::StrSplit(lines[i], '\t');
    Citation::Entry entry;
    if (cells.size() != 4 || !absl::SimpleAtoi(cells[1], &entry.sequence) ||
        !absl::SimpleAtoi(cells[2], &entry.rows) || !absl::SimpleAtoi(cells[3], &entry.images)) {
      return false;
    }
    entry.name = std::string(cells[0]);
    out->entries.push_back(std::move(entry));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::string> CitationStore::Put(const Citation& citation) {
  if (directory_.empty()) return absl::UnavailableError("citations: this node keeps none");
  const std::string body = BodyOf(citation);
  const std::string id = IdOf(body);
  const std::string path = absl::StrCat(directory_, "/", id);
  MutexLock lock(&mu_);
  std::error_code error;
  if (std::filesystem::exists(path, error)) return id;
  std::filesystem::create_directories(directory_, error);
  size_t kept = 0;
  std::uintmax_t bytes = body.size();
  auto file = std::filesystem::directory_iterator(directory_, error);
  for (; !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    std::error_code gone;
    const std::uintmax_t size = file->file_size(gone);
    bytes += gone ? 0 : size;
    ++kept;
  }
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot open '", directory_, "': ", error.message()));
  }
  if (kept >= kMaxCitations) return TooMuch("citations", kMaxCitations);
  if (bytes > kMaxCitationBytes) return TooMuch("citation_bytes", kMaxCitationBytes);
  PARFOCAL_RETURN_IF_ERROR(ReplaceFile(
      path, absl::StrCat(kFirstLine, "\n", absl::FormatTime(citation.created), "\n", body)));
  return id;
}

absl::StatusOr<Citation> CitationStore::Get(absl::string_view id) const {
  const absl::Status missing = WithReason(
      absl::NotFoundError(absl::StrCat("citations: there is no '", id.substr(0, 64), "'")),
      "RESOURCE_NOT_FOUND", "name");
  if (directory_.empty() || !IsId(id)) return missing;
  const std::string path = absl::StrCat(directory_, "/", id);
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return missing;
  if (std::filesystem::file_size(path, error) > kMaxFileBytes || error) return Damaged(path);
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (file.bad()) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  const std::vector<absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('\n', 2));
  Citation out;
  out.id = std::string(id);
  std::string ignored;
  if (parts.size() != 3 || parts[0] != kFirstLine || IdOf(parts[2]) != id ||
      !absl::ParseTime(absl::RFC3339_full, parts[1], &out.created, &ignored) ||
      !ReadBody(parts[2], &out)) {
    return Damaged(path);
  }
  return out;
}

}  // namespace parfocal
