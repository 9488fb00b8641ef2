#include "background.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bound_expression.h"
#include "bound_scope.h"
#include "similar.h"
#include "subject_names.h"

namespace parfocal::phenotype {
namespace {

constexpr size_t kMostFrequencies = 10'000;
constexpr int64_t kMostGenes = 1'000'000'000;
constexpr size_t kMostNamed = 5;  // Of the unknown terms that the explanation names.

absl::Status Refuse(absl::string_view field, absl::string_view message) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat(field, ": ", message)),
                    "VALUE_OUT_OF_RANGE", field);
}

std::string RuleOf(int64_t genes, absl::string_view of) {
  return absl::StrCat("information content: -log2 of the share of the ", genes, " genes ", of,
                      " that have the term or one below it");
}

constexpr absl::string_view kUnseen =
    "; a term that none of them has counts as if one of them had it";

// What of the scope restricts, for people.
std::string WordsOf(const Scope& scope) {
  std::vector<std::string> out;
  for (const auto& [what, values] :
       {std::pair("organism", &scope.organisms), std::pair("study", &scope.studies),
        std::pair("source", &scope.sources),
        std::pair("perturbation", &scope.perturbation_types)}) {
    constexpr size_t kMostValues = 10;
    if (values->empty()) continue;
    std::vector<std::string> shown(
        values->begin(),
        values->begin() + static_cast<ptrdiff_t>(std::min(kMostValues, values->size())));
    if (values->size() > kMostValues)
      shown.push_back(absl::StrCat("and ", values->size() - kMostValues, " more"));
    out.push_back(absl::StrCat(what, " ", absl::StrJoin(shown, ", ")));
  }
  if (scope.single_target) out.push_back("image sets with one target alone");
  return out.empty() ? "of the whole matrix" : absl::StrCat("of ", absl::StrJoin(out, "; "));
}

}  // namespace

absl::StatusOr<BoundBackground> BoundBackground::Bind(const MatrixData& data,
                                                      const Background& background,
                                                      ObservationKind kind) {
  BoundBackground out;
  const bool frequencies = !background.frequencies.empty() || background.total_genes != 0;
  const bool genes = !background.genes.empty() || background.scope.has_value();
  if (frequencies && genes) {
    return Refuse("background", "give frequencies, or genes and a scope, and not both");
  }
  if (frequencies) {
    PARFOCAL_RETURN_IF_ERROR(out.BindFrequencies(data, background));
    return out;
  }
  if (genes) {
    PARFOCAL_RETURN_IF_ERROR(out.BindGenes(data, background, kind));
    return out;
  }
  out.genes_ = data.profiles(kind).BackgroundSize();
  out.rule_ = RuleOf(out.genes_, "with any finding, over all studies,");
  return out;
}

