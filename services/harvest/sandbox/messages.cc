#include "messages.h"

#include <utility>

#include "parfocal/catalogue/record_codec.h"
#include "parfocal/catalogue/string_table.h"
#include "parfocal/catalogue/wire.h"

namespace parfocal::sandbox {
namespace {

using catalogue::ByteReader;
using catalogue::ByteWriter;
using catalogue::StringTable;

absl::Status Malformed() { return absl::DataLossError("a malformed message of the parser"); }

absl::Status Finish(const ByteReader& in) {
  return in.ok() && in.AtEnd() ? absl::OkStatus() : Malformed();
}

std::string GetText(ByteReader& in) { return std::string(in.Text()); }

// Of any list: far above what connectors put on a page, and a bound of what a count alone can make
// the node allocate.
constexpr uint64_t kMaxCount = uint64_t{1} << 18;

// The size of a list whose elements take at least one byte each.
size_t GetCount(ByteReader& in) {
  const uint64_t count = in.Varint();
  if (count > in.remaining() || count > kMaxCount) in.Fail();
  return in.ok() ? static_cast<size_t>(count) : 0;
}

void Put(ByteWriter& out, const absl::Status& status) {
  out.Varint(static_cast<uint64_t>(status.code()));
  out.Text(status.message());
  out.Text(ReasonOf(status));
  out.Text(FieldOf(status));
}

absl::Status GetStatus(ByteReader& in) {
  const uint64_t code = in.Varint();
  if (code > static_cast<uint64_t>(absl::StatusCode::kUnauthenticated)) in.Fail();
  absl::Status status(static_cast<absl::StatusCode>(code), GetText(in));
  const std::string reason = GetText(in), field = GetText(in);
  return reason.empty() ? status : WithReason(std::move(status), reason, field);
}

constexpr int64_t Ledger::*kCounts[] = {
    &Ledger::pages,     &Ledger::fetched,       &Ledger::quarantined,   &Ledger::skipped,
    &Ledger::rows_read, &Ledger::rows_accepted, &Ledger::rows_rejected, &Ledger::label_conflicts};

void Put(ByteWriter& out, const Rejection& rejection) {
  for (const std::string* text :
       {&rejection.source, &rejection.run, &rejection.place, &rejection.record, &rejection.reason,
        &rejection.raw, &rejection.reader})
    out.Text(*text);
  out.Byte(rejection.can_replay ? 1 : 0);
}

void Get(ByteReader& in, Rejection* rejection) {
  for (std::string* text :
       {&rejection->source, &rejection->run, &rejection->place, &rejection->record,
        &rejection->reason, &rejection->raw, &rejection->reader})
    *text = GetText(in);
  rejection->can_replay = in.Byte() != 0;
}

void Put(ByteWriter& out, const std::vector<DeadlyUnit>& units) {
  out.Varint(units.size());
  for (const DeadlyUnit& unit : units) {
    out.Text(unit.document);
    out.Signed(unit.number);
    out.Text(unit.reason);
  }
}

void Get(ByteReader& in, std::vector<DeadlyUnit>* units) {
  units->resize(GetCount(in));
  for (DeadlyUnit& unit : *units) {
    unit.document = GetText(in);
    unit.number = in.Signed();
    unit.reason = GetText(in);
  }
}

void PutDrafts(ByteWriter& out, const std::vector<Draft>& drafts) {
  // Behind the records stands the table of what they repeat; it is known only then.
  StringTable table;
  std::string records;
  ByteWriter to(&records);
  std::string body;
  for (const Draft& draft : drafts) {
    const RecordName name = NameOf(draft.record);
    to.Text(name.accession);
    to.Text(name.image_set);
    const RawSlice& raw = draft.raw;
    for (uint64_t number :
         {uint64_t{raw.blob}, raw.offset, raw.length, raw.context_offset, raw.context_length})
      to.Varint(number);
    body.clear();
    catalogue::AppendStored(draft.record, &table, &body);
    to.Text(body);
  }
  out.Varint(table.size());
  for (uint32_t i = 0; i < table.size(); ++i) out.Text(*table.Find(i));
  out.Varint(drafts.size());
  out.Raw(records);
}

void GetDrafts(ByteReader& in, const std::string& source, DraftPage* page) {
  StringTable table;
  for (size_t left = GetCount(in); left > 0 && in.ok(); --left) {
    // One that the table does not take, or has already, would shift the numbers behind it.
    const uint32_t next = table.size();
    if (table.Intern(in.Text()) != next) in.Fail();
  }
  size_t left = GetCount(in);
  page->drafts.reserve(left);
  for (; left > 0 && in.ok(); --left) {
    const RecordName name{source, GetText(in), GetText(in)};
    RawSlice raw;
    const uint64_t blob = in.Varint();
    for (uint64_t* number : {&raw.offset, &raw.length, &raw.context_offset, &raw.context_length})
      *number = in.Varint();
    absl::StatusOr<Record> record = catalogue::DecodeStored(name, in.Text(), table);
    if (!in.ok() || !record.ok() || blob >= page->raw.size()) return in.Fail();
    raw.blob = static_cast<uint32_t>(blob);
    const uint64_t size = page->raw[raw.blob].size();
    if (raw.offset > size || raw.length > size - raw.offset || raw.context_offset > size ||
        raw.context_length > size - raw.context_offset)
      return in.Fail();
    page->drafts.push_back({*std::move(record), raw});
  }
}

void PutPage(ByteWriter& out, const DraftPage& page) {
  out.Varint(page.raw.size());
  for (const std::string& raw : page.raw) out.Text(raw);
  PutDrafts(out, page.drafts);
  out.Varint(page.rejections.size());
  for (const Rejection& rejection : page.rejections) Put(out, rejection);
  out.Varint(page.deleted.size());
  for (const RecordName& name : page.deleted) {
    out.Text(name.accession);
    out.Text(name.image_set);
  }
  out.Text(page.next_cursor);
  out.Byte(page.last ? 1 : 0);
  out.Text(page.mark);
  for (auto count : kCounts) out.Signed(page.ledger.*count);
  out.Signed(page.progress_done);
  out.Signed(page.progress_total);
}

void GetPage(ByteReader& in, const std::string& source, DraftPage* page) {
  page->raw.resize(GetCount(in));
  for (std::string& raw : page->raw) raw = GetText(in);
  GetDrafts(in, source, page);
  page->rejections.resize(GetCount(in));
  for (Rejection& rejection : page->rejections) {
    Get(in, &rejection);
    rejection.source = source;
  }
  page->deleted.resize(GetCount(in));
  for (RecordName& name : page->deleted) name = {source, GetText(in), GetText(in)};
  page->next_cursor = GetText(in);
  page->last = in.Byte() != 0;
  page->mark = GetText(in);
  for (auto count : kCounts) page->ledger.*count = in.Signed();
  page->progress_done = in.Signed();
  page->progress_total = in.Signed();
}

}  // namespace

std::string Encode(const BeginRequest& request) {
  std::string bytes;
  ByteWriter out(&bytes);
  const Source& source = request.source;
  for (const std::string* text : {&source.id, &source.connector, &source.location, &source.title,
                                  &request.share_dir, &request.mark})
    out.Text(*text);
  out.Varint(source.options.size());
  for (const auto& [key, value] : source.options) {
    out.Text(key);
    out.Text(value);
  }
  out.Byte(request.has_fetcher ? 1 : 0);
  out.Byte(request.has_held ? 1 : 0);
  out.Varint(static_cast<uint64_t>(request.open_files));
  out.Varint(request.memory_bytes);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, BeginRequest* request) {
  ByteReader in(bytes);
  Source& source = request->source;
  for (std::string* text : {&source.id, &source.connector, &source.location, &source.title,
                            &request->share_dir, &request->mark})
    *text = GetText(in);
  for (size_t left = GetCount(in); left > 0 && in.ok(); --left) {
    std::string key = GetText(in);
    source.options[std::move(key)] = GetText(in);
  }
  request->has_fetcher = in.Byte() != 0;
  request->has_held = in.Byte() != 0;
  request->open_files = static_cast<int>(in.Varint());
  request->memory_bytes = in.Varint();
  return Finish(in);
}

std::string Encode(const PageRequest& request) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Text(request.cursor);
  Put(out, request.refuse);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, PageRequest* request) {
  ByteReader in(bytes);
  request->cursor = GetText(in);
  Get(in, &request->refuse);
  return Finish(in);
}

