// The GeneLookup over the file of a release.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gene_index.h"
#include "gene_vocabulary.h"
#include "parfocal/gene_lookup.h"

namespace parfocal::internal {

class IndexedGeneLookup final : public GeneLookup {
 public:
  IndexedGeneLookup(std::shared_ptr<const GeneIndex> index,
                    std::shared_ptr<const GeneVocabulary> vocabulary)
      : index_(std::move(index)), vocabulary_(std::move(vocabulary)) {}

  std::string release() const override;
  std::vector<std::string> Taxa() const override;
  std::string SpeciesOf(absl::string_view taxon) const override;
  GeneResolution Resolve(absl::string_view text, absl::string_view taxon) const override;
  std::optional<Gene> Find(absl::string_view id) const override;
  void Visit(absl::string_view taxon, const std::function<bool(const Gene&)>& visit) const override;
  std::vector<Ortholog> Orthologs(absl::string_view id, absl::string_view taxon) const override;
  std::vector<Interaction> Interactions(absl::string_view id) const override;

 private:
  Gene MakeGene(uint32_t number) const;

  const std::shared_ptr<const GeneIndex> index_;
  const std::shared_ptr<const GeneVocabulary> vocabulary_;
};

}  // namespace parfocal::internal
