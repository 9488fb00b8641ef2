#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "documents.h"
#include "parfocal/definition/mapper.h"
#include "records.h"
#include "web_fetch.h"

namespace parfocal::defined {
namespace {

using definition::FeedRule;
using definition::Item;
using definition::PagingKind;

constexpr size_t kMaxTokenBytes = 8 << 10;
constexpr size_t kMaxPages = 100'000;  // RELIABILITY: of one run.

absl::CivilDay DayOf(const std::string& text) {
  absl::CivilDay day;
  (void)absl::ParseCivilTime(text, &day);
  return day;
}

// Where a feed is: the window, the page of its list, and the entry of a page that names documents.
struct At {
  std::string window;  // The day that it begins with; empty without windows.
  std::string page;
  size_t entry = 0;

  std::string Format() const { return absl::StrCat(window, "\t", entry, "\t", page); }
  static absl::StatusOr<At> Parse(const std::string& text) {
    const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('\t', 2));
    At out;
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[1], &out.entry))
      return absl::InvalidArgumentError("this is no cursor of the connector; start a new run");
    out.window = parts[0];
    out.page = parts[2];
    return out;
  }
};

class Web final : public Documents {
 public:
  Web(std::string location, const definition::SourceDefinition& definition, const WebAccess& access)
      : location_(std::move(location)),
        definition_(definition),
        access_(access),
        fetch_(definition.pause_ms, access) {
    Restart();
  }

  absl::StatusOr<std::string> First(const FeedRule& feed) override {
    At at;
    last_bytes_.clear();
    if (feed.paging.window_days > 0) at.window = feed.paging.window_first;
    at.page = FirstPage(feed, at);
    if (at.page.empty()) return std::string();
    return Settled(feed, std::move(at));
  }

  absl::StatusOr<Document> Read(const FeedRule& feed, const std::string& position) override {
    PARFOCAL_ASSIGN_OR_RETURN(const At at, At::Parse(position));
    if (!feed.detail) return ReadPage(feed, at);
    PARFOCAL_RETURN_IF_ERROR(LoadList(feed, at));
    const Named& named = list_->named[at.entry];
    DocumentRequest request;
    request.url = named.url;
    request.tag = named.tag;
    request.media_types = feed.detail->media_types;
    request.needed = false;
    if (!named.problem.ok()) {
      Document refused;
      refused.name = named.url;
      refused.status = named.problem;
      return refused;
    }
    PARFOCAL_ASSIGN_OR_RETURN(Document out, fetch_.Get(request));
    out.entry = named.entry;
    return out;
  }

  absl::StatusOr<std::string> Next(const FeedRule& feed, const std::string& position,
                                   const Document& document, int64_t records) override {
    PARFOCAL_ASSIGN_OR_RETURN(At at, At::Parse(position));
    if (!feed.detail) {
      PARFOCAL_RETURN_IF_ERROR(Advance(feed, document, records, &at));
      return at.page.empty() ? std::string() : at.Format();
    }
    ++at.entry;
    return Settled(feed, std::move(at));
  }

  absl::StatusOr<std::vector<std::string>> Choose(const definition::FileChoice& files) override {
    return files.match;
  }
  absl::StatusOr<Document> ReadFile(const std::string& name) override {
    DocumentRequest request;
    request.url = UrlBelow(location_, name);
    request.needed = false;
    request.conditional = false;  // What it says goes into other records and is not held.
    return fetch_.Get(request);
  }
  bool IsWhole() const override { return false; }
  bool InPages(const FeedRule& feed) const override {
    return feed.paging.kind != PagingKind::kFiles && !feed.detail;
  }
  void Restart() override {
    seen_.clear();
    queue_.clear();
    queued_.clear();
    last_bytes_.clear();
    list_.reset();
    changes_only_ = false;
  }
  bool ListsAll() const override { return !changes_only_; }
  std::string leads() const override { return leads_; }

 private:
  // An entry of a list, and the document that it names.
  struct Named {
    std::string url, tag;
    std::shared_ptr<const Item> entry;
    absl::Status problem;
  };
  struct ListPage {
    std::string place;  // Window and page.
    Document document;
    int64_t records = 0;
    std::vector<Named> named;
  };

