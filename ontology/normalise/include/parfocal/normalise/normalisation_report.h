// How well the words of a catalogue became terms: per field the distinct words and statements by
// the rule that mapped them, and those that are flagged. Counts what the records hold; nothing is
// looked up.
//
// Thread safety: one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "parfocal/record.h"

namespace parfocal {

// Whether the term of `statement` is another than the id that the source gave, or the id's own
// label denies the words. A gene's id in another system is no other term.
bool DiffersFromStated(const Statement& statement);

// Calls `visit` for each statement of `record`, findings included.
void ForEachStatement(const Record& record, const std::function<void(const Statement&)>& visit);

class NormalisationReport {
 public:
  static constexpr size_t kRules = 12;  // kUnmapped is 0, kMined 11.
  // Distinct words remembered over all fields, 8 bytes each; those beyond are counted as statements
  // alone and `complete` says so.
  static constexpr size_t kMaxDistinct = 8'000'000;

  struct Tally {
    int64_t words = 0;  // Distinct.
    int64_t statements = 0;
  };
  struct FieldReport {
    Tally all;
    std::array<Tally, kRules> by_rule;  // By TermRule; words that two rules map count in both.
    Tally flagged;                      // The id's own label says something else.
    int64_t differing = 0;              // Statements: DiffersFromStated.
    bool mapped = false;                // A rule maps some of its words, or the source gave ids.
  };

  void Add(const Record& record);

  int64_t records() const { return records_; }
  bool complete() const { return complete_; }
  // By name; fields that no rule has anything to say of are left out.
  std::map<std::string, FieldReport> Fields() const;

 private:
  void Count(const Statement& statement);
  // Whether it is the first of its kind.
  bool IsNew(const std::string& field, char kind, absl::string_view words);

  std::map<std::string, FieldReport> fields_;
  absl::flat_hash_set<uint64_t> seen_;  // Hashes of 64 bits: a collision among 10^7 is unlikely.
  int64_t records_ = 0;
  bool complete_ = true;
};

}  // namespace parfocal
