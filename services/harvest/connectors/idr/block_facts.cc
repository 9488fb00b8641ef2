#include "parfocal/connector_idr/block_facts.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/terms/curie.h"

namespace parfocal::idr {
namespace {

std::string At(const std::vector<std::string>& values, size_t i) {
  return i < values.size() ? values[i] : std::string();
}

// Phenotype names with the terms of each set of term rows, aligned by position.
std::vector<DeclaredPhenotype> DeclaredPhenotypes(const StudySection& section) {
  std::vector<DeclaredPhenotype> out;
  const std::vector<std::string>& names = section.Values("Phenotype Name");
  int sets = 0;
  for (const StudyRow& row : section.rows) sets += row.key == "Phenotype Term Accession";
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    DeclaredPhenotype phenotype{names[i], {}};
    for (int set = 0; set < sets; ++set) {
      const std::string accession = At(section.Nth("Phenotype Term Accession", set), i);
      const std::string id =
          CanonicalCurie(accession, At(section.Nth("Phenotype Term Source REF", set), i));
      if (!id.empty())
        phenotype.terms.push_back({id, At(section.Nth("Phenotype Term Name", set), i)});
    }
    out.push_back(std::move(phenotype));
  }
  return out;
}

bool Fits(const std::string& pattern, absl::string_view value) {
  return pattern.empty() || Matches(pattern, value);
}

void ApplyPerturbationRules(const std::string& study, const StudyFile& file, const Rules& rules,
                            BlockFacts* facts) {
  const std::string study_type = absl::StrJoin(file.study.Values("Study Type"), ", ");
  facts->gene_group = "gene";
  for (const PerturbationRule& rule : rules.perturbations) {
    if (!rule.where.Holds(study, facts->id) || !Fits(rule.library, facts->library) ||
        !Fits(rule.technology, facts->technology) || !Fits(rule.study_type, study_type)) {
      continue;
    }
    facts->perturbation_type = rule.type;
    facts->gene_role = rule.gene_role;
    if (!rule.gene_group.empty()) facts->gene_group = rule.gene_group;
    return;
  }
}

}  // namespace

BlockFacts FactsOfBlock(const std::string& study, const std::string& id,
                        const StudySection& section, const StudyFile& file, const Rules& rules) {
  BlockFacts facts;
  facts.id = id;
  facts.library = absl::StrJoin(section.Values("Library Type"), ", ");
  facts.technology = absl::StrJoin(section.Values("Screen Technology Type"), ", ");
  facts.join_column = section.First("Processed Data Column Link To Library File");
  facts.phenotypes = DeclaredPhenotypes(section);
  ApplyPerturbationRules(study, file, rules, &facts);
  return facts;
}

BlockFacts FactsWithoutBlock(const std::string& study, const std::string& id, const StudyFile& file,
                             const Rules& rules) {
  BlockFacts facts;
  facts.id = id;
  ApplyPerturbationRules(study, file, rules, &facts);
  return facts;
}

}  // namespace parfocal::idr
