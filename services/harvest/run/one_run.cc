#include "one_run.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_join.h"
#include "read_ahead.h"

namespace parfocal {
namespace {

std::string Percent(int64_t part, int64_t whole) {
  return whole == 0 ? "all" : absl::StrCat(part * 1000 / whole / 10.0, " %");
}

std::string PlaceOf(const std::string& cursor) {
  return cursor.empty() ? "the first page"
                        : absl::StrCat("the page at cursor '", cursor.substr(0, 200), "'");
}

}  // namespace

OneRun::OneRun(const HarvestRunnerOptions& options, Run run, std::unique_ptr<Connector> connector,
               bool accept_deletions, const std::atomic<bool>* stop,
               std::function<void(const Run&, int64_t, int64_t)> progress)
    : options_(options),
      run_(std::move(run)),
      connector_(std::move(connector)),
      accept_deletions_(accept_deletions),
      stop_(stop),
      progress_(std::move(progress)) {}

void OneRun::Report() const { progress_(run_, done_, total_); }

absl::StatusOr<Run> OneRun::Execute() {
  bool stopped = false;
  absl::Status status = Advance(&stopped);
  if (absl::IsUnavailable(status) || absl::IsDataLoss(status)) return status;
  if (!status.ok()) {
    PARFOCAL_RETURN_IF_ERROR(End(run_.ledger.pages > 0 ? RunState::kPartial : RunState::kFailed,
                                 absl::StrCat("source ", run_.source, ", ", PlaceOf(run_.cursor),
                                              ": the catalogue refused it: ", status.message(),
                                              "; what was read before is kept.")));
  }
  return run_;
}

absl::Status OneRun::Advance(bool* stopped) {
  if (run_.cursor != kEndOfListing) PARFOCAL_RETURN_IF_ERROR(ReadPages(stopped));
  if (*stopped || run_.state != RunState::kRunning) return absl::OkStatus();
  return Settle(stopped);
}

absl::Status OneRun::ReadPages(bool* stopped) {
  ReadAhead pages(connector_.get(), run_.cursor);
  while (true) {
    if (stop_->load()) {
      *stopped = true;
      return absl::OkStatus();
    }
    absl::StatusOr<DraftPage> page = pages.Next();
    if (!page.ok()) {
      // Nothing behind an unreadable page can be reached, and nothing was listed whole.
      const bool something = run_.ledger.pages > 0;
      return End(
          something ? RunState::kPartial : RunState::kFailed,
          absl::StrCat("source ", run_.source, ", ", PlaceOf(run_.cursor), ": ",
                       page.status().message(),
                       something ? "; what was read before is kept" : "; nothing was changed",
                       ". Mend the cause and start the harvest again."));
    }
    done_ = page->progress_done;
    total_ = page->progress_total;
    const bool last = page->last;
    PARFOCAL_RETURN_IF_ERROR(CommitDrafts(*std::move(page)));
    Report();
    if (last) return absl::OkStatus();
  }
}

absl::Status OneRun::CommitDrafts(DraftPage page) {
  const HarvestLimits& limits = options_.limits;
  if (options_.await_index && acknowledged_ > 0) options_.await_index(acknowledged_);
  const PageNormaliser with = options_.normaliser();
  PageCommit commit;
  commit.source = run_.source;
  commit.run = run_.id;
  commit.cursor = page.last ? kEndOfListing : page.next_cursor;
  commit.release = with.release;
  commit.ledger = page.ledger;
  commit.ledger.pages = 1;
  commit.rejections = std::move(page.rejections);
  for (Rejection& rejection : commit.rejections) {
    rejection.source = run_.source;
    rejection.run = run_.id;
  }
  const int64_t bad = page.ledger.quarantined;
  if (bad > limits.bad_records_floor && bad > limits.page_bad_part * page.ledger.fetched) {
    // So many bad records say that the page is not what we take it for: none of it is applied.
    last_refusal_ = absl::StrCat(PlaceOf(run_.cursor), " was refused whole: ", bad, " of its ",
                                 page.ledger.fetched, " records are bad (",
                                 Percent(bad, page.ledger.fetched), ")");
    commit.ledger.skipped += static_cast<int64_t>(page.drafts.size());
    commit.ledger.rows_rejected += commit.ledger.rows_accepted;
    commit.ledger.rows_accepted = 0;
  } else {
    commit.raw = std::move(page.raw);
    commit.upserts.reserve(page.drafts.size());
    for (Draft& draft : page.drafts) {
      commit.ledger.label_conflicts += with.normalise(&draft.record);
      commit.upserts.push_back({std::move(draft.record), draft.raw});
    }
  }
  PARFOCAL_ASSIGN_OR_RETURN(const PageReceipt receipt, options_.store->CommitPage(commit));
  acknowledged_ = receipt.sequence;
  run_.cursor = commit.cursor;
  run_.ledger.Add(receipt.ledger);
  return absl::OkStatus();
}

absl::Status OneRun::Settle(bool* stopped) {
  const Ledger& ledger = run_.ledger;
  const HarvestLimits& limits = options_.limits;
  const std::string way_out =
      absl::StrCat(" See `parfocal rejections ", run_.source, "`; nothing was deleted.");
  if (!ledger.Adds()) {
    return End(RunState::kPartial,
               absl::StrCat("source ", run_.source,
                            ": the ledger does not add up; this is a fault of the connector."));
  }
  if (ledger.skipped > 0) {
    const bool nothing = ledger.new_records + ledger.changed + ledger.unchanged == 0;
    return End(
        nothing ? RunState::kFailed : RunState::kPartial,
        absl::StrCat("source ", run_.source, ": ", ledger.skipped, " records were passed over",
                     last_refusal_.empty() ? "" : absl::StrCat("; ", last_refusal_), ".", way_out));
  }
  if (ledger.quarantined > limits.bad_records_floor &&
      ledger.quarantined > limits.run_bad_part * ledger.fetched) {
    return End(ledger.quarantined == ledger.fetched ? RunState::kFailed : RunState::kPartial,
               absl::StrCat("source ", run_.source, ": ", ledger.quarantined, " of ",
                            ledger.fetched, " records are in quarantine (",
                            Percent(ledger.quarantined, ledger.fetched), ").", way_out));
  }
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<RecordName> vanished, Vanished());
  // A run that has begun to delete has passed the guard before it was stopped.
  if (!vanished.empty() && !accept_deletions_ && ledger.deleted == 0) {
    PARFOCAL_ASSIGN_OR_RETURN(const bool hold, TooMany(static_cast<int64_t>(vanished.size())));
    if (hold) {
      return End(
          RunState::kHeld,
          absl::StrCat("source ", run_.source, ": ", vanished.size(),
                       " records are no longer listed, too many to delete unasked (the first is ",
                       FormatRecordName(vanished.front()),
                       "). Nothing was deleted; to go through with it: `parfocal harvest ",
                       run_.source, " --accept-deletions`."));
    }
  }
  PARFOCAL_RETURN_IF_ERROR(Delete(vanished, stopped));
  if (*stopped) return absl::OkStatus();
  return End(RunState::kComplete, "");
}

