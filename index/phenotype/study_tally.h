// The facts of one study, turned round: for each subject and screen the image sets that count, and
// for each term those that show it and those that were tested for it without it. Lists of rows of
// the facts, so every count over any selection is a count of distinct image sets.
//
// Thread safety: immutable once built.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "study_facts.h"

namespace parfocal::phenotype {

using Rows = absl::Span<const uint32_t>;  // Ascending.

class StudyTally {
 public:
  struct Subject {
    bool compound = false;
    std::string organism;  // Of genes: the species.
    std::string key;       // Id, or the source's identifier; of compounds the folded name.
    std::string id;        // Empty: unresolved.
    std::string name;      // Of its first image set.
  };
  // Image sets of one block, type of perturbation and organism (empty: none, or several), in which
  // genes are perturbed, or in which their products are labelled.
  struct Screen {
    std::string block, type, organism;
    bool labelled = false;
    friend auto operator<=>(const Screen&, const Screen&) = default;
  };
  // The image sets of a subject in a screen.
  struct Screening {
    uint32_t subject = 0, screen = 0;
    Rows counted, controls, failed;
  };
  struct Cell {
    uint32_t subject = 0, screen = 0;
    ObservationKind kind = ObservationKind::kPhenotype;
    uint32_t term = 0;
    Rows positive, negative;
  };
  enum class Reason : uint8_t {
    kControl = 0,
    kFailed,
    kNotScored,
    kNoTerm,
    kNoImage,
    kNoSubject,
    kNoOrganism,
    kSeveralOrganisms,
    kNoProtein,
  };
  // Findings that enter no cell.
  struct LeftOut {
    std::string block;
    ObservationKind kind = ObservationKind::kPhenotype;
    Reason reason = Reason::kControl;
    std::string words;
    std::string term;  // CURIE; empty: none.
    Outcome outcome = Outcome::kNotScored;
    int64_t observations = 0;
    uint32_t example = 0;  // Row.
  };

  // `species_of` gives the species of an organism's CURIE.
  static std::shared_ptr<const StudyTally> Make(
      std::shared_ptr<const StudyFacts> facts,
      const std::function<std::string(const std::string&)>& species_of);

  const StudyFacts& facts() const { return *facts_; }
  const std::vector<Subject>& subjects() const { return subjects_; }
  const std::vector<Screen>& screens() const { return screens_; }
  const std::vector<std::string>& terms() const { return terms_; }  // Sorted.
  // By subject and screen; by subject, screen, kind and term.
  absl::Span<const Screening> screenings(uint32_t subject) const;
  absl::Span<const Cell> cells(uint32_t subject) const;
  const std::vector<Screening>& all_screenings() const { return screenings_; }
  const std::vector<Cell>& all_cells() const { return cells_; }
  const std::vector<LeftOut>& left_out() const { return left_out_; }
  // Whether the row has one perturbed gene (one labelled gene, one compound) and no other.
  bool SingleTarget(uint32_t row, bool compound, bool labelled) const {
    const Singles& list = singles_[facts_->subjects_index(row)];
    return compound ? list.compound : labelled ? list.labelled : list.perturbed;
  }
  // What the row says of `subject`: the facts of its list that are the subject's.
  std::vector<const SubjectFact*> StatementsOf(uint32_t row, const Subject& subject) const;
  size_t MemoryBytes() const;

 private:
  friend class TallyMaker;
  struct Singles {
    bool perturbed = false, labelled = false, compound = false;
  };
  StudyTally() = default;

  std::shared_ptr<const StudyFacts> facts_;
  std::vector<Subject> subjects_;
  std::vector<Screen> screens_;
  std::vector<std::string> terms_;
  std::vector<Screening> screenings_;
  std::vector<Cell> cells_;
  std::vector<uint32_t> first_screening_, first_cell_;  // By subject, and one more.
  std::vector<uint32_t> pool_;
  std::vector<LeftOut> left_out_;
  std::vector<Singles> singles_;  // By list of subjects.
};

// The words for a reason, as answers give them.
absl::string_view WordsOf(StudyTally::Reason reason);
// Under which key a subject is kept, without its organism.
std::string KeyOf(const SubjectFact& fact);

}  // namespace parfocal::phenotype
