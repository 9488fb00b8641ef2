// What a RecordedServer answers when it plays back a folder of recorded answers by a manifest.
//
// A manifest is text, one answer a line, fields between tabs; empty lines and lines with `#` are
// remarks:
//   PATH?QUERY   FILE   OPTION  OPTION ...
// The query's arguments may stand in any order; a value that ends in `*` fits every value that
// begins so. FILE lies below the folder; `-` is an empty body. Options:
//   status=N             200 by default
//   header=NAME: VALUE   any number of them
//   gzip | chunked | no-length | endless
//   cut=N                closes after N bytes of the whole answer
//   silence=MS, drip=MS  before the first byte; between two bytes
//   first=N              only the first N times that it is asked; then the next line that fits
//   holds
// What fits no line is answered 404. Each answer of status 200 carries an ETag made of its body; an
// If-None-Match with that tag is answered 304 without a body. gzip is spoken where the line says so
// and the client accepts it.
//
// Thread safety: the handler may be called from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "parfocal/status.h"
#include "support/recorded_server.h"

namespace parfocal::testing {

struct AnswerLine {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;  // Sorted.
  std::string file;                                        // Absolute; empty: no body.
  ServedReply reply;                                       // Without a body.
  bool gzip = false;
  int first = 0;  // 0: always.
};

// What was asked of the answers so far.
struct AnswerCounts {
  int requests = 0;
  int bodies = 0;        // Of status 200.
  int not_modified = 0;  // 304
  int unknown = 0;       // Fitted no line.
};

class RecordedAnswers {
 public:
  // INVALID_ARGUMENT names the line that cannot be read, or whose file is not there.
  static absl::StatusOr<std::unique_ptr<RecordedAnswers>> Load(const std::string& folder,
                                                               const std::string& manifest);

  ServedReply Answer(const ServedRequest& request);
  RecordedServer::Handler handler() {
    return [this](const ServedRequest& request) { return Answer(request); };
  }
  AnswerCounts counts() const;

 private:
  explicit RecordedAnswers(std::vector<AnswerLine> lines)
      : lines_(std::move(lines)), asked_(lines_.size()) {}
  const AnswerLine* Find(const ServedRequest& request);

  const std::vector<AnswerLine> lines_;
  mutable std::mutex mu_;
  std::vector<int> asked_;  // How often each line has answered.
  AnswerCounts counts_;
};

}  // namespace parfocal::testing
