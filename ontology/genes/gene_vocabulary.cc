#include "gene_vocabulary.h"

#include <filesystem>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gene_names.h"
#include "parfocal/rdf/byte_stream.h"

namespace parfocal::internal {
namespace {

constexpr int64_t kMaxBytes = 1 << 20;

using Columns = std::vector<absl::string_view>;
// Returns what is wrong with a line; empty if nothing is.
using LineReader = std::function<absl::string_view(const Columns&)>;

absl::Status ReadLines(const std::string& path, std::string* all, const LineReader& read) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return absl::OkStatus();
  PARFOCAL_ASSIGN_OR_RETURN(auto in, ByteStream::OpenFile(path, kMaxBytes, "genes"));
  PARFOCAL_ASSIGN_OR_RETURN(const std::string text, in->ReadAll());
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (line.empty() || line == "#" || absl::StartsWith(line, "# ")) continue;
    const absl::string_view wrong = read(absl::StrSplit(line, '\t'));
    if (wrong.empty()) continue;
    return absl::InvalidArgumentError(absl::StrCat(path, ":", number, ": ", wrong));
  }
  all->append(text);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GeneVocabulary> GeneVocabulary::Read(const std::string& directory) {
  GeneVocabulary out;
  if (directory.empty()) return out;
  const auto pair_into = [](std::map<std::string, std::string, std::less<>>* map, bool fold_key) {
    return [=](const Columns& c) -> absl::string_view {
      if (c.size() < 2 || c[0].empty() || c[1].empty()) return "expected two columns";
      map->insert_or_assign(fold_key ? FoldGeneName(c[0]) : std::string(c[0]), std::string(c[1]));
      return "";
    };
  };
  PARFOCAL_RETURN_IF_ERROR(
      ReadLines(directory + "/strains.tsv", &out.text, pair_into(&out.species_of, false)));
  PARFOCAL_RETURN_IF_ERROR(
      ReadLines(directory + "/species.tsv", &out.text, pair_into(&out.taxon_of, true)));
  PARFOCAL_RETURN_IF_ERROR(
      ReadLines(directory + "/not-genes.tsv", &out.text, [&](const Columns& c) {
        out.not_genes.push_back(FoldGeneName(c[0]));
        return absl::string_view();
      }));
  PARFOCAL_RETURN_IF_ERROR(
      ReadLines(directory + "/months.tsv", &out.text, [&](const Columns& c) -> absl::string_view {
        MonthName month;
        uint32_t least = 0;
        if (c.size() < 4 || !absl::SimpleAtoi(c[0], &month.month) ||
            !absl::SimpleAtoi(c[2], &least) || month.month < 1 || month.month > 12) {
          return "expected month, name, fewest letters, language";
        }
        month.name = FoldGeneName(c[1]);
        month.least = least;
        month.language = std::string(c[3]);
        out.months.push_back(std::move(month));
        return "";
      }));
  return out;
}

absl::string_view GeneVocabulary::SpeciesOf(absl::string_view taxon) const {
  const auto it = species_of.find(taxon);
  return it == species_of.end() ? taxon : absl::string_view(it->second);
}

bool GeneVocabulary::IsNoGene(absl::string_view folded) const {
  for (absl::string_view word : not_genes) {
    if (absl::ConsumeSuffix(&word, "*") ? absl::StartsWith(folded, word) : folded == word) {
      return true;
    }
  }
  return false;
}

}  // namespace parfocal::internal
