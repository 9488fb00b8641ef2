// Where each term and each phrase occurs in a list of sets. Immutable; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "parfocal/mapping/mapping_snapshot.h"
#include "parfocal/mapping/mapping_use.h"

namespace parfocal {

class SetIndex {
 public:
  // Sorts `sets` by name.
  SetIndex(std::vector<NamedSet> sets, std::shared_ptr<const MappingUse> use);

  const std::vector<NamedSet>& sets() const { return sets_; }
  const MappingUse& use() const { return *use_; }
  // What `use` says of the set; nullptr if it is not used so.
  const SetUse* WordsUse(size_t set) const { return words_use_[set]; }
  const SetUse* TermsUse(size_t set) const { return terms_use_[set]; }
  // Calls `visit(set, row)` for each row whose subject or object is `curie`, in the order of sets
  // and rows.
  void OfTerm(absl::string_view curie, const std::function<void(size_t, size_t)>& visit) const;
  // The same for each row whose subject is these words.
  void OfWords(absl::string_view words, const std::function<void(size_t, size_t)>& visit) const;
  const std::string& fingerprint() const { return fingerprint_; }
  // Names what of the sets can decide what words and foreign ids mean: those that are used, and
  // what any other denies.
  const std::string& used_fingerprint() const { return used_fingerprint_; }
  size_t memory_bytes() const;

 private:
  // A row of any set, under a hash of what stands in it.
  struct Place {
    uint32_t hash;
    uint32_t row;  // Counted over all sets.
    bool operator<(const Place& other) const {
      return hash != other.hash ? hash < other.hash : row < other.row;
    }
  };
  void Visit(const std::vector<Place>& places, uint32_t hash,
             const std::function<void(size_t set, size_t row)>& visit) const;

  std::vector<NamedSet> sets_;
  std::shared_ptr<const MappingUse> use_;
  std::vector<const SetUse*> words_use_;
  std::vector<const SetUse*> terms_use_;
  std::vector<uint32_t> begins_;  // Number of the first row of each set.
  std::vector<Place> terms_;
  std::vector<Place> words_;
  std::string fingerprint_;
  std::string used_fingerprint_;
};

}  // namespace parfocal
