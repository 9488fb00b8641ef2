// Reads the next page on a thread of its own while the caller works on the one before. Depth one:
// at most one page waits, so memory stays at two pages.
#pragma once

#include <condition_variable>
#include <optional>
#include <string>
#include <thread>

#include "parfocal/connectors/connector.h"
#include "parfocal/mutex.h"

namespace parfocal {

class ReadAhead {
 public:
  // Begins to read at `cursor`. `connector` is used from this object's thread alone until it is
  // destroyed.
  ReadAhead(Connector* connector, std::string cursor);
  // Waits for the page in hand.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // The next page or the failure to read it. REQUIRES: neither a last page nor a failure was
  // returned.
  absl::StatusOr<DraftPage> Next();

 private:
  void Read(std::string cursor);

  Connector* const connector_;
  Mutex mu_;
  std::condition_variable_any changed_;
  std::optional<absl::StatusOr<DraftPage>> page_ ABSL_GUARDED_BY(mu_);
  bool stop_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace parfocal
