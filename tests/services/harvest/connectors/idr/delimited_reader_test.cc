#include "parfocal/connector_idr/delimited_reader.h"

#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal::idr {
namespace {

using ::parfocal::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Hands out `text` in pieces of `step` bytes.
DelimitedReader::Source Pieces(std::string text, size_t step) {
  return [text = std::move(text), step, at = size_t{0}](
             char* data, size_t size) mutable -> absl::StatusOr<size_t> {
    const size_t n = std::min({step, size, text.size() - at});
    std::copy_n(text.data() + at, n, data);
    at += n;
    return n;
  };
}

// The rows of `text`, cells joined by '|', a problem in brackets.
std::vector<std::string> Rows(const std::string& text, Dialect dialect = Dialect::kCsv,
                              size_t step = 1 << 16) {
  DelimitedReader reader(Pieces(text, step), dialect);
  std::vector<std::string> out;
  DelimitedRow row;
  while (true) {
    auto some = reader.Next(&row);
    if (!some.ok() || !*some) return out;
    out.push_back(row.problem.empty() ? absl::StrJoin(row.cells, "|")
                                      : absl::StrCat("[", row.raw, "]"));
  }
}

const struct {
  const char* name;
  std::string text;
  std::vector<std::string> rows;
} kCsv[] = {
    {"plain", "a,b\n1,2\n", {"a|b", "1|2"}},
    {"no last line end", "a,b\n1,2", {"a|b", "1|2"}},
    {"CRLF", "a,b\r\n1,2\r\n", {"a|b", "1|2"}},
    {"bare CR", "a,b\r1,2\r", {"a|b", "1|2"}},
    {"CRLF and a stray LF", "a,b\r\n1,2\n3,4\r\n", {"a|b", "1|2", "3|4"}},
    {"a mark",
     "\xEF\xBB\xBF"
     "a,b\n",
     {"a|b"}},
    {"quoted", "\"a,x\",\"b \"\"c\"\"\"\n", {"a,x|b \"c\""}},
    {"line break in a quoted cell", "\"a\r\nb\",c\nd,e\n", {"a\r\nb|c", "d|e"}},
    {"quotes as data", "5\" disc,a\"b\"\n", {"5\" disc|a\"b\""}},
    {"text behind a closing quote", "\"a\"b,c\n", {"ab|c"}},
    {"empty cells", ",,\n,x,\n", {"||", "|x|"}},
    {"blank lines", "a\n\n\r\nb\n", {"a", "b"}},
    {"a quote that is never closed", "a,b\n\"c,d\ne,f\n", {"a|b", "[\"c,d\n]", "e|f"}},
    {"empty", "", {}},
};
TEST(DelimitedReaderTest, ReadsCsvAsPeopleWriteIt) {
  for (const auto& row : kCsv) {
    for (size_t step : {size_t{1}, size_t{3}, size_t{1} << 16}) {
      SCOPED_TRACE(absl::StrCat(row.name, " in pieces of ", step));
      EXPECT_EQ(Rows(row.text, Dialect::kCsv, step), row.rows);
    }
  }
}

TEST(DelimitedReaderTest, ReadsTsvWithoutQuoting) {
  EXPECT_THAT(Rows("a\tb\r\n\"x, \"\"y\"\"\"\tz\n\"open\tb\n", Dialect::kTsv),
              ElementsAre("a|b", "x, \"y\"|z", "\"open|b"));
  EXPECT_THAT(Rows("a\tb\r1\t2", Dialect::kTsv, 1), ElementsAre("a|b", "1|2"));
}

TEST(DelimitedReaderTest, ShowsBytesAndLines) {
  DelimitedReader reader(Pieces("\xEF\xBB\xBFh\r\n\"a\nb\"\nlast", 2), Dialect::kCsv);
  DelimitedRow row;
  PARFOCAL_ASSERT_OK_AND_ASSIGN(bool some, reader.Next(&row));
  EXPECT_TRUE(some);
  EXPECT_EQ(row.raw, "h\r\n");
  PARFOCAL_ASSERT_OK_AND_ASSIGN(some, reader.Next(&row));
  EXPECT_EQ(row.raw, "\"a\nb\"\n");
  EXPECT_EQ(row.line, 2);
  PARFOCAL_ASSERT_OK_AND_ASSIGN(some, reader.Next(&row));
  EXPECT_EQ(row.raw, "last");
  EXPECT_EQ(row.line, 4);
  PARFOCAL_ASSERT_OK_AND_ASSIGN(some, reader.Next(&row));
  EXPECT_FALSE(some);
}

TEST(DelimitedReaderTest, ARecordAtTheLimitIsReadAndOneBeyondIsNot) {
  const std::string at(kMaxRecordBytes - 1, 'x');
  EXPECT_THAT(Rows(at + "\nnext\n"), ElementsAre(at, "next"));
  const std::vector<std::string> beyond = Rows(at + "x\nnext\n");
  ASSERT_EQ(beyond.size(), 2u);
  EXPECT_EQ(beyond[0][0], '[');
  EXPECT_EQ(beyond[1], "next");
  // Many times the limit, in one line: passed over without being held.
  const std::vector<std::string> huge = Rows(std::string(5 * kMaxRecordBytes, 'y') + "\nnext\n");
  ASSERT_EQ(huge.size(), 2u);
  EXPECT_EQ(huge[1], "next");
}

TEST(DelimitedReaderTest, UnpacksGzipAndNoticesDamage) {
  testing::TempDir dir;
  const std::string path = dir / "t.csv.gz";
  gzFile out = gzopen(path.c_str(), "wb");
  std::string text = "a,b\n";
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, i * 7919 % 10007, ",", i, "\n");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
  auto count = [](const std::string& file) -> absl::StatusOr<int> {
    PARFOCAL_ASSIGN_OR_RETURN(DelimitedReader::Source source, OpenTableFile(file));
    DelimitedReader reader(std::move(source), Dialect::kCsv);
    DelimitedRow row;
    int rows = 0;
    while (true) {
      PARFOCAL_ASSIGN_OR_RETURN(const bool some, reader.Next(&row));
      if (!some) return rows;
      ++rows;
    }
  };
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const int rows, count(path));
  EXPECT_EQ(rows, 20001);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THAT(count(path), StatusIs(absl::StatusCode::kDataLoss, HasSubstr("cut off")));
  EXPECT_THAT(count(dir / "none"), StatusIs(absl::StatusCode::kNotFound));
}

TEST(DelimitedReaderTest, RefusesAPackedBomb) {
  testing::TempDir dir;
  auto pack = [&](size_t bytes) {
    const std::string path = dir / "bomb.gz";
    gzFile out = gzopen(path.c_str(), "wb9");
    const std::string zeros(1 << 20, '0');
    for (size_t done = 0; done < bytes; done += zeros.size()) gzwrite(out, zeros.data(), 1 << 20);
    gzclose(out);
    return path;
  };
  auto read_all = [](const std::string& path) -> absl::Status {
    PARFOCAL_ASSIGN_OR_RETURN(DelimitedReader::Source source, OpenTableFile(path));
    std::string chunk(1 << 18, '\0');
    while (true) {
      PARFOCAL_ASSIGN_OR_RETURN(const size_t n, source(chunk.data(), chunk.size()));
      if (n == 0) return absl::OkStatus();
    }
  };
  // The ratio counts only above 1 MiB.
  EXPECT_THAT(read_all(pack(1 << 20)), testing::IsOk());
  EXPECT_THAT(read_all(pack(4 << 20)), StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace parfocal::idr
