#include "find.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "explain.h"

namespace parfocal::phenotype {
namespace {

absl::Status CheckCount(int64_t value, absl::string_view field) {
  if (value >= 0) return absl::OkStatus();
  return WithReason(absl::InvalidArgumentError(absl::StrCat(field, ": ", value, " is negative")),
                    "VALUE_OUT_OF_RANGE", field);
}

class Finder {
 public:
  Finder(const MatrixData& data, const BoundScope& scope, const BoundExpression& expression,
         const FindRequest& request)
      : data_(data), scope_(scope), expression_(expression), request_(request) {}

  // Subjects that may be part of a match.
  std::vector<uint32_t> Candidates() const {
    const uint32_t begin = request_.compounds ? static_cast<uint32_t>(data_.genes()) : 0;
    const uint32_t end =
        static_cast<uint32_t>(request_.compounds ? data_.subjects().size() : data_.genes());
    const bool everything = expression_.HoldsOfNothing();
    std::vector<uint32_t> out;
    for (uint32_t i = begin; i < end; ++i) {
      if (everything ? Screened(i) : !CellsOf(i).empty()) out.push_back(i);
    }
    return out;
  }

  // Whether the subject has an image set in scope that counts.
  bool Screened(uint32_t number) const {
    for (const auto& [study, local] : data_.subjects()[number].parts) {
      const StudyTally& tally = *data_.studies()[study].tally;
      for (const StudyTally::Screening& screening : tally.screenings(local)) {
        if (scope_.Has(study, screening.screen) &&
            scope_.Any(tally, screening.counted, request_.compounds)) {
          return true;
        }
      }
    }
    return false;
  }

  // Positive cells under any of the terms.
  std::vector<PlacedCell> CellsOf(uint32_t number) const {
    std::vector<PlacedCell> out;
    ForEachCell(data_, data_.subjects()[number], scope_,
                [&](uint32_t study, const StudyTally& tally, const StudyTally::Cell& cell) {
                  if (expression_.CountsAny(data_.TermOf(study, cell.term)) &&
                      scope_.Any(tally, cell.positive, request_.compounds)) {
                    out.push_back({study, &cell});
                  }
                });
    return out;
  }

  // Whether the expression holds of the group, and with what.
  bool Match(SubjectGroup group, std::vector<phenotype::Match>* matches) const {
    phenotype::Match match;
    std::vector<bool> holds(expression_.leaves(), false);
    std::set<uint32_t> studies;
    std::set<std::pair<uint32_t, uint32_t>> support;
    for (const SubjectGroup::Member& member : group.members) {
      for (const PlacedCell& placed : CellsOf(member.subject)) {
        const uint32_t term = data_.TermOf(placed.study, placed.cell->term);
        expression_.Mark(term, &holds);
        match.cells.push_back(placed);
        if (!member.independent) continue;
        studies.insert(data_.DepositionOf(placed.study));
        support.emplace(term, data_.DepositionOf(placed.study));
      }
    }
    if (!expression_.Holds(holds)) return false;
    if (request_.min_studies > 1 &&
        AgreeingStudies(data_.profiles(scope_.kind()), support) < request_.min_studies) {
      return false;
    }
    match.studies = static_cast<int32_t>(studies.size());
    match.group = std::move(group);
    matches->push_back(std::move(match));
    return true;
  }

