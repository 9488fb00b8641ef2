// Likeness of one profile with all others, where terms are many: the packed terms and the lists
// together against plain sets.
#include "profile_index.h"

#include <cmath>
#include <random>
#include <set>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"

namespace parfocal::phenotype {
namespace {

constexpr uint32_t kTerms = 600;

// A random ontology: each term lies below one before it, some below two. Few lie below the first
// ones, so that there are terms that most genes have and terms that hardly any has.
std::vector<std::vector<uint32_t>> RandomAncestors(std::mt19937_64* random) {
  std::vector<std::vector<uint32_t>> out(kTerms);
  for (uint32_t term = 0; term < kTerms; ++term) {
    std::set<uint32_t> above = {term};
    for (uint32_t parent = 0; term > 0 && parent < 1 + (term % 3 == 0); ++parent) {
      const auto& chosen = out[(*random)() % term];
      above.insert(chosen.begin(), chosen.end());
    }
    out[term].assign(above.begin(), above.end());
  }
  return out;
}

struct Archive {
  std::vector<std::vector<uint32_t>> ancestors;
  std::vector<ProfileIndex::Profile> profiles;
  std::vector<std::set<uint32_t>> closed;
  std::vector<double> content;
};

Archive RandomGenes(uint64_t seed, uint32_t genes) {
  std::mt19937_64 random(seed);
  Archive out{RandomAncestors(&random), {}, {}, std::vector<double>(kTerms, 0.0)};
  for (uint32_t gene = 0; gene < genes; ++gene) {
    std::set<uint32_t> asserted;
    for (uint64_t left = 1 + random() % 8; left > 0; --left)
      asserted.insert(static_cast<uint32_t>(random() % kTerms));
    // Every fifth gene shows what the one before it shows.
    if (gene % 5 == 4)
      asserted = {out.profiles.back().terms.begin(), out.profiles.back().terms.end()};
    out.profiles.push_back({gene, {asserted.begin(), asserted.end()}});
    std::set<uint32_t>& closed = out.closed.emplace_back();
    for (uint32_t term : asserted)
      closed.insert(out.ancestors[term].begin(), out.ancestors[term].end());
  }
  for (uint32_t term = 0; term < kTerms; ++term) {
    double with = 0;
    for (const auto& closed : out.closed) with += static_cast<double>(closed.count(term));
    if (with > 0) out.content[term] = std::log2(genes / with);
  }
  return out;
}

ProfileIndex IndexOf(const Archive& archive) {
  std::vector<std::string> ids;
  for (uint32_t term = 0; term < kTerms; ++term) ids.push_back(absl::StrFormat("EX:%07d", term));
  return {TermTable::FromAncestors(std::move(ids), archive.ancestors), archive.profiles};
}

double PlainSimGic(const Archive& archive, size_t a, size_t b) {
  double shared = 0, all = 0;
  for (uint32_t term = 0; term < kTerms; ++term) {
    const bool left = archive.closed[a].count(term) > 0, right = archive.closed[b].count(term) > 0;
    if (left && right) shared += archive.content[term];
    if (left || right) all += archive.content[term];
  }
  return shared > 0 ? shared / all : 0;
}

TEST(ProfileIndexTest, OneAgainstAllIsWhatEachPairIs) {
  // With few genes lists are short and with many the packed terms decide; both at once as well.
  for (const uint32_t genes : {3U, 60U, 400U}) {
    SCOPED_TRACE(genes);
    const Archive archive = RandomGenes(genes, genes);
    const ProfileIndex index = IndexOf(archive);
    std::vector<double> scores;
    for (size_t a = 0; a < genes; a += 1 + genes / 40) {
      index.SimGicWithAll(archive.profiles[a].terms, &scores);
      ASSERT_EQ(scores.size(), genes);
      for (size_t b = 0; b < genes; ++b) {
        ASSERT_NEAR(scores[b], PlainSimGic(archive, a, b), 1e-12) << a << " " << b;
        // The very same, whichever way it is computed.
        ASSERT_EQ(scores[b], index.SimGic(archive.profiles[a].terms, archive.profiles[b].terms));
        ASSERT_EQ(scores[b], index.SimGic(archive.profiles[b].terms, archive.profiles[a].terms));
      }
      if (a % 5 == 4) {
        EXPECT_EQ(scores[a], scores[a - 1]);
      }
    }
  }
}

// Best match of `term` in a closed set, over all common ancestors.
double PlainBestMatch(const Archive& archive, uint32_t term, const std::set<uint32_t>& closed) {
  double best = 0;
  for (uint32_t above : archive.ancestors[term]) {
    if (closed.count(above) > 0) best = std::max(best, archive.content[above]);
  }
  return best;
}

TEST(ProfileIndexTest, BestMatchesOfOneWithAllAreThoseOfEachPair) {
  const Archive archive = RandomGenes(11, 300);
  const ProfileIndex index = IndexOf(archive);
  // Of more terms than go through at once, and with more ancestors than a byte counts.
  std::vector<uint32_t> many;
  for (uint32_t term = 5; term < kTerms; term += 2) many.push_back(term);
  const std::vector<std::vector<uint32_t>> queries = {archive.profiles[3].terms,
                                                      {many.begin(), many.begin() + 16},
                                                      {many.begin(), many.begin() + 17},
                                                      many};
  ASSERT_GT(index.Close(many).size(), 256u);
  std::vector<double> scores;
  for (const std::vector<uint32_t>& query : queries) {
    SCOPED_TRACE(query.size());
    const std::vector<uint32_t> closed_query = index.Close(query);
    const std::set<uint32_t> closed(closed_query.begin(), closed_query.end());
    index.ResnikWithAll(query, &scores);
    for (size_t gene = 0; gene < archive.profiles.size(); ++gene) {
      double there = 0, back = 0;
      for (uint32_t term : query) there += PlainBestMatch(archive, term, archive.closed[gene]);
      for (uint32_t term : archive.profiles[gene].terms)
        back += PlainBestMatch(archive, term, closed);
      const double plain = (there / static_cast<double>(query.size()) +
                            back / static_cast<double>(archive.profiles[gene].terms.size())) /
                           2;
      ASSERT_NEAR(scores[gene], plain, 1e-12) << gene;
      // Sums of so few are exact.
      if (query.size() < 20) {
        ASSERT_EQ(scores[gene], index.Resnik(query, archive.profiles[gene].terms)) << gene;
      }
    }
  }
}

TEST(ProfileIndexTest, ContentOfABackgroundHoldsForFewerProfiles) {
  const Archive archive = RandomGenes(7, 200);
  const ProfileIndex whole = IndexOf(archive);
  std::vector<ProfileIndex::Profile> few(archive.profiles.begin(), archive.profiles.begin() + 20);
  const ProfileIndex part(few, whole);
  std::vector<double> of_whole, of_part;
  whole.SimGicWithAll(archive.profiles[3].terms, &of_whole);
  part.SimGicWithAll(archive.profiles[3].terms, &of_part);
  of_whole.resize(20);
  EXPECT_EQ(of_part, of_whole);
}

TEST(ProfileIndexTest, NothingIsLikeNothing) {
  const Archive archive = RandomGenes(1, 0);
  const ProfileIndex index = IndexOf(archive);
  std::vector<double> scores = {1};
  index.SimGicWithAll({}, &scores);
  EXPECT_TRUE(scores.empty());
}

}  // namespace
}  // namespace parfocal::phenotype
