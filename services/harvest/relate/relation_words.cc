#include "parfocal/relate/relation_words.h"

#include <algorithm>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace parfocal {
namespace {

constexpr size_t kMaxDigits = 18;
// How far the words before and behind an accession may be from it, in bytes.
constexpr size_t kBefore = 120, kBehind = 60;

absl::Status Refuse(absl::string_view name, int line, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(name, ":", line, ": ", why));
}

bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

// The sentence of text[begin, end), cut to a few words: from the last end of a sentence before it
// to the next one behind it.
absl::string_view SentenceAround(absl::string_view text, size_t begin, size_t end) {
  size_t from = begin > kBefore ? begin - kBefore : 0;
  for (size_t i = begin; i > from; --i) {
    const char c = text[i - 1];
    if (c == '\n' || (c == '.' && i < text.size() && text[i] == ' ')) {
      from = i;
      break;
    }
  }
  const size_t last = std::min(text.size(), end + kBehind);
  size_t to = end;
  while (to < last && text[to] != '\n' && text[to] != '.') ++to;
  // Not within a character.
  while (from < begin && (static_cast<unsigned char>(text[from]) & 0xc0) == 0x80) ++from;
  while (to < text.size() && (static_cast<unsigned char>(text[to]) & 0xc0) == 0x80) ++to;
  return absl::StripAsciiWhitespace(text.substr(from, to - from));
}

}  // namespace

absl::StatusOr<std::shared_ptr<const RelationWords>> RelationWords::Parse(absl::string_view text,
                                                                          absl::string_view name) {
  if (text.size() > kMaxBytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat(name, ": ", text.size(), " bytes; at most ", kMaxBytes));
  }
  auto table = std::make_shared<RelationWords>();
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line[0] == '#') continue;
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
    if (cells[0] == "accession" && cells.size() == 6) {
      Form form;
      form.prefix = absl::AsciiStrToLower(cells[1]);
      if (form.prefix.empty() || !IsAlnum(form.prefix[0]) ||
          !absl::SimpleAtoi(cells[2], &form.least) || !absl::SimpleAtoi(cells[3], &form.most) ||
          form.least == 0 || form.least > form.most || form.most > kMaxDigits) {
        return Refuse(
            name, number,
            absl::StrCat("expected a prefix that begins with a letter or digit, and from 1 "
                         "to ",
                         kMaxDigits, " digits"));
      }
      if (cells[5] != "copy" && cells[5] != "same_specimen")
        return Refuse(name, number, "an identifier is of a 'copy' or of the 'same_specimen'");
      if (cells[5] != "copy") form.identifies = RelationType::kSameSpecimen;
      table->forms_.push_back(std::move(form));
    } else if (cells[0] == "phrase" && cells.size() == 3 && !cells[2].empty()) {
      const bool conversion = cells[1] == "conversion";
      if (!conversion && cells[1] != "subset")
        return Refuse(name, number, "a phrase is of a 'conversion' or of a 'subset'");
      table->phrases_.emplace_back(conversion ? RelationType::kConversion : RelationType::kSubset,
                                   absl::AsciiStrToLower(cells[2]));
    } else {
      return Refuse(name, number, "expected 'accession' with five cells or 'phrase' with two");
    }
  }
  return std::shared_ptr<const RelationWords>(std::move(table));
}

absl::StatusOr<std::shared_ptr<const RelationWords>> RelationWords::Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  if (file.bad()) return absl::UnavailableError(absl::StrCat(path, ": cannot be read"));
  return Parse(text, path);
}

size_t RelationWords::Length(const Form& form, absl::string_view lower) {
  if (!absl::StartsWith(lower, form.prefix)) return 0;
  size_t end = form.prefix.size();
  while (end < lower.size() && IsDigit(lower[end])) ++end;
  const size_t digits = end - form.prefix.size();
  if (digits < form.least || digits > form.most) return 0;
  return end;
}

std::string RelationWords::Canonical(absl::string_view text) const {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
  for (const Form& form : forms_) {
    if (const size_t length = Length(form, lower); length > 0 && length == lower.size())
      return lower;
  }
  return "";
}

RelationType RelationWords::Identifies(absl::string_view canonical) const {
  for (const Form& form : forms_) {
    if (Length(form, canonical) > 0) return form.identifies;
  }
  return RelationType::kCopy;
}

RelationType RelationWords::TypeOf(absl::string_view sentence) const {
  const std::string lower = absl::AsciiStrToLower(sentence);
  for (const auto& [type, words] : phrases_) {
    if (absl::StrContains(lower, words)) return type;
  }
  return RelationType::kOther;
}

std::vector<RelationWords::Mention> RelationWords::MentionsIn(absl::string_view text,
                                                              size_t limit) const {
  std::vector<Mention> found;
  const std::string lower = absl::AsciiStrToLower(text);
  for (const Form& form : forms_) {
    for (size_t at = lower.find(form.prefix); at != std::string::npos && found.size() < limit;
         at = lower.find(form.prefix, at + 1)) {
      if (at > 0 && IsAlnum(lower[at - 1])) continue;
      const size_t length = Length(form, absl::string_view(lower).substr(at));
      if (length == 0) continue;
      const size_t end = at + length;
      // A version may follow ("v1"), no other letter.
      const bool version = end + 1 < lower.size() && lower[end] == 'v' && IsDigit(lower[end + 1]);
      if (end < lower.size() && IsAlnum(lower[end]) && !version) continue;
      Mention mention;
      mention.accession = lower.substr(at, length);
      const absl::string_view sentence = SentenceAround(text, at, end);
      mention.type = TypeOf(sentence);
      mention.because = std::string(sentence);
      const auto same = std::find_if(found.begin(), found.end(), [&](const Mention& m) {
        return m.accession == mention.accession;
      });
      if (same == found.end()) {
        found.push_back(std::move(mention));
      } else if (same->type == RelationType::kOther) {
        *same = std::move(mention);  // Said more exactly the second time.
      }
    }
  }
  return found;
}

}  // namespace parfocal
