#include "recommender/plots.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace octavo::recommender {
namespace {

constexpr double kWidth = 640;
constexpr double kHeight = 400;
constexpr double kLeft = 70;
constexpr double kRight = 150;  // Room for the names.
constexpr double kTop = 40;
constexpr double kBottom = 50;
// Okabe and Ito's colours: told apart by colour-blind readers too.
constexpr std::array<const char*, 6> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", value);
  return text;
}

std::string Text(double x, double y, const char* anchor, const std::string& text) {
  return "<text x=\"" + Number(x) + "\" y=\"" + Number(y) + "\" text-anchor=\"" + anchor + "\">" + Escaped(text) + "</text>\n";
}

// Multiples of 1, 2 or 5 times a power of ten, about five of them, within the bounds.
std::vector<double> RoundNumbers(double min, double max) {
  const double rough = (max - min) / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough > 7.5 * power ? 10 : rough > 3.5 * power ? 5 : rough > 1.5 * power ? 2 : 1);
  std::vector<double> numbers;
  for (double i = std::ceil(min / step); i * step <= max; ++i) numbers.push_back(i * step);
  return numbers;
}

// 1, 2 and 5 times the powers of ten within the bounds, which are positive.
std::vector<double> RoundPowers(double min, double max) {
  std::vector<double> numbers;
  constexpr double kRounding = 1e-9;  // The bounds come from logarithms.
  for (double power = std::pow(10, std::floor(std::log10(min))); power <= max * (1 + kRounding); power *= 10) {
    for (const int digit : {1, 2, 5}) {
      const double number = digit * power;
      if (number >= min * (1 - kRounding) && number <= max * (1 + kRounding)) numbers.push_back(number);
    }
  }
  return numbers;
}

// Maps values to a stretch of the picture.
class Axis {
 public:
  Axis(double min, double max, double begin, double end, bool logarithmic)
      : min_(logarithmic ? std::log10(min) : min),
        max_(logarithmic ? std::log10(max) : max),
        begin_(begin),
        end_(end),
        logarithmic_(logarithmic) {
    if (!(max_ > min_)) max_ = min_ + 1;
  }
  double At(double value) const {
    const double place = logarithmic_ ? std::log10(value) : value;
    return begin_ + (place - min_) / (max_ - min_) * (end_ - begin_);
  }
  std::vector<double> Ticks() const {
    if (!logarithmic_) return RoundNumbers(min_, max_);
    const std::vector<double> powers = RoundPowers(std::pow(10, min_), std::pow(10, max_));
    // Within less than a power of ten there may be hardly any.
    return powers.size() >= 3 ? powers : RoundNumbers(std::pow(10, min_), std::pow(10, max_));
  }

 private:
  double min_;
  double max_;
  double begin_;
  double end_;
  bool logarithmic_;
};

}  // namespace

std::string ToSvg(const Plot& plot) {
  double x_min = HUGE_VAL;
  double x_max = -HUGE_VAL;
  double y_max = 0;
  for (const Series& series : plot.series) {
    for (const auto& [x, y] : series.points) {
      x_min = std::min(x_min, x);
      x_max = std::max(x_max, x);
      y_max = std::max(y_max, y);
    }
  }
  if (x_min > x_max) x_min = x_max = 1;
  const Axis x_axis(x_min, x_max, kLeft, kWidth - kRight, plot.log_x);
  const Axis y_axis(0, y_max * 1.05, kHeight - kBottom, kTop, false);

  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 400\" font-family=\"sans-serif\" "
      "font-size=\"12\" "
      "fill=\"#777\">\n<title>" +
      Escaped(plot.title) + "</title>\n";
  svg += Text(kLeft, 22, "start", plot.title);
  svg += Text((kLeft + kWidth - kRight) / 2, kHeight - 12, "middle", plot.x_label);
  svg += "<g transform=\"rotate(-90)\">" + Text(-(kTop + kHeight - kBottom) / 2, 16, "middle", plot.y_label) + "</g>\n";
  for (const double tick : x_axis.Ticks()) svg += Text(x_axis.At(tick), kHeight - kBottom + 18, "middle", Number(tick));
  for (const double tick : y_axis.Ticks()) {
    svg += "<line x1=\"" + Number(kLeft) + "\" x2=\"" + Number(kWidth - kRight) + "\" y1=\"" + Number(y_axis.At(tick)) +
           "\" y2=\"" + Number(y_axis.At(tick)) + "\" stroke=\"#8884\"/>\n";
    svg += Text(kLeft - 8, y_axis.At(tick) + 4, "end", Number(tick));
  }
  for (std::size_t i = 0; i < plot.series.size(); ++i) {
    const Series& series = plot.series[i];
    const std::string colour = kColours[i % kColours.size()];
    std::string points;
    std::string dots;
    for (const auto& [x, y] : series.points) {
      points += Number(x_axis.At(x)) + "," + Number(y_axis.At(y)) + " ";
      dots += "<circle cx=\"" + Number(x_axis.At(x)) + "\" cy=\"" + Number(y_axis.At(y)) + "\" r=\"3\" fill=\"" + colour +
              "\"><title>" + Escaped(series.name) + ": " + Number(x) + ", " + Number(y) + "</title></circle>\n";
    }
    svg += "<polyline fill=\"none\" stroke=\"" + colour + "\" stroke-width=\"2\" points=\"" + points + "\"/>\n" + dots;
    const double y = kTop + 16 * static_cast<double>(i);
    svg += "<rect x=\"" + Number(kWidth - kRight + 12) + "\" y=\"" + Number(y - 9) + "\" width=\"10\" height=\"10\" fill=\"" +
           colour + "\"/>\n" + Text(kWidth - kRight + 28, y, "start", series.name);
  }
  return svg + "</svg>\n";
}

}  // namespace octavo::recommender
