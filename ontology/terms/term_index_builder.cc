#include "term_index_builder.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>

#include "absl/strings/match.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/text_fold.h"

namespace parfocal::internal {
namespace {

// Longest chain of replacements that is followed.
constexpr int kMaxChain = 32;
// Longest word that is indexed, in bytes: names of compounds run on for hundreds.
constexpr size_t kMaxWordBytes = 64;

// An abbreviation is too weak a name to stand for its term. The last two spellings are those of
// OMO.
bool IsAbbreviation(const Synonym& synonym) {
  for (absl::string_view type :
       {"abbreviation", "acronym", "0003000", "omo_0003000", "0003012", "omo_0003012"}) {
    if (absl::EqualsIgnoreCase(synonym.type, type)) return true;
  }
  return false;
}

void Finish(std::vector<std::pair<uint32_t, uint32_t>>* pairs, size_t rows, ListArray* out) {
  std::sort(pairs->begin(), pairs->end());
  pairs->erase(std::unique(pairs->begin(), pairs->end()), pairs->end());
  out->offsets.assign(rows + 1, 0);
  out->values.clear();
  out->values.reserve(pairs->size());
  for (const auto& [row, value] : *pairs) {
    ++out->offsets[row + 1];
    out->values.push_back(value);
  }
  for (size_t i = 0; i < rows; ++i) out->offsets[i + 1] += out->offsets[i];
}

void AppendDelta(uint32_t delta, std::string* out) {
  while (delta >= 0x80) {
    out->push_back(static_cast<char>(delta | 0x80));
    delta >>= 7;
  }
  out->push_back(static_cast<char>(delta));
}

}  // namespace

void TermIndexBuilder::Add(const MergedTerm& term) {
  const auto at = static_cast<uint32_t>(flags_.size());
  ids_.Add(term.id);
  labels_.Add(term.label);
  flags_.push_back(TermIndex::kDescribed | (term.obsolete ? TermIndex::kObsolete : 0));
  for (const std::string& parent : term.parents) {
    if (parent != term.id) parents_.Add(parent);
  }
  parent_ends_.push_back(static_cast<uint32_t>(parents_.size()));
  file_set_.push_back(FileSet(term.files));
  if (term.obsolete) {
    if (!term.replaced_by.empty()) replaced_.emplace_back(at, term.replaced_by);
    return;  // Neither found by name nor suggested.
  }
  if (term.label.empty()) return;
  const std::string label = FoldText(term.label);
  exact_.push_back({HashText(label), at * 2});
  AddWords(label, at * 2);
  for (const Synonym& synonym : term.synonyms) {
    const std::string folded = FoldText(synonym.text);
    AddWords(folded, at * 2 + 1);
    if (synonym.scope == SynonymScope::kExact && !IsAbbreviation(synonym) && folded != label) {
      exact_.push_back({HashText(folded), at * 2 + 1});
    }
  }
}

void TermIndexBuilder::AddWords(absl::string_view folded, uint32_t entry) {
  for (absl::string_view word : WordsOf(folded)) {
    if (word.size() > kMaxWordBytes) continue;
    auto [it, fresh] = word_ids_.try_emplace(word, static_cast<uint32_t>(word_ids_.size()));
    word_entries_.emplace_back(it->second, entry);
  }
}

uint16_t TermIndexBuilder::FileSet(const std::vector<uint16_t>& files) {
  auto it = std::find(file_sets_.begin(), file_sets_.end(), files);
  if (it != file_sets_.end()) return static_cast<uint16_t>(it - file_sets_.begin());
  if (file_sets_.size() == UINT16_MAX) {
    // Far more combinations than seen: one for all the rest. A file that lacks a term is passed
    // over when it is read.
    std::vector<uint16_t>& rest = file_sets_.back();
    std::vector<uint16_t> both;
    std::set_union(rest.begin(), rest.end(), files.begin(), files.end(), std::back_inserter(both));
    rest = std::move(both);
    return UINT16_MAX - 1;
  }
  file_sets_.push_back(files);
  return static_cast<uint16_t>(file_sets_.size() - 1);
}

std::vector<uint32_t> TermIndexBuilder::PlaceMentioned(TermIndex* index, LoadReport* report) {
  const auto known = [&](absl::string_view id) {
    size_t low = 0, high = ids_.size();
    while (low < high) {
      const size_t middle = (low + high) / 2;
      if (ids_[middle] < id)
        low = middle + 1;
      else
        high = middle;
    }
    return low < ids_.size() && ids_[low] == id;
  };
  std::vector<std::string> mentioned;
  for (size_t i = 0; i < parents_.size(); ++i) {
    if (!known(parents_[i])) mentioned.emplace_back(parents_[i]);
  }
  std::sort(mentioned.begin(), mentioned.end());
  mentioned.erase(std::unique(mentioned.begin(), mentioned.end()), mentioned.end());
  report->mentioned = static_cast<int64_t>(mentioned.size());
  std::vector<uint32_t> moved(flags_.size());
  size_t next = 0;
  const auto add_mentioned = [&] {
    index->ids.Add(mentioned[next++]);
    index->labels.Add("");
    index->flags.push_back(0);
    index->file_set.push_back(0);
  };
  for (size_t i = 0; i < flags_.size(); ++i) {
    while (next < mentioned.size() && absl::string_view(mentioned[next]) < ids_[i]) add_mentioned();
    moved[i] = static_cast<uint32_t>(index->flags.size());
    index->ids.Add(ids_[i]);
    index->labels.Add(labels_[i]);
    index->flags.push_back(flags_[i]);
    index->file_set.push_back(file_set_[i]);
  }
  while (next < mentioned.size()) add_mentioned();
  ids_ = labels_ = TextPool();
  return moved;
}

void TermIndexBuilder::BuildEdges(const std::vector<uint32_t>& moved,
                                  const std::vector<BadEdge>& bad_edges, TermIndex* index,
                                  LoadReport* report) {
  std::vector<std::pair<uint32_t, uint32_t>> bad;
  for (const BadEdge& edge : bad_edges) {
    const uint32_t child = index->Find(edge.child), parent = index->Find(edge.parent);
    if (child != kNoTerm && parent != kNoTerm) bad.emplace_back(child, parent);
  }
  std::sort(bad.begin(), bad.end());
  std::vector<std::pair<uint32_t, uint32_t>> up;
  up.reserve(parents_.size());
  size_t ref = 0;
  for (size_t i = 0; i < moved.size(); ++i) {
    for (; ref < parent_ends_[i]; ++ref) up.emplace_back(moved[i], index->Find(parents_[ref]));
  }
  parents_ = TextPool();
  const auto is_bad = [&](const auto& edge) {
    return std::binary_search(bad.begin(), bad.end(), edge);
  };
  std::sort(up.begin(), up.end());
  up.erase(std::unique(up.begin(), up.end()), up.end());
  const size_t all = up.size();
  up.erase(std::remove_if(up.begin(), up.end(), is_bad), up.end());
  report->bad_edges = static_cast<int64_t>(all - up.size());
  report->edges = static_cast<int64_t>(up.size());
  Finish(&up, index->size(), &index->parents);
  for (auto& [child, parent] : up) std::swap(child, parent);
  Finish(&up, index->size(), &index->children);
}

void TermIndexBuilder::BuildReplaced(const std::vector<uint32_t>& moved, TermIndex* index,
                                     LoadReport* report) {
  absl::flat_hash_map<uint32_t, uint32_t> next;
  for (const auto& [term, text] : replaced_) next[moved[term]] = index->Find(text);
  for (const auto& [term, text] : replaced_) {
    uint32_t at = next[moved[term]];
    for (int i = 0; i < kMaxChain && at != kNoTerm && index->Obsolete(at); ++i) {
      auto it = next.find(at);
      at = it == next.end() ? kNoTerm : it->second;
    }
    if (at != kNoTerm && !index->Obsolete(at)) {
      index->replaced.emplace_back(moved[term], at);
      ++report->replaced;
    } else {
      ++report->broken_chains;
    }
  }
  std::sort(index->replaced.begin(), index->replaced.end());
}

void TermIndexBuilder::BuildWords(const std::vector<uint32_t>& moved, TermIndex* index) {
  std::vector<std::pair<absl::string_view, uint32_t>> sorted;
  sorted.reserve(word_ids_.size());
  for (const auto& [word, id] : word_ids_) sorted.emplace_back(word, id);
  std::sort(sorted.begin(), sorted.end());
  std::vector<uint32_t> rank(sorted.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    rank[sorted[i].second] = static_cast<uint32_t>(i);
    index->words.Add(sorted[i].first);
  }
  for (auto& [word, entry] : word_entries_) {
    word = rank[word];
    entry = moved[entry / 2] * 2 + entry % 2;
  }
  std::sort(word_entries_.begin(), word_entries_.end());
  index->word_ends.assign(sorted.size(), 0);
  uint32_t previous = 0;
  for (size_t i = 0; i < word_entries_.size(); ++i) {
    const auto [word, entry] = word_entries_[i];
    if (i == 0 || word != word_entries_[i - 1].first) previous = 0;
    const bool first = i == 0 || word != word_entries_[i - 1].first;
    // A word that the label has needs no entry for the synonyms.
    const bool same_term = !first && word_entries_[i - 1].second / 2 == entry / 2;
    if (!same_term) {
      AppendDelta(entry - previous, &index->word_entries);
      previous = entry;
    }
    index->word_ends[word] = static_cast<uint32_t>(index->word_entries.size());
  }
}

void TermIndexBuilder::CountOntologies(const TermIndex& index, LoadReport* report) {
  std::map<std::string, OntologyCounts, std::less<>> by_prefix;
  std::vector<int64_t> run(report->release_files.size());  // Terms of one prefix by file.
  std::vector<int64_t> most(run.size());
  OntologyCounts* counts = nullptr;
  const auto end_run = [&] {
    for (size_t file = 0; file < run.size(); ++file) {
      if (run[file] > most[file]) {
        most[file] = run[file];
        report->release_files[file].prefix = counts->prefix;
      }
      report->release_files[file].terms += std::exchange(run[file], 0);
    }
  };
  for (uint32_t i = 0; i < index.size(); ++i) {
    if (!index.Described(i)) continue;
    const absl::string_view prefix = CuriePrefix(index.ids[i]);
    if (counts == nullptr || counts->prefix != prefix) {
      end_run();
      counts = &by_prefix[std::string(prefix)];
      counts->prefix = std::string(prefix);
    }
    ++counts->terms;
    counts->labelled += index.labels[i].empty() ? 0 : 1;
    counts->obsolete += index.Obsolete(i) ? 1 : 0;
    if (!index.Obsolete(i) && index.parents.size(i) == 0 && index.children.size(i) == 0) {
      ++counts->orphans;
    }
    for (uint16_t file : index.file_sets[index.file_set[i]]) ++run[file];
  }
  end_run();
  for (auto& [prefix, ontology] : by_prefix) report->ontologies.push_back(std::move(ontology));
}

void TermIndexBuilder::Count(const TermIndex& index, LoadReport* report) {
  CountOntologies(index, report);
  for (const OntologyCounts& ontology : report->ontologies) {
    report->terms += ontology.terms;
    report->labelled += ontology.labelled;
    report->obsolete += ontology.obsolete;
    report->orphans += ontology.orphans;
  }
  const Cycles cycles = FindCycles(index.parents, index.size());
  report->cycles = cycles.count;
  report->cycle_terms = cycles.terms;
  for (uint32_t term : cycles.examples) {
    report->warnings.push_back(absl::StrCat("the ancestors of ", index.ids[term],
                                            " lead back to it: the cycle counts as one term"));
  }
  report->memory_bytes = index.MemoryBytes();
}

TermIndex TermIndexBuilder::Build(const std::vector<BadEdge>& bad_edges, LoadReport* report) {
  TermIndex index;
  const std::vector<uint32_t> moved = PlaceMentioned(&index, report);
  BuildEdges(moved, bad_edges, &index, report);
  BuildReplaced(moved, &index, report);
  for (TermIndex::ExactEntry& entry : exact_) {
    entry.term_and_kind = moved[entry.term_and_kind / 2] * 2 + entry.term_and_kind % 2;
  }
  std::sort(exact_.begin(), exact_.end());
  exact_.erase(std::unique(exact_.begin(), exact_.end()), exact_.end());
  exact_.shrink_to_fit();
  index.exact = std::move(exact_);
  BuildWords(moved, &index);
  index.file_sets = std::move(file_sets_);
  index.ids.ShrinkToFit();
  index.labels.ShrinkToFit();
  index.words.ShrinkToFit();
  index.flags.shrink_to_fit();
  index.file_set.shrink_to_fit();
  index.word_entries.shrink_to_fit();
  Count(index, report);
  return index;
}

}  // namespace parfocal::internal
