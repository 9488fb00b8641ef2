#include "study_tally.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace parfocal::phenotype {
namespace {

// The organism of a pathogen's host is what genes are perturbed in.
constexpr absl::string_view kPathogen = "pathogen";
constexpr absl::string_view kCompound = "compound";

std::vector<std::string> Species(const StudyFacts& facts, const SetContext& context,
                                 const std::function<std::string(const std::string&)>& species_of) {
  std::set<std::string> out;
  auto add = [&](const OrganismFact& organism) {
    if (organism.role != kPathogen && !organism.term.empty()) out.insert(species_of(organism.term));
  };
  for (const OrganismFact& organism : context.organisms) add(organism);
  // An image set that names nothing but what infects it lives in what the study says.
  const bool own = std::any_of(context.organisms.begin(), context.organisms.end(),
                               [](const OrganismFact& o) { return o.role != kPathogen; });
  if (!own && facts.header().has_value()) {
    for (const auto& organism : facts.header()->organisms) {
      if (organism.block.empty() || organism.block == context.block) add(organism.value);
    }
  }
  return {out.begin(), out.end()};
}

// Types of perturbation, joined. Those by genes alone for a perturbed gene: a compound beside it is
// of the type compound.
std::string TypeOf(const StudyFacts& facts, const SetContext& context, bool genes_alone) {
  std::set<std::string> out(context.types.begin(), context.types.end());
  if (out.empty() && facts.header().has_value()) {
    for (const auto& type : facts.header()->types) {
      if (type.block.empty() || type.block == context.block) out.insert(type.value);
    }
  }
  if (genes_alone) out.erase(std::string(kCompound));
  return absl::StrJoin(out, ", ");
}

}  // namespace

absl::string_view WordsOf(StudyTally::Reason reason) {
  switch (reason) {
    case StudyTally::Reason::kControl:
      return "the image set is a control";
    case StudyTally::Reason::kFailed:
      return "the image set failed quality control";
    case StudyTally::Reason::kNotScored:
      return "stated, but neither found nor denied";
    case StudyTally::Reason::kNoTerm:
      return "the finding has no term";
    case StudyTally::Reason::kNoImage:
      return "tested without finding it, but there is no image";
    case StudyTally::Reason::kNoSubject:
      return "no perturbed gene and no compound";
    case StudyTally::Reason::kNoOrganism:
      return "the organism is not known";
    case StudyTally::Reason::kSeveralOrganisms:
      return "several organisms, none of them stated as the gene's";
    case StudyTally::Reason::kNoProtein:
      return "no tagged or antibody-labelled protein";
  }
  return "";
}

std::string KeyOf(const SubjectFact& fact) {
  if (!fact.id.empty()) return fact.id;
  if (fact.compound) return absl::AsciiStrToLower(fact.name);
  return fact.identifier;
}

// Collects packed entries, sorts them once, and cuts them into lists.
class TallyMaker {
 public:
  TallyMaker(std::shared_ptr<const StudyFacts> facts,
             const std::function<std::string(const std::string&)>& species_of)
      : facts_(std::move(facts)), out_(new StudyTally()) {
    for (const SetContext& context : facts_->contexts()) {
      contexts_.push_back({Species(*facts_, context, species_of), TypeOf(*facts_, context, true),
                           TypeOf(*facts_, context, false)});
    }
    for (const auto& list : facts_->subject_lists()) {
      std::set<std::string> perturbed, labelled, compounds;
      for (const SubjectFact& fact : list) {
        (fact.compound ? compounds : fact.labelled ? labelled : perturbed).insert(KeyOf(fact));
      }
      out_->singles_.push_back(
          {perturbed.size() == 1, labelled.size() == 1, compounds.size() == 1});
    }
    for (const auto& list : facts_->finding_lists()) {
      findings_.push_back({});
      for (const FindingFact& fact : list) {
        if (!fact.term.empty()) term_numbers_.emplace(fact.term, 0);
      }
    }
    for (auto& [term, number] : term_numbers_) {
      number = static_cast<uint32_t>(out_->terms_.size());
      out_->terms_.push_back(term);
    }
    for (size_t i = 0; i < findings_.size(); ++i) Digest(facts_->finding_lists()[i], &findings_[i]);
  }

