// What a node is made of. Node (node.h) is all that others see.
#pragma once

#include <condition_variable>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "audit_log.h"
#include "connectors.h"
#include "data_dir.h"
#include "genes.h"
#include "grpc_server.h"
#include "grpcpp/impl/service_type.h"
#include "http_server.h"
#include "index_lag.h"
#include "index_parts.h"
#include "mappings.h"
#include "node.h"
#include "normalisation.h"
#include "ontologies.h"
#include "parfocal/admin_rpc/admin_service.h"
#include "parfocal/catalogue/checkpoint.h"
#include "parfocal/clock.h"
#include "parfocal/harvest_run/harvest_runner.h"
#include "parfocal/mutex.h"
#include "parfocal/phenotype/matrix_follower.h"
#include "parfocal/relate/relator.h"
#include "parfocal/rpc/call.h"
#include "parfocal/schedule/scheduler.h"

namespace parfocal {

namespace v1 {
class NodeStatus;
class SearchResponse;
}  // namespace v1

class Exposition;

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
  absl::Status OpenRelations();
  AdminServiceOptions AdminOptions();
  absl::StatusOr<RecordRelation> DecideRelation(const RelationDecision& decision,
                                                int64_t* sequence);
  absl::StatusOr<TakedownResult> TakeDown(const RecordName& study, const std::string& reason,
                                          const std::string& author);
  absl::Status CatchUp(int64_t sequence) const;
  void Fail(const absl::Status& status);
  void LogRun(absl::string_view event, const RunProgress& progress) const;
  void FillStatus(v1::NodeStatus* status);
  void FillNormalisation(v1::NodeStatus* status) const;
  std::string Unready();
  std::string Metrics();
  // source_upkeep.cc
  void MakeScheduler();
  void FillSources(v1::NodeStatus* status) const;
  void FillFreshness(v1::SearchResponse* response) const;
  void ExposeSources(Exposition* out) const;
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
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<RecordStore> store;
  RelationStore* relations = nullptr;  // Of the store.
  std::unique_ptr<Relator> relator;
  Mutex takedown_mu;  // One takedown at a time.
  std::unique_ptr<IndexParts> index;
  std::unique_ptr<Normalisation> normalisation;
  std::unique_ptr<phenotype::MatrixFollower> phenotypes;
  std::unique_ptr<PageTokens> tokens;
  std::unique_ptr<Fetcher> fetcher;
  ConnectorRegistry connectors;
  std::unique_ptr<Scheduler> scheduler;  // Before the runner, which tells it of runs to its end.
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

}  // namespace parfocal
