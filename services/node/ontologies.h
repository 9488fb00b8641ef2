// The terms of a node: the store, the release in use, and loading a new one while the old one
// answers.
//
// Thread safety: any thread; loads wait for each other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/lexical/lexical_matcher.h"
#include "parfocal/mutex.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/ontology_rpc/ontology_service.h"
#include "parfocal/status.h"
#include "parfocal/terms/term_store.h"

namespace parfocal {

class Ontologies {
 public:
  // `on_release` is called after a new release is in use, on the thread that loaded it.
  // `share_dir`: where vocabulary/ontology-tables.tsv lies, without which no table is read, and
  // vocabulary/bad-edges.tsv, the links that do not count.
  static absl::StatusOr<std::unique_ptr<Ontologies>> Open(const std::string& directory,
                                                          const std::string& share_dir);
  void OnRelease(std::function<void()> on_release) { on_release_ = std::move(on_release); }

  std::shared_ptr<const TermLookup> Current() const { return store_->Current(); }
  // The release that answers until records have followed the one in use; nullptr if they have.
  std::shared_ptr<const TermLookup> Kept() const { return store_->Kept(); }
  void ForgetKept() { store_->Forget().IgnoreError(); }  // Tried again when it is kept too long.
  LoadReport Report() const { return store_->Report(); }
  // The cell lines of the release in use; made when first asked for.
  std::shared_ptr<const CellLines> CurrentCellLines() const;
  int64_t terms() const { return store_->Report().terms; }

  // Candidates for words, of the release of `terms`. Names of an ontology are read at the first
  // question about it; the matchers of the last two releases are kept (the one that is served, and
  // the next while records are normalised against it).
  std::shared_ptr<const LexicalMatcher> Matcher(std::shared_ptr<const TermLookup> terms);

  // What the normaliser takes for words that equal no name: a certain candidate of the release
  // of `terms`, if it is one alone (a statement has one term).
  LexicalRule CertainCandidate(std::shared_ptr<const TermLookup> terms);

  // What the normaliser finds in texts, with the names of the release of `terms`; in which fields;
  // and a name for the tables of words that it and the lexical rule use.
  static MiningRule TextMining(std::shared_ptr<const TermLookup> terms,
                               std::shared_ptr<const CellLines> lines);
  static std::vector<std::string> MinedFields();
  static std::string VocabularyRelease();

  // See LoadOntologies. Files that did not change since the last release are not parsed again.
  absl::StatusOr<LoadReport> Load(
      const std::vector<std::string>& paths,
      const std::function<void(const OntologyFileReport&, int done, int total)>& report);

  // In which ontologies the words of each schema field are looked up.
  static FieldOntologies FieldTable();

 private:
  Ontologies(std::unique_ptr<TermStore> store, TableLayouts tables, std::string bad_edges)
      : store_(std::move(store)), tables_(std::move(tables)), bad_edges_(std::move(bad_edges)) {}
  const std::unique_ptr<TermStore> store_;
  const TableLayouts tables_;
  const std::string bad_edges_;  // File; it may not exist.
  std::function<void()> on_release_;
  Mutex loading_;
  Mutex matching_;
  std::vector<std::shared_ptr<const LexicalMatcher>> matchers_ ABSL_GUARDED_BY(matching_);
  mutable Mutex lines_mu_;
  mutable std::string lines_release_ ABSL_GUARDED_BY(lines_mu_);
  mutable std::shared_ptr<const CellLines> lines_ ABSL_GUARDED_BY(lines_mu_);
};

}  // namespace parfocal
