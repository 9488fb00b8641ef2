#include "pager.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

// Stands last in every order.
constexpr int64_t kUnknownRank = INT64_MIN;
constexpr size_t kMaxCopies = 10;  // Named in one hit.

RecordName NameOfStudy(absl::string_view key) {
  const size_t nul = key.find('\0');
  return {std::string(key.substr(0, nul)), std::string(key.substr(nul + 1)), ""};
}

void AppendPart(absl::string_view part, std::string* out) {
  absl::StrAppend(out, part.size(), ":", part);
}

bool TakePart(absl::string_view* in, std::string* part) {
  const size_t colon = in->find(':');
  uint64_t size = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(in->substr(0, colon), &size))
    return false;
  in->remove_prefix(colon + 1);
  if (size > in->size()) return false;
  *part = std::string(in->substr(0, size));
  in->remove_prefix(size);
  return true;
}

}  // namespace

std::string SortKey::Encode() const {
  std::string out;
  AppendPart(absl::StrCat(rank), &out);
  AppendPart(text, &out);
  AppendPart(study, &out);
  AppendPart(absl::StrCat(specificity), &out);
  AppendPart(image_set, &out);
  return out;
}

absl::StatusOr<SortKey> SortKey::Decode(absl::string_view encoded) {
  SortKey key;
  std::string rank, specificity;
  if (TakePart(&encoded, &rank) && TakePart(&encoded, &key.text) &&
      TakePart(&encoded, &key.study) && TakePart(&encoded, &specificity) &&
      TakePart(&encoded, &key.image_set) && encoded.empty() && absl::SimpleAtoi(rank, &key.rank) &&
      absl::SimpleAtoi(specificity, &key.specificity)) {
    return key;
  }
  return WithReason(
      absl::InvalidArgumentError("search: the place to continue from is not one of ours"),
      "PAGE_TOKEN_MISMATCH", "page_token");
}

bool SortKey::Before(const SortKey& a, const SortKey& b) {
  if (a.rank != b.rank) return a.rank > b.rank;
  if (a.text != b.text) return a.text < b.text;
  if (a.study != b.study) return a.study < b.study;
  if (a.specificity != b.specificity) return a.specificity > b.specificity;
  return NaturalLess(a.image_set, b.image_set);
}

int64_t Pager::RankOf(const LiveStudy& study, uint32_t number, const Counts& counts) const {
  switch (query_.order) {
    case SearchOrder::kRelevance:
      return ranking_.score(number);
    case SearchOrder::kReleaseDateDescending:
    case SearchOrder::kReleaseDate: {
      if (!study.has_record || study.entry.release_day == INT32_MIN) return kUnknownRank;
      const int64_t day = study.entry.release_day;
      return query_.order == SearchOrder::kReleaseDate ? -day : day;
    }
    case SearchOrder::kImageCountDescending:
      return counts.images;
    case SearchOrder::kBytesDescending:
      return study.has_record && study.entry.bytes >= 0 ? study.entry.bytes : kUnknownRank;
    case SearchOrder::kTitle:
    case SearchOrder::kName:
      return 0;
  }
  return 0;
}

SortKey Pager::KeyOf(const LiveStudy& study, uint32_t number, const Counts& counts) const {
  SortKey key;
  key.rank = RankOf(study, number, counts);
  key.study = std::string(study.key);
  if (query_.order == SearchOrder::kTitle && study.has_record) key.text = Fold(study.entry.title);
  return key;
}

absl::Status Pager::Fill(Interrupt* interrupt, SearchAnswer* answer) const {
  SortKey after;
  if (!query_.after.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(after, SortKey::Decode(query_.after));
  }
  const SortKey* behind = query_.after.empty() ? nullptr : &after;
  if (query_.level == SearchLevel::kStudy) return FillStudies(behind, interrupt, answer);
  if (query_.order == SearchOrder::kImageCountDescending) {
    return FillRowsByImages(behind, interrupt, answer);
  }
  return FillRows(behind, interrupt, answer);
}

void Pager::Collapse(std::vector<Study>* found) const {
  absl::flat_hash_map<ValueId, size_t> first;  // Place of a work's first study in `kept`.
  std::vector<Study> kept;
  for (Study& study : *found) {
    const ValueId work = works_.WorkOf(study.number);
    if (work == Works::kNone) {
      kept.push_back(std::move(study));
      continue;
    }
    const auto [at, added] = first.try_emplace(work, kept.size());
    if (added) {
      kept.push_back(std::move(study));
      continue;
    }
    Study& best = kept[at->second];
    if (SortKey::Before(study.key, best.key)) {
      std::swap(best.number, study.number);
      std::swap(best.key, study.key);
    }
    best.copies.push_back(study.number);
  }
  *found = std::move(kept);
}

