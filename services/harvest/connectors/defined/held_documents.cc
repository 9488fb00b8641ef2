#include "held_documents.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace parfocal::defined {
namespace {

constexpr absl::string_view kBegin = "defined 1";

bool ReadNote(const std::vector<absl::string_view>& fields, std::string* address,
              DocumentNote* note) {
  if (fields.size() != 7) return false;
  std::string* texts[] = {address, &note->etag, &note->last_modified, &note->tag, &note->next};
  for (size_t i = 0; i < 5; ++i) {
    if (!absl::CUnescape(fields[i], texts[i])) return false;
  }
  if (!absl::SimpleAtoi(fields[5], &note->left_out) || note->left_out < 0) return false;
  for (const absl::string_view hash : absl::StrSplit(fields[6], ',', absl::SkipEmpty())) {
    uint64_t number = 0;
    if (!absl::SimpleHexAtoi(hash, &number)) return false;
    note->records.push_back(number);
  }
  return true;
}

class HeldReader final : public RecordReader {
 public:
  HeldReader(std::string name, const DocumentNote* note, const HeldDocuments* held,
             RecordFormat format, const RecordLimits& limits)
      : name_(std::move(name)),
        note_(*note),
        held_(*held),
        format_(std::move(format)),
        limits_(limits) {}

  // Opens the first record, whose context is that of all.
  absl::Status Start() {
    if (note_.records.empty()) return absl::OkStatus();
    PARFOCAL_ASSIGN_OR_RETURN(reader_, Open(0));
    context_ = std::string(reader_->context());
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Next(FoundRecord* record) override {
    if (next_ == note_.records.size()) return false;
    if (next_ > 0) {
      PARFOCAL_ASSIGN_OR_RETURN(reader_, Open(next_));
    }
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, reader_->Next(record));
    if (!some || reader_->context() != context_)
      return absl::DataLossError("a held record cannot be read again");
    record->place = absl::StrCat(":#", next_++);
    return true;
  }
  absl::string_view context() const override { return context_; }

 private:
  absl::StatusOr<std::unique_ptr<RecordReader>> Open(size_t i) const {
    return OpenRecords(name_, held_.Raw(note_.records[i]), format_, limits_);
  }

  const std::string name_;
  const DocumentNote& note_;
  const HeldDocuments& held_;
  const RecordFormat format_;
  const RecordLimits limits_;
  std::unique_ptr<RecordReader> reader_;
  std::string context_;
  size_t next_ = 0;
};

std::string LineOf(const std::string& address, const DocumentNote& note) {
  std::string out = "\n";
  for (const std::string* text : {&address, &note.etag, &note.last_modified, &note.tag, &note.next})
    absl::StrAppend(&out, absl::CEscape(*text), "\t");
  absl::StrAppend(&out, note.left_out, "\t");
  for (const uint64_t hash : note.records)
    absl::StrAppend(&out, out.back() == '\t' ? "" : ",", absl::Hex(hash));
  return out;
}

}  // namespace

uint64_t HashOfRaw(absl::string_view context, absl::string_view raw) {
  // The catalogue gives both as one.
  const std::string whole = absl::StrCat(context, raw);
  return XXH3_64bits(whole.data(), whole.size());
}

HeldDocuments::HeldDocuments(const ConnectorContext& context, uint64_t definition)
    : context_(context), definition_(definition) {
  const std::vector<absl::string_view> lines = absl::StrSplit(context.mark, '\n');
  const std::vector<absl::string_view> head = absl::StrSplit(lines[0], '\t');
  if (head.size() != 4 || head[0] != kBegin || head[1] != absl::StrCat(absl::Hex(definition)))
    return;
  since_ = std::string(head[2]);
  full_ = std::string(head[3]);
  for (size_t i = 1; i < lines.size(); ++i) {
    std::string address;
    DocumentNote note;
    if (ReadNote(absl::StrSplit(lines[i], '\t'), &address, &note))
      known_[std::move(address)] = std::move(note);
  }
}

absl::StatusOr<const DocumentNote*> HeldDocuments::Find(const std::string& address) {
  const auto at = known_.find(address);
  if (at == known_.end()) return nullptr;
  if (!read_ && context_.held) {
    size_t bytes = 0;
    PARFOCAL_RETURN_IF_ERROR(context_.held([&](std::string raw) {
      if (raw.size() > kMaxHeldBytes - bytes) return;
      const uint64_t hash = HashOfRaw("", raw);
      const size_t size = raw.size();
      if (raw_.try_emplace(hash, std::move(raw)).second) bytes += size;
    }));
  }
  read_ = true;
  const DocumentNote& note = at->second;
  const bool all = std::all_of(note.records.begin(), note.records.end(),
                               [&](uint64_t hash) { return raw_.contains(hash); });
  return all ? &note : nullptr;
}

std::string HeldDocuments::Mark(const std::string& began, const std::string& full, bool all) const {
  std::string out = absl::StrCat(kBegin, "\t", absl::Hex(definition_), "\t", began, "\t", full);
  const auto add = [&](const std::string& address, const DocumentNote& note) {
    const std::string line = LineOf(address, note);
    if (out.size() + line.size() <= kMaxMarkBytes) out += line;
  };
  for (const auto& [address, note] : kept_) add(address, note);
  if (all) return out;
  for (const auto& [address, note] : known_) {
    if (!kept_.contains(address)) add(address, note);
  }
  return out;
}

absl::StatusOr<std::unique_ptr<RecordReader>> OpenHeld(const std::string& name,
                                                       const DocumentNote& note,
                                                       const HeldDocuments& held,
                                                       RecordFormat format,
                                                       const RecordLimits& limits) {
  format.one_record = true;
  auto reader = std::make_unique<HeldReader>(name, &note, &held, std::move(format), limits);
  PARFOCAL_RETURN_IF_ERROR(reader->Start());
  return reader;
}

}  // namespace parfocal::defined
