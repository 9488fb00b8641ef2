#include "parfocal/segment/segment.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <roaring/roaring.hh>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "bitmap_codec.h"
#include "parfocal/segment/durable_file.h"
#include "segment_format.h"

namespace parfocal {
namespace {

constexpr absl::string_view kSectionNames[kSections] = {
    "studies",     "study values", "text lengths", "strings",   "blocks",
    "row keys",    "row key text", "image counts", "sequences", "row blocks",
    "values",      "value counts", "posting refs", "postings",  "facets",
    "set offsets", "set values",   "run index",    "runs",
};

uint32_t NumberOfTexts() {
  static const uint32_t count = [] {
    uint32_t n = 0;
    for (const Field& field : Fields()) n += field.kind == FieldKind::kText ? 1 : 0;
    return n;
  }();
  return count;
}

// True if `offsets` never falls and ends within `size`.
bool Ascends(absl::Span<const uint32_t> offsets, uint64_t size) {
  for (size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] < offsets[i - 1]) return false;
  }
  return offsets.empty() || offsets.back() <= size;
}

bool StrictlyAscends(absl::Span<const uint32_t> values) {
  for (size_t i = 1; i < values.size(); ++i) {
    if (values[i] <= values[i - 1]) return false;
  }
  return true;
}

}  // namespace

bool NaturalLess(absl::string_view a, absl::string_view b) {
  const auto digit = [](absl::string_view s, size_t i) {
    return i < s.size() && absl::ascii_isdigit(static_cast<unsigned char>(s[i]));
  };
  size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!digit(a, i) || !digit(b, j)) {
      if (a[i] != b[j]) return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
      ++i, ++j;
      continue;
    }
    while (digit(a, i) && a[i] == '0') ++i;
    while (digit(b, j) && b[j] == '0') ++j;
    size_t end_a = i, end_b = j;
    while (digit(a, end_a)) ++end_a;
    while (digit(b, end_b)) ++end_b;
    if (end_a - i != end_b - j) return end_a - i < end_b - j;
    const int order = a.substr(i, end_a - i).compare(b.substr(j, end_b - j));
    if (order != 0) return order < 0;
    i = end_a, j = end_b;
  }
  const size_t rest_a = a.size() - i, rest_b = b.size() - j;
  if (rest_a != rest_b) return rest_a < rest_b;
  // Equal but for leading zeros.
  return a < b;
}

std::string StudyKey(absl::string_view source, absl::string_view accession) {
  return absl::StrCat(source, absl::string_view("\0", 1), accession);
}

absl::string_view FoldedText(absl::string_view folded_text, FieldId field) {
  // Each: field (2 bytes), size (4 bytes), text.
  while (folded_text.size() >= 6) {
    FieldId id;
    uint32_t size;
    std::memcpy(&id, folded_text.data(), 2);
    std::memcpy(&size, folded_text.data() + 2, 4);
    if (size > folded_text.size() - 6) break;
    if (id == field) return folded_text.substr(6, size);
    folded_text.remove_prefix(6 + size);
  }
  return {};
}

struct Segment::State {
  std::string path;
  std::unique_ptr<MappedFile> file;
  DiskHeader header;
  absl::Span<const DiskStudy> studies;
  absl::Span<const StudyValue> study_values;
  absl::Span<const uint32_t> text_lengths;
  absl::string_view strings;
  absl::Span<const DiskString> blocks;
  absl::Span<const uint32_t> row_key_offsets;
  absl::string_view row_keys;
  absl::Span<const int64_t> image_counts;
  absl::Span<const int64_t> sequences;
  absl::Span<const uint32_t> row_blocks;
  absl::Span<const ValueId> value_ids;
  absl::Span<const uint32_t> value_counts;
  absl::Span<const uint32_t> posting_refs;
  absl::string_view postings;
  absl::Span<const DiskFacet> facets;
  absl::Span<const uint32_t> set_offsets;
  absl::Span<const ValueId> set_values;
  absl::Span<const uint32_t> run_index;
  absl::Span<const RowRun> runs;
  absl::flat_hash_map<FieldId, const DiskFacet*> facet_of;

  absl::Status Damaged(absl::string_view what) const {
    return absl::DataLossError(absl::StrCat("segment '", path, "': ", what));
  }
  absl::string_view String(DiskString s) const { return strings.substr(s.offset, s.size); }
  bool Within(DiskString s) const { return uint64_t{s.offset} + s.size <= strings.size(); }

