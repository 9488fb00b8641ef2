#include "parfocal/definition/definition.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "support/status_matchers.h"

namespace parfocal::definition {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

constexpr char kWhole[] = R"(
name: Example
protocol: json-rest
licence: CC0
deletion: two-lists
politeness: {pause_ms: 5}
maps:
  place:
    er: {id: GO:0005783}
    Nothing Much: {nothing: true}
    old: new
study:
  publisher: Example
  statements:
    - {field: organism, value: Mus musculus, id: NCBITaxon:10090}
feeds:
  - name: one
    files: ["*.json"]
    records: response/docs
    paging: {kind: offset, parameter: start, size_parameter: rows, size: 50}
    when: [{value: "{type}", is: image}]
    joins:
      - {name: more, files: more.json, here: "{id}", there: "{of}", required: true}
    repeats: number
    study:
      accession: "{id}"
      title: ["{title}", "{id}"]
      people: [{each: authors, name: "{name}", orcid: "{orcid}"}]
    sets:
      - id: "x/{n}"
        each: images
        control: {value: "{group}", words: {control: negative}}
        extents: {x: "{width}", pixel_x: "{size}", unit: nm}
        observations:
          - {kind: localisation, value: "{where}", map: place}
)";

TEST(DefinitionTest, ReadsEveryPart) {
  const absl::StatusOr<SourceDefinition> read = ParseDefinition(kWhole, "example.yaml");
  ASSERT_THAT(read, IsOk());
  EXPECT_EQ(read->name, "Example");
  EXPECT_EQ(read->deletion, DeletionRule::kTwoLists);
  EXPECT_EQ(read->pause_ms, 5);
  EXPECT_EQ(read->maps.at("place").at("er").id, "GO:0005783");
  EXPECT_TRUE(read->maps.at("place").at("nothing much").nothing);
  EXPECT_EQ(read->maps.at("place").at("old").value, "new");
  ASSERT_EQ(read->feeds.size(), 1u);
  const FeedRule& feed = read->feeds[0];
  EXPECT_EQ(feed.records, "response/docs");
  EXPECT_EQ(feed.paging.kind, PagingKind::kOffset);
  EXPECT_EQ(feed.paging.size, 50);
  EXPECT_EQ(feed.repeats, RepeatRule::kNumber);
  EXPECT_TRUE(feed.joins[0].required);
  EXPECT_EQ(feed.study.title.any_of.size(), 2u);
  EXPECT_EQ(feed.sets[0].observations[0].kind, ObservationKind::kLocalisation);
  EXPECT_EQ(feed.sets[0].pixel_unit, "nm");
}

TEST(DefinitionTest, NamesTheLineOfTheMistake) {
  // `#` is where the mistake is put in.
  constexpr char kFrame[] =
      "protocol: table\nfeeds:\n  - name: a\n    files: a.csv\n    study: {accession: \"{id}\"}\n";
  const struct {
    std::string text;
    const char* why;
  } kBad[] = {
      {absl::StrCat(kFrame, "surprise: 1\n"), "d.yaml:6: unknown key 'surprise'"},
      {absl::StrCat(kFrame, "    surprise: 1\n"),
       "d.yaml:6: unknown key 'surprise' in a feed; known: "},
      {absl::StrCat(kFrame, "    name: b\n"), "d.yaml:6: the key 'name' stands twice"},
      {absl::StrCat(kFrame, "    repeats: maybe\n"),
       "d.yaml:6: must be one of: first, number, reject"},
      {absl::StrCat(kFrame, "    records: x\n"), "a table has no 'records'"},
      {absl::StrCat(kFrame, "    sets: [{block: x}]\n"), "d.yaml:6: a set needs 'id'"},
      {absl::StrCat(kFrame, "    sets: [{id: \"{x\"}]\n"),
       "d.yaml:6: template: the brace at byte 0"},
      {absl::StrCat(kFrame, "    paging: {kind: link}\n"),
       "d.yaml:6: this kind of paging needs 'next'"},
      {absl::StrCat(kFrame, "    paging: {kind: page}\n"), "needs 'parameter'"},
      {absl::StrCat(kFrame, "    when: [{is: x}]\n"), "a condition needs 'value'"},
      {absl::StrCat(kFrame, "    joins: [{name: x}]\n"), "a join needs"},
      {absl::StrCat(kFrame,
                    "    sets: [{id: x, statements: [{field: gene, value: a, map: none}]}]\n"),
       "there is no value map 'none'"},
      {absl::StrCat(
           kFrame,
           "    sets: [{id: x, statements: [{field: gene, value: a, pattern: \"{id}\"}]}]\n"),
       "'pattern' must hold"},
      {absl::StrCat(kFrame, "politeness: {pause_ms: -1}\n"), "must be a number from 0"},
      {absl::StrCat(kFrame, "maps: {m: {a: 1, A: 2}}\n"), "the word stands twice"},
      {absl::StrCat(kFrame, "  - {name: a, files: b, study: {accession: x}}\n"),
       "two feeds are called a"},
      {"protocol: gopher\n",
       "d.yaml:1: protocol 'gopher' is not known; there are: json-rest, xml-rest"},
      {"protocol: oai-pmh\nfeeds: [{name: f, files: a}]\n", "no 'feeds'"},
      {"protocol: table\noptions: {set: a}\n", "'options' are for oai-pmh"},
      {"protocol: table\nfeeds: [{name: f, files: a, detail: {tag: x}}]\n", "detail needs 'path'"},
      {"protocol: table\nfeeds: [{name: f, paging: {kind: page, parameter: p, window_days: 3}}]\n",
       "windows need 'window_first'"},
      {"protocol: gopher\n", "d.yaml:1: protocol 'gopher' is not known"},
      {"protocol: table\nfeeds: [{name: a, files: b}]\n", "no 'accession'"},
      {"protocol: table\n", "needs 'feeds'"},
      {"feeds: []\n", "needs 'protocol'"},
      {"a: [1\n", "d.yaml:"},
      {"- a\n", "d.yaml:1: the definition must be a mapping"},
      {"", "the definition must be a mapping"},
  };
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.text);
    EXPECT_THAT(ParseDefinition(row.text, "d.yaml"),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.why)));
  }
  EXPECT_THAT(ParseDefinition(kFrame, "d.yaml"), IsOk());
}

TEST(DefinitionTest, IsBounded) {
  std::string text = kWhole;
  text.resize(kMaxDefinitionBytes, '\n');
  EXPECT_THAT(ParseDefinition(text, "d.yaml"), IsOk());
  text += '\n';
  EXPECT_THAT(ParseDefinition(text, "d.yaml"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("at most")));
}

TEST(DefinitionTest, EveryDefinitionThatIsShippedCanBeRead) {
  int read = 0;
  for (const auto& file :
       std::filesystem::directory_iterator(PARFOCAL_SOURCE_DIR "/deploy/sources")) {
    // The rules of the connector idr are no source definition.
    if (file.path().filename() == "idr.yaml") continue;
    SCOPED_TRACE(file.path().string());
    EXPECT_THAT(LoadDefinition(file.path().string()), IsOk());
    ++read;
  }
  EXPECT_GE(read, 3);
  EXPECT_THAT(LoadDefinition("/nowhere.yaml"), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace parfocal::definition
