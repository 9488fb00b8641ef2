#include "services/cli/fake_node.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace parfocal::cli {
namespace {

grpc::Status NoSuch(const std::string& name) {
  return Refusal(grpc::StatusCode::NOT_FOUND, absl::StrCat(name, ": not found"),
                 "RESOURCE_NOT_FOUND", "name");
}

}  // namespace

grpc::Status Refusal(grpc::StatusCode code, const std::string& message, const std::string& reason,
                     const std::string& field) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("parfocal");
  if (!field.empty()) (*info.mutable_metadata())["field"] = field;
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  status.add_details()->PackFrom(info);
  return grpc::Status(code, message, status.SerializeAsString());
}

grpc::Status FakeHarvest::CreateSource(grpc::ServerContext*, const v1::CreateSourceRequest* request,
                                       v1::Source* response) {
  const std::string name = absl::StrCat("sources/", request->source_id());
  if (sources.count(name) > 0) {
    return Refusal(grpc::StatusCode::ALREADY_EXISTS, absl::StrCat(name, ": exists"),
                   "RESOURCE_EXISTS", "source_id");
  }
  *response = request->source();
  response->set_name(name);
  sources[name] = *response;
  return grpc::Status::OK;
}

grpc::Status FakeHarvest::GetSource(grpc::ServerContext*, const v1::GetSourceRequest* request,
                                    v1::Source* response) {
  const auto found = sources.find(request->name());
  if (found == sources.end()) return NoSuch(request->name());
  *response = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeHarvest::ListSources(grpc::ServerContext*, const v1::ListSourcesRequest* request,
                                      v1::ListSourcesResponse* response) {
  // One source a page, so that a client that ignores tokens is found out.
  size_t index = 0;
  if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &index))
    return NoSuch("token");
  if (index >= sources.size()) return grpc::Status::OK;
  *response->add_sources() = std::next(sources.begin(), static_cast<std::ptrdiff_t>(index))->second;
  if (index + 1 < sources.size()) response->set_next_page_token(absl::StrCat(index + 1));
  return grpc::Status::OK;
}

grpc::Status FakeHarvest::UpdateSource(grpc::ServerContext*, const v1::UpdateSourceRequest* request,
                                       v1::Source* response) {
  last_update = *request;
  *response = request->source();
  return grpc::Status::OK;
}

grpc::Status FakeHarvest::DeleteSource(grpc::ServerContext*, const v1::DeleteSourceRequest* request,
                                       google::protobuf::Empty*) {
  return sources.erase(request->name()) == 1 ? grpc::Status::OK : NoSuch(request->name());
}

grpc::Status FakeHarvest::StartRun(grpc::ServerContext*, const v1::StartRunRequest* request,
                                   v1::Run* response) {
  last_start = *request;
  if (sources.count(request->parent()) == 0) return NoSuch(request->parent());
  response->set_name(absl::StrCat(request->parent(), "/runs/1"));
  response->set_state(v1::Run::RUNNING);
  return grpc::Status::OK;
}

grpc::Status FakeHarvest::WatchRun(grpc::ServerContext*, const v1::WatchRunRequest* request,
                                   grpc::ServerWriter<v1::Run>* writer) {
  v1::Run run;
  run.set_name(request->name());
  run.set_state(v1::Run::RUNNING);
  run.set_progress_done(1);
  run.set_progress_total(2);
  writer->Write(run);
  end.set_name(request->name());
  writer->Write(end);
  return grpc::Status::OK;
}

grpc::Status FakeHarvest::ListRuns(grpc::ServerContext*, const v1::ListRunsRequest* request,
                                   v1::ListRunsResponse* response) {
  if (sources.count(request->parent()) == 0) return NoSuch(request->parent());
  *response->add_runs() = end;
  response->mutable_runs(0)->set_name(absl::StrCat(request->parent(), "/runs/1"));
  return grpc::Status::OK;
}

grpc::Status FakeHarvest::TrySource(grpc::ServerContext*, const v1::TrySourceRequest* request,
                                    v1::TrySourceResponse* response) {
  last_try = *request;
  if (request->definition() == "bad") {
    return Refusal(grpc::StatusCode::INVALID_ARGUMENT, "d.yaml:1: no definition",
                   "SOURCE_DEFINITION", "definition");
  }
  *response = tried;
  return grpc::Status::OK;
}

grpc::Status FakeHarvest::ListRejections(grpc::ServerContext*,
                                         const v1::ListRejectionsRequest* request,
                                         v1::ListRejectionsResponse* response) {
  last_rejections = *request;
  int begin = 0;
  if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &begin))
    return NoSuch("token");
  const int end_index = std::min(rejections, begin + request->page_size());
  for (int i = begin; i < end_index; ++i) {
    v1::Rejection* rejection = response->add_rejections();
    rejection->set_place(absl::StrCat("table.csv:", i + 2));
    rejection->set_reason("no plate\x1b[2J");
  }
  if (end_index < rejections) response->set_next_page_token(absl::StrCat(end_index));
  return grpc::Status::OK;
}

