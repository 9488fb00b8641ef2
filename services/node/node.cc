#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "node_parts.h"
#include "parfocal/catalogue/purge.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "parfocal/catalogue_rpc/catalogue_service.h"
#include "parfocal/fetch/http_fetcher.h"
#include "parfocal/harvest_rpc/harvest_service.h"
#include "parfocal/normalise/filter_names.h"
#include "parfocal/phenotype_rpc/phenotype_service.h"
#include "parfocal/search_rpc/search_service.h"
#include "taken_down.h"

namespace parfocal {
namespace {

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

}  // namespace

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
  PARFOCAL_ASSIGN_OR_RETURN(audit, AuditLog::Open(*data / "audit.tsv", &clock));
  PARFOCAL_ASSIGN_OR_RETURN(store, OpenRocksDbRecordStore(*data / "catalogue"));
  PARFOCAL_RETURN_IF_ERROR(OpenRelations());
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
  auto everyday = std::make_shared<EverydayWords>();
  if (!config.share_dir.empty()) {
    for (const char* table : {"everyday.tsv", "mining.tsv"}) {
      PARFOCAL_RETURN_IF_ERROR(
          everyday->AddFile(absl::StrCat(config.share_dir, "/vocabulary/", table)));
    }
  }
  PARFOCAL_ASSIGN_OR_RETURN(
      index,
      IndexParts::Open(
          *data / "index", store.get(),
          {[this] { return ontologies->Current(); }, [this] { return ontologies->Kept(); },
           [this] { ontologies->ForgetKept(); }},
          [this](const Field& field, absl::string_view text) { return NamesOf(field, text); }, log,
          std::move(everyday)));
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
  // Killed between showing the new state and forgetting the one before.
  if (!normalisation->renormaliser().Busy() && ontologies->Kept() != nullptr) index->Publish();
  relator->Start();
  tokens = std::make_unique<PageTokens>(data->key(), &clock);
  HttpFetcherOptions fetch;
  if (!config.fetch.user_agent.empty()) fetch.user_agent = config.fetch.user_agent;
  fetch.allow_http = config.fetch.allow_http;
  fetch.allow_networks = config.fetch.allow_networks;
  fetch.ports = config.fetch.ports;
  fetch.gap = absl::Milliseconds(config.fetch.gap_ms);
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
  connectors =
      WithoutTakenDown(NodeConnectors(config.parser, *log), [this](const RecordName& study) {
        // What cannot be read is not stored either: the write that follows fails the same way.
        return IsTakenDown(*store, study).value_or(true);
      });
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
    scheduler->Changed(progress.run.source);
  };
  options.reader = [this](const Source& source) {
    return DescribeReader(source, config.share_dir);
  };
  MakeScheduler();
  runner = std::make_unique<HarvestRunner>(std::move(options));
}

void Node::Parts::MakeServices() {
  pool = std::make_unique<WorkerPool>(kWorkerThreads, kWorkerQueue);
  dispatcher = {pool.get(), &rpc_metrics};
  services.push_back(
      MakeCatalogueService({store.get(), relations, tokens.get(), &dispatcher,
                            [this](v1::NodeStatus* status) { FillStatus(status); }}));
  HarvestServiceOptions harvest;
  harvest.store = store.get();
  harvest.runner = runner.get();
  harvest.tokens = tokens.get();
  harvest.clock = &clock;
  harvest.dispatcher = &dispatcher;
  harvest.rehearse = [this](const std::string& definition, const std::string& name,
                            const std::string& location, int pages) {
    return TryDefinition(definition, name, location, pages, {fetcher.get(), config.share_dir},
                         NormalisationParts());
  };
  harvest.scheduler = scheduler.get();
  harvest.audit = [this](const std::string& act, const std::string& subject,
                         const std::string& actor, const std::string& reason) {
    return this->audit->Add({0, {}, act, subject, actor, reason});
  };
  harvest.restored = [this] { normalisation->StateChanged(); };
  services.push_back(MakeHarvestService(std::move(harvest)));
  services.push_back(MakeSearchService(
      {index->index(), store.get(), tokens.get(), &clock, &dispatcher,
       [this](const QueryText& text, const Snapshot& snapshot) {
         return index->Bind(text, snapshot);
       },
       *data / "citations", [this](v1::SearchResponse* response) { FillFreshness(response); }}));
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
  services.push_back(MakeAdminService(AdminOptions()));
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
  scheduler->Load();
  observer = std::thread([this] { Observe(); });
  PARFOCAL_ASSIGN_OR_RETURN(http, HttpServer::Start(http_address, {[this] { return Unready(); },
                                                                   [this] { return Metrics(); }}));
  return absl::OkStatus();
}

absl::StatusOr<CheckpointResult> Node::Parts::Checkpoint(const std::string& directory) const {
  // Behind the records: a decision that they do not show yet is made good by the next start's walk.
  const auto add = [this](const std::string& folder) {
    PARFOCAL_RETURN_IF_ERROR(audit->CopyTo(folder + "/audit.tsv"));
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

void Node::Parts::Observe() {
  while (true) {
    if (const auto catalogue = store->Status(std::string(kPublicGroup)); catalogue.ok()) {
      lag.Observe(clock.Now(), catalogue->sequence, index->ServedSequence());
    }
    scheduler->Tick();
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
  if (relator != nullptr) relator->Stop();
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
