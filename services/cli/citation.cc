#include "citation.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace parfocal::cli {
namespace {

constexpr int kMaxAuthors = 10;  // After that: et al.

std::string AuthorsOf(const v1::Study& study) {
  std::vector<std::string> names;
  for (const v1::Person& person : study.people()) {
    const bool author =
        std::find(person.roles().begin(), person.roles().end(), "author") != person.roles().end();
    if (author && !person.name().empty()) names.push_back(person.name());
  }
  if (names.empty() && study.publications_size() > 0 && !study.publications(0).authors().empty()) {
    return study.publications(0).authors();
  }
  if (names.empty()) {
    for (const v1::Person& person : study.people()) {
      if (!person.name().empty()) names.push_back(person.name());
    }
  }
  const bool more = names.size() > kMaxAuthors;
  if (more) names.resize(kMaxAuthors);
  return absl::StrCat(absl::StrJoin(names, ", "), more ? " et al." : "");
}

}  // namespace

std::string CitationOf(const v1::Study& study) {
  std::vector<std::string> parts;
  auto add = [&parts](std::string text) {
    while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
    if (!text.empty()) parts.push_back(std::move(text));
  };
  const std::string year = study.release_date().substr(0, 4);
  add(absl::StrCat(AuthorsOf(study), year.empty() ? "" : absl::StrCat(" (", year, ")")));
  add(study.title());
  add(absl::StrCat(study.publisher(),
                   study.accession().empty() ? "" : absl::StrCat(", ", study.accession())));
  std::string place = study.landing_page();
  if (!study.data_doi().empty()) {
    place = absl::StartsWith(study.data_doi(), "http")
                ? study.data_doi()
                : absl::StrCat("https://doi.org/", study.data_doi());
  }
  std::string citation = absl::StrJoin(parts, ". ");
  if (!citation.empty()) citation.push_back('.');
  return place.empty() ? citation : absl::StrCat(citation, citation.empty() ? "" : " ", place);
}

std::string LicenceOf(const v1::Study& study) {
  const v1::Licence& licence = study.licence();
  if (!licence.spdx().empty()) return licence.spdx();
  if (!licence.url().empty()) return licence.url();
  return licence.stated().empty() ? "not stated" : licence.stated();
}

}  // namespace parfocal::cli
