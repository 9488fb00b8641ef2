#include "parfocal/mapping/sssom.h"

#include <zlib.h>

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sssom_text.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;
using testing::Table;

absl::StatusOr<MappingSet> Read(absl::string_view text, SssomReport* report = nullptr,
                                SssomOptions options = {}) {
  SssomReport ignored;
  if (options.name.empty()) options.name = "test";
  return ReadSssom(Table(text), options, report == nullptr ? &ignored : report);
}

std::string Written(const MappingSet& set) {
  std::string text;
  WriteSssom(set, [&](absl::string_view piece) { text.append(piece.data(), piece.size()); });
  return text;
}

constexpr absl::string_view kPlain =
    "#curie_map:\n#  A: http://purl.obolibrary.org/obo/GO_\n#mapping_set_id: http://x.example/set\n"
    "#license: none\n#mapping_date: '2024-01-02'\n#comment: of the set\n"
    "object_id|subject_id|predicate_id|mapping_justification|confidence|comment\n"
    "A:0000001|a:1|skos:exactMatch|semapv:LexicalMatching|0.5|\n"
    "A:0000002|a:2|skos:broadMatch|semapv:LexicalMatching|0|said\n"
    "A:0000003|a:3|skos:exactMatch|semapv:LexicalMatching\n";

TEST(SssomTest, ReadsColumnsInAnyOrderWithTheMetadataInFront) {
  SssomReport report;
  const auto set = Read(kPlain, &report);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->id(), "http://x.example/set");
  EXPECT_EQ(set->info().licence, "none");
  ASSERT_EQ(set->size(), 3u);
  EXPECT_EQ(set->object(0), "GO:0000001");
  EXPECT_EQ(set->subject(0), "a:1");
  EXPECT_EQ(set->relation(1), MappingRelation::kBroad);
  EXPECT_FLOAT_EQ(set->confidence(0), 0.5f);
  EXPECT_FLOAT_EQ(set->confidence(1), 0.0f);
  EXPECT_FLOAT_EQ(set->confidence(2), 1.0f);
  EXPECT_EQ(report.rows, 3);
  EXPECT_EQ(report.accepted, 3);
}

TEST(SssomTest, AValueOfTheSetHoldsForRowsOnlyWhereTheModelSaysSo) {
  const auto set = Read(kPlain);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->Value(0, "mapping_date"), "2024-01-02");
  EXPECT_EQ(set->Value(0, "comment"), "");
  EXPECT_EQ(set->Value(1, "comment"), "said");
}

TEST(SssomTest, MetadataMayHaveABlankBehindTheNumberSignOrNone) {
  for (const char* sign : {"#", "# "}) {
    const auto set = Read(absl::StrCat(
        sign, "curie_map:\n", sign, "  q: http://purl.obolibrary.org/obo/CL_\n", sign,
        "mapping_set_id: s\n", "subject_id|predicate_id|object_id\nq:1|skos:exactMatch|q:2\n"));
    ASSERT_THAT(set, IsOk());
    EXPECT_EQ(set->subject(0), "CL:0000001");
    EXPECT_EQ(set->id(), "s");
  }
}

TEST(SssomTest, OnlyTheDeclaredPrefixGivesTheMeaning) {
  const auto set = Read(
      "#curie_map:\n#  GO: http://games.example/\n#  NCI: http://purl.obolibrary.org/obo/NCIT_\n"
      "subject_id|predicate_id|object_id\nGO:0000001|skos:exactMatch|NCI:C42\n");
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->subject(0), "http://games.example/0000001");
  EXPECT_EQ(set->object(0), "NCIT:C42");
}

TEST(SssomTest, ReadsCrLfAndAByteOrderMarkAndALastLineWithoutEnd) {
  const auto set = Read(
      "\xef\xbb\xbf#mapping_set_id: s\r\nsubject_id|predicate_id|object_id|comment\r\n"
      "a:1|skos:exactMatch|b:1|\r\na:2|skos:exactMatch|b:2|last");
  ASSERT_THAT(set, IsOk());
  ASSERT_EQ(set->size(), 2u);
  EXPECT_EQ(set->id(), "s");
  EXPECT_EQ(set->Value(0, "comment"), "");
  EXPECT_EQ(set->Value(1, "comment"), "last");
}

