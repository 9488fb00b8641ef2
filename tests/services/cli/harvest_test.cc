#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "services/cli/fake_node.h"
#include "support/temp_dir.h"

namespace parfocal::cli {
namespace {

using ::testing::HasSubstr;

class HarvestTest : public ::testing::Test {
 protected:
  void EndAs(v1::Run::State state) {
    v1::Run& end = node_.harvest.end;
    end.set_state(state);
    end.mutable_ledger()->set_fetched(1234);
    end.mutable_ledger()->set_new_records(1234);
    end.mutable_ledger()->set_adds_up(true);
    end.mutable_start_time()->set_seconds(100);
    end.mutable_end_time()->set_seconds(102);
  }
  FakeNode node_;
};

constexpr struct {
  v1::Run::State state;
  int code;
} kEnds[] = {{v1::Run::COMPLETE, kOk},
             {v1::Run::PARTIAL, kNotComplete},
             {v1::Run::FAILED, kNotComplete},
             {v1::Run::HELD, kNotComplete}};

TEST_F(HarvestTest, OnlyCompleteIsZero) {
  for (const auto& row : kEnds) {
    SCOPED_TRACE(v1::Run::State_Name(row.state));
    EndAs(row.state);
    const Output output = node_.Run({"harvest", "first"});
    EXPECT_EQ(output.code, row.code);
    EXPECT_THAT(output.out, HasSubstr(v1::Run::State_Name(row.state)));
    EXPECT_THAT(output.out, HasSubstr("1,234  records fetched"));
    EXPECT_THAT(output.out, HasSubstr("in 2.0 s"));
    EXPECT_THAT(output.out, HasSubstr("The ledger adds up."));
    EXPECT_EQ(node_.Run({"harvest", "first", "--json"}).code, row.code);
  }
}

TEST_F(HarvestTest, ACompleteRunWhoseLedgerDoesNotAddUpIsNoSuccess) {
  EndAs(v1::Run::COMPLETE);
  node_.harvest.end.mutable_ledger()->set_adds_up(false);
  const Output output = node_.Run({"harvest", "first"});
  EXPECT_EQ(output.code, kNotComplete);
  EXPECT_THAT(output.out, HasSubstr("DOES NOT ADD UP"));
}

TEST_F(HarvestTest, AHeldRunSaysHowToGoOn) {
  EndAs(v1::Run::HELD);
  EXPECT_THAT(node_.Run({"harvest", "first"}).err, HasSubstr("parfocal release first/1 --by NAME"));
  EXPECT_FALSE(node_.harvest.last_start.accept_deletions());
  node_.Run({"harvest", "first", "--accept-deletions"});
  EXPECT_TRUE(node_.harvest.last_start.accept_deletions());
}

TEST_F(HarvestTest, JsonIsOneDocumentTheEndedRun) {
  EndAs(v1::Run::COMPLETE);
  v1::Run run;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  node_.Run({"harvest", "first", "--json"}).out, &run)
                  .ok());
  EXPECT_EQ(run.state(), v1::Run::COMPLETE);
  EXPECT_EQ(run.ledger().fetched(), 1234);
}

TEST_F(HarvestTest, NoWaitReturnsTheStartedRun) {
  v1::Run run;
  const Output output = node_.Run({"harvest", "first", "--no-wait", "--json"});
  EXPECT_EQ(output.code, kOk);
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(output.out, &run).ok());
  EXPECT_EQ(run.state(), v1::Run::RUNNING);
}

TEST_F(HarvestTest, ABarOnATerminalAndALineElsewhere) {
  EndAs(v1::Run::COMPLETE);
  EXPECT_THAT(node_.Run({"harvest", "first"}, 80).err,
              HasSubstr("[############............] 0 records, 1 of 2 parts"));
  const std::string lines = node_.Run({"harvest", "first"}).err;
  EXPECT_THAT(lines, HasSubstr("harvest first 0 records, 1 of 2 parts"));
  EXPECT_EQ(lines.find('\r'), std::string::npos);
  EXPECT_EQ(lines.find('\x1b'), std::string::npos);
}

TEST_F(HarvestTest, AllSourcesAreOneTable) {
  EndAs(v1::Run::COMPLETE);
  Output output = node_.Run({"harvest", "--all"});
  EXPECT_EQ(output.code, kOk) << output.err;
  for (const auto& [name, source] : node_.harvest.sources)
    EXPECT_THAT(output.out, HasSubstr(name.substr(name.find('/') + 1)));
  const size_t sources = node_.harvest.sources.size();
  EXPECT_THAT(output.out, HasSubstr(absl::StrCat(sources, " sources")));
  EXPECT_THAT(output.out, HasSubstr("1,234"));
  v1::ListRunsResponse runs;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                  node_.Run({"harvest", "--all", "--json"}).out, &runs)
                  .ok());
  EXPECT_EQ(static_cast<size_t>(runs.runs_size()), sources);
  EndAs(v1::Run::PARTIAL);
  output = node_.Run({"harvest", "--all"});
  EXPECT_EQ(output.code, kNotComplete);
  EXPECT_THAT(output.err, HasSubstr("not every run is COMPLETE"));
  // Either one or all of them.
  EXPECT_EQ(node_.Run({"harvest", "first", "--all"}).code, kUsage);
  node_.harvest.sources.clear();
  EXPECT_THAT(node_.Run({"harvest", "--all"}).err, HasSubstr("there are no sources"));
}

