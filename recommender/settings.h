// Settings: every number that shapes a model. The defaults are good ones, found on public data (README.md says which);
// tuning (tune.h) chooses better ones for the data at hand. A plain value.
#pragma once

#include <cstdint>
#include <string>


namespace octavo::recommender {

struct Settings {
  // How strongly a reader with many books counts less: each reader weighs books^-user_exponent.
  float user_exponent = 0.4F;
  // What an interaction's weight is worth: weight^weight_power; 0 takes every interaction as 1.
  float weight_power = 0.5F;

  // Neighbours: similarity(i, j) = shared^1 / (books(i)^row_exponent * books(j)^column_exponent + shrinkage), where i
  // was read and j is asked for.
  float row_exponent = 0.5F;
  float column_exponent = 0.5F;
  float shrinkage = 0;
  // The similarity is raised to this power.
  float similarity_power = 1;

  // How many neighbours per book the model keeps: the candidates of its regression.
  std::uint32_t candidates = 128;

  bool operator==(const Settings&) const = default;
};

// The settings as one JSON object, for reports and for the model file.
std::string ToJson(const Settings& settings);

}  // namespace octavo::recommender
