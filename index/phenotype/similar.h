// Genes whose profiles are alike.
#pragma once

#include <memory>
#include <vector>

#include "bound_scope.h"
#include "matrix_data.h"
#include "profile_index.h"

namespace parfocal::phenotype {

// Profiles of the genes within a scope; the information content stays that of the whole matrix
// unless another is given. A scope that leaves nothing out borrows the matrix's own, which must
// outlive this.
class ScopedProfiles {
 public:
  // `content` may be null: that of the whole matrix.
  ScopedProfiles(const MatrixData& data, const BoundScope& scope,
                 const TermContent* content = nullptr);
  const ProfileIndex& operator*() const { return *index_; }
  const ProfileIndex* operator->() const { return index_; }

 private:
  std::unique_ptr<const ProfileIndex> own_;
  const ProfileIndex* index_;
};

// Positive terms of a subject in scope; ascending.
std::vector<uint32_t> TermsOf(const MatrixData& data, const BoundScope& scope, uint32_t subject);
std::vector<SharedTerm> SharedOf(const MatrixData& data, const ProfileIndex& profiles,
                                 const std::vector<uint32_t>& terms, size_t limit);

// The `count`-th largest of the positive scores; 0 if there are fewer. One pass.
double LeastOfBest(const std::vector<double>& scores, size_t count);

// Positions of the best `limit` profiles, best first, ties by symbol, then by id; without
// `except` and without scores of 0.
std::vector<size_t> BestOf(const MatrixData& data, const ProfileIndex& profiles,
                           const std::vector<double>& scores, int64_t except, size_t limit);

absl::StatusOr<SimilarAnswer> Similar(const MatrixData& data, const SimilarQuery& query);
absl::StatusOr<Comparison> Compare(const MatrixData& data, const CompareQuery& query);

}  // namespace parfocal::phenotype