 private:
  const MatrixData& data_;
  const BoundScope& scope_;
  const BoundExpression& expression_;
  const FindRequest& request_;
};

void AddPageOf(const MatrixData& data, const BoundScope& scope, const BoundExpression* expression,
               const Match& match, std::vector<TermEvidence>* evidence,
               std::set<std::string>* identifiers) {
  for (const PlacedCell& placed : match.cells) {
    TermEvidence made = EvidenceOf(data, scope, placed);
    if (expression != nullptr)
      made.bridge = expression->BridgeOf(data.TermOf(placed.study, placed.cell->term));
    identifiers->insert(made.source_identifiers.begin(), made.source_identifiers.end());
    evidence->push_back(std::move(made));
  }
  SortEvidence(evidence);
}

void Total(const MatrixData& data, const BoundScope& scope, const std::vector<Match>& matches,
           FoundGenes* out) {
  std::set<std::string> identifiers, single;
  std::set<std::pair<uint32_t, uint32_t>> image_sets;
  for (const Match& match : matches) {
    for (const auto& [study, cell] : match.cells) {
      const StudyTally& tally = *data.studies()[study].tally;
      const StudyTally::Subject& subject = tally.subjects()[cell->subject];
      const std::vector<uint32_t> rows = scope.Counted(tally, cell->positive, false);
      AddIdentifiers(tally, subject, rows, &identifiers);
      std::vector<uint32_t> alone;
      for (uint32_t row : rows) {
        image_sets.emplace(study, row);
        if (scope.SingleTarget(tally, row, false)) alone.push_back(row);
      }
      AddIdentifiers(tally, subject, alone, &single);
    }
  }
  out->total_size = static_cast<int64_t>(matches.size());
  out->total_source_identifiers = static_cast<int64_t>(identifiers.size());
  out->total_single_target_identifiers = static_cast<int64_t>(single.size());
  out->total_image_sets = static_cast<int64_t>(image_sets.size());
}

FindRequest RequestOf(const FindQuery& query, bool compounds) {
  FindRequest out;
  out.compounds = compounds;
  out.expression = query.expression;
  out.options = {query.exact, query.bridges};
  out.min_studies = query.min_studies;
  if (!compounds) out.pooling = {query.pool_to, std::max(1, query.min_ortholog_sources)};
  return out;
}

// Tested compounds without a positive finding of the expression (empty: of any kind of finding).
absl::StatusOr<Matches> WithoutEffect(const MatrixData& data, const BoundScope& scope,
                                      const FindQuery& query) {
  Matches out;
  std::optional<BoundExpression> expression;
  if (!query.expression.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(
        expression, BoundExpression::Bind(data, query.expression, {query.exact, query.bridges}));
    out.explain.terms = expression->Expansions(AssertedTerms(data, scope, true));
  }
  AddLeftOut(data, scope, expression.has_value() ? &*expression : nullptr, &out.explain.left_out);
  int64_t untested = 0;
  for (uint32_t i = static_cast<uint32_t>(data.genes()); i < data.subjects().size(); ++i) {
    Match match;
    std::set<uint32_t> studies;
    bool shows = false;
    ForEachCell(data, data.subjects()[i], scope,
                [&](uint32_t study, const StudyTally& tally, const StudyTally::Cell& cell) {
                  const uint32_t term = data.TermOf(study, cell.term);
                  if (expression.has_value() && !expression->CountsAny(term)) return;
                  shows = shows || scope.Any(tally, cell.positive, true);
                  if (!scope.Any(tally, cell.negative, true)) return;
                  match.cells.push_back({study, &cell});
                  studies.insert(data.DepositionOf(study));
                });
    if (match.cells.empty() && !shows) ++untested;
    if (match.cells.empty() || shows) continue;
    match.studies = static_cast<int32_t>(studies.size());
    if (match.studies < query.min_studies) continue;
    match.group = GroupsOf(data, {i})[0];
    out.matches.push_back(std::move(match));
  }
  if (untested > 0) {
    out.explain.left_out.push_back(
        absl::StrCat(untested, " compounds were never tested for it, or are controls alone"));
  }
  return out;
}

void SortMatches(std::vector<Match>* matches) {
  std::stable_sort(matches->begin(), matches->end(), [](const Match& a, const Match& b) {
    return std::tie(b.studies, a.group.name, a.group.id) <
           std::tie(a.studies, b.group.name, b.group.id);
  });
}

CompoundHit CompoundOf(const MatrixData& data, const BoundScope& scope, const Match& match,
                       const BoundExpression* expression) {
  CompoundHit hit;
  const MatrixData::Subject& subject = data.subjects()[match.group.members[0].subject];
  hit.compound = subject.id;
  hit.name = subject.name;
  hit.studies = match.studies;
  std::set<std::string> identifiers;
  AddPageOf(data, scope, expression, match, &hit.evidence, &identifiers);
  hit.source_identifiers.assign(identifiers.begin(), identifiers.end());
  for (const auto& [study, local] : subject.parts) {
    const StudyTally& tally = *data.studies()[study].tally;
    for (const StudyTally::Screening& screening : tally.screenings(local)) {
      if (!scope.Has(study, screening.screen)) continue;
      hit.image_sets += static_cast<int64_t>(scope.Counted(tally, screening.counted, true).size());
      hit.controls += static_cast<int64_t>(screening.controls.size());
      hit.failed += static_cast<int64_t>(screening.failed.size());
    }
  }
  return hit;
}

// Calls `visit` for each match of the page.
template <typename Visit>
void ForPage(const std::vector<Match>& matches, Window window, Visit visit) {
  const size_t end = std::min(matches.size(), window.offset + window.limit);
  for (size_t i = window.offset; i < end; ++i) visit(matches[i]);
}

}  // namespace

std::vector<std::string> ScreensOf(const MatrixData& data, const std::vector<Match>& matches) {
  std::set<std::string> out;
  for (const Match& match : matches) {
    for (const auto& [study, cell] : match.cells) {
      const MatrixData::StudyPart& part = data.studies()[study];
      out.insert(ScreenName(part.key, part.tally->screens()[cell->screen].block));
    }
  }
  return {out.begin(), out.end()};
}

absl::StatusOr<Matches> FindMatches(const MatrixData& data, const BoundScope& scope,
                                    const FindRequest& request) {
  PARFOCAL_RETURN_IF_ERROR(CheckCount(request.min_studies, "min_studies"));
  PARFOCAL_ASSIGN_OR_RETURN(const BoundExpression expression,
                            BoundExpression::Bind(data, request.expression, request.options));
  const Finder finder(data, scope, expression, request);
  Matches out;
  AddLeftOut(data, scope, &expression, &out.explain.left_out);
  std::vector<SubjectGroup> groups;
  if (request.pooling.pool_to.empty()) {
    groups = GroupsOf(data, finder.Candidates());
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(
        groups, PooledGroups(data, finder.Candidates(), request.pooling, &out.explain.left_out));
    out.explain.rules.push_back(
        "pooled over orthologs, one hop; what is not one-to-one, seen from either species, is "
        "shown "
        "and does not count as support of a study");
  }
  for (SubjectGroup& group : groups) finder.Match(std::move(group), &out.matches);
  SortMatches(&out.matches);
  out.explain.terms = expression.Expansions(AssertedTerms(data, scope, request.compounds));
  out.explain.studies = ScreensOf(data, out.matches);
  for (std::string& rule : CommonRules(data, scope)) out.explain.rules.push_back(std::move(rule));
  if (request.min_studies > 1) {
    out.explain.rules.push_back(absl::StrFormat(
        "support in %d studies: they assert one term, or terms below one ancestor of at least %g "
        "bits",
        request.min_studies, kSharedAncestorFloor));
  }
  return out;
}

absl::StatusOr<FoundGenes> FindGenes(const MatrixData& data, const FindQuery& query) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope scope, BoundScope::Bind(data, query.scope));
  PARFOCAL_ASSIGN_OR_RETURN(Matches found, FindMatches(data, scope, RequestOf(query, false)));
  PARFOCAL_ASSIGN_OR_RETURN(
      const BoundExpression expression,
      BoundExpression::Bind(data, query.expression, {query.exact, query.bridges}));
  FoundGenes out;
  Total(data, scope, found.matches, &out);
  out.explain = std::move(found.explain);
  ForPage(found.matches, query.window, [&](const Match& match) {
    GeneHit& hit = out.genes.emplace_back();
    hit.gene = match.group.gene;
    hit.symbol = match.group.name;
    hit.organism = match.group.organism;
    hit.studies = match.studies;
    std::set<std::string> identifiers;
    AddPageOf(data, scope, &expression, match, &hit.evidence, &identifiers);
    hit.source_identifiers.assign(identifiers.begin(), identifiers.end());
    for (const SubjectGroup::Member& member : match.group.members) {
      if (member.pooled.has_value()) hit.pooled_from.push_back(*member.pooled);
    }
  });
  return out;
}

absl::StatusOr<FoundCompounds> FindCompounds(const MatrixData& data, const FindQuery& query) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope scope, BoundScope::Bind(data, query.scope));
  Matches found;
  std::optional<BoundExpression> expression;
  if (query.without_effect) {
    PARFOCAL_RETURN_IF_ERROR(CheckCount(query.min_studies, "min_studies"));
    PARFOCAL_ASSIGN_OR_RETURN(found, WithoutEffect(data, scope, query));
    SortMatches(&found.matches);
    found.explain.studies = ScreensOf(data, found.matches);
    found.explain.rules = CommonRules(data, scope);
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(found, FindMatches(data, scope, RequestOf(query, true)));
    PARFOCAL_ASSIGN_OR_RETURN(
        expression, BoundExpression::Bind(data, query.expression, {query.exact, query.bridges}));
  }
  FoundCompounds out;
  out.total_size = static_cast<int64_t>(found.matches.size());
  out.explain = std::move(found.explain);
  ForPage(found.matches, query.window, [&](const Match& match) {
    out.compounds.push_back(
        CompoundOf(data, scope, match, expression.has_value() ? &*expression : nullptr));
  });
  return out;
}

}  // namespace parfocal::phenotype
