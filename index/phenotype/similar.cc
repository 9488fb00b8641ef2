#include "similar.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "background.h"
#include "bound_expression.h"
#include "explain.h"
#include "find.h"
#include "parfocal/terms/curie.h"
#include "subject_names.h"

namespace parfocal::phenotype {
namespace {

constexpr size_t kMostShared = 20;
constexpr size_t kMostTerms = 500;

// One side of a comparison: what it asserts, and of a gene how its name was resolved.
struct Side {
  std::vector<uint32_t> terms;
  GeneResolution resolution;
};

bool IsTerm(const MatrixData& data, const std::string& text) {
  const std::string curie = CanonicalCurie(text);
  return !curie.empty() &&
         (data.terms().Find(curie).has_value() || data.knowledge().terms->LabelOf(curie));
}

// A term that no finding of the matrix asserts stands for its nearest ancestors that are in it.
std::vector<uint32_t> TermsInMatrix(const MatrixData& data, const std::string& curie) {
  if (const std::optional<uint32_t> term = data.terms().Find(curie)) return {*term};
  std::vector<uint32_t> above;
  for (const std::string& id : data.knowledge().terms->Ancestors(curie)) {
    if (const std::optional<uint32_t> term = data.terms().Find(id)) above.push_back(*term);
  }
  std::vector<uint32_t> nearest;
  for (uint32_t term : above) {
    const bool has_lower = std::any_of(above.begin(), above.end(), [&](uint32_t other) {
      return other != term && data.terms().IsAncestor(term, other);
    });
    if (!has_lower) nearest.push_back(term);
  }
  return nearest;
}

absl::StatusOr<Side> SideOf(const MatrixData& data, const BoundScope& scope,
                            const std::vector<std::string>& texts, const std::string& organism,
                            absl::string_view field) {
  if (texts.empty() || texts.size() > kMostTerms) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat(field, ": give one gene, or 1 to ", kMostTerms,
                                                " terms; there are ", texts.size())),
        "VALUE_OUT_OF_RANGE", field);
  }
  Side side;
  if (texts.size() == 1 && !IsTerm(data, texts[0])) {
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<NamedSubject> named,
                              GenesNamed(data, texts, organism, scope.kind()));
    side.resolution = std::move(named[0].resolution);
    if (named[0].subject.has_value()) side.terms = TermsOf(data, scope, *named[0].subject);
    return side;
  }
  for (const std::string& text : texts) {
    PARFOCAL_ASSIGN_OR_RETURN(const std::string curie, TermNamed(data, text, false, field));
    for (uint32_t term : TermsInMatrix(data, curie)) side.terms.push_back(term);
  }
  std::sort(side.terms.begin(), side.terms.end());
  side.terms.erase(std::unique(side.terms.begin(), side.terms.end()), side.terms.end());
  return side;
}

Explain ExplainWith(const MatrixData& data, const BoundScope& scope,
                    const BoundBackground& background) {
  Explain out;
  out.studies = ScreensInScope(data, scope);
  AddLeftOut(data, scope, nullptr, &out.left_out);
  out.left_out.insert(out.left_out.end(), background.left_out().begin(),
                      background.left_out().end());
  out.rules = CommonRules(data, scope, &background);
  return out;
}

const TermContent* ContentOf(const BoundBackground& background) {
  return background.content().has_value() ? &*background.content() : nullptr;
}

}  // namespace

std::vector<uint32_t> TermsOf(const MatrixData& data, const BoundScope& scope, uint32_t subject) {
  std::vector<uint32_t> out;
  const MatrixData::Subject& of = data.subjects()[subject];
  ForEachCell(data, of, scope,
              [&](uint32_t study, const StudyTally& tally, const StudyTally::Cell& cell) {
                if (scope.Any(tally, cell.positive, of.compound))
                  out.push_back(data.TermOf(study, cell.term));
              });
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

ScopedProfiles::ScopedProfiles(const MatrixData& data, const BoundScope& scope,
                               const TermContent* content)
    : index_(&data.profiles(scope.kind())) {
  if (!scope.restricts() && content == nullptr) return;
  std::vector<ProfileIndex::Profile> profiles;
  for (const ProfileIndex::Profile& whole : index_->profiles()) {
    std::vector<uint32_t> terms =
        scope.restricts() ? TermsOf(data, scope, whole.subject) : whole.terms;
    if (!terms.empty()) profiles.push_back({whole.subject, std::move(terms)});
  }
  own_ = content == nullptr ? std::make_unique<const ProfileIndex>(std::move(profiles), *index_)
                            : std::make_unique<const ProfileIndex>(data.term_table(),
                                                                   std::move(profiles), *content);
  index_ = own_.get();
}

std::vector<SharedTerm> SharedOf(const MatrixData& data, const ProfileIndex& profiles,
                                 const std::vector<uint32_t>& terms, size_t limit) {
  std::vector<SharedTerm> out;
  for (size_t i = 0; i < std::min(limit, terms.size()); ++i) {
    out.push_back(
        {data.terms().id(terms[i]), data.LabelOf(terms[i]), profiles.InformationContent(terms[i])});
  }
  return out;
}

double LeastOfBest(const std::vector<double>& scores, size_t count) {
  if (count == 0 || count > scores.size()) return 0;
  // Twice as many as are wanted are kept; when they are full, the lower half goes.
  std::vector<double> kept;
  double least = 0;
  const auto halve = [&] {
    std::nth_element(kept.begin(), kept.begin() + static_cast<ptrdiff_t>(count - 1), kept.end(),
                     std::greater<double>());
    kept.resize(count);
    least = kept.back();
  };
  for (const double score : scores) {
    if (score <= least) continue;
    kept.push_back(score);
    if (kept.size() == 2 * count) halve();
  }
  if (kept.size() < count) return 0;
  halve();
  return least;
}

std::vector<size_t> BestOf(const MatrixData& data, const ProfileIndex& profiles,
                           const std::vector<double>& scores, int64_t except, size_t limit) {
  // Everything that ties with the last one stays in, for the rule of ties to choose among.
  const double least = LeastOfBest(scores, limit + 1);
  std::vector<size_t> out;
  for (size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > 0 && scores[i] >= least && static_cast<int64_t>(i) != except) out.push_back(i);
  }
  auto subject = [&](size_t i) -> const MatrixData::Subject& {
    return data.subjects()[profiles.profiles()[i].subject];
  };
  auto before = [&](size_t a, size_t b) {
    if (scores[a] != scores[b]) return scores[a] > scores[b];
    if (int order = subject(a).name.compare(subject(b).name); order != 0) return order < 0;
    return a < b;  // Subjects stand by organism and id.
  };
  const size_t end = std::min(limit, out.size());
  std::partial_sort(out.begin(), out.begin() + static_cast<ptrdiff_t>(end), out.end(), before);
  out.resize(end);
  return out;
}

