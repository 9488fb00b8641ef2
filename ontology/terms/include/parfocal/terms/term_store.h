// The terms of all loaded ontology files, merged, in RocksDB. What a search touches often (ids,
// labels, hierarchy, exact look-up, words) is held in memory in compact arrays; definitions,
// cross-references and the text of synonyms stay on disk.
//
// A release is the content of a list of files and bad edges. It is built aside and swapped in with
// one write; a TermLookup that was handed out keeps answering from its own release for as long as
// it lives.
//
// Merging: a term that several files describe has the union of their parents and synonyms. The
// newer file decides its label (English ones first), its definition and whether it is obsolete.
// Newer is the file with the later date (YYYY-MM-DD in its version; without one it is older than
// all that have one), then the one that was loaded later.
//
// Thread safety: Current, Kept and Report may be called from any thread; Load and Forget, too: they
// wait for each other.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/rdf/ontology_reader.h"
#include "parfocal/status.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

struct LoadRequest {
  // Files, or folders whose files are taken in the order of their names (not those of folders
  // within). In a folder what is no ontology is passed over and listed in the report; a file that
  // is named here must load.
  std::vector<std::string> paths;
  // Tab-separated: child, parent, reason. These edges do not count. Empty: `bad-edges.tsv` of the
  // folder in `paths` that has one, or else the list of the last release.
  std::string bad_edges;
  // The release holds these files and no others. Otherwise they are added to those of the last
  // release, replacing files of the same name.
  bool only_these = false;
  // Keeps the last release beside the new one, over restarts, until Forget; one that is kept
  // already stays the kept one.
  bool keep_last = false;
  ReadLimits limits;
  // What the columns of tables mean. Null: tables are passed over. Borrowed for the call.
  const TableLayouts* tables = nullptr;
};

struct LoadedFile {
  std::string name;     // Without its folder.
  bool reused = false;  // Unchanged since the last release: not parsed again.
  ReadReport report;
};

struct SkippedFile {
  std::string name;
  absl::Status reason;
};

// Terms of one prefix; the prefix of those whose id is an IRI is empty.
struct OntologyCounts {
  std::string prefix;
  int64_t terms = 0;
  int64_t labelled = 0;
  int64_t obsolete = 0;
  int64_t orphans = 0;
};

// A file of the release, whether it was read now or long ago.
struct ReleaseFile {
  std::string name;
  std::string version;
  OntologyFormat format = OntologyFormat::kUnknown;
  int64_t terms = 0;   // That it describes.
  std::string prefix;  // Of most of them.
};

struct LoadReport {
  std::string release;
  std::vector<LoadedFile> files;  // In the order of loading.
  std::vector<SkippedFile> skipped;
  std::vector<ReleaseFile> release_files;  // From old to new.
  std::vector<OntologyCounts> ontologies;  // By prefix.
  int64_t terms = 0;                       // Described by some file.
  int64_t labelled = 0;
  int64_t obsolete = 0;
  int64_t replaced = 0;       // Obsolete terms whose chain of replacements ends at a live one.
  int64_t broken_chains = 0;  // ... whose chain loops or ends nowhere.
  int64_t edges = 0;
  int64_t bad_edges = 0;  // Left out.
  int64_t mentioned = 0;  // Ids that are parents but are described nowhere.
  int64_t orphans = 0;    // Live terms with neither parent nor child.
  int64_t cycles = 0;     // Sets of terms that are each other's ancestors.
  int64_t cycle_terms = 0;
  int64_t memory_bytes = 0;  // Of the arrays in memory.
  std::vector<std::string> warnings;
};

// Called before each file, with how many are done of how many.
using LoadProgress = std::function<void(const std::string& file, size_t done, size_t total)>;

class TermStore {
 public:
  virtual ~TermStore() = default;

  // Opens or makes the store in `dir`. The last release is there at once, nothing is parsed.
  // FAILED_PRECONDITION if another process has it or its format is of another version.
  static absl::StatusOr<std::unique_ptr<TermStore>> Open(const std::string& dir);

  // On failure the last release stays as it is.
  virtual absl::StatusOr<LoadReport> Load(const LoadRequest& request,
                                          const LoadProgress& progress = nullptr) = 0;
  // Never null; knows no term before the first Load.
  virtual std::shared_ptr<const TermLookup> Current() const = 0;
  // The release that was kept when a newer one was loaded; nullptr if there is none. (What records
  // were brought to before answers with it until they have followed.)
  virtual std::shared_ptr<const TermLookup> Kept() const = 0;
  // Drops it; what was handed out stays usable. Waits for a Load.
  virtual absl::Status Forget() = 0;
  // The report of the last Load, or what is known of it after a restart.
  virtual LoadReport Report() const = 0;
};

}  // namespace parfocal
