// One mapping set: the rows of an SSSOM table as they were written, and beside them what they mean:
// canonical ids, the kind of relation, whether it is denied.
//
// Memory: cells are numbers of distinct texts, so a row costs 16 bytes and 4 for each column, and a
// text is kept once however often it occurs.
//
// Thread safety: immutable once built; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/status.h"

namespace parfocal {

// What a row says of its subject and object, whatever the prefix of its predicate.
enum class MappingRelation : uint8_t {
  kExact = 0,
  kClose,
  kBroad,   // The object is broader.
  kNarrow,  // The object is narrower.
  kRelated,
  kCrossSpecies,
  kOther,  // A predicate that is no mapping relation; listed, never followed.
};

// What holds for a set as a whole.
struct MappingSetInfo {
  std::string id;  // `mapping_set_id`, or the name of the file where that is missing.
  std::string title;
  std::string licence;
  std::string metadata;  // The YAML block, without the number signs.
  // Values of the set that hold for each row without one, by slot; several are divided by a bar.
  std::map<std::string, std::string> defaults;
};

// The same relation seen from the object.
inline MappingRelation Inverted(MappingRelation relation) {
  if (relation == MappingRelation::kBroad) return MappingRelation::kNarrow;
  if (relation == MappingRelation::kNarrow) return MappingRelation::kBroad;
  return relation;
}

class MappingSet {
 public:
  const MappingSetInfo& info() const { return info_; }
  const std::string& id() const { return info_.id; }
  const std::vector<std::string>& columns() const { return columns_; }
  size_t size() const { return rows_.size(); }

  // As written.
  absl::string_view Cell(size_t row, size_t column) const {
    return Text(cells_[row * columns_.size() + column]);
  }
  // The cell of the column `slot`, or what the set says for all rows; empty if neither is there.
  absl::string_view Value(size_t row, absl::string_view slot) const;

  // Canonical CURIE (or IRI, where its prefix is unknown); empty for words and for `no_term`.
  absl::string_view subject(size_t row) const { return Text(rows_[row].subject); }
  absl::string_view object(size_t row) const { return Text(rows_[row].object); }
  // The subject is words, those of subject_label.
  bool literal(size_t row) const { return (rows_[row].flags & kLiteral) != 0; }
  bool negated(size_t row) const { return (rows_[row].flags & kNegated) != 0; }
  // The object says that no term exists.
  bool no_term(size_t row) const { return (rows_[row].flags & kNoTerm) != 0; }
  MappingRelation relation(size_t row) const { return rows_[row].relation; }
  // 0 to 1; 1 where the row states none.
  float confidence(size_t row) const { return rows_[row].confidence; }
  // CURIE of semapv; old names are translated, none is UnspecifiedMatching.
  std::string justification(size_t row) const;
  // The subject of a literal row: what is compared with the words of a source.
  absl::string_view words(size_t row) const;

  size_t memory_bytes() const;
  // Names the content.
  const std::string& fingerprint() const { return fingerprint_; }

  // The form in which a store keeps a set: read back without parsing. DATA_LOSS if `bytes` is not
  // what Encode gave.
  std::string Encode() const;
  static absl::StatusOr<MappingSet> Decode(absl::string_view bytes);

 private:
  friend class MappingSetBuilder;
  static constexpr uint8_t kLiteral = 1, kNegated = 2, kNoTerm = 4;

  struct Row {
    uint32_t subject = 0;
    uint32_t object = 0;
    float confidence = 1.0f;
    MappingRelation relation = MappingRelation::kOther;
    uint8_t flags = 0;
    uint16_t unused = 0;
  };
  static_assert(sizeof(Row) == 16);

  absl::string_view Text(uint32_t number) const {
    const uint32_t begin = number == 0 ? 0 : ends_[number - 1];
    return absl::string_view(text_.data() + begin, ends_[number] - begin);
  }

  MappingSetInfo info_;
  std::string fingerprint_;
  std::vector<std::string> columns_;
  std::string text_;            // The distinct texts, one behind the other; number 0 is empty.
  std::vector<uint32_t> ends_;  // Where each ends.
  std::vector<Row> rows_;
  std::vector<uint32_t> cells_;
};

}  // namespace parfocal
