#include "hypergeometric.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace parfocal::phenotype {
namespace {

// Long double has 64 bits of mantissa or more, so that the difference of logarithms of factorials
// near 10^8 keeps twelve digits. The reentrant form: the other writes a global sign.
long double LogFactorial(int64_t n) {
  int sign = 0;
  return lgammal_r(static_cast<long double>(n) + 1, &sign);
}
long double LogChoose(int64_t n, int64_t k) {
  return LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);
}

}  // namespace

double HypergeometricUpperTail(int64_t hits, int64_t drawn, int64_t marked, int64_t population) {
  const int64_t least = std::max<int64_t>(0, drawn + marked - population);
  const int64_t most = std::min(drawn, marked);
  if (hits <= least) return 1;
  if (hits > most) return 0;
  // The first term by logarithms, each next by its ratio to the one before: only sums of positive
  // numbers, so nothing cancels.
  const long double first =
      std::exp(LogChoose(marked, hits) + LogChoose(population - marked, drawn - hits) -
               LogChoose(population, drawn));
  long double term = first, sum = first;
  for (int64_t x = hits; x < most; ++x) {
    term *= static_cast<long double>(marked - x) / static_cast<long double>(x + 1);
    term *= static_cast<long double>(drawn - x) /
            static_cast<long double>(population - marked - drawn + x + 1);
    const long double before = sum;
    sum += term;
    const bool falling =
        (static_cast<long double>(x) * population > static_cast<long double>(drawn) * marked);
    if (falling && sum == before) break;
  }
  return static_cast<double>(std::min(sum, 1.0L));
}

std::vector<double> BenjaminiHochberg(const std::vector<double>& p) {
  std::vector<size_t> order(p.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return p[a] < p[b]; });
  std::vector<double> q(p.size());
  double least = 1;
  for (size_t rank = order.size(); rank > 0; --rank) {
    const size_t i = order[rank - 1];
    least = std::min(least, p[i] * static_cast<double>(order.size()) / static_cast<double>(rank));
    q[i] = least;
  }
  return q;
}

}  // namespace parfocal::phenotype