absl::StatusOr<std::vector<std::string>> OneRun::RunsSinceLastComplete() {
  PARFOCAL_ASSIGN_OR_RETURN(const Source source, options_.store->GetSource(run_.source));
  std::vector<std::string> runs;
  if (source.last_complete_run.empty()) return runs;
  for (const Run& run : options_.store->ListRuns(run_.source)) {
    if (run.id != run_.id) runs.push_back(run.id);
    if (run.id == source.last_complete_run) return runs;
  }
  return std::vector<std::string>{source.last_complete_run};
}

absl::StatusOr<std::vector<RecordName>> OneRun::Vanished() {
  const auto untouched_by = [&](const std::string& run, std::vector<RecordName>* names) {
    absl::Status status =
        options_.store->ScanUntouched(run_.source, run, [&](const RecordName& name) {
          names->push_back(name);
          return true;
        });
    std::sort(names->begin(), names->end());
    return status;
  };
  std::vector<RecordName> names;
  PARFOCAL_RETURN_IF_ERROR(untouched_by(run_.id, &names));
  if (connector_->ListingIsWhole() || names.empty()) return names;
  // The listing came in pieces while the source went on changing: a record is gone only if the
  // COMPLETE run before, and whatever ran since, did not see it either.
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<std::string> runs, RunsSinceLastComplete());
  if (runs.empty()) return std::vector<RecordName>{};
  for (const std::string& run : runs) {
    std::vector<RecordName> before, both;
    PARFOCAL_RETURN_IF_ERROR(untouched_by(run, &before));
    std::set_intersection(names.begin(), names.end(), before.begin(), before.end(),
                          std::back_inserter(both));
    names = std::move(both);
  }
  return names;
}

absl::StatusOr<bool> OneRun::TooMany(int64_t deletions) {
  const HarvestLimits& limits = options_.limits;
  if (deletions <= limits.hold_floor) return false;
  int64_t live = 0;
  PARFOCAL_RETURN_IF_ERROR(
      options_.store->Scan({run_.source, "", ""}, std::nullopt, [&](const StoredRecord&) {
        ++live;
        return true;
      }));
  const int64_t before = std::max<int64_t>(live - run_.ledger.new_records, 1);
  const int64_t exchanged = std::min(deletions, run_.ledger.new_records);
  return deletions > limits.hold_part * before || exchanged > limits.churn_part * before;
}

absl::Status OneRun::Delete(const std::vector<RecordName>& names, bool* stopped) {
  const size_t page_size = options_.limits.deletions_per_page;
  for (size_t begin = 0; begin < names.size(); begin += page_size) {
    if (stop_->load()) {
      *stopped = true;
      return absl::OkStatus();
    }
    PageCommit commit;
    commit.source = run_.source;
    commit.run = run_.id;
    commit.cursor = kEndOfListing;
    commit.tombstones.assign(names.begin() + begin,
                             names.begin() + std::min(begin + page_size, names.size()));
    PARFOCAL_ASSIGN_OR_RETURN(const PageReceipt receipt, options_.store->CommitPage(commit));
    run_.ledger.Add(receipt.ledger);
    Report();
  }
  return absl::OkStatus();
}

absl::Status OneRun::End(RunState state, std::string message) {
  run_.state = state;
  run_.message = std::move(message);
  run_.ended = options_.clock->Now();
  PARFOCAL_RETURN_IF_ERROR(options_.store->EndRun(run_));
  Report();
  return absl::OkStatus();
}

}  // namespace parfocal
