// QrCode: a text as a picture that phones read, as the path of an SVG. By libqrencode.
#pragma once

#include <optional>
#include <string>

namespace octavo::marketplace {

struct QrCode {
  int size = 0;      // Modules in a row, with the margin of four that readers need on each side.
  std::string path;  // The dark ones, each one unit wide.
};

// With a seventh of it dirty it is still read (level M). None where the text is empty or too long for a code.
std::optional<QrCode> MakeQrCode(const std::string& text);

}  // namespace octavo::marketplace
