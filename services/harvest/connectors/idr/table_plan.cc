#include "parfocal/connector_idr/table_plan.h"

#include <algorithm>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "parfocal/connector_idr/cell_text.h"

namespace parfocal::idr {
namespace {

// The first rule that holds for a column, and the number in its header.
const ColumnRule* FindRule(const Rules& rules, const TableIdentity& identity,
                           const std::string& block, const std::string& name, int* number) {
  for (const ColumnRule& rule : rules.columns) {
    if (!rule.where.Holds(identity.study, block)) continue;
    for (const std::string& pattern : rule.match) {
      const int found = MatchNumber(pattern, name);
      if (found < 0) continue;
      *number = found;
      return &rule;
    }
  }
  return nullptr;
}

int ColumnNamed(const std::vector<std::string>& header, absl::string_view pattern) {
  for (size_t i = 0; i < header.size(); ++i) {
    if (Matches(pattern, header[i])) return static_cast<int>(i);
  }
  return -1;
}

}  // namespace

std::vector<std::string> CleanHeader(const std::vector<absl::string_view>& cells) {
  std::vector<std::string> out;
  std::map<std::string, int> seen;
  for (size_t i = 0; i < cells.size(); ++i) {
    absl::string_view cell = cells[i];
    std::string name(Trim(cell.substr(0, cell.find(" %% "))));
    if (name.empty()) name = absl::StrCat("column ", i + 1);
    const int times = ++seen[name];
    if (times > 1) absl::StrAppend(&name, " (", times, ")");
    out.push_back(std::move(name));
  }
  return out;
}

uint32_t TablePlan::Group(const std::string& name, int number) {
  if (name.empty()) return 0;
  auto [it, added] = group_ids_.try_emplace({name, number}, groups + 1);
  if (added) ++groups;
  return it->second;
}

void TablePlan::BindColumns() {
  std::map<std::pair<std::string, int>, size_t> gene_sets;
  std::map<int, std::vector<int>> accessions;          // By phenotype number.
  std::vector<std::pair<int, int>> phenotype_columns;  // Number, column.
  ValueColumn* owner = nullptr;  // The nearest column to the left that takes a term.
  ValueColumn nobody;
  values.reserve(header_.size());  // `owner` points into it.
  uses.assign(header_.size(), ColumnUse::kAttribute);
  for (int c = 0; c < static_cast<int>(header_.size()); ++c) {
    int number = 0;
    const ColumnRule* rule = FindRule(*rules_, identity_, facts_->id, header_[c], &number);
    if (rule == nullptr) continue;
    uses[c] = rule->use;
    if (rule->takes_term && rule->use != ColumnUse::kValue) owner = &(nobody = ValueColumn());
    auto once = [&](int* column) {
      if (*column < 0) *column = c;
    };
    switch (rule->use) {
      case ColumnUse::kValue:
        values.push_back({c, rule, number, Group(rule->group, number), -1, -1});
        if (rule->takes_term) owner = &values.back();
        break;
      case ColumnUse::kUnit:
        units.push_back({c, rule, number, Group(rule->group, number), -1, -1});
        break;
      case ColumnUse::kIdentifier:
        identifiers.push_back({c, rule, number, Group(rule->group, number), -1, -1});
        break;
      case ColumnUse::kTermSource:
        if (owner != nullptr && owner->term_source < 0) owner->term_source = c;
        break;
      case ColumnUse::kTermAccession:
        if (owner != nullptr && owner->term_accession < 0) owner->term_accession = c;
        break;
      case ColumnUse::kGeneIdentifier:
      case ColumnUse::kGeneSymbol: {
        const std::string group = rule->group.empty() ? facts_->gene_group : rule->group;
        // Columns of different roles are different genes, even with one number.
        auto [it, added] =
            gene_sets.try_emplace({absl::StrCat(group, "\n", rule->role), number}, genes.size());
        if (added) {
          genes.emplace_back();
          genes.back().group = Group(group, number);
          genes.back().role = rule->role.empty() ? facts_->gene_role : rule->role;
          genes.back().split = rule->split;
        }
        once(rule->use == ColumnUse::kGeneIdentifier ? &genes[it->second].identifier
                                                     : &genes[it->second].symbol);
        break;
      }
      case ColumnUse::kPhenotype:
        phenotype_columns.emplace_back(number, c);
        break;
      case ColumnUse::kPhenotypeTermAccession:
        accessions[number].push_back(c);
        break;
      case ColumnUse::kPlate:
        once(&plate);
        break;
      case ColumnUse::kWell:
        once(&well);
        break;
      case ColumnUse::kControl:
        once(&control);
        break;
      case ColumnUse::kQuality:
        once(&quality);
        break;
      case ColumnUse::kHasPhenotype:
        once(&has_phenotype);
        break;
      case ColumnUse::kPhenotypeLevel:
        once(&level);
        break;
      case ColumnUse::kImageCount:
        once(&image_count);
        break;
      case ColumnUse::kChannels:
        channels.push_back(c);
        break;
      case ColumnUse::kPhenotypeTermName:
      case ColumnUse::kAttribute:
      case ColumnUse::kPersonal:
        break;
    }
  }
  for (const auto& [number, column] : phenotype_columns)
    phenotypes.push_back({column, accessions[number]});
}

void TablePlan::BindKeys() {
  for (const std::vector<std::string>& patterns : rules_->row_keys) {
    keys.clear();
    for (const std::string& pattern : patterns) {
      const int column = ColumnNamed(header_, pattern);
      if (column >= 0) keys.push_back(column);
    }
    if (keys.size() == patterns.size()) return;
  }
  keys.clear();
  // No declared key: the column that the study file joins on, or the first one.
  const int join = facts_->join_column.empty() ? -1 : ColumnNamed(header_, facts_->join_column);
  keys.push_back(std::max(join, 0));
}

void TablePlan::BindScores() {
  for (const DeclaredPhenotype& phenotype : facts_->phenotypes)
    declared.emplace(Fold(phenotype.name), &phenotype);
  for (const ScoringRule& rule : rules_->scoring) {
    if (!rule.where.Holds(identity_.study, facts_->id)) continue;
    scoring = &rule;
    break;
  }
  if (scoring == nullptr) return;
  for (const DeclaredPhenotype& phenotype : facts_->phenotypes) {
    if (!scoring->phenotype.empty() && !Matches(scoring->phenotype, phenotype.name)) continue;
    auto column_of = [&](const std::string& pattern) {
      return pattern.empty()
                 ? -1
                 : ColumnNamed(header_,
                               absl::StrReplaceAll(pattern, {{"{phenotype}", phenotype.name}}));
    };
    const ScoreColumns columns{column_of(scoring->scored_by), column_of(scoring->score)};
    if (columns.scored_by >= 0 || columns.score >= 0) scores[Fold(phenotype.name)] = columns;
  }
}

void TablePlan::BindImages() {
  for (const ImageRule& rule : rules_->images) {
    if (!rule.where.Holds(identity_.study, facts_->id)) continue;
    if (rule.column.empty()) {
      images.emplace_back(&rule, -1);
      continue;
    }
    for (size_t c = 0; c < header_.size(); ++c) {
      if (Matches(rule.column, header_[c])) images.emplace_back(&rule, static_cast<int>(c));
    }
  }
}

TablePlan TablePlan::Make(std::vector<std::string> header, TableIdentity identity,
                          const BlockFacts& facts, const Rules& rules) {
  TablePlan plan;
  plan.header_ = std::move(header);
  plan.identity_ = std::move(identity);
  plan.facts_ = &facts;
  plan.rules_ = &rules;
  plan.BindColumns();
  plan.BindKeys();
  plan.BindScores();
  plan.BindImages();
  return plan;
}

}  // namespace parfocal::idr
