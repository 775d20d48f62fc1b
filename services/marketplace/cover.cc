#include "services/marketplace/cover.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <numbers>
#include <utility>

#include "lib/base/fingerprint.h"
#include "lib/base/random.h"

namespace octavo::marketplace {
namespace {

constexpr double kWidth = 200;
constexpr double kHeight = 300;
constexpr double kMargin = 18;

constexpr std::string_view kSerif =
    "Georgia, 'Iowan Old Style', 'Palatino Linotype', Palatino, 'Liberation Serif', 'Times New Roman', serif";
constexpr std::string_view kSans =
    "'Gill Sans', 'Gill Sans MT', 'Avenir Next', Avenir, 'Helvetica Neue', 'Liberation Sans', Arial, "
    "sans-serif";

constexpr Palette kPalettes[] = {
    {"#14213d", "#f5ead6", "#fca311", "#2b3f6b", "#d9dbe3"},  // Midnight.
    {"#6d1a1f", "#f7e9d7", "#d9a05b", "#93363a", "#3a0d12"},  // Oxblood.
    {"#f3e9d2", "#2a2320", "#c6533c", "#e0b04c", "#3c6e71"},  // Cream.
    {"#1f3d2b", "#f1ead3", "#c9a227", "#3c6b4c", "#8fb58a"},  // Forest.
    {"#0f4c5c", "#fbf3e4", "#e36414", "#1b6f82", "#9ad1d4"},  // Teal.
    {"#e3b23c", "#2b1d0e", "#8a3324", "#f2d388", "#4a5a3b"},  // Mustard.
    {"#3d1f3d", "#f6e7ee", "#d98ba3", "#5e325e", "#e8c07d"},  // Plum.
    {"#bfd7ea", "#12283d", "#d1495b", "#edae49", "#2e6f95"},  // Sky.
    {"#f2c6b4", "#3a1a1a", "#a23b3b", "#f9e4d4", "#3f5e5a"},  // Blush.
    {"#26282b", "#f2efe9", "#d64933", "#3c4046", "#8d99a6"},  // Charcoal.
    {"#c9d3b8", "#22301f", "#6b4f3a", "#e7e8d1", "#a3553c"},  // Sage.
    {"#fafaf5", "#1c2541", "#3a506b", "#5bc0be", "#e4572e"},  // White.
    {"#a8412a", "#fff4e6", "#f2b880", "#c8603f", "#4d1b12"},  // Terracotta.
    {"#d8cbe8", "#2c1a47", "#6c4ab6", "#f4e3b2", "#b4446c"},  // Lilac.
    {"#0b6049", "#fdf6e3", "#e9c46a", "#14866a", "#083d30"},  // Emerald.
    {"#22223b", "#f2e9e4", "#e07a5f", "#4a4e69", "#c9ada7"},  // Dusk.
    {"#e9d8a6", "#3b2a14", "#005f73", "#ee9b00", "#9b2226"},  // Sand.
    {"#e6eef2", "#1d2f3a", "#4f86a6", "#b6cfdc", "#d9725b"},  // Ice.
    {"#f6d55c", "#1d1d1b", "#ed553b", "#20639b", "#fff3c4"},  // Poster.
    {"#2f1b12", "#f3e4cf", "#b5651d", "#54331f", "#e0c097"},  // Walnut.
};

std::uint64_t Seed(const CoverText& text) {
  return Fingerprint(text.title + "\n" + text.author + "\n" + text.series) ^ static_cast<std::uint64_t>(kCoverStyle);
}

std::string EscapeXml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) out.push_back(c);  // XML 1.0 has no other control characters.
    }
  }
  return out;
}

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  double right() const { return x + width; }
  double bottom() const { return y + height; }
  double center_x() const { return x + width / 2; }
  double center_y() const { return y + height / 2; }
};

// One drawing: the SVG so far, and the random choices.
class Canvas {
 public:
  Canvas(const Palette& palette, std::uint64_t seed) : palette_(palette), random_(seed) {}

  const Palette& palette() const { return palette_; }
  std::string TakeSvg() { return std::move(svg_); }

