// What came of a gene's name, on the wire. Strings that are not UTF-8 are mended.
#pragma once

#include "absl/strings/string_view.h"
#include "parfocal/gene_lookup.h"
#include "parfocal/v1/ontology_service.pb.h"

namespace parfocal {

// `asked` is the text that was resolved.
void ToProto(const GeneResolution& resolution, absl::string_view asked, v1::GeneResolution* out);

}  // namespace parfocal