absl::Status BoundBackground::BindGenes(const MatrixData& data, const Background& background,
                                        ObservationKind kind) {
  Scope scope = background.scope.value_or(Scope());
  scope.kind = kind;
  PARFOCAL_ASSIGN_OR_RETURN(const BoundScope bound, BoundScope::Bind(data, scope));
  for (const std::string& note : bound.notes())
    left_out_.push_back(absl::StrCat("background: ", note));
  std::vector<uint32_t> subjects;
  if (background.genes.empty()) {
    for (const ProfileIndex::Profile& profile : data.profiles(kind).profiles())
      subjects.push_back(profile.subject);
  } else {
    PARFOCAL_ASSIGN_OR_RETURN(std::vector<NamedSubject> named,
                              GenesNamed(data, background.genes, background.organism, kind));
    for (size_t i = 0; i < named.size(); ++i) {
      if (named[i].subject.has_value()) {
        subjects.push_back(*named[i].subject);
      } else {
        not_used_.push_back({background.genes[i], std::move(named[i].resolution)});
      }
    }
    std::sort(subjects.begin(), subjects.end());
    subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  }
  const ProfileIndex& profiles = data.profiles(kind);
  std::vector<int64_t> counts(data.terms().size(), 0);
  int64_t without = 0;
  for (const uint32_t subject : subjects) {
    const std::vector<uint32_t> closed = profiles.Close(TermsOf(data, bound, subject));
    ++(closed.empty() ? without : genes_);
    for (const uint32_t term : closed) ++counts[term];
  }
  if (genes_ == 0) return Refuse("background", "no gene of it has a finding of this kind");
  if (!background.genes.empty()) {
    if (!not_used_.empty()) {
      left_out_.push_back(absl::StrCat("background: ", not_used_.size(), " of ",
                                       background.genes.size(),
                                       " names are no gene of the matrix"));
    }
    if (without > 0)
      left_out_.push_back(absl::StrCat("background: ", without, " genes without a finding there"));
  }
  const std::string of = background.genes.empty()
                             ? absl::StrCat(WordsOf(scope), " with any finding")
                             : absl::StrCat("of the list given with a finding ", WordsOf(scope));
  rule_ = absl::StrCat(RuleOf(genes_, of), kUnseen);
  content_ = TermContent::Of(std::move(counts), genes_, /*unseen_as_one=*/true);
  return absl::OkStatus();
}

absl::Status BoundBackground::BindFrequencies(const MatrixData& data,
                                              const Background& background) {
  if (background.total_genes < 1 || background.total_genes > kMostGenes) {
    return Refuse(
        "background.total_genes",
        absl::StrCat("say of how many genes the frequencies are, from 1 to ", kMostGenes));
  }
  if (background.frequencies.size() > kMostFrequencies) {
    return LimitExceeded("background_frequencies", static_cast<int64_t>(kMostFrequencies),
                         "background.frequencies",
                         absl::StrCat("background.frequencies: ", background.frequencies.size(),
                                      " of them; at most ", kMostFrequencies));
  }
  std::vector<int64_t> counts(data.terms().size(), 0);
  std::vector<std::string> unknown;
  size_t known = 0;
  for (const Background::Frequency& given : background.frequencies) {
    if (given.genes < 0 || given.genes > background.total_genes) {
      return Refuse("background.frequencies", absl::StrCat(given.term, ": ", given.genes,
                                                           " genes of ", background.total_genes));
    }
    const absl::StatusOr<std::string> curie =
        TermNamed(data, given.term, /*quoted=*/false, "background.frequencies");
    if (!curie.ok()) {
      unknown.push_back(given.term);
      continue;
    }
    ++known;
    // Whatever has the term has what lies above it; the term itself may be none of the matrix.
    const auto raise = [&](uint32_t term) { counts[term] = std::max(counts[term], given.genes); };
    if (const std::optional<uint32_t> term = data.terms().Find(*curie)) {
      for (const uint32_t above : data.terms().Ancestors(*term)) raise(above);
    } else {
      for (const std::string& id : data.knowledge().terms->Ancestors(*curie)) {
        if (const std::optional<uint32_t> above = data.terms().Find(id)) raise(*above);
      }
    }
  }
  if (!unknown.empty()) {
    const size_t shown = std::min(kMostNamed, unknown.size());
    left_out_.push_back(absl::StrCat(
        "background: ", unknown.size(), " terms that no loaded ontology has or that name several: ",
        absl::StrJoin(unknown.begin(), unknown.begin() + static_cast<ptrdiff_t>(shown), ", "),
        unknown.size() > shown ? ", ..." : ""));
  }
  if (known == 0) return Refuse("background.frequencies", "no term of a loaded ontology");
  genes_ = background.total_genes;
  rule_ = absl::StrCat(RuleOf(genes_, "of the background given"), " (frequencies of ", known,
                       " terms; a term has at least as many genes as each below it)", kUnseen);
  content_ = TermContent::Of(std::move(counts), genes_, /*unseen_as_one=*/true);
  return absl::OkStatus();
}

}  // namespace parfocal::phenotype
