// Tables of terms, read by the layout that their first line fits.
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ontology/rdf/read_text.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::Outcome;
using ::testing::SizeIs;
using testing::StatusIs;

constexpr char kLayouts[] =
    "# a comment\n"
    "\n"
    "lines\tonly\ttype\tequals=Class\n"
    "lines\tid\tid\n"
    "lines\tlabel\tname\n"
    "lines\tsynonym\tother\tscope=related; separator=|; language=@lang\n"
    "lines\tparent\tabove\tseparator=|\n"
    "lines\tparent_label\tkind\n"
    "lines\tdefinition\ttext\n"
    "lines\txref\tsee\tseparator=|\n"
    "lines\treplaced_by\tinstead\n"
    "lines\tobsolete\tstate\tequals=gone\n"
    "lines\tobsolete\tname\tbegins=obsolete\n"
    "lines\trelation\tfrom\tpredicate=in_taxon; among=NCBITaxon,EX\n"
    "lines\tlabel_begins\tbig dog\tpredicate=in_taxon; target=EX:0000009\n"
    "lines\tlabel_begins\tbig\tpredicate=size; target=EX:0000008\n"
    "bare\theadless\tEX:\tcolumns=2\n"
    "bare\tid\t#1\n"
    "bare\tlabel\t#2\n";

Outcome Read(absl::string_view text, const ReadLimits& limits = ReadLimits(),
             absl::string_view layouts = kLayouts) {
  auto tables = TableLayouts::Parse(layouts, "layouts.tsv");
  EXPECT_THAT(tables, IsOk());
  return testing::Read(text, limits, &*tables);
}

constexpr char kHead[] =
    "id\ttype\tname\tother\tlang\tabove\tkind\ttext\tsee\tinstead\tstate\tfrom\n";

TEST(TableReaderTest, EveryUseOfAColumn) {
  Outcome out = Read(absl::StrCat(
      kHead,
      "EX:1\tClass\tbig dog line\teins| uno ||\tde\tEX:7|EX:8\tsmall\t\"A \"\"big\"\" one\"\t"
      "A:1|B:2\tEX:5\tgone\tEX:0000003\r\n",
      "EX:1\tClass\tsecond name\tdrei\tit\t\t\t\t\t\t\t\n"
      "EX:2\tClass\tsmall\t\t\t\t\t\t\t\t\tHomo sapiens\n"
      "EX:3\tProperty\tno class\t\t\t\t\t\t\t\t\t\n"
      "\n"
      "EX:4\tClass\tobsolete one\t\t\t\tnowhere\t\t\t\t\t\n"
      "EX:5\tClass\tsmall\t\t\t\tsmall\t\t\t\t\t\n"));
  ASSERT_THAT(out.report, IsOk());
  EXPECT_EQ(out.report->format, OntologyFormat::kTable);
  EXPECT_EQ(out.report->ontology, "lines");
  EXPECT_EQ(out.report->rows, 6);
  EXPECT_EQ(out.report->classes, 4);
  EXPECT_EQ(out.report->relations, 3);
  const ParsedTerm& one = out.terms["EX:1"];
  EXPECT_EQ(one.label, "big dog line");
  ASSERT_THAT(one.synonyms, SizeIs(4));
  EXPECT_EQ(one.synonyms[0].text, "eins");
  EXPECT_EQ(one.synonyms[0].scope, SynonymScope::kRelated);
  EXPECT_EQ(one.synonyms[0].language, "de");
  EXPECT_EQ(one.synonyms[1].text, "uno");
  EXPECT_EQ(one.synonyms[2].text, "second name");
  EXPECT_EQ(one.synonyms[2].scope, SynonymScope::kExact);
  EXPECT_EQ(one.synonyms[3].language, "it");
  EXPECT_EQ(one.definition, "A \"big\" one");
  EXPECT_THAT(one.xrefs, ElementsAre("A:1", "B:2"));
  EXPECT_EQ(one.replaced_by, "EX:5");
  EXPECT_TRUE(one.obsolete);
  // By id, and by the label that two later rows have.
  std::vector<std::string> parents;
  for (const ParsedEdge& edge : one.parents) parents.push_back(edge.parent);
  EXPECT_THAT(parents, ElementsAre("EX:7", "EX:8", "EX:2", "EX:5"));
  // The longest beginning holds, and only it.
  EXPECT_THAT(one.relations,
              ElementsAre(ParsedRelation{"in_taxon", "EX:0000009", "", {}},
                          ParsedRelation{"in_taxon", "EX:0000003", "", {"NCBITaxon", "EX"}}));
  EXPECT_THAT(out.terms["EX:2"].relations,
              ElementsAre(ParsedRelation{"in_taxon", "", "Homo sapiens", {"NCBITaxon", "EX"}}));
  EXPECT_FALSE(out.terms["EX:2"].obsolete);
  EXPECT_TRUE(out.terms["EX:4"].obsolete);
  ASSERT_THAT(out.terms["EX:5"].parents, SizeIs(1));  // Not itself.
  EXPECT_THAT(out.report->warnings, ElementsAre(HasSubstr("labels that no row has ('nowhere')"),
                                                HasSubstr("labels that several rows have")));
}

