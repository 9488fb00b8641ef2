#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "services/cli/fake_node.h"
#include "support/temp_dir.h"

namespace parfocal::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class CliTest : public ::testing::Test {
 protected:
  // No byte but line ends may be a control character.
  static void ExpectHarmless(const std::string& text) {
    for (unsigned char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c != 0x7f)) << text;
  }
  static int Lines(const std::string& text) {
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  v1::Study& AddStudy(const std::string& name, const std::string& title) {
    v1::Study& study = *node_.catalogue.records[name].mutable_study();
    study.set_name(name);
    study.set_title(title);
    return study;
  }

  FakeNode node_;
};

// Every command, and what only it prints: none may be without help and example.
TEST_F(CliTest, EveryCommandHasHelpWithAnExample) {
  const std::vector<std::vector<std::string>> kCommands = {{},
                                                           {"source"},
                                                           {"source", "add"},
                                                           {"source", "update"},
                                                           {"source", "list"},
                                                           {"source", "show"},
                                                           {"source", "remove"},
                                                           {"harvest"},
                                                           {"runs"},
                                                           {"rejections"},
                                                           {"search"},
                                                           {"show"},
                                                           {"export"},
                                                           {"terms"},
                                                           {"terms", "show"},
                                                           {"terms", "search"},
                                                           {"terms", "ancestors"},
                                                           {"terms", "descendants"},
                                                           {"terms", "resolve"},
                                                           {"genes"},
                                                           {"genes", "images"},
                                                           {"genes", "resolve"},
                                                           {"genes", "show"},
                                                           {"mappings"},
                                                           {"mappings", "import"},
                                                           {"mappings", "export"},
                                                           {"mappings", "sets"},
                                                           {"mappings", "list"},
                                                           {"mappings", "accept"},
                                                           {"mappings", "reject"},
                                                           {"phenotype"},
                                                           {"phenotype", "genes"},
                                                           {"phenotype", "compounds"},
                                                           {"phenotype", "terms"},
                                                           {"phenotype", "coverage"},
                                                           {"phenotype", "unattributed"},
                                                           {"phenotype", "evidence"},
                                                           {"phenotype", "profile"},
                                                           {"phenotype", "similar"},
                                                           {"phenotype", "compare"},
                                                           {"phenotype", "enrich"},
                                                           {"phenotype", "network"},
                                                           {"ontology"},
                                                           {"ontology", "load"},
                                                           {"ontology", "list"},
                                                           {"status"},
                                                           {"index"},
                                                           {"index", "rebuild"},
                                                           {"index", "check"},
                                                           {"checkpoint"},
                                                           {"completion"}};
  for (std::vector<std::string> command : kCommands) {
    const std::string path = absl::StrJoin(command, " ");
    SCOPED_TRACE(path);
    command.push_back("--help");
    std::ostringstream out;
    std::ostringstream err;
    Screen screen;
    screen.out = &out;
    screen.err = &err;
    EXPECT_EQ(RunCommandLine(command, screen), kOk);
    EXPECT_THAT(out.str(), HasSubstr(absl::StrCat("Example:\n  ")));
    const size_t example = out.str().find("Example:");
    EXPECT_THAT(out.str().substr(example), HasSubstr(absl::StrCat("parfocal ", path)));
    EXPECT_EQ(err.str(), "");
  }
}

TEST_F(CliTest, WrongCommandLinesAreTwo) {
  const std::vector<std::vector<std::string>> kWrong = {
      {},
      {"nonsense"},
      {"source"},
      {"source", "add", "x"},
      {"harvest"},
      {"search", "--level", "plate"},
      {"search", "--nonsense"},
      {"search", "--page-size", "many"},
      {"export", "--format", "xml"},
      {"export", "--columns", "organsim"},
      {"completion", "tcsh"},
      {"source", "update", "first"},
      {"source", "add", "x", "--connector", "idr", "--location", "/x", "--option", "novalue"},
      {"status", "--timeout", "0"}};
  for (const auto& wrong : kWrong) {
    SCOPED_TRACE(absl::StrJoin(wrong, " "));
    const Output output = node_.Run(wrong);
    EXPECT_EQ(output.code, kUsage);
    EXPECT_THAT(output.err, StartsWith("parfocal: "));
    EXPECT_EQ(Lines(output.err), 1) << output.err;
    EXPECT_EQ(output.out, "");
  }
}

