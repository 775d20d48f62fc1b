// Covers: a book that brings no picture gets one drawn by the shop, as SVG made of type and shapes. The same
// book always gets the same cover; palette, layout and ornament are chosen by a hash of its text, so that
// neighbours differ. All type stands on a plain ground with a contrast of at least 4.5 (WCAG 2.2, 1.4.3).
// Pure functions; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace octavo::marketplace {

// Bump when the drawing changes: it is part of the covers' addresses, which browsers keep for a year.
inline constexpr int kCoverStyle = 1;

struct CoverText {
  std::string title;
  std::string author;  // "Ursula K. Le Guin"; empty where unknown.
  std::string series;  // "Earthsea 1"; empty where there is none.
};

// A picture of 200 by 300 units. Needs no font, script or file of anybody's.
std::string DrawCover(const CoverText& text);
// A book without its name, for a cover that cannot be had now. Browsers show the picture of a refusal too; by
// its own size, 2 by 3 instead of 400 by 600, scripts know it and ask again. On the page it takes the same
// place.
std::string DrawStandIn();

// What identifies the drawing of `text`: letters and digits, fit for an address or an entity tag.
std::string CoverVersion(const CoverText& text);

struct Palette {
  std::string_view ground;
  std::string_view ink;  // For type on the ground.
  std::string_view first;
  std::string_view second;
  std::string_view third;
};
std::span<const Palette> Palettes();

// The contrast ratio of two "#rrggbb" colours, 1 to 21 (WCAG 2.2, "contrast ratio").
double Contrast(std::string_view a, std::string_view b);

// Lines of at most `width_max` units, broken between words (and inside one that is alone too long), in the
// largest of the sizes from `size_max` down to `size_min` at which `lines_max` lines are enough; at size_min
// the last line is cut with "…".
struct SetType {
  double size = 0;
  std::vector<std::string> lines;
};
struct TypeArea {
  double width_max = 0;
  int lines_max = 0;
  double size_max = 0;
  double size_min = 0;
  double height_max = 1000;
};
SetType FitType(std::string_view text, const TypeArea& area);

// About how wide `text` is in a common serif face of `size`: never less than Georgia's width for Latin text.
double TypeWidth(std::string_view text, double size);

}  // namespace octavo::marketplace
