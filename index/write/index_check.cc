#include "index_check.h"

#include <xapian.h>

#include <algorithm>
#include <roaring/roaring.hh>

#include "absl/container/flat_hash_set.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/segment/guard_xapian.h"

namespace parfocal {
namespace {

constexpr int kChangesPerRead = 10000;

// A document as a number that does not depend on the order of its terms: the sum over its terms of
// a hash of term, frequency and positions.
uint64_t HashOfTerm(const std::string& term, uint32_t wdf, const std::vector<uint32_t>& positions) {
  std::string bytes = absl::StrCat(term, " ", wdf);
  for (uint32_t position : positions) absl::StrAppend(&bytes, " ", position);
  return HashBytes(bytes);
}

class Checker {
 public:
  Checker(const PinnedState& state, const RecordStore& store, const IndexCheckOptions& options)
      : state_(state), store_(store), options_(options), seen_(state.segments.size()) {}

  absl::StatusOr<IndexCheckReport> Run() {
    report_.sequence = state_.manifest.sequence;
    Files();
    PARFOCAL_RETURN_IF_ERROR(ReadPending());
    for (const Source& source : store_.ListSources()) {
      PARFOCAL_RETURN_IF_ERROR(
          store_.Scan(RecordName{source.id, "", ""}, std::nullopt, [&](const StoredRecord& stored) {
            Compare(stored);
            return true;
          }));
    }
    // What went while the catalogue was read is in the state, and was not met.
    PARFOCAL_RETURN_IF_ERROR(ReadPending());
    PARFOCAL_RETURN_IF_ERROR(Leftovers());
    Documents("studies", state_.manifest.last_text_doc, &expected_studies_);
    ExpectValues();
    Documents("vocabulary", state_.manifest.values, &expected_values_);
    return report_;
  }

 private:
  void Differs(std::string what) {
    if (report_.differences.size() < options_.max_differences) {
      report_.differences.push_back(std::move(what));
    }
    ++report_.difference_count;
  }
  bool Chosen(uint32_t document) const {
    return document % std::max(options_.parts, 1u) == options_.part % std::max(options_.parts, 1u);
  }

  void Files() {
    for (const LiveSegment& live : state_.segments) {
      const absl::Status status = live.segment->Verify();
      if (!status.ok()) Differs(std::string(status.message()));
    }
    const absl::Status status = state_.vocabulary->Verify(state_.manifest.values);
    if (!status.ok()) Differs(std::string(status.message()));
  }

  // Names that changed after the state was made: the catalogue is ahead of it there.
  absl::Status ReadPending() {
    for (int64_t after = state_.manifest.sequence;;) {
      PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Change> changes,
                                store_.ChangesSince(state_.manifest.group, after, kChangesPerRead));
      for (const Change& change : changes) pending_.insert(FormatRecordName(change.name));
      if (changes.empty()) return absl::OkStatus();
      after = changes.back().sequence;
    }
  }

  // The live row called `name`: segment and row.
  std::optional<std::pair<size_t, RowId>> FindLive(const RecordName& name) const {
    const std::string key = StudyKey(name.source, name.accession);
    for (size_t i = 0; i < state_.segments.size(); ++i) {
      const LiveSegment& live = state_.segments[i];
      const auto study = live.segment->FindStudy(key);
      if (!study) continue;
      const StudyEntry entry = live.segment->study(*study);
      std::optional<RowId> row;
      if (!name.image_set.empty()) {
        row = live.segment->FindRow(*study, name.image_set);
      } else if (entry.has_record) {
        row = entry.first_row;
      }
      if (row && (live.dead == nullptr || !live.dead->contains(*row))) return {{i, *row}};
    }
    return std::nullopt;
  }

  void Compare(const StoredRecord& stored) {
    ++report_.records;
    const RecordName name = NameOf(stored.record);
    const std::string shown = FormatRecordName(name);
    const auto found = FindLive(name);
    if (found) seen_[found->first].add(found->second);
    if (stored.meta.sequence > state_.manifest.sequence || pending_.contains(shown)) {
      ++report_.skipped;
      return;
    }
    if (!found) {
      Differs(absl::StrCat(shown, ": in the catalogue, not in the index"));
      return;
    }
    const Segment& segment = *state_.segments[found->first].segment;
    const int64_t sequence = segment.RowSequence(found->second);
    if (sequence != stored.meta.sequence) {
      Differs(absl::StrCat(shown, ": the index has version ", sequence, ", the catalogue ",
                           stored.meta.sequence));
      return;
    }
    if (const auto* study = std::get_if<Study>(&stored.record)) {
      const StudyEntry entry = segment.study(segment.StudyOfRow(found->second));
      if (!Chosen(entry.text_doc)) return;
      expected_studies_[entry.text_doc] =
          ExpectedHash([&](const TermVisitor& term) { ForEachStudyTerm(*study, term); });
    }
  }

