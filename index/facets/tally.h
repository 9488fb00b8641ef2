// Counts while they are being added up, study by study.
#pragma once

#include "parfocal/query.h"
#include "parfocal/rows/ranked_rows.h"

namespace parfocal {

struct Tally {
  Counts counts;
  uint32_t last_study = UINT32_MAX;

  // `own`: the row is that of a study without ImageSets.
  void Add(uint32_t study, const RowCounts& rows, bool own) {
    if (last_study != study) {
      last_study = study;
      ++counts.studies;
    }
    counts.rows += rows.rows;
    if (!own) counts.image_sets += rows.rows;
    counts.images += rows.images;
    counts.unknown_image_sets += rows.unknown;
  }
};

}  // namespace parfocal
