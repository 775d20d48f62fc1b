#include "lib/http/message.h"

#include <gtest/gtest.h>

#include "lib/testing/matchers.h"

namespace octavo::http {
namespace {

TEST(HeadersTest, FindsNamesInAnyCase) {
  Headers headers;
  headers.Add("Content-Type", "text/html");
  headers.Add("X-A", "1");
  headers.Add("x-a", "2");

  EXPECT_EQ(headers.Get("content-type"), "text/html");
  EXPECT_EQ(headers.Get("X-a"), "1");
  EXPECT_EQ(headers.Count("X-A"), 2);
  headers.Set("X-A", "3");
  EXPECT_EQ(headers.Count("x-a"), 1);
  EXPECT_EQ(headers.Get("missing"), "");
}

TEST(RequestFormTest, ReadsAFormAndNothingElse) {
  Request request;
  request.body = "title=Emma&note=a+b";
  EXPECT_THAT(request.Form(), HasReason("NOT_A_FORM"));

  request.headers.Set("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=UTF-8");
  const Result<Params> form = request.Form();
  ASSERT_THAT(form, IsOk());
  EXPECT_EQ(form->Get("note"), "a b");

  request.headers.Set("Content-Type", "text/plain");
  EXPECT_THAT(request.Form(), HasReason("NOT_A_FORM"));
}

TEST(RequestTest, PathEndsAtTheQuery) {
  Request request;
  request.target = "/search?q=a?b";
  EXPECT_EQ(request.path(), "/search");
}

}  // namespace
}  // namespace octavo::http
