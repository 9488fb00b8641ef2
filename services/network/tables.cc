#include "absl/strings/str_cat.h"
#include "network_facts.h"
#include "parfocal/network/network_text.h"

namespace parfocal {
namespace {

using namespace network_internal;  // NOLINT: one of the formats that it is for.

// A cell of a tab-separated line: what would end it becomes a space.
std::string CellText(absl::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
  }
  return out;
}

void AppendHeader(const std::vector<Fact>& facts, std::string* out) {
  for (const Fact& fact : facts) absl::StrAppend(out, out->empty() ? "" : "\t", fact.name);
  out->push_back('\n');
}

void AppendCells(const std::vector<Fact>& facts, absl::string_view before, std::string* out) {
  for (const Fact& fact : facts) {
    absl::StrAppend(out, before, CellText(ValueText(fact)));
    before = "\t";
  }
  out->push_back('\n');
}

}  // namespace

std::string ToSif(const v1::Network& network) {
  std::string out;
  std::vector<bool> joined(static_cast<size_t>(network.nodes_size()));
  for (const Edge& edge : EdgesOf(network)) {
    joined[static_cast<size_t>(edge.source)] = joined[static_cast<size_t>(edge.target)] = true;
    absl::StrAppend(&out, CellText(edge.edge->source()), "\t", CellText(edge.edge->kind()), "\t",
                    CellText(edge.edge->target()), "\n");
  }
  for (int i = 0; i < network.nodes_size(); ++i) {
    if (!joined[static_cast<size_t>(i)])
      absl::StrAppend(&out, CellText(network.nodes(i).id()), "\n");
  }
  return out;
}

std::string ToEdgeTable(const v1::Network& network) {
  std::string out = "source\ttarget";
  AppendHeader(FactsOfEdge(v1::Network::Edge::default_instance()), &out);
  for (const Edge& edge : EdgesOf(network)) {
    absl::StrAppend(&out, CellText(edge.edge->source()), "\t", CellText(edge.edge->target()));
    AppendCells(FactsOfEdge(*edge.edge), "\t", &out);
  }
  return out;
}

std::string ToNodeTable(const v1::Network& network) {
  std::string out;
  AppendHeader(FactsOfNode(v1::Network::Node::default_instance()), &out);
  for (const v1::Network::Node& node : network.nodes()) AppendCells(FactsOfNode(node), "", &out);
  return out;
}

}  // namespace parfocal
