#include "enrich.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bound_expression.h"
#include "bound_scope.h"
#include "explain.h"
#include "find.h"
#include "hypergeometric.h"
#include "subject_names.h"

namespace parfocal::phenotype {
namespace {

constexpr size_t kMostGenes = 500;

using ScreenSet = std::set<std::pair<uint32_t, uint32_t>>;  // Study and screen.

absl::Status CheckQ(double max_q) {
  if (max_q >= 0 && max_q <= 1) return absl::OkStatus();
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat("max_q: ", max_q, " is not between 0 and 1")),
      "VALUE_OUT_OF_RANGE", "max_q");
}

// Tests all rows, corrects, drops what is above `max_q`, and cuts the page.
void Finish(double max_q, Window window, std::vector<Enrichment> rows, Enrichments* out) {
  std::vector<double> p;
  for (Enrichment& row : rows) {
    row.p = HypergeometricUpperTail(row.list_hits, row.list_size, row.background_hits,
                                    row.background_size);
    p.push_back(row.p);
  }
  const std::vector<double> q = BenjaminiHochberg(p);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].q = q[i];
  out->tested = static_cast<int64_t>(rows.size());
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [&](const Enrichment& row) { return row.q > max_q; }),
             rows.end());
  std::stable_sort(rows.begin(), rows.end(), [](const Enrichment& a, const Enrichment& b) {
    return std::tie(a.p, a.id) < std::tie(b.p, b.id);
  });
  out->total_size = static_cast<int64_t>(rows.size());
  CutToPage(window, &rows);
  out->rows = std::move(rows);
}

// Screens in scope in which one of the subjects has an image set that counts.
ScreenSet ScreensWith(const MatrixData& data, const BoundScope& scope,
                      const std::set<uint32_t>& subjects) {
  ScreenSet out;
  for (uint32_t subject : subjects) {
    for (const auto& [study, local] : data.subjects()[subject].parts) {
      const StudyTally& tally = *data.studies()[study].tally;
      for (const StudyTally::Screening& screening : tally.screenings(local)) {
        if (scope.Has(study, screening.screen) && scope.Any(tally, screening.counted, false)) {
          out.emplace(study, screening.screen);
        }
      }
    }
  }
  return out;
}

std::vector<std::string> NamesOf(const MatrixData& data, const ScreenSet& screens) {
  std::set<std::string> out;
  for (const auto& [study, screen] : screens) {
    const MatrixData::StudyPart& part = data.studies()[study];
    out.insert(ScreenName(part.key, part.tally->screens()[screen].block));
  }
  return {out.begin(), out.end()};
}

// Terms rolled up of a gene in these screens, or nothing if it was not screened there.
std::optional<std::vector<uint32_t>> TermsIn(const MatrixData& data, const BoundScope& scope,
                                             const ScreenSet& screens, uint32_t subject) {
  bool screened = false;
  std::set<uint32_t> terms;
  for (const auto& [study, local] : data.subjects()[subject].parts) {
    const StudyTally& tally = *data.studies()[study].tally;
    for (const StudyTally::Screening& screening : tally.screenings(local)) {
      screened = screened || (screens.count({study, screening.screen}) > 0 &&
                              scope.Any(tally, screening.counted, false));
    }
    for (const StudyTally::Cell& cell : tally.cells(local)) {
      if (cell.kind != scope.kind() || screens.count({study, cell.screen}) == 0 ||
          !scope.Any(tally, cell.positive, false)) {
        continue;
      }
      const absl::Span<const uint32_t> above =
          data.terms().Ancestors(data.TermOf(study, cell.term));
      terms.insert(above.begin(), above.end());
    }
  }
  if (!screened) return std::nullopt;
  return std::vector<uint32_t>(terms.begin(), terms.end());
}

