#include "absl/strings/str_cat.h"
#include "fake_node.h"

namespace parfocal::cli {

// 250 rows, in pages.
grpc::Status FakeOntology::ListMappings(grpc::ServerContext*,
                                        const v1::ListMappingsRequest* request,
                                        v1::ListMappingsResponse* response) {
  last_list = *request;
  int at = request->page_token().empty() ? 0 : std::stoi(request->page_token());
  for (; at < 250 && response->mappings_size() < request->page_size(); ++at) {
    v1::Mapping* mapping = response->add_mappings();
    mapping->set_subject_label(absl::StrCat("words ", at));
    mapping->set_field("phenotype");
    mapping->set_predicate("skos:exactMatch");
    mapping->set_object("EX:0000001");
    mapping->set_object_label("bent\x1b cell");
    mapping->set_mapping_set("curator");
    mapping->set_author("A. Curator");
  }
  if (at < 250) response->set_next_page_token(absl::StrCat(at));
  return grpc::Status::OK;
}

grpc::Status FakeOntology::ListMappingSets(grpc::ServerContext*, const v1::ListMappingSetsRequest*,
                                           v1::ListMappingSetsResponse* response) {
  v1::MappingSet* set = response->add_sets();
  set->set_id("urn:words");
  set->set_rows(1234);
  set->add_uses(v1::MappingSet::WORDS);
  response->add_sets()->set_id("urn:bridges");
  response->set_decisions(1);
  return grpc::Status::OK;
}

grpc::Status FakeOntology::AcceptMapping(grpc::ServerContext*,
                                         const v1::AcceptMappingRequest* request,
                                         v1::MappingDecision* response) {
  last_accept = *request;
  if (request->term() == "EX:9999999") {
    return Refusal(grpc::StatusCode::INVALID_ARGUMENT, "term: is in no loaded ontology",
                   "TERM_UNKNOWN", "term");
  }
  response->mutable_mapping()->set_subject_label(request->words());
  response->mutable_mapping()->set_field(request->field());
  response->mutable_mapping()->set_object(request->term());
  response->set_records_changed(1200);
  response->set_sequence(77);
  return grpc::Status::OK;
}

grpc::Status FakeOntology::RejectMapping(grpc::ServerContext*,
                                         const v1::RejectMappingRequest* request,
                                         v1::MappingDecision* response) {
  last_reject = *request;
  response->mutable_mapping()->set_subject_label(request->words());
  response->mutable_mapping()->set_object(request->term());
  response->mutable_mapping()->set_negated(true);
  return grpc::Status::OK;
}

grpc::Status FakeOntology::ImportMappings(grpc::ServerContext*,
                                          const v1::ImportMappingsRequest* request,
                                          v1::ImportMappingsResponse* response) {
  last_import = *request;
  response->set_mapping_set("urn:set");
  response->set_rows(3);
  response->set_accepted(request->content() == "whole\n" ? 3 : 2);
  if (response->accepted() == 3) return grpc::Status::OK;
  response->add_errors()->set_line(2);
  response->mutable_errors(0)->set_reason("object_id is empty");
  return grpc::Status::OK;
}

grpc::Status FakeOntology::ExportMappings(grpc::ServerContext*,
                                          const v1::ExportMappingsRequest* request,
                                          grpc::ServerWriter<v1::ExportMappingsResponse>* writer) {
  last_export = *request;
  for (const char* part : {"#a: b\nsubject", "_id\n"}) {
    v1::ExportMappingsResponse response;
    response.set_content(part);
    writer->Write(response);
  }
  return grpc::Status::OK;
}

}  // namespace parfocal::cli
