// Regressions: EASE (Steck 2019) restricted to candidates, which is SLIM (Ning & Karypis 2011) with a ridge
// instead of a lasso: for each book j the weights b of its candidates C that minimise
//     sum over readers u of weight(u) (value(u, j) - sum over i in C of value(u, i) b_i)^2 + sum over i of
//     ridge_i b_i^2,
// that is, (G_CC + ridge) b = G_Cj. Exact: no entry of G is left out. With all books as candidates it is
// dense EASE.
#pragma once

#include <vector>

#include "recommender/gram.h"
#include "recommender/neighbours.h"
#include "recommender/simd.h"

namespace octavo::recommender {

enum class Precision { kSingle, kDouble };

// Replaces each list's weights by the regression's. `ridge` has one entry per book, positive.
void SolveRegressions(const Gram& gram, const std::vector<float>& ridge, NeighbourLists& lists, int threads,
                      const StepFunction& step, Precision precision = Precision::kSingle, Simd simd = BestSimd());

}  // namespace octavo::recommender
