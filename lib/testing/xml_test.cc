#include "lib/testing/xml.h"

#include <gtest/gtest.h>

namespace octavo {
namespace {

TEST(IsWellFormedXmlTest, TellsADrawingFromABrokenOne) {
  for (const char* good : {"<svg/>", "<svg xmlns='a' b=\"c > ' d\">text &amp; &#10;<g><path d=''/></g>é…𝄞</svg>\n",
                           "<?xml version='1.0'?><a></a >"}) {
    EXPECT_THAT(good, IsWellFormedXml());
  }
  for (const char* bad : {"",
                          "text",
                          "<svg>",
                          "<svg><g></svg></g>",
                          "</svg>",
                          "<a/><b/>",
                          "<a b=c/>",
                          "<a b='c/>",
                          "<a b='<'/>",
                          "<a>&</a>",
                          "<a>&nbsp;</a>",
                          "<a>\x01</a>",
                          "<a>\xff</a>",
                          "<a>\xc3</a>",
                          "<a>\xc0\x80</a>",
                          "<a",
                          "<a b",
                          "<>",
                          "<a>\xe2\x80</a>",
                          "<svg",
                          "<a>&#1"}) {
    EXPECT_THAT(bad, testing::Not(IsWellFormedXml())) << bad;
  }
}

}  // namespace
}  // namespace octavo