  int Pick(int count) { return static_cast<int>(random_.Below(static_cast<std::uint64_t>(count))); }
  double Between(double low, double high) { return low + (high - low) * static_cast<double>(random_.Below(1000)) / 999.0; }
  // One of the palette's three ornament colours.
  std::string_view Colour(int index) const {
    return std::array{palette_.first, palette_.second, palette_.third}.at(static_cast<std::size_t>(index) % 3);
  }

  void Rect(const Box& box, std::string_view fill) {
    Append("<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' fill='{}'/>", box.x, box.y, box.width, box.height, fill);
  }
  void Frame(const Box& box, std::string_view stroke, double width) {
    Append(
        "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' fill='none' stroke='{}' "
        "stroke-width='{:.1f}'/>",
        box.x, box.y, box.width, box.height, stroke, width);
  }
  void Circle(double x, double y, double radius, std::string_view fill) {
    Append("<circle cx='{:.1f}' cy='{:.1f}' r='{:.1f}' fill='{}'/>", x, y, radius, fill);
  }
  void Ring(double x, double y, double radius, std::string_view stroke, double width) {
    Append("<circle cx='{:.1f}' cy='{:.1f}' r='{:.1f}' fill='none' stroke='{}' stroke-width='{:.1f}'/>", x, y, radius, stroke,
           width);
  }
  void Line(double x1, double y1, double x2, double y2, std::string_view stroke, double width) {
    Append("<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' stroke='{}' stroke-width='{:.1f}'/>", x1, y1, x2, y2, stroke,
           width);
  }
  void Path(std::string_view d, std::string_view fill) { Append("<path d='{}' fill='{}'/>", d, fill); }
  void Stroke(std::string_view d, std::string_view stroke, double width) {
    Append("<path d='{}' fill='none' stroke='{}' stroke-width='{:.1f}'/>", d, stroke, width);
  }
  // Until EndClip() only what is inside `box` is visible.
  void BeginClip(const Box& box) {
    Append("<svg x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' viewBox='{:.1f} {:.1f} {:.1f} {:.1f}'>", box.x, box.y,
           box.width, box.height, box.x, box.y, box.width, box.height);
  }
  void EndClip() { svg_ += "</svg>"; }

  enum class Anchor { kStart, kMiddle };
  struct Type {
    double size = 12;
    Anchor anchor = Anchor::kStart;
    bool serif = true;
    bool bold = false;
    bool italic = false;
    double spacing = 0;
  };
  void Text(double x, double y, std::string_view text, const Type& type, std::string_view fill) {
    Append("<text x='{:.1f}' y='{:.1f}' font-family=\"{}\" font-size='{:.1f}' fill='{}'{}{}{}{}>{}</text>", x, y,
           type.serif ? kSerif : kSans, type.size, fill, type.anchor == Anchor::kMiddle ? " text-anchor='middle'" : "",
           type.bold ? " font-weight='700'" : "", type.italic ? " font-style='italic'" : "",
           type.spacing > 0 ? fmt::format(" letter-spacing='{:.1f}'", type.spacing) : "", EscapeXml(text));
  }

 private:
  template <typename... Args>
  void Append(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(svg_), format, std::forward<Args>(args)...);
  }

  const Palette& palette_;
  SeededRandom random_;
  std::string svg_;
};

// ---- Ornaments: each fills a box.

void DrawRings(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const double x = box.x + box.width * canvas.Between(0.2, 0.8);
  const double y = box.y + box.height * canvas.Between(0.25, 0.75);
  const double step = canvas.Between(11, 17);
  const double reach = std::max(box.width, box.height) * 1.1;
  int index = 0;
  for (double radius = reach; radius > step / 2; radius -= step) {
    canvas.Circle(x, y, radius, index++ % 2 == 0 ? canvas.palette().ground : canvas.Colour(index % 4 == 1 ? 0 : 1));
  }
  canvas.Circle(x, y, step * 0.7, canvas.Colour(2));
}

