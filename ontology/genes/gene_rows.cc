// Parsers of the tables that describe genes and ids.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "row_parsers.h"

namespace parfocal::internal {
namespace {

constexpr absl::string_view kNoSpecies = "the species is not in species.tsv";
constexpr size_t kMaxNames = 1000;  // Of one gene; 216 is the most that a real table has.
constexpr size_t kMaxNameBytes = 1024;

// The parts of a cell with several values: in quotes (HGNC) or not, empty ones left out.
std::vector<std::string> Values(absl::string_view cell, char separator = '|', bool quoted = false) {
  if (quoted && cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
    cell = cell.substr(1, cell.size() - 2);
  }
  std::vector<std::string> out;
  for (absl::string_view part : absl::StrSplit(cell, separator)) {
    part = absl::StripAsciiWhitespace(part);
    if (part.empty() || part.size() > kMaxNameBytes || out.size() >= kMaxNames) continue;
    out.emplace_back(part);
  }
  return out;
}

std::vector<std::string> Quoted(absl::string_view cell) { return Values(cell, '|', true); }

std::string Text(absl::string_view cell) {
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') {
    cell = cell.substr(1, cell.size() - 2);
  }
  return std::string(absl::StripAsciiWhitespace(cell).substr(0, kMaxNameBytes));
}

void AddIds(IdSystem system, const std::vector<std::string>& ids, std::vector<CrossId>* out) {
  for (const std::string& id : ids) out->emplace_back(system, std::string(WithoutVersion(id)));
}

// Names of a column in which ids of old records stand among synonyms.
template <typename IsOldId>
void AddNames(std::vector<std::string> names, IdSystem system, IsOldId is_old_id, GeneRow* gene) {
  for (std::string& name : names) {
    if (is_old_id(name)) {
      gene->retired.emplace_back(system, std::move(name));
    } else {
      gene->aliases.push_back(SpellGreek(name));
    }
  }
}

}  // namespace

absl::string_view ParseHgnc(Columns row, RowSink* sink) {
  GeneRow gene;
  gene.taxon = sink->TaxonNamed("Homo sapiens");
  if (gene.taxon.empty()) return kNoSpecies;
  absl::string_view id = row[0];
  if (!absl::ConsumePrefix(&id, "HGNC:") || !AllDigits(id)) return "no HGNC id";
  gene.id = {IdSystem::kHgnc, std::string(id)};
  gene.symbol = Text(row[1]);
  if (gene.symbol.empty()) return "no symbol";
  gene.withdrawn = row[5] != "Approved";
  gene.name = Text(row[2]);
  gene.aliases = Quoted(row[8]);
  gene.previous = Quoted(row[10]);
  if (AllDigits(row[18])) gene.cross.emplace_back(IdSystem::kNcbiGene, std::string(row[18]));
  AddIds(IdSystem::kEnsembl, Quoted(row[19]), &gene.cross);
  AddIds(IdSystem::kRefSeq, Quoted(row[23]), &gene.cross);
  AddIds(IdSystem::kUniProt, Quoted(row[25]), &gene.cross);
  sink->Add(std::move(gene));
  return "";
}

absl::string_view ParseNcbiGene(Columns row, RowSink* sink) {
  GeneRow gene;
  gene.taxon = sink->TaxonNamed("Homo sapiens");
  if (gene.taxon.empty()) return kNoSpecies;
  if (!AllDigits(row[0])) return "no Entrez id";
  gene.id = {IdSystem::kNcbiGene, std::string(row[0])};
  gene.symbol = Text(row[1]);
  gene.name = Text(row[2]);
  AddIds(IdSystem::kEnsembl, Values(row[4]), &gene.cross);
  AddIds(IdSystem::kUniProt, Values(row[5]), &gene.cross);
  gene.aliases = Values(row[6]);
  sink->Add(std::move(gene));
  return "";
}

absl::string_view ParsePomBaseNames(Columns row, RowSink* sink) {
  GeneRow gene;
  gene.taxon = sink->TaxonNamed("Schizosaccharomyces pombe");
  if (gene.taxon.empty()) return kNoSpecies;
  gene.id = {IdSystem::kPomBase, std::string(row[0])};
  if (row[0].empty() || row[0].size() > kMaxNameBytes) return "no systematic id";
  gene.symbol = Text(row[1]);
  AddNames(Values(row[2], ','), IdSystem::kPomBase, IsPombeSystematic, &gene);
  sink->Add(std::move(gene));
  return "";
}

absl::string_view ParsePomBaseObsoleted(Columns row, RowSink* sink) {
  const std::string taxon = sink->TaxonNamed("Schizosaccharomyces pombe");
  if (taxon.empty()) return kNoSpecies;
  if (row[0].empty() || row[1].empty()) return "an id is missing";
  sink->Add(ReplacedIdRow{
      taxon, {IdSystem::kPomBase, std::string(row[0])}, {IdSystem::kPomBase, std::string(row[1])}});
  return "";
}

