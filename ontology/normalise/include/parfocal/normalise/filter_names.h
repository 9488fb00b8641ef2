// Under which keys records hold what a person calls by another name: an id or a name of a gene that
// the normaliser took to the gene's one id, another id or spelling of a cell line. The inverse of
// the normaliser, for filters.
//
// Thread safety: immutable; any thread may call it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/gene_lookup.h"
#include "parfocal/normalise/cell_lines.h"

namespace parfocal {

// The genes that `text` names, of any organism: those by the best kind of name alone, so that a
// current symbol of one species is not mixed with an alias or another spelling of the next. Sorted
// ids; empty without `genes`. Of an ambiguous name, all candidates.
std::vector<std::string> GenesCalled(absl::string_view text, const GeneLookup* genes);

// The id of the cell line that `text` is an id or a name of; empty if it is none.
std::string CellLineCalled(absl::string_view text, const CellLines* lines);

}  // namespace parfocal
