#include "replaying_connector.h"

#include <set>
#include <utility>

#include "absl/strings/numbers.h"

namespace parfocal {
namespace {

constexpr int kPerPage = 100;

class ReplayingConnector final : public Connector {
 public:
  ReplayingConnector(std::unique_ptr<Connector> connector, const RecordStore* store,
                     std::string source, std::string run, std::string mark)
      : connector_(std::move(connector)),
        store_(store),
        source_(std::move(source)),
        run_(std::move(run)),
        mark_(std::move(mark)) {}

  bool ListingIsWhole() const override { return false; }
  bool ListsAll() const override { return false; }

  absl::StatusOr<DraftPage> NextPage(const std::string& cursor) override {
    int64_t begin = 0;
    if (!cursor.empty() && !absl::SimpleAtoi(cursor, &begin))
      return absl::InvalidArgumentError("this is no cursor of a replay; start a new one");
    PARFOCAL_ASSIGN_OR_RETURN(const std::vector<Rejection> rejections,
                              store_->ListRejections(source_, run_, begin, kPerPage));
    DraftPage page;
    page.ledger.pages = 1;
    std::set<RecordName> names;
    for (const Rejection& rejection : rejections) {
      if (!rejection.can_replay) continue;
      PARFOCAL_ASSIGN_OR_RETURN(DraftPage part, connector_->Replay(rejection));
      Add(std::move(part), &names, &page);
    }
    page.progress_done = begin + static_cast<int64_t>(rejections.size());
    page.last = rejections.size() < size_t{kPerPage};
    if (page.last) {
      page.mark = mark_;
    } else {
      page.next_cursor = absl::StrCat(page.progress_done);
    }
    return page;
  }

 private:
  static void Add(DraftPage part, std::set<RecordName>* names, DraftPage* page) {
    const auto first_blob = static_cast<uint32_t>(page->raw.size());
    for (std::string& raw : part.raw) page->raw.push_back(std::move(raw));
    for (Draft& draft : part.drafts) {
      // Two rejections of one record: the first has it by now.
      if (!names->insert(NameOf(draft.record)).second) {
        --part.ledger.fetched;
        continue;
      }
      draft.raw.blob += first_blob;
      page->drafts.push_back(std::move(draft));
    }
    for (Rejection& rejection : part.rejections) page->rejections.push_back(std::move(rejection));
    part.ledger.pages = 0;
    page->ledger.Add(part.ledger);
  }

  const std::unique_ptr<Connector> connector_;
  const RecordStore* const store_;
  const std::string source_, run_, mark_;
};

}  // namespace

std::unique_ptr<Connector> MakeReplayingConnector(std::unique_ptr<Connector> connector,
                                                  const RecordStore* store, std::string source,
                                                  std::string run, std::string mark) {
  return std::make_unique<ReplayingConnector>(std::move(connector), store, std::move(source),
                                              std::move(run), std::move(mark));
}

}  // namespace parfocal
