#include "parfocal/catalogue/checkpoint.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "support/fake_record_store.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;
using testing::TempDir;

class CheckpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    Source source;
    source.id = "src";
    ASSERT_THAT(store_->CreateSource(source), IsOk());
    bool resumed = false;
    run_ = store_->BeginRun("src", absl::Now(), &resumed)->id;
    for (int page = 0; page < 3; ++page) Commit(page);
  }
  void Open() { PARFOCAL_ASSERT_OK_AND_ASSIGN(store_, OpenRocksDbRecordStore(dir_ / "catalogue")); }
  void Commit(int number) {
    PageCommit page;
    page.source = "src";
    page.run = run_;
    page.raw = {absl::StrCat("raw page ", number)};
    for (int i = 0; i < 10; ++i) {
      page.upserts.push_back(
          {testing::MakeStudy("src", absl::StrCat(number, "-", i), "t"), {0, 0, 10, 0, 0}});
    }
    page.upserts.push_back({testing::MakeStudy("src", "newest", absl::StrCat(number)), {}});
    ASSERT_THAT(store_->CommitPage(page), IsOk());
  }
  static std::string Dump(const RecordStore& store) {
    std::string dump;
    EXPECT_THAT(store.Scan({}, {},
                           [&](const StoredRecord& stored) {
                             absl::StrAppend(&dump, FormatRecordName(NameOf(stored.record)), " ",
                                             stored.meta.sequence, " ", stored.meta.content_sha256,
                                             " ", *store.GetRaw(NameOf(stored.record)), "\n");
                             return true;
                           }),
                IsOk());
    const auto changes = store.ChangesSince("public", 0, 1'000'000);
    for (const Change& change : *changes) {
      absl::StrAppend(&dump, change.sequence, FormatRecordName(change.name), "\n");
    }
    return dump;
  }
  // A file of the checkpoint whose name contains `part`.
  std::string FileOf(const std::string& checkpoint, const std::string& part) {
    for (const auto& entry : fs::recursive_directory_iterator(checkpoint)) {
      if (entry.is_regular_file() &&
          entry.path().filename().string().find(part) != std::string::npos) {
        return entry.path();
      }
    }
    ADD_FAILURE() << "no " << part;
    return "";
  }
  static void Flip(const std::string& path, int64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const char byte = static_cast<char>(file.get());
    file.seekp(at);
    file.put(static_cast<char>(byte ^ 0x10));
  }

  TempDir dir_;
  std::unique_ptr<RecordStore> store_;
  std::string run_;
};

TEST_F(CheckpointTest, RestoresWhatWasThere) {
  const std::string before = Dump(*store_);
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const CheckpointManifest made,
                                CreateCheckpoint(*store_, dir_ / "copy", absl::Now()));
  EXPECT_EQ(made.sequences.at("public"), 33);
  Commit(99);  // Not part of it.
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const CheckpointManifest verified,
                                VerifyCheckpoint(dir_ / "copy/"));
  EXPECT_TRUE(verified == made);
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const CheckpointManifest restored,
                                RestoreCheckpoint(dir_ / "copy", dir_ / "back"));
  EXPECT_TRUE(restored == made);
  EXPECT_EQ(fs::status(dir_ / "back").permissions(), fs::perms::owner_all);
  PARFOCAL_ASSERT_OK_AND_ASSIGN(auto back, OpenRocksDbRecordStore(dir_ / "back"));
  EXPECT_EQ(Dump(*back), before);
  EXPECT_EQ(back->Status("public")->studies, 31);
  // The run goes on where the checkpoint left it, and what is written there does not reach the
  // copy.
  bool resumed = false;
  EXPECT_EQ(back->BeginRun("src", absl::Now(), &resumed)->id, run_);
  EXPECT_TRUE(resumed);
  back.reset();
  EXPECT_THAT(VerifyStore(dir_ / "back"), IsOk());
  EXPECT_THAT(VerifyCheckpoint(dir_ / "copy"), IsOk());
}

