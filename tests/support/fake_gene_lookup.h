// A GeneLookup in memory: a handful of genes that a test writes down. Passes the same contract test
// as the real one (tests/ontology/genes/gene_lookup_contract_test.cc).
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/gene_lookup.h"

namespace parfocal::testing {

class FakeGeneLookup final : public GeneLookup {
 public:
  explicit FakeGeneLookup(std::string release = "fake") : release_(std::move(release)) {}

  // Before it is shared only.
  void Add(Gene gene) { genes_[gene.id] = std::move(gene); }
  void Add(const std::string& id, const std::string& taxon, const std::string& symbol,
           const std::vector<std::string>& aliases = {},
           const std::vector<std::string>& cross_ids = {}) {
    Gene gene;
    gene.id = id;
    gene.taxon = taxon;
    gene.symbol = symbol;
    gene.aliases = aliases;
    gene.cross_ids = cross_ids;
    std::sort(gene.cross_ids.begin(), gene.cross_ids.end());
    Add(std::move(gene));
  }
  void AddStrain(const std::string& strain, const std::string& species) {
    species_[strain] = species;
  }
  void AddOrthologs(const std::string& a, const std::string& b, std::set<std::string> sources) {
    for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
      orthologs_[from].push_back({to, SymbolOf(to), {sources.begin(), sources.end()}});
    }
  }
  void AddInteraction(const std::string& a, const std::string& b, double score,
                      const std::string& source) {
    interactions_[a].push_back({b, SymbolOf(b), score, source});
    interactions_[b].push_back({a, SymbolOf(a), score, source});
  }

  std::string release() const override { return release_; }
  std::vector<std::string> Taxa() const override {
    std::set<std::string> out;
    for (const auto& [id, gene] : genes_) out.insert(gene.taxon);
    return {out.begin(), out.end()};
  }
  std::string SpeciesOf(absl::string_view taxon) const override {
    const auto it = species_.find(std::string(taxon));
    return it == species_.end() ? std::string(taxon) : it->second;
  }

  GeneResolution Resolve(absl::string_view text, absl::string_view taxon) const override {
    GeneResolution out;
    text = absl::StripAsciiWhitespace(text);
    if (text.size() > 1024) return out;
    const std::string species = SpeciesOf(taxon);
    for (GeneMatch match :
         {GeneMatch::kId, GeneMatch::kSymbol, GeneMatch::kFoldedSymbol, GeneMatch::kAlias}) {
      if (text.empty()) break;
      AddCandidates(text, species, match, &out);
      // A name of another kind is told together with aliases, never before them.
      if (match == GeneMatch::kAlias)
        AddCandidates(text, species, GeneMatch::kPreviousSymbol, &out);
      if (!out.candidates.empty()) break;
    }
    if (!out.candidates.empty()) return Found(species.empty(), std::move(out));
    if (text.empty() || absl::EqualsIgnoreCase(text, "control")) {
      out.outcome = GeneOutcome::kControl;
    } else if (absl::StrContains(text, ";")) {
      out.outcome = GeneOutcome::kSeveral;
    } else {
      Repair(text, species, &out);
    }
    return out;
  }
  std::optional<Gene> Find(absl::string_view id) const override {
    const auto it = genes_.find(std::string(id));
    return it == genes_.end() ? std::nullopt : std::optional<Gene>(it->second);
  }
  void Visit(absl::string_view taxon,
             const std::function<bool(const Gene&)>& visit) const override {
    for (const auto& [id, gene] : genes_) {
      if (gene.taxon == SpeciesOf(taxon) && !visit(gene)) return;
    }
  }
  std::vector<Ortholog> Orthologs(absl::string_view id, absl::string_view taxon) const override {
    std::vector<Ortholog> out;
    const auto it = orthologs_.find(std::string(id));
    if (it == orthologs_.end()) return out;
    for (const Ortholog& ortholog : it->second) {
      const auto gene = genes_.find(ortholog.id);
      if (gene != genes_.end() && gene->second.taxon == SpeciesOf(taxon)) out.push_back(ortholog);
    }
    std::sort(out.begin(), out.end(), [](const Ortholog& a, const Ortholog& b) {
      if (a.sources.size() != b.sources.size()) return a.sources.size() > b.sources.size();
      return a.id < b.id;
    });
    return out;
  }
  std::vector<Interaction> Interactions(absl::string_view id) const override {
    const auto it = interactions_.find(std::string(id));
    if (it == interactions_.end()) return {};
    std::vector<Interaction> out = it->second;
    std::sort(out.begin(), out.end(), [](const Interaction& a, const Interaction& b) {
      if (a.score != b.score) return a.score > b.score;
      return a.id < b.id;
    });
    return out;
  }

