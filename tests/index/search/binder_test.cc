#include "parfocal/search/binder.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "support/fake_term_lookup.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using ::parfocal::testing::FakeTermLookup;
using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;
using ::parfocal::testing::StatusIs;
using ::testing::HasSubstr;
using Kind = QueryNode::Kind;

// A snapshot that knows the names of some values and nothing else.
class NamesOnly final : public Snapshot {
 public:
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> names;

  Revision revision() const override { return {}; }
  absl::StatusOr<Statistics> StatisticsFor(const BoundQuery&) const override {
    return absl::UnimplementedError("names only");
  }
  absl::StatusOr<SearchAnswer> Execute(const BoundQuery&, const Statistics*, absl::Time,
                                       bool (*)(const void*), const void*) const override {
    return absl::UnimplementedError("names only");
  }
  absl::StatusOr<std::vector<Suggestion>> Suggest(absl::string_view,
                                                  const std::vector<std::string>&,
                                                  int) const override {
    return absl::UnimplementedError("names only");
  }
  std::vector<std::string> ValuesNamed(absl::string_view field,
                                       absl::string_view text) const override {
    auto it = names.find({std::string(field), std::string(text)});
    return it == names.end() ? std::vector<std::string>() : it->second;
  }
  void CountTerm(absl::string_view, Counts*, Counts*) const override {}
};

std::string Print(const QueryNode& node) {
  std::vector<std::string> children;
  for (const QueryNode& child : node.children) children.push_back(Print(child));
  const std::string inside = absl::StrJoin(children, " ");
  const std::string field =
      absl::StrCat(node.field, node.attribute_key.empty() ? "" : "/", node.attribute_key);
  switch (node.kind) {
    case Kind::kAll:
      return "all";
    case Kind::kNone:
      return "none";
    case Kind::kAnd:
      return absl::StrCat("and(", inside, ")");
    case Kind::kOr:
      return absl::StrCat("or(", inside, ")");
    case Kind::kNot:
      return absl::StrCat("not(", inside, ")");
    case Kind::kWord:
      return absl::StrCat("word(", field, field.empty() ? "" : " ", node.words[0], ")");
    case Kind::kPhrase:
      return absl::StrCat("phrase(", field, field.empty() ? "" : " ",
                          absl::StrJoin(node.words, " "), ")");
    case Kind::kPrefix:
      return absl::StrCat("prefix(", node.words[0], ")");
    case Kind::kValue:
      return absl::StrCat(field, "{", absl::StrJoin(node.values, ","), "}");
    case Kind::kHas:
      return absl::StrCat("has(", field, ")");
    case Kind::kSubstring:
      return absl::StrCat("part(", field, " ", node.words[0], ")");
    case Kind::kRange:
      return absl::StrCat(
          field, node.low_exclusive ? "(" : "[", node.low ? absl::StrCat(*node.low) : "", "..",
          node.high ? absl::StrCat(*node.high) : "", node.high_exclusive ? ")" : "]");
  }
  return "";
}

class BinderTest : public ::testing::Test {
 protected:
  BinderTest() {
    terms_.Add("NCBITaxon:1", "animal");
    terms_.Add("NCBITaxon:3", "mouse", {"NCBITaxon:1"}, {"house mouse"});
    terms_.Add("GO:0000003", "mouse");  // Not an ontology of organisms.
    Term old;
    old.id = "NCBITaxon:9";
    old.label = "old mouse";
    old.obsolete = true;
    old.replaced_by = "NCBITaxon:3";
    terms_.Add(old);
    names_.names[{"strain", "WILD"}] = {"wild"};
    names_.names[{"organism", "a creature"}] = {"A creature"};
    names_.names[{"stated_organism", "mouse"}] = {"NCBITaxon:3", "mouse"};
  }
  absl::StatusOr<BoundQuery> Bind(const std::string& query, const std::string& filter) const {
    SearchText text;
    text.query = query;
    text.filter = filter;
    return Binder(&terms_, &names_).Bind(text);
  }
  FakeTermLookup terms_;
  NamesOnly names_;
};

