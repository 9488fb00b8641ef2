// The one directory that a node writes: ours alone (0700, owner checked, no symbolic links), of a
// known format, and locked against a second node for as long as this object lives. What the lock
// says is the kernel's (flock): a lock left by a killed process needs no hands.
//
//   FORMAT   the version of this layout        catalogue/  records, the truth
//   LOCK     who runs on it, since when        terms/      ontologies
//   node.key secret of the page tokens         mappings/   mapping sets, decisions of curators
//   citations/ answers kept for citing         index/      derived, rebuilt at need
#pragma once

#include <memory>
#include <string>

#include "absl/time/time.h"
#include "parfocal/status.h"

namespace parfocal {

class DataDir {
 public:
  // Makes the directory if it is not there (its parent must be). FAILED_PRECONDITION, in less than
  // a second, if another process has it (named with its id and start), if its owner is not this
  // user, if it or an entry of it is a symbolic link, or if its format is of another version.
  static absl::StatusOr<std::unique_ptr<DataDir>> Open(const std::string& path, absl::Time now);
  ~DataDir();
  DataDir(const DataDir&) = delete;
  DataDir& operator=(const DataDir&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  // 32 secret bytes, the same at every start.
  const std::string& key() const { return key_; }

 private:
  DataDir(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  absl::Status Lock(absl::Time now);
  absl::Status CheckEntries() const;
  absl::Status CheckFormat() const;
  absl::Status ReadKey();

  const std::string path_;
  const int fd_;  // Of the directory.
  int lock_ = -1;
  std::string key_;
};

}  // namespace parfocal