  // Live rows of which the catalogue knows nothing.
  absl::Status Leftovers() {
    for (size_t i = 0; i < state_.segments.size(); ++i) {
      const LiveSegment& live = state_.segments[i];
      const Segment& segment = *live.segment;
      for (RowId row = 0; row < segment.rows(); ++row) {
        if (live.dead != nullptr && live.dead->contains(row)) continue;
        ++report_.rows;
        if (seen_[i].contains(row)) continue;
        const absl::string_view key = segment.study(segment.StudyOfRow(row)).key;
        const size_t zero = key.find('\0');
        const RecordName name{std::string(key.substr(0, zero)), std::string(key.substr(zero + 1)),
                              std::string(segment.RowKey(row))};
        if (pending_.contains(FormatRecordName(name))) continue;
        Differs(absl::StrCat(FormatRecordName(name), ": in the index, not in the catalogue"));
      }
    }
    return absl::OkStatus();
  }

  template <typename ForEachTerm>
  static uint64_t ExpectedHash(const ForEachTerm& for_each_term) {
    struct Occurrence {
      uint32_t wdf = 0;
      std::vector<uint32_t> positions;
    };
    std::map<std::string, Occurrence> terms;
    for_each_term([&](const std::string& term, uint32_t position) {
      Occurrence& occurrence = terms[term];
      ++occurrence.wdf;
      if (position > 0) occurrence.positions.push_back(position);
    });
    uint64_t sum = 0;
    for (auto& [term, occurrence] : terms) {
      auto& positions = occurrence.positions;
      std::sort(positions.begin(), positions.end());
      positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
      sum += HashOfTerm(term, occurrence.wdf, positions);
    }
    return sum;
  }

  void ExpectValues() {
    for (ValueId id = 0; id < state_.manifest.values; ++id) {
      if (!Chosen(id + 1) || !HasDocument(*state_.vocabulary, state_.vocabulary->Get(id))) continue;
      expected_values_[id + 1] = ExpectedHash(
          [&](const TermVisitor& term) { ForEachValueTerm(*state_.vocabulary, id, term); });
    }
  }

  // Reads every posting of a database once and compares the documents of the chosen part.
  void Documents(const std::string& name, uint32_t last, std::map<uint32_t, uint64_t>* expected) {
    std::vector<uint64_t> found(size_t{last} + 1, 0);
    const absl::Status status = GuardXapian(absl::StrCat("text index of ", name), [&] {
      // A writer that commits twice meanwhile makes the reader start again.
      const Xapian::Database database(state_.directory + "/text/" + name);
      SumUp(database, &found);
      return absl::OkStatus();
    });
    if (absl::IsAborted(status) && retries_++ < 3) {
      Documents(name, last, expected);
      return;
    }
    if (!status.ok()) {
      Differs(std::string(status.message()));
      return;
    }
    for (const auto& [document, hash] : *expected) {
      ++report_.documents;
      if (document > last || found[document] != hash) {
        Differs(absl::StrCat("text index of ", name, ": document ", document,
                             " does not hold its words"));
      }
    }
  }

  void SumUp(const Xapian::Database& database, std::vector<uint64_t>* found) const {
    std::vector<uint32_t> positions;
    for (auto term = database.allterms_begin(); term != database.allterms_end(); ++term) {
      for (auto post = database.postlist_begin(*term); post != database.postlist_end(*term);
           ++post) {
        if (*post >= found->size() || !Chosen(*post)) continue;
        positions.assign(post.positionlist_begin(), post.positionlist_end());
        (*found)[*post] += HashOfTerm(*term, post.get_wdf(), positions);
      }
    }
  }

  const PinnedState& state_;
  const RecordStore& store_;
  const IndexCheckOptions& options_;
  IndexCheckReport report_;
  absl::flat_hash_set<std::string> pending_;
  std::vector<Roaring> seen_;  // By segment: rows that the catalogue has too.
  std::map<uint32_t, uint64_t> expected_studies_, expected_values_;  // By document.
  int retries_ = 0;
};

}  // namespace

absl::StatusOr<IndexCheckReport> CheckIndex(const PinnedState& state, const RecordStore& store,
                                            const IndexCheckOptions& options) {
  return Checker(state, store, options).Run();
}

}  // namespace parfocal
