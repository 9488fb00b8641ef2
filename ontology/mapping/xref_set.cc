#include "parfocal/mapping/xref_set.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "mapping_set_builder.h"
#include "parfocal/terms/curie.h"

namespace parfocal {

NamedSet XrefSet(const TermLookup& terms, const std::string& ontology,
                 const std::vector<std::string>& prefixes) {
  MappingSetInfo info;
  info.id = absl::StrCat("xrefs of ", ontology);
  info.metadata = absl::StrCat("mapping_set_id: ", info.id, "\n");
  MappingSetBuilder builder(std::move(info),
                            {"subject_id", "subject_label", "predicate_id", "object_id"});
  terms.Visit(ontology, [&](const Term& term) {
    for (const std::string& xref : term.xrefs) {
      RowMeaning meaning;
      meaning.subject = term.id;
      meaning.object = CanonicalCurie(xref);
      meaning.relation = MappingRelation::kRelated;
      const absl::string_view prefix = CuriePrefix(meaning.object);
      if (term.obsolete || std::find(prefixes.begin(), prefixes.end(), prefix) == prefixes.end())
        continue;
      builder.Add({term.id, term.label, "oboInOwl:hasDbXref", meaning.object}, meaning);
    }
    return true;
  });
  const auto set = std::make_shared<const MappingSet>(std::move(builder).Build());
  return {set->id(), set};
}

}  // namespace parfocal