TEST(SssomTest, LiteralSubjectsAreWords) {
  const auto typed = Read(
      "#subject_type: rdfs literal\nsubject_label|subject_category|predicate_id|object_id\n"
      "\"\"\"one, two\"\"\"|phenotype|skos:closeMatch|GO:0000001\n");
  ASSERT_THAT(typed, IsOk());
  EXPECT_TRUE(typed->literal(0));
  EXPECT_EQ(typed->words(0), "one, two");
  EXPECT_EQ(typed->Value(0, "subject_label"), "\"one, two\"");
  EXPECT_EQ(typed->subject(0), "");
  const auto bare = Read(
      "subject_id|subject_label|predicate_id|object_id\n"
      "|lung|skos:closeMatch|GO:0000001\n");
  ASSERT_THAT(bare, IsOk());
  EXPECT_TRUE(bare->literal(0));
}

TEST(SssomTest, AModifierDenies) {
  const auto set = Read(
      "subject_id|predicate_id|predicate_modifier|object_id\na:1|skos:exactMatch|Not|b:1\n"
      "a:1|skos:exactMatch||b:2\n");
  ASSERT_THAT(set, IsOk());
  EXPECT_TRUE(set->negated(0));
  EXPECT_FALSE(set->negated(1));
}

TEST(SssomTest, OldNamesAndAMissingJustificationAreTranslated) {
  const auto old = Read(
      "subject_id|predicate_id|object_id|match_type\n"
      "a:1|skos:exactMatch|b:1|Unspecified\na:1|skos:exactMatch|b:2|Lexical\n");
  ASSERT_THAT(old, IsOk());
  EXPECT_EQ(old->justification(0), "semapv:UnspecifiedMatching");
  EXPECT_EQ(old->justification(1), "semapv:LexicalMatching");
}

TEST(SssomTest, ReadsTheNineColumnsThatCameBeforeSssom) {
  const auto set = Read(
      "source prefix|source identifier|source name|relation|target prefix|target identifier|"
      "target name|type|source\n"
      "mesh|C1|thing|skos:exactMatch|uniprot|P1|THING|lexical|http://x.example/\n");
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->subject(0), "MESH:C1");
  EXPECT_EQ(set->Value(0, "object_label"), "THING");
  EXPECT_EQ(set->justification(0), "semapv:LexicalMatching");
  EXPECT_EQ(set->relation(0), MappingRelation::kExact);
}

TEST(SssomTest, ListsRowsThatCannotBeUsedWithLineAndReason) {
  SssomReport report;
  const auto set = Read(
      "#mapping_set_id: "
      "s\nsubject_id|subject_label|predicate_id|predicate_modifier|object_id|confidence\n"
      "||skos:exactMatch||b:1|\n"
      "a:1||||b:1|\n"
      "a:1||skos:exactMatch|||\n"
      "a:1||skos:exactMatch|Perhaps|b:1|\n"
      "a:1||skos:exactMatch||b:1|1.5\n"
      "a:1||skos:exactMatch||b:1|nan\n"
      "a:1||skos:exactMatch||b:1|1|more\n"
      "a:\xff||skos:exactMatch||b:1|1\n"
      "a:1||skos:exactMatch||b:1|1\n",
      &report);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(report.rows, 9);
  EXPECT_EQ(report.accepted, 1);
  std::vector<std::string> errors;
  for (const MappingRowError& error : report.errors)
    errors.push_back(absl::StrCat(error.line, ": ", error.reason));
  EXPECT_THAT(errors,
              ElementsAre("3: subject_id and subject_label are empty", "4: predicate_id is empty",
                          "5: object_id is empty", HasSubstr("6: predicate_modifier 'Perhaps'"),
                          HasSubstr("7: confidence '1.5'"), HasSubstr("8: confidence 'nan'"),
                          "9: 7 cells, but the header has 6", "10: is not UTF-8"));
}

