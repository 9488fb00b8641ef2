// Cost of the term store: loading, restart, look-ups, closure. Without arguments over a generated
// taxonomy; with the corpus present (PARFOCAL_CORPUS) `--load` prints time and memory of a release.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parfocal/normalise/normaliser.h"
#include "parfocal/terms/term_store.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

std::string Id(int64_t n) { return absl::StrFormat("EX:%07d", n); }

// A tree of `terms` with ten children to a node; labels of three words, one synonym each.
void WriteTree(const std::string& path, int64_t terms) {
  std::ofstream out(path);
  out << "format-version: 1.2\nontology: ex\n";
  for (int64_t i = 1; i <= terms; ++i) {
    out << "\n[Term]\nid: " << Id(i) << "\nname: thing " << i % 997 << " number " << i
        << "\nsynonym: \"item " << i << "\" EXACT []\n";
    if (i > 1) out << "is_a: " << Id((i - 2) / 10 + 1) << "\n";
  }
}

struct Loaded {
  testing::TempDir dir;
  std::unique_ptr<TermStore> store;
  int64_t terms;
  explicit Loaded(int64_t n) : terms(n) {
    WriteTree(dir / "tree.obo", n);
    store = TermStore::Open(dir / "store").value();
    LoadRequest request;
    request.paths = {dir / "tree.obo"};
    if (!store->Load(request).ok()) std::abort();
  }
};

Loaded& Tree() {
  static auto* const tree = new Loaded(100'000);
  return *tree;
}

void BM_Load(benchmark::State& state) {
  testing::TempDir dir;
  WriteTree(dir / "tree.obo", state.range(0));
  LoadRequest request;
  request.paths = {dir / "tree.obo"};
  int run = 0;
  for (auto _ : state) {
    auto store = TermStore::Open(dir / absl::StrCat("store", run++)).value();
    if (!store->Load(request).ok()) std::abort();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_Load)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

void BM_Find(benchmark::State& state) {
  auto terms = Tree().store->Current();
  uint64_t n = 1;
  for (auto _ : state) {
    n = n * 6364136223846793005ULL + 1442695040888963407ULL;
    auto term = terms->Find(Id(static_cast<int64_t>((n >> 33) % 100'000) + 1));
    if (!term.has_value()) std::abort();
    benchmark::DoNotOptimize(term);
  }
}
BENCHMARK(BM_Find);

void BM_Exact(benchmark::State& state) {
  auto terms = Tree().store->Current();
  uint64_t n = 1;
  const bool synonym = state.range(0) != 0;
  for (auto _ : state) {
    n = n * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto i = static_cast<int64_t>((n >> 33) % 100'000) + 1;
    auto matches = terms->Exact(
        synonym ? absl::StrCat("Item ", i) : absl::StrCat("Thing ", i % 997, " number ", i), {});
    if (matches.size() != 1) std::abort();
    benchmark::DoNotOptimize(matches);
  }
}
BENCHMARK(BM_Exact)->ArgName("synonym")->Arg(0)->Arg(1);

void BM_Ancestors(benchmark::State& state) {
  auto terms = Tree().store->Current();
  for (auto _ : state) benchmark::DoNotOptimize(terms->Ancestors(Id(99'999)));
}
BENCHMARK(BM_Ancestors);

void BM_Descendants(benchmark::State& state) {
  auto terms = Tree().store->Current();
  for (auto _ : state) benchmark::DoNotOptimize(terms->Descendants(Id(1), 1'000'000));
  state.SetItemsProcessed(state.iterations() * 100'000);
}
BENCHMARK(BM_Descendants)->Unit(benchmark::kMillisecond);

void BM_Suggest(benchmark::State& state) {
  auto terms = Tree().store->Current();
  const std::vector<std::string> prefixes = {"thi", "thing 12", "number 99", "item 5"};
  for (auto _ : state) {
    benchmark::DoNotOptimize(terms->Suggest(prefixes[static_cast<size_t>(state.range(0))], {}, 20));
  }
}
BENCHMARK(BM_Suggest)->DenseRange(0, 3)->Unit(benchmark::kMicrosecond);

void BM_Normalise(benchmark::State& state) {
  NormaliserParts parts;
  parts.terms = Tree().store->Current();
  parts.ontologies = {{"organism", {"EX"}}};
  Normaliser normaliser(std::move(parts));
  std::vector<Record> records;
  for (int i = 0; i < 1000; ++i) {
    ImageSet set;
    for (int k = 0; k < 6; ++k) {
      Statement statement;
      statement.field = k % 2 == 0 ? "organism" : "comment";
      statement.value = absl::StrCat("thing ", i % 997, " number ", i % 100 + k);
      if (k % 3 == 0) statement.stated_id = Id(i % 100 + 1);
      set.statements.push_back(statement);
    }
    records.emplace_back(set);
  }
  size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(normaliser.Normalise(&records[at++ % 1000]));
  state.SetItemsProcessed(state.iterations() * 6);
}
BENCHMARK(BM_Normalise);

int64_t StatusKb(const char* key) {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind(key, 0) == 0) return std::atoll(line.c_str() + std::string(key).size() + 1);
  }
  return 0;
}

// Loads the files named on the command line into a fresh store, then opens it again.
int LoadFiles(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  const auto ms = [](Clock::time_point from) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - from).count();
  };
  testing::TempDir dir;
  LoadRequest request;
  for (int i = 2; i < argc; ++i) request.paths.emplace_back(argv[i]);
  auto start = Clock::now();
  {
    auto store = TermStore::Open(dir.path()).value();
    auto report = store->Load(request);
    if (!report.ok()) {
      std::fprintf(stderr, "%s\n", report.status().ToString().c_str());
      return 1;
    }
    std::printf("loaded in %lld ms, resident %lld KB (peak %lld KB)\n",
                static_cast<long long>(ms(start)), static_cast<long long>(StatusKb("VmRSS:")),
                static_cast<long long>(StatusKb("VmHWM:")));
    std::printf(
        "files %zu skipped %zu terms %lld labelled %lld obsolete %lld replaced %lld broken "
        "%lld edges %lld mentioned %lld orphans %lld cycles %lld, index %lld bytes\n",
        report->files.size(), report->skipped.size(), static_cast<long long>(report->terms),
        static_cast<long long>(report->labelled), static_cast<long long>(report->obsolete),
        static_cast<long long>(report->replaced), static_cast<long long>(report->broken_chains),
        static_cast<long long>(report->edges), static_cast<long long>(report->mentioned),
        static_cast<long long>(report->orphans), static_cast<long long>(report->cycles),
        static_cast<long long>(report->memory_bytes));
    for (const SkippedFile& file : report->skipped) {
      std::printf("skipped %s: %s\n", file.name.c_str(), file.reason.ToString().c_str());
    }
    start = Clock::now();
    if (!store->Load(request).ok()) return 1;
    std::printf("loaded again, unchanged, in %lld ms\n", static_cast<long long>(ms(start)));
  }
  start = Clock::now();
  auto store = TermStore::Open(dir.path()).value();
  std::printf("opened again in %lld ms, resident %lld KB\n", static_cast<long long>(ms(start)),
              static_cast<long long>(StatusKb("VmRSS:")));
  return 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  if (argc > 2 && std::string(argv[1]) == "--load") return parfocal::LoadFiles(argc, argv);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
