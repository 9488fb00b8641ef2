// The gRPC service over the ontologies: proto <-> TermLookup, no rules of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/gene_lookup.h"
#include "parfocal/lexical/lexical_matcher.h"
#include "parfocal/rpc/page_token.h"
#include "parfocal/search_index.h"
#include "parfocal/term_lookup.h"
#include "parfocal/terms/term_store.h"

namespace grpc {
class Service;
}

namespace parfocal {

struct Dispatcher;
class MappingStore;

// What loading one file came to.
struct OntologyFileReport {
  std::string path;
  std::string error;  // Empty if it was loaded.
  LoadedFile file;
};

// Loads files and folders, calling `report` after each file, and swaps in the release, of which it
// returns the report. INVALID_ARGUMENT with ONTOLOGY_FILE if there is nothing to load or nothing
// could be read.
using LoadOntologies = std::function<absl::StatusOr<LoadReport>(
    const std::vector<std::string>& paths,
    const std::function<void(const OntologyFileReport&, int done, int total)>& report)>;

// What a decision did to the records.
struct Renormalised {
  int64_t changed = 0;   // Records whose content is new.
  int64_t sequence = 0;  // Catalogue sequence of the last of them; the newest if none is.
};

// Calls `decide`, which makes a decision or a mapping set durable and part of the newest
// MappingLookup; then normalises every record that carries `words` in `field` anew (both empty:
// every record), and returns when searches see the outcome. Decisions wait for each other. If
// `decide` fails nothing else is done. After any later failure the decision stands, and the records
// follow at the node's next start at the latest.
using DecideAndRenormalise =
    std::function<absl::StatusOr<Renormalised>(const std::string& field, const std::string& words,
                                               const std::function<absl::Status()>& decide)>;

// All borrowed; must outlive the service.
struct OntologyServiceOptions {
  std::function<std::shared_ptr<const TermLookup>()> terms;  // The newest release.
  const SearchIndex* index = nullptr;                        // For counts.
  const PageTokens* tokens = nullptr;
  const Dispatcher* dispatcher = nullptr;
  LoadOntologies load;
  std::function<LoadReport()> report;  // Of the newest release.
  DecideAndRenormalise renormalise;    // Empty: decisions are made and no record changes.
  // Of the release that `terms` gives; without it words find equal names alone.
  std::function<std::shared_ptr<const LexicalMatcher>()> matcher;
  // Whether a curator has decided about words of a field: they are off the work-list. May be empty.
  std::function<bool(absl::string_view field, absl::string_view words)> decided;
  std::function<std::shared_ptr<const GeneLookup>()> genes;  // The newest release.
  MappingStore* mappings = nullptr;
  // Called after sets or decisions have changed, whether records follow or not. May be empty.
  std::function<void()> mappings_changed;
  // INVALID_ARGUMENT if words of a field of this name are not normalised. Empty: any will do.
  std::function<absl::Status(absl::string_view field)> check_field;
};

std::unique_ptr<grpc::Service> MakeOntologyService(OntologyServiceOptions options);

}  // namespace parfocal