  std::shared_ptr<const StudyTally> Make() {
    for (uint32_t row = 0; row < facts_->rows(); ++row) Take(row);
    CutScreenings();
    CutCells();
    for (auto& [key, value] : left_out_) {
      out_->left_out_.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key),
                                 std::get<3>(key), std::get<4>(key), std::get<5>(key), value.first,
                                 value.second});
    }
    out_->facts_ = std::move(facts_);
    return std::move(out_);
  }

 private:
  struct ContextFacts {
    std::vector<std::string> species;
    std::string gene_type, type;
  };
  // Terms of an image set: found, and denied (found wins over denied).
  struct Digested {
    std::vector<std::pair<ObservationKind, uint32_t>> positive, negative;
  };
  struct Place {
    uint32_t subject, screen;
    bool labelled;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  enum State : uint8_t { kCounted = 0, kControl = 1, kFailed = 2 };
  struct Screened {
    Place place;
    State state;
    uint32_t row;
    friend auto operator<=>(const Screened&, const Screened&) = default;
  };
  struct Observed {
    Place place;
    ObservationKind kind;
    uint32_t term;
    bool negative;
    uint32_t row;
    friend auto operator<=>(const Observed&, const Observed&) = default;
  };

  void Digest(const std::vector<FindingFact>& list, Digested* out) const {
    std::set<std::pair<ObservationKind, uint32_t>> positive, negative;
    for (const FindingFact& fact : list) {
      if (fact.term.empty()) continue;
      const std::pair<ObservationKind, uint32_t> entry(fact.kind, term_numbers_.at(fact.term));
      if (fact.outcome == Outcome::kPositive) positive.insert(entry);
      if (fact.outcome == Outcome::kTestedNegative) negative.insert(entry);
    }
    for (const auto& entry : positive) negative.erase(entry);
    out->positive.assign(positive.begin(), positive.end());
    out->negative.assign(negative.begin(), negative.end());
  }

  uint32_t ScreenNumber(const SetContext& context, const ContextFacts& made,
                        const SubjectFact& fact) {
    StudyTally::Screen screen{context.block,
                              fact.compound   ? std::string(kCompound)
                              : fact.labelled ? made.type
                                              : made.gene_type,
                              made.species.size() == 1 ? made.species[0] : std::string(),
                              fact.labelled};
    auto [it, added] = screen_numbers_.try_emplace(std::move(screen),
                                                   static_cast<uint32_t>(screen_numbers_.size()));
    return it->second;
  }

  // Where the row counts: one place for each of its genes and compounds. Remembered by the pair of
  // context and list, of which there are far fewer than rows.
  const std::vector<Place>& PlacesOf(uint32_t row) {
    const uint32_t context = facts_->context_index(row), list = facts_->subjects_index(row);
    auto [it, added] = places_.try_emplace(uint64_t{context} << 32 | list);
    if (!added) return it->second;
    const ContextFacts& made = contexts_[context];
    std::set<Place> places;
    for (const SubjectFact& fact : facts_->subjects(row)) {
      if (!fact.compound && made.species.size() != 1) continue;
      const std::string organism = fact.compound ? std::string() : made.species[0];
      const std::string key = KeyOf(fact);
      auto [number, first] = subject_numbers_by_key_.try_emplace(
          absl::StrCat(fact.compound ? "c" : "g", organism, "\n", key),
          static_cast<uint32_t>(out_->subjects_.size()));
      if (first) out_->subjects_.push_back({fact.compound, organism, key, fact.id, fact.name});
      places.insert(
          {number->second, ScreenNumber(facts_->context(row), made, fact), fact.labelled});
    }
    it->second.assign(places.begin(), places.end());
    return it->second;
  }

  void LeaveOut(uint32_t row, const FindingFact& fact, StudyTally::Reason reason) {
    auto [it, added] = left_out_.try_emplace(
        {facts_->context(row).block, fact.kind, reason, fact.words, fact.term, fact.outcome}, 0,
        row);
    ++it->second.first;
  }

  // Where something is, is said of what is labelled; all else of what was perturbed.
  static bool IsOf(ObservationKind kind, bool labelled) {
    return (kind == ObservationKind::kLocalisation) == labelled;
  }

  // Why a finding of a row that counts has no place.
  StudyTally::Reason ReasonWithoutPlace(uint32_t row, const FindingFact& fact) const {
    using Reason = StudyTally::Reason;
    const auto& subjects = facts_->subjects(row);
    if (std::none_of(subjects.begin(), subjects.end(),
                     [&](const SubjectFact& s) { return IsOf(fact.kind, s.labelled); })) {
      return fact.kind == ObservationKind::kLocalisation ? Reason::kNoProtein : Reason::kNoSubject;
    }
    return contexts_[facts_->context_index(row)].species.empty() ? Reason::kNoOrganism
                                                                 : Reason::kSeveralOrganisms;
  }

  void Take(uint32_t row) {
    const SetContext& context = facts_->context(row);
    const std::vector<Place>& places = PlacesOf(row);
    const State state = context.control ? kControl : context.failed ? kFailed : kCounted;
    for (const Place& place : places) screened_.push_back({place, state, row});
    for (const FindingFact& fact : facts_->findings(row)) {
      using Reason = StudyTally::Reason;
      if (state == kControl) {
        LeaveOut(row, fact, Reason::kControl);
      } else if (state == kFailed) {
        LeaveOut(row, fact, Reason::kFailed);
      } else if (fact.outcome == Outcome::kNotScored) {
        LeaveOut(row, fact, Reason::kNotScored);
      } else if (fact.term.empty()) {
        LeaveOut(row, fact, Reason::kNoTerm);
      } else if (fact.outcome == Outcome::kTestedNegative && context.no_image) {
        LeaveOut(row, fact, Reason::kNoImage);
      } else if (std::none_of(places.begin(), places.end(), [&](const Place& place) {
                   return IsOf(fact.kind, place.labelled);
                 })) {
        LeaveOut(row, fact, ReasonWithoutPlace(row, fact));
      }
    }
    if (state != kCounted) return;
    const Digested& found = findings_[facts_->findings_index(row)];
    for (const Place& place : places) {
      for (const auto& [kind, term] : found.positive) {
        if (IsOf(kind, place.labelled)) observed_.push_back({place, kind, term, false, row});
      }
      if (context.no_image) continue;
      for (const auto& [kind, term] : found.negative) {
        if (IsOf(kind, place.labelled)) observed_.push_back({place, kind, term, true, row});
      }
    }
  }

  // Numbers were given as things came, which is the order of the facts: the same for equal facts.
  void CutScreenings() {
    out_->screens_.resize(screen_numbers_.size());
    for (const auto& [screen, number] : screen_numbers_) out_->screens_[number] = screen;
    std::sort(screened_.begin(), screened_.end());
    std::sort(observed_.begin(), observed_.end());
    // Spans point into the pool, so it must not grow after this.
    out_->pool_.reserve(screened_.size() + observed_.size());
    const size_t subjects = out_->subjects_.size();
    for (size_t i = 0; i < screened_.size();) {
      const Place place = screened_[i].place;
      while (out_->first_screening_.size() <= place.subject)
        out_->first_screening_.push_back(static_cast<uint32_t>(out_->screenings_.size()));
      StudyTally::Screening made{place.subject, place.screen, {}, {}, {}};
      for (const auto& [state, rows] :
           {std::pair(kCounted, &made.counted), std::pair(kControl, &made.controls),
            std::pair(kFailed, &made.failed)}) {
        const size_t begin = out_->pool_.size();
        for (; i < screened_.size() && screened_[i].place == place && screened_[i].state == state;
             ++i)
          out_->pool_.push_back(screened_[i].row);
        *rows = Rows(out_->pool_.data() + begin, out_->pool_.size() - begin);
      }
      out_->screenings_.push_back(made);
    }
    out_->first_screening_.resize(subjects + 1, static_cast<uint32_t>(out_->screenings_.size()));
  }

  void CutCells() {
    for (size_t i = 0; i < observed_.size();) {
      const Observed first = observed_[i];
      while (out_->first_cell_.size() <= first.place.subject)
        out_->first_cell_.push_back(static_cast<uint32_t>(out_->cells_.size()));
      StudyTally::Cell made{
          first.place.subject, first.place.screen, first.kind, first.term, {}, {}};
      for (const bool negative : {false, true}) {
        const size_t begin = out_->pool_.size();
        for (; i < observed_.size() && observed_[i].place == first.place &&
               observed_[i].kind == first.kind && observed_[i].term == first.term &&
               observed_[i].negative == negative;
             ++i)
          out_->pool_.push_back(observed_[i].row);
        (negative ? made.negative : made.positive) =
            Rows(out_->pool_.data() + begin, out_->pool_.size() - begin);
      }
      out_->cells_.push_back(made);
    }
    out_->first_cell_.resize(out_->subjects_.size() + 1,
                             static_cast<uint32_t>(out_->cells_.size()));
  }

  std::shared_ptr<const StudyFacts> facts_;
  std::shared_ptr<StudyTally> out_;
  std::vector<ContextFacts> contexts_;
  std::vector<Digested> findings_;
  std::map<std::string, uint32_t> term_numbers_;
  std::map<StudyTally::Screen, uint32_t> screen_numbers_;
  absl::flat_hash_map<std::string, uint32_t> subject_numbers_by_key_;
  absl::flat_hash_map<uint64_t, std::vector<Place>> places_;
  std::vector<Screened> screened_;
  std::vector<Observed> observed_;
  // By block, kind, reason, words, term and outcome: how many, and one of the rows.
  std::map<std::tuple<std::string, ObservationKind, StudyTally::Reason, std::string, std::string,
                      Outcome>,
           std::pair<int64_t, uint32_t>>
      left_out_;
};

