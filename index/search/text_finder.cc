#include "text_finder.h"

#include <xapian.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "corrections.h"
#include "parfocal/segment/guard_xapian.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

constexpr int kMaxReopens = 3;
constexpr size_t kMaxIdleHandles = 16;
constexpr size_t kMaxDictionaryWords = 200000;

// How often the words of a term occur, by document.
using Frequencies = std::map<Xapian::docid, uint32_t>;

// Adds the postings of one term.
absl::Status AddTerm(const Xapian::Database& db, const std::string& term, Interrupt* interrupt,
                     Frequencies* out) {
  auto hint = out->begin();
  for (auto it = db.postlist_begin(term), end = db.postlist_end(term); it != end; ++it) {
    PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(1));
    hint = out->try_emplace(hint, *it, 0);
    hint->second += it.get_wdf();
  }
  return absl::OkStatus();
}

// Adds `weight` for each time that `terms` stand side by side, in this order.
absl::Status AddPhrase(const Xapian::Database& db, const std::vector<std::string>& terms,
                       uint32_t weight, Interrupt* interrupt, Frequencies* out) {
  std::vector<Xapian::PostingIterator> at;
  for (const std::string& term : terms) {
    at.push_back(db.postlist_begin(term));
    if (at.back() == db.postlist_end(term)) return absl::OkStatus();
  }
  Xapian::docid document = *at[0];
  while (true) {
    bool agreed = true;
    for (size_t i = 0; i < at.size(); ++i) {
      PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(1));
      at[i].skip_to(document);
      if (at[i] == db.postlist_end(terms[i])) return absl::OkStatus();
      if (*at[i] != document) {
        document = *at[i];
        agreed = false;
        break;
      }
    }
    if (!agreed) continue;
    std::vector<Xapian::termpos> starts;
    for (size_t i = 0; i < at.size(); ++i) {
      std::vector<Xapian::termpos> kept;
      for (auto p = at[i].positionlist_begin(); p != at[i].positionlist_end(); ++p) {
        PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(1));
        if (*p < i) continue;
        const Xapian::termpos start = *p - static_cast<Xapian::termpos>(i);
        if (i == 0 || std::binary_search(starts.begin(), starts.end(), start)) {
          kept.push_back(start);
        }
      }
      starts = std::move(kept);
      if (starts.empty()) break;
    }
    if (!starts.empty()) (*out)[document] += weight * static_cast<uint32_t>(starts.size());
    ++document;
  }
}

// The words of `db` that begin with `prefix` + `begin`, without `prefix`, into `out`.
absl::Status Expand(const Xapian::Database& db, const std::string& prefix, const std::string& begin,
                    std::set<std::string>* out) {
  const std::string whole = prefix + begin;
  for (auto it = db.allterms_begin(whole), end = db.allterms_end(whole); it != end; ++it) {
    out->insert((*it).substr(prefix.size()));
    if (out->size() > static_cast<size_t>(kMaxPrefixExpansions)) {
      return WithReason(absl::InvalidArgumentError(absl::StrCat(
                            "query: more than ", kMaxPrefixExpansions, " words begin with '", begin,
                            "'; limit prefix_expansions is ", kMaxPrefixExpansions)),
                        "LIMIT_EXCEEDED", "prefix_expansions");
    }
  }
  return absl::OkStatus();
}

// Adds where `leaf` occurs among the terms with `prefix`; `expanded` are the words of a kPrefix.
absl::Status AddLeaf(const Xapian::Database& db, const std::string& prefix, const QueryNode& leaf,
                     const std::set<std::string>& expanded, Interrupt* interrupt,
                     Frequencies* out) {
  switch (leaf.kind) {
    case QueryNode::Kind::kWord:
      return AddTerm(db, absl::StrCat("Z", prefix, Stem(leaf.words[0])), interrupt, out);
    case QueryNode::Kind::kPhrase: {
      // A document of a single word has no positions.
      if (leaf.words.size() == 1) return AddTerm(db, prefix + leaf.words[0], interrupt, out);
      std::vector<std::string> terms;
      for (const std::string& word : leaf.words) terms.push_back(prefix + word);
      return AddPhrase(db, terms, static_cast<uint32_t>(terms.size()), interrupt, out);
    }
    default:
      for (const std::string& word : expanded) {
        PARFOCAL_RETURN_IF_ERROR(AddTerm(db, prefix + word, interrupt, out));
      }
      return absl::OkStatus();
  }
}

}  // namespace

const std::vector<const Field*>& TextFields() {
  static const auto* const fields = [] {
    auto* out = new std::vector<const Field*>;
    for (const Field& field : Fields()) {
      if (field.kind == FieldKind::kText && out->size() < kMaxTextFields) out->push_back(&field);
    }
    return out;
  }();
  return *fields;
}

