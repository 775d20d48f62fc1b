// QrCode: a text as a picture that phones read, as the path of an SVG. Made by libqrencode.
#pragma once

#include <optional>
#include <string>

namespace octavo::marketplace {

struct QrCode {
  int size = 0;      // Modules per row, with the margin of four that scanners need on each side.
  std::string path;  // The dark modules, each one unit wide.
};

// It can still be read when a seventh of it is dirty (level M). None if the text is empty or too long for a code.
std::optional<QrCode> MakeQrCode(const std::string& text);

}  // namespace octavo::marketplace
