// A TermLookup in memory: a handful of terms that a test writes down.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "parfocal/term_lookup.h"

namespace parfocal::testing {

class FakeTermLookup final : public TermLookup {
 public:
  explicit FakeTermLookup(std::string release = "fake") : release_(std::move(release)) {}

  // Before it is shared only.
  void Add(Term term) {
    for (const std::string& parent : term.parents) children_[parent].insert(term.id);
    terms_[term.id] = std::move(term);
  }
  void Add(const std::string& id, const std::string& label,
           const std::vector<std::string>& parents = {},
           const std::vector<std::string>& synonyms = {}) {
    Term term;
    term.id = id;
    term.ontology = id.substr(0, id.find(':'));
    term.label = label;
    term.parents = parents;
    for (const std::string& text : synonyms) term.synonyms.push_back({text, {}, "", ""});
    Add(std::move(term));
  }

  std::string release() const override { return release_; }
  std::optional<Term> Find(absl::string_view curie) const override {
    auto it = terms_.find(std::string(curie));
    return it == terms_.end() ? std::nullopt : std::optional<Term>(it->second);
  }
  std::optional<std::string> LabelOf(absl::string_view curie) const override {
    auto it = terms_.find(std::string(curie));
    return it == terms_.end() ? std::nullopt : std::optional<std::string>(it->second.label);
  }
  std::vector<TermMatch> Exact(absl::string_view text,
                               const std::vector<std::string>& ontologies) const override {
    std::vector<TermMatch> out;
    for (const auto& [id, term] : terms_) {
      if (term.obsolete) continue;
      if (!ontologies.empty() &&
          std::find(ontologies.begin(), ontologies.end(), term.ontology) == ontologies.end()) {
        continue;
      }
      if (absl::EqualsIgnoreCase(term.label, text)) {
        out.push_back({id, term.label, false, SynonymScope::kExact});
        continue;
      }
      for (const Synonym& synonym : term.synonyms) {
        if (absl::EqualsIgnoreCase(synonym.text, text)) {
          out.push_back({id, term.label, true, synonym.scope});
          break;
        }
      }
    }
    return out;
  }
  std::vector<std::string> Ancestors(absl::string_view curie) const override {
    return Walk(std::string(curie), [this](const std::string& id) {
      auto it = terms_.find(id);
      return it == terms_.end() ? std::vector<std::string>() : it->second.parents;
    });
  }
  std::vector<std::string> Descendants(absl::string_view curie, size_t limit) const override {
    std::vector<std::string> out = Walk(std::string(curie), [this](const std::string& id) {
      auto it = children_.find(id);
      return it == children_.end() ? std::vector<std::string>()
                                   : std::vector<std::string>(it->second.begin(), it->second.end());
    });
    if (out.size() > limit) out.resize(limit);
    return out;
  }
  std::vector<TermMatch> Suggest(absl::string_view prefix, const std::vector<std::string>&,
                                 size_t limit) const override {
    std::vector<TermMatch> out;
    for (const auto& [id, term] : terms_) {
      if (out.size() < limit && absl::StartsWithIgnoreCase(term.label, prefix)) {
        out.push_back({id, term.label, false, SynonymScope::kExact});
      }
    }
    return out;
  }
  void Visit(absl::string_view ontology,
             const std::function<bool(const Term&)>& visit) const override {
    for (const auto& [id, term] : terms_) {
      if (ontology.empty() || term.ontology == ontology) {
        if (!visit(term)) return;
      }
    }
  }

 private:
  template <typename Next>
  static std::vector<std::string> Walk(const std::string& from, Next next) {
    std::set<std::string> seen = {from};
    std::vector<std::string> todo = {from};
    while (!todo.empty()) {
      const std::string id = todo.back();
      todo.pop_back();
      for (const std::string& other : next(id)) {
        if (seen.insert(other).second) todo.push_back(other);
      }
    }
    return std::vector<std::string>(seen.begin(), seen.end());
  }

  std::string release_;
  std::map<std::string, Term> terms_;
  std::map<std::string, std::set<std::string>> children_;
};

}  // namespace parfocal::testing
