#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "database.h"
#include "parfocal/catalogue/checkpoint.h"
#include "sha256.h"

namespace parfocal {
namespace {

using catalogue::kDatabaseFolder;
using catalogue::kFormatFile;

constexpr absl::string_view kHead = "parfocal-checkpoint 1";
constexpr absl::string_view kTimeFormat = "%Y-%m-%dT%H:%M:%SZ";
constexpr size_t kMaxManifestBytes = size_t{64} << 20;

std::string HexSha256(absl::string_view text) {
  catalogue::Sha256 sha;
  return absl::BytesToHexString(sha.Of({text}));
}

bool IsHexSha256(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool IsPlainName(absl::string_view name) {
  if (name.empty() || name[0] == '.' || name.size() > 255) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_';
  });
}

// FORMAT, or db/ and a name that RocksDB gives, or node/ and a few names: no way out of the
// checkpoint, nor out of a data directory.
bool IsCheckpointPath(absl::string_view path) {
  if (path == kFormatFile) return true;
  const std::vector<absl::string_view> names = absl::StrSplit(path, '/');
  if (!std::all_of(names.begin(), names.end(), IsPlainName)) return false;
  if (names[0] == kDatabaseFolder) return names.size() == 2;
  return names[0] == "node" && names.size() >= 2 && names.size() <= 5;
}

// Canonical decimal only, so that what parses prints to the same text.
template <typename T>
bool ParseNumber(absl::string_view text, T* value) {
  return absl::SimpleAtoi(text, value) && absl::StrCat(*value) == text;
}

bool ParseLine(absl::string_view line, CheckpointManifest* manifest) {
  const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
  if (words[0] == "sequence" && words.size() == 3) {
    int64_t sequence = 0;
    return IsSourceId(words[1]) && ParseNumber(words[2], &sequence) &&
           (manifest->sequences.empty() ||
            std::prev(manifest->sequences.end())->first < words[1]) &&
           manifest->sequences.emplace(std::string(words[1]), sequence).second &&
           manifest->files.empty();
  }
  if (words[0] == "file" && words.size() == 4) {
    CheckpointFile file{std::string(words[3]), 0, std::string(words[2])};
    if (!ParseNumber(words[1], &file.size) || !IsHexSha256(words[2]) || !IsCheckpointPath(words[3]))
      return false;
    if (!manifest->files.empty() && manifest->files.back().path >= file.path) return false;
    manifest->files.push_back(std::move(file));
    return true;
  }
  return false;
}

}  // namespace

std::string FormatCheckpointManifest(const CheckpointManifest& manifest) {
  std::string text =
      absl::StrCat(kHead, "\nformat ", manifest.format, "\ncreated ",
                   absl::FormatTime(kTimeFormat, manifest.created, absl::UTCTimeZone()), "\n");
  for (const auto& [group, sequence] : manifest.sequences)
    absl::StrAppend(&text, "sequence ", group, " ", sequence, "\n");
  for (const CheckpointFile& file : manifest.files) {
    absl::StrAppend(&text, "file ", file.size, " ", file.sha256, " ", file.path, "\n");
  }
  return SealCheckpointManifest(std::move(text));
}

std::string SealCheckpointManifest(std::string lines) {
  const std::string hash = HexSha256(lines);
  absl::StrAppend(&lines, "end ", hash, "\n");
  return lines;
}

absl::StatusOr<CheckpointManifest> ParseCheckpointManifest(absl::string_view text) {
  auto bad = [](size_t line, absl::string_view what) {
    return absl::DataLossError(absl::StrCat("checkpoint manifest, line ", line, ": ", what));
  };
  if (text.size() > kMaxManifestBytes) return bad(1, "longer than 64 MiB");
  const size_t end = text.rfind("end ");
  if (end == absl::string_view::npos ||
      text.substr(end) != absl::StrCat("end ", HexSha256(text.substr(0, end)), "\n")) {
    return absl::DataLossError(
        "checkpoint manifest: its last line is not the hash of the others; it is damaged");
  }
  std::vector<absl::string_view> lines = absl::StrSplit(text.substr(0, end), '\n');
  if (lines.back() != "") return bad(lines.size(), "no line end");
  lines.pop_back();
  CheckpointManifest manifest;
  if (lines.size() < 3 || lines[0] != kHead) return bad(1, absl::StrCat("is not '", kHead, "'"));
  absl::string_view format = lines[1];
  if (!absl::ConsumePrefix(&format, "format ") || !ParseNumber(format, &manifest.format))
    return bad(2, "no format");
  absl::string_view created = lines[2];
  if (!absl::ConsumePrefix(&created, "created ") ||
      !absl::ParseTime(kTimeFormat, created, &manifest.created, nullptr) ||
      absl::FormatTime(kTimeFormat, manifest.created, absl::UTCTimeZone()) != created) {
    return bad(3, "no time of creation");
  }
  for (size_t i = 3; i < lines.size(); ++i) {
    if (!ParseLine(lines[i], &manifest))
      return bad(i + 1, "neither a sequence nor a file in its order");
  }
  return manifest;
}

}  // namespace parfocal
