#include "subject_names.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "bound_scope.h"

namespace parfocal::phenotype {
namespace {

constexpr size_t kMostNameBytes = 1024;
constexpr size_t kMostCandidates = 20;

using NameMap = absl::flat_hash_map<std::string, std::vector<uint32_t>>;

// Resolves one text; each member tries one way and says whether it decided.
class Naming {
 public:
  Naming(const MatrixData& data, absl::string_view text, const std::string& organism, bool labelled)
      : data_(data),
        text_(text),
        folded_(absl::AsciiStrToLower(text)),
        organism_(organism),
        labelled_(labelled) {}

  bool ByMatrix(const NameMap& map, bool compounds, GeneMatch match) {
    auto it = map.find(folded_);
    if (it == map.end()) return false;
    std::vector<uint32_t> found;
    for (uint32_t number : it->second) {
      const MatrixData::Subject& subject = data_.subjects()[number];
      if (subject.compound != compounds || !IsThere(subject)) continue;
      if (!compounds && !organism_.empty() && subject.organism != organism_) continue;
      found.push_back(number);
    }
    if (found.empty()) return false;
    out_.resolution = GeneResolution();
    for (size_t i = 0; i < std::min(found.size(), kMostCandidates); ++i) {
      const MatrixData::Subject& subject = data_.subjects()[found[i]];
      out_.resolution.candidates.push_back({data_.AnswerId(subject), subject.name, match});
    }
    if (found.size() == 1) {
      out_.resolution.outcome = GeneOutcome::kOne;
      out_.subject = found[0];
    } else {
      out_.resolution.outcome = GeneOutcome::kAmbiguous;
      out_.resolution.reason = absl::StrCat(found.size(), " of the matrix are called so",
                                            organism_.empty() ? "; name the organism" : "");
    }
    return true;
  }

  // What the tables say, of one organism or of all that the matrix has. It decides if the matrix
  // has the gene.
  bool ByTables() {
    const GeneLookup* genes = data_.knowledge().genes.get();
    if (genes == nullptr) return false;
    if (!organism_.empty()) {
      out_.resolution = genes->Resolve(text_, organism_);
    } else {
      Across(*genes);
    }
    return out_.resolution.outcome == GeneOutcome::kOne && FindInMatrix();
  }
  // Nothing was said, or a gene was named that the matrix does not have under its id: the image
  // sets may have been harvested before the tables were loaded.
  bool Open() const {
    return out_.resolution.outcome == GeneOutcome::kUnknown ||
           out_.resolution.outcome == GeneOutcome::kOne;
  }

  NamedSubject Done() {
    if (out_.resolution.outcome == GeneOutcome::kUnknown && out_.resolution.reason.empty()) {
      out_.resolution.reason =
          data_.knowledge().genes == nullptr
              ? "nothing in the matrix is called so (no gene tables are loaded)"
              : "neither a gene table nor a source calls anything so";
    }
    return std::move(out_);
  }

 private:
  void Across(const GeneLookup& genes) {
    GeneResolution special;  // Control, damaged, several: the same whatever the organism.
    std::vector<GeneCandidate> all;
    for (const std::string& organism : data_.organisms()) {
      GeneResolution here = genes.Resolve(text_, organism);
      if (here.outcome == GeneOutcome::kOne || here.outcome == GeneOutcome::kAmbiguous) {
        all.insert(all.end(), here.candidates.begin(), here.candidates.end());
        if (out_.resolution.reason.empty()) out_.resolution.reason = here.reason;
      } else if (here.outcome != GeneOutcome::kUnknown) {
        special = std::move(here);
      }
    }
    if (all.empty()) {
      out_.resolution = std::move(special);
      return;
    }
    std::stable_sort(all.begin(), all.end(), [](const GeneCandidate& a, const GeneCandidate& b) {
      return std::tie(a.match, a.id) < std::tie(b.match, b.id);
    });
    const size_t best = static_cast<size_t>(std::count_if(
        all.begin(), all.end(), [&](const GeneCandidate& c) { return c.match == all[0].match; }));
    out_.resolution.outcome = best == 1 ? GeneOutcome::kOne : GeneOutcome::kAmbiguous;
    if (best > 1) {
      out_.resolution.reason = absl::StrCat(best,
                                            " genes of the organisms here are called so; name "
                                            "the organism");
    } else if (all.size() > 1) {
      out_.resolution.reason = absl::StrCat("also a lesser name of ", all[1].id);
    }
    if (all.size() > kMostCandidates) all.resize(kMostCandidates);
    out_.resolution.candidates = std::move(all);
  }

