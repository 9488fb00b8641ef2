#include "web_fetch.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace parfocal::defined {

std::string EncodedForUrl(absl::string_view text, bool path) {
  std::string out;
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(u) || c == '-' || c == '_' || c == '.' || c == '~' ||
        (path && c == '/')) {
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

std::string WithParameter(std::string url, const std::string& parameter, absl::string_view value) {
  if (parameter.empty()) return url;
  const char* join = absl::StrContains(url, "?") ? "&" : "?";
  return absl::StrCat(url, join, parameter, "=", EncodedForUrl(value));
}

absl::string_view OriginOf(absl::string_view url) {
  const size_t host = url.find("://");
  if (host == url.npos) return {};
  return url.substr(0, url.find_first_of("/?#", host + 3));
}

std::string ResolvedUrl(absl::string_view link, const std::string& page) {
  if (absl::StrContains(link.substr(0, link.find_first_of("/?#")), ":") &&
      absl::StrContains(link, "://")) {
    return std::string(link);
  }
  if (absl::StartsWith(link, "//")) return absl::StrCat(page.substr(0, page.find("://") + 1), link);
  if (absl::StartsWith(link, "/")) return absl::StrCat(OriginOf(page), link);
  const std::string plain = page.substr(0, page.find_first_of("?#"));
  if (absl::StartsWith(link, "?")) return absl::StrCat(plain, link);
  return absl::StrCat(plain.substr(0, plain.rfind('/') + 1), link);
}

std::string NextOfLinkHeader(absl::string_view header) {
  // <address>; parameter; parameter, <address> ... An address may hold commas and semicolons.
  for (size_t at = 0; (at = header.find('<', at)) != header.npos;) {
    const size_t end = header.find('>', at);
    if (end == header.npos) return "";
    const size_t following = header.find(",", end);
    const absl::string_view parameters =
        header.substr(end + 1, following == header.npos ? following : following - end - 1);
    for (absl::string_view one : absl::StrSplit(parameters, ';')) {
      one = absl::StripAsciiWhitespace(one);
      if (!absl::StartsWithIgnoreCase(one, "rel")) continue;
      one = absl::StripAsciiWhitespace(one.substr(3));
      if (!absl::ConsumePrefix(&one, "=")) continue;
      one = absl::StripAsciiWhitespace(one);
      if (absl::ConsumePrefix(&one, "\"")) one = one.substr(0, one.find('"'));
      for (const absl::string_view word : absl::StrSplit(one, ' ')) {
        if (absl::EqualsIgnoreCase(word, "next"))
          return std::string(header.substr(at + 1, end - at - 1));
      }
    }
    at = end;
  }
  return "";
}

std::string UrlBelow(const std::string& location, absl::string_view path) {
  if (path.empty()) return location;
  if (absl::StartsWith(path, "https://") || absl::StartsWith(path, "http://"))
    return std::string(path);
  const bool joined = absl::StartsWith(path, "?") || absl::StartsWith(path, "/");
  return absl::StrCat(absl::StripSuffix(location, "/"), joined ? "" : "/", path);
}

absl::StatusOr<Document> WebFetch::Get(const DocumentRequest& asked) {
  Document out;
  out.name = out.address = asked.url;
  out.tag = asked.tag;
  const DocumentNote* note = nullptr;
  if (asked.conditional) {
    PARFOCAL_ASSIGN_OR_RETURN(note, access_.held->Find(asked.url));
  }
  if (note != nullptr && !asked.tag.empty() && note->tag == asked.tag) {
    out.unchanged = note;
    out.etag = note->etag;
    out.last_modified = note->last_modified;
    return out;
  }
  if (pause_ms_ > 0 && fetched_) std::this_thread::sleep_for(std::chrono::milliseconds(pause_ms_));
  fetched_ = true;
  FetchRequest request;
  request.url = asked.url;
  request.media_types = asked.media_types;
  if (note != nullptr) {
    request.if_none_match = note->etag;
    request.if_modified_since = note->last_modified;
  }
  absl::StatusOr<FetchResponse> answer = access_.fetcher->Fetch(request);
  absl::Status status = answer.status();
  if (answer.ok() && answer->http_status == 304 && note != nullptr) {
    out.unchanged = note;
    out.etag = note->etag;
    out.last_modified = note->last_modified;
    return out;
  }
  if (answer.ok()) {
    out.etag = std::move(answer->etag);
    out.last_modified = std::move(answer->last_modified);
    out.link = std::move(answer->link);
    absl::StatusOr<std::string> bytes = Unpacked(std::move(answer->body));
    status = bytes.status();
    if (bytes.ok()) out.bytes = *std::move(bytes);
  }
  if (status.ok()) return out;
  // One document alone may be at fault; anything else is the server's trouble.
  const bool alone = absl::IsNotFound(status) || absl::IsInvalidArgument(status) ||
                     absl::IsResourceExhausted(status) || absl::IsDataLoss(status);
  if (asked.needed || !alone) return Annotate(status, asked.url);
  out.status = status;
  return out;
}

}  // namespace parfocal::defined
