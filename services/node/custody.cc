// What a node does beside harvests with what it holds: relations between studies, the audit log.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "log.h"
#include "node_parts.h"
#include "parfocal/catalogue/purge.h"
#include "parfocal/catalogue/rocksdb_record_store.h"

namespace parfocal {
namespace {

// A follower that is further behind is broken.
constexpr absl::Duration kCatchUp = absl::Minutes(10);
// Searches that read the index of before have this long to end.
constexpr absl::Duration kGrace = absl::Seconds(2);

}  // namespace

absl::Status Node::Parts::OpenRelations() {
  relations = RelationsIn(store.get());
  RelatorOptions options;
  options.store = store.get();
  options.relations = relations;
  if (config.share_dir.empty()) {
    // DOIs, titles and sizes tell enough by themselves.
    PARFOCAL_ASSIGN_OR_RETURN(options.words, RelationWords::Parse("", "no words"));
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(options.words,
                              RelationWords::Read(config.share_dir + "/vocabulary/relations.tsv"));
  }
  options.on_event = [this](absl::string_view event, size_t studies, const absl::Status& status) {
    if (status.ok()) {
      log->Info(absl::StrCat("relations ", event), {{"studies", absl::StrCat(studies)}});
    } else {
      log->Warning(absl::StrCat("relations ", event), {{"reason", std::string(status.message())}});
    }
  };
  relator = std::make_unique<Relator>(std::move(options));
  return absl::OkStatus();
}

AdminServiceOptions Node::Parts::AdminOptions() {
  AdminServiceOptions options;
  options.store = store.get();
  options.index = index->index();
  options.dispatcher = &dispatcher;
  options.tokens = tokens.get();
  options.checkpoint = [this](const std::string& directory) { return Checkpoint(directory); };
  options.rebuild = [this](const std::function<void(int64_t)>& progress) {
    return index->Rebuild(progress);
  };
  options.check = [this](size_t limit) { return index->Check(limit); };
  options.decide_relation = [this](const RelationDecision& decision, int64_t* sequence) {
    return DecideRelation(decision, sequence);
  };
  options.take_down = [this](const RecordName& study, const std::string& reason,
                             const std::string& author) { return TakeDown(study, reason, author); };
  options.audit = [this] { return audit->Read(); };
  return options;
}

absl::StatusOr<RecordRelation> Node::Parts::DecideRelation(const RelationDecision& decision,
                                                           int64_t* sequence) {
  for (const RecordName& name : {decision.from, decision.to})
    PARFOCAL_RETURN_IF_ERROR(store->Get(name).status());
  AuditEntry entry;
  entry.action = decision.verdict == RelationVerdict::kAsserted   ? "relation.assert"
                 : decision.verdict == RelationVerdict::kRejected ? "relation.reject"
                                                                  : "relation.withdraw";
  entry.subject = absl::StrCat(FormatRecordName(decision.from), " ", FormatRecordName(decision.to));
  entry.author = decision.author;
  entry.detail = decision.note;
  PARFOCAL_RETURN_IF_ERROR(audit->Add(std::move(entry)));
  return relator->Decide(decision, sequence);
}

// All that follow the feed have heard of it.
absl::Status Node::Parts::CatchUp(int64_t sequence) const {
  const absl::Time until = absl::Now() + kCatchUp;
  if (index->WaitApplied(sequence, until) && phenotypes->WaitApplied(sequence, until) &&
      relator->WaitApplied(sequence, until))
    return absl::OkStatus();
  return absl::UnavailableError(
      "takedown: the records are gone from the catalogue and stay out, but the index has not "
      "followed yet; give the command again when it has");
}

absl::StatusOr<TakedownResult> Node::Parts::TakeDown(const RecordName& study,
                                                     const std::string& reason,
                                                     const std::string& author) {
  MutexLock one_at_a_time(&takedown_mu);
  PARFOCAL_RETURN_IF_ERROR(store->GetSource(study.source).status());
  for (const Run& run : store->ListRuns(study.source)) {
    if (run.state != RunState::kRunning) continue;
    return WithReason(absl::FailedPreconditionError(absl::StrCat("takedown: source '", study.source,
                                                                 "' is being harvested by run ",
                                                                 run.id, "; wait for its end")),
                      "RUN_IN_PROGRESS", "name");
  }
  const std::string name = FormatRecordName(study);
  // Before the act: one that cannot be written down is not done.
  PARFOCAL_RETURN_IF_ERROR(audit->Add({0, {}, "takedown", name, author, reason}));
  const absl::StatusOr<PurgeReport> purged = PurgeStudy(store.get(), study);
  if (!purged.ok()) {
    (void)audit->Add(
        {0, {}, "takedown.failed", name, author, std::string(purged.status().message())});
    return purged.status();
  }
  TakedownResult result{purged->records,    purged->raw_pages, purged->raw_bytes,
                        purged->rejections, purged->sequence,  {}};
  PARFOCAL_RETURN_IF_ERROR(CatchUp(result.sequence));
  // Words and values of the study are spread over tables that only grow: they are made anew.
  PARFOCAL_RETURN_IF_ERROR(index->Rebuild([](int64_t) {}));
  if (index->ServedSequence() < result.sequence) {
    return absl::UnavailableError(
        "takedown: the new index does not answer yet; give the command again in a moment");
  }
  absl::SleepFor(kGrace);
  index->DropRetired();
  PARFOCAL_RETURN_IF_ERROR(phenotypes->Rebuild().status());
  PARFOCAL_RETURN_IF_ERROR(ErasePurged(store.get(), study));
  result.unreachable = {
      "checkpoints and other copies made before: they hold the record, and bring it back if they "
      "are restored; take it down again then",
      "its name: the change feed, this answer and the audit log go on naming it, and the "
      "database's "
      "list of files may name image sets of it until the next start",
      "what peers and users have fetched"};
  log->Info("taken down", {{"record", name}, {"records", absl::StrCat(result.records)}});
  PARFOCAL_RETURN_IF_ERROR(
      audit->Add({0,
                  {},
                  "takedown.done",
                  name,
                  author,
                  absl::StrCat(result.records, " records, ", result.raw_bytes, " raw bytes on ",
                               result.raw_pages, " pages, ", result.rejections, " rejections")}));
  return result;
}

}  // namespace parfocal
