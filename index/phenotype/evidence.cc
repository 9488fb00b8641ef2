#include "evidence.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "bound_expression.h"
#include "bound_scope.h"
#include "explain.h"
#include "subject_names.h"

namespace parfocal::phenotype {
namespace {

using Which = EvidenceQuery::Which;

// An image set with one of its findings, or without (null).
struct Place {
  uint32_t study = 0, row = 0;
  const FindingFact* finding = nullptr;

  int32_t observation() const {
    return finding == nullptr ? -1 : static_cast<int32_t>(finding->index);
  }
};

// Whether the record still says what was counted: it may have changed since the matrix was made.
bool Says(const StoredRecord& stored, const Place& place) {
  if (place.finding == nullptr) return true;
  const auto& observations = std::get<ImageSet>(stored.record).observations;
  if (place.finding->index >= observations.size()) return false;
  const Observation& now = observations[place.finding->index];
  return now.kind == place.finding->kind && now.outcome == place.finding->outcome &&
         now.finding.term == place.finding->term;
}

class Collector {
 public:
  Collector(const MatrixData& data, const BoundScope& scope, const EvidenceQuery& query,
            const BoundExpression* expression)
      : data_(data), scope_(scope), query_(query), expression_(expression) {}

  std::vector<Place> Collect(uint32_t number) const {
    std::vector<Place> out;
    Add(data_.subjects()[number], &out);
    Sort(&out);
    return out;
  }

  // Whatever was done.
  std::vector<Place> CollectAll() const {
    std::vector<Place> out;
    if (Apart()) {
      for (uint32_t study = 0; study < data_.studies().size(); ++study) AddApart(study, &out);
    } else {
      for (const MatrixData::Subject& subject : data_.subjects()) Add(subject, &out);
    }
    Sort(&out);
    // An image set with several subjects was met once for each.
    out.erase(std::unique(out.begin(), out.end(),
                          [](const Place& a, const Place& b) {
                            return a.study == b.study && a.row == b.row && a.finding == b.finding;
                          }),
              out.end());
    return out;
  }

 private:
  bool Apart() const { return query_.which == Which::kControls || query_.which == Which::kFailed; }

  // Many controls have no subject, so that of the scope study, block and source alone restrict.
  void AddApart(uint32_t study, std::vector<Place>* out) const {
    const StudyTally& tally = *data_.studies()[study].tally;
    for (uint32_t row = 0; row < tally.facts().rows(); ++row) {
      const SetContext& context = tally.facts().context(row);
      if (!scope_.HasPlace(study, context.block)) continue;
      // As everywhere: a control that failed is a control.
      const bool wanted =
          query_.which == Which::kControls ? context.control : context.failed && !context.control;
      if (wanted) AddRow(study, tally, row, out);
    }
  }

  void Add(const MatrixData::Subject& subject, std::vector<Place>* out) const {
    for (const auto& [study, local] : subject.parts) {
      const StudyTally& tally = *data_.studies()[study].tally;
      for (const StudyTally::Screening& screening : tally.screenings(local)) {
        if (!scope_.Has(study, screening.screen)) continue;
        const Rows rows = query_.which == Which::kControls ? screening.controls
                          : query_.which == Which::kFailed ? screening.failed
                                                           : screening.counted;
        for (uint32_t row : scope_.Counted(tally, rows, subject.compound))
          AddRow(study, tally, row, out);
      }
    }
  }

  // Rows stand by id, studies by key: in the order of the names.
  static void Sort(std::vector<Place>* places) {
    std::stable_sort(places->begin(), places->end(), [](const Place& a, const Place& b) {
      return std::tuple(a.study, a.row, a.observation()) <
             std::tuple(b.study, b.row, b.observation());
    });
  }

  bool Wanted(const FindingFact& fact) const {
    if (fact.kind != scope_.kind()) return false;
    if (query_.which == Which::kPositives && fact.outcome != Outcome::kPositive) return false;
    if (query_.which == Which::kNegatives && fact.outcome != Outcome::kTestedNegative) return false;
    const bool counted = query_.which == Which::kPositives || query_.which == Which::kNegatives;
    if (fact.term.empty()) return !counted && expression_ == nullptr;
    return expression_ == nullptr || expression_->CountsAny(*data_.terms().Find(fact.term));
  }

