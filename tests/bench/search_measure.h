// What the benches of the search engine share: CPU time of this thread (wall time on a busy machine
// says nothing about the work), percentiles, and whether engine and twin gave the same answer.
#pragma once

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "parfocal/query.h"
#include "parfocal/record_name.h"

namespace parfocal::testing {

inline double CpuMilliseconds() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

template <typename Work>
double CpuMillisecondsOf(const Work& work) {
  const double begin = CpuMilliseconds();
  work();
  return CpuMilliseconds() - begin;
}

inline double Percentile(std::vector<double> times, double part) {
  std::sort(times.begin(), times.end());
  return times[std::min(times.size() - 1,
                        static_cast<size_t>(part * static_cast<double>(times.size())))];
}

inline void PrintTimes(const char* what, const std::vector<double>& times) {
  std::printf("%-44s p50 %9.2f ms  p99 %9.2f ms  (%zu)\n", what, Percentile(times, 0.5),
              Percentile(times, 0.99), times.size());
}

// What differs first between the two answers, or nothing: totals, hits with their order and scores,
// and every facet with its values, counts, number of values and rows without any. Labels are not
// compared: of several spellings either side may show another.
inline std::string FirstDifference(const SearchAnswer& engine, const SearchAnswer& twin) {
  if (!(engine.total == twin.total)) {
    return absl::StrCat("totals: ", engine.total.rows, " and ", twin.total.rows, " rows, ",
                        engine.total.studies, " and ", twin.total.studies, " studies");
  }
  if (engine.hits.size() != twin.hits.size()) {
    return absl::StrCat("hits: ", engine.hits.size(), " and ", twin.hits.size());
  }
  for (size_t i = 0; i < engine.hits.size(); ++i) {
    const Hit &a = engine.hits[i], &b = twin.hits[i];
    if (!(a.name == b.name) || a.score != b.score || !(a.counts == b.counts)) {
      return absl::StrCat("hit ", i, ": ", FormatRecordName(a.name), " ", a.score, " and ",
                          FormatRecordName(b.name), " ", b.score);
    }
  }
  for (size_t f = 0; f < engine.facets.size(); ++f) {
    const FacetResult &a = engine.facets[f], &b = twin.facets[f];
    if (a.total_values != b.total_values || !(a.missing == b.missing) ||
        a.values.size() != b.values.size()) {
      return absl::StrCat("facet ", a.field, ": ", a.total_values, " and ", b.total_values,
                          " values, ", a.missing.rows, " and ", b.missing.rows, " rows without");
    }
    for (size_t v = 0; v < a.values.size(); ++v) {
      const FacetValue &x = a.values[v], &y = b.values[v];
      if (x.value != y.value || !(x.exact == y.exact) || !(x.count == y.count)) {
        return absl::StrCat("facet ", a.field, " value ", v, ": ", x.value, " ", x.count.rows,
                            " and ", y.value, " ", y.count.rows);
      }
    }
  }
  return "";
}

}  // namespace parfocal::testing
