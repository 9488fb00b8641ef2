// Makes a TermIndex from merged terms that come in the order of their ids.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "codec.h"
#include "parfocal/terms/term_store.h"
#include "term_index.h"

namespace parfocal::internal {

// A term as all files together describe it; of that, what the index needs.
struct MergedTerm {
  std::string id;
  std::string label;
  bool english = false;  // The label is.
  bool obsolete = false;
  std::string replaced_by;
  std::vector<std::string> parents;
  std::vector<Synonym> synonyms;
  std::vector<uint16_t> files;
};

class TermIndexBuilder {
 public:
  // REQUIRES: `term.id` is greater than that of the call before.
  void Add(const MergedTerm& term);
  // Adds to the counts of `report`, whose `release_files` are as many as the files. Call once.
  TermIndex Build(const std::vector<BadEdge>& bad_edges, LoadReport* report);

 private:
  void AddWords(absl::string_view folded, uint32_t entry);
  uint16_t FileSet(const std::vector<uint16_t>& files);
  // Gives ids that are only parents a place among the others. Returns old -> new index.
  std::vector<uint32_t> PlaceMentioned(TermIndex* index, LoadReport* report);
  void BuildEdges(const std::vector<uint32_t>& moved, const std::vector<BadEdge>& bad_edges,
                  TermIndex* index, LoadReport* report);
  void BuildReplaced(const std::vector<uint32_t>& moved, TermIndex* index, LoadReport* report);
  void BuildWords(const std::vector<uint32_t>& moved, TermIndex* index);
  void CountOntologies(const TermIndex& index, LoadReport* report);
  void Count(const TermIndex& index, LoadReport* report);

  TextPool ids_, labels_, parents_;
  std::vector<uint8_t> flags_;
  std::vector<uint32_t> parent_ends_;
  std::vector<uint16_t> file_set_;
  std::vector<std::pair<uint32_t, std::string>> replaced_;
  std::vector<TermIndex::ExactEntry> exact_;
  absl::flat_hash_map<std::string, uint32_t> word_ids_;
  std::vector<std::pair<uint32_t, uint32_t>> word_entries_;  // Word, entry.
  std::vector<std::vector<uint16_t>> file_sets_;
};

}  // namespace parfocal::internal
