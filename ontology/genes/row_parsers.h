// One parser for each format of table_format.cc: a row becomes calls of the sink, or a word on what
// is wrong with it. A shape says whether a row may be of a format that has no header.
#pragma once

#include "absl/strings/string_view.h"
#include "table_format.h"

namespace parfocal::internal {

absl::string_view ParseHgnc(Columns row, RowSink* sink);
absl::string_view ParseNcbiGene(Columns row, RowSink* sink);
absl::string_view ParsePomBaseNames(Columns row, RowSink* sink);
absl::string_view ParsePomBaseObsoleted(Columns row, RowSink* sink);
absl::string_view ParsePomBaseId(Columns row, RowSink* sink);
absl::string_view ParseSgdFeature(Columns row, RowSink* sink);
absl::string_view ParseFlyBase(Columns row, RowSink* sink);
absl::string_view ParseMgi(Columns row, RowSink* sink);
absl::string_view ParseWormBase(Columns row, RowSink* sink);

absl::string_view ParseHcop(Columns row, RowSink* sink);
absl::string_view ParseAlliance(Columns row, RowSink* sink);
absl::string_view ParseMgiOrthologs(Columns row, RowSink* sink);
absl::string_view ParseMgiPhenotype(Columns row, RowSink* sink);
absl::string_view ParseHomoloGene(Columns row, RowSink* sink);
absl::string_view ParseString(Columns row, RowSink* sink);

bool IsSgdFeature(Columns row);
bool IsWormBaseGene(Columns row);
bool IsMgiPhenotype(Columns row);
bool IsPomBaseId(Columns row);

}  // namespace parfocal::internal
