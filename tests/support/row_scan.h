// A second slow twin of the search engine, for archives of a million rows: reads every record of a
// RecordStore once into plain numbers (which values hold on each row, by the row rule of
// index/segment/segment.h) and answers by walking over all rows for every condition and facet.
// Totals, facets and the order of hits by anything but relevance: what it gives is compared with
// the engine; scores are for PlainSearchIndex, which is slower by far.
//
// It shares with the engine the schema (what values a record has), the tokeniser and query.h, and
// no more.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/query.h"
#include "parfocal/record_store.h"
#include "parfocal/schema/schema.h"
#include "parfocal/term_lookup.h"

namespace parfocal::testing {

class RowScan {
 public:
  // Both are borrowed; `store` only until it returns.
  RowScan(const RecordStore& store, const TermLookup* terms);

  // Total and facets; and the page of hits, without scores and samples, if Orders(query). The first
  // page only.
  SearchAnswer Execute(const BoundQuery& query);
  static bool Orders(const BoundQuery& query);
  size_t rows() const { return rows_.size(); }

 private:
  using Rows = std::vector<uint8_t>;  // One for each row: does it match?
  struct Word {
    uint32_t word = 0, stem = 0;  // Numbers in words_.
    uint32_t position = 0;
  };
  using Words = std::vector<Word>;
  struct Value {
    uint32_t field = 0;  // Of the schema, or kAttribute + number of the key.
    std::string key, label;
    bool is_term = false;
    bool searched = false;  // Words are looked for in it.
    std::optional<double> number;
    Words key_words, label_words;
  };
  struct StatedValue {
    uint32_t value;
    std::string scope;
  };
  struct StudyOf {
    std::string source, accession, key, folded_title;
    bool has_record = false;
    std::optional<int32_t> day;
    std::optional<int64_t> bytes, images;
    std::vector<StatedValue> stated;
    std::map<uint32_t, Words> texts;         // By field.
    std::map<uint32_t, std::string> folded;  // Likewise.
    std::vector<uint32_t> rows;
  };
  struct Row {
    uint32_t study = 0;
    std::string id, block;  // No id: a study's own row.
    int64_t images = -1;
    std::vector<uint32_t> values;  // That hold on it, ascending.
  };
  // How the values of a facet are grouped: one group for a key, or for all spellings of it.
  struct Groups {
    std::vector<std::string> order, shown, label;  // By group.
    absl::flat_hash_map<std::string, uint32_t> by_order;
    absl::flat_hash_map<uint32_t, std::vector<uint32_t>> of_value;  // Its own first, then above it.
  };
  static constexpr uint32_t kAttribute = 100000;

  uint32_t WordNumber(const std::string& word);
  Words Split(absl::string_view text);
  uint32_t ValueNumber(uint32_t field, absl::string_view key);
  uint32_t Note(const FieldValue& value);
  uint32_t NoteAttribute(const std::string& name, const std::string& key);
  uint32_t StudyNumber(const std::string& source, const std::string& accession);
  void Take(const Study& record);
  void Take(const ImageSet& set);
  void ApplyRule(const StudyOf& study);
  std::optional<uint32_t> FieldNumber(const std::string& field, const std::string& key) const;

  Rows Match(const QueryNode& node);
  Rows MatchWords(const QueryNode& leaf);
  Rows MatchText(const QueryNode& leaf, const Field& field) const;
  bool Wanted(const QueryNode& leaf, const Value& value) const;
  Rows WithValues(const std::vector<uint8_t>& wanted) const;
  std::string LabelOf(const Value& value) const;
  const Groups& GroupsOf(uint32_t field);
  uint32_t GroupOf(Groups* groups, const std::string& order, const std::string& key,
                   const std::string& label) const;
  Counts Count(const Rows& rows) const;
  FacetResult CountFacet(const FacetSpec& spec, SearchLevel level, const Rows& rows);
  void FillHits(const BoundQuery& query, const Rows& rows, SearchAnswer* answer) const;

  const TermLookup* const terms_;
  std::vector<std::string> words_;
  absl::flat_hash_map<std::string, uint32_t> word_numbers_;
  std::vector<Value> values_;
  absl::flat_hash_map<std::pair<uint32_t, std::string>, uint32_t> value_numbers_;
  absl::flat_hash_map<std::string, uint32_t> attribute_numbers_;  // By lower case.
  std::vector<StudyOf> studies_;
  std::map<std::string, uint32_t> study_numbers_;
  std::vector<Row> rows_;
  std::map<uint32_t, Groups> groups_;
};

}  // namespace parfocal::testing
