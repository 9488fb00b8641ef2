// Gathers what RDF and JSON say about their classes in any order, and hands the terms out at the
// end. OBO, whose stanzas are whole, uses Deliver alone.
#pragma once

#include <deque>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "parfocal/rdf/ontology_reader.h"

namespace parfocal::internal {

struct TermDraft {
  ParsedTerm term;
  bool is_class = false;
  bool defined = false;  // By an equivalence or intersection.
  bool untyped = false;  // Of OBO Graphs: the node does not say what it is.
  int replacements = 0;
  int64_t synonyms[4] = {0, 0, 0, 0};  // Statements by scope, repetitions included.
  int label_rank = 0;                  // 0: none yet, 1: another language, 2: English or untagged.
};

// Keeps `text` as the label by the rule of ParsedTerm::label; what is displaced becomes a synonym.
void AddLabel(TermDraft* draft, absl::string_view text, absl::string_view language);
// Counts a synonym, adds it unless the term has it with that scope, and returns where it stands.
Synonym* AddSynonym(TermDraft* draft, SynonymScope scope, absl::string_view text,
                    absl::string_view language);
void AddParent(ParsedTerm* term, absl::string_view parent, EdgeKind kind);

// Counts `draft` in `report`, checks the limits and passes it to `sink`.
absl::Status Deliver(TermDraft&& draft, const ReadLimits& limits, ReadReport* report,
                     const TermSink& sink);

class TermCollector {
 public:
  // The draft of `id`; stays where it is.
  TermDraft* At(absl::string_view id);
  // nullptr if nothing was said about `id`.
  TermDraft* Find(absl::string_view id);
  size_t size() const { return drafts_.size(); }
  // Makes classes of the drafts marked untyped.
  void ClassifyUntyped();
  // Delivers the drafts that are classes, in the order of first mention.
  absl::Status DeliverAll(const ReadLimits& limits, ReadReport* report, const TermSink& sink);

 private:
  std::deque<TermDraft> drafts_;
  absl::flat_hash_map<std::string, TermDraft*> by_id_;
};

}  // namespace parfocal::internal
