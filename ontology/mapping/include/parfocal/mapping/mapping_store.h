// The mappings of a node: sets read from files or imported, and the decisions of its curators, kept
// in one folder and answered from memory.
//
// In the folder: `decisions.log`, which is only ever appended to, and `sets/`, one file for each
// set in a form that is read back without parsing.
//
// Thread safety: Current from any thread; the others wait for each other. A snapshot that was
// handed out stays as it is.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/clock.h"
#include "parfocal/mapping/decision.h"
#include "parfocal/mapping/mapping_snapshot.h"
#include "parfocal/mapping/mapping_use.h"
#include "parfocal/mapping/sssom.h"
#include "parfocal/status.h"

namespace parfocal {

struct MappingImport {
  std::string id;        // The id of the set, whatever the content says; `curator` for decisions.
  std::string name;      // The id if the content states none.
  std::string metadata;  // Separate YAML.
  // Of rows that become decisions: a reason to leave one out. May be empty.
  std::function<absl::Status(const CuratorDecision&)> check;
};

struct MappingImportReport {
  std::string set;  // Under which name it is now there; `curator` for decisions.
  SssomReport rows;
  int64_t decisions = 0;  // New ones; a decision that holds already is none.
  bool changed = false;   // Otherwise the same content was there already.
  bool used = false;      // Records may have to be normalised anew.
};

struct MappingFileReport {
  std::string file;   // Without its folder.
  std::string error;  // Why it was left out.
  std::string set;
  int64_t rows = 0;
  int64_t left_out = 0;
  bool reused = false;  // Unchanged since it was read last: not parsed again.
  std::vector<std::string> warnings;
};

class MappingStore {
 public:
  // Opens or makes the store in `dir`; what it holds is there at once, nothing is parsed. `clock`
  // must outlive it. DATA_LOSS if decisions are damaged. `*warnings`: sets that could not be read.
  static absl::StatusOr<std::unique_ptr<MappingStore>> Open(const std::string& dir, MappingUse use,
                                                            const Clock* clock,
                                                            std::vector<std::string>* warnings);
  ~MappingStore();

  // The sets of these files, and of the tables (.tsv, .tsv.gz) in these folders but not in folders
  // within, become the configured ones; configured sets of other files go. An imported set goes
  // over a configured one of the same id. A file that cannot be read is left out and reported; only
  // a path that is not there is an error (NOT_FOUND).
  absl::StatusOr<std::vector<MappingFileReport>> Load(const std::vector<std::string>& paths);

  // Adds a set, or replaces the imported one of the same id; a set of decisions adds those that do
  // not hold yet. On disk when it returns OK. Errors as ReadSssom.
  absl::StatusOr<MappingImportReport> Import(absl::string_view content,
                                             const MappingImport& options);
  absl::StatusOr<MappingImportReport> ImportFile(const std::string& path,
                                                 const MappingImport& options);

  // Records a decision, on disk when it returns OK; returns it with its number and time. Errors as
  // CheckDecision; UNAVAILABLE if it cannot be written. A decision that holds already is recorded
  // again: who agreed, and when, is worth knowing.
  absl::StatusOr<CuratorDecision> Decide(CuratorDecision decision);

  // Writes what people gave to this store (decisions and imported sets; not what is read from the
  // configured files) durably into `dir`, which is made: a store that is opened there has it. Waits
  // for the change in hand. UNAVAILABLE if it cannot be written.
  absl::Status CopyTo(const std::string& dir) const;

  // Sets that are made from something else and not kept, such as cross-references.
  void SetDerived(std::vector<NamedSet> sets);

  std::shared_ptr<const MappingSnapshot> Current() const;
  const MappingUse& use() const;

 private:
  struct State;
  explicit MappingStore(std::unique_ptr<State> state);
  const std::unique_ptr<State> state_;
};

}  // namespace parfocal
