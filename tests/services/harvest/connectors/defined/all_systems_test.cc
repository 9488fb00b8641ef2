// Every system's recorded answers, harvested over HTTP on loopback through the runner into a
// catalogue in memory: gzip, chunked, redirects, 429, answers that break off. The table that comes
// of it is printed and compared with all_systems.tsv beside this file; a second harvest changes
// nothing and fetches no record again.
//
// A folder is served as the tree of a Git repository, so that its files are known by the ids of
// their contents; answers of OAI-PMH servers are lists of one page.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "parfocal/connector_defined/defined_connector.h"
#include "parfocal/fetch/http_fetcher.h"
#include "parfocal/harvest_run/harvest_runner.h"
#include "parfocal/oai_pmh/oai_pmh_connector.h"
#include "parfocal/ro_crate/ro_crate_connector.h"
#include "support/corpus.h"
#include "support/fake_record_store.h"
#include "support/recorded_answers.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::FakeRecordStore;
using testing::ManualClock;
using testing::RecordedAnswers;
using testing::RecordedServer;
using testing::TempDir;
namespace fs = std::filesystem;

constexpr char kTable[] =
    PARFOCAL_SOURCE_DIR "/tests/services/harvest/connectors/defined/all_systems.tsv";

// Folders that no source reads, and why.
const std::map<std::string, std::string>& Elsewhere() {
  static const auto* const folders = new std::map<std::string, std::string>{
      {"kpmp", "has no records"},
      {"yale-image-finder", "has no records"},
      {"jcb-dataviewer", "its studies are those of the IDR and BioStudies"}};
  return *folders;
}

std::string Contents(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

std::string StateName(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "RUNNING";
    case RunState::kComplete:
      return "COMPLETE";
    case RunState::kPartial:
      return "PARTIAL";
    case RunState::kFailed:
      return "FAILED";
    case RunState::kHeld:
      return "HELD";
  }
  return "?";
}

std::string InUrl(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const auto u = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(u) || absl::StrContains("._~/-", absl::string_view(&c, 1))) {
      out.push_back(c);
    } else {
      absl::StrAppend(&out, absl::StrFormat("%%%02X", u));
    }
  }
  return out;
}

// source, connector, folder, definition, state, fetched, new, quarantined, skipped, bodies of the
// second harvest.
using Row = std::vector<std::string>;
constexpr size_t kColumns = 10;

std::vector<Row> Rows() {
  std::vector<Row> rows;
  std::ifstream in(kTable);
  for (std::string line; std::getline(in, line);)
    if (!line.empty() && line[0] != '#') rows.push_back(absl::StrSplit(line, '\t'));
  return rows;
}

