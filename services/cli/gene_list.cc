#include "gene_list.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <unordered_set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "parfocal/cli/terminal_text.h"

namespace parfocal::cli {
namespace {

// Shown of an entry that cannot be used.
constexpr size_t kShownBytes = 40;
// What protobuf adds to a string of that length, at most.
constexpr size_t kNameOverhead = 4;

absl::string_view FirstCell(absl::string_view line) {
  line = absl::StripAsciiWhitespace(line);
  if (absl::ConsumePrefix(&line, "\"")) return line.substr(0, line.find('"'));
  return absl::StripAsciiWhitespace(line.substr(0, line.find_first_of("\t,")));
}

bool Usable(absl::string_view name) {
  if (name.size() > kMaxGeneNameBytes) return false;
  // Escaping keeps what is text: control characters and broken UTF-8 it does not.
  return EscapeForTerminal(name) == name;
}

}  // namespace

GeneList ParseGeneList(absl::string_view text) {
  GeneList list;
  std::unordered_set<std::string> seen;
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");
  while (!text.empty()) {
    const size_t end = text.find_first_of("\r\n");
    const absl::string_view line = text.substr(0, end);
    text.remove_prefix(end == absl::string_view::npos ? text.size() : end);
    if (!absl::ConsumePrefix(&text, "\r\n") && !text.empty()) text.remove_prefix(1);
    ++list.lines;
    const absl::string_view name = FirstCell(line);
    if (name.empty() || name[0] == '#') {
      ++list.empty;
    } else if (!Usable(name)) {
      list.unusable.emplace_back(name.substr(0, kShownBytes));
    } else if (!seen.insert(std::string(name)).second) {
      ++list.duplicates;
    } else {
      list.names.emplace_back(name);
    }
  }
  return list;
}

absl::StatusOr<GeneList> ReadGeneList(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string text(kMaxGeneListBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (in.bad()) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  if (text.size() > kMaxGeneListBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is larger than ", FormatBytes(kMaxGeneListBytes)));
  }
  return ParseGeneList(text);
}

std::string Summary(const GeneList& list) {
  return absl::StrCat(CountOf(list.lines, "line"), ": ",
                      CountOf(static_cast<int64_t>(list.names.size()), "name"), ", ",
                      FormatCount(list.empty), " empty, ", CountOf(list.duplicates, "duplicate"),
                      ", ", FormatCount(static_cast<int64_t>(list.unusable.size())), " unusable");
}

size_t EndOfCall(const std::vector<std::string>& names, size_t begin, size_t most,
                 size_t most_bytes) {
  size_t end = begin, bytes = 0;
  while (end < names.size() && end - begin < most) {
    bytes += names[end].size() + kNameOverhead;
    if (bytes > most_bytes && end > begin) break;
    ++end;
  }
  return end;
}

}  // namespace parfocal::cli