void DrawHills(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  canvas.Circle(box.x + box.width * canvas.Between(0.25, 0.75), box.y + box.height * 0.36, canvas.Between(18, 32),
                canvas.Colour(0));
  const std::string_view fills[] = {canvas.Colour(2), canvas.Colour(0), canvas.palette().ink, canvas.palette().ground};
  double y = box.y + box.height * 0.45;
  for (int i = 0; i < 4; ++i) {
    const double swing = canvas.Between(12, 30) * (canvas.Pick(2) == 0 ? 1 : -1);
    const double middle = box.x + box.width * canvas.Between(0.35, 0.65);
    canvas.Path(fmt::format("M{:.0f} {:.0f}Q{:.0f} {:.0f} {:.0f} {:.0f}T{:.0f} {:.0f}V{:.0f}H{:.0f}Z", box.x, y,
                            (box.x + middle) / 2, y - swing, middle, y, box.right(), y, box.bottom(), box.x),
                fills[i]);
    y += box.height * 0.14;
  }
}

void DrawSpines(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.palette().ground);
  double x = box.x;
  for (int i = canvas.Pick(3); x < box.right(); ++i) {
    const double width = std::min(canvas.Between(9, 24), box.right() - x);
    const double top = box.y + box.height * canvas.Between(0.0, 0.3);
    canvas.Rect({x, top, width - 1.5, box.bottom() - top}, canvas.Colour(i));
    canvas.Rect({x, top + 10, width - 1.5, 2.5}, canvas.palette().ground);
    if (i % 2 == 0) canvas.Rect({x, box.bottom() - 16, width - 1.5, 2.5}, canvas.palette().ground);
    x += width;
  }
}

void DrawTiles(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const int columns = 4 + canvas.Pick(3);
  const double size = box.width / columns;
  for (double y = box.y; y < box.bottom(); y += size) {
    for (int column = 0; column < columns; ++column) {
      const double x = box.x + column * size;
      const std::string_view fill = canvas.Pick(5) == 0   ? canvas.Colour(2)
                                    : canvas.Pick(2) == 0 ? canvas.Colour(0)
                                                          : canvas.palette().ground;
      const std::string arcs[] = {
          fmt::format("M{0:.1f} {1:.1f}h{2:.1f}a{2:.1f} {2:.1f} 0 0 1 -{2:.1f} {2:.1f}Z", x, y, size),
          fmt::format("M{0:.1f} {1:.1f}v{2:.1f}a{2:.1f} {2:.1f} 0 0 1 -{2:.1f} -{2:.1f}Z", x + size, y, size),
          fmt::format("M{0:.1f} {1:.1f}h-{2:.1f}a{2:.1f} {2:.1f} 0 0 1 {2:.1f} -{2:.1f}Z", x + size, y + size, size),
          fmt::format("M{0:.1f} {1:.1f}v-{2:.1f}a{2:.1f} {2:.1f} 0 0 1 {2:.1f} {2:.1f}Z", x, y + size, size)};
      canvas.Path(arcs[canvas.Pick(4)], fill);
    }
  }
}

void DrawRays(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const double x = box.center_x() + canvas.Between(-30, 30);
  const double y = box.bottom() - box.height * canvas.Between(0.0, 0.35);
  const int rays = 14 + 2 * canvas.Pick(6);
  const double reach = box.width + box.height;
  for (int i = 0; i < rays; i += 2) {
    const double from = 2 * std::numbers::pi * i / rays;
    const double to = 2 * std::numbers::pi * (i + 1) / rays;
    canvas.Path(fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z", x, y, x + reach * std::cos(from),
                            y + reach * std::sin(from), x + reach * std::cos(to), y + reach * std::sin(to)),
                canvas.palette().ground);
  }
  canvas.Circle(x, y, canvas.Between(24, 36), canvas.Colour(0));
  canvas.Ring(x, y, 44, canvas.Colour(2), 3);
}

