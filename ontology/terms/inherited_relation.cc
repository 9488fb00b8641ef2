#include "parfocal/terms/inherited_relation.h"

#include <optional>
#include <set>
#include <utility>

namespace parfocal {
namespace {
constexpr size_t kMaxTerms = 10'000;
}  // namespace

std::vector<std::string> InheritedTargets(const TermLookup& terms, absl::string_view curie,
                                          absl::string_view predicate) {
  std::set<std::string> seen = {std::string(curie)};
  std::vector<std::string> level = {std::string(curie)};
  std::set<std::string> targets;
  while (!level.empty() && targets.empty() && seen.size() <= kMaxTerms) {
    std::vector<std::string> above;
    for (const std::string& id : level) {
      const std::optional<Term> term = terms.Find(id);
      if (!term) continue;
      for (const TermRelation& relation : term->relations) {
        if (relation.predicate == predicate && !relation.target.empty()) {
          targets.insert(relation.target);
        }
      }
      for (const std::string& parent : term->parents) {
        if (seen.insert(parent).second) above.push_back(parent);
      }
    }
    level = std::move(above);
  }
  return {targets.begin(), targets.end()};
}

}  // namespace parfocal
