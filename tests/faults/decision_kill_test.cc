// kill -9 at random moments: every acknowledged decision is there, whole, and no more than one
// beyond. PARFOCAL_KILLS sets how many (25), PARFOCAL_SEED the moments.
#include <iostream>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "faults/killed_writer.h"
#include "gtest/gtest.h"
#include "parfocal/mapping/mapping_store.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using testing::NumberFromEnvironment;

// What is wrong with a store in which decisions 1 to `acked` were acknowledged; "" if nothing is.
std::string WrongWith(const std::string& directory, int64_t acked, int64_t* there) {
  const SystemClock clock;
  std::vector<std::string> warnings;
  const auto store = MappingStore::Open(directory, {}, &clock, &warnings);
  if (!store.ok()) return absl::StrCat("does not open: ", store.status().ToString());
  const auto now = (*store)->Current();
  *there = static_cast<int64_t>(now->decisions());
  if (*there < acked)
    return absl::StrCat("decision ", acked, " was acknowledged, ", *there, " are there");
  for (int64_t number = 1; number <= *there; ++number) {
    if (!now->Decision("phenotype", absl::StrCat("words ", number)))
      return absl::StrCat("decision ", number, " is not there");
  }
  return "";
}

std::string KillLoop(int64_t kills, uint64_t seed, bool sabotage, int64_t* there) {
  const testing::TempDir dir;
  const std::string directory = dir / "mappings";
  std::mt19937_64 random(seed);
  for (int64_t i = 0; i < kills; ++i) {
    testing::KilledWriter writer(PARFOCAL_DECISION_WRITER, directory, sabotage);
    bool by_itself = false;
    const int64_t acked =
        writer.KillAfter(std::chrono::microseconds(random() % 20'000), &by_itself);
    if (by_itself) return absl::StrCat("kill ", i, ": the writer ended by itself");
    const std::string wrong = WrongWith(directory, acked, there);
    if (!wrong.empty()) return absl::StrCat("kill ", i, ": ", wrong);
  }
  return "";
}

TEST(DecisionKillTest, KeepsEveryAcknowledgedDecision) {
  const int64_t kills = NumberFromEnvironment("PARFOCAL_KILLS", 25);
  const auto seed = static_cast<uint64_t>(NumberFromEnvironment("PARFOCAL_SEED", 20240601));
  int64_t there = 0;
  EXPECT_EQ(KillLoop(kills, seed, /*sabotage=*/false, &there), "") << "PARFOCAL_SEED=" << seed;
  std::cout << kills << " kills, " << there << " decisions, seed " << seed << std::endl;
  EXPECT_GT(there, kills / 2) << "hardly anything was decided: the test tests nothing";
}

TEST(DecisionKillTest, NoticesAWriterThatAcknowledgesTooEarly) {
  int64_t there = 0;
  const std::string wrong = KillLoop(50, 1, /*sabotage=*/true, &there);
  EXPECT_NE(wrong.find("was acknowledged"), std::string::npos)
      << "found instead: '" << wrong << "'";
}

}  // namespace
}  // namespace parfocal