absl::string_view ParsePomBaseId(Columns row, RowSink* sink) {
  const std::string taxon = sink->TaxonNamed("Schizosaccharomyces pombe");
  if (taxon.empty()) return kNoSpecies;
  if (row.size() != 1 || !absl::StartsWith(row[0], "SP")) return "no systematic id";
  sink->Add(RetiredIdRow{taxon, IdSystem::kPomBase, std::string(row[0])});
  return "";
}

bool IsPomBaseId(Columns row) { return row.size() == 1 && IsPombeSystematic(row[0]); }

bool IsSgdFeature(Columns row) {
  return row.size() == 16 && row[0].size() == 10 && row[0][0] == 'S' && AllDigits(row[0].substr(1));
}

absl::string_view ParseSgdFeature(Columns row, RowSink* sink) {
  // Features that are genes; the others are their parts and parts of chromosomes.
  constexpr absl::string_view kGeneTypes[] = {"ORF", "pseudogene", "blocked_reading_frame",
                                              "not in systematic sequence of S288C",
                                              "not physically mapped"};
  if (!IsSgdFeature(row)) return "no SGD id";
  const bool is_gene =
      absl::EndsWith(row[1], "_gene") ||
      std::find(std::begin(kGeneTypes), std::end(kGeneTypes), row[1]) != std::end(kGeneTypes);
  if (!is_gene) return "";
  GeneRow gene;
  gene.taxon = sink->TaxonNamed("Saccharomyces cerevisiae");
  if (gene.taxon.empty()) return kNoSpecies;
  gene.id = {IdSystem::kSgd, std::string(row[0])};
  gene.symbol = Text(row[4].empty() ? row[3] : row[4]);
  gene.name = Text(row[15]);
  if (!row[3].empty()) gene.cross.emplace_back(IdSystem::kSgd, std::string(row[3]));
  gene.aliases = Values(row[5]);
  for (std::string& id : Values(row[7])) gene.retired.emplace_back(IdSystem::kSgd, std::move(id));
  sink->Add(std::move(gene));
  return "";
}

absl::string_view ParseFlyBase(Columns row, RowSink* sink) {
  GeneRow gene;
  gene.taxon = sink->TaxonNamed("Drosophila melanogaster");
  if (gene.taxon.empty()) return kNoSpecies;
  if (!IsFlyBaseGene(row[0])) return "no FlyBase id";
  gene.id = {IdSystem::kFlyBase, std::string(row[0])};
  gene.symbol = Text(row[1]);
  gene.name = Text(row[2]);
  if (IsFlyAnnotation(gene.symbol)) gene.cross.emplace_back(IdSystem::kFlyBase, gene.symbol);
  const auto is_old = [](absl::string_view s) { return IsFlyBaseGene(s) || IsFlyAnnotation(s); };
  AddNames(Values(row[3]), IdSystem::kFlyBase, is_old, &gene);
  sink->Add(std::move(gene));
  return "";
}

absl::string_view ParseMgi(Columns row, RowSink* sink) {
  GeneRow gene;
  gene.taxon = sink->TaxonNamed("Mus musculus");
  if (gene.taxon.empty()) return kNoSpecies;
  absl::string_view id = row[0];
  absl::ConsumePrefix(&id, "MGI:");
  if (!AllDigits(id)) return "no MGI id";
  gene.id = {IdSystem::kMgi, std::string(id)};
  gene.symbol = Text(row[1]);
  gene.aliases = Values(row[2]);
  AddIds(IdSystem::kEnsembl, Values(row[3]), &gene.cross);
  sink->Add(std::move(gene));
  return "";
}

bool IsWormBaseGene(Columns row) {
  return row.size() >= 4 && row[0] == "WB" && absl::StartsWith(row[1], "WBGene") &&
         AllDigits(row[1].substr(6));
}

absl::string_view ParseWormBase(Columns row, RowSink* sink) {
  if (!IsWormBaseGene(row)) return "no WormBase id";
  GeneRow gene;
  gene.taxon = row.size() > 6 && absl::StartsWith(row[6], "NCBITaxon:")
                   ? std::string(row[6])
                   : sink->TaxonNamed("Caenorhabditis elegans");
  if (gene.taxon.empty()) return kNoSpecies;
  gene.id = {IdSystem::kWormBase, std::string(row[1])};
  gene.symbol = Text(row[2]);
  if (IsWormSequenceName(gene.symbol)) gene.cross.emplace_back(IdSystem::kWormBase, gene.symbol);
  AddNames(Values(row[3]), IdSystem::kWormBase, IsWormSequenceName, &gene);
  sink->Add(std::move(gene));
  return "";
}

}  // namespace parfocal::internal
