#include "parfocal/segment/segment.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <roaring/roaring.hh>

#include "absl/strings/str_cat.h"
#include "index/segment/segment_model.h"
#include "parfocal/segment/deletes.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/segment/segment_builder.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::IsOk;
using testing::Model;
using testing::ModelRow;
using testing::ModelStudy;
using testing::ReadBack;
using testing::StatusIs;

uint32_t TextFields() {
  uint32_t count = 0;
  for (const Field& field : Fields()) count += field.kind == FieldKind::kText ? 1 : 0;
  return count;
}

class SegmentTest : public ::testing::Test {
 protected:
  SegmentTest() : vocabulary_(Vocabulary::Open(dir_.path(), 0).value()) {
    for (int i = 0; i < 40; ++i) {
      Value("organism", absl::StrCat("EX:", i));
      Value("perturbed_gene", absl::StrCat("gene", i));
      Value("plate", absl::StrCat("P", i));
      values_.push_back(vocabulary_->AddAttribute("Cell", absl::StrCat("c", i)));
    }
  }
  void Value(absl::string_view field, absl::string_view key) {
    values_.push_back(vocabulary_->Add(FindField(field)->id, key, "", false, std::nullopt));
  }

  // `rows` rows in `studies` studies with random values, some in runs and some scattered.
  Model Random(std::mt19937* random, int studies, int rows, int64_t sequence) {
    auto pick = [&](uint32_t n) { return static_cast<uint32_t>((*random)() % n); };
    Model model;
    for (int s = 0; s < studies; ++s) {
      const std::string key = StudyKey("src", absl::StrCat("S", pick(2 * studies)));
      ModelStudy& study = model[key];
      if (pick(4) != 0) {
        study.has_record = true;
        study.sequence = ++sequence;
        study.text_doc = pick(100);
        study.release_day = static_cast<int32_t>(pick(20000)) - 100;
        study.bytes = pick(2) != 0 ? -1 : pick(1u << 30);
        study.image_count = pick(2) != 0 ? -1 : pick(1000);
        study.title = absl::StrCat("Title of ", key);
        study.text = absl::StrCat("title of ", key);
        study.text_lengths.assign(TextFields(), pick(50));
        for (uint32_t v = pick(6); v > 0; --v) {
          study.values.emplace(values_[pick(values_.size())],
                               pick(2) != 0 ? "" : absl::StrCat("screen", pick(3)));
        }
      }
      const ValueId common = values_[pick(values_.size())];
      for (int r = 0; r < rows; ++r) {
        ModelRow& row = study.rows[absl::StrCat("P", pick(3), "/A", pick(3 * rows))];
        row.block = pick(3) == 0 ? "" : absl::StrCat("screen", pick(3));
        row.image_count = static_cast<int64_t>(pick(10)) - 1;
        row.sequence = ++sequence;
        row.values.insert(common);
        for (uint32_t v = pick(5); v > 0; --v) row.values.insert(values_[pick(values_.size())]);
      }
      if (!study.has_record && study.rows.empty()) model.erase(key);
    }
    return model;
  }

  std::shared_ptr<const Segment> Build(const Model& model, const std::string& name) {
    SegmentBuilder builder;
    for (const auto& [key, study] : model) {
      if (study.has_record) {
        StudyRecord record;
        record.sequence = study.sequence;
        record.text_doc = study.text_doc;
        record.release_day = study.release_day;
        record.bytes = study.bytes;
        record.image_count = study.image_count;
        record.title = study.title;
        AppendFoldedText(&record.folded_text, FindField("description")->id, "other");
        AppendFoldedText(&record.folded_text, FindField("title")->id, study.text);
        record.values.assign(study.values.begin(), study.values.end());
        record.text_lengths = study.text_lengths;
        builder.AddStudy(key, std::move(record));
      }
      for (const auto& [id, row] : study.rows) {
        builder.AddRow(
            key,
            {id, row.block, row.image_count, row.sequence, {row.values.begin(), row.values.end()}});
      }
    }
    const std::string path = dir_ / name;
    EXPECT_THAT(builder.Write(path, *vocabulary_), IsOk());
    auto segment = Segment::Open(path);
    EXPECT_THAT(segment, IsOk());
    return segment.ok() ? *segment : nullptr;
  }

