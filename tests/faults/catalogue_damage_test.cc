// What a damaged, torn, locked, foreign or full disk does to the catalogue.
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "faults/written_pages.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using testing::DifferenceFrom;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;
using testing::TempDir;
using testing::WrittenPage;

class CatalogueDamageTest : public ::testing::Test {
 protected:
  // A catalogue in dir_/catalogue to which the first `pages` pages were committed.
  void Make(int64_t pages) {
    Open();
    Source source;
    source.id = "src";
    ASSERT_THAT(store_->CreateSource(source), IsOk());
    bool resumed = false;
    run_ = store_->BeginRun("src", absl::Now(), &resumed)->id;
    for (int64_t page = 0; page < pages; ++page)
      ASSERT_THAT(store_->CommitPage(WrittenPage(run_, page)), IsOk());
  }
  void Open() { PARFOCAL_ASSERT_OK_AND_ASSIGN(store_, OpenRocksDbRecordStore(dir_ / "catalogue")); }

  // A copy of the catalogue as a kill at this moment would leave it: with its log, without its
  // lock.
  std::string Crashed(const std::string& name) {
    const std::string copy = dir_ / name;
    fs::remove_all(copy);
    fs::copy(dir_ / "catalogue", copy, fs::copy_options::recursive);
    return copy;
  }
  // The largest file in db/ that ends with `suffix`.
  static std::string Largest(const std::string& catalogue, const std::string& suffix) {
    std::string best;
    for (const auto& entry : fs::directory_iterator(catalogue + "/db")) {
      const std::string path = entry.path();
      if (path.size() < suffix.size() || path.substr(path.size() - suffix.size()) != suffix)
        continue;
      if (best.empty() || fs::file_size(path) > fs::file_size(best)) best = path;
    }
    EXPECT_FALSE(best.empty()) << suffix;
    return best;
  }
  static void Flip(const std::string& path, uint64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<int64_t>(at));
    const char byte = static_cast<char>(file.get());
    file.seekp(static_cast<int64_t>(at));
    file.put(static_cast<char>(byte ^ 0x04));
  }

  TempDir dir_;
  std::unique_ptr<RecordStore> store_;
  std::string run_;
};

TEST_F(CatalogueDamageTest, RefusesALogWithAFlippedByte) {
  Make(30);
  const uint64_t size = fs::file_size(Largest(dir_ / "catalogue", ".log"));
  for (int part = 1; part < 20; ++part) {
    SCOPED_TRACE(part);
    const std::string copy = Crashed("copy");
    Flip(Largest(copy, ".log"), size * part / 20);
    auto opened = OpenRocksDbRecordStore(copy);
    ASSERT_FALSE(opened.ok()) << "acknowledged pages were dropped without a word";
    EXPECT_THAT(opened, StatusIs(absl::StatusCode::kDataLoss,
                                 AllOf(HasSubstr(copy), HasSubstr("parfocald restore"))));
  }
}

TEST_F(CatalogueDamageTest, OpensATornLogWithEveryWholePage) {
  Make(30);
  const uint64_t before = fs::file_size(Largest(dir_ / "catalogue", ".log"));
  ASSERT_THAT(store_->CommitPage(WrittenPage(run_, 30)), IsOk());
  const uint64_t after = fs::file_size(Largest(dir_ / "catalogue", ".log"));
  ASSERT_GT(after, before);
  // Torn anywhere within the last page, which then counts as never acknowledged.
  for (uint64_t size = before; size <= after;
       size += std::max<uint64_t>(1, (after - before) / 17)) {
    SCOPED_TRACE(size - before);
    const std::string copy = Crashed("copy");
    fs::resize_file(Largest(copy, ".log"), size);
    auto opened = OpenRocksDbRecordStore(copy);
    ASSERT_THAT(opened, IsOk());
    EXPECT_EQ(DifferenceFrom(**opened, run_, size == after ? 31 : 30), "");
    EXPECT_THAT((*opened)->CommitPage(WrittenPage(run_, size == after ? 31 : 30)), IsOk());
  }
}