absl::Status Pager::FillStudies(const SortKey* after, Interrupt* interrupt,
                                SearchAnswer* answer) const {
  std::vector<Study> found;
  for (uint32_t number = 0; number < rows_.studies().size(); ++number) {
    PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(8));
    const LiveStudy& study = rows_.studies()[number];
    const Counts counts = match_.InStudy(study);
    if (counts.rows == 0) continue;
    SortKey key = KeyOf(study, number, counts);
    // Which of a work's studies stands first is told by all of them, also those before the page.
    if (!query_.collapse_copies && after != nullptr && !SortKey::Before(*after, key)) continue;
    found.push_back({number, std::move(key), {}});
  }
  if (query_.collapse_copies) {
    Collapse(&found);
    std::erase_if(found, [&](const Study& study) {
      return after != nullptr && !SortKey::Before(*after, study.key);
    });
  }
  const size_t page = std::min(found.size(), static_cast<size_t>(std::max(0, query_.page_size)));
  answer->more = found.size() > page;
  std::partial_sort(found.begin(), found.begin() + page, found.end(),
                    [](const Study& a, const Study& b) { return SortKey::Before(a.key, b.key); });
  for (size_t i = 0; i < page; ++i) {
    const LiveStudy& study = rows_.studies()[found[i].number];
    Hit hit;
    hit.name = NameOfStudy(study.key);
    hit.score = ranking_.score(found[i].number);
    hit.sort_key = found[i].key.Encode();
    hit.counts = match_.InStudy(study);
    hit.samples = Samples(study);
    hit.sequence = study.has_record ? study.entry.sequence : 0;
    std::vector<uint32_t>& copies = found[i].copies;
    std::sort(copies.begin(), copies.end());
    if (copies.size() > kMaxCopies) copies.resize(kMaxCopies);
    for (uint32_t copy : copies) hit.copies.push_back(NameOfStudy(rows_.studies()[copy].key));
    answer->hits.push_back(std::move(hit));
  }
  return absl::OkStatus();
}

absl::string_view Pager::RowId(size_t row) const {
  const auto [segment, local] = rows_.Locate(row);
  return rows_.segment(segment).segment().RowKey(local);
}

std::vector<RecordName> Pager::Samples(const LiveStudy& study) const {
  constexpr size_t kSamples = 3;
  std::vector<absl::string_view> ids;
  for (const StudyPart& part : study.parts) {
    size_t taken = 0;
    match_.rows().ForEachIn(part.begin, part.end, [&](size_t row) {
      ids.push_back(RowId(row));
      return ++taken < kSamples;
    });
  }
  std::sort(ids.begin(), ids.end(), NaturalLess);
  if (ids.size() > kSamples) ids.resize(kSamples);
  std::vector<RecordName> out;
  for (absl::string_view id : ids) {
    out.push_back(NameOfStudy(study.key));
    out.back().image_set = std::string(id);
  }
  return out;
}

absl::Status Pager::RowsOf(const LiveStudy& study, absl::string_view id, size_t limit,
                           Interrupt* interrupt, std::vector<size_t>* out) const {
  out->clear();
  if (study.live_sets == 0) {
    if (match_.rows().Test(study.own_row)) out->push_back(study.own_row);
    return absl::OkStatus();
  }
  const bool in_order = !ranking_.specific();
  for (const StudyPart& part : study.parts) {
    const size_t before = out->size();
    size_t begin = part.begin;
    if (in_order && !id.empty()) {
      for (size_t end = part.end; begin < end;) {
        const size_t middle = begin + (end - begin) / 2;
        if (NaturalLess(RowId(middle), id)) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
    }
    match_.rows().ForEachIn(begin, part.end, [&](size_t row) {
      out->push_back(row);
      return !in_order || out->size() - before < limit;
    });
    PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(static_cast<int64_t>(out->size() - before)));
    // Rows of a segment are in natural order already.
    std::inplace_merge(out->begin(), out->begin() + before, out->end(),
                       [&](size_t a, size_t b) { return NaturalLess(RowId(a), RowId(b)); });
    // What lies behind the limit may lack rows of a part that was cut.
    if (in_order && out->size() > limit) out->resize(limit);
  }
  if (in_order) return absl::OkStatus();
  std::stable_sort(out->begin(), out->end(), [&](size_t a, size_t b) {
    return ranking_.specificity(a) > ranking_.specificity(b);
  });
  return absl::OkStatus();
}

