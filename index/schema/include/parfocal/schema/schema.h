// The table of fields. Writing, filtering, faceting, privacy and the documentation are driven by
// it: a field that is not here is an attribute (the source's own key), and no other code lists
// fields.
//
// Thread safety: immutable after first use; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "parfocal/record.h"

namespace parfocal {

using FieldId = uint16_t;

enum class FieldKind : uint8_t {
  kTerm,     // Values are ontology terms where mapped, words otherwise; has a closure and a stated_
             // twin.
  kKeyword,  // Exact values.
  kText,     // Full text; substring and word search, no facet.
  kNumber,
  kDate,
  kFlag,  // "yes", "no", "not stated"
};
enum class FieldLevel : uint8_t { kStudy, kImageSet, kBoth };
enum class FieldPrivacy : uint8_t {
  kOpen,
  kPersonal,  // Neither facet nor searchable; shown only with the record.
};

struct Field {
  FieldId id = 0;
  absl::string_view name;
  absl::string_view group;  // "biology", "experiment", "data", "reuse", "provenance"
  FieldKind kind = FieldKind::kKeyword;
  FieldLevel level = FieldLevel::kBoth;
  FieldPrivacy privacy = FieldPrivacy::kOpen;
  bool facet = false;
  // Weight of a word found in this field, 0: words do not look here.
  int weight = 0;
  // Prefix of its words in the text index of studies. Only kText fields have one: the words of
  // values are found through the vocabulary, which knows the field of each value.
  absl::string_view prefix;
  // Ontology prefixes in which a word of this field is looked up; empty: no look-up.
  std::vector<absl::string_view> ontologies;
  // Ids of this field roll up along is-a and part-of (FieldValue::is_term).
  bool closure = false;
  absl::string_view description;
  // For stated_x: the id of x; otherwise its own id.
  FieldId base = 0;
  bool stated = false;  // Is a stated_ twin.
  // The id of its stated_ twin; its own id if it has none.
  FieldId twin = 0;
  // Case, hyphens or blanks make another value.
  bool exact_spelling = false;
  // What the texts of a study name, where it states no value of the field behind "mined_": never
  // stated, so without a twin, and in no other field.
  bool mined = false;
};

// All fields, by id; the stated_ twins of kTerm fields follow the fields proper.
absl::Span<const Field> Fields();
// nullptr if there is none.
const Field* FindField(absl::string_view name);
// Names the table's content: stored fields are numbers, so an index that was written with another
// table cannot be read and is rebuilt.
uint64_t SchemaFingerprint();
// The names nearest to `name` by edit distance, best first, at most 3.
std::vector<std::string> NearestFieldNames(absl::string_view name);

// Whether the values of `field` are genes.
bool IsGeneField(const Field& field);
// Whether values of `field` that no term is known of and that differ in case, hyphens and blanks
// alone are one value. Not for what the archive wrote (the twins), not for names whose case has a
// meaning (genes, genotypes) and not for identifiers.
bool FoldsSpelling(const Field& field);

// The key under which a statement's value is filtered and counted: the normalised one
// (term, else a stated id that its label does not refute, else the words), or what the archive
// stated (id, else words).
absl::string_view ValueKey(const Statement& statement);
absl::string_view StatedKey(const Statement& statement);
// What a person reads for that key.
absl::string_view ValueLabel(const Statement& statement);

// Values of this field are statements whose words and id disagree (Statement::label_conflict).
inline constexpr absl::string_view kFlaggedField = "flagged";

struct FlaggedWords {
  std::string field;
  std::string words;
  std::string stated_id;
};
// The key of such a value, `field: words <id>`, and back; nullopt for any other text.
std::string FlaggedKey(const Statement& statement);
std::optional<FlaggedWords> ParseFlaggedKey(absl::string_view key);

// One value of a record for the index.
struct FieldValue {
  FieldId field = 0;
  absl::string_view key;  // Valid during the call.
  absl::string_view label;
  bool is_term = false;          // `key` is a CURIE that has a closure.
  std::optional<double> number;  // For kNumber and kDate (days since 1970-01-01, first day).
};

// Calls `emit` for each field value that `record` states by itself, the twins and the umbrella
// field "gene" included, personal fields left out. `scope` non-null: also receives the block to
// which the value of a study is restricted ("" for all). Values of one record may repeat.
void ForEachFieldValue(const Study& study,
                       const std::function<void(const FieldValue&, absl::string_view scope)>& emit);
void ForEachFieldValue(const ImageSet& set, const std::function<void(const FieldValue&)>& emit);

// Whether the source's own key `name` speaks of a person (age, ethnicity, donor, patient, ...):
// such an attribute is shown with its record, but is neither searchable nor a facet.
bool IsPersonalAttribute(absl::string_view name);

// Days since 1970-01-01 of the first day of "YYYY", "YYYY-MM" or "YYYY-MM-DD"; nullopt if it is no
// date.
std::optional<int32_t> FirstDayOf(absl::string_view date);

// The number that the whole of `text` is, as people of any country write it: "2.5", "2,5",
// "1,234.5", "1.234,5", "-3e-7". One comma before three digits parts thousands ("1,234" is 1234),
// unless a zero stands before it ("0,125"). nullopt for everything else, infinities among it.
std::optional<double> NumberIn(absl::string_view text);

// The full texts of a study, by kText field; in schema order, each field at most once.
void ForEachText(const Study& study,
                 const std::function<void(const Field&, absl::string_view)>& emit);

// The table as Markdown, for docs/fields.md.
std::string FieldTableMarkdown();

}  // namespace parfocal
