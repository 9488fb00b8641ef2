#include "node.h"

#include <algorithm>
#include <condition_variable>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "connectors.h"
#include "data_dir.h"
#include "exposition.h"
#include "genes.h"
#include "grpc_server.h"
#include "grpcpp/impl/service_type.h"
#include "http_server.h"
#include "index_lag.h"
#include "index_parts.h"
#include "mappings.h"
#include "normalisation.h"
#include "ontologies.h"
#include "parfocal/admin_rpc/admin_service.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "parfocal/catalogue_rpc/catalogue_service.h"
#include "parfocal/clock.h"
#include "parfocal/fetch/http_fetcher.h"
#include "parfocal/harvest_rpc/harvest_service.h"
#include "parfocal/harvest_run/harvest_runner.h"
#include "parfocal/mutex.h"
#include "parfocal/normalise/filter_names.h"
#include "parfocal/phenotype/matrix_follower.h"
#include "parfocal/phenotype_rpc/phenotype_service.h"
#include "parfocal/rpc/call.h"
#include "parfocal/search_rpc/search_service.h"
#include "parfocal/v1/catalogue_service.pb.h"
#include "resident_memory.h"

namespace parfocal {
namespace {

// RELIABILITY 3.5: from here on the node calls itself degraded, and still answers.
constexpr absl::Duration kMaxIndexLag = absl::Minutes(15);
// Changes that the index may be behind when a page is committed: about half a second of its work,
// so that what is acknowledged is searchable within two, and small pages need not wait for each
// other.
constexpr int64_t kIndexBacklog = 5000;
// A page waits for the index no longer than this: a broken index must not stop harvests.
constexpr absl::Duration kIndexPatience = absl::Seconds(5);
constexpr int kWorkerThreads = 16;
constexpr size_t kWorkerQueue = 256;
constexpr absl::Duration kServerStop = absl::Seconds(2);
// An index that is there is opened in far less; one that must be rebuilt is not waited for.
constexpr absl::Duration kIndexOpening = absl::Seconds(5);

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

// In the order of their making; destroyed the other way round.
struct Node::Parts {
  explicit Parts(const Config& c, const Log* l) : config(c), log(l) {}

  absl::Status Open();
  absl::Status Serve();
  // All that a normaliser works with, in its newest state.
  NormaliserParts NormalisationParts() const;
  std::vector<std::string> NamesOf(const Field& field, absl::string_view text) const;
  void MakeRunner();
  void MakeServices();
  absl::StatusOr<CheckpointResult> Checkpoint(const std::string& directory) const;
  void Fail(const absl::Status& status);
  void LogRun(absl::string_view event, const RunProgress& progress) const;
  void FillStatus(v1::NodeStatus* status);
  void FillNormalisation(v1::NodeStatus* status) const;
  std::string Unready();
  std::string Metrics();
  void Observe();
  void Stop();

  const Config config;
  const Log* const log;
  const absl::Time started = absl::Now();
  SystemClock clock;
  std::unique_ptr<DataDir> data;
  std::unique_ptr<Ontologies> ontologies;
  std::shared_ptr<const DeclaredTerms> declared_terms;
  std::unique_ptr<Genes> genes;
  std::unique_ptr<Mappings> mappings;
  std::unique_ptr<RecordStore> store;
  std::unique_ptr<IndexParts> index;
  std::unique_ptr<Normalisation> normalisation;
  std::unique_ptr<phenotype::MatrixFollower> phenotypes;
  std::unique_ptr<PageTokens> tokens;
  std::unique_ptr<Fetcher> fetcher;
  ConnectorRegistry connectors = Connectors();
  std::unique_ptr<HarvestRunner> runner;
  RpcMetrics rpc_metrics;
  IndexLag lag;
  std::unique_ptr<WorkerPool> pool;
  Dispatcher dispatcher;
  std::vector<std::unique_ptr<grpc::Service>> services;
  RunningServer server;
  std::unique_ptr<HttpServer> http;

