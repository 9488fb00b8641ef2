// Tests of over-representation. Functions of their arguments alone.
#pragma once

#include <cstdint>
#include <vector>

namespace parfocal::phenotype {

// P(X >= hits) for X hypergeometric: `drawn` out of `population`, of which `marked` are marked; as
// R's phyper(hits - 1, marked, population - marked, drawn, lower.tail = FALSE). Relative error
// below 1e-12 for populations up to ten million; smaller than the smallest double it is 0.
// REQUIRES: 0 <= hits, 0 <= drawn, marked <= population.
double HypergeometricUpperTail(int64_t hits, int64_t drawn, int64_t marked, int64_t population);

// Benjamini and Hochberg (1995): the corrected p of each, in the order of `p`.
std::vector<double> BenjaminiHochberg(const std::vector<double>& p);

}  // namespace parfocal::phenotype
