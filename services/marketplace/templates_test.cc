#include "services/marketplace/templates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lib/base/failure.h"
#include "lib/testing/temp_dir.h"
#include "services/marketplace/assets.h"
#include "services/marketplace/embedded.h"

namespace octavo::marketplace {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(EmbeddedTemplatesTest, EachDeclaresAutoescapeFirst) {
  int count = 0;
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (!file.path.starts_with("templates/")) continue;
    ++count;
    const bool is_sitemap = file.path.starts_with("templates/sitemap");
    EXPECT_TRUE(file.bytes.starts_with(is_sitemap ? "{{%AUTOESCAPE context=\"XML\"}}" : "{{%AUTOESCAPE context=\"HTML\"}}"))
        << file.path;
    // A modifier could switch the escaping off; only the data block of the frame needs one.
    std::string text(file.bytes);
    const std::string block = "<script type=\"application/ld+json\">{{DATA:none}}</script>";
    if (file.path == "templates/frame.tpl") text.erase(text.find(block), block.size());
    EXPECT_EQ(text.find(":none"), std::string::npos) << file.path;
  }
  EXPECT_GE(count, 10);
}

TEST(EmbeddedTemplatesTest, HaveNothingThatTheContentSecurityPolicyForbids) {
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (!file.path.starts_with("templates/")) continue;
    for (const char* forbidden : {"style=", "<style", " onclick", "javascript:", "http:", "https:"}) {
      EXPECT_EQ(file.bytes.find(forbidden), std::string_view::npos) << file.path << " has " << forbidden;
    }
  }
}

// Inside an address a value is only escaped for HTML: "a&b=c" would add a parameter. So addresses come whole,
// from links.h.
TEST(EmbeddedTemplatesTest, PutNoAddressTogether) {
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (!file.path.starts_with("templates/")) continue;
    for (const char* attribute : {"href=\"", "src=\"", "action=\"", "hx-get=\""}) {
      for (std::size_t at = file.bytes.find(attribute); at != std::string_view::npos; at = file.bytes.find(attribute, at + 1)) {
        const std::size_t begin = at + std::string_view(attribute).size();
        const std::string_view value = file.bytes.substr(begin, file.bytes.find('"', begin) - begin);
        const bool is_fixed = value.find("{{") == std::string_view::npos;
        const bool is_whole = value.starts_with("{{") && value.find("}}") == value.size() - 2;
        EXPECT_TRUE(is_fixed || is_whole) << file.path << ": " << value;
      }
    }
  }
}

class EscapingTest : public testing::Test {
 protected:
  // `text` as a template, with {{X}} being `value`.
  std::string Render(const std::string& text, const std::string& value) {
    std::ofstream(dir_ / "t.tpl") << "{{%AUTOESCAPE context=\"HTML\"}}" << text;
    RootView view;
    view.Set("X", value);
    return Templates(dir_.path()).Render("t.tpl", view);
  }

  const TempDir dir_;
};

TEST_F(EscapingTest, MakesHostileTextHarmlessWhereverItStands) {
  const struct {
    std::string in;
    std::string value;
    std::string out;
  } cases[] = {
      {"<p>{{X}}</p>", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"},
      {"<p>{{X}}</p>", "Tom & \"Jerry\" & 'co'", "<p>Tom &amp; &quot;Jerry&quot; &amp; &#39;co&#39;</p>"},
      {"<p title=\"{{X}}\">", "\" onmouseover=\"alert(1)", "<p title=\"&quot; onmouseover=&quot;alert(1)\">"},
      {"<a href=\"{{X}}\">", "/books/12?shelf=a&b", "<a href=\"/books/12?shelf=a&amp;b\">"},
  };
  for (const auto& c : cases) EXPECT_EQ(Render(c.in, c.value), c.out) << c.in;
}

TEST_F(EscapingTest, LetsNoScriptInThroughAnAddress) {
  for (const char* link :
       {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,<script>", "vbscript:x"}) {
    const std::string page = Render("<a href=\"{{X}}\">", link);
    EXPECT_THAT(page, Not(HasSubstr("script:alert"))) << link;
    EXPECT_THAT(page, Not(HasSubstr("data:text"))) << link;
    EXPECT_THAT(page, Not(HasSubstr("vbscript:"))) << link;
  }
}

TEST_F(EscapingTest, KeepsTextInsideItsScriptString) {
  const std::string page = Render("<script>var x = '{{X}}';</script>", "';alert(1)//</script>");

  EXPECT_THAT(page, Not(HasSubstr("';alert")));
  EXPECT_THAT(page, Not(HasSubstr("</script></script>")));
}

TEST_F(EscapingTest, FolderTemplatesFailAsAPageNotAsTheProgram) {
  std::ofstream(dir_ / "t.tpl") << "{{#OPEN}} and never closed";
  RootView view;
  EXPECT_THROW((void)Templates(dir_.path()).Render("t.tpl", view), Failure);
  EXPECT_THROW((void)Templates(dir_.path()).Render("none.tpl", view), Failure);
}

TEST(AssetsTest, ServesEachFileUnderTheHashOfItsContent) {
  const Assets assets;
  const std::string url = assets.Url("shop.css");
  ASSERT_THAT(url, testing::MatchesRegex("/static/shop\\.[0-9a-f]{10}\\.css"));

  const http::Response response = assets.Serve(url.substr(8));

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/css; charset=utf-8");
  EXPECT_THAT(std::string(response.headers.Get("Cache-Control")), HasSubstr("immutable"));
  EXPECT_LT(response.prepared->gzip.size(), response.prepared->plain.size());
  EXPECT_EQ(assets.Serve("shop.css").status, 404);
  EXPECT_EQ(assets.Serve("shop.0000000000.css").status, 404);
}

TEST(AssetsTest, TheStyleSheetStaysSmall) {
  const Assets assets;
  // As it travels: a good way within the first round trip of a connection, which takes ten packets.
  EXPECT_LE(assets.ServePlain("shop.css").prepared->gzip.size(), 8'000U);
}

}  // namespace
}  // namespace octavo::marketplace
