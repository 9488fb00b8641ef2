// Cost of mapping sets: reading a table, opening a store that has it, look-ups, a decision. With
// `--load DIR` instead: time and memory of a start with all tables of a folder, first and again.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parfocal/mapping/mapping_store.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

// Rows of two phenotype ontologies and of words, half and half.
std::string TableOf(int64_t rows) {
  std::string text =
      "#curie_map:\n#  MP: http://purl.obolibrary.org/obo/MP_\n"
      "#  HP: http://purl.obolibrary.org/obo/HP_\n#mapping_set_id: bench\n"
      "subject_id\tsubject_label\tsubject_category\tpredicate_id\tobject_id\tobject_label\n";
  for (int64_t i = 0; i < rows; ++i) {
    absl::StrAppend(&text, i % 2 == 0 ? absl::StrFormat("MP:%07d", i) : "", "\tthing number ", i,
                    "\tphenotype\tskos:exactMatch\t", absl::StrFormat("HP:%07d", i), "\tthat ", i,
                    "\n");
  }
  return text;
}

MappingUse BenchUse() {
  MappingUse use;
  use.words["bench"] = SetUse();
  use.categories["phenotype"] = {"phenotype"};
  return use;
}

void BM_ReadTable(benchmark::State& state) {
  const std::string text = TableOf(state.range(0));
  SssomReport report;
  for (auto _ : state) {
    const auto set = ReadSssom(text, {}, &report);
    if (!set.ok() || report.accepted != state.range(0)) std::abort();
    benchmark::DoNotOptimize(set->size());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_ReadTable)->RangeMultiplier(8)->Range(1024, 65536)->Unit(benchmark::kMillisecond);

std::shared_ptr<const MappingSnapshot> Snapshot(int64_t rows) {
  SssomReport report;
  auto set = ReadSssom(TableOf(rows), {}, &report);
  return MappingSnapshot::Of({{"bench", std::make_shared<const MappingSet>(*std::move(set))}},
                             BenchUse(), {});
}

void BM_OfWords(benchmark::State& state) {
  const auto snapshot = Snapshot(state.range(0));
  int64_t i = 1;
  for (auto _ : state) {
    if (!snapshot->OfWords("phenotype", absl::StrCat("Thing number ", i), {"HP"})) std::abort();
    i = (i + 2) % state.range(0);
  }
}
BENCHMARK(BM_OfWords)->Range(1024, 65536);

void BM_Bridges(benchmark::State& state) {
  const auto snapshot = Snapshot(state.range(0));
  int64_t i = 0;
  for (auto _ : state) {
    if (snapshot->Bridges(absl::StrFormat("MP:%07d", i)).size() != 1) std::abort();
    i = (i + 2) % state.range(0);
  }
}
BENCHMARK(BM_Bridges)->Range(1024, 65536);

// With a sync of the file in each.
void BM_Decide(benchmark::State& state) {
  const testing::TempDir dir;
  const SystemClock clock;
  std::vector<std::string> warnings;
  auto store = MappingStore::Open(dir.path(), {}, &clock, &warnings).value();
  CuratorDecision decision;
  decision.field = "phenotype";
  decision.term = "HP:0000001";
  decision.author = "A";
  int64_t i = 0;
  for (auto _ : state) {
    decision.words = absl::StrCat("words ", ++i);
    if (!store->Decide(decision).ok()) std::abort();
  }
}
BENCHMARK(BM_Decide)->Unit(benchmark::kMicrosecond);

int LoadFolder(const std::string& folder) {
  const testing::TempDir dir;
  const SystemClock clock;
  for (const char* which : {"first start", "second start"}) {
    std::vector<std::string> warnings;
    const auto begin = std::chrono::steady_clock::now();
    auto store = MappingStore::Open(dir.path(), {}, &clock, &warnings).value();
    const auto reports = store->Load({folder});
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!reports.ok()) {
      std::fprintf(stderr, "%s\n", reports.status().ToString().c_str());
      return 1;
    }
    int64_t rows = 0;
    for (const MappingFileReport& report : *reports) rows += report.rows;
    const auto bytes = static_cast<double>(store->Current()->memory_bytes());
    const double count = static_cast<double>(std::max<int64_t>(rows, 1));
    std::printf("%s: %zu files, %lld rows, %.3f s, %.2f us a row, %.1f MB, %.0f bytes a row\n",
                which, reports->size(), static_cast<long long>(rows), seconds,
                seconds / count * 1e6, bytes / 1e6, bytes / count);
  }
  return 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--load") return parfocal::LoadFolder(argv[2]);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