TEST(SssomTest, RefusesWhatIsNoTableAndSaysWhy) {
  constexpr struct {
    const char* text;
    const char* says;
  } kBad[] = {
      {"", "no table"},
      {"#mapping_set_id: s\n", "no table"},
      {"{\"mappings\": []}\n", "JSON or RDF"},
      {"<rdf:RDF>\n", "JSON or RDF"},
      {"HP:1|a|MP:1|b|0.5|1\n", "no SSSOM header"},
      {"subject_id|predicate_id\na:1|skos:exactMatch\n", "object_id is not there"},
      {"subject_id|subject_id|predicate_id|object_id\n", "stands twice"},
      {"#a: [\nsubject_id|predicate_id|object_id\n", "line "},
      {"#just words\nsubject_id|predicate_id|object_id\n", "key: value"},
  };
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.text);
    const auto set = Read(row.text);
    ASSERT_THAT(set, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(ReasonOf(set.status()), "MAPPING_SET");
    EXPECT_THAT(std::string(set.status().message()), HasSubstr(row.says));
  }
}

TEST(SssomTest, SeparateMetadataGoOverTheBlockKeyByKey) {
  SssomOptions options;
  options.metadata = "mapping_set_id: other\nmapping_set_title: T\n";
  const auto set = Read(kPlain, nullptr, options);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->id(), "other");
  EXPECT_EQ(set->info().title, "T");
  EXPECT_EQ(set->object(0), "GO:0000001");
  const auto again = Read(Written(*set));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->id(), "other");
  EXPECT_EQ(again->info().title, "T");
  EXPECT_EQ(again->object(0), "GO:0000001");
}

TEST(SssomTest, ATableWithoutHeaderIsReadAsDeclaredAndWrittenWithAHeader) {
  SssomOptions options;
  options.metadata =
      "columns: [subject_id, object_id, ext_score]\npredicate_id: skos:relatedMatch\n"
      "mapping_set_id: s\n";
  const auto set = Read("MP:0000001|HP:0000001|0.7\nMP:0000002|HP:0000002\n", nullptr, options);
  ASSERT_THAT(set, IsOk());
  ASSERT_EQ(set->size(), 2u);
  EXPECT_EQ(set->relation(1), MappingRelation::kRelated);
  EXPECT_EQ(Written(*set), Table("#mapping_set_id: s\nsubject_id|object_id|ext_score|predicate_id\n"
                                 "MP:0000001|HP:0000001|0.7|skos:relatedMatch\n"
                                 "MP:0000002|HP:0000002||skos:relatedMatch\n"));
}

TEST(SssomTest, MetadataOfAFileMayLieBesideIt) {
  const testing::TempDir dir;
  std::ofstream(dir / "m.sssom.tsv")
      << Table("subject_id|predicate_id|object_id\na:1|skos:exactMatch|b:1\n");
  std::ofstream(dir / "m.yml") << "mapping_set_id: beside\nlicense: x\n";
  SssomReport report;
  const auto set = ReadSssomFile(dir / "m.sssom.tsv", {}, &report);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->id(), "beside");
  EXPECT_THAT(ReadSssomFile(dir / "none.tsv", {}, &report), StatusIs(absl::StatusCode::kNotFound));
}

TEST(SssomTest, ReadsGzip) {
  const testing::TempDir dir;
  const std::string path = dir / "g.sssom.tsv.gz";
  gzFile file = gzopen(path.c_str(), "wb");
  const std::string text = Table(kPlain);
  ASSERT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())),
            static_cast<int>(text.size()));
  gzclose(file);
  SssomReport report;
  const auto set = ReadSssomFile(path, {}, &report);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->size(), 3u);
}

