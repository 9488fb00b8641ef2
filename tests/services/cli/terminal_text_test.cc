#include "parfocal/cli/terminal_text.h"

#include <random>

#include "gtest/gtest.h"

namespace parfocal::cli {
namespace {

constexpr struct {
  const char* text;
  const char* shown;
} kShown[] = {
    {"", ""},
    {"plain words", "plain words"},
    {"Größe 細胞", "Größe 細胞"},
    {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
    {"\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"},
    {"a\x7f", "a\\x7f"},
    {"bell\x07", "bell\\x07"},
    // C1 as UTF-8: CSI in one character.
    {"\xc2\x9b"
     "31m",
     "\\u009b31m"},
    // A bidi override makes one name read as another.
    {"abc\xe2\x80\xaegpj.exe", "abc\\u202egpj.exe"},
    {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"},
    {"zero\xe2\x80\x8bwidth", "zero\\u200bwidth"},
    {"\xef\xbb\xbfmark", "\\ufeffmark"},
    {"tag\xf3\xa0\x81\x81", "tag\\U000e0041"},
    {"private\xee\x80\x80", "private\\ue000"},
    {"one\ntwo\r\nthree\tfour", "one two three four"},
    {"lone\rcr", "lone\\x0dcr"},
    // Not UTF-8: a lone continuation, an overlong slash, a surrogate, a cut-off character.
    {"\x80", "\xef\xbf\xbd"},
    {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},
    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"x\xe7\xb4", "x\xef\xbf\xbd\xef\xbf\xbd"},
};

TEST(TerminalTextTest, ShowsWhatATerminalWouldObey) {
  for (const auto& row : kShown) {
    SCOPED_TRACE(row.shown);
    EXPECT_EQ(EscapeForTerminal(row.text), row.shown);
  }
}

TEST(TerminalTextTest, KeepsLinesWhereTheyAreMeant) {
  EXPECT_EQ(EscapeForTerminal("one\r\ntwo\n\x1b", /*keep_lines=*/true), "one\ntwo\n\\x1b");
}

TEST(TerminalTextTest, NoByteOfTenThousandRandomTextsIsAControlCharacter) {
  std::mt19937 random(20240607);
  std::uniform_int_distribution<int> length(0, 60);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int round = 0; round < 10000; ++round) {
    std::string text(length(random), ' ');
    for (char& c : text) c = static_cast<char>(byte(random));
    const std::string shown = EscapeForTerminal(text);
    for (size_t i = 0; i < shown.size(); ++i) {
      const unsigned char c = static_cast<unsigned char>(shown[i]);
      ASSERT_TRUE(c >= 0x20 && c != 0x7f) << "seed 20240607, round " << round << ", byte " << i;
      // C1 controls are C2 80 to C2 9F.
      ASSERT_FALSE(c == 0xc2 && static_cast<unsigned char>(shown[i + 1]) < 0xa0)
          << "round " << round;
    }
    // What is safe stays as it is.
    ASSERT_EQ(EscapeForTerminal(shown), shown) << "round " << round;
  }
}

TEST(TerminalTextTest, JsonKeepsItsMeaning) {
  EXPECT_EQ(EscapeJson("{\n \"a\": \"\xe2\x80\xae\"\n}"), "{\n \"a\": \"\\u202e\"\n}");
  EXPECT_EQ(EscapeJson("\"\xf3\xa0\x81\x81\""), "\"\\udb40\\udc41\"");
  EXPECT_EQ(EscapeJson("\"Gr\xc3\xb6\xc3\x9f"
                       "e\""),
            "\"Gr\xc3\xb6\xc3\x9f"
            "e\"");
}

TEST(TerminalTextTest, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth("Größe"), 5);
  EXPECT_EQ(DisplayWidth("細胞"), 4);
  EXPECT_EQ(DisplayWidth("e\xcc\x81"), 1);  // A combining accent.
  EXPECT_EQ(FitToWidth("Größe", 5), "Größe");
  EXPECT_EQ(FitToWidth("Größen", 5), "Größ…");
  EXPECT_EQ(FitToWidth("細胞分裂", 5), "細胞…");
  EXPECT_EQ(FitToWidth("whole", 0), "whole");
  EXPECT_EQ(FitToWidth("ab", 1), "…");
}

TEST(TerminalTextTest, BreaksAtSpaces) {
  EXPECT_EQ(WrapText("aa bb cc", 5), (std::vector<std::string>{"aa bb", "cc"}));
  EXPECT_EQ(WrapText("a longword b", 4), (std::vector<std::string>{"a", "longword", "b"}));
  EXPECT_EQ(WrapText("", 4), (std::vector<std::string>{""}));
  EXPECT_EQ(WrapText("aa bb", 0), (std::vector<std::string>{"aa bb"}));
}

TEST(TerminalTextTest, NumbersForPeople) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(-1234567), "-1,234,567");
  EXPECT_EQ(CountOf(1, "study"), "1 study");
  EXPECT_EQ(CountOf(0, "study"), "0 studies");
  EXPECT_EQ(CountOf(1000, "image set"), "1,000 image sets");
  EXPECT_EQ(FormatBytes(999), "999 B");
  EXPECT_EQ(FormatBytes(999950), "1.0 MB");
  EXPECT_EQ(FormatBytes(2141943964616855), "2.1 PB");
}

}  // namespace
}  // namespace parfocal::cli
