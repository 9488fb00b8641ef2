#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "parfocal/mapping/sssom.h"
#include "table_cells.h"

namespace parfocal {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

}  // namespace

void WriteSssom(const MappingSet& set, const std::function<void(absl::string_view)>& write) {
  std::string piece;
  absl::string_view metadata = set.info().metadata;
  absl::ConsumeSuffix(&metadata, "\n");
  if (!metadata.empty()) {
    for (const absl::string_view line : absl::StrSplit(metadata, '\n'))
      absl::StrAppend(&piece, "#", line, "\n");
  }
  for (size_t column = 0; column < set.columns().size(); ++column) {
    if (column > 0) piece.push_back('\t');
    const std::string& name = set.columns()[column];
    // Not to be taken for metadata, JSON or RDF.
    if (column == 0 && !name.empty() && absl::StrContains("#{[<@", name.substr(0, 1))) {
      absl::StrAppend(&piece, "\"", absl::StrReplaceAll(name, {{"\"", "\"\""}}), "\"");
      continue;
    }
    AppendCell(name, &piece);
  }
  piece.push_back('\n');
  for (size_t row = 0; row < set.size(); ++row) {
    for (size_t column = 0; column < set.columns().size(); ++column) {
      if (column > 0) piece.push_back('\t');
      AppendCell(set.Cell(row, column), &piece);
    }
    piece.push_back('\n');
    if (piece.size() < kPieceBytes) continue;
    write(piece);
    piece.clear();
  }
  if (!piece.empty()) write(piece);
}

}  // namespace parfocal
