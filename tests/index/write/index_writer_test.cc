#include "parfocal/write/index_writer.h"

#include <xapian.h>

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include "index/write/index_harness.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using testing::IndexHarness;
using testing::IsOk;
using testing::MakeImageSet;
using testing::MakeStudy;
using testing::RandomHistory;
using testing::StatusIs;

TEST(IndexWriterTest, AnEmptyCatalogueGivesAnEmptyIndex) {
  testing::TempDir dir;
  IndexHarness harness;
  auto writer = harness.Writer(dir / "index");
  EXPECT_EQ(writer->AppliedSequence(), -1);
  EXPECT_THAT(writer->Check({}), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(writer->Rebuild(), StatusIs(absl::StatusCode::kFailedPrecondition));
  writer->Start();
  harness.ExpectInStep(*writer);
  EXPECT_TRUE(harness.last().manifest.segments.empty());
  EXPECT_EQ(harness.last().manifest.release, "r1");
}

TEST(IndexWriterTest, FollowsRandomHistories) {
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE(seed);
    testing::TempDir dir;
    IndexHarness harness;
    RandomHistory history(&harness, seed);
    auto writer = harness.Writer(dir / "index");
    writer->Start();
    for (int round = 0; round < 5; ++round) {
      for (int page = 0; page < 6; ++page) history.Page();
      harness.ExpectInStep(*writer);
      if (round % 2 == 1) {  // Reopen.
        writer->Stop();
        writer = harness.Writer(dir / "index");
        writer->Start();
      }
    }
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const IndexCheckReport report, writer->Check({}));
    EXPECT_TRUE(report.ok()) << ::testing::PrintToString(report.differences);
    EXPECT_EQ(report.rows, report.records);
    EXPECT_GT(report.documents, 0);
    EXPECT_THAT(writer->health(), IsOk());
  }
}

TEST(IndexWriterTest, MergesKeepTheNumberOfSegmentsSmall) {
  testing::TempDir dir;
  IndexHarness harness;
  auto writer = harness.Writer(dir / "index");
  writer->Start();
  for (int i = 0; i < 60; ++i) {
    const int64_t sequence =
        harness.Commit({MakeImageSet("src", "S", absl::StrCat("A", i), absl::StrCat("v", i))});
    ASSERT_TRUE(writer->WaitApplied(sequence, absl::Now() + absl::Seconds(20)));
  }
  harness.ExpectInStep(*writer);
  EXPECT_LT(harness.last().manifest.segments.size(), 20u);
  // What no state names is gone.
  size_t files = 0;
  for (const auto& file : fs::directory_iterator(harness.last().directory + "/segments")) {
    files += file.path().extension() == ".seg" ? 1 : 0;
  }
  EXPECT_LE(files, harness.last().manifest.segments.size() + 1);  // One may be in the making.
}

// What is pinned stays readable whatever is written and merged behind it, is what the next opening
// publishes first, and leaves nothing behind.
TEST(IndexWriterTest, APinnedStateOutlastsARestart) {
  testing::TempDir dir;
  IndexHarness harness;
  std::vector<PublishedIndex> published;
  std::vector<testing::IndexedRows> rows;
  const auto open = [&] {
    IndexWriterOptions options;
    options.batch_changes = 40;
    options.batch_delay = absl::Milliseconds(5);
    options.merge_factor = 2;
    options.on_publish = [&](const PublishedIndex& index) {
      published.push_back(index);
      rows.push_back(testing::RowsOf(testing::Hold(index)));
    };
    return IndexWriter::Open(dir / "index", &harness.store(), std::string(kPublicGroup), options)
        .value();
  };
  RandomHistory history(&harness, 5);
  auto writer = open();
  EXPECT_THAT(writer->Pin("early"), StatusIs(absl::StatusCode::kFailedPrecondition));
  writer->Start();
  const auto follow = [&](int pages) {
    for (int page = 0; page < pages; ++page) {
      history.Page();
      ASSERT_TRUE(writer->WaitApplied(harness.sequence(), absl::Now() + absl::Seconds(30)));
    }
  };
  follow(6);
  EXPECT_EQ(writer->PinnedName(), "");
  ASSERT_THAT(writer->Pin("release 1"), IsOk());
  const int64_t pinned = harness.sequence();
  const testing::IndexedRows before = testing::ExpectedRows(harness.store());
  follow(12);
  EXPECT_EQ(writer->PinnedName(), "release 1");
  writer = nullptr;
  published.clear();
  rows.clear();
  writer = open();
  EXPECT_EQ(writer->PinnedName(), "release 1");
  writer->Start();
  ASSERT_TRUE(writer->WaitApplied(harness.sequence(), absl::Now() + absl::Seconds(30)));
  follow(6);
  writer->Stop();
  ASSERT_GE(published.size(), 2u);
  EXPECT_EQ(published[0].pinned, "release 1");
  EXPECT_EQ(published[0].manifest.sequence, pinned);
  EXPECT_TRUE(rows[0] == before);  // Too much to print.
  for (size_t i = 1; i < published.size(); ++i) EXPECT_EQ(published[i].pinned, "");
  EXPECT_TRUE(rows.back() == testing::ExpectedRows(harness.store()));

  writer->Start();
  follow(1);  // So it is open again.
  ASSERT_THAT(writer->Unpin(), IsOk());
  EXPECT_EQ(writer->PinnedName(), "");
  writer->Stop();
  std::set<std::string> named;
  for (const ManifestSegment& entry : published.back().manifest.segments) named.insert(entry.file);
  for (const auto& file : fs::directory_iterator(published.back().directory + "/segments")) {
    if (file.path().extension() == ".seg") {
      EXPECT_EQ(named.count("segments/" + file.path().filename().string()), 1u) << file.path();
    }
  }
}

