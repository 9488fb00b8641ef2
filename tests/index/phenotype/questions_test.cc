// Likeness, enrichment, networks, pooling, bridges, evidence and what was left out.
#include <algorithm>
#include <cmath>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hypergeometric.h"
#include "index/phenotype/phenotype_archive.h"
#include "support/fake_gene_lookup.h"
#include "support/fake_mapping_lookup.h"
#include "support/status_matchers.h"

namespace parfocal::phenotype {
namespace {

using ::parfocal::testing::FakeGeneLookup;
using ::parfocal::testing::FakeMappingLookup;
using ::parfocal::testing::Finding;
using ::parfocal::testing::GeneStatement;
using ::parfocal::testing::HasReason;
using ::parfocal::testing::IsOk;
using ::parfocal::testing::PhenotypeArchive;
using ::parfocal::testing::WordStatement;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kHuman[] = "NCBITaxon:9606";
constexpr char kYeast[] = "NCBITaxon:4896";

// The archive's terms, with one edge that a curator took out of the closure: round cells are no
// shape.
class TermsWithABadEdge final : public TermLookup {
 public:
  explicit TermsWithABadEdge(std::shared_ptr<const TermLookup> terms) : terms_(std::move(terms)) {}
  std::string release() const override { return "curated"; }
  std::optional<Term> Find(absl::string_view curie) const override { return terms_->Find(curie); }
  std::optional<std::string> LabelOf(absl::string_view curie) const override {
    return terms_->LabelOf(curie);
  }
  std::vector<TermMatch> Exact(absl::string_view text,
                               const std::vector<std::string>& ontologies) const override {
    return terms_->Exact(text, ontologies);
  }
  std::vector<std::string> Ancestors(absl::string_view curie) const override {
    if (curie == kBadChild) return {std::string(kBadChild)};
    return terms_->Ancestors(curie);
  }
  std::vector<std::string> Descendants(absl::string_view curie, size_t limit) const override {
    std::vector<std::string> out = terms_->Descendants(curie, limit);
    if (curie != kBadChild) out.erase(std::remove(out.begin(), out.end(), kBadChild), out.end());
    return out;
  }
  std::vector<TermMatch> Suggest(absl::string_view prefix,
                                 const std::vector<std::string>& ontologies,
                                 size_t limit) const override {
    return terms_->Suggest(prefix, ontologies, limit);
  }
  void Visit(absl::string_view ontology,
             const std::function<bool(const Term&)>& visit) const override {
    terms_->Visit(ontology, visit);
  }

 private:
  static constexpr absl::string_view kBadChild = "EX:0000013";
  const std::shared_ptr<const TermLookup> terms_;
};

class QuestionsTest : public ::testing::Test {
 protected:
  // One image set of the screen in which `gene` was perturbed shows each of the terms.
  void Add(const std::string& study, const std::string& gene, const std::vector<std::string>& terms,
           const std::string& id = "") {
    std::vector<Observation> findings;
    for (const std::string& term : terms) findings.push_back(Finding(term));
    records_.push_back(archive_.MakeWell(study, absl::StrCat("screenA/", ++wells_),
                                         {GeneStatement(gene, gene, "perturbed", id)}, findings));
  }
  void AddStudy(const std::string& study, const std::string& organism = kHuman) {
    Study made = archive_.MakeScreens(study, organism);
    made.publications.push_back({"10.1/paper", "", "", "", "A paper", "Doe J"});
    made.licence.stated = "CC BY";
    records_.push_back(made);
  }
  std::shared_ptr<const PhenotypeMatrix> Matrix() {
    archive_.Put(std::move(records_));
    records_.clear();
    return archive_.Matrix();
  }

