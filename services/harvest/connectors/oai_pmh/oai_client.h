// Asks an OAI-PMH server.
//
// Thread safety: one thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/fetcher.h"
#include "parfocal/oai_pmh/oai_page.h"
#include "parfocal/status.h"

namespace parfocal::oai {

class OaiClient {
 public:
  using Arguments = std::vector<std::pair<absl::string_view, std::string>>;

  // `fetcher` must outlive it, and `guard`, which may be nullptr.
  OaiClient(Fetcher* fetcher, std::string base_url, ParseGuard* guard)
      : fetcher_(fetcher), base_url_(std::move(base_url)), guard_(guard) {}

  // The server's answer, which may hold errors of the protocol. Arguments without a value are left
  // out. As Fetcher::Fetch and ParseOaiPage; the message names the verb.
  absl::StatusOr<OaiPage> Ask(absl::string_view verb, const Arguments& arguments);

  // The last answer, if it came but could not be read: its first 64 KiB.
  const std::string& unread() const { return unread_; }

 private:
  std::string UrlOf(absl::string_view verb, const Arguments& arguments) const;

  Fetcher* const fetcher_;
  const std::string base_url_;
  ParseGuard* const guard_;
  std::string unread_;
};

// The first error of `page` as a failure, for verbs that have no other answer to it. OK without
// one.
absl::Status ErrorOf(const OaiPage& page);
// Whether `page` holds the error `code`.
bool HasError(const OaiPage& page, absl::string_view code);

}  // namespace parfocal::oai
