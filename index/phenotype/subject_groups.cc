#include "subject_groups.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace parfocal::phenotype {
namespace {

// Orthologs of `gene` in `taxon` that enough sources assert.
std::vector<Ortholog> SupportedOrthologs(const GeneLookup& genes, const std::string& gene,
                                         const std::string& taxon, int32_t min_sources) {
  std::vector<Ortholog> out = genes.Orthologs(gene, taxon);
  out.erase(std::remove_if(out.begin(), out.end(),
                           [&](const Ortholog& o) {
                             return static_cast<int32_t>(o.sources.size()) < min_sources;
                           }),
            out.end());
  return out;
}

SubjectGroup GroupOf(const MatrixData& data, uint32_t number) {
  const MatrixData::Subject& subject = data.subjects()[number];
  return {data.AnswerId(subject),
          subject.id,
          subject.name,
          subject.organism,
          {{number, true, std::nullopt}}};
}

}  // namespace

std::vector<SubjectGroup> GroupsOf(const MatrixData& data, const std::vector<uint32_t>& subjects) {
  std::vector<SubjectGroup> out;
  for (uint32_t number : subjects) out.push_back(GroupOf(data, number));
  return out;
}

absl::StatusOr<std::vector<SubjectGroup>> PooledGroups(const MatrixData& data,
                                                       const std::vector<uint32_t>& subjects,
                                                       const Pooling& pooling,
                                                       std::vector<std::string>* left_out) {
  const GeneLookup* genes = data.knowledge().genes.get();
  if (genes == nullptr) {
    return WithReason(
        absl::FailedPreconditionError(
            "pool_to: no gene tables are loaded; load them with `parfocal genes load`"),
        "GENES_NOT_LOADED", "pool_to");
  }
  PARFOCAL_ASSIGN_OR_RETURN(const std::string taxon,
                            OrganismNamed(data, pooling.pool_to, "pool_to"));
  std::map<std::string, SubjectGroup> groups;
  int64_t unresolved = 0, without = 0;
  for (uint32_t number : subjects) {
    const MatrixData::Subject& subject = data.subjects()[number];
    if (subject.organism == taxon) {
      SubjectGroup own = GroupOf(data, number);
      SubjectGroup& group = groups[own.id];
      own.members.insert(own.members.end(), group.members.begin(), group.members.end());
      group = std::move(own);
      continue;
    }
    if (subject.id.empty()) {
      ++unresolved;
      continue;
    }
    const std::vector<Ortholog> orthologs =
        SupportedOrthologs(*genes, subject.id, taxon, pooling.min_sources);
    if (orthologs.empty()) ++without;
    for (const Ortholog& ortholog : orthologs) {
      SubjectGroup& group = groups[ortholog.id];
      if (group.members.empty()) {
        group.id = group.gene = ortholog.id;
        group.name = ortholog.symbol;
        group.organism = taxon;
      }
      // Two genes that one gene of the other species has become are as little independent.
      const size_t back =
          SupportedOrthologs(*genes, ortholog.id, subject.organism, pooling.min_sources).size();
      group.members.push_back({number, orthologs.size() == 1 && back <= 1,
                               PooledGene{subject.id, subject.name, subject.organism,
                                          ortholog.sources, static_cast<int32_t>(orthologs.size()),
                                          static_cast<int32_t>(std::max<size_t>(1, back))}});
    }
  }
  if (unresolved > 0) {
    left_out->push_back(absl::StrCat(unresolved,
                                     " genes of other species that no gene table has: "
                                     "they have no orthologs"));
  }
  if (without > 0) {
    left_out->push_back(absl::StrCat(without, " genes of other species without an ortholog in ",
                                     taxon, " that ", pooling.min_sources, " sources assert"));
  }
  std::vector<SubjectGroup> out;
  for (auto& [id, group] : groups) out.push_back(std::move(group));
  return out;
}

}  // namespace parfocal::phenotype
