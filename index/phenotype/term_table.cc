#include "term_table.h"

#include <algorithm>
#include <utility>

namespace parfocal::phenotype {

std::shared_ptr<const TermTable> TermTable::Make(const TermLookup& lookup,
                                                 const std::set<std::string>& asserted) {
  auto out = std::shared_ptr<TermTable>(new TermTable());
  std::set<std::string> all = asserted;
  for (const std::string& id : asserted) {
    const std::vector<std::string> above = lookup.Ancestors(id);
    all.insert(above.begin(), above.end());
  }
  for (const std::string& id : all) {
    out->numbers_.emplace(id, static_cast<uint32_t>(out->ids_.size()));
    out->ids_.push_back(id);
  }
  std::vector<std::vector<uint32_t>> ancestors;
  for (uint32_t term = 0; term < out->ids_.size(); ++term) {
    out->labels_.push_back(lookup.LabelOf(out->ids_[term]).value_or(""));
    std::vector<uint32_t>& above = ancestors.emplace_back();
    for (const std::string& id : lookup.Ancestors(out->ids_[term])) {
      above.push_back(out->numbers_.at(id));
    }
    if (std::find(above.begin(), above.end(), term) == above.end()) above.push_back(term);
    std::sort(above.begin(), above.end());
    const std::optional<Term> whole = lookup.Find(out->ids_[term]);
    if (!whole.has_value()) continue;
    for (const std::string& parent : whole->parents) {
      auto it = out->numbers_.find(parent);
      const bool known = it != out->numbers_.end();
      if (known && !std::binary_search(above.begin(), above.end(), it->second)) {
        out->bad_edges_.push_back({term, it->second});
      }
    }
  }
  out->SetAncestors(ancestors);
  return out;
}

std::shared_ptr<const TermTable> TermTable::FromAncestors(
    std::vector<std::string> ids, const std::vector<std::vector<uint32_t>>& ancestors) {
  auto out = std::shared_ptr<TermTable>(new TermTable());
  for (const std::string& id : ids) {
    out->numbers_.emplace(id, static_cast<uint32_t>(out->numbers_.size()));
  }
  out->labels_ = ids;
  out->ids_ = std::move(ids);
  out->SetAncestors(ancestors);
  return out;
}

void TermTable::SetAncestors(const std::vector<std::vector<uint32_t>>& ancestors) {
  std::vector<std::vector<uint32_t>> below(ancestors.size());
  for (uint32_t term = 0; term < ancestors.size(); ++term) {
    first_above_.push_back(static_cast<uint32_t>(above_.size()));
    above_.insert(above_.end(), ancestors[term].begin(), ancestors[term].end());
    for (uint32_t ancestor : ancestors[term]) below[ancestor].push_back(term);
  }
  first_above_.push_back(static_cast<uint32_t>(above_.size()));
  for (const std::vector<uint32_t>& terms : below) {
    first_below_.push_back(static_cast<uint32_t>(below_.size()));
    below_.insert(below_.end(), terms.begin(), terms.end());
  }
  first_below_.push_back(static_cast<uint32_t>(below_.size()));
}

std::optional<uint32_t> TermTable::Find(absl::string_view id) const {
  auto it = numbers_.find(id);
  if (it == numbers_.end()) return std::nullopt;
  return it->second;
}

bool TermTable::IsAncestor(uint32_t above, uint32_t of) const {
  const absl::Span<const uint32_t> all = Ancestors(of);
  return std::binary_search(all.begin(), all.end(), above);
}

std::vector<TermTable::BadEdge> TermTable::BadEdgesOf(uint32_t term) const {
  std::vector<BadEdge> out;
  for (const BadEdge& edge : bad_edges_) {
    if (IsAncestor(term, edge.parent) && !IsAncestor(term, edge.child)) out.push_back(edge);
  }
  return out;
}

uint32_t TermTable::Category(uint32_t term) const {
  // Next below the root: of the ancestors that have one ancestor besides themselves, the first.
  // Without such a one (a root, or only deeper ways up) the one with the fewest.
  uint32_t best = term;
  size_t fewest = Ancestors(term).size();
  for (uint32_t above : Ancestors(term)) {
    const size_t depth = Ancestors(above).size();
    if (depth >= 2 && depth < fewest) {
      fewest = depth;
      best = above;
    }
  }
  return best;
}

}  // namespace parfocal::phenotype