class AllSystemsTest : public ::testing::Test {
 protected:
  // Writes the tree of a folder and the lines that serve its files.
  void Serve(const std::string& folder, int turn) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(sources_ / folder))
      if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::string> entries;
    for (size_t i = 0; i < files.size(); ++i) {
      const std::string name = files[i].lexically_relative(sources_ / folder).generic_string();
      const size_t id = std::hash<std::string>()(Contents(files[i]));
      entries.push_back(absl::StrFormat(R"({"path": "%s", "sha": "%x"})", name, id));
      const std::string at = absl::StrCat("/", InUrl(absl::StrCat(folder, "/", name)));
      const std::string file = absl::StrCat("data/", folder, "/", name);
      constexpr const char* kHow[] = {"", "\tgzip", "\tchunked", "\tgzip\tchunked", "\tno-length"};
      const std::string how = kHow[i % 5];
      // Now and then: too busy, broken off, moved.
      const bool odd = i == files.size() / 2;
      if (odd && turn % 3 == 0) Line(at, "-\tstatus=429\theader=Retry-After: 0\tfirst=1");
      if (odd && turn % 3 == 1) Line(at, file + "\tcut=300\tfirst=1");
      if (odd && turn % 3 == 2) {
        Line(at, absl::StrCat("-\tstatus=302\theader=Location: /moved", at, "\tfirst=1"));
        Line("/moved" + at, file + how);
      }
      Line(at, file + how);
    }
    const std::string tree =
        absl::StrCat("trees/", absl::StrJoin(absl::StrSplit(folder, '/'), "-"), ".json");
    std::ofstream(root_ / tree) << "{\"tree\": [" << absl::StrJoin(entries, ",") << "]}";
    Line("/" + tree, tree + "\tgzip");
  }

  // Each answer of ListRecords is a list of its own: its sources, by name.
  void ServeOai() {
    const fs::path base = sources_ / "oai-pmh";
    std::set<std::string> real;
    for (absl::string_view line : absl::StrSplit(Contents(base / "MANIFEST.tsv"), '\n')) {
      const std::vector<std::string> cells = absl::StrSplit(line, '\t');
      if (cells.size() > 1 && absl::StartsWith(cells[1], "real-response")) real.insert(cells[0]);
    }
    for (const std::string& name : real) {
      if (!fs::is_regular_file(base / name)) continue;
      const std::string text = Contents(base / name);
      if (!absl::StrContains(text, "<ListRecords") || !absl::StrContains(text, "<OAI-PMH"))
        continue;
      const std::string path = absl::StrCat("/oai-", oai_.size());
      const std::string verb = path + "?verb=";
      const std::string end = "data/oai-pmh/zenodo/list-records-02-noRecordsMatch.xml\tstatus=422";
      Line(verb + "Identify", "data/oai-pmh/zenodo/identify-02.xml");
      Line(verb + "ListRecords&metadataPrefix=oai_dc", "data/oai-pmh/" + name + "\tgzip");
      Line(verb + "ListRecords&resumptionToken=*", end);
      Line(verb + "ListRecords&from=*&metadataPrefix=oai_dc", end);
      oai_.push_back(path);
    }
  }

  void Line(const std::string& at, const std::string& rest) {
    absl::StrAppend(&manifest_, at, "\t", rest, "\n");
  }

  void Start() {
    auto answers = RecordedAnswers::Load(root_.path(), manifest_);
    ASSERT_TRUE(answers.ok()) << answers.status();
    answers_ = *std::move(answers);
    server_ = std::make_unique<RecordedServer>(answers_->handler());
    HttpFetcherOptions options;
    options.allow_http = true;
    options.ports = {server_->port()};
    options.allow_networks = {"127.0.0.1/32"};
    options.gap = absl::ZeroDuration();
    options.sleep = [](absl::Duration) {};
    fetcher_ = HttpFetcher::Create(std::move(options)).value();
    for (const absl::string_view kind : kDefinedConnectorKinds)
      connectors_[std::string(kind)] = MakeDefinedConnector;
    connectors_["ro-crate"] = MakeRoCrateConnector;
    connectors_["oai-pmh"] = [](const Source& source, const ConnectorContext& context) {
      return MakeOaiPmhConnector(source, context);
    };
    HarvestRunnerOptions runner;
    runner.store = &store_;
    runner.clock = &clock_;
    runner.connectors = &connectors_;
    runner.context.fetcher = fetcher_.get();
    runner.context.share_dir = PARFOCAL_SOURCE_DIR "/deploy";
    runner.normaliser = [] { return PageNormaliser{[](Record*) { return 0; }, "r"}; };
    runner_ = std::make_unique<HarvestRunner>(std::move(runner));
  }

  void AddSource(const std::string& id, const std::string& connector, const std::string& location,
                 std::map<std::string, std::string> options) {
    Source source;
    source.id = id;
    source.connector = connector;
    source.location = location;
    source.options = std::move(options);
    ASSERT_TRUE(store_.CreateSource(source).ok()) << id;
  }

  parfocal::Run Harvest(const std::string& source) {
    const auto begun = runner_->Start(source, false);
    EXPECT_TRUE(begun.ok()) << source << ": " << begun.status();
    if (!begun.ok()) return {};
    while (true) {
      const auto progress = runner_->Get(source, begun->run.id);
      EXPECT_TRUE(progress.ok());
      if (!progress.ok() || progress->run.state != RunState::kRunning) {
        clock_.Advance(absl::Seconds(1));
        EXPECT_TRUE(progress->run.ledger.Adds()) << source;
        return progress->run;
      }
      absl::SleepFor(absl::Milliseconds(1));
    }
  }

  // Harvests twice and returns the row's counts.
  Row Twice(const std::string& source) {
    const parfocal::Run first = Harvest(source);
    const int before = answers_->counts().bodies;
    const parfocal::Run again = Harvest(source);
    const Ledger& l = again.ledger;
    EXPECT_EQ(l.new_records + l.changed + l.deleted, 0) << source << ": a second harvest";
    if (first.state == RunState::kComplete && !absl::StartsWith(source, "oai-")) {
      EXPECT_EQ(l.unchanged, first.ledger.new_records) << source << ": a second harvest";
    }
    return {StateName(first.state),
            absl::StrCat(first.ledger.fetched),
            absl::StrCat(first.ledger.new_records),
            absl::StrCat(first.ledger.quarantined),
            absl::StrCat(first.ledger.skipped),
            absl::StrCat(answers_->counts().bodies - before)};
  }

  void Prepare(const std::string& corpus) {
    sources_ = fs::path(corpus) / "sources";
    fs::create_directories(root_ / "trees");
    fs::create_directory_symlink(sources_, root_ / "data");
  }

  TempDir root_;
  fs::path sources_;
  std::string manifest_;
  std::vector<std::string> oai_;  // Paths.
  std::unique_ptr<RecordedAnswers> answers_;
  std::unique_ptr<RecordedServer> server_;
  std::unique_ptr<HttpFetcher> fetcher_;
  ManualClock clock_;
  FakeRecordStore store_{&clock_};
  ConnectorRegistry connectors_;
  std::unique_ptr<HarvestRunner> runner_;
};