  mutable Mutex mu;
  std::condition_variable_any changed;
  absl::Status failure ABSL_GUARDED_BY(mu);
  bool stopping ABSL_GUARDED_BY(mu) = false;
  std::thread observer;
};

absl::Status Node::Parts::Open() {
  PARFOCAL_RETURN_IF_ERROR(CheckConfig(config));
  PARFOCAL_ASSIGN_OR_RETURN(data, DataDir::Open(config.data_dir, started));
  PARFOCAL_ASSIGN_OR_RETURN(ontologies, Ontologies::Open(*data / "terms", config.share_dir));
  if (!config.share_dir.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(
        declared_terms, DeclaredTerms::Read(config.share_dir + "/vocabulary/declared-terms.tsv"));
  }
  PARFOCAL_ASSIGN_OR_RETURN(genes,
                            Genes::Open(*data / "genes", config.share_dir, config.genes, log));
  PARFOCAL_ASSIGN_OR_RETURN(
      mappings, Mappings::Open(*data / "mappings", config.share_dir, config.mappings, &clock, log));
  PARFOCAL_ASSIGN_OR_RETURN(store, OpenRocksDbRecordStore(*data / "catalogue"));
  if (!config.ontologies.empty()) {
    const auto report = [this](const OntologyFileReport& file, int, int) {
      if (!file.error.empty())
        log->Warning("ontology file left out", {{"file", file.path}, {"reason", file.error}});
    };
    PARFOCAL_ASSIGN_OR_RETURN(const LoadReport loaded, ontologies->Load(config.ontologies, report));
    log->Info("ontologies loaded",
              {{"release", loaded.release}, {"terms", absl::StrCat(loaded.terms)}});
  }
  mappings->TermsChanged(*ontologies->Current());
  PARFOCAL_ASSIGN_OR_RETURN(
      index,
      IndexParts::Open(
          *data / "index", store.get(), [this] { return ontologies->Current(); },
          [this](const Field& field, absl::string_view text) { return NamesOf(field, text); },
          log));
  PARFOCAL_ASSIGN_OR_RETURN(
      phenotypes, phenotype::MatrixFollower::Open(*data / "phenotypes", store.get(), [this] {
        return phenotype::Knowledge{ontologies->Current(), genes->Current(), mappings->Current()};
      }));
  normalisation = std::make_unique<Normalisation>([this] { return NormalisationParts(); },
                                                  store.get(), index.get(), log);
  ontologies->OnRelease([this] {
    mappings->TermsChanged(*ontologies->Current());
    normalisation->StateChanged();
    phenotypes->KnowledgeChanged();
    log->Info("ontology release swapped in", {{"release", index->ServedTerms()->release()}});
  });
  index->Start();
  phenotypes->Start();
  const absl::Time until = absl::Now() + kIndexOpening;
  while (!index->index()->Open().ok() && index->Health().ok() && absl::Now() < until) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  normalisation->Start();
  normalisation->renormaliser().WaitIdle(until);
  tokens = std::make_unique<PageTokens>(data->key(), &clock);
  HttpFetcherOptions fetch;
  if (!config.fetch.user_agent.empty()) fetch.user_agent = config.fetch.user_agent;
  fetch.allow_http = config.fetch.allow_http;
  fetch.allow_networks = config.fetch.allow_networks;
  fetch.ports = config.fetch.ports;
  PARFOCAL_ASSIGN_OR_RETURN(fetcher, HttpFetcher::Create(std::move(fetch)));
  MakeRunner();
  return absl::OkStatus();
}

std::vector<std::string> Node::Parts::NamesOf(const Field& field, absl::string_view text) const {
  if (IsGeneField(field)) return GenesCalled(text, genes->Current().get());
  if (field.name == "cell_line" || field.name == "mined_cell_line") {
    std::string line = CellLineCalled(text, ontologies->CurrentCellLines().get());
    return line.empty() ? std::vector<std::string>() : std::vector<std::string>{std::move(line)};
  }
  return {};
}

NormaliserParts Node::Parts::NormalisationParts() const {
  NormaliserParts parts;
  parts.terms = ontologies->Current();
  if (!genes->Current()->Taxa().empty()) parts.genes = genes->Current();
  parts.mappings = mappings->Current();
  parts.declared = declared_terms;
  parts.lexical = ontologies->CertainCandidate(parts.terms);
  parts.cell_lines = ontologies->CurrentCellLines();
  parts.mine = Ontologies::TextMining(parts.terms, parts.cell_lines);
  parts.mined_fields = Ontologies::MinedFields();
  parts.vocabulary = Ontologies::VocabularyRelease();
  parts.ontologies = Ontologies::FieldTable();
  parts.study = [this](const ImageSet& set) -> std::optional<Study> {
    absl::StatusOr<StoredRecord> stored = store->Get({set.source, set.study, ""});
    if (!stored.ok() || !std::holds_alternative<Study>(stored->record)) return std::nullopt;
    return std::get<Study>(std::move(stored->record));
  };
  return parts;
}

void Node::Parts::MakeRunner() {
  HarvestRunnerOptions options;
  options.store = store.get();
  options.clock = &clock;
  options.connectors = &connectors;
  options.context = {fetcher.get(), config.share_dir};
  options.normaliser = [this] { return normalisation->Take(); };
  options.await_index = [this](int64_t sequence) {
    index->WaitApplied(sequence - kIndexBacklog, absl::Now() + kIndexPatience);
  };
  options.on_store_failure = [this](const absl::Status& status) { Fail(status); };
  options.on_event = [this](absl::string_view event, const RunProgress& progress) {
    LogRun(event, progress);
  };
  runner = std::make_unique<HarvestRunner>(std::move(options));
}

void Node::Parts::MakeServices() {
  pool = std::make_unique<WorkerPool>(kWorkerThreads, kWorkerQueue);
  dispatcher = {pool.get(), &rpc_metrics};
  services.push_back(
      MakeCatalogueService({store.get(), tokens.get(), &dispatcher,
                            [this](v1::NodeStatus* status) { FillStatus(status); }}));
  services.push_back(MakeHarvestService(
      {store.get(), runner.get(), tokens.get(), &clock, &dispatcher,
       [this](const std::string& definition, const std::string& name, const std::string& location,
              int pages) {
         return TryDefinition(definition, name, location, pages, {fetcher.get(), config.share_dir},
                              NormalisationParts());
       }}));
  services.push_back(MakeSearchService(
      {index->index(), store.get(), tokens.get(), &clock, &dispatcher,
       [this](absl::string_view query, absl::string_view filter, const Snapshot& snapshot) {
         return index->Bind(query, filter, snapshot);
       }}));
  OntologyServiceOptions ontology;
  ontology.terms = [this] { return index->ServedTerms(); };
  ontology.index = index->index();
  ontology.tokens = tokens.get();
  ontology.dispatcher = &dispatcher;
  ontology.load = [this](const std::vector<std::string>& paths, const auto& report) {
    return ontologies->Load(paths, report);
  };
  ontology.report = [this] { return ontologies->Report(); };
  ontology.matcher = [this] { return ontologies->Matcher(index->ServedTerms()); };
  ontology.renormalise = [this](const std::string& field, const std::string& words,
                                const auto& decide) {
    return normalisation->Decide(field, words, decide);
  };
  ontology.genes = [this] { return genes->Current(); };
  ontology.mappings = mappings->store();
  ontology.mappings_changed = [this] { phenotypes->KnowledgeChanged(); };
  ontology.check_field = Mappings::CheckField;
  ontology.decided = [this](absl::string_view field, absl::string_view words) {
    return mappings->Current()->Decision(field, words).has_value();
  };
  services.push_back(MakeOntologyService(std::move(ontology)));
  services.push_back(MakePhenotypeService(
      {[this] { return phenotypes->Current(); }, store.get(), tokens.get(), &clock, &dispatcher}));
  services.push_back(MakeAdminService(
      {store.get(), index->index(), &dispatcher, tokens.get(),
       [this](const std::string& directory) { return Checkpoint(directory); },
       [this](const std::function<void(int64_t)>& progress) { return index->Rebuild(progress); },
       [this](size_t limit) { return index->Check(limit); }}));
}

absl::Status Node::Parts::Serve() {
  MakeServices();
  PARFOCAL_ASSIGN_OR_RETURN(const Address listen, ParseLoopback(config.listen, "listen"));
  PARFOCAL_ASSIGN_OR_RETURN(const Address http_address, ParseLoopback(config.http, "http"));
  std::vector<grpc::Service*> borrowed;
  for (const auto& service : services) borrowed.push_back(service.get());
  PARFOCAL_ASSIGN_OR_RETURN(server, StartServer(listen, borrowed));
  if (const int resumed = runner->ResumeAll(); resumed > 0) {
    log->Info("runs taken up again", {{"runs", absl::StrCat(resumed)}});
  }
  observer = std::thread([this] { Observe(); });
  PARFOCAL_ASSIGN_OR_RETURN(http, HttpServer::Start(http_address, {[this] { return Unready(); },
                                                                   [this] { return Metrics(); }}));
  return absl::OkStatus();
}

absl::StatusOr<CheckpointResult> Node::Parts::Checkpoint(const std::string& directory) const {
  // Behind the records: a decision that they do not show yet is made good by the next start's walk.
  const auto add = [this](const std::string& folder) {
    return mappings->store()->CopyTo(folder + "/mappings");
  };
  PARFOCAL_RETURN_IF_ERROR(CreateCheckpoint(*store, directory, clock.Now(), add).status());
  // Read back: a checkpoint that cannot be restored is none.
  PARFOCAL_ASSIGN_OR_RETURN(const CheckpointManifest manifest, VerifyCheckpoint(directory));
  CheckpointResult result;
  const auto sequence = manifest.sequences.find(std::string(kPublicGroup));
  if (sequence != manifest.sequences.end()) result.sequence = sequence->second;
  result.files = static_cast<int64_t>(manifest.files.size());
  for (const CheckpointFile& file : manifest.files) result.bytes += static_cast<int64_t>(file.size);
  log->Info("checkpoint", {{"directory", directory}, {"sequence", absl::StrCat(result.sequence)}});
  return result;
}

void Node::Parts::Fail(const absl::Status& status) {
  log->Error("the catalogue cannot be written; the node ends and replays at its next start",
             {{"reason", std::string(status.message())}});
  MutexLock lock(&mu);
  if (failure.ok()) failure = status;
}

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
  ExposeRpc(rpc_metrics, &out);
  return out.text();
}

void Node::Parts::Observe() {
  while (true) {
    if (const auto catalogue = store->Status(std::string(kPublicGroup)); catalogue.ok()) {
      lag.Observe(clock.Now(), catalogue->sequence, index->ServedSequence());
    }
    MutexLock lock(&mu);
    if (stopping) return;
    changed.wait_for(mu, std::chrono::milliseconds(500));
    if (stopping) return;
  }
}

void Node::Parts::Stop() {
  {
    MutexLock lock(&mu);
    if (stopping) return;
    stopping = true;
  }
  changed.notify_all();
  if (observer.joinable()) observer.join();
  // First: calls may be waiting for it.
  if (normalisation != nullptr) normalisation->Stop();
  // Runs end at their page while the calls in hand come to their end.
  std::thread runs([this] {
    if (runner != nullptr) runner->Stop();
  });
  if (server.server != nullptr) {
    if (auto* health = server.server->GetHealthCheckService()) health->SetServingStatus(false);
    server.server->Shutdown(absl::ToChronoTime(absl::Now() + kServerStop));
    server.server->Wait();
  }
  http.reset();
  runs.join();
  pool.reset();
  if (phenotypes != nullptr) phenotypes->Stop();
  if (index != nullptr) index->Stop();
}

Node::Node(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Node::~Node() { Stop(); }

absl::StatusOr<std::unique_ptr<Node>> Node::Start(const Config& config, const Log* log) {
  std::unique_ptr<Node> node(new Node(std::make_unique<Parts>(config, log)));
  PARFOCAL_RETURN_IF_ERROR(node->parts_->Open());
  PARFOCAL_RETURN_IF_ERROR(node->parts_->Serve());
  return node;
}

std::string Node::grpc_address() const { return FormatAddress(parts_->server.address); }
std::string Node::http_address() const { return FormatAddress(parts_->http->address()); }

absl::Status Node::failure() const {
  MutexLock lock(&parts_->mu);
  return parts_->failure;
}

void Node::Stop() { parts_->Stop(); }

}  // namespace parfocal
