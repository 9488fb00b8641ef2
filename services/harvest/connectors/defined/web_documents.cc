#include <algorithm>
#include <chrono>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "documents.h"
#include "records.h"

namespace parfocal::defined {
namespace {

using definition::FeedRule;
using definition::PagingKind;

constexpr size_t kMaxTokenBytes = 8 << 10;
constexpr size_t kMaxPages = 100'000;  // RELIABILITY: of one run.

std::string Encoded(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(u) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(c);
    } else {
      constexpr char kHex[] = "0123456789ABCDEF";
      out.push_back('%');
      out.push_back(kHex[u >> 4]);
      out.push_back(kHex[u & 15]);
    }
  }
  return out;
}

std::string With(std::string url, const std::string& parameter, absl::string_view value) {
  if (parameter.empty()) return url;
  const char* join = absl::StrContains(url, "?") ? "&" : "?";
  return absl::StrCat(url, join, parameter, "=", Encoded(value));
}

// "https://host:port" of an address.
absl::string_view OriginOf(absl::string_view url) {
  const size_t host = url.find("://");
  if (host == url.npos) return {};
  return url.substr(0, url.find_first_of("/?#", host + 3));
}

// `link` as an address: whole, from the root of the host, or a query of the page itself.
std::string Resolved(absl::string_view link, const std::string& page) {
  if (absl::StrContains(link, "://")) return std::string(link);
  if (absl::StartsWith(link, "/")) return absl::StrCat(OriginOf(page), link);
  if (absl::StartsWith(link, "?")) return absl::StrCat(page.substr(0, page.find('?')), link);
  return absl::StrCat(page.substr(0, page.rfind('/') + 1), link);
}

class Web final : public Documents {
 public:
  Web(std::string location, int64_t pause_ms, Fetcher* fetcher)
      : location_(std::move(location)), pause_ms_(pause_ms), fetcher_(fetcher) {}

  absl::StatusOr<std::string> First(const FeedRule& feed) override {
    switch (feed.paging.kind) {
      case PagingKind::kFiles:
        return feed.files.match.empty() ? std::string() : feed.files.match[0];
      case PagingKind::kPage:
        return absl::StrCat(feed.paging.first);
      case PagingKind::kOffset:
        return std::string("0");
      case PagingKind::kCursor:
        return std::string("*");  // No token yet.
      case PagingKind::kLink:
        break;
    }
    return Begin(feed);
  }

  absl::StatusOr<Document> Read(const FeedRule& feed, const std::string& position) override {
    if (feed.paging.kind == PagingKind::kFiles) return ReadFile(position);
    return Fetch(AddressOf(feed, position), /*page=*/true);
  }

  absl::StatusOr<std::string> Next(const FeedRule& feed, const std::string& position,
                                   const Document& document, int64_t records) override {
    if (feed.paging.kind == PagingKind::kFiles) {
      const auto& files = feed.files.match;
      const auto at = std::find(files.begin(), files.end(), position);
      return at == files.end() || at + 1 == files.end() ? std::string() : *(at + 1);
    }
    std::string next;
    int64_t number = 0;
    if (feed.paging.kind == PagingKind::kPage || feed.paging.kind == PagingKind::kOffset) {
      if (records == 0) return std::string();
      if (!absl::SimpleAtoi(position, &number))
        return absl::InvalidArgumentError("this is no cursor of the connector; start a new run");
      next = absl::StrCat(number + (feed.paging.kind == PagingKind::kPage ? 1 : records));
      // The same answer again is a server that does not know the parameter.
      if (document.bytes == last_bytes_) return Circle(feed, "two pages are the same");
      last_bytes_ = document.bytes;
    } else {
      PARFOCAL_ASSIGN_OR_RETURN(next, Following(feed, position, document));
      if (next.empty()) return next;
    }
    if (!seen_.insert(absl::StrCat(feed.name, "\n", next)).second)
      return Circle(feed, "its pages lead back to an earlier one");
    if (seen_.size() > kMaxPages) {
      return WithReason(absl::ResourceExhaustedError(
                            absl::StrCat("feed ", feed.name, ": more than ", kMaxPages, " pages")),
                        "LIMIT_EXCEEDED", "pages");
    }
    return next;
  }

  absl::StatusOr<std::vector<std::string>> Choose(const definition::FileChoice& files) override {
    return files.match;
  }
  absl::StatusOr<Document> ReadFile(const std::string& name) override {
    return Fetch(absl::StrCat(absl::StripSuffix(location_, "/"), "/", name), /*page=*/false);
  }
  bool IsWhole() const override { return false; }
  bool InPages(const FeedRule& feed) const override {
    return feed.paging.kind != PagingKind::kFiles;
  }
  void Restart() override {
    seen_.clear();
    last_bytes_.clear();
  }

