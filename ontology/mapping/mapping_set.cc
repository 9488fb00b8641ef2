#include "parfocal/mapping/mapping_set.h"

#include <xxhash.h>

#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "mapping_set_builder.h"

namespace parfocal {
namespace {

// What stands in front of the bytes of Encode; another number for another layout.
constexpr absl::string_view kLayout = "parfocal mapping set 1\n";

// The words of match_type, which mapping_justification replaced (SSSOM before 0.10).
struct OldName {
  absl::string_view old, name;
};
constexpr OldName kMatchTypes[] = {
    {"HumanCurated", "ManualMappingCuration"},
    {"Lexical", "LexicalMatching"},
    {"lexical", "LexicalMatching"},
    {"Logical", "LogicalReasoning"},
    {"Complex", "CompositeMatching"},
    {"SemanticSimilarity", "SemanticSimilarityThresholdMatching"},
};

void PutNumber(uint64_t number, std::string* out) {
  out->append(reinterpret_cast<const char*>(&number), sizeof number);
}
void PutText(absl::string_view text, std::string* out) {
  PutNumber(text.size(), out);
  out->append(text.data(), text.size());
}
template <typename T>
void PutArray(const std::vector<T>& array, std::string* out) {
  PutText(absl::string_view(reinterpret_cast<const char*>(array.data()), array.size() * sizeof(T)),
          out);
}

// Takes the parts of Encode off the front; false once something is missing.
class Parts {
 public:
  explicit Parts(absl::string_view bytes) : rest_(bytes) {}
  bool Number(uint64_t* out) {
    if (rest_.size() < sizeof *out) return false;
    std::memcpy(out, rest_.data(), sizeof *out);
    rest_.remove_prefix(sizeof *out);
    return true;
  }
  bool Bytes(absl::string_view* out) {
    uint64_t size = 0;
    if (!Number(&size) || size > rest_.size()) return false;
    *out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return true;
  }
  bool Text(std::string* out) {
    absl::string_view bytes;
    if (!Bytes(&bytes)) return false;
    *out = std::string(bytes);
    return true;
  }
  template <typename T>
  bool Array(std::vector<T>* out) {
    absl::string_view bytes;
    if (!Bytes(&bytes) || bytes.size() % sizeof(T) != 0) return false;
    out->resize(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(out->data(), bytes.data(), bytes.size());
    return true;
  }
  bool done() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
};

}  // namespace

absl::string_view MappingSet::Value(size_t row, absl::string_view slot) const {
  for (size_t column = 0; column < columns_.size(); ++column) {
    if (columns_[column] != slot) continue;
    const absl::string_view cell = Cell(row, column);
    if (!cell.empty()) return cell;
  }
  const auto it = info_.defaults.find(std::string(slot));
  return it == info_.defaults.end() ? absl::string_view() : absl::string_view(it->second);
}

std::string MappingSet::justification(size_t row) const {
  absl::string_view stated = Value(row, "mapping_justification");
  if (!stated.empty()) return std::string(stated);
  stated = Value(row, "match_type");
  absl::ConsumePrefix(&stated, "SSSOM:");
  for (const OldName& type : kMatchTypes) {
    if (stated == type.old) return absl::StrCat("semapv:", type.name);
  }
  return "semapv:UnspecifiedMatching";
}

absl::string_view MappingSet::words(size_t row) const {
  absl::string_view text = Value(row, "subject_label");
  // Some sets quote the words themselves, once more than the table does.
  if (text.size() > 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  return text;
}

size_t MappingSet::memory_bytes() const {
  return sizeof *this + info_.metadata.capacity() + text_.capacity() + ends_.capacity() * 4 +
         rows_.capacity() * sizeof(Row) + cells_.capacity() * 4;
}

std::string MappingSet::Encode() const {
  std::string out(kLayout);
  PutText(fingerprint_, &out);
  PutText(info_.id, &out);
  PutText(info_.title, &out);
  PutText(info_.licence, &out);
  PutText(info_.metadata, &out);
  PutNumber(info_.defaults.size(), &out);
  for (const auto& [slot, value] : info_.defaults) {
    PutText(slot, &out);
    PutText(value, &out);
  }
  PutNumber(columns_.size(), &out);
  for (const std::string& column : columns_) PutText(column, &out);
  PutText(text_, &out);
  PutArray(ends_, &out);
  PutArray(rows_, &out);
  PutArray(cells_, &out);
  return out;
}

absl::StatusOr<MappingSet> MappingSet::Decode(absl::string_view bytes) {
  const auto damaged = [] {
    return absl::DataLossError("mapping set: its stored form is damaged");
  };
  if (!absl::ConsumePrefix(&bytes, kLayout)) return damaged();
  Parts parts(bytes);
  MappingSet set;
  MappingSetInfo& info = set.info_;
  uint64_t count = 0;
  if (!parts.Text(&set.fingerprint_) || !parts.Text(&info.id) || !parts.Text(&info.title) ||
      !parts.Text(&info.licence) || !parts.Text(&info.metadata) || !parts.Number(&count))
    return damaged();
  for (; count > 0; --count) {
    std::string slot, value;
    if (!parts.Text(&slot) || !parts.Text(&value)) return damaged();
    info.defaults[slot] = value;
  }
  if (!parts.Number(&count)) return damaged();
  for (; count > 0; --count) {
    std::string column;
    if (!parts.Text(&column)) return damaged();
    set.columns_.push_back(std::move(column));
  }
  if (!parts.Text(&set.text_) || !parts.Array(&set.ends_) || !parts.Array(&set.rows_) ||
      !parts.Array(&set.cells_) || !parts.done() || set.ends_.empty() || set.ends_[0] != 0 ||
      set.cells_.size() != set.rows_.size() * set.columns_.size())
    return damaged();
  for (size_t i = 1; i < set.ends_.size(); ++i) {
    if (set.ends_[i] < set.ends_[i - 1]) return damaged();
  }
  if (set.ends_.back() != set.text_.size()) return damaged();
  for (const uint32_t cell : set.cells_) {
    if (cell >= set.ends_.size()) return damaged();
  }
  for (const Row& row : set.rows_) {
    if (row.subject >= set.ends_.size() || row.object >= set.ends_.size() ||
        row.relation > MappingRelation::kOther)
      return damaged();
  }
  return set;
}

uint32_t MappingSetBuilder::Number(absl::string_view text) {
  if (text.empty()) return 0;
  const auto it = numbers_.find(text);
  if (it != numbers_.end()) return *it;
  const uint32_t number = static_cast<uint32_t>(set_.ends_.size());
  set_.text_.append(text.data(), text.size());
  set_.ends_.push_back(static_cast<uint32_t>(set_.text_.size()));
  numbers_.insert(number);
  return number;
}

void MappingSetBuilder::Add(absl::Span<const std::string> cells, const RowMeaning& meaning) {
  for (size_t column = 0; column < set_.columns_.size(); ++column)
    set_.cells_.push_back(column < cells.size() ? Number(cells[column]) : 0);
  MappingSet::Row row;
  row.subject = Number(meaning.subject);
  row.object = Number(meaning.object);
  row.confidence = meaning.confidence;
  row.relation = meaning.relation;
  row.flags = static_cast<uint8_t>((meaning.literal ? MappingSet::kLiteral : 0) |
                                   (meaning.negated ? MappingSet::kNegated : 0) |
                                   (meaning.no_term ? MappingSet::kNoTerm : 0));
  set_.rows_.push_back(row);
}

MappingSet MappingSetBuilder::Build() && {
  const std::string content = set_.Encode();
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  set_.fingerprint_ = absl::StrCat(absl::Hex(hash.high64, absl::kZeroPad16),
                                   absl::Hex(hash.low64, absl::kZeroPad16));
  numbers_.clear();
  set_.text_.shrink_to_fit();
  set_.ends_.shrink_to_fit();
  set_.rows_.shrink_to_fit();
  set_.cells_.shrink_to_fit();
  return std::move(set_);
}

}  // namespace parfocal