void DrawLeaves(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const int stems = 1 + canvas.Pick(3);
  for (int stem = 0; stem < stems; ++stem) {
    const double x = box.x + box.width * (stem + 1) / (stems + 1);
    const double size = box.width / (stems + 1) * 0.62;
    canvas.Line(x, box.y + 10, x, box.bottom(), canvas.palette().ground, 2.5);
    int index = stem;
    for (double y = box.bottom() - size * 0.3; y > box.y + size * 0.7; y -= size * 0.52) {
      for (const double side : {-1.0, 1.0}) {
        canvas.Path(fmt::format("M{0:.1f} {1:.1f}q{2:.1f} {3:.1f} {4:.1f} {5:.1f}q{6:.1f} {7:.1f} {8:.1f} {9:.1f}Z", x, y,
                                side * size * 0.15, -size * 0.5, side * size * 0.8, -size * 0.62, -side * size * 0.1, size * 0.5,
                                -side * size * 0.8, size * 0.62),
                    index % 3 == 2   ? canvas.Colour(2)
                    : index % 2 == 0 ? canvas.Colour(0)
                                     : canvas.palette().ground);
      }
      ++index;
    }
  }
}

void DrawDots(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const double step = canvas.Between(13, 20);
  const double focus_x = box.x + box.width * canvas.Between(0, 1);
  const double focus_y = box.y + box.height * canvas.Between(0, 1);
  const double reach = std::hypot(box.width, box.height);
  int row = 0;
  for (double y = box.y + step / 2; y < box.bottom(); y += step, ++row) {
    for (double x = box.x + (row % 2 == 0 ? step / 2 : step); x < box.right() + step; x += step) {
      const double near = 1 - std::hypot(x - focus_x, y - focus_y) / reach;
      canvas.Circle(x, y, step * (0.1 + 0.42 * near * near), near > 0.86 ? canvas.Colour(0) : canvas.palette().ground);
    }
  }
}

void DrawWaves(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const double length = box.width / (2 + canvas.Pick(3));
  const double swing = canvas.Between(8, 18);
  int index = 0;
  for (double y = box.y - 4; y < box.bottom() + swing * 2; y += 15, ++index) {
    std::string d = fmt::format("M{:.1f} {:.1f}q{:.1f} {:.1f} {:.1f} 0", box.x - length, y, length / 2,
                                index % 2 == 0 ? swing : -swing, length);
    for (double x = box.x; x < box.right() + length; x += length) d += fmt::format("t{:.1f} 0", length);
    canvas.Stroke(d, index % 4 == 1 ? canvas.Colour(0) : index % 4 == 3 ? canvas.Colour(2) : canvas.palette().ground, 5);
  }
}

void DrawShapes(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.palette().ground);
  const double side = std::min(box.width, box.height) / 2;
  int index = canvas.Pick(3);
  for (double y = box.y; y < box.bottom() - 1; y += side) {
    for (double x = box.x; x < box.right() - 1; x += side, ++index) {
      canvas.Rect({x, y, side, side}, index % 2 == 0 ? canvas.Colour(1) : canvas.palette().ground);
      const double half = side / 2;
      switch (canvas.Pick(4)) {
        case 0: canvas.Circle(x + half, y + half, half * 0.8, canvas.Colour(0)); break;
        case 1:
          canvas.Path(fmt::format("M{:.1f} {:.1f}h{:.1f}l-{:.1f} -{:.1f}Z", x, y + side, side, half, side), canvas.Colour(2));
          break;
        case 2:
          canvas.Path(fmt::format("M{0:.1f} {1:.1f}a{2:.1f} {2:.1f} 0 0 1 {3:.1f} 0Z", x, y + side, half, side),
                      canvas.Colour(0));
          break;
        default: canvas.Rect({x + half / 2, y + half / 2, half, half}, canvas.Colour(2)); break;
      }
    }
  }
}