  absl::Status ReadHeader();
  std::vector<DiskSection> InFileOrder() const;
  absl::Status MapSections();
  absl::Status CheckStudies() const;
  absl::Status CheckRows() const;
  absl::Status CheckValues() const;
  absl::Status CheckFacets() const;
  bool CheckRuns(const DiskFacet& facet) const;

  template <typename T>
  bool Map(SectionId id, absl::Span<const T>* out) const {
    const DiskSection& section = header.table[static_cast<uint32_t>(id)];
    *out = {reinterpret_cast<const T*>(file->bytes().data() + section.offset),
            static_cast<size_t>(section.length / sizeof(T))};
    return section.length % sizeof(T) == 0;
  }
  absl::string_view MapBytes(SectionId id) const {
    const DiskSection& section = header.table[static_cast<uint32_t>(id)];
    return file->bytes().substr(section.offset, section.length);
  }
};

absl::Status Segment::State::ReadHeader() {
  const absl::string_view bytes = file->bytes();
  if (bytes.size() < sizeof(DiskHeader)) return Damaged("too short for its header");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (absl::string_view(header.magic, sizeof(header.magic)) != kSegmentMagic) {
    return Damaged("not a segment");
  }
  const uint64_t hash = HashBytes(bytes.substr(0, sizeof(header) - sizeof(header.hash)));
  if (header.version == kSegmentVersion && hash != header.hash) {
    return Damaged("the checksum of the header does not match");
  }
  if (header.version != kSegmentVersion || header.schema != SchemaFingerprint()) {
    return absl::FailedPreconditionError(
        absl::StrCat("segment '", path, "': written in another format or with another table of ",
                     "fields; rebuild the index"));
  }
  if (header.sections != kSections) return Damaged("wrong number of sections");
  uint64_t end = sizeof(header);
  for (const DiskSection& section : InFileOrder()) {
    if (section.offset % 8 != 0 || section.offset < end || section.offset > bytes.size() ||
        section.length > bytes.size() - section.offset) {
      return Damaged("a section lies outside of the file");
    }
    end = section.offset + section.length;
  }
  return absl::OkStatus();
}

std::vector<DiskSection> Segment::State::InFileOrder() const {
  std::vector<DiskSection> sections(std::begin(header.table), std::end(header.table));
  // An empty section lies at the begin of its neighbour, hence before it.
  std::sort(sections.begin(), sections.end(), [](const DiskSection& a, const DiskSection& b) {
    return std::pair(a.offset, a.length) < std::pair(b.offset, b.length);
  });
  return sections;
}

absl::Status Segment::State::MapSections() {
  const bool whole =
      Map(SectionId::kStudies, &studies) && Map(SectionId::kStudyValues, &study_values) &&
      Map(SectionId::kTextLengths, &text_lengths) && Map(SectionId::kBlocks, &blocks) &&
      Map(SectionId::kRowKeyOffsets, &row_key_offsets) &&
      Map(SectionId::kImageCounts, &image_counts) && Map(SectionId::kSequences, &sequences) &&
      Map(SectionId::kRowBlocks, &row_blocks) && Map(SectionId::kValueIds, &value_ids) &&
      Map(SectionId::kValueCounts, &value_counts) && Map(SectionId::kPostingRefs, &posting_refs) &&
      Map(SectionId::kFacets, &facets) && Map(SectionId::kSetOffsets, &set_offsets) &&
      Map(SectionId::kSetValues, &set_values) && Map(SectionId::kRunIndex, &run_index) &&
      Map(SectionId::kRuns, &runs);
  strings = MapBytes(SectionId::kStrings);
  row_keys = MapBytes(SectionId::kRowKeys);
  postings = MapBytes(SectionId::kPostings);
  const size_t rows = header.rows;
  if (!whole || studies.size() != header.studies || row_key_offsets.size() != rows + 1 ||
      image_counts.size() != rows || sequences.size() != rows || row_blocks.size() != rows ||
      value_counts.size() != value_ids.size() || posting_refs.size() != value_ids.size() ||
      postings.size() % 4 != 0 || blocks.empty()) {
    return Damaged("the lengths of its sections do not agree");
  }
  return absl::OkStatus();
}

