#include "parfocal/rehearse/rehearsal.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "parfocal/schema/schema.h"

namespace parfocal {
namespace {

// Shorter titles ("Images", "Figure 1") say nothing of two studies that share one.
constexpr size_t kTellingTitle = 24;
constexpr size_t kMostKeys = 1'000'000;

class Tally {
 public:
  explicit Tally(const RehearsalOptions& options) : options_(options) {}

  void Take(const Record& record) {
    std::set<std::string> fields;
    const auto note = [&](const FieldValue& value) {
      const Field& field = Fields()[value.field];
      if (!field.stated) fields.insert(std::string(field.name));
    };
    const bool image_set = std::holds_alternative<ImageSet>(record);
    if (const Study* study = std::get_if<Study>(&record)) {
      ++out_.studies;
      ForEachFieldValue(*study, [&](const FieldValue& value, absl::string_view) { note(value); });
      for (const Statement& s : study->statements) Words(s, image_set);
      Compare(*study);
    } else {
      const ImageSet& set = std::get<ImageSet>(record);
      ++out_.image_sets;
      out_.observations += static_cast<int64_t>(set.observations.size());
      ForEachFieldValue(set, note);
      for (const Statement& s : set.statements) Words(s, image_set);
      for (const Observation& o : set.observations) Words(o.finding, image_set);
    }
    for (const std::string& field : fields) ++shares_[{image_set, field}].records;
  }

  Rehearsal Done(const DefinedConnector& connector) {
    for (auto& [key, share] : shares_) {
      share.image_set = key.first;
      share.field = key.second;
      share.total = key.first ? out_.image_sets : out_.studies;
      out_.shares.push_back(share);
    }
    for (const auto& [key, count] : connector.unmapped())
      out_.unmapped.push_back({absl::StrCat("map ", key.first), key.second, count});
    for (const auto& [key, count] : words_) out_.unmapped.push_back({key.first, key.second, count});
    std::stable_sort(
        out_.unmapped.begin(), out_.unmapped.end(),
        [](const Rehearsal::Word& a, const Rehearsal::Word& b) { return a.count > b.count; });
    if (out_.unmapped.size() > options_.words) out_.unmapped.resize(options_.words);
    out_.left_out = connector.left_out();
    out_.cost = connector.cost();
    return std::move(out_);
  }

  Rehearsal& out() { return out_; }

 private:
  // A key that another study had before says that the two may be one; told once of a study.
  void Compare(const Study& study) {
    const std::pair<std::string, absl::string_view> keys[] = {
        {study.data_doi.empty() ? "" : absl::StrCat("d", absl::AsciiStrToLower(study.data_doi)),
         "the same DOI of the data"},
        {study.title.size() < kTellingTitle ? ""
                                            : absl::StrCat("t", absl::AsciiStrToLower(study.title)),
         "the same title"}};
    bool told = false;
    for (const auto& [key, reason] : keys) {
      if (key.empty() || (first_.size() >= kMostKeys && !first_.contains(key))) continue;
      const auto [at, is_new] = first_.try_emplace(key, study.accession);
      if (is_new || told || at->second == study.accession) continue;
      told = true;
      ++out_.total_duplicates;
      if (out_.duplicates.size() < options_.duplicates)
        out_.duplicates.push_back({study.accession, at->second, std::string(reason)});
    }
  }

  void Words(const Statement& s, bool image_set) {
    const Field* field = FindField(s.field);
    if (field == nullptr || field->kind != FieldKind::kTerm) return;
    Rehearsal::Share& share = shares_[{image_set, s.field}];
    ++share.values;
    if (!s.term.empty()) {
      ++share.mapped_values;
      return;
    }
    constexpr size_t kMostWords = 10'000;
    const std::pair key(s.field, s.value.substr(0, 200));
    if (words_.size() < kMostWords || words_.count(key) > 0) ++words_[key];
  }

  const RehearsalOptions options_;
  Rehearsal out_;
  std::map<std::string, std::string> first_;  // By key: the accession that had it first.
  std::map<std::pair<bool, std::string>, Rehearsal::Share> shares_;
  std::map<std::pair<std::string, std::string>, int64_t> words_;
};

}  // namespace

Rehearsal Rehearse(DefinedConnector* connector, const std::function<int(Record*)>& normalise,
                   const RehearsalOptions& options) {
  Tally tally(options);
  Rehearsal& out = tally.out();
  std::string cursor;
  for (int n = 0; n < options.pages && !out.complete; ++n) {
    absl::StatusOr<DraftPage> page = connector->NextPage(cursor);
    if (!page.ok()) {
      out.stopped = std::string(page.status().message());
      break;
    }
    out.ledger.Add(page->ledger);
    // As if the catalogue were empty.
    out.ledger.new_records += static_cast<int64_t>(page->drafts.size());
    for (const std::string& raw : page->raw) out.bytes += static_cast<int64_t>(raw.size());
    for (Draft& draft : page->drafts) {
      out.ledger.label_conflicts += normalise(&draft.record);
      tally.Take(draft.record);
    }
    out.total_rejections += static_cast<int64_t>(page->rejections.size());
    for (Rejection& rejection : page->rejections) {
      if (out.rejections.size() < options.rejections)
        out.rejections.push_back(std::move(rejection));
    }
    cursor = page->next_cursor;
    out.complete = page->last;
  }
  return tally.Done(*connector);
}

}  // namespace parfocal
