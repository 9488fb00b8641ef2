#include "parfocal/connector_idr/rules.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "support/status_matchers.h"

namespace parfocal::idr {
namespace {

using ::parfocal::testing::IsOk;
using ::parfocal::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(RulesTest, TheRulesFileOfTheProjectIsRead) {
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const Rules rules,
                                LoadRules(PARFOCAL_SOURCE_DIR "/deploy/sources/idr.yaml"));
  EXPECT_FALSE(rules.publisher.empty());
  EXPECT_GT(rules.columns.size(), 30u);
  EXPECT_EQ(rules.controls.at("empty well"), ControlType::kEmpty);
}

TEST(RulesTest, ReadsEachPart) {
  PARFOCAL_ASSERT_OK_AND_ASSIGN(const Rules rules, ParseRules(R"(
publisher: {name: P, id: "https://example.org/"}
landing_page: "https://example.org/{accession}"
empty_values: NA
row_keys: [[Plate, Well], [Image]]
columns:
  - {match: ["Gene #", Gene], as: gene_identifier, split: ";", role: tagged, study: [ex1, ex2], block: screenA}
  - {match: Dose, as: value, field: dose, unit: micromolar, group: compound, because: the header says so}
perturbations: [{library: "*siRNA*", type: RNAi, gene_role: perturbed}]
observations: [{term: "EX:*", kind: anatomy}]
scoring: [{denied_by: ["no"], scored_by: "Score - {phenotype}"}]
images: [{control: empty, available: false, kind: mask}]
controls: {Negative  Control: negative}
quality: {"TRUE": passed}
)",
                                                              "r.yaml"));
  EXPECT_EQ(rules.columns.at(0).use, ColumnUse::kGeneIdentifier);
  EXPECT_TRUE(rules.columns[0].where.Holds("ex2", "screenA"));
  EXPECT_FALSE(rules.columns[0].where.Holds("ex2", "screenB"));
  EXPECT_FALSE(rules.columns[0].where.Holds("ex3", "screenA"));
  EXPECT_EQ(rules.columns.at(1).unit, "micromolar");
  EXPECT_THAT(rules.row_keys, SizeIs(2));
  EXPECT_EQ(rules.controls.at("negative control"), ControlType::kNegative);
  EXPECT_EQ(rules.quality.at("true"), Quality::kPassed);
  EXPECT_FALSE(rules.images.at(0).available);
}

constexpr struct {
  const char* yaml;
  const char* message;
} kBad[] = {
    {"colums: []", "r.yaml:1: unknown key 'colums'"},
    {"not_genes: a\nnot_genes: b", "r.yaml:2: the key 'not_genes' stands twice in the rules"},
    {"columns:\n  - {match: a, az: value}", "r.yaml:2: unknown key 'az' in a column rule; known: "},
    {"columns:\n  - {match: a, as: valve}", "r.yaml:2: must be one of: "},
    {"columns:\n  - {as: value, field: x}", "needs 'match'"},
    {"columns:\n  - {match: a, as: value}", "needs 'field'"},
    {"columns:\n  - {match: a, as: identifier}", "needs 'of'"},
    {"columns:\n  - {match: a, as: gene_symbol, split: \"\"}", "empty separator"},
    {"columns: {}", "must be a list"},
    {"publisher: x", "publisher must be a mapping"},
    {"controls: {a: negativ}", "must be one of: empty, negative"},
    {"images:\n- available: maybe", "r.yaml:2: must be one of: false, true"},
    {"a: [", "r.yaml:"},
    {"- a", "the rules must be a mapping"},
};
TEST(RulesTest, AMistakeNamesItsLine) {
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.yaml);
    EXPECT_THAT(ParseRules(row.yaml, "r.yaml"),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.message)));
  }
}

TEST(RulesTest, Bounds) {
  std::string text = "landing_page: x\n";
  text.resize(kMaxRulesBytes, '#');
  EXPECT_THAT(ParseRules(text, "r"), IsOk());
  EXPECT_THAT(ParseRules(text + "#", "r"), StatusIs(absl::StatusCode::kInvalidArgument));
  auto with = [](size_t n) {
    std::string yaml = "observations:\n";
    for (size_t i = 0; i < n; ++i) yaml += "- {kind: normal}\n";
    return ParseRules(yaml, "r");
  };
  EXPECT_THAT(with(kMaxRules), IsOk());
  EXPECT_THAT(with(kMaxRules + 1),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("10000 rules")));
}

TEST(RulesTest, AMissingFileSaysWhatToDo) {
  EXPECT_THAT(LoadRules("/nowhere/idr.yaml"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("option 'rules'")));
}

}  // namespace
}  // namespace parfocal::idr