TEST_F(CatalogueDamageTest, FindsFlippedBitsInTables) {
  Make(200);
  // A checkpoint moves everything from the log into tables.
  ASSERT_THAT(CreateCheckpoint(*store_, dir_ / "copy", absl::Now()), IsOk());
  int found = 0, flips = 0;
  for (const auto& entry : fs::directory_iterator(dir_ / "copy/db")) {
    if (entry.path().extension() != ".sst") continue;
    for (int part = 1; part < 4; ++part, ++flips) {
      const std::string restored = dir_ / "restored";
      fs::remove_all(restored);
      ASSERT_THAT(RestoreCheckpoint(dir_ / "copy", restored), IsOk());
      ASSERT_THAT(VerifyStore(restored), IsOk());
      const std::string table = restored + "/db/" + entry.path().filename().string();
      Flip(table, fs::file_size(table) * part / 4);
      const absl::Status verified = VerifyStore(restored);
      EXPECT_THAT(verified, AnyOf(StatusIs(absl::StatusCode::kDataLoss), IsOk()));
      // Some bytes of a table carry no data (a time, a name): a flip there must then change
      // nothing.
      if (!verified.ok()) {
        ++found;
      } else {
        auto opened = OpenRocksDbRecordStore(restored);
        ASSERT_THAT(opened, IsOk());
        EXPECT_EQ(DifferenceFrom(**opened, run_, 200), "");
      }
    }
  }
  EXPECT_GT(flips, 20);
  EXPECT_GE(found * 10, flips * 9) << found << " of " << flips;
}

TEST_F(CatalogueDamageTest, RefusesALostFile) {
  Make(200);
  ASSERT_THAT(CreateCheckpoint(*store_, dir_ / "copy", absl::Now()), IsOk());
  for (const char* suffix : {".sst", "CURRENT"}) {
    SCOPED_TRACE(suffix);
    const std::string restored = dir_ / "restored";
    fs::remove_all(restored);
    ASSERT_THAT(RestoreCheckpoint(dir_ / "copy", restored), IsOk());
    fs::remove(Largest(restored, suffix));
    EXPECT_THAT(OpenRocksDbRecordStore(restored),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("parfocald restore")));
    fs::remove_all(restored + "/db");
    EXPECT_THAT(OpenRocksDbRecordStore(restored), StatusIs(absl::StatusCode::kDataLoss))
        << "everything is lost: not a new catalogue";
  }
}

