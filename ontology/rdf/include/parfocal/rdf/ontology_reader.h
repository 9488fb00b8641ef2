// Reads one ontology file into a stream of terms. The only folder that knows RDF, OBO and OBO
// Graphs.
//
// Formats, told apart by their first bytes and never by the file's name: RDF/XML, Turtle and
// N-Triples (through Raptor), OBO 1.2 and 1.4, OBO Graphs JSON, the node-link JSON of nxontology,
// a JSON list of obsolete ids with their replacements, and tables whose columns a layout declares;
// each of them plain or in gzip. OWL functional syntax, OWL/XML and Manchester syntax are
// recognised and refused by name.
//
// Ids are handed out as the file writes them (an IRI, or the id of an OBO stanza): one spelling for
// all is the business of ontology/terms. Only what is asserted is read; nothing is inferred.
//
// Memory: OBO is streamed stanza by stanza; RDF and JSON hold the terms of one file until its end,
// since RDF may say anything anywhere. Nothing is fetched from the network.
// Thread safety: calls are independent of each other; one call stays on its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/rdf/table_layout.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

enum class OntologyFormat : uint8_t {
  kUnknown = 0,
  kRdfXml,
  kTurtle,
  kNTriples,
  kObo,
  kOboGraphs,
  kNodeLink,      // nxontology's JSON.
  kObsoleteList,  // A JSON list of obsolete ids.
  kTable,         // Tab-separated, by a TableLayout.
};
absl::string_view FormatName(OntologyFormat format);

enum class EdgeKind : uint8_t { kIsA = 0, kPartOf = 1 };

struct ParsedEdge {
  std::string parent;
  EdgeKind kind = EdgeKind::kIsA;
  friend bool operator==(const ParsedEdge&, const ParsedEdge&) = default;
};

// A statement beyond the hierarchy. Without a target, `label` is to be looked up in the ontologies
// `among`.
struct ParsedRelation {
  std::string predicate;
  std::string target;
  std::string label;
  std::vector<std::string> among;
  friend bool operator==(const ParsedRelation&, const ParsedRelation&) = default;
};

// Untagged, `en` or `en-*`: such a label goes before those in other languages.
bool IsEnglish(absl::string_view language);

// What one file says about one class.
struct ParsedTerm {
  std::string id;
  // The label that is untagged or tagged `en` or `en-*`; for want of it the first in any language.
  // The other labels are among the synonyms, with their language.
  std::string label;
  std::string label_language;  // Empty if untagged.
  std::vector<Synonym> synonyms;
  std::string definition;
  std::vector<std::string> xrefs;
  std::vector<ParsedEdge> parents;
  std::vector<std::string> alt_ids;
  std::vector<ParsedRelation> relations;
  bool obsolete = false;
  std::string replaced_by;
};

struct ReadLimits {
  int64_t file_bytes = int64_t{1} << 30;  // Decoded.
  int64_t classes = 5'000'000;
  int64_t synonyms_per_term = 1'000;
  int64_t triples = 200'000'000;
  int turtle_depth = 128;  // Of brackets.
  int xml_depth = 200;     // Of elements.
  // A longer one refuses a file of RDF; elsewhere it is left out with a warning.
  int64_t literal_bytes = 1 << 20;
  int64_t line_bytes = 1 << 20;  // Of OBO and tables; a longer one is passed over with a warning.
};

// The counts of one file, of what it says before anything is merged.
struct ReadReport {
  OntologyFormat format = OntologyFormat::kUnknown;
  std::string ontology;  // Its IRI or name; empty if it does not say.
  std::string version;
  int64_t bytes = 0;             // Decoded.
  int64_t triples = 0;           // Statements, of RDF only.
  int64_t nodes = 0, edges = 0;  // Of JSON only, as listed.
  int64_t rows = 0;              // Of tables only, those passed over included.
  int64_t classes = 0;
  int64_t labelled = 0;
  int64_t typedefs = 0;  // Relations, which are passed over.
  // By SynonymScope; a synonym without scope counts as RELATED, as OBO says.
  int64_t synonyms[4] = {0, 0, 0, 0};
  int64_t obsolete = 0;
  int64_t replaced = 0;  // Statements of a replacement.
  int64_t definitions = 0;
  int64_t xrefs = 0;
  int64_t is_a = 0;
  int64_t part_of = 0;
  int64_t relations = 0;
  // Live classes that are defined by an equivalence or intersection but have no parent: a sign that
  // the file was not classified, so its closure is poor.
  int64_t unclassified = 0;
  std::map<std::string, int64_t> languages;  // Tags of labels and synonyms.
  std::vector<std::string> warnings;         // At most 20.

  int64_t AllSynonyms() const { return synonyms[0] + synonyms[1] + synonyms[2] + synonyms[3]; }
  void Warn(std::string text) {
    if (warnings.size() < 20) warnings.push_back(std::move(text));
  }
};

// Takes a term; a failure ends the reading and is returned. An id may come more than once.
using TermSink = std::function<absl::Status(ParsedTerm&&)>;

// Fails with INVALID_ARGUMENT (a syntax we do not read, by its name and with the file beside it
// that holds the same in one that we read; a table that no layout describes, with its columns; a
// syntax error, with its place), RESOURCE_EXHAUSTED (a limit, by its name), NOT_FOUND, or DATA_LOSS
// (damaged gzip). What was handed to `sink` before a failure is to be thrown away. Without `tables`
// no table is read.
absl::StatusOr<ReadReport> ReadOntologyFile(const std::string& path, const ReadLimits& limits,
                                            const TermSink& sink,
                                            const TableLayouts* tables = nullptr);
// The same from bytes in memory. `name` is for messages.
absl::StatusOr<ReadReport> ReadOntologyBytes(absl::string_view bytes, absl::string_view name,
                                             const ReadLimits& limits, const TermSink& sink,
                                             const TableLayouts* tables = nullptr);

// What the first bytes of a decoded file say; INVALID_ARGUMENT names the syntax where we know but
// do not read it.
absl::StatusOr<OntologyFormat> SniffOntology(absl::string_view head);

}  // namespace parfocal
