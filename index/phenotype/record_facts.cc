#include "record_facts.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace parfocal::phenotype {
namespace {

template <typename T>
void SortDistinct(std::vector<T>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

OrganismFact OrganismOf(const Statement& s) {
  return {s.term.empty() ? s.stated_id : s.term, s.value, s.role};
}

// Whether the image set says where a protein is.
bool SaysWhere(const ImageSet& set) {
  return std::any_of(set.observations.begin(), set.observations.end(),
                     [](const Observation& o) { return o.kind == ObservationKind::kLocalisation; });
}

// A gene in the role perturbed or, with `labels`, one whose product is labelled; or a compound;
// nullopt for anything else.
std::optional<SubjectFact> SubjectOf(const Statement& s, bool labels) {
  SubjectFact out;
  out.labelled = s.role == "tagged" || s.role == "antibody_target";
  if (s.field == "gene" && (s.role == "perturbed" || (labels && out.labelled))) {
    out.id = s.term;
    out.identifier = s.stated_id.empty() ? s.value : s.stated_id;
    out.name = s.label.empty() ? s.value : s.label;
  } else if (s.field == "compound") {
    out.compound = true;
    out.labelled = false;
    out.id = s.term.empty() ? s.stated_id : s.term;
    out.identifier = s.stated_id;
    out.name = s.value.empty() ? s.stated_id : s.value;
  } else {
    return std::nullopt;
  }
  out.stated_name = s.value;
  if (out.id.empty() && out.identifier.empty() && out.name.empty()) return std::nullopt;
  return out;
}

// Submitters or authors: the paper's authors as stated, else the people of the study.
std::string CreditOf(const Study& study) {
  for (const Publication& paper : study.publications) {
    if (!paper.authors.empty()) return paper.authors;
  }
  std::string out;
  for (const Person& person : study.people) {
    absl::StrAppend(&out, out.empty() ? "" : ", ", person.name);
  }
  return out;
}

}  // namespace

std::optional<SetFacts> FactsOf(const ImageSet& set) {
  SetFacts out;
  const bool says_where = SaysWhere(set);
  for (const Statement& s : set.statements) {
    if (s.field == "organism") {
      out.context.organisms.push_back(OrganismOf(s));
    } else if (s.field == "perturbation_type") {
      out.context.types.push_back(s.value);
    } else if (std::optional<SubjectFact> subject = SubjectOf(s, says_where)) {
      out.subjects.push_back(*std::move(subject));
    }
  }
  if (out.subjects.empty() && set.observations.empty()) return std::nullopt;
  SortDistinct(&out.context.organisms);
  SortDistinct(&out.context.types);
  SortDistinct(&out.subjects);
  out.id = set.id;
  out.context.block = set.block;
  out.context.control = set.control != ControlType::kNone;
  out.context.failed = set.quality == Quality::kFailed;
  out.context.no_image = !set.images_available;
  for (size_t i = 0; i < set.observations.size(); ++i) {
    const Observation& o = set.observations[i];
    out.findings.push_back({o.kind, o.outcome, o.finding.term, o.finding.value, o.level,
                            o.outcome == Outcome::kPositive ? o.score : std::string(),
                            static_cast<uint32_t>(i)});
  }
  return out;
}

StudyHeader HeaderOf(const Study& study) {
  StudyHeader out;
  for (const Statement& s : study.statements) {
    if (s.field == "organism") {
      out.organisms.push_back({s.scope, OrganismOf(s)});
    } else if (s.field == "perturbation_type") {
      out.types.push_back({s.scope, s.value});
    }
  }
  SortDistinct(&out.organisms);
  SortDistinct(&out.types);
  out.title = study.title;
  out.credit = CreditOf(study);
  for (const Publication& paper : study.publications) {
    if (out.paper_doi.empty()) out.paper_doi = paper.doi;
  }
  out.data_doi = study.data_doi;
  out.licence = study.licence.spdx.empty() ? study.licence.stated : study.licence.spdx;
  out.url = study.landing_page;
  return out;
}

}  // namespace parfocal::phenotype
