// What the matrix needs of one study: for each image set with a perturbed subject or a finding its
// id, what was done to it, and what was found. Labelled genes are kept where the image set says
// where something is; elsewhere they are markers. Everything else is derived from this, so the
// facts are what is kept on disk and what a change of the catalogue changes.
//
// The tables are sorted and hold nothing that no row uses; rows are sorted by id. So equal content
// has equal bytes, whatever changes it came from.
//
// Thread safety: immutable once built.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/record.h"
#include "parfocal/status.h"

namespace parfocal::phenotype {

// The study that facts are of.
struct StudyKey {
  std::string source, accession;
  friend auto operator<=>(const StudyKey&, const StudyKey&) = default;
};

// An organism: the term, else the id or the words that the source gives.
struct OrganismFact {
  std::string term, words, role;
  friend auto operator<=>(const OrganismFact&, const OrganismFact&) = default;
};

// A value that a study states for one block, or for all (empty).
template <typename T>
struct Scoped {
  std::string block;
  T value;
  friend auto operator<=>(const Scoped&, const Scoped&) = default;
};

// Of the record of the study itself.
struct StudyHeader {
  std::vector<Scoped<OrganismFact>> organisms;
  std::vector<Scoped<std::string>> types;
  // Whom to credit.
  std::string title, credit, paper_doi, data_doi, licence, url;
  friend auto operator<=>(const StudyHeader&, const StudyHeader&) = default;
};

// What many image sets of a study have in common.
struct SetContext {
  std::string block;
  std::vector<OrganismFact> organisms;  // Its own; empty: the study's.
  std::vector<std::string> types;       // Likewise.
  bool control = false, failed = false, no_image = false;
  friend auto operator<=>(const SetContext&, const SetContext&) = default;
};

// A perturbed gene, a gene whose product is labelled, or a compound.
struct SubjectFact {
  bool compound = false;
  bool labelled = false;   // Of a gene: tagged, or bound by an antibody; not perturbed.
  std::string id;          // Canonical, or for a compound as stated; empty: unresolved.
  std::string identifier;  // As the source writes it; may be empty.
  std::string name;        // Symbol or name, as normalised, else as the source writes it.
  std::string stated_name;
  friend auto operator<=>(const SubjectFact&, const SubjectFact&) = default;
};

struct FindingFact {
  ObservationKind kind = ObservationKind::kPhenotype;
  Outcome outcome = Outcome::kNotScored;
  std::string term, words, level;
  std::string score;   // Of positives alone: those of negatives are in the records.
  uint32_t index = 0;  // Among the observations of the record.
  friend auto operator<=>(const FindingFact&, const FindingFact&) = default;
};

struct SetFacts {
  std::string id;
  SetContext context;
  std::vector<SubjectFact> subjects;  // Sorted, distinct.
  std::vector<FindingFact> findings;  // In the record's order.
  friend auto operator<=>(const SetFacts&, const SetFacts&) = default;
};

class StudyFacts {
 public:
  // The facts of `old` (may be null) with a new header (nullopt: the study's record is gone), and
  // with the image sets of `changes` replaced, or taken away (nullopt).
  static std::shared_ptr<const StudyFacts> Merge(
      const StudyFacts* old, const std::optional<StudyHeader>& header,
      const std::map<std::string, std::optional<SetFacts>>& changes);
  // What Encode wrote. DATA_LOSS if it is anything else.
  static absl::StatusOr<std::shared_ptr<const StudyFacts>> Decode(absl::string_view bytes);
  std::string Encode() const;

  const std::optional<StudyHeader>& header() const { return header_; }
  size_t rows() const { return rows_.size(); }
  absl::string_view id(size_t row) const {
    const size_t begin = row == 0 ? 0 : rows_[row - 1].id_end;
    return absl::string_view(ids_).substr(begin, rows_[row].id_end - begin);
  }
  const SetContext& context(size_t row) const { return contexts_[rows_[row].context]; }
  const std::vector<SubjectFact>& subjects(size_t row) const {
    return subjects_[rows_[row].subjects];
  }
  const std::vector<FindingFact>& findings(size_t row) const {
    return findings_[rows_[row].findings];
  }
  // Number of the row's entry in each table, for whoever remembers what he made of it.
  uint32_t context_index(size_t row) const { return rows_[row].context; }
  uint32_t subjects_index(size_t row) const { return rows_[row].subjects; }
  uint32_t findings_index(size_t row) const { return rows_[row].findings; }
  const std::vector<SetContext>& contexts() const { return contexts_; }
  const std::vector<std::vector<SubjectFact>>& subject_lists() const { return subjects_; }
  const std::vector<std::vector<FindingFact>>& finding_lists() const { return findings_; }
  size_t MemoryBytes() const { return memory_; }

 private:
  struct Row {
    uint32_t id_end, context, subjects, findings;
  };
  StudyFacts() = default;
  friend class FactsBuilder;

  std::optional<StudyHeader> header_;
  std::vector<SetContext> contexts_;
  std::vector<std::vector<SubjectFact>> subjects_;
  std::vector<std::vector<FindingFact>> findings_;
  std::string ids_;
  std::vector<Row> rows_;
  size_t memory_ = 0;
};

}  // namespace parfocal::phenotype
