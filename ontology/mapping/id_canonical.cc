#include "id_canonical.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "parfocal/terms/curie.h"

namespace parfocal {
namespace {

struct Builtin {
  absl::string_view prefix, iri;
};
// Prefixes that every set may use undeclared (SSSOM, "Allowed prefixes"), and the one of OBO.
constexpr Builtin kBuiltin[] = {
    {"owl", "http://www.w3.org/2002/07/owl#"},
    {"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
    {"semapv", "https://w3id.org/semapv/vocab/"},
    {"skos", "http://www.w3.org/2004/02/skos/core#"},
    {"sssom", "https://w3id.org/sssom/"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"},
    {"oboInOwl", "http://www.geneontology.org/formats/oboInOwl#"},
    {"oio", "http://www.geneontology.org/formats/oboInOwl#"},
};

struct Relation {
  absl::string_view iri;
  MappingRelation relation;
};
constexpr Relation kRelations[] = {
    {"www.w3.org/2004/02/skos/core#exactMatch", MappingRelation::kExact},
    {"www.w3.org/2004/02/skos/core#closeMatch", MappingRelation::kClose},
    {"www.w3.org/2004/02/skos/core#broadMatch", MappingRelation::kBroad},
    {"www.w3.org/2004/02/skos/core#narrowMatch", MappingRelation::kNarrow},
    {"www.w3.org/2004/02/skos/core#relatedMatch", MappingRelation::kRelated},
    {"www.w3.org/2002/07/owl#equivalentClass", MappingRelation::kExact},
    {"www.w3.org/2002/07/owl#equivalentProperty", MappingRelation::kExact},
    {"www.w3.org/2002/07/owl#sameAs", MappingRelation::kExact},
    {"www.w3.org/2000/01/rdf-schema#subClassOf", MappingRelation::kBroad},
    // A cross-reference says that the two belong together, not how.
    {"www.geneontology.org/formats/oboInOwl#hasDbXref", MappingRelation::kRelated},
    {"w3id.org/semapv/vocab/crossSpeciesExactMatch", MappingRelation::kCrossSpecies},
    {"w3id.org/semapv/vocab/crossSpeciesCloseMatch", MappingRelation::kCrossSpecies},
    {"w3id.org/semapv/vocab/crossSpeciesBroadMatch", MappingRelation::kBroad},
    {"w3id.org/semapv/vocab/crossSpeciesNarrowMatch", MappingRelation::kNarrow},
};

absl::string_view WithoutScheme(absl::string_view iri) {
  if (!absl::ConsumePrefix(&iri, "https://")) absl::ConsumePrefix(&iri, "http://");
  return iri;
}

}  // namespace

std::string IdCanonical::Expand(absl::string_view id) {
  const size_t colon = id.find(':');
  if (colon == absl::string_view::npos || absl::StartsWith(id.substr(colon), "://"))
    return std::string(id);
  const std::string prefix(id.substr(0, colon));
  const auto declared = prefixes_.find(prefix);
  if (declared != prefixes_.end()) return absl::StrCat(declared->second, id.substr(colon + 1));
  for (const Builtin& builtin : kBuiltin) {
    if (builtin.prefix == prefix) return absl::StrCat(builtin.iri, id.substr(colon + 1));
  }
  if (!prefixes_.empty()) undeclared_.insert(prefix);
  return std::string(id);
}

const std::string& IdCanonical::Of(absl::string_view id) {
  const auto found = known_.find(id);
  if (found != known_.end()) return found->second;
  std::string canonical = CanonicalCurie(Expand(id));
  // Its declared base is no IRI, or what follows cannot be in one.
  if (canonical.empty()) canonical = std::string(id);
  return known_.emplace(std::string(id), std::move(canonical)).first->second;
}

MappingRelation IdCanonical::RelationOf(absl::string_view predicate) {
  const auto found = relations_.find(predicate);
  if (found != relations_.end()) return found->second;
  const std::string iri = Expand(predicate);
  MappingRelation relation = MappingRelation::kOther;
  for (const Relation& row : kRelations) {
    if (row.iri == WithoutScheme(iri)) relation = row.relation;
  }
  relations_.emplace(std::string(predicate), relation);
  return relation;
}

bool IdCanonical::IsNoTerm(absl::string_view id) {
  if (!absl::EndsWith(id, "NoTermFound") && !absl::EndsWith(id, "NoMapping")) return false;
  const std::string iri = Expand(id);
  return WithoutScheme(iri) == "w3id.org/sssom/NoTermFound" ||
         WithoutScheme(iri) == "w3id.org/sssom/NoMapping";
}

}  // namespace parfocal
