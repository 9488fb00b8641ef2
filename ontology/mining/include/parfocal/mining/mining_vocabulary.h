// What the text miner knows of words beyond the ontologies: deploy/vocabulary/mining.tsv, general
// knowledge of language and of how experiments are described. A tab-separated table with a header
// line; a line that begins with # is a comment. Columns: field, rule, phrase, value, reason. Rules:
//   name        the phrase is another name of what the field's ontologies call `value`
//   never       the phrase names nothing of the field, though an ontology has the name
//   mask        words that name something else as a whole ("goat serum"); * stands for any one word
//   before, behind  a word that, next to a name, says that it is no sample ("unlike", "pathogen")
//   next        a name must have one of these words next behind it ("cells")
//   weak        a name (of an ontology) that is said of much that is not imaged
//   below       only terms at or below this one; not_below: none of these (ids)
//   label_words the term's label has at least `value` words
//   capital     a name of two words or more that is the term's label begins with a capital
//   confidence  by where it stands (see MentionPlace): the share of right ones, as measured
//   accept      least confidence that is taken; a field without it is not mined
// A phrase without small letters is an abbreviation: it is found in that case alone.
//
// Thread safety: immutable after Parse.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

// Where the names of a term stand.
enum class MentionPlace : uint8_t {
  kTitle = 0,  // In the title, and no other of its field is.
  kOften,      // Alone of its field, twice or more in the description.
  kOnce,       // Alone of its field, once in the description.
  kAmong,      // In the title beside others of the field, or in the description likewise, or while
               // the title has one.
  kWeakTitle,  // The same for weak names; kWeakTitle only if the text names nothing else.
  kWeakOften,
  kWeakOnce,
};
inline constexpr size_t kMentionPlaces = 7;

struct FieldMining {
  bool accepts = false;
  float accept = 2;
  std::array<float, kMentionPlaces> confidence = {};
  size_t label_words = 1;
  bool capital = false;
  absl::flat_hash_map<std::string, std::string> names;          // Words -> name.
  absl::flat_hash_map<std::string, std::string> abbreviations;  // As written -> name.
  absl::flat_hash_set<std::string> never, before, behind, next;
  std::vector<std::string> weak;  // Names.
  std::vector<std::string> below, not_below;
  // By their first word; "*" for those that begin with any.
  absl::flat_hash_map<std::string, std::vector<std::vector<std::string>>> masks;
};

class MiningVocabulary {
 public:
  // At most 1 MiB and 5,000 rows, phrases of at most 8 words. INVALID_ARGUMENT with the line for
  // a row of another form, an unknown rule or place, or a number that is none.
  static absl::StatusOr<std::shared_ptr<const MiningVocabulary>> Parse(absl::string_view table);
  // The table as it was when the program was built.
  static std::shared_ptr<const MiningVocabulary> Standard();

  // The fields that are mined, with their rules.
  const std::map<std::string, FieldMining>& fields() const { return fields_; }
  // Names the content.
  const std::string& release() const { return release_; }

 private:
  std::map<std::string, FieldMining> fields_;
  std::string release_;
};

}  // namespace parfocal