// The genes of the list by number; the others go into `out->not_used`.
absl::StatusOr<std::set<uint32_t>> ListOf(const MatrixData& data, const EnrichTermsQuery& query,
                                          Enrichments* out) {
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<NamedSubject> named,
                            GenesNamed(data, query.genes, query.organism, query.scope.kind));
  std::set<uint32_t> list;
  for (size_t i = 0; i < named.size(); ++i) {
    if (!named[i].subject.has_value()) {
      out->not_used.push_back({query.genes[i], std::move(named[i].resolution)});
    } else if (!list.insert(*named[i].subject).second) {
      named[i].resolution.reason = "stands in the list already, perhaps under another name";
      out->not_used.push_back({query.genes[i], std::move(named[i].resolution)});
    }
  }
  return list;
}

void CountTerms(const MatrixData& data, const BoundScope& scope, const ScreenSet& screens,
                std::set<uint32_t>* list, std::vector<Enrichment>* rows) {
  std::map<uint32_t, Enrichment> by_term;
  int64_t background = 0;
  std::set<uint32_t> screened;
  for (uint32_t gene = 0; gene < data.genes(); ++gene) {
    const auto terms = TermsIn(data, scope, screens, gene);
    if (!terms.has_value()) continue;
    ++background;
    const bool listed = list->count(gene) > 0;
    if (listed) screened.insert(gene);
    for (uint32_t term : *terms) {
      Enrichment& row = by_term[term];
      ++row.background_hits;
      if (!listed) continue;
      ++row.list_hits;
      const MatrixData::Subject& subject = data.subjects()[gene];
      if (row.genes.size() < kMostGenes)
        row.genes.push_back(subject.name.empty() ? data.AnswerId(subject) : subject.name);
    }
  }
  *list = screened;
  for (auto& [term, row] : by_term) {
    if (row.list_hits == 0) continue;
    row.id = data.terms().id(term);
    row.label = data.LabelOf(term);
    row.list_size = static_cast<int64_t>(screened.size());
    row.background_size = background;
    std::sort(row.genes.begin(), row.genes.end());
    rows->push_back(std::move(row));
  }
}

// Image sets of one study by what they show, with regard to an expression.
class ShowingRows {
 public:
  ShowingRows(const MatrixData& data, const BoundScope& scope, const BoundExpression& expression,
              uint32_t study) {
    const StudyFacts& facts = data.studies()[study].tally->facts();
    for (const auto& list : facts.finding_lists()) {
      std::vector<bool> holds(expression.leaves(), false);
      for (const FindingFact& fact : list) {
        if (fact.kind != scope.kind() || fact.outcome != Outcome::kPositive || fact.term.empty())
          continue;
        expression.Mark(*data.terms().Find(fact.term), &holds);
      }
      holds_.push_back(expression.Holds(holds));
    }
  }
  bool operator()(const StudyFacts& facts, uint32_t row) const {
    return holds_[facts.findings_index(row)];
  }

 private:
  std::vector<bool> holds_;  // By list of findings, of which there are far fewer than rows.
};

using PlacedRow = std::pair<uint32_t, uint32_t>;  // Study and row.

// An image set with several targets is added by each of them and counts once.
struct GeneRows {
  std::vector<PlacedRow> all, hits;
  void Sort() {
    for (std::vector<PlacedRow>* rows : {&all, &hits}) {
      std::sort(rows->begin(), rows->end());
      rows->erase(std::unique(rows->begin(), rows->end()), rows->end());
    }
  }
};

}  // namespace

