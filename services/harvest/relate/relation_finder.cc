#include "parfocal/relate/relation_finder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace parfocal {
namespace {

constexpr size_t kMaxRelations = 500;  // Of one study.

// Titles and papers are shared by many; what identifies a study is not.
size_t Limit(const std::string& key) {
  return key[0] == 't' || key[0] == 'p' ? RelationFinder::kMaxShared : RelationFinder::kMaxIdentity;
}

}  // namespace

std::set<std::string> KeysOf(const StudyFacts& facts) {
  std::set<std::string> keys;
  keys.insert(absl::StrCat("a:", absl::AsciiStrToLower(facts.accession)));
  // Where a study is, and whoever names it, meet.
  if (!facts.form.empty()) keys.insert(absl::StrCat("x:", facts.form));
  for (const auto& [accession, link] : facts.links) keys.insert(absl::StrCat("x:", accession));
  for (const std::string& doi : facts.concept_dois) keys.insert(absl::StrCat("d:", doi));
  for (const std::string& paper : facts.papers) keys.insert(absl::StrCat("p:", paper));
  if (!facts.title.empty()) keys.insert(absl::StrCat("t:", facts.title));
  return keys;
}

RelationFinder::Id RelationFinder::IdOf(const RecordName& name) {
  const auto [at, added] = known_.try_emplace(name, static_cast<Id>(entries_.size()));
  if (added) {
    entries_.emplace_back();
    entries_.back().facts.name = name;
    entries_.back().last.study = name;
  }
  return at->second;
}

void RelationFinder::QuestionAll(const std::string& key) {
  const auto at = keys_.find(key);
  // One more than the limit: the study that makes a key meaningless, or meaningful again, touches
  // all the others.
  if (at == keys_.end() || at->second.size() > Limit(key) + 1) return;
  questioned_.insert(at->second.begin(), at->second.end());
}

void RelationFinder::AddKeys(Id id) {
  const StudyFacts& facts = entries_[id].facts;
  for (const std::string& key : KeysOf(facts)) {
    keys_[key].insert(id);
    QuestionAll(key);
  }
  for (const auto& [doi, pmid] : facts.same_papers) {
    for (const auto& [from, to] : {std::pair(doi, pmid), std::pair(pmid, doi)}) {
      ++aliases_[from][to];
      QuestionAll(absl::StrCat("p:", to));
    }
  }
  for (const std::string& paper : facts.papers) {
    for (const std::string& other : AliasesOf(paper)) QuestionAll(absl::StrCat("p:", other));
  }
}

void RelationFinder::RemoveKeys(Id id) {
  const StudyFacts& facts = entries_[id].facts;
  for (const std::string& key : KeysOf(facts)) {
    QuestionAll(key);
    const auto at = keys_.find(key);
    if (at == keys_.end()) continue;
    at->second.erase(id);
    if (at->second.empty()) keys_.erase(at);
  }
  for (const auto& [doi, pmid] : facts.same_papers) {
    for (const auto& [from, to] : {std::pair(doi, pmid), std::pair(pmid, doi)}) {
      QuestionAll(absl::StrCat("p:", to));
      const auto at = aliases_.find(from);
      if (at == aliases_.end()) continue;
      if (--at->second[to] <= 0) at->second.erase(to);
      if (at->second.empty()) aliases_.erase(at);
    }
  }
  for (const auto& [other, found] : entries_[id].related) Question(other);
}

std::set<std::string> RelationFinder::AliasesOf(const std::string& paper) const {
  std::set<std::string> others;
  if (const auto at = aliases_.find(paper); at != aliases_.end()) {
    for (const auto& [other, count] : at->second) others.insert(other);
  }
  return others;
}

