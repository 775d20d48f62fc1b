#include "services/marketplace/qr_code.h"

#include <qrencode.h>

#include <memory>

namespace octavo::marketplace {
namespace {

constexpr int kMargin = 4;
constexpr int kSmallestVersion = 0;

}  // namespace

std::optional<QrCode> MakeQrCode(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), kSmallestVersion,
                        QR_ECLEVEL_M),
      &QRcode_free);
  if (code == nullptr) return std::nullopt;
  QrCode made{.size = code->width + 2 * kMargin};
  for (int row = 0; row < code->width; ++row) {
    const unsigned char* modules = code->data + row * code->width;
    const auto is_dark = [&](int column) { return column < code->width && (modules[column] & 1) != 0; };
    for (int column = 0; column < code->width; ++column) {
      if (!is_dark(column)) continue;
      const int begin = column;
      while (is_dark(column)) ++column;
      const std::string length = std::to_string(column - begin);
      made.path +=
          "M" + std::to_string(begin + kMargin) + " " + std::to_string(row + kMargin) + "h" + length + "v1h-" + length + "z";
    }
  }
  return made;
}

}  // namespace octavo::marketplace
