// kill -9 at random moments: every acknowledged page is there, whole, and nothing of any other but
// perhaps the next, whole. PARFOCAL_KILLS sets how many (25), PARFOCAL_SEED the moments.
#include <chrono>
#include <random>
#include <string>

#include "faults/killed_writer.h"
#include "faults/written_pages.h"
#include "gtest/gtest.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::IsOk;

using testing::KilledWriter;
using testing::NumberFromEnvironment;

// Kills writers `kills` times; returns the first thing that is wrong, or "".
std::string KillLoop(int64_t kills, uint64_t seed, bool sabotage, int64_t* pages_done) {
  testing::TempDir dir;
  const std::string directory = dir / "catalogue";
  std::string run;
  {
    auto store = OpenRocksDbRecordStore(directory);
    if (!store.ok()) return store.status().ToString();
    Source source;
    source.id = "src";
    bool resumed = false;
    if (!(*store)->CreateSource(source).ok()) return "create source";
    run = (*store)->BeginRun("src", absl::Now(), &resumed)->id;
  }
  std::mt19937_64 random(seed);
  for (int64_t i = 0; i < kills; ++i) {
    KilledWriter writer(PARFOCAL_CATALOGUE_WRITER, directory, sabotage);
    bool by_itself = false;
    // Mostly a few pages; now and then long enough for a flush of the log.
    const auto time = std::chrono::microseconds(random() % (i % 10 == 9 ? 200'000 : 20'000));
    const int64_t acked = writer.KillAfter(time, &by_itself);
    if (by_itself) return absl::StrCat("kill ", i, ": the writer ended by itself");
    auto store = OpenRocksDbRecordStore(directory);
    if (!store.ok())
      return absl::StrCat("kill ", i, ": does not open: ", store.status().ToString());
    const int64_t pages = testing::PageAt((*store)->GetRun("src", run)->cursor);
    if (pages < acked + 1)
      return absl::StrCat("kill ", i, ": page ", acked, " was acknowledged, ", pages, " are there");
    if (acked >= 0 && pages > acked + 2)
      return absl::StrCat("kill ", i, ": more pages than were written");
    const std::string difference = testing::DifferenceFrom(**store, run, pages);
    if (!difference.empty()) return absl::StrCat("kill ", i, ": ", difference);
    *pages_done = pages;
  }
  return VerifyStore(directory).ok() ? "" : VerifyStore(directory).ToString();
}

TEST(CatalogueKillTest, KeepsEveryAcknowledgedPage) {
  const int64_t kills = NumberFromEnvironment("PARFOCAL_KILLS", 25);
  const auto seed = static_cast<uint64_t>(NumberFromEnvironment("PARFOCAL_SEED", 20240601));
  int64_t pages = 0;
  EXPECT_EQ(KillLoop(kills, seed, /*sabotage=*/false, &pages), "") << "PARFOCAL_SEED=" << seed;
  std::cout << kills << " kills, " << pages << " pages, seed " << seed << std::endl;
  EXPECT_GT(pages, kills / 2) << "hardly anything was written: the test tests nothing";
}

TEST(CatalogueKillTest, NoticesAWriterThatAcknowledgesTooEarly) {
  int64_t pages = 0;
  const std::string wrong = KillLoop(25, 1, /*sabotage=*/true, &pages);
  EXPECT_NE(wrong.find("was acknowledged"), std::string::npos)
      << "found instead: '" << wrong << "'";
}

// What is wrong with a catalogue whose `records` were amended; "" if every record is of one round,
// which is `acked` or the one after.
std::string AmendedWrongly(const RecordStore& store, int64_t records, int64_t acked) {
  int64_t round = -1, seen = 0;
  std::string wrong;
  const absl::Status scanned = store.Scan({"src", "", ""}, {}, [&](const StoredRecord& stored) {
    const int64_t title = testing::PageAt(std::get<Study>(stored.record).title);
    if (seen++ == 0) round = title;
    if (title != round) wrong = absl::StrCat("round ", title, " beside round ", round);
    if (title > 0 && stored.meta.release != absl::StrCat(title)) wrong = "release";
    return true;
  });
  if (!scanned.ok()) return scanned.ToString();
  if (!wrong.empty()) return wrong;
  if (seen != records) return "records";
  if (round < acked)
    return absl::StrCat("round ", acked, " was acknowledged, ", round, " is there");
  auto status = store.Status("public");
  if (!status.ok() || status->sequence != records * (round + 1)) return "sequence";
  auto changes = store.ChangesSince("public", 0, 1'000'000'000);
  if (!changes.ok() || static_cast<int64_t>(changes->size()) != status->sequence) return "feed";
  auto raw = store.GetRaw({"src", testing::NewAccession(0), ""});
  return raw.ok() && *raw == "raw" ? "" : "raw bytes";
}

TEST(CatalogueKillTest, AmendsAllRecordsOfABatchOrNone) {
  constexpr int64_t kRecords = 100;
  const int64_t kills = NumberFromEnvironment("PARFOCAL_KILLS", 25);
  testing::TempDir dir;
  const std::string directory = dir / "catalogue";
  {
    auto store = OpenRocksDbRecordStore(directory);
    ASSERT_THAT(store, IsOk());
    Source source;
    source.id = "src";
    ASSERT_THAT((*store)->CreateSource(source), IsOk());
    PageCommit page;
    page.source = "src";
    page.run = (*store)->BeginRun("src", absl::Now(), nullptr)->id;
    page.raw = {"raw"};
    for (int64_t i = 0; i < kRecords; ++i) {
      page.upserts.push_back(
          {testing::MakeStudy("src", testing::NewAccession(i), "0"), {0, 0, 3, 0, 0}});
    }
    ASSERT_THAT((*store)->CommitPage(page), IsOk());
  }
  std::mt19937_64 random(static_cast<uint64_t>(NumberFromEnvironment("PARFOCAL_SEED", 20240601)));
  int64_t acked = 0;
  for (int64_t i = 0; i < kills; ++i) {
    KilledWriter writer(PARFOCAL_CATALOGUE_WRITER, directory, /*sabotage=*/false, "amend");
    bool by_itself = false;
    acked =
        std::max(acked, writer.KillAfter(std::chrono::microseconds(random() % 20'000), &by_itself));
    ASSERT_FALSE(by_itself);
    auto store = OpenRocksDbRecordStore(directory);
    ASSERT_THAT(store, IsOk());
    ASSERT_EQ(AmendedWrongly(**store, kRecords, acked), "") << "kill " << i;
  }
  EXPECT_GT(acked, kills / 2) << "hardly anything was written: the test tests nothing";
  EXPECT_THAT(VerifyStore(directory), IsOk());
}

}  // namespace
}  // namespace parfocal