absl::Status Segment::State::CheckStudies() const {
  uint32_t row = 0;
  absl::string_view last_key;
  for (size_t i = 0; i < studies.size(); ++i) {
    const DiskStudy& s = studies[i];
    if (!Within(s.key) || !Within(s.title) || !Within(s.folded_text)) {
      return Damaged("a text of a study lies outside of the strings");
    }
    const absl::string_view key = String(s.key);
    if (i > 0 && key <= last_key) return Damaged("studies are not in the order of their keys");
    last_key = key;
    if (s.first_row != row || s.end_row <= s.first_row || s.end_row > header.rows ||
        s.has_record > 1) {
      return Damaged("the rows of a study are wrong");
    }
    row = s.end_row;
    if (uint64_t{s.first_value} + s.values > study_values.size() ||
        (s.has_record == 1 && uint64_t{s.first_length} + NumberOfTexts() > text_lengths.size())) {
      return Damaged("values of a study lie outside of their section");
    }
    for (uint32_t v = 0; v < s.values; ++v) {
      if (study_values[s.first_value + v].scope >= blocks.size()) {
        return Damaged("a value of a study names no block");
      }
    }
  }
  if (row != header.rows) return Damaged("rows without a study");
  for (const DiskString& block : blocks) {
    if (!Within(block)) return Damaged("the name of a block lies outside of the strings");
  }
  return absl::OkStatus();
}

absl::Status Segment::State::CheckRows() const {
  if (!Ascends(row_key_offsets, row_keys.size())) return Damaged("row keys are out of order");
  for (uint32_t block : row_blocks) {
    if (block >= blocks.size()) return Damaged("a row names no block");
  }
  return absl::OkStatus();
}

absl::Status Segment::State::CheckValues() const {
  if (!StrictlyAscends(value_ids)) return Damaged("values are out of order");
  for (uint32_t count : value_counts) {
    if (count == 0 || count > header.rows) return Damaged("the count of a value is wrong");
  }
  return absl::OkStatus();
}

bool Segment::State::CheckRuns(const DiskFacet& facet) const {
  const auto index = run_index.subspan(facet.first_index, studies.size() + 1);
  if (!Ascends(index, runs.size())) return false;
  for (size_t i = 0; i < studies.size(); ++i) {
    RowId row = studies[i].first_row;
    for (uint32_t r = index[i]; r < index[i + 1]; ++r) {
      const RowRun& run = runs[r];
      if (run.begin < row || run.end <= run.begin || run.set >= facet.sets) return false;
      row = run.end;
    }
    if (row > studies[i].end_row) return false;
  }
  return true;
}

absl::Status Segment::State::CheckFacets() const {
  int64_t last_field = -1;
  for (const DiskFacet& facet : facets) {
    if (static_cast<int64_t>(facet.field) <= last_field || facet.field >= Fields().size()) {
      return Damaged("facets are out of order");
    }
    last_field = facet.field;
    if (uint64_t{facet.first_offset} + facet.sets + 1 > set_offsets.size() ||
        uint64_t{facet.first_index} + studies.size() + 1 > run_index.size()) {
      return Damaged("a facet lies outside of its section");
    }
    const auto offsets = set_offsets.subspan(facet.first_offset, facet.sets + 1);
    if (!Ascends(offsets, set_values.size())) return Damaged("the sets of a facet are wrong");
    for (uint32_t s = 0; s < facet.sets; ++s) {
      if (!StrictlyAscends(set_values.subspan(offsets[s], offsets[s + 1] - offsets[s]))) {
        return Damaged("a set of a facet is out of order");
      }
    }
    if (!CheckRuns(facet)) return Damaged("the runs of a facet are wrong");
  }
  return absl::OkStatus();
}

Segment::Segment(std::unique_ptr<State> state) : state_(std::move(state)) {}
Segment::~Segment() = default;

absl::StatusOr<std::shared_ptr<const Segment>> Segment::Open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  PARFOCAL_ASSIGN_OR_RETURN(state->file, MappedFile::Open(path));
  PARFOCAL_RETURN_IF_ERROR(state->ReadHeader());
  PARFOCAL_RETURN_IF_ERROR(state->MapSections());
  PARFOCAL_RETURN_IF_ERROR(state->CheckStudies());
  PARFOCAL_RETURN_IF_ERROR(state->CheckRows());
  PARFOCAL_RETURN_IF_ERROR(state->CheckValues());
  PARFOCAL_RETURN_IF_ERROR(state->CheckFacets());
  for (const DiskFacet& facet : state->facets) {
    state->facet_of[static_cast<FieldId>(facet.field)] = &facet;
  }
  // The checks have touched most of it; what is not asked for need not stay.
  state->file->Release();
  return std::shared_ptr<const Segment>(new Segment(std::move(state)));
}