std::string Encode(const ReplayRequest& request) {
  std::string bytes;
  ByteWriter out(&bytes);
  Put(out, request.rejection);
  Put(out, request.refuse);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, ReplayRequest* request) {
  ByteReader in(bytes);
  Get(in, &request->rejection);
  Get(in, &request->refuse);
  return Finish(in);
}

std::string Encode(const FetchRequest& request) {
  std::string bytes;
  ByteWriter out(&bytes);
  for (const std::string* text :
       {&request.url, &request.if_none_match, &request.if_modified_since, &request.media_types})
    out.Text(*text);
  out.Varint(request.accept.size());
  for (int status : request.accept) out.Signed(status);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, FetchRequest* request) {
  ByteReader in(bytes);
  for (std::string* text :
       {&request->url, &request->if_none_match, &request->if_modified_since, &request->media_types})
    *text = GetText(in);
  request->accept.resize(GetCount(in));
  for (int& status : request->accept) status = static_cast<int>(in.Signed());
  return Finish(in);
}

std::string Encode(const absl::StatusOr<FetchResponse>& response) {
  std::string bytes;
  ByteWriter out(&bytes);
  Put(out, response.status());
  if (!response.ok()) return bytes;
  bytes.reserve(bytes.size() + response->body.size() + 512);
  out.Signed(response->http_status);
  for (const std::string* text : {&response->body, &response->etag, &response->last_modified,
                                  &response->content_type, &response->link, &response->final_url})
    out.Text(*text);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, absl::StatusOr<FetchResponse>* response) {
  ByteReader in(bytes);
  absl::Status status = GetStatus(in);
  if (!in.ok()) return Malformed();
  if (!status.ok()) {
    *response = std::move(status);
    return Finish(in);
  }
  FetchResponse got;
  got.http_status = static_cast<int>(in.Signed());
  for (std::string* text :
       {&got.body, &got.etag, &got.last_modified, &got.content_type, &got.link, &got.final_url})
    *text = GetText(in);
  *response = std::move(got);
  return Finish(in);
}

std::string Encode(const PageAnswer& answer) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(answer.listing_is_whole ? 1 : 0);
  out.Byte(answer.lists_all ? 1 : 0);
  Put(out, answer.page.status());
  if (answer.page.ok()) PutPage(out, *answer.page);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, const std::string& source, PageAnswer* answer) {
  ByteReader in(bytes);
  answer->listing_is_whole = in.Byte() != 0;
  answer->lists_all = in.Byte() != 0;
  absl::Status status = GetStatus(in);
  if (!in.ok()) return Malformed();
  if (!status.ok()) {
    answer->page = std::move(status);
    return Finish(in);
  }
  DraftPage page;
  GetPage(in, source, &page);
  answer->page = std::move(page);
  return Finish(in);
}

std::string Encode(const absl::Status& status) {
  std::string bytes;
  ByteWriter out(&bytes);
  Put(out, status);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, absl::Status* status) {
  ByteReader in(bytes);
  *status = GetStatus(in);
  return Finish(in);
}

}  // namespace parfocal::sandbox
