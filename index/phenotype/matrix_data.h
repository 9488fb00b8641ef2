// What a matrix holds: the tallies of all studies, their subjects put together, and the profiles.
// Immutable, but for what is made when it is first asked for; any thread.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/phenotype/phenotype_matrix.h"
#include "profile_index.h"
#include "study_facts.h"
#include "study_tally.h"
#include "term_table.h"

namespace parfocal::phenotype {

inline constexpr size_t kKinds = static_cast<size_t>(ObservationKind::kOther) + 1;

// Leaves the rows of the page alone.
template <typename T>
void CutToPage(Window window, std::vector<T>* rows) {
  const size_t begin = std::min(window.offset, rows->size());
  const size_t end = begin + std::min(window.limit, rows->size() - begin);
  rows->erase(rows->begin() + static_cast<ptrdiff_t>(end), rows->end());
  rows->erase(rows->begin(), rows->begin() + static_cast<ptrdiff_t>(begin));
}

class MatrixData {
 public:
  struct StudyPart {
    StudyKey key;
    std::shared_ptr<const StudyTally> tally;
  };
  // A gene by species and key, or a compound by key, over all studies.
  struct Subject {
    bool compound = false;
    std::string organism, key, id, name;
    std::vector<std::pair<uint32_t, uint32_t>> parts;  // Study and its number there, by study.
    // In an image set of the matrix; of a gene either may hold, or both.
    bool perturbed = false, labelled = false;
  };
  // Subjects by what people call them, folded; each list ascending.
  struct Names {
    absl::flat_hash_map<std::string, std::vector<uint32_t>> ids, identifiers, names;
  };

  // `studies` by key. `previous` (may be null) lends what has not changed.
  static std::shared_ptr<const MatrixData> Make(std::vector<StudyPart> studies, Knowledge knowledge,
                                                int64_t sequence, const MatrixData* previous);

  int64_t sequence() const { return sequence_; }
  const std::string& revision() const { return revision_; }
  const Knowledge& knowledge() const { return knowledge_; }
  const std::vector<StudyPart>& studies() const { return studies_; }
  // What counts as one study where support in several is asked for: the first study of the same
  // accession. A copy in another source is no independent support.
  uint32_t DepositionOf(uint32_t study) const { return depositions_[study]; }
  // Genes first, by organism and key; then compounds, by key.
  const std::vector<Subject>& subjects() const { return subjects_; }
  size_t genes() const { return genes_; }
  // Organisms of the screens; sorted.
  const std::vector<std::string>& organisms() const { return organisms_; }
  const TermTable& terms() const { return *terms_; }
  const std::shared_ptr<const TermTable>& term_table() const { return terms_; }
  // Number in terms() of a term of a study's tally.
  uint32_t TermOf(uint32_t study, uint32_t local) const { return term_numbers_[study][local]; }
  // The id of a subject in answers: its CURIE, else "organism|identifier".
  std::string AnswerId(const Subject& subject) const;
  // The term's label; what the findings call it where the ontologies do not know it.
  const std::string& LabelOf(uint32_t term) const {
    return terms_->label(term).empty() ? terms_->id(term) : terms_->label(term);
  }

  // Made at the first call.
  const Names& names() const;
  // Genes with a positive finding of the kind, over the whole matrix.
  const ProfileIndex& profiles(ObservationKind kind) const;
  size_t MemoryBytes() const;

 private:
  MatrixData() = default;
  void JoinStudies();
  void JoinSubjects();
  void JoinTerms(const MatrixData* previous);
  std::vector<ProfileIndex::Profile> ProfilesOf(ObservationKind kind) const;

  int64_t sequence_ = 0;
  std::string revision_;
  Knowledge knowledge_;
  std::vector<StudyPart> studies_;
  std::vector<uint32_t> depositions_;
  std::vector<Subject> subjects_;
  size_t genes_ = 0;
  std::vector<std::string> organisms_;
  std::shared_ptr<const TermTable> terms_;
  std::vector<std::vector<uint32_t>> term_numbers_;

  mutable std::once_flag names_once_;
  mutable Names names_;
  mutable std::array<std::once_flag, kKinds> profiles_once_;
  mutable std::array<std::unique_ptr<const ProfileIndex>, kKinds> profiles_;
};

}  // namespace parfocal::phenotype
