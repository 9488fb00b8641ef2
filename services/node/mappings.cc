#include "mappings.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "parfocal/mapping/xref_set.h"
#include "parfocal/schema/schema.h"

namespace parfocal {
namespace {

void Tell(const Log& log, const std::vector<MappingFileReport>& reports, const Mappings& mappings) {
  int64_t read = 0;
  for (const MappingFileReport& report : reports) {
    if (!report.error.empty())
      log.Warning("mapping set left out", {{"file", report.file}, {"reason", report.error}});
    if (report.left_out > 0) {
      log.Warning("rows of a mapping set left out",
                  {{"file", report.file},
                   {"rows", absl::StrCat(report.left_out)},
                   {"the first", report.warnings.empty() ? "" : report.warnings.back()}});
    }
    read += report.error.empty() && !report.reused ? 1 : 0;
  }
  log.Info("mappings loaded", {{"sets", absl::StrCat(mappings.Current()->sets().size())},
                               {"read anew", absl::StrCat(read)},
                               {"bytes", absl::StrCat(mappings.Current()->memory_bytes())}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Mappings>> Mappings::Open(const std::string& directory,
                                                         const std::string& share_dir,
                                                         const std::vector<std::string>& paths,
                                                         const Clock* clock, const Log* log) {
  absl::StatusOr<MappingUse> use = MappingUse::Read(share_dir + "/vocabulary/mapping-sets.yaml");
  if (absl::IsNotFound(use.status())) use = MappingUse();
  PARFOCAL_RETURN_IF_ERROR(use.status());
  std::vector<std::string> warnings;
  PARFOCAL_ASSIGN_OR_RETURN(std::unique_ptr<MappingStore> store,
                            MappingStore::Open(directory, *std::move(use), clock, &warnings));
  for (const std::string& warning : warnings)
    log->Warning("stored mapping set left out", {{"reason", warning}});
  std::unique_ptr<Mappings> mappings(new Mappings(std::move(store)));
  if (paths.empty()) return mappings;
  PARFOCAL_ASSIGN_OR_RETURN(const std::vector<MappingFileReport> reports,
                            mappings->store_->Load(paths));
  Tell(*log, reports, *mappings);
  return mappings;
}

void Mappings::TermsChanged(const TermLookup& terms) {
  std::vector<NamedSet> sets;
  for (const auto& [ontology, prefixes] : store_->use().xrefs) {
    NamedSet set = XrefSet(terms, ontology, prefixes);
    if (set.set->size() > 0) sets.push_back(std::move(set));
  }
  store_->SetDerived(std::move(sets));
}

absl::Status Mappings::CheckField(absl::string_view field) {
  const Field* known = FindField(SchemaFieldOf(field));
  if (known != nullptr && known->name == "gene") {
    if (absl::StartsWith(field, GeneDecisionField("NCBITaxon:"))) return absl::OkStatus();
    return WithReason(
        absl::InvalidArgumentError("field: names of genes are decided for one species each: "
                                   "gene@NCBITaxon:<taxon>, or name a gene"),
        "VALUE_OUT_OF_RANGE", "field");
  }
  if (known != nullptr && known->kind == FieldKind::kTerm && !known->stated)
    return absl::OkStatus();
  return WithReason(
      absl::InvalidArgumentError(absl::StrCat(
          "field: '", field.substr(0, 64), known == nullptr ? "' is no field" : "' holds no terms",
          "; near it are: ", absl::StrJoin(NearestFieldNames(field), ", "))),
      "VALUE_OUT_OF_RANGE", "field");
}

}  // namespace parfocal
