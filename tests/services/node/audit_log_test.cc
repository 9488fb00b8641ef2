#include "audit_log.h"

#include <fstream>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

class AuditLogTest : public ::testing::Test {
 protected:
  std::unique_ptr<AuditLog> Open() {
    auto log = AuditLog::Open(path_, &clock_);
    EXPECT_THAT(log, IsOk());
    return log.ok() ? *std::move(log) : nullptr;
  }
  std::string Text() const {
    std::ifstream in(path_, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  void Write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  testing::TempDir dir_;
  const std::string path_ = dir_ / "audit.tsv";
  testing::ManualClock clock_;
};

TEST_F(AuditLogTest, KeepsWhatWasDoneAcrossStarts) {
  const std::string odd = "tab\there, line\nthere, \\ and caf\xC3\xA9";
  ASSERT_THAT(Open()->Add({0, {}, "takedown", "sources/s/studies/a", odd, "why"}), IsOk());
  ASSERT_THAT(Open()->Add({0, {}, "relation.reject", "x y", "me", ""}), IsOk());
  const auto entries = Open()->Read();
  ASSERT_THAT(entries, IsOk());
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].author, odd);
  EXPECT_EQ((*entries)[1].number, 2);
  EXPECT_EQ((*entries)[1].time, clock_.Now());
}

TEST_F(AuditLogTest, FindsEveryAlteration) {
  auto log = Open();
  for (const char* action : {"one", "two", "three"})
    ASSERT_THAT(log->Add({0, {}, action, "s", "a", "d"}), IsOk());
  const std::string text = Text();
  const size_t first = text.find('\n') + 1, second = text.find('\n', first) + 1;
  const std::string altered[] = {absl::StrReplaceAll(text, {{"two", "owt"}}),  // Changed.
                                 text.substr(0, first) + text.substr(second),  // Taken out.
                                 text.substr(first),            // The beginning taken out.
                                 text.substr(0, first) + text,  // Put in.
                                 text + "4\t2024-01-01T00:00:00Z\tx\ts\ta\td\t0000\n",  // Made up.
                                 "nonsense\n"};
  for (const std::string& bytes : altered) {
    SCOPED_TRACE(bytes);
    Write(bytes);
    EXPECT_THAT(log->Read(), StatusIs(absl::StatusCode::kDataLoss));
    EXPECT_THAT(AuditLog::Open(path_, &clock_).status(), StatusIs(absl::StatusCode::kDataLoss));
  }
  Write(text);
  EXPECT_THAT(log->Read(), IsOk());
}

TEST_F(AuditLogTest, ALineThatWasBeingWrittenWhenThePowerWentIsCutOff) {
  ASSERT_THAT(Open()->Add({0, {}, "one", "s", "a", "d"}), IsOk());
  const std::string whole = Text();
  for (const char* torn : {"2\t2024-01-01T00", "2", "\0\0\0"}) {
    Write(whole + torn + std::string(3, '\0'));
    auto log = Open();
    ASSERT_NE(log, nullptr);
    EXPECT_EQ(Text(), whole);
    ASSERT_THAT(log->Add({0, {}, "two", "s", "a", "d"}), IsOk());
    EXPECT_EQ(log->Read()->size(), 2u);
  }
}

TEST_F(AuditLogTest, WhatCannotBeWrittenIsSaid) {
  const AuditEntry entry{0, {}, "takedown", "s", "a", "d"};
  const auto log = AuditLog::Open(dir_ / "nowhere/audit.tsv", &clock_);
  ASSERT_THAT(log, IsOk());
  EXPECT_THAT((*log)->Add(entry), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(AuditLogTest, CopiesForACheckpoint) {
  auto log = Open();
  EXPECT_THAT(log->CopyTo(dir_ / "copy"), IsOk());
  EXPECT_FALSE(std::ifstream(dir_ / "copy").good());
  ASSERT_THAT(log->Add({0, {}, "one", "s", "a", "d"}), IsOk());
  EXPECT_THAT(log->CopyTo(dir_ / "copy"), IsOk());
  EXPECT_THAT(AuditLog::Open(dir_ / "copy", &clock_), IsOk());
}

}  // namespace
}  // namespace parfocal
