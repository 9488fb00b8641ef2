// The background of a request, bound to one matrix: what the information content is computed from.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "matrix_data.h"
#include "profile_index.h"

namespace parfocal::phenotype {

class BoundBackground {
 public:
  // VALUE_OUT_OF_RANGE if it has no gene, mixes frequencies with genes or a scope, or a frequency
  // is not between 0 and the total; errors of scope and names as everywhere.
  static absl::StatusOr<BoundBackground> Bind(const MatrixData& data, const Background& background,
                                              ObservationKind kind);

  // None: the matrix' own.
  const std::optional<TermContent>& content() const { return content_; }
  int64_t genes() const { return genes_; }
  // For explain: how the information content is computed, and what of the request is not used.
  const std::string& rule() const { return rule_; }
  const std::vector<std::string>& left_out() const { return left_out_; }
  const std::vector<UnusedName>& not_used() const { return not_used_; }

 private:
  absl::Status BindGenes(const MatrixData& data, const Background& background,
                         ObservationKind kind);
  absl::Status BindFrequencies(const MatrixData& data, const Background& background);

  std::optional<TermContent> content_;
  int64_t genes_ = 0;
  std::string rule_;
  std::vector<std::string> left_out_;
  std::vector<UnusedName> not_used_;
};

}  // namespace parfocal::phenotype
