#include "vocabulary.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"

namespace parfocal::internal {
namespace {

constexpr PropertyRow kProperties[] = {
    {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type", Property::kType},
    {"http://www.w3.org/2000/01/rdf-schema#label", Property::kLabel},
    {"http://www.w3.org/2000/01/rdf-schema#subClassOf", Property::kSubClassOf},
    {"http://www.w3.org/2002/07/owl#equivalentClass", Property::kEquivalentClass},
    {"http://www.w3.org/2002/07/owl#onProperty", Property::kOnProperty},
    {"http://www.w3.org/2002/07/owl#someValuesFrom", Property::kSomeValuesFrom},
    {"http://www.w3.org/2002/07/owl#deprecated", Property::kDeprecated},
    {"http://www.w3.org/2002/07/owl#versionInfo", Property::kVersion},
    {"http://www.w3.org/2002/07/owl#versionIRI", Property::kVersion},
    {"http://www.w3.org/2002/07/owl#annotatedSource", Property::kAnnotatedSource},
    {"http://www.w3.org/2002/07/owl#annotatedProperty", Property::kAnnotatedProperty},
    {"http://www.w3.org/2002/07/owl#annotatedTarget", Property::kAnnotatedTarget},
    {"http://www.geneontology.org/formats/oboInOwl#hasSynonymType", Property::kSynonymType},
    {"http://www.geneontology.org/formats/oboInOwl#hasExactSynonym", Property::kSynonym,
     SynonymScope::kExact},
    {"http://www.geneontology.org/formats/oboInOwl#hasNarrowSynonym", Property::kSynonym,
     SynonymScope::kNarrow},
    {"http://www.geneontology.org/formats/oboInOwl#hasBroadSynonym", Property::kSynonym,
     SynonymScope::kBroad},
    {"http://www.geneontology.org/formats/oboInOwl#hasRelatedSynonym", Property::kSynonym,
     SynonymScope::kRelated},
    {"http://purl.obolibrary.org/obo/IAO_0000118", Property::kSynonym, SynonymScope::kExact},
    {"http://www.ebi.ac.uk/efo/alternative_term", Property::kSynonym, SynonymScope::kExact},
    {"http://www.w3.org/2004/02/skos/core#altLabel", Property::kSynonym, SynonymScope::kExact},
    {"http://purl.obolibrary.org/obo/IAO_0000115", Property::kDefinition},
    {"http://www.w3.org/2004/02/skos/core#definition", Property::kDefinition},
    {"http://www.ebi.ac.uk/efo/definition", Property::kDefinition},
    {"http://purl.obolibrary.org/obo/IAO_0100001", Property::kReplacedBy},
    {"http://www.geneontology.org/formats/oboInOwl#hasDbXref", Property::kXref},
    {"http://www.geneontology.org/formats/oboInOwl#hasAlternativeId", Property::kAltId},
    {"http://purl.obolibrary.org/obo/BFO_0000050", Property::kPartOf},
    {"http://purl.org/obo/owl/OBO_REL#part_of", Property::kPartOf},
};

}  // namespace

absl::Span<const PropertyRow> PropertyRows() { return kProperties; }

const PropertyRow* FindProperty(absl::string_view iri_or_name) {
  static const auto* const map = [] {
    auto* out = new absl::flat_hash_map<absl::string_view, const PropertyRow*>();
    for (const PropertyRow& row : kProperties) {
      out->emplace(row.iri, &row);
      if (absl::StrContains(row.iri, "oboInOwl#")) out->emplace(LocalName(row.iri), &row);
    }
    return out;
  }();
  auto it = map->find(iri_or_name);
  return it == map->end() ? nullptr : it->second;
}

bool IsClassType(absl::string_view iri) {
  return iri == "http://www.w3.org/2002/07/owl#Class" ||
         iri == "http://www.w3.org/2000/01/rdf-schema#Class" || iri == "http://schema.org/Taxon" ||
         iri == "https://schema.org/Taxon";
}

bool IsRelationType(absl::string_view iri) {
  return iri == "http://www.w3.org/2002/07/owl#ObjectProperty" ||
         iri == "http://www.w3.org/2002/07/owl#AnnotationProperty" ||
         iri == "http://www.w3.org/2002/07/owl#DatatypeProperty";
}

bool IsOntologyType(absl::string_view iri) {
  return iri == "http://www.w3.org/2002/07/owl#Ontology";
}

bool IsPartOf(absl::string_view relation) {
  return relation == "part_of" || absl::EndsWith(relation, "OBO_REL:part_of") ||
         absl::EndsWith(relation, "OBO_REL#part_of") || relation == "OBO_REL_part_of" ||
         relation == "http://purl.obolibrary.org/obo/BFO_0000050" ||
         (absl::StartsWith(relation, "BFO") && relation.size() == 11 &&
          absl::EndsWith(relation, "0000050"));
}

bool IsTop(absl::string_view id) {
  return id == "http://www.w3.org/2002/07/owl#Thing" || id == "owl:Thing" ||
         id == "http://www.w3.org/2000/01/rdf-schema#Resource";
}

absl::string_view LocalName(absl::string_view iri) {
  const size_t at = iri.find_last_of("#/:");
  return at == absl::string_view::npos ? iri : iri.substr(at + 1);
}

}  // namespace parfocal::internal
