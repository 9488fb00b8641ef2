// What a segment should hold, as plain maps: for tests that build, merge and read back.
#pragma once

#include <bit>
#include <map>
#include <roaring/roaring.hh>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "parfocal/segment/segment.h"
#include "parfocal/segment/segment_builder.h"
#include "parfocal/segment/vocabulary.h"

namespace parfocal::testing {

struct ModelRow {
  std::string block;
  int64_t image_count = -1;
  int64_t sequence = 0;
  std::set<ValueId> values;
  friend bool operator==(const ModelRow&, const ModelRow&) = default;
};

struct ModelStudy {
  bool has_record = false;
  int64_t sequence = 0;
  uint32_t text_doc = 0;
  int32_t release_day = INT32_MIN;
  int64_t bytes = -1;
  int64_t image_count = -1;
  std::string title;
  std::string text;  // Of field "title", folded.
  std::set<std::pair<ValueId, std::string>> values;
  std::vector<uint32_t> text_lengths;
  std::map<std::string, ModelRow> rows;
  friend bool operator==(const ModelStudy&, const ModelStudy&) = default;
};

using Model = std::map<std::string, ModelStudy>;

// Reads the live rows of `segment` through its postings, and checks that its facets say the same.
inline Model ReadBack(const Segment& segment, const Roaring* dead, const Vocabulary& vocabulary) {
  Model out;
  std::vector<std::set<ValueId>> values(segment.rows());
  std::vector<RowId> rows;
  for (uint32_t i = 0; i < segment.values().size(); ++i) {
    rows.clear();
    EXPECT_TRUE(segment.AppendRows(i, &rows));
    EXPECT_EQ(rows.size(), segment.CountOf(segment.values()[i]));
    std::vector<uint64_t> words((segment.rows() + 63) / 64, 0);
    EXPECT_TRUE(segment.SetRows(i, words.data()));
    std::vector<RowId> set;
    for (size_t w = 0; w < words.size(); ++w) {
      for (uint64_t bits = words[w]; bits != 0; bits &= bits - 1) {
        set.push_back(static_cast<RowId>(64 * w + std::countr_zero(bits)));
      }
    }
    EXPECT_EQ(set, rows);
    const auto bitmap = segment.RowsWith(segment.values()[i]);
    EXPECT_EQ(bitmap->cardinality(), rows.size());
    for (RowId row : rows) {
      EXPECT_TRUE(bitmap->contains(row));
      values[row].insert(segment.values()[i]);
    }
  }
  std::vector<std::set<ValueId>> by_facet(segment.rows());
  for (uint32_t s = 0; s < segment.studies(); ++s) {
    const StudyEntry entry = segment.study(s);
    EXPECT_EQ(segment.FindStudy(entry.key), s);
    for (const Field& field : Fields()) {
      for (const RowRun& run : segment.Runs(field.id, s)) {
        EXPECT_TRUE(entry.first_row <= run.begin && run.end <= entry.end_row);
        for (RowId row = run.begin; row < run.end; ++row) {
          for (ValueId value : segment.Set(field.id, run.set)) by_facet[row].insert(value);
        }
      }
    }
    for (RowId row = entry.first_row; row < entry.end_row; ++row) {
      EXPECT_EQ(segment.StudyOfRow(row), s);
      if (dead != nullptr && dead->contains(row)) continue;
      ModelStudy& study = out[std::string(entry.key)];
      if (entry.has_record && row == entry.first_row) {
        EXPECT_TRUE(segment.RowKey(row).empty());
        study.has_record = true;
        study.sequence = entry.sequence;
        study.text_doc = entry.text_doc;
        study.release_day = entry.release_day;
        study.bytes = entry.bytes;
        study.image_count = entry.image_count;
        study.title = std::string(entry.title);
        study.text = std::string(FoldedText(entry.folded_text, FindField("title")->id));
        study.text_lengths.assign(entry.text_lengths.begin(), entry.text_lengths.end());
        for (const StudyValue& v : entry.values) {
          study.values.emplace(v.value, std::string(segment.block(v.scope)));
        }
        continue;
      }
      EXPECT_EQ(segment.FindRow(s, segment.RowKey(row)), row);
      ModelRow& model = study.rows[std::string(segment.RowKey(row))];
      model.block = std::string(segment.block(segment.BlockOfRow(row)));
      model.image_count = segment.ImageCount(row);
      model.sequence = segment.RowSequence(row);
      model.values = values[row];
      std::set<ValueId> faceted;
      for (ValueId value : values[row]) {
        const FieldId field = vocabulary.Get(value).field;
        if (field != kAttributeField && Fields()[field].facet) faceted.insert(value);
      }
      EXPECT_EQ(by_facet[row], faceted);
    }
  }
  return out;
}

}  // namespace parfocal::testing
