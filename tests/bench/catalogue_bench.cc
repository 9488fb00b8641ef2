// Cost per record of the catalogue's three hot calls. A load of 800,000 rows has 120 s on two cores
// for everything, so CommitPage of new records may take some 25 us of CPU each.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "parfocal/catalogue/record_codec.h"
#include "parfocal/catalogue/rocksdb_record_store.h"
#include "support/sample_records.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

constexpr int kPageRecords = 5000;

// An ImageSet like a row of a screen's table: 20 columns, 8 statements, most words shared by all
// rows.
ImageSet Row(int number) {
  ImageSet set = testing::MakeImageSet(
      "bench", "STUDY-1", absl::StrCat("screenA/Plate", number / 384, "/W", number % 384));
  set.block = "screenA";
  set.plate = absl::StrCat("Plate", number / 384);
  set.well = absl::StrCat("W", number % 384);
  set.attributes.clear();
  for (int i = 0; i < 20; ++i) {
    set.attributes.emplace_back(
        absl::StrCat("Column number ", i),
        i % 3 == 0 ? absl::StrCat("value ", number, " of ", i) : absl::StrCat("shared ", i));
  }
  for (int i = 0; i < 8; ++i) {
    Statement statement;
    statement.field = absl::StrCat("field_", i);
    statement.value =
        i < 4 ? absl::StrCat("shared value ", i) : absl::StrCat("GENE", number % 5000);
    statement.stated_id = absl::StrCat("EX:", 1000000 + (i < 4 ? i : number % 5000));
    statement.term = statement.stated_id;
    statement.label = statement.value;
    statement.rule = TermRule::kGivenId;
    statement.role = i < 4 ? "" : "perturbed";
    statement.group = i < 4 ? 0 : 1;
    set.statements.push_back(statement);
  }
  return set;
}

class LoadedStore {
 public:
  LoadedStore() {
    store_ = OpenRocksDbRecordStore(dir_ / "catalogue").value();
    Source source;
    source.id = "bench";
    if (!store_->CreateSource(source).ok()) std::abort();
    bool resumed = false;
    run_ = store_->BeginRun("bench", absl::Now(), &resumed)->id;
  }
  PageCommit Page(int first) const {
    PageCommit page;
    page.source = "bench";
    page.run = run_;
    page.raw = {""};
    for (int i = first; i < first + kPageRecords; ++i) {
      Upsert upsert;
      upsert.record = Row(i);
      const std::string line = absl::StrCat(std::string(400, 'x'), i, "\n");
      upsert.raw.offset = page.raw[0].size();
      upsert.raw.length = line.size();
      upsert.raw.context_length = 0;
      page.raw[0] += line;
      page.upserts.push_back(std::move(upsert));
    }
    return page;
  }
  RecordStore& store() { return *store_; }

 private:
  testing::TempDir dir_;
  std::unique_ptr<RecordStore> store_;
  std::string run_;
};

void PerRecord(benchmark::State& state, int64_t records) {
  state.SetItemsProcessed(state.iterations() * records);
  state.counters["per_record"] =
      benchmark::Counter(static_cast<double>(state.iterations() * records),
                         static_cast<benchmark::Counter::Flags>(benchmark::Counter::kIsRate |
                                                                benchmark::Counter::kInvert));
}

void BM_CommitNewPage(benchmark::State& state) {
  LoadedStore loaded;
  int first = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const PageCommit page = loaded.Page(first);
    first += kPageRecords;
    state.ResumeTiming();
    auto receipt = loaded.store().CommitPage(page);
    if (!receipt.ok() || receipt->ledger.new_records != kPageRecords) std::abort();
  }
  PerRecord(state, kPageRecords);
}
// Process CPU counts RocksDB's background flushes and compactions too.
BENCHMARK(BM_CommitNewPage)->Iterations(40)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

void BM_CommitUnchangedPage(benchmark::State& state) {
  LoadedStore loaded;
  const PageCommit page = loaded.Page(0);
  if (!loaded.store().CommitPage(page).ok()) std::abort();
  for (auto _ : state) {
    auto receipt = loaded.store().CommitPage(page);
    if (!receipt.ok() || receipt->ledger.unchanged != kPageRecords) std::abort();
  }
  PerRecord(state, kPageRecords);
}
BENCHMARK(BM_CommitUnchangedPage)
    ->Iterations(40)
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime();

void BM_BatchGet(benchmark::State& state) {
  constexpr int kPages = 10, kNames = 20;
  LoadedStore loaded;
  for (int page = 0; page < kPages; ++page) {
    if (!loaded.store().CommitPage(loaded.Page(page * kPageRecords)).ok()) std::abort();
  }
  uint64_t random = 1;
  for (auto _ : state) {
    std::vector<RecordName> names;
    for (int i = 0; i < kNames; ++i) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      names.push_back(NameOf(Row(static_cast<int>((random >> 33) % (kPages * kPageRecords)))));
    }
    for (const auto& record : loaded.store().BatchGet(names)) {
      if (!record.ok()) std::abort();
    }
  }
  PerRecord(state, kNames);
}
BENCHMARK(BM_BatchGet)->Iterations(500)->Unit(benchmark::kMicrosecond);

void BM_Canonical(benchmark::State& state) {
  const Record record = Row(1);
  std::string bytes;
  for (auto _ : state) {
    bytes.clear();
    catalogue::AppendCanonical(record, &bytes);
    benchmark::DoNotOptimize(bytes.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes.size());
}
BENCHMARK(BM_Canonical);

}  // namespace
}  // namespace parfocal
