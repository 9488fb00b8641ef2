#include "parfocal/connector_defined/defined_connector.h"

#include <xxhash.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "connector_parts.h"
#include "documents.h"
#include "held_documents.h"
#include "joins.h"
#include "parfocal/connector_idr/cell_text.h"
#include "parfocal/definition/mapper.h"
#include "parfocal/privacy/contacts.h"
#include "parfocal/record_name.h"
#include "records.h"

namespace parfocal {
namespace {

using defined::ConnectorParts;
using defined::Document;
using defined::DocumentNote;
using defined::Documents;
using defined::FoundRecord;
using defined::HeldDocuments;
using defined::RecordFormat;
using defined::RecordLimits;
using defined::RecordReader;
using definition::FeedRule;
using definition::MappedRecord;
using definition::RepeatRule;

constexpr int64_t kRecordsPerPage = 1000;
constexpr int kDocumentsPerPage = 1000;
// Of a server, which may be slow: what was fetched is kept before long, and a run can be stopped.
constexpr int kAnswersPerPage = 50;
constexpr size_t kMaxPageBytes = 16 << 20;  // A page ends early rather than grow beyond this.
constexpr size_t kMaxRejectedBytes = 64 << 10;
constexpr absl::string_view kCursorVersion = "1";

uint64_t HashOf(absl::string_view text) { return XXH3_64bits(text.data(), text.size()); }

// "a/b.json.gz" -> "b"
std::string StemOf(absl::string_view name) {
  name = name.substr(0, name.find_first_of("?#"));
  const size_t slash = name.rfind('/');
  if (slash != name.npos) name.remove_prefix(slash + 1);
  return std::string(name.substr(0, name.find('.')));
}

class Engine final : public DefinedConnector {
 public:
  Engine(std::string source, ConnectorParts parts, ParseGuard* guard)
      : source_(std::move(source)),
        parts_(std::move(parts)),
        definition_(*parts_.definition),
        documents_(parts_.documents.get()),
        limits_(parts_.limits),
        guard_(guard) {
    Rewind();
  }

  bool ListingIsWhole() const override {
    return documents_->IsWhole() && definition_.deletion == definition::DeletionRule::kWholeList;
  }
  bool ListsAll() const override { return documents_->ListsAll(); }
  int64_t left_out() const override { return left_out_; }
  ReadingCost cost() const override { return {documents_read_, bytes_read_}; }
  const std::map<std::pair<std::string, std::string>, int64_t>& unmapped() const override {
    return mapper_->unmapped();
  }

  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    if (cursor != next_cursor_ || (cursor.empty() && started_)) {
      // What was given before the cursor decides what is given after it: it is read again.
      Rewind();
      while (next_cursor_ != cursor) {
        PARFOCAL_ASSIGN_OR_RETURN(const DraftPage passed, Produce());
        if (passed.last) {
          return absl::InvalidArgumentError(
              "the place where the run stopped is gone; the list is another one by now");
        }
      }
    }
    return Produce();
  }

 private:
  // The document whose records are being read.
  struct Open {
    Document document;
    std::unique_ptr<RecordReader> reader;
    int64_t read = 0;  // Records so far.
    // What the next run is told of it, unless some record was refused: that has to be said again.
    DocumentNote note;
    bool notable = true;
  };

  void Rewind();
  absl::StatusOr<DraftPage> Produce();
  // Opens the first document of the feed, or of a later one that has any.
  absl::Status EnterFeed(DraftPage* page);
  absl::Status OpenDocument(DraftPage* page);
  absl::Status ReadRecords(DraftPage* page, int64_t* records, size_t* bytes);
  absl::Status Leave(DraftPage* page);
  // How the records of the document at hand are read.
  RecordFormat FormatOf(const FeedRule& feed) const;
  void NoteDocument();
  void AddRecord(FoundRecord record, DraftPage* page);
  void AddStudy(const FeedRule& feed, MappedRecord* mapped, const std::string& place,
                absl::string_view raw, const RawSlice& slice, DraftPage* page);
  void AddSet(const FeedRule& feed, ImageSet set, const std::string& place, absl::string_view raw,
              const RawSlice& slice, DraftPage* page);
  void Reject(const std::string& place, const std::string& record, absl::string_view reason,
              absl::string_view raw, DraftPage* page) const;
  const FeedRule& feed() const { return definition_.feeds[feed_]; }

  const std::string source_;
  const ConnectorParts parts_;
  const definition::SourceDefinition& definition_;
  Documents* const documents_;
  const RecordLimits limits_;
  ParseGuard* const guard_;