const std::string& Segment::path() const { return state_->path; }
RowId Segment::rows() const { return state_->header.rows; }

absl::Status Segment::Verify() const {
  // The header as it is on disk now, and the padding, which no section covers.
  const absl::string_view bytes = state_->file->bytes();
  if (std::memcmp(bytes.data(), &state_->header, sizeof(DiskHeader)) != 0) {
    return state_->Damaged("the header has changed");
  }
  uint64_t end = sizeof(DiskHeader);
  const auto padded_to = [&](uint64_t next) {
    for (; end < next; ++end) {
      if (bytes[end] != '\0') return false;
    }
    return true;
  };
  const std::vector<DiskSection> sections = state_->InFileOrder();
  for (const DiskSection& section : sections) {
    if (!padded_to(section.offset)) return state_->Damaged("bytes between sections have changed");
    end = section.offset + section.length;
  }
  if (!padded_to(bytes.size())) return state_->Damaged("bytes behind the sections have changed");
  for (uint32_t i = 0; i < kSections; ++i) {
    const DiskSection& section = state_->header.table[i];
    PARFOCAL_ASSIGN_OR_RETURN(const uint64_t hash,
                              state_->file->Hash(section.offset, section.length));
    if (hash != section.hash) {
      return state_->Damaged(
          absl::StrCat("the checksum of section '", kSectionNames[i], "' does not match"));
    }
  }
  return absl::OkStatus();
}

uint32_t Segment::studies() const { return static_cast<uint32_t>(state_->studies.size()); }

StudyEntry Segment::study(uint32_t index) const {
  const State& s = *state_;
  const DiskStudy& disk = s.studies[index];
  StudyEntry entry;
  entry.key = s.String(disk.key);
  entry.first_row = disk.first_row;
  entry.end_row = disk.end_row;
  entry.has_record = disk.has_record == 1;
  if (!entry.has_record) return entry;
  entry.sequence = disk.sequence;
  entry.text_doc = disk.text_doc;
  entry.release_day = disk.release_day;
  entry.bytes = disk.bytes;
  entry.image_count = disk.image_count;
  entry.title = s.String(disk.title);
  entry.folded_text = s.String(disk.folded_text);
  entry.values = s.study_values.subspan(disk.first_value, disk.values);
  entry.text_lengths = s.text_lengths.subspan(disk.first_length, NumberOfTexts());
  return entry;
}

std::optional<uint32_t> Segment::FindStudy(absl::string_view key) const {
  const State& s = *state_;
  const auto it = std::lower_bound(
      s.studies.begin(), s.studies.end(), key,
      [&](const DiskStudy& study, absl::string_view k) { return s.String(study.key) < k; });
  if (it == s.studies.end() || s.String(it->key) != key) return std::nullopt;
  return static_cast<uint32_t>(it - s.studies.begin());
}

uint32_t Segment::StudyOfRow(RowId row) const {
  const auto& studies = state_->studies;
  const auto it = std::upper_bound(studies.begin(), studies.end(), row,
                                   [](RowId r, const DiskStudy& s) { return r < s.end_row; });
  return static_cast<uint32_t>(it - studies.begin());
}

absl::string_view Segment::RowKey(RowId row) const {
  const uint32_t begin = state_->row_key_offsets[row];
  return state_->row_keys.substr(begin, state_->row_key_offsets[row + 1] - begin);
}

