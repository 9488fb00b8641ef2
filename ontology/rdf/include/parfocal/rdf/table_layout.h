// What the columns of tables with terms mean, as data: which one holds the id, which the labels,
// synonyms, parents. Tables come with ontologies (term lists, translations, lists of obsolete ids)
// and no two are alike; deploy/vocabulary/ontology-tables.tsv declares those that are known.
//
// A layout file has tab-separated lines `table, use, column, settings`; '#' begins a comment, blank
// lines do not count. Settings are `key=value`, separated by "; ". The uses:
//
//   id            Required, once. Rows with the same id are one term.
//   label         The first label is the label, the others are exact synonyms.
//   synonym       scope=exact|narrow|broad|related (exact), language=TAG, or language=@COLUMN
//   definition
//   xref
//   parent        is-a, by id.
//   parent_label  is-a, by the label of another row of the same table.
//   replaced_by
//   obsolete      equals=TEXT or begins=TEXT: rows whose cell does so are obsolete.
//   only          equals=TEXT: other rows are passed over.
//   relation      predicate=NAME; among=PREFIX,PREFIX: a statement about the term. A cell that is
//   no
//                 id is a label, to be looked up in those ontologies.
//   label_begins  `column` is the word or words with which a label begins; predicate=NAME;
//   target=ID.
//                 The longest holds.
//   headless      `column` is how the first cell begins; columns=N. The table has no header.
//
// `column` is a name of the header, or #1, #2 ... All uses but the last two take separator=TEXT for
// cells with several values. A table has the layout all of whose columns its header names; of
// several the one that names most.
//
// Plain values, immutable once parsed; any thread. Bounds: 1 MiB of text, 10,000 lines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

enum class ColumnUse : uint8_t {
  kId = 0,
  kLabel,
  kSynonym,
  kDefinition,
  kXref,
  kParent,
  kParentLabel,
  kReplacedBy,
  kObsolete,
  kOnly,
  kRelation,
};

struct TableColumn {
  ColumnUse use = ColumnUse::kId;
  std::string column;     // Name or #N.
  std::string separator;  // Empty: the cell is one value.
  SynonymScope scope = SynonymScope::kExact;
  std::string language;         // Of every value.
  std::string language_column;  // Or where it stands.
  std::string equals, begins;
  std::string predicate;
  std::vector<std::string> among;  // Prefixes of ontologies.
};

// A label that begins with the words `text` states a relation.
struct LabelBeginning {
  std::string text, predicate, target;
};

struct TableLayout {
  std::string name;
  std::vector<TableColumn> columns;
  std::vector<LabelBeginning> beginnings;  // Longest first.
  // Of a table without a header: how its first cell begins, and its number of columns; 0: it has a
  // header.
  std::string first_cell;
  size_t headless_columns = 0;
};

class TableLayouts {
 public:
  // INVALID_ARGUMENT names `place` and the line: an unknown use or setting, a use without what it
  // needs, a bound.
  static absl::StatusOr<TableLayouts> Parse(absl::string_view text, absl::string_view place);
  // NOT_FOUND if there is no such file; otherwise as Parse.
  static absl::StatusOr<TableLayouts> Load(const std::string& path);

  // The layout of a table that begins with this line; nullptr if none fits.
  const TableLayout* Find(absl::Span<const std::string> first_line) const;
  // Where `column` stands in a table of that layout; -1 if nowhere.
  static int Place(absl::string_view column, absl::Span<const std::string> header);
  // Names the content: a table that was read by another is to be read again.
  uint64_t fingerprint() const { return fingerprint_; }
  const std::vector<TableLayout>& layouts() const { return layouts_; }

 private:
  std::vector<TableLayout> layouts_;
  uint64_t fingerprint_ = 0;
};

}  // namespace parfocal