void RelationFinder::Put(StudyFacts facts) {
  const Id id = IdOf(facts.name);
  Entry& entry = entries_[id];
  if (entry.live && entry.facts == facts) return;
  if (entry.live) RemoveKeys(id);
  ids_[facts.name] = id;
  entry.facts = std::move(facts);
  entry.live = true;
  Question(id);
  AddKeys(id);
  if (const auto at = decided_.find(id); at != decided_.end())
    questioned_.insert(at->second.begin(), at->second.end());
}

void RelationFinder::Remove(const RecordName& name) {
  const auto at = ids_.find(name);
  if (at == ids_.end()) return;
  const Id id = at->second;
  RemoveKeys(id);
  ids_.erase(at);
  entries_[id].live = false;
  entries_[id].facts = StudyFacts();
  entries_[id].facts.name = name;
  Question(id);
  if (const auto decided = decided_.find(id); decided != decided_.end())
    questioned_.insert(decided->second.begin(), decided->second.end());
}

void RelationFinder::Decide(const RelationDecision& decision) {
  const Id from = IdOf(decision.from), to = IdOf(decision.to);
  if (from == to) return;
  decisions_.erase({to, from});
  if (decision.verdict == RelationVerdict::kNone) {
    decisions_.erase({from, to});
    decided_[from].erase(to);
    decided_[to].erase(from);
  } else {
    decisions_[{from, to}] = {decision.type, decision.verdict, decision.author, decision.note};
    decided_[from].insert(to);
    decided_[to].insert(from);
  }
  Question(from);
  Question(to);
}

std::vector<RelationFinder::Id> RelationFinder::Candidates(Id id) const {
  std::set<Id> found;
  const auto take = [&](const std::string& key) {
    const auto at = keys_.find(key);
    if (at == keys_.end() || at->second.size() > Limit(key)) return;
    found.insert(at->second.begin(), at->second.end());
  };
  const StudyFacts& facts = entries_[id].facts;
  for (const std::string& key : KeysOf(facts)) take(key);
  for (const std::string& paper : facts.papers) {
    for (const std::string& other : AliasesOf(paper)) take(absl::StrCat("p:", other));
  }
  found.erase(id);
  return {found.begin(), found.end()};
}

void RelationFinder::Compare(Id id) {
  Entry& entry = entries_[id];
  std::map<Id, FoundRelation> related;
  if (entry.live) {
    for (const Id other : Candidates(id)) {
      if (related.size() >= kMaxRelations) break;
      ++compared_;
      auto found = parfocal::Compare(entry.facts, entries_[other].facts,
                                     [this](const std::string& paper) { return AliasesOf(paper); });
      if (found) related.emplace(other, *std::move(found));
    }
  }
  entry.related = std::move(related);
}

const RelationFinder::Decision* RelationFinder::DecisionOn(Id a, Id b, bool* turned) const {
  *turned = false;
  auto at = decisions_.find({a, b});
  if (at == decisions_.end()) {
    at = decisions_.find({b, a});
    *turned = true;
  }
  return at == decisions_.end() ? nullptr : &at->second;
}

