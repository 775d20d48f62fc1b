// Paths, queries, forms and cookies: what is read and written again reads the same.
#include <string>

#include "lib/http/cookie.h"
#include "lib/http/message.h"
#include "lib/http/url.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace octavo::http;  // NOLINT: a fuzzer's whole world.
  octavo::fuzz::Input input(data, size);
  const int which = input.Byte() % 4;
  const std::string text(input.Rest());
  if (which == 0) {
    PROMISE(PercentDecode(PercentEncode(text)) == text);
    (void)PercentDecode(text);
    PROMISE(IsUtf8(ToUtf8(text)));
  } else if (which == 1) {
    const auto query = ParseQuery(text);
    if (!query.ok()) return 0;
    const auto again = ParseQuery(query->ToQuery());
    PROMISE(again.ok() && again->items() == query->items());
    for (const auto& [name, value] : query->items()) PROMISE(IsUtf8(name) && IsUtf8(value));
  } else if (which == 2) {
    const auto path = ParsePath(text);
    if (!path.ok()) return 0;
    for (const std::string& segment : *path) PROMISE(IsUtf8(segment) && segment != ".." && segment != ".");
  } else {
    const Params cookies = ParseCookies(text);
    for (const auto& [name, value] : cookies.items()) PROMISE(!name.empty());
    Request request;
    request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
    request.body = text;
    (void)request.Form();
  }
  return 0;
}