int WordWeight(FieldKey field) {
  if (field >= kFirstAttributeField) return 1;
  return Fields()[field].privacy == FieldPrivacy::kOpen ? Fields()[field].weight : 0;
}

struct TextFinder::Handles {
  Xapian::Database studies, vocabulary;
  bool open = false;
  uint64_t generation = 0;
};

TextFinder::TextFinder(std::string directory) : directory_(std::move(directory)) {}
TextFinder::~TextFinder() = default;

std::unique_ptr<TextFinder::Handles> TextFinder::Borrow() {
  MutexLock lock(&mu_);
  if (free_.empty()) return std::make_unique<Handles>();
  std::unique_ptr<Handles> handles = std::move(free_.back());
  free_.pop_back();
  return handles;
}

void TextFinder::Return(std::unique_ptr<Handles> handles) {
  MutexLock lock(&mu_);
  if (free_.size() < kMaxIdleHandles) free_.push_back(std::move(handles));
}

absl::Status TextFinder::Read(const std::function<absl::Status(const Handles&)>& read) {
  std::unique_ptr<Handles> handles = Borrow();
  absl::Status status;
  for (int attempt = 0; attempt <= kMaxReopens; ++attempt) {
    const uint64_t newest = generation_.load();
    status = GuardXapian(absl::StrCat("text index in ", directory_), [&]() -> absl::Status {
      if (!handles->open) {
        handles->studies = Xapian::Database(directory_ + "/text/studies");
        handles->vocabulary = Xapian::Database(directory_ + "/text/vocabulary");
        handles->open = true;
      } else if (attempt > 0 || handles->generation < newest) {
        handles->studies.reopen();
        handles->vocabulary.reopen();
      }
      handles->generation = newest;
      return read(*handles);
    });
    if (status.code() != absl::StatusCode::kAborted) break;
  }
  // A handle that failed is not trusted again.
  if (status.ok() || status.code() == absl::StatusCode::kInvalidArgument)
    Return(std::move(handles));
  if (status.code() == absl::StatusCode::kAborted) {
    return absl::UnavailableError(absl::StrCat(status.message(), "; it moved on ", kMaxReopens + 1,
                                               " times in a row, ask again"));
  }
  return status;
}

absl::StatusOr<TextHits> TextFinder::Find(const QueryNode& leaf, const SnapshotRows& rows,
                                          const FacetDictionary& dictionary, Interrupt* interrupt) {
  const Field* field = leaf.field.empty() ? nullptr : FindField(leaf.field);
  if (!leaf.field.empty() && (field == nullptr || field->weight == 0)) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("query: words do not look in '", leaf.field, "'")),
        "FILTER_UNKNOWN_FIELD", "query");
  }
  const bool in_texts = field == nullptr || field->kind == FieldKind::kText;
  const bool in_values = field == nullptr || field->kind != FieldKind::kText;
  std::map<Xapian::docid, TextHits::InStudy> studies;
  Frequencies values;

  auto gather = [&](const Handles& handles) -> absl::Status {
    studies.clear();
    values.clear();
    std::set<std::string> expanded;
    if (leaf.kind == QueryNode::Kind::kPrefix) {
      if (in_texts && rows.manifest().last_text_doc > 0) {
        const std::string prefix(field == nullptr ? absl::string_view() : field->prefix);
        PARFOCAL_RETURN_IF_ERROR(Expand(handles.studies, prefix, leaf.words[0], &expanded));
      }
      if (in_values && rows.manifest().values > 0) {
        PARFOCAL_RETURN_IF_ERROR(Expand(handles.vocabulary, "", leaf.words[0], &expanded));
      }
    }
    for (size_t f = 0; in_texts && rows.manifest().last_text_doc > 0 && f < TextFields().size();
         ++f) {
      const Field& text = *TextFields()[f];
      if (text.weight == 0 || (field != nullptr && field != &text)) continue;
      Frequencies found;
      PARFOCAL_RETURN_IF_ERROR(
          AddLeaf(handles.studies, std::string(text.prefix), leaf, expanded, interrupt, &found));
      for (const auto& [document, times] : found) {
        const uint32_t study = rows.StudyOfDocument(document);
        if (study == SnapshotRows::kNoStudy) continue;
        TextHits::InStudy& hit = studies[study];
        hit.study = study;
        // A phrase counts as often as it occurs, not as often as it has words.
        hit.times[f] += leaf.kind == QueryNode::Kind::kPhrase
                            ? times / static_cast<uint32_t>(leaf.words.size())
                            : times;
      }
    }
    if (in_values && rows.manifest().values > 0) {
      PARFOCAL_RETURN_IF_ERROR(AddLeaf(handles.vocabulary, "", leaf, expanded, interrupt, &values));
    }
    return absl::OkStatus();
  };

  PARFOCAL_RETURN_IF_ERROR(Read(gather));

  TextHits out;
  for (const auto& [number, hit] : studies) out.studies.push_back(hit);
  for (const auto& [document, words] : values) {
    const ValueId value = document - 1;
    if (value >= rows.manifest().values) break;
    const FieldKey of = dictionary.FieldOf(value);
    if (WordWeight(of) == 0) continue;
    if (field == nullptr || field->id == of) out.values.push_back({value, words});
  }
  return out;
}