  std::unique_ptr<definition::Mapper> mapper_;
  defined::Joins joins_;
  size_t feed_ = 0;
  bool in_feed_ = false;
  std::string position_;
  std::unique_ptr<Open> open_;
  bool started_ = false;
  std::string next_cursor_;
  // By hash of the name: hash of the bytes that it came from, and how often it came.
  struct Given {
    uint64_t bytes = 0;
    uint32_t times = 0;
  };
  absl::flat_hash_map<uint64_t, Given> given_;
  int64_t repeats_ = 0;  // In the document at hand.
  int64_t left_out_ = 0;
  int64_t documents_read_ = 0;
  int64_t bytes_read_ = 0;
};

void Engine::Rewind() {
  mapper_ = std::make_unique<definition::Mapper>(&definition_, source_);
  documents_->Restart();
  if (parts_.held != nullptr) parts_.held->Forget();
  feed_ = 0;
  in_feed_ = false;
  position_.clear();
  open_.reset();
  started_ = false;
  next_cursor_.clear();
  given_.clear();
  repeats_ = 0;
  left_out_ = 0;
  documents_read_ = 0;
  bytes_read_ = 0;
}

void Engine::Reject(const std::string& place, const std::string& record, absl::string_view reason,
                    absl::string_view raw, DraftPage* page) const {
  Rejection rejection;
  rejection.source = source_;
  rejection.place = place;
  rejection.record = record;
  rejection.reason = WithoutContacts(reason);
  rejection.raw = WithoutContacts(idr::CutUtf8(raw, kMaxRejectedBytes));
  page->rejections.push_back(std::move(rejection));
}

absl::Status Engine::EnterFeed(DraftPage* page) {
  for (; feed_ < definition_.feeds.size(); ++feed_) {
    PARFOCAL_ASSIGN_OR_RETURN(position_, documents_->First(feed()));
    if (position_.empty()) continue;
    LeaveUnit(guard_);
    std::vector<Rejection> rejections;
    PARFOCAL_RETURN_IF_ERROR(
        joins_.Load(feed(), FormatOf(feed()), limits_, documents_, &rejections));
    for (const Rejection& r : rejections) Reject(r.place, "", r.reason, r.raw, page);
    in_feed_ = true;
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status Engine::OpenDocument(DraftPage* page) {
  auto open = std::make_unique<Open>();
  PARFOCAL_ASSIGN_OR_RETURN(open->document, documents_->Read(feed(), position_));
  absl::Status status = open->document.status;
  if (status.ok()) status = EnterUnit(guard_, open->document.name, 0);
  if (status.ok()) {
    const RecordFormat format = FormatOf(feed());
    const std::string name = documents_->InPages(feed()) ? std::string() : open->document.name;
    auto reader =
        open->document.unchanged != nullptr
            ? defined::OpenHeld(name, *open->document.unchanged, *parts_.held, format, limits_)
            : defined::OpenRecords(name, open->document.bytes, format, limits_);
    status = reader.status();
    if (reader.ok()) open->reader = *std::move(reader);
  }
  if (open->document.unchanged != nullptr) left_out_ += open->document.unchanged->left_out;
  if (!status.ok()) {
    open->notable = false;
    // A page that cannot be read is not the end of the list.
    if (documents_->InPages(feed())) return Annotate(status, open->document.name);
    ++page->ledger.fetched;
    // A sound file without records has none. What one that cannot be read holds nobody knows: it is
    // passed over, so that the run is not complete and nothing of it is taken for gone.
    const bool sound = open->document.status.ok() && absl::IsNotFound(status);
    ++(sound ? page->ledger.quarantined : page->ledger.skipped);
    Reject(open->document.name, "", absl::StrCat("the file ", status.message()),
           open->document.bytes, page);
  }
  bytes_read_ += static_cast<int64_t>(open->document.bytes.size());
  open_ = std::move(open);
  ++documents_read_;
  return absl::OkStatus();
}

RecordFormat Engine::FormatOf(const FeedRule& feed) const {
  RecordFormat out;
  out.protocol = definition_.protocol;
  out.separator = feed.separator;
  out.records = feed.records;
  out.prefixes = &definition_.prefixes;
  if (feed.detail) {
    out.records = feed.detail->records;
    if (!feed.detail->protocol.empty()) out.protocol = feed.detail->protocol;
  }
  return out;
}

// What the document at hand was, for the next run.
void Engine::NoteDocument() {
  const Document& document = open_->document;
  const bool has_validator =
      !document.etag.empty() || !document.last_modified.empty() || !document.tag.empty();
  // The key of a value is no part of its bytes.
  const bool keyed = absl::EndsWith(FormatOf(feed()).records, "*");
  if (parts_.held == nullptr || !open_->notable || !has_validator || keyed) return;
  DocumentNote note = std::move(open_->note);
  note.etag = document.etag;
  note.last_modified = document.last_modified;
  note.tag = document.tag;
  note.next = documents_->leads();
  if (document.unchanged != nullptr) note.left_out += document.unchanged->left_out;
  parts_.held->Keep(document.address, std::move(note));
}

absl::StatusOr<DraftPage> Engine::Produce() {
  DraftPage page;
  started_ = true;
  page.ledger.pages = 1;
  size_t bytes = 0;
  int64_t records = 0;
  // Small files share a page; each answer of a server is one.
  const int most = documents_->IsWhole() ? kDocumentsPerPage : kAnswersPerPage;
  for (int n = 0; n < most && records < kRecordsPerPage && bytes < kMaxPageBytes; ++n) {
    if (!in_feed_) PARFOCAL_RETURN_IF_ERROR(EnterFeed(&page));
    if (!in_feed_) {
      if (documents_read_ == 0) {
        return absl::NotFoundError(
            "the location holds no file that a feed of the definition names");
      }
      page.last = true;
      break;
    }
    if (open_ == nullptr) PARFOCAL_RETURN_IF_ERROR(OpenDocument(&page));
    if (open_->reader != nullptr) PARFOCAL_RETURN_IF_ERROR(ReadRecords(&page, &records, &bytes));
    if (open_->reader == nullptr) PARFOCAL_RETURN_IF_ERROR(Leave(&page));
    if (page.last || (in_feed_ && documents_->InPages(feed()))) break;
  }
  page.ledger.fetched += static_cast<int64_t>(page.drafts.size());
  if (page.last && parts_.held != nullptr) {
    const bool all = documents_->ListsAll();
    page.mark = parts_.held->Mark(parts_.today, all ? parts_.today : parts_.held->full(), all);
  }
  if (!page.last) {
    page.next_cursor = absl::StrCat(kCursorVersion, "\n", feed().name, "\n", position_, "\n",
                                    open_ == nullptr ? 0 : open_->read);
  }
  next_cursor_ = page.next_cursor;
  page.progress_done = documents_read_;
  return page;
}

// Closes the reader when its document has no more.
absl::Status Engine::ReadRecords(DraftPage* page, int64_t* records, size_t* bytes) {
  page->raw.emplace_back(open_->reader->context());
  const size_t before = page->drafts.size();
  FoundRecord record;
  while (*records < kRecordsPerPage && *bytes + page->raw.back().size() < kMaxPageBytes) {
    // Not refused: it was entered so when the document was opened.
    (void)EnterUnit(guard_, open_->document.name, 0);
    PARFOCAL_ASSIGN_OR_RETURN(const bool some, open_->reader->Next(&record));
    if (!some) {
      open_->reader.reset();
      break;
    }
    ++open_->read;
    ++*records;
    AddRecord(std::move(record), page);
  }
  *bytes += page->raw.back().size();
  if (page->drafts.size() == before) page->raw.pop_back();
  return absl::OkStatus();
}

absl::Status Engine::Leave(DraftPage* page) {
  if (repeats_ > 0) {
    Reject(open_->document.name, "",
           absl::StrCat(repeats_, " records or image sets repeat earlier ones; they count once"),
           "", page);
  }
  repeats_ = 0;
  // Of a document that is held only what was accepted is read again; its list has them all.
  const DocumentNote* const held = open_->document.unchanged;
  const int64_t records = open_->read + (held != nullptr ? held->left_out : 0);
  PARFOCAL_ASSIGN_OR_RETURN(position_,
                            documents_->Next(feed(), position_, open_->document, records));
  NoteDocument();
  open_.reset();
  if (!position_.empty()) return absl::OkStatus();
  ++feed_;
  in_feed_ = false;
  PARFOCAL_RETURN_IF_ERROR(EnterFeed(page));
  page->last = !in_feed_;
  return absl::OkStatus();
}

void Engine::AddRecord(FoundRecord record, DraftPage* page) {
  const std::string place = open_->document.name + record.place;
  MappedRecord mapped;
  mapped.problem = record.problem;
  if (const absl::Status entered = EnterUnit(guard_, open_->document.name, open_->read);
      mapped.problem.empty() && !entered.ok())
    mapped.problem = absl::StrCat("the record ", entered.message());
  if (mapped.problem.empty()) {
    joins_.Apply(feed(), &record.item);
    if (open_->document.entry != nullptr)
      record.item.fields.emplace_back("@list", *open_->document.entry);
    record.item.fields.emplace_back("@file", definition::Item::Text(StemOf(open_->document.name)));
    mapped = mapper_->Map(feed(), record.item);
  }
  if (mapped.left_out) {
    ++left_out_;
    ++open_->note.left_out;
    return;
  }
  ++page->ledger.rows_read;
  if (!mapped.problem.empty()) {
    ++page->ledger.rows_rejected;
    ++page->ledger.quarantined;
    ++page->ledger.fetched;
    open_->notable = false;
    return Reject(place, "", mapped.problem, record.raw, page);
  }
  ++page->ledger.rows_accepted;
  const size_t context = open_->reader->context().size();
  if (parts_.held != nullptr) {
    open_->note.records.push_back(defined::HashOfRaw(open_->reader->context(), record.raw));
  }
  std::string& blob = page->raw.back();
  const RawSlice slice{static_cast<uint32_t>(page->raw.size() - 1), blob.size(), record.raw.size(),
                       0, context};
  const size_t before = page->drafts.size();
  AddStudy(feed(), &mapped, place, record.raw, slice, page);
  for (ImageSet& set : mapped.sets) AddSet(feed(), std::move(set), place, record.raw, slice, page);
  if (page->drafts.size() > before) blob.append(record.raw.data(), record.raw.size());
  if (!mapped.remarks.empty()) open_->notable = false;
  const std::string name = FormatRecordName(NameOf(mapped.study));
  for (const std::string& remark : mapped.remarks) Reject(place, name, remark, "", page);
}

void Engine::AddStudy(const FeedRule& feed, MappedRecord* mapped, const std::string& place,
                      absl::string_view raw, const RawSlice& slice, DraftPage* page) {
  const std::string name = FormatRecordName(NameOf(mapped->study));
  const auto [given, is_new] = given_.try_emplace(HashOf(name), Given{HashOf(raw), 1});
  if (is_new) {
    page->drafts.push_back({mapped->study, slice});
    return;
  }
  // A study of many rows is named by each of them.
  if (!feed.sets.empty()) return;
  if (given->second.bytes == HashOf(raw) || feed.repeats == RepeatRule::kFirst) {
    ++repeats_;
    return;
  }
  ++page->ledger.quarantined;
  ++page->ledger.fetched;
  Reject(place, name, "the accession is that of an earlier record, which says something else", raw,
         page);
}

void Engine::AddSet(const FeedRule& feed, ImageSet set, const std::string& place,
                    absl::string_view raw, const RawSlice& slice, DraftPage* page) {
  const std::string name = FormatRecordName(NameOf(set));
  const auto [given, is_new] = given_.try_emplace(HashOf(name), Given{HashOf(raw), 1});
  const bool number = feed.repeats == RepeatRule::kNumber;
  if (!is_new && !number) {
    if (given->second.bytes == HashOf(raw) || feed.repeats == RepeatRule::kFirst) {
      ++repeats_;
      return;
    }
    ++page->ledger.quarantined;
    ++page->ledger.fetched;
    return Reject(place, name, "the id is that of an earlier image set of the study", raw, page);
  }
  if (!is_new) {
    const std::string id = set.id;
    uint32_t times = given->second.times;
    do {
      set.id = absl::StrCat(id, "#", ++times);
    } while (
        !given_.try_emplace(HashOf(FormatRecordName(NameOf(set))), Given{HashOf(raw), 1}).second);
    given_[HashOf(name)].times = times;
  }
  page->drafts.push_back({std::move(set), slice});
}

}  // namespace

std::string DefinitionPath(const Source& source, const ConnectorContext& context) {
  const auto option = source.options.find("definition");
  std::string name = option == source.options.end() ? source.id : option->second;
  if (!absl::StrContains(name, "/"))
    name = absl::StrCat(context.share_dir, "/sources/", name,
                        absl::EndsWith(name, ".yaml") ? "" : ".yaml");
  return name;
}

absl::StatusOr<std::unique_ptr<DefinedConnector>> MakeConnectorOf(
    definition::SourceDefinition definition, const Source& source,
    const ConnectorContext& context) {
  PARFOCAL_ASSIGN_OR_RETURN(defined::ConnectorParts parts,
                            defined::MakeParts(std::move(definition), source, context));
  return std::make_unique<Engine>(source.id, std::move(parts), context.guard);
}

absl::StatusOr<std::unique_ptr<Connector>> MakeDefinedConnector(const Source& source,
                                                                const ConnectorContext& context) {
  const std::string path = DefinitionPath(source, context);
  PARFOCAL_ASSIGN_OR_RETURN(definition::SourceDefinition definition,
                            definition::LoadDefinition(path));
  if (definition.protocol != source.connector) {
    return absl::InvalidArgumentError(
        absl::StrCat("source ", source.id, ": ", path, " is a definition for connector ",
                     definition.protocol, ", not ", source.connector));
  }
  return MakeConnectorOf(std::move(definition), source, context);
}

}  // namespace parfocal
