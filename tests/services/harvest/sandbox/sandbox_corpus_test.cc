// Every shipped definition on the recorded answers of its system, inside and outside of the
// sandbox: the same first pages.
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/connector_defined/defined_connector.h"
#include "parfocal/definition/definition.h"
#include "parfocal/sandbox/sandbox.h"
#include "support/corpus.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::IsOk;

constexpr char kParserWord[] = "parser";
constexpr size_t kPages = 4;

ConnectorRegistry DefinedConnectors() {
  ConnectorRegistry connectors;
  for (const absl::string_view kind : kDefinedConnectorKinds)
    connectors[std::string(kind)] = MakeDefinedConnector;
  return connectors;
}

std::vector<DraftPage> FirstPages(const ConnectorRegistry& connectors, const Source& source) {
  ConnectorContext context;
  context.share_dir = PARFOCAL_SOURCE_DIR "/deploy";
  std::vector<DraftPage> pages;
  const auto connector = connectors.at(source.connector)(source, context);
  EXPECT_THAT(connector, IsOk());
  for (std::string cursor; connector.ok() && pages.size() < kPages;) {
    absl::StatusOr<DraftPage> page = (*connector)->NextPage(cursor);
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) break;
    cursor = page->next_cursor;
    pages.push_back(*std::move(page));
    if (pages.back().last) break;
  }
  return pages;
}

TEST(SandboxCorpusTest, EachDefinitionReadsTheSameInsideAndOutside) {
  PARFOCAL_CORPUS_OR_SKIP(corpus);
  const ConnectorRegistry outside = DefinedConnectors();
  const ConnectorRegistry inside =
      Sandboxed(outside, {.command = {"/proc/self/exe", kParserWord}, .limits = {}});
  std::ifstream table(PARFOCAL_SOURCE_DIR
                      "/tests/services/harvest/connectors/defined/expected_counts.tsv");
  size_t systems = 0, records = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> row = absl::StrSplit(line, '\t');
    SCOPED_TRACE(row[0]);
    const auto definition = definition::LoadDefinition(
        absl::StrCat(PARFOCAL_SOURCE_DIR "/deploy/sources/", row[0], ".yaml"));
    ASSERT_THAT(definition, IsOk());
    if (outside.count(definition->protocol) == 0) continue;
    Source source{.id = "corpus", .connector = definition->protocol};
    source.location = absl::StrCat(corpus, "/sources/", row[1]);
    source.options["definition"] = row[0];
    const std::vector<DraftPage> expected = FirstPages(outside, source);
    const std::vector<DraftPage> pages = FirstPages(inside, source);
    ASSERT_EQ(pages.size(), expected.size());
    for (size_t i = 0; i < pages.size(); ++i) {
      EXPECT_EQ(pages[i].ledger, expected[i].ledger);
      EXPECT_TRUE(pages[i].raw == expected[i].raw);
      EXPECT_EQ(pages[i].rejections, expected[i].rejections);
      EXPECT_EQ(pages[i].next_cursor, expected[i].next_cursor);
      ASSERT_EQ(pages[i].drafts.size(), expected[i].drafts.size());
      for (size_t d = 0; d < pages[i].drafts.size(); ++d)
        ASSERT_TRUE(pages[i].drafts[d].record == expected[i].drafts[d].record) << d;
      records += pages[i].drafts.size();
    }
    ++systems;
  }
  EXPECT_GE(systems, 10u);
  std::cout << systems << " systems, " << records << " records\n";
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], parfocal::kParserWord) == 0)
    parfocal::ServeParser(parfocal::DefinedConnectors());
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
