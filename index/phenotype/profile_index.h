// Profiles of genes (their asserted terms), closed upwards and turned round, and how alike they
// are. Immutable; any thread.
//
// simGIC (Pesquita et al. 2008): the information content of the terms that two profiles share by
// that of all terms of the two, both closed upwards. Resnik best-match average (Resnik 1995;
// Pesquita et al. 2009): for each asserted term of the one the information content of the most
// informative ancestor that it has in common with the other; averaged over the terms; the mean of
// both directions.
//
// Nothing is precomputed for pairs. One against all costs the lengths of the lists of the query's
// terms, but for the terms that most profiles have: these are bits, eight to a byte, and a table of
// the 256 sums that a byte may stand for serves eight of them in one look-up a profile. Best
// matches are found for sixteen terms of the query at once: the ancestors of the query write, as a
// rank of one byte, what they say on the terms below them, and each profile takes the largest of
// its terms.
//
// Information content is kept in steps of 2^-44 bits (3e-14 off at most), so that sums of up to 512
// bits are exact in whatever order: equal profiles have equal scores to the last bit, and a score
// does not depend on which of the two genes was asked for.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "term_table.h"

namespace parfocal::phenotype {

// How much each term says, by what share of some genes has it.
struct TermContent {
  std::vector<double> bits;     // By term; 0 for one that all or none of them have.
  std::vector<int64_t> counts;  // Genes with the term rolled up.
  int64_t genes = 0;

  // From counts, which must not exceed `genes`. With `unseen_as_one` a term that none has counts as
  // if one had, so that no term says less than those above it.
  static TermContent Of(std::vector<int64_t> counts, int64_t genes, bool unseen_as_one);
};

class ProfileIndex {
 public:
  struct Profile {
    uint32_t subject = 0;
    std::vector<uint32_t> terms;  // Asserted; ascending.
  };

  // Information content from these very profiles.
  ProfileIndex(std::shared_ptr<const TermTable> terms, std::vector<Profile> profiles);
  // Information content from `background`.
  ProfileIndex(std::vector<Profile> profiles, const ProfileIndex& background);
  // Information content as given. REQUIRES: `content` is of these terms.
  ProfileIndex(std::shared_ptr<const TermTable> terms, std::vector<Profile> profiles,
               TermContent content);

  const TermTable& terms() const { return *terms_; }
  const std::vector<Profile>& profiles() const { return profiles_; }
  // Position of the subject's profile, or -1.
  int64_t PositionOf(uint32_t subject) const;
  // Bits; 0 for a term that no profile of the background has.
  double InformationContent(uint32_t term) const { return content_.bits[term]; }
  // Profiles of the background with the term rolled up.
  int64_t CountOf(uint32_t term) const { return content_.counts[term]; }
  int64_t BackgroundSize() const { return content_.genes; }
  // Profiles with the term rolled up, by position, ascending.
  absl::Span<const uint32_t> WithTerm(uint32_t term) const {
    return absl::MakeConstSpan(with_).subspan(first_with_[term],
                                              first_with_[term + 1] - first_with_[term]);
  }
  absl::Span<const uint32_t> ClosureOf(size_t position) const {
    return absl::MakeConstSpan(closed_).subspan(
        first_closed_[position], first_closed_[position + 1] - first_closed_[position]);
  }
  absl::Span<const uint32_t> AssertedOf(size_t position) const {
    const size_t begin = position == 0 ? 0 : asserted_end_[position - 1];
    return absl::MakeConstSpan(asserted_).subspan(begin, asserted_end_[position] - begin);
  }
  // Terms closed upwards, ascending.
  std::vector<uint32_t> Close(absl::Span<const uint32_t> terms) const;

  // Of one set of asserted terms with every profile, by position.
  void SimGicWithAll(absl::Span<const uint32_t> terms, std::vector<double>* scores) const;
  void ResnikWithAll(absl::Span<const uint32_t> terms, std::vector<double>* scores) const;
  double SimGic(absl::Span<const uint32_t> a, absl::Span<const uint32_t> b) const;
  double Resnik(absl::Span<const uint32_t> a, absl::Span<const uint32_t> b) const;
  // Terms that two closed sets share and that have no shared term below them; most informative
  // first, then by id. Terms without information are left out.
  std::vector<uint32_t> MostSpecificShared(absl::Span<const uint32_t> a,
                                           absl::Span<const uint32_t> b) const;
  size_t MemoryBytes() const;

 private:
  // Terms in bytes: kGroups of them, the most frequent terms first.
  static constexpr size_t kGroups = 16, kGroupTerms = 8;
  static constexpr uint8_t kNoBit = 0xff;
  using GroupTable = std::array<double, size_t{1} << kGroupTerms>;

  void Close();
  void Sum();
  void Pack();
  // Adds to `*sums` the information content of each of `terms` that a profile has. `terms` are of
  // one group.
  void AddGroup(absl::Span<const uint32_t> terms, std::vector<double>* sums) const;
  std::vector<uint32_t> ByContent(absl::Span<const uint32_t> closed) const;
  // The highest information content of an ancestor in `closed` (a mark per term).
  double BestMatch(uint32_t term, const std::vector<uint8_t>& closed) const;

  std::shared_ptr<const TermTable> terms_;
  std::vector<Profile> profiles_;
  // The same terms as in profiles_, one after the other: what a loop over all profiles reads.
  std::vector<uint32_t> asserted_, asserted_end_;
  std::vector<uint32_t> closed_, first_closed_, with_, first_with_;
  TermContent content_;
  std::vector<double> sums_;     // Information content of each closure.
  std::vector<uint8_t> bit_of_;  // By term: group * kGroupTerms + bit, or kNoBit.
  std::vector<uint8_t> packed_;  // By group and position.
};

}  // namespace parfocal::phenotype
