#include "parfocal/rows/snapshot_rows.h"

#include <algorithm>
#include <roaring/roaring.hh>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "parfocal/segment/deletes.h"

namespace parfocal {

// Shared by the snapshots in which neither the study's record nor its live rows differ.
struct LiveStudy::Claims {
  Mutex mu;
  bool made ABSL_GUARDED_BY(mu) = false;
  std::vector<bool> claimed;  // Not changed once `made`.
};

ValueSet::ValueSet(std::vector<ValueId> sorted) : sorted_(std::move(sorted)) {
  if (sorted_.size() < 32) return;
  bits_.resize((sorted_.back() - sorted_.front()) / 64 + 1);
  for (ValueId value : sorted_) {
    const ValueId at = value - sorted_.front();
    bits_[at / 64] |= uint64_t{1} << (at % 64);
  }
}

bool ValueSet::Contains(ValueId value) const {
  if (bits_.empty()) return std::binary_search(sorted_.begin(), sorted_.end(), value);
  if (value < sorted_.front() || value > sorted_.back()) return false;
  const ValueId at = value - sorted_.front();
  return (bits_[at / 64] >> (at % 64)) & 1;
}

absl::StatusOr<std::shared_ptr<const SnapshotRows>> SnapshotRows::Build(
    const std::string& directory, const Manifest& manifest,
    std::shared_ptr<const Vocabulary> vocabulary, const SnapshotRows* previous) {
  std::shared_ptr<SnapshotRows> out(new SnapshotRows);
  out->directory_ = directory;
  out->manifest_ = manifest;
  out->vocabulary_ = std::move(vocabulary);
  if (previous != nullptr &&
      (previous->directory_ != directory || previous->vocabulary_ != out->vocabulary_)) {
    previous = nullptr;
  }
  absl::flat_hash_map<uint64_t, std::shared_ptr<const OpenSegment>> open;
  if (previous != nullptr) {
    for (size_t i = 0; i < previous->segments_.size(); ++i) {
      open[previous->manifest_.segments[i].number] = previous->segments_[i];
    }
  }
  std::vector<std::shared_ptr<const Roaring>> deletes;
  for (const ManifestSegment& segment : manifest.segments) {
    std::shared_ptr<const OpenSegment> opened;
    if (auto it = open.find(segment.number); it != open.end()) {
      opened = it->second;
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(
          opened, OpenSegment::Open(absl::StrCat(directory, "/", segment.file), out->vocabulary_));
    }
    if (opened->rows() != segment.rows) {
      return absl::DataLossError(absl::StrCat("index: ", directory, "/", segment.file, " has ",
                                              opened->rows(), " rows, the manifest says ",
                                              segment.rows, "; rebuild the index"));
    }
    std::shared_ptr<const Roaring> dead;
    if (!segment.deletes_file.empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(
          dead, ReadDeletes(absl::StrCat(directory, "/", segment.deletes_file), segment.rows));
    }
    deletes.push_back(std::move(dead));
    out->bases_.push_back(out->words_);
    out->words_ += opened->words();
    out->segments_.push_back(std::move(opened));
  }
  out->BuildStudies(deletes, previous);
  return out;
}

void SnapshotRows::BuildStudies(const std::vector<std::shared_ptr<const Roaring>>& deletes,
                                const SnapshotRows* previous) {
  live_ = RowSet(words_);
  for (size_t i = 0; i < segments_.size(); ++i) {
    const size_t base = 64 * bases_[i];
    live_.SetRange(base, base + segments_[i]->rows());
    if (deletes[i] == nullptr) continue;
    std::pair<RowSet*, size_t> target(&live_, base);
    deletes[i]->iterate(
        [](uint32_t row, void* out) {
          auto* to = static_cast<std::pair<RowSet*, size_t>*>(out);
          to->first->Clear(to->second + row);
          return true;
        },
        &target);
  }

  // Every study of every segment, by key; the parts of one study come together.
  struct Place {
    absl::string_view key;
    uint32_t segment, study;
  };
  std::vector<Place> places;
  study_numbers_.resize(segments_.size());
  for (uint32_t i = 0; i < segments_.size(); ++i) {
    const Segment& segment = segments_[i]->segment();
    study_numbers_[i].assign(segment.studies(), kNoStudy);
    for (uint32_t s = 0; s < segment.studies(); ++s) places.push_back({segment.study(s).key, i, s});
  }
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::tie(a.key, a.segment) < std::tie(b.key, b.segment);
  });

  study_of_document_.assign(manifest_.last_text_doc + 1, kNoStudy);
  for (size_t first = 0; first < places.size();) {
    LiveStudy study;
    study.key = places[first].key;
    size_t next = first;
    for (; next < places.size() && places[next].key == study.key; ++next) {
      const Place& place = places[next];
      const StudyEntry entry = segments_[place.segment]->segment().study(place.study);
      const size_t base = 64 * bases_[place.segment];
      StudyPart part;
      part.segment = place.segment;
      part.study = place.study;
      part.begin = base + entry.first_row + (entry.has_record ? 1 : 0);
      part.end = base + entry.end_row;
      part.live = live_.CountIn(part.begin, part.end);
      if (entry.has_record) {
        const size_t own_row = base + entry.first_row;
        const bool alive = live_.Test(own_row);
        live_.Clear(own_row);  // Set again below if it counts.
        if (alive && (!study.has_record || entry.sequence > study.entry.sequence)) {
          study.has_record = true;
          study.record_segment = place.segment;
          study.record_study = place.study;
          study.own_row = own_row;
          study.entry = entry;
        }
      }
      if (part.live == 0) continue;
      study.live_sets += part.live;
      study.parts.push_back(part);
    }
    if (study.has_record || study.live_sets > 0) {
      const uint32_t number = static_cast<uint32_t>(studies_.size());
      for (size_t p = first; p < next; ++p) {
        study_numbers_[places[p].segment][places[p].study] = number;
      }
      if (study.has_record) {
        if (study.live_sets == 0) live_.Set(study.own_row);
        if (study.entry.text_doc < study_of_document_.size()) {
          study_of_document_[study.entry.text_doc] = number;
        }
      }
      ShareClaims(previous, &study);
      studies_.push_back(std::move(study));
    }
    first = next;
  }
}

