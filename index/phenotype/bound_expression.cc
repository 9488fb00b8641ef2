#include "bound_expression.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/terms/curie.h"

namespace parfocal::phenotype {
namespace {

// More terms below one than any ontology of phenotypes has.
constexpr size_t kMostDescendants = 1'000'000;

absl::Status Unknown(absl::string_view field, absl::string_view message) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat(field, ": ", message)), "TERM_UNKNOWN",
                    field);
}

absl::string_view WordFor(BridgeKind kind) {
  switch (kind) {
    case BridgeKind::kExact:
      return "exact";
    case BridgeKind::kClose:
      return "close";
    case BridgeKind::kBroad:
      return "broad";
    case BridgeKind::kNarrow:
      return "narrow";
    case BridgeKind::kRelated:
      return "related";
    case BridgeKind::kCrossSpecies:
      return "cross-species";
  }
  return "";
}

// To a grouping class and from there to the phenotypes of a species.
constexpr int kMostAcross = 2;

// A broader or merely related term has things below it that nobody asked for.
bool Widens(BridgeKind kind) { return kind == BridgeKind::kBroad || kind == BridgeKind::kRelated; }

}  // namespace

absl::StatusOr<std::string> TermNamed(const MatrixData& data, absl::string_view text, bool quoted,
                                      absl::string_view field) {
  const TermLookup& lookup = *data.knowledge().terms;
  if (!quoted) {
    const std::string curie = CanonicalCurie(text);
    if (!curie.empty()) {
      const std::optional<Term> term = lookup.Find(curie);
      if (term.has_value()) return term->replaced_by.empty() ? curie : term->replaced_by;
      if (data.terms().Find(curie).has_value()) return curie;
      return Unknown(field, absl::StrCat("no loaded ontology has ", curie,
                                         "; see `parfocal terms suggest` for terms"));
    }
  }
  std::vector<TermMatch> matches = lookup.Exact(text, {});
  auto keep = [&](auto good) {
    if (std::any_of(matches.begin(), matches.end(), good)) {
      matches.erase(std::remove_if(matches.begin(), matches.end(), std::not_fn(good)),
                    matches.end());
    }
  };
  keep([](const TermMatch& m) { return !m.by_synonym; });
  keep([&](const TermMatch& m) { return data.terms().Find(m.id).has_value(); });
  if (matches.size() == 1) return matches[0].id;
  if (matches.empty()) {
    return Unknown(field, absl::StrCat("no loaded ontology has a term called '", text,
                                       "'; quote a label of several words, or give its CURIE"));
  }
  return Unknown(field, absl::StrCat("'", text, "' names several terms: ",
                                     absl::StrJoin(matches, ", ",
                                                   [](std::string* out, const TermMatch& m) {
                                                     absl::StrAppend(out, m.id);
                                                   }),
                                     "; give the CURIE"));
}

absl::StatusOr<BoundExpression> BoundExpression::Bind(const MatrixData& data,
                                                      absl::string_view text, Options options) {
  BoundExpression out;
  out.data_ = &data;
  PARFOCAL_ASSIGN_OR_RETURN(out.tree_, ParseTermExpression(text));
  PARFOCAL_RETURN_IF_ERROR(out.BindLeaf(out.tree_, options));
  out.any_.resize(data.terms().size(), false);
  for (const Leaf& leaf : out.leaves_) {
    for (size_t term = 0; term < leaf.counts.size(); ++term) {
      if (leaf.counts[term]) out.any_[term] = true;
    }
  }
  return out;
}

absl::Status BoundExpression::BindLeaf(const TermNode& node, Options options) {
  for (const TermNode& child : node.children) PARFOCAL_RETURN_IF_ERROR(BindLeaf(child, options));
  if (node.kind != TermNode::Kind::kTerm) return absl::OkStatus();
  Leaf leaf;
  leaf.counts.resize(data_->terms().size(), false);
  leaf.expansion.asked = node.text;
  PARFOCAL_ASSIGN_OR_RETURN(leaf.expansion.term,
                            TermNamed(*data_, node.text, node.quoted, "expression"));
  const TermLookup& lookup = *data_->knowledge().terms;
  leaf.expansion.label = lookup.LabelOf(leaf.expansion.term).value_or("");
  leaf.expansion.terms =
      options.exact
          ? 1
          : static_cast<int64_t>(lookup.Descendants(leaf.expansion.term, kMostDescendants).size());
  Count(leaf.expansion.term, options.exact, "", &leaf);
  if (options.bridges && data_->knowledge().mappings != nullptr) Bridges(&leaf);
  const std::optional<uint32_t> number = data_->terms().Find(leaf.expansion.term);
  if (number.has_value() && !options.exact) {
    for (const TermTable::BadEdge& edge : data_->terms().BadEdgesOf(*number)) {
      leaf.expansion.bad_edges.push_back(
          absl::StrCat(data_->LabelOf(edge.child), " (", data_->terms().id(edge.child), ") below ",
                       data_->LabelOf(edge.parent), " (", data_->terms().id(edge.parent), ")"));
    }
  }
  leaves_.push_back(std::move(leaf));
  return absl::OkStatus();
}