absl::StatusOr<SimilarAnswer> Similar(const MatrixData& data, const SimilarQuery& query) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope scope, BoundScope::Bind(data, query.scope));
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<NamedSubject> named,
                            GenesNamed(data, {query.gene}, query.organism, query.scope.kind));
  PARFOCAL_ASSIGN_OR_RETURN(const BoundBackground background,
                            BoundBackground::Bind(data, query.background, query.scope.kind));
  SimilarAnswer out;
  out.resolution = std::move(named[0].resolution);
  out.background_size = background.genes();
  out.background_not_used = background.not_used();
  out.explain = ExplainWith(data, scope, background);
  out.explain.rules.push_back("profiles over all studies and types of perturbation in scope");
  out.explain.rules.push_back("ties are broken by symbol, then by organism and id");
  if (!named[0].subject.has_value()) return out;
  const ScopedProfiles profiles(data, scope, ContentOf(background));
  const int64_t own = profiles->PositionOf(*named[0].subject);
  if (own < 0) {
    out.explain.left_out.push_back("the gene has no finding in scope");
    return out;
  }
  const std::vector<uint32_t>& terms = profiles->profiles()[static_cast<size_t>(own)].terms;
  std::vector<double> scores;
  if (query.measure == Measure::kSimGic) {
    profiles->SimGicWithAll(terms, &scores);
  } else {
    profiles->ResnikWithAll(terms, &scores);
  }
  out.total_size = std::count_if(scores.begin(), scores.end(), [](double s) { return s > 0; }) -
                   (scores[static_cast<size_t>(own)] > 0 ? 1 : 0);
  std::vector<size_t> best =
      BestOf(data, *profiles, scores, own, query.window.offset + query.window.limit);
  CutToPage(query.window, &best);
  for (size_t i : best) {
    const MatrixData::Subject& subject = data.subjects()[profiles->profiles()[i].subject];
    const std::vector<uint32_t> shared = profiles->MostSpecificShared(
        profiles->ClosureOf(static_cast<size_t>(own)), profiles->ClosureOf(i));
    out.genes.push_back({data.AnswerId(subject), subject.name, subject.organism, scores[i],
                         SharedOf(data, *profiles, shared, kMostShared)});
  }
  return out;
}

absl::StatusOr<Comparison> Compare(const MatrixData& data, const CompareQuery& query) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope scope, BoundScope::Bind(data, query.scope));
  PARFOCAL_ASSIGN_OR_RETURN(Side a, SideOf(data, scope, query.a, query.organism, "a"));
  PARFOCAL_ASSIGN_OR_RETURN(Side b, SideOf(data, scope, query.b, query.organism, "b"));
  PARFOCAL_ASSIGN_OR_RETURN(const BoundBackground background,
                            BoundBackground::Bind(data, query.background, query.scope.kind));
  // Sets of terms are compared, so that nobody's profile is needed beside a content of its own.
  std::optional<ProfileIndex> given;
  if (background.content().has_value())
    given.emplace(data.term_table(), std::vector<ProfileIndex::Profile>(), *background.content());
  const ProfileIndex& profiles = given.has_value() ? *given : data.profiles(scope.kind());
  Comparison out;
  out.background_size = background.genes();
  out.background_not_used = background.not_used();
  out.explain = ExplainWith(data, scope, background);
  out.sim_gic = profiles.SimGic(a.terms, b.terms);
  out.resnik_bma = profiles.Resnik(a.terms, b.terms);
  std::vector<uint32_t> shared =
      profiles.MostSpecificShared(profiles.Close(a.terms), profiles.Close(b.terms));
  out.total_size = static_cast<int64_t>(shared.size());
  CutToPage(query.window, &shared);
  out.shared = SharedOf(data, profiles, shared, shared.size());
  out.resolution_a = std::move(a.resolution);
  out.resolution_b = std::move(b.resolution);
  return out;
}

}  // namespace parfocal::phenotype
