#include "support/idr_like.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "support/fake_term_lookup.h"

namespace parfocal::testing {
namespace {

constexpr int kTerms = 1200;
constexpr int64_t kPlate = 208;
// Numbers of terms by field; each a part of the tree with inner nodes above it.
constexpr int kOrganisms = 200, kMethods = 300, kCellLines = 400, kCompounds = 600,
              kPhenotypes = 900;
constexpr int kPhenotypeSets = 592;

uint64_t Mix(uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdu;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53u;
  return x ^ (x >> 33);
}

std::string LabelOf(int term) { return absl::StrCat("label", term / 7, " kind", term); }

Statement Said(absl::string_view field, std::string value, int term = -1) {
  Statement out;
  out.field = std::string(field);
  if (term >= 0) {
    out.term = out.stated_id = IdrLike::TermId(term);
    out.label = LabelOf(term);
    out.rule = TermRule::kGivenId;
    out.value = out.label;
  } else {
    out.value = std::move(value);
  }
  return out;
}

}  // namespace

IdrLike::IdrLike(int64_t rows) : rows_(rows) {
  // As many studies as the original at its size; more rows are more and larger studies.
  const int studies =
      std::max(8, static_cast<int>(122 * std::sqrt(static_cast<double>(rows) / 712342)));
  std::vector<double> weights(static_cast<size_t>(studies));
  double sum = 0;
  for (int s = 1; s < studies; ++s) sum += weights[s] = std::pow(s, -0.8);
  weights[0] = sum * 0.45 / 0.55;
  sum += weights[0];
  double seen = 0;
  for (int s = 0; s < studies; ++s) {
    first_.push_back(static_cast<int64_t>(static_cast<double>(rows) * (seen / sum)) + s);
    seen += weights[s];
  }
  first_.push_back(rows + studies);
}

std::string IdrLike::TermId(int number) {
  return absl::StrCat("EX:", absl::Dec(number, absl::kZeroPad7));
}

std::shared_ptr<const TermLookup> IdrLike::Terms() {
  auto terms = std::make_shared<FakeTermLookup>("idr-like");
  for (int i = 0; i < kTerms; ++i) {
    std::vector<std::string> parents;
    if (i > 0) parents.push_back(TermId((i - 1) / 5));
    terms->Add(TermId(i), LabelOf(i), parents);
  }
  return terms;
}

Record IdrLike::record(int64_t i) const {
  const auto it = std::upper_bound(first_.begin(), first_.end(), i) - 1;
  const int study = static_cast<int>(it - first_.begin());
  if (i == *it) return MakeStudy(study);
  return MakeSet(study, i - *it - 1);
}

Study IdrLike::MakeStudy(int number) const {
  Study out;
  out.source = "bench";
  out.accession = absl::StrCat("study", absl::Dec(number, absl::kZeroPad4));
  const uint64_t h = Mix(static_cast<uint64_t>(number) + 1);
  out.title = absl::StrCat("A screen of topic", number % 40, " number ", number);
  // The largest study has 45 % of the rows; some 10 % of the others make it half.
  if (number == 0 || number % 11 == 1) out.description = "halfway ";
  for (int w = 0; w < 150; ++w) {
    absl::StrAppend(&out.description, "word", Mix(h + static_cast<uint64_t>(w)) % 5000, " ");
  }
  out.release_date = absl::StrCat(2010 + h % 15, "-05-01");
  out.licence.stated = out.licence.spdx = h % 8 == 0 ? "CC0-1.0" : "CC-BY-4.0";
  for (int p = 0; p < 3; ++p) {
    out.people.push_back(
        {absl::StrCat("Author ", Mix(h + 500 + static_cast<uint64_t>(p)) % 400), "", "", "", {}});
  }
  out.statements.push_back(Said("imaging_method", "", kMethods + static_cast<int>((h >> 8) % 60)));
  out.statements.push_back(Said("study_type", "", 100 + static_cast<int>((h >> 16) % 10)));
  // Rows of three studies in four state their organism themselves.
  if (number % 4 == 3) {
    out.statements.push_back(Said("organism", "", kOrganisms + static_cast<int>((h >> 24) % 80)));
  }
  return out;
}

ImageSet IdrLike::MakeSet(int study, int64_t row) const {
  ImageSet out;
  const uint64_t s = Mix(static_cast<uint64_t>(study) + 1);
  const uint64_t h = Mix(static_cast<uint64_t>(study) << 40 | static_cast<uint64_t>(row));
  out.source = "bench";
  out.study = absl::StrCat("study", absl::Dec(study, absl::kZeroPad4));
  out.block = "screenA";
  const int64_t plate = row / kPlate, well = row % kPlate;
  out.plate = absl::StrCat("P", study, "-", plate);
  out.well = absl::StrCat(std::string(1, static_cast<char>('A' + well / 24)), well % 24 + 1);
  out.id = absl::StrCat("screenA/", out.plate, "/", out.well);
  if (h % 50 != 0) out.image_count = static_cast<int64_t>(1 + s % 8 + (h >> 50) % 2);
  if (h % 10 == 1)
    out.control = (h >> 8) % 2 == 0 ? ControlType::kNegative : ControlType::kPositive;
  if (study % 3 == 0) out.quality = h % 40 == 3 ? Quality::kFailed : Quality::kPassed;
  if (study % 4 != 3) {
    // One or two organisms a study, by plate.
    const uint64_t which = s % 5 == 0 ? static_cast<uint64_t>(plate) % 2 : 0;
    out.statements.push_back(
        Said("organism", "", kOrganisms + static_cast<int>(((s >> 24) + which) % 80)));
  }
  if (study % 5 != 4) {
    const uint64_t which = static_cast<uint64_t>(plate) % (1 + s % 6);
    out.statements.push_back(
        Said("cell_line", "", kCellLines + static_cast<int>(((s >> 32) + which) % 150)));
  }
  out.attributes = {{"Plate", out.plate},
                    {"Well", out.well},
                    {"Channels", absl::StrCat("DAPI: nucleus; GFP: marker", study % 50)},
                    {"Term Source 1 REF", "EX"},
                    {"Term Source 2 REF", "EX2"},
                    {"Organism Part", absl::StrCat("part ", s % 200)},
                    {"Off Target", "none"},
                    {"Order", (h >> 13) % 2 == 0 ? "evenly" : "other"},
                    {"Operator", absl::StrCat("operator ", plate % 7)},
                    {"Replicate", absl::StrCat("replicate ", plate % 4)},
                    {"Concentration", absl::StrCat((h >> 20) % 30)}};
  if ((h >> 30) % 4 != 0) {
    out.attributes.push_back({"Image File", absl::StrCat("f", h % 100000000, ".tif")});
  }
  if ((h >> 14) % 10 == 0) out.attributes.push_back({"Comment", "tenth of the rows"});
  if ((h >> 18) % 1000 == 0) out.attributes.push_back({"Remark", "scarce remark"});
  if (study % 3 == 0) {
    AddCompound(h, study, row, &out);
  } else if (study % 3 == 1) {
    AddGene(h, study, row, &out);
  }
  if (h % 26 == 5) AddPhenotypes(h, &out);
  return out;
}

void IdrLike::AddCompound(uint64_t h, int study, int64_t row, ImageSet* out) const {
  // The same library on every fifth plate; some rows of a compound stand side by side.
  const int64_t place = row % (kPlate * 5) / 4;
  const uint64_t compound = Mix(static_cast<uint64_t>(place + study * 101)) % 10000;
  out->statements.push_back(Said("compound", "", kCompounds + static_cast<int>(compound % 300)));
  out->statements.push_back(Said("perturbation_type", "compound"));
  out->attributes.push_back({"Compound Name", absl::StrCat("compound ", compound)});
  out->attributes.push_back({"Compound SMILES", absl::StrCat("CC(=O)N", compound, "C1")});
  out->attributes.push_back({"Compound PubChem", absl::StrCat(compound * 37)});
  out->attributes.push_back({"Compound MoA", absl::StrCat("inhibitor of target", compound % 292)});
  out->attributes.push_back({"Cell Count", absl::StrCat(h % 3000)});
}

void IdrLike::AddGene(uint64_t h, int study, int64_t row, ImageSet* out) const {
  const uint64_t gene =
      Mix(static_cast<uint64_t>(row / 2 + study * 1009)) % (study % 2 == 0 ? 20000 : 6000);
  Statement statement = Said("gene", absl::StrCat("GENE", gene));
  statement.role = "perturbed";
  out->statements.push_back(std::move(statement));
  out->statements.push_back(Said("perturbation_type", "RNAi"));
  const uint64_t reagent = gene * 3 + static_cast<uint64_t>(row % 2);
  out->statements.push_back(Said("reagent", absl::StrCat("s", reagent)));
  out->attributes.push_back({"Gene Symbol", absl::StrCat("GENE", gene)});
  out->attributes.push_back({"siRNA Identifier", absl::StrCat("s", reagent)});
  out->attributes.push_back({"Sense Sequence", absl::StrCat("GCAUUAG", reagent, "CCUGAtt")});
  out->attributes.push_back({"Annotation Build", "GRCh37"});
  out->attributes.push_back({"Score", absl::StrCat(static_cast<double>(h % 100000) / 100000)});
}

void IdrLike::AddPhenotypes(uint64_t h, ImageSet* out) const {
  const uint64_t set = Mix((h >> 5) % kPhenotypeSets);
  for (uint64_t n = 0; n <= set % 3; ++n) {
    Observation observation;
    observation.outcome = Outcome::kPositive;
    observation.finding = Said("phenotype", "", kPhenotypes + static_cast<int>(Mix(set + n) % 250));
    out->observations.push_back(std::move(observation));
  }
}

}  // namespace parfocal::testing
