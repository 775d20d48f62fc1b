// Settings: every number that shapes a model. The defaults are good ones, found on public data (README.md
// says which); tuning (tune.h) chooses better ones for the data at hand. A plain value.
#pragma once

#include <cstdint>
#include <string>

namespace octavo::recommender {

enum class Method {
  kNeighbours,   // Item-kNN: the similarities themselves are the weights.
  kRegressions,  // One ridge regression per book over its candidates.
};

// A regression over this many books takes minutes.
inline constexpr std::uint32_t kCandidatesMax = 60000;

struct Settings {
  Method method = Method::kRegressions;

  // The value of an interaction: weight^weight_power; 0 gives every interaction 1.
  float weight_power = 0.5F;

  // Neighbours: which books are candidates for which. Each reader weighs books^-neighbour_user_exponent; with
  // the weighted number of shared readers s(i, j), the similarity of a book read, i, to a book asked for, j,
  // is
  //     (s(i, j) / (s(i, i)^row_exponent * s(j, j)^column_exponent + shrinkage)) ^ similarity_power.
  float neighbour_user_exponent = 0.5F;
  float row_exponent = 0.5F;
  float column_exponent = 0.5F;
  float shrinkage = 0;
  float similarity_power = 1;
  // How many neighbours per book asked for, 1 to kCandidatesMax; all books if it is at least their number
  // less one.
  std::uint32_t candidates = 128;

  // Regressions: each reader weighs books^-user_exponent. A candidate's weight is held down by
  //     ridge * (mean of s(i, i))^(1 - ridge_exponent) * s(i, i)^ridge_exponent.
  float user_exponent = 0.25F;
  float ridge = 5;  // Positive.
  float ridge_exponent = 0.35F;
  // Both methods: a book in the history counts readers(i)^history_exponent times, and the score of a book is
  // multiplied by readers(j)^popularity_exponent.
  float history_exponent = 0;
  float popularity_exponent = -0.05F;
  // How many of the largest weights of each book read are kept, whatever their sign: an answer sums at most this many for
  // each book of the history. Best-sellers are candidates for nearly every book, mostly with weights close to zero. 0:
  // all.
  std::uint32_t row_max = 256;

  bool operator==(const Settings&) const = default;
};

// The settings as one JSON object, for reports and for the model file.
std::string ToJson(const Settings& settings);

}  // namespace octavo::recommender