TEST_F(HarvestTest, AnUnknownSourceIsOne) {
  EXPECT_EQ(node_.Run({"harvest", "nowhere"}).code, kNotComplete);
}

TEST_F(HarvestTest, RejectionsArePagedOnlyWithAll) {
  node_.harvest.rejections = 450;
  auto lines = [&](std::vector<std::string> arguments) {
    const Output output = node_.Run(std::move(arguments));
    EXPECT_EQ(output.out.find('\x1b'), std::string::npos);
    return std::count(output.out.begin(), output.out.end(), '\n');
  };
  EXPECT_EQ(lines({"rejections", "first"}), 1 + 25 + 1);  // Header, rows, "More".
  EXPECT_EQ(lines({"rejections", "first", "--all"}), 1 + 450);
}

TEST_F(HarvestTest, RejectionsOfARunByAnyOfItsNames) {
  for (const char* name : {"first/7", "first/runs/7", "sources/first/runs/7"}) {
    node_.Run({"rejections", name});
    EXPECT_EQ(node_.harvest.last_rejections.parent(), "sources/first/runs/7") << name;
  }
  node_.Run({"rejections", "first"});
  EXPECT_EQ(node_.harvest.last_rejections.parent(), "sources/first");
}

TEST_F(HarvestTest, RunsAreATable) {
  EndAs(v1::Run::PARTIAL);
  const Output output = node_.Run({"runs", "first"});
  EXPECT_EQ(output.code, kOk);
  EXPECT_THAT(output.out, HasSubstr("PARTIAL"));
  EXPECT_THAT(output.out, HasSubstr("1970-01-01 00:01:40"));
}

class SourceTryTest : public HarvestTest {
 protected:
  SourceTryTest() {
    std::ofstream(dir_ / "d.yaml") << "protocol: table";
    v1::TrySourceResponse& tried = node_.harvest.tried;
    tried.set_studies(1200);
    tried.set_image_sets(3);
    tried.set_complete(true);
    tried.mutable_ledger()->set_rows_read(1201);
    auto* field = tried.add_fields();
    field->set_field("organism");
    field->set_level("image set");
    field->set_records(1);
    field->set_total(3);
    field->set_values(4);
    field->set_mapped_values(3);
    auto* word = tried.add_unmapped();
    word->set_field("organism");
    word->set_value("gnome");
    word->set_count(1);
  }
  testing::TempDir dir_;
};

TEST_F(SourceTryTest, ShowsSharesWordsAndRefusals) {
  Output output = node_.Run({"source", "try", dir_ / "d.yaml", "--location", "x", "--pages", "7"});
  EXPECT_EQ(output.code, kOk) << output.err;
  EXPECT_EQ(node_.harvest.last_try.definition(), "protocol: table");
  EXPECT_EQ(node_.harvest.last_try.definition_name(), "d.yaml");
  EXPECT_EQ(node_.harvest.last_try.location(),
            (std::filesystem::current_path() / "x").lexically_normal().string());
  EXPECT_EQ(node_.harvest.last_try.max_pages(), 7);
  for (const char* text :
       {"1,200 studies, 3 image sets", "from 1,201 records", "The list is complete", "33.3 %",
        "75.0 %", "gnome", "Nothing was refused", "Nothing was written"}) {
    EXPECT_THAT(output.out, HasSubstr(text));
  }
  auto* rejection = node_.harvest.tried.add_rejections();
  rejection->set_place("a.csv:3");
  rejection->set_reason("the row has 2 cells");
  node_.harvest.tried.set_total_rejections(4);
  node_.harvest.tried.mutable_ledger()->set_quarantined(4);
  node_.harvest.tried.set_complete(false);
  output = node_.Run({"source", "try", dir_ / "d.yaml", "--location", "https://example.org/"});
  EXPECT_EQ(output.code, kNotComplete);
  EXPECT_EQ(node_.harvest.last_try.location(), "https://example.org/");
  for (const char* text : {"Refused or remarked on: 4", "a.csv:3", "There is more"})
    EXPECT_THAT(output.out, HasSubstr(text));
}

TEST_F(SourceTryTest, AFaultyDefinitionIsTold) {
  std::ofstream(dir_ / "d.yaml") << "bad";
  Output output = node_.Run({"source", "try", dir_ / "d.yaml", "--location", "x"});
  EXPECT_NE(output.code, kOk);
  EXPECT_THAT(output.err, HasSubstr("d.yaml:1: no definition"));
  output = node_.Run({"source", "try", dir_ / "none.yaml", "--location", "x"});
  EXPECT_EQ(output.code, kUsage);
  EXPECT_THAT(output.err, HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace parfocal::cli
