// The DataCite kernel, 2.2 to 4.7. The versions differ in what they add: names of elements and
// attributes that a version lacks are simply not there.
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/identifiers/identifiers.h"
#include "parfocal/terms/curie.h"
#include "plain_text.h"
#include "study_builder.h"

namespace parfocal::oai {
namespace {

constexpr size_t kMaxUrlBytes = 2048;

// The elements `item` within the elements `list` of `resource`.
std::vector<const XmlElement*> Items(const XmlElement& resource, absl::string_view list,
                                     absl::string_view item) {
  std::vector<const XmlElement*> out;
  for (const XmlElement& child : resource.children) {
    if (child.name != list) continue;
    for (const XmlElement& element : child.children) {
      if (element.name == item) out.push_back(&element);
    }
  }
  return out;
}

std::string TextOf(const XmlElement& parent, absl::string_view name) {
  const XmlElement* child = parent.Child(name);
  return child == nullptr ? "" : child->AllText();
}

// "ContactPerson" -> "contact_person"
std::string RoleOf(absl::string_view type) {
  std::string out;
  for (char c : type) {
    const auto u = static_cast<unsigned char>(c);
    if (!absl::ascii_isalnum(u)) continue;
    if (absl::ascii_isupper(u) && !out.empty()) out.push_back('_');
    out.push_back(absl::ascii_tolower(u));
  }
  if (out == "contact_person") return "contact";
  return out.empty() ? "contributor" : out;
}

void AddName(const XmlElement& element, absl::string_view name_element, const std::string& role,
             StudyBuilder* builder) {
  Person person;
  person.name = builder->Line(TextOf(element, name_element), "a name");
  if (person.name.empty()) {
    person.name = builder->Line(
        absl::StrCat(TextOf(element, "familyName"), ", ", TextOf(element, "givenName")), "a name");
    if (absl::StartsWith(person.name, ",") || absl::EndsWith(person.name, ",")) person.name.clear();
  }
  std::vector<std::string> affiliations;
  for (const XmlElement& child : element.children) {
    const std::string text = child.AllText();
    if (child.name == "nameIdentifier") {
      bool valid = false;
      const bool named = absl::EqualsIgnoreCase(child.Attribute("nameIdentifierScheme"), "orcid");
      if (named || absl::StrContains(text, "orcid.org/")) {
        const std::string orcid = OrcidOf(text, &valid);
        if (valid) {
          person.orcid = orcid;
        } else if (!text.empty()) {
          builder->Note(absl::StrCat("'", CutText(builder->Line(text, "an ORCID"), 100),
                                     "' is no ORCID: its form or its check digit is wrong; it was "
                                     "left out"));
        }
      }
    } else if (child.name == "affiliation") {
      if (person.ror.empty()) person.ror = RorOf(child.Attribute("affiliationIdentifier"));
      if (std::string name = builder->Line(text, "an affiliation"); !name.empty())
        affiliations.push_back(std::move(name));
    }
  }
  person.affiliation = absl::StrJoin(affiliations, "; ");
  person.roles = {role};
  builder->AddPerson(std::move(person));
}

void AddPeople(const XmlElement& resource, StudyBuilder* builder) {
  for (const XmlElement* creator : Items(resource, "creators", "creator"))
    AddName(*creator, "creatorName", "author", builder);
  for (const XmlElement* contributor : Items(resource, "contributors", "contributor")) {
    const absl::string_view type = contributor->Attribute("contributorType");
    if (type == "Funder") {
      Funding funding;
      funding.funder = builder->Line(TextOf(*contributor, "contributorName"), "a funder");
      // The way of kernel 3 to name a grant.
      for (const XmlElement& child : contributor->children) {
        if (child.name == "nameIdentifier" && builder->AddGrant(child.AllText())) funding = {};
      }
      builder->AddFunding(std::move(funding));
    } else {
      AddName(*contributor, "contributorName", RoleOf(type), builder);
    }
  }
}

void AddTitles(const XmlElement& resource, StudyBuilder* builder) {
  for (const XmlElement* title : Items(resource, "titles", "title")) {
    if (title->Attribute("titleType").empty() && builder->study().title.empty()) {
      builder->SetTitle(title->AllText());
    } else {
      const absl::string_view type = title->Attribute("titleType");
      builder->AddAttribute(type.empty() ? "title" : absl::StrCat("title (", type, ")"),
                            title->AllText());
    }
  }
  // Better a title of some kind than none.
  for (const XmlElement* title : Items(resource, "titles", "title"))
    builder->SetTitle(title->AllText());
}

void AddDescriptions(const XmlElement& resource, StudyBuilder* builder) {
  const auto all = Items(resource, "descriptions", "description");
  auto is = [](const XmlElement* element, absl::string_view type) {
    return absl::EqualsIgnoreCase(element->Attribute("descriptionType"), type);
  };
  for (const XmlElement* description : all) {
    if (is(description, "Abstract") || is(description, ""))
      builder->AddDescription(description->AllText());
  }
  const bool abstract = !builder->study().description.empty();
  for (const XmlElement* description : all) {
    if (is(description, "Abstract") || is(description, "")) continue;
    if (is(description, "Other") && !abstract) {
      builder->AddDescription(description->AllText());
    } else {
      builder->AddAttribute(
          absl::StrCat("description (", description->Attribute("descriptionType"), ")"),
          description->AllText());
    }
  }
}

// Issued, else Available, else the year of publication.
void AddDates(const XmlElement& resource, StudyBuilder* builder) {
  std::string& release = builder->study().release_date;
  const auto dates = Items(resource, "dates", "date");
  for (absl::string_view type : {"Issued", "Available"}) {
    for (const XmlElement* date : dates) {
      if (!release.empty() || !absl::EqualsIgnoreCase(date->Attribute("dateType"), type)) continue;
      const std::string text = date->AllText();
      // Of a span the day on which it begins.
      release = DatePart(absl::string_view(text).substr(0, text.find('/')));
      if (builder->IsFuture(release)) release.clear();
    }
  }
  if (release.empty()) release = DatePart(TextOf(resource, "publicationYear"));
  for (const XmlElement* date : dates) {
    const absl::string_view type = date->Attribute("dateType");
    builder->AddAttribute(absl::StrCat("date (", type.empty() ? "unspecified" : type, ")"),
                          date->AllText());
  }
}

// The field of a subject that is a term, by the prefix of its id; "" if it has none of its own.
absl::string_view FieldOfSubject(absl::string_view prefix) {
  constexpr struct {
    absl::string_view prefix, field;
  } kFields[] = {
      {"NCBITaxon", "organism"}, {"UBERON", "anatomy"},        {"CL", "cell_type"},
      {"CLO", "cell_line"},      {"Cellosaurus", "cell_line"}, {"DOID", "disease"},
      {"MONDO", "disease"},      {"FBbi", "imaging_method"},   {"GO", "biological_process"},
      {"CHEBI", "compound"},     {"MESH", "subject"}};
  for (const auto& row : kFields) {
    if (row.prefix == prefix) return row.field;
  }
  return "";
}

void AddSubjects(const XmlElement& resource, StudyBuilder* builder) {
  for (const XmlElement* subject : Items(resource, "subjects", "subject")) {
    const std::string text = subject->AllText();
    std::string id = CanonicalCurie(subject->Attribute("valueURI"));
    if (const absl::string_view field = FieldOfSubject(CuriePrefix(id)); !field.empty())
      builder->AddStatement(field, text, std::move(id));
    builder->AddKeyword(text);
  }
}

// How the work is related, and whether it is an article about the data.
struct RelationKind {
  absl::string_view name;
  RelationType type;
  bool article;
};
constexpr RelationKind kRelationKinds[] = {
    {"IsSupplementTo", RelationType::kOther, true}, {"IsCitedBy", RelationType::kOther, true},
    {"IsReferencedBy", RelationType::kOther, true}, {"IsDescribedBy", RelationType::kOther, true},
    {"IsDocumentedBy", RelationType::kOther, true}, {"IsPublishedIn", RelationType::kOther, true},
    {"IsIdenticalTo", RelationType::kCopy, false},
};

void AddRelated(const XmlElement& resource, StudyBuilder* builder) {
  for (const XmlElement* related : Items(resource, "relatedIdentifiers", "relatedIdentifier")) {
    const std::string text = related->AllText();
    const absl::string_view relation = related->Attribute("relationType");
    const absl::string_view kind = related->Attribute("relatedIdentifierType");
    RelationKind found{relation, RelationType::kOther, false};
    for (const RelationKind& row : kRelationKinds) {
      if (row.name == relation) found = row;
    }
    Publication article;
    article.doi = DoiOf(text);
    if (article.doi.empty() && absl::EqualsIgnoreCase(kind, "PMID")) article.pmid = PmidOf(text);
    if (article.doi.empty() && absl::StartsWithIgnoreCase(text, "PMC"))
      article.pmcid = PmcidOf(text);
    const absl::string_view what = related->Attribute("resourceTypeGeneral");
    // What supplements software or data is no article.
    const bool other_kind =
        what == "Software" || what == "Dataset" || what == "Collection" || what == "Image";
    if (found.article && !other_kind && !(article == Publication{})) {
      builder->AddPublication(std::move(article));
    } else {
      builder->AddRelation(
          found.type, text,
          absl::StrCat("relatedIdentifier ", relation.empty() ? "(no type)" : relation));
    }
  }
}

void AddRightsAndFunding(const XmlElement& resource, StudyBuilder* builder) {
  std::vector<const XmlElement*> rights = Items(resource, "rightsList", "rights");
  // Kernel 2.2 has one, outside of a list.
  for (const XmlElement& child : resource.children) {
    if (child.name == "rights") rights.push_back(&child);
  }
  for (const XmlElement* element : rights) {
    builder->AddRights(element->Attribute("rightsURI"));
    builder->AddRights(element->Attribute("rightsIdentifier"));
    builder->AddRights(element->AllText());
  }
  for (const XmlElement* element : Items(resource, "fundingReferences", "fundingReference")) {
    Funding funding;
    funding.funder = builder->Line(TextOf(*element, "funderName"), "a funder");
    funding.funder_id = builder->Line(TextOf(*element, "funderIdentifier"), "a funder");
    funding.award = builder->Line(TextOf(*element, "awardNumber"), "a grant");
    if (funding.award.empty())
      funding.award = builder->Line(TextOf(*element, "awardTitle"), "a grant");
    builder->AddFunding(std::move(funding));
  }
}

// A size that is a number of bytes, to the byte; "1.2 GB" says too little.
void AddSizes(const XmlElement& resource, StudyBuilder* builder) {
  for (const XmlElement* element : Items(resource, "sizes", "size")) {
    const std::string text = element->AllText();
    builder->AddAttribute("size", text);
    const size_t blank = text.find(' ');
    if (blank == std::string::npos || builder->study().bytes.has_value()) continue;
    const std::string unit = absl::AsciiStrToLower(text.substr(blank + 1));
    int64_t bytes = 0;
    if ((unit == "bytes" || unit == "byte" || unit == "b") &&
        absl::SimpleAtoi(text.substr(0, blank), &bytes) && bytes >= 0)
      builder->study().bytes = bytes;
  }
  for (const XmlElement* element : Items(resource, "formats", "format"))
    builder->AddStatement("format", element->AllText(), "");
}

}  // namespace

void MapDataCite(const XmlElement& resource, StudyBuilder* builder) {
  if (const XmlElement* id = resource.Child("identifier")) {
    builder->AddIdentifier(id->AllText());
  }
  for (const XmlElement* id : Items(resource, "alternateIdentifiers", "alternateIdentifier"))
    builder->AddIdentifier(id->AllText());
  AddTitles(resource, builder);
  AddPeople(resource, builder);
  if (const XmlElement* publisher = resource.Child("publisher")) {
    builder->study().publisher = builder->Line(publisher->AllText(), "the publisher");
    const absl::string_view id = publisher->Attribute("publisherIdentifier");
    if (IsHttpUrl(id) && id.size() <= kMaxUrlBytes) builder->study().publisher_id = std::string(id);
  }
  AddDates(resource, builder);
  AddSubjects(resource, builder);
  AddDescriptions(resource, builder);
  AddRelated(resource, builder);
  AddRightsAndFunding(resource, builder);
  AddSizes(resource, builder);
  if (const XmlElement* type = resource.Child("resourceType")) {
    builder->AddAttribute("resourceTypeGeneral", type->Attribute("resourceTypeGeneral"));
    builder->AddAttribute("resourceType", type->AllText());
  }
  for (const char* name : {"language", "version"})
    builder->AddAttribute(name, TextOf(resource, name));
}

}  // namespace parfocal::oai