TEST(SssomTest, WritesEveryColumnBackIncludingExtensions) {
  const std::string text = Table(
      "#curie_map:\n#  A: http://purl.obolibrary.org/obo/GO_\n#extension_definitions:\n"
      "#  - slot_name: ext_x\n#    property: http://x.example/p\n#mapping_set_id: s\n#ext_set: v\n"
      "subject_id|predicate_id|object_id|ext_x|observable?|match_string\n"
      "A:1|skos:exactMatch|b:1|1|#N/A|\"\"\"quoted\"\" "
      "first\"\nA:2|skos:exactMatch|b:2|||a\\\\b\n");
  const auto set = Read(text);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->Value(0, "match_string"), "\"quoted\" first");
  EXPECT_EQ(Written(*set), text);
}

TEST(SssomTest, AQuotedCellMayHoldATab) {
  SssomReport report;
  const auto set = ReadSssom(
      "subject_id\tpredicate_id\tobject_id\tcomment\na:1\tskos:exactMatch\tb:1\t\"x\ty\"\n",
      {.name = "t"}, &report);
  ASSERT_THAT(set, IsOk());
  EXPECT_EQ(set->Value(0, "comment"), "x\ty");
  EXPECT_THAT(Written(*set), HasSubstr("\t\"x\ty\"\n"));
}

TEST(SssomTest, SeveralValuesAreDividedByBars) {
  EXPECT_THAT(SplitSssomValues("a| b |c\\|d|"), ElementsAre("a", "b", "c|d"));
}

TEST(SssomTest, TheObjectMaySayThatNoTermExists) {
  const auto set = Read(
      "subject_id|subject_label|predicate_id|object_id\n"
      "a:1|x|skos:exactMatch|sssom:NoTermFound\n|y|skos:exactMatch|sssom:NoMapping\n");
  ASSERT_THAT(set, IsOk());
  EXPECT_TRUE(set->no_term(0));
  EXPECT_TRUE(set->no_term(1));
  EXPECT_EQ(set->object(0), "");
}

TEST(SssomTest, LimitsHoldAtTheLimitAndNotOneBeyond) {
  const std::string header = "subject_id|predicate_id|object_id\n";
  const auto with = [&](const std::string& text, const std::function<void(SssomLimits*)>& set) {
    SssomOptions options;
    set(&options.limits);
    return Read(text, nullptr, options).status();
  };
  const auto limit_of = [](const absl::Status& status) {
    return ReasonOf(status) == "LIMIT_EXCEEDED" ? FieldOf(status) : status.ToString();
  };
  const std::string row = "a:1|skos:exactMatch|b:1\n";
  EXPECT_THAT(with(header + row + row, [](auto* l) { l->rows = 2; }), IsOk());
  EXPECT_EQ(limit_of(with(header + row + row + row, [](auto* l) { l->rows = 2; })), "content");
  EXPECT_THAT(with(header + row, [&](auto* l) { l->line_bytes = header.size() - 1; }), IsOk());
  EXPECT_EQ(limit_of(with(header + row, [&](auto* l) { l->line_bytes = header.size() - 2; })),
            "content");
  EXPECT_THAT(with("#a: b\n" + header, [](auto* l) { l->metadata_bytes = 5; }), IsOk());
  EXPECT_EQ(limit_of(with("#a: b\n" + header, [](auto* l) { l->metadata_bytes = 4; })), "content");
  EXPECT_THAT(with(header, [](auto* l) { l->columns = 3; }), IsOk());
  EXPECT_EQ(limit_of(with(header, [](auto* l) { l->columns = 2; })), "content");
  const std::string all = header + row;
  EXPECT_THAT(with(all, [&](auto* l) { l->file_bytes = static_cast<int64_t>(all.size()); }),
              IsOk());
  EXPECT_THAT(with(all, [&](auto* l) { l->file_bytes = static_cast<int64_t>(all.size()) - 1; }),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(SssomTest, AStoredFormThatIsDamagedIsRefusedAtEveryLength) {
  const auto set = Read(kPlain);
  ASSERT_THAT(set, IsOk());
  const std::string stored = set->Encode();
  EXPECT_THAT(MappingSet::Decode(stored), IsOk());
  for (size_t size = 0; size < stored.size(); ++size)
    EXPECT_THAT(MappingSet::Decode(stored.substr(0, size)), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace parfocal
