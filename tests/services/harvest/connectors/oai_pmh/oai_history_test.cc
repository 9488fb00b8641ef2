// Histories of a server against a model: records change, are deleted, are stamped late, while runs
// go on, tokens expire and answers break off. After a quiet run what was harvested is what the
// server has. (RELIABILITY T-34, T-36)
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/harvest/connectors/oai_pmh/oai_harvest.h"
#include "services/harvest/connectors/oai_pmh/scripted_oai.h"

namespace parfocal {
namespace {

using testing::Harvest;
using testing::OaiHarvest;
using testing::OaiItem;
using testing::ScriptedOai;

class History {
 public:
  History(uint32_t seed, std::map<std::string, std::string> options)
      : random_(seed), options_(std::move(options)) {
    oai_.keyed = true;
    oai_.days = Below(3) == 0;
    oai_.page_size = 1 + Below(7);
    oai_.deleted_record = Below(2) == 0 ? "persistent" : "no";
    if (Below(4) == 0) options_["window_days"] = absl::StrCat(1 + Below(20));
    oai_.before = [this](int) {
      oai_.now += absl::Seconds(Below(90));
      if (quiet_) return;
      if (Below(3) == 0) Change();
    };
    oai_.spoil = [this](int, std::string* body) {
      if (quiet_) return;
      const int kind = Below(40);
      if (kind == 0) body->resize(body->size() / 2);
      if (kind == 1) *body = "<html>Service Unavailable</html>";
      if (kind == 2) *body = "<OAI-PMH><error code=\"badResumptionToken\">late</error></OAI-PMH>";
    };
    for (int i = Below(30) + 1; i > 0; --i) Change();
  }

  // Runs and changes, and a quiet run at the end. Returns what is wrong then, "" if nothing.
  std::string Play() {
    for (int run = 2 + Below(6); run > 0; --run) {
      oai_.now += absl::Minutes(Below(60 * 24 * 4));
      for (int i = Below(6); i > 0; --i) Change();
      Run();
    }
    quiet_ = true;
    // Late stamps are seen by the run that begins after their time.
    oai_.now += absl::Minutes(1);
    Run();
    return Difference();
  }

 private:
  int Below(int end) { return static_cast<int>(random_() % static_cast<uint32_t>(end)); }

  // One record is new, other than before, or deleted. Its stamp may lag behind the server's clock.
  void Change() {
    OaiItem& item = oai_.items[absl::StrCat("oai:x:", Below(60))];
    ++item.version;
    item.deleted = Below(5) == 0;
    item.stamp = oai_.now - (oai_.days ? absl::Hours(Below(20)) : absl::Seconds(Below(290)));
  }

  void Run() {
    const OaiHarvest run = Harvest(&oai_, mark_, options_);
    for (const auto& [cursor, page] : run.page_of) {
      for (const Draft& draft : page.drafts) {
        const Study& study = std::get<Study>(draft.record);
        held_[study.accession] = study.title;
        condemned_.erase(study.accession);
      }
      for (const RecordName& name : page.deleted) condemned_.insert(name.accession);
    }
    // As the runner does: deletions at the end of a COMPLETE run, else not at all.
    if (run.status.ok()) {
      for (const std::string& accession : condemned_) held_.erase(accession);
      mark_ = run.mark;
    }
    condemned_.clear();
  }

  std::string Difference() const {
    for (const auto& [id, item] : oai_.items) {
      const auto held = held_.find(id);
      const std::string wanted =
          item.deleted ? "" : absl::StrCat("Title of ", id, " version ", item.version);
      const std::string found = held == held_.end() ? "" : held->second;
      if (found != wanted) return absl::StrCat(id, ": '", found, "' instead of '", wanted, "'");
    }
    return "";
  }

  std::mt19937 random_;
  std::map<std::string, std::string> options_;
  ScriptedOai oai_;
  bool quiet_ = false;
  std::string mark_;
  std::map<std::string, std::string> held_;  // Title by accession.
  std::set<std::string> condemned_;
};

// PARFOCAL_HISTORIES: how many, for a run by hand.
uint32_t Histories() {
  const char* set = std::getenv("PARFOCAL_HISTORIES");
  return set == nullptr ? 300 : static_cast<uint32_t>(std::strtoul(set, nullptr, 10));
}

TEST(OaiHistoryTest, NothingIsMissed) {
  for (uint32_t seed = 0; seed < Histories(); ++seed)
    ASSERT_EQ(History(seed, {}).Play(), "") << "seed " << seed;
}

// The same histories without the overlap: the test can fail.
TEST(OaiHistoryTest, WithoutTheOverlapMuchIsMissed) {
  int wrong = 0;
  for (uint32_t seed = 0; seed < 300; ++seed)
    wrong += History(seed, {{"overlap_minutes", "0"}}).Play().empty() ? 0 : 1;
  EXPECT_GT(wrong, 10);
}

}  // namespace
}  // namespace parfocal
