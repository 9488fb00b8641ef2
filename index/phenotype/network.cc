#include "network.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bound_scope.h"
#include "explain.h"
#include "find.h"
#include "similar.h"
#include "subject_groups.h"
#include "subject_names.h"
#include "term_evidence.h"

namespace parfocal::phenotype {
namespace {

constexpr int32_t kMostNodes = 2000, kMostEdges = 20'000;
constexpr size_t kMostListed = 500;
constexpr size_t kNeighbours = 50;  // Of `profile_of`.
constexpr size_t kMostShared = 20;

absl::Status Refuse(absl::string_view field, absl::string_view message) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat(field, ": ", message)),
                    "VALUE_OUT_OF_RANGE", field);
}

absl::Status Check(const NetworkQuery& query) {
  const int given = !query.expression.empty() + !query.genes.empty() + !query.profile_of.empty();
  if (given != 1) return Refuse("expression", "give one of expression, genes and profile_of");
  if (query.max_nodes < 1 || query.max_nodes > kMostNodes) {
    return Refuse("max_nodes", absl::StrCat("from 1 to ", kMostNodes));
  }
  if (query.max_edges < 1 || query.max_edges > kMostEdges) {
    return Refuse("max_edges", absl::StrCat("from 1 to ", kMostEdges));
  }
  if (!(query.min_information_content >= 0)) {
    return Refuse("min_information_content", "bits, not negative");
  }
  if (query.min_studies < 0) return Refuse("min_studies", "not negative");
  if (query.genes.size() > kMostListed) {
    return LimitExceeded(
        "network_genes", static_cast<int64_t>(kMostListed), "genes",
        absl::StrCat("genes: ", query.genes.size(), " names; at most ", kMostListed));
  }
  return absl::OkStatus();
}

class Builder {
 public:
  Builder(const MatrixData& data, const BoundScope& scope, const NetworkQuery& query)
      : data_(data), scope_(scope), query_(query), profiles_(data.profiles(scope.kind())) {}