void SnapshotRows::ShareClaims(const SnapshotRows* previous, LiveStudy* study) const {
  if (previous != nullptr) {
    if (auto found = previous->FindStudy(study->key)) {
      const LiveStudy& old = previous->studies_[*found];
      auto same_part = [&](const StudyPart& a, const StudyPart& b) {
        // Rows of a segment only ever die, so an equal number of live ones means the same ones.
        return segments_[a.segment] == previous->segments_[b.segment] && a.live == b.live;
      };
      const bool same_record = old.has_record == study->has_record &&
                               (!old.has_record || (old.record_study == study->record_study &&
                                                    segments_[study->record_segment] ==
                                                        previous->segments_[old.record_segment]));
      if (same_record && std::equal(study->parts.begin(), study->parts.end(), old.parts.begin(),
                                    old.parts.end(), same_part)) {
        study->claims = old.claims;
        return;
      }
    }
  }
  study->claims = std::make_shared<LiveStudy::Claims>();
}

std::pair<uint32_t, RowId> SnapshotRows::Locate(size_t row) const {
  const auto it = std::upper_bound(bases_.begin(), bases_.end(), row / 64) - 1;
  return {static_cast<uint32_t>(it - bases_.begin()), static_cast<RowId>(row - 64 * *it)};
}

uint32_t SnapshotRows::StudyOfRow(size_t row) const {
  const auto [segment, local] = Locate(row);
  return study_numbers_[segment][segments_[segment]->segment().StudyOfRow(local)];
}

std::optional<uint32_t> SnapshotRows::FindStudy(absl::string_view key) const {
  auto it =
      std::lower_bound(studies_.begin(), studies_.end(), key,
                       [](const LiveStudy& study, absl::string_view k) { return study.key < k; });
  if (it == studies_.end() || it->key != key) return std::nullopt;
  return static_cast<uint32_t>(it - studies_.begin());
}

absl::Span<const StatedValue> SnapshotRows::Stated(const LiveStudy& study) const {
  if (!study.has_record) return {};
  return segments_[study.record_segment]->Stated(study.record_study);
}