TEST_F(BinderTest, GivesFiltersTheirMeaning) {
  const struct {
    const char* filter;
    const char* bound;
  } rows[] = {
      {"", "all"},
      {"organism = animal", "organism{NCBITaxon:1,NCBITaxon:3}"},
      {"organism = 'HOUSE MOUSE'", "organism{NCBITaxon:3}"},
      {"organism.exact = animal", "organism{NCBITaxon:1}"},
      {"organism = NCBITaxon:1", "organism{NCBITaxon:1,NCBITaxon:3}"},
      {"organism = 'http://purl.obolibrary.org/obo/NCBITaxon_3'", "organism{NCBITaxon:3}"},
      {"organism = NCBITaxon:9", "organism{NCBITaxon:3,NCBITaxon:9}"},
      {"organism = 'a creature'", "organism{A creature}"},
      {"organism = nothing", "organism{nothing}"},
      {"organism != animal", "not(organism{NCBITaxon:1,NCBITaxon:3})"},
      {"organism = (animal OR nothing)", "or(organism{NCBITaxon:1,NCBITaxon:3} organism{nothing})"},
      {"stated_organism = animal", "stated_organism{animal}"},
      {"stated_organism = mouse", "stated_organism{NCBITaxon:3,mouse}"},
      {"stated_organism.closure = NCBITaxon:1", "stated_organism{NCBITaxon:1,NCBITaxon:3}"},
      {"strain = WILD", "strain{wild}"},
      {"organism:*", "has(organism)"},
      {"organism:mou", "part(organism mou)"},
      {"title:light", "part(title light)"},
      {"year >= 2020", "year[2020..]"},
      {"year = 2020", "year[2020..2020]"},
      {"release_date > 1970", "release_date(364..]"},
      {"release_date >= 1970-02", "release_date[31..]"},
      {"release_date < 1970-01-02", "release_date[..1)"},
      {"release_date <= 1970-02", "release_date[..58]"},
      {"release_date = 1972", "release_date[730..1095]"},
      {"attribute['Dose'] = 3", "attribute/Dose{3}"},
      {"attribute = x", "attribute{x}"},
      {"attribute:*", "has(attribute)"},
      {"attribute['Dose'] > '2,5'", "attribute/Dose(2.5..]"},
      {"attribute['Dose'] <= 3", "attribute/Dose[..3]"},
      {"attribute['Dose']:x", "part(attribute/Dose x)"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.filter);
    const absl::StatusOr<BoundQuery> bound = Bind("", row.filter);
    ASSERT_THAT(bound, IsOk());
    EXPECT_EQ(Print(bound->filter), row.bound);
  }
}

TEST_F(BinderTest, ValuesAreFoundByOtherNames) {
  names_.names[{"gene", "KIF11"}] = {"HGNC:6388", "KIF11", "MGI:1098231"};
  const OtherNames other = [](const Field& field, absl::string_view text) {
    const bool gene = field.name == "gene" && (text == "KIF11" || text == "EG5");
    const bool line = field.name == "cell_line" && text == "CLO:0003684";
    return gene   ? std::vector<std::string>{"HGNC:6388"}
           : line ? std::vector<std::string>{"EFO:0001185"}
                  : std::vector<std::string>();
  };
  const std::pair<const char*, const char*> kRows[] = {
      // With the words that no rule mapped, without another organism's gene of that name.
      {"gene = KIF11", "gene{HGNC:6388,KIF11}"},
      {"gene = EG5", "gene{HGNC:6388}"},
      {"gene = ABC1", "gene{ABC1}"},
      {"stated_gene = EG5", "stated_gene{EG5}"},
      {"cell_line = 'CLO:0003684'", "cell_line{CLO:0003684,EFO:0001185}"},
  };
  for (const auto& [filter, bound] : kRows) {
    SearchText text;
    text.filter = filter;
    const absl::StatusOr<BoundQuery> got = Binder(&terms_, &names_, other).Bind(text);
    ASSERT_THAT(got, IsOk());
    EXPECT_EQ(Print(got->filter), bound) << filter;
  }
}