TEST_F(CliTest, AnUnknownColumnIsNamedWithItsNeighbours) {
  EXPECT_THAT(node_.Run({"export", "--columns", "organsim"}).err, HasSubstr("organism"));
}

TEST_F(CliTest, NobodyThereIsThree) {
  std::ostringstream out;
  std::ostringstream err;
  Screen screen;
  screen.out = &out;
  screen.err = &err;
  // Port 1 of loopback: nothing listens there.
  EXPECT_EQ(RunCommandLine({"status", "--node", "127.0.0.1:1"}, screen), kUnreachable);
  EXPECT_THAT(err.str(), HasSubstr("127.0.0.1:1"));
  EXPECT_THAT(err.str(), HasSubstr("deploy/run.sh"));
  EXPECT_EQ(Lines(err.str()), 1);
}

TEST_F(CliTest, RefusalsAreFourWithReasonFieldAndWayOut) {
  node_.search.failure =
      Refusal(grpc::StatusCode::INVALID_ARGUMENT, "filter: unclosed quote at byte 7\x1b[2J",
              "FILTER_SYNTAX", "filter");
  const Output output = node_.Run({"search", "--filter", "x"});
  EXPECT_EQ(output.code, kRefused);
  EXPECT_EQ(output.err,
            "parfocal: search: filter: unclosed quote at byte 7\\x1b[2J [FILTER_SYNTAX filter]: "
            "parfocal search --help shows filters\n");
}

TEST_F(CliTest, OverloadIsARefusalAndNotAnAbsentNode) {
  node_.search.failure = Refusal(grpc::StatusCode::UNAVAILABLE, "busy", "OVERLOADED");
  EXPECT_EQ(node_.Run({"search", "x"}).code, kRefused);
}

TEST_F(CliTest, AMissingThingIsOne) {
  EXPECT_EQ(node_.Run({"show", "first/nothing"}).code, kNotComplete);
  EXPECT_EQ(node_.Run({"source", "show", "nowhere"}).code, kNotComplete);
  EXPECT_EQ(node_.Run({"terms", "show", "EX:9999999"}).code, kNotComplete);
  EXPECT_EQ(node_.Run({"terms", "search", "unheard"}).code, kNotComplete);
}

TEST_F(CliTest, SourcesAreListedOverAllPages) {
  const Output output = node_.Run({"source", "list"});
  EXPECT_EQ(output.code, kOk);
  EXPECT_THAT(output.out, HasSubstr("first"));
  EXPECT_THAT(output.out, HasSubstr("second"));
  v1::ListSourcesResponse response;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  node_.Run({"source", "list", "--json"}).out, &response)
                  .ok());
  EXPECT_EQ(response.sources_size(), 2);
}

TEST_F(CliTest, SourceAddMakesTheLocationAbsolute) {
  EXPECT_EQ(node_
                .Run({"source", "add", "third", "--connector", "idr", "--location", "some/../place",
                      "--title", "T", "--option", "a=b=c", "--option", "d="})
                .code,
            kOk);
  const v1::Source& source = node_.harvest.sources["sources/third"];
  EXPECT_EQ(source.location(), (std::filesystem::current_path() / "place").string());
  EXPECT_EQ(source.options().at("a"), "b=c");
  EXPECT_EQ(source.options().at("d"), "");
  EXPECT_EQ(node_.Run({"source", "add", "third", "--connector", "idr", "--location", "/x"}).code,
            kRefused);
  EXPECT_EQ(node_
                .Run({"source", "add", "web", "--connector", "ro-crate", "--location",
                      "https://a.example/x"})
                .code,
            kOk);
  EXPECT_EQ(node_.harvest.sources["sources/web"].location(), "https://a.example/x");
}

TEST_F(CliTest, SourceUpdateSendsOnlyWhatChanges) {
  EXPECT_EQ(node_.Run({"source", "update", "first", "--title", "New"}).code, kOk);
  ASSERT_EQ(node_.harvest.last_update.update_mask().paths_size(), 1);
  EXPECT_EQ(node_.harvest.last_update.update_mask().paths(0), "title");
}

