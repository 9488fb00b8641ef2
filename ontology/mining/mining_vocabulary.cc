#include "parfocal/mining/mining_vocabulary.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "parfocal/terms/text_fold.h"
#include "standard_table.h"
#include "text_words.h"

namespace parfocal {
namespace {

constexpr size_t kMaxTableBytes = 1 << 20;
constexpr size_t kMaxRows = 5000;
constexpr size_t kMaxPhraseWords = 8;

constexpr absl::string_view kPlaces[kMentionPlaces] = {
    "title", "often", "once", "among", "weak_title", "weak_often", "weak_once"};

std::vector<std::string> FoldedWords(absl::string_view phrase) {
  std::vector<std::string> out;
  for (TextWord& word : TextWordsOf(phrase, kMaxPhraseWords + 1)) out.push_back(word.folded);
  return out;
}

// "goat * serum": the star is no word.
std::vector<std::string> MaskWords(absl::string_view phrase) {
  std::vector<std::string> out;
  for (absl::string_view part : absl::StrSplit(phrase, ' ', absl::SkipEmpty())) {
    if (part == "*") {
      out.emplace_back("*");
    } else {
      for (std::string& word : FoldedWords(part)) out.push_back(std::move(word));
    }
  }
  return out;
}

bool IsAbbreviation(absl::string_view phrase) {
  return std::none_of(phrase.begin(), phrase.end(),
                      [](unsigned char c) { return absl::ascii_islower(c); });
}

absl::Status Put(float* out, absl::string_view value) {
  if (absl::SimpleAtof(value, out) && *out >= 0 && *out <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("'", value, "' is no number from 0 to 1"));
}

// One row of a field; `words` are those of the phrase.
class Row {
 public:
  Row(absl::string_view phrase, absl::string_view value, FieldMining* out)
      : phrase_(phrase), value_(value), words_(FoldedWords(phrase)), out_(*out) {}

  absl::Status Apply(absl::string_view rule) {
    if (words_.size() > kMaxPhraseWords) {
      return absl::InvalidArgumentError(
          absl::StrCat("a phrase has at most ", kMaxPhraseWords, " words"));
    }
    for (const auto& [name, apply] : kRules) {
      if (name == rule) return (this->*apply)();
    }
    return absl::InvalidArgumentError(absl::StrCat("no rule is called '", rule, "'"));
  }

 private:
  absl::Status NeedsWords() const {
    return words_.empty() ? absl::InvalidArgumentError("the phrase has no word") : absl::OkStatus();
  }
  absl::Status Name() {
    PARFOCAL_RETURN_IF_ERROR(NeedsWords());
    if (IsAbbreviation(phrase_)) {
      // As it stands between the words of a text: with blanks alone.
      std::vector<absl::string_view> raw;
      for (const TextWord& word : TextWordsOf(phrase_, kMaxPhraseWords)) raw.push_back(word.raw);
      out_.abbreviations[absl::StrJoin(raw, " ")] = std::string(value_);
    } else {
      out_.names[absl::StrJoin(words_, " ")] = std::string(value_);
    }
    return absl::OkStatus();
  }
  absl::Status AddTo(absl::flat_hash_set<std::string>* set) {
    PARFOCAL_RETURN_IF_ERROR(NeedsWords());
    set->insert(absl::StrJoin(words_, " "));
    return absl::OkStatus();
  }
  absl::Status Never() { return AddTo(&out_.never); }
  absl::Status Before() { return AddTo(&out_.before); }
  absl::Status Behind() { return AddTo(&out_.behind); }
  absl::Status Next() { return AddTo(&out_.next); }
  absl::Status Mask() {
    PARFOCAL_RETURN_IF_ERROR(NeedsWords());
    std::vector<std::string> words = MaskWords(phrase_);
    std::string first = words[0];
    out_.masks[first].push_back(std::move(words));
    return absl::OkStatus();
  }
  absl::Status Weak() {
    out_.weak.emplace_back(phrase_);
    return NeedsWords();
  }
  absl::Status Below() {
    out_.below.emplace_back(value_);
    return absl::OkStatus();
  }
  absl::Status NotBelow() {
    out_.not_below.emplace_back(value_);
    return absl::OkStatus();
  }
  absl::Status LabelWords() {
    if (absl::SimpleAtoi(value_, &out_.label_words)) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("'", value_, "' is no number"));
  }
  absl::Status Capital() {
    out_.capital = true;
    return absl::OkStatus();
  }
  absl::Status Confidence() {
    const auto* const place = std::find(std::begin(kPlaces), std::end(kPlaces), phrase_);
    if (place == std::end(kPlaces))
      return absl::InvalidArgumentError(absl::StrCat("no place is called '", phrase_, "'"));
    return Put(&out_.confidence[static_cast<size_t>(place - std::begin(kPlaces))], value_);
  }
  absl::Status Accept() {
    out_.accepts = true;
    return Put(&out_.accept, value_);
  }

