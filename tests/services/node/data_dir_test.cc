#include "data_dir.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;
using testing::TempDir;

constexpr absl::StatusCode kRefused = absl::StatusCode::kFailedPrecondition;

unsigned Mode(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

void Write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

TEST(DataDirTest, IsMadeForOurEyesAlone) {
  TempDir temp;
  std::string key;
  {
    PARFOCAL_ASSERT_OK_AND_ASSIGN(const auto data, DataDir::Open(temp / "d/", absl::Now()));
    EXPECT_EQ(data->path(), temp / "d");
    EXPECT_EQ(Mode(temp / "d"), 0700u);
    EXPECT_EQ(Mode(temp / "d/node.key"), 0600u);
    EXPECT_EQ(data->key().size(), 32u);
    key = data->key();
  }
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const auto again, DataDir::Open(temp / "d", absl::Now()));
  EXPECT_EQ(again->key(), key);
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const auto other, DataDir::Open(temp / "e", absl::Now()));
  EXPECT_NE(other->key(), key);
}

TEST(DataDirTest, ADirectoryThatIsThereIsClosedToOthers) {
  TempDir temp;
  std::filesystem::create_directory(temp / "d");
  chmod((temp / "d").c_str(), 0755);
  Write(temp / "d/node.log", "a script's own file");
  EXPECT_THAT(DataDir::Open(temp / "d", absl::Now()), IsOk());
  EXPECT_EQ(Mode(temp / "d"), 0700u);
}

TEST(DataDirTest, ASecondOneIsRefusedAtOnceAndSaysWhoHoldsIt) {
  TempDir temp;
  PARFOCAL_ASSERT_OK_AND_ASSIGN(auto first,
                                DataDir::Open(temp / "d", absl::FromUnixSeconds(1700000000)));
  for (int i = 0; i < 100; ++i) {
    const absl::Time began = absl::Now();
    const auto second = DataDir::Open(temp / "d", absl::Now());
    EXPECT_LT(absl::Now() - began, absl::Seconds(1));
    ASSERT_THAT(second, StatusIs(kRefused, HasSubstr(absl::StrCat("process ", getpid()))));
    ASSERT_THAT(second, StatusIs(kRefused, HasSubstr("2023-11-14 22:13:20")));
  }
  first.reset();
  EXPECT_THAT(DataDir::Open(temp / "d", absl::Now()), IsOk());
}

TEST(DataDirTest, TheLockOfAKilledProcessNeedsNoHands) {
  TempDir temp;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto data = DataDir::Open(temp / "d", absl::Now());
    const char told = data.ok() ? 'y' : 'n';
    if (write(ready[1], &told, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char told = 0;
  ASSERT_EQ(read(ready[0], &told, 1), 1);
  ASSERT_EQ(told, 'y');
  EXPECT_THAT(DataDir::Open(temp / "d", absl::Now()), StatusIs(kRefused));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_THAT(DataDir::Open(temp / "d", absl::Now()), IsOk());
}

TEST(DataDirTest, SymbolicLinksAreRefused) {
  TempDir temp;
  std::filesystem::create_directory(temp / "real");
  std::filesystem::create_directory_symlink(temp / "real", temp / "link");
  EXPECT_THAT(DataDir::Open(temp / "link", absl::Now()),
              StatusIs(kRefused, HasSubstr("symbolic link")));
  for (const char* name : {"LOCK", "FORMAT", "node.key", "catalogue", "anything"}) {
    const std::string dir = temp / (std::string("d-") + name);
    std::filesystem::create_directory(dir);
    std::filesystem::create_symlink(temp / "real", dir + "/" + name);
    EXPECT_THAT(DataDir::Open(dir, absl::Now()), StatusIs(kRefused, HasSubstr(name))) << name;
  }
}

TEST(DataDirTest, ForeignOwnersAreRefused) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  TempDir temp;
  std::filesystem::create_directory(temp / "d");
  ASSERT_EQ(chown((temp / "d").c_str(), 12345, 12345), 0);
  EXPECT_THAT(DataDir::Open(temp / "d", absl::Now()), StatusIs(kRefused, HasSubstr("user 12345")));
  std::filesystem::create_directories(temp / "e/catalogue");
  ASSERT_EQ(chown((temp / "e/catalogue").c_str(), 12345, 12345), 0);
  EXPECT_THAT(DataDir::Open(temp / "e", absl::Now()), StatusIs(kRefused, HasSubstr("catalogue")));
}

TEST(DataDirTest, WhatIsNoneIsRefused) {
  TempDir temp;
  Write(temp / "file", "x");
  EXPECT_THAT(DataDir::Open(temp / "file", absl::Now()), StatusIs(kRefused));
  EXPECT_THAT(DataDir::Open(temp / "no/parent", absl::Now()),
              StatusIs(kRefused, HasSubstr("parent")));
  std::filesystem::create_directory(temp / "newer");
  Write(temp / "newer/FORMAT", "parfocal data directory 2\n");
  EXPECT_THAT(DataDir::Open(temp / "newer", absl::Now()),
              StatusIs(kRefused, HasSubstr("parfocal data directory 2")));
  std::filesystem::create_directory(temp / "short");
  Write(temp / "short/node.key", "x");
  EXPECT_THAT(DataDir::Open(temp / "short", absl::Now()),
              StatusIs(kRefused, HasSubstr("node.key")));
}

}  // namespace
}  // namespace parfocal