TEST_F(CatalogueDamageTest, RefusesASecondOpenerAtOnceAndSaysWhoIsFirst) {
  Make(1);
  const auto begin = std::chrono::steady_clock::now();
  auto second = OpenRocksDbRecordStore(dir_ / "catalogue");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  EXPECT_THAT(second,
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(absl::StrCat("in use by pid ", getpid(), " since 2")),
                             HasSubstr("stop"))));
  EXPECT_THAT(VerifyStore(dir_ / "catalogue"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(store_->CommitPage(WrittenPage(run_, 1)), IsOk()) << "the first is none the worse";
  store_.reset();
  Open();
  EXPECT_EQ(DifferenceFrom(*store_, run_, 2), "");
}

TEST_F(CatalogueDamageTest, NeedsNoHandAfterAKillThatLeftTheLockFile) {
  Make(2);
  const std::string copy = Crashed("copy");
  ASSERT_TRUE(fs::exists(copy + "/holder"));
  auto opened = OpenRocksDbRecordStore(copy);
  ASSERT_THAT(opened, IsOk());
  EXPECT_EQ(DifferenceFrom(**opened, run_, 2), "");
}

TEST_F(CatalogueDamageTest, MakesACatalogueWhoseFirstStartWasKilled) {
  const std::string started = dir_ / "started";
  fs::create_directory(started);
  std::ofstream(started + "/FORMAT") << "parfocal-catalogue 2 unfinished\n";
  EXPECT_THAT(OpenRocksDbRecordStore(started), IsOk());
  EXPECT_THAT(OpenRocksDbRecordStore(started), IsOk());
  fs::remove_all(started + "/db");
  EXPECT_THAT(OpenRocksDbRecordStore(started), StatusIs(absl::StatusCode::kDataLoss))
      << "is finished now";
}

TEST_F(CatalogueDamageTest, RefusesADirectoryThatIsNotItsOwn) {
  Make(1);
  store_.reset();
  struct {
    const char* what;
    std::function<std::string()> prepare;  // Returns the directory.
    const char* message;
  } const rows[] = {
      {"a newer format",
       [&] {
         const auto c = Crashed("a");
         std::ofstream(c + "/FORMAT") << "parfocal-catalogue 3\n";
         return c;
       },
       "newer Parfocal"},
      {"an older format",
       [&] {
         const auto c = Crashed("b");
         std::ofstream(c + "/FORMAT") << "parfocal-catalogue 0\n";
         return c;
       },
       "has format 0"},
      {"no format",
       [&] {
         const auto c = Crashed("c");
         std::ofstream(c + "/FORMAT") << "junk\n";
         return c;
       },
       "does not name a catalogue format"},
      {"the format file is gone",
       [&] {
         const auto c = Crashed("d");
         fs::remove(c + "/FORMAT");
         return c;
       },
       "holds a database but no FORMAT"},
      {"a symbolic link",
       [&] {
         fs::create_symlink(Crashed("e"), dir_ / "link");
         return dir_ / "link";
       },
       "symbolic link"},
      {"a file",
       [&] {
         std::ofstream(dir_ / "file") << "x";
         return dir_ / "file";
       },
       "not a directory"},
      {"writable for all",
       [&] {
         const auto c = Crashed("f");
         fs::permissions(c, fs::perms::all);
         return c;
       },
       "chmod o-w"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    EXPECT_THAT(OpenRocksDbRecordStore(row.prepare()),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(row.message)));
  }
  EXPECT_THAT(OpenRocksDbRecordStore(dir_ / "no/parent"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no/parent")));
  EXPECT_THAT(VerifyStore(dir_ / "nothing"), StatusIs(absl::StatusCode::kNotFound));
}

// A limit on the size of files makes writes fail as a full disk does, at any point of the log.
TEST_F(CatalogueDamageTest, StopsWritingAfterAnIoErrorAndLosesNothing) {
  Make(5);
  signal(SIGXFSZ, SIG_IGN);
  const rlimit unlimited = [] {
    rlimit now;
    getrlimit(RLIMIT_FSIZE, &now);
    return now;
  }();
  rlimit tight = unlimited;
  tight.rlim_cur = fs::file_size(Largest(dir_ / "catalogue", ".log")) + 300;
  setrlimit(RLIMIT_FSIZE, &tight);
  int64_t pages = 5;
  absl::Status failure;
  for (; failure.ok() && pages < 100; ++pages)
    failure = store_->CommitPage(WrittenPage(run_, pages)).status();
  setrlimit(RLIMIT_FSIZE,
            &unlimited);  // Before any ASSERT: the test program must be able to write.
  --pages;
  ASSERT_THAT(failure, StatusIs(absl::StatusCode::kUnavailable));

  // There is room again, but what reached the disk is unknown: no write until it is opened anew.
  const auto refused =
      StatusIs(absl::StatusCode::kUnavailable, HasSubstr("writing has stopped; restart"));
  EXPECT_THAT(store_->CommitPage(WrittenPage(run_, pages)), refused);
  Source source;
  source.id = "other";
  EXPECT_THAT(store_->CreateSource(source), refused);
  EXPECT_THAT(store_->UpdateSource(source), refused);
  EXPECT_THAT(store_->DeleteSource("src"), refused);
  bool resumed = false;
  EXPECT_THAT(store_->BeginRun("src", absl::Now(), &resumed), refused);
  parfocal::Run run;
  run.source = "src";
  run.id = run_;
  run.state = RunState::kFailed;
  EXPECT_THAT(store_->EndRun(run), refused);
  EXPECT_THAT(CreateCheckpoint(*store_, dir_ / "copy", absl::Now()), refused);
  EXPECT_EQ(DifferenceFrom(*store_, run_, pages), "") << "reads go on";

  store_.reset();
  Open();
  const int64_t there = testing::PageAt(store_->GetRun("src", run_)->cursor);
  EXPECT_THAT(there, AnyOf(pages, pages + 1)) << "the page that failed is whole or absent";
  EXPECT_EQ(DifferenceFrom(*store_, run_, there), "");
  EXPECT_THAT(store_->CommitPage(WrittenPage(run_, there)), IsOk()) << "replayed";
  EXPECT_EQ(DifferenceFrom(*store_, run_, there + 1), "");
}

TEST_F(CatalogueDamageTest, LimitsAPage) {
  Make(0);
  PageCommit page;
  page.source = "src";
  page.run = run_;
  page.raw = {"r"};
  for (size_t i = 0; i < kMaxPageRecords; ++i)
    page.tombstones.push_back({"src", absl::StrCat(i), ""});
  EXPECT_THAT(store_->CommitPage(page), IsOk()) << "at the limit";
  page.tombstones.push_back({"src", "one more", ""});
  auto refused = store_->CommitPage(page);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(refused, testing::HasReason("PAGE_LIMIT"));
  EXPECT_EQ(FieldOf(refused.status()), "max_page_records");
  page.tombstones.clear();
  // One blob twice counts twice, and is stored once.
  page.raw.assign(2, std::string(kMaxPageRawBytes / 2, 'x'));
  EXPECT_THAT(store_->CommitPage(page), IsOk()) << "at the limit";
  page.raw.emplace_back("x");
  refused = store_->CommitPage(page);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(FieldOf(refused.status()), "max_page_raw_bytes");
}

}  // namespace
}  // namespace parfocal
