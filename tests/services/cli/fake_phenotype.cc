#include "services/cli/fake_phenotype.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/cli/fake_node.h"

namespace parfocal::cli {
namespace {

constexpr int kGenes = 6;
constexpr char kHostile[] = "\x1b[2Jx\xE2\x80\xAE";

void FillEvidence(v1::TermEvidence* evidence, const std::string& study) {
  evidence->set_study(study);
  evidence->set_block("screenA");
  evidence->set_term("EX:0000001");
  evidence->set_label("bent cell");
  evidence->set_positive(3);
  evidence->set_negative(5);
}

void FillResolution(const std::string& name, v1::GeneResolution* resolution) {
  resolution->set_text(name);
  if (absl::StartsWith(name, "g")) {
    resolution->set_outcome(v1::GeneResolution::ONE);
    resolution->set_gene(absl::StrCat("EX:", name));
  } else if (name == "1-Mar") {
    resolution->set_outcome(v1::GeneResolution::DAMAGED);
    resolution->set_reason("MARCH1 or MARC1");
  } else {
    resolution->set_outcome(v1::GeneResolution::UNKNOWN);
  }
}

}  // namespace

grpc::Status FakePhenotype::FindGenes(grpc::ServerContext*, const v1::FindGenesRequest* request,
                                      v1::FindGenesResponse* response) {
  last_find = *request;
  if (request->expression() == "AND") {
    return Refusal(grpc::StatusCode::INVALID_ARGUMENT, "expression: a term was expected at byte 0",
                   "EXPRESSION_SYNTAX", "expression");
  }
  int begin = 0;
  if (!request->page_token().empty() && !absl::SimpleAtoi(request->page_token(), &begin))
    return grpc::Status(grpc::StatusCode::INTERNAL, "token");
  // Two genes a page, so that a client that ignores tokens is found out.
  const int end = std::min({kGenes, begin + 2, begin + request->page_size()});
  for (int i = begin; i < end; ++i) {
    v1::GeneHit* hit = response->add_genes();
    hit->set_gene(absl::StrCat("EX:", i));
    hit->set_symbol(i == 0 ? kHostile : absl::StrCat("g", i));
    hit->set_studies(2);
    hit->add_source_identifiers(absl::StrCat("id", i));
    FillEvidence(hit->add_evidence(), "S1");
    FillEvidence(hit->add_evidence(), "S2");
  }
  if (end < kGenes) response->set_next_page_token(absl::StrCat(end));
  response->set_total_size(kGenes);
  response->set_total_source_identifiers(kGenes);
  response->set_revision("7 r1");
  auto* term = response->mutable_explain()->add_terms();
  term->set_asked(request->expression());
  term->add_bad_edges("wide cell (EX:0000009)");
  response->mutable_explain()->add_left_out("12 image sets are controls");
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::FindCompounds(grpc::ServerContext*,
                                          const v1::FindCompoundsRequest* request,
                                          v1::FindCompoundsResponse* response) {
  last_compounds = *request;
  v1::CompoundHit* hit = response->add_compounds();
  hit->set_name(kHostile);
  hit->set_image_sets(4);
  response->set_total_size(1);
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::BatchGetGeneProfiles(grpc::ServerContext*,
                                                 const v1::BatchGetGeneProfilesRequest* request,
                                                 v1::BatchGetGeneProfilesResponse* response) {
  batches.push_back(request->genes_size());
  int whole = 0;
  for (const std::string& name : request->genes()) {
    v1::GeneProfile* profile = response->add_profiles();
    profile->set_asked(name);
    FillResolution(name, profile->mutable_resolution());
    if (profile->resolution().outcome() != v1::GeneResolution::ONE) continue;
    if (++whole > profiles_that_fit) continue;
    profile->set_gene(profile->resolution().gene());
    profile->set_symbol(name);
    auto* entry = profile->add_terms();
    entry->set_term("EX:0000001");
    entry->set_label(kHostile);
    entry->set_positive(3);
    FillEvidence(entry->add_evidence(), "S1");
    auto* screen = profile->add_screens();
    screen->set_study("S1");
    screen->set_image_sets(8);
    auto* ancestor = profile->add_ancestors();
    ancestor->set_label("cell");
    ancestor->set_scored(4);
    ancestor->set_negative(1);
  }
  response->set_revision(batches.size() > changes_at_batch ? "8 r1" : "7 r1");
  response->mutable_explain()->add_rules("a rule of profiles");
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::SimilarGenes(grpc::ServerContext*,
                                         const v1::SimilarGenesRequest* request,
                                         v1::SimilarGenesResponse* response) {
  FillResolution(request->gene(), response->mutable_resolution());
  last_similar = *request;
  if (response->resolution().outcome() != v1::GeneResolution::ONE) return grpc::Status::OK;
  // A token is for a request of the same limit.
  int begin = 0;
  if (!request->page_token().empty() &&
      !absl::SimpleAtoi(
          absl::StripPrefix(request->page_token(), absl::StrCat(request->limit(), "-")), &begin))
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "token");
  const int end = std::min({kGenes, begin + 2, begin + request->limit()});
  for (int i = begin; i < end; ++i) {
    auto* match = response->add_genes();
    match->set_symbol(absl::StrCat("g", i + 2));
    match->set_score(request->measure() == v1::RESNIK_BMA ? 2.5 : 0.75);
    match->add_shared()->set_label("bent cell");
  }
  if (end < kGenes) response->set_next_page_token(absl::StrCat(request->limit(), "-", end));
  response->set_total_size(kGenes);
  if (request->background().genes_size() > 0)
    FillResolution("1-Mar", response->add_background_not_used());
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::CompareProfiles(grpc::ServerContext*,
                                            const v1::CompareProfilesRequest* request,
                                            v1::CompareProfilesResponse* response) {
  response->set_sim_gic(request->a_size());
  response->set_resnik_bma(request->b_size());
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::EnrichTerms(grpc::ServerContext*, const v1::EnrichTermsRequest* request,
                                        v1::EnrichTermsResponse* response) {
  last_enrich = *request;
  auto* row = response->add_terms();
  row->set_id("EX:0000001");
  row->set_p(0.000125);
  row->set_q(0.25);
  response->set_tested(1);
  for (const std::string& name : request->genes()) {
    if (!absl::StartsWith(name, "g")) FillResolution(name, response->add_not_used());
  }
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::EnrichGenes(grpc::ServerContext*, const v1::EnrichGenesRequest*,
                                        v1::EnrichGenesResponse* response) {
  response->add_genes()->set_label("g4");
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::BuildNetwork(grpc::ServerContext*,
                                         const v1::BuildNetworkRequest* request,
                                         v1::Network* response) {
  last_network = *request;
  // Three pages: nodes; edges; credits.
  if (request->page_token().empty()) {
    response->add_nodes()->set_id("EX:1");
    response->add_nodes()->set_id("EX:2");
    response->set_next_page_token("edges");
  } else if (request->page_token() == "edges") {
    auto* edge = response->add_edges();
    edge->set_source("EX:1");
    edge->set_target("EX:2");
    edge->set_kind("phenotype");
    edge->add_studies("S1");
    edge->add_credits()->set_licence("CC0-1.0");
    response->set_next_page_token("credits");
  } else {
    response->add_credits()->set_study("S1");
  }
  response->set_edges_left_out(3);
  FillResolution("1-Mar", response->add_not_used());
  response->mutable_explain()->add_terms()->set_label("bent cell");
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::SampleTerms(grpc::ServerContext*, const v1::SampleTermsRequest* request,
                                        v1::SampleTermsResponse* response) {
  auto* row = response->add_terms();
  row->set_term("EX:0000001");
  row->set_label(request->scope().kind() == v1::Observation::LOCALISATION ? "nucleus"
                                                                          : "bent cell");
  row->set_controls(11);
  response->set_total_size(1);
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::CoverageReport(grpc::ServerContext*,
                                           const v1::CoverageReportRequest* request,
                                           v1::CoverageReportResponse* response) {
  response->set_revision("7 r1");
  if (request->page_token().empty()) {
    response->add_species()->set_assayed(1234);
    response->set_next_page_token("screens");
    return grpc::Status::OK;
  }
  auto* screen = response->add_screens();
  screen->set_study("S1");
  screen->set_block("screenA");
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::ListUnattributed(grpc::ServerContext*,
                                             const v1::ListUnattributedRequest*,
                                             v1::ListUnattributedResponse* response) {
  auto* row = response->add_rows();
  row->set_study("S1");
  row->set_reason("no term");
  row->set_finding(kHostile);
  response->set_total_size(1);
  return grpc::Status::OK;
}

grpc::Status FakePhenotype::GetEvidence(grpc::ServerContext*, const v1::GetEvidenceRequest* request,
                                        v1::GetEvidenceResponse* response) {
  last_evidence = *request;
  FillResolution(request->subject(), response->mutable_resolution());
  if (request->which() == v1::GetEvidenceRequest::NEGATIVES) return grpc::Status::OK;
  auto* item = response->add_items();
  item->set_image_set("sources/s/studies/S1/imageSets/screenA/P1/A1");
  item->mutable_observation()->mutable_finding()->set_value(kHostile);
  item->add_perturbations()->add_genes("g1");
  item->set_raw_sha256("00ff");
  response->set_total_size(1);
  return grpc::Status::OK;
}

}  // namespace parfocal::cli
