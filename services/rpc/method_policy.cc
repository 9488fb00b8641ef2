#include "parfocal/rpc/method_policy.h"

namespace parfocal {
namespace {

constexpr MethodPolicy Search(absl::string_view method) {
  return {method, kMaxSearchRequestBytes, absl::Seconds(2), absl::Seconds(10), false};
}
constexpr MethodPolicy Admin(absl::string_view method, bool stream = false) {
  return {method, kMaxAdminRequestBytes, absl::Seconds(10), absl::Seconds(10), stream};
}
// Work that grows with the catalogue: copying, hashing or deleting all of it.
constexpr MethodPolicy Bulk(absl::string_view method) {
  return {method, kMaxAdminRequestBytes, absl::Minutes(30), absl::Minutes(30), false};
}

}  // namespace

absl::Span<const MethodPolicy> MethodPolicies() {
  static const MethodPolicy kPolicies[] = {
      Search("parfocal.v1.SearchService/Search"),
      // Of each page that the stream reads from the index.
      {"parfocal.v1.SearchService/StreamSearch", kMaxSearchRequestBytes, absl::Seconds(10),
       absl::Seconds(10), true},
      Search("parfocal.v1.SearchService/Suggest"),
      // They walk over a whole answer.
      Admin("parfocal.v1.SearchService/CiteSearch"),
      Admin("parfocal.v1.SearchService/GetSearchCitation"),
      Admin("parfocal.v1.CatalogueService/GetRecord"),
      Admin("parfocal.v1.CatalogueService/BatchGetRecords"),
      Admin("parfocal.v1.CatalogueService/ListRecords"),
      Admin("parfocal.v1.CatalogueService/GetRawRecord"),
      Admin("parfocal.v1.CatalogueService/ListChanges"),
      Admin("parfocal.v1.CatalogueService/ListRelations"),
      Admin("parfocal.v1.CatalogueService/GetStatus"),
      Admin("parfocal.v1.HarvestService/CreateSource"),
      Admin("parfocal.v1.HarvestService/GetSource"),
      Admin("parfocal.v1.HarvestService/ListSources"),
      Admin("parfocal.v1.HarvestService/UpdateSource"),
      Bulk("parfocal.v1.HarvestService/DeleteSource"),
      Admin("parfocal.v1.HarvestService/StartRun"),
      Admin("parfocal.v1.HarvestService/GetRun"),
      Admin("parfocal.v1.HarvestService/ListRuns"),
      Admin("parfocal.v1.HarvestService/WatchRun", true),
      Admin("parfocal.v1.HarvestService/ListRejections"),
      Bulk("parfocal.v1.HarvestService/TrySource"),
      Admin("parfocal.v1.HarvestService/GetRejection"),
      Admin("parfocal.v1.HarvestService/ReplayRejections"),
      Admin("parfocal.v1.HarvestService/PingSource"),
      Admin("parfocal.v1.HarvestService/ResumeSource"),
      Admin("parfocal.v1.HarvestService/ReleaseRun"),
      Bulk("parfocal.v1.HarvestService/RestoreRecords"),
      Search("parfocal.v1.OntologyService/GetTerm"),
      Search("parfocal.v1.OntologyService/ListTerms"),
      Search("parfocal.v1.OntologyService/Ancestors"),
      Search("parfocal.v1.OntologyService/Descendants"),
      Search("parfocal.v1.OntologyService/Resolve"),
      Search("parfocal.v1.OntologyService/ResolveGenes"),
      Search("parfocal.v1.OntologyService/GetGene"),
      Search("parfocal.v1.OntologyService/ListOntologies"),
      Search("parfocal.v1.OntologyService/ListMappings"),
      Search("parfocal.v1.OntologyService/ListMappingSets"),
      Search("parfocal.v1.OntologyService/ListWorkItems"),
      Bulk("parfocal.v1.OntologyService/AcceptMapping"),
      Bulk("parfocal.v1.OntologyService/RejectMapping"),
      Bulk("parfocal.v1.OntologyService/ImportMappings"),
      Admin("parfocal.v1.OntologyService/ExportMappings", true),
      Admin("parfocal.v1.OntologyService/LoadOntology", true),
      Search("parfocal.v1.PhenotypeService/FindGenes"),
      Search("parfocal.v1.PhenotypeService/FindCompounds"),
      Search("parfocal.v1.PhenotypeService/GetGeneProfile"),
      Search("parfocal.v1.PhenotypeService/BatchGetGeneProfiles"),
      Search("parfocal.v1.PhenotypeService/SimilarGenes"),
      Search("parfocal.v1.PhenotypeService/CompareProfiles"),
      Search("parfocal.v1.PhenotypeService/EnrichTerms"),
      Search("parfocal.v1.PhenotypeService/EnrichGenes"),
      Search("parfocal.v1.PhenotypeService/BuildNetwork"),
      Search("parfocal.v1.PhenotypeService/SampleTerms"),
      Search("parfocal.v1.PhenotypeService/CoverageReport"),
      Search("parfocal.v1.PhenotypeService/ListUnattributed"),
      Search("parfocal.v1.PhenotypeService/GetEvidence"),
      Bulk("parfocal.v1.AdminService/CreateCheckpoint"),
      Admin("parfocal.v1.AdminService/RebuildIndex", true),
      Bulk("parfocal.v1.AdminService/CheckIndex"),
      Bulk("parfocal.v1.AdminService/ReportNormalisation"),
      Bulk("parfocal.v1.AdminService/ListDifferences"),
      Bulk("parfocal.v1.AdminService/ListCorrections"),
      Admin("parfocal.v1.AdminService/DecideRelation"),
      Bulk("parfocal.v1.AdminService/TakeDown"),
      Admin("parfocal.v1.AdminService/ListAudit"),
  };
  return kPolicies;
}

const MethodPolicy* FindMethodPolicy(absl::string_view method) {
  for (const MethodPolicy& policy : MethodPolicies()) {
    if (policy.method == method) return &policy;
  }
  return nullptr;
}

}  // namespace parfocal
