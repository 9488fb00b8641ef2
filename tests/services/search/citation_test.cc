// Answers that are kept: as files, and beside the answer of now.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "citation_answer.h"
#include "citation_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;
using ::parfocal::testing::StatusIs;
using ::parfocal::testing::TempDir;
using ::testing::ElementsAre;

Citation Example() {
  Citation out;
  out.created = absl::FromUnixSeconds(1'700'000'000);
  out.sequence = 42;
  out.release = "a release\nof two lines";
  out.request = std::string("\x0a\x00\xff", 3);
  out.entries = {{"sources/s/studies/A", 7, 3, 10}, {"sources/s/studies/B", 8, 1, 0}};
  return out;
}

TEST(CitationStoreTest, ReturnsWhatWasKept) {
  TempDir dir;
  CitationStore store(dir.path() + "/citations");
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::string id, store.Put(Example()));
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const Citation kept,
                                CitationStore(dir.path() + "/citations").Get(id));
  EXPECT_EQ(kept.id, id);
  EXPECT_EQ(kept.created, Example().created);
  EXPECT_EQ(kept.sequence, 42);
  EXPECT_EQ(kept.release, Example().release);
  EXPECT_EQ(kept.request, Example().request);
  EXPECT_EQ(kept.entries, Example().entries);
  // The same answer later is the same citation, of the first day.
  Citation later = Example();
  later.created += absl::Hours(1);
  EXPECT_EQ(*store.Put(later), id);
  EXPECT_EQ(store.Get(id)->created, Example().created);
  later.entries.pop_back();
  EXPECT_NE(*store.Put(later), id);
}

TEST(CitationStoreTest, KnowsItsOwnNamesOnly) {
  TempDir dir;
  CitationStore store(dir.path());
  std::ofstream(dir.path() + "/other") << "x";
  for (const std::string& id :
       {std::string(), std::string("../x"), std::string("other"), std::string(32, 'g'),
        std::string(32, 'a'), std::string(33, 'a'), std::string(32, 'A')}) {
    EXPECT_THAT(store.Get(id), StatusIs(absl::StatusCode::kNotFound)) << id;
    EXPECT_THAT(store.Get(id), HasReason("RESOURCE_NOT_FOUND")) << id;
  }
  EXPECT_THAT(CitationStore("").Put(Example()), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(CitationStoreTest, AChangedByteIsFound) {
  TempDir dir;
  CitationStore store(dir.path());
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const std::string id, store.Put(Example()));
  const std::string path = absl::StrCat(dir.path(), "/", id);
  std::ifstream in(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  ASSERT_GT(text.size(), 100u);
  for (size_t i = 0; i <= text.size(); ++i) {
    std::string other = text;
    if (i == text.size()) {
      other.push_back('\n');
    } else {
      other[i] = static_cast<char>(other[i] ^ 1);
    }
    std::ofstream(path, std::ios::binary | std::ios::trunc) << other;
    const absl::StatusOr<Citation> got = store.Get(id);
    // The day of keeping is not part of what the name promises.
    if (got.ok()) {
      EXPECT_EQ(got->entries, Example().entries) << i;
      EXPECT_EQ(got->request, Example().request) << i;
    } else {
      EXPECT_THAT(got, StatusIs(absl::StatusCode::kDataLoss)) << i;
    }
  }
  std::ofstream(path, std::ios::binary | std::ios::trunc) << "";
  EXPECT_THAT(store.Get(id), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(CitationStoreTest, KeepsNoMoreThanSoMany) {
  TempDir dir;
  for (size_t i = 0; i + 1 < kMaxCitations; ++i) std::ofstream(absl::StrCat(dir.path(), "/", i));
  CitationStore store(dir.path());
  EXPECT_THAT(store.Put(Example()), IsOk());
  Citation other = Example();
  other.sequence = 43;
  EXPECT_THAT(store.Put(other), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(store.Put(other), HasReason("LIMIT_EXCEEDED"));
  EXPECT_THAT(store.Put(Example()), IsOk());
}

TEST(CitedAnswerTest, SaysWhatBecameOfEachRecord) {
  const std::vector<Citation::Entry> then = {
      {"a", 1, 1, 1}, {"b", 2, 1, 1}, {"d", 3, 1, 1}, {"e", 4, 1, 1}};
  const std::vector<Citation::Entry> now = {
      {"a", 1, 1, 1}, {"b", 9, 1, 1}, {"c", 5, 1, 1}, {"e", 4, 2, 1}};
  const auto names = [](const v1::SearchCitation& citation) {
    std::vector<std::string> out;
    for (const v1::CitedRecord& record : citation.records())
      out.push_back(absl::StrCat(record.name(), record.since()));
    return out;
  };
  v1::SearchCitation all;
  EXPECT_EQ(Compare(then, now, {"", 100, false}, &all), "");
  EXPECT_THAT(names(all), ElementsAre("a1", "b3", "c2", "d4", "e3"));
  EXPECT_EQ(all.added_count(), 1);
  EXPECT_EQ(all.changed_count(), 2);
  EXPECT_EQ(all.removed_count(), 1);
  // Pages join; each has all counts.
  v1::SearchCitation first, second;
  EXPECT_EQ(Compare(then, now, {"", 2, true}, &first), "c");
  EXPECT_THAT(names(first), ElementsAre("b3", "c2"));
  EXPECT_EQ(Compare(then, now, {"c", 2, true}, &second), "");
  EXPECT_THAT(names(second), ElementsAre("d4", "e3"));
  EXPECT_EQ(second.added_count(), 1);
}

}  // namespace
}  // namespace parfocal
