#include "parfocal/normalise/declared_terms.h"

#include <fstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

absl::Status Refuse(absl::string_view name, int line, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(name, ":", line, ": ", why));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const DeclaredTerms>> DeclaredTerms::Parse(absl::string_view text,
                                                                          absl::string_view name) {
  if (text.size() > kMaxBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(name, ": ", text.size(), " bytes; at most ", kMaxBytes));
  }
  auto table = std::make_shared<DeclaredTerms>();
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line[0] == '#') continue;
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
    if (cells.size() != 5 || cells[0].empty()) {
      return Refuse(name, number,
                    "expected five cells divided by tabs: field, when, stated, term, because");
    }
    if (cells[1] != "always" && cells[1] != "unknown") {
      return Refuse(name, number,
                    absl::StrCat("'", cells[1], "' is neither \"always\" nor \"unknown\""));
    }
    for (absl::string_view id : {cells[2], cells[3]}) {
      if (CuriePrefix(id).empty() || CanonicalCurie(id) != id) {
        return Refuse(name, number, absl::StrCat("'", id, "' is no canonical CURIE"));
      }
    }
    const bool added =
        table->entries_
            .try_emplace(absl::StrCat(cells[0], "\t", cells[2]),
                         Entry{std::string(cells[3]), cells[1] == "always", std::string(cells[4])})
            .second;
    if (!added) return Refuse(name, number, absl::StrCat(cells[2], " stands twice"));
  }
  table->release_ = absl::StrCat(table->size(), "-", absl::Hex(HashText(text), absl::kZeroPad8));
  return std::shared_ptr<const DeclaredTerms>(std::move(table));
}

absl::StatusOr<std::shared_ptr<const DeclaredTerms>> DeclaredTerms::Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (file.bad()) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  return Parse(text, path);
}

const DeclaredTerms::Entry* DeclaredTerms::Find(absl::string_view field,
                                                absl::string_view stated_id) const {
  auto it = entries_.find(absl::StrCat(field, "\t", stated_id));
  return it == entries_.end() ? nullptr : &it->second;
}

}  // namespace parfocal
