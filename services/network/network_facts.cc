#include "network_facts.h"

#include <charconv>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace parfocal::network_internal {
namespace {

using Kind = Fact::Kind;

Fact TextFact(absl::string_view name, std::string text) {
  return {name, Kind::kText, std::move(text), {}, 0};
}

template <typename List>
Fact ListFact(absl::string_view name, const List& list) {
  return {name, Kind::kList, "", {list.begin(), list.end()}, 0};
}

Fact CountFact(absl::string_view name, int64_t count) {
  return {name, Kind::kCount, "", {}, static_cast<double>(count)};
}

Fact NumberFact(absl::string_view name, double number) {
  // Neither XML readers nor JSON agree on infinities, and no weight is one.
  return {name, Kind::kNumber, "", {}, std::isfinite(number) ? number : 0};
}

std::string PooledText(const v1::PooledGene& gene) {
  std::string text = absl::StrCat(gene.symbol().empty() ? gene.gene() : gene.symbol(), " (",
                                  gene.gene(), ", ", gene.organism(), ")");
  if (gene.orthologs() > 1) absl::StrAppend(&text, ", one of ", gene.orthologs(), " orthologs");
  if (gene.co_orthologs() > 1) absl::StrAppend(&text, ", one of ", gene.co_orthologs(), " like it");
  return text;
}

}  // namespace

std::vector<Fact> FactsOfNode(const v1::Network::Node& node) {
  std::vector<std::string> pooled;
  for (const v1::PooledGene& gene : node.pooled_from()) pooled.push_back(PooledText(gene));
  return {
      TextFact("gene", node.id()),
      TextFact("name", node.symbol().empty() ? node.id() : node.symbol()),
      TextFact("organism", node.organism()),
      CountFact("studies", node.studies()),
      ListFact("terms", node.terms()),
      ListFact("labels", node.labels()),
      ListFact("source_identifiers", node.source_identifiers()),
      ListFact("pooled_from", pooled),
  };
}

std::vector<Edge> EdgesOf(const v1::Network& network) {
  absl::flat_hash_map<absl::string_view, int> places;
  for (int i = 0; i < network.nodes_size(); ++i) places.emplace(network.nodes(i).id(), i);
  std::vector<Edge> edges;
  edges.reserve(static_cast<size_t>(network.edges_size()));
  for (const v1::Network::Edge& edge : network.edges()) {
    const auto source = places.find(edge.source());
    const auto target = places.find(edge.target());
    if (source == places.end() || target == places.end()) continue;
    edges.push_back({&edge, source->second, target->second});
  }
  return edges;
}

std::vector<Fact> FactsOfEdge(const v1::Network::Edge& edge) {
  std::vector<std::string> terms, labels;
  for (const v1::SharedTerm& term : edge.shared()) {
    terms.push_back(term.term());
    labels.push_back(term.label());
  }
  std::vector<std::string> records, papers, data, licences, whom;
  for (const v1::Network::Credit& credit : edge.credits()) {
    records.push_back(credit.record());
    papers.push_back(credit.paper_doi());
    data.push_back(credit.data_doi());
    licences.push_back(credit.licence());
    whom.push_back(credit.credit());
  }
  return {
      TextFact("interaction", edge.kind()),
      NumberFact("weight", edge.weight()),
      ListFact("shared", labels),
      ListFact("shared_terms", terms),
      ListFact("studies", edge.studies()),
      ListFact("common_studies", edge.common_studies()),
      ListFact("records", records),
      ListFact("paper_doi", papers),
      ListFact("data_doi", data),
      ListFact("licence", licences),
      ListFact("credit", whom),
      ListFact("databases", edge.databases()),
  };
}

std::string Joined(const std::vector<std::string>& list) {
  return absl::StrJoin(list, "; ", [](std::string* out, const std::string& element) {
    absl::StrAppend(out, absl::StrReplaceAll(element, {{"; ", ", "}}));
  });
}

std::string NumberText(double number) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number).ptr;
  return std::string(buffer, end);
}

std::string ValueText(const Fact& fact) {
  switch (fact.kind) {
    case Kind::kText:
      return fact.text;
    case Kind::kList:
      return Joined(fact.list);
    case Kind::kNumber:
      return NumberText(fact.number);
    case Kind::kCount:
      return absl::StrCat(static_cast<int64_t>(fact.number));
  }
  return "";
}

}  // namespace parfocal::network_internal
