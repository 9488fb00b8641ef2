#include "parfocal/rehearse/rehearsal.h"

#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using testing::TempDir;

constexpr char kDefinition[] = R"(
protocol: table
maps: {place: {er: {id: GO:0005783}}}
feeds:
  - name: rows
    files: "*.csv"
    when: [{value: "{kind}", is_not: internal}]
    study: {accession: "{id}", title: "{title}"}
    sets:
      - id: a
        statements: [{field: organism, value: "{organism}"}]
        observations: [{kind: localisation, value: "{place}", map: place}]
)";

class RehearsalTest : public ::testing::Test {
 protected:
  Rehearsal Run(const std::string& table, const RehearsalOptions& options = {}) {
    std::ofstream(dir_ / "a.csv") << "id,kind,title,organism,place\n" << table;
    Source source;
    source.id = "ex";
    source.location = dir_.path();
    auto connector = MakeConnectorOf(definition::ParseDefinition(kDefinition, "d.yaml").value(),
                                     source, ConnectorContext());
    EXPECT_TRUE(connector.ok());
    // A normaliser that knows one species.
    return Rehearse(
        connector->get(),
        [](Record* record) {
          ImageSet* set = std::get_if<ImageSet>(record);
          if (set == nullptr) return 0;
          for (Statement& s : set->statements)
            if (s.value == "mouse") s.term = "NCBITaxon:10090";
          for (Observation& o : set->observations) o.finding.term = o.finding.stated_id;
          return 1;
        },
        options);
  }
  static Rehearsal::Share Of(const Rehearsal& got, const std::string& field, bool image_set) {
    for (const Rehearsal::Share& share : got.shares) {
      if (share.field == field && share.image_set == image_set) return share;
    }
    return {};
  }
  TempDir dir_;
};

TEST_F(RehearsalTest, SaysWhatEachFieldWouldGet) {
  const Rehearsal got = Run("1,,One,mouse,er\n2,,,gnome,odd\n3,internal,,,\n4,,,,er\nbad\n");
  EXPECT_TRUE(got.complete);
  EXPECT_EQ(got.stopped, "");
  EXPECT_EQ(got.studies, 3);
  EXPECT_EQ(got.image_sets, 3);
  EXPECT_EQ(got.observations, 3);
  EXPECT_EQ(got.left_out, 1);
  EXPECT_GT(got.bytes, 0);
  EXPECT_TRUE(got.ledger.Adds());
  EXPECT_EQ(got.ledger.label_conflicts, 3);
  EXPECT_EQ(Of(got, "accession", false).records, 3);
  const Rehearsal::Share organism = Of(got, "organism", true);
  EXPECT_EQ(organism.records, 2);
  EXPECT_EQ(organism.total, 3);
  EXPECT_EQ(organism.values, 2);
  EXPECT_EQ(organism.mapped_values, 1);
  ASSERT_THAT(got.unmapped, SizeIs(3));
  EXPECT_EQ(got.unmapped[0].field, "map place");
  EXPECT_EQ(got.unmapped[0].value, "odd");
  EXPECT_EQ(got.unmapped[1].value, "odd");
  EXPECT_EQ(got.unmapped[2].value, "gnome");
  ASSERT_THAT(got.rejections, SizeIs(1));
  EXPECT_THAT(got.rejections[0].place, HasSubstr("a.csv:6"));
  EXPECT_EQ(got.total_rejections, 1);
}

TEST_F(RehearsalTest, EndsAfterThePagesThatWereAskedFor) {
  std::string table;
  for (int i = 0; i < 2500; ++i) absl::StrAppend(&table, i, ",,,mouse,er\n");
  Rehearsal got = Run(table, {.pages = 2});
  EXPECT_FALSE(got.complete);
  EXPECT_EQ(got.studies, 2000);
  got = Run(table, {.pages = 3});
  EXPECT_EQ(got.studies, 2500);
  EXPECT_TRUE(got.complete);
}

TEST_F(RehearsalTest, TellsStudiesThatMayBeOneAndWhatItCost) {
  const Rehearsal got =
      Run("1,,Nuclei of fish at forty hours,,\n2,,nuclei of fish AT forty hours,,\n"
          "3,,Images,,\n4,,Images,,\n");
  ASSERT_THAT(got.duplicates, SizeIs(1));
  EXPECT_EQ(got.duplicates[0].accession, "2");
  EXPECT_EQ(got.duplicates[0].other, "1");
  EXPECT_EQ(got.duplicates[0].reason, "the same title");
  EXPECT_EQ(got.total_duplicates, 1);
  EXPECT_EQ(got.cost.documents, 1);
  EXPECT_EQ(got.cost.bytes, 123);
}

TEST_F(RehearsalTest, KeepsNoMoreThanAskedFor) {
  std::string table;
  for (int i = 0; i < 30; ++i) absl::StrAppend(&table, i, ",,,gnome", i, ",er\nbad\n");
  const Rehearsal got = Run(table, {.pages = 1, .words = 5, .rejections = 7});
  EXPECT_THAT(got.unmapped, SizeIs(5));
  EXPECT_THAT(got.rejections, SizeIs(7));
  EXPECT_EQ(got.total_rejections, 30);
}

}  // namespace
}  // namespace parfocal
