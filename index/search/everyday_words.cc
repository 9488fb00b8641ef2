#include "parfocal/search/everyday_words.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

// Stems of the words, without the wholes of identifiers, which stand beside their parts.
std::vector<std::string> WordsOf(absl::string_view text) {
  std::vector<std::string> out;
  uint32_t last = 0;
  for (Token& token : Tokenise(text, 2 * kMaxEverydayPhrase + 2)) {
    if (token.position <= last) continue;
    last = token.position;
    out.push_back(std::move(token.word));
  }
  return out;
}

std::string KeyOf(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) absl::StrAppend(&out, out.empty() ? "" : " ", Stem(word));
  return out;
}

}  // namespace

absl::Status EverydayWords::Add(absl::string_view text, absl::string_view name) {
  if (text.size() > kMaxEverydayBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(name, ": ", text.size(), " bytes; at most ", kMaxEverydayBytes));
  }
  int number = 0;
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(name, ":", number, ": ", why));
  };
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line[0] == '#') continue;
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
    if (cells.size() != 5) {
      return refuse("expected five cells divided by tabs: field, rule, phrase, value, reason");
    }
    const absl::string_view rule = cells[1];
    if (rule != "name" && rule != "any" && rule != "words" && rule != "skip") continue;
    const std::vector<std::string> words = WordsOf(cells[2]);
    if (words.empty() || words.size() > kMaxEverydayPhrase) {
      return refuse(absl::StrCat("a phrase has 1 to ", kMaxEverydayPhrase, " words"));
    }
    if (++rows_ > kMaxEverydayRows) {
      return absl::ResourceExhaustedError(
          absl::StrCat(name, ": more than ", kMaxEverydayRows, " rows"));
    }
    if (rule == "skip") {
      if (words.size() != 1) return refuse("what is skipped is one word");
      skipped_.insert(words[0]);
      continue;
    }
    Meaning meaning;
    meaning.rule = rule == "name" ? Rule::kName : rule == "any" ? Rule::kAny : Rule::kWords;
    meaning.field = std::string(cells[0]);
    meaning.phrase = std::string(cells[2]);
    meaning.value = std::string(cells[3]);
    const Field* field = FindField(meaning.field);
    if (meaning.rule != Rule::kWords &&
        (field == nullptr || field->privacy != FieldPrivacy::kOpen)) {
      return refuse(absl::StrCat("no field '", meaning.field, "'"));
    }
    if (meaning.rule != Rule::kAny && meaning.value.empty()) return refuse("no value");
    meanings_[KeyOf(words)].push_back(std::move(meaning));
  }
  return absl::OkStatus();
}

absl::Status EverydayWords::AddFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string text(kMaxEverydayBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (file.bad()) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  return Add(text, path);
}

const std::vector<EverydayWords::Meaning>& EverydayWords::Of(
    const std::vector<std::string>& words) const {
  static const auto* const kNothing = new std::vector<Meaning>();
  const auto found = meanings_.find(KeyOf(words));
  return found == meanings_.end() ? *kNothing : found->second;
}

bool EverydayWords::Skips(absl::string_view word) const {
  return skipped_.find(word) != skipped_.end();
}

}  // namespace parfocal