TEST_F(CliTest, SearchSendsWhatItIsTold) {
  // Options stand before or behind, the query may be empty, and may look like anything.
  for (const char* query : {"", "light sheet", "[a,b]", "status", "\"a phrase\" AND x*"}) {
    SCOPED_TRACE(query);
    EXPECT_EQ(node_
                  .Run({"--json",
                        "search",
                        query,
                        "--filter",
                        "organism = \"Mus musculus\"",
                        "--facet",
                        "organism",
                        "--facet",
                        "imaging_method",
                        "--facet-limit",
                        "7",
                        "--facet-offset",
                        "9",
                        "--level",
                        "imageset",
                        "--page-size",
                        "3",
                        "--page-token",
                        "t",
                        "--order-by",
                        "title",
                        "--explain",
                        "--snippets"})
                  .code,
              kOk);
    const v1::SearchRequest& sent = node_.search.last;
    EXPECT_EQ(sent.query(), query);
    EXPECT_EQ(sent.filter(), "organism = \"Mus musculus\"");
    ASSERT_EQ(sent.facets_size(), 2);
    EXPECT_EQ(sent.facets(1).field(), "imaging_method");
    EXPECT_EQ(sent.facets(1).limit(), 7);
    EXPECT_EQ(sent.facets(1).offset(), 9);
    EXPECT_EQ(sent.level(), v1::IMAGE_SET);
    EXPECT_EQ(sent.page_size(), 3);
    EXPECT_EQ(sent.page_token(), "t");
    EXPECT_EQ(sent.order_by(), "title");
    EXPECT_TRUE(sent.explain() && sent.snippets());
  }
}

TEST_F(CliTest, SearchAsksForTablesHistogramsTreesAndLikeness) {
  v1::SearchResponse& answer = node_.search.answer;
  v1::Correction* correction = answer.add_did_you_mean();
  correction->set_text("mosue");
  correction->set_query("mouse\x1b[2J");
  v1::Table* table = answer.add_tables();
  table->set_row_field("organism");
  table->add_columns()->set_value("one");
  v1::TableRow* row = table->add_rows();
  row->mutable_value()->set_label("Mus");
  row->add_counts(1234);
  v1::HistogramBin* bin = answer.add_histograms()->add_bins();
  bin->set_label("2020");
  bin->set_count(7);
  v1::FacetValue* value = answer.add_facets()->add_values();
  value->set_label("below");
  value->set_depth(2);
  const Output output = node_.Run(
      {"search", "mosue", "--exact", "--similar-to", "first/A1", "--table",
       "attribute[\"a,b\"],source", "--histogram", "attribute[\"a:b\"]:2.5", "--histogram", "year",
       "--months", "--facet", "organism", "--facet-sort", "tree", "--facet-contains", "mus"});
  EXPECT_EQ(output.code, kOk) << output.err;
  ExpectHarmless(output.out);
  EXPECT_THAT(output.out, HasSubstr("Did you mean: mouse"));
  EXPECT_THAT(output.out, HasSubstr("1,234"));
  EXPECT_THAT(output.out, HasSubstr("2020"));
  EXPECT_THAT(output.out, HasSubstr("    below"));
  const v1::SearchRequest& sent = node_.search.last;
  EXPECT_TRUE(sent.exact());
  EXPECT_EQ(sent.similar_to(), "sources/first/studies/A1");
  ASSERT_EQ(sent.tables_size(), 1);
  EXPECT_EQ(sent.tables(0).row_field(), "attribute[\"a,b\"]");
  EXPECT_EQ(sent.tables(0).column_field(), "source");
  ASSERT_EQ(sent.histograms_size(), 2);
  EXPECT_EQ(sent.histograms(0).field(), "attribute[\"a:b\"]");
  EXPECT_EQ(sent.histograms(0).width(), 2.5);
  EXPECT_TRUE(sent.histograms(1).months());
  EXPECT_EQ(sent.facets(0).sort(), v1::FacetSpec::BY_TREE);
  EXPECT_EQ(sent.facets(0).contains(), "mus");
  const std::vector<std::vector<std::string>> refused = {{"search", "--table", "organism"},
                                                         {"search", "--histogram", "year:0"},
                                                         {"search", "--histogram", "year:x"},
                                                         {"search", "--facet-sort", "colour"}};
  for (const std::vector<std::string>& wrong : refused) {
    EXPECT_EQ(node_.Run(wrong).code, kUsage) << wrong[2];
  }
}

