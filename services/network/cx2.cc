#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "network_facts.h"
#include "parfocal/network/network_text.h"

namespace parfocal {
namespace {

using namespace network_internal;  // NOLINT: one of the formats that it is for.

void AppendString(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    const unsigned char byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      absl::StrAppendFormat(out, "\\u%04x", byte);
    } else {
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void AppendValue(const Fact& fact, std::string* out) {
  switch (fact.kind) {
    case Fact::Kind::kText:
      return AppendString(fact.text, out);
    case Fact::Kind::kNumber:
    case Fact::Kind::kCount:
      absl::StrAppend(out, ValueText(fact));
      return;
    case Fact::Kind::kList:
      break;
  }
  out->push_back('[');
  for (size_t i = 0; i < fact.list.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendString(fact.list[i], out);
  }
  out->push_back(']');
}

absl::string_view TypeOf(Fact::Kind kind) {
  switch (kind) {
    case Fact::Kind::kNumber:
      return "double";
    case Fact::Kind::kCount:
      return "long";
    case Fact::Kind::kList:
      return "list_of_string";
    case Fact::Kind::kText:
      break;
  }
  return "string";
}

// {"name": value, ...}
void AppendFacts(const std::vector<Fact>& facts, std::string* out) {
  out->push_back('{');
  for (size_t i = 0; i < facts.size(); ++i) {
    if (i > 0) out->push_back(',');
    AppendString(facts[i].name, out);
    out->push_back(':');
    AppendValue(facts[i], out);
  }
  out->push_back('}');
}

void AppendDeclarations(absl::string_view aspect, const std::vector<Fact>& facts,
                        std::string* out) {
  absl::StrAppend(out, "\"", aspect, "\":{");
  for (size_t i = 0; i < facts.size(); ++i) {
    absl::StrAppend(out, i > 0 ? "," : "", "\"", facts[i].name, "\":{\"d\":\"",
                    TypeOf(facts[i].kind), "\"}");
  }
  out->push_back('}');
}

std::vector<Fact> FactsOfGraph(const v1::Network& network, const NetworkCaption& caption) {
  auto text = [](absl::string_view name, const std::string& value) {
    return Fact{name, Fact::Kind::kText, value, {}, 0};
  };
  return {text("name", caption.title), text("description", caption.description),
          text("revision", network.revision())};
}

}  // namespace

std::string ToCx2(const v1::Network& network, const NetworkCaption& caption) {
  const std::vector<Edge> edges = EdgesOf(network);
  const std::vector<Fact> graph = FactsOfGraph(network, caption);
  std::string out = "[{\"CXVersion\":\"2.0\",\"hasFragments\":false},\n";
  absl::StrAppend(&out,
                  "{\"metaData\":[{\"name\":\"attributeDeclarations\",\"elementCount\":1},"
                  "{\"name\":\"networkAttributes\",\"elementCount\":1},"
                  "{\"name\":\"nodes\",\"elementCount\":",
                  network.nodes_size(), "},{\"name\":\"edges\",\"elementCount\":", edges.size(),
                  "}]},\n{\"attributeDeclarations\":[{");
  AppendDeclarations("networkAttributes", graph, &out);
  out.push_back(',');
  AppendDeclarations("nodes", FactsOfNode(v1::Network::Node::default_instance()), &out);
  out.push_back(',');
  AppendDeclarations("edges", FactsOfEdge(v1::Network::Edge::default_instance()), &out);
  absl::StrAppend(&out, "}]},\n{\"networkAttributes\":[");
  AppendFacts(graph, &out);
  absl::StrAppend(&out, "]},\n{\"nodes\":[");
  for (int i = 0; i < network.nodes_size(); ++i) {
    absl::StrAppend(&out, i > 0 ? ",\n" : "\n", "{\"id\":", i, ",\"v\":");
    AppendFacts(FactsOfNode(network.nodes(i)), &out);
    out.push_back('}');
  }
  absl::StrAppend(&out, "]},\n{\"edges\":[");
  for (size_t i = 0; i < edges.size(); ++i) {
    absl::StrAppend(&out, i > 0 ? ",\n" : "\n", "{\"id\":", i, ",\"s\":", edges[i].source,
                    ",\"t\":", edges[i].target, ",\"v\":");
    AppendFacts(FactsOfEdge(*edges[i].edge), &out);
    out.push_back('}');
  }
  absl::StrAppend(&out, "]},\n{\"status\":[{\"success\":true}]}]\n");
  return out;
}

}  // namespace parfocal
