#include "parfocal/facets/table_counter.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "parfocal/facets/facet_counter.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

constexpr absl::CivilDay kEpoch(1970, 1, 1);
// Beyond these nobody measures, and arithmetic on edges would overflow.
constexpr double kGreatestNumber = 1e200, kLeastWidth = 1e-200;

absl::CivilDay DayOf(double number) { return kEpoch + static_cast<int64_t>(std::floor(number)); }
double NumberOf(absl::CivilDay day) { return static_cast<double>(day - kEpoch); }

absl::Status TooManyBins(absl::string_view field) {
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("histogram: '", field, "' would have more than ",
                                              kMaxHistogramBins, " bins; limit histogram_bins is ",
                                              kMaxHistogramBins, ", ask for wider ones")),
      "LIMIT_EXCEEDED", "histogram_bins");
}

// Edges of the bins: the i-th bin is [edges[i], edges[i + 1]).
absl::StatusOr<std::vector<double>> DateEdges(const HistogramSpec& spec, double low, double high) {
  std::vector<double> edges;
  const absl::CivilDay last = DayOf(high);
  absl::CivilMonth month(DayOf(low));
  if (!spec.months) month = absl::CivilMonth(month.year(), 1);
  const int step = spec.months ? 1 : 12;
  while (true) {
    edges.push_back(NumberOf(absl::CivilDay(month)));
    if (absl::CivilDay(month) > last) return edges;
    if (edges.size() > kMaxHistogramBins) return TooManyBins(spec.field);
    month += step;
  }
}

// 1, 2 or 5 times a power of ten, not below `least`.
double RoundWidth(double least) {
  double unit = std::pow(10, std::floor(std::log10(least)));
  for (int times : {1, 2, 5, 10}) {
    if (unit * times >= least * (1 - 1e-12)) return unit * times;
  }
  return unit * 10;
}

absl::StatusOr<std::vector<double>> NumberEdges(const HistogramSpec& spec, double low, double high,
                                                bool whole) {
  const int bins = std::clamp(spec.bins, 1, kMaxHistogramBins);
  double width = spec.width;
  // Below this a bin is narrower than what a number can tell apart.
  const double narrowest = std::max(1e-12 * std::max(std::fabs(low), std::fabs(high)), kLeastWidth);
  const auto count = [&](double of) { return std::floor(high / of) - std::floor(low / of) + 1; };
  if (width > 0) {
    if (width < narrowest || !(count(width) <= kMaxHistogramBins)) return TooManyBins(spec.field);
  } else {
    width = high > low ? RoundWidth(std::max((high - low) / bins, narrowest))
                       : std::max(1.0, RoundWidth(narrowest));
    if (whole) width = std::max(1.0, width);
    // A number at the edge may need one more bin, and 0 is always an edge.
    const int least = low < 0 && high >= 0 ? 2 : 1;
    while (count(width) > std::max(bins, least) && width < kGreatestNumber)
      width = RoundWidth(width * 1.5);
  }
  std::vector<double> edges;
  const double first = std::floor(low / width);
  const int all = static_cast<int>(std::clamp(count(width), 1.0, kMaxHistogramBins + 1.0));
  for (int i = 0; i <= all; ++i) edges.push_back((first + i) * width);
  // Division rounds: both ends must be in.
  while (edges.front() > low) edges.insert(edges.begin(), edges.front() - width);
  while (edges.back() <= high && edges.back() + width > edges.back())
    edges.push_back(edges.back() + width);
  return edges;
}

std::string LabelOf(const HistogramSpec& spec, bool date, bool whole, double low, double high) {
  if (date) {
    const absl::CivilDay day = DayOf(low);
    return spec.months ? absl::StrCat(day.year(), "-", absl::Dec(day.month(), absl::kZeroPad2))
                       : absl::StrCat(day.year());
  }
  const std::string from = absl::StrFormat("%.15g", low);
  return whole && high - low == 1 ? from : absl::StrFormat("%s - %.15g", from, high);
}

}  // namespace

