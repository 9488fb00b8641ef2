// The fixture of the contract test: every sentence of include/parfocal/record_store.h, on the store
// in memory and on the one on disk.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "parfocal/record_store.h"
#include "support/sample_records.h"
#include "support/status_matchers.h"
#include "support/temp_dir.h"

namespace parfocal {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IsOk;
using testing::MakeImageSet;
using testing::MakeStudy;
using testing::ManualClock;
using testing::StatusIs;
using testing::TempDir;

struct Backend {
  const char* name;
  std::function<std::unique_ptr<RecordStore>(const std::string& directory, const Clock* clock)>
      open;
};
inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

inline const std::string kSrc = "src";

class RecordStoreContract : public ::testing::TestWithParam<Backend> {
 protected:
  void SetUp() override {
    store_ = GetParam().open(dir_ / "catalogue", &clock_);
    ASSERT_NE(store_, nullptr);
    AddSource(kSrc);
    run_ = Begin(kSrc);
  }

  void AddSource(const std::string& id) {
    Source source;
    source.id = id;
    source.connector = "test";
    source.created = clock_.Now();
    ASSERT_THAT(store_->CreateSource(source), IsOk());
  }
  std::string Begin(const std::string& source) {
    bool resumed = true;
    auto run = store_->BeginRun(source, clock_.Now(), &resumed);
    EXPECT_THAT(run, IsOk());
    EXPECT_FALSE(resumed);
    return run.ok() ? run->id : "";
  }
  void End(const std::string& source, const std::string& id, RunState state = RunState::kComplete) {
    parfocal::Run run;
    run.source = source;
    run.id = id;
    run.state = state;
    run.ended = clock_.Now();
    ASSERT_THAT(store_->EndRun(run), IsOk());
  }
  // Ends the run of kSrc and begins the next.
  void NextRun() {
    End(kSrc, run_);
    run_ = Begin(kSrc);
  }

  PageCommit Page(const std::vector<Record>& records = {}, const std::string& source = kSrc) {
    PageCommit page;
    page.source = source;
    page.run = run_;
    page.raw = {""};
    for (const Record& record : records)
      Add(record, "raw of " + FormatRecordName(NameOf(record)), &page);
    return page;
  }
  static void Add(const Record& record, const std::string& raw, PageCommit* page) {
    Upsert upsert;
    upsert.record = record;
    upsert.raw.offset = page->raw[0].size();
    upsert.raw.length = raw.size();
    page->raw[0] += raw;
    page->upserts.push_back(upsert);
  }
  Ledger Commit(const PageCommit& page) {
    auto receipt = store_->CommitPage(page);
    EXPECT_THAT(receipt, IsOk());
    return receipt.ok() ? receipt->ledger : Ledger{};
  }
  Ledger CommitRecords(const std::vector<Record>& records) { return Commit(Page(records)); }
  Ledger CommitTombstones(const std::vector<RecordName>& names) {
    PageCommit page = Page();
    page.tombstones = names;
    return Commit(page);
  }

  std::vector<RecordName> Names(const RecordName& prefix,
                                const std::optional<RecordName>& after = {}) {
    std::vector<RecordName> names;
    EXPECT_THAT(store_->Scan(prefix, after,
                             [&](const StoredRecord& stored) {
                               names.push_back(NameOf(stored.record));
                               return true;
                             }),
                IsOk());
    return names;
  }
  std::vector<RecordName> Untouched() {
    std::vector<RecordName> names;
    EXPECT_THAT(store_->ScanUntouched(kSrc, run_,
                                      [&](const RecordName& name) {
                                        names.push_back(name);
                                        return true;
                                      }),
                IsOk());
    return names;
  }
  std::vector<RecordName> Tombstones(const std::string& source = kSrc) {
    std::vector<RecordName> names;
    EXPECT_THAT(store_->ScanTombstones(source,
                                       [&](const StoredRecord& stored) {
                                         EXPECT_TRUE(stored.meta.deleted);
                                         names.push_back(NameOf(stored.record));
                                         return true;
                                       }),
                IsOk());
    return names;
  }
  std::vector<Change> Changes(int64_t after = 0, int limit = 1000,
                              const std::string& group = "public") {
    auto changes = store_->ChangesSince(group, after, limit);
    EXPECT_THAT(changes, IsOk());
    return changes.ok() ? *changes : std::vector<Change>{};
  }
  StoreStatus Status(const std::string& group = "public") {
    auto status = store_->Status(group);
    EXPECT_THAT(status, IsOk());
    return status.ok() ? *status : StoreStatus{};
  }
  void ExpectFeedWithoutHoles(const std::string& group = "public") {
    int64_t sequence = 0;
    for (const Change& change : Changes(0, 1'000'000, group))
      EXPECT_EQ(change.sequence, ++sequence);
    EXPECT_EQ(Status(group).sequence, sequence);
  }
  void Reopen() {
    if (std::string(GetParam().name) != "RocksDb") return;
    store_.reset();
    store_ = GetParam().open(dir_ / "catalogue", &clock_);
    ASSERT_NE(store_, nullptr);
  }

  TempDir dir_;
  ManualClock clock_;
  std::unique_ptr<RecordStore> store_;
  std::string run_;
};

inline RecordName StudyName(const std::string& accession) { return {kSrc, accession, ""}; }
inline RecordName SetName(const std::string& accession, const std::string& id) {
  return {kSrc, accession, id};
}

}  // namespace parfocal
