#include "parfocal/atomic_file/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

std::string ContentOf(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

TEST(ReplaceFile, PutsTheNewContentInPlaceOfTheOldAndLeavesNothingBeside) {
  const testing::TempDir dir;
  const std::string path = dir / "state";
  ASSERT_THAT(ReplaceFile(path, "a long first content"), IsOk());
  ASSERT_THAT(ReplaceFile(path, std::string("se\0cond", 7)), IsOk());
  EXPECT_EQ(ContentOf(path), std::string("se\0cond", 7));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(ReplaceFile, WhatACrashLeftBesideItIsWrittenOver) {
  const testing::TempDir dir;
  const std::string path = dir / "state";
  std::ofstream(path + ".new") << "half of something much longer";
  ASSERT_THAT(ReplaceFile(path, "whole"), IsOk());
  EXPECT_EQ(ContentOf(path), "whole");
}

TEST(ReplaceFile, NeverWritesThroughALink) {
  const testing::TempDir dir;
  const std::string path = dir / "state";
  std::ofstream(dir / "precious") << "kept";
  std::filesystem::create_symlink(dir / "precious", path + ".new");
  const absl::Status status = ReplaceFile(path, "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("state.new"));
  EXPECT_EQ(ContentOf(dir / "precious"), "kept");
}

TEST(ReplaceFile, ANameInTheWorkingFolderNeedsNoSlash) {
  const testing::TempDir dir;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  const absl::Status status = ReplaceFile("state", "here");
  std::filesystem::current_path(before);
  ASSERT_THAT(status, IsOk());
  EXPECT_EQ(ContentOf(dir / "state"), "here");
}

TEST(ReplaceFile, AMissingFolderIsNotFoundAndNamed) {
  const testing::TempDir dir;
  const absl::Status status = ReplaceFile(dir / "nowhere/state", "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("nowhere/state"));
  EXPECT_EQ(SyncDirectory(dir / "nowhere").code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace parfocal
