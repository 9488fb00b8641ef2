// What the catalogue holds of the files of an index, so that they need not be fetched again.
//
// Thread safety: one thread.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/fetcher.h"
#include "parfocal/status.h"

namespace parfocal::crate {

// The id that Git gives to a file of these bytes: 40 hex digits.
std::string GitBlobId(absl::string_view bytes);

class HeldFiles {
 public:
  // Reads what `context` tells: the raw bytes that are held, at most `most_bytes` of them, and the
  // mark of the last run.
  static absl::StatusOr<HeldFiles> Read(const ConnectorContext& context, size_t most_bytes);

  // The held bytes with that blob id; nullptr if there are none.
  const std::string* Find(const std::string& blob_id) const;

  // Makes `request` conditional, if what came from its address is held.
  void MakeConditional(FetchRequest* request) const;
  // The held bytes of an address whose server says that they have not changed; nullptr if it was
  // not asked so.
  const std::string* Unchanged(const std::string& url) const;
  // Remembers the validators that came with `bytes`.
  void Note(const std::string& url, const FetchResponse& answer, absl::string_view bytes);

  // Validators of the addresses in `urls`, for the next run.
  std::string Mark(const std::set<std::string>& urls) const;

 private:
  struct Validators {
    std::string etag, last_modified, blob_id;
  };
  std::map<std::string, std::string> held_;       // By blob id.
  std::map<std::string, Validators> validators_;  // By address.
};

}  // namespace parfocal::crate