grpc::Status FakeCatalogue::GetRecord(grpc::ServerContext*, const v1::GetRecordRequest* request,
                                      v1::Record* response) {
  ++gets;
  const auto found = records.find(request->name());
  if (found == records.end()) return NoSuch(request->name());
  *response = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeCatalogue::GetRawRecord(grpc::ServerContext*,
                                         const v1::GetRawRecordRequest* request,
                                         v1::RawRecord* response) {
  const auto found = raw.find(request->name());
  if (found == raw.end()) return NoSuch(request->name());
  response->set_name(request->name());
  response->set_data(found->second);
  response->set_masked(1);
  return grpc::Status::OK;
}

grpc::Status FakeCatalogue::GetStatus(grpc::ServerContext*, const v1::GetStatusRequest*,
                                      v1::NodeStatus* response) {
  response->set_version("9.9");
  response->set_studies(1234);
  response->set_state("OK");
  *response->mutable_normalisation() = normalisation;
  return grpc::Status::OK;
}

grpc::Status FakeSearch::Search(grpc::ServerContext*, const v1::SearchRequest* request,
                                v1::SearchResponse* response) {
  last = *request;
  all.push_back(*request);
  const auto by = by_filter.find(request->filter());
  *response = by == by_filter.end() ? answer : by->second;
  return failure;
}

grpc::Status FakeSearch::Suggest(grpc::ServerContext*, const v1::SuggestRequest* request,
                                 v1::SuggestResponse* response) {
  last_suggest = *request;
  *response = suggestions;
  return grpc::Status::OK;
}

grpc::Status FakeSearch::CiteSearch(grpc::ServerContext*, const v1::CiteSearchRequest* request,
                                    v1::SearchCitation* response) {
  last = request->search();
  *response = citation;
  return grpc::Status::OK;
}

grpc::Status FakeSearch::GetSearchCitation(grpc::ServerContext*,
                                           const v1::GetSearchCitationRequest* request,
                                           v1::SearchCitation* response) {
  last_cited = *request;
  *response = citation;
  return grpc::Status::OK;
}

grpc::Status FakeSearch::StreamSearch(grpc::ServerContext*, const v1::SearchRequest* request,
                                      grpc::ServerWriter<v1::SearchHit>* writer) {
  last = *request;
  const size_t call = stream_calls++;
  size_t begin = 0;
  if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &begin))
    return NoSuch("token");
  if (reordered && call > 0) ++begin;
  for (size_t i = begin; i < stream.size(); ++i) {
    if (call < break_after.size() && i - begin == static_cast<size_t>(break_after[call])) {
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection reset");
    }
    v1::SearchHit hit = stream[i];
    if (i % 3 == 2) hit.set_page_token(absl::StrCat(i + 1));
    writer->Write(hit);
  }
  return failure;
}

grpc::Status FakeOntology::GetTerm(grpc::ServerContext*, const v1::GetTermRequest* request,
                                   v1::Term* response) {
  if (request->name() != "terms/EX:0000001") return NoSuch(request->name());
  response->set_name(request->name());
  response->set_id("EX:0000001");
  response->set_label("bent cell");
  response->mutable_rolled_up()->set_image_sets(4321);
  return grpc::Status::OK;
}

grpc::Status FakeOntology::ListTerms(grpc::ServerContext*, const v1::ListTermsRequest* request,
                                     v1::ListTermsResponse* response) {
  if (request->query() != "bent") return grpc::Status::OK;
  v1::Term* term = response->add_terms();
  term->set_id("EX:0000001");
  term->set_label("bent cell");
  return grpc::Status::OK;
}

grpc::Status FakeOntology::Descendants(grpc::ServerContext*, const v1::ClosureRequest* request,
                                       v1::ClosureResponse* response) {
  const bool second = !request->page_token().empty();
  response->add_terms()->set_id(second ? "EX:0000002" : "EX:0000001");
  if (!second) response->set_next_page_token("2");
  response->set_total_size(2);
  return grpc::Status::OK;
}

grpc::Status FakeOntology::Resolve(grpc::ServerContext*, const v1::ResolveRequest* request,
                                   v1::ResolveResponse* response) {
  for (const std::string& text : request->texts()) {
    v1::Resolution* resolution = response->add_resolutions();
    resolution->set_text(text);
    resolution->set_rule(text == "bent cell" ? v1::EXACT_LABEL : v1::UNMAPPED);
    if (text == "bent cell") resolution->set_term("EX:0000001");
  }
  return grpc::Status::OK;
}

