#include "rows.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "parfocal/catalogue/wire.h"

namespace parfocal::catalogue {
namespace {

constexpr uint8_t kRowVersion = 1;

absl::Status Finish(const ByteReader& in, absl::string_view what) {
  if (in.ok() && in.AtEnd()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("catalogue: malformed ", what,
                                          " row; verify the store and restore a checkpoint"));
}

// Every row begins with its version.
ByteReader Open(absl::string_view bytes) {
  ByteReader in(bytes);
  if (in.Byte() != kRowVersion) in.Fail();
  return in;
}

void PutTime(ByteWriter& out, absl::Time time) { out.Signed(absl::ToUnixNanos(time)); }
absl::Time GetTime(ByteReader& in) {
  const int64_t nanos = in.Signed();
  // ToUnixNanos saturates; the ends stand for the infinities that saturate to them.
  if (nanos == INT64_MAX) return absl::InfiniteFuture();
  if (nanos == INT64_MIN) return absl::InfinitePast();
  return absl::FromUnixNanos(nanos);
}

std::string GetText(ByteReader& in) { return std::string(in.Text()); }

// The ledger's fields in their order on disk; new ones go at the end of a later row version.
constexpr int64_t Ledger::*kLedgerFields[] = {
    &Ledger::pages,          &Ledger::fetched,   &Ledger::new_records,   &Ledger::changed,
    &Ledger::unchanged,      &Ledger::deleted,   &Ledger::restored,      &Ledger::quarantined,
    &Ledger::skipped,        &Ledger::rows_read, &Ledger::rows_accepted, &Ledger::rows_rejected,
    &Ledger::label_conflicts};
static_assert(sizeof(Ledger) == std::size(kLedgerFields) * sizeof(int64_t),
              "a field is missing above");

}  // namespace

std::string Encode(const MetaRow& row) {
  std::string bytes;
  bytes.reserve(128);
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  out.Byte(row.deleted ? 1 : 0);
  out.Varint(row.id);
  out.Varint(static_cast<uint64_t>(row.sequence));
  out.Text(row.group);
  out.Text(row.raw_sha256);
  out.Text(row.content_sha256);
  PutTime(out, row.first_seen);
  PutTime(out, row.last_changed);
  out.Text(row.release);
  out.Varint(row.blob);
  out.Varint(row.slice.offset);
  out.Varint(row.slice.length);
  out.Varint(row.slice.context_offset);
  out.Varint(row.slice.context_length);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, MetaRow* row) {
  ByteReader in = Open(bytes);
  row->deleted = in.Byte() != 0;
  row->id = in.Varint();
  row->sequence = static_cast<int64_t>(in.Varint());
  row->group = GetText(in);
  row->raw_sha256 = GetText(in);
  row->content_sha256 = GetText(in);
  row->first_seen = GetTime(in);
  row->last_changed = GetTime(in);
  row->release = GetText(in);
  row->blob = in.Varint();
  row->slice.offset = in.Varint();
  row->slice.length = in.Varint();
  row->slice.context_offset = in.Varint();
  row->slice.context_length = in.Varint();
  return Finish(in, "meta");
}

std::string Encode(const GroupRow& row) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  for (int64_t value : {row.sequence, row.studies, row.image_sets, row.tombstones})
    out.Signed(value);
  out.Text(row.normalised);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, GroupRow* row) {
  ByteReader in = Open(bytes);
  for (int64_t* value : {&row->sequence, &row->studies, &row->image_sets, &row->tombstones})
    *value = in.Signed();
  row->normalised = GetText(in);
  return Finish(in, "group");
}

std::string Encode(const CountersRow& row) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  for (uint64_t value : {row.next_record, row.next_blob, row.next_run}) out.Varint(value);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, CountersRow* row) {
  ByteReader in = Open(bytes);
  for (uint64_t* value : {&row->next_record, &row->next_blob, &row->next_run}) *value = in.Varint();
  return Finish(in, "counters");
}

std::string Encode(const RunRow& row) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  out.Text(row.run.source);
  out.Text(row.run.id);
  out.Byte(static_cast<uint8_t>(row.run.state));
  PutTime(out, row.run.started);
  PutTime(out, row.run.ended);
  out.Text(row.run.cursor);
  for (auto field : kLedgerFields) out.Signed(row.run.ledger.*field);
  out.Text(row.run.message);
  out.Varint(row.pages);
  out.Varint(row.rejections);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, RunRow* row) {
  ByteReader in = Open(bytes);
  row->run.source = GetText(in);
  row->run.id = GetText(in);
  const uint8_t state = in.Byte();
  if (state > static_cast<uint8_t>(RunState::kHeld)) in.Fail();
  row->run.state = static_cast<RunState>(state);
  row->run.started = GetTime(in);
  row->run.ended = GetTime(in);
  row->run.cursor = GetText(in);
  for (auto field : kLedgerFields) row->run.ledger.*field = in.Signed();
  row->run.message = GetText(in);
  row->pages = in.Varint();
  row->rejections = in.Varint();
  return Finish(in, "run");
}

