// The engine against its slow twin: random archives that change, and every number of every gene.
// And the facts on disk: the same bytes whichever way they came to be.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "parfocal/phenotype/matrix_follower.h"
#include "support/fake_record_store.h"
#include "support/plain_phenotype.h"
#include "support/random_archive.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal::phenotype {
namespace {

using ::parfocal::testing::ArchiveTerms;
using ::parfocal::testing::FakeRecordStore;
using ::parfocal::testing::PlainPhenotype;
using ::parfocal::testing::RandomArchive;
using ::parfocal::testing::TempDir;
using Gene = PlainPhenotype::Gene;

const std::shared_ptr<const TermLookup>& Terms() {
  static const std::shared_ptr<const TermLookup> terms = ArchiveTerms();
  return terms;
}

Knowledge ArchiveKnowledge() { return {Terms(), nullptr, nullptr}; }

std::unique_ptr<MatrixFollower> Follow(const std::string& directory, const RecordStore& store) {
  auto follower = MatrixFollower::Open(directory, &store, ArchiveKnowledge);
  EXPECT_THAT(follower, ::parfocal::testing::IsOk());
  (*follower)->Start();
  const int64_t newest = store.Status(std::string(kPublicGroup))->sequence;
  EXPECT_TRUE((*follower)->WaitApplied(newest, absl::Now() + absl::Seconds(60)));
  return *std::move(follower);
}

std::string FactsIn(const std::string& directory) {
  std::ifstream file(directory + "/facts", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string IdOf(const Gene& gene) { return absl::StrCat(gene.organism, "|", gene.key); }

// What a profile says, as text by screen and term.
std::map<std::string, std::string> Shown(const GeneProfile& profile) {
  std::map<std::string, std::string> out;
  for (const GeneProfile::Entry& entry : profile.terms) {
    for (const TermEvidence& e : entry.evidence) {
      out[absl::StrCat(e.source, "/", e.study, "/", e.block, " ", e.perturbation_type, " ",
                       e.term)] = absl::StrCat("+", e.positive, " -", e.negative);
    }
  }
  for (const GeneProfile::Screen& s : profile.screens) {
    out[absl::StrCat(s.source, "/", s.study, "/", s.block)] =
        absl::StrCat(s.image_sets, " counted ", s.controls, " controls ", s.failed, " failed");
  }
  return out;
}

std::map<std::string, std::string> Shown(const PlainPhenotype& plain, const Gene& gene) {
  std::map<std::string, std::string> out;
  for (const auto& [key, counts] : plain.Findings(gene)) {
    const auto& [screen, term] = key;
    if (counts.positive.empty() && counts.negative.empty()) continue;
    out[absl::StrCat(screen.source, "/", screen.study, "/", screen.block, " ", screen.type, " ",
                     term)] =
        absl::StrCat("+", counts.positive.size(), " -", counts.negative.size());
  }
  std::map<std::string, PlainPhenotype::Screened> blocks;
  for (const auto& [screen, screened] : plain.screened().at(gene)) {
    auto& block = blocks[absl::StrCat(screen.source, "/", screen.study, "/", screen.block)];
    block.counted.insert(screened.counted.begin(), screened.counted.end());
    block.controls.insert(screened.controls.begin(), screened.controls.end());
    block.failed.insert(screened.failed.begin(), screened.failed.end());
  }
  for (const auto& [name, block] : blocks) {
    out[name] = absl::StrCat(block.counted.size(), " counted ", block.controls.size(), " controls ",
                             block.failed.size(), " failed");
  }
  return out;
}

void ExpectSameProfiles(const PhenotypeMatrix& matrix, const PlainPhenotype& plain,
                        const Scope& scope) {
  for (const auto& [gene, screens] : plain.screened()) {
    SCOPED_TRACE(IdOf(gene));
    const auto profiles = matrix.Profiles({IdOf(gene)}, "", scope);
    ASSERT_THAT(profiles, ::parfocal::testing::IsOk());
    ASSERT_EQ((*profiles)[0].resolution.outcome, GeneOutcome::kOne);
    EXPECT_EQ(Shown((*profiles)[0]), Shown(plain, gene));
  }
}

void ExpectSameGenes(const PhenotypeMatrix& matrix, const PlainPhenotype& plain,
                     const Scope& scope) {
  for (const char* term :
       {"EX:0000200", "EX:0000005", "EX:0000006", "EX:0000007", "EX:0000001", "EX:0000101"}) {
    for (const bool exact : {false, true}) {
      SCOPED_TRACE(absl::StrCat(term, exact ? " exact" : ""));
      std::set<std::string> expected, image_sets;
      for (const Gene& gene : plain.Found()) {
        const auto terms = exact ? plain.Asserted(gene) : plain.Closed(gene);
        if (terms.count(term) == 0) continue;
        expected.insert(IdOf(gene));
        for (const auto& [key, counts] : plain.Findings(gene)) {
          const auto above = Terms()->Ancestors(key.second);
          const bool below = std::find(above.begin(), above.end(), term) != above.end();
          if (exact ? key.second == term : below)
            image_sets.insert(counts.positive.begin(), counts.positive.end());
        }
      }
      FindQuery query;
      query.expression = term;
      query.exact = exact;
      query.scope = scope;
      query.window.limit = 1000;
      const auto found = matrix.FindGenes(query);
      ASSERT_THAT(found, ::parfocal::testing::IsOk());
      std::set<std::string> ids;
      for (const GeneHit& hit : found->genes)
        ids.insert(absl::StrCat(hit.organism, "|", hit.source_identifiers[0]));
      EXPECT_EQ(ids, expected);
      EXPECT_EQ(found->total_image_sets, static_cast<int64_t>(image_sets.size()));
    }
  }
}

void ExpectSameScores(const PhenotypeMatrix& matrix, const PlainPhenotype& plain,
                      const Scope& scope) {
  for (const Measure measure : {Measure::kSimGic, Measure::kResnikBma}) {
    for (const Gene& gene : plain.Found()) {
      SCOPED_TRACE(absl::StrCat(IdOf(gene), " ", static_cast<int>(measure)));
      std::map<std::string, double> expected, scores;
      for (const Gene& other : plain.Found()) {
        if (other == gene) continue;
        const double score =
            measure == Measure::kSimGic ? plain.SimGic(gene, other) : plain.Resnik(gene, other);
        if (score > 0) expected[IdOf(other)] = score;
      }
      SimilarQuery query;
      query.gene = IdOf(gene);
      query.measure = measure;
      query.scope = scope;
      query.window.limit = 500;
      const auto similar = matrix.Similar(query);
      ASSERT_THAT(similar, ::parfocal::testing::IsOk());
      double last = 1e9;
      for (const auto& match : similar->genes) {
        EXPECT_LE(match.score, last);
        last = match.score;
        scores[match.gene] = match.score;
      }
      ASSERT_EQ(scores.size(), expected.size());
      for (const auto& [id, score] : expected) EXPECT_NEAR(scores[id], score, 1e-12) << id;
    }
  }
}

void ExpectSameTotals(const PhenotypeMatrix& matrix, const PlainPhenotype& plain,
                      const Scope& scope) {
  const auto coverage = matrix.CoverageReport(scope, {0, 1000});
  ASSERT_THAT(coverage, ::parfocal::testing::IsOk());
  int64_t unattributed = 0, assayed = 0, found = 0, expected = 0;
  for (const auto& screen : coverage->screens) unattributed += screen.unattributed;
  for (const auto& species : coverage->species) {
    assayed += species.assayed;
    found += species.in_one_study;
  }
  for (const auto& [gene, screens] : plain.screened()) {
    expected += std::any_of(screens.begin(), screens.end(),
                            [](const auto& screen) { return !screen.second.counted.empty(); });
  }
  EXPECT_EQ(unattributed, plain.unattributed());
  EXPECT_EQ(assayed, expected);
  EXPECT_EQ(found, static_cast<int64_t>(plain.Found().size()));
  const auto sampled = matrix.SampleTerms(scope, {0, 1000});
  ASSERT_THAT(sampled, ::parfocal::testing::IsOk());
  for (const auto& row : sampled->rows) {
    EXPECT_NEAR(row.information_content, plain.InformationContent(row.term), 1e-12) << row.term;
  }
}

TEST(PhenotypeTwinTest, EveryNumberIsThatOfPlainLoopsOverTheImageSets) {
  for (const uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(seed);
    FakeRecordStore store;
    RandomArchive archive(seed, &store);
    TempDir directory;
    archive.Change(20);
    auto follower = Follow(directory.path(), store);
    for (int round = 0; round < 4; ++round) {
      const int64_t sequence = archive.Change(40);
      ASSERT_TRUE(follower->WaitApplied(sequence, absl::Now() + absl::Seconds(60)));
      const auto matrix = follower->Current();
      const PlainPhenotype plain(store, *Terms(), ObservationKind::kPhenotype);
      ASSERT_GE(plain.Found().size(), 3u);
      ExpectSameProfiles(*matrix, plain, Scope());
      ExpectSameGenes(*matrix, plain, Scope());
      ExpectSameTotals(*matrix, plain, Scope());
      if (round == 3) ExpectSameScores(*matrix, plain, Scope());
    }
  }
}

// The archive once more: findings without a term, and of terms that are no phenotypes, say where
// something is.
std::unique_ptr<FakeRecordStore> WithPlaces(const RecordStore& store) {
  auto out = std::make_unique<FakeRecordStore>();
  for (const Source& source : store.ListSources()) {
    EXPECT_THAT(out->CreateSource(source), ::parfocal::testing::IsOk());
    bool resumed = false;
    PageCommit page;
    page.source = source.id;
    page.run = out->BeginRun(source.id, absl::Now(), &resumed)->id;
    page.raw = {"places"};
    const auto copy = [&](const StoredRecord& stored) {
      page.upserts.push_back({stored.record, {0, 0, page.raw[0].size(), 0, 0}});
      auto* set = std::get_if<ImageSet>(&page.upserts.back().record);
      if (set == nullptr) return true;
      for (Observation& o : set->observations) {
        if (o.finding.term < "EX:0000005") o.kind = ObservationKind::kLocalisation;
      }
      return true;
    };
    EXPECT_THAT(store.Scan(RecordName{source.id, "", ""}, std::nullopt, copy),
                ::parfocal::testing::IsOk());
    EXPECT_THAT(out->CommitPage(page), ::parfocal::testing::IsOk());
  }
  return out;
}

TEST(PhenotypeTwinTest, LocalisationsAreThoseOfPlainLoopsToo) {
  for (const uint64_t seed : {8, 12, 13}) {
    SCOPED_TRACE(seed);
    FakeRecordStore store;
    RandomArchive archive(seed, &store);
    for (int round = 0; round < 4; ++round) archive.Change(60);
    const auto places = WithPlaces(store);
    TempDir directory;
    const auto follower = Follow(directory.path(), *places);
    for (const ObservationKind kind :
         {ObservationKind::kLocalisation, ObservationKind::kPhenotype}) {
      SCOPED_TRACE(static_cast<int>(kind));
      Scope scope;
      scope.kind = kind;
      const PlainPhenotype plain(*places, *Terms(), kind);
      ASSERT_GE(plain.Found().size(), 2u);
      ExpectSameProfiles(*follower->Current(), plain, scope);
      ExpectSameGenes(*follower->Current(), plain, scope);
      ExpectSameTotals(*follower->Current(), plain, scope);
      ExpectSameScores(*follower->Current(), plain, scope);
    }
  }
}

TEST(PhenotypeTwinTest, TheFactsAreTheSameBytesWhicheverWayTheyCameToBe) {
  for (const uint64_t seed : {4, 5}) {
    SCOPED_TRACE(seed);
    FakeRecordStore store;
    RandomArchive archive(seed, &store);
    TempDir followed, restarted, scanned;
    auto follower = Follow(followed.path(), store);
    Follow(restarted.path(), store);
    for (int round = 0; round < 6; ++round) {
      const int64_t sequence = archive.Change(30);
      ASSERT_TRUE(follower->WaitApplied(sequence, absl::Now() + absl::Seconds(60)));
      if (round % 2 == 0) Follow(restarted.path(), store);  // Stops, and writes, right away.
    }
    follower = nullptr;
    Follow(restarted.path(), store);
    Follow(scanned.path(), store);
    EXPECT_GT(FactsIn(scanned.path()).size(), 100u);
    EXPECT_EQ(FactsIn(followed.path()), FactsIn(scanned.path()));
    EXPECT_EQ(FactsIn(restarted.path()), FactsIn(scanned.path()));
  }
}

}  // namespace
}  // namespace parfocal::phenotype
