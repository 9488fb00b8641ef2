#include "likeness.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

using Kind = QueryNode::Kind;

constexpr size_t kLeastWordBytes = 4;

QueryNode Value(absl::string_view field, std::string key) {
  QueryNode out;
  out.kind = Kind::kValue;
  out.field = std::string(field);
  out.values.push_back(std::move(key));
  return out;
}

// Whether studies are alike that share a value of it.
bool Tells(const Field& field) {
  return field.facet && !field.stated && field.privacy == FieldPrivacy::kOpen &&
         field.weight >= 2 && (field.kind == FieldKind::kTerm || field.kind == FieldKind::kKeyword);
}

// How many studies state the value.
size_t StatedBy(const SnapshotRows& rows, ValueId value) {
  size_t count = 0;
  for (size_t i = 0; i < rows.segments(); ++i) {
    const absl::Span<const StatedPlace> places = rows.segment(i).StatedByValue();
    const auto first =
        std::partition_point(places.begin(), places.end(),
                             [&](const StatedPlace& place) { return place.value < value; });
    const auto last = std::partition_point(
        first, places.end(), [&](const StatedPlace& place) { return place.value == value; });
    count += static_cast<size_t>(last - first);
  }
  return count;
}

std::vector<QueryNode> TellingValues(const SnapshotRows& rows, const LiveStudy& study) {
  struct Candidate {
    size_t studies;
    int weight;
    ValueId value;
  };
  std::vector<Candidate> candidates;
  std::set<ValueId> seen;
  for (const StatedValue& stated : rows.Stated(study)) {
    if (stated.field >= kFirstAttributeField || !Tells(Fields()[stated.field])) continue;
    // A gene stands in its role's field and in the one of all genes.
    if (IsGeneField(Fields()[stated.field]) && Fields()[stated.field].name != "gene") continue;
    if (!seen.insert(stated.value).second) continue;
    candidates.push_back(
        {StatedBy(rows, stated.value), Fields()[stated.field].weight, stated.value});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.studies, b.weight, a.value) < std::tie(b.studies, a.weight, b.value);
  });
  if (candidates.size() > kMaxLikenessValues) candidates.resize(kMaxLikenessValues);
  std::vector<QueryNode> out;
  for (const Candidate& candidate : candidates) {
    const VocabularyValue value = rows.vocabulary().Get(candidate.value);
    out.push_back(Value(Fields()[value.field].name, std::string(value.key)));
    out.back().words = out.back().values;
  }
  return out;
}

}  // namespace

QueryNode MakeLikeness(const SnapshotRows& rows, uint32_t number) {
  const LiveStudy& study = rows.studies()[number];
  QueryNode alike;
  alike.kind = Kind::kOr;
  alike.children = TellingValues(rows, study);
  std::set<std::string> stems;
  for (const Token& token : Tokenise(study.has_record ? study.entry.title : "", 200)) {
    if (token.word.size() < kLeastWordBytes || stems.size() >= kMaxLikenessWords) continue;
    if (!stems.insert(Stem(token.word)).second) continue;
    QueryNode word;
    word.kind = Kind::kWord;
    word.words.push_back(token.word);
    alike.children.push_back(std::move(word));
  }
  const size_t nul = study.key.find('\0');
  QueryNode itself;
  itself.kind = Kind::kAnd;
  itself.children.push_back(Value("source", std::string(study.key.substr(0, nul))));
  itself.children.push_back(Value("study", std::string(study.key.substr(nul + 1))));
  QueryNode others;
  others.kind = Kind::kNot;
  others.children.push_back(std::move(itself));
  QueryNode out;
  out.kind = Kind::kAnd;
  if (alike.children.empty()) alike.kind = Kind::kNone;
  out.children.push_back(std::move(others));
  out.children.push_back(std::move(alike));
  return out;
}

}  // namespace parfocal
