// Figures of the term store beside what is wanted of them:
//   term_release_bench --folder DIR      all files of a folder of ontologies, from cold
//   term_release_bench --taxonomy N      a generated taxonomy of N classes
// Each prints loading (time, cost per term, memory), then look-ups, resolving, completion and
// closures in process. Exits 1 if what it loads cannot be loaded; a missed target is only printed.
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "parfocal/terms/curie.h"
#include "parfocal/terms/term_store.h"
#include "support/temp_dir.h"

namespace parfocal {
namespace {

using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A figure beside its target; a target of 0 is none.
void Print(const std::string& what, double figure, const char* unit, double target) {
  if (target <= 0) {
    std::printf("%-52s %12.3f %s\n", what.c_str(), figure, unit);
    return;
  }
  std::printf("%-52s %12.3f %-4s wanted %10.3f  ratio %.2f\n", what.c_str(), figure, unit, target,
              figure / target);
}

int64_t StatusKb(const char* key) {
  std::ifstream in("/proc/self/status");
  std::string line;
  while (std::getline(in, line)) {
    if (line.rfind(key, 0) == 0) return std::atoll(line.c_str() + std::string(key).size() + 1);
  }
  return 0;
}

double ThreadCpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Median and p99 of `runs` calls, in microseconds: by the clock, and of this thread's CPU time,
// which is what a call costs where other work goes on beside it.
void Percentiles(const std::string& what, size_t runs, double target_us,
                 const std::function<void(size_t)>& call) {
  std::vector<double> times, cpu;
  times.reserve(runs);
  cpu.reserve(runs);
  for (size_t i = 0; i < runs; ++i) {
    const auto start = Clock::now();
    const double cpu_start = ThreadCpuSeconds();
    call(i);
    cpu.push_back((ThreadCpuSeconds() - cpu_start) * 1e6);
    times.push_back(SecondsSince(start) * 1e6);
  }
  std::sort(times.begin(), times.end());
  std::sort(cpu.begin(), cpu.end());
  Print(what + ", median", times[times.size() / 2], "us", 0);
  Print(what + ", p99", times[times.size() * 99 / 100], "us", target_us);
  Print(what + ", p99 of CPU", cpu[cpu.size() * 99 / 100], "us", target_us);
}

std::string Id(int64_t n) { return absl::StrFormat("EX:%07d", n); }

// Terms below the second class of a generated taxonomy.
constexpr int64_t kBelow = 100'000;

// A word of three to five syllables, another for each number: names of species begin in many ways,
// and so must these, or every completion would walk over all of them.
std::string Word(uint64_t number) {
  static constexpr const char* kSyllables[] = {
      "ba",  "ce",  "di",  "fo",  "gu",  "la",  "me",   "ni",  "po",   "ru",  "sa",
      "te",  "vi",  "xo",  "zu",  "pra", "cle", "tri",  "glo", "stru", "phy", "cha",
      "the", "mon", "lan", "ric", "pus", "tus", "ella", "oi",  "an",   "ur"};
  constexpr uint64_t kCount = std::size(kSyllables);
  // Scattered, so that neighbours have nothing in common.
  number = (number * 6364136223846793005ULL + 1442695040888963407ULL) >> 16;
  std::string word;
  const uint64_t syllables = 3 + number % 3;
  number /= 3;
  for (uint64_t i = 0; i < syllables; ++i, number /= kCount) word += kSyllables[number % kCount];
  return word;
}

// Trees with ten children to a node: one of kBelow classes below class 2, one of the rest below
// class 1. Two words to a name and, for every fifth class, a synonym, as in a taxonomy of species:
// twelve species to a genus, 300,007 epithets.
void WriteTaxonomy(const std::string& path, int64_t classes) {
  std::ofstream out(path);
  out << "format-version: 1.2\nontology: ex\n";
  const int64_t rest = 3 + kBelow;
  for (int64_t i = 1; i <= classes; ++i) {
    out << "\n[Term]\nid: " << Id(i) << "\nname: " << Word(i / 12) << " "
        << Word(1'000'000 + i * 7919 % 300'007) << " " << i % 5 << "\n";
    if (i % 5 == 0) out << "synonym: \"common name " << i << "\" EXACT []\n";
    int64_t parent = 1;
    if (i >= 3 && i < rest) parent = 2 + (i - 3) / 10;
    if (i >= rest + 10) parent = rest + (i - rest - 10) / 10;
    if (i > 1) out << "is_a: " << Id(parent) << "\n";
  }
}

// Ids and names drawn from the release.
struct Sample {
  std::vector<std::string> ids, names;
};

Sample Draw(const TermLookup& terms, size_t wanted) {
  Sample sample;
  std::mt19937_64 random(1);
  size_t seen = 0;
  terms.Visit("", [&](const Term& term) {
    if (term.label.empty() || term.obsolete) return true;
    std::string name = term.label;
    for (const Synonym& synonym : term.synonyms) {
      // Abbreviations stand for no term.
      const bool stands = synonym.scope == SynonymScope::kExact && synonym.type.empty();
      if (stands && random() % 2 == 0) name = synonym.text;
    }
    // Each term of the release with the same chance.
    const size_t at = seen++ < wanted ? sample.ids.size() : random() % seen;
    if (at >= wanted) return true;
    if (at == sample.ids.size()) {
      sample.ids.push_back(term.id);
      sample.names.push_back(std::move(name));
    } else {
      sample.ids[at] = term.id;
      sample.names[at] = std::move(name);
    }
    return true;
  });
  std::shuffle(sample.ids.begin(), sample.ids.end(), random);
  std::shuffle(sample.names.begin(), sample.names.end(), random);
  return sample;
}

void LookUps(const TermLookup& terms) {
  const auto start = Clock::now();
  const Sample sample = Draw(terms, 20'000);
  Print("visiting every term", SecondsSince(start), "s", 0);
  if (sample.ids.empty()) std::abort();
  const size_t n = sample.ids.size();
  Percentiles("GetTerm: a term whole", n, 50, [&](size_t i) {
    if (!terms.Find(sample.ids[i])) std::abort();
  });
  Percentiles("Resolve: a name, in any ontology", n, 300, [&](size_t i) {
    if (!CanonicalCurie(sample.names[i]).empty()) return;
    if (terms.Exact(sample.names[i], {}).empty()) {
      std::fprintf(stderr, "'%s' is not found\n", sample.names[i].c_str());
      std::abort();
    }
  });
  Percentiles("Suggest: 2 to 12 bytes of a name, 20 answers", n, 5000, [&](size_t i) {
    terms.Suggest(absl::string_view(sample.names[i]).substr(0, 2 + i % 11), {}, 20);
  });
  Percentiles("Ancestors", n, 0, [&](size_t i) { terms.Ancestors(sample.ids[i]); });
}

// Loads `request` into a fresh store, and again after a restart.
int Measure(const LoadRequest& request, double seconds, double megabytes, bool generated) {
  testing::TempDir dir;
  auto store = TermStore::Open(dir.path()).value();
  auto start = Clock::now();
  const double cpu_before = CpuSeconds();
  auto report = store->Load(request);
  if (!report.ok()) {
    std::fprintf(stderr, "%s\n", report.status().ToString().c_str());
    return 1;
  }
  const double took = SecondsSince(start), cpu = CpuSeconds() - cpu_before;
  std::printf("%zu files, %zu passed over, %lld terms, %lld links, %lld bytes of index\n",
              report->files.size(), report->skipped.size(), static_cast<long long>(report->terms),
              static_cast<long long>(report->edges), static_cast<long long>(report->memory_bytes));
  Print("loading from cold", took, "s", seconds);
  Print("... of which CPU, all threads", cpu, "s", 0);
  Print("... CPU per term", cpu * 1e6 / static_cast<double>(report->terms), "us", 0);
  Print("resident at most", static_cast<double>(StatusKb("VmHWM:")) / 1024, "MB", megabytes);
  Print("resident afterwards", static_cast<double>(StatusKb("VmRSS:")) / 1024, "MB", 0);
  if (generated) {
    auto terms = store->Current();
    if (terms->Descendants(Id(2), SIZE_MAX).size() != kBelow + 1) std::abort();
    Percentiles(absl::StrCat("closure of a term with ", kBelow, " below it, ids"), 100, 10'000,
                [&](size_t) { terms->Descendants(Id(2), SIZE_MAX); });
  }
  LookUps(*store->Current());
  store.reset();
  start = Clock::now();
  store = TermStore::Open(dir.path()).value();
  Print("opened again", SecondsSince(start), "s", 0);
  return 0;
}

int Main(int argc, char** argv) {
  const std::string mode = argc == 3 ? argv[1] : "";
  LoadRequest request;
  if (mode == "--folder") {
    const auto tables = TableLayouts::Load(PARFOCAL_SHARE_DIR "/vocabulary/ontology-tables.tsv");
    if (!tables.ok()) return 1;
    request.paths = {argv[2]};
    request.tables = &*tables;
    return Measure(request, 90, 0, /*generated=*/false);
  }
  if (mode == "--taxonomy" && std::atoll(argv[2]) > 2 * kBelow) {
    testing::TempDir dir;
    WriteTaxonomy(dir / "taxonomy.obo", std::atoll(argv[2]));
    request.paths = {dir / "taxonomy.obo"};
    return Measure(request, 90, 2048, /*generated=*/true);
  }
  std::fprintf(stderr, "term_release_bench --folder DIR | --taxonomy N (more than %lld)\n",
               static_cast<long long>(2 * kBelow));
  return 2;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) { return parfocal::Main(argc, argv); }