Hit Pager::MakeRowHit(const SortKey& key, size_t row) const {
  const auto [segment, local] = rows_.Locate(row);
  const bool own = rows_.segment(segment).segment().RowKey(local).empty();
  const int64_t images = rows_.segment(segment).images(local);
  Hit hit;
  hit.name = NameOfStudy(key.study);
  hit.name.image_set = key.image_set;
  hit.sort_key = key.Encode();
  hit.counts.studies = 1;
  hit.counts.rows = 1;
  hit.counts.image_sets = own ? 0 : 1;
  hit.counts.images = std::max<int64_t>(0, images);
  hit.counts.unknown_image_sets = images < 0 ? 1 : 0;
  hit.sequence = rows_.segment(segment).segment().RowSequence(local);
  return hit;
}

absl::Status Pager::FillRows(const SortKey* after, Interrupt* interrupt,
                             SearchAnswer* answer) const {
  std::vector<Study> found;
  for (uint32_t number = 0; number < rows_.studies().size(); ++number) {
    PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(8));
    const LiveStudy& study = rows_.studies()[number];
    const Counts counts = match_.InStudy(study);
    if (counts.rows == 0) continue;
    SortKey key = KeyOf(study, number, counts);
    // The study in which the last page ended is looked at again, row by row.
    if (after != nullptr && key.study != after->study && !SortKey::Before(*after, key)) continue;
    found.push_back({number, std::move(key), {}});
  }
  std::sort(found.begin(), found.end(),
            [](const Study& a, const Study& b) { return SortKey::Before(a.key, b.key); });
  const size_t page = static_cast<size_t>(std::max(0, query_.page_size));
  std::vector<size_t> rows;
  for (const Study& study : found) {
    SortKey key = study.key;
    const bool again = after != nullptr && key.study == after->study;
    // One to tell that there are more, and one that was on the last page.
    PARFOCAL_RETURN_IF_ERROR(RowsOf(rows_.studies()[study.number],
                                    again ? absl::string_view(after->image_set) : "",
                                    page - answer->hits.size() + 2, interrupt, &rows));
    auto begin = rows.begin();
    if (again) {
      begin = std::partition_point(rows.begin(), rows.end(), [&](size_t row) {
        key.specificity = ranking_.specificity(row);
        key.image_set = std::string(RowId(row));
        return !SortKey::Before(*after, key);
      });
    }
    for (auto row = begin; row != rows.end(); ++row) {
      if (answer->hits.size() == page) {
        answer->more = true;
        return absl::OkStatus();
      }
      key.specificity = ranking_.specificity(*row);
      key.image_set = std::string(RowId(*row));
      answer->hits.push_back(MakeRowHit(key, *row));
      answer->hits.back().score = ranking_.score(study.number);
    }
  }
  return absl::OkStatus();
}

absl::Status Pager::FillRowsByImages(const SortKey* after, Interrupt* interrupt,
                                     SearchAnswer* answer) const {
  struct Found {
    int64_t images;
    uint32_t study;
    size_t row;
  };
  std::vector<Found> found;
  for (uint32_t number = 0; number < rows_.studies().size(); ++number) {
    const LiveStudy& study = rows_.studies()[number];
    auto take = [&](size_t row) {
      const auto [segment, local] = rows_.Locate(row);
      const int64_t images = rows_.segment(segment).images(local);
      const int64_t rank = images < 0 ? kUnknownRank : images;
      // Cheap first: names are compared only where the numbers are equal.
      if (after != nullptr && rank >= after->rank) {
        if (rank > after->rank) return true;
        const SortKey key{rank, "", std::string(study.key), 0, std::string(RowId(row))};
        if (!SortKey::Before(*after, key)) return true;
      }
      found.push_back({rank, number, row});
      return true;
    };
    const size_t before = found.size();
    if (study.live_sets == 0) {
      if (match_.rows().Test(study.own_row)) take(study.own_row);
    }
    for (const StudyPart& part : study.parts) match_.rows().ForEachIn(part.begin, part.end, take);
    PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(static_cast<int64_t>(found.size() - before) + 4));
  }
  const size_t page = std::min(found.size(), static_cast<size_t>(std::max(0, query_.page_size)));
  answer->more = found.size() > page;
  std::partial_sort(found.begin(), found.begin() + page, found.end(),
                    [&](const Found& a, const Found& b) {
                      if (a.images != b.images) return a.images > b.images;
                      if (a.study != b.study) return a.study < b.study;
                      return NaturalLess(RowId(a.row), RowId(b.row));
                    });
  for (size_t i = 0; i < page; ++i) {
    const LiveStudy& study = rows_.studies()[found[i].study];
    SortKey key{found[i].images, "", std::string(study.key), 0, std::string(RowId(found[i].row))};
    answer->hits.push_back(MakeRowHit(key, found[i].row));
    answer->hits.back().score = ranking_.score(found[i].study);
  }
  return absl::OkStatus();
}

}  // namespace parfocal