const std::vector<bool>& SnapshotRows::Claimed(const LiveStudy& study) const {
  LiveStudy::Claims& claims = *study.claims;
  MutexLock lock(&claims.mu);
  if (claims.made) return claims.claimed;
  const absl::Span<const StatedValue> stated = Stated(study);
  claims.claimed.assign(stated.size(), false);
  for (const StudyPart& part : study.parts) {
    const OpenSegment& open = *segments_[part.segment];
    const size_t base = 64 * bases_[part.segment];
    std::vector<bool> seen_sets;
    for (size_t i = 0; i < stated.size();) {
      const FieldKey field = stated[i].field;
      size_t end = i;
      bool any_own = false;
      while (end < stated.size() && stated[end].field == field) {
        any_own |= open.segment().CountOf(stated[end++].value) > 0;
      }
      if (!any_own) {
        i = end;
        continue;
      }
      if (field < kFirstAttributeField && Fields()[field].facet) {
        // The sets of the live runs say it without touching single rows.
        seen_sets.assign(open.segment().sets(static_cast<FieldId>(field)), false);
        for (const RowRun& run : open.segment().Runs(static_cast<FieldId>(field), part.study)) {
          if (seen_sets[run.set] || !live_.AnyIn(base + run.begin, base + run.end)) continue;
          seen_sets[run.set] = true;
          const absl::Span<const ValueId> set =
              open.segment().Set(static_cast<FieldId>(field), run.set);
          for (size_t v = i; v < end; ++v) {
            if (std::binary_search(set.begin(), set.end(), stated[v].value)) {
              claims.claimed[v] = true;
            }
          }
        }
      } else {
        for (size_t v = i; v < end; ++v) {
          const std::shared_ptr<const Roaring> rows = open.segment().RowsWith(stated[v].value);
          if (rows == nullptr) continue;
          for (auto it = rows->begin(); it != rows->end(); ++it) {
            if (base + *it < part.begin) {
              it.equalorlarger(static_cast<uint32_t>(part.begin - base));
              if (it == rows->end()) break;
            }
            if (base + *it >= part.end) break;
            if (live_.Test(base + *it)) {
              claims.claimed[v] = true;
              break;
            }
          }
        }
      }
      i = end;
    }
  }
  claims.made = true;
  return claims.claimed;
}

bool SnapshotRows::AnyRow(const LiveStudy& study, const RowSet& rows) const {
  if (study.live_sets == 0) return rows.Test(study.own_row);
  for (const StudyPart& part : study.parts) {
    if (rows.AnyIn(part.begin, part.end)) return true;
  }
  return false;
}

void SnapshotRows::KeepInStudy(const LiveStudy& study, const RowSet& keep, RowSet* rows) const {
  const auto keep_in = [&](size_t begin, size_t end) {
    RowSet::ForEachWord(begin, end, [&](size_t w, uint64_t mask) {
      rows->data()[w] &= ~mask | (keep.words() == 0 ? 0 : keep.data()[w]);
    });
  };
  if (study.has_record) keep_in(study.own_row, study.own_row + 1);
  for (const StudyPart& part : study.parts) keep_in(part.begin, part.end);
}

void SnapshotRows::AddStudy(const LiveStudy& study, RowSet* out) const {
  if (study.live_sets == 0) {
    out->Set(study.own_row);
    return;
  }
  for (const StudyPart& part : study.parts) {
    RowSet::ForEachWord(part.begin, part.end,
                        [&](size_t w, uint64_t mask) { out->data()[w] |= live_.data()[w] & mask; });
  }
}

void SnapshotRows::AddStatedInScope(const LiveStudy& study, const StatedValue& stated,
                                    bool only_without_own, RowSet* out) const {
  for (const StudyPart& part : study.parts) {
    const std::vector<uint64_t>* own =
        only_without_own ? &segments_[part.segment]->OwnRows(stated.field) : nullptr;
    const size_t base = bases_[part.segment];
    auto add = [&](size_t begin, size_t end) {
      RowSet::ForEachWord(begin, end, [&](size_t w, uint64_t mask) {
        const uint64_t without = own == nullptr ? ~uint64_t{0} : ~(*own)[w - base];
        out->data()[w] |= live_.data()[w] & mask & without;
      });
    };
    if (stated.scope == 0) {
      add(part.begin, part.end);
    } else {
      ForEachBlockRange(part, ScopeName(study, stated.scope), add);
    }
  }
}