 private:
  std::string SymbolOf(const std::string& id) const {
    const auto it = genes_.find(id);
    return it == genes_.end() ? std::string() : it->second.symbol;
  }

  // Whether `text` is `curie`, or its local part where that says enough.
  static bool IsId(absl::string_view text, const std::string& curie, bool in_context) {
    if (absl::EqualsIgnoreCase(text, curie)) return true;
    const std::string local = curie.substr(curie.find(':') + 1);
    const bool number = local.find_first_not_of("0123456789") == std::string::npos;
    if (number && !(in_context && absl::StartsWith(curie, "NCBIGene:"))) return false;
    if (absl::EqualsIgnoreCase(text, local)) return true;
    return absl::StartsWithIgnoreCase(text, local + ".") &&  // A version.
           text.find_first_not_of("0123456789", local.size() + 1) == absl::string_view::npos;
  }

  static bool Matches(const Gene& gene, absl::string_view text, GeneMatch match, bool in_context) {
    const auto any = [&](const std::vector<std::string>& names) {
      return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        return absl::EqualsIgnoreCase(name, text);
      });
    };
    switch (match) {
      case GeneMatch::kId:
        return IsId(text, gene.id, in_context) ||
               std::any_of(gene.cross_ids.begin(), gene.cross_ids.end(),
                           [&](const std::string& id) { return IsId(text, id, in_context); });
      case GeneMatch::kSymbol:
        return gene.symbol == text;
      case GeneMatch::kFoldedSymbol:
        return absl::EqualsIgnoreCase(gene.symbol, text);
      case GeneMatch::kPreviousSymbol:
        return any(gene.previous_symbols);
      default:
        return any(gene.aliases);
    }
  }

  void AddCandidates(absl::string_view text, const std::string& species, GeneMatch match,
                     GeneResolution* out) const {
    for (const auto& [id, gene] : genes_) {
      if (!species.empty() && gene.taxon != species) continue;
      const bool there = std::any_of(out->candidates.begin(), out->candidates.end(),
                                     [&](const GeneCandidate& c) { return c.id == gene.id; });
      if (!there && Matches(gene, text, match, !species.empty())) {
        out->candidates.push_back({id, gene.symbol, match});
      }
    }
  }

  static GeneResolution Found(bool without_organism, GeneResolution out) {
    std::stable_sort(
        out.candidates.begin(), out.candidates.end(),
        [](const GeneCandidate& a, const GeneCandidate& b) { return a.match < b.match; });
    const bool one = out.candidates.size() == 1;
    const bool by_id = out.candidates.front().match == GeneMatch::kId;
    out.outcome = one && (by_id || !without_organism) ? GeneOutcome::kOne : GeneOutcome::kAmbiguous;
    if (out.outcome == GeneOutcome::kAmbiguous) out.reason = "several genes";
    return out;
  }

  // `2-Sep`: SEP2, SEPT2. One month is enough for tests.
  void Repair(absl::string_view text, const std::string& species, GeneResolution* out) const {
    const std::vector<std::string> parts = absl::StrSplit(text, '-');
    if (parts.size() != 2) return;
    const bool day_first = absl::EqualsIgnoreCase(parts[1], "Sep");
    if (!day_first && !absl::EqualsIgnoreCase(parts[0], "Sep")) return;
    out->outcome = GeneOutcome::kDamaged;
    out->reason = "a date";
    if (species.empty()) return;
    for (const char* stem : {"SEP", "SEPT"}) {
      const std::string symbol = absl::StrCat(stem, parts[day_first ? 0 : 1]);
      AddCandidates(symbol, species, GeneMatch::kFoldedSymbol, out);
      AddCandidates(symbol, species, GeneMatch::kPreviousSymbol, out);
    }
    for (GeneCandidate& candidate : out->candidates) candidate.match = GeneMatch::kRepairedSymbol;
    if (!out->candidates.empty()) *out = Found(false, std::move(*out));
  }

  std::string release_;
  std::map<std::string, Gene> genes_;
  std::map<std::string, std::string> species_;
  std::map<std::string, std::vector<Ortholog>> orthologs_;
  std::map<std::string, std::vector<Interaction>> interactions_;
};

}  // namespace parfocal::testing