  std::string FirstPage(const FeedRule& feed, const At& at) {
    switch (feed.paging.kind) {
      case PagingKind::kFiles:
        return feed.files.match.empty() ? std::string() : feed.files.match[0];
      case PagingKind::kPage:
        return absl::StrCat(feed.paging.first);
      case PagingKind::kOffset:
        return "0";
      case PagingKind::kCursor:
        return "*";  // No token yet.
      case PagingKind::kLink:
      case PagingKind::kHeader:
      case PagingKind::kFollow:
        break;
    }
    const std::string first = Begin(feed, at);
    if (feed.paging.kind == PagingKind::kFollow) {
      queue_ = {first};
      queued_ = {{first, 0}};
    }
    return first;
  }

  // Whether what changed since the last run is enough.
  bool WantsChanges(const FeedRule& feed) const {
    const HeldDocuments& held = *access_.held;
    if (feed.paging.changes.empty() || held.since().empty() || held.full().empty()) return false;
    return DayOf(access_.today) - DayOf(held.full()) < feed.paging.full_days;
  }

  // The address of the list, with the days that it asks for.
  std::string Begin(const FeedRule& feed, const At& at) {
    const definition::Paging& paging = feed.paging;
    std::string path = paging.path;
    if (WantsChanges(feed)) {
      changes_only_ = true;
      // A day back: clocks differ, and a record may be listed later than it was stamped.
      const absl::CivilDay since = DayOf(access_.held->since()) - 1;
      path = absl::StrReplaceAll(
          paging.changes,
          {{"{since}", absl::FormatCivilTime(since)},
           {"{since_epoch}",
            absl::StrCat(absl::ToUnixSeconds(absl::FromCivil(since, absl::UTCTimeZone())))}});
    }
    if (!at.window.empty()) {
      const absl::CivilDay last = DayOf(at.window) + paging.window_days - 1;
      path = absl::StrReplaceAll(path,
                                 {{"{from}", at.window}, {"{until}", absl::FormatCivilTime(last)}});
    }
    return UrlBelow(location_, path);
  }

  absl::StatusOr<Document> ReadPage(const FeedRule& feed, const At& at) {
    const definition::Paging& paging = feed.paging;
    DocumentRequest request;
    request.media_types = paging.media_types;
    if (paging.kind == PagingKind::kFiles) {
      request.url = UrlBelow(location_, at.page);
      request.needed = feed.detail.has_value();
    } else if (paging.kind == PagingKind::kLink || paging.kind == PagingKind::kHeader ||
               paging.kind == PagingKind::kFollow) {
      request.url = at.page;
    } else {
      request.url =
          WithParameter(Begin(feed, at), paging.size_parameter, absl::StrCat(paging.size));
      if (paging.kind != PagingKind::kCursor || at.page != "*")
        request.url = WithParameter(std::move(request.url), paging.parameter, at.page);
    }
    // The entries of a list are held by nobody.
    request.conditional = !feed.detail;
    return fetch_.Get(request);
  }

  // Moves on to the page behind `document`, or into the next window; to no page at the end.
  absl::Status Advance(const FeedRule& feed, const Document& document, int64_t records, At* at) {
    const definition::Paging& paging = feed.paging;
    leads_.clear();
    at->entry = 0;
    PARFOCAL_ASSIGN_OR_RETURN(at->page, Following(feed, *at, document, records));
    if (at->page.empty() && !at->window.empty()) {
      const absl::CivilDay next = DayOf(at->window) + paging.window_days;
      if (!WantsChanges(feed) && next <= DayOf(access_.today)) {
        at->window = absl::FormatCivilTime(next);
        at->page = FirstPage(feed, *at);
        last_bytes_.clear();
      }
    }
    if (at->page.empty() || paging.kind == PagingKind::kFiles) return absl::OkStatus();
    if (!seen_.insert(absl::StrCat(feed.name, "\n", at->window, "\n", at->page)).second)
      return Circle(feed, "its pages lead back to an earlier one");
    return seen_.size() <= kMaxPages ? absl::OkStatus() : TooManyPages(feed);
  }

  static absl::Status TooManyPages(const FeedRule& feed) {
    return WithReason(absl::ResourceExhaustedError(
                          absl::StrCat("feed ", feed.name, ": more than ", kMaxPages, " pages")),
                      "LIMIT_EXCEEDED", "pages");
  }

