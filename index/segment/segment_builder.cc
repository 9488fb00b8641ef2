#include "parfocal/segment/segment_builder.h"

#include <algorithm>
#include <map>

#include "parfocal/segment/wire.h"
#include "segment_assembler.h"

namespace parfocal {

void AppendFoldedText(std::string* folded_text, FieldId field, absl::string_view folded) {
  PutFixed<FieldId>(folded_text, field);
  PutBytes(folded_text, folded);
}

struct SegmentBuilder::State {
  struct Study {
    std::optional<StudyRecord> record;
    std::vector<ImageSetRow> rows;
  };
  std::map<std::string, Study> studies;
  uint32_t rows = 0;
};

namespace {

// The values of one facet field, row by row.
struct FacetColumn {
  std::vector<std::pair<RowId, ValueId>> pairs;  // By row, then value.
};

void WritePostings(std::vector<uint64_t>* value_and_row, SegmentAssembler* out) {
  std::sort(value_and_row->begin(), value_and_row->end());
  std::vector<RowId> rows;
  for (size_t i = 0; i < value_and_row->size();) {
    const ValueId value = static_cast<ValueId>((*value_and_row)[i] >> 32);
    rows.clear();
    for (; i < value_and_row->size() && (*value_and_row)[i] >> 32 == value; ++i) {
      rows.push_back(static_cast<RowId>((*value_and_row)[i]));
    }
    out->AddPosting(value, rows);
  }
}

void WriteFacet(FieldId field, const FacetColumn& column, RowId rows, SegmentAssembler* out) {
  SetDictionary sets;
  std::vector<uint32_t> set_of_row(rows, kNoSet);
  std::vector<ValueId> set;
  for (size_t i = 0; i < column.pairs.size();) {
    const RowId row = column.pairs[i].first;
    set.clear();
    for (; i < column.pairs.size() && column.pairs[i].first == row; ++i) {
      set.push_back(column.pairs[i].second);
    }
    set_of_row[row] = sets.Number(set);
  }
  out->AddFacet(field, set_of_row, sets);
}

}  // namespace

SegmentBuilder::SegmentBuilder() : state_(std::make_unique<State>()) {}
SegmentBuilder::~SegmentBuilder() = default;

void SegmentBuilder::AddStudy(std::string key, StudyRecord record) {
  state_->studies[std::move(key)].record = std::move(record);
  ++state_->rows;
}

void SegmentBuilder::AddRow(std::string study_key, ImageSetRow row) {
  state_->studies[std::move(study_key)].rows.push_back(std::move(row));
  ++state_->rows;
}

uint32_t SegmentBuilder::rows() const { return state_->rows; }

absl::Status SegmentBuilder::Write(const std::string& path, const Vocabulary& vocabulary) {
  PARFOCAL_ASSIGN_OR_RETURN(const std::unique_ptr<SegmentAssembler> out,
                            SegmentAssembler::Create(path));
  const absl::Span<const Field> fields = Fields();
  std::vector<uint64_t> value_and_row;
  std::vector<FacetColumn> facets(fields.size());
  for (auto& [key, study] : state_->studies) {
    out->BeginStudy(key);
    if (study.record) out->AddRecord(*study.record);
    std::sort(study.rows.begin(), study.rows.end(),
              [](const ImageSetRow& a, const ImageSetRow& b) { return NaturalLess(a.id, b.id); });
    for (ImageSetRow& row : study.rows) {
      const RowId number = out->rows();
      std::sort(row.values.begin(), row.values.end());
      row.values.erase(std::unique(row.values.begin(), row.values.end()), row.values.end());
      for (ValueId value : row.values) {
        value_and_row.push_back(uint64_t{value} << 32 | number);
        const FieldId field = vocabulary.Get(value).field;
        if (field < fields.size() && fields[field].facet) {
          facets[field].pairs.emplace_back(number, value);
        }
      }
      out->AddRow(row.id, row.image_count, row.sequence, row.block);
    }
  }
  const RowId rows = out->rows();
  state_ = std::make_unique<State>();
  out->EndRows();
  WritePostings(&value_and_row, out.get());
  for (size_t field = 0; field < facets.size(); ++field) {
    if (facets[field].pairs.empty()) continue;
    WriteFacet(static_cast<FieldId>(field), facets[field], rows, out.get());
  }
  return out->Finish();
}

}  // namespace parfocal
