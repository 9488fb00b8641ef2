#include "support/random_archive.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace parfocal::testing {
namespace {

const std::vector<std::string> kWords = {"light", "sheet",    "mouse",    "brain",
                                         "cell",  "division", "dividing", "actin",
                                         "yeast", "spindle",  "defect",   "SARS-CoV-2"};
const std::vector<std::string> kTerms = {"EX:0000001", "EX:0000002", "EX:0000003", "EX:0000004",
                                         "EX:0000005", "EX:0000006", "EX:0000007", "EX:0000008"};
const std::vector<std::string> kFree = {"wild type", "brain slice", "unmapped mouse", "actin-GFP"};
const std::vector<std::string> kBlocks = {"screenA", "screenB"};
const std::vector<std::string> kSymbols = {"ACT1", "CDC2", "TP53", "KIF11"};
const std::vector<std::string> kSources = {"first", "second"};
const std::vector<std::string> kFacetFields = {"organism", "phenotype", "strain", "gene",
                                               "stated_organism"};

}  // namespace

std::shared_ptr<const FakeTermLookup> ArchiveTerms() {
  auto terms = std::make_shared<FakeTermLookup>("archive");
  terms->Add("EX:0000100", "living thing");
  terms->Add("EX:0000101", "animal", {"EX:0000100"});
  terms->Add("EX:0000001", "mouse", {"EX:0000101"}, {"house mouse"});
  terms->Add("EX:0000002", "rat", {"EX:0000101"});
  terms->Add("EX:0000003", "yeast", {"EX:0000100"});
  terms->Add("EX:0000004", "baker's yeast", {"EX:0000003"});
  terms->Add("EX:0000200", "cell phenotype");
  terms->Add("EX:0000005", "cell division defect", {"EX:0000200"});
  terms->Add("EX:0000006", "spindle defect", {"EX:0000005"});
  terms->Add("EX:0000007", "metaphase spindle defect", {"EX:0000006", "EX:0000008"});
  terms->Add("EX:0000008", "actin phenotype", {"EX:0000200"});
  return terms;
}

RandomArchive::RandomArchive(uint64_t seed, RecordStore* store) : random_(seed), store_(store) {
  for (const std::string& id : kSources) {
    Source source;
    source.id = id;
    source.connector = "test";
    source.location = "/none";
    store_->CreateSource(source).IgnoreError();
    bool resumed = false;
    auto run = store_->BeginRun(id, absl::Now(), &resumed);
    if (run.ok()) runs_[id] = run->id;
  }
}

std::string RandomArchive::Words(int most) {
  std::string out;
  for (uint64_t n = Below(most + 1); n > 0; --n) {
    absl::StrAppend(&out, out.empty() ? "" : " ", Any(kWords));
  }
  return out;
}

std::string RandomArchive::Day() {
  std::string out = absl::StrCat(2018 + Below(5));
  if (Chance(60)) absl::StrAppend(&out, "-0", 1 + Below(9));
  if (out.size() > 4 && Chance(60)) absl::StrAppend(&out, "-1", Below(10));
  return out;
}

Statement RandomArchive::Term(const std::string& field) {
  Statement out;
  out.field = field;
  if (Chance(25)) {
    out.value = Any(kFree);
    return out;
  }
  static const std::shared_ptr<const FakeTermLookup> terms = ArchiveTerms();
  out.stated_id = out.term = Any(kTerms);
  out.label = out.value = *terms->LabelOf(out.term);
  out.rule = TermRule::kGivenId;
  if (Chance(20)) {
    // Inferred: the archive itself gave words alone.
    out.stated_id.clear();
    out.rule = TermRule::kExactLabel;
  }
  if (Chance(10)) out.origin = Origin::kInferred;
  return out;
}

Statement RandomArchive::Gene() {
  Statement out;
  out.field = "gene";
  out.value = Any(kSymbols);
  out.role = Chance(70) ? "perturbed" : "tagged";
  return out;
}

Study RandomArchive::NextStudy(const std::string& source, const std::string& accession) {
  Study out;
  out.source = source;
  out.accession = accession;
  out.title = Words(5);
  out.description = Words(20);
  if (Chance(30)) out.keywords.push_back(Any(kWords));
  if (Chance(70)) out.release_date = Day();
  if (Chance(50)) out.bytes = static_cast<int64_t>(Below(3)) * 1000;
  if (Chance(60)) out.image_count = static_cast<int64_t>(Below(50));
  if (Chance(30)) out.data_doi = absl::StrCat("10.1234/", Below(4));
  if (Chance(40)) out.publications.push_back({"", "", "", "", Words(6), "A. Author"});
  for (const std::string& block : kBlocks)
    out.blocks.push_back({block, "screen", block, Words(4), {}, {}});
  for (const char* field : {"organism", "phenotype", "imaging_method"}) {
    for (uint64_t n = Below(3); n > 0; --n) {
      Statement statement = Term(field);
      if (Chance(30)) statement.scope = Any(kBlocks);
      out.statements.push_back(std::move(statement));
    }
  }
  if (Chance(30)) out.statements.push_back(Gene());
  if (Chance(40)) {
    Statement strain;
    strain.field = "strain";
    strain.value = Any(kFree);
    out.statements.push_back(std::move(strain));
  }
  if (Chance(30))
    out.attributes.emplace_back("Temperature", absl::StrCat(Below(4), Chance(50) ? ".5" : ",50"));
  if (Chance(20)) out.attributes.emplace_back("Age of donor", "40");
  return out;
}

