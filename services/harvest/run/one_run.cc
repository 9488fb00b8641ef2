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
               std::string reader, const std::atomic<bool>* stop,
               std::function<void(const Run&, int64_t, int64_t)> progress)
    : options_(options),
      run_(std::move(run)),
      connector_(std::move(connector)),
      reader_(std::move(reader)),
      stop_(stop),
      progress_(std::move(progress)),
      cursor_(RunCursor::Parse(run_.cursor)) {
  for (const RecordName& name : cursor_.condemned)
    condemned_bytes_ += FormatRecordName(name).size();
}

void OneRun::Report() const { progress_(run_, done_, total_); }

absl::StatusOr<Run> OneRun::Execute() {
  bool stopped = false;
  absl::Status status = Advance(&stopped);
  if (absl::IsUnavailable(status) || absl::IsDataLoss(status)) return status;
  if (!status.ok()) {
    PARFOCAL_RETURN_IF_ERROR(End(run_.ledger.pages > 0 ? RunState::kPartial : RunState::kFailed,
                                 absl::StrCat("source ", run_.source, ", ", PlaceOf(cursor_.text),
                                              ": the catalogue refused it: ", status.message(),
                                              "; what was read before is kept.")));
  }
  return run_;
}

absl::Status OneRun::Advance(bool* stopped) {
  if (cursor_.stage == RunCursor::Stage::kReading) PARFOCAL_RETURN_IF_ERROR(ReadPages(stopped));
  if (*stopped || run_.state != RunState::kRunning) return absl::OkStatus();
  return Settle(stopped);
}

absl::Status OneRun::ReadPages(bool* stopped) {
  ReadAhead pages(connector_.get(), cursor_.text);
  while (true) {
    if (stop_->load()) {
      *stopped = true;
      return absl::OkStatus();
    }
    absl::StatusOr<DraftPage> page = pages.Next();
    if (!page.ok()) {
      // Nothing behind an unreadable page can be reached, and nothing was listed whole.
      const bool something = run_.ledger.fetched + run_.ledger.deleted > 0;
      return End(
          something ? RunState::kPartial : RunState::kFailed,
          absl::StrCat("source ", run_.source, ", ", PlaceOf(cursor_.text), ": ",
                       page.status().message(),
                       something ? "; what was read before is kept" : "; nothing was changed",
                       ". Mend the cause and start the harvest again."));
    }
    done_ = page->progress_done;
    total_ = page->progress_total;
    const bool last = page->last;
    PARFOCAL_RETURN_IF_ERROR(CommitDrafts(*std::move(page)));
    if (run_.state != RunState::kRunning) return absl::OkStatus();
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
  commit.release = with.release;
  commit.ledger = page.ledger;
  commit.ledger.pages = 1;
  commit.rejections = std::move(page.rejections);
  for (Rejection& rejection : commit.rejections) {
    rejection.source = run_.source;
    rejection.run = run_.id;
    rejection.reader = reader_;
  }
  const int64_t bad = page.ledger.quarantined;
  // Not of a replay: that most of what was bad is still bad says nothing of what is mended.
  if (cursor_.replay_of.empty() && bad > limits.bad_records_floor &&
      bad > limits.page_bad_part * page.ledger.fetched) {
    // So many bad records say that the page is not what we take it for: none of it is applied.
    last_refusal_ = absl::StrCat(PlaceOf(cursor_.text), " was refused whole: ", bad, " of its ",
                                 page.ledger.fetched, " records are bad (",
                                 Percent(bad, page.ledger.fetched), ")");
    commit.ledger.skipped += static_cast<int64_t>(page.drafts.size());
    commit.ledger.rows_rejected += commit.ledger.rows_accepted;
    commit.ledger.rows_accepted = 0;
  } else {
    commit.raw = std::move(page.raw);
    commit.upserts.reserve(page.drafts.size());
    PARFOCAL_RETURN_IF_ERROR(Condemn(page, &commit));
    if (run_.state != RunState::kRunning) return absl::OkStatus();
    for (Draft& draft : page.drafts) {
      commit.ledger.label_conflicts += with.normalise(&draft.record);
      commit.upserts.push_back({std::move(draft.record), draft.raw});
    }
  }
  RunCursor next = cursor_;
  next.text = std::move(page.next_cursor);
  if (page.last) {
    next.stage =
        connector_->ListsAll() ? RunCursor::Stage::kListedAll : RunCursor::Stage::kListedChanges;
    next.text = page.mark.size() <= kMaxMarkBytes ? std::move(page.mark) : "";
  }
  commit.cursor = next.Format();
  PARFOCAL_ASSIGN_OR_RETURN(const PageReceipt receipt, options_.store->CommitPage(commit));
  acknowledged_ = receipt.sequence;
  cursor_ = std::move(next);
  run_.cursor = commit.cursor;
  run_.ledger.Add(receipt.ledger);
  return absl::OkStatus();
}

// Appends the record and, of a study, its image sets.
absl::Status OneRun::AppendWithSets(const RecordName& name, std::vector<RecordName>* names) const {
  if (!name.image_set.empty()) {
    names->push_back(name);
    return absl::OkStatus();
  }
  return options_.store->Scan(name, std::nullopt, [&](const StoredRecord& record) {
    names->push_back(NameOf(record.record));
    return true;
  });
}

// What the source calls deleted waits for the end of the listing, when it is known how much it is:
// the cursor carries it there. Whoever has accepted any number of deletions need not wait.
absl::Status OneRun::Condemn(const DraftPage& page, PageCommit* commit) {
  for (const Draft& draft : page.drafts) cursor_.condemned.erase(NameOf(draft.record));
  if (page.deleted.empty()) return absl::OkStatus();
  const std::vector<absl::StatusOr<StoredRecord>> held = options_.store->BatchGet(page.deleted);
  for (size_t i = 0; i < page.deleted.size(); ++i) {
    if (absl::IsNotFound(held[i].status())) continue;
    PARFOCAL_RETURN_IF_ERROR(held[i].status());
    if (cursor_.accept_deletions) {
      PARFOCAL_RETURN_IF_ERROR(AppendWithSets(page.deleted[i], &commit->tombstones));
    } else if (cursor_.condemned.insert(page.deleted[i]).second) {
      condemned_bytes_ += FormatRecordName(page.deleted[i]).size();
    }
  }
  if (condemned_bytes_ <= options_.limits.condemned_bytes) return absl::OkStatus();
  return End(RunState::kHeld,
             absl::StrCat("source ", run_.source, ", ", PlaceOf(cursor_.text),
                          ": the source has deleted ", cursor_.condemned.size(),
                          " records so far, more than a run takes unasked. Nothing was deleted; to "
                          "go through with it: ",
                          WayToRelease()));
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
  if (cursor_.replay_of.empty() && ledger.quarantined > limits.bad_records_floor &&
      ledger.quarantined > limits.run_bad_part * ledger.fetched) {
    return End(ledger.quarantined == ledger.fetched ? RunState::kFailed : RunState::kPartial,
               absl::StrCat("source ", run_.source, ": ", ledger.quarantined, " of ",
                            ledger.fetched, " records are in quarantine (",
                            Percent(ledger.quarantined, ledger.fetched), ").", way_out));
  }
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<RecordName> doomed, Doomed());
  // A run that has begun to delete has passed the guard before it was stopped.
  if (!doomed.empty() && !cursor_.accept_deletions && ledger.deleted == 0) {
    PARFOCAL_ASSIGN_OR_RETURN(const bool hold, TooMany(static_cast<int64_t>(doomed.size())));
    if (hold) {
      return End(
          RunState::kHeld,
          absl::StrCat("source ", run_.source, ": ", doomed.size(),
                       " records are no longer listed, or are called deleted by the source: too "
                       "many to delete unasked (the first is ",
                       FormatRecordName(doomed.front()),
                       "). Nothing was deleted; to go through with it: ", WayToRelease()));
    }
  }
  PARFOCAL_RETURN_IF_ERROR(Delete(doomed, stopped));
  if (*stopped) return absl::OkStatus();
  // Who asks when the source was last listed passes over a COMPLETE run that has a message.
  return End(RunState::kComplete,
             cursor_.replay_of.empty()
                 ? ""
                 : absl::StrCat("what run ", cursor_.replay_of, " refused was parsed anew"));
}

