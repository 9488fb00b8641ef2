// Rows like those of a large archive of screens, at any number and for ever the same: record(i) is
// a pure function of i and the number of rows. For benches and tests of the engine.
//
// The distributions are those of the real folder of studies (tests/bench/idr_profile.py prints
// them: 712,342 rows of 122 studies, the largest with 45 % of all rows; 18.4 filled cells a row, of
// which 5.0 are the same in all of a table, 5.4 have at most 20 values, 5.4 fewer than 3 for 100
// rows, 1.9 one for two to thirty rows and 0.8 are unique; 1.07 distinct key-values a row; 3.9 % of
// rows with a phenotype, in 592 distinct sets). Where two rows in a row are alike in the original
// they are here: plates of 208 rows, compounds and genes for some rows, wells by turns.
//
// Words that half of the rows have: "halfway" is in the texts of studies with half of the rows,
// "evenly" stands in an attribute of every second row by chance, which is the worst case of an
// index that is sorted by study. "tenth" and "scarce" likewise stand for 10 % and 0.1 %.
//
// Thread safety: any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/record.h"
#include "parfocal/term_lookup.h"

namespace parfocal::testing {

class IdrLike {
 public:
  // `rows`: ImageSets; each study is one record more.
  explicit IdrLike(int64_t rows);

  int64_t rows() const { return rows_; }
  // Studies and ImageSets; a study comes before its ImageSets.
  int64_t records() const { return rows_ + static_cast<int64_t>(first_.size()) - 1; }
  Record record(int64_t i) const;
  // The terms of all fields, in one tree: five below each.
  static std::shared_ptr<const TermLookup> Terms();
  static std::string TermId(int number);

 private:
  Study MakeStudy(int number) const;
  ImageSet MakeSet(int study, int64_t row) const;
  void AddCompound(uint64_t h, int study, int64_t row, ImageSet* out) const;
  void AddGene(uint64_t h, int study, int64_t row, ImageSet* out) const;
  void AddPhenotypes(uint64_t h, ImageSet* out) const;

  const int64_t rows_;
  std::vector<int64_t> first_;  // Record number of each study; one more for the end.
};

}  // namespace parfocal::testing
