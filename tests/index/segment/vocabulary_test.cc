#include "parfocal/segment/vocabulary.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "parfocal/segment/durable_file.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::IsOk;
using testing::StatusIs;

FieldId Id(absl::string_view field) { return FindField(field)->id; }

void Fill(Vocabulary* v) {
  v->Add(Id("organism"), "EX:1", "Mus", true, std::nullopt);
  v->Add(Id("year"), "2020", "2020", false, 2020.0);
  v->AddAttribute("Cell Line", "HeLa");
  v->AddAttribute("cell line", "U2OS");
  v->AddAttribute("Plate", "HeLa");
}

void ExpectFilled(const Vocabulary& v) {
  ASSERT_EQ(v.size(), 5u);
  const VocabularyValue organism = v.Get(0);
  EXPECT_EQ(organism.field, Id("organism"));
  EXPECT_EQ(organism.key, "EX:1");
  EXPECT_EQ(organism.label, "Mus");
  EXPECT_TRUE(organism.is_term);
  EXPECT_FALSE(organism.number.has_value());
  const VocabularyValue year = v.Get(1);
  EXPECT_EQ(year.key, "2020");
  EXPECT_EQ(year.label, "");
  EXPECT_FALSE(year.is_term);
  EXPECT_EQ(year.number, 2020.0);
  EXPECT_EQ(v.Get(3).field, kAttributeField);
  EXPECT_EQ(v.Get(3).key, "U2OS");
  EXPECT_EQ(v.AttributeKeyName(v.Get(3).attribute_key), "Cell Line");
  EXPECT_EQ(v.attribute_keys(), 2u);
  EXPECT_EQ(v.Find(Id("organism"), "EX:1"), 0u);
  EXPECT_EQ(v.Find(Id("stated_organism"), "EX:1"), std::nullopt);
  const auto key = v.FindAttributeKey("CELL LINE");
  ASSERT_TRUE(key.has_value());
  EXPECT_EQ(v.FindAttribute(*key, "HeLa"), 2u);
  EXPECT_EQ(v.FindAttribute(*key, "hela"), std::nullopt);
  EXPECT_EQ(v.FindAttribute(v.FindAttributeKey("plate").value(), "HeLa"), 4u);
  EXPECT_EQ(v.FindAttributeKey("none"), std::nullopt);
  EXPECT_EQ(v.OfField(Id("organism"), 5), std::vector<ValueId>{0});
  EXPECT_EQ(v.OfField(Id("organism"), 0), std::vector<ValueId>{});
  EXPECT_EQ(v.OfField(Id("sex"), 5), std::vector<ValueId>{});
  EXPECT_EQ(v.OfAttribute(*key, 5), (std::vector<ValueId>{2, 3}));
  EXPECT_EQ(v.OfAttribute(*key, 3), std::vector<ValueId>{2});
}

TEST(VocabularyTest, FindsWhatWasAddedAndAddsNothingTwice) {
  testing::TempDir dir;
  auto v = Vocabulary::Open(dir.path(), 0).value();
  Fill(v.get());
  ExpectFilled(*v);
  Fill(v.get());
  ExpectFilled(*v);
}

TEST(VocabularyTest, IsTheSameAfterOpeningAgain) {
  testing::TempDir dir;
  {
    auto v = Vocabulary::Open(dir.path(), 0).value();
    Fill(v.get());
    ASSERT_THAT(v->Sync(), IsOk());
  }
  auto v = Vocabulary::Open(dir.path(), 5).value();
  ExpectFilled(*v);
  EXPECT_THAT(v->Verify(5), IsOk());
}

TEST(VocabularyTest, WhatLiesBehindTheSizeIsCutOffAndOverwritten) {
  testing::TempDir dir;
  {
    auto v = Vocabulary::Open(dir.path(), 0).value();
    Fill(v.get());
    ASSERT_THAT(v->Sync(), IsOk());
  }
  for (ValueId size = 0; size <= 2; ++size) {
    auto v = Vocabulary::Open(dir.path(), 2 - size).value();
    EXPECT_EQ(v->size(), 2 - size);
    EXPECT_EQ(v->attribute_keys(), 0u);
    Fill(v.get());
    ExpectFilled(*v);
    ASSERT_THAT(v->Sync(), IsOk());
    v = Vocabulary::Open(dir.path(), 5).value();
    ExpectFilled(*v);
  }
}