  using Method = absl::Status (Row::*)();
  static const std::pair<absl::string_view, Method> kRules[13];

  const absl::string_view phrase_, value_;
  const std::vector<std::string> words_;
  FieldMining& out_;
};

const std::pair<absl::string_view, Row::Method> Row::kRules[13] = {
    {"name", &Row::Name},          {"never", &Row::Never},
    {"mask", &Row::Mask},          {"before", &Row::Before},
    {"behind", &Row::Behind},      {"next", &Row::Next},
    {"weak", &Row::Weak},          {"below", &Row::Below},
    {"not_below", &Row::NotBelow}, {"label_words", &Row::LabelWords},
    {"capital", &Row::Capital},    {"confidence", &Row::Confidence},
    {"accept", &Row::Accept}};

}  // namespace

absl::StatusOr<std::shared_ptr<const MiningVocabulary>> MiningVocabulary::Parse(
    absl::string_view table) {
  if (table.size() > kMaxTableBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("mining: ", table.size(), " bytes; at most ", kMaxTableBytes));
  }
  auto out = std::make_shared<MiningVocabulary>();
  size_t number = 0, rows = 0;
  for (absl::string_view line : absl::StrSplit(table, '\n')) {
    if (++number == 1 || line.empty() || line[0] == '#') continue;
    const std::vector<absl::string_view> cells = absl::StrSplit(line, '\t');
    absl::Status status;
    if (cells.size() != 5 || cells[0].empty()) {
      status = absl::InvalidArgumentError(
          "expected five cells divided by tabs: field, rule, phrase, value, reason");
    } else if (++rows > kMaxRows) {
      status = absl::InvalidArgumentError(absl::StrCat("more than ", kMaxRows, " rows"));
    } else {
      status = Row(cells[2], cells[3], &out->fields_[std::string(cells[0])]).Apply(cells[1]);
    }
    if (!status.ok())
      return absl::InvalidArgumentError(
          absl::StrCat("mining: line ", number, ": ", status.message()));
  }
  std::erase_if(out->fields_, [](const auto& field) { return !field.second.accepts; });
  out->release_ = absl::StrCat(rows, "-", absl::Hex(HashText(table), absl::kZeroPad8));
  return std::shared_ptr<const MiningVocabulary>(std::move(out));
}

std::shared_ptr<const MiningVocabulary> MiningVocabulary::Standard() {
  static const auto* const standard = [] {
    // A faulty table is found by the tests; a program without it mines nothing.
    absl::StatusOr<std::shared_ptr<const MiningVocabulary>> parsed = Parse(kStandardMiningTable);
    return new std::shared_ptr<const MiningVocabulary>(
        parsed.ok() ? *std::move(parsed) : std::make_shared<MiningVocabulary>());
  }();
  return *standard;
}

}  // namespace parfocal
