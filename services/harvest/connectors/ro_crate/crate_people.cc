// People, articles and money of a crate.
#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "crate_reader.h"

namespace parfocal::crate {
namespace {

void ReadAffiliations(Reader* reader, const Entity& person, Person* out) {
  std::vector<std::string> names;
  for (const char* property : {"affiliation", "worksFor", "memberOf"}) {
    for (const Value& value : person.Get(property)) {
      const Entity* organisation = reader->graph().Target(value);
      if (out->ror.empty()) out->ror = RorOf(value.text);
      if (organisation == nullptr && value.kind == Value::Kind::kReference) {
        reader->Add(person.id, absl::StrCat(property, " names '", Head(value.text, 100),
                                            "', which the crate lacks"));
        continue;
      }
      std::string name = reader->Words(value, person, property);
      if (!name.empty() && !IsLocalId(name)) names.push_back(std::move(name));
    }
    if (!names.empty()) break;
  }
  out->affiliation = absl::StrJoin(names, "; ");
}

void ReadPerson(Reader* reader, const Value& value, const char* property, const char* role,
                Study* study) {
  Person person;
  const Entity* entity = reader->graph().Target(value);
  std::string id = value.text;
  if (entity != nullptr) {
    person.name = reader->NameOf(*entity);
    ReadAffiliations(reader, *entity, &person);
    for (const char* other : {"identifier", "sameAs", "url"}) {
      if (absl::StrContains(id, "orcid.org/")) break;
      for (const Value& v : entity->Get(other)) {
        if (absl::StrContains(v.text, "orcid.org/")) id = v.text;
      }
    }
  } else if (value.kind == Value::Kind::kReference) {
    reader->Add(reader->root().id,
                absl::StrCat(property, " names '", Head(id, 100), "', which the crate lacks"));
  } else {
    person.name = reader->Clean(value.text, reader->limits().value_bytes, reader->root(), property);
    id.clear();
  }
  bool valid = false;
  if (std::string orcid = absl::StrContains(id, "orcid.org/") ? OrcidOf(id, &valid) : "";
      !orcid.empty()) {
    if (valid) {
      person.orcid = std::move(orcid);
    } else {
      reader->Add(Head(id, 200),
                  "this is no ORCID: its form or its check digit is wrong; it was left out");
    }
  }
  if (person.name.empty() && person.orcid.empty()) return;
  person.roles = {role};
  study->people.push_back(std::move(person));
}

// Takes what `id` says into `out`; true if it was an identifier of any kind.
bool AddArticleId(absl::string_view id, Publication* out) {
  if (std::string doi = DoiOf(id); !doi.empty()) {
    if (out->doi.empty()) out->doi = std::move(doi);
  } else if (std::string pmid = PmidOf(id); !pmid.empty()) {
    if (out->pmid.empty()) out->pmid = std::move(pmid);
  } else if (std::string pmcid = PmcidOf(id); !pmcid.empty()) {
    if (out->pmcid.empty()) out->pmcid = std::move(pmcid);
  } else if (IsHttpUrl(id)) {
    if (out->url.empty()) out->url = std::string(id);
  } else {
    return false;
  }
  return true;
}

std::string AuthorsOf(Reader* reader, const Entity& article) {
  std::vector<std::string> names;
  for (const Value& value : article.Get("author")) {
    if (names.size() == reader->limits().people) break;
    names.push_back(reader->Words(value, article, "author"));
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace

void ReadPeople(Reader* reader, Study* study) {
  constexpr struct {
    const char* property;
    const char* role;
  } kRoles[] = {{"author", "author"},
                {"creator", "author"},
                {"contributor", "contributor"},
                {"editor", "editor"}};
  std::set<std::string> seen;  // One person may be author and creator.
  size_t left_out = 0;
  for (const auto& row : kRoles) {
    for (const Value& value : reader->root().Get(row.property)) {
      if (absl::string_view(row.property) != "author" && seen.count(value.text) > 0) continue;
      seen.insert(value.text);
      if (study->people.size() == reader->limits().people) {
        ++left_out;
      } else {
        ReadPerson(reader, value, row.property, row.role, study);
      }
    }
  }
  if (left_out > 0) {
    reader->Add(reader->root().id, absl::StrCat("there are more than ", reader->limits().people,
                                                " people; the last ", left_out, " were left out"));
  }
}

void ReadPublications(Reader* reader, Study* study) {
  for (const char* property : {"seeAlso", "citation", "subjectOf"}) {
    for (const Value& value : reader->root().Get(property)) {
      Publication article;
      const Entity* entity = reader->graph().Target(value);
      const bool known = AddArticleId(value.text, &article);
      if (entity != nullptr) {
        for (const char* other : {"identifier", "sameAs", "url"}) {
          for (const Value& v : entity->Get(other)) AddArticleId(v.text, &article);
        }
        article.title = reader->NameOf(*entity);
        article.authors = AuthorsOf(reader, *entity);
      } else if (!known && value.kind == Value::Kind::kText) {
        article.title =
            reader->Clean(value.text, reader->limits().value_bytes, reader->root(), property);
      } else if (!known) {
        reader->Add(reader->root().id, absl::StrCat(property, " names '", Head(value.text, 100),
                                                    "', which the crate lacks"));
      }
      if (article == Publication{}) continue;
      if (study->publications.size() == reader->limits().people) {
        reader->Add(reader->root().id, absl::StrCat("there are more than ", reader->limits().people,
                                                    " publications; the rest was left out"));
        return;
      }
      if (std::find(study->publications.begin(), study->publications.end(), article) ==
          study->publications.end()) {
        study->publications.push_back(std::move(article));
      }
    }
  }
}

void ReadFunding(Reader* reader, Study* study) {
  for (const char* property : {"funder", "funding"}) {
    for (const Value& value : reader->root().Get(property)) {
      if (study->funding.size() == reader->limits().people) return;
      Funding funding;
      const Entity* entity = reader->graph().Target(value);
      if (entity == nullptr) {
        if (IsHttpUrl(value.text)) funding.funder_id = value.text;
        funding.funder =
            reader->Clean(value.text, reader->limits().value_bytes, reader->root(), property);
      } else if (entity->Is("Grant")) {
        funding.funder = reader->Text(*entity, "funder", reader->limits().value_bytes);
        if (funding.funder.empty()) funding.funder = reader->NameOf(*entity);
        funding.award = reader->Text(*entity, "identifier", reader->limits().value_bytes);
        if (IsHttpUrl(entity->id)) funding.funder_id = entity->id;
        for (const Value& v : entity->Get("funder")) {
          if (IsHttpUrl(v.text)) funding.funder_id = v.text;
        }
      } else {
        funding.funder = reader->NameOf(*entity);
        if (IsHttpUrl(entity->id)) funding.funder_id = entity->id;
      }
      if (!(funding == Funding{})) study->funding.push_back(std::move(funding));
    }
  }
}

}  // namespace parfocal::crate
