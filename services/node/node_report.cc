// What a node tells of itself: its log, its status, whether it is ready, its metrics.
#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "exposition.h"
#include "node_parts.h"
#include "parfocal/v1/catalogue_service.pb.h"
#include "resident_memory.h"

namespace parfocal {
namespace {

// RELIABILITY 3.5: from here on the node calls itself degraded, and still answers.
constexpr absl::Duration kMaxIndexLag = absl::Minutes(15);

std::string StateWord(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "RUNNING";
    case RunState::kComplete:
      return "COMPLETE";
    case RunState::kPartial:
      return "PARTIAL";
    case RunState::kFailed:
      return "FAILED";
    case RunState::kHeld:
      return "HELD";
  }
  return "";
}

}  // namespace

void Node::Parts::LogRun(absl::string_view event, const RunProgress& progress) const {
  const Run& run = progress.run;
  LogFields fields = {{"source", run.source}, {"run", run.id}, {"state", StateWord(run.state)}};
  if (run.state != RunState::kRunning) {
    fields.insert(fields.end(), {{"fetched", absl::StrCat(run.ledger.fetched)},
                                 {"new", absl::StrCat(run.ledger.new_records)},
                                 {"changed", absl::StrCat(run.ledger.changed)},
                                 {"unchanged", absl::StrCat(run.ledger.unchanged)},
                                 {"quarantined", absl::StrCat(run.ledger.quarantined)},
                                 {"deleted", absl::StrCat(run.ledger.deleted)}});
  }
  if (!run.message.empty()) fields.emplace_back("message", run.message);
  const bool bad = run.state != RunState::kRunning && run.state != RunState::kComplete;
  log->Write(bad ? LogLevel::kWarning : LogLevel::kInfo, event, fields);
}

void Node::Parts::FillNormalisation(v1::NodeStatus* status) const {
  using Status = v1::NormalisationStatus;
  const RenormaliseState state = normalisation->renormaliser().State();
  Status* out = status->mutable_normalisation();
  out->set_release(state.release);
  out->set_walking(state.walking);
  out->set_answers(!state.busy                           ? Status::PRESENT
                   : state.held && !state.before.empty() ? Status::BEFORE
                                                         : Status::MIXED);
  if (state.held) out->set_answers_release(state.before);
  out->set_examined(state.progress.examined);
  out->set_changed(state.progress.changed);
  out->set_records(status->studies() + status->image_sets());
}

void Node::Parts::FillStatus(v1::NodeStatus* status) {
  const absl::Time now = clock.Now();
  const int64_t applied = std::max<int64_t>(index->ServedSequence(), 0);
  lag.Observe(now, status->catalogue_sequence(), applied);
  status->set_version(PARFOCAL_VERSION);
  status->mutable_started()->set_seconds(absl::ToUnixSeconds(started));
  status->set_index_sequence(applied);
  status->set_index_lag_seconds(absl::ToDoubleSeconds(lag.Lag(now)));
  status->set_ontology_release(index->ServedTerms()->release());
  status->set_terms(ontologies->terms());
  status->set_resident_bytes(ResidentBytes());
  status->set_data_dir(data->path());
  FillNormalisation(status);
  FillSources(status);
  const std::string unready = Unready();
  status->set_state(unready.empty() ? "OK" : "DEGRADED: " + unready);
  int64_t segments = 0, values = 0;
  index->Size(&segments, &values);
  status->set_segments(segments);
  status->set_values(values);
}

std::string Node::Parts::Unready() {
  {
    MutexLock lock(&mu);
    if (stopping) return "the node is stopping";
    if (!failure.ok()) return absl::StrCat("catalogue: ", failure.message());
  }
  if (const auto snapshot = index->index()->Open(); !snapshot.ok()) {
    const absl::Status health = index->Health();
    return absl::StrCat("index: ", health.ok() ? snapshot.status().message() : health.message());
  }
  const absl::Duration behind = lag.Lag(clock.Now());
  if (behind <= kMaxIndexLag) return "";
  const absl::Status health = index->Health();
  return absl::StrCat("index: ", absl::ToInt64Seconds(behind), " s behind the catalogue",
                      health.ok() ? "" : absl::StrCat(": ", health.message()));
}

std::string Node::Parts::Metrics() {
  v1::NodeStatus status;
  if (const auto catalogue = store->Status(std::string(kPublicGroup)); catalogue.ok()) {
    status.set_studies(catalogue->studies);
    status.set_image_sets(catalogue->image_sets);
    status.set_tombstones(catalogue->tombstones);
    status.set_catalogue_sequence(catalogue->sequence);
  }
  FillStatus(&status);
  Exposition out;
  const auto gauge = [&](absl::string_view name, absl::string_view help, double value) {
    out.Begin(name, "gauge", help);
    out.Sample("", {}, value);
  };
  gauge("parfocal_studies", "Live studies of the catalogue.",
        static_cast<double>(status.studies()));
  gauge("parfocal_image_sets", "Live image sets of the catalogue.",
        static_cast<double>(status.image_sets()));
  gauge("parfocal_tombstones", "Deleted records that are still known.",
        static_cast<double>(status.tombstones()));
  gauge("parfocal_catalogue_sequence", "Newest sequence of the catalogue.",
        static_cast<double>(status.catalogue_sequence()));
  gauge("parfocal_index_sequence", "Sequence that the index has applied.",
        static_cast<double>(status.index_sequence()));
  gauge("parfocal_phenotype_sequence", "Sequence that the phenotype matrix has applied.",
        static_cast<double>(std::max<int64_t>(phenotypes->AppliedSequence(), 0)));
  gauge("parfocal_index_lag_seconds", "Age of the oldest change that the index lacks.",
        status.index_lag_seconds());
  gauge("parfocal_index_segments", "Segments of the index.",
        static_cast<double>(status.segments()));
  gauge("parfocal_index_values", "Distinct values of the index.",
        static_cast<double>(status.values()));
  gauge("parfocal_ontology_terms", "Terms loaded.", static_cast<double>(status.terms()));
  gauge("parfocal_normalising", "1 while records do not all follow what is loaded.",
        status.normalisation().answers() == v1::NormalisationStatus::PRESENT ? 0 : 1);
  gauge("parfocal_normalised_records", "Records that the newest walk has looked at.",
        static_cast<double>(status.normalisation().examined()));
  gauge("parfocal_genes", "Genes loaded.", static_cast<double>(genes->count()));
  gauge("parfocal_runs_active", "Harvest runs that go on.", runner->active());
  gauge("parfocal_resident_bytes", "Resident memory of the process.",
        static_cast<double>(status.resident_bytes()));
  gauge("parfocal_start_time_seconds", "Start of the process, Unix time.",
        static_cast<double>(status.started().seconds()));
  out.Begin("parfocal_run_state", "gauge", "1 for the state of the newest run of each source.");
  for (const Source& source : store->ListSources()) {
    const std::vector<Run> runs = store->ListRuns(source.id);
    if (!runs.empty())
      out.Sample("", {{"source", source.id}, {"state", StateWord(runs.front().state)}}, 1);
  }
  ExposeSources(&out);
  ExposeRpc(rpc_metrics, &out);
  return out.text();
}

}  // namespace parfocal