// Values of the field that are `key` or lie below it.
std::vector<ValueId> TableCounter::ValuesBelow(const FacetSpec& spec,
                                               const std::string& key) const {
  const Vocabulary& vocabulary = snapshot_.vocabulary();
  const ValueId limit = snapshot_.manifest().values;
  std::vector<ValueId> out;
  if (spec.field == "attribute") {
    const auto name = vocabulary.FindAttributeKey(spec.attribute_key);
    if (!name) return out;
    const auto id = vocabulary.FindAttribute(*name, key);
    if (id && *id < limit) out.push_back(*id);
    return out;
  }
  const Field* field = FindField(spec.field);
  if (field == nullptr) return out;
  const std::string spelling = SpellingKey(key);
  uint32_t wanted = UINT32_MAX;
  // An id that no ontology describes stands in the slot of its words.
  if (const auto id = vocabulary.Find(field->id, key); id && *id < limit)
    wanted = dictionary_.SlotOf(*id);
  for (uint32_t slot = 0; slot < dictionary_.slots(field->id) && wanted == UINT32_MAX; ++slot) {
    const FacetDictionary::Slot& info = dictionary_.slot(field->id, slot);
    // Of words with several spellings any may be shown.
    if (info.key == key || (!info.spelling.empty() && info.spelling == spelling)) wanted = slot;
  }
  for (ValueId id : vocabulary.OfField(field->id, limit)) {
    const std::vector<uint32_t>& closure =
        dictionary_.slot(field->id, dictionary_.SlotOf(id)).closure;
    if (std::find(closure.begin(), closure.end(), wanted) != closure.end()) out.push_back(id);
  }
  return out;
}

absl::StatusOr<std::vector<RowSet>> TableCounter::RowsOf(const FacetSpec& spec,
                                                         const FacetResult& facet,
                                                         const RowSet& match,
                                                         Interrupt* interrupt) const {
  std::vector<RowSet> out;
  for (const FacetValue& value : facet.values) {
    RowSet& rows = out.emplace_back(snapshot_.words());
    PARFOCAL_RETURN_IF_ERROR(
        snapshot_.AddHolding(ValueSet(ValuesBelow(spec, value.value)), interrupt, &rows));
    rows.And(match);
  }
  return out;
}

absl::StatusOr<TableResult> TableCounter::CountTable(const TableSpec& spec, const RowSet& match,
                                                     SearchLevel level,
                                                     Interrupt* interrupt) const {
  TableResult out;
  out.spec = spec;
  const RankedRows ranked(snapshot_, match);
  const FacetCounter counter(snapshot_, dictionary_);
  PARFOCAL_ASSIGN_OR_RETURN(const FacetResult rows,
                            counter.Count(spec.rows, ranked, level, interrupt));
  PARFOCAL_ASSIGN_OR_RETURN(const FacetResult columns,
                            counter.Count(spec.columns, ranked, level, interrupt));
  out.rows = rows.values;
  out.columns = columns.values;
  out.total_rows = rows.total_values;
  out.total_columns = columns.total_values;
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<RowSet> of_columns,
                            RowsOf(spec.columns, columns, match, interrupt));
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<RowSet> of_rows,
                            RowsOf(spec.rows, rows, match, interrupt));
  for (const RowSet& row : of_rows) {
    std::vector<int64_t>& cells = out.cells.emplace_back();
    for (const RowSet& column : of_columns) {
      PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(static_cast<int64_t>(row.words()) + 1));
      RowSet both = row;
      both.And(column);
      if (level != SearchLevel::kStudy) {
        cells.push_back(both.Count());
        continue;
      }
      int64_t studies = 0;
      for (const LiveStudy& study : snapshot_.studies()) studies += snapshot_.AnyRow(study, both);
      cells.push_back(studies);
    }
  }
  return out;
}

absl::StatusOr<std::vector<TableCounter::Number>> TableCounter::NumbersOf(
    const HistogramSpec& spec, Interrupt* interrupt) const {
  const Vocabulary& vocabulary = snapshot_.vocabulary();
  const ValueId limit = snapshot_.manifest().values;
  std::vector<Number> out;
  if (spec.field == "attribute") {
    const auto key = vocabulary.FindAttributeKey(spec.attribute_key);
    if (!key || IsPersonalAttribute(spec.attribute_key)) return out;
    for (ValueId id : vocabulary.OfAttribute(*key, limit)) {
      PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(4));
      const std::optional<double> number = NumberIn(vocabulary.Get(id).key);
      if (number && std::fabs(*number) < kGreatestNumber) out.push_back({*number, id});
    }
  } else {
    const Field* field = FindField(spec.field);
    if (field == nullptr || field->privacy != FieldPrivacy::kOpen) {
      return WithReason(absl::InvalidArgumentError(
                            absl::StrCat("histogram: no field '", spec.field, "' (nearest: ",
                                         absl::StrJoin(NearestFieldNames(spec.field), ", "), ")")),
                        "FILTER_UNKNOWN_FIELD", "histograms");
    }
    if (field->kind != FieldKind::kNumber && field->kind != FieldKind::kDate) {
      return WithReason(absl::InvalidArgumentError(absl::StrCat(
                            "histogram: '", spec.field, "' holds neither numbers nor dates")),
                        "FILTER_TYPE", "histograms");
    }
    for (ValueId id : vocabulary.OfField(field->id, limit)) {
      PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(4));
      const std::optional<double> number = vocabulary.Get(id).number;
      if (number && std::fabs(*number) < kGreatestNumber) out.push_back({*number, id});
    }
  }
  std::sort(out.begin(), out.end(), [](const Number& a, const Number& b) {
    return std::tie(a.number, a.value) < std::tie(b.number, b.value);
  });
  return out;
}

