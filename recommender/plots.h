// Plots: line charts as SVG text that stands alone, readable in light and dark.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace octavo::recommender {

struct Series {
  std::string name;
  std::vector<std::pair<double, double>> points;  // By ascending x.
};

struct Plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  bool log_x = false;  // All x positive.
  std::vector<Series> series;
};

std::string ToSvg(const Plot& plot);

}  // namespace octavo::recommender