ImageSet RandomArchive::NextSet(const std::string& source, const std::string& study) {
  ImageSet out;
  out.source = source;
  out.study = study;
  const uint64_t number = Below(24);
  if (number < 18) out.block = kBlocks[number % 2];
  out.id = absl::StrCat(out.block.empty() ? "extra" : out.block, "/P1/A", number);
  out.plate = "P1";
  out.well = absl::StrCat("A", number);
  if (Chance(70)) out.image_count = static_cast<int64_t>(Below(9));
  if (Chance(5)) out.image_count = 65530 + static_cast<int64_t>(Below(10));  // About 16 bits.
  out.images_available = Chance(95);
  if (Chance(10)) out.image_kind = ImageKind::kMask;
  if (Chance(10)) out.control = ControlType::kNegative;
  if (Chance(30)) out.extents.z = static_cast<int64_t>(Below(3));
  if (Chance(40)) out.statements.push_back(Term("organism"));
  for (uint64_t n = Below(3); n > 0; --n) out.statements.push_back(Gene());
  if (Chance(20)) {
    Statement strain;
    strain.field = "strain";
    strain.value = Any(kFree);
    out.statements.push_back(std::move(strain));
  }
  for (uint64_t n = Below(3); n > 0; --n) {
    Observation observation;
    observation.outcome = Chance(80) ? Outcome::kPositive : Outcome::kTestedNegative;
    observation.finding = Term("phenotype");
    out.observations.push_back(std::move(observation));
  }
  if (Chance(60))
    out.attributes.emplace_back("Temperature", absl::StrCat(Below(4), Chance(50) ? ".5" : ",50"));
  if (Chance(40)) out.attributes.emplace_back("Comment", Words(3));
  return out;
}

int64_t RandomArchive::Change(int changes) {
  int64_t sequence = 0;
  for (const std::string& source : kSources) {
    PageCommit page;
    page.source = source;
    page.run = runs_[source];
    page.raw.push_back(absl::StrCat("page ", random_()));
    std::set<RecordName> named;
    for (int i = 0; i < changes / 2 + 1; ++i) {
      const std::string study = absl::StrCat("S-", 1 + Below(5));
      if (Chance(12)) {
        RecordName name{source, study, ""};
        if (Chance(70)) name = NameOf(NextSet(source, study));
        if (named.insert(name).second) page.tombstones.push_back(name);
        continue;
      }
      Record record =
          Chance(20) ? Record(NextStudy(source, study)) : Record(NextSet(source, study));
      if (!named.insert(NameOf(record)).second) continue;
      page.upserts.push_back({std::move(record), {0, 0, page.raw[0].size(), 0, 0}});
    }
    auto receipt = store_->CommitPage(page);
    if (receipt.ok()) sequence = receipt->sequence;
  }
  return sequence;
}

std::string RandomArchive::Query() {
  std::string out;
  for (uint64_t n = Below(4); n > 0; --n) {
    if (!out.empty()) absl::StrAppend(&out, Chance(25) ? " OR " : " ");
    if (Chance(15)) absl::StrAppend(&out, "-");
    switch (Below(8)) {
      case 0:
        absl::StrAppend(&out, "\"", Any(kWords), " ", Any(kWords), "\"");
        break;
      case 1:
        absl::StrAppend(&out, Any(kWords).substr(0, 4), "*");
        break;
      case 2:
        absl::StrAppend(&out, Chance(50) ? "title:" : "phenotype:", Any(kWords));
        break;
      case 3:
        absl::StrAppend(&out, Chance(50) ? "S-2" : "EX:0000006");
        break;
      case 4:
        absl::StrAppend(&out, "\"", Any(kWords), "\"");
        break;
      default:
        absl::StrAppend(&out, Any(kWords));
    }
  }
  return out;
}

std::string RandomArchive::Condition() {
  static const std::vector<std::string> values = {
      "EX:0000100", "EX:0000101",    "EX:0000001", "EX:0000003", "EX:0000200",
      "EX:0000005", "EX:0000006",    "EX:0000008", "mouse",      "House Mouse",
      "wild type",  "nothing of it", "TP53"};
  const std::string field = Any(kFacetFields);
  const std::string quoted = absl::StrCat("\"", Any(values), "\"");
  switch (Below(12)) {
    case 0:
      return absl::StrCat(field, " != ", quoted);
    case 1:
      return absl::StrCat(field, ":*");
    case 2:
      return absl::StrCat(field, ":\"", Any(kWords), "\"");
    case 3:
      return absl::StrCat("release_date ", Chance(50) ? ">=" : "<", " ", Day());
    case 4:
      return absl::StrCat("year ", Chance(50) ? "=" : "<=", " ", 2018 + Below(5));
    case 5:
      return Any(std::vector<std::string>{"attribute[\"temperature\"] = 2.5",
                                          "attribute[\"temperature\"] = '2,50'",
                                          "attribute[\"temperature\"] > 1", "attribute = 2.5",
                                          "attribute:*", "attribute:\"a\"", "attribute > 30"});
    case 6:
      return absl::StrCat("title:\"", Any(kWords), "\"");
    case 7:
      return absl::StrCat("organism.exact = ", quoted);
    case 8:
      return absl::StrCat("stated_organism.closure = (", quoted, " OR EX:0000003)");
    case 9:
      return absl::StrCat("source = ", Any(kSources), " AND block = ", Any(kBlocks));
    default:
      return absl::StrCat(field, " = ", quoted);
  }
}

std::string RandomArchive::Filter() {
  std::string out;
  for (uint64_t n = Below(4); n > 0; --n) {
    if (!out.empty()) absl::StrAppend(&out, Chance(30) ? " OR " : " AND ");
    const std::string condition = Condition();
    absl::StrAppend(&out, Chance(20) ? "NOT " : "", "(", condition, ")");
  }
  return out;
}

}  // namespace parfocal::testing
