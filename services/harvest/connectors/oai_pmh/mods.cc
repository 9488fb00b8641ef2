// MODS: nested elements with types as attributes. What has no place of its own is an attribute.
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/identifiers/identifiers.h"
#include "study_builder.h"

namespace parfocal::oai {
namespace {

std::string TextOf(const XmlElement& parent, absl::string_view name) {
  const XmlElement* child = parent.Child(name);
  return child == nullptr ? "" : child->AllText();
}

void AddTitle(const XmlElement& info, StudyBuilder* builder) {
  // "The" and "L'" stand before the title for themselves.
  std::string title = TextOf(info, "nonSort");
  if (!title.empty() && title.back() != '\'' && title.back() != '-') title += ' ';
  absl::StrAppend(&title, TextOf(info, "title"));
  const std::string more = TextOf(info, "subTitle");
  if (!more.empty()) absl::StrAppend(&title, ": ", more);
  if (absl::StripAsciiWhitespace(title).empty()) return;
  // An alternative or translated title has a type.
  if (info.Attribute("type").empty() && builder->study().title.empty()) {
    builder->SetTitle(title);
  } else {
    builder->AddAttribute("mods:titleInfo", title);
  }
}

void AddName(const XmlElement& name, StudyBuilder* builder) {
  std::string family, given, whole;
  for (const XmlElement& part : name.children) {
    if (part.name != "namePart") continue;
    const absl::string_view type = part.Attribute("type");
    std::string* to = type == "family" ? &family : type == "given" ? &given : &whole;
    if (type == "date" || type == "termsOfAddress") continue;
    absl::StrAppend(to, to->empty() ? "" : " ", part.AllText());
  }
  if (whole.empty())
    whole = family.empty() ? given : absl::StrCat(family, given.empty() ? "" : ", ", given);
  Person person;
  person.name = builder->Line(whole, "a name");
  person.affiliation = builder->Line(TextOf(name, "affiliation"), "an affiliation");
  std::string role = "author";
  if (const XmlElement* element = name.Child("role")) {
    const std::string term = absl::AsciiStrToLower(element->AllText());
    if (!absl::StrContains(term, "aut") && !absl::StrContains(term, "cre")) role = "contributor";
  }
  person.roles = {role};
  if (!person.name.empty()) builder->AddPerson(std::move(person));
}

void AddOrigin(const XmlElement& origin, StudyBuilder* builder) {
  Study& study = builder->study();
  if (study.publisher.empty())
    study.publisher = builder->Line(TextOf(origin, "publisher"), "the publisher");
  for (const char* name : {"dateIssued", "dateCreated", "copyrightDate"}) {
    const std::string date = DatePart(TextOf(origin, name));
    if (study.release_date.empty() && !date.empty() && !builder->IsFuture(date))
      study.release_date = date;
  }
}

void AddRelated(const XmlElement& item, StudyBuilder* builder) {
  const std::string type(item.Attribute("type"));
  for (const XmlElement& child : item.children) {
    if (child.name != "identifier" || child.AllText().empty()) continue;
    builder->AddRelation(RelationType::kOther, child.AllText(),
                         absl::StrCat("mods:relatedItem ", type));
  }
}

}  // namespace

void MapMods(const XmlElement& mods, StudyBuilder* builder) {
  for (const XmlElement& element : mods.children) {
    const std::string& name = element.name;
    const std::string text = element.AllText();
    if (text.empty()) continue;
    if (name == "titleInfo") {
      AddTitle(element, builder);
    } else if (name == "abstract") {
      builder->AddDescription(text);
    } else if (name == "name") {
      AddName(element, builder);
    } else if (name == "originInfo") {
      AddOrigin(element, builder);
    } else if (name == "identifier") {
      builder->AddIdentifier(text);
    } else if (name == "location") {
      builder->AddIdentifier(TextOf(element, "url"));
    } else if (name == "accessCondition") {
      builder->AddRights(text);
    } else if (name == "subject") {
      for (const XmlElement& part : element.children)
        if (part.name == "topic" || part.name == "geographic" || part.name == "name")
          builder->AddKeyword(part.AllText());
    } else if (name == "relatedItem") {
      AddRelated(element, builder);
    } else {
      builder->AddAttribute(absl::StrCat("mods:", name), text);
    }
  }
}

}  // namespace parfocal::oai
