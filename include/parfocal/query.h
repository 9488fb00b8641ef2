// A search after it was parsed and bound to schema and terms, and its answer. Made by index/search
// (binder), executed by a Snapshot (search_index.h); these are plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "parfocal/record_name.h"
#include "parfocal/statement.h"

namespace parfocal {

// A condition on one row. A row is an ImageSet together with what its study says, or a study that
// has none (see index/segment for the rule by which a study's values hold for its ImageSets).
struct QueryNode {
  enum class Kind : uint8_t {
    kAll,     // Every row.
    kNone,    // No row.
    kAnd,     // Every child. No children: all.
    kOr,      // Some child. No children: none.
    kNot,     // Not the one child.
    kWord,    // words[0], folded and unstemmed, in any searchable text or value of the row (or in
              // `field`).
    kPhrase,  // `words` in this order, next to each other, in one text or value.
    kPrefix,  // A word that begins with words[0].
    kValue,   // `field` has one of `values`. Without a field: some field in which words are looked
              // for and whose terms roll up; among the words of a query, `words` then holds the
              // terms whose closure `values` is.
    kHas,     // `field` has any value.
    kSubstring,  // The text of `field` contains words[0], without regard to case.
    kRange,      // `field` has a number or date with low <= x <= high.
  };
  Kind kind = Kind::kAll;
  std::vector<QueryNode> children;
  // Schema field, or "attribute" with `attribute_key`. Empty for words in any field.
  std::string field;
  std::string attribute_key;  // As the source spells it, compared without regard to case.
  std::vector<std::string> words;
  // Sorted. Value keys as index/schema makes them (a CURIE for a term, the words otherwise).
  std::vector<std::string> values;
  // Of kRange; a missing bound is open. Dates are days since 1970-01-01 (their first day for `low`
  // comparisons, their last day for `high`).
  std::optional<double> low, high;
  bool low_exclusive = false, high_exclusive = false;
  // Position in the list of explain steps, or -1.
  int explain = -1;
};

enum class SearchLevel : uint8_t { kStudy = 0, kImageSet = 1 };
enum class SearchOrder : uint8_t {
  kRelevance = 0,
  kReleaseDateDescending,
  kReleaseDate,
  kTitle,
  kImageCountDescending,
  kBytesDescending,
  kName
};

enum class FacetSort : uint8_t {
  kCount = 0,  // Most frequent first.
  kLabel,
  kTree,  // Each value behind one that it is below, siblings by count.
};

struct FacetSpec {
  std::string field;  // Schema field, or "attribute" with `attribute_key`.
  std::string attribute_key;
  int limit = 50;        // Values wanted, most frequent first.
  int64_t offset = 0;    // Values to pass over first.
  std::string contains;  // Only values whose label or key contains this, without regard to case.
  FacetSort sort = FacetSort::kCount;
};

// Counts by the values of two facets at once.
struct TableSpec {
  FacetSpec rows;     // limit and offset hold.
  FacetSpec columns;  // limit holds.
};

struct HistogramSpec {
  std::string field;  // Numbers or dates, or "attribute" with `attribute_key`.
  std::string attribute_key;
  double width = 0;  // Of a bin; 0: chosen, so that there are at most `bins`.
  int bins = 20;
  bool months = false;  // Of dates: months, not years.
};

// How one part of the query was understood.
struct ExplainStep {
  std::string text;   // The caller's words.
  std::string field;  // Empty for words.
  std::string term;   // CURIE, if it became one.
  std::string label;
  TermRule rule = TermRule::kUnmapped;
  int64_t expanded_terms = 0;  // Size of the closure used.
  int64_t rows = 0;            // Rows that this step alone matches; filled by Execute.
  std::string note;
  std::string matched;     // The label, synonym or everyday name that the words equal.
  int64_t added_rows = 0;  // Rows beyond those of its elder siblings of an OR; filled by Execute.
  size_t offset = 0;       // Byte of the query at which its text begins; of a single word only.
};

// A search as a caller writes it, before it is bound.
struct QueryText {
  std::string query;
  std::string filter;
  bool exact = false;                    // Words become no terms.
  std::optional<RecordName> similar_to;  // A study.
};

struct BoundQuery {
  QueryNode words;   // From the query text; kAll if empty. Decides the ranking.
  QueryNode filter;  // From the filter; kAll if empty.
  // Top-level AND parts of `filter` that are conditions on one field each, so that a facet can
  // leave out its own: conditions[i].field is set. `filter` is their AND with the rest.
  std::vector<QueryNode> conditions;
  QueryNode rest;
  SearchLevel level = SearchLevel::kStudy;
  SearchOrder order = SearchOrder::kRelevance;
  int page_size = 25;
  std::string after;  // Sort key behind which the page begins; empty: the first page.
  std::vector<FacetSpec> facets;
  bool snippets = false;
  // At study level: of the studies of one work (RecordMeta::work) only the first is a hit.
  bool collapse_copies = false;
  std::vector<ExplainStep> explain;  // From the binder.
  std::vector<TableSpec> tables;
  std::vector<HistogramSpec> histograms;
  bool corrections = false;  // Look for the nearest words in use to those that occur nowhere.
};

struct Counts {
  int64_t studies = 0;
  int64_t image_sets = 0;  // Rows that are ImageSets.
  int64_t images = 0;      // Sum of known original-image counts.
  int64_t unknown_image_sets =
      0;             // ImageSets (or studies without any) whose image count is unknown.
  int64_t rows = 0;  // ImageSets and studies without any: the hits at ImageSet level.
  friend bool operator==(const Counts&, const Counts&) = default;
};

struct Hit {
  RecordName name;
  int64_t score = 0;     // Fixed point: 1/65536. Equal on every node with the same statistics.
  std::string sort_key;  // Opaque; `after` of the next page.
  Counts counts;         // Of the study's matching rows (study level), or of the row.
  std::vector<RecordName> samples;  // Study level: the first matching ImageSets, at most 3.
  std::string snippet;   // Plain text with U+E000 before and U+E001 after each matched word.
  int64_t sequence = 0;  // Catalogue sequence of the record's version; 0 if there is no record.
  std::vector<RecordName> copies;  // With collapse_copies: matching copies, at most 10.
};

struct FacetValue {
  std::string value;  // Value key: CURIE or words.
  std::string label;
  Counts exact;          // With this very value.
  Counts count;          // With it or any descendant.
  bool is_term = false;  // A term (or an id of one) that rolls up; otherwise words.
  // Of FacetSort::kTree.
  int depth = 0;
  std::vector<std::string> parents;  // The nearest values of the facet above it.
};

struct FacetResult {
  std::string field;
  std::string attribute_key;
  std::vector<FacetValue>
      values;                // By count (at the query's level) descending, then exact, then value.
  int64_t total_values = 0;  // How many there are to page through.
  Counts missing;            // Rows that have no value.
};

// Cells are counts at the query's level, of a row's value and a column's, each with its
// descendants.
struct TableResult {
  TableSpec spec;
  std::vector<FacetValue> columns;
  std::vector<FacetValue> rows;
  std::vector<std::vector<int64_t>> cells;  // By row.
  int64_t total_rows = 0, total_columns = 0;
};

struct HistogramBin {
  double low = 0, high = 0;  // low <= x < high. Dates: days since 1970-01-01.
  std::string label;
  Counts counts;
};
struct HistogramResult {
  HistogramSpec spec;
  std::vector<HistogramBin>
      bins;        // Ascending, without gaps; the first and the last hold something.
  Counts missing;  // Rows without a number.
};

// A word of the query that occurs nowhere, and the nearest one in use.
struct Correction {
  size_t explain = 0;  // Step of the word.
  std::string word;
};

struct Revision {
  int64_t sequence = 0;  // Of the public group.
  std::string release;   // Of the ontologies.
  friend bool operator==(const Revision&, const Revision&) = default;
};

struct SearchAnswer {
  std::vector<Hit> hits;
  bool more = false;  // Hits follow behind the last one's sort_key.
  Counts total;
  int64_t works = 0;                // Distinct works among the matching studies.
  std::vector<FacetResult> facets;  // In the order asked for.
  std::vector<ExplainStep> explain;
  Revision revision;
  std::vector<TableResult> tables;          // In the order asked for.
  std::vector<HistogramResult> histograms;  // Likewise.
  std::vector<Correction> corrections;
};

enum class SuggestionKind : uint8_t {
  kValue = 0,
  kTerm,
  kSynonym,
  kGene,
  kAccession,
  kPerson,
  kAttributeKey,
  kAttributeValue
};

struct Suggestion {
  std::string text;   // What to put into the box.
  std::string field;  // Where the value occurs.
  std::string value;  // Value key.
  int64_t rows = 0;
  SuggestionKind kind = SuggestionKind::kValue;
  std::string matched;        // What begins as asked, if that is not `text`.
  std::string attribute_key;  // Of kAttributeKey and kAttributeValue; then field is "attribute".
};

// What to complete.
struct SuggestQuestion {
  std::string prefix;
  std::vector<std::string> fields;  // Empty: all facets.
  int limit = 10;
  const BoundQuery* within = nullptr;  // Only what occurs among its matches.
  bool everything = false;             // Synonyms of terms and attributes, too.
};

}  // namespace parfocal