  absl::StatusOr<std::string> Following(const FeedRule& feed, const At& at,
                                        const Document& document, int64_t records) {
    switch (feed.paging.kind) {
      case PagingKind::kFiles: {
        const auto& files = feed.files.match;
        const auto found = std::find(files.begin(), files.end(), at.page);
        return found == files.end() || found + 1 == files.end() ? std::string() : *(found + 1);
      }
      case PagingKind::kPage:
      case PagingKind::kOffset: {
        int64_t number = 0;
        if (records == 0) return std::string();
        if (!absl::SimpleAtoi(at.page, &number))
          return absl::InvalidArgumentError("this is no cursor of the connector; start a new run");
        // The same answer again is a server that does not know the parameter.
        if (!document.bytes.empty() && document.bytes == last_bytes_)
          return Circle(feed, "two pages are the same");
        last_bytes_ = document.bytes;
        return absl::StrCat(number + (feed.paging.kind == PagingKind::kPage ? 1 : records));
      }
      default:
        break;
    }
    if (feed.paging.kind == PagingKind::kFollow) return AfterInQueue(feed, at, document);
    std::vector<std::string> found;
    PARFOCAL_RETURN_IF_ERROR(Leads(feed, document, &found));
    if (found.empty() || feed.paging.kind == PagingKind::kCursor)
      return found.empty() ? std::string() : found[0];
    return Checked(feed, found[0], document.address);
  }

  // What the answer says about how to go on.
  absl::Status Leads(const FeedRule& feed, const Document& document,
                     std::vector<std::string>* out) {
    if (document.unchanged != nullptr) {
      leads_ = document.unchanged->next;
      *out = absl::StrSplit(leads_, '\n', absl::SkipEmpty());
      return absl::OkStatus();
    }
    if (feed.paging.kind == PagingKind::kHeader) {
      *out = {NextOfLinkHeader(document.link)};
    } else {
      RecordLimits limits;
      limits.values = 5'000'000;  // Of a page.
      PARFOCAL_ASSIGN_OR_RETURN(const Item page,
                                ParsePage(document.bytes, FormatOf(document.bytes), limits));
      for (const Item* found : feed.paging.next.Find({&page, &page})) out->push_back(found->text);
    }
    out->erase(std::remove(out->begin(), out->end(), ""), out->end());
    for (const std::string& one : *out) {
      if (one.size() > kMaxTokenBytes || one.find('\n') != std::string::npos) {
        return absl::DataLossError(
            absl::StrCat("feed ", feed.name, ": the way to the next page is not sound"));
      }
    }
    leads_ = absl::StrJoin(*out, "\n");
    return absl::OkStatus();
  }

  // The next address that is to be followed, each once, in the order in which they were named.
  absl::StatusOr<std::string> AfterInQueue(const FeedRule& feed, const At& at,
                                           const Document& document) {
    std::vector<std::string> found;
    PARFOCAL_RETURN_IF_ERROR(Leads(feed, document, &found));
    for (const std::string& one : found) {
      // A way that leads elsewhere, to another portal's catalogue, is not ours.
      const absl::StatusOr<std::string> url = Checked(feed, one, document.address);
      if (!url.ok()) continue;
      if (queue_.size() >= kMaxPages && !queued_.contains(*url)) return TooManyPages(feed);
      if (queued_.try_emplace(*url, queue_.size()).second) queue_.push_back(*url);
    }
    const auto here = queued_.find(at.page);
    return here == queued_.end() || here->second + 1 == queue_.size() ? std::string()
                                                                      : queue_[here->second + 1];
  }

  absl::StatusOr<std::string> Checked(const FeedRule& feed, const std::string& link,
                                      const std::string& page) const {
    std::string url = ResolvedUrl(link, page);
    if (OriginOf(url) == OriginOf(location_)) return url;
    return absl::PermissionDeniedError(absl::StrCat(
        "feed ", feed.name, ": the next page is on another host: ", url.substr(0, 200)));
  }

  absl::Status Circle(const FeedRule& feed, absl::string_view what) const {
    return absl::DataLossError(absl::StrCat("feed ", feed.name, ": ", what));
  }

  // How a page of a list is read: by its first byte, since a list need not be written in what its
  // documents are (a site map in XML names pages, a search in JSON names headers in XML).
  RecordFormat FormatOf(absl::string_view page) const {
    RecordFormat out;
    out.prefixes = &definition_.prefixes;
    out.protocol = definition_.protocol;
    if (out.protocol == "rdf") return out;
    const size_t first = page.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    const char begin = first == page.npos ? '\0' : page[first];
    out.protocol = begin == '<' ? "xml-rest" : begin == '{' || begin == '[' ? "json-rest" : "table";
    return out;
  }

  // ---------------------------------------------------------------- lists of addresses