  absl::StatusOr<Network> Build() {
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<SubjectGroup> groups, Groups());
    if (groups.size() > static_cast<size_t>(query_.max_nodes)) {
      return LimitExceeded("network_nodes", query_.max_nodes, "max_nodes",
                           absl::StrCat("the network would have ", groups.size(),
                                        " genes; narrow it, or raise max_nodes (now ",
                                        query_.max_nodes, ", at most ", kMostNodes, ")"));
    }
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) {
      return std::tie(a.name, a.id) < std::tie(b.name, b.id);
    });
    for (SubjectGroup& group : groups) AddNode(std::move(group));
    AddCredits();
    AddPhenotypeEdges();
    if (query_.interactions) PARFOCAL_RETURN_IF_ERROR(AddInteractions());
    SortEdges();
    std::vector<std::string>& rules = out_.explain.rules;
    for (std::string& rule : CommonRules(data_, scope_)) rules.push_back(std::move(rule));
    rules.push_back(absl::StrFormat(
        "two genes are joined by their most specific shared terms of at least %g bits; the weight "
        "is the sum of their information content; an edge needs findings of at least %d studies",
        query_.min_information_content, std::max(1, query_.min_studies)));
    rules.push_back(
        "of edges of equal weight those between the first genes by symbol, then by id, come first; "
        "what goes beyond the largest number of edges is counted and left out");
    return std::move(out_);
  }

 private:
  struct Profile {
    std::vector<uint32_t> closed;
    // Which studies assert a term, by term; `independent`: of their depositions those whose
    // findings are the gene's own or of its one-to-one ortholog.
    std::map<uint32_t, std::set<uint32_t>> studies, independent;
  };

  // The genes, as asked for.
  absl::StatusOr<std::vector<SubjectGroup>> Groups() {
    std::vector<uint32_t> subjects;
    if (!query_.expression.empty()) {
      FindRequest request;
      request.expression = query_.expression;
      request.options = {query_.exact, query_.bridges};
      request.pooling = {query_.pool_to, std::max(1, query_.min_ortholog_sources)};
      PARFOCAL_ASSIGN_OR_RETURN(Matches found, FindMatches(data_, scope_, request));
      out_.explain.terms = std::move(found.explain.terms);
      out_.explain.left_out = std::move(found.explain.left_out);
      out_.explain.studies = std::move(found.explain.studies);
      std::vector<SubjectGroup> groups;
      for (Match& match : found.matches) groups.push_back(std::move(match.group));
      return groups;
    }
    out_.explain.studies = ScreensInScope(data_, scope_);
    AddLeftOut(data_, scope_, nullptr, &out_.explain.left_out);
    if (!query_.genes.empty()) {
      PARFOCAL_ASSIGN_OR_RETURN(subjects, Named(query_.genes));
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(subjects, Named({query_.profile_of}));
      if (!subjects.empty()) AddNeighbours(&subjects);
    }
    if (query_.pool_to.empty()) return GroupsOf(data_, subjects);
    return PooledGroups(data_, subjects, {query_.pool_to, std::max(1, query_.min_ortholog_sources)},
                        &out_.explain.left_out);
  }

  absl::StatusOr<std::vector<uint32_t>> Named(const std::vector<std::string>& names) {
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<NamedSubject> named,
                              GenesNamed(data_, names, query_.organism, scope_.kind()));
    std::set<uint32_t> out;
    for (size_t i = 0; i < names.size(); ++i) {
      if (named[i].subject.has_value()) {
        out.insert(*named[i].subject);
      } else {
        out_.not_used.push_back({names[i], std::move(named[i].resolution)});
      }
    }
    return std::vector<uint32_t>(out.begin(), out.end());
  }

  void AddNeighbours(std::vector<uint32_t>* subjects) const {
    const ScopedProfiles scoped(data_, scope_);
    const int64_t own = scoped->PositionOf((*subjects)[0]);
    if (own < 0) return;
    std::vector<double> scores;
    scoped->SimGicWithAll(scoped->profiles()[static_cast<size_t>(own)].terms, &scores);
    const size_t room = static_cast<size_t>(query_.max_nodes) - 1;
    for (size_t i : BestOf(data_, *scoped, scores, own, std::min(room, kNeighbours))) {
      subjects->push_back(scoped->profiles()[i].subject);
    }
  }

  void AddNode(SubjectGroup group) {
    Network::Node node;
    Profile profile;
    std::set<uint32_t> studies, terms;
    std::set<std::string> identifiers;
    for (const SubjectGroup::Member& member : group.members) {
      const MatrixData::Subject& subject = data_.subjects()[member.subject];
      ForEachCell(data_, subject, scope_,
                  [&](uint32_t study, const StudyTally& tally, const StudyTally::Cell& cell) {
                    const std::vector<uint32_t> rows = scope_.Counted(tally, cell.positive, false);
                    if (rows.empty()) return;
                    const uint32_t term = data_.TermOf(study, cell.term);
                    terms.insert(term);
                    AddIdentifiers(tally, tally.subjects()[cell.subject], rows, &identifiers);
                    used_.insert(study);
                    profile.studies[term].insert(study);
                    if (!member.independent) return;
                    studies.insert(data_.DepositionOf(study));
                    profile.independent[term].insert(data_.DepositionOf(study));
                  });
      if (member.pooled.has_value()) node.pooled_from.push_back(*member.pooled);
    }
    node.id = group.id;
    node.symbol = group.name;
    node.organism = group.organism;
    node.studies = static_cast<int32_t>(studies.size());
    node.source_identifiers.assign(identifiers.begin(), identifiers.end());
    for (uint32_t term : terms) {
      node.terms.push_back(data_.terms().id(term));
      node.labels.push_back(data_.LabelOf(term));
    }
    profile.closed = profiles_.Close(std::vector<uint32_t>(terms.begin(), terms.end()));
    numbers_.emplace(node.id, out_.nodes.size());
    out_.nodes.push_back(std::move(node));
    closed_.push_back(std::move(profile));
  }

  // Studies, or depositions, that assert something at or below one of the terms.
  std::set<uint32_t> StudiesBelow(const std::map<uint32_t, std::set<uint32_t>>& by_term,
                                  const std::vector<uint32_t>& terms) const {
    std::set<uint32_t> out;
    for (const auto& [asserted, studies] : by_term) {
      for (uint32_t term : terms) {
        if (data_.terms().IsAncestor(term, asserted)) out.insert(studies.begin(), studies.end());
      }
    }
    return out;
  }
  std::vector<uint32_t> Places(const std::set<uint32_t>& studies) const {
    std::vector<uint32_t> out;
    for (uint32_t study : studies) out.push_back(credit_of_.at(study));
    std::sort(out.begin(), out.end());
    return out;
  }
  std::vector<std::string> Accessions(const std::set<uint32_t>& studies) const {
    std::set<std::string> out;
    for (uint32_t study : studies) out.insert(data_.studies()[study].key.accession);
    return {out.begin(), out.end()};
  }

  void AddPhenotypeEdges() {
    struct Draft {
      double weight;
      size_t a, b;
      std::vector<uint32_t> shared;
    };
    std::vector<Draft> drafts;
    for (size_t a = 0; a < closed_.size(); ++a) {
      for (size_t b = a + 1; b < closed_.size(); ++b) {
        Draft draft{0, a, b, profiles_.MostSpecificShared(closed_[a].closed, closed_[b].closed)};
        // Most informative first, so those below the floor are the last ones.
        while (!draft.shared.empty() &&
               profiles_.InformationContent(draft.shared.back()) < query_.min_information_content) {
          draft.shared.pop_back();
        }
        for (uint32_t term : draft.shared) draft.weight += profiles_.InformationContent(term);
        if (draft.shared.empty() || draft.weight == 0) continue;
        if (query_.min_studies > 1 &&
            static_cast<int32_t>(Either(draft.a, draft.b, draft.shared).size()) <
                query_.min_studies) {
          continue;
        }
        drafts.push_back(std::move(draft));
      }
    }
    std::stable_sort(drafts.begin(), drafts.end(),
                     [](const Draft& x, const Draft& y) { return x.weight > y.weight; });
    const size_t most = static_cast<size_t>(query_.max_edges);
    if (drafts.size() > most) {
      out_.edges_left_out = static_cast<int64_t>(drafts.size() - most);
      drafts.resize(most);
    }
    for (const Draft& draft : drafts) {
      // What is not independent is no support, and yet whoever found it is to be credited.
      std::set<uint32_t> all = StudiesBelow(closed_[draft.a].studies, draft.shared), both;
      const std::set<uint32_t> others = StudiesBelow(closed_[draft.b].studies, draft.shared);
      all.insert(others.begin(), others.end());
      const std::set<uint32_t> left = StudiesBelow(closed_[draft.a].independent, draft.shared);
      const std::set<uint32_t> right = StudiesBelow(closed_[draft.b].independent, draft.shared);
      std::set_intersection(left.begin(), left.end(), right.begin(), right.end(),
                            std::inserter(both, both.end()));
      out_.edges.push_back({out_.nodes[draft.a].id,
                            out_.nodes[draft.b].id,
                            "phenotype",
                            draft.weight,
                            SharedOf(data_, profiles_, draft.shared, kMostShared),
                            Places(all),
                            Accessions(both),
                            {}});
    }
  }
  std::set<uint32_t> Either(size_t a, size_t b, const std::vector<uint32_t>& shared) const {
    std::set<uint32_t> out = StudiesBelow(closed_[a].independent, shared);
    const std::set<uint32_t> other = StudiesBelow(closed_[b].independent, shared);
    out.insert(other.begin(), other.end());
    return out;
  }

  absl::Status AddInteractions() {
    const GeneLookup* genes = data_.knowledge().genes.get();
    if (genes == nullptr) {
      return WithReason(absl::FailedPreconditionError(
                            "interactions: no gene tables are loaded; load them with `parfocal "
                            "genes load`"),
                        "GENES_NOT_LOADED", "interactions");
    }
    struct Asserted {
      double score = 0;
      std::set<std::string> databases;
    };
    std::map<std::pair<size_t, size_t>, Asserted> best;
    for (size_t a = 0; a < out_.nodes.size(); ++a) {
      for (const Interaction& partner : genes->Interactions(out_.nodes[a].id)) {
        auto it = numbers_.find(partner.id);
        if (it == numbers_.end() || it->second == a) continue;
        Asserted& pair = best[std::minmax(a, it->second)];
        pair.score = std::max(pair.score, partner.score);
        if (!partner.source.empty()) pair.databases.insert(partner.source);
      }
    }
    for (const auto& [pair, asserted] : best) {
      out_.edges.push_back({out_.nodes[pair.first].id,
                            out_.nodes[pair.second].id,
                            "interaction",
                            asserted.score,
                            {},
                            {},
                            {},
                            {asserted.databases.begin(), asserted.databases.end()}});
    }
    return absl::OkStatus();
  }

  // Findings first: scores of interactions are on a scale of their own.
  void SortEdges() {
    std::stable_sort(out_.edges.begin(), out_.edges.end(), [](const auto& a, const auto& b) {
      return std::tie(b.kind, b.weight, a.source, a.target) <
             std::tie(a.kind, a.weight, b.source, b.target);
    });
  }

  void AddCredits() {
    std::vector<uint32_t> order(used_.begin(), used_.end());
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const StudyKey &x = data_.studies()[a].key, &y = data_.studies()[b].key;
      return std::tie(x.accession, x.source) < std::tie(y.accession, y.source);
    });
    for (uint32_t study : order) {
      credit_of_.emplace(study, static_cast<uint32_t>(out_.credits.size()));
      const MatrixData::StudyPart& part = data_.studies()[study];
      Network::Credit credit;
      credit.source = part.key.source;
      credit.study = part.key.accession;
      if (const auto& header = part.tally->facts().header(); header.has_value()) {
        credit.title = header->title;
        credit.credit = header->credit;
        credit.paper_doi = header->paper_doi;
        credit.data_doi = header->data_doi;
        credit.licence = header->licence;
        credit.url = header->url;
      }
      out_.credits.push_back(std::move(credit));
    }
  }

  const MatrixData& data_;
  const BoundScope& scope_;
  const NetworkQuery& query_;
  const ProfileIndex& profiles_;
  Network out_;
  std::vector<Profile> closed_;
  std::map<std::string, size_t> numbers_;
  std::set<uint32_t> used_;                 // Studies.
  std::map<uint32_t, uint32_t> credit_of_;  // By study, the place of its credit.
};

}  // namespace

absl::StatusOr<Network> BuildNetwork(const MatrixData& data, const NetworkQuery& query) {
  PARFOCAL_RETURN_IF_ERROR(Check(query));
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope scope, BoundScope::Bind(data, query.scope));
  return Builder(data, scope, query).Build();
}

}  // namespace parfocal::phenotype
