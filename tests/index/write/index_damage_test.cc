// What a damaged index does: it is found, and rebuilt from the catalogue without anybody's help.
#include <xapian.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>

#include "index/write/index_harness.h"
#include "parfocal/segment/durable_file.h"
#include "parfocal/write/index_auditor.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using testing::IndexHarness;
using testing::IsOk;
using testing::RandomHistory;

void FlipByte(const std::string& path, size_t byte) {
  std::string bytes = ReadWholeFile(path).value();
  bytes[byte % bytes.size()] = static_cast<char>(bytes[byte % bytes.size()] ^ 0x10);
  std::ofstream(path, std::ios::binary) << bytes;
}

class IndexDamageTest : public ::testing::Test {
 protected:
  IndexDamageTest() {
    RandomHistory history(&harness_, 9);
    auto writer = harness_.Writer(dir_ / "index");
    writer->Start();
    for (int page = 0; page < 6; ++page) history.Page();
    harness_.ExpectInStep(*writer);
    writer->Stop();
    generation_ = harness_.last().directory;
    segment_ = generation_ + "/" + harness_.last().manifest.segments[0].file;
  }

  testing::TempDir dir_;
  IndexHarness harness_;
  std::string generation_, segment_;
};

TEST_F(IndexDamageTest, EveryDamagedFileLeadsToARebuild) {
  const struct {
    const char* what;
    std::function<void()> damage;
  } kRows[] = {
      {"segment flipped", [&] { FlipByte(segment_, 1500); }},
      {"segment missing", [&] { fs::remove(segment_); }},
      {"segment cut", [&] { fs::resize_file(segment_, 700); }},
      {"manifest flipped", [&] { FlipByte(generation_ + "/MANIFEST", 30); }},
      {"manifest missing", [&] { fs::remove(generation_ + "/MANIFEST"); }},
      {"vocabulary flipped", [&] { FlipByte(generation_ + "/vocabulary.log", 100); }},
      {"vocabulary missing", [&] { fs::remove(generation_ + "/vocabulary.log"); }},
      {"text index missing", [&] { fs::remove_all(generation_ + "/text"); }},
      {"text version file damaged",
       [&] { FlipByte(generation_ + "/text/vocabulary/iamglass", 3); }},
      {"generation missing", [&] { fs::remove_all(generation_); }},
      {"CURRENT missing", [&] { fs::remove(dir_ / "index/CURRENT"); }},
      {"CURRENT damaged", [&] { std::ofstream(dir_ / "index/CURRENT") << "../../etc"; }},
      {"everything gone", [&] { fs::remove_all(dir_ / "index"); }},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.what);
    row.damage();
    auto writer = harness_.Writer(dir_ / "index");
    writer->Start();
    harness_.ExpectInStep(*writer);
    EXPECT_THAT(writer->health(), IsOk());
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const IndexCheckReport report, writer->Check({}));
    EXPECT_TRUE(report.ok()) << ::testing::PrintToString(report.differences);
    writer->Stop();
    generation_ = harness_.last().directory;
    segment_ = generation_ + "/" + harness_.last().manifest.segments[0].file;
  }
}

TEST_F(IndexDamageTest, AnIndexAheadOfARestoredCatalogueIsRebuilt) {
  IndexHarness other;  // A catalogue with less in it.
  RandomHistory history(&other, 10);
  history.Page();
  auto writer = other.Writer(dir_ / "index");
  writer->Start();
  other.ExpectInStep(*writer);
}

TEST_F(IndexDamageTest, CheckFindsAByteThatChangedWhileTheIndexWasInUse) {
  auto writer = harness_.Writer(dir_ / "index");
  writer->Start();
  harness_.ExpectInStep(*writer);
  FlipByte(harness_.last().directory + "/" + harness_.last().manifest.segments[0].file, 2000);
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const IndexCheckReport report, writer->Check({}));
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.differences[0], ::testing::HasSubstr("segment"));
}

