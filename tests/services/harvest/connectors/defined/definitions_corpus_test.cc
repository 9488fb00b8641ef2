// Every shipped definition on the real recorded answers of its system: counts of all that came of
// them, compared with the table beside this file. The table that was found is printed, in the same
// form, so that a change of a definition shows what it does.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "parfocal/connector_defined/defined_connector.h"
#include "parfocal/rehearse/rehearsal.h"
#include "support/corpus.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

constexpr char kTable[] =
    PARFOCAL_SOURCE_DIR "/tests/services/harvest/connectors/defined/expected_counts.tsv";

std::vector<std::vector<std::string>> Rows() {
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(kTable);
  std::string line;
  while (std::getline(in, line)) {
    if (!line.empty() && line[0] != '#') rows.push_back(absl::StrSplit(line, '\t'));
  }
  return rows;
}

// A whole harvest; terms stay as the source states them.
Rehearsal Whole(const std::string& definition, const std::string& location) {
  auto read = definition::LoadDefinition(
      absl::StrCat(PARFOCAL_SOURCE_DIR "/deploy/sources/", definition, ".yaml"));
  EXPECT_TRUE(read.ok()) << read.status();
  Source source;
  source.id = "corpus";
  source.location = location;
  auto connector = MakeConnectorOf(*std::move(read), source, ConnectorContext());
  EXPECT_TRUE(connector.ok()) << connector.status();
  return Rehearse(connector->get(), [](Record*) { return 0; },
                  {.pages = 100'000, .words = 20, .rejections = 1000});
}

// idr.yaml is of the connector idr, which has a language of its own.
TEST(DefinitionsTest, EveryShippedDefinitionIsSoundAndProven) {
  std::set<std::string> proven = {"idr"};
  for (const std::vector<std::string>& row : Rows()) proven.insert(row[0]);
  int definitions = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(PARFOCAL_SOURCE_DIR "/deploy/sources")) {
    const std::string name = entry.path().stem().string();
    if (name == "idr" || entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(name);
    const auto read = definition::LoadDefinition(entry.path().string());
    ASSERT_TRUE(read.ok()) << read.status();
    ++definitions;
    EXPECT_TRUE(read->protocol == "oai-pmh" || proven.contains(name))
        << "is on no line of expected_counts.tsv";
  }
  EXPECT_GE(definitions, 40);
}

TEST(DefinitionsCorpusTest, EachSystemGivesWhatTheTableSays) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const bool talk = std::getenv("PARFOCAL_TALK") != nullptr;
  int systems = 0;
  for (const std::vector<std::string>& row : Rows()) {
    ASSERT_EQ(row.size(), 10u) << absl::StrJoin(row, "|");
    SCOPED_TRACE(row[0]);
    const Rehearsal got = Whole(row[0], corpus + "/sources/" + row[1]);
    const Ledger& l = got.ledger;
    const std::vector<std::string> found = {row[0],
                                            row[1],
                                            absl::StrCat(l.rows_read),
                                            absl::StrCat(got.left_out),
                                            absl::StrCat(got.studies),
                                            absl::StrCat(got.image_sets),
                                            absl::StrCat(got.observations),
                                            absl::StrCat(l.quarantined),
                                            absl::StrCat(l.skipped),
                                            absl::StrCat(got.total_rejections)};
    std::cout << absl::StrJoin(found, "\t") << "\n";
    EXPECT_EQ(got.stopped, "");
    EXPECT_TRUE(got.complete);
    EXPECT_TRUE(l.Adds());
    EXPECT_GT(got.studies, 0);
    EXPECT_EQ(found, row);
    ++systems;
    if (!talk) continue;
    for (const auto& share : got.shares) {
      std::cout << "  " << (share.image_set ? "set " : "study ") << share.field << " "
                << share.records << "/" << share.total << "\n";
    }
    for (const auto& word : got.unmapped)
      std::cout << "  word " << word.field << ": " << word.value << " " << word.count << "\n";
    for (const Rejection& r : got.rejections)
      std::cout << "  refused " << r.place << ": " << r.reason << "\n";
  }
  EXPECT_GE(systems, 10);
}

}  // namespace
}  // namespace parfocal
