// A small archive of screens that a test writes down, in a catalogue in memory, with a matrix that
// follows it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "parfocal/phenotype/matrix_follower.h"
#include "parfocal/record_name.h"
#include "support/fake_record_store.h"
#include "support/fake_term_lookup.h"
#include "support/temp_dir.h"

namespace parfocal::testing {

// shape > elongated > pear-shaped; shape > round; growth > slow. The terms of organisms beside it.
inline std::shared_ptr<FakeTermLookup> PhenotypeTerms() {
  auto terms = std::make_shared<FakeTermLookup>("phenotypes");
  terms->Add("EX:0000001", "cell phenotype");
  terms->Add("EX:0000010", "shape phenotype", {"EX:0000001"});
  terms->Add("EX:0000011", "elongated cell", {"EX:0000010"}, {"long cell"});
  terms->Add("EX:0000012", "pear-shaped cell", {"EX:0000011"});
  terms->Add("EX:0000013", "round cell", {"EX:0000010"});
  terms->Add("EX:0000020", "growth phenotype", {"EX:0000001"});
  terms->Add("EX:0000021", "decreased growth", {"EX:0000020"});
  terms->Add("NCBITaxon:2759", "Eukaryota");
  terms->Add("NCBITaxon:9606", "Homo sapiens", {"NCBITaxon:2759"}, {"human"});
  terms->Add("NCBITaxon:4896", "Schizosaccharomyces pombe", {"NCBITaxon:2759"}, {"fission yeast"});
  terms->Add("NCBITaxon:2697049", "a virus");
  return terms;
}

inline Statement GeneStatement(const std::string& id, const std::string& symbol,
                               const std::string& role = "perturbed",
                               const std::string& term = "") {
  Statement s;
  s.field = "gene";
  s.value = symbol.empty() ? id : symbol;
  s.stated_id = id;
  s.term = term;
  s.role = role;
  s.group = 1;
  return s;
}

inline Statement TermStatement(const std::string& field, const std::string& term,
                               const std::string& scope = "", const std::string& role = "") {
  Statement s;
  s.field = field;
  s.value = s.stated_id = s.term = term;
  s.scope = scope;
  s.role = role;
  return s;
}

inline Statement WordStatement(const std::string& field, const std::string& value,
                               const std::string& scope = "") {
  Statement s;
  s.field = field;
  s.value = value;
  s.scope = scope;
  return s;
}

inline Observation Finding(const std::string& term, Outcome outcome = Outcome::kPositive,
                           ObservationKind kind = ObservationKind::kPhenotype) {
  Observation o;
  o.kind = kind;
  o.outcome = outcome;
  o.level = "well";
  o.finding = TermStatement("phenotype", term);
  o.finding.value = absl::StrCat("words of ", term);
  return o;
}

class PhenotypeArchive {
 public:
  PhenotypeArchive() : terms_(PhenotypeTerms()) { AddSource("first"); }
  void AddSource(const std::string& id) {
    Source source;
    source.id = id;
    source.connector = "test";
    source.location = "/none";
    EXPECT_TRUE(store_.CreateSource(source).ok());
    bool resumed = false;
    runs_[id] = store_.BeginRun(id, absl::Now(), &resumed)->id;
  }

  // A study of one species whose blocks screenA and screenB silence genes.
  Study MakeScreens(const std::string& accession, const std::string& organism = "NCBITaxon:9606") {
    Study study;
    study.source = "first";
    study.accession = accession;
    study.title = absl::StrCat("Title of ", accession);
    study.statements = {TermStatement("organism", organism),
                        WordStatement("perturbation_type", "RNAi", "screenA"),
                        WordStatement("perturbation_type", "RNAi", "screenB")};
    return study;
  }
  ImageSet MakeWell(const std::string& accession, const std::string& id,
                    std::vector<Statement> statements, std::vector<Observation> findings = {}) {
    ImageSet set;
    set.source = "first";
    set.study = accession;
    set.id = id;
    set.block = id.substr(0, id.find('/'));
    set.statements = std::move(statements);
    set.observations = std::move(findings);
    return set;
  }

  int64_t Put(std::vector<Record> records, std::vector<RecordName> deleted = {},
              const std::string& source = "first") {
    PageCommit page;
    page.source = source;
    page.run = runs_.at(source);
    page.raw = {absl::StrCat("raw ", ++pages_)};
    for (Record& record : records) {
      page.upserts.push_back({std::move(record), {0, 0, page.raw[0].size(), 0, 0}});
    }
    page.tombstones = std::move(deleted);
    auto receipt = store_.CommitPage(page);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    return receipt.ok() ? receipt->sequence : -1;
  }

  // The matrix of what the catalogue holds now.
  std::shared_ptr<const phenotype::PhenotypeMatrix> Matrix() {
    if (follower_ == nullptr) Start();
    const int64_t newest = store_.Status(std::string(kPublicGroup))->sequence;
    EXPECT_TRUE(follower_->WaitApplied(newest, absl::Now() + absl::Seconds(60)))
        << follower_->health();
    return follower_->Current();
  }
  void Start() {
    auto opened = phenotype::MatrixFollower::Open(directory(), &store_, [this] {
      const std::shared_ptr<const TermLookup> terms = other_terms_ ? other_terms_ : terms_;
      return phenotype::Knowledge{terms, genes_, mappings_};
    });
    EXPECT_TRUE(opened.ok()) << opened.status();
    follower_ = *std::move(opened);
    follower_->Start();
  }
  void Stop() { follower_ = nullptr; }

  // Before the first Matrix().
  void SetTerms(std::shared_ptr<const TermLookup> terms) { other_terms_ = std::move(terms); }
  void SetGenes(std::shared_ptr<const GeneLookup> genes) { genes_ = std::move(genes); }
  void SetMappings(std::shared_ptr<const MappingLookup> m) { mappings_ = std::move(m); }
  FakeTermLookup* terms() { return terms_.get(); }
  FakeRecordStore* store() { return &store_; }
  phenotype::MatrixFollower* follower() { return follower_.get(); }
  std::string directory() const { return directory_ / "phenotype"; }

 private:
  TempDir directory_;
  FakeRecordStore store_;
  std::map<std::string, std::string> runs_;  // By source.
  int pages_ = 0;
  std::shared_ptr<FakeTermLookup> terms_;
  std::shared_ptr<const TermLookup> other_terms_;  // Unless null, instead of terms_.
  std::shared_ptr<const GeneLookup> genes_;
  std::shared_ptr<const MappingLookup> mappings_;
  std::unique_ptr<phenotype::MatrixFollower> follower_;
};

}  // namespace parfocal::testing
