// Parsers of the tables of orthologs and interactions.
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "row_parsers.h"

namespace parfocal::internal {
namespace {

constexpr absl::string_view kNoSpecies = "the species is not in species.tsv";
constexpr size_t kMaxNameBytes = 1024;

std::string Name(absl::string_view cell) {
  return std::string(absl::StripAsciiWhitespace(cell).substr(0, kMaxNameBytes));
}

// The ids that databases give out tell of whom they are.
CrossId OwnId(absl::string_view id) {
  if (absl::StartsWith(id, "ENS")) return {IdSystem::kEnsembl, std::string(WithoutVersion(id))};
  if (IsFlyBaseGene(id)) return {IdSystem::kFlyBase, std::string(id)};
  if (absl::StartsWith(id, "WBGene")) return {IdSystem::kWormBase, std::string(id)};
  if (IsYeastSystematic(id)) return {IdSystem::kSgd, std::string(id)};
  if (IsPombeSystematic(id)) return {IdSystem::kPomBase, std::string(id)};
  return {};
}

GeneRef BySymbol(std::string taxon, absl::string_view symbol) {
  GeneRef ref;
  ref.taxon = std::move(taxon);
  ref.symbol = Name(symbol);
  return ref;
}

bool SaysNothing(const GeneRef& ref) {
  return ref.symbol.empty() && ref.entrez.empty() && ref.own.second.empty();
}

// A pair of symbols in the table of one compilation.
absl::string_view AddCompiled(absl::string_view source, GeneRef human, GeneRef model,
                              RowSink* sink) {
  if (human.taxon.empty() || model.taxon.empty()) return kNoSpecies;
  if (SaysNothing(human) || SaysNothing(model)) return "a gene is missing";
  OrthologRow out;
  out.human = std::move(human);
  out.model = std::move(model);
  out.sources = {std::string(source)};
  out.compilation = true;
  sink->Add(std::move(out));
  return "";
}

}  // namespace

absl::string_view ParseHcop(Columns row, RowSink* sink) {
  OrthologRow out;
  out.human = BySymbol(sink->TaxonNamed("Homo sapiens"), row[0]);
  if (out.human.taxon.empty()) return kNoSpecies;
  if (!AllDigits(row[3])) return "no taxon";
  if (AllDigits(row[1])) out.human.entrez = std::string(row[1]);
  out.human.own = OwnId(row[2]);
  out.model = BySymbol(absl::StrCat("NCBITaxon:", row[3]), row[4]);
  if (AllDigits(row[5])) out.model.entrez = std::string(row[5]);
  out.model.own = OwnId(row[6]);
  if (SaysNothing(out.human) || SaysNothing(out.model)) return "a gene is missing";
  for (absl::string_view source : absl::StrSplit(row[7], '|', absl::SkipEmpty())) {
    if (source.size() <= 64 && out.sources.size() < 32) out.sources.emplace_back(source);
  }
  if (out.sources.empty()) return "no source";
  sink->Add(std::move(out));
  return "";
}

absl::string_view ParseAlliance(Columns row, RowSink* sink) {
  return AddCompiled("Alliance", BySymbol(sink->TaxonNamed("Homo sapiens"), row[0]),
                     BySymbol(sink->TaxonNamed(row[2]), row[1]), sink);
}

absl::string_view ParseMgiOrthologs(Columns row, RowSink* sink) {
  return AddCompiled("MGI", BySymbol(sink->TaxonNamed("Homo sapiens"), row[0]),
                     BySymbol(sink->TaxonNamed("Mus musculus"), row[1]), sink);
}

bool IsMgiPhenotype(Columns row) {
  return row.size() >= 4 && AllDigits(row[1]) && absl::StartsWith(row[3], "MGI:") &&
         AllDigits(row[3].substr(4));
}

absl::string_view ParseMgiPhenotype(Columns row, RowSink* sink) {
  if (!IsMgiPhenotype(row)) return "no MGI id";
  GeneRef human = BySymbol(sink->TaxonNamed("Homo sapiens"), row[0]);
  human.entrez = std::string(row[1]);
  GeneRef mouse = BySymbol(sink->TaxonNamed("Mus musculus"), row[2]);
  mouse.own = {IdSystem::kMgi, std::string(row[3].substr(4))};
  return AddCompiled("MGI", std::move(human), std::move(mouse), sink);
}

absl::string_view ParseHomoloGene(Columns row, RowSink* sink) {
  GroupRow out;
  if (!absl::SimpleAtoi(row[0], &out.group)) return "no group";
  if (!AllDigits(row[1])) return "no taxon";
  if (!AllDigits(row[2])) return "no Entrez id";
  out.gene = BySymbol(absl::StrCat("NCBITaxon:", row[1]), row[3]);
  out.gene.entrez = std::string(row[2]);
  sink->Add(std::move(out));
  return "";
}

absl::string_view ParseString(Columns row, RowSink* sink) {
  InteractionRow out;
  const absl::string_view taxon_a = row[0].substr(0, row[0].find('.'));
  const absl::string_view taxon_b = row[1].substr(0, row[1].find('.'));
  if (!AllDigits(taxon_a) || taxon_a != taxon_b) return "no pair of proteins of one taxon";
  if (!absl::SimpleAtod(row[2], &out.score) || !(out.score >= 0 && out.score <= 1e6)) {
    return "no score";
  }
  out.a = BySymbol(absl::StrCat("NCBITaxon:", taxon_a), row[3]);
  out.b = BySymbol(absl::StrCat("NCBITaxon:", taxon_b), row[4]);
  if (out.a.symbol.empty() || out.b.symbol.empty()) return "a protein without symbol";
  out.source = "STRING";
  sink->Add(std::move(out));
  return "";
}

}  // namespace parfocal::internal
