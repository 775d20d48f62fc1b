#include "services/marketplace/qr_code.h"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace octavo::marketplace {
namespace {

// The picture as rows of '#' and '.'.
std::vector<std::string> Draw(const QrCode& code) {
  const auto size = static_cast<std::size_t>(code.size);
  std::vector<std::string> rows(size, std::string(size, '.'));
  std::istringstream path(code.path);
  char letter = 0;
  std::size_t column = 0;
  std::size_t row = 0;
  std::size_t length = 0;
  std::string rest;
  while (path >> letter >> column >> row >> letter >> length && std::getline(path, rest, 'z')) {
    EXPECT_EQ(rest, "v1h-" + std::to_string(length));
    rows.at(row).replace(column, length, length, '#');
  }
  return rows;
}

TEST(QrCodeTest, HasItsMarksWhereTheStandardWantsThem) {
  const std::optional<QrCode> code =
      MakeQrCode("otpauth://totp/Octavo:ada%40example.org?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  ASSERT_TRUE(code.has_value());

  const std::vector<std::string> rows = Draw(*code);

  const std::vector<std::string> finder = {"#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"};
  const std::size_t far = rows.size() - 4 - 7;
  for (std::size_t i = 0; i < finder.size(); ++i) {
    EXPECT_EQ(rows[4 + i].substr(4, 7), finder[i]);
    EXPECT_EQ(rows[4 + i].substr(far, 7), finder[i]);
    EXPECT_EQ(rows[far + i].substr(4, 7), finder[i]);
  }
  const std::string margin(rows.size(), '.');
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(rows[i], margin);
    EXPECT_EQ(rows[rows.size() - 1 - i], margin);
  }
  // ISO/IEC 18004, section 7.9.1: this one is always dark; it would lie elsewhere in a picture with rows for
  // columns.
  EXPECT_EQ(rows[far - 1][4 + 8], '#');
  // The timing pattern.
  for (std::size_t i = 4 + 8; i < far; ++i) EXPECT_EQ(rows[4 + 6][i], i % 2 == 0 ? '#' : '.');
}

TEST(QrCodeTest, ThereIsNoneOfNothingOrOfABook) {
  EXPECT_FALSE(MakeQrCode("").has_value());
  EXPECT_FALSE(MakeQrCode(std::string(5000, 'x')).has_value());
}

}  // namespace
}  // namespace octavo::marketplace
