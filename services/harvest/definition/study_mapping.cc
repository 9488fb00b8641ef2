#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/definition/plain_text.h"
#include "parfocal/licence/licence.h"
#include "parfocal/record_name.h"
#include "record_mapping.h"

namespace parfocal::definition {
namespace {

const ValueRule& Of(const ValueRule& common, const ValueRule& feed) {
  return feed.empty() ? common : feed;
}

bool IsAddress(absl::string_view text) {
  if (!absl::StartsWith(text, "https://") && !absl::StartsWith(text, "http://")) return false;
  return std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return c <= 0x20 || c == '"' || c == '<' || c == '>' || c == 0x7f;
  });
}

// YYYY, YYYY-MM or YYYY-MM-DD at the beginning of `text`; empty if there is no such thing.
std::string DayOf(const std::string& text) {
  constexpr absl::string_view kForm = "dddd-dd-dd";
  size_t end = 0;
  for (size_t i = 0; i < kForm.size() && i < text.size(); ++i) {
    const bool fits = kForm[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == '-';
    if (!fits) break;
    if (i == 3 || i == 6 || i == 9) end = i + 1;
  }
  return text.substr(0, end);
}

DataAccess AccessOf(const std::string& word) {
  if (idr::Fold(word) == "open") return DataAccess::kOpen;
  if (idr::Fold(word) == "registered") return DataAccess::kRegistered;
  if (idr::Fold(word) == "controlled") return DataAccess::kControlled;
  if (idr::Fold(word) == "embargoed") return DataAccess::kEmbargoed;
  return DataAccess::kNotStated;
}

}  // namespace

void RecordMapping::MapStudy(const StudyRule& common, const StudyRule& feed, const View& view) {
  Study& study = out_.study;
  study.source = mapper_.source_;
  // An accession that is cut would be another's: it is read whole and then refused.
  study.accession = Text(Of(common.accession, feed.accession), view, kMaxIdBytes + 1);
  if (study.accession.empty()) {
    out_.problem = "the record has no value for the accession";
    return;
  }
  if (study.accession.size() > kMaxIdBytes) {
    out_.problem = absl::StrCat("the accession has more than ", kMaxIdBytes, " bytes");
    return;
  }
  MapTexts(common, feed, view);
  MapLists(common, view);
  MapLists(feed, view);
}

void RecordMapping::MapTexts(const StudyRule& common, const StudyRule& feed, const View& view) {
  const MapperLimits& limits = mapper_.limits_;
  Study& study = out_.study;
  const auto text = [&](ValueRule StudyRule::*rule, size_t limit) {
    return Text(Of(common.*rule, feed.*rule), view, limit);
  };
  study.title = text(&StudyRule::title, limits.title_bytes);
  if (study.title.empty()) study.title = study.accession;
  study.description = text(&StudyRule::description, limits.text_bytes);
  study.publisher = text(&StudyRule::publisher, limits.value_bytes);
  study.publisher_id = text(&StudyRule::publisher_id, limits.value_bytes);
  const std::string date = text(&StudyRule::release_date, 100);
  study.release_date = DayOf(date);
  if (!date.empty() && study.release_date.empty())
    Remark(absl::StrCat("release_date: '", idr::CutUtf8(date, 40), "' is no date YYYY-MM-DD"));
  study.landing_page = text(&StudyRule::landing_page, limits.value_bytes);
  if (!IsAddress(study.landing_page)) study.landing_page.clear();
  study.thumbnail = text(&StudyRule::thumbnail, limits.value_bytes);
  if (!IsAddress(study.thumbnail)) study.thumbnail.clear();
  study.data_doi = idr::CanonicalDoi(text(&StudyRule::data_doi, limits.value_bytes));
  std::string licence = text(&StudyRule::licence, limits.value_bytes);
  if (licence.empty()) licence = mapper_.definition_.licence;
  MapLicence(feed.licence_map.empty() ? common.licence_map : feed.licence_map, licence);
  const auto number = [&](ValueRule StudyRule::*rule, absl::string_view what) {
    return Number(Of(common.*rule, feed.*rule), view, what);
  };
  study.bytes = number(&StudyRule::bytes, "bytes");
  study.file_count = number(&StudyRule::file_count, "file_count");
  study.image_count = number(&StudyRule::image_count, "image_count");
  if (study.image_count.has_value()) study.image_count_basis = CountBasis::kStated;
  study.data_access = AccessOf(text(&StudyRule::data_access, 100));
}

