// Values of a field by their folded key and label, made on demand; with a value those that count as
// one with it (SharedSpelling).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/mutex.h"
#include "parfocal/segment/vocabulary.h"
#include "parfocal/term_lookup.h"

namespace parfocal {

// Thread safety: any thread.
class ValueNames {
 public:
  // `terms` may be nullptr.
  ValueNames(std::shared_ptr<const Vocabulary> vocabulary, std::shared_ptr<const TermLookup> terms);
  // Values of `field` below `limit` whose key or label equals `text` after folding, and those that
  // share a spelling with one of them; ascending.
  std::vector<ValueId> Named(FieldId field, absl::string_view text, ValueId limit);

 private:
  struct Names {
    Mutex mu;
    ValueId known ABSL_GUARDED_BY(mu) = 0;
    absl::flat_hash_map<std::string, std::vector<ValueId>> values ABSL_GUARDED_BY(mu);
    // Of ids that share the spelling of their words, which are in `values`.
    absl::flat_hash_map<ValueId, std::string> shared ABSL_GUARDED_BY(mu);
  };
  const std::shared_ptr<const Vocabulary> vocabulary_;
  const std::shared_ptr<const TermLookup> terms_;
  std::vector<std::unique_ptr<Names>> fields_;
};

}  // namespace parfocal
