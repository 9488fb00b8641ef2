#include "absl/strings/str_cat.h"
#include "network_facts.h"
#include "parfocal/network/network_text.h"

namespace parfocal {
namespace {

using namespace network_internal;  // NOLINT: one of the formats that it is for.

// XML 1.0 has no way at all to write most control characters, nor U+FFFE and U+FFFF.
std::string Xml(absl::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\t' || c == '\n' || c == '\r') {
      out += ' ';
    } else if (c < 0x20 || c == 0x7f) {
      out += "\xEF\xBF\xBD";
    } else if (c == 0xEF &&
               (text.substr(i, 3) == "\xEF\xBF\xBE" || text.substr(i, 3) == "\xEF\xBF\xBF")) {
      out += "\xEF\xBF\xBD";
      i += 2;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out;
}

absl::string_view TypeOf(Fact::Kind kind) {
  switch (kind) {
    case Fact::Kind::kNumber:
      return "double";
    case Fact::Kind::kCount:
      return "long";
    case Fact::Kind::kText:
    case Fact::Kind::kList:
      break;
  }
  return "string";
}

// Keys are told apart by what they are for, since nodes and edges both have "studies".
void AppendKeys(absl::string_view what, const std::vector<Fact>& facts, std::string* out) {
  for (const Fact& fact : facts) {
    absl::StrAppend(out, "  <key id=\"", what, "_", fact.name, "\" for=\"", what, "\" attr.name=\"",
                    fact.name, "\" attr.type=\"", TypeOf(fact.kind), "\"/>\n");
  }
}

void AppendData(absl::string_view what, const std::vector<Fact>& facts, std::string* out) {
  for (const Fact& fact : facts) {
    const std::string value = ValueText(fact);
    if (value.empty()) continue;
    absl::StrAppend(out, "      <data key=\"", what, "_", fact.name, "\">", Xml(value),
                    "</data>\n");
  }
}

std::vector<Fact> FactsOfGraph(const v1::Network& network, const NetworkCaption& caption) {
  auto text = [](absl::string_view name, const std::string& value) {
    return Fact{name, Fact::Kind::kText, value, {}, 0};
  };
  return {text("name", caption.title),
          text("description", caption.description),
          text("revision", network.revision()),
          {"edges_left_out",
           Fact::Kind::kCount,
           "",
           {},
           static_cast<double>(network.edges_left_out())}};
}

}  // namespace

std::string ToGraphMl(const v1::Network& network, const NetworkCaption& caption) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" "
      "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
      "xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns "
      "http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">\n";
  const std::vector<Fact> graph = FactsOfGraph(network, caption);
  AppendKeys("graph", graph, &out);
  AppendKeys("node", FactsOfNode(v1::Network::Node::default_instance()), &out);
  AppendKeys("edge", FactsOfEdge(v1::Network::Edge::default_instance()), &out);
  absl::StrAppend(&out, "  <graph id=\"network\" edgedefault=\"undirected\">\n");
  AppendData("graph", graph, &out);
  for (int i = 0; i < network.nodes_size(); ++i) {
    absl::StrAppend(&out, "    <node id=\"n", i, "\">\n");
    AppendData("node", FactsOfNode(network.nodes(i)), &out);
    absl::StrAppend(&out, "    </node>\n");
  }
  int number = 0;
  for (const Edge& edge : EdgesOf(network)) {
    absl::StrAppend(&out, "    <edge id=\"e", number++, "\" source=\"n", edge.source,
                    "\" target=\"n", edge.target, "\">\n");
    AppendData("edge", FactsOfEdge(*edge.edge), &out);
    absl::StrAppend(&out, "    </edge>\n");
  }
  absl::StrAppend(&out, "  </graph>\n</graphml>\n");
  return out;
}

}  // namespace parfocal