std::string OneRun::WayToRelease() const {
  return absl::StrCat("`parfocal release ", run_.source, "/", run_.id,
                      " --by NAME --because WHY`.");
}

// Runs from the last COMPLETE one that listed everything on, but this one; none if there is none.
std::vector<std::string> OneRun::RunsSinceLastListing() const {
  std::vector<std::string> runs;
  for (const Run& run : options_.store->ListRuns(run_.source)) {
    if (run.id == run_.id) continue;
    runs.push_back(run.id);
    if (run.state == RunState::kComplete &&
        RunCursor::Parse(run.cursor).stage == RunCursor::Stage::kListedAll) {
      return runs;
    }
  }
  return {};
}

// What is to be deleted: what the source calls deleted, and what a listing of everything lacks.
absl::StatusOr<std::vector<RecordName>> OneRun::Doomed() {
  std::vector<RecordName> names;
  if (cursor_.stage == RunCursor::Stage::kListedAll) {
    PARFOCAL_ASSIGN_OR_RETURN(names, Vanished());
  }
  const std::vector<RecordName> condemned(cursor_.condemned.begin(), cursor_.condemned.end());
  const auto held = options_.store->BatchGet(condemned);
  for (size_t i = 0; i < condemned.size(); ++i) {
    // One that is gone was deleted before this run was stopped.
    if (absl::IsNotFound(held[i].status())) continue;
    PARFOCAL_RETURN_IF_ERROR(held[i].status());
    PARFOCAL_RETURN_IF_ERROR(AppendWithSets(condemned[i], &names));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
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
  const std::vector<std::string> runs = RunsSinceLastListing();
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
    commit.cursor = run_.cursor;
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
