// Fills a Study from what a record says, whatever its format: cleans the texts, keeps the limits,
// tells a licence from a statement of access, and remembers what was left out.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/oai_pmh/oai_record.h"

namespace parfocal::oai {

class StudyBuilder {
 public:
  // Borrows all; lives while one record is mapped.
  StudyBuilder(const std::string& source, const OaiHeader& header, const RecordLimits& limits);

  Study& study() { return out_.study; }
  MappedRecord& out() { return out_; }
  void Note(absl::string_view reason);

  // Plain text without contacts of people: of one line, or with its line breaks.
  std::string Line(absl::string_view text, absl::string_view what);
  std::string Words(absl::string_view text, size_t limit, absl::string_view what);

  void SetTitle(absl::string_view text);
  void AddDescription(absl::string_view text);  // Behind an empty line, if there is one already.
  void AddKeyword(absl::string_view text);
  void AddPerson(Person person);
  void AddPublication(Publication publication);
  void AddFunding(Funding funding);
  void AddRelation(RelationType type, absl::string_view target, absl::string_view because);
  void AddAttribute(absl::string_view key, absl::string_view value);
  void AddStatement(absl::string_view field, absl::string_view value, std::string id);
  // Another identifier of the same deposition: a DOI, an address, or any other.
  void AddIdentifier(absl::string_view id);
  // One of possibly several ways in which the rights are said: a licence, or who gets at the data.
  void AddRights(absl::string_view text);
  // "info:eu-repo/grantAgreement/FUNDER/PROGRAMME/AWARD"; false if `text` is none.
  bool AddGrant(absl::string_view text);
  // Whether `date` (a DatePart) lies behind the day on which the server stamped the record.
  bool IsFuture(absl::string_view date) const;

  // Fills in what follows from the rest.
  void Finish();

 private:
  template <typename T>
  bool HasRoom(const std::vector<T>& list, size_t limit, absl::string_view what);

  const RecordLimits& limits_;
  MappedRecord out_;
  std::string stamped_;  // DatePart of the header's datestamp.
  std::vector<std::string> rights_;
  std::set<std::string> full_;  // Lists that have met their limit.
  std::set<std::string> statements_;
};

// dublin_core.cc
void MapDublinCore(const XmlElement& dc, StudyBuilder* builder);
// mods.cc
void MapMods(const XmlElement& mods, StudyBuilder* builder);
// datacite_kernel.cc
void MapDataCite(const XmlElement& resource, StudyBuilder* builder);

}  // namespace parfocal::oai