// A pin whose files are not all there is passed over: the newest state answers.
TEST(IndexWriterTest, APinThatIsNotWholeIsNone) {
  testing::TempDir dir;
  IndexHarness harness;
  auto writer = harness.Writer(dir / "index");
  writer->Start();
  harness.Commit({MakeImageSet("src", "S", "A1", "v")});
  harness.ExpectInStep(*writer);
  ASSERT_THAT(writer->Pin("release 1"), IsOk());
  writer->Stop();
  Manifest pinned = ReadManifest(harness.last().directory, kPinnedManifest).value();
  pinned.segments[0].file = "segments/4711.seg";
  ASSERT_THAT(WriteManifest(harness.last().directory, pinned, kPinnedManifest), IsOk());
  writer = harness.Writer(dir / "index");
  writer->Start();
  harness.ExpectInStep(*writer);
  EXPECT_EQ(harness.last().pinned, "");
  EXPECT_EQ(writer->PinnedName(), "");
}

// The state of the disk at every step of every publication, opened as after a crash there.
TEST(IndexWriterTest, AfterACrashAtAnyStepTheAnswersAreTheSame) {
  testing::TempDir dir;
  IndexHarness harness;
  RandomHistory history(&harness, 11);
  std::vector<std::string> copies;
  std::set<std::string> steps;
  {
    auto writer = harness.Writer(dir / "index", [&](absl::string_view step) {
      steps.emplace(step);
      const std::string copy = dir / absl::StrCat("crash-", copies.size(), "-", step);
      fs::copy(dir / "index", copy, fs::copy_options::recursive);
      copies.push_back(copy);
    });
    writer->Start();
    for (int page = 0; page < 6; ++page) {
      history.Page();
      harness.ExpectInStep(*writer);
    }
  }
  EXPECT_THAT(steps, ::testing::IsSupersetOf({"vocabulary", "text index", "delete bitmaps",
                                              "segment", "manifest", "merged segment"}));
  for (const std::string& copy : copies) {
    SCOPED_TRACE(copy);
    auto writer = harness.Writer(copy);
    writer->Start();
    harness.ExpectInStep(*writer);
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const IndexCheckReport report, writer->Check({}));
    EXPECT_TRUE(report.ok()) << ::testing::PrintToString(report.differences);
    if (::testing::Test::HasFailure()) break;
  }
}

TEST(IndexWriterTest, RebuiltIndexHoldsTheSame) {
  testing::TempDir dir;
  IndexHarness harness;
  RandomHistory history(&harness, 3);
  auto writer = harness.Writer(dir / "index");
  writer->Start();
  for (int page = 0; page < 20; ++page) history.Page();
  harness.ExpectInStep(*writer);
  const std::string before = harness.last().directory;
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const int64_t sequence, writer->Rebuild());
  EXPECT_EQ(sequence, harness.sequence());
  EXPECT_NE(harness.last().directory, before);
  EXPECT_EQ(harness.last().manifest.segments.size(), 1u);
  harness.ExpectInStep(*writer);
  // It goes on from there, and after a restart the new generation is the only one.
  history.Page();
  harness.ExpectInStep(*writer);
  writer->Stop();
  writer = harness.Writer(dir / "index");
  writer->Start();
  harness.ExpectInStep(*writer);
  EXPECT_FALSE(fs::exists(before));
}

