#include "parfocal/definition/template.h"

#include "gmock/gmock.h"
#include "parfocal/definition/plain_text.h"
#include "support/status_matchers.h"

namespace parfocal::definition {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

Item Object(std::vector<std::pair<std::string, Item>> fields) {
  Item out;
  out.kind = Item::Kind::kObject;
  out.fields = std::move(fields);
  return out;
}

Item List(std::vector<Item> items) {
  Item out;
  out.kind = Item::Kind::kList;
  out.items = std::move(items);
  return out;
}

Item Sample() {
  return Object(
      {{"gene", Item::Text(" Abc1 ")},
       {"nothing", Item()},
       {"page", Item::Text("//example.org/a/b#c")},
       {"when", Item::Text("2014-03-31T00:00:00Z")},
       {"year", Item::Text("2014/03")},
       {"allele", Item::Text("Abc1<tm1b>")},
       {"html", Item::Text("<p>One &amp; two</p>3 < 4 &#x3b1;<br/>x")},
       {"a/b", Item::Text("slash")},
       {"images", List({Object({{"sex", Item::Text("male")}, {"n", Item::Text("1")}}),
                        Object({{"sex", Item::Text("female")}})})},
       {"attributes", List({Object({{"name", Item::Text("Age")}, {"value", Item::Text("4")}}),
                            Object({{"name", Item::Text("Dose")}, {"value", Item::Text("5")}})})},
       {"words", List({Item::Text("one"), List({Item::Text("two")})})},
       {"Comment [x]", Item::Text("column")}});
}

TEST(TemplateTest, NamesValues) {
  const struct {
    const char* text;
    std::vector<std::string> values;
  } kRows[] = {
      {"fixed", {"fixed"}},
      {"{gene}", {"Abc1"}},
      {"{missing}", {}},
      {"{nothing}", {}},
      {"{images/sex}", {"male", "female"}},
      {"is {images/sex}!", {"is male!", "is female!"}},
      {"{images/sex|first}", {"male"}},
      {"{images|count}", {"2"}},
      {"{missing|count}", {"0"}},
      // Several paths: the first value of each; one without a value leaves none.
      {"{gene}: {images/sex}", {"Abc1: male"}},
      {"{gene}: {missing}", {}},
      {"{gene}: {missing?}", {"Abc1:"}},
      {"{attributes[name=Dose]/value}", {"5"}},
      {"{attributes[name=None]/value}", {}},
      {"{images/*}", {"male", "1", "female"}},
      {"{words}", {"one", "two"}},
      {"{**[sex=female]/sex}", {"female"}},
      {"{**/name}", {"Age", "Dose"}},
      {"{a~1b}", {"slash"}},
      {"{Comment [x]}", {"column"}},
      {"{page|https}", {"https://example.org/a/b#c"}},
      {"{page|tail|lower}", {"c"}},
      {"{when|date}", {"2014-03-31"}},
      {"{year|date}", {"2014"}},
      {"{allele|before:<}", {"Abc1"}},
      {"{allele|after:<}", {"tm1b>"}},
      {"{gene|before:<}", {"Abc1"}},
      {"{html|text}", {"One & two\n3 < 4 \xCE\xB1\nx"}},
      {"a {{brace} {gene}", {"a {brace} Abc1"}},
  };
  const Item sample = Sample();
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.text);
    const absl::StatusOr<ValueTemplate> made = ValueTemplate::Parse(row.text);
    ASSERT_THAT(made, IsOk());
    EXPECT_THAT(made->Values({&sample, &sample}), ElementsAreArray(row.values));
  }
}

TEST(TemplateTest, AnElementSeesItselfAndItsRecord) {
  const Item sample = Sample();
  const Item& image = sample.Field("images")->items[1];
  const View view{&image, &sample};
  EXPECT_THAT(ValueTemplate::Parse("{sex} of {../gene}")->Values(view),
              ElementsAre("female of Abc1"));
  const Item word = Item::Text("w");
  EXPECT_THAT(ValueTemplate::Parse("{.}")->Values({&word, &sample}), ElementsAre("w"));
}

TEST(TemplateTest, FollowsReferencesWithinTheRecord) {
  const Item record =
      Object({{"people", List({Object({{"name", Item::Text("A")}, {"at", Item::Text("o2")}}),
                               Object({{"name", Item::Text("B")}, {"at", Item::Text("o9")}}),
                               Object({{"name", Item::Text("C")}})})},
              {"orgs", List({Object({{"no", Item::Text("o1")}, {"name", Item::Text("One")}}),
                             Object({{"no", Item::Text("o2")}, {"name", Item::Text("Two")}})})}});
  const ValueTemplate at = ValueTemplate::Parse("{at=>orgs[no]/name}").value();
  const std::vector<Item>& people = record.fields[0].second.items;
  EXPECT_THAT(at.Values({&people[0], &record}), ElementsAre("Two"));
  EXPECT_THAT(at.Values({&people[1], &record}), ElementsAre());
  EXPECT_THAT(at.Values({&people[2], &record}), ElementsAre());
  EXPECT_THAT(ValueTemplate::Parse("{people/at=>orgs[no]/name}").value().Values({&record, &record}),
              ElementsAre("Two"));
  EXPECT_THAT(ValueTemplate::Parse("{at=>orgs/name}"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("names a key")));
  EXPECT_THAT(ValueTemplate::Parse("{at=>orgs[]}"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("by no field")));
}

TEST(TemplateTest, AnObjectMayHaveATextOfItsOwn) {
  Item element = Object({{"@units", Item::Text("TB")}});
  element.text = "1.9";
  const Item record = Object({{"size", element}});
  EXPECT_THAT(ValueTemplate::Parse("{size} {size/@units}").value().Values({&record, &record}),
              ElementsAre("1.9 TB"));
  EXPECT_THAT(ValueTemplate::Parse("{size[@units=GB]}").value().Values({&record, &record}),
              ElementsAre());
  EXPECT_THAT(ValueTemplate::Parse("{size/@units|lower|upper}").value().Values({&record, &record}),
              ElementsAre("TB"));
}

TEST(TemplateTest, RefusesWhatItDoesNotUnderstand) {
  constexpr struct {
    const char* text;
    const char* why;
  } kBad[] = {{"{gene", "not closed"},           {"{}", "is empty"},
              {"{a//b}", "name is empty"},       {"{a|loud}", "unknown filter 'loud'"},
              {"{a|before:}", "unknown filter"}, {"{a[=x]}", "chooses by no field"}};
  for (const auto& row : kBad) {
    SCOPED_TRACE(row.text);
    EXPECT_THAT(ValueTemplate::Parse(row.text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(row.why)));
  }
  std::string deep = "{a";
  for (size_t i = 1; i < kMaxPathSteps; ++i) deep += "/a";
  EXPECT_THAT(ValueTemplate::Parse(deep + "}"), IsOk());
  EXPECT_THAT(ValueTemplate::Parse(deep + "/a}"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("too many steps")));
}

TEST(TemplateTest, StoredTextHoldsNoContactsAndEndsAtACharacter) {
  EXPECT_EQ(StoredText(" write to a@example.org\x01 ", 100), "write to [e-mail removed]");
  EXPECT_EQ(StoredText("caf\xC3\xA9", 4), "caf");
  EXPECT_EQ(StoredText("caf\xE9", 100), "caf\xC3\xA9");
}

}  // namespace
}  // namespace parfocal::definition