void DrawArches(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const double x = box.center_x();
  const std::string_view fills[] = {canvas.palette().ground, canvas.Colour(0), canvas.Colour(1), canvas.palette().ground,
                                    canvas.Colour(2)};
  const double widest = std::min(box.width * 0.44, box.height * 0.6);
  for (int i = 0; i < 5; ++i) {
    const double radius = widest * (1 - 0.19 * i);
    canvas.Path(fmt::format("M{0:.1f} {1:.1f}V{2:.1f}a{3:.1f} {3:.1f} 0 0 1 {4:.1f} 0V{1:.1f}Z", x - radius, box.bottom(),
                            box.bottom() - box.height * 0.3, radius, 2 * radius),
                fills[i]);
  }
}

void DrawStars(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const int count = 9 + canvas.Pick(6);
  double last_x = 0;
  double last_y = 0;
  for (int i = 0; i < count; ++i) {
    const double x = box.x + 14 + (box.width - 28) * (i + canvas.Between(0, 0.9)) / count;
    const double y = box.y + 14 + (box.height - 28) * canvas.Between(0, 1);
    if (i > 0) canvas.Line(last_x, last_y, x, y, canvas.palette().ground, 1.2);
    last_x = x;
    last_y = y;
    canvas.Circle(x, y, canvas.Between(2.5, 7), i % 3 == 0 ? canvas.Colour(0) : canvas.Colour(2));
  }
  for (int i = 0; i < 30; ++i) {
    canvas.Circle(box.x + box.width * canvas.Between(0, 1), box.y + box.height * canvas.Between(0, 1), 1,
                  canvas.palette().ground);
  }
}

void DrawMoon(Canvas& canvas, const Box& box) {
  canvas.Rect(box, canvas.Colour(1));
  const double radius = std::min(box.width, box.height) * 0.3;
  const double x = box.x + box.width * canvas.Between(0.35, 0.65);
  const double y = box.y + box.height * 0.42;
  canvas.Circle(x, y, radius, canvas.Colour(0));
  if (canvas.Pick(2) == 0) canvas.Circle(x + radius * 0.45, y - radius * 0.2, radius * 0.9, canvas.Colour(1));
  double gap = 4;
  for (double line = box.bottom() - 2; line > y; line -= gap) {
    canvas.Line(box.x, line, box.right(), line, canvas.palette().ground, std::max(0.8, 7 - gap * 0.35));
    gap *= 1.13;
  }
}

using Ornament = void (*)(Canvas&, const Box&);
constexpr Ornament kOrnaments[] = {DrawRings, DrawHills, DrawSpines, DrawTiles,  DrawRays,  DrawLeaves,
                                   DrawDots,  DrawWaves, DrawShapes, DrawArches, DrawStars, DrawMoon};

void DrawOrnament(Canvas& canvas, const Box& box) {
  canvas.BeginClip(box);
  kOrnaments[canvas.Pick(static_cast<int>(std::size(kOrnaments)))](canvas, box);
  canvas.EndClip();
}

// ---- Type

std::string Upper(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    const bool latin = i > 0 && static_cast<unsigned char>(out[i - 1]) == 0xC3;  // U+00E0 à to U+00FE þ, but not ÷.
    const bool is_lower = (out[i] >= 'a' && out[i] <= 'z') || (latin && byte >= 0xA0 && byte <= 0xBE && byte != 0xB7);
    if (is_lower) out[i] = static_cast<char>(byte - 0x20);
  }
  return out;
}

constexpr double kLeading = 1.14;

double TypeHeight(const SetType& type) { return type.size * kLeading * static_cast<double>(type.lines.size()); }

// The title's lines with their top at `top`; gives where they end.
double DrawTitle(Canvas& canvas, const SetType& title, double x, double top, Canvas::Type type) {
  type.size = title.size;
  double y = top + title.size * 0.82;  // About the height of capitals and ascenders.
  for (const std::string& line : title.lines) {
    canvas.Text(x, y, line, type, canvas.palette().ink);
    y += title.size * kLeading;
  }
  return top + TypeHeight(title);
}

void DrawAuthor(Canvas& canvas, const CoverText& text, double x, double y, Canvas::Anchor anchor) {
  const std::string name = Upper(text.author);
  constexpr double kSpacing = 1.1;
  const SetType author = FitType(name, {.width_max = 148, .lines_max = 1, .size_max = 10.5, .size_min = 7});
  if (author.lines.empty()) return;
  canvas.Text(x, y, author.lines.front(), {.size = author.size, .anchor = anchor, .serif = false, .spacing = kSpacing},
              canvas.palette().ink);
}

