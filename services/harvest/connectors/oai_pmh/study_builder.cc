#include "study_builder.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/identifiers/identifiers.h"
#include "parfocal/licence/licence.h"
#include "parfocal/privacy/contacts.h"
#include "plain_text.h"

namespace parfocal::oai {
namespace {

constexpr size_t kMaxNameBytes = 200;

// What `text` says of who gets at the data; kNotStated if it says nothing of it.
DataAccess AccessOf(absl::string_view text) {
  std::string word;
  const size_t semantics = text.find("info:eu-repo/semantics/");
  if (semantics != absl::string_view::npos) text.remove_prefix(semantics + 23);
  for (char c : text) {
    if (absl::ascii_isalpha(static_cast<unsigned char>(c)))
      word.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  constexpr struct {
    absl::string_view word;
    DataAccess access;
  } kWords[] = {{"openaccess", DataAccess::kOpen},
                {"embargoedaccess", DataAccess::kEmbargoed},
                {"restrictedaccess", DataAccess::kControlled},
                {"closedaccess", DataAccess::kControlled},
                {"metadataonlyaccess", DataAccess::kControlled}};
  for (const auto& row : kWords) {
    if (row.word == word) return row.access;
  }
  return DataAccess::kNotStated;
}

}  // namespace

StudyBuilder::StudyBuilder(const std::string& source, const OaiHeader& header,
                           const RecordLimits& limits)
    : limits_(limits), stamped_(DatePart(header.datestamp)) {
  out_.study.source = source;
  out_.study.accession = header.identifier;
  for (const std::string& set : header.sets) AddAttribute("setSpec", set);
}

void StudyBuilder::Note(absl::string_view reason) {
  if (out_.notes.size() < limits_.notes) out_.notes.push_back(WithoutContacts(reason));
}

template <typename T>
bool StudyBuilder::HasRoom(const std::vector<T>& list, size_t limit, absl::string_view what) {
  if (list.size() < limit) return true;
  if (full_.insert(std::string(what)).second)
    Note(absl::StrCat("there are more than ", limit, " ", what, "; the rest was left out"));
  return false;
}

std::string StudyBuilder::Words(absl::string_view text, size_t limit, absl::string_view what) {
  std::string out = WithoutContacts(PlainText(text));
  if (out.size() > limit) {
    Note(absl::StrCat(what, " has ", out.size(), " bytes and was cut at ", limit));
    out.resize(CutText(out, limit).size());
  }
  return out;
}

std::string StudyBuilder::Line(absl::string_view text, absl::string_view what) {
  std::string out = Words(text, limits_.value_bytes, what);
  std::string line;
  line.reserve(out.size());
  for (char c : out) {
    if (c != '\n') {
      line.push_back(c);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  return line;
}

void StudyBuilder::SetTitle(absl::string_view text) {
  if (!out_.study.title.empty()) return;
  std::string title = Line(text, "the title");
  if (title.size() > limits_.title_bytes) {
    Note(absl::StrCat("the title has ", title.size(), " bytes and was cut at ",
                      limits_.title_bytes));
    title.resize(CutText(title, limits_.title_bytes).size());
  }
  out_.study.title = std::move(title);
}

void StudyBuilder::AddDescription(absl::string_view text) {
  std::string words = Words(text, limits_.text_bytes, "the description");
  std::string& description = out_.study.description;
  if (words.empty() || words == description) return;
  if (description.size() + words.size() + 2 > limits_.text_bytes) {
    if (!description.empty()) Note("the descriptions together are too long; the last was left out");
    if (!description.empty()) return;
  }
  absl::StrAppend(&description, description.empty() ? "" : "\n\n", words);
}

void StudyBuilder::AddKeyword(absl::string_view text) {
  std::string word = Line(text, "a keyword");
  if (word.empty() || !HasRoom(out_.study.keywords, limits_.keywords, "keywords")) return;
  out_.study.keywords.push_back(std::move(word));
}

void StudyBuilder::AddPerson(Person person) {
  if (person.name.empty() && person.orcid.empty()) return;
  std::vector<Person>& people = out_.study.people;
  for (Person& known : people) {
    const bool same = person.orcid.empty() || known.orcid.empty()
                          ? person.name == known.name && person.affiliation == known.affiliation
                          : person.orcid == known.orcid;
    if (!same) continue;
    for (std::string& role : person.roles) {
      if (std::find(known.roles.begin(), known.roles.end(), role) == known.roles.end())
        known.roles.push_back(std::move(role));
    }
    return;
  }
  if (HasRoom(people, limits_.people, "people")) people.push_back(std::move(person));
}

void StudyBuilder::AddPublication(Publication publication) {
  std::vector<Publication>& list = out_.study.publications;
  if (publication == Publication{} ||
      std::find(list.begin(), list.end(), publication) != list.end() ||
      !HasRoom(list, limits_.people, "publications"))
    return;
  list.push_back(std::move(publication));
}

void StudyBuilder::AddFunding(Funding funding) {
  std::vector<Funding>& list = out_.study.funding;
  if (funding == Funding{} || std::find(list.begin(), list.end(), funding) != list.end() ||
      !HasRoom(list, limits_.people, "grants"))
    return;
  list.push_back(std::move(funding));
}

bool StudyBuilder::AddGrant(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (!absl::ConsumePrefix(&text, "info:eu-repo/grantAgreement/")) return false;
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  Funding funding;
  funding.funder = Line(parts[0], "a funder");
  if (parts.size() > 2) funding.award = Line(parts[2], "a grant");
  AddFunding(std::move(funding));
  return true;
}

void StudyBuilder::AddRelation(RelationType type, absl::string_view target,
                               absl::string_view because) {
  Relation relation;
  relation.type = type;
  const std::string doi = DoiOf(target);
  relation.target =
      doi.empty() ? Line(target, "a relation") : absl::StrCat("https://doi.org/", doi);
  relation.because = std::string(CutText(Line(because, "a relation"), kMaxNameBytes));
  std::vector<Relation>& list = out_.study.relations;
  if (relation.target.empty() || relation.target.size() > limits_.id_bytes ||
      std::find(list.begin(), list.end(), relation) != list.end() ||
      !HasRoom(list, limits_.relations, "relations"))
    return;
  list.push_back(std::move(relation));
}

void StudyBuilder::AddAttribute(absl::string_view key, absl::string_view value) {
  // A part of the key may be what the record says.
  std::string name(CutText(Line(key, "a name"), kMaxNameBytes));
  std::string text = Line(value, name);
  if (text.empty() || !HasRoom(out_.study.attributes, limits_.attributes, "values without a field"))
    return;
  out_.study.attributes.emplace_back(std::move(name), std::move(text));
}

void StudyBuilder::AddStatement(absl::string_view field, absl::string_view value, std::string id) {
  Statement statement;
  statement.field = std::string(field);
  statement.value = Line(value, field);
  if (statement.value.empty()) statement.value = id;
  statement.stated_id = std::move(id);
  if (statement.value.empty()) return;
  if (!statements_.insert(absl::StrCat(field, "\n", statement.stated_id, "\n", statement.value))
           .second)
    return;
  if (HasRoom(out_.study.statements, limits_.keywords, "statements"))
    out_.study.statements.push_back(std::move(statement));
}

void StudyBuilder::AddIdentifier(absl::string_view id) {
  id = absl::StripAsciiWhitespace(id);
  Study& study = out_.study;
  if (id.empty()) return;
  if (id.size() > limits_.id_bytes) return Note("an identifier of too many bytes was left out");
  const std::string doi = DoiOf(id);
  if (!doi.empty() && (study.data_doi.empty() || study.data_doi == doi)) {
    study.data_doi = doi;
    return;
  }
  if (doi.empty() && IsHttpUrl(id) && study.landing_page.empty()) {
    study.landing_page = std::string(id);
    return;
  }
  // The name under which it is kept is no other one.
  if (id == study.accession || (!doi.empty() && doi == DoiOf(study.accession))) return;
  std::string other = doi.empty() ? Line(id, "an identifier") : doi;
  // Numbers of the journal or book that it appeared in: those are not its own.
  if (absl::StartsWithIgnoreCase(other, "issn") || absl::StartsWithIgnoreCase(other, "isbn"))
    return AddAttribute("identifier", other);
  if (std::find(study.alternate_ids.begin(), study.alternate_ids.end(), other) ==
          study.alternate_ids.end() &&
      HasRoom(study.alternate_ids, limits_.people, "identifiers"))
    study.alternate_ids.push_back(std::move(other));
}

void StudyBuilder::AddRights(absl::string_view text) {
  std::string rights = Line(text, "the rights");
  if (rights.empty()) return;
  const DataAccess access = AccessOf(rights);
  if (access == DataAccess::kNotStated) {
    if (HasRoom(rights_, limits_.people, "statements of rights"))
      rights_.push_back(std::move(rights));
  } else if (out_.study.data_access == DataAccess::kNotStated) {
    out_.study.data_access = access;
  }
}

bool StudyBuilder::IsFuture(absl::string_view date) const {
  // Without a stamp of its own no year before 3000 is too late: 9999 stands for an embargo.
  const absl::string_view today = stamped_.empty() ? "2999-12-31" : absl::string_view(stamped_);
  return date.substr(0, std::min(date.size(), today.size())) >
         today.substr(0, std::min(date.size(), today.size()));
}

void StudyBuilder::Finish() {
  Study& study = out_.study;
  for (const std::string& rights : rights_) {
    Licence licence = LicenceFromStated(rights);
    const bool known = !licence.url.empty() || !licence.spdx.empty();
    if (known || study.licence.stated.empty()) study.licence = std::move(licence);
    if (known) break;
  }
  if (study.data_doi.empty()) study.data_doi = DoiOf(study.accession);
  if (study.landing_page.empty() && !study.data_doi.empty())
    study.landing_page = absl::StrCat("https://doi.org/", study.data_doi);
  if (study.title.empty()) Note("the record has no title");
}

}  // namespace parfocal::oai
