#include "ranking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

bool IsIdentifier(FieldKey field) {
  return field < kFirstAttributeField && Fields()[field].kind == FieldKind::kKeyword &&
         Fields()[field].weight >= kIdentifierWeight;
}

int64_t Multiply(int64_t a, int64_t b) { return (a * b) / kScoreOne; }

}  // namespace

int64_t InverseFrequency(int64_t studies, int64_t with_word) {
  const double n = static_cast<double>(studies), m = static_cast<double>(with_word);
  // Statistics of others may be older than the match: never below zero.
  return std::max<int64_t>(1, std::llround(std::log(1.0 + std::max(0.0, n - m + 0.5) / (m + 0.5)) *
                                           static_cast<double>(kScoreOne)));
}

int64_t TermFrequency(uint32_t times, uint32_t length, double mean_length) {
  constexpr double kK1 = 1.2, kB = 0.75;
  if (times == 0) return 0;
  const double relative = mean_length > 0 ? static_cast<double>(length) / mean_length : 1.0;
  const double tf = static_cast<double>(times);
  return std::llround(tf * (kK1 + 1) / (tf + kK1 * (1 - kB + kB * relative)) *
                      static_cast<double>(kScoreOne));
}

void LabelLengths::Grow(const Vocabulary& vocabulary, ValueId size) {
  for (ValueId id = static_cast<ValueId>(lengths_.size()); id < size; ++id) {
    const VocabularyValue value = vocabulary.Get(id);
    uint32_t words = 0;
    if (WordWeight(FieldKeyOf(value)) > 0) {
      for (const Token& token : Tokenise(value.label.empty() ? value.key : value.label)) {
        words = std::max(words, token.position);
      }
    }
    lengths_.Append(static_cast<uint16_t>(std::min<uint32_t>(words, UINT16_MAX)));
  }
}

absl::StatusOr<Statistics> Ranking::Measure(absl::Span<const QueryNode* const> leaves,
                                            Matcher* matcher) const {
  Statistics out;
  out.studies = static_cast<int64_t>(rows_.studies().size());
  std::vector<uint64_t> lengths(TextFields().size(), 0);
  int64_t records = 0;
  for (const LiveStudy& study : rows_.studies()) {
    if (!study.has_record) continue;
    ++records;
    for (size_t f = 0; f < lengths.size() && f < study.entry.text_lengths.size(); ++f) {
      lengths[f] += study.entry.text_lengths[f];
    }
  }
  for (uint64_t length : lengths) {
    out.field_length.push_back(
        records == 0 ? 0 : static_cast<double>(length) / static_cast<double>(records));
  }
  for (const QueryNode* leaf : leaves) {
    PARFOCAL_ASSIGN_OR_RETURN(const Matcher::Leaf* matched, matcher->EvaluateLeaf(*leaf));
    TermStatistics term;
    term.word = LeafKey(*leaf);
    for (const LiveStudy& study : rows_.studies()) {
      term.studies += rows_.AnyRow(study, matched->rows) ? 1 : 0;
    }
    out.terms.push_back(std::move(term));
  }
  std::sort(out.terms.begin(), out.terms.end(),
            [](const TermStatistics& a, const TermStatistics& b) { return a.word < b.word; });
  return out;
}

