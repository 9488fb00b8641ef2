// The declared rules of the archive: which column means what, which gene plays which role, which
// finding is of which kind. Everything that is true of one study only stands in the rules file
// (deploy/sources/idr.yaml, where each part is described for its readers), never in code.
//
// Plain values, immutable after loading; any thread.
//
// Bounds: 1 MiB of text, 10,000 rules.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/record.h"
#include "parfocal/status.h"

namespace parfocal::idr {

inline constexpr size_t kMaxRulesBytes = 1 << 20;
inline constexpr size_t kMaxRules = 10'000;

// Where a rule holds. Patterns with `*`; an empty one holds everywhere.
struct Where {
  std::vector<std::string> studies;  // Accessions; some one must match.
  std::string block;                 // "screenB"
  bool Holds(absl::string_view study, absl::string_view block_id) const;
};

enum class ColumnUse : uint8_t {
  kAttribute,   // Kept as an attribute only.
  kValue,       // A statement of `field`.
  kIdentifier,  // The stated id of the value of the same `group` and number in field `of`.
  kUnit,        // The unit of the value of the same `group` and number in field `of`.
  kPlate,
  kWell,
  kGeneIdentifier,  // With the symbol of the same group and number: a statement of field "gene".
  kGeneSymbol,
  kTermSource,  // Prefix for the nearest `takes_term` column to the left.
  kTermAccession,
  kControl,
  kQuality,
  kHasPhenotype,
  kPhenotypeLevel,
  kPhenotype,
  kPhenotypeTermName,
  kPhenotypeTermAccession,
  kChannels,
  kImageCount,
  kPersonal,  // Neither a statement nor an attribute: contact data.
};

struct ColumnRule {
  std::vector<std::string> match;  // Patterns of the cleaned header; `#` is a number, `*` any text.
  Where where;
  ColumnUse use = ColumnUse::kAttribute;
  std::string field;
  std::string role;
  std::string group;               // Columns of one group and number belong together.
  std::string of;                  // kIdentifier: the field that it identifies.
  std::string prefix;              // kIdentifier: CURIE prefix of bare ids.
  std::string unit;                // Put behind numbers.
  std::vector<std::string> split;  // Several values in a cell are separated by one of these.
  bool takes_term = false;         // Term Source columns to its right may refer to it.
};

// What the library or the technology of a block, or a study, says about its genes.
struct PerturbationRule {
  Where where;
  std::string library, technology, study_type;  // Patterns; all given ones must match.
  std::string type;        // "RNAi", "deletion", ...; empty: not a perturbation.
  std::string gene_role;   // "perturbed", ...
  std::string gene_group;  // Group in which the gene columns are put; empty: "gene".
};

struct ObservationRule {
  Where where;
  std::string column, phenotype,
      term;  // Patterns of column, name and CURIE; all given ones must match.
  ObservationKind kind = ObservationKind::kPhenotype;
};

// When an unmarked phenotype counts as tested and not found, or as found.
struct ScoringRule {
  Where where;
  std::vector<std::string>
      has_phenotype;  // Words of that column which deny every phenotype of the block.
  // A column whose cell says that this phenotype was scored in this row; `{phenotype}` stands for
  // its name.
  std::string scored_by;
  std::string
      phenotype;  // Pattern of the names to which `scored_by` and `score` apply; empty: all.
  std::string
      scored_value;         // Pattern of its cells that mean: looked for and not found; empty: any.
  std::string found_value;  // Pattern of its cells that mean: found; empty: none.
  std::string score;        // The column with the score of a phenotype, `{phenotype}` as above.
  bool decimal_comma = false;  // Scores are written `1,5`; they are kept as `1.5`.
};

struct ImageRule {
  Where where;
  std::string column, value;  // Patterns of a cell; both empty: every row of the block.
  std::string control;        // Or: rows of this kind of control.
  bool available = true;
  ImageKind kind = ImageKind::kUnspecified;
};

struct Rules {
  std::string publisher;
  std::string publisher_id;
  std::string landing_page;  // `{accession}` is replaced.
  std::vector<std::string>
      institution_words;  // A part of an address with one of these is an affiliation.
  std::vector<std::string> empty_values;  // Patterns of cells that say nothing.
  std::vector<std::string> not_genes;     // Patterns of gene cells that name no gene.
  std::vector<ColumnRule> columns;        // The first that matches a header holds.
  std::vector<std::vector<std::string>>
      row_keys;  // Column patterns that identify a row; first whole one.
  std::vector<PerturbationRule> perturbations;  // First match.
  std::vector<ObservationRule> observations;    // First match.
  std::vector<ScoringRule> scoring;             // First match.
  std::vector<ImageRule> images;                // All that match.
  // By folded word; a word with `*` is a pattern and looked at after the plain words, in order of
  // spelling.
  std::map<std::string, ControlType> controls;
  std::map<std::string, Quality> quality;
};

// Reads rules from YAML. INVALID_ARGUMENT names `place` and the line: not YAML, a key that is not
// known (with those that are), a value of the wrong form, a bound.
absl::StatusOr<Rules> ParseRules(absl::string_view yaml, absl::string_view place);

// Reads the file at `path`. NOT_FOUND if there is none; otherwise as ParseRules.
absl::StatusOr<Rules> LoadRules(const std::string& path);

}  // namespace parfocal::idr
