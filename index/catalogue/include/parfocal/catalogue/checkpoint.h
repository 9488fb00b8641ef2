// Copies of a catalogue to keep, and the way back. A checkpoint is a directory:
//   MANIFEST.parfocal  format, time, sequence of each group, and size and SHA-256 of every file
//   below FORMAT, db/...     the catalogue; its large files are hard links where the file system
//   allows
//   node/...           what else the node cannot make again, by its place in the data directory
// It is complete or it is not there: it is made beside its place and renamed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "parfocal/record_store.h"
#include "parfocal/status.h"

namespace parfocal {

struct CheckpointFile {
  std::string path;  // Below the checkpoint: "db/000012.sst".
  uint64_t size = 0;
  std::string sha256;  // Hex.
  friend bool operator==(const CheckpointFile&, const CheckpointFile&) = default;
};

struct CheckpointManifest {
  int format = 0;                            // Of the catalogue.
  absl::Time created;                        // Whole seconds.
  std::map<std::string, int64_t> sequences;  // Newest, by group.
  std::vector<CheckpointFile> files;         // By path.
  friend bool operator==(const CheckpointManifest&, const CheckpointManifest&) = default;
};

// The text of MANIFEST.parfocal; its last line holds the SHA-256 of the others.
std::string FormatCheckpointManifest(const CheckpointManifest& manifest);
// The inverse. DATA_LOSS, naming the line, for anything that FormatCheckpointManifest does not
// print, and for a path that is not FORMAT, a plain file name in db/, or plain names below node/.
// At most 64 MiB are read.
absl::StatusOr<CheckpointManifest> ParseCheckpointManifest(absl::string_view text);

// Returns `lines` with the last line that makes them a manifest.
std::string SealCheckpointManifest(std::string lines);

// Writes a checkpoint of `store` as it is between two commits; commits wait for the flush of what
// is in memory (at most some 64 MiB), not for the hashing. `target` must not exist; its parent
// must. INVALID_ARGUMENT if `store` is not the one on RocksDB; ALREADY_EXISTS; UNAVAILABLE.
//
// `add`, if not empty, is called behind that moment with an empty folder, whose files become those
// below node/: durable, with plain names, at most four deep. What it returns is passed on.
using AddFiles = std::function<absl::Status(const std::string& folder)>;
absl::StatusOr<CheckpointManifest> CreateCheckpoint(const RecordStore& store,
                                                    const std::string& target, absl::Time now,
                                                    const AddFiles& add = nullptr);

// Reads every byte of the checkpoint. DATA_LOSS, naming the file, if one is missing, too many, or
// other than the manifest says; FAILED_PRECONDITION if its format is not this program's.
absl::StatusOr<CheckpointManifest> VerifyCheckpoint(const std::string& checkpoint);

// Makes `target` a catalogue with the content of the checkpoint. `target` must not exist or be an
// empty directory (else ALREADY_EXISTS); its parent must exist. Verifies first: a damaged
// checkpoint is DATA_LOSS and nothing is written. Copies, syncs, then renames. What lies below
// node/ is left out.
absl::StatusOr<CheckpointManifest> RestoreCheckpoint(const std::string& checkpoint,
                                                     const std::string& target);

// Copies what lies below node/ into the data directory, which must exist; ALREADY_EXISTS if one of
// the files is there. Of a checkpoint that was verified; what was damaged since is DATA_LOSS.
absl::Status RestoreNodeFiles(const std::string& checkpoint, const std::string& data_directory);

// Reads the whole catalogue in `directory`, which no store may have open: the checksum of every
// block, every record, and the counts against the records. DATA_LOSS with what is wrong.
absl::Status VerifyStore(const std::string& directory);

}  // namespace parfocal