absl::StatusOr<RowSet> TableCounter::Holding(const std::vector<Number>& numbers, size_t begin,
                                             size_t end, const RowSet& match,
                                             Interrupt* interrupt) const {
  std::vector<ValueId> values;
  for (size_t i = begin; i < end; ++i) values.push_back(numbers[i].value);
  std::sort(values.begin(), values.end());
  // A bin costs the words of its set, however few values it has.
  PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(4 * static_cast<int64_t>(snapshot_.words()) + 1));
  RowSet rows(snapshot_.words());
  PARFOCAL_RETURN_IF_ERROR(snapshot_.AddHolding(ValueSet(std::move(values)), interrupt, &rows));
  rows.And(match);
  return rows;
}

absl::Status TableCounter::Trim(const RowSet& match, Interrupt* interrupt,
                                std::vector<Number>* numbers) const {
  // The least prefix and the least suffix that some row has, by halving.
  size_t low = 0, high = numbers->size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    PARFOCAL_ASSIGN_OR_RETURN(const RowSet rows,
                              Holding(*numbers, 0, middle + 1, match, interrupt));
    if (rows.Count() > 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  const size_t first = low;
  low = first;
  high = numbers->size();
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    PARFOCAL_ASSIGN_OR_RETURN(const RowSet rows,
                              Holding(*numbers, middle, numbers->size(), match, interrupt));
    if (rows.Count() > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  numbers->resize(low);
  numbers->erase(numbers->begin(),
                 numbers->begin() + static_cast<std::ptrdiff_t>(std::min(first, numbers->size())));
  return absl::OkStatus();
}

absl::StatusOr<HistogramResult> TableCounter::CountHistogram(const HistogramSpec& spec,
                                                             const RowSet& match,
                                                             Interrupt* interrupt) const {
  HistogramResult out;
  out.spec = spec;
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<Number> numbers, NumbersOf(spec, interrupt));
  PARFOCAL_RETURN_IF_ERROR(Trim(match, interrupt, &numbers));
  PARFOCAL_ASSIGN_OR_RETURN(const RowSet with,
                            Holding(numbers, 0, numbers.size(), match, interrupt));
  RowSet without = match;
  without.AndNot(with);
  out.missing = RankedRows(snapshot_, without).Total();
  if (numbers.empty()) return out;
  const Field* field = FindField(spec.field);
  const bool date = field != nullptr && field->kind == FieldKind::kDate;
  const bool whole = std::all_of(numbers.begin(), numbers.end(),
                                 [](const Number& n) { return n.number == std::floor(n.number); });
  const double low = numbers.front().number, high = numbers.back().number;
  PARFOCAL_ASSIGN_OR_RETURN(
      const std::vector<double> edges,
      date ? DateEdges(spec, low, high) : NumberEdges(spec, low, high, whole));
  size_t at = 0;
  for (size_t i = 0; i + 1 < edges.size(); ++i) {
    const size_t begin = at;
    while (at < numbers.size() && numbers[at].number < edges[i + 1]) ++at;
    PARFOCAL_ASSIGN_OR_RETURN(const RowSet rows, Holding(numbers, begin, at, match, interrupt));
    HistogramBin bin;
    bin.low = edges[i];
    bin.high = edges[i + 1];
    bin.label = LabelOf(spec, date, whole, bin.low, bin.high);
    bin.counts = RankedRows(snapshot_, rows).Total();
    out.bins.push_back(std::move(bin));
  }
  // The last edge may lie behind an empty bin.
  while (!out.bins.empty() && out.bins.back().counts.rows == 0) out.bins.pop_back();
  return out;
}

}  // namespace parfocal