  PhenotypeArchive archive_;
  std::vector<Record> records_;
  int wells_ = 0;
};

TEST_F(QuestionsTest, LikeGenesShareRareTermsAndNotTheRoot) {
  AddStudy("S1");
  Add("S1", "a", {"EX:0000012"});
  Add("S1", "b", {"EX:0000011"});
  Add("S1", "c", {"EX:0000021"});
  for (int i = 0; i < 5; ++i) Add("S1", absl::StrCat("x", i), {"EX:0000013"});
  SimilarQuery query;
  query.gene = "a";
  auto similar = Matrix()->Similar(query);
  ASSERT_THAT(similar, IsOk());
  // c shares the root with a, which says nothing: it is not alike at all.
  ASSERT_THAT(similar->genes, SizeIs(6));
  EXPECT_EQ(similar->genes[0].symbol, "b");
  ASSERT_THAT(similar->genes[0].shared, SizeIs(1));
  EXPECT_EQ(similar->genes[0].shared[0].term, "EX:0000011");
  EXPECT_NEAR(similar->genes[0].shared[0].information_content, std::log2(8.0 / 2), 1e-12);
  // 2 + 0.19 bits shared; a has 3 bits more.
  const double shape = std::log2(8.0 / 7);
  EXPECT_NEAR(similar->genes[0].score, (2 + shape) / (2 + shape + 3), 1e-12);
  EXPECT_EQ(similar->genes[1].symbol, "x0");  // Ties by symbol.
  EXPECT_EQ(similar->genes[2].symbol, "x1");
  query.window.limit = 2;
  similar = archive_.Matrix()->Similar(query);
  ASSERT_THAT(similar->genes, SizeIs(2));
  EXPECT_EQ(similar->genes[1].symbol, "x0");
  EXPECT_EQ(similar->total_size, 6);
  query.window = {2, 2};  // Pages go on through what ties.
  similar = archive_.Matrix()->Similar(query);
  ASSERT_THAT(similar->genes, SizeIs(2));
  EXPECT_EQ(similar->genes[0].symbol, "x1");
  EXPECT_EQ(similar->genes[1].symbol, "x2");
}

TEST_F(QuestionsTest, ComparesGenesAndTerms) {
  AddStudy("S1");
  Add("S1", "a", {"EX:0000012"});
  Add("S1", "b", {"EX:0000011"});
  Add("S1", "c", {"EX:0000021"});
  auto matrix = Matrix();
  CompareQuery query;
  query.a = {"a"};
  query.b = {"b"};
  const auto genes = matrix->Compare(query);
  ASSERT_THAT(genes, IsOk());
  EXPECT_EQ(genes->resolution_a.outcome, GeneOutcome::kOne);
  query.a = {"EX:0000012"};
  query.b = {"EX:0000011"};
  const auto terms = matrix->Compare(query);
  ASSERT_THAT(terms, IsOk());
  EXPECT_EQ(terms->sim_gic, genes->sim_gic);
  EXPECT_EQ(terms->resnik_bma, genes->resnik_bma);
  EXPECT_GT(terms->sim_gic, 0);
  query.b = {};
  EXPECT_THAT(matrix->Compare(query), HasReason("VALUE_OUT_OF_RANGE"));
}

TEST_F(QuestionsTest, TermsAreEnrichedAgainstTheGenesScreenedThere) {
  AddStudy("S1");
  AddStudy("S2");
  for (int i = 0; i < 4; ++i) Add("S1", absl::StrCat("hit", i), {"EX:0000011"});
  Add("S1", "other", {"EX:0000013"});
  for (int i = 0; i < 5; ++i) Add("S1", absl::StrCat("none", i), {});
  for (int i = 0; i < 50; ++i) Add("S2", absl::StrCat("else", i), {"EX:0000011"});
  EnrichTermsQuery query;
  query.genes = {"hit0", "hit1", "hit2", "none0", "nothing", "hit0"};
  const auto enriched = Matrix()->EnrichTerms(query);
  ASSERT_THAT(enriched, IsOk());
  // Genes of S2 are no background: no gene of the list was screened there.
  ASSERT_FALSE(enriched->rows.empty());
  EXPECT_EQ(enriched->rows[0].id, "EX:0000011");
  EXPECT_EQ(enriched->rows[0].list_hits, 3);
  EXPECT_EQ(enriched->rows[0].list_size, 4);
  EXPECT_EQ(enriched->rows[0].background_hits, 4);
  EXPECT_EQ(enriched->rows[0].background_size, 10);
  // C(4,3) C(6,1) / C(10,4) + C(4,4) / C(10,4)
  EXPECT_NEAR(enriched->rows[0].p, 25.0 / 210, 1e-15);
  EXPECT_EQ(enriched->tested, 3);
  // The two terms above it have p = 55/210, and their correction bounds this one's.
  EXPECT_NEAR(enriched->rows[0].q, 55.0 / 210, 1e-12);
  EXPECT_THAT(enriched->rows[0].genes, ElementsAre("hit0", "hit1", "hit2"));
  EXPECT_THAT(enriched->explain.studies, ElementsAre("S1/screenA"));
  ASSERT_THAT(enriched->not_used, SizeIs(2));
  EXPECT_EQ(enriched->not_used[0].asked, "nothing");
  EXPECT_EQ(enriched->not_used[0].resolution.outcome, GeneOutcome::kUnknown);
  EXPECT_EQ(enriched->not_used[1].asked, "hit0");
}

TEST_F(QuestionsTest, GenesAreEnrichedByTheirImageSets) {
  AddStudy("S1");
  for (int i = 0; i < 3; ++i) Add("S1", "often", {"EX:0000012"});
  Add("S1", "once", {"EX:0000011"});
  for (int i = 0; i < 3; ++i) Add("S1", "once", {});
  for (int i = 0; i < 13; ++i) Add("S1", "never", {});
  EnrichGenesQuery query;
  query.expression = "EX:0000011";
  const auto enriched = Matrix()->EnrichGenes(query);
  ASSERT_THAT(enriched, IsOk());
  ASSERT_THAT(enriched->rows, SizeIs(2));
  EXPECT_EQ(enriched->rows[0].label, "often");
  EXPECT_EQ(enriched->rows[0].list_hits, 3);
  EXPECT_EQ(enriched->rows[0].background_hits, 4);
  EXPECT_EQ(enriched->rows[0].background_size, 20);
  EXPECT_NEAR(enriched->rows[0].p, 4.0 / 1140, 1e-15);  // C(4,3) / C(20,3)
}

// Exact values: sums of products of binomial coefficients as fractions of integers.
TEST(HypergeometricTest, EqualsTheExactTail) {
  constexpr struct {
    int64_t hits, drawn, marked, population;
    double p;
  } kRows[] = {
      {0, 5, 5, 10, 1.0},
      {6, 5, 5, 10, 0.0},
      {5, 5, 5, 10, 0.003968253968253968},
      {3, 4, 4, 10, 0.11904761904761904},
      {30, 200, 500, 20000, 2.95391072143305e-15},
      {80, 300, 4000, 17000, 0.11149851733255285},
      {1, 50, 3, 20000, 0.007481638783409317},
      {400, 500, 9000, 18000, 6.361206646954465e-45},
      {12, 40, 700, 783449, 1.2859283166936357e-27},
      {2000, 5000, 300000, 783449, 0.006716534763967722},
      {60, 60, 100, 20000, 1.0840069831620583e-148},
      {10, 500, 9000, 18000, 1.0},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(::testing::Message() << row.hits << " of " << row.drawn << " drawn, " << row.marked
                                      << " marked of " << row.population);
    const double p = HypergeometricUpperTail(row.hits, row.drawn, row.marked, row.population);
    EXPECT_LE(std::abs(p - row.p), 1e-12 * row.p);
  }
}

TEST(BenjaminiHochbergTest, CorrectsInTheOrderGiven) {
  const std::vector<double> q = BenjaminiHochberg({0.03, 0.01, 0.04, 0.9});
  EXPECT_NEAR(q[0], 0.16 / 3, 1e-15);
  EXPECT_NEAR(q[1], 0.04, 1e-15);
  EXPECT_NEAR(q[2], 0.16 / 3, 1e-15);
  EXPECT_NEAR(q[3], 0.9, 1e-15);
  EXPECT_THAT(BenjaminiHochberg({}), IsEmpty());
}

class PoolingTest : public QuestionsTest {
 protected:
  void SetUp() override {
    auto genes = std::make_shared<FakeGeneLookup>();
    genes->Add("HGNC:1", kHuman, "HUM1");
    genes->Add("HGNC:2", kHuman, "HUM2");
    genes->Add("HGNC:3", kHuman, "HUM3");
    genes->Add("PomBase:1", kYeast, "yea1");
    genes->Add("PomBase:2", kYeast, "yea2");
    genes->AddOrthologs("PomBase:1", "HGNC:1", {"one", "two"});
    genes->AddOrthologs("PomBase:2", "HGNC:2", {"one"});
    genes->AddOrthologs("PomBase:2", "HGNC:3", {"one"});
    genes->AddInteraction("HGNC:1", "HGNC:2", 0.7, "net");
    archive_.SetGenes(genes);
    AddStudy("S1");
    AddStudy("S2", kYeast);
    Add("S1", "h1", {"EX:0000011"}, "HGNC:1");
    Add("S2", "y1", {"EX:0000011"}, "PomBase:1");
    Add("S2", "y2", {"EX:0000012"}, "PomBase:2");
    Add("S2", "unresolved", {"EX:0000012"});
  }
};

TEST_F(PoolingTest, OrthologsStandForTheGeneAndOneToManyIsNoIndependentSupport) {
  FindQuery query;
  query.expression = "EX:0000011";
  query.pool_to = "human";
  const auto found = Matrix()->FindGenes(query);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->genes, SizeIs(3));
  EXPECT_EQ(found->genes[0].gene, "HGNC:1");
  EXPECT_EQ(found->genes[0].studies, 2);
  EXPECT_THAT(found->genes[0].source_identifiers, ElementsAre("h1", "y1"));
  ASSERT_THAT(found->genes[0].pooled_from, SizeIs(1));
  EXPECT_EQ(found->genes[0].pooled_from[0].gene, "PomBase:1");
  EXPECT_EQ(found->genes[0].pooled_from[0].orthologs, 1);
  EXPECT_THAT(found->genes[0].pooled_from[0].sources, ElementsAre("one", "two"));
  EXPECT_EQ(found->genes[1].gene, "HGNC:2");
  EXPECT_EQ(found->genes[1].studies, 0);
  EXPECT_EQ(found->genes[1].pooled_from[0].orthologs, 2);
  EXPECT_THAT(found->explain.left_out, ElementsAre(::testing::StartsWith("1 genes of other")));
  query.min_ortholog_sources = 2;
  EXPECT_EQ(archive_.Matrix()->FindGenes(query)->total_size, 1);
  query.min_studies = 2;
  EXPECT_EQ(archive_.Matrix()->FindGenes(query)->total_size, 1);
}

TEST_F(PoolingTest, NetworksJoinWhatSharesRareTermsAndNameWhomToCredit) {
  for (int i = 0; i < 20; ++i) Add("S1", absl::StrCat("x", i), {"EX:0000013"});
  NetworkQuery query;
  query.expression = "EX:0000011";
  query.pool_to = "human";
  query.interactions = true;
  query.min_information_content = 2;
  const auto network = Matrix()->BuildNetwork(query);
  ASSERT_THAT(network, IsOk());
  ASSERT_THAT(network->nodes, SizeIs(3));
  EXPECT_EQ(network->nodes[0].symbol, "HUM2");
  EXPECT_EQ(network->nodes[2].id, "HGNC:1");
  ASSERT_THAT(network->edges, SizeIs(4));
  EXPECT_EQ(network->edges[0].kind, "phenotype");
  EXPECT_EQ(network->edges[3].kind, "interaction");
  EXPECT_NEAR(network->edges[3].weight, 0.7, 1e-12);
  EXPECT_THAT(network->edges[3].databases, ElementsAre("net"));
  EXPECT_THAT(network->edges[0].databases, IsEmpty());
  // The two orthologs of one yeast gene share its very term: the heaviest edge.
  EXPECT_EQ(network->edges[0].source, "HGNC:2");
  EXPECT_EQ(network->edges[0].target, "HGNC:3");
  ASSERT_THAT(network->edges[0].shared, SizeIs(1));
  EXPECT_EQ(network->edges[0].shared[0].term, "EX:0000012");
  // It rests on the study of the yeast, which is credited, and is no independent support.
  ASSERT_THAT(network->edges[0].credits, ElementsAre(1));
  EXPECT_EQ(network->credits[1].study, "S2");
  EXPECT_THAT(network->edges[0].common_studies, IsEmpty());
  ASSERT_THAT(network->credits, SizeIs(2));
  EXPECT_EQ(network->credits[0].credit, "Doe J");
  EXPECT_EQ(network->credits[0].paper_doi, "10.1/paper");
  EXPECT_EQ(network->credits[0].licence, "CC BY");
  query.max_edges = 1;
  EXPECT_EQ(archive_.Matrix()->BuildNetwork(query)->edges_left_out, 2);
  query.max_nodes = 2;
  EXPECT_THAT(archive_.Matrix()->BuildNetwork(query), HasReason("LIMIT_EXCEEDED"));
  query.genes = {"h1"};
  EXPECT_THAT(archive_.Matrix()->BuildNetwork(query), HasReason("VALUE_OUT_OF_RANGE"));
}

TEST_F(PoolingTest, NamesResolveByTableSourceAndSymbolAndAreAnsweredOneByOne) {
  const auto profiles = Matrix()->Profiles(
      {"hum1", "PomBase:2", "unresolved", "HUM2", "a;b", "", "who"}, "", Scope());
  ASSERT_THAT(profiles, IsOk());
  EXPECT_EQ((*profiles)[0].gene, "HGNC:1");
  EXPECT_EQ((*profiles)[1].gene, "PomBase:2");
  EXPECT_THAT((*profiles)[1].terms, SizeIs(1));
  EXPECT_EQ((*profiles)[2].gene, "");
  EXPECT_THAT((*profiles)[2].source_identifiers, ElementsAre("unresolved"));
  // Known to the tables, perturbed nowhere.
  EXPECT_EQ((*profiles)[3].resolution.outcome, GeneOutcome::kOne);
  EXPECT_EQ((*profiles)[3].gene, "HGNC:2");
  EXPECT_THAT((*profiles)[3].screens, IsEmpty());
  EXPECT_EQ((*profiles)[4].resolution.outcome, GeneOutcome::kSeveral);
  EXPECT_EQ((*profiles)[5].resolution.outcome, GeneOutcome::kControl);
  EXPECT_EQ((*profiles)[6].resolution.outcome, GeneOutcome::kUnknown);
  EXPECT_NE((*profiles)[6].resolution.reason, "");
  const std::vector<std::string> many(kMaxNames + 1, "HUM1");
  EXPECT_THAT(archive_.Matrix()->Profiles(many, "", Scope()), HasReason("LIMIT_EXCEEDED"));
}

TEST_F(QuestionsTest, EvidenceLeadsToTheImageSetsAndTheirBytes) {
  AddStudy("S1");
  Add("S1", "a", {"EX:0000013", "EX:0000012"});
  Add("S1", "a", {"EX:0000012"});
  Add("S1", "a", {});
  ImageSet control = archive_.MakeWell("S1", "screenA/c", {GeneStatement("a", "a")});
  control.control = ControlType::kPositive;
  records_.push_back(control);
  auto matrix = Matrix();
  EvidenceQuery query;
  query.subject = "a";
  query.expression = "EX:0000011";
  auto evidence = matrix->FindEvidence(query, *archive_.store());
  ASSERT_THAT(evidence, IsOk());
  EXPECT_EQ(evidence->total_size, 2);
  ASSERT_THAT(evidence->items, SizeIs(2));
  EXPECT_EQ(evidence->items[0].image_set.image_set, "screenA/1");
  EXPECT_EQ(evidence->items[0].observation, 1);
  EXPECT_NE(evidence->items[0].record.meta.raw_sha256, "");
  query.window = {1, 1};
  evidence = matrix->FindEvidence(query, *archive_.store());
  ASSERT_THAT(evidence->items, SizeIs(1));
  EXPECT_EQ(evidence->items[0].image_set.image_set, "screenA/2");
  query = EvidenceQuery();
  query.subject = "a";
  query.which = EvidenceQuery::Which::kControls;
  evidence = matrix->FindEvidence(query, *archive_.store());
  ASSERT_THAT(evidence->items, SizeIs(1));
  EXPECT_EQ(evidence->items[0].image_set.image_set, "screenA/c");
  EXPECT_EQ(evidence->items[0].observation, -1);
}

TEST_F(QuestionsTest, WhatEntersNoCountIsListedWithItsReason) {
  AddStudy("S1");
  records_.push_back(archive_.MakeWell("S1", "screenA/no subject", {}, {Finding("EX:0000011")}));
  Observation words = Finding("");
  words.finding.value = "odd";
  records_.push_back(
      archive_.MakeWell("S1", "screenA/no term", {GeneStatement("a", "a")}, {words}));
  ImageSet control = archive_.MakeWell("S1", "screenA/control", {GeneStatement("a", "a")},
                                       {Finding("EX:0000011")});
  control.control = ControlType::kPositive;
  records_.push_back(control);
  Study nameless = archive_.MakeScreens("S2");
  nameless.statements[0].term = nameless.statements[0].stated_id = "";
  records_.push_back(nameless);
  records_.push_back(archive_.MakeWell("S2", "screenA/no organism", {GeneStatement("a", "a")},
                                       {Finding("EX:0000011")}));
  const auto left = Matrix()->Unattributed(Scope(), {0, 10});
  ASSERT_THAT(left, IsOk());
  std::vector<std::string> reasons;
  for (const auto& row : left->rows) reasons.push_back(row.example + ": " + row.reason);
  EXPECT_THAT(reasons, ElementsAre("screenA/no subject: no perturbed gene and no compound",
                                   "screenA/no term: the finding has no term",
                                   "screenA/control: the image set is a control",
                                   "screenA/no organism: the organism is not known"));
  const auto coverage = archive_.Matrix()->CoverageReport(Scope(), {0, 1000});
  ASSERT_THAT(coverage->screens, SizeIs(2));
  EXPECT_EQ(coverage->screens[0].unattributed, 2);  // The control stands apart.
  EXPECT_EQ(coverage->screens[0].controls, 1);
  EXPECT_EQ(coverage->screens[1].unattributed, 1);
}

TEST_F(QuestionsTest, BridgesCountOnRequestAndAreShown) {
  archive_.terms()->Add("OTHER:0000001", "long cell of others");
  archive_.terms()->Add("OTHER:0000002", "very long cell of others", {"OTHER:0000001"});
  archive_.terms()->Add("OTHER:0000003", "any cell of others");
  auto mappings = std::make_shared<FakeMappingLookup>();
  mappings->AddBridge("EX:0000011", {"OTHER:0000001", "", BridgeKind::kExact, 1, "set", ""});
  mappings->AddBridge("EX:0000011", {"OTHER:0000003", "", BridgeKind::kBroad, 1, "set", ""});
  archive_.SetMappings(mappings);
  AddStudy("S1");
  Add("S1", "a", {"OTHER:0000002"});
  Add("S1", "b", {"OTHER:0000003"});
  FindQuery query;
  query.expression = "EX:0000010";
  EXPECT_EQ(Matrix()->FindGenes(query)->total_size, 0);
  query.bridges = true;
  const auto found = archive_.Matrix()->FindGenes(query);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->genes, SizeIs(1));
  EXPECT_EQ(found->genes[0].symbol, "a");
  EXPECT_EQ(found->genes[0].evidence[0].bridge, "EX:0000011 exact OTHER:0000001 (set)");
  EXPECT_THAT(found->explain.terms[0].bridged, ElementsAre("OTHER:0000001"));
}

