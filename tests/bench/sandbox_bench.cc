// What parsing in a process of its own costs: the same archive read by its connector in this
// process and in a child, page by page. Prints records a second and the ratio, by wall time and by
// processor time (node and child together; on a busy machine only that means anything).
//
//   sandbox_bench KIND LOCATION [ROUNDS]        KIND: ro-crate or idr
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "parfocal/sandbox/sandbox.h"
#include "services/harvest/sandbox/real_connectors.h"

namespace parfocal {
namespace {

constexpr char kParserWord[] = "parser";

double ProcessorSeconds() {
  double seconds = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    for (const timeval& time : {usage.ru_utime, usage.ru_stime})
      seconds += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  return seconds;
}

struct Cost {
  double wall = 0, processor = 0;
  int64_t records = 0;
};

// Begin and end of the child are part of it: each run pays them once.
Cost ReadAll(const ConnectorRegistry& connectors, const Source& source) {
  Cost cost;
  const absl::Time begin = absl::Now();
  const double before = ProcessorSeconds();
  {
    ConnectorContext context;
    context.share_dir = std::string(PARFOCAL_SOURCE_DIR) + "/deploy";
    auto connector = connectors.at(source.connector)(source, context);
    if (!connector.ok()) {
      std::fprintf(stderr, "%s\n", std::string(connector.status().message()).c_str());
      std::exit(1);
    }
    for (std::string cursor;;) {
      const auto page = (*connector)->NextPage(cursor);
      if (!page.ok()) {
        std::fprintf(stderr, "%s\n", std::string(page.status().message()).c_str());
        std::exit(1);
      }
      cost.records += static_cast<int64_t>(page->drafts.size());
      if (page->last) break;
      cursor = page->next_cursor;
    }
  }
  cost.wall = absl::ToDoubleSeconds(absl::Now() - begin);
  cost.processor = ProcessorSeconds() - before;
  return cost;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int Main(const Source& source, int rounds) {
  SandboxOptions options;
  options.command = {"/proc/self/exe", kParserWord};
  const ConnectorRegistry inside = Sandboxed(testing::RealConnectors(), options);
  std::vector<double> wall[2], processor[2];
  int64_t records = 0;
  for (int round = 0; round < rounds; ++round) {
    for (const int in_sandbox : {0, 1}) {
      const Cost cost = ReadAll(in_sandbox == 1 ? inside : testing::RealConnectors(), source);
      wall[in_sandbox].push_back(cost.wall);
      processor[in_sandbox].push_back(cost.processor);
      records = cost.records;
    }
  }
  const auto print = [&](const char* what, const std::vector<double>* times) {
    const double outside = Median(times[0]), within = Median(times[1]);
    std::printf("%-15s in process %8.0f records/s   in the sandbox %8.0f records/s   ratio %.3f\n",
                what, static_cast<double>(records) / outside, static_cast<double>(records) / within,
                outside / within);
  };
  std::printf("%s, %s: %lld records, medians of %d\n", source.connector.c_str(),
              source.location.c_str(), static_cast<long long>(records), rounds);
  print("wall time", wall);
  print("processor time", processor);
  return 0;
}

}  // namespace
}  // namespace parfocal

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], parfocal::kParserWord) == 0)
    parfocal::ServeParser(parfocal::testing::RealConnectors());
  if (argc < 3) {
    std::fprintf(stderr, "sandbox_bench ro-crate|idr LOCATION [ROUNDS]\n");
    return 2;
  }
  parfocal::Source source;
  source.id = "bench";
  source.connector = argv[1];
  source.location = argv[2];
  return parfocal::Main(source, argc > 3 ? std::max(std::atoi(argv[3]), 1) : 5);
}