TEST_F(CheckpointTest, IsOfOneMomentWhilePagesAreCommitted) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int page = 100; !stop && page < 2000; ++page) Commit(page);
  });
  for (int i = 0; i < 3; ++i) {
    const std::string copy = dir_ / absl::StrCat("copy", i), back = dir_ / absl::StrCat("back", i);
    auto made = CreateCheckpoint(*store_, copy, absl::Now());
    EXPECT_THAT(made, IsOk());
    EXPECT_THAT(RestoreCheckpoint(copy, back), IsOk());
    auto restored = OpenRocksDbRecordStore(back);
    EXPECT_THAT(restored, IsOk());
    if (!made.ok() || !restored.ok()) break;
    const int64_t sequence = (*restored)->Status("public")->sequence;
    EXPECT_EQ(sequence, made->sequences.at("public"));
    EXPECT_EQ(sequence % 11, 0) << "whole pages";
    EXPECT_EQ(static_cast<int64_t>((*restored)->ChangesSince("public", 0, 1'000'000)->size()),
              sequence);
    restored->reset();
    EXPECT_THAT(VerifyStore(back), IsOk());
  }
  stop = true;
  writer.join();
}

TEST_F(CheckpointTest, RefusesADamagedOneAndTouchesNothing) {
  ASSERT_THAT(CreateCheckpoint(*store_, dir_ / "good", absl::Now()), IsOk());
  struct {
    const char* what;
    std::function<std::string(const std::string& copy)> damage;  // Returns what the message names.
  } const rows[] = {
      {"flipped bit in a table",
       [&](const std::string& copy) {
         const std::string path = FileOf(copy, ".sst");
         Flip(path, static_cast<int64_t>(fs::file_size(path) / 2));
         return path;
       }},
      {"flipped bit in the list of tables",
       [&](const std::string& copy) {
         const std::string path = FileOf(copy, "MANIFEST-");
         Flip(path, 20);
         return path;
       }},
      {"cut file",
       [&](const std::string& copy) {
         const std::string path = FileOf(copy, ".sst");
         fs::resize_file(path, fs::file_size(path) - 1);
         return path;
       }},
      {"missing file",
       [&](const std::string& copy) {
         const std::string path = FileOf(copy, "CURRENT");
         fs::remove(path);
         return path;
       }},
      {"one file too many",
       [&](const std::string& copy) {
         std::ofstream(copy + "/db/999999.sst") << "x";
         return copy + "/db/999999.sst";
       }},
      {"link instead of a file",
       [&](const std::string& copy) {
         const std::string path = FileOf(copy, "CURRENT");
         fs::rename(path, copy + "/../moved");
         fs::create_symlink("../../moved", path);
         return path;
       }},
      {"flipped bit in the manifest",
       [&](const std::string& copy) {
         Flip(copy + "/MANIFEST.parfocal", 60);
         return copy + "/MANIFEST.parfocal";
       }},
      {"no manifest",
       [&](const std::string& copy) {
         fs::remove(copy + "/MANIFEST.parfocal");
         return copy + "/MANIFEST.parfocal";
       }},
  };
  int number = 0;
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const std::string copy = dir_ / absl::StrCat("copy", number++);
    fs::copy(dir_ / "good", copy, fs::copy_options::recursive);
    const std::string named = row.damage(copy);
    EXPECT_THAT(VerifyCheckpoint(copy), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(named)));
    EXPECT_THAT(RestoreCheckpoint(copy, dir_ / "back"),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(named)));
    EXPECT_FALSE(fs::exists(dir_ / "back"));
    EXPECT_FALSE(fs::exists(dir_ / "back.unfinished"));
  }
}