void DrawSeries(Canvas& canvas, const CoverText& text, double x, double y, Canvas::Anchor anchor) {
  const SetType series = FitType(text.series, {.width_max = 160, .lines_max = 1, .size_max = 9.5, .size_min = 7});
  if (series.lines.empty()) return;
  canvas.Text(x, y, series.lines.front(), {.size = series.size, .anchor = anchor, .italic = true}, canvas.palette().ink);
}

// ---- Layouts

void LayOutPictureAbove(Canvas& canvas, const CoverText& text) {
  const double split = kHeight * canvas.Between(0.5, 0.58);
  DrawOrnament(canvas, {0, 0, kWidth, split});
  const SetType title =
      FitType(text.title, {.width_max = 164, .lines_max = 4, .size_max = 27, .size_min = 12, .height_max = 258 - split});
  const bool bold = canvas.Pick(2) == 0;
  const double end = DrawTitle(canvas, title, kMargin, split + 14, {.serif = true, .bold = bold});
  if (end < 262) DrawSeries(canvas, text, kMargin, end + 9, Canvas::Anchor::kStart);
  DrawAuthor(canvas, text, kMargin, 284, Canvas::Anchor::kStart);
}

void LayOutPictureBelow(Canvas& canvas, const CoverText& text) {
  const SetType title = FitType(text.title, {.width_max = 164, .lines_max = 4, .size_max = 30, .size_min = 13});
  DrawAuthor(canvas, text, kMargin, 26, Canvas::Anchor::kStart);
  const double end = DrawTitle(canvas, title, kMargin, 38, {.serif = true, .bold = false});
  DrawSeries(canvas, text, kMargin, end + 8, Canvas::Anchor::kStart);
  const double top = std::max(end + (text.series.empty() ? 10 : 20), 120.0);
  DrawOrnament(canvas, {0, top, kWidth, kHeight - top});
}

void LayOutLabel(Canvas& canvas, const CoverText& text) {
  DrawOrnament(canvas, {0, 0, kWidth, kHeight});
  const SetType title = FitType(text.title, {.width_max = 126, .lines_max = 5, .size_max = 22, .size_min = 11});
  const double height = TypeHeight(title) + (text.series.empty() ? 54 : 66);
  const Box label{26, std::max(40.0, 132 - height / 2), 148, height};
  canvas.Rect(label, canvas.palette().ground);
  canvas.Frame({label.x + 4, label.y + 4, label.width - 8, label.height - 8}, canvas.palette().ink, 0.8);
  const double end = DrawTitle(canvas, title, 100, label.y + 16, {.anchor = Canvas::Anchor::kMiddle, .bold = true});
  if (!text.series.empty()) DrawSeries(canvas, text, 100, end + 8, Canvas::Anchor::kMiddle);
  canvas.Line(88, label.bottom() - 29, 112, label.bottom() - 29, canvas.palette().ink, 0.8);
  const SetType author = FitType(Upper(text.author), {.width_max = 118, .lines_max = 1, .size_max = 9, .size_min = 6});
  if (!author.lines.empty()) {
    canvas.Text(100, label.bottom() - 14, author.lines.front(),
                {.size = author.size, .anchor = Canvas::Anchor::kMiddle, .serif = false, .spacing = 0.8}, canvas.palette().ink);
  }
}

