#include "support/plain_phenotype.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_join.h"
#include "parfocal/record_name.h"

namespace parfocal::testing {
namespace {

// Values of a field: the image set's own, else the study's for its block.
std::set<std::string> ValuesOf(const Study* study, const ImageSet& set, const std::string& field) {
  auto text = [&](const Statement& s) {
    if (field != "organism") return s.value;
    if (s.role == "pathogen") return std::string();
    return s.term.empty() ? s.stated_id : s.term;
  };
  bool own = false;
  std::set<std::string> out;
  for (const Statement& s : set.statements) {
    if (s.field != field) continue;
    own = own || s.role != "pathogen";
    out.insert(text(s));
  }
  if (!own && study != nullptr) {
    for (const Statement& s : study->statements) {
      if (s.field == field && (s.scope.empty() || s.scope == set.block)) out.insert(text(s));
    }
  }
  out.erase("");
  return out;
}

}  // namespace

PlainPhenotype::PlainPhenotype(const RecordStore& store, const TermLookup& terms,
                               ObservationKind kind)
    : terms_(terms), kind_(kind) {
  for (const Source& source : store.ListSources()) {
    std::map<std::string, Study> studies;
    std::vector<ImageSet> sets;
    store
        .Scan(RecordName{source.id, "", ""}, std::nullopt,
              [&](const StoredRecord& stored) {
                if (const auto* study = std::get_if<Study>(&stored.record)) {
                  studies[study->accession] = *study;
                } else {
                  sets.push_back(std::get<ImageSet>(stored.record));
                }
                return true;
              })
        .IgnoreError();
    for (const ImageSet& set : sets) {
      const auto it = studies.find(set.study);
      Add(it == studies.end() ? nullptr : &it->second, set);
    }
  }
}

void PlainPhenotype::Add(const Study* study, const ImageSet& set) {
  const std::string name = FormatRecordName(NameOf(set));
  const std::set<std::string> organisms = ValuesOf(study, set, "organism");
  // Where something is, is said of what is labelled; all else of what was perturbed.
  const bool places = kind_ == ObservationKind::kLocalisation;
  const bool says_where =
      std::any_of(set.observations.begin(), set.observations.end(),
                  [](const Observation& o) { return o.kind == ObservationKind::kLocalisation; });
  std::set<std::string> types = ValuesOf(study, set, "perturbation_type");
  if (!places) types.erase("compound");
  const Screen screen{set.source, set.study, set.block, absl::StrJoin(types, ", ")};
  std::set<Gene> genes;
  bool compound = false;
  for (const Statement& s : set.statements) {
    compound = compound || (s.field == "compound" && !places);
    const bool is_one = places ? says_where && (s.role == "tagged" || s.role == "antibody_target")
                               : s.role == "perturbed";
    if (s.field != "gene" || !is_one || organisms.size() != 1) continue;
    const std::string identifier = s.stated_id.empty() ? s.value : s.stated_id;
    genes.insert({*organisms.begin(), s.term.empty() ? identifier : s.term});
  }
  const bool control = set.control != ControlType::kNone;
  const bool failed = !control && set.quality == Quality::kFailed;
  for (const Gene& gene : genes) {
    Screened& screened = screened_[gene][screen];
    (control ? screened.controls : failed ? screened.failed : screened.counted).insert(name);
  }
  if (control || failed) return;
  for (const Observation& o : set.observations) {
    if (o.kind != kind_) continue;
    const bool negative = o.outcome == Outcome::kTestedNegative;
    if (o.outcome == Outcome::kNotScored || o.finding.term.empty() ||
        (negative && !set.images_available) || (genes.empty() && !compound)) {
      ++unattributed_;
      continue;
    }
    for (const Gene& gene : genes) {
      Counts& counts = findings_[{gene, screen, o.finding.term}];
      (negative ? counts.negative : counts.positive).insert(name);
    }
  }
}

std::map<std::pair<PlainPhenotype::Screen, std::string>, PlainPhenotype::Counts>
PlainPhenotype::Findings(const Gene& gene) const {
  std::map<std::pair<Screen, std::string>, Counts> out;
  for (const auto& [key, counts] : findings_) {
    if (std::get<0>(key) != gene) continue;
    Counts& kept = out[{std::get<1>(key), std::get<2>(key)}] = counts;
    for (const std::string& name : counts.positive) kept.negative.erase(name);
  }
  return out;
}

std::set<std::string> PlainPhenotype::Asserted(const Gene& gene) const {
  std::set<std::string> out;
  for (const auto& [key, counts] : Findings(gene)) {
    if (!counts.positive.empty()) out.insert(key.second);
  }
  return out;
}

std::set<std::string> PlainPhenotype::Closed(const Gene& gene) const {
  std::set<std::string> out;
  for (const std::string& term : Asserted(gene)) {
    for (const std::string& above : terms_.Ancestors(term)) out.insert(above);
  }
  return out;
}

std::vector<PlainPhenotype::Gene> PlainPhenotype::Found() const {
  std::vector<Gene> out;
  for (const auto& [gene, screens] : screened_) {
    if (!Asserted(gene).empty()) out.push_back(gene);
  }
  return out;
}

double PlainPhenotype::InformationContent(const std::string& term) const {
  double with = 0, all = 0;
  for (const Gene& gene : Found()) {
    ++all;
    with += static_cast<double>(Closed(gene).count(term));
  }
  return with == 0 ? 0 : -std::log2(with / all);
}

double PlainPhenotype::SimGic(const Gene& a, const Gene& b) const {
  const std::set<std::string> left = Closed(a), right = Closed(b);
  double shared = 0, all = 0;
  for (const std::string& term : left) {
    all += InformationContent(term);
    if (right.count(term) > 0) shared += InformationContent(term);
  }
  for (const std::string& term : right) {
    if (left.count(term) == 0) all += InformationContent(term);
  }
  return shared == 0 ? 0 : shared / all;
}

double PlainPhenotype::Resnik(const Gene& a, const Gene& b) const {
  auto one_way = [&](const Gene& from, const Gene& to) {
    double sum = 0;
    for (const std::string& term : Asserted(from)) {
      double best = 0;
      for (const std::string& other : Asserted(to)) {
        const std::vector<std::string> above = terms_.Ancestors(other);
        for (const std::string& common : terms_.Ancestors(term)) {
          if (std::find(above.begin(), above.end(), common) != above.end())
            best = std::max(best, InformationContent(common));
        }
      }
      sum += best;
    }
    return sum / static_cast<double>(Asserted(from).size());
  };
  return (one_way(a, b) + one_way(b, a)) / 2;
}

}  // namespace parfocal::testing