TEST_F(CliTest, SuggestionsAndKeptAnswersAreShown) {
  v1::Suggestion* suggestion = node_.search.suggestions.add_suggestions();
  suggestion->set_text("mouse\x1b");
  suggestion->set_kind(v1::Suggestion::SYNONYM);
  suggestion->set_filter("organism = \"EX:1\"");
  Output output = node_.Run({"suggest", "mo", "--filter", "f", "--query", "q", "--everything"});
  EXPECT_EQ(output.code, kOk);
  ExpectHarmless(output.out);
  EXPECT_THAT(output.out, HasSubstr("synonym"));
  EXPECT_EQ(node_.search.last_suggest.filter(), "f");
  EXPECT_EQ(node_.search.last_suggest.query(), "q");
  EXPECT_TRUE(node_.search.last_suggest.everything());
  node_.search.suggestions.clear_suggestions();
  EXPECT_EQ(node_.Run({"suggest", "zz"}).code, kNotComplete);

  v1::SearchCitation& citation = node_.search.citation;
  citation.set_name("searchCitations/0a");
  citation.set_total_size(1234);
  citation.set_removed_count(5);
  v1::CitedRecord* record = citation.add_records();
  record->set_name("sources/first/studies/A1");
  record->set_since(v1::CitedRecord::REMOVED);
  output = node_.Run({"cite", "light", "--exact"});
  EXPECT_THAT(output.out, HasSubstr("searchCitations/0a  (1,234 records"));
  EXPECT_EQ(node_.search.last.query(), "light");
  EXPECT_TRUE(node_.search.last.exact());
  output = node_.Run({"cited", "0a", "--differences"});
  EXPECT_EQ(node_.search.last_cited.name(), "searchCitations/0a");
  EXPECT_TRUE(node_.search.last_cited.differences_only());
  EXPECT_THAT(output.out, HasSubstr("5 removed"));
  EXPECT_THAT(output.out, HasSubstr("first/A1"));
}

TEST_F(CliTest, JsonIsTheResponseWithEveryCount) {
  v1::SearchResponse& answer = node_.search.answer;
  answer.set_total_size(3);
  v1::FacetValue* value = answer.add_facets()->add_values();
  value->set_value("EX:0000001");
  value->set_count(514);
  const Output output = node_.Run({"search", "x", "--json"});
  EXPECT_THAT(output.out, HasSubstr("\"totalSize\": \"3\""));
  EXPECT_THAT(output.out, HasSubstr("\"exactCount\": \"0\""));  // Not absent.
  v1::SearchResponse parsed;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(output.out, &parsed).ok());
  EXPECT_EQ(parsed.SerializeAsString(), answer.SerializeAsString());
}

TEST_F(CliTest, TablesShowTotalsFacetsAndSnippetsWithoutControlCharacters) {
  v1::SearchResponse& answer = node_.search.answer;
  answer.set_total_size(1234);
  answer.set_total_images(5678);
  answer.mutable_total()->set_image_sets(99);
  v1::SearchHit* hit = answer.add_hits();
  hit->set_name("sources/first/studies/A1");
  hit->mutable_record()->mutable_study()->set_title("Title\x1b]0;owned\x07");
  hit->set_snippet("a \xee\x80\x80word\xee\x80\x81 \xc2\x9b");
  v1::Facet* facet = answer.add_facets();
  facet->set_field("organism");
  v1::FacetValue* value = facet->add_values();
  value->set_value("EX:0000001");
  value->set_label("Bent\nthing");
  value->set_exact_count(1000);
  const Output output = node_.Run({"search", "x", "--snippets"}, 80);
  EXPECT_EQ(output.code, kOk);
  ExpectHarmless(output.out);
  EXPECT_THAT(output.out, HasSubstr("1,234 studies (99 image sets); 5,678 known images"));
  EXPECT_THAT(output.out, HasSubstr("first/A1"));
  EXPECT_THAT(output.out, HasSubstr("[word]"));
  EXPECT_THAT(output.out, HasSubstr("Bent thing"));
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(output.out, '\n')))
    EXPECT_LE(line.size(), 90u) << line;
}