void LayOutBands(Canvas& canvas, const CoverText& text) {
  const bool ornate = canvas.Pick(2) == 0;
  const std::string_view band = canvas.Colour(canvas.Pick(3));
  canvas.Rect({0, 0, kWidth, 84}, band);
  canvas.Rect({0, 216, kWidth, 84}, band);
  if (ornate) DrawOrnament(canvas, {0, 0, kWidth, 84});
  canvas.Rect({0, 88, kWidth, 1.5}, canvas.palette().ink);
  canvas.Rect({0, 210.5, kWidth, 1.5}, canvas.palette().ink);
  const SetType title = FitType(text.title, {.width_max = 168, .lines_max = 3, .size_max = 25, .size_min = 11});
  const double height = TypeHeight(title) + 20;
  const double end = DrawTitle(canvas, title, 100, 149 - height / 2, {.anchor = Canvas::Anchor::kMiddle, .bold = true});
  DrawAuthor(canvas, text, 100, end + 14, Canvas::Anchor::kMiddle);
}

void LayOutFrame(Canvas& canvas, const CoverText& text) {
  canvas.Frame({9, 9, 182, 282}, canvas.palette().ink, 1.6);
  canvas.Frame({13, 13, 174, 274}, canvas.palette().ink, 0.6);
  const SetType title = FitType(text.title, {.width_max = 148, .lines_max = 4, .size_max = 25, .size_min = 12});
  const double end = DrawTitle(canvas, title, 100, 32, {.anchor = Canvas::Anchor::kMiddle, .italic = canvas.Pick(3) == 0});
  DrawSeries(canvas, text, 100, end + 8, Canvas::Anchor::kMiddle);
  const double top = std::max(end + 24, 118.0);
  const double height = 250 - top;
  const double width = std::min(148.0, std::max(height, 100.0));
  DrawOrnament(canvas, {100 - width / 2, top, width, height});
  DrawAuthor(canvas, text, 100, 273, Canvas::Anchor::kMiddle);
}

void LayOutInitial(Canvas& canvas, const CoverText& text) {
  DrawOrnament(canvas, {0, 0, 34, kHeight});
  const SetType title = FitType(text.title, {.width_max = 134, .lines_max = 6, .size_max = 29, .size_min = 12});
  DrawAuthor(canvas, text, 48, 28, Canvas::Anchor::kStart);
  canvas.Rect({48, 38, 30, 3}, canvas.Colour(0));
  const double end = DrawTitle(canvas, title, 48, 54, {.bold = true});
  DrawSeries(canvas, text, 48, end + 10, Canvas::Anchor::kStart);
  const double top = std::max(end + 26, 190.0);
  if (top < 270) canvas.Circle(48 + 40, top + 40, 40, canvas.Colour(0));
  if (top < 250) canvas.Circle(48 + 82, top + 56, 24, canvas.Colour(2));
}

using Layout = void (*)(Canvas&, const CoverText&);
constexpr Layout kLayouts[] = {LayOutPictureAbove, LayOutPictureBelow, LayOutLabel,  LayOutPictureAbove,
                               LayOutBands,        LayOutFrame,        LayOutInitial};

// ---- Measuring

// The bytes of the UTF-8 character that starts at `at`.
std::size_t CharacterBytes(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
  return end - at;
}

// In ems, of Georgia's regular face rounded up.
double CharacterWidth(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character.front());
  if (lead >= 0xE3) return 1.02;  // From U+3000 on: East Asian, a full square.
  if (lead >= 0x80) return 0.64;
  const char c = character.front();
  if (std::string_view("ijl.,:;'!|").find(c) != std::string_view::npos) return 0.34;
  if (std::string_view("ftrsI-()/ ").find(c) != std::string_view::npos) return 0.44;
  if (std::string_view("mwMW@%&").find(c) != std::string_view::npos) return 0.98;
  if (c >= 'A' && c <= 'Z') return 0.74;
  return 0.58;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (c != ' ') {
      word.push_back(c);
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

// `word` in pieces that fit; one piece if it fits whole.
std::vector<std::string> Split(const std::string& word, double size, double width_max) {
  std::vector<std::string> pieces(1);
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t bytes = CharacterBytes(word, at);
    if (!pieces.back().empty() && TypeWidth(pieces.back() + word.substr(at, bytes), size) > width_max) pieces.emplace_back();
    pieces.back() += word.substr(at, bytes);
    at += bytes;
  }
  return pieces;
}