  void AddRow(uint32_t study, const StudyTally& tally, uint32_t row,
              std::vector<Place>* out) const {
    const bool negatives = query_.which == Which::kNegatives;
    if (negatives && tally.facts().context(row).no_image) return;
    bool any = false;
    for (const FindingFact& fact : tally.facts().findings(row)) {
      if (!Wanted(fact) || (negatives && FoundToo(tally, row, fact.term))) continue;
      out->push_back({study, row, &fact});
      any = true;
    }
    if (!any && Apart() && expression_ == nullptr) out->push_back({study, row, nullptr});
  }

  // The same image set shows the term by another of its columns.
  bool FoundToo(const StudyTally& tally, uint32_t row, const std::string& term) const {
    const auto& findings = tally.facts().findings(row);
    return std::any_of(findings.begin(), findings.end(), [&](const FindingFact& fact) {
      return fact.kind == scope_.kind() && fact.term == term && fact.outcome == Outcome::kPositive;
    });
  }

  const MatrixData& data_;
  const BoundScope& scope_;
  const EvidenceQuery& query_;
  const BoundExpression* const expression_;
};

absl::StatusOr<NamedSubject> SubjectNamed(const MatrixData& data, const EvidenceQuery& query) {
  PARFOCAL_ASSIGN_OR_RETURN(std::vector<NamedSubject> genes,
                            GenesNamed(data, {query.subject}, query.organism, query.scope.kind));
  if (genes[0].subject.has_value() || genes[0].resolution.outcome == GeneOutcome::kAmbiguous) {
    return std::move(genes[0]);
  }
  NamedSubject compound = CompoundNamed(data, query.subject);
  return compound.resolution.candidates.empty() ? std::move(genes[0]) : std::move(compound);
}

}  // namespace

absl::StatusOr<Evidence> FindEvidence(const MatrixData& data, const EvidenceQuery& query,
                                      const RecordStore& store) {
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope scope, BoundScope::Bind(data, query.scope));
  std::optional<BoundExpression> expression;
  if (!query.expression.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(
        expression, BoundExpression::Bind(data, query.expression, {query.exact, query.bridges}));
  }
  Evidence out;
  PARFOCAL_ASSIGN_OR_RETURN(
      out.explain, ExplainScope(data, query.scope, query.expression, query.exact, query.bridges));
  const Collector collector(data, scope, query, expression.has_value() ? &*expression : nullptr);
  std::vector<Place> places;
  if (query.subject.empty()) {
    if (query.scope.studies.empty()) {
      return WithReason(
          absl::InvalidArgumentError("subject: name a gene or compound, or say of which studies "
                                     "everything is asked for"),
          "VALUE_OUT_OF_RANGE", "subject");
    }
    places = collector.CollectAll();
    out.explain.rules.push_back(
        "whatever was done; of controls and failed image sets only study, block and source of the "
        "scope restrict");
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(NamedSubject named, SubjectNamed(data, query));
    out.resolution = std::move(named.resolution);
    if (!named.subject.has_value()) return out;
    places = collector.Collect(*named.subject);
  }
  out.total_size = static_cast<int64_t>(places.size());
  std::vector<RecordName> names;
  const size_t begin = std::min(query.window.offset, places.size());
  const size_t end = std::min(begin + query.window.limit, places.size());
  for (size_t i = begin; i < end; ++i) {
    const MatrixData::StudyPart& study = data.studies()[places[i].study];
    names.push_back({study.key.source, study.key.accession,
                     std::string(study.tally->facts().id(places[i].row))});
  }
  std::vector<absl::StatusOr<StoredRecord>> records = store.BatchGet(names);
  for (size_t i = 0; i < names.size(); ++i) {
    if (absl::IsNotFound(records[i].status())) continue;
    PARFOCAL_RETURN_IF_ERROR(records[i].status());
    const Place& place = places[begin + i];
    if (!Says(*records[i], place)) continue;
    out.items.push_back({names[i], *std::move(records[i]), place.observation(), begin + i});
  }
  return out;
}

}  // namespace parfocal::phenotype