TEST_F(CliTest, ShowFindsByFullShortAndBareName) {
  AddStudy("sources/first/studies/A1", "One");
  AddStudy("sources/second/studies/B1", "Two");
  for (const char* name : {"sources/first/studies/A1", "first/A1", "A1"}) {
    const Output output = node_.Run({"show", name});
    EXPECT_EQ(output.code, kOk) << name;
    EXPECT_THAT(output.out, StartsWith("One\n"));
  }
  AddStudy("sources/second/studies/A1", "Other");
  const Output ambiguous = node_.Run({"show", "A1"});
  EXPECT_EQ(ambiguous.code, kRefused);
  EXPECT_THAT(ambiguous.err, HasSubstr("sources/first/studies/A1, sources/second/studies/A1"));
}

TEST_F(CliTest, ShowPrintsEveryPartOfAStudyHarmlessly) {
  v1::Study& study = AddStudy("sources/first/studies/A1",
                              "A title\x1b[1A that is long enough to be broken into two lines");
  study.set_accession("A1");
  study.set_publisher("Archive");
  study.set_release_date("2020-01-02");
  study.mutable_licence()->set_spdx("CC-BY-4.0");
  study.mutable_licence()->set_url("https://l.example");
  v1::Person* person = study.add_people();
  person->set_name("Ada \xe2\x80\xaeXyz");
  person->add_roles("author");
  v1::Statement* statement = study.add_statements();
  statement->set_field("organism");
  statement->set_value("bent thing");
  statement->set_term("EX:0000001");
  statement->set_rule(v1::EXACT_LABEL);
  study.add_blocks()->set_id("screenA");
  study.add_relations()->set_target("sources/second/studies/B1");
  const Output output = node_.Run({"show", "first/A1"}, 72);
  EXPECT_EQ(output.code, kOk);
  ExpectHarmless(output.out);
  for (const char* part : {"\\x1b[1A", "CC-BY-4.0", "\\u202eXyz", "EX:0000001", "exact label",
                           "screenA", "sources/second/studies/B1", "(2020). A title"}) {
    EXPECT_THAT(output.out, HasSubstr(part));
  }
}

TEST_F(CliTest, RawIsEscapedOnATerminalOnly) {
  node_.catalogue.raw["sources/first/studies/A1"] = "line\n\x1b[2J\xff";
  EXPECT_EQ(node_.Run({"show", "first/A1", "--raw"}).out, "line\n\x1b[2J\xff");
  const Output shown = node_.Run({"show", "first/A1", "--raw"}, 80);
  EXPECT_EQ(shown.out, "line\n\\x1b[2J\xef\xbf\xbd\n");
  EXPECT_THAT(shown.err, HasSubstr("masked"));
}

TEST_F(CliTest, TermsAreShownAndPaged) {
  EXPECT_THAT(node_.Run({"terms", "show", "EX:0000001"}).out, HasSubstr("4,321 image sets"));
  EXPECT_THAT(node_.Run({"terms", "search", "bent"}).out, HasSubstr("bent cell"));
  const Output closure = node_.Run({"terms", "descendants", "EX:0000001"});
  EXPECT_THAT(closure.out, HasSubstr("EX:0000002"));
  EXPECT_THAT(node_.Run({"terms", "resolve", "bent cell", "unheard"}).out,
              HasSubstr("exact label"));
}

TEST_F(CliTest, GenesAreResolvedAndShown) {
  const Output shown = node_.Run({"genes", "show", "HGNC:1"});
  EXPECT_THAT(shown.out, HasSubstr("1,234 partners"));
  EXPECT_THAT(shown.out, HasSubstr("MGI:1"));
  EXPECT_EQ(node_.Run({"genes", "show", "HGNC:2"}).code, kNotComplete);
  const Output resolved =
      node_.Run({"genes", "resolve", "--organism", "human", "BENT1", "unheard", "--json"});
  EXPECT_EQ(std::count(resolved.out.begin(), resolved.out.end(), '\n'), 2);
  EXPECT_THAT(resolved.out, HasSubstr("\"gene\":\"HGNC:1\""));
  EXPECT_THAT(node_.Run({"genes", "resolve", "BENT1"}).out, HasSubstr("unknown"));
}

TEST_F(CliTest, EachLineOfAFileOfGenesHasAnAnswer) {
  const testing::TempDir dir;
  std::ofstream(dir / "names") << "BENT1\r\n\nunheard\n";
  const Output output =
      node_.Run({"genes", "resolve", "--organism", "human", "--file", dir / "names", "--json"});
  EXPECT_EQ(std::count(output.out.begin(), output.out.end(), '\n'), 3);
  EXPECT_EQ(node_.Run({"genes", "resolve", "--file", dir / "nowhere"}).code, kUsage);
  EXPECT_EQ(node_.Run({"genes", "resolve"}).code, kUsage);
}

