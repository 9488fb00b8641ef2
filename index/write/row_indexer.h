// A record of the catalogue as a row of a segment: its values become numbers of the vocabulary.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "parfocal/record.h"
#include "parfocal/record_store.h"
#include "parfocal/segment/segment_builder.h"
#include "parfocal/segment/vocabulary.h"

namespace parfocal {

// One thread. Adds to the vocabulary what it lacks.
class RowIndexer {
 public:
  explicit RowIndexer(Vocabulary* vocabulary) : vocabulary_(vocabulary) {}
  ImageSetRow Row(const ImageSet& set, int64_t sequence);
  // `text_doc` is left for the caller. The study's work, which stands beside the record, is a value
  // like those of the record.
  StudyRecord Record(const Study& study, const RecordMeta& meta);

 private:
  template <typename Visit>
  void ForEachAttribute(const std::vector<Attribute>& attributes, Visit visit);

  Vocabulary* vocabulary_;
  absl::flat_hash_map<std::string, bool> personal_;  // By attribute name.
};

}  // namespace parfocal