TEST(IndexWriterTest, RebuildWhileTheHarvestGoesOn) {
  testing::TempDir dir;
  IndexHarness harness;
  RandomHistory history(&harness, 4);
  auto writer = harness.Writer(dir / "index");
  writer->Start();
  for (int page = 0; page < 10; ++page) history.Page();
  harness.ExpectInStep(*writer);
  std::atomic<bool> done{false};
  std::thread harvest([&] {
    for (; !done; absl::SleepFor(absl::Milliseconds(20))) history.Page();
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(writer->Rebuild(), IsOk());
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const IndexCheckReport report, writer->Check({}));
    EXPECT_TRUE(report.ok()) << ::testing::PrintToString(report.differences);
  }
  done = true;
  harvest.join();
  harness.ExpectInStep(*writer);
}

TEST(IndexWriterTest, AFailureOfTheCatalogueIsToldAndRetried) {
  testing::TempDir dir;
  IndexHarness harness;
  auto writer = harness.Writer(dir / "index");
  const int64_t sequence = harness.Commit({MakeStudy("src", "S1", "Title")});
  harness.store().FailNext(absl::UnavailableError("disk"));
  writer->Start();
  for (int i = 0; i < 500 && writer->health().ok(); ++i) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_THAT(writer->health(),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::HasSubstr("disk")));
  ASSERT_TRUE(writer->WaitApplied(sequence, absl::Now() + absl::Seconds(20)));
  EXPECT_THAT(writer->health(), IsOk());
  harness.ExpectInStep(*writer);
}

TEST(IndexWriterTest, TextsAreIndexedUpToTheirLimit) {
  constexpr size_t kLimit = 32 * 1024;  // RELIABILITY.md: a literal is indexed up to 32 KiB.
  testing::TempDir dir;
  IndexHarness harness;
  auto writer = harness.Writer(dir / "index");
  writer->Start();
  // What is committed while the first state is made may be written twice, and one of them is dead.
  harness.ExpectInStep(*writer);
  Study at = MakeStudy("src", "AT", "Title");
  at.description = std::string(kLimit - 6, ' ') + "inside";
  Study beyond = MakeStudy("src", "BEYOND", "Title");
  beyond.description = std::string(kLimit - 6, ' ') + "without";
  harness.Commit({at, beyond});
  harness.ExpectInStep(*writer);
  const Xapian::Database texts(harness.last().directory + "/text/studies");
  EXPECT_EQ(texts.get_doccount(), 2u);
  EXPECT_EQ(texts.get_termfreq("inside"), 1u);
  EXPECT_EQ(texts.get_termfreq("XDinside"), 1u);
  EXPECT_EQ(texts.get_termfreq("withou"), 1u);
  EXPECT_EQ(texts.get_termfreq("without"), 0u);
  EXPECT_EQ(texts.get_termfreq("XTtitle"), 2u);
  EXPECT_EQ(texts.get_termfreq("Ztitl"), 2u);
}

// What has words of its own in the text index of values, and what has not.
TEST(IndexWriterTest, ValuesHaveDocumentsWhereWordsMayLook) {
  testing::TempDir dir;
  IndexHarness harness;
  auto writer = harness.Writer(dir / "index");
  writer->Start();
  harness.ExpectInStep(*writer);
  ImageSet set = MakeImageSet("src", "S", "A1");
  set.attributes = {{"Note", "light sheet"}, {"Number", "4711"}, {"Donor", "secretname"}};
  set.extents.x = 512;
  Statement gene;
  gene.field = "perturbed_gene";
  gene.value = "abc1";
  gene.stated_id = "12345";
  set.statements = {gene};
  harness.Commit({set});
  harness.ExpectInStep(*writer);
  const Xapian::Database values(harness.last().directory + "/text/vocabulary");
  const struct {
    const char* term;
    Xapian::doccount documents;
  } kRows[] = {
      {"light", 1}, {"Zlight", 1}, {"4711", 0}, {"secretname", 0},
      {"512", 0},   {"abc1", 4},  // The gene, its role and their twins, by label.
      {"12345", 4},  // And by id, which has no letter but belongs to a field with a weight.
  };
  for (const auto& row : kRows) EXPECT_EQ(values.get_termfreq(row.term), row.documents) << row.term;
  for (auto post = values.postlist_begin("light"); post != values.postlist_end("light"); ++post) {
    EXPECT_EQ(harness.last().vocabulary->Get(*post - 1).key, "light sheet");
    EXPECT_EQ(*post.positionlist_begin(), 1u);
  }
}

TEST(IndexWriterTest, WaitAppliedEndsAtItsDeadline) {
  testing::TempDir dir;
  IndexHarness harness;
  auto writer = harness.Writer(dir / "index");
  writer->Start();
  harness.ExpectInStep(*writer);
  EXPECT_FALSE(writer->WaitApplied(1000, absl::Now() + absl::Milliseconds(20)));
  EXPECT_TRUE(writer->WaitApplied(0, absl::Now()));
}

}  // namespace
}  // namespace parfocal
