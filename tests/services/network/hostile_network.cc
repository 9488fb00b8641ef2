#include "services/network/hostile_network.h"

namespace parfocal::testing {
namespace {

v1::Network::Node* AddNode(v1::Network* network, const std::string& id, const std::string& symbol) {
  v1::Network::Node* node = network->add_nodes();
  node->set_id(id);
  node->set_symbol(symbol);
  node->set_organism("EX:organism");
  node->set_studies(2);
  node->add_terms("EX:0000001");
  node->add_labels("bent <cell> & \"more\"");
  return node;
}

v1::Network::Credit CreditOf(const std::string& source) {
  v1::Network::Credit credit;
  credit.set_study("S1");
  credit.set_record("sources/" + source + "/studies/S1");
  if (source == "first") {
    credit.set_paper_doi("10.1/a&b");
    credit.set_licence("CC0-1.0");
    credit.set_credit("Bob; Eve");
  } else {
    credit.set_data_doi("10.2/c");
  }
  return credit;
}

v1::Network::Edge* AddEdge(v1::Network* network, const std::string& source,
                           const std::string& target, double weight) {
  v1::Network::Edge* edge = network->add_edges();
  edge->set_source(source);
  edge->set_target(target);
  edge->set_kind("phenotype");
  edge->set_weight(weight);
  // Two sources have a study of one accession.
  for (const char* source : {"first", "second"}) {
    edge->add_studies("S1");
    *edge->add_credits() = CreditOf(source);
  }
  edge->add_common_studies("S1");
  v1::SharedTerm* shared = edge->add_shared();
  shared->set_term("EX:0000001");
  shared->set_label("bent\tcell");
  return edge;
}

}  // namespace

v1::Network HostileNetwork() {
  v1::Network network;
  network.set_revision("7 a/b");
  AddNode(&network, "EX:1", "abc")->add_source_identifiers("x; y");
  AddNode(&network, "EX:2", "abc");
  AddNode(&network, "organism|<id>\n2", "\x1b]0;title\x07\xE2\x80\xAE");
  v1::PooledGene* pooled = AddNode(&network, "EX:4", "]]>\xEF\xBF\xBE")->add_pooled_from();
  pooled->set_gene("EX:9");
  pooled->set_symbol("q");
  pooled->set_organism("EX:other");
  pooled->set_orthologs(2);
  pooled->set_co_orthologs(3);
  AddEdge(&network, "EX:1", "EX:2", 4.25);
  AddEdge(&network, "EX:2", "organism|<id>\n2", 0.1);
  v1::Network::Edge* interaction = AddEdge(&network, "EX:1", "organism|<id>\n2", 3);
  interaction->set_kind("interaction");
  interaction->add_databases("net\tof; genes");
  for (const char* source : {"first", "second"}) *network.add_credits() = CreditOf(source);
  network.set_edges_left_out(5);
  return network;
}

}  // namespace parfocal::testing