// The archive's own word stays what it stated; what it means may stand in a value map.
void RecordMapping::MapLicence(const std::string& map, const std::string& stated) {
  if (stated.empty()) return;
  std::string means = stated;
  if (!map.empty()) {
    const ValueMap& words = mapper_.definition_.maps.at(map);
    const auto found = words.find(idr::Fold(stated));
    if (found != words.end()) {
      means = found->second.value;
    } else {
      mapper_.CountUnmapped(map, stated);
    }
  }
  out_.study.licence = LicenceFromStated(means);
  out_.study.licence.stated = stated;
}

void RecordMapping::MapLists(const StudyRule& rule, const View& view) {
  const MapperLimits& limits = mapper_.limits_;
  Study& study = out_.study;
  const auto distinct = [&](const std::vector<ValueRule>& values, size_t limit,
                            absl::string_view what, std::vector<std::string>* out) {
    for (const ValueRule& one : values) {
      for (const std::string& value : ValuesOf(one, view)) {
        std::string stored = StoredText(value, limits.value_bytes);
        if (stored.empty() || std::find(out->begin(), out->end(), stored) != out->end()) continue;
        if (!Room(out->size(), limit, what)) return;
        out->push_back(std::move(stored));
      }
    }
  };
  distinct(rule.keywords, limits.keywords, "keywords", &study.keywords);
  distinct(rule.alternate_ids, limits.keywords, "alternate ids", &study.alternate_ids);
  for (const PersonRule& person : rule.people) MapPeople(person, view);
  for (const PublicationRule& publication : rule.publications) MapPublication(publication, view);
  for (const FundingRule& funding : rule.funding) {
    for (const View& element : Elements(funding.each, view)) {
      Funding made{Text(funding.funder, element, limits.value_bytes),
                   Text(funding.funder_id, element, limits.value_bytes),
                   Text(funding.award, element, limits.value_bytes)};
      if (made == Funding() || !Room(study.funding.size(), limits.people, "grants")) continue;
      study.funding.push_back(std::move(made));
    }
  }
  for (const RelationRule& relation : rule.relations) {
    if (!Holds(relation.when, view)) continue;
    for (const std::string& target : ValuesOf(relation.target, view)) {
      if (!Room(study.relations.size(), limits.keywords, "relations")) break;
      study.relations.push_back({relation.type, StoredText(target, limits.value_bytes),
                                 relation.because, Origin::kStated});
    }
  }
  for (const StatementRule& statement : rule.statements)
    MapStatement(statement, view, &study.statements);
  MapAttributes(rule.attributes, view, &study.attributes);
}

void RecordMapping::MapPeople(const PersonRule& rule, const View& view) {
  const size_t limit = mapper_.limits_.value_bytes;
  std::vector<Person>& people = out_.study.people;
  for (const View& element : Elements(rule.each, view)) {
    if (!Holds(rule.when, element)) continue;
    const std::vector<std::string> names = ValuesOf(rule.name, element);
    for (const std::string& name : names) {
      if (!Room(people.size(), mapper_.limits_.people, "people")) return;
      Person person;
      person.name = StoredText(name, limit);
      if (person.name.empty()) continue;
      if (names.size() == 1) {
        person.orcid = idr::CheckedOrcid(Text(rule.orcid, element, limit));
        person.affiliation = Text(rule.affiliation, element, limit);
        person.ror = Text(rule.ror, element, limit);
        if (!absl::StartsWith(person.ror, "https://ror.org/")) person.ror.clear();
      }
      if (!rule.role.empty()) person.roles.push_back(rule.role);
      people.push_back(std::move(person));
    }
  }
}

void RecordMapping::MapPublication(const PublicationRule& rule, const View& view) {
  const size_t limit = mapper_.limits_.value_bytes;
  for (const View& element : Elements(rule.each, view)) {
    if (!Holds(rule.when, element)) continue;
    Publication made;
    made.doi = idr::CanonicalDoi(Text(rule.doi, element, limit));
    made.pmid = idr::CanonicalPubMedId(Text(rule.pmid, element, limit));
    made.pmcid = idr::CanonicalPmcId(Text(rule.pmcid, element, limit));
    made.url = Text(rule.url, element, limit);
    if (!IsAddress(made.url)) made.url.clear();
    made.title = Text(rule.title, element, mapper_.limits_.title_bytes);
    made.authors = Text(rule.authors, element, limit);
    std::vector<Publication>& all = out_.study.publications;
    if (made == Publication() || std::find(all.begin(), all.end(), made) != all.end()) continue;
    if (!Room(all.size(), mapper_.limits_.people, "publications")) return;
    all.push_back(std::move(made));
  }
}

}  // namespace parfocal::definition
