// Opening a segment: nothing is believed of a file before it has been checked, so that reading it
// needs no checks.
#include <algorithm>
#include <cstring>

#include "segment_state.h"

namespace parfocal {
namespace {

constexpr absl::string_view kSectionNames[kSections] = {
    "studies",     "study values", "text lengths", "strings",   "blocks",
    "row keys",    "row key text", "image counts", "sequences", "row blocks",
    "values",      "value counts", "posting refs", "postings",  "facets",
    "set offsets", "set values",   "run index",    "runs",
};

// True if `offsets` never falls and ends within `size`.
bool Ascends(absl::Span<const uint32_t> offsets, uint64_t size) {
  for (size_t i = 1; i < offsets.size(); ++i) {
    if (offsets[i] < offsets[i - 1]) return false;
  }
  return offsets.empty() || offsets.back() <= size;
}

}  // namespace

uint32_t NumberOfTexts() {
  static const uint32_t count = [] {
    uint32_t n = 0;
    for (const Field& field : Fields()) n += field.kind == FieldKind::kText ? 1 : 0;
    return n;
  }();
  return count;
}

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

}  // namespace parfocal