std::shared_ptr<const StudyTally> StudyTally::Make(
    std::shared_ptr<const StudyFacts> facts,
    const std::function<std::string(const std::string&)>& species_of) {
  return TallyMaker(std::move(facts), species_of).Make();
}

absl::Span<const StudyTally::Screening> StudyTally::screenings(uint32_t subject) const {
  return absl::MakeConstSpan(screenings_)
      .subspan(first_screening_[subject],
               first_screening_[subject + 1] - first_screening_[subject]);
}

absl::Span<const StudyTally::Cell> StudyTally::cells(uint32_t subject) const {
  return absl::MakeConstSpan(cells_).subspan(first_cell_[subject],
                                             first_cell_[subject + 1] - first_cell_[subject]);
}

std::vector<const SubjectFact*> StudyTally::StatementsOf(uint32_t row,
                                                         const Subject& subject) const {
  std::vector<const SubjectFact*> out;
  for (const SubjectFact& fact : facts_->subjects(row)) {
    if (fact.compound == subject.compound && KeyOf(fact) == subject.key) out.push_back(&fact);
  }
  return out;
}

size_t StudyTally::MemoryBytes() const {
  constexpr size_t kPerSubject = 200;
  return subjects_.size() * kPerSubject + screenings_.size() * sizeof(Screening) +
         cells_.size() * sizeof(Cell) + pool_.capacity() * sizeof(uint32_t);
}

}  // namespace parfocal::phenotype