TEST(TableReaderTest, ATableWithoutAHeaderIsKnownByItsFirstCell) {
  Outcome out = Read("EX:1\tone\nEX:2\ttwo\n");
  ASSERT_THAT(out.report, IsOk());
  EXPECT_EQ(out.terms["EX:1"].label, "one");
  EXPECT_EQ(out.report->rows, 2);
  EXPECT_THAT(Read("EX:1\tone\tmore\n").report, StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(TableReaderTest, RowsThatAreTooShortArePassedOver) {
  Outcome out = Read("EX:1\tone\nEX:2\n\tno id\nEX:3\tthree\tand more\n");
  ASSERT_THAT(out.report, IsOk());
  EXPECT_THAT(out.terms, SizeIs(2));
  EXPECT_THAT(out.report->warnings, ElementsAre(HasSubstr("1 rows have fewer columns")));
}

TEST(TableReaderTest, AnUnknownTableIsRefusedByItsColumns) {
  EXPECT_THAT(Read("a\tb\n1\t2\n").report,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("(a, b)")));
  // The layout with the most columns holds.
  Outcome out =
      Read("id\tname\nEX:1\tone\n", ReadLimits(), "few\tid\tid\nmore\tid\tid\nmore\tlabel\tname\n");
  EXPECT_EQ(out.report->ontology, "more");
}

TEST(TableReaderTest, LimitsHold) {
  ReadLimits limits;
  limits.line_bytes = 20;
  limits.classes = 2;
  limits.synonyms_per_term = 1;
  const std::string fits = "EX:1\t" + std::string(15, 'a') + "\n";
  Outcome out = Read(fits, limits);
  ASSERT_THAT(out.report, IsOk());
  EXPECT_EQ(out.terms["EX:1"].label.size(), 15u);
  out = Read("EX:2\tb\n" + std::string("EX:1\t") + std::string(16, 'a') + "\n", limits);
  EXPECT_THAT(out.terms, SizeIs(1));
  EXPECT_THAT(out.report->warnings, ElementsAre(HasSubstr("longer than 20")));
  EXPECT_THAT(Read("EX:1\ta\nEX:2\tb\n", limits).report, IsOk());
  EXPECT_THAT(Read("EX:1\ta\nEX:2\tb\nEX:3\tc\n", limits).report,
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("2 classes")));
  EXPECT_THAT(Read("EX:1\ta\nEX:1\tb\n", limits).report, IsOk());
  EXPECT_THAT(Read("EX:1\ta\nEX:1\tb\nEX:1\tc\n", limits).report,
              StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("synonyms")));
}

TEST(TableLayoutsTest, MistakesAreToldWithTheirLine) {
  const struct {
    const char* text;
    const char* message;
  } kBad[] = {
      {"t\tid\n", "layouts.tsv:1: expected table, use, column"},
      {"t\tid\tid\nt\tcolour\tc\n", "layouts.tsv:2: unknown use 'colour'"},
      {"t\tid\tid\tcolour=red\n", "unknown setting 'colour' of id"},
      {"t\tid\tid\tcolour\n", "'colour' is no key=value"},
      {"t\tid\tid\nt\tid\tother\n", "layouts.tsv:2: a second id"},
      {"t\tlabel\tname\n", "table t has no id"},
      {"t\tid\t#1\n", "needs a headless line"},
      {"t\tid\tid\nt\tonly\tx\n", "needs equals"},
      {"t\tid\tid\nt\trelation\tx\n", "needs predicate"},
      {"t\tid\tid\nt\tlabel_begins\tx\tpredicate=p\n", "needs predicate=NAME; target=ID"},
      {"t\tid\tid\nt\theadless\tx\tcolumns=0\n", "needs columns=N"},
      {"t\tid\tid\nt\tsynonym\tx\tscope=best\n", "scope=best"},
      {"\tid\tid\n", "must not be empty"},
  };
  for (const auto& bad : kBad) {
    SCOPED_TRACE(bad.text);
    EXPECT_THAT(TableLayouts::Parse(bad.text, "layouts.tsv"),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(bad.message)));
  }
  EXPECT_THAT(TableLayouts::Load("/nowhere/layouts.tsv"), StatusIs(absl::StatusCode::kNotFound));
}

TEST(TableLayoutsTest, SizeIsBounded) {
  std::string lines = "t\tid\tid\n";
  for (int i = 2; i < 10'000; ++i) lines += "#\n";
  EXPECT_THAT(TableLayouts::Parse(lines, "x"), IsOk());  // With the empty one at the end 10,000.
  EXPECT_THAT(TableLayouts::Parse(lines + "#\n", "x"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("10000 lines")));
  std::string bytes = "t\tid\tid\n#";
  bytes.resize(1 << 20, ' ');
  EXPECT_THAT(TableLayouts::Parse(bytes, "x"), IsOk());
  EXPECT_THAT(TableLayouts::Parse(bytes + " ", "x"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most 1048576")));
}

// The layouts that come with the node.
TEST(TableLayoutsTest, TheDeployedOnesParse) {
  auto layouts = TableLayouts::Load(std::string(PARFOCAL_SOURCE_DIR) +
                                    "/deploy/vocabulary/ontology-tables.tsv");
  ASSERT_THAT(layouts, IsOk());
  EXPECT_GE(layouts->layouts().size(), 6u);
  EXPECT_NE(layouts->fingerprint(), TableLayouts().fingerprint());
  EXPECT_THAT(TableLayouts().layouts(), IsEmpty());
}

}  // namespace
}  // namespace parfocal