void BoundExpression::Count(absl::string_view curie, bool exact, const std::string& bridge,
                            Leaf* leaf) const {
  const std::optional<uint32_t> number = data_->terms().Find(curie);
  if (!number.has_value()) return;
  auto count = [&](uint32_t term) {
    if (leaf->counts[term]) return;
    leaf->counts[term] = true;
    if (!bridge.empty()) leaf->bridged.emplace(term, bridge);
  };
  if (exact) return count(*number);
  for (uint32_t term : data_->terms().Descendants(*number)) count(term);
}

void BoundExpression::Follow(const std::string& from, const std::string& path, bool first,
                             int across, Leaf* leaf) const {
  for (const Bridge& bridge : data_->knowledge().mappings->Bridges(from)) {
    const bool crosses = bridge.kind == BridgeKind::kCrossSpecies;
    if (Widens(bridge.kind) || (crosses ? across == 0 : !first)) continue;
    const std::string here =
        absl::StrCat(path, " ", WordFor(bridge.kind), " ", bridge.term, " (", bridge.set, ")");
    Count(bridge.term, false, here, leaf);
    leaf->expansion.bridged.push_back(bridge.term);
    if (crosses) {
      Follow(bridge.term, here, false, across - 1, leaf);
    } else if (bridge.kind == BridgeKind::kExact) {
      Follow(bridge.term, here, false, across, leaf);
    }
  }
}

void BoundExpression::Bridges(Leaf* leaf) const {
  // From the term and from each term below it; not from what lies below a term that a bridge
  // brought in.
  const std::vector<std::string> from =
      leaf->expansion.terms == 1
          ? std::vector<std::string>{leaf->expansion.term}
          : data_->knowledge().terms->Descendants(leaf->expansion.term, kMostDescendants);
  for (const std::string& term : from) Follow(term, term, /*first=*/true, kMostAcross, leaf);
  std::vector<std::string>& bridged = leaf->expansion.bridged;
  std::sort(bridged.begin(), bridged.end());
  bridged.erase(std::unique(bridged.begin(), bridged.end()), bridged.end());
}

void BoundExpression::Mark(uint32_t term, std::vector<bool>* holds) const {
  if (!any_[term]) return;
  for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
    if (leaves_[leaf].counts[term]) (*holds)[leaf] = true;
  }
}

std::string BoundExpression::BridgeOf(uint32_t term) const {
  std::string out;
  for (const Leaf& leaf : leaves_) {
    if (!leaf.counts[term]) continue;
    auto it = leaf.bridged.find(term);
    if (it == leaf.bridged.end()) return "";
    if (out.empty()) out = it->second;
  }
  return out;
}

std::vector<Explain::Expansion> BoundExpression::Expansions(const std::vector<bool>& seen) const {
  std::vector<Explain::Expansion> out;
  for (const Leaf& leaf : leaves_) {
    out.push_back(leaf.expansion);
    for (uint32_t term = 0; term < leaf.counts.size(); ++term) {
      if (leaf.counts[term] && seen[term]) out.back().seen.push_back(data_->terms().id(term));
    }
  }
  return out;
}

std::vector<bool> AssertedTerms(const MatrixData& data, const BoundScope& scope, bool compounds) {
  std::vector<bool> out(data.terms().size(), false);
  for (uint32_t study = 0; study < data.studies().size(); ++study) {
    const StudyTally& tally = *data.studies()[study].tally;
    for (const StudyTally::Cell& cell : tally.all_cells()) {
      if (cell.kind == scope.kind() && tally.subjects()[cell.subject].compound == compounds &&
          scope.Has(study, cell.screen)) {
        out[data.TermOf(study, cell.term)] = true;
      }
    }
  }
  return out;
}

}  // namespace parfocal::phenotype