std::optional<RowId> Segment::FindRow(uint32_t study, absl::string_view id) const {
  const DiskStudy& s = state_->studies[study];
  RowId low = s.first_row + s.has_record, high = s.end_row;
  while (low < high) {
    const RowId middle = low + (high - low) / 2;
    if (NaturalLess(RowKey(middle), id)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == s.end_row || RowKey(low) != id) return std::nullopt;
  return low;
}

int64_t Segment::ImageCount(RowId row) const { return state_->image_counts[row]; }
int64_t Segment::RowSequence(RowId row) const { return state_->sequences[row]; }
uint32_t Segment::BlockOfRow(RowId row) const { return state_->row_blocks[row]; }
absl::string_view Segment::block(uint32_t number) const {
  return number < state_->blocks.size() ? state_->String(state_->blocks[number])
                                        : absl::string_view();
}

bool Segment::AppendRows(uint32_t value_index, std::vector<RowId>* rows) const {
  const State& s = *state_;
  const uint32_t count = s.value_counts[value_index];
  const uint32_t ref = s.posting_refs[value_index];
  const uint64_t offset = uint64_t{ref >> kPostingFormBits} * 4;
  if (offset >= s.postings.size()) return false;
  const absl::string_view bytes = s.postings.substr(offset);
  RowId first;
  std::memcpy(&first, bytes.data(), sizeof(first));
  const size_t old_size = rows->size();
  switch (static_cast<PostingForm>(ref & ((1u << kPostingFormBits) - 1))) {
    case PostingForm::kList:
      if (count > bytes.size() / sizeof(RowId)) return false;
      rows->resize(old_size + count);
      std::memcpy(rows->data() + old_size, bytes.data(), sizeof(RowId) * size_t{count});
      if (StrictlyAscends(absl::MakeSpan(*rows).subspan(old_size)) &&
          rows->back() < s.header.rows) {
        return true;
      }
      rows->resize(old_size);
      return false;
    case PostingForm::kRange:
      if (uint64_t{first} + count > s.header.rows) return false;
      rows->resize(old_size + count);
      std::iota(rows->begin() + static_cast<ptrdiff_t>(old_size), rows->end(), first);
      return true;
    case PostingForm::kBitmap: {
      const auto bitmap = ReadPortableBitmap(bytes, s.header.rows);
      if (bitmap == nullptr) return false;
      rows->resize(old_size + bitmap->cardinality());
      bitmap->toUint32Array(rows->data() + old_size);
      return true;
    }
  }
  return false;
}

std::shared_ptr<const Roaring> Segment::RowsWith(ValueId value) const {
  const State& s = *state_;
  const auto it = std::lower_bound(s.value_ids.begin(), s.value_ids.end(), value);
  if (it == s.value_ids.end() || *it != value) return nullptr;
  const uint32_t index = static_cast<uint32_t>(it - s.value_ids.begin());
  const uint32_t ref = s.posting_refs[index];
  const uint64_t offset = uint64_t{ref >> kPostingFormBits} * 4;
  if ((ref & ((1u << kPostingFormBits) - 1)) == static_cast<uint32_t>(PostingForm::kBitmap) &&
      offset < s.postings.size()) {
    auto rows = ReadPortableBitmap(s.postings.substr(offset), s.header.rows);
    if (rows != nullptr) return rows;
  }
  // Damage gives an empty bitmap; Verify says where it is.
  std::vector<RowId> rows;
  AppendRows(index, &rows);
  return std::make_shared<const Roaring>(rows.size(), rows.data());
}

absl::Span<const ValueId> Segment::values() const { return state_->value_ids; }

uint32_t Segment::CountOf(ValueId value) const {
  const auto& ids = state_->value_ids;
  const auto it = std::lower_bound(ids.begin(), ids.end(), value);
  return it == ids.end() || *it != value
             ? 0
             : state_->value_counts[static_cast<size_t>(it - ids.begin())];
}

absl::Span<const RowRun> Segment::Runs(FieldId field, uint32_t study) const {
  const auto it = state_->facet_of.find(field);
  if (it == state_->facet_of.end()) return {};
  const uint32_t begin = state_->run_index[it->second->first_index + study];
  const uint32_t end = state_->run_index[it->second->first_index + study + 1];
  return state_->runs.subspan(begin, end - begin);
}

absl::Span<const ValueId> Segment::Set(FieldId field, uint32_t set) const {
  const auto it = state_->facet_of.find(field);
  if (it == state_->facet_of.end() || set >= it->second->sets) return {};
  const uint32_t begin = state_->set_offsets[it->second->first_offset + set];
  const uint32_t end = state_->set_offsets[it->second->first_offset + set + 1];
  return state_->set_values.subspan(begin, end - begin);
}

uint32_t Segment::sets(FieldId field) const {
  const auto it = state_->facet_of.find(field);
  return it == state_->facet_of.end() ? 0 : it->second->sets;
}

}  // namespace parfocal
