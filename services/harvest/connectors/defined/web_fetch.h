// Fetching of documents for a source: politely, and only what may have changed. Addresses are put
// together and taken apart here.
//
// Thread safety: one thread.
#pragma once

#include <string>

#include "documents.h"

namespace parfocal::defined {

// `text` as it stands in a query, or with `path` in a path, whose `/` it keeps.
std::string EncodedForUrl(absl::string_view text, bool path = false);

// `url` with one parameter more; as it is if `parameter` is empty.
std::string WithParameter(std::string url, const std::string& parameter, absl::string_view value);

// "https://host:port" of an address; empty if it is none.
absl::string_view OriginOf(absl::string_view url);

// `link` as an address: whole, from the root of the host of `page`, its query, or beside it.
std::string ResolvedUrl(absl::string_view link, const std::string& page);

// The address with rel="next" in the value of a header `Link`; empty if there is none.
std::string NextOfLinkHeader(absl::string_view header);

// `path` below `location`; an address stays what it is.
std::string UrlBelow(const std::string& location, absl::string_view path);

struct DocumentRequest {
  std::string url;
  std::string tag;          // What a list says of it now.
  std::string media_types;  // Header `Accept`.
  // The list cannot go on without it: any failure is the caller's. Else one that is the document's
  // own becomes Document::status.
  bool needed = true;
  bool conditional = true;  // What is held of it will do.
};

class WebFetch {
 public:
  WebFetch(int64_t pause_ms, const WebAccess& access) : pause_ms_(pause_ms), access_(access) {}
  absl::StatusOr<Document> Get(const DocumentRequest& request);

 private:
  const int64_t pause_ms_;
  const WebAccess access_;
  bool fetched_ = false;
};

}  // namespace parfocal::defined