std::string Encode(const BlobRow& row) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  out.Varint(row.id);
  out.Varint(row.size);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, BlobRow* row) {
  ByteReader in = Open(bytes);
  row->id = in.Varint();
  row->size = in.Varint();
  return Finish(in, "blob");
}

std::string Encode(const ChangeRow& row) {
  std::string bytes;
  bytes.reserve(row.key.size() + 1);
  bytes.push_back(static_cast<char>(row.kind));
  bytes += row.key;
  return bytes;
}

absl::Status Decode(absl::string_view bytes, ChangeRow* row) {
  ByteReader in(bytes);
  const uint8_t kind = in.Byte();
  if (kind > static_cast<uint8_t>(ChangeKind::kDelete)) in.Fail();
  row->kind = static_cast<ChangeKind>(kind);
  row->key = std::string(in.Raw(in.remaining()));
  return Finish(in, "change");
}

std::string Encode(const Source& source) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  for (const std::string* text : {&source.id, &source.connector, &source.location, &source.title})
    out.Text(*text);
  out.Varint(source.options.size());
  for (const auto& [key, value] : source.options) {
    out.Text(key);
    out.Text(value);
  }
  PutTime(out, source.created);
  out.Text(source.last_complete_run);
  // Rows of older catalogues end here, as do those of sources that have none of the rest.
  const Schedule& schedule = source.schedule;
  if (schedule == Schedule() && source.resumed == absl::InfinitePast()) return bytes;
  out.Signed(absl::ToInt64Nanoseconds(schedule.interval));
  out.Varint(static_cast<uint64_t>(schedule.window_begin));
  out.Varint(static_cast<uint64_t>(schedule.window_end));
  out.Signed(absl::ToInt64Nanoseconds(schedule.jitter));
  PutTime(out, source.resumed);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, Source* source) {
  ByteReader in = Open(bytes);
  for (std::string* text : {&source->id, &source->connector, &source->location, &source->title})
    *text = GetText(in);
  source->options.clear();
  for (uint64_t left = in.Varint(); left > 0 && in.ok(); --left) {
    std::string key = GetText(in);
    source->options[std::move(key)] = GetText(in);
  }
  source->created = GetTime(in);
  source->last_complete_run = GetText(in);
  source->schedule = Schedule();
  source->resumed = absl::InfinitePast();
  if (!in.ok() || in.AtEnd()) return Finish(in, "source");
  source->schedule.interval = absl::Nanoseconds(in.Signed());
  source->schedule.window_begin = static_cast<int>(in.Varint());
  source->schedule.window_end = static_cast<int>(in.Varint());
  source->schedule.jitter = absl::Nanoseconds(in.Signed());
  source->resumed = GetTime(in);
  return Finish(in, "source");
}

std::string Encode(const Rejection& rejection) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  for (const std::string* text : {&rejection.source, &rejection.run, &rejection.place,
                                  &rejection.record, &rejection.reason, &rejection.raw}) {
    out.Text(*text);
  }
  // Rows of older catalogues end here.
  if (rejection.reader.empty() && !rejection.can_replay) return bytes;
  out.Text(rejection.reader);
  out.Byte(rejection.can_replay ? 1 : 0);
  return bytes;
}

absl::Status Decode(absl::string_view bytes, Rejection* rejection) {
  ByteReader in = Open(bytes);
  for (std::string* text : {&rejection->source, &rejection->run, &rejection->place,
                            &rejection->record, &rejection->reason, &rejection->raw}) {
    *text = GetText(in);
  }
  rejection->reader.clear();
  rejection->can_replay = false;
  if (!in.ok() || in.AtEnd()) return Finish(in, "rejection");
  rejection->reader = GetText(in);
  rejection->can_replay = in.Byte() != 0;
  return Finish(in, "rejection");
}

std::string EncodeTouched(std::vector<uint64_t>* ids) {
  std::sort(ids->begin(), ids->end());
  std::string bytes;
  ByteWriter out(&bytes);
  out.Byte(kRowVersion);
  uint64_t end = 0;
  for (size_t i = 0; i < ids->size();) {
    const uint64_t first = (*ids)[i];
    uint64_t next = first + 1;
    for (++i; i < ids->size() && (*ids)[i] <= next; ++i) next = (*ids)[i] + 1;
    out.Varint(first - end);
    out.Varint(next - first);
    end = next;
  }
  return bytes;
}

absl::Status DecodeTouched(absl::string_view bytes, std::vector<IdRange>* ranges) {
  ByteReader in = Open(bytes);
  uint64_t end = 0;
  while (in.ok() && !in.AtEnd()) {
    const uint64_t first = end + in.Varint();
    const uint64_t count = in.Varint();
    if (in.ok()) ranges->emplace_back(first, count);
    end = first + count;
  }
  return Finish(in, "touched");
}

RecordMeta ToMeta(const MetaRow& row) {
  RecordMeta meta;
  meta.sequence = row.sequence;
  meta.raw_sha256 = absl::BytesToHexString(row.raw_sha256);
  meta.content_sha256 = absl::BytesToHexString(row.content_sha256);
  meta.first_seen = row.first_seen;
  meta.last_changed = row.last_changed;
  meta.release = row.release;
  meta.deleted = row.deleted;
  return meta;
}

}  // namespace parfocal::catalogue
