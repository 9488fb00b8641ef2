// The records of one answer as drafts, rejections and deletions of a DraftPage.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "parfocal/connectors/connector.h"
#include "parfocal/oai_pmh/oai_page.h"
#include "parfocal/status.h"

namespace parfocal::oai {

class PageDrafts {
 public:
  // `source`: its id. `place`: what the answer is called in rejections. `guard` may be nullptr.
  PageDrafts(std::string source, std::string place, ParseGuard* guard)
      : source_(std::move(source)), place_(std::move(place)), guard_(guard) {}

  // Reads each record of `page`; a bad one becomes a rejection.
  void AddRecords(const OaiPage& page);
  // What a header alone says: that the record is deleted.
  void AddDeleted(const OaiHeader& header);
  void Reject(const std::string& identifier, absl::string_view reason, absl::string_view raw);
  // A remark for the curator; it counts no record.
  void Remark(absl::string_view reason, absl::string_view raw = "");

  // Identifiers of what was added, bad records included as far as they have one.
  const std::vector<std::string>& identifiers() const { return identifiers_; }
  int64_t records() const { return records_; }

  // Of records with one identifier the one with the latest datestamp holds, of equal ones the last.
  DraftPage Take();

 private:
  struct Entry {
    std::string identifier, datestamp;
    bool deleted = false;
    Study study;
    std::string raw;
    std::vector<std::string> notes;
  };
  void AddRecord(const OaiPage& page, const RecordPlace& place);
  void Add(Entry entry);
  std::string PlaceOf(const std::string& identifier) const;

  const std::string source_, place_;
  ParseGuard* const guard_;
  std::vector<Entry> entries_;
  std::map<std::string, size_t> newest_;  // By identifier: into entries_.
  std::vector<std::string> identifiers_;
  int64_t records_ = 0;
  DraftPage page_;
};

}  // namespace parfocal::oai