TEST(VocabularyTest, EveryTornTailOfUnsyncedValuesIsDropped) {
  testing::TempDir dir;
  uintmax_t two = 0, all = 0;
  {
    auto v = Vocabulary::Open(dir.path(), 0).value();
    v->Add(Id("organism"), "EX:1", "Mus", true, std::nullopt);
    v->Add(Id("year"), "2020", "2020", false, 2020.0);
    ASSERT_THAT(v->Sync(), IsOk());
    two = std::filesystem::file_size(dir / "vocabulary.log");
    Fill(v.get());
    ASSERT_THAT(v->Sync(), IsOk());
    all = std::filesystem::file_size(dir / "vocabulary.log");
  }
  const std::string bytes = ReadWholeFile(dir / "vocabulary.log").value();
  for (uintmax_t size = two; size <= all; ++size) {
    std::ofstream(dir / "vocabulary.log", std::ios::binary) << bytes.substr(0, size);
    auto v = Vocabulary::Open(dir.path(), 2);
    ASSERT_THAT(v, IsOk());
    EXPECT_EQ((*v)->size(), 2u);
  }
}

TEST(VocabularyTest, DamageIsFound) {
  testing::TempDir dir;
  {
    auto v = Vocabulary::Open(dir.path(), 0).value();
    Fill(v.get());
    ASSERT_THAT(v->Sync(), IsOk());
  }
  const std::string path = dir / "vocabulary.log";
  const std::string good = ReadWholeFile(path).value();
  for (size_t byte = 0; byte < good.size(); ++byte) {
    std::string bad = good;
    bad[byte] = static_cast<char>(bad[byte] ^ (1 << (byte % 8)));
    std::ofstream(path, std::ios::binary) << bad;
    EXPECT_THAT(Vocabulary::Open(dir.path(), 5), StatusIs(absl::StatusCode::kDataLoss)) << byte;
  }
  for (size_t size = 0; size < good.size(); ++size) {
    std::ofstream(path, std::ios::binary) << good.substr(0, size);
    EXPECT_THAT(Vocabulary::Open(dir.path(), 5), StatusIs(absl::StatusCode::kDataLoss)) << size;
  }
  std::filesystem::remove(path);
  EXPECT_THAT(Vocabulary::Open(dir.path(), 5), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(VocabularyTest, LongValuesAreCutAlikeWhenAddedAndFound) {
  testing::TempDir dir;
  auto v = Vocabulary::Open(dir.path(), 0).value();
  const std::string at_limit(kMaxValueBytes, 'x');
  const ValueId id = v->Add(Id("sex"), at_limit, "", false, std::nullopt);
  EXPECT_EQ(v->Get(id).key, at_limit);
  EXPECT_EQ(v->Add(Id("sex"), at_limit + "y", "", false, std::nullopt), id);
  EXPECT_EQ(v->Find(Id("sex"), at_limit + "yz"), id);
  // Never within a character.
  std::string wide(kMaxValueBytes - 1, 'x');
  wide += "\xC3\xA9";
  EXPECT_EQ(v->Get(v->Add(Id("sex"), wide, "", false, std::nullopt)).key.size(),
            kMaxValueBytes - 1);
}

TEST(VocabularyTest, ReadersSeeWholeValuesWhileOneWrites) {
  testing::TempDir dir;
  auto v = Vocabulary::Open(dir.path(), 0).value();
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done.load()) {
      const ValueId size = v->size();
      if (size == 0) continue;
      const VocabularyValue value = v->Get(size - 1);
      EXPECT_EQ(value.key, absl::StrCat("value ", size - 1));
      EXPECT_EQ(v->Find(value.field, value.key), size - 1);
      EXPECT_GE(v->OfField(value.field, size).size(), size);
    }
  });
  for (int i = 0; i < 40000; ++i) {
    v->Add(Id("reagent"), absl::StrCat("value ", i), "", false, std::nullopt);
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace parfocal
