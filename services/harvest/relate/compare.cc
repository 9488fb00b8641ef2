// The rules by which two studies are related; each says what it rests on.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "parfocal/relate/study_facts.h"

namespace parfocal {
namespace {

// Sizes of less are of thumbnails and tables, and equal by chance.
constexpr int64_t kTellingBytes = 100'000;
// One archive counts bytes, another blocks.
constexpr int64_t kBlock = 1024;
constexpr double kSizeTolerance = 1e-4;

std::string FirstShared(const std::set<std::string>& a, const std::set<std::string>& b) {
  for (const std::string& value : a) {
    if (b.count(value) > 0) return value;
  }
  return "";
}

// A paper of both, with the evidence: directly, or because a third record says that two ids are one
// paper's.
std::string SharedPaper(const StudyFacts& a, const StudyFacts& b, const PaperAliases& aliases) {
  const std::string same = FirstShared(a.papers, b.papers);
  if (!same.empty()) return same;
  for (const std::string& paper : a.papers) {
    const std::string other = FirstShared(aliases(paper), b.papers);
    if (!other.empty()) return absl::StrCat(paper, ", which other records state to be ", other);
  }
  return "";
}

bool SizesAgree(const StudyFacts& a, const StudyFacts& b) {
  if (std::min(a.bytes, b.bytes) < kTellingBytes) return false;
  const double allowed =
      std::max<double>(kBlock, kSizeTolerance * static_cast<double>(std::max(a.bytes, b.bytes)));
  return std::fabs(static_cast<double>(a.bytes) - static_cast<double>(b.bytes)) <= allowed;
}

// Evidence that one record is the other's copy: what identifies them.
std::optional<FoundRelation> ByIdentity(const StudyFacts& a, const StudyFacts& b) {
  const bool sources_differ = a.name.source != b.name.source;
  if (sources_differ && !a.form.empty() && a.form == b.form) {
    return FoundRelation{RelationType::kCopy, false, 1.0f,
                         absl::StrCat("both sources call it ", a.accession)};
  }
  if (sources_differ && a.accession == b.accession && a.archive == b.archive && !a.title.empty() &&
      a.title == b.title) {
    return FoundRelation{
        RelationType::kCopy, false, 1.0f,
        absl::StrCat("both sources call it ", a.accession, " of the same archive and title")};
  }
  const std::string doi = FirstShared(a.data_dois, b.data_dois);
  if (!doi.empty())
    return FoundRelation{RelationType::kCopy, false, 1.0f, absl::StrCat("same data DOI ", doi)};
  const std::string concept_doi = FirstShared(a.concept_dois, b.concept_dois);
  if (!concept_doi.empty()) {
    return FoundRelation{RelationType::kCopy, false, 0.95f,
                         absl::StrCat("versions of one deposit, data DOI ", concept_doi)};
  }
  return std::nullopt;
}

// What `a` says of `b`'s accession.
std::optional<FoundRelation> ByLink(const StudyFacts& a, const StudyFacts& b) {
  if (b.form.empty()) return std::nullopt;
  const auto link = a.links.find(b.form);
  if (link == a.links.end()) return std::nullopt;
  FoundRelation found{link->second.type, false, 0.95f, link->second.because};
  // An archive does not hold the same thing twice under two accessions of its own.
  if (found.type == RelationType::kCopy && a.archive == b.archive)
    found.type = RelationType::kOther;
  if (!link->second.stated) found.confidence = found.type == RelationType::kOther ? 0.5f : 0.9f;
  return found;
}

// Without any id in common: the same title and people, or the same paper and size.
std::optional<FoundRelation> ByContent(const StudyFacts& a, const StudyFacts& b,
                                       const std::string& paper) {
  const bool title = !a.title.empty() && a.title == b.title;
  const bool people = !FirstShared(a.people, b.people).empty();
  const bool other_archive = a.archive != b.archive;
  const bool other_paper = paper.empty() && !a.papers.empty() && !b.papers.empty();
  if (title && other_archive && !other_paper && (people || !paper.empty())) {
    return FoundRelation{RelationType::kCopy, false, 0.9f,
                         absl::StrCat("same title", people ? " and people" : "",
                                      paper.empty() ? "" : absl::StrCat(", same paper ", paper),
                                      " in two archives")};
  }
  if (!paper.empty() && other_archive && SizesAgree(a, b)) {
    return FoundRelation{RelationType::kCopy, false, 0.9f,
                         absl::StrCat("same paper ", paper, " and same size (", a.bytes, " and ",
                                      b.bytes, " bytes) in two archives")};
  }
  const bool same_size = a.bytes >= kTellingBytes && a.bytes == b.bytes && a.files == b.files;
  if (title && people && !other_archive && !other_paper && same_size) {
    return FoundRelation{
        RelationType::kCopy, false, 0.85f,
        absl::StrCat("same title, people, number of files and ", a.bytes, " bytes in one archive")};
  }
  return std::nullopt;
}

FoundRelation Turned(FoundRelation found) {
  found.inverse = found.type == RelationType::kConversion || found.type == RelationType::kSubset;
  return found;
}

}  // namespace

std::optional<FoundRelation> Compare(const StudyFacts& a, const StudyFacts& b,
                                     const PaperAliases& aliases) {
  if (auto found = ByIdentity(a, b)) return found;
  std::optional<FoundRelation> link = ByLink(a, b);
  if (!link || link->type == RelationType::kOther) {
    if (const auto back = ByLink(b, a); back && (!link || back->type != RelationType::kOther))
      link = Turned(*back);
  }
  if (link && link->type != RelationType::kOther) return link;
  const std::string paper = SharedPaper(a, b, aliases);
  std::optional<FoundRelation> content = ByContent(a, b, paper);
  if (content) {
    if (link) absl::StrAppend(&content->because, "; ", link->because);
    return content;
  }
  // An archive that names the other's accession as a link, without saying what it is, means a copy
  // only with a witness; the paper is none.
  if (!paper.empty()) {
    FoundRelation found{RelationType::kSamePaper, false, 1.0f, absl::StrCat("same paper ", paper)};
    if (link) absl::StrAppend(&found.because, "; ", link->because);
    return found;
  }
  return link;
}

}  // namespace parfocal
