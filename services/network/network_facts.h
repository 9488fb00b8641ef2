// What the formats say of nodes and edges, once for all of them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "parfocal/v1/phenotype_service.pb.h"

namespace parfocal::network_internal {

// One attribute of a node or edge. Exactly one of the three holds it.
struct Fact {
  enum class Kind { kText, kList, kNumber, kCount };
  absl::string_view name;
  Kind kind = Kind::kText;
  std::string text;
  std::vector<std::string> list;
  double number = 0;  // Of kNumber and kCount; finite.
};

// Always the same names in the same order, so that they are the columns of a table as well.
std::vector<Fact> FactsOfNode(const v1::Network::Node& node);

// An edge between two nodes that are there, by their places.
struct Edge {
  const v1::Network::Edge* edge;
  int source, target;
};
std::vector<Edge> EdgesOf(const v1::Network& network);

std::vector<Fact> FactsOfEdge(const v1::Network::Edge& edge);

// Elements joined by "; "; one inside an element becomes ", ".
std::string Joined(const std::vector<std::string>& list);
// The shortest text that reads back as `number`.
std::string NumberText(double number);
// The value in a format that has neither lists nor types.
std::string ValueText(const Fact& fact);

}  // namespace parfocal::network_internal
