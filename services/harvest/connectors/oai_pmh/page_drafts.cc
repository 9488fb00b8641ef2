#include "page_drafts.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "parfocal/oai_pmh/oai_record.h"
#include "parfocal/privacy/contacts.h"
#include "parfocal/record_name.h"
#include "plain_text.h"

namespace parfocal::oai {
namespace {

constexpr size_t kRejectedRawBytes = 64 << 10;

}  // namespace

std::string PageDrafts::PlaceOf(const std::string& identifier) const {
  if (!identifier.empty()) return absl::StrCat(place_, ": ", CutText(identifier, 300));
  return absl::StrCat(place_, ": record ", records_);
}

void PageDrafts::Reject(const std::string& identifier, absl::string_view reason,
                        absl::string_view raw) {
  Rejection rejection;
  rejection.place = PlaceOf(identifier);
  if (!identifier.empty() && identifier.size() <= kMaxIdBytes)
    rejection.record = FormatRecordName({source_, identifier, ""});
  rejection.reason = WithoutContacts(reason);
  rejection.raw = std::string(raw.substr(0, kRejectedRawBytes));
  // A record that stands there whole is all that Replay needs.
  rejection.can_replay = absl::StartsWith(raw, "<") && raw.size() <= kRejectedRawBytes;
  page_.rejections.push_back(std::move(rejection));
  ++page_.ledger.quarantined;
  if (!identifier.empty()) identifiers_.push_back(identifier);
}

void PageDrafts::Remark(absl::string_view reason, absl::string_view raw) {
  Rejection remark;
  remark.place = place_;
  remark.reason = std::string(reason);
  remark.raw = std::string(raw);
  page_.rejections.push_back(std::move(remark));
}

void PageDrafts::AddRecords(const OaiPage& page) {
  for (const RecordPlace& place : page.records) AddRecord(page, place);
}

void PageDrafts::AddDeleted(const OaiHeader& header) {
  ++records_;
  Entry entry;
  entry.identifier = header.identifier;
  entry.datestamp = header.datestamp;
  entry.deleted = true;
  Add(std::move(entry));
}

void PageDrafts::AddRecord(const OaiPage& page, const RecordPlace& place) {
  ++records_;
  const absl::string_view bytes = absl::string_view(page.text).substr(place.offset, place.length);
  if (const absl::Status entered = EnterUnit(guard_, place_, records_); !entered.ok())
    return Reject("", absl::StrCat("the record ", entered.message()), bytes);
  absl::StatusOr<OaiRecord> record = ReadOaiRecord(page, place);
  if (!record.ok()) return Reject(GuessIdentifier(bytes), record.status().message(), bytes);
  Entry entry;
  entry.identifier = record->header.identifier;
  entry.datestamp = record->header.datestamp;
  entry.deleted = record->header.deleted;
  if (!entry.deleted) {
    absl::StatusOr<MappedRecord> mapped = MapRecord(source_, *record);
    if (!mapped.ok()) return Reject(entry.identifier, mapped.status().message(), bytes);
    entry.deleted = mapped->withdrawn;
    entry.study = std::move(mapped->study);
    entry.notes = std::move(mapped->notes);
    entry.raw = std::string(record->payload);
  }
  Add(std::move(entry));
}

void PageDrafts::Add(Entry entry) {
  identifiers_.push_back(entry.identifier);
  const auto [at, is_new] = newest_.try_emplace(entry.identifier, entries_.size());
  if (is_new) {
    entries_.push_back(std::move(entry));
    return;
  }
  Remark(absl::StrCat(CutText(entry.identifier, 300),
                      " is listed twice on one page; the one stamped last holds"));
  // Dates of one server are written alike, so that they sort as texts.
  if (entry.datestamp >= entries_[at->second].datestamp) entries_[at->second] = std::move(entry);
}

DraftPage PageDrafts::Take() {
  for (Entry& entry : entries_) {
    const RecordName name{source_, entry.identifier, ""};
    if (entry.deleted) {
      page_.deleted.push_back(name);
      continue;
    }
    for (std::string& note : entry.notes) {
      Rejection remark;
      remark.place = PlaceOf(entry.identifier);
      remark.record = FormatRecordName(name);
      remark.reason = std::move(note);
      page_.rejections.push_back(std::move(remark));
    }
    Draft draft;
    draft.raw.blob = static_cast<uint32_t>(page_.raw.size());
    draft.raw.length = entry.raw.size();
    draft.record = std::move(entry.study);
    page_.raw.push_back(std::move(entry.raw));
    page_.drafts.push_back(std::move(draft));
  }
  page_.ledger.pages = 1;
  page_.ledger.fetched = static_cast<int64_t>(page_.drafts.size()) + page_.ledger.quarantined;
  return std::move(page_);
}

}  // namespace parfocal::oai
