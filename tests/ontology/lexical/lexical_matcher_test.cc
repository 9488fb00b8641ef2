#include "parfocal/lexical/lexical_matcher.h"

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_term_lookup.h"
#include "support/status_matchers.h"

namespace parfocal {
namespace {

using testing::FakeTermLookup;
using testing::StatusIs;

std::shared_ptr<const TermLookup> Phenotypes() {
  auto terms = std::make_shared<FakeTermLookup>();
  terms->Add("CMPO:1", "elongated cell phenotype");
  terms->Add("CMPO:2", "increased cell size phenotype", {}, {"large cell"});
  terms->Add("CMPO:3", "decreased cell size phenotype", {}, {"small cell"});
  terms->Add("CMPO:4", "increased nucleus size phenotype", {}, {"large nuclei"});
  terms->Add("CMPO:5", "decreased number of filopodia phenotype", {}, {"fewer filopodia"});
  terms->Add("CMPO:6", "increased number of filopodia");
  terms->Add("CMPO:7", "golgi phenotype");
  terms->Add("CMPO:8", "fragmented golgi phenotype");
  terms->Add("CMPO:9", "protein localized in golgi phenotype");
  terms->Add("CMPO:10", "protein localized in nucleus phenotype");
  terms->Add("CMPO:11", "metaphase arrested phenotype");
  terms->Add("CMPO:12", "metaphase delayed phenotype");
  terms->Add("CMPO:13", "round cell phenotype", {}, {"circular cell"});
  terms->Add("CMPO:14", "decreased number of microtubules phenotype");
  Term old;
  old.id = "CMPO:15";
  old.ontology = "CMPO";
  old.label = "spindly beast";
  old.obsolete = true;
  terms->Add(old);
  terms->Add("NCBITaxon:1", "Saccharomyces cerevisiae");
  terms->Add("NCBITaxon:2", "Saccharomyces cerevisiae S288C");
  terms->Add("NCBITaxon:3", "Homo sapiens");
  return terms;
}

const LexicalMatcher& Matcher() {
  static const auto* const matcher =
      new LexicalMatcher(Phenotypes(), {"CMPO", "NCBITaxon"}, WordVocabulary::Standard());
  return *matcher;
}

LexicalMatch Match(absl::string_view text, const std::string& ontology = "CMPO") {
  return Matcher().Match(text, {ontology}, 10).value();
}

std::string First(absl::string_view text, const std::string& ontology = "CMPO") {
  const LexicalMatch match = Match(text, ontology);
  return match.candidates.empty() ? "" : match.candidates[0].id;
}

TEST(LexicalMatcherTest, NamesTheRuleOfAnEqualName) {
  struct {
    const char* text;
    const char* id;
    TermRule rule;
  } const rows[] = {{"Elongated  cell phenotype", "CMPO:1", TermRule::kExactLabel},
                    {"LARGE CELL", "CMPO:2", TermRule::kExactSynonym},
                    {"elongated cells", "CMPO:1", TermRule::kFoldedLabel},
                    {"elongated-cell", "CMPO:1", TermRule::kFoldedLabel},
                    {"protein localised in Golgi", "CMPO:9", TermRule::kFoldedLabel},
                    {"fragmentation of the Golgi apparatus", "CMPO:8", TermRule::kLexical}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    const LexicalMatch match = Match(row.text);
    ASSERT_FALSE(match.candidates.empty());
    EXPECT_EQ(match.candidates[0].id, row.id);
    EXPECT_EQ(match.candidates[0].rule, row.rule);
    EXPECT_EQ(match.accepted, 1u);
  }
}

// Counts how often the names of an ontology are read.
class CountingTerms final : public TermLookup {
 public:
  std::string release() const override { return terms_->release(); }
  std::optional<Term> Find(absl::string_view id) const override { return terms_->Find(id); }
  std::optional<std::string> LabelOf(absl::string_view id) const override {
    return terms_->LabelOf(id);
  }
  std::vector<TermMatch> Exact(absl::string_view text,
                               const std::vector<std::string>& ontologies) const override {
    return terms_->Exact(text, ontologies);
  }
  std::vector<std::string> Ancestors(absl::string_view id) const override {
    return terms_->Ancestors(id);
  }
  std::vector<std::string> Descendants(absl::string_view id, size_t limit) const override {
    return terms_->Descendants(id, limit);
  }
  std::vector<TermMatch> Suggest(absl::string_view prefix, const std::vector<std::string>& of,
                                 size_t limit) const override {
    return terms_->Suggest(prefix, of, limit);
  }
  void Visit(absl::string_view ontology,
             const std::function<bool(const Term&)>& visit) const override {
    if (ontology == "CMPO") ++visits;
    terms_->Visit(ontology, visit);
  }
  mutable std::atomic<int> visits = 0;

