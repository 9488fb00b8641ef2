#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "parfocal/rdf/ontology_reader.h"

namespace parfocal {
namespace {

absl::Status Refuse(absl::string_view syntax) {
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat(
          "ontology: the file is in ", syntax,
          ", which is not read; convert it to RDF/XML, Turtle or OBO (for instance with ROBOT)")),
      "ONTOLOGY_FILE");
}

// From the first line on that is neither blank nor a comment of Turtle, OBO or functional syntax.
absl::string_view SkipComments(absl::string_view text) {
  while (true) {
    text = absl::StripLeadingAsciiWhitespace(text);
    if (text.empty() || (text.front() != '#' && text.front() != '!')) return text;
    const size_t line = text.find('\n');
    if (line == absl::string_view::npos) return "";
    text.remove_prefix(line + 1);
  }
}

absl::StatusOr<OntologyFormat> SniffXml(absl::string_view text) {
  // The root element is the first "<" that no "?" or "!" follows.
  size_t at = 0;
  int brackets = 0;  // Of an internal DTD subset, whose declarations are no elements.
  for (; at + 1 < text.size(); ++at) {
    if (text[at] == '[') ++brackets;
    if (text[at] == ']') --brackets;
    if (absl::StartsWith(text.substr(at), "<!--")) {
      const size_t end = text.find("-->", at);
      if (end == absl::string_view::npos) break;
      at = end + 2;
      continue;
    }
    if (text[at] == '<' && brackets <= 0 && text[at + 1] != '?' && text[at + 1] != '!') break;
  }
  const absl::string_view root = text.substr(std::min(at, text.size()));
  if (absl::StartsWith(root, "<Ontology")) return Refuse("OWL/XML");
  const size_t name_end = root.find_first_of(" \t\r\n/>");
  const absl::string_view name = root.substr(0, name_end);
  if (absl::EndsWith(name, "RDF") || absl::StrContains(root, "22-rdf-syntax-ns#") ||
      (name_end == absl::string_view::npos && absl::StrContains(text, "rdf"))) {
    return OntologyFormat::kRdfXml;
  }
  if (at + 1 >= text.size()) return OntologyFormat::kRdfXml;  // A long DTD: let Raptor see.
  return Refuse(absl::StrCat("XML with the root ", name.substr(0, 40), ">"));
}

bool LooksLikeObo(absl::string_view text) {
  const absl::string_view line = text.substr(0, text.find('\n'));
  if (absl::StartsWith(line, "[Term]") || absl::StartsWith(line, "[Typedef]")) return true;
  const size_t colon = line.find(": ");
  if (colon == absl::string_view::npos || colon == 0) return false;
  const absl::string_view tag = line.substr(0, colon);
  for (absl::string_view known :
       {"format-version", "data-version", "ontology", "date", "saved-by", "auto-generated-by",
        "default-namespace", "subsetdef", "synonymtypedef", "remark", "idspace", "import", "id",
        "version", "treat-xrefs-as-equivalent", "default-relationship-id-prefix",
        "property_value"}) {
    if (tag == known) return true;
  }
  return false;
}

absl::StatusOr<OntologyFormat> SniffJson(absl::string_view text) {
  if (text.front() == '[') {
    // A Turtle document may begin with a blank node, too.
    const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(1));
    if (absl::StartsWith(rest, "{")) return OntologyFormat::kObsoleteList;
    return OntologyFormat::kTurtle;
  }
  if (absl::StrContains(text, "\"graphs\"")) return OntologyFormat::kOboGraphs;
  if (absl::StrContains(text, "\"nxontology_version\"") ||
      absl::StrContains(text, "\"directed\"")) {
    return OntologyFormat::kNodeLink;
  }
  if (absl::StrContains(text, "\"@context\"") || absl::StrContains(text, "\"@graph\"")) {
    return Refuse("JSON-LD");
  }
  return OntologyFormat::kOboGraphs;
}

bool LooksLikeNTriples(absl::string_view text) {
  const absl::string_view line = text.substr(0, text.find('\n'));
  const absl::string_view bare = absl::StripTrailingAsciiWhitespace(line);
  if (!absl::StartsWith(line, "<") && !absl::StartsWith(line, "_:")) return false;
  return absl::EndsWith(bare, ".") && absl::StrContains(line, "> ");
}

}  // namespace

absl::string_view FormatName(OntologyFormat format) {
  switch (format) {
    case OntologyFormat::kUnknown:
      return "unknown";
    case OntologyFormat::kRdfXml:
      return "RDF/XML";
    case OntologyFormat::kTurtle:
      return "Turtle";
    case OntologyFormat::kNTriples:
      return "N-Triples";
    case OntologyFormat::kObo:
      return "OBO";
    case OntologyFormat::kOboGraphs:
      return "OBO Graphs JSON";
    case OntologyFormat::kNodeLink:
      return "node-link JSON";
    case OntologyFormat::kObsoleteList:
      return "list of obsolete ids";
    case OntologyFormat::kTable:
      return "table";
  }
  return "unknown";
}

absl::StatusOr<OntologyFormat> SniffOntology(absl::string_view head) {
  if (absl::StartsWith(head, "\xef\xbb\xbf")) head.remove_prefix(3);
  const absl::string_view text = SkipComments(head);
  if (text.empty()) {
    return WithReason(absl::InvalidArgumentError("ontology: the file is empty"), "ONTOLOGY_FILE");
  }
  if (absl::StartsWith(text, "Prefix(") || absl::StartsWith(text, "Ontology(")) {
    return Refuse("OWL functional syntax");
  }
  if (absl::StartsWith(text, "Prefix:") || absl::StartsWith(text, "Ontology:")) {
    return Refuse("OWL Manchester syntax");
  }
  if (text.front() == '{' || text.front() == '[') {
    if (!LooksLikeObo(text)) return SniffJson(text);
  }
  if (LooksLikeObo(text)) return OntologyFormat::kObo;
  if (LooksLikeNTriples(text)) return OntologyFormat::kNTriples;
  for (absl::string_view start : {"<?xml", "<rdf:RDF", "<!DOCTYPE", "<!--", "<RDF"}) {
    if (absl::StartsWith(text, start)) return SniffXml(text);
  }
  if (absl::StartsWith(text, "@prefix") || absl::StartsWith(text, "@base") ||
      absl::StartsWithIgnoreCase(text, "PREFIX ") || absl::StartsWithIgnoreCase(text, "BASE ")) {
    return OntologyFormat::kTurtle;
  }
  if (text.front() == '<') {
    // "<http..." begins a statement of Turtle, "<name" an element.
    const size_t end = text.find('>');
    return absl::StrContains(text.substr(0, end), "://") &&
                   !absl::StrContains(text.substr(0, end), "=")
               ? absl::StatusOr<OntologyFormat>(OntologyFormat::kTurtle)
               : SniffXml(text);
  }
  if (absl::StrContains(text.substr(0, text.find('\n')), "\t")) return OntologyFormat::kTable;
  return Refuse("no syntax known here");
}

}  // namespace parfocal
