// The genes of all loaded tables, their orthologs and interactions, built once into one immutable
// file and held in memory in flat arrays.
//
// Which gene is which: a gene has one id, of the database that names the genes of its species.
// Tables that speak of the same gene are joined by the ids that they share, never by a symbol that
// two genes have. All names that any table has for a gene are kept; the newest table decides the
// current symbol. Newer is the table with the later date (the last change of its rows, or else the
// first YYYY-MM or YYYY in its file name; without either it is older than all that have one).
//
// Orthologs: pairs of a human gene and a gene of another species, in either direction; pairs of two
// other species are not derived. Their sources are those that HCOP names for the pair, and
// HomoloGene if the two are members of one of its groups (once, even if HCOP names it, too).
// Alliance and MGI are compilations that rest on the same predictions as HCOP does, so each is a
// source of its own only of a pair for which HCOP and HomoloGene name none: the number of sources
// never counts a prediction twice.
//
// Thread safety: Current may be called from any thread; Load from one at a time, while others read.
// A GeneLookup that was handed out keeps answering from its own release for as long as it lives.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/gene_lookup.h"
#include "parfocal/status.h"

namespace parfocal {

struct GeneReadLimits {
  int64_t file_bytes = int64_t{1} << 30;  // Decoded.
  int64_t line_bytes = int64_t{1} << 20;
  int64_t rows = 5'000'000;
};

struct GeneTableReport {
  std::string file;                        // Without its folder.
  std::string format;                      // "HGNC", "HCOP", ...; empty if it was passed over.
  std::string date;                        // YYYY-MM-DD, YYYY-MM, YYYY or empty.
  int64_t rows = 0;                        // Without the header and empty lines.
  int64_t bad = 0;                         // Rows that were passed over.
  std::map<std::string, int64_t> reasons;  // Why, and how many.
  std::string first_bad;                   // "line 12: ...".
  std::string skipped;                     // Why the file as a whole was passed over.
};

struct GeneSpeciesReport {
  std::string taxon;
  int64_t genes = 0;
  int64_t symbols = 0;          // Distinct current symbols.
  int64_t other_names = 0;      // Distinct previous symbols and aliases, case folded.
  int64_t ambiguous_names = 0;  // ... of several genes.
  int64_t shadowed_names = 0;   // ... that are the current symbol of another gene.
  bool case_matters = false;    // Two current symbols differ by case alone.
};

struct GeneLoadReport {
  std::string release;
  bool reused = false;  // The tables had not changed; only what is said of the release is filled.
  std::vector<GeneTableReport> tables;
  std::vector<GeneSpeciesReport> species;
  int64_t genes = 0;
  int64_t names = 0;
  int64_t withdrawn = 0;           // Entries and ids that match no more.
  int64_t ortholog_pairs = 0;      // Distinct.
  int64_t ortholog_rows_lost = 0;  // One of the two genes is not told apart.
  int64_t interaction_pairs = 0;   // Distinct.
  int64_t interaction_rows_lost = 0;
  int64_t bytes = 0;  // In memory and on disk.
};

struct GeneLoadRequest {
  // Files, or folders whose files are taken in the order of their names (not those of folders
  // within). In a folder what is no gene table is passed over and listed in the report; a file that
  // is named here must load.
  std::vector<std::string> paths;
  GeneReadLimits limits;
};

// Called before each file, with how many are done of how many.
using GeneLoadProgress = std::function<void(const std::string& file, size_t done, size_t total)>;

class GeneStore {
 public:
  virtual ~GeneStore() = default;

  // Opens or makes the store in `directory`. The last release is there at once, nothing is parsed.
  // `vocabulary`: the folder of strains.tsv, species.tsv, not-genes.tsv and months.tsv; what is not
  // there counts as empty. A stored release that is damaged or of another format version counts as
  // none, since it can be built again: see Problem. INVALID_ARGUMENT for a bad line of the
  // vocabulary, UNAVAILABLE if the directory cannot be made.
  static absl::StatusOr<std::unique_ptr<GeneStore>> Open(const std::string& directory,
                                                         const std::string& vocabulary);

  // Builds a release of these tables and no others, writes it and swaps it in; if neither they nor
  // the vocabulary changed since the last one, does nothing. On failure the last release stays.
  // NOT_FOUND for a path that is not there, INVALID_ARGUMENT for a named file of no known format,
  // RESOURCE_EXHAUSTED beyond a limit.
  virtual absl::StatusOr<GeneLoadReport> Load(const GeneLoadRequest& request,
                                              const GeneLoadProgress& progress = nullptr) = 0;
  // Never null; knows no gene before the first Load.
  virtual std::shared_ptr<const GeneLookup> Current() const = 0;
  // Why the stored release was not taken at Open (DATA_LOSS, FAILED_PRECONDITION); OK if it was, or
  // if there was none.
  virtual absl::Status Problem() const = 0;
};

}  // namespace parfocal
