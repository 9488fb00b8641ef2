#include "matrix_data.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace parfocal::phenotype {

std::shared_ptr<const MatrixData> MatrixData::Make(std::vector<StudyPart> studies,
                                                   Knowledge knowledge, int64_t sequence,
                                                   const MatrixData* previous) {
  auto out = std::shared_ptr<MatrixData>(new MatrixData());
  out->sequence_ = sequence;
  out->studies_ = std::move(studies);
  out->knowledge_ = std::move(knowledge);
  out->revision_ = absl::StrCat(sequence, "; terms ", out->knowledge_.terms->release());
  if (out->knowledge_.genes != nullptr) {
    absl::StrAppend(&out->revision_, "; genes ", out->knowledge_.genes->release());
  }
  if (out->knowledge_.mappings != nullptr) {
    absl::StrAppend(&out->revision_, "; mappings ", out->knowledge_.mappings->release());
  }
  out->JoinStudies();
  out->JoinSubjects();
  out->JoinTerms(previous);
  return out;
}

void MatrixData::JoinStudies() {
  absl::flat_hash_map<absl::string_view, uint32_t> first;
  for (uint32_t study = 0; study < studies_.size(); ++study)
    depositions_.push_back(first.try_emplace(studies_[study].key.accession, study).first->second);
}

void MatrixData::JoinSubjects() {
  using Key = std::tuple<bool, absl::string_view, absl::string_view, uint32_t, uint32_t>;
  std::vector<Key> all;
  for (uint32_t study = 0; study < studies_.size(); ++study) {
    const auto& subjects = studies_[study].tally->subjects();
    for (uint32_t local = 0; local < subjects.size(); ++local) {
      all.emplace_back(subjects[local].compound, subjects[local].organism, subjects[local].key,
                       study, local);
    }
  }
  std::set<std::string> organisms;
  for (const StudyPart& study : studies_) {
    for (const StudyTally::Screen& screen : study.tally->screens()) {
      if (!screen.organism.empty()) organisms.insert(screen.organism);
    }
  }
  organisms_.assign(organisms.begin(), organisms.end());
  std::sort(all.begin(), all.end());
  for (const auto& [compound, organism, key, study, local] : all) {
    if (subjects_.empty() || subjects_.back().compound != compound ||
        subjects_.back().organism != organism || subjects_.back().key != key) {
      const StudyTally::Subject& first = studies_[study].tally->subjects()[local];
      subjects_.push_back(
          {compound, first.organism, first.key, first.id, first.name, {}, false, false});
      if (!compound) genes_ = subjects_.size();
    }
    Subject& subject = subjects_.back();
    subject.parts.emplace_back(study, local);
    const StudyTally& tally = *studies_[study].tally;
    for (const StudyTally::Screening& screening : tally.screenings(local)) {
      (tally.screens()[screening.screen].labelled ? subject.labelled : subject.perturbed) = true;
    }
  }
}

void MatrixData::JoinTerms(const MatrixData* previous) {
  std::set<std::string> asserted;
  for (const StudyPart& study : studies_) {
    asserted.insert(study.tally->terms().begin(), study.tally->terms().end());
  }
  const bool same =
      previous != nullptr && previous->knowledge_.terms->release() == knowledge_.terms->release() &&
      std::all_of(asserted.begin(), asserted.end(),
                  [&](const std::string& id) { return previous->terms_->Find(id).has_value(); });
  // A term too many in the table is asserted by nobody and changes no answer.
  terms_ = same ? previous->terms_ : TermTable::Make(*knowledge_.terms, asserted);
  for (const StudyPart& study : studies_) {
    std::vector<uint32_t>& numbers = term_numbers_.emplace_back();
    for (const std::string& id : study.tally->terms()) numbers.push_back(*terms_->Find(id));
  }
}

std::string MatrixData::AnswerId(const Subject& subject) const {
  if (!subject.id.empty()) return subject.id;
  return subject.compound ? subject.key : absl::StrCat(subject.organism, "|", subject.key);
}

const MatrixData::Names& MatrixData::names() const {
  std::call_once(names_once_, [this] {
    auto add = [](auto* map, absl::string_view name, uint32_t subject) {
      if (name.empty()) return;
      std::vector<uint32_t>& list = (*map)[absl::AsciiStrToLower(name)];
      if (list.empty() || list.back() != subject) list.push_back(subject);
    };
    for (uint32_t i = 0; i < subjects_.size(); ++i) {
      const Subject& subject = subjects_[i];
      add(&names_.ids, subject.id, i);
      add(&names_.ids, AnswerId(subject), i);
      std::set<const std::vector<SubjectFact>*> lists;
      for (const auto& [study, local] : subject.parts) {
        const StudyTally& tally = *studies_[study].tally;
        for (const StudyTally::Screening& screening : tally.screenings(local)) {
          for (Rows rows : {screening.counted, screening.controls, screening.failed}) {
            for (uint32_t row : rows) lists.insert(&tally.facts().subjects(row));
          }
        }
      }
      for (const std::vector<SubjectFact>* list : lists) {
        for (const SubjectFact& fact : *list) {
          if (fact.compound != subject.compound || KeyOf(fact) != subject.key) continue;
          add(&names_.identifiers, fact.identifier, i);
          add(&names_.names, fact.name, i);
          add(&names_.names, fact.stated_name, i);
        }
      }
    }
  });
  return names_;
}

std::vector<ProfileIndex::Profile> MatrixData::ProfilesOf(ObservationKind kind) const {
  std::vector<ProfileIndex::Profile> out;
  for (uint32_t i = 0; i < genes_; ++i) {
    std::vector<uint32_t> terms;
    for (const auto& [study, local] : subjects_[i].parts) {
      for (const StudyTally::Cell& cell : studies_[study].tally->cells(local)) {
        if (cell.kind == kind && !cell.positive.empty()) terms.push_back(TermOf(study, cell.term));
      }
    }
    if (terms.empty()) continue;
    std::sort(terms.begin(), terms.end());
    terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
    out.push_back({i, std::move(terms)});
  }
  return out;
}

const ProfileIndex& MatrixData::profiles(ObservationKind kind) const {
  const size_t k = static_cast<size_t>(kind);
  std::call_once(profiles_once_[k], [&] {
    profiles_[k] = std::make_unique<const ProfileIndex>(terms_, ProfilesOf(kind));
  });
  return *profiles_[k];
}

size_t MatrixData::MemoryBytes() const {
  constexpr size_t kPerSubject = 220;
  size_t out = subjects_.size() * kPerSubject;
  for (const StudyPart& study : studies_) {
    out += study.tally->facts().MemoryBytes() + study.tally->MemoryBytes();
  }
  return out;
}

}  // namespace parfocal::phenotype