grpc::Status FakeOntology::ListOntologies(grpc::ServerContext*, const v1::ListOntologiesRequest*,
                                          v1::ListOntologiesResponse* response) {
  for (const char* prefix : {"", "EX"}) {
    auto* ontology = response->add_ontologies();
    ontology->set_prefix(prefix);
    ontology->set_terms(1234);
  }
  auto* file = response->add_files();
  file->set_name("example.obo");
  file->set_prefix("EX");
  file->set_terms(1235);
  response->set_release("r1");
  return grpc::Status::OK;
}

grpc::Status FakeOntology::ResolveGenes(grpc::ServerContext*,
                                        const v1::ResolveGenesRequest* request,
                                        v1::ResolveGenesResponse* response) {
  for (const std::string& text : request->texts()) {
    v1::GeneResolution* resolution = response->add_resolutions();
    resolution->set_text(text);
    const bool known = text == "BENT1" && request->organism() == "human";
    resolution->set_outcome(known ? v1::GeneResolution::ONE : v1::GeneResolution::UNKNOWN);
    if (known) resolution->set_gene("HGNC:1");
  }
  return grpc::Status::OK;
}

grpc::Status FakeOntology::GetGene(grpc::ServerContext*, const v1::GetGeneRequest* request,
                                   v1::Gene* response) {
  if (request->name() != "genes/HGNC:1") return NoSuch(request->name());
  response->set_id("HGNC:1");
  response->set_symbol("BENT1");
  response->set_interaction_count(1234);
  v1::GeneOrtholog* ortholog = response->add_orthologs();
  ortholog->set_gene("MGI:1");
  ortholog->add_sources("OMA");
  return grpc::Status::OK;
}

grpc::Status FakeOntology::LoadOntology(grpc::ServerContext*,
                                        const v1::LoadOntologyRequest* request,
                                        grpc::ServerWriter<v1::LoadOntologyProgress>* writer) {
  v1::LoadOntologyProgress message;
  message.set_files_total(request->paths_size());
  for (const std::string& path : request->paths()) {
    message.set_files_done(message.files_done() + 1);
    message.mutable_file()->set_path(path);
    message.mutable_file()->set_error(absl::EndsWith(path, "broken.obo") ? "line 1: not OBO" : "");
    if (message.file().error().empty()) {
      message.mutable_file()->add_warnings("3 defined classes have no parent");
      auto* language = message.mutable_file()->add_languages();
      language->set_tag("ja");
      language->set_count(12);
    }
    writer->Write(message);
    message.clear_file();
  }
  message.set_release("r1");
  message.mutable_report()->set_cycles(2);
  message.mutable_report()->set_cycle_terms(5);
  writer->Write(message);
  return grpc::Status::OK;
}

grpc::Status FakeAdmin::CreateCheckpoint(grpc::ServerContext*,
                                         const v1::CreateCheckpointRequest* request,
                                         v1::Checkpoint* response) {
  if (!absl::StartsWith(request->directory(), "/")) {
    return Refusal(grpc::StatusCode::INVALID_ARGUMENT, "directory is not absolute",
                   "VALUE_OUT_OF_RANGE", "directory");
  }
  response->set_directory(request->directory());
  response->set_sequence(42);
  return grpc::Status::OK;
}

grpc::Status FakeAdmin::RebuildIndex(grpc::ServerContext*, const v1::RebuildIndexRequest*,
                                     grpc::ServerWriter<v1::RebuildIndexProgress>* writer) {
  v1::RebuildIndexProgress message;
  message.set_newest_sequence(42);
  writer->Write(message);
  message.set_sequence(42);
  message.set_done(true);
  writer->Write(message);
  return grpc::Status::OK;
}

grpc::Status FakeAdmin::CheckIndex(grpc::ServerContext*, const v1::CheckIndexRequest*,
                                   v1::CheckIndexResponse* response) {
  for (const std::string& problem : problems) response->add_problems(problem);
  return grpc::Status::OK;
}

FakeNode::FakeNode() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
  for (grpc::Service* service : std::initializer_list<grpc::Service*>{
           &harvest, &catalogue, &search, &ontology, &phenotype, &admin}) {
    builder.RegisterService(service);
  }
  server_ = builder.BuildAndStart();
  for (const char* name : {"sources/first", "sources/second"}) {
    v1::Source source;
    source.set_name(name);
    source.set_title("A source");
    source.set_connector("idr");
    source.set_location("/somewhere");
    harvest.sources[name] = source;
  }
}

std::string FakeNode::address() const { return absl::StrCat("127.0.0.1:", port_); }

Output FakeNode::Run(std::vector<std::string> arguments, int columns) const {
  arguments.push_back("--node");
  arguments.push_back(address());
  std::ostringstream out;
  std::ostringstream err;
  Screen screen;
  screen.out = &out;
  screen.err = &err;
  screen.columns = columns;
  screen.out_is_terminal = columns > 0;
  screen.err_is_terminal = columns > 0;
  Output output;
  output.code = RunCommandLine(arguments, screen);
  output.out = out.str();
  output.err = err.str();
  return output;
}

}  // namespace parfocal::cli