void SnapshotRows::AddStated(const LiveStudy& study, size_t index, RowSet* out) const {
  if (study.live_sets == 0) {
    out->Set(study.own_row);
    return;
  }
  AddStatedInScope(study, Stated(study)[index], /*only_without_own=*/Claimed(study)[index], out);
}

absl::Status SnapshotRows::AddOwning(const ValueSet& values, Interrupt* interrupt,
                                     RowSet* out) const {
  if (values.empty()) return absl::OkStatus();
  struct Found {
    uint32_t segment, index;  // Of the segment's values.
    ValueId value;
  };
  std::vector<Found> found;
  int64_t rows = 0;
  for (uint32_t i = 0; i < segments_.size(); ++i) {
    const absl::Span<const ValueId> here = segments_[i]->segment().values();
    // Walk the shorter list, look up in the longer one.
    if (values.values().size() <= here.size()) {
      for (ValueId value : values.values()) {
        PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(20));
        const auto it = std::lower_bound(here.begin(), here.end(), value);
        if (it == here.end() || *it != value) continue;
        found.push_back({i, static_cast<uint32_t>(it - here.begin()), value});
        rows += segments_[i]->segment().CountOf(value);
      }
    } else {
      for (uint32_t index = 0; index < here.size(); ++index) {
        if (!values.Contains(here[index])) continue;
        found.push_back({i, index, here[index]});
        rows += segments_[i]->segment().CountOf(here[index]);
      }
      PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(static_cast<int64_t>(here.size())));
    }
  }
  if (rows < static_cast<int64_t>(words_ / 8)) {
    // Few rows: cheaper one by one than by passes over all words.
    std::vector<RowId> some;
    for (const Found& at : found) {
      some.clear();
      // Damaged rows are left out; Verify says where they are.
      (void)segments_[at.segment]->segment().AppendRows(at.index, &some);
      for (RowId row : some) {
        if (live_.Test(64 * bases_[at.segment] + row)) out->Set(64 * bases_[at.segment] + row);
      }
    }
    return interrupt->Spend(rows);
  }
  RowSet own(words_);
  for (const Found& at : found) {
    PARFOCAL_RETURN_IF_ERROR(
        interrupt->Spend(segments_[at.segment]->segment().CountOf(at.value) / 8 + 20));
    segments_[at.segment]->AddRowsWith(at.value, own.data() + bases_[at.segment]);
  }
  own.And(live_);
  out->Or(own);
  return absl::OkStatus();
}

absl::Status SnapshotRows::AddHolding(const ValueSet& values, Interrupt* interrupt,
                                      RowSet* out) const {
  if (values.empty()) return absl::OkStatus();
  PARFOCAL_RETURN_IF_ERROR(AddOwning(values, interrupt, out));
  return ForEachStated(values, interrupt, [&](uint32_t number, size_t index) {
    AddStated(studies_[number], index, out);
  });
}

absl::Status SnapshotRows::AddHavingAny(FieldKey field, Interrupt* interrupt, RowSet* out) const {
  for (size_t i = 0; i < segments_.size(); ++i) {
    PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(segments_[i]->rows() / 8));
    const std::vector<uint64_t>& own = segments_[i]->OwnRows(field);
    for (size_t w = 0; w < own.size(); ++w) {
      out->data()[bases_[i] + w] |= own[w] & live_.data()[bases_[i] + w];
    }
  }
  for (const LiveStudy& study : studies_) {
    const absl::Span<const StatedValue> stated = Stated(study);
    auto it = std::lower_bound(stated.begin(), stated.end(), StatedValue{field, 0, 0});
    for (; it != stated.end() && it->field == field; ++it) {
      if (study.live_sets == 0) {
        out->Set(study.own_row);
        break;
      }
      // Rows with own values of the field are in already, so it does not matter who claims it.
      AddStatedInScope(study, *it, /*only_without_own=*/true, out);
    }
  }
  return absl::OkStatus();
}

}  // namespace parfocal
