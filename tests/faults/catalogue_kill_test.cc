// kill -9 at random moments: every acknowledged page is there, whole, and nothing of any other but
// perhaps the next, whole. PARFOCAL_KILLS sets how many (25), PARFOCAL_SEED the moments.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "faults/written_pages.h"
#include "gtest/gtest.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::IsOk;

int64_t NumberFromEnvironment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);
  int64_t value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : otherwise;
}

// A catalogue_writer from its start to its violent end.
class Writer {
 public:
  Writer(const std::string& directory, bool sabotage, bool amend = false) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable)
      variables.emplace_back(*variable);
    if (sabotage) variables.emplace_back("PARFOCAL_SABOTAGE=ack-first");
    std::vector<char*> environment;
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string program = PARFOCAL_CATALOGUE_WRITER, argument = directory;
    std::string mode = "amend";
    char* arguments[] = {program.data(), argument.data(), amend ? mode.data() : nullptr, nullptr};
    if (posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environment.data()) != 0)
      std::abort();
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    acks_ = ends[0];
  }

  // Lets it work for `time` from its first acknowledgement (or at most 20 s without one), kills it,
  // and returns the last page that it acknowledged, or -1. *by_itself: it ended without being
  // killed.
  int64_t KillAfter(std::chrono::microseconds time, bool* by_itself) {
    std::string text;
    char buffer[4096];
    const ssize_t first =
        read(acks_, buffer, sizeof(buffer));  // Blocks until it has begun, or has died.
    if (first > 0) text.append(buffer, static_cast<size_t>(first));
    std::this_thread::sleep_for(time);
    kill(pid_, SIGKILL);
    ssize_t size = 0;
    while ((size = read(acks_, buffer, sizeof(buffer))) > 0)
      text.append(buffer, static_cast<size_t>(size));
    close(acks_);
    int status = 0;
    waitpid(pid_, &status, 0);
    *by_itself = !WIFSIGNALED(status);
    // Only lines that are whole count: the last may be cut.
    text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n'));
    const size_t before = text.rfind('\n');
    return text.empty()
               ? -1
               : testing::PageAt(text.substr(before == std::string::npos ? 0 : before + 1));
  }

 private:
  pid_t pid_ = 0;
  int acks_ = -1;
};

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
    Writer writer(directory, sabotage);
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
    Writer writer(directory, /*sabotage=*/false, /*amend=*/true);
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