TEST_F(BinderTest, GivesWordsTheirMeaning) {
  const struct {
    const char* query;
    const char* bound;
  } rows[] = {
      {"", "all"},
      {"Light sheets", "and(word(light) word(sheets))"},
      {"\"Light Sheet\"", "phrase(light sheet)"},
      {"light-sheet", "phrase(light sheet)"},
      {"S-X12", "phrase(s x12)"},
      {"\"mouse\"", "phrase(mouse)"},
      {"micro*", "prefix(micro)"},
      {"light-micro*", "and(phrase(light) prefix(micro))"},
      {"title:sheet", "word(title sheet)"},
      {"a -b", "and(word(a) not(word(b)))"},
      {"& sheet", "word(sheet)"},
      {"-& sheet", "word(sheet)"},
      {"&", "all"},
      {"EX:0000001", "phrase(ex 0000001)"},
      {"https://doi.org/10.1234/x", "phrase(10 1234 x)"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.query);
    const absl::StatusOr<BoundQuery> bound = Bind(row.query, "");
    ASSERT_THAT(bound, IsOk());
    EXPECT_EQ(Print(bound->words), row.bound);
  }
}

TEST_F(BinderTest, WordsSideBySideAreAlsoNames) {
  names_.names[{"annotation_kind", "masks"}] = {"masks"};
  EverydayWords everyday;
  ASSERT_THAT(everyday.Add("field\trule\tphrase\tvalue\treason\n"
                           "# Other rules are for others.\n"
                           "organism\tmask\tmouse serum\t\tnot the sample\n"
                           "organism\tname\tmurine\tmouse\tanother name\n"
                           "organism\tname\tdragon\tno such thing\tanother name\n"
                           "annotation_kind\tname\tmask\tmasks\tanother name\n"
                           "annotation_kind\tany\tground truth\t\tany of them\n"
                           "\twords\tKD\tknock-down\tabbreviation\n"
                           "\tskip\tof\t\tgrammar\n\tskip\timages\t\tall are\n",
                           "test"),
              IsOk());
  const OtherNames other = [](const Field& field, absl::string_view text) {
    return field.name == "gene" && (text == "EG5" || text == "white")
               ? std::vector<std::string>{"HGNC:6388"}
               : std::vector<std::string>();
  };
  const std::pair<const char*, const char*> kRows[] = {
      // The longest name first, by label or exact synonym, with all below.
      {"house mouse", "or(and(word(house) word(mouse)) {NCBITaxon:3})"},
      {"animals", "or(word(animals) {NCBITaxon:1,NCBITaxon:3})"},
      {"mouse", "or(word(mouse) {GO:0000003} {NCBITaxon:3})"},
      {"sheet house mouse", "and(word(sheet) or(and(word(house) word(mouse)) {NCBITaxon:3}))"},
      {"NCBITaxon:9", "or(phrase(ncbitaxon 9) {NCBITaxon:3})"},
      {"-animal", "not(or(word(animal) {NCBITaxon:1,NCBITaxon:3}))"},
      {"animal OR sheet", "or(or(word(animal) {NCBITaxon:1,NCBITaxon:3}) word(sheet))"},
      // Phrases, words of a field and words that begin so mean themselves.
      {"\"house mouse\"", "phrase(house mouse)"},
      {"title:animal", "word(title animal)"},
      {"anim*", "prefix(anim)"},
      // Everyday words.
      {"murine", "or(word(murine) {NCBITaxon:3})"},
      {"dragon", "word(dragon)"},
      {"masks", "or(word(masks) annotation_kind{masks})"},
      {"ground-truth", "or(phrase(ground truth) has(annotation_kind))"},
      {"KD", "or(word(kd) phrase(knock down))"},
      {"images of sheet", "word(sheet)"},
      {"images of", "and(word(images) word(of))"},
      {"of", "word(of)"},
      // Genes, where they are written like one.
      {"EG5", "or(word(eg5) gene{HGNC:6388})"},
      {"white", "word(white)"},
      // A single character stands beside the next word.
      {"G protein", "phrase(g protein)"},
      {"protein G", "and(word(protein) word(g))"},
      {"G of", "word(g)"},
  };
  for (const auto& [query, bound] : kRows) {
    SCOPED_TRACE(query);
    SearchText text;
    text.query = query;
    const absl::StatusOr<BoundQuery> got = Binder(&terms_, &names_, other, &everyday).Bind(text);
    ASSERT_THAT(got, IsOk());
    EXPECT_EQ(Print(got->words), bound);
    text.exact = true;
    const absl::StatusOr<BoundQuery> exact = Binder(&terms_, &names_, other, &everyday).Bind(text);
    ASSERT_THAT(exact, IsOk());
    EXPECT_EQ(Print(exact->words).find('{'), std::string::npos);
  }
  SearchText text;
  text.query = "murine animals";
  const BoundQuery bound = Binder(&terms_, &names_, other, &everyday).Bind(text).value();
  ASSERT_EQ(bound.explain.size(), 4u);
  EXPECT_EQ(bound.explain[1].text, "murine");
  EXPECT_EQ(bound.explain[1].matched, "murine");
  EXPECT_EQ(bound.explain[1].term, "NCBITaxon:3");
  EXPECT_THAT(bound.explain[1].note, HasSubstr("everyday name of mouse"));
  EXPECT_EQ(bound.explain[2].offset, 7u);
  EXPECT_EQ(bound.explain[3].rule, TermRule::kExactLabel);
  EXPECT_EQ(bound.explain[3].expanded_terms, 2);
}