 private:
  std::string Begin(const FeedRule& feed) const {
    if (feed.paging.path.empty()) return location_;
    const bool query = absl::StartsWith(feed.paging.path, "?");
    return absl::StrCat(absl::StripSuffix(location_, "/"),
                        query || absl::StartsWith(feed.paging.path, "/") ? "" : "/",
                        feed.paging.path);
  }

  std::string AddressOf(const FeedRule& feed, const std::string& position) const {
    const definition::Paging& paging = feed.paging;
    if (paging.kind == PagingKind::kLink) return position;
    std::string url = With(Begin(feed), paging.size_parameter, absl::StrCat(paging.size));
    if (paging.kind == PagingKind::kCursor && position == "*") return url;
    return With(std::move(url), paging.parameter, position);
  }

  absl::Status Circle(const FeedRule& feed, absl::string_view what) const {
    return absl::DataLossError(absl::StrCat("feed ", feed.name, ": ", what));
  }

  // What the answer says about how to go on; empty at the end.
  absl::StatusOr<std::string> Following(const FeedRule& feed, const std::string& position,
                                        const Document& document) const {
    RecordLimits limits;
    limits.values = 5'000'000;  // Of a page.
    PARFOCAL_ASSIGN_OR_RETURN(const definition::Item page, ParseJson(document.bytes, limits));
    const std::vector<const definition::Item*> found = feed.paging.next.Find({&page, &page});
    std::string next = found.empty() ? std::string() : found[0]->text;
    if (next.size() > kMaxTokenBytes || next.find('\n') != std::string::npos)
      return absl::DataLossError(
          absl::StrCat("feed ", feed.name, ": the way to the next page is not sound"));
    if (next.empty() || feed.paging.kind == PagingKind::kCursor) return next;
    next = Resolved(next, position);
    if (OriginOf(next) != OriginOf(location_)) {
      return absl::PermissionDeniedError(absl::StrCat(
          "feed ", feed.name, ": the next page is on another host: ", next.substr(0, 200)));
    }
    return next;
  }

  absl::StatusOr<Document> Fetch(const std::string& url, bool page) {
    if (pause_ms_ > 0 && fetched_)
      std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms_));
    fetched_ = true;
    FetchRequest request;
    request.url = url;
    absl::StatusOr<FetchResponse> answer = fetcher_->Fetch(request);
    Document out;
    out.name = url;
    absl::Status status = answer.status();
    if (answer.ok()) {
      absl::StatusOr<std::string> bytes = Unpacked(std::move(answer->body));
      status = bytes.status();
      if (bytes.ok()) out.bytes = *std::move(bytes);
    }
    if (status.ok()) return out;
    // One file alone may be at fault; anything else is the server's trouble and fails the page.
    const bool alone = absl::IsNotFound(status) || absl::IsInvalidArgument(status) ||
                       absl::IsResourceExhausted(status) || absl::IsDataLoss(status);
    if (page || !alone) return Annotate(status, url);
    out.status = status;
    return out;
  }

  const std::string location_;
  const int64_t pause_ms_;
  Fetcher* const fetcher_;
  bool fetched_ = false;
  std::set<std::string> seen_;
  std::string last_bytes_;
};

absl::Status CheckNames(const definition::FileChoice& files, const std::string& whose) {
  for (const std::string& name : files.match) {
    const bool plain = !absl::StrContains(name, "*") && !absl::StrContains(name, "..") &&
                       !absl::StartsWith(name, "!");
    if (plain) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        whose, ": over http(s) a file has a plain name; '", name, "' is for a local folder"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Documents>> WebDocuments(
    const std::string& location, const definition::SourceDefinition& definition, Fetcher* fetcher) {
  for (const FeedRule& feed : definition.feeds) {
    if (feed.paging.kind == PagingKind::kFiles)
      PARFOCAL_RETURN_IF_ERROR(CheckNames(feed.files, absl::StrCat("feed ", feed.name)));
    for (const definition::JoinRule& join : feed.joins)
      PARFOCAL_RETURN_IF_ERROR(CheckNames(join.files, absl::StrCat("join ", join.name)));
  }
  return std::make_unique<Web>(location, definition.pause_ms, fetcher);
}

}  // namespace parfocal::defined
