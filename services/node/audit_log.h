// The log of privileged acts: one line each, added and synced before the act, each with the hash of
// all lines before it, so that a line that is changed, taken out or put in is found.
//
//   number TAB time TAB action TAB subject TAB author TAB detail TAB sha256
//
// Control characters in the texts are escaped. Thread safety: any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/admin_rpc/admin_service.h"
#include "parfocal/clock.h"
#include "parfocal/mutex.h"
#include "parfocal/status.h"

namespace parfocal {

inline constexpr size_t kMaxAuditBytes = size_t{256} << 20;

// The entries of a log's text, oldest first. DATA_LOSS, naming the line, if it is not what
// AuditLog wrote. `*last_hash` is that of the last line; empty for an empty text.
absl::StatusOr<std::vector<AuditEntry>> ParseAuditLog(absl::string_view text,
                                                      std::string* last_hash);

class AuditLog {
 public:
  // Reads the log at `path`, if there is one. DATA_LOSS if it was altered: nothing is added to it
  // then. `clock` must outlive it.
  static absl::StatusOr<std::unique_ptr<AuditLog>> Open(std::string path, const Clock* clock);

  // Adds an entry, synced. UNAVAILABLE if it cannot be written; the act is then not to be done.
  // `number` and `time` of the entry are filled in here.
  absl::Status Add(AuditEntry entry);
  // Oldest first, read from the file. DATA_LOSS as above.
  absl::StatusOr<std::vector<AuditEntry>> Read() const;
  // Writes a copy, durably. OK without one if there is no log yet.
  absl::Status CopyTo(const std::string& path) const;

 private:
  AuditLog(std::string path, const Clock* clock) : path_(std::move(path)), clock_(clock) {}

  absl::Status CutTornLine() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<std::vector<AuditEntry>> ReadLocked(std::string* last_hash) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const std::string path_;
  const Clock* const clock_;
  mutable Mutex mu_;
  int64_t entries_ ABSL_GUARDED_BY(mu_) = 0;
  std::string last_hash_ ABSL_GUARDED_BY(mu_);
};

}  // namespace parfocal
