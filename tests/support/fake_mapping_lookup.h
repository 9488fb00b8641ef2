// A MappingLookup in memory: what a test writes down.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "parfocal/mapping_lookup.h"

namespace parfocal::testing {

class FakeMappingLookup final : public MappingLookup {
 public:
  explicit FakeMappingLookup(std::string release = "fake") : release_(std::move(release)) {}

  // Before it is shared only. An empty `term`: no term exists.
  void Decide(const std::string& field, const std::string& words, const std::string& term,
              const std::string& label = "") {
    decisions_[{field, Fold(words)}] = {term, label, 1.0f, "curator"};
  }
  void Reject(const std::string& field, const std::string& words, const std::string& term) {
    rejected_.insert({field, Fold(words), term});
    const auto it = decisions_.find({field, Fold(words)});
    if (it != decisions_.end() && it->second.term == term) decisions_.erase(it);
  }
  void MapWords(const std::string& field, const std::string& words, MappedTerm term) {
    words_[{field, Fold(words)}].push_back(std::move(term));
  }
  // In both directions.
  void MapTerms(const std::string& a, const std::string& b, const std::string& set = "fake") {
    terms_[a].push_back({b, "", 1.0f, set});
    terms_[b].push_back({a, "", 1.0f, set});
  }
  void AddBridge(const std::string& from, Bridge bridge) {
    Bridge back = bridge;
    back.term = from;
    back.label.clear();
    if (bridge.kind == BridgeKind::kBroad) back.kind = BridgeKind::kNarrow;
    if (bridge.kind == BridgeKind::kNarrow) back.kind = BridgeKind::kBroad;
    bridges_[bridge.term].push_back(std::move(back));
    bridges_[from].push_back(std::move(bridge));
  }
  // The two do not match, whatever else is said.
  void Deny(const std::string& a, const std::string& b) {
    denied_.insert({a, b});
    denied_.insert({b, a});
  }

  std::string release() const override { return release_; }
  std::string normalisation_release() const override { return release_; }
  std::optional<MappedTerm> Decision(absl::string_view field,
                                     absl::string_view words) const override {
    const auto it = decisions_.find({std::string(field), Fold(words)});
    return it == decisions_.end() ? std::nullopt : std::optional<MappedTerm>(it->second);
  }
  bool Rejected(absl::string_view field, absl::string_view words,
                absl::string_view term) const override {
    return rejected_.count({std::string(field), Fold(words), std::string(term)}) > 0;
  }
  std::optional<MappedTerm> OfWords(absl::string_view field, absl::string_view words,
                                    const std::vector<std::string>& ontologies) const override {
    const auto it = words_.find({std::string(field), Fold(words)});
    if (it == words_.end()) return std::nullopt;
    return Only(it->second, ontologies,
                [&](const std::string& term) { return Rejected(field, words, term); });
  }
  std::optional<MappedTerm> OfTerm(absl::string_view curie,
                                   const std::vector<std::string>& ontologies) const override {
    const auto it = terms_.find(std::string(curie));
    if (it == terms_.end()) return std::nullopt;
    return Only(it->second, ontologies, [&](const std::string& term) {
      return denied_.count({std::string(curie), term}) > 0;
    });
  }
  std::vector<Bridge> Bridges(absl::string_view curie) const override {
    std::vector<Bridge> out;
    const auto it = bridges_.find(std::string(curie));
    if (it == bridges_.end()) return out;
    for (const Bridge& bridge : it->second) {
      if (denied_.count({std::string(curie), bridge.term}) == 0) out.push_back(bridge);
    }
    std::sort(out.begin(), out.end(), [](const Bridge& a, const Bridge& b) {
      return std::tie(a.kind, a.term) < std::tie(b.kind, b.term);
    });
    return out;
  }

 private:
  using Words = std::pair<std::string, std::string>;
  static std::string Fold(absl::string_view words) {
    return absl::AsciiStrToLower(
        absl::StrJoin(absl::StrSplit(words, absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty()), " "));
  }
  // The one term that is not `refused` in the first of `ontologies` that has one.
  template <typename Refused>
  static std::optional<MappedTerm> Only(const std::vector<MappedTerm>& terms,
                                        const std::vector<std::string>& ontologies,
                                        Refused refused) {
    std::map<size_t, std::map<std::string, MappedTerm>> by_rank;
    for (const MappedTerm& term : terms) {
      const std::string prefix = term.term.substr(0, term.term.find(':'));
      const auto at = std::find(ontologies.begin(), ontologies.end(), prefix);
      if (refused(term.term) || (!ontologies.empty() && at == ontologies.end())) continue;
      by_rank[static_cast<size_t>(at - ontologies.begin())].emplace(term.term, term);
    }
    if (by_rank.empty() || by_rank.begin()->second.size() != 1) return std::nullopt;
    return by_rank.begin()->second.begin()->second;
  }

  std::string release_;
  std::map<Words, MappedTerm> decisions_;
  std::set<std::tuple<std::string, std::string, std::string>> rejected_;
  std::map<Words, std::vector<MappedTerm>> words_;
  std::map<std::string, std::vector<MappedTerm>> terms_;
  std::map<std::string, std::vector<Bridge>> bridges_;
  std::set<std::pair<std::string, std::string>> denied_;
};

}  // namespace parfocal::testing