absl::Status Ranking::Compute(absl::Span<const QueryNode* const> leaves,
                              const Statistics& statistics, const RowSet& match, bool specificity,
                              Matcher* matcher, Interrupt* interrupt) {
  if (leaves.empty()) return absl::OkStatus();
  scores_.assign(rows_.studies().size(), 0);
  if (specificity) specificity_.assign(64 * rows_.words(), 0);
  std::vector<const Matcher::Leaf*> matched;
  for (const QueryNode* leaf : leaves) {
    PARFOCAL_ASSIGN_OR_RETURN(matched.emplace_back(), matcher->EvaluateLeaf(*leaf));
    for (const TextHits::InValue& hit : matched.back()->hits.values) {
      covered_[hit.value] += hit.words;
    }
  }
  for (size_t i = 0; i < leaves.size(); ++i) {
    const std::string word = LeafKey(*leaves[i]);
    auto term =
        std::lower_bound(statistics.terms.begin(), statistics.terms.end(), word,
                         [](const TermStatistics& a, const std::string& b) { return a.word < b; });
    const int64_t with_word =
        term != statistics.terms.end() && term->word == word ? term->studies : 0;
    const int64_t idf = InverseFrequency(statistics.studies, with_word);
    for (const TextHits::InStudy& hit : matched[i]->hits.studies) {
      const LiveStudy& study = rows_.studies()[hit.study];
      for (size_t f = 0; f < TextFields().size(); ++f) {
        const uint32_t length =
            f < study.entry.text_lengths.size() ? study.entry.text_lengths[f] : 0;
        const double mean = f < statistics.field_length.size() ? statistics.field_length[f] : 0;
        scores_[hit.study] +=
            TextFields()[f]->weight * Multiply(idf, TermFrequency(hit.times[f], length, mean));
      }
    }
    PARFOCAL_RETURN_IF_ERROR(AddValues(matched[i]->hits, idf, match, specificity, interrupt));
  }
  return absl::OkStatus();
}

absl::Status Ranking::AddValues(const TextHits& hits, int64_t idf, const RowSet& match,
                                bool specificity, Interrupt* interrupt) {
  // By what a value is worth, the best first: a study takes the first level that it has.
  using Worth = std::pair<bool, int64_t>;
  struct Level {
    std::vector<ValueId> values;
    std::vector<std::pair<uint32_t, size_t>> stated;  // (study, index in what it states)
  };
  std::map<Worth, Level, std::greater<>> levels;
  std::vector<ValueId> all;
  absl::flat_hash_map<ValueId, Level*> level_of;
  for (const TextHits::InValue& hit : hits.values) {
    const FieldKey field = dictionary_.FieldOf(hit.value);
    const int64_t length = std::max<int64_t>(1, lengths_[hit.value]);
    const int64_t covered = covered_[hit.value];
    // Eighths are fine enough to rank by, and keep the levels few.
    const int64_t share = hit.share > 0       ? hit.share
                          : covered >= length ? kWholeLabelShare
                                              : (covered * 8 / length) * (kScoreOne / 8) + 1;
    const bool identifier = IsIdentifier(field) && hit.words >= length;
    Level& level = levels[{identifier, WordWeight(field) * share}];
    level.values.push_back(hit.value);
    level_of[hit.value] = &level;
    all.push_back(hit.value);
  }
  PARFOCAL_RETURN_IF_ERROR(
      rows_.ForEachStated(ValueSet(std::move(all)), interrupt, [&](uint32_t number, size_t index) {
        const ValueId value = rows_.Stated(rows_.studies()[number])[index].value;
        level_of[value]->stated.emplace_back(number, index);
      }));
  std::vector<bool> taken(rows_.studies().size(), false);
  RowSet left = specificity ? match : RowSet();
  for (auto& [worth, level] : levels) {
    RowSet rows(rows_.words());
    PARFOCAL_RETURN_IF_ERROR(rows_.AddOwning(ValueSet(std::move(level.values)), interrupt, &rows));
    for (const auto& [number, index] : level.stated) {
      rows_.AddStated(rows_.studies()[number], index, &rows);
    }
    rows.And(match);
    for (uint32_t number = 0; number < taken.size(); ++number) {
      if (taken[number] || !rows_.AnyRow(rows_.studies()[number], rows)) continue;
      taken[number] = true;
      scores_[number] += Multiply(idf, worth.second) + (worth.first ? kIdentifierScore : 0);
    }
    if (!specificity) continue;
    rows.And(left);
    left.AndNot(rows);
    const int32_t points = static_cast<int32_t>(worth.second);
    rows.ForEachIn(0, 64 * rows_.words(), [&](size_t row) {
      specificity_[row] += points;
      return true;
    });
  }
  return absl::OkStatus();
}

}  // namespace parfocal
