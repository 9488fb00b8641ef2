// The file in which decisions are kept: only ever appended to, synced before a decision counts.
//
// Text, so that it can be read without a program: after a first line that names the layout, frames
// of one acknowledged change each. A frame is `@`, the number of its lines, their bytes and their
// checksum, then the lines: tab-separated, one decision each. A frame at the end that does not
// check was never acknowledged: it is cut off and kept beside the file. A frame that does not check
// with others behind it is damage, and nothing is opened.
//
// Thread safety: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parfocal/mapping/decision.h"
#include "parfocal/status.h"

namespace parfocal {

class DecisionLog {
 public:
  // Opens or makes the file; `*decisions` are all of it, in order. DATA_LOSS, naming the byte, if
  // it is damaged; FAILED_PRECONDITION if it is of another layout.
  static absl::StatusOr<std::unique_ptr<DecisionLog>> Open(const std::string& path,
                                                           std::vector<CuratorDecision>* decisions);
  ~DecisionLog();
  DecisionLog(const DecisionLog&) = delete;
  DecisionLog& operator=(const DecisionLog&) = delete;

  // All of them or none, on disk when this returns OK. UNAVAILABLE after a failed write, from then
  // on for good: what is on disk is known again only when the file is opened anew.
  absl::Status Append(const std::vector<CuratorDecision>& decisions);

  // Writes all that was acknowledged into another file. UNAVAILABLE.
  absl::Status CopyTo(const std::string& path) const;

 private:
  DecisionLog(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  const std::string path_;
  const int fd_;
  bool failed_ = false;
};

}  // namespace parfocal
