// A rehearsal of a source definition: what a harvest with it would give, without writing anything.
//
// Thread safety: a pure function of its arguments; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "parfocal/connector_defined/defined_connector.h"
#include "parfocal/harvest.h"
#include "parfocal/record.h"

namespace parfocal {

struct RehearsalOptions {
  int pages = 20;
  size_t words = 100;
  size_t rejections = 100;
  size_t duplicates = 100;
};

struct Rehearsal {
  // How often a field has a value, in records of one level.
  struct Share {
    std::string field;
    bool image_set = false;
    int64_t records = 0, total = 0;
    int64_t mapped_values = 0, values = 0;  // Of fields whose values are terms.
  };
  // Words that mean no term; `field` is "map NAME" for a value map that lacks the word.
  struct Word {
    std::string field, value;
    int64_t count = 0;
  };
  // Two studies that may be one: `accession` came later than `other`.
  struct Duplicate {
    std::string accession, other, reason;
  };
  Ledger ledger;
  int64_t studies = 0, image_sets = 0, observations = 0, left_out = 0, bytes = 0;
  bool complete = false;
  std::string stopped;
  std::vector<Share> shares;   // Studies first, by field.
  std::vector<Word> unmapped;  // Most frequent first.
  std::vector<Rejection> rejections;
  int64_t total_rejections = 0;
  std::vector<Duplicate> duplicates;
  int64_t total_duplicates = 0;
  ReadingCost cost;
};

// Reads pages of `connector` from the first on and normalises their records with `normalise`.
Rehearsal Rehearse(DefinedConnector* connector, const std::function<int(Record*)>& normalise,
                   const RehearsalOptions& options);

}  // namespace parfocal
