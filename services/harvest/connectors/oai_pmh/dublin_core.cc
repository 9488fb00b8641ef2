// oai_dc: fifteen elements, each of which may say anything.
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "parfocal/identifiers/identifiers.h"
#include "study_builder.h"

namespace parfocal::oai {
namespace {

// "12345" in a `format` is the size of a file, in bytes.
bool IsNumber(absl::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

// The smallest full date that is not in the future, else the smallest of a year or month.
std::string ReleaseDate(const std::vector<std::string>& dates, const StudyBuilder& builder) {
  std::string best;
  for (const std::string& text : dates) {
    const std::string date = DatePart(text);
    if (date.empty() || builder.IsFuture(date)) continue;
    const bool fuller = date.size() == 10 && best.size() < 10;
    const bool less_full = date.size() < 10 && best.size() == 10;
    if (best.empty() || fuller || (!less_full && date < best)) best = date;
  }
  return best;
}

// One string often holds the whole list.
void AddSubjects(const std::vector<std::string>& subjects, StudyBuilder* builder) {
  if (subjects.size() != 1) {
    for (const std::string& subject : subjects) builder->AddKeyword(subject);
    return;
  }
  for (absl::string_view word : absl::StrSplit(subjects[0], absl::ByAnyChar(",;")))
    builder->AddKeyword(word);
}

void AddOther(absl::string_view name, const std::string& text, StudyBuilder* builder) {
  if (name == "relation") {
    if (!builder->AddGrant(text)) builder->AddRelation(RelationType::kOther, text, "dc:relation");
  } else if (name == "format") {
    if (IsNumber(text)) {
      builder->AddAttribute("dc:format", absl::StrCat(text, " bytes"));
    } else {
      builder->AddStatement("format", text, "");
    }
  } else {
    builder->AddAttribute(absl::StrCat("dc:", name), text);
  }
}

void AddName(const std::string& text, absl::string_view role, StudyBuilder* builder) {
  Person person;
  person.name = builder->Line(text, "a name");
  person.roles = {std::string(role)};
  builder->AddPerson(std::move(person));
}

}  // namespace

void MapDublinCore(const XmlElement& dc, StudyBuilder* builder) {
  std::vector<std::string> dates, subjects;
  bool any = false, status = false;
  for (const XmlElement& element : dc.children) {
    const std::string text = element.AllText();
    if (text.empty()) continue;
    const std::string& name = element.name;
    status = status || name == "status";
    any = any || name != "status";
    if (name == "title" || name == "alternative") {
      if (name == "title" && builder->study().title.empty()) {
        builder->SetTitle(text);
      } else {
        builder->AddAttribute("dc:title", text);
      }
    } else if (name == "description" || name == "abstract") {
      builder->AddDescription(text);
    } else if (name == "creator" || name == "contributor") {
      AddName(text, name == "creator" ? "author" : "contributor", builder);
    } else if (name == "identifier") {
      builder->AddIdentifier(text);
    } else if (name == "rights" || name == "license" || name == "accessRights") {
      builder->AddRights(text);
    } else if (name == "date" || name == "issued") {
      dates.push_back(text);
    } else if (name == "subject") {
      subjects.push_back(text);
    } else if (name == "publisher" && builder->study().publisher.empty()) {
      builder->study().publisher = builder->Line(text, "the publisher");
    } else {
      AddOther(name, text, builder);
    }
  }
  AddSubjects(subjects, builder);
  builder->study().release_date = ReleaseDate(dates, *builder);
  // Some servers list what was withdrawn as a record of nothing but such a remark.
  builder->out().withdrawn = status && !any;
}

}  // namespace parfocal::oai