TEST_F(CheckpointTest, OverwritesNothing) {
  fs::create_directory(dir_ / "full");
  std::ofstream(dir_ / "full/file") << "x";
  fs::create_directory(dir_ / "empty");
  EXPECT_THAT(CreateCheckpoint(*store_, dir_ / "full", absl::Now()),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(CreateCheckpoint(*store_, dir_ / "empty", absl::Now()),
              StatusIs(absl::StatusCode::kAlreadyExists));
  // What a killed attempt left is swept away.
  fs::create_directory(dir_ / "copy.unfinished");
  std::ofstream(dir_ / "copy.unfinished/junk") << "x";
  EXPECT_THAT(CreateCheckpoint(*store_, dir_ / "copy", absl::Now()), IsOk());
  EXPECT_FALSE(fs::exists(dir_ / "copy/junk"));
  EXPECT_THAT(RestoreCheckpoint(dir_ / "copy", dir_ / "full"),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(RestoreCheckpoint(dir_ / "copy", dir_ / "empty"), IsOk());
  EXPECT_THAT(OpenRocksDbRecordStore(dir_ / "empty"), IsOk());
  EXPECT_THAT(CreateCheckpoint(*store_, dir_ / "no/such/place", absl::Now()),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(fs::exists(dir_ / "no"));
}

TEST_F(CheckpointTest, CarriesWhatElseTheNodeCannotMakeAgain) {
  const auto add = [&](const std::string& folder) {
    fs::create_directories(folder + "/notes/deep");
    std::ofstream(folder + "/notes/a.log") << "first";
    std::ofstream(folder + "/notes/deep/b") << "second";
    Commit(50);  // What is added comes behind the moment of the catalogue.
    return absl::OkStatus();
  };
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const CheckpointManifest made,
                                CreateCheckpoint(*store_, dir_ / "copy", absl::Now(), add));
  EXPECT_EQ(made.sequences.at("public"), 33);
  ASSERT_THAT(RestoreCheckpoint(dir_ / "copy", dir_ / "back"), IsOk());
  EXPECT_FALSE(fs::exists(dir_ / "back/node"));
  fs::create_directory(dir_ / "data");
  ASSERT_THAT(RestoreNodeFiles(dir_ / "copy", dir_ / "data/"), IsOk());
  std::string text;
  std::getline(std::ifstream(dir_ / "data/notes/a.log") >> std::ws, text);
  EXPECT_EQ(text, "first");
  EXPECT_TRUE(fs::exists(dir_ / "data/notes/deep/b"));
  EXPECT_THAT(RestoreNodeFiles(dir_ / "copy", dir_ / "data"),
              StatusIs(absl::StatusCode::kAlreadyExists));
  Flip(dir_ / "copy/node/notes/a.log", 2);
  EXPECT_THAT(VerifyCheckpoint(dir_ / "copy"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("a.log")));
  fs::create_directory(dir_ / "other");
  EXPECT_THAT(RestoreNodeFiles(dir_ / "copy", dir_ / "other"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("a.log")));
  const auto fails = [](const std::string&) { return absl::UnavailableError("no room"); };
  EXPECT_THAT(CreateCheckpoint(*store_, dir_ / "failed", absl::Now(), fails),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no room")));
  EXPECT_FALSE(fs::exists(dir_ / "failed"));
  EXPECT_FALSE(fs::exists(dir_ / "failed.unfinished"));
}

TEST_F(CheckpointTest, NeedsTheStoreOnDisk) {
  testing::FakeRecordStore fake;
  EXPECT_THAT(CreateCheckpoint(fake, dir_ / "copy", absl::Now()),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CheckpointManifestTest, PrintsWhatItParses) {
  CheckpointManifest manifest;
  manifest.format = 1;
  manifest.created = absl::FromUnixSeconds(1'700'000'000);
  manifest.sequences = {{"lab", 7}, {"public", 123}};
  manifest.files = {{"FORMAT", 3, std::string(64, 'a')},
                    {"db/CURRENT", 0, std::string(64, '0')},
                    {"node/a/b.log", 5, std::string(64, '1')}};
  const std::string text = FormatCheckpointManifest(manifest);
  auto parsed = ParseCheckpointManifest(text);
  ASSERT_THAT(parsed, IsOk());
  EXPECT_TRUE(*parsed == manifest);
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_THAT(ParseCheckpointManifest(text.substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST(CheckpointManifestTest, LeadsNowhereElse) {
  for (const char* path : {"../x",    "/etc/passwd", "db/../x",        "db/",
                           "db/.",    "db/..",       "db/a/b",         "dbx",
                           "",        "lock",        "db/a\nb",        "db/a b",
                           "node",    "node/",       "node/../x",      "node/a/../../x",
                           "node//x", "node/.x",     "node/a/b/c/d/e", "db/node/x"}) {
    SCOPED_TRACE(path);
    CheckpointManifest manifest;
    manifest.created = absl::FromUnixSeconds(0);
    manifest.files = {{path, 1, std::string(64, 'a')}};
    EXPECT_THAT(ParseCheckpointManifest(FormatCheckpointManifest(manifest)),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("neither a sequence nor a file")));
  }
}

}  // namespace
}  // namespace parfocal
