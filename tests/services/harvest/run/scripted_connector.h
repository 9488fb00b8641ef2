// A connector that offers what a test says: accessions with a version of their content, in pages.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "parfocal/connectors/connector.h"
#include "parfocal/mutex.h"

namespace parfocal::testing {

// What the archive holds now; shared by all connectors made for it. Set it up before a run.
struct ScriptedArchive {
  std::map<std::string, int> studies;  // Accession -> version.
  std::set<std::string> bad;           // Of them, those whose record is broken.
  std::set<std::string> deleted;       // The archive says so, with its last page.
  bool all = true;                     // It lists everything it has.
  std::string mark;                    // With its last page.
  size_t page_size = 10;
  bool whole = true;
  int fail_at_page = -1;  // This page cannot be read.
  absl::Status failure = absl::UnavailableError("the server hung up");
  int miscount_page = -1;  // The ledger of this page is wrong.
  int pages_read = 0;
  // Called on the reading thread before each page.
  std::function<void(int page)> before_page;
};

class ScriptedConnector final : public Connector {
 public:
  ScriptedConnector(std::string source, ScriptedArchive* archive)
      : source_(std::move(source)), archive_(archive) {}

  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    int page = 0;
    if (!cursor.empty() && !absl::SimpleAtoi(cursor, &page))
      return absl::InvalidArgumentError("bad cursor");
    if (archive_->before_page) archive_->before_page(page);
    ++archive_->pages_read;
    if (page == archive_->fail_at_page) return archive_->failure;
    DraftPage out;
    std::vector<std::pair<std::string, int>> all(archive_->studies.begin(),
                                                 archive_->studies.end());
    const size_t begin = page * archive_->page_size;
    const size_t end = std::min(begin + archive_->page_size, all.size());
    for (size_t i = begin; i < end; ++i) Add(all[i].first, all[i].second, &out);
    if (page == archive_->miscount_page) ++out.ledger.fetched;
    out.progress_done = static_cast<int64_t>(end);
    out.progress_total = static_cast<int64_t>(all.size());
    out.last = end == all.size();
    if (!out.last) out.next_cursor = absl::StrCat(page + 1);
    if (out.last) {
      out.mark = archive_->mark;
      for (const std::string& accession : archive_->deleted)
        out.deleted.push_back({source_, accession, ""});
    }
    return out;
  }
  // What is broken is mended when it is not among the bad ones any more.
  absl::StatusOr<DraftPage> Replay(const Rejection& rejection) override {
    DraftPage out;
    Add(rejection.place, archive_->studies.at(rejection.place), &out);
    return out;
  }
  bool ListingIsWhole() const override { return archive_->whole; }
  bool ListsAll() const override { return archive_->all; }

 private:
  void Add(const std::string& accession, int version, DraftPage* out) const {
    const std::string bytes = absl::StrCat(accession, " v", version);
    ++out->ledger.fetched;
    if (archive_->bad.contains(accession)) {
      ++out->ledger.quarantined;
      Rejection rejection;
      rejection.place = accession;
      rejection.reason = "broken";
      rejection.raw = bytes;
      rejection.can_replay = true;
      out->rejections.push_back(std::move(rejection));
      return;
    }
    Study study{.source = source_, .accession = accession, .title = bytes};
    Draft draft{study, {static_cast<uint32_t>(out->raw.size()), 0, bytes.size()}};
    out->raw.push_back(bytes);
    out->drafts.push_back(std::move(draft));
  }

  const std::string source_;
  ScriptedArchive* const archive_;
};

}  // namespace parfocal::testing
