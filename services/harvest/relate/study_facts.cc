#include "parfocal/relate/study_facts.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/identifiers/identifiers.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal {
namespace {

// A shorter title does not tell two studies apart.
constexpr size_t kTitleWords = 4, kTitleBytes = 24;
constexpr size_t kMaxText = 64 << 10;  // Of one text that is looked through for accessions.
constexpr size_t kMaxMentions = 50;
constexpr size_t kMaxPeople = 500;

std::string TitleKey(const Study& study) {
  if (study.title == study.accession) return "";
  const std::string folded = FoldText(study.title);
  const std::vector<absl::string_view> words = WordsOf(folded);
  std::string key = absl::StrJoin(words, " ");
  return words.size() < kTitleWords || key.size() < kTitleBytes ? "" : key;
}

// Family name of "Ann B. Curie", "Curie, Ann" or "Curie A"; the whole name where that is unclear.
std::string FamilyName(absl::string_view name) {
  const size_t comma = name.find(',');
  if (comma != name.npos) name = name.substr(0, comma);
  const std::string folded = FoldText(name);
  const std::vector<absl::string_view> words = WordsOf(folded);
  if (words.empty()) return "";
  if (comma != absl::string_view::npos) return std::string(words.back());
  const bool initials = words.size() > 1 && words.back().size() <= 2;
  return std::string(initials ? words.front() : words.back());
}

// A DOI without what names a version of the same deposit: ".v2" or "/v2" at its end.
std::string WithoutVersion(const std::string& doi) {
  size_t end = doi.size();
  while (end > 0 && absl::ascii_isdigit(static_cast<unsigned char>(doi[end - 1]))) --end;
  if (end == doi.size() || end < 3 || doi[end - 1] != 'v') return doi;
  const char before = doi[end - 2];
  return before == '.' || before == '/' ? doi.substr(0, end - 2) : doi;
}

void AddLink(const std::string& accession, StudyFacts::Link link, StudyFacts* facts) {
  if (accession.empty() || accession == facts->form) return;
  const auto [at, added] = facts->links.try_emplace(accession, link);
  // What says most holds: a stated type, then a type that a text tells, then a bare mention.
  const auto weight = [](const StudyFacts::Link& l) {
    if (l.type == RelationType::kOther) return l.stated ? 1 : 0;
    return l.stated && l.type != RelationType::kCopy ? 4 : l.stated ? 3 : 2;
  };
  if (!added && weight(link) > weight(at->second)) at->second = std::move(link);
}

// An accession by itself, or at the end of an address.
std::string AccessionOf(absl::string_view text, const RelationWords& words) {
  text = absl::StripAsciiWhitespace(text);
  absl::ConsumeSuffix(&text, "/");
  if (IsHttpUrl(text)) text = text.substr(text.rfind('/') + 1);
  return words.Canonical(text);
}

void AddStatedLinks(const Study& study, const RelationWords& words, StudyFacts* facts) {
  for (const std::string& id : study.alternate_ids) {
    const std::string accession = AccessionOf(id, words);
    AddLink(accession,
            {words.Identifies(accession), absl::StrCat("the record has ", id, " as an identifier"),
             true},
            facts);
    const std::string doi = DoiOf(id);
    if (!doi.empty()) facts->data_dois.insert(doi);
  }
  for (const Relation& relation : study.relations) {
    if (relation.type == RelationType::kUnspecified) continue;
    AddLink(AccessionOf(relation.target, words),
            {relation.type, absl::StrCat("the record states it: ", relation.because), true}, facts);
  }
}

void AddMentions(const Study& study, const RelationWords& words, StudyFacts* facts) {
  const auto read = [&](absl::string_view text) {
    for (RelationWords::Mention& mention :
         words.MentionsIn(text.substr(0, kMaxText), kMaxMentions)) {
      if (facts->links.size() >= kMaxMentions) return;
      AddLink(mention.accession,
              {mention.type, absl::StrCat("its text says: ", mention.because), false}, facts);
    }
  };
  read(study.title);
  read(study.description);
  for (const Attribute& attribute : study.attributes) {
    if (attribute.second.size() <= kMaxText) read(attribute.second);
  }
}

void AddPapers(const Study& study, StudyFacts* facts) {
  for (const Publication& publication : study.publications) {
    const std::string doi = publication.doi.empty() ? "" : absl::StrCat("doi:", publication.doi);
    const std::string pmid =
        publication.pmid.empty() ? "" : absl::StrCat("pmid:", publication.pmid);
    if (!doi.empty()) facts->papers.insert(doi);
    if (!pmid.empty()) facts->papers.insert(pmid);
    if (!doi.empty() && !pmid.empty()) facts->same_papers.emplace_back(doi, pmid);
  }
}

}  // namespace

StudyFacts FactsOf(const Study& study, const RelationWords& words) {
  StudyFacts facts;
  facts.name = NameOf(study);
  facts.accession = study.accession;
  facts.form = words.Canonical(study.accession);
  const std::string& publisher = study.publisher_id.empty() ? study.publisher : study.publisher_id;
  facts.archive = publisher.empty() ? study.source : FoldText(publisher);
  if (facts.archive.size() > 1 && facts.archive.back() == '/') facts.archive.pop_back();
  facts.title = TitleKey(study);
  for (const Person& person : study.people) {
    if (facts.people.size() >= kMaxPeople) break;
    std::string name = FamilyName(person.name);
    if (name.size() > 1) facts.people.insert(std::move(name));
  }
  if (!study.data_doi.empty()) facts.data_dois.insert(study.data_doi);
  AddStatedLinks(study, words, &facts);
  AddMentions(study, words, &facts);
  for (const std::string& doi : facts.data_dois) facts.concept_dois.insert(WithoutVersion(doi));
  AddPapers(study, &facts);
  facts.bytes = study.bytes.value_or(-1);
  facts.files = study.file_count.value_or(-1);
  return facts;
}

}  // namespace parfocal
