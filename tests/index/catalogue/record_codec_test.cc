#include "parfocal/catalogue/record_codec.h"

#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"

namespace parfocal::catalogue {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::RandomRecords;
using testing::StatusIs;

std::string Stored(const Record& record, StringTable* table) {
  std::string bytes;
  AppendStored(record, table, &bytes);
  return bytes;
}
std::string Canonical(const Record& record) {
  std::string bytes;
  AppendCanonical(record, &bytes);
  return bytes;
}
Record RandomRecord(RandomRecords* random, int i) {
  return i % 2 == 0 ? Record(random->NextStudy()) : Record(random->NextImageSet());
}

TEST(RecordCodecTest, ReadsWhatItWrote) {
  RandomRecords random(1);
  StringTable table;
  for (int i = 0; i < 2000; ++i) {
    SCOPED_TRACE(i);
    const Record record = RandomRecord(&random, i);
    auto read = DecodeStored(NameOf(record), Stored(record, &table), table);
    ASSERT_THAT(read, IsOk());
    ASSERT_TRUE(*read == record);
    ASSERT_EQ(Canonical(*read), Canonical(record));
  }
}

TEST(RecordCodecTest, ReadsWhatItWroteWhenTheTableIsFull) {
  StringTable table;
  for (uint32_t i = 0; i < StringTable::kMaxStrings; ++i)
    ASSERT_EQ(table.Intern(absl::StrCat("filler ", i)), i);
  EXPECT_EQ(table.Intern("one more"), std::nullopt);
  EXPECT_EQ(table.Intern("filler 7"), 7u);
  RandomRecords random(2);
  for (int i = 0; i < 100; ++i) {
    const Record record = RandomRecord(&random, i);
    auto read = DecodeStored(NameOf(record), Stored(record, &table), table);
    ASSERT_THAT(read, IsOk());
    ASSERT_TRUE(*read == record);
  }
}

TEST(RecordCodecTest, RefusesEveryCutAndTail) {
  RandomRecords random(3);
  StringTable table;
  for (int i = 0; i < 20; ++i) {
    const Record record = RandomRecord(&random, i);
    const std::string bytes = Stored(record, &table);
    for (size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_THAT(DecodeStored(NameOf(record), absl::string_view(bytes).substr(0, size), table),
                  StatusIs(absl::StatusCode::kDataLoss))
          << size;
    }
    EXPECT_THAT(DecodeStored(NameOf(record), bytes + '\0', table),
                StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST(RecordCodecTest, SurvivesEveryFlippedBit) {
  RandomRecords random(4);
  StringTable table;
  for (int i = 0; i < 10; ++i) {
    const Record record = RandomRecord(&random, i);
    std::string bytes = Stored(record, &table);
    for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      (void)DecodeStored(NameOf(record), bytes,
                         table);  // A refusal or another record; never a crash.
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
    }
  }
}

TEST(RecordCodecTest, NamesTheRecordThatIsDamaged) {
  StringTable table;
  const RecordName name{"src", "S1", ""};
  EXPECT_THAT(
      DecodeStored(name, "", table),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("sources/src/studies/S1: too short")));
  EXPECT_THAT(DecodeStored(name, "\x01S", table),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("version")));
  EXPECT_THAT(DecodeStored(name, Stored(testing::MakeImageSet("src", "S1", "1"), &table), table),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("kind")));
  // A string number that the table does not have, as after a table lost its end.
  StringTable other;
  EXPECT_THAT(DecodeStored({"src", "S1", "1"},
                           Stored(testing::MakeImageSet("src", "S1", "1"), &table), other),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("malformed")));
}

// The canonical form is hashed and compared across years: this value may change only together with
// kRecordCodecVersion, and then every record counts as changed once.
TEST(RecordCodecTest, KeepsTheCanonicalForm) {
  Study study = testing::MakeStudy("src", "S1", "T");
  study.image_count = -1;
  Statement statement;
  statement.field = "f";
  statement.value = statement.label = "v";
  statement.term = "EX:1";
  study.statements = {statement};
  const char expected[] =
      "\x02S\x03src\x02S1\x00\x01T\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"  // up to
                                                                                     // funding
      "\x00\x00\x00\x00\x00\x00\x00\x00"  // licence, access
      "\x01\x01"
      "f\x01v\x00\x05"
      "EX:1\x00\x00\x00\x00\x00\x80\x3f\x00\x00\x00\x00\x00"  // the statement
      "\x00\x00\x00"                                          // sets, relations, blocks
      "\x00\x00\x01\x01\x00\x00";                             // counts, attributes
  EXPECT_EQ(Canonical(study), std::string(expected, sizeof(expected) - 1));
}

TEST(RecordCodecTest, TellsDifferentRecordsApart) {
  // Neighbouring texts whose concatenation is the same.
  Study one = testing::MakeStudy("src", "S1", "ab");
  Study two = testing::MakeStudy("src", "S1", "a");
  two.description = "b";
  EXPECT_NE(Canonical(one), Canonical(two));
  EXPECT_NE(Canonical(testing::MakeImageSet("src", "S", "1")),
            Canonical(testing::MakeImageSet("src", "S1", "")));
}

TEST(StringTableTest, NumbersFromZeroAndKeepsThem) {
  StringTable table;
  EXPECT_EQ(table.Intern("a"), 0u);
  EXPECT_EQ(table.Intern("b"), 1u);
  EXPECT_EQ(table.Intern("a"), 0u);
  EXPECT_EQ(table.Find(1), "b");
  EXPECT_EQ(table.Find(2), std::nullopt);
  EXPECT_EQ(table.size(), 2u);
  EXPECT_NE(table.Intern(std::string(StringTable::kMaxStringBytes, 'x')), std::nullopt)
      << "at the limit";
  EXPECT_EQ(table.Intern(std::string(StringTable::kMaxStringBytes + 1, 'x')), std::nullopt)
      << "one beyond";
}

TEST(StringTableTest, IsReadWhileItGrows) {
  StringTable table;
  std::thread reader([&] {
    for (uint32_t seen = 0; seen < 20'000;) {
      seen = table.size();
      if (seen == 0) continue;
      ASSERT_EQ(*table.Find(seen - 1), absl::StrCat("string ", seen - 1));
    }
  });
  for (int i = 0; i < 20'000; ++i) table.Intern(absl::StrCat("string ", i));
  reader.join();
}

}  // namespace
}  // namespace parfocal::catalogue