TEST_F(QuestionsTest, AnEdgeThatACuratorTookOutIsShown) {
  AddStudy("S1");
  Add("S1", "a", {"EX:0000013"});
  Add("S1", "b", {"EX:0000011"});
  archive_.SetTerms(std::make_shared<TermsWithABadEdge>(::parfocal::testing::PhenotypeTerms()));
  FindQuery query;
  query.expression = "EX:0000010";
  const auto found = Matrix()->FindGenes(query);
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(found->genes, SizeIs(1));
  EXPECT_EQ(found->genes[0].symbol, "b");
  EXPECT_THAT(found->explain.terms[0].bad_edges,
              ElementsAre("round cell (EX:0000013) below shape phenotype (EX:0000010)"));
}

TEST_F(QuestionsTest, FollowsChangesAndDeletionsAndStartsFromItsFile) {
  AddStudy("S1");
  Add("S1", "a", {"EX:0000011"});
  Add("S1", "b", {"EX:0000011"});
  FindQuery query;
  query.expression = "EX:0000011";
  EXPECT_EQ(Matrix()->FindGenes(query)->total_size, 2);
  const auto before = archive_.Matrix();
  archive_.Put({}, {{"first", "S1", "screenA/1"}});
  EXPECT_EQ(archive_.Matrix()->FindGenes(query)->total_size, 1);
  EXPECT_EQ(before->FindGenes(query)->total_size, 2);  // What was pinned stays as it was.
  EXPECT_NE(before->revision(), archive_.Matrix()->revision());
  archive_.Stop();
  EXPECT_EQ(archive_.Matrix()->FindGenes(query)->total_size, 1);
  EXPECT_EQ(*archive_.follower()->Rebuild(), archive_.Matrix()->sequence());
  archive_.Stop();
  // A damaged file is made again.
  std::ofstream(archive_.directory() + "/facts", std::ios::binary)
      << "PFPHnonsense that is damaged";
  EXPECT_EQ(archive_.Matrix()->FindGenes(query)->total_size, 1);
}

TEST_F(QuestionsTest, AStudyWhoseOrganismChangesMovesItsGenes) {
  AddStudy("S1");
  Add("S1", "a", {"EX:0000011"});
  FindQuery query;
  query.expression = "EX:0000011";
  EXPECT_EQ(Matrix()->FindGenes(query)->genes[0].organism, kHuman);
  AddStudy("S1", kYeast);
  EXPECT_EQ(Matrix()->FindGenes(query)->genes[0].organism, kYeast);
}

}  // namespace
}  // namespace parfocal::phenotype
