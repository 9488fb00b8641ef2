#include "run_cursor.h"

#include "gtest/gtest.h"

namespace parfocal {
namespace {

using Stage = RunCursor::Stage;

TEST(RunCursorTest, AConnectorsCursorAloneIsWrittenAsItIs) {
  for (const char* text : {"", "1", "token=a b&c", "S-BIAD1/x"}) {
    EXPECT_EQ(RunCursor{.text = text}.Format(), text);
    EXPECT_EQ(RunCursor::Parse(text).text, text);
    EXPECT_EQ(RunCursor::Parse(text).stage, Stage::kReading);
  }
}

TEST(RunCursorTest, ReadsWhatItWrites) {
  for (const bool accept : {false, true}) {
    for (const Stage stage : {Stage::kReading, Stage::kListedAll, Stage::kListedChanges}) {
      for (const char* text : {"", "a mark", "\x1e\x1d"}) {
        for (const char* accession : {"", "10.1/x y",
                                      "a\x1e"
                                      "b\x1d"
                                      "c",
                                      "\x1f"}) {
          RunCursor cursor{.accept_deletions = accept, .stage = stage, .text = text};
          if (accept) cursor.replay_of = "00000012";
          if (*accession != '\0') cursor.condemned = {{"s", "plain", ""}, {"s", accession, ""}};
          // A connector's cursor never begins with a control character of ours.
          if (stage == Stage::kReading && *text == '\x1e') continue;
          const RunCursor read = RunCursor::Parse(cursor.Format());
          EXPECT_EQ(read.accept_deletions, accept);
          EXPECT_EQ(read.replay_of, cursor.replay_of);
          EXPECT_EQ(read.condemned, cursor.condemned);
          EXPECT_EQ(read.stage, stage);
          EXPECT_EQ(read.text, text);
        }
      }
    }
  }
}

// A run of a catalogue that an older version wrote.
TEST(RunCursorTest, ReadsTheEndOfAnOlderRun) {
  const RunCursor cursor = RunCursor::Parse(
      "\x1f"
      "end-of-listing");
  EXPECT_EQ(cursor.stage, Stage::kListedAll);
  EXPECT_EQ(cursor.text, "");
}

}  // namespace
}  // namespace parfocal
