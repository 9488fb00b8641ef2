#include "gene_rules.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/normalise/gene_match_rule.h"

namespace parfocal {
namespace {

// Distinct genes kept; beyond that the memory starts anew. All genes of seven species are 200,000.
constexpr size_t kMaxRemembered = 500'000;

// A retired id or an alias was once another gene's as likely as not; ids and symbols are certain.
float ConfidenceOf(GeneMatch match) {
  return match == GeneMatch::kId || match == GeneMatch::kSymbol ? 1.0f : kSynonymConfidence;
}

Resolution Of(const GeneResolution& found) {
  Resolution out;
  out.evidence = found.reason;
  if (found.outcome != GeneOutcome::kOne || found.candidates.empty()) return out;
  const GeneCandidate& gene = found.candidates[0];
  out.term = gene.id;
  out.label = gene.symbol;
  out.rule = RuleOf(gene.match);
  out.confidence = ConfidenceOf(gene.match);
  return out;
}

}  // namespace

const Resolution& GeneRules::Resolve(const Statement& statement,
                                     const std::vector<std::string>& taxa) {
  static const Resolution kUnmapped;
  if (genes_ == nullptr) return kUnmapped;
  key_.clear();
  // Lengths, not separators: words may hold any byte.
  absl::StrAppend(&key_, statement.stated_id.size(), " ", statement.value.size(), " ",
                  statement.stated_id, statement.value);
  for (const std::string& taxon : taxa) absl::StrAppend(&key_, "\n", taxon);
  auto found = outcomes_.find(key_);
  if (found == outcomes_.end()) {
    if (outcomes_.size() >= kMaxRemembered) outcomes_.clear();
    found = outcomes_.emplace(key_, Fresh(statement, taxa)).first;
  }
  return found->second;
}

GeneResolution GeneRules::InAny(absl::string_view text,
                                const std::vector<std::string>& taxa) const {
  if (taxa.empty()) return genes_->Resolve(text, "");
  GeneResolution best;
  std::vector<std::string> same;  // Other organisms that know the name as well.
  for (size_t i = 0; i < taxa.size(); ++i) {
    GeneResolution found = genes_->Resolve(text, taxa[i]);
    const bool one = found.outcome == GeneOutcome::kOne;
    const bool best_one = best.outcome == GeneOutcome::kOne;
    if (one && best_one && found.candidates[0].match == best.candidates[0].match &&
        found.candidates[0].id != best.candidates[0].id) {
      same.push_back(found.candidates[0].id);
    } else if (i == 0 || (one && !best_one) ||
               (one && found.candidates[0].match < best.candidates[0].match) ||
               (best.outcome == GeneOutcome::kUnknown && found.outcome != GeneOutcome::kUnknown)) {
      best = std::move(found);
      same.clear();
    }
  }
  if (!same.empty()) {
    best.reason = absl::StrCat("a gene of several organisms of the record: ", best.candidates[0].id,
                               ", ", absl::StrJoin(same, ", "));
    best.outcome = GeneOutcome::kAmbiguous;
  }
  return best;
}

// What curators decided about the symbol in the organisms of the record: one gene, or none. Of two
// decisions for two organisms neither holds.
bool GeneRules::ByDecision(absl::string_view text, const std::vector<std::string>& taxa,
                           Resolution* out) const {
  Resolution found;
  for (const std::string& taxon : taxa) {
    const std::string species = genes_->SpeciesOf(taxon);
    const std::optional<MappedTerm> decided = mappings_->Decision(GeneDecisionField(species), text);
    if (!decided.has_value()) continue;
    const std::optional<Gene> gene = genes_->Find(decided->term);
    // A gene that the tables of today do not have, or have in another species, is none.
    if (!decided->term.empty() && (!gene.has_value() || gene->taxon != species)) continue;
    const std::string id = gene.has_value() ? gene->id : "";
    if (found.rule == TermRule::kCuratorDecision && found.term != id) return false;
    found.rule = TermRule::kCuratorDecision;
    found.term = id;
    if (gene.has_value()) found.label = gene->symbol;
  }
  if (found.rule != TermRule::kCuratorDecision) return false;
  if (found.term.empty()) found.evidence = "no gene is meant";
  *out = std::move(found);
  return true;
}

bool GeneRules::Rejected(absl::string_view text, absl::string_view gene) const {
  const std::optional<Gene> found = genes_->Find(gene);
  return found.has_value() && mappings_->Rejected(GeneDecisionField(found->taxon), text, gene);
}

Resolution GeneRules::BySymbol(absl::string_view text, const std::vector<std::string>& taxa) const {
  Resolution out;
  if (mappings_ != nullptr && ByDecision(text, taxa, &out)) return out;
  out = Of(InAny(text, taxa));
  if (!out.mapped() || mappings_ == nullptr || !Rejected(text, out.term)) return out;
  Resolution refused;
  refused.evidence = absl::StrCat("a curator refused ", out.term);
  return refused;
}

Resolution GeneRules::Fresh(const Statement& statement,
                            const std::vector<std::string>& taxa) const {
  // Columns of identifiers hold symbols, too.
  if (statement.stated_id.empty() || statement.value == statement.stated_id)
    return BySymbol(statement.value, taxa);
  Resolution out = Of(InAny(statement.stated_id, taxa));
  if (statement.value.empty()) return out;
  const Resolution symbol = BySymbol(statement.value, taxa);
  if (!out.mapped()) {
    if (!symbol.mapped()) return out.evidence.empty() ? symbol : out;
    Resolution by_symbol = symbol;
    absl::StrAppend(&by_symbol.evidence, by_symbol.evidence.empty() ? "" : "; ",
                    statement.stated_id, " names no gene of the organism");
    return by_symbol;
  }
  if (symbol.mapped() && symbol.term != out.term) {
    out.conflict = true;
    absl::StrAppend(&out.evidence, out.evidence.empty() ? "" : "; ", "\"", statement.value,
                    "\" is ", symbol.term);
  }
  return out;
}

}  // namespace parfocal
