#include "parfocal/facets/facet_counter.h"

#include <algorithm>
#include <optional>
#include <roaring/roaring.hh>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "facet_order.h"
#include "field_tallies.h"
#include "parfocal/segment/text.h"
#include "tally.h"

namespace parfocal {
namespace {

// How many of `counts` a search at `level` lists.
int64_t Listed(SearchLevel level, const Counts& counts) {
  return level == SearchLevel::kStudy ? counts.studies : counts.rows;
}

// Counts an attribute key. Attributes have no runs and no closure: each value's rows are walked.
class AttributeTallies {
 public:
  AttributeTallies(const SnapshotRows& snapshot, FieldKey field, const RankedRows& match)
      : snapshot_(snapshot), field_(field), match_(match) {
    values_ =
        snapshot.vocabulary().OfAttribute(field - kFirstAttributeField, snapshot.manifest().values);
    tallies_.resize(values_.size());
  }

  absl::Status Count(Interrupt* interrupt) {
    for (uint32_t i = 0; i < snapshot_.segments(); ++i) {
      for (ValueId value : snapshot_.segment(i).OwnValues(field_)) {
        PARFOCAL_RETURN_IF_ERROR(
            interrupt->Spend(snapshot_.segment(i).segment().CountOf(value) + 20));
        CountOwn(i, value);
      }
    }
    // A study may have rows in several segments, so the studies of a value are counted apart.
    std::sort(pairs_.begin(), pairs_.end());
    pairs_.erase(std::unique(pairs_.begin(), pairs_.end()), pairs_.end());
    PARFOCAL_RETURN_IF_ERROR(CountStated(interrupt));
    for (const auto& [value, study] : pairs_) ++tallies_[value].studies;
    RowSet any(snapshot_.words());
    PARFOCAL_RETURN_IF_ERROR(snapshot_.AddHavingAny(field_, interrupt, &any));
    RowSet without = match_.rows();
    without.AndNot(any);
    missing_ = RankedRows(snapshot_, without).Total();
    return absl::OkStatus();
  }

  const std::vector<ValueId>& values() const { return values_; }
  const Counts& counts(size_t i) const { return tallies_[i]; }
  const Counts& missing() const { return missing_; }

 private:
  size_t IndexOf(ValueId value) const {
    return std::lower_bound(values_.begin(), values_.end(), value) - values_.begin();
  }
  void AddRows(size_t index, const RowCounts& rows, bool own) {
    Counts& counts = tallies_[index];
    counts.rows += rows.rows;
    if (!own) counts.image_sets += rows.rows;
    counts.images += rows.images;
    counts.unknown_image_sets += rows.unknown;
  }

  void CountOwn(uint32_t segment, ValueId value) {
    const std::shared_ptr<const Roaring> rows =
        snapshot_.segment(segment).segment().RowsWith(value);
    if (rows == nullptr) return;
    const size_t index = IndexOf(value);
    const size_t base = 64 * snapshot_.base(segment);
    uint32_t last = SnapshotRows::kNoStudy;
    size_t last_end = 0;  // Rows below it belong to `last`.
    for (uint32_t local : *rows) {
      const size_t row = base + local;
      if (!match_.rows().Test(row)) continue;
      AddRows(index, match_.In(segment, row, row + 1), /*own=*/false);
      if (row < last_end) continue;
      last = snapshot_.StudyOfRow(row);
      for (const StudyPart& part : snapshot_.studies()[last].parts) {
        if (part.segment == segment && row >= part.begin && row < part.end) last_end = part.end;
      }
      pairs_.emplace_back(static_cast<uint32_t>(index), last);
    }
  }

  absl::Status CountStated(Interrupt* interrupt) {
    const size_t own_pairs = pairs_.size();
    RowSet rows(snapshot_.words());  // Of one study at a time; empty in between.
    for (uint32_t number = 0; number < snapshot_.studies().size(); ++number) {
      const LiveStudy& study = snapshot_.studies()[number];
      const absl::Span<const StatedValue> stated = snapshot_.Stated(study);
      auto it = std::lower_bound(stated.begin(), stated.end(), StatedValue{field_, 0, 0});
      while (it != stated.end() && it->field == field_) {
        // One value may be stated for several blocks; the rows of all of them count once.
        const ValueId value = it->value;
        for (; it != stated.end() && it->field == field_ && it->value == value; ++it) {
          snapshot_.AddStated(study, it - stated.begin(), &rows);
        }
        snapshot_.KeepInStudy(study, match_.rows(), &rows);
        const Counts counts = RankedRows::OfStudy(snapshot_, study, rows);
        snapshot_.KeepInStudy(study, RowSet(), &rows);
        PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(study.live_sets / 8 + 4));
        if (counts.rows == 0) continue;
        const size_t index = IndexOf(value);
        AddRows(index, {counts.rows, counts.images, counts.unknown_image_sets},
                study.live_sets == 0);
        const std::pair<uint32_t, uint32_t> pair(static_cast<uint32_t>(index), number);
        if (!std::binary_search(pairs_.begin(), pairs_.begin() + own_pairs, pair)) {
          pairs_.push_back(pair);
        }
      }
    }
    return absl::OkStatus();
  }

  const SnapshotRows& snapshot_;
  const FieldKey field_;
  const RankedRows& match_;
  std::vector<ValueId> values_;
  std::vector<Counts> tallies_;
  std::vector<std::pair<uint32_t, uint32_t>> pairs_;  // (index of the value, study)
  Counts missing_;
};

}  // namespace

