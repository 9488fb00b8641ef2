#include "parfocal/schema/schema.h"

#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace parfocal {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string NameOfField(FieldId id) { return std::string(Fields()[id].name); }

Pairs ValuesOf(const ImageSet& set) {
  Pairs out;
  ForEachFieldValue(set, [&](const FieldValue& v) {
    out.emplace_back(NameOfField(v.field), std::string(v.key));
  });
  return out;
}
Pairs ValuesOf(const Study& study) {
  Pairs out;
  ForEachFieldValue(study, [&](const FieldValue& v, absl::string_view) {
    out.emplace_back(NameOfField(v.field), std::string(v.key));
  });
  return out;
}

Statement Said(const std::string& field, const std::string& value, const std::string& id = "",
               const std::string& term = "", const std::string& label = "") {
  Statement statement;
  statement.field = field;
  statement.value = value;
  statement.stated_id = id;
  statement.term = term;
  statement.label = label;
  return statement;
}

TEST(SchemaTest, FieldsAreConsistent) {
  std::set<std::string> names, prefixes;
  for (const Field& field : Fields()) {
    SCOPED_TRACE(field.name);
    EXPECT_EQ(FindField(field.name), &field);
    EXPECT_EQ(&Fields()[field.id], &field);
    EXPECT_TRUE(names.insert(std::string(field.name)).second);
    EXPECT_FALSE(field.group.empty());
    EXPECT_FALSE(field.description.empty());
    EXPECT_EQ(field.kind == FieldKind::kText, !field.prefix.empty());
    if (!field.prefix.empty()) {
      EXPECT_TRUE(prefixes.insert(std::string(field.prefix)).second);
    }
    if (field.privacy == FieldPrivacy::kPersonal) {
      EXPECT_FALSE(field.facet);
      EXPECT_EQ(field.weight, 0);
    }
    if (field.kind == FieldKind::kText) {
      EXPECT_FALSE(field.facet);
      EXPECT_GT(field.weight, 0);
    }
    if (field.stated) {
      const Field& base = Fields()[field.base];
      EXPECT_FALSE(base.stated);
      EXPECT_EQ(std::string(field.name), "stated_" + std::string(base.name));
      EXPECT_EQ(base.twin, field.id);
      EXPECT_EQ(field.kind, base.kind);
    } else {
      EXPECT_EQ(field.base, field.id);
    }
    // Every term field can be asked for what the archive stated.
    if (field.kind == FieldKind::kTerm && !field.stated && !field.mined) {
      EXPECT_NE(field.twin, field.id);
    }
    // What texts name has no twin, and weighs less than the field that archives fill.
    if (field.mined) {
      EXPECT_EQ(field.twin, field.id);
      ASSERT_EQ(field.name.substr(0, 6), "mined_");
      const Field* const base = FindField(field.name.substr(6));
      ASSERT_NE(base, nullptr);
      EXPECT_LT(field.weight, base->weight);
      EXPECT_EQ(field.ontologies, base->ontologies);
    }
  }
  EXPECT_EQ(FindField("attribute"), nullptr);
  EXPECT_NE(FindField("stated_year"), nullptr);
}

TEST(SchemaTest, TheDocumentedTableIsTheTable) {
  const std::string path = std::string(PARFOCAL_SOURCE_DIR) + "/docs/fields.md";
  if (std::getenv("PARFOCAL_REGENERATE") != nullptr) std::ofstream(path) << FieldTableMarkdown();
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), FieldTableMarkdown())
      << "run this test with PARFOCAL_REGENERATE=1 and commit docs/fields.md";
}

TEST(SchemaTest, NearestNamesComeFirst) {
  EXPECT_EQ(NearestFieldNames("organsim")[0], "organism");
  EXPECT_EQ(NearestFieldNames("LICENSE")[0], "licence");
  EXPECT_EQ(NearestFieldNames("stated_genes")[0], "stated_gene");
  EXPECT_EQ(NearestFieldNames("").size(), 3u);
  for (const auto& name : NearestFieldNames("donr")) EXPECT_NE(name, "donor");
}