  testing::TempDir dir_;
  std::unique_ptr<Vocabulary> vocabulary_;
  std::vector<ValueId> values_;
  const std::atomic<bool> go_on_{false};
};

TEST_F(SegmentTest, IdsAreInNaturalOrder) {
  const char* const kOrder[] = {"",      "01",     "1",     "2",     "10",    "A",  "A1",
                                "A2",    "A10",    "A10/x", "A11",   "B01",   "B1", "P/A1",
                                "P1/A1", "P1/A02", "P1/A2", "P2/A1", "P10/A1"};
  for (size_t i = 0; i < std::size(kOrder); ++i) {
    for (size_t j = 0; j < std::size(kOrder); ++j) {
      EXPECT_EQ(NaturalLess(kOrder[i], kOrder[j]), i < j) << kOrder[i] << " " << kOrder[j];
    }
  }
  // Digits of any length, beyond what an integer holds.
  EXPECT_TRUE(NaturalLess("x99999999999999999999998", "x99999999999999999999999"));
}

TEST_F(SegmentTest, HoldsWhatWasPutIn) {
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const Model model = Random(&random, 1 + seed % 7, 1 + (seed * 37) % 400, 0);
    const auto segment = Build(model, "a.seg");
    ASSERT_NE(segment, nullptr);
    EXPECT_THAT(segment->Verify(), IsOk());
    EXPECT_EQ(ReadBack(*segment, nullptr, *vocabulary_), model);
  }
}

TEST_F(SegmentTest, WhatIsNotThereIsNotFound) {
  std::mt19937 random(5);
  const auto segment = Build(Random(&random, 2, 20, 0), "a.seg");
  EXPECT_EQ(segment->FindStudy("nope"), std::nullopt);
  EXPECT_EQ(segment->FindRow(0, "nope"), std::nullopt);
  EXPECT_EQ(segment->FindRow(0, ""), std::nullopt);
  EXPECT_EQ(segment->RowsWith(1u << 30), nullptr);
  EXPECT_EQ(segment->CountOf(1u << 30), 0u);
  EXPECT_TRUE(segment->Runs(FindField("sex")->id, 0).empty());
  EXPECT_TRUE(segment->Set(FindField("sex")->id, 0).empty());
  EXPECT_THAT(Segment::Open(dir_ / "none.seg"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SegmentTest, MergeIsTheUnionOfLiveRowsAndTheNewestWins) {
  for (uint32_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Model want;
    std::vector<MergeInput> inputs;
    for (int i = 0; i < 4; ++i) {
      const Model part = Random(&random, 4, 60, i * 1000000);
      MergeInput input{Build(part, absl::StrCat(i, ".seg")), nullptr};
      auto dead = std::make_shared<Roaring>();
      for (RowId row = 0; row < input.segment->rows(); ++row) {
        if (random() % 4 == 0) dead->add(row);
      }
      if (i != 0) input.dead = dead;
      for (const auto& [key, study] : ReadBack(*input.segment, input.dead.get(), *vocabulary_)) {
        ModelStudy& target = want[key];
        auto rows = std::move(target.rows);
        if (study.has_record) target = study;
        target.rows = std::move(rows);
        for (const auto& [id, row] : study.rows) target.rows[id] = row;
      }
      inputs.push_back(std::move(input));
    }
    const std::string path = dir_ / "merged.seg";
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const uint32_t rows, MergeSegments(inputs, path, go_on_));
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const auto merged, Segment::Open(path));
    EXPECT_EQ(merged->rows(), rows);
    EXPECT_THAT(merged->Verify(), IsOk());
    EXPECT_EQ(ReadBack(*merged, nullptr, *vocabulary_), want);
  }
}