absl::StatusOr<Enrichments> EnrichTerms(const MatrixData& data, const EnrichTermsQuery& query) {
  PARFOCAL_RETURN_IF_ERROR(CheckQ(query.max_q));
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope scope, BoundScope::Bind(data, query.scope));
  Enrichments out;
  PARFOCAL_ASSIGN_OR_RETURN(std::set<uint32_t> list, ListOf(data, query, &out));
  const ScreenSet screens = ScreensWith(data, scope, list);
  const size_t named = list.size();
  std::vector<Enrichment> rows;
  CountTerms(data, scope, screens, &list, &rows);
  Finish(query.max_q, query.window, std::move(rows), &out);
  AddLeftOut(data, scope, nullptr, &out.explain.left_out);
  if (list.size() < named) {
    out.explain.left_out.push_back(absl::StrCat(
        named - list.size(), " genes of the list were screened in none of these studies"));
  }
  out.explain.studies = NamesOf(data, screens);
  out.explain.rules = CommonRules(data, scope);
  out.explain.rules.push_back(
      "background: genes with an image set that counts in a screen in which a gene of the list has "
      "one; tested: terms that a gene of the list has, rolled up; hypergeometric upper tail, "
      "corrected after Benjamini and Hochberg");
  return out;
}

absl::StatusOr<Enrichments> EnrichGenes(const MatrixData& data, const EnrichGenesQuery& query) {
  PARFOCAL_RETURN_IF_ERROR(CheckQ(query.max_q));
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope scope, BoundScope::Bind(data, query.scope));
  PARFOCAL_ASSIGN_OR_RETURN(const BoundExpression expression,
                            BoundExpression::Bind(data, query.expression, {query.exact, false}));
  // Screens in which nothing shows it have nobody to compare with.
  ScreenSet screens;
  std::vector<ShowingRows> showing;
  for (uint32_t study = 0; study < data.studies().size(); ++study) {
    showing.emplace_back(data, scope, expression, study);
    const StudyTally& tally = *data.studies()[study].tally;
    for (const StudyTally::Screening& screening : tally.all_screenings()) {
      if (!scope.Has(study, screening.screen) || tally.subjects()[screening.subject].compound)
        continue;
      for (uint32_t row : scope.Counted(tally, screening.counted, false)) {
        if (!showing[study](tally.facts(), row)) continue;
        screens.emplace(study, screening.screen);
        break;
      }
    }
  }
  GeneRows background;
  std::map<uint32_t, GeneRows> by_gene;
  for (uint32_t gene = 0; gene < data.genes(); ++gene) {
    for (const auto& [study, local] : data.subjects()[gene].parts) {
      const StudyTally& tally = *data.studies()[study].tally;
      for (const StudyTally::Screening& screening : tally.screenings(local)) {
        if (screens.count({study, screening.screen}) == 0) continue;
        for (uint32_t row : scope.Counted(tally, screening.counted, false)) {
          const bool hit = showing[study](tally.facts(), row);
          for (GeneRows* rows : {&background, &by_gene[gene]}) {
            rows->all.emplace_back(study, row);
            if (hit) rows->hits.emplace_back(study, row);
          }
        }
      }
    }
  }
  background.Sort();
  std::vector<Enrichment> rows;
  for (auto& [gene, found] : by_gene) {
    if (found.hits.empty()) continue;
    found.Sort();
    const MatrixData::Subject& subject = data.subjects()[gene];
    Enrichment& row = rows.emplace_back();
    row.id = data.AnswerId(subject);
    row.label = subject.name;
    row.list_hits = static_cast<int64_t>(found.hits.size());
    row.list_size = static_cast<int64_t>(found.all.size());
    row.background_hits = static_cast<int64_t>(background.hits.size());
    row.background_size = static_cast<int64_t>(background.all.size());
  }
  Enrichments out;
  Finish(query.max_q, query.window, std::move(rows), &out);
  out.explain.terms = expression.Expansions(AssertedTerms(data, scope, false));
  AddLeftOut(data, scope, &expression, &out.explain.left_out);
  out.explain.studies = NamesOf(data, screens);
  out.explain.rules = CommonRules(data, scope);
  out.explain.rules.push_back(
      "background: image sets with a perturbed gene of the screens in which an image set shows it; "
      "the conditions hold on one image set; tested: genes with an image set that shows it; "
      "hypergeometric upper tail, corrected after Benjamini and Hochberg");
  return out;
}

}  // namespace parfocal::phenotype