TEST_F(BinderTest, NamesAreLookedUpOnlySoFar) {
  std::string query;
  for (size_t i = 0; i < 40; ++i) query += "animal ";
  SearchText text;
  text.query = query;
  const BoundQuery bound = Binder(&terms_, &names_).Bind(text).value();
  ASSERT_EQ(bound.words.children.size(), 40u);
  EXPECT_EQ(Print(bound.words.children[31]), "or(word(animal) {NCBITaxon:1,NCBITaxon:3})");
  EXPECT_EQ(Print(bound.words.children[32]), "word(animal)");
}

TEST(EverydayWordsTest, RefusesWithTheLine) {
  const std::pair<std::string, const char*> kRows[] = {
      {"organism\tname\tx\ty", "test:1: expected five cells"},
      {"\norgansim\tname\tx\ty\t", "test:2: no field 'organsim'"},
      {"donor\tname\tx\ty\t", "no field 'donor'"},
      {"organism\tname\tx\t\t", "no value"},
      {"organism\tname\t&\ty\t", "1 to 6 words"},
      {"organism\tname\ta b c d e f g\ty\t", "1 to 6 words"},
      {"\tskip\ta b\t\t", "one word"},
  };
  for (const auto& [text, message] : kRows) {
    EverydayWords everyday;
    EXPECT_THAT(everyday.Add(text, "test"),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  }
  EverydayWords everyday;
  EXPECT_THAT(everyday.Add(std::string(kMaxEverydayBytes, '#'), "test"), IsOk());
  EXPECT_THAT(everyday.Add(std::string(kMaxEverydayBytes + 1, '#'), "test"),
              StatusIs(absl::StatusCode::kResourceExhausted));
  std::string rows;
  for (size_t i = 0; i < kMaxEverydayRows; ++i) rows += "\tskip\tof\t\t\n";
  EXPECT_THAT(everyday.Add(rows, "test"), IsOk());
  EXPECT_THAT(everyday.Add("\tskip\tof\t\t", "test"),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(everyday.AddFile("/no/such/file"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(BinderTest, SplitsOffTheConditionsOnOneField) {
  const absl::StatusOr<BoundQuery> bound =
      Bind("",
           "organism = mouse AND (strain = WILD OR strain = x) AND (strain = y OR sex = z) AND "
           "NOT attribute['K']:* AND (organism:* OR year > 3)");
  ASSERT_THAT(bound, IsOk());
  std::vector<std::string> fields;
  for (const QueryNode& condition : bound->conditions) {
    fields.push_back(absl::StrCat(condition.field, condition.attribute_key));
  }
  EXPECT_THAT(fields, ::testing::ElementsAre("organism", "strain", "attributeK"));
  EXPECT_EQ(Print(bound->rest), "and(or(strain{y} sex{z}) or(has(organism) year(3..]))");
}

TEST_F(BinderTest, RefusesWithAReason) {
  const struct {
    const char *query, *filter, *reason, *message;
  } rows[] = {
      {"", "organsim = x", "FILTER_UNKNOWN_FIELD", "organism"},
      {"", "a = 1 AND organism = x", "FILTER_UNKNOWN_FIELD", "at byte 0"},
      {"", "donor = x", "FILTER_UNKNOWN_FIELD", "no field 'donor'"},
      {"", "attribute['Age of patient'] = 3", "FILTER_UNKNOWN_FIELD", "not searchable"},
      {"", "organism.clos = x", "FILTER_UNKNOWN_FIELD", ".exact and .closure"},
      {"", "organism > x", "FILTER_TYPE", "no order"},
      {"", "title = x", "FILTER_TYPE", "title:"},
      {"", "year = x", "FILTER_TYPE", "not a number"},
      {"", "release_date = 2020-13", "FILTER_TYPE", "no date"},
      {"", "a = ", "FILTER_SYNTAX", "byte"},
      {"\"a", "", "QUERY_SYNTAX", "byte 0"},
      {"organsim:x", "", "FILTER_UNKNOWN_FIELD", "organism"},
      {"year:2020", "", "FILTER_TYPE", "use a filter"},
      {"a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r-s-t-u-v-w-x-y-z-1-2-3-4-5-6-7", "", "LIMIT_EXCEEDED",
       "phrase_words is 32"},
      {"a-bc*", "", "LIMIT_EXCEEDED", "prefix_characters"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.query, " ", row.filter));
    const absl::StatusOr<BoundQuery> bound = Bind(row.query, row.filter);
    EXPECT_THAT(bound, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.message)));
    EXPECT_THAT(bound, HasReason(row.reason));
  }
}

TEST_F(BinderTest, RefusesFacetsThatCannotBeCounted) {
  for (const char* field : {"title", "release_date", "donor", "nothing"}) {
    SearchText text;
    text.facets = {{field, "", 50, 0, ""}};
    EXPECT_THAT(Binder(&terms_, &names_).Bind(text), StatusIs(absl::StatusCode::kInvalidArgument))
        << field;
  }
}

TEST_F(BinderTest, RefusesAClosureBeyondTheLimit) {
  FakeTermLookup large;
  large.Add("NCBITaxon:1", "root");
  for (size_t i = 2; i <= kMaxClosureTerms; ++i)
    large.Add(absl::StrCat("NCBITaxon:", i), "", {"NCBITaxon:1"});
  SearchText text;
  text.filter = "organism = root";
  EXPECT_THAT(Binder(&large, &names_).Bind(text), IsOk());
  large.Add(absl::StrCat("NCBITaxon:", kMaxClosureTerms + 1), "", {"NCBITaxon:1"});
  const absl::StatusOr<BoundQuery> bound = Binder(&large, &names_).Bind(text);
  EXPECT_THAT(bound,
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("closure_terms is 200000")));
  EXPECT_THAT(bound, HasReason("LIMIT_EXCEEDED"));
}

}  // namespace
}  // namespace parfocal