// Of several spellings of one value (or ids that stand beside it), the one that most rows of the
// snapshot have is shown; of equals the first by bytes.
void FacetCounter::ShowSpellings(const Field& field, const std::vector<uint32_t>& slots,
                                 FacetResult* out) const {
  if (!FoldsSpelling(field)) return;
  absl::flat_hash_map<uint32_t, std::vector<ValueId>> spellings;
  for (uint32_t slot : slots) {
    if (!dictionary_.slot(field.id, slot).spelling.empty()) spellings[slot];
  }
  if (spellings.empty()) return;
  for (ValueId id : snapshot_.vocabulary().OfField(field.id, snapshot_.manifest().values)) {
    auto it = spellings.find(dictionary_.SlotOf(id));
    if (it != spellings.end()) it->second.push_back(id);
  }
  for (size_t i = 0; i < slots.size(); ++i) {
    auto it = spellings.find(slots[i]);
    if (it == spellings.end() || it->second.size() < 2) continue;
    size_t most = 0;
    std::optional<VocabularyValue> shown;
    for (ValueId id : it->second) {
      RowSet rows(snapshot_.words());
      Interrupt never;
      if (!snapshot_.AddHolding(ValueSet({id}), &never, &rows).ok()) continue;
      const size_t count = rows.Count();
      const VocabularyValue value = snapshot_.vocabulary().Get(id);
      if (shown && (count < most || (count == most && shown->key < value.key))) continue;
      most = count;
      shown = value;
    }
    out->values[i].value = std::string(shown->key);
    out->values[i].label = std::string(shown->label.empty() ? shown->key : shown->label);
    out->values[i].is_term = shown->is_term && dictionary_.terms() != nullptr;
  }
}

absl::StatusOr<FacetResult> FacetCounter::Count(const FacetSpec& spec, const RankedRows& match,
                                                SearchLevel level, Interrupt* interrupt) const {
  FacetResult out;
  out.field = spec.field;
  out.attribute_key = spec.attribute_key;
  const std::string contains = Fold(spec.contains);
  std::vector<FacetCandidate> candidates;
  if (spec.field == "attribute") {
    const auto key = snapshot_.vocabulary().FindAttributeKey(spec.attribute_key);
    if (!key) {
      out.missing = match.Total();
      return out;
    }
    AttributeTallies tallies(snapshot_, kFirstAttributeField + *key, match);
    PARFOCAL_RETURN_IF_ERROR(tallies.Count(interrupt));
    const auto key_of = [&](uint32_t i) {
      return snapshot_.vocabulary().Get(tallies.values()[i]).key;
    };
    for (uint32_t i = 0; i < tallies.values().size(); ++i) {
      const Counts& counts = tallies.counts(i);
      if (counts.rows == 0) continue;
      if (!contains.empty() && Fold(key_of(i)).find(contains) == std::string::npos) continue;
      candidates.push_back({Listed(level, counts), Listed(level, counts), i});
    }
    out.missing = tallies.missing();
    out.total_values = static_cast<int64_t>(candidates.size());
    const FacetTexts texts{key_of, key_of, nullptr};
    for (const FacetPlace& place : CutFacetPage(std::move(candidates), spec, texts)) {
      const std::string key(key_of(place.index));
      const Counts& counts = tallies.counts(place.index);
      out.values.push_back({key, key, counts, counts, false});
    }
    return out;
  }

  const Field* field = FindField(spec.field);
  if (field == nullptr || field->privacy != FieldPrivacy::kOpen) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "facet: no field '", spec.field,
                          "'; nearest: ", absl::StrJoin(NearestFieldNames(spec.field), ", "))),
                      "FILTER_UNKNOWN_FIELD", "facets");
  }
  if (!field->facet) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat("facet: '", spec.field, "' cannot be counted by value")),
                      "FILTER_TYPE", "facets");
  }
  FieldTallies tallies(snapshot_, dictionary_, field->id, match);
  PARFOCAL_RETURN_IF_ERROR(tallies.Count(interrupt));
  const std::string part = SpellingKey(spec.contains);
  const auto text_of = [&](uint32_t slot) -> absl::string_view {
    const FacetDictionary::Slot& info = dictionary_.slot(field->id, slot);
    return info.spelling.empty() ? info.key : info.spelling;
  };
  for (uint32_t slot = 0; slot < tallies.slots(); ++slot) {
    if (tallies.rolled_up(slot).rows == 0) continue;
    if (!contains.empty()) {
      const FacetDictionary::Slot& info = dictionary_.slot(field->id, slot);
      const bool words = !info.spelling.empty();
      if ((words ? info.spelling.find(part) : info.folded.find(contains)) == std::string::npos) {
        continue;
      }
    }
    candidates.push_back(
        {Listed(level, tallies.rolled_up(slot)), Listed(level, tallies.exact(slot)), slot});
  }
  out.missing = tallies.missing();
  out.total_values = static_cast<int64_t>(candidates.size());
  std::vector<uint32_t> slots;
  const auto slot_of = [&](uint32_t slot) -> const FacetDictionary::Slot& {
    return dictionary_.slot(field->id, slot);
  };
  const FacetTexts texts{
      text_of, [&](uint32_t slot) -> absl::string_view { return slot_of(slot).label; },
      [&](uint32_t slot) -> absl::Span<const uint32_t> { return slot_of(slot).closure; }};
  for (const FacetPlace& place : CutFacetPage(std::move(candidates), spec, texts)) {
    const FacetDictionary::Slot& info = slot_of(place.index);
    out.values.push_back({info.key, info.label, tallies.exact(place.index),
                          tallies.rolled_up(place.index), info.is_term, place.depth});
    for (uint32_t parent : place.parents) out.values.back().parents.push_back(slot_of(parent).key);
    slots.push_back(place.index);
  }
  ShowSpellings(*field, slots, &out);
  return out;
}

}  // namespace parfocal
