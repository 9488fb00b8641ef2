#include "table_format.h"

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "row_parsers.h"

namespace parfocal::internal {
namespace {

constexpr TableRole kGenes = TableRole::kGenes;
constexpr TableRole kIds = TableRole::kIds;
constexpr TableRole kOrthologs = TableRole::kOrthologs;
constexpr TableRole kInteractions = TableRole::kInteractions;

// Name, role, header, columns, shape, parser, column of dates.
constexpr TableFormat kFormats[] = {
    {"HGNC", kGenes, "hgnc_id\tsymbol\tname\tlocus_group\tlocus_type\tstatus", 26, nullptr,
     ParseHgnc, 17},
    {"NCBI Gene", kGenes,
     "entrez_id\tsymbol\tname\tgene_type\tensembl_gene_ids\tuniprot_ids\taliases", 7, nullptr,
     ParseNcbiGene},
    {"PomBase names", kGenes, "gene_systematic_id\tgene_name\tsynonyms", 3, nullptr,
     ParsePomBaseNames},
    {"FlyBase", kGenes, "fbgn_id\tsymbol\tfull_name\taliases", 4, nullptr, ParseFlyBase},
    {"MGI", kGenes, "ID\tsymbol\tsynonyms\tensembl", 4, nullptr, ParseMgi},
    {"PomBase obsoleted ids", kIds, "obsolete_id\tsystematic_id", 2, nullptr,
     ParsePomBaseObsoleted},
    {"HCOP", kOrthologs,
     "human_symbol\thuman_entrez\thuman_ensembl\ttaxon_id\tsymbol\tentrez\tensembl\tsupport", 8,
     nullptr, ParseHcop},
    {"Alliance orthologs", kOrthologs, "human_symbol\tspecies_symbol\tspecies_name", 3, nullptr,
     ParseAlliance},
    {"MGI orthologs", kOrthologs, "human_symbol\tmouse_symbol", 2, nullptr, ParseMgiOrthologs},
    {"HomoloGene", kOrthologs, "homologene_id\ttaxon_id\tentrez_id\tsymbol", 4, nullptr,
     ParseHomoloGene},
    {"STRING", kInteractions, "protein1\tprotein2\tcombined_score\tsymbol1\tsymbol2", 5, nullptr,
     ParseString},
    {"SGD features", kGenes, "", 6, IsSgdFeature, ParseSgdFeature},
    {"WormBase", kGenes, "", 4, IsWormBaseGene, ParseWormBase},
    {"MGI human-mouse phenotypes", kOrthologs, "", 4, IsMgiPhenotype, ParseMgiPhenotype},
    {"PomBase systematic ids", kIds, "", 1, IsPomBaseId, ParsePomBaseId},
};

}  // namespace

absl::Span<const TableFormat> TableFormats() { return kFormats; }

const TableFormat* Recognise(Columns first) {
  const std::string line = absl::StrCat(absl::StrJoin(first, "\t"), "\t");
  for (const TableFormat& format : kFormats) {
    if (format.header.empty()) {
      if (first.size() >= format.columns && format.shape(first)) return &format;
    } else if (absl::StartsWith(line, absl::StrCat(format.header, "\t"))) {
      return &format;
    }
  }
  return nullptr;
}

}  // namespace parfocal::internal
