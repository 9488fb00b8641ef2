// A small invented archive that changes at random: studies and image sets with terms, words,
// blocks, scopes, attributes and texts, few of each, so that values meet often.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "parfocal/record_store.h"
#include "support/fake_term_lookup.h"

namespace parfocal::testing {

// The terms that the archive's statements use: two small trees that share a class.
std::shared_ptr<const FakeTermLookup> ArchiveTerms();

class RandomArchive {
 public:
  // Creates its two sources in `store`, which must outlive it.
  RandomArchive(uint64_t seed, RecordStore* store);

  // Writes one page of `changes` random upserts and tombstones. Returns the store's sequence.
  int64_t Change(int changes);

  // A query and a filter, as a caller may write them; mostly well formed.
  std::string Query();
  std::string Filter();

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool Chance(int percent) { return Below(100) < static_cast<uint64_t>(percent); }
  const std::string& Any(const std::vector<std::string>& from) { return from[Below(from.size())]; }
  std::string Words(int most);
  std::string Day();
  Statement Term(const std::string& field);
  Statement Gene();
  Study NextStudy(const std::string& source, const std::string& accession);
  ImageSet NextSet(const std::string& source, const std::string& study);
  std::string Condition();

  std::mt19937_64 random_;
  RecordStore* const store_;
  std::map<std::string, std::string> runs_;  // By source.
};

}  // namespace parfocal::testing