  bool FindInMatrix() {
    const auto& ids = data_.names().ids;
    auto it = ids.find(absl::AsciiStrToLower(out_.resolution.candidates[0].id));
    if (it != ids.end() && !data_.subjects()[it->second[0]].compound &&
        IsThere(data_.subjects()[it->second[0]])) {
      out_.subject = it->second[0];
      return true;
    }
    if (out_.resolution.reason.empty()) {
      out_.resolution.reason = labelled_
                                   ? "a known gene, but no image set says where its product is"
                                   : "a known gene, but no image set perturbs it";
    }
    return false;
  }
  bool IsThere(const MatrixData::Subject& subject) const {
    return labelled_ ? subject.labelled : subject.perturbed;
  }

  const MatrixData& data_;
  const absl::string_view text_;
  const std::string folded_;
  const std::string& organism_;
  const bool labelled_;
  NamedSubject out_;
};

}  // namespace

NamedSubject GeneNamed(const MatrixData& data, absl::string_view text, const std::string& organism,
                       ObservationKind kind) {
  text = absl::StripAsciiWhitespace(text);
  NamedSubject out;
  if (text.empty()) {
    out.resolution.outcome = GeneOutcome::kControl;
    out.resolution.reason = "an empty name";
    return out;
  }
  if (text.size() > kMostNameBytes) {
    out.resolution.reason =
        absl::StrCat("a name of ", text.size(), " bytes; at most ", kMostNameBytes);
    return out;
  }
  Naming naming(data, text, organism, kind == ObservationKind::kLocalisation);
  const MatrixData::Names& names = data.names();
  if (!naming.ByMatrix(names.ids, false, GeneMatch::kId) && !naming.ByTables() &&
      !naming.ByMatrix(names.identifiers, false, GeneMatch::kId) && naming.Open()) {
    naming.ByMatrix(names.names, false, GeneMatch::kSymbol);
  }
  return naming.Done();
}

NamedSubject CompoundNamed(const MatrixData& data, absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  const std::string no_organism;
  Naming naming(data, text, no_organism, /*labelled=*/false);
  const MatrixData::Names& names = data.names();
  if (text.size() <= kMostNameBytes && !naming.ByMatrix(names.ids, true, GeneMatch::kId) &&
      !naming.ByMatrix(names.identifiers, true, GeneMatch::kId)) {
    naming.ByMatrix(names.names, true, GeneMatch::kSymbol);
  }
  return naming.Done();
}

absl::StatusOr<std::vector<NamedSubject>> GenesNamed(const MatrixData& data,
                                                     const std::vector<std::string>& names,
                                                     const std::string& organism,
                                                     ObservationKind kind) {
  if (names.size() > kMaxNames) {
    return LimitExceeded("gene_names", static_cast<int64_t>(kMaxNames), "genes",
                         absl::StrCat("genes: ", names.size(), " names; at most ", kMaxNames));
  }
  std::string taxon;
  if (!organism.empty()) {
    PARFOCAL_ASSIGN_OR_RETURN(taxon, OrganismNamed(data, organism, "organism"));
  }
  absl::flat_hash_map<std::string, NamedSubject> known;
  std::vector<NamedSubject> out;
  for (const std::string& name : names) {
    auto [it, added] = known.try_emplace(name);
    if (added) it->second = GeneNamed(data, name, taxon, kind);
    out.push_back(it->second);
  }
  return out;
}

}  // namespace parfocal::phenotype
