// Every study's facts with the keys under which related ones meet, and the relations and works that
// follow. A study that comes, changes or goes is compared with those alone that share a key with
// it; keys that too many share tell nothing and are passed over.
//
// Held in memory, some KiB a study. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "parfocal/relate/study_facts.h"
#include "parfocal/relation_store.h"

namespace parfocal {

class RelationFinder {
 public:
  // More studies than this under one title, or of one paper, are not related for it.
  static constexpr size_t kMaxShared = 40;
  // The same for what identifies a study.
  static constexpr size_t kMaxIdentity = 200;

  // Puts the study in, or takes it out, and notes whose relations may be others now. Facts that are
  // those already known change nothing.
  void Put(StudyFacts facts);
  void Remove(const RecordName& name);
  // What a curator says; kNone takes it back.
  void Decide(const RelationDecision& decision);

  // Finds anew what the last calls put in question, and returns those studies whose relations or
  // work are others than when they were last returned. A study that is gone comes with none.
  std::vector<StudyRelations> Update();

  // As they stand since the last Update.
  StudyRelations Of(const RecordName& name) const;
  size_t studies() const { return ids_.size(); }
  // Pairs that were compared since the beginning: the work done.
  int64_t compared() const { return compared_; }

 private:
  using Id = uint32_t;
  struct Entry {
    StudyFacts facts;
    std::map<Id, FoundRelation> related;  // By rules alone.
    StudyRelations last;                  // As returned.
    bool live = false;
  };
  struct Decision {
    RelationType type = RelationType::kUnspecified;
    RelationVerdict verdict = RelationVerdict::kNone;
    std::string author, note;
  };

  Id IdOf(const RecordName& name);
  void Question(Id id) { questioned_.insert(id); }
  void QuestionAll(const std::string& key);
  void AddKeys(Id id);
  void RemoveKeys(Id id);
  std::vector<Id> Candidates(Id id) const;
  // Relations of one study as they are now, but for its work.
  std::vector<RecordRelation> RelationsOf(Id id) const;
  std::vector<Id> CopiesOf(Id id) const;
  void Compare(Id id);
  const Decision* DecisionOn(Id a, Id b, bool* turned) const;
  std::set<std::string> AliasesOf(const std::string& paper) const;

  std::vector<Entry> entries_;
  std::map<RecordName, Id> ids_;
  std::map<RecordName, Id> known_;  // Also those that are gone: ids are never reused.
  absl::flat_hash_map<std::string, std::set<Id>> keys_;
  absl::flat_hash_map<std::string, std::map<std::string, int>> aliases_;
  std::map<std::pair<Id, Id>, Decision> decisions_;
  absl::flat_hash_map<Id, std::set<Id>> decided_;
  std::set<Id> questioned_;
  int64_t compared_ = 0;
};

// Keys under which the study meets others; each begins with a letter that says which kind.
std::set<std::string> KeysOf(const StudyFacts& facts);

}  // namespace parfocal
