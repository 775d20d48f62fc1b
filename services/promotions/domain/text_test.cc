#include "services/promotions/domain/text.h"

#include <gtest/gtest.h>

namespace octavo::promotions {
namespace {

struct Row {
  const char* typed;
  const char* normalised;
};

TEST(NormaliseCodeTest, IsTrimmedUpperCaseNfkc) {
  constexpr Row kRows[] = {
      {"SPRING26", "SPRING26"},
      {" spring26\t\n", "SPRING26"},
      {"\u00a0spring26\u3000", "SPRING26"},  // No-break and ideographic spaces.
      {"ｓｐｒｉｎｇ２６", "SPRING26"},      // Full width.
      {"straße", "STRASSE"},                 // One letter becomes two.
      {"ﬁve", "FIVE"},                       // A ligature.
      {"i", "I"},                            // In no language a dotted capital.
      {"e\u0301te\u0301", "ÉTÉ"},            // Letter and mark are one.
      {"ŉ", "ʼN"},
      {"buy two", "BUY TWO"},  // White space inside stays.
      {"", ""},
      {"  ", ""},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(NormaliseCode(row.typed), row.normalised) << row.typed;
    EXPECT_EQ(NormaliseCode(row.normalised), row.normalised) << "its own results stay";
  }
}

TEST(NormaliseEmailTest, IsTrimmedFoldedNfkc) {
  constexpr Row kRows[] = {
      {"ann@example.org", "ann@example.org"},
      {" Ann@Example.ORG ", "ann@example.org"},
      {"ａｎｎ@example.org", "ann@example.org"},
      {"ann+books@example.org", "ann+books@example.org"},  // Providers differ: left alone.
      {"a.nn@example.org", "a.nn@example.org"},
      {"ann@BÜCHER.example", "ann@bücher.example"},
      {"ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},  // Not taken for the same.
      {"", ""},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(NormaliseEmail(row.typed), row.normalised) << row.typed;
    EXPECT_EQ(NormaliseEmail(row.normalised), row.normalised) << "its own results stay";
  }
}

TEST(NormaliseEmailTest, TakesBrokenBytes) { EXPECT_EQ(NormaliseEmail("a\xff@b"), "a\uFFFD@b"); }

}  // namespace
}  // namespace octavo::promotions