std::vector<std::string> Break(const std::vector<std::string>& words, double size, double width_max) {
  std::vector<std::string> lines;
  for (const std::string& word : words) {
    for (const std::string& piece : Split(word, size, width_max)) {
      const std::string joined = lines.empty() ? piece : lines.back() + " " + piece;
      if (!lines.empty() && TypeWidth(joined, size) <= width_max) {
        lines.back() = joined;
      } else {
        lines.push_back(piece);
      }
    }
  }
  return lines;
}

double Channel(std::string_view colour, std::size_t at) {
  const double value = std::strtol(std::string(colour.substr(at, 2)).c_str(), nullptr, 16) / 255.0;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}

double Luminance(std::string_view colour) {
  return 0.2126 * Channel(colour, 1) + 0.7152 * Channel(colour, 3) + 0.0722 * Channel(colour, 5);
}

// The size that a browser takes for the picture's own.
struct OwnSize {
  int width = 0;
  int height = 0;
};

std::string Draw(const CoverText& text, OwnSize size) {
  const std::uint64_t seed = Seed(text);
  const Palette& palette = kPalettes[seed % std::size(kPalettes)];
  Canvas canvas(palette, seed);
  canvas.Rect({0, 0, kWidth, kHeight}, palette.ground);
  kLayouts[(seed >> 16U) % std::size(kLayouts)](canvas, text);
  // A hint of the spine's fold, so that it looks like a book and not like a card.
  return fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 300' width='{}' height='{}' role='img'>"
      "<title>{}</title><defs><linearGradient id='f'><stop stop-opacity='.28'/><stop offset='.35' "
      "stop-opacity='.04'/>"
      "<stop offset='.5' stop-color='#fff' stop-opacity='.18'/><stop offset='1' "
      "stop-opacity='0'/></linearGradient></defs>"
      "{}<rect width='9' height='300' fill='url(#f)'/></svg>",
      size.width, size.height, EscapeXml(text.author.empty() ? text.title : text.title + " – " + text.author), canvas.TakeSvg());
}

}  // namespace

std::string DrawCover(const CoverText& text) { return Draw(text, {.width = 400, .height = 600}); }

std::string DrawStandIn() { return Draw({}, {.width = 2, .height = 3}); }

std::string CoverVersion(const CoverText& text) { return fmt::format("{:x}", Seed(text)); }

std::span<const Palette> Palettes() { return kPalettes; }

double Contrast(std::string_view a, std::string_view b) {
  const double first = Luminance(a);
  const double second = Luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

double TypeWidth(std::string_view text, double size) {
  double ems = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t bytes = CharacterBytes(text, at);
    ems += CharacterWidth(text.substr(at, bytes));
    at += bytes;
  }
  return ems * size;
}

SetType FitType(std::string_view text, const TypeArea& area) {
  const std::vector<std::string> words = Words(text);
  const auto fits = [&](const std::vector<std::string>& lines, double size) {
    const bool whole =
        std::all_of(words.begin(), words.end(), [&](const std::string& word) { return TypeWidth(word, size) <= area.width_max; });
    const double height = size * kLeading * static_cast<double>(lines.size());
    return whole && lines.size() <= static_cast<std::size_t>(area.lines_max) && height <= area.height_max;
  };
  for (double size = area.size_max; size > area.size_min; size -= 1) {
    std::vector<std::string> lines = Break(words, size, area.width_max);
    if (fits(lines, size)) return {.size = size, .lines = std::move(lines)};
  }
  SetType type{.size = area.size_min, .lines = Break(words, area.size_min, area.width_max)};
  if (type.lines.size() > static_cast<std::size_t>(area.lines_max)) {
    type.lines.resize(static_cast<std::size_t>(area.lines_max));
    std::string& last = type.lines.back();
    while (!last.empty() && TypeWidth(last + "…", type.size) > area.width_max) {
      std::size_t start = last.size() - 1;  // Of the last character.
      while (start > 0 && (static_cast<unsigned char>(last[start]) & 0xC0U) == 0x80U) --start;
      last.resize(start);
    }
    last += "…";
  }
  return type;
}

}  // namespace octavo::marketplace