TEST_F(AllSystemsTest, EverySampleIsAcceptedOrRefusedAndAnUnchangedSystemMovesNothing) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  Prepare(corpus);
  const std::vector<Row> rows = Rows();
  std::set<std::string> folders, covered = {"oai-pmh"};
  for (const Row& row : rows) {
    ASSERT_EQ(row.size(), kColumns) << absl::StrJoin(row, "|");
    covered.insert(row[2].substr(0, row[2].find('/')));
    if (row[1] != "ro-crate" && row[1] != "oai-pmh") folders.insert(row[2]);
  }
  for (const auto& entry : fs::directory_iterator(sources_)) {
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(!entry.is_directory() || covered.contains(name) || Elsewhere().contains(name))
        << name;
  }
  int turn = 0;
  for (const std::string& folder : folders) Serve(folder, turn++);
  ServeOai();
  Start();
  for (const Row& row : rows) {
    SCOPED_TRACE(row[0]);
    Row found(row.begin(), row.begin() + 4);
    if (row[1] == "oai-pmh") {
      std::map<std::string, int> states;
      int64_t sums[5] = {};
      for (const std::string& path : oai_) {
        AddSource(path.substr(1), "oai-pmh", server_->Url(path), {{"metadata_prefix", "oai_dc"}});
        const Row one = Twice(path.substr(1));
        ++states[one[0]];
        for (size_t i = 0; i < 5; ++i) sums[i] += std::stoll(one[i + 1]);
      }
      found.push_back(absl::StrJoin(states, ", ", [](std::string* out, const auto& state) {
        absl::StrAppend(out, state.second, " ", state.first);
      }));
      for (const int64_t sum : sums) found.push_back(absl::StrCat(sum));
    } else {
      const bool crates = row[1] == "ro-crate";
      const std::string tree =
          absl::StrCat("/trees/", absl::StrJoin(absl::StrSplit(row[2], '/'), "-"), ".json");
      std::map<std::string, std::string> options;
      if (!crates) options = {{"definition", row[3]}, {"tree", server_->Url(tree)}};
      AddSource(row[0], row[1], crates ? (sources_ / row[2]).string() : server_->Url("/" + row[2]),
                options);
      const Row counts = Twice(row[0]);
      found.insert(found.end(), counts.begin(), counts.end());
    }
    std::cout << absl::StrJoin(found, "\t") << std::endl;
    EXPECT_EQ(found, row);
  }
}

}  // namespace
}  // namespace parfocal
