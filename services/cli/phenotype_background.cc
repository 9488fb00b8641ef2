#include "phenotype_background.h"

#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gene_list.h"
#include "phenotype_request.h"

namespace parfocal::cli {
namespace {

constexpr size_t kMostLineBytes = 4096;
constexpr int kMostFrequencies = 10'000;  // What the node takes.

// Lines of a term and a count, with a tab between them (a comma if there is none); a first line
// whose second cell is no number is a header.
absl::Status ReadFrequencies(const std::string& path, v1::InformationBackground* background) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  std::string line;
  for (int64_t number = 1; std::getline(file, line); ++number) {
    const auto place = [&] { return absl::StrCat(path, ": line ", number); };
    if (line.size() > kMostLineBytes)
      return absl::InvalidArgumentError(absl::StrCat(place(), " is longer than 4096 bytes"));
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (text.empty() || text[0] == '#') continue;
    const char separator = text.find('\t') == absl::string_view::npos ? ',' : '\t';
    const std::vector<absl::string_view> cells = absl::StrSplit(text, separator);
    int64_t genes = 0;
    if (cells.size() < 2 || !absl::SimpleAtoi(absl::StripAsciiWhitespace(cells[1]), &genes)) {
      if (number == 1) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(place(), " is not a term, a tab and a number of genes"));
    }
    if (background->frequencies_size() == kMostFrequencies)
      return absl::InvalidArgumentError(absl::StrCat(path, ": more than 10,000 terms"));
    auto* frequency = background->add_frequencies();
    frequency->set_term(std::string(absl::StripAsciiWhitespace(cells[0])));
    frequency->set_genes(genes);
  }
  if (background->frequencies().empty())
    return absl::InvalidArgumentError(absl::StrCat(path, ": no term in it"));
  return absl::OkStatus();
}

}  // namespace

void AddBackgroundOptions(CLI::App& command, BackgroundArguments* a) {
  command.add_option("--background-genes", a->genes,
                     "Information content from these genes: a file as for --genes; - for standard "
                     "input");
  AddList(command, "--background-organism", &a->organisms,
          "Information content from the genes of this organism; may be repeated");
  AddList(command, "--background-study", &a->studies,
          "Information content from this study, or STUDY/SCREEN; may be repeated");
  AddList(command, "--background-source", &a->sources,
          "Information content from this source; may be repeated");
  AddList(command, "--background-perturbation", &a->types,
          "Information content from this type of perturbation; may be repeated");
  auto* frequencies = command.add_option(
      "--background-frequencies", a->frequencies,
      "Information content from a file of lines with a term, a tab and a number of genes");
  auto* total =
      command.add_option("--background-total", a->total, "Genes that the frequencies are of")
          ->check(CLI::PositiveNumber);
  frequencies->needs(total);
  total->needs(frequencies);
}

absl::Status FillBackground(const BackgroundArguments& arguments, const std::string& organism,
                            v1::InformationBackground* background) {
  if (!arguments.genes.empty()) {
    const absl::StatusOr<GeneList> list = ReadGeneList(arguments.genes);
    if (!list.ok()) return list.status();
    if (list->names.empty())
      return absl::InvalidArgumentError(absl::StrCat(arguments.genes, ": no gene in it"));
    for (const std::string& name : list->names) background->add_genes(name);
    background->set_organism(organism);
  }
  const bool scoped = !arguments.organisms.empty() || !arguments.studies.empty() ||
                      !arguments.sources.empty() || !arguments.types.empty();
  if (scoped) {
    v1::PhenotypeScope& scope = *background->mutable_scope();
    for (const std::string& value : arguments.organisms) scope.add_organisms(value);
    for (const std::string& value : arguments.studies) scope.add_studies(value);
    for (const std::string& value : arguments.sources) scope.add_sources(value);
    for (const std::string& value : arguments.types) scope.add_perturbation_types(value);
  }
  if (arguments.frequencies.empty()) return absl::OkStatus();
  background->set_total_genes(arguments.total);
  return ReadFrequencies(arguments.frequencies, background);
}

}  // namespace parfocal::cli
