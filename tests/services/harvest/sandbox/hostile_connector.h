// A connector whose documents do what their names say, each in the place where others parse: the
// worst that bytes of a stranger can make of a parser.
//
// The option `pages` is the archive: documents between blanks, pages between bars. "ok-1" is a
// sound record; what the others do is below.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "parfocal/connectors/connector.h"

namespace parfocal::testing {

// Returns what became of it, for those that may live on; for a test these succeed outside of a
// sandbox and not inside.
using Misdeed = std::function<std::string()>;

// Ends with the stack long before the depth does.
inline int Recurse(int depth) {
  volatile char room[4096];
  room[0] = static_cast<char>(depth);
  if (depth == 100'000'000) return room[0];
  return Recurse(depth + 1) + room[0];
}

inline std::string OpenedOr(int descriptor, const char* otherwise) {
  if (descriptor < 0) return otherwise;
  close(descriptor);
  return "done";
}

inline const std::map<std::string, Misdeed>& Misdeeds() {
  static const auto* misdeeds = new std::map<std::string, Misdeed>{
      {"segfault",
       [] {
         volatile int* nowhere = nullptr;
         *nowhere = 1;
         return "";
       }},
      {"abort", []() -> std::string { abort(); }},
      {"exit", []() -> std::string { _exit(0); }},
      {"recurse", [] { return std::to_string(Recurse(0)); }},
      {"spin",
       []() -> std::string {
         volatile bool for_ever = true;
         while (for_ever) {
         }
         return "";
       }},
      {"sleep",
       [] {
         while (true) poll(nullptr, 0, -1);
         return "";
       }},
      {"allocate",
       [] {
         std::vector<std::string> memory;
         while (true) memory.emplace_back(size_t{16} << 20, 'x');
         return "";
       }},
      {"socket", [] { return OpenedOr(socket(AF_INET, SOCK_STREAM, 0), "refused"); }},
      {"write-file", [] { return OpenedOr(open("/tmp", O_TMPFILE | O_WRONLY, 0600), "refused"); }},
      {"read-file", [] { return OpenedOr(open("/etc/passwd", O_RDONLY), "refused"); }},
      {"fork",
       [] {
         const pid_t child = fork();
         if (child == 0) _exit(0);
         if (child > 0) waitpid(child, nullptr, 0);
         return child > 0 ? "done" : "refused";
       }},
      {"kill-parent", [] { return kill(getppid(), 0) == 0 ? "done" : "refused"; }},
      {"raise-limit",
       [] {
         rlimit limit{};
         getrlimit(RLIMIT_NOFILE, &limit);
         return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? "done" : "refused";
       }},
      {"many-files",
       [] {
         // 500 are more than a parser may have, and fewer than anybody else may.
         std::vector<int> open_ones;
         while (open_ones.size() < 500) {
           const int next = dup(0);
           if (next < 0) break;
           open_ones.push_back(next);
         }
         for (int descriptor : open_ones) close(descriptor);
         return open_ones.size() == 500 ? "done" : "refused";
       }},
      {"babble",
       [] {
         // Right into the channel, where the node expects messages.
         const std::string noise(1 << 16, '\xff');
         const ssize_t sent = send(3, noise.data(), noise.size(), MSG_NOSIGNAL);
         while (sent > 0) poll(nullptr, 0, -1);
         return "";
       }},
      {"hang-up",
       [] {
         close(3);
         while (true) poll(nullptr, 0, -1);
         return "";
       }},
  };
  return *misdeeds;
}

class HostileConnector final : public Connector {
 public:
  HostileConnector(Source source, const ConnectorContext& context)
      : source_(std::move(source)), context_(context) {
    for (absl::string_view page : absl::StrSplit(source_.options.at("pages"), '|'))
      pages_.push_back(absl::StrSplit(page, ' ', absl::SkipEmpty()));
  }
  bool ListingIsWhole() const override { return source_.options.count("whole") > 0; }
  bool ListsAll() const override { return context_.mark.empty(); }

  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    size_t at = 0;
    if (!cursor.empty() && !absl::SimpleAtoi(cursor, &at))
      return absl::InvalidArgumentError("bad cursor");
    DraftPage page;
    LeaveUnit(context_.guard);
    for (const std::string& document : pages_[at]) PARFOCAL_RETURN_IF_ERROR(Read(document, &page));
    page.ledger.pages = 1;
    page.last = at + 1 == pages_.size();
    if (!page.last) page.next_cursor = std::to_string(at + 1);
    if (page.last) page.mark = "marked";
    return page;
  }

  absl::StatusOr<DraftPage> Replay(const Rejection& rejection) override {
    DraftPage page;
    PARFOCAL_RETURN_IF_ERROR(Read(rejection.place, &page));
    return page;
  }

 private:
  absl::Status Read(const std::string& document, DraftPage* page) {
    std::string bytes = document;
    if (absl::StartsWith(document, "fetch:")) {
      PARFOCAL_ASSIGN_OR_RETURN(const FetchResponse got,
                                context_.fetcher->Fetch({.url = document.substr(6)}));
      bytes = got.body;
    }
    if (document == "held") {
      PARFOCAL_RETURN_IF_ERROR(context_.held([&](std::string raw) { bytes += ' ' + raw; }));
    }
    if (document == "fail")
      return WithReason(absl::DataLossError("cut off"), "LIMIT_EXCEEDED", "f");
    ++page->ledger.fetched;
    // What bears a mark of exclamation does it where nobody can be blamed.
    const bool outside = absl::StartsWith(document, "!");
    if (outside) {
      LeaveUnit(context_.guard);
    } else {
      const absl::Status entered = EnterUnit(context_.guard, document, 0);
      if (!entered.ok()) {
        ++page->ledger.quarantined;
        Rejection rejection;
        rejection.place = document;
        rejection.reason = std::string(entered.message());
        rejection.raw = bytes;
        page->rejections.push_back(std::move(rejection));
        return absl::OkStatus();
      }
    }
    const auto misdeed = Misdeeds().find(document.substr(outside ? 1 : 0));
    if (misdeed != Misdeeds().end()) bytes = misdeed->second();
    Study study{.source = source_.id, .accession = document, .title = bytes};
    page->drafts.push_back({study, {static_cast<uint32_t>(page->raw.size()), 0, bytes.size()}});
    page->raw.push_back(bytes);
    return absl::OkStatus();
  }

  const Source source_;
  const ConnectorContext context_;
  std::vector<std::vector<std::string>> pages_;
};

inline ConnectorRegistry HostileConnectors() {
  return {{"hostile",
           [](const Source& source,
              const ConnectorContext& context) -> absl::StatusOr<std::unique_ptr<Connector>> {
             if (source.options.count("pages") == 0) {
               return WithReason(absl::InvalidArgumentError("there are no pages"),
                                 "SOURCE_DEFINITION", "pages");
             }
             return std::make_unique<HostileConnector>(source, context);
           }}};
}

}  // namespace parfocal::testing
