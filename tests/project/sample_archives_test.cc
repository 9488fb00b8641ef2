// The sample archives as the real connectors read them: what is whole, what is broken, what
// vanishes.
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "gmock/gmock.h"
#include "parfocal/connector_idr/idr_connector.h"
#include "parfocal/record_name.h"
#include "parfocal/ro_crate/ro_crate_connector.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

struct Harvested {
  std::vector<Study> studies;
  std::vector<ImageSet> sets;
  std::vector<Rejection> rejections;
  Ledger ledger;
};

Harvested ReadAll(Connector& connector) {
  Harvested all;
  std::string cursor;
  while (true) {
    absl::StatusOr<DraftPage> page = connector.NextPage(cursor);
    EXPECT_THAT(page, testing::IsOk());
    if (!page.ok()) return all;
    all.ledger.Add(page->ledger);
    for (Draft& draft : page->drafts) {
      if (Study* study = std::get_if<Study>(&draft.record))
        all.studies.push_back(std::move(*study));
      if (ImageSet* set = std::get_if<ImageSet>(&draft.record)) all.sets.push_back(std::move(*set));
    }
    for (Rejection& rejection : page->rejections) all.rejections.push_back(std::move(rejection));
    if (page->last) return all;
    cursor = page->next_cursor;
  }
}

Harvested Read(const std::string& kind, const std::string& name) {
  Source source;
  source.id = "sample";
  source.connector = kind;
  source.location = std::string(PARFOCAL_SOURCE_DIR) + "/deploy/sample/archives/" + name;
  ConnectorContext context;
  context.share_dir = std::string(PARFOCAL_SOURCE_DIR) + "/deploy";
  auto connector =
      kind == "idr" ? MakeIdrConnector(source, context) : MakeRoCrateConnector(source, context);
  EXPECT_THAT(connector, testing::IsOk());
  return connector.ok() ? ReadAll(**connector) : Harvested();
}

std::set<std::string> Accessions(const Harvested& harvested) {
  std::set<std::string> all;
  for (const Study& study : harvested.studies) all.insert(study.accession);
  return all;
}

TEST(SampleArchivesTest, TheFolderOfCratesHasOneThatIsCutOff) {
  const Harvested coastal = Read("ro-crate", "coastal");
  EXPECT_EQ(coastal.studies.size(), 29u);
  ASSERT_EQ(coastal.rejections.size(), 1u);
  EXPECT_THAT(coastal.rejections[0].place, ::testing::HasSubstr("CST-0030"));
  EXPECT_EQ(coastal.ledger.quarantined, 1);
}

TEST(SampleArchivesTest, TheLaterStateOfTheArchiveLacksOneStudyAndChangesOne) {
  const Harvested before = Read("ro-crate", "highland-1.tar.gz");
  const Harvested after = Read("ro-crate", "highland-2.tar.gz");
  EXPECT_EQ(before.studies.size(), 30u);
  EXPECT_EQ(after.studies.size(), 29u);
  EXPECT_EQ(Accessions(after).count("HLD-0012"), 0u);
  int changed = 0;
  for (const Study& study : after.studies) {
    for (const Study& other : before.studies)
      changed += study.accession == other.accession && study.title != other.title;
  }
  EXPECT_EQ(changed, 1);
}

TEST(SampleArchivesTest, FourStudiesLieInBothCrateArchivesUnderOneDoi) {
  std::map<std::string, int> archives_of_doi;
  for (const char* name : {"coastal", "highland-1.tar.gz"}) {
    std::set<std::string> dois;
    for (const Study& study : Read("ro-crate", name).studies) {
      if (!study.data_doi.empty()) dois.insert(study.data_doi);
    }
    for (const std::string& doi : dois) ++archives_of_doi[doi];
  }
  int shared = 0;
  for (const auto& [doi, archives] : archives_of_doi) shared += archives == 2;
  EXPECT_EQ(shared, 4);
}

TEST(SampleArchivesTest, ThreeScreensInTwoSpecies) {
  const Harvested idr = Read("idr", "idr");
  EXPECT_EQ(idr.studies.size(), 3u);
  // 7, 8 and 6 plates of 96 wells, and one well a second time. One row is cut off.
  EXPECT_EQ(idr.sets.size(), (7u + 8u + 6u) * 96u + 1);
  EXPECT_EQ(idr.ledger.rows_rejected, 1);
  EXPECT_EQ(idr.ledger.rows_read, idr.ledger.rows_accepted + 1);
  std::set<std::string> organisms;
  for (const Study& study : idr.studies) {
    for (const Statement& statement : study.statements) {
      if (statement.field == "organism") organisms.insert(statement.stated_id);
    }
  }
  EXPECT_EQ(organisms.size(), 2u);
}

TEST(SampleArchivesTest, TheScreensHaveControlsNegativesFailuresAndUnmappedWords) {
  const Harvested idr = Read("idr", "idr");
  std::map<std::string, int> seen;
  for (const ImageSet& set : idr.sets) {
    seen["negative control"] += set.control == ControlType::kNegative;
    seen["positive control"] += set.control == ControlType::kPositive;
    seen["empty well"] += set.control == ControlType::kEmpty;
    seen["failed"] += set.quality == Quality::kFailed;
    bool positive = false;
    bool negative = false;
    for (const Observation& observation : set.observations) {
      positive = positive || observation.outcome == Outcome::kPositive;
      negative = negative || observation.outcome == Outcome::kTestedNegative;
      seen["unmapped"] +=
          observation.finding.value == "shimmering cells" && observation.finding.stated_id.empty();
    }
    seen["with a phenotype"] += positive;
    seen["tested negative"] += negative;
    seen["failed and tested negative"] += negative && set.quality == Quality::kFailed;
    seen["control and tested negative"] += negative && set.control != ControlType::kNone;
  }
  EXPECT_EQ(seen["negative control"], 21 * 4);
  EXPECT_EQ(seen["positive control"], 21 * 2);
  EXPECT_EQ(seen["empty well"], 21 * 2);
  EXPECT_GT(seen["failed"], 30);
  EXPECT_GT(seen["with a phenotype"], 600);
  EXPECT_GT(seen["tested negative"], 300);
  EXPECT_GT(seen["unmapped"], 5);
  EXPECT_EQ(seen["failed and tested negative"], 0);
  EXPECT_EQ(seen["control and tested negative"], 0);
}

TEST(SampleArchivesTest, EveryRecordSaysThatItIsSynthetic) {
  for (const auto& [kind, name] : std::vector<std::pair<std::string, std::string>>{
           {"ro-crate", "coastal"}, {"ro-crate", "highland-2.tar.gz"}, {"idr", "idr"}}) {
    const Harvested harvested = Read(kind, name);
    for (const Study& study : harvested.studies) {
      EXPECT_THAT(study.title, ::testing::HasSubstr("(synthetic)")) << study.accession;
    }
    for (const ImageSet& set : harvested.sets) {
      bool marked = false;
      for (const Attribute& attribute : set.attributes)
        marked = marked || attribute.second == "synthetic";
      EXPECT_TRUE(marked) << set.id;
    }
  }
}

}  // namespace
}  // namespace parfocal
