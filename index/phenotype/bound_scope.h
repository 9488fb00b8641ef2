// A scope of a request, bound to one matrix: which screens count.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "matrix_data.h"

namespace parfocal::phenotype {

class BoundScope {
 public:
  // INVALID_ARGUMENT with TERM_UNKNOWN for an organism that is no known term.
  static absl::StatusOr<BoundScope> Bind(const MatrixData& data, const Scope& scope);

  ObservationKind kind() const { return kind_; }
  bool single_target() const { return single_target_; }
  // Of localisations: genes are those whose product is labelled.
  bool labelled() const { return kind_ == ObservationKind::kLocalisation; }
  // A screen in scope, of what the kind is about: perturbed, or labelled.
  bool Has(uint32_t study, uint32_t screen) const { return screens_[study][screen]; }
  // By study and source alone, for what belongs to no screen of a subject.
  bool HasPlace(uint32_t study, absl::string_view block) const;
  // Whether any screen is left out.
  bool restricts() const { return restricts_; }
  bool SingleTarget(const StudyTally& tally, uint32_t row, bool compound) const {
    return tally.SingleTarget(row, compound, labelled());
  }
  // Of the rows those that count: all, or those with one target alone.
  std::vector<uint32_t> Counted(const StudyTally& tally, Rows rows, bool compound) const;
  bool Any(const StudyTally& tally, Rows rows, bool compound) const;
  // What the request names and the matrix does not have.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  ObservationKind kind_ = ObservationKind::kPhenotype;
  bool single_target_ = false, restricts_ = false;
  const MatrixData* data_ = nullptr;
  std::vector<std::string> sources_, studies_;
  std::vector<std::vector<bool>> screens_;
  std::vector<std::string> notes_;
};

// The species that `text` names: a CURIE in any spelling, a label or a synonym. TERM_UNKNOWN, with
// `field`, if there is none.
absl::StatusOr<std::string> OrganismNamed(const MatrixData& data, absl::string_view text,
                                          absl::string_view field);
// Words of a block for people: "accession/block", or the accession alone.
std::string ScreenName(const StudyKey& study, absl::string_view block);

// Calls `visit(study, tally, local subject)` for each study of the subject.
template <typename Visit>
void ForEachPart(const MatrixData& data, const MatrixData::Subject& subject, Visit visit) {
  for (const auto& [study, local] : subject.parts)
    visit(study, *data.studies()[study].tally, local);
}

// Calls `visit(study, tally, cell)` for each cell of the subject in scope and of its kind.
template <typename Visit>
void ForEachCell(const MatrixData& data, const MatrixData::Subject& subject,
                 const BoundScope& scope, Visit visit) {
  for (const auto& [study, local] : subject.parts) {
    const StudyTally& tally = *data.studies()[study].tally;
    for (const StudyTally::Cell& cell : tally.cells(local)) {
      if (cell.kind == scope.kind() && scope.Has(study, cell.screen)) visit(study, tally, cell);
    }
  }
}

}  // namespace parfocal::phenotype
