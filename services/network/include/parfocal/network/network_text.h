// A network of genes (BuildNetwork) in the formats that other programs open: GraphML (yEd,
// networkx, igraph, Gephi), CX2 (NDEx, Cytoscape 3.10), SIF and tables (Cytoscape, spreadsheets).
//
// Every format has the same nodes and edges, undirected, in the order of the message. Each edge
// says which studies it rests on, and for each of them the record (source and accession), paper and
// data DOI, licence and whom to credit: the lists of one edge are in parallel, and an element of
// them may be empty. Lists are joined by "; " where a format has none (a "; " inside an element
// becomes ", ").
//
// Text of records is untrusted: characters that a format cannot hold (control characters; tabs and
// line ends in tables) become a space, or U+FFFD in XML. Strings are UTF-8, as protobuf guarantees.
//
// An edge that names no node of the network is left out; BuildNetwork sends none.
//
// Pure functions: any thread. Time and memory are linear in the message.
#pragma once

#include <string>

#include "parfocal/v1/phenotype_service.pb.h"

namespace parfocal {

// What the network is of, for people who find the file a year later.
struct NetworkCaption {
  std::string title;        // "elongated cell"
  std::string description;  // The request, and the command that repeats it.
};

// GraphML 1.0 (graphml.graphdrawing.org, XML schema 1.0rc). Node ids are n0, n1, ...; the gene's id
// is the attribute "gene", its symbol "name".
std::string ToGraphMl(const v1::Network& network, const NetworkCaption& caption);
// CX2 (CX data model version 2.0, ndexbio.org), without visual properties. Lists are lists.
std::string ToCx2(const v1::Network& network, const NetworkCaption& caption);
// Simple interaction format, tab-separated: id, kind of edge, id; a node without edges stands
// alone. Holds nothing else: ToEdgeTable and ToNodeTable say the rest under the same ids.
std::string ToSif(const v1::Network& network);
// Tab-separated with a header line; "shared" holds labels, "shared_terms" CURIEs.
std::string ToEdgeTable(const v1::Network& network);
std::string ToNodeTable(const v1::Network& network);

}  // namespace parfocal