TEST_F(CliTest, OntologyLoadFailsIfAFileFails) {
  EXPECT_EQ(node_.Run({"ontology", "load", "good.obo"}).code, kOk);
  const Output output = node_.Run({"ontology", "load", "good.obo", "broken.obo"});
  EXPECT_EQ(output.code, kNotComplete);
  EXPECT_THAT(output.out, HasSubstr("line 1: not OBO"));
  EXPECT_THAT(output.out, HasSubstr("warning: "));
  EXPECT_THAT(output.out, HasSubstr("good.obo: 3 defined classes have no parent"));
  EXPECT_THAT(output.out, HasSubstr("ja 12"));
  EXPECT_THAT(output.out, HasSubstr("2  cycles of 5 terms, each taken as one"));
}

TEST_F(CliTest, OntologyListShowsFilesAndOntologies) {
  const Output output = node_.Run({"ontology", "list"});
  EXPECT_EQ(output.code, kOk);
  EXPECT_THAT(output.out, HasSubstr("example.obo  EX"));
  EXPECT_THAT(output.out, HasSubstr("(IRIs)"));
  EXPECT_THAT(output.out, HasSubstr("Release r1"));
  EXPECT_THAT(node_.Run({"ontology", "list", "--json"}).out, HasSubstr("\"prefix\": \"EX\""));
}

TEST_F(CliTest, StatusSaysWhichReleaseAnswersComeFromAndHowFarAWalkIs) {
  using Status = v1::NormalisationStatus;
  EXPECT_THAT(node_.Run({"status"}).out, Not(HasSubstr("normalised")));
  Status& status = node_.catalogue.normalisation;
  status.set_release("new");
  status.set_answers(Status::PRESENT);
  EXPECT_THAT(node_.Run({"status"}).out, HasSubstr("records are normalised with release new\n"));
  status.set_walking(true);
  status.set_examined(1200);
  status.set_records(8000);
  status.set_changed(30);
  status.set_answers(Status::BEFORE);
  status.set_answers_release("old");
  std::string out = node_.Run({"status"}).out;
  EXPECT_THAT(out, HasSubstr("1,200 of 8,000 looked at, 30 changed, towards release new\n"));
  EXPECT_THAT(out, HasSubstr("until then answers are those of release old\n"));
  status.set_answers(Status::MIXED);
  status.set_walking(false);
  out = node_.Run({"status"}).out;
  EXPECT_THAT(out,
              HasSubstr("the index is taking in records that are normalised with release new"));
  EXPECT_THAT(out, HasSubstr("until then answers mix records of this and of older releases\n"));
}

TEST_F(CliTest, StatusIndexAndCheckpoint) {
  EXPECT_THAT(node_.Run({"status"}).out, HasSubstr("1,234  studies"));
  EXPECT_EQ(node_.Run({"index", "rebuild"}).code, kOk);
  EXPECT_EQ(node_.Run({"index", "check"}).code, kOk);
  node_.admin.problems = {"study x is missing"};
  const Output check = node_.Run({"index", "check"});
  EXPECT_EQ(check.code, kNotComplete);
  EXPECT_THAT(check.out, HasSubstr("study x is missing"));
  // A relative directory is made absolute before it is sent.
  EXPECT_EQ(node_.Run({"checkpoint", "there"}).code, kOk);
}

TEST_F(CliTest, CompletionNamesEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Output output = node_.Run({"completion", shell});
    EXPECT_EQ(output.code, kOk);
    for (const char* word :
         {"source", "harvest", "rejections", "descendants", "checkpoint", "facet-limit"}) {
      EXPECT_THAT(output.out, HasSubstr(word)) << shell;
    }
  }
}

TEST_F(CliTest, AnOutputThatCannotBeWrittenIsAFailure) {
  std::ostringstream err;
  std::ostream broken(nullptr);
  Screen screen;
  screen.out = &broken;
  screen.err = &err;
  EXPECT_EQ(RunCommandLine({"status", "--node", node_.address()}, screen), kRefused);
  EXPECT_THAT(err.str(), HasSubstr("cannot be written"));
}

}  // namespace
}  // namespace parfocal::cli