absl::StatusOr<std::vector<std::string>> TextFinder::WordsNear(absl::string_view word,
                                                               absl::string_view field,
                                                               const SnapshotRows& rows,
                                                               Interrupt* interrupt) {
  constexpr size_t kMaxNear = 8;
  const Field* of = FindField(field);
  const std::string prefix(of != nullptr && of->kind == FieldKind::kText ? of->prefix : "");
  const int most = AllowedEdits(word.size());
  std::map<std::string, std::pair<int, uint32_t>> near;  // Distance, frequency.
  size_t looked_at = 0;
  const auto scan = [&](const Xapian::Database& db, const std::string& begin) -> absl::Status {
    for (auto it = db.allterms_begin(begin), end = db.allterms_end(begin); it != end; ++it) {
      if (++looked_at > kMaxDictionaryWords) return absl::OkStatus();
      PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(2));
      const std::string term = (*it).substr(prefix.size());
      const bool letters = std::none_of(term.begin(), term.end(), [](unsigned char c) {
        return absl::ascii_isdigit(c) || absl::ascii_isupper(c) || absl::ascii_ispunct(c);
      });
      if (!letters) continue;
      const int distance = EditDistance(word, term, most);
      if (distance == 0 || distance > most) continue;
      auto& [nearest, frequency] = near[term];
      nearest = distance;
      frequency += it.get_termfreq();
    }
    return absl::OkStatus();
  };
  PARFOCAL_RETURN_IF_ERROR(Read([&](const Handles& handles) -> absl::Status {
    near.clear();
    looked_at = 0;
    const bool texts = rows.manifest().last_text_doc > 0;
    const bool values = prefix.empty() && rows.manifest().values > 0;
    std::string firsts(1, word[0]);
    for (char c = 'a'; c <= 'z'; ++c) {
      if (c != word[0]) firsts.push_back(c);
    }
    for (char first : firsts) {
      // Most people get the first letter right.
      if (first != word[0] && !near.empty()) break;
      if (texts) PARFOCAL_RETURN_IF_ERROR(scan(handles.studies, prefix + first));
      if (values) PARFOCAL_RETURN_IF_ERROR(scan(handles.vocabulary, std::string(1, first)));
    }
    return absl::OkStatus();
  }));
  std::vector<std::pair<std::pair<int, int64_t>, std::string>> ranked;
  for (const auto& [term, found] : near) {
    ranked.push_back({{found.first, -static_cast<int64_t>(found.second)}, term});
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> out;
  for (size_t i = 0; i < ranked.size() && i < kMaxNear; ++i) {
    out.push_back(std::move(ranked[i].second));
  }
  return out;
}

absl::StatusOr<std::vector<ValueId>> TextFinder::ValuesBeginning(absl::string_view begin,
                                                                 size_t limit,
                                                                 const SnapshotRows& rows,
                                                                 Interrupt* interrupt) {
  std::set<ValueId> found;
  if (rows.manifest().values == 0 || begin.empty()) return std::vector<ValueId>();
  PARFOCAL_RETURN_IF_ERROR(Read([&](const Handles& handles) -> absl::Status {
    found.clear();
    const std::string whole(begin);
    int words = 0;
    for (auto it = handles.vocabulary.allterms_begin(whole),
              end = handles.vocabulary.allterms_end(whole);
         it != end && ++words <= kMaxPrefixExpansions; ++it) {
      for (auto post = handles.vocabulary.postlist_begin(*it),
                last = handles.vocabulary.postlist_end(*it);
           post != last && found.size() < limit; ++post) {
        PARFOCAL_RETURN_IF_ERROR(interrupt->Spend(2));
        if (*post - 1 < rows.manifest().values) found.insert(*post - 1);
      }
    }
    return absl::OkStatus();
  }));
  return std::vector<ValueId>(found.begin(), found.end());
}

}  // namespace parfocal
