#include "corrections.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/match.h"
#include "parfocal/schema/schema.h"
#include "parfocal/segment/text.h"

namespace parfocal {
namespace {

using Kind = QueryNode::Kind;

// The single words that nothing matched, nor what stands beside them in an OR.
absl::Status Unmatched(const QueryNode& node, Matcher* matcher,
                       std::vector<const QueryNode*>* out) {
  switch (node.kind) {
    case Kind::kNot:
      return absl::OkStatus();
    case Kind::kOr: {
      PARFOCAL_ASSIGN_OR_RETURN(const RowSet rows, matcher->Evaluate(node));
      if (rows.Count() > 0) return absl::OkStatus();
      break;
    }
    case Kind::kWord: {
      PARFOCAL_ASSIGN_OR_RETURN(const Matcher::Leaf* leaf, matcher->EvaluateLeaf(node));
      if (leaf->rows.Count() == 0 && out->size() < kMaxCorrections) out->push_back(&node);
      return absl::OkStatus();
    }
    default:
      break;
  }
  for (const QueryNode& child : node.children) {
    PARFOCAL_RETURN_IF_ERROR(Unmatched(child, matcher, out));
  }
  return absl::OkStatus();
}

}  // namespace

int AllowedEdits(size_t bytes) { return bytes < 4 ? 0 : bytes < 8 ? 1 : 2; }

int EditDistance(absl::string_view a, absl::string_view b, int most) {
  const int rows = static_cast<int>(a.size()), columns = static_cast<int>(b.size());
  if (std::abs(rows - columns) > most) return most + 1;
  // Words are short: no allocation for each word of a dictionary.
  using Row = absl::InlinedVector<int, 72>;
  Row before, last(columns + 1), here(columns + 1);
  for (int j = 0; j <= columns; ++j) last[j] = j;
  for (int i = 1; i <= rows; ++i) {
    here[0] = i;
    int least = i;
    for (int j = 1; j <= columns; ++j) {
      here[j] = std::min({last[j] + 1, here[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        here[j] = std::min(here[j], before[j - 2] + 1);
      }
      least = std::min(least, here[j]);
    }
    // A swap may still take one from the row before.
    if (least > most + 1) return most + 1;
    before = std::exchange(last, here);
  }
  return std::min(last[columns], most + 1);
}

absl::Status AddCorrections(const QueryNode& words, const SnapshotRows& rows, Matcher* matcher,
                            TextFinder* text, Interrupt* interrupt, SearchAnswer* answer) {
  std::vector<const QueryNode*> unmatched;
  PARFOCAL_RETURN_IF_ERROR(Unmatched(words, matcher, &unmatched));
  for (const QueryNode* node : unmatched) {
    if (node->explain < 0 || AllowedEdits(node->words[0].size()) == 0) continue;
    PARFOCAL_ASSIGN_OR_RETURN(const std::vector<std::string> near,
                              text->WordsNear(node->words[0], node->field, rows, interrupt));
    // The first that some row has: a dictionary holds words of records that are gone, too.
    for (const std::string& word : near) {
      QueryNode other = *node;
      other.words = {word};
      other.explain = -1;
      PARFOCAL_ASSIGN_OR_RETURN(const Matcher::Leaf* leaf, matcher->EvaluateLeaf(other));
      if (leaf->rows.Count() == 0) continue;
      answer->corrections.push_back({static_cast<size_t>(node->explain), word});
      break;
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> NearAttributeKeys(const Vocabulary& vocabulary, absl::string_view key,
                                           size_t limit) {
  if (const auto known = vocabulary.FindAttributeKey(key)) {
    return {vocabulary.AttributeKeyName(*known)};
  }
  const std::string wanted = SpellingKey(key.substr(0, 256));
  if (wanted.empty()) return {};
  std::multimap<std::pair<int, size_t>, std::string> near;  // By distance, then length.
  for (uint32_t i = 0; i < vocabulary.attribute_keys(); ++i) {
    std::string name = vocabulary.AttributeKeyName(i);
    if (IsPersonalAttribute(name)) continue;
    const std::string spelling = SpellingKey(name);
    const int most = std::max(2, static_cast<int>(wanted.size() / 4));
    int distance = EditDistance(wanted, spelling, most);
    // "Antibody" is near "Characteristics [Antibody]".
    if (distance > most && wanted.size() >= 3 && absl::StrContains(spelling, wanted)) {
      distance = most;
    }
    if (distance <= most) near.emplace(std::pair(distance, name.size()), std::move(name));
  }
  std::vector<std::string> out;
  for (auto& [rank, name] : near) {
    if (out.size() == limit) break;
    out.push_back(std::move(name));
  }
  return out;
}

}  // namespace parfocal
