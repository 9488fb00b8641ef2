// Makes drafts of the records of one source, as its definition says. Knows neither files nor
// protocols: what it reads is an Item.
//
// A value that the definition itself supplies, or that a value map gives a meaning, is ours and not
// the archive's word: its statement is marked as inferred and says so in its evidence.
//
// Bounds of one record: texts, values and lists as in MapperLimits; what is longer is cut, with a
// remark. Thread safety: one mapper, one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "parfocal/definition/definition.h"
#include "parfocal/definition/item.h"
#include "parfocal/record.h"

namespace parfocal::definition {

struct MapperLimits {
  size_t title_bytes = 4096;
  size_t text_bytes = size_t{256} << 10;
  size_t value_bytes = size_t{32} << 10;
  size_t keywords = 1000;
  size_t people = 200;
  size_t attributes = 500;
  size_t statements = 2000;
  size_t observations = 2000;
  size_t sets = 20'000;
  size_t remarks = 20;
};

struct MappedRecord {
  // The definition's `when` leaves the record out, or a join that it requires has nothing for it.
  bool left_out = false;
  std::string problem;  // Why the record cannot be used; empty if it can.
  Study study;
  std::vector<ImageSet> sets;
  std::vector<std::string> remarks;  // What a curator should know although it was accepted.
};

// Whether every condition holds of what `view` shows.
bool Holds(const std::vector<Condition>& conditions, const View& view);

class Mapper {
 public:
  // `definition` must outlive it.
  Mapper(const SourceDefinition* definition, std::string source, const MapperLimits& limits = {});

  MappedRecord Map(const FeedRule& feed, const Item& record);

  // Words that a value map was asked for and does not have, by (map, word), and how often; at most
  // 10,000 distinct ones are kept.
  const std::map<std::pair<std::string, std::string>, int64_t>& unmapped() const {
    return unmapped_;
  }

 private:
  friend class RecordMapping;
  void CountUnmapped(const std::string& map, absl::string_view word);

  const SourceDefinition& definition_;
  const std::string source_;
  const MapperLimits limits_;
  std::map<std::pair<std::string, std::string>, int64_t> unmapped_;
};

}  // namespace parfocal::definition