std::vector<RecordRelation> RelationFinder::RelationsOf(Id id) const {
  std::vector<RecordRelation> out;
  const Entry& entry = entries_[id];
  if (!entry.live) return out;
  std::set<Id> others;
  for (const auto& [other, found] : entry.related) others.insert(other);
  if (const auto at = decided_.find(id); at != decided_.end())
    others.insert(at->second.begin(), at->second.end());
  std::set<std::string> held;  // Accessions that are studies of the catalogue.
  for (const Id other : others) {
    const Entry& there = entries_[other];
    if (!there.live) continue;
    held.insert(there.facts.form);
    RecordRelation relation;
    relation.from = entry.facts.name;
    relation.to = there.facts.name;
    relation.accession = there.facts.accession;
    const auto found = entry.related.find(other);
    if (found != entry.related.end()) {
      relation.type = found->second.type;
      relation.inverse = found->second.inverse;
      relation.confidence = found->second.confidence;
      relation.because = found->second.because;
    }
    bool turned = false;
    if (const Decision* decision = DecisionOn(id, other, &turned)) {
      relation.verdict = decision->verdict;
      if (decision->verdict == RelationVerdict::kAsserted) {
        relation.type = decision->type;
        relation.inverse = turned && (decision->type == RelationType::kConversion ||
                                      decision->type == RelationType::kSubset);
        relation.confidence = 1.0f;
      } else if (found == entry.related.end()) {
        continue;  // Nothing speaks for what was rejected.
      }
      const std::string said = absl::StrCat(
          decision->author,
          decision->verdict == RelationVerdict::kAsserted ? " asserts it" : " rejects it",
          decision->note.empty() ? "" : ": ", decision->note);
      relation.because =
          relation.because.empty() ? said : absl::StrCat(said, "; found: ", relation.because);
    }
    out.push_back(std::move(relation));
  }
  // Accessions of archives that are not harvested: named in texts alone, since what a record states
  // stands in the record.
  for (const auto& [accession, link] : entry.facts.links) {
    if (link.stated || held.count(accession) > 0) continue;
    RecordRelation relation;
    relation.from = entry.facts.name;
    relation.accession = accession;
    relation.type = link.type;
    relation.confidence = link.type == RelationType::kOther ? 0.5f : 0.9f;
    relation.because = link.because;
    out.push_back(std::move(relation));
  }
  std::sort(out.begin(), out.end(), [](const RecordRelation& a, const RecordRelation& b) {
    return std::tie(a.to, a.accession) < std::tie(b.to, b.accession);
  });
  return out;
}

std::vector<RelationFinder::Id> RelationFinder::CopiesOf(Id id) const {
  std::vector<Id> copies;
  for (const RecordRelation& relation : RelationsOf(id)) {
    if (relation.type != RelationType::kCopy || relation.to.source.empty() ||
        relation.verdict == RelationVerdict::kRejected)
      continue;
    const auto at = ids_.find(relation.to);
    if (at != ids_.end()) copies.push_back(at->second);
  }
  return copies;
}

std::vector<StudyRelations> RelationFinder::Update() {
  // A work is all studies that copies join, so those that were one before, and those that are one
  // now, have to be looked at together.
  std::set<Id> touched = std::move(questioned_);
  questioned_.clear();
  for (const Id id : touched) Compare(id);
  std::set<Id> works = touched;
  for (const Id id : touched) {
    for (const RecordRelation& relation : entries_[id].last.relations) {
      if (const auto at = known_.find(relation.to); at != known_.end()) works.insert(at->second);
    }
  }
  std::set<Id> seen;
  std::map<Id, std::string> work_of;
  const std::set<Id> begins = works;
  for (const Id begin : begins) {
    if (!entries_[begin].live || !seen.insert(begin).second) continue;
    std::vector<Id> members = {begin};
    for (size_t i = 0; i < members.size(); ++i) {
      for (const Id copy : CopiesOf(members[i])) {
        if (seen.insert(copy).second) members.push_back(copy);
      }
    }
    std::string work;
    if (members.size() > 1) {
      for (const Id member : members) {
        std::string name = FormatRecordName(entries_[member].facts.name);
        if (work.empty() || name < work) work = std::move(name);
      }
    }
    for (const Id member : members) {
      work_of[member] = work;
      works.insert(member);
    }
  }
  std::vector<StudyRelations> changed;
  for (const Id id : works) {
    Entry& entry = entries_[id];
    StudyRelations now;
    now.study = entry.facts.name;
    now.relations = RelationsOf(id);
    if (entry.live) now.work = work_of[id];
    if (now == entry.last) continue;
    entry.last = now;
    changed.push_back(std::move(now));
  }
  return changed;
}

StudyRelations RelationFinder::Of(const RecordName& name) const {
  const auto at = known_.find(name);
  if (at != known_.end()) return entries_[at->second].last;
  StudyRelations none;
  none.study = name;
  return none;
}

}  // namespace parfocal