 private:
  const std::shared_ptr<const TermLookup> terms_ = Phenotypes();
};

TEST(LexicalMatcherTest, PrefixesThatNoOntologyHasDriveNoneOut) {
  const auto terms = std::make_shared<CountingTerms>();
  const LexicalMatcher matcher(terms, {"CMPO"}, WordVocabulary::Standard());
  ASSERT_THAT(matcher.Match("round cells", {}, 1), testing::IsOk());
  for (int i = 0; i < 300; ++i) {
    ASSERT_THAT(matcher.Match("round cells", {absl::StrCat("None", i)}, 1), testing::IsOk());
  }
  ASSERT_THAT(matcher.Match("round cells", {}, 1), testing::IsOk());
  EXPECT_EQ(terms->visits, 1);
}

TEST(LexicalMatcherTest, HalfOfWhatWordsMeanIsNotAccepted) {
  constexpr absl::string_view kTwo = "round cells and fewer filopodia";
  ASSERT_EQ(Matcher().Match(kTwo, {"CMPO"}, 2)->accepted, 2u);
  EXPECT_EQ(Matcher().Match(kTwo, {"CMPO"}, 1)->accepted, 0u);
}

TEST(LexicalMatcherTest, ReadsWordsThatMeanTheSame) {
  struct {
    const char* text;
    const char* id;
  } const rows[] = {{"enlarged nuclei", "CMPO:4"},
                    {"bigger nucleus", "CMPO:4"},
                    {"tiny cells", "CMPO:3"},
                    {"loss of filopodia", "CMPO:5"},
                    {"reduced filopodia", "CMPO:5"},
                    {"more filopodia", "CMPO:6"},
                    {"spherical cells", "CMPO:13"},
                    {"fewer MTs", "CMPO:14"},
                    {"GFP localization: nuclear", "CMPO:10"},
                    {"nucleus localisation (automatic)", "CMPO:10"}};
  for (const auto& row : rows) EXPECT_EQ(First(row.text), row.id) << row.text;
}

TEST(LexicalMatcherTest, OppositeDirectionsDoNotMatch) {
  for (const char* text : {"increased number of microtubules", "more microtubules"}) {
    const LexicalMatch match = Match(text);
    EXPECT_EQ(match.accepted, 0u) << text;
    for (const LexicalCandidate& candidate : match.candidates) {
      EXPECT_TRUE(candidate.id != "CMPO:14" || candidate.confidence < 0.6) << text;
    }
  }
}

TEST(LexicalMatcherTest, FindsMisspeltWords) {
  EXPECT_EQ(First("elongatted cell"), "CMPO:1");
  EXPECT_EQ(First("Sacharomyces cerevisiae", "NCBITaxon"), "NCBITaxon:1");
}

TEST(LexicalMatcherTest, AStrainThatIsNotListedIsItsSpecies) {
  EXPECT_EQ(First("Saccharomyces cerevisiae BY4741", "NCBITaxon"), "NCBITaxon:1");
  EXPECT_EQ(First("Saccharomyces cerevisiae (strain S288C)", "NCBITaxon"), "NCBITaxon:2");
  EXPECT_EQ(First("human", "NCBITaxon"), "NCBITaxon:3");
}

TEST(LexicalMatcherTest, TwoTermsForWordsThatMeanTwoThings) {
  for (const char* text : {"elongated cells and fragmented golgi", "metaphase delay/arrest"}) {
    SCOPED_TRACE(text);
    const LexicalMatch match = Match(text);
    ASSERT_EQ(match.accepted, 2u);
    EXPECT_EQ(match.candidates[0].rule, TermRule::kLexical);
  }
  const LexicalMatch shared = Match("metaphase delay/arrest");
  EXPECT_THAT((std::vector<std::string>{shared.candidates[0].id, shared.candidates[1].id}),
              ::testing::UnorderedElementsAre("CMPO:11", "CMPO:12"));
}

TEST(LexicalMatcherTest, AcceptsNoneForTextThatDeniesOrSaysNothing) {
  for (const char* text : {"normal cell size", "de-enriched for elongated cells", "wild type",
                           "Nuclear", "Golgi", "no idea whatsoever", "sequence"}) {
    EXPECT_EQ(Match(text).accepted, 0u) << text;
  }
}

TEST(LexicalMatcherTest, NothingFitsNonsense) {
  for (const char* text : {"", " ", "---", "()", "qqq zzz", "\xff\xfe", "123456"}) {
    EXPECT_THAT(Match(text).candidates, ::testing::IsEmpty()) << text;
  }
}

TEST(LexicalMatcherTest, ObsoleteTermsAreNoCandidates) {
  for (const LexicalCandidate& candidate : Match("spindly beast").candidates)
    EXPECT_NE(candidate.id, "CMPO:15");
}

TEST(LexicalMatcherTest, ConfidenceNeverRises) {
  for (const char* text : {"small round cells", "large nuclei and fewer filopodia", "golgi"}) {
    double last = 1;
    for (const LexicalCandidate& candidate : Match(text).candidates) {
      EXPECT_LE(candidate.confidence, last) << text;
      EXPECT_GE(candidate.confidence, 0) << text;
      last = candidate.confidence;
    }
  }
}

TEST(LexicalMatcherTest, TextAtTheLimitIsReadAndBeyondItRefused) {
  std::string text = "elongated cell ";
  text.resize(LexicalMatcher::kMaxTextBytes, ' ');
  EXPECT_EQ(First(text), "CMPO:1");
  text.push_back(' ');
  EXPECT_THAT(Matcher().Match(text, {"CMPO"}, 10).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
  // Words after the 64th are not read.
  std::string many;
  for (size_t i = 0; i < LexicalMatcher::kMaxWords; ++i) absl::StrAppend(&many, "q", i, " ");
  EXPECT_THAT(Match(absl::StrCat(many, "golgi")).candidates, ::testing::IsEmpty());
}

TEST(LexicalMatcherTest, ListsOfOntologiesAreBounded) {
  std::vector<std::string> ontologies(LexicalMatcher::kMaxOntologies, "CMPO");
  EXPECT_TRUE(Matcher().Match("cell", ontologies, 1).ok());
  ontologies.push_back("GO");
  EXPECT_THAT(Matcher().Match("cell", ontologies, 1).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(LexicalMatcherTest, TheLimitOfCandidatesHolds) {
  EXPECT_EQ(Matcher().Match("cell size", {"CMPO"}, 2)->candidates.size(), 2u);
  EXPECT_LE(Matcher().Match("cell size", {"CMPO"}, 1000)->candidates.size(),
            LexicalMatcher::kMaxCandidates);
  EXPECT_TRUE(Matcher().Match("cell size", {"CMPO"}, 0)->candidates.empty());
}

TEST(LexicalMatcherTest, WithoutOntologiesTheStandardOnesAreSearched) {
  EXPECT_EQ(Matcher().Match("homo sapiens", {}, 5)->candidates[0].id, "NCBITaxon:3");
  EXPECT_EQ(Matcher().Match("elongated cells", {}, 5)->candidates[0].id, "CMPO:1");
  EXPECT_TRUE(Matcher().Match("elongated cells", {"NOWHERE"}, 5)->candidates.empty());
}

TEST(LexicalMatcherTest, ThreadsGetTheSameAnswer) {
  const LexicalMatcher matcher(Phenotypes(), {"CMPO"}, WordVocabulary::Standard());
  const LexicalMatch expected = Match("fewer filopodia and small cells");
  std::vector<std::thread> threads;
  std::vector<int> equal(4, 0);
  for (int& ok : equal) {
    threads.emplace_back([&] {
      const LexicalMatch match = matcher.Match("fewer filopodia and small cells", {}, 10).value();
      ok = match.accepted == expected.accepted &&
           match.candidates.size() == expected.candidates.size() &&
           match.candidates[0].id == expected.candidates[0].id &&
           match.candidates[0].score == expected.candidates[0].score;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(equal, ::testing::Each(1));
}

}  // namespace
}  // namespace parfocal
