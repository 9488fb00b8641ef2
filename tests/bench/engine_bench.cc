// What the engine needs for the questions of the targets, on N generated rows like those of a large
// archive: processor time of the one thread that answers.
//
//   engine_bench --rows N --dir DIR [--rounds 15] [--only TEXT] [--stream 1]
//
// The index is made in DIR if it is not there, and stays. --only: the questions whose names begin
// so, for a profile of one. Prints load, memory and, for each
// question, rows matched, the first run, median and 95th percentile.
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "engine_load.h"
#include "search_measure.h"

namespace parfocal {
namespace {

// Walks over all that matches as StreamSearch does.
void TimeStream(const testing::LoadedRows& loaded) {
  SearchText text;
  text.filter = "organism = \"EX:0000001\"";
  text.level = SearchLevel::kImageSet;
  BoundQuery query = loaded.Bind(text);
  query.page_size = 200;
  double first = 0, all = 0;
  int64_t hits = 0;
  constexpr int64_t kEnough = 1'650'000;
  for (;;) {
    SearchAnswer answer;
    const double took = testing::CpuMillisecondsOf([&] { answer = loaded.Execute(query); });
    if (hits == 0) first = took;
    all += took;
    hits += static_cast<int64_t>(answer.hits.size());
    if (!answer.more || hits >= kEnough) break;
    query.after = answer.hits.back().sort_key;
    query.page_size = 5000;
  }
  std::printf("%-50s first page %.1f ms, %lld hits in %.2f s\n", "stream of image sets", first,
              static_cast<long long>(hits), all / 1000);
}

int Main(int64_t rows, const std::string& directory, int64_t rounds, const std::string& only,
         bool stream) {
  const testing::LoadedRows loaded(directory, rows);
  for (const testing::NamedQuestion& question : testing::BenchQuestions()) {
    if (question.name.rfind(only, 0) != 0) continue;
    std::vector<double> times;
    double first = 0;
    int64_t matched = 0;
    for (int64_t i = 0; i <= rounds; ++i) {
      const double took = testing::CpuMillisecondsOf(
          [&] { matched = loaded.Execute(loaded.Bind(question.text)).total.rows; });
      if (i == 0) {
        first = took;
      } else {
        times.push_back(took);
      }
    }
    std::printf("%-50s %9lld rows  first %8.2f  p50 %8.2f  p95 %8.2f ms\n", question.name.c_str(),
                static_cast<long long>(matched), first, testing::Percentile(times, 0.5),
                testing::Percentile(times, 0.95));
    std::fflush(stdout);
  }
  if (stream) TimeStream(loaded);
  std::printf("resident %lld MB, of it %lld MB not files; at most %lld MB\n",
              static_cast<long long>(testing::MemoryMegabytes("VmRSS")),
              static_cast<long long>(testing::MemoryMegabytes("RssAnon")),
              static_cast<long long>(testing::MemoryMegabytes("VmHWM")));
  return 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  int64_t rows = 0, rounds = 15, stream = 0;
  std::string directory, only;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    int64_t* to = name == "--rows"     ? &rows
                  : name == "--rounds" ? &rounds
                  : name == "--stream" ? &stream
                                       : nullptr;
    if (name == "--dir") {
      directory = argv[i + 1];
    } else if (name == "--only") {
      only = argv[i + 1];
    } else if (to == nullptr || !absl::SimpleAtoi(argv[i + 1], to)) {
      rows = 0;
      break;
    }
  }
  if (rows < 1000 || rounds < 1 || directory.empty()) {
    std::fprintf(stderr,
                 "engine_bench --rows N --dir DIR [--rounds N] [--only TEXT] [--stream 1]\n");
    return 2;
  }
  return parfocal::Main(rows, directory, rounds, only, stream != 0);
}