TEST_F(SegmentTest, MergeOfTheDeadWritesNothing) {
  std::mt19937 random(1);
  const auto segment = Build(Random(&random, 2, 20, 0), "a.seg");
  auto dead = std::make_shared<Roaring>();
  dead->addRange(0, segment->rows());
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const uint32_t rows,
                                MergeSegments({{segment, dead}}, dir_ / "m.seg", go_on_));
  EXPECT_EQ(rows, 0u);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "m.seg"));
}

TEST_F(SegmentTest, MergeStopsWhenAsked) {
  std::mt19937 random(1);
  const auto segment = Build(Random(&random, 2, 20, 0), "a.seg");
  const std::atomic<bool> stop{true};
  EXPECT_THAT(MergeSegments({{segment, nullptr}}, dir_ / "m.seg", stop),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(SegmentTest, EveryFlippedBitIsFoundByVerify) {
  std::mt19937 random(7);
  const auto segment = Build(Random(&random, 3, 40, 0), "a.seg");
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::string good, ReadWholeFile(dir_ / "a.seg"));
  const std::string path = dir_ / "b.seg";
  for (size_t byte = 0; byte < good.size(); ++byte) {
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ (1 << (byte % 8)));
    std::ofstream(path, std::ios::binary) << bad;
    const auto opened = Segment::Open(path);
    if (!opened.ok()) continue;  // Found even earlier.
    ASSERT_THAT((*opened)->Verify(), StatusIs(absl::StatusCode::kDataLoss)) << "byte " << byte;
    // What opens can be read without a crash, whatever it says.
    std::vector<RowId> rows;
    for (uint32_t i = 0; i < (*opened)->values().size(); ++i) {
      (*opened)->RowsWith((*opened)->values()[i]);
      (*opened)->AppendRows(i, &rows);
    }
  }
}

// Seeds of tests/fuzz/segment_fuzz: run with PARFOCAL_REGENERATE=1 after a change of the format.
TEST_F(SegmentTest, FuzzSeedsAreOfThisFormat) {
  const std::string seeds = std::string(PARFOCAL_SOURCE_DIR) + "/tests/fuzz/seeds/segment_fuzz/";
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    std::mt19937 random(seed);
    Build(Random(&random, 2, static_cast<int>(seed * seed * 10), 0), "a.seg");
    const std::string name = absl::StrCat(seeds, "built-", seed);
    if (std::getenv("PARFOCAL_REGENERATE") != nullptr) {
      std::filesystem::copy_file(dir_ / "a.seg", name,
                                 std::filesystem::copy_options::overwrite_existing);
    }
    EXPECT_THAT(Segment::Open(name),
                ::testing::AnyOf(IsOk(), StatusIs(absl::StatusCode::kFailedPrecondition)));
  }
}

TEST_F(SegmentTest, EveryTruncationIsFound) {
  std::mt19937 random(7);
  Build(Random(&random, 2, 20, 0), "a.seg");
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::string good, ReadWholeFile(dir_ / "a.seg"));
  for (size_t size = 0; size < good.size(); size += 3) {
    std::ofstream(dir_ / "b.seg", std::ios::binary) << good.substr(0, size);
    const auto opened = Segment::Open(dir_ / "b.seg");
    EXPECT_THAT(opened, StatusIs(absl::StatusCode::kDataLoss)) << size;
  }
}

TEST_F(SegmentTest, AnotherVersionIsRefusedWithTheWayOut) {
  std::mt19937 random(7);
  Build(Random(&random, 1, 2, 0), "a.seg");
  PARFOCAL_ASSERT_OK_AND_ASSIGN(std::string bytes, ReadWholeFile(dir_ / "a.seg"));
  bytes[8] = 2;  // The version.
  std::ofstream(dir_ / "b.seg", std::ios::binary) << bytes;
  EXPECT_THAT(Segment::Open(dir_ / "b.seg"),
              StatusIs(absl::StatusCode::kFailedPrecondition, ::testing::HasSubstr("rebuild")));
}

}  // namespace
}  // namespace parfocal
