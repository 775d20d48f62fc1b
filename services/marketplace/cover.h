// Covers: the shop draws a cover for a book without a picture, as SVG of type and shapes. The same book
// always gets the same cover; a hash of its text chooses palette, layout and ornament, so that adjacent books
// differ. All type is on a plain ground with a contrast of at least 4.5 (WCAG 2.2, 1.4.3). Pure functions;
// thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace octavo::marketplace {

// Increase it when the drawing changes: it is part of the covers' addresses, which browsers keep for a year.
inline constexpr int kCoverStyle = 1;

struct CoverText {
  std::string title;
  std::string author;  // "Ursula K. Le Guin"; empty where unknown.
  std::string series;  // "Earthsea 1"; empty where there is none.
};

// A picture of 200 by 300 units. It needs no font, script or other file.
std::string DrawCover(const CoverText& text);
// A book without a name, in place of a cover that is not available now. Browsers show this picture of an error response
// too. Scripts recognise it by its own size, 2 by 3 instead of 400 by 600, and ask again. On the page it has the same
// size.
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

// Lines of at most `width_max` units, broken between words (and inside a word that is too long alone), in the largest
// size from `size_max` down to `size_min` at which `lines_max` lines are enough. At size_min the last line is cut with
// "…".
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

// The approximate width of `text` in a common serif face of `size`; for Latin text never less than Georgia's.
double TypeWidth(std::string_view text, double size);

}  // namespace octavo::marketplace
