// The plain method that the lexical matcher is measured against: character trigrams of labels and
// synonyms, TF-IDF, cosine; a term ranks by its best name.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "parfocal/term_lookup.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {

class TrigramBaseline {
 public:
  TrigramBaseline(const TermLookup& terms, const std::string& ontology) {
    terms.Visit(ontology, [this](const Term& term) {
      if (term.obsolete || term.label.empty()) return true;
      names_.push_back({term.id, Count(term.label)});
      for (const Synonym& synonym : term.synonyms) names_.push_back({term.id, Count(synonym.text)});
      return true;
    });
    for (const Name& name : names_) {
      for (const auto& [trigram, count] : name.vector) ++with_[trigram];
    }
    for (Name& name : names_) Weigh(&name.vector);
  }

  std::vector<std::string> Rank(absl::string_view text, size_t limit) const {
    Vector query = Count(text);
    Weigh(&query);
    std::map<std::string, double> best;
    for (const Name& name : names_) {
      double dot = 0;
      for (const auto& [trigram, weight] : query) {
        const auto found = name.vector.find(trigram);
        if (found != name.vector.end()) dot += weight * found->second;
      }
      double& of_term = best[name.term];
      of_term = std::max(of_term, dot);
    }
    std::vector<std::pair<double, std::string>> order;
    for (const auto& [term, score] : best) {
      if (score > 0) order.emplace_back(-score, term);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::string> out;
    for (const auto& [score, term] : order) {
      if (out.size() < limit) out.push_back(term);
    }
    return out;
  }

 private:
  using Vector = std::map<std::string, double>;
  struct Name {
    std::string term;
    Vector vector;
  };
  static Vector Count(absl::string_view text) {
    const std::string padded = absl::StrCat(" ", FoldText(text), " ");
    Vector out;
    for (size_t i = 0; i + 3 <= padded.size(); ++i) ++out[padded.substr(i, 3)];
    return out;
  }
  void Weigh(Vector* vector) const {
    double sum = 0;
    for (auto& [trigram, weight] : *vector) {
      const auto found = with_.find(trigram);
      const double with = found == with_.end() ? 0 : found->second;
      weight *= std::log((1.0 + static_cast<double>(names_.size())) / (1.0 + with)) + 1;
      sum += weight * weight;
    }
    for (auto& [trigram, weight] : *vector) weight /= std::sqrt(sum);
  }
  std::vector<Name> names_;
  std::map<std::string, double> with_;
};

}  // namespace parfocal
