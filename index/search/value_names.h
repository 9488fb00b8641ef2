// Values of a field by their folded key and label, made on demand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/mutex.h"
#include "parfocal/segment/vocabulary.h"

namespace parfocal {

// Thread safety: any thread.
class ValueNames {
 public:
  explicit ValueNames(std::shared_ptr<const Vocabulary> vocabulary);
  // Values of `field` below `limit` whose key or label equals `text` after folding, ascending.
  std::vector<ValueId> Named(FieldId field, absl::string_view text, ValueId limit);

 private:
  struct Names {
    Mutex mu;
    ValueId known ABSL_GUARDED_BY(mu) = 0;
    absl::flat_hash_map<std::string, std::vector<ValueId>> values ABSL_GUARDED_BY(mu);
  };
  const std::shared_ptr<const Vocabulary> vocabulary_;
  std::vector<std::unique_ptr<Names>> fields_;
};

}  // namespace parfocal
