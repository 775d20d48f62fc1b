#include "lib/http/router.h"

#include <gtest/gtest.h>

namespace octavo::http {
namespace {

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router_.Get("/", [](const Request&) { return PlainText(200, "home"); });
    router_.Get("/books/{}", [](const Request&, std::int64_t id) { return PlainText(200, "book " + std::to_string(id)); });
    router_.Get("/covers/{}.svg", [](const Request&, std::int64_t id) { return PlainText(200, "cover " + std::to_string(id)); });
    router_.Get("/authors/{}", [](const Request&, const std::string& id) { return PlainText(200, "author " + id); });
    router_.Get("/a/{}/b/{}",
                [](const Request&, const std::string& a, std::int64_t b) { return PlainText(200, a + "+" + std::to_string(b)); });
    router_.Post("/cart", [](const Request&) { return PlainText(200, "added"); });
    router_.Get(
        "/cart", [](const Request&) { return PlainText(200, "cart"); }, Run::kInline);
  }

  // What answers `path`: its text, or the number of the refusal.
  std::string Ask(const std::string& path, Method method = Method::kGet) {
    const Router::Found found = router_.Find(method, ParsePath(path).value());
    if (found.route == nullptr) return found.allow.empty() ? "404" : "405 " + found.allow;
    return found.route->handler(Request{}, found.arguments)->body;
  }

  Router router_;
};

TEST_F(RouterTest, FindsByPathAndTypesOfParameters) {
  const struct {
    std::string path;
    std::string answer;
  } cases[] = {
      {"/", "home"},
      {"/books/12", "book 12"},
      {"/books/999999999999999999", "book 999999999999999999"},
      {"/books/9999999999999999999", "404"},
      {"/books/x", "404"},
      {"/books/-1", "404"},
      {"/books/1.5", "404"},
      {"/books/", "404"},
      {"/books", "404"},
      {"/books/12/", "404"},
      {"/covers/7.svg", "cover 7"},
      {"/covers/.svg", "404"},
      {"/covers/7.png", "404"},
      {"/authors/ursula%20k", "author ursula k"},
      {"/authors/a%2Fb", "author a/b"},
      {"/authors/", "404"},
      {"/a/x/b/3", "x+3"},
      {"/a/x/b/y", "404"},
      {"/nothing", "404"},
  };
  for (const auto& c : cases) EXPECT_EQ(Ask(c.path), c.answer) << c.path;
}

TEST_F(RouterTest, TellsAWrongMethodFromAWrongPath) {
  EXPECT_EQ(Ask("/cart", Method::kPost), "added");
  EXPECT_EQ(Ask("/cart", Method::kHead), "cart");
  EXPECT_EQ(Ask("/cart", Method::kOther), "405 POST, GET, HEAD");
  EXPECT_EQ(Ask("/books/12", Method::kPost), "405 GET, HEAD");
  EXPECT_EQ(Ask("/books/x", Method::kPost), "404");
}

TEST_F(RouterTest, KeepsWhereEachHandlerRuns) {
  EXPECT_EQ(router_.Find(Method::kGet, {"cart"}).route->run, Run::kInline);
  EXPECT_EQ(router_.Find(Method::kGet, {}).route->run, Run::kOnWorker);
}

TEST_F(RouterTest, APatternThatItsHandlerDoesNotFitIsABug) {
  Router router;
  EXPECT_THROW(router.Get("/books/{}", [](const Request&) { return Response{}; }), Bug);
  EXPECT_THROW(router.Get("books", [](const Request&) { return Response{}; }), Bug);
}

}  // namespace
}  // namespace octavo::http