  // The first position at or behind `at` that names a document; empty behind the last.
  absl::StatusOr<std::string> Settled(const FeedRule& feed, At at) {
    if (!feed.detail) return at.Format();
    while (true) {
      PARFOCAL_RETURN_IF_ERROR(LoadList(feed, at));
      if (at.entry < list_->named.size()) return at.Format();
      const int64_t records = list_->records;
      PARFOCAL_RETURN_IF_ERROR(Advance(feed, list_->document, records, &at));
      if (at.page.empty()) return std::string();
    }
  }

  absl::Status LoadList(const FeedRule& feed, const At& at) {
    const std::string place = absl::StrCat(feed.name, "\n", at.window, "\n", at.page);
    if (list_ && list_->place == place) return absl::OkStatus();
    ListPage page;
    page.place = place;
    PARFOCAL_ASSIGN_OR_RETURN(page.document, ReadPage(feed, at));
    RecordFormat format = FormatOf(page.document.bytes);
    format.records = feed.records;
    format.separator = feed.separator;
    auto reader = OpenRecords("", page.document.bytes, format, access_.limits);
    // A list of lists has no entries of its own.
    if (!reader.ok() &&
        !(feed.paging.kind == PagingKind::kFollow && absl::IsNotFound(reader.status()))) {
      return Annotate(reader.status(), page.document.name);
    }
    FoundRecord record;
    while (reader.ok()) {
      PARFOCAL_ASSIGN_OR_RETURN(const bool some, (*reader)->Next(&record));
      if (!some) break;
      ++page.records;
      AddEntry(feed, std::move(record), &page);
    }
    list_ = std::move(page);
    return absl::OkStatus();
  }

  void AddEntry(const FeedRule& feed, FoundRecord record, ListPage* page) const {
    const definition::DetailRule& detail = *feed.detail;
    if (!record.problem.empty()) {
      Named bad;
      bad.url = page->document.name + record.place;
      bad.problem = absl::InvalidArgumentError(record.problem);
      page->named.push_back(std::move(bad));
      return;
    }
    const auto entry = std::make_shared<const Item>(std::move(record.item));
    const definition::View view{entry.get(), entry.get()};
    if (!definition::Holds(detail.when, view)) return;
    const std::vector<std::string> paths = detail.path.Values(view);
    const std::vector<std::string> tags = detail.tag.Values(view);
    for (const std::string& path : paths) {
      Named named;
      named.entry = entry;
      named.url = UrlBelow(location_, path);
      // Of one entry that names several documents it says nothing.
      if (tags.size() == 1 && paths.size() == 1) named.tag = tags[0];
      // A host that the definition itself names is meant.
      const absl::string_view origin = OriginOf(named.url);
      if (origin != OriginOf(location_) && !absl::StartsWith(detail.path.text(), origin)) {
        named.problem = absl::InvalidArgumentError(
            absl::StrCat("is on another host: ", named.url.substr(0, 200)));
      }
      page->named.push_back(std::move(named));
    }
  }

  const std::string location_;
  const definition::SourceDefinition& definition_;
  const WebAccess access_;
  WebFetch fetch_;
  std::set<std::string> seen_;
  std::vector<std::string> queue_;        // Of kFollow, in the order in which they were named.
  std::map<std::string, size_t> queued_;  // Where in it.
  std::string last_bytes_, leads_;
  std::optional<ListPage> list_;
  bool changes_only_ = false;
};

absl::Status CheckNames(const definition::FileChoice& files, const std::string& whose) {
  for (const std::string& name : files.match) {
    const bool plain = !absl::StrContains(name, "*") && !absl::StrContains(name, "..") &&
                       !absl::StartsWith(name, "!");
    if (plain) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        whose, ": over http(s) a file has a plain name; '", name,
        "' is for a local folder, or for a location that lists its files (option tree)"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Documents>> WebDocuments(
    const std::string& location, const definition::SourceDefinition& definition,
    const WebAccess& access) {
  for (const FeedRule& feed : definition.feeds) {
    if (feed.paging.kind == PagingKind::kFiles)
      PARFOCAL_RETURN_IF_ERROR(CheckNames(feed.files, absl::StrCat("feed ", feed.name)));
    for (const definition::JoinRule& join : feed.joins)
      PARFOCAL_RETURN_IF_ERROR(CheckNames(join.files, absl::StrCat("join ", join.name)));
  }
  return std::make_unique<Web>(location, definition, access);
}

}  // namespace parfocal::defined