// Xapian's tables carry no checksums: only a comparison with the catalogue finds other words.
TEST_F(IndexDamageTest, CheckFindsOtherWordsInTheTextIndex) {
  for (const char* database : {"studies", "vocabulary"}) {
    SCOPED_TRACE(database);
    const std::string path = generation_ + "/text/" + database;
    const Xapian::docid last = Xapian::Database(path).get_lastdocid();
    const std::string values = Xapian::Database(path).get_metadata("values");
    fs::rename(path, path + "-good");
    {
      Xapian::WritableDatabase forged(path, Xapian::DB_CREATE | Xapian::DB_NO_TERMLIST);
      Xapian::Document document;
      document.add_posting("forged", 1);
      forged.replace_document(last, document);
      if (!values.empty()) forged.set_metadata("values", values);
      forged.commit();
    }
    auto writer = harness_.Writer(dir_ / "index");
    writer->Start();
    harness_.ExpectInStep(*writer);
    PARFOCAL_ASSERT_OK_AND_ASSIGN(IndexCheckReport report, writer->Check({}));
    EXPECT_GT(report.difference_count, 3);
    const int64_t all = report.documents;
    EXPECT_THAT(report.differences[0], ::testing::HasSubstr(database));
    // In parts: each document belongs to one of them.
    int64_t sum = 0;
    for (uint32_t part = 0; part < 7; ++part) {
      IndexCheckOptions options;
      options.parts = 7;
      options.part = part;
      PARFOCAL_ASSERT_OK_AND_ASSIGN(report, writer->Check(options));
      sum += report.documents;
    }
    EXPECT_EQ(sum, all);
    writer->Stop();
    fs::remove_all(path);
    fs::rename(path + "-good", path);
  }
}

// What was whole when it was opened and is damaged while it is in use.
TEST_F(IndexDamageTest, TheAuditFindsAFlippedBitInEveryFileAndHasItRebuilt) {
  auto writer = harness_.Writer(dir_ / "index");
  writer->Start();
  harness_.ExpectInStep(*writer);
  int damages = 0;
  IndexAuditOptions options;
  options.parts = 3;
  options.on_damage = [&](const IndexCheckReport&) { ++damages; };
  IndexAuditor auditor(writer.get(), options);
  for (uint32_t part = 0; part < options.parts; ++part) {
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const bool rebuilt, auditor.Step());
    EXPECT_FALSE(rebuilt);
  }
  const auto newest = [&] { return harness_.last(); };
  const std::function<std::string()> files[] = {
      [&] { return newest().manifest.segments[0].file; },
      [] { return std::string("vocabulary.log"); },
  };
  for (const auto& file : files) {
    SCOPED_TRACE(file());
    const std::string before = newest().directory;
    FlipByte(before + "/" + file(), 900);
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const bool rebuilt, auditor.Step());
    EXPECT_TRUE(rebuilt);
    EXPECT_NE(newest().directory, before);
    harness_.ExpectInStep(*writer);
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const IndexCheckReport report, writer->Check({}));
    EXPECT_TRUE(report.ok()) << ::testing::PrintToString(report.differences);
  }
  EXPECT_EQ(damages, 2);
}

TEST_F(IndexDamageTest, TheAuditGoesRoundByItself) {
  auto writer = harness_.Writer(dir_ / "index");
  writer->Start();
  harness_.ExpectInStep(*writer);
  const std::string before = harness_.last().directory;
  FlipByte(before + "/" + harness_.last().manifest.segments[0].file, 900);
  IndexAuditOptions options;
  options.pause = absl::Milliseconds(1);
  std::promise<void> found;
  std::once_flag once;
  options.on_damage = [&](const IndexCheckReport&) {
    std::call_once(once, [&] { found.set_value(); });
  };
  IndexAuditor auditor(writer.get(), options);
  auditor.Start();
  found.get_future().wait();
  auditor.Stop();
  EXPECT_NE(harness_.last().directory, before);
}

}  // namespace
}  // namespace parfocal