TEST(SchemaTest, KeysFollowTermThenIdThenWords) {
  const struct {
    Statement statement;
    const char* key;
    const char* stated;
    const char* label;
  } kRows[] = {
      {Said("organism", "mice"), "mice", "mice", "mice"},
      {Said("organism", "mice", "", "EX:1", "Mus"), "EX:1", "mice", "Mus"},
      {Said("organism", "mice", "EX:2"), "EX:2", "EX:2", "mice"},
      {Said("organism", "mice", "EX:2", "EX:1", "Mus"), "EX:1", "EX:2", "Mus"},
      {Said("organism", "", "EX:2"), "EX:2", "EX:2", "EX:2"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(ValueKey(row.statement), row.key);
    EXPECT_EQ(StatedKey(row.statement), row.stated);
    EXPECT_EQ(ValueLabel(row.statement), row.label);
  }
}

TEST(SchemaTest, StatementGivesItsFieldAndItsTwin) {
  ImageSet set;
  set.statements = {Said("organism", "mice", "EX:2", "EX:1", "Mus")};
  std::map<std::string, FieldValue> got;
  std::vector<std::string> keep;
  ForEachFieldValue(set, [&](const FieldValue& v) {
    EXPECT_TRUE(v.is_term);
    got[NameOfField(v.field)] = v;
    keep.push_back(std::string(v.key) + "|" + std::string(v.label));
  });
  EXPECT_THAT(keep, ElementsAre("EX:1|Mus", "EX:2|mice"));
  EXPECT_EQ(got.size(), 2u);

  set.statements[0].origin = Origin::kInferred;
  EXPECT_THAT(ValuesOf(set), ElementsAre(Pair("organism", "EX:1")));
}

TEST(SchemaTest, WhatATextNamesIsInItsOwnFieldAlone) {
  Study study;
  Statement mined = Said("mined_organism", "mice", "", "EX:1", "Mus");
  mined.origin = Origin::kInferred;
  mined.rule = TermRule::kMined;
  study.statements = {mined};
  std::vector<std::string> fields;
  ForEachFieldValue(study, [&](const FieldValue& value, absl::string_view) {
    if (value.key == "EX:1") fields.push_back(std::string(Fields()[value.field].name));
    EXPECT_NE(value.key, "mice");
  });
  EXPECT_THAT(fields, ElementsAre("mined_organism"));
}

TEST(SchemaTest, GenesHaveNoClosureAndTheUmbrellaHoldsEveryRole) {
  ImageSet set;
  set.statements = {Said("perturbed_gene", "abc1", "EX:7")};
  EXPECT_THAT(
      ValuesOf(set),
      UnorderedElementsAre(Pair("perturbed_gene", "EX:7"), Pair("gene", "EX:7"),
                           Pair("stated_perturbed_gene", "EX:7"), Pair("stated_gene", "EX:7")));
  ForEachFieldValue(set, [&](const FieldValue& v) { EXPECT_FALSE(v.is_term); });
  Statement by_role = Said("gene", "abc1");
  by_role.role = "tagged";
  set.statements = {by_role};
  EXPECT_THAT(ValuesOf(set), UnorderedElementsAre(Pair("tagged_gene", "abc1"), Pair("gene", "abc1"),
                                                  Pair("stated_tagged_gene", "abc1"),
                                                  Pair("stated_gene", "abc1")));
}

TEST(SchemaTest, StatementsThatNameNoValueFieldAreLeftOut) {
  ImageSet set;
  for (const char* field : {"no_such_field", "", "title", "stated_organism", "age", "donor",
                            "ethnicity", "attribute"}) {
    set.statements.push_back(Said(field, "x"));
  }
  set.statements.push_back(Said("organism", "   "));
  EXPECT_THAT(ValuesOf(set), ElementsAre());
}

TEST(SchemaTest, OnlyPositiveFindingsOfAKindBecomeValues) {
  const struct {
    ObservationKind kind;
    Outcome outcome;
    const char* field;
  } kRows[] = {
      {ObservationKind::kPhenotype, Outcome::kPositive, "phenotype"},
      {ObservationKind::kLocalisation, Outcome::kPositive, "localisation"},
      {ObservationKind::kExpression, Outcome::kPositive, "expression"},
      {ObservationKind::kAnatomy, Outcome::kPositive, "anatomy"},
      {ObservationKind::kDiagnosis, Outcome::kPositive, "diagnosis"},
      {ObservationKind::kNormal, Outcome::kPositive, ""},
      {ObservationKind::kOther, Outcome::kPositive, ""},
      {ObservationKind::kPhenotype, Outcome::kTestedNegative, ""},
      {ObservationKind::kPhenotype, Outcome::kNotScored, ""},
  };
  for (const auto& row : kRows) {
    ImageSet set;
    Observation observation;
    observation.kind = row.kind;
    observation.outcome = row.outcome;
    observation.finding = Said("phenotype", "round", "EX:3", "EX:3", "round");
    set.observations = {observation};
    const Pairs got = ValuesOf(set);
    if (row.field[0] == '\0') {
      EXPECT_THAT(got, ElementsAre());
    } else {
      EXPECT_THAT(got, ElementsAre(Pair(row.field, "EX:3"),
                                   Pair("stated_" + std::string(row.field), "EX:3")));
    }
  }
}

TEST(SchemaTest, ImageSetMembersBecomeValues) {
  ImageSet set;
  set.source = "src";
  set.study = "S1";
  set.block = "screenA";
  set.plate = "P1";
  set.well = "A1";
  set.image_count = 4;
  set.control = ControlType::kNegative;
  set.quality = Quality::kFailed;
  set.image_kind = ImageKind::kMask;
  set.extents.x = 512;
  set.extents.pixel_size_x_um = 0.25;
  set.extents.pixel_size_y_um = 0.5;
  EXPECT_THAT(
      ValuesOf(set),
      UnorderedElementsAre(Pair("source", "src"), Pair("study", "S1"), Pair("block", "screenA"),
                           Pair("plate", "P1"), Pair("well", "A1"), Pair("image_count", "4"),
                           Pair("control_type", "negative"), Pair("quality", "failed"),
                           Pair("image_kind", "mask"), Pair("size_x", "512"),
                           Pair("pixel_size", "0.25"), Pair("pixel_size", "0.5")));
  ForEachFieldValue(set, [&](const FieldValue& v) {
    EXPECT_EQ(v.number.has_value(), Fields()[v.field].kind == FieldKind::kNumber);
  });
}

Study WholeStudy() {
  Study study;
  study.source = "src";
  study.accession = "S1";
  study.title = "A title";
  study.description = "Words";
  study.keywords = {" Light Sheet "};
  study.publisher = "The Archive";
  study.publisher_id = "https://archive.example/";
  study.release_date = "2020-02";
  study.data_doi = "10.1/a";
  study.alternate_ids = {"OTHER-9"};
  Person person;
  person.name = "A. Person";
  person.orcid = "0000-0001-2345-6789";
  study.people = {person};
  Publication publication;
  publication.doi = "10.2/b";
  publication.pmid = "77";
  publication.title = "An article";
  study.publications = {publication};
  study.funding = {{"Funder", "", "G-1"}};
  study.licence.stated = "CC BY 4.0";
  study.licence.spdx = "CC-BY-4.0";
  study.licence.commercial_use = Tristate::kYes;
  study.data_access = DataAccess::kOpen;
  study.bytes = 1000;
  study.image_count = 12;
  AnnotationSet annotations;
  annotations.kind = "masks";
  study.annotation_sets = {annotations};
  Block block;
  block.id = "screenA";
  block.name = "Primary";
  study.blocks = {block};
  return study;
}

TEST(SchemaTest, StudyMembersBecomeValues) {
  EXPECT_THAT(
      ValuesOf(WholeStudy()),
      UnorderedElementsAre(
          Pair("source", "src"), Pair("study", "S1"), Pair("accession", "S1"),
          Pair("accession", "OTHER-9"), Pair("publisher", "https://archive.example/"),
          Pair("stated_publisher", "https://archive.example/"), Pair("release_date", "2020-02"),
          Pair("year", "2020"), Pair("stated_year", "2020"), Pair("doi", "10.1/a"),
          Pair("doi", "10.2/b"), Pair("pubmed", "77"), Pair("keyword", "light sheet"),
          Pair("licence", "CC-BY-4.0"), Pair("stated_licence", "CC BY 4.0"),
          Pair("licence_commercial_use", "yes"), Pair("licence_derivatives", "not stated"),
          Pair("licence_share_alike", "not stated"), Pair("licence_attribution", "not stated"),
          Pair("data_access", "open"), Pair("author", "A. Person"),
          Pair("orcid", "0000-0001-2345-6789"), Pair("funder", "Funder"), Pair("award", "G-1"),
          Pair("bytes", "1000"), Pair("study_image_count", "12"),
          Pair("annotation_kind", "masks")));
}

TEST(SchemaTest, AFlagThatNobodyStatedIsNeverYes) {
  EXPECT_THAT(ValuesOf(Study()), Not(Contains(Pair("licence_commercial_use", "yes"))));
  EXPECT_THAT(ValuesOf(Study()), Contains(Pair("licence_commercial_use", "not stated")));
}

TEST(SchemaTest, ScopeOfAStatementIsPassedOn) {
  Study study;
  study.statements = {Said("technology", "array")};
  study.statements[0].scope = "screenB";
  std::set<std::string> scopes;
  ForEachFieldValue(study, [&](const FieldValue& v, absl::string_view scope) {
    if (Fields()[Fields()[v.field].base].name == "technology") scopes.emplace(scope);
  });
  EXPECT_THAT(scopes, ElementsAre("screenB"));
}

TEST(SchemaTest, TextsComeInSchemaOrderOncePerField) {
  std::vector<std::string> names;
  FieldId last = 0;
  ForEachText(WholeStudy(), [&](const Field& field, absl::string_view text) {
    names.push_back(std::string(field.name) + "=" + std::string(text));
    EXPECT_GT(field.id, last);
    last = field.id;
  });
  EXPECT_THAT(names, ElementsAre("title=A title", "description=Words", "publication=An article",
                                 "section=Primary"));
}

TEST(SchemaTest, DatesAreCheckedAndCounted) {
  const struct {
    const char* text;
    std::optional<int32_t> day;
  } kRows[] = {
      {"1970", 0},        {"1970-01-02", 1},  {"2000-03-01", 11017}, {"2000-02", 10988},
      {"1969-12-31", -1}, {"2001-02-29", {}}, {"2000-13", {}},       {"2000-1-1", {}},
      {"2000/01/01", {}}, {"", {}},           {"20000", {}},         {"2000-01-0x", {}},
      {"-200", {}},
  };
  for (const auto& row : kRows) EXPECT_EQ(FirstDayOf(row.text), row.day) << row.text;
}

TEST(SchemaTest, WordsThatDisagreeWithTheirIdAreAValueOfTheirOwn) {
  Statement statement;
  statement.field = "organism";
  statement.value = "a <b>: c";
  statement.stated_id = "EX:1";
  const std::string key = FlaggedKey(statement);
  EXPECT_EQ(key, "organism: a <b>: c <EX:1>");
  const auto flagged = ParseFlaggedKey(key);
  ASSERT_TRUE(flagged.has_value());
  EXPECT_EQ(flagged->field, statement.field);
  EXPECT_EQ(flagged->words, statement.value);
  EXPECT_EQ(flagged->stated_id, statement.stated_id);
  for (const char* text :
       {"", "organism", "organism: a", "a <EX:1>", "organism <EX:1>", ": <", "<>"})
    EXPECT_FALSE(ParseFlaggedKey(text).has_value()) << text;

  ImageSet set;
  set.statements = {statement};
  const auto flags = [&set] {
    int count = 0;
    ForEachFieldValue(set, [&](const FieldValue& value) {
      count += Fields()[value.field].name == kFlaggedField ? 1 : 0;
    });
    return count;
  };
  EXPECT_EQ(flags(), 0);
  set.statements[0].label_conflict = true;
  EXPECT_EQ(flags(), 1);
}

TEST(SchemaTest, PersonalAttributesAreKnownByAnyOfTheirWords) {
  for (const char* name : {"Age", "Characteristics [Age]", "donor_id", "Patient", "Ethnicity",
                           "Characteristics [Individual]"}) {
    EXPECT_TRUE(IsPersonalAttribute(name)) << name;
  }
  for (const char* name : {"", "Stage", "Image File", "Percentage", "Characteristics [Sex]"}) {
    EXPECT_FALSE(IsPersonalAttribute(name)) << name;
  }
}

TEST(NumberInTest, ReadsWhatPeopleOfAnyCountryWrite) {
  const std::pair<const char*, double> kNumbers[] = {
      {"0", 0},
      {"2.5", 2.5},
      {"2,5", 2.5},
      {" 2,50 ", 2.5},
      {"-3e-7", -3e-7},
      {"+1.5E3", 1500},
      {"1,234", 1234},
      {"0,125", 0.125},
      {"12,5", 12.5},
      {"1,234.5", 1234.5},
      {"1.234,5", 1234.5},
      {"1,234,567", 1234567},
      {"1.234", 1.234},
      {"1.234.567", 1234567},
      {".5", 0.5},
      {"5.", 5},
      {"1234,567", 1234.567},
  };
  for (const auto& [text, number] : kNumbers) {
    ASSERT_TRUE(NumberIn(text).has_value()) << text;
    EXPECT_DOUBLE_EQ(*NumberIn(text), number) << text;
  }
  for (const char* text :
       {"",           " ",       "-",   ".",    ",",   "e5",  "1e",     "1e400",
        "1e5.5",      "1e 5",    "1 2", "0x10", "inf", "nan", "2.5 uM", "1,23,456",
        "1,2345,678", "1.2,3.4", "--1", "1-2",  "A1",  "10%"}) {
    EXPECT_FALSE(NumberIn(text).has_value()) << text;
  }
  EXPECT_FALSE(NumberIn(std::string(65, '1')).has_value());
  EXPECT_TRUE(NumberIn(std::string(64, '1')).has_value());
}

}  // namespace
}  // namespace parfocal
