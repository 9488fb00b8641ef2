// Does anybody notice a rebuild of the index, or a new release of the ontologies? Asks --rate
// questions a second of the newest snapshot while the index is rebuilt whole and, when it is, while
// its state is published under other releases, ten times; each answer must be whole, of one
// release, and count what was counted before.
//
//   engine_rebuild --rows N --dir DIR [--rate 500]
//
// Prints questions, failures, releases seen and wall times; ends with code 1 if one failed or the
// rate was not kept.
#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "engine_load.h"
#include "search_measure.h"

namespace parfocal {
namespace {

int Main(int64_t rows, const std::string& directory, int64_t rate) {
  testing::LoadedRows loaded(directory, rows);
  std::vector<BoundQuery> questions;
  std::vector<Counts> totals;
  for (const testing::NamedQuestion& question : testing::BenchQuestions()) {
    questions.push_back(loaded.Bind(question.text));
    totals.push_back(loaded.Execute(questions.back()).total);
  }
  std::atomic<bool> done{false};
  absl::Status worked;
  double rebuilding = 0;
  std::thread work([&] {
    const absl::Time began = absl::Now();
    worked = loaded.writer().Rebuild().status();
    rebuilding = absl::ToDoubleSeconds(absl::Now() - began);
    for (int release = 0; release < 10 && worked.ok(); ++release) {
      worked = loaded.PublishAs(absl::StrCat("release ", release));
    }
    done = true;
  });
  int64_t asked = 0, failed = 0;
  std::vector<double> times;
  std::set<std::string> releases;
  const absl::Time began = absl::Now();
  while (!done) {
    const absl::Time due = began + absl::Seconds(1) * asked / rate;
    if (due > absl::Now()) absl::SleepFor(due - absl::Now());
    const size_t which = static_cast<size_t>(asked++) % questions.size();
    const absl::Time start = absl::Now();
    const auto snapshot = loaded.index().Open();
    if (!snapshot.ok()) {
      ++failed;
      continue;
    }
    const auto answer =
        (*snapshot)->Execute(questions[which], nullptr, absl::Now() + absl::Seconds(2));
    times.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
    if (!answer.ok() || !(answer->total == totals[which]) ||
        answer->revision.release != (*snapshot)->revision().release) {
      ++failed;
      std::fprintf(stderr, "%s\n", answer.status().ToString().c_str());
    } else {
      releases.insert(answer->revision.release);
    }
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  work.join();
  if (!worked.ok()) std::fprintf(stderr, "%s\n", worked.ToString().c_str());
  std::printf(
      "rebuilt %lld rows in %.1f s; %lld questions, %.0f a second, %lld failed; %zu releases "
      "seen; wall p50 %.2f ms, p99 %.2f ms, worst %.1f ms\n",
      static_cast<long long>(rows), rebuilding, static_cast<long long>(asked),
      static_cast<double>(asked) / seconds, static_cast<long long>(failed), releases.size(),
      testing::Percentile(times, 0.5), testing::Percentile(times, 0.99),
      testing::Percentile(times, 1));
  const bool kept = static_cast<double>(asked) >= 0.98 * static_cast<double>(rate) * seconds;
  return failed > 0 || !worked.ok() || !kept ? 1 : 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  int64_t rows = 0, rate = 500;
  std::string directory;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--dir") directory = argv[i + 1];
    if (name == "--rows" && !absl::SimpleAtoi(argv[i + 1], &rows)) rows = 0;
    if (name == "--rate" && !absl::SimpleAtoi(argv[i + 1], &rate)) rate = 0;
  }
  if (rows < 1000 || rate < 1 || directory.empty()) {
    std::fprintf(stderr, "engine_rebuild --rows N --dir DIR [--rate N]\n");
    return 2;
  }
  return parfocal::Main(rows, directory, rate);
}
