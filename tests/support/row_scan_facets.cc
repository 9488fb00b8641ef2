// Facets and hits of the scan.
#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/match.h"
#include "parfocal/segment/segment.h"
#include "parfocal/segment/text.h"
#include "support/row_scan.h"

namespace parfocal::testing {

uint32_t RowScan::GroupOf(Groups* groups, const std::string& order, const std::string& key,
                          const std::string& label) const {
  const auto [it, fresh] =
      groups->by_order.try_emplace(order, static_cast<uint32_t>(groups->order.size()));
  if (fresh) {
    groups->order.push_back(order);
    groups->shown.push_back(key);
    groups->label.push_back(label);
  }
  return it->second;
}

const RowScan::Groups& RowScan::GroupsOf(uint32_t field) {
  const auto [it, fresh] = groups_.try_emplace(field);
  Groups& groups = it->second;
  if (!fresh) return groups;
  const bool folds = field < kAttribute && FoldsSpelling(Fields()[field]);
  std::map<uint32_t, int64_t> rows_of;  // By value.
  for (const Row& row : rows_) {
    for (uint32_t value : row.values) {
      if (values_[value].field == field) ++rows_of[value];
    }
  }
  // Of several spellings the one that most rows have is shown, of equals the first.
  std::map<uint32_t, std::pair<int64_t, std::string>> best;  // By group.
  for (const auto& [number, count] : rows_of) {
    const Value& value = values_[number];
    const bool words = folds && !value.is_term && !SpellingKey(value.key).empty();
    const uint32_t group =
        GroupOf(&groups, words ? "\n" + SpellingKey(value.key) : value.key, value.key, value.label);
    std::vector<uint32_t>& all = groups.of_value[number];
    all.push_back(group);
    const std::pair<int64_t, std::string> mine(-count, value.key);
    auto [at, first] = best.try_emplace(group, mine);
    if (!first) at->second = std::min(at->second, mine);
    if (terms_ == nullptr || !value.is_term) continue;
    for (const std::string& ancestor : terms_->Ancestors(value.key)) {
      if (ancestor != value.key) all.push_back(GroupOf(&groups, ancestor, ancestor, ancestor));
    }
  }
  for (const auto& [group, shown] : best) groups.shown[group] = shown.second;
  for (uint32_t group = 0; group < groups.order.size(); ++group) {
    if (terms_ == nullptr || groups.order[group][0] == '\n') continue;
    auto label = terms_->LabelOf(groups.order[group]);
    if (label && !label->empty()) groups.label[group] = *label;
  }
  return groups;
}

FacetResult RowScan::CountFacet(const FacetSpec& spec, SearchLevel level, const Rows& rows) {
  FacetResult out;
  out.field = spec.field;
  out.attribute_key = spec.attribute_key;
  const std::optional<uint32_t> field = FieldNumber(spec.field, spec.attribute_key);
  if (!field) {
    out.missing = Count(rows);
    return out;
  }
  const Groups& groups = GroupsOf(*field);
  struct Tally {
    Counts counts;
    size_t row = SIZE_MAX;
    uint32_t study = UINT32_MAX;
    void Add(size_t number, const Row& from) {
      if (row == number) return;  // Another of the row's values was of this group.
      row = number;
      if (study != from.study) ++counts.studies;
      study = from.study;
      ++counts.rows;
      counts.image_sets += !from.id.empty();
      counts.images += std::max<int64_t>(0, from.images);
      counts.unknown_image_sets += from.images < 0;
    }
  };
  // Rows of a study lie together: records are scanned in the order of their names.
  std::vector<Tally> exact(groups.order.size()), count(groups.order.size());
  Tally missing;
  for (size_t r = 0; r < rows.size(); ++r) {
    if (rows[r] == 0) continue;
    bool any = false;
    for (uint32_t value : rows_[r].values) {
      if (values_[value].field != *field) continue;
      any = true;
      const std::vector<uint32_t>& of = groups.of_value.at(value);
      exact[of[0]].Add(r, rows_[r]);
      for (uint32_t group : of) count[group].Add(r, rows_[r]);
    }
    if (!any) missing.Add(r, rows_[r]);
  }
  out.missing = missing.counts;
  std::vector<std::tuple<int64_t, int64_t, std::string, uint32_t>> order;
  const auto listed = [&](const Counts& counts) {
    return level == SearchLevel::kStudy ? counts.studies : counts.rows;
  };
  for (uint32_t group = 0; group < count.size(); ++group) {
    if (count[group].counts.rows == 0) continue;
    const bool words = groups.order[group][0] == '\n';
    const std::string key = words ? groups.order[group].substr(1) : groups.order[group];
    const bool found = words
                           ? absl::StrContains(key, SpellingKey(spec.contains))
                           : absl::StrContains(Fold(key), Fold(spec.contains)) ||
                                 absl::StrContains(Fold(groups.label[group]), Fold(spec.contains));
    if (!found) continue;
    order.emplace_back(-listed(count[group].counts), -listed(exact[group].counts), key, group);
  }
  std::sort(order.begin(), order.end());
  out.total_values = static_cast<int64_t>(order.size());
  for (int64_t i = spec.offset; i < out.total_values && i < spec.offset + spec.limit; ++i) {
    const uint32_t group = std::get<3>(order[static_cast<size_t>(i)]);
    FacetValue value;
    value.value = groups.shown[group];
    value.label = groups.label[group];
    value.exact = exact[group].counts;
    value.count = count[group].counts;
    out.values.push_back(std::move(value));
  }
  return out;
}

void RowScan::FillHits(const BoundQuery& query, const Rows& rows, SearchAnswer* answer) const {
  const bool by_study = query.level == SearchLevel::kStudy;
  struct Hits {
    int64_t rank;
    std::string text;
    uint32_t study;
    size_t row;  // The study's first, or the one.
    Counts counts;
  };
  // Smaller comes first.
  const auto rank = [&](const StudyOf& study, int64_t images) -> int64_t {
    switch (query.order) {
      case SearchOrder::kReleaseDateDescending:
        return study.day ? -*study.day : INT64_MAX;
      case SearchOrder::kReleaseDate:
        return study.day ? *study.day : INT64_MAX;
      case SearchOrder::kImageCountDescending:
        return images < 0 ? INT64_MAX : -images;
      case SearchOrder::kBytesDescending:
        return study.bytes ? -*study.bytes : INT64_MAX;
      default:
        return 0;
    }
  };
  std::vector<Hits> hits;
  for (uint32_t s = 0; s < studies_.size(); ++s) {
    const StudyOf& study = studies_[s];
    Counts counts;
    for (uint32_t r : study.rows) {
      if (rows[r] == 0) continue;
      if (!by_study) {
        hits.push_back({rank(study, rows_[r].images), "", s, r, {}});
        continue;
      }
      counts.studies = 1;
      ++counts.rows;
      counts.image_sets += !rows_[r].id.empty();
      counts.images += std::max<int64_t>(0, rows_[r].images);
      counts.unknown_image_sets += rows_[r].images < 0;
    }
    if (by_study && counts.rows > 0) hits.push_back({rank(study, counts.images), "", s, 0, counts});
  }
  if (query.order == SearchOrder::kTitle) {
    for (Hits& hit : hits) {
      if (studies_[hit.study].has_record) hit.text = studies_[hit.study].folded_title;
    }
  }
  const size_t page = std::min(hits.size(), static_cast<size_t>(std::max(0, query.page_size)));
  std::partial_sort(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(page), hits.end(),
                    [&](const Hits& a, const Hits& b) {
                      if (a.rank != b.rank) return a.rank < b.rank;
                      if (a.text != b.text) return a.text < b.text;
                      if (a.study != b.study) return studies_[a.study].key < studies_[b.study].key;
                      return !by_study && NaturalLess(rows_[a.row].id, rows_[b.row].id);
                    });
  for (size_t i = 0; i < page; ++i) {
    Hit hit;
    const StudyOf& study = studies_[hits[i].study];
    hit.name = {study.source, study.accession, by_study ? "" : rows_[hits[i].row].id};
    hit.counts = hits[i].counts;
    answer->hits.push_back(std::move(hit));
  }
  answer->more = hits.size() > page;
}

}  // namespace parfocal::testing
