// What the columns of one table mean: the rules applied to its header, once, so that each row is
// read without looking at a rule again. Immutable after Make; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "parfocal/connector_idr/rules.h"
#include "parfocal/connector_idr/study_draft.h"

namespace parfocal::idr {

// The names of columns: without link templates (" %% url=..."), trimmed; a repeated name gets "
// (2)".
std::vector<std::string> CleanHeader(const std::vector<absl::string_view>& cells);

// Where the table is from; decides which rules hold.
struct TableIdentity {
  std::string source;
  std::string study;      // Accession.
  std::string id_prefix;  // "screenA", "experimentA/run_01": the folder below the study.
  bool terms_from_study =
      false;  // A rebuilt table: phenotypes have their terms from the study file.
};

class TablePlan {
 public:
  struct ValueColumn {
    int column = 0;
    const ColumnRule* rule = nullptr;
    int number = 0;
    uint32_t group = 0;
    int term_source = -1, term_accession = -1;  // Columns.
  };
  struct GeneColumns {
    int identifier = -1, symbol = -1;
    uint32_t group = 0;
    std::string role;
    std::vector<std::string> split;
  };
  struct PhenotypeColumn {
    int column = 0;
    std::vector<int> accessions;  // One for each term that the table gives.
  };
  // Columns that say something about a phenotype of a certain name.
  struct ScoreColumns {
    int scored_by = -1, score = -1;
  };

  // `rules` and `facts` must outlive the plan.
  static TablePlan Make(std::vector<std::string> header, TableIdentity identity,
                        const BlockFacts& facts, const Rules& rules);

  const std::vector<std::string>& header() const { return header_; }
  const TableIdentity& identity() const { return identity_; }
  const BlockFacts& facts() const { return *facts_; }
  const Rules& rules() const { return *rules_; }

  // Public for the reader of rows alone.
  std::vector<ColumnUse> uses;  // By column.
  std::vector<int> keys;        // Columns that identify a row.
  std::vector<ValueColumn> values;
  std::vector<ValueColumn> identifiers;
  std::vector<ValueColumn> units;
  std::vector<GeneColumns> genes;
  std::vector<PhenotypeColumn> phenotypes;
  std::vector<int> channels;
  int plate = -1, well = -1, control = -1, quality = -1, has_phenotype = -1, level = -1,
      image_count = -1;
  uint32_t groups = 0;  // Groups 1..groups are taken by columns.
  const ScoringRule* scoring = nullptr;
  std::map<std::string, ScoreColumns> scores;  // By folded name of a declared phenotype.
  std::map<std::string, const DeclaredPhenotype*> declared;  // By folded name.
  std::vector<std::pair<const ImageRule*, int>> images;  // With the column that it looks at, or -1.

 private:
  void BindColumns();
  void BindKeys();
  void BindScores();
  void BindImages();
  uint32_t Group(const std::string& name, int number);

  std::vector<std::string> header_;
  TableIdentity identity_;
  const BlockFacts* facts_ = nullptr;
  const Rules* rules_ = nullptr;
  std::map<std::pair<std::string, int>, uint32_t> group_ids_;
};

}  // namespace parfocal::idr
