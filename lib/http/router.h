// Router: which handler answers which path. A pattern is a path with "{}" for each parameter. The handler's
// signature gives their types, so a path that does not fit never reaches it:
//
//     router.Get("/books/{}", [&](const Request& request, std::int64_t book) { … });     // "/books/x" is not found
//     router.Get("/covers/{}.svg", [&](const Request& request, std::int64_t book) { … });
//     router.Get("/authors/{}", [&](const Request& request, std::string author) { … });
//
// Parameter types: std::int64_t (1 to 18 digits, nothing else) and std::string (not empty). Patterns are tried in
// the order in which they were added. Fill it before the server starts; afterwards it is only read, and
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "lib/base/check.h"
#include "lib/http/message.h"

namespace octavo::http {

// Where a handler runs. A handler that may wait (for another service, a file, a lock) belongs on a worker. One that may wait for
// seconds, for somebody whom we cannot hurry, belongs on a patient worker: those have threads and a queue of their own, so they
// do not delay others. Pictures, of which one page asks for many at once, also have threads and a queue of their own, because a
// browser does not ask again for a picture that was refused. A handler that only touches memory may run on the connection's own
// thread, which saves two hand-overs.
enum class Run { kOnWorker, kOnPatientWorker, kOnPictureWorker, kInline };

// The longest body of a form, unless its route says otherwise: a checkout of 100 lines has about 100 kB. A request with GET
// has none.
inline constexpr std::size_t kFormBytesMax = 128 * 1024;

class Router {
 public:
  struct Route {
    Method method = Method::kGet;
    std::string pattern;
    std::vector<std::string> segments;  // Of the pattern.
    Run run = Run::kOnWorker;
    std::size_t body_bytes_max = 0;  // Beyond, 413.
    // Answers with the parameters' text; nullopt if one has the wrong type.
    std::function<std::optional<Response>(const Request&, const std::vector<std::string>&)> handler;
    std::function<bool(const std::vector<std::string>&)> accepts;
  };

  struct Found {
    const Route* route = nullptr;  // Null: no route has this path, or none with this method.
    std::vector<std::string> arguments;
    std::string allow;  // If `route` is null: the methods that the path has, "GET, HEAD".
  };

  template <typename Handler>
  void Get(std::string_view pattern, Handler handler, Run run = Run::kOnWorker) {
    Add(Method::kGet, pattern, std::move(handler), run, 0);
  }
  template <typename Handler>
  void Post(std::string_view pattern, Handler handler, Run run = Run::kOnWorker, std::size_t body_bytes_max = kFormBytesMax) {
    Add(Method::kPost, pattern, std::move(handler), run, body_bytes_max);
  }

  // In the order in which they were added.
  const std::vector<Route>& routes() const { return routes_; }

  // HEAD finds what GET finds.
  Found Find(Method method, const std::vector<std::string>& segments) const;

 private:
  template <typename Callable>
  struct Signature : Signature<decltype(&Callable::operator())> {};
  template <typename Class, typename... Args>
  struct Signature<Response (Class::*)(const Request&, Args...) const> {
    using Arguments = std::tuple<std::remove_cvref_t<Args>...>;
  };

  static bool ParseArgument(const std::string& text, std::int64_t& value);
  static bool ParseArgument(const std::string& text, std::string& value);

  template <typename Arguments>
  static std::optional<Arguments> ParseArguments(const std::vector<std::string>& texts) {
    Arguments arguments;
    const bool fits = std::apply(
        [&](auto&... argument) {
          [[maybe_unused]] std::size_t next = 0;
          return (ParseArgument(texts[next++], argument) && ...);
        },
        arguments);
    if (!fits) return std::nullopt;
    return arguments;
  }

  template <typename Handler>
  void Add(Method method, std::string_view pattern, Handler handler, Run run, std::size_t body_bytes_max) {
    using Arguments = typename Signature<Handler>::Arguments;
    Route route{.method = method,
                .pattern = std::string(pattern),
                .segments = {},
                .run = run,
                .body_bytes_max = body_bytes_max,
                .handler = {},
                .accepts = {}};
    route.accepts = [](const std::vector<std::string>& texts) { return ParseArguments<Arguments>(texts).has_value(); };
    route.handler = [handler = std::move(handler)](const Request& request,
                                                   const std::vector<std::string>& texts) -> std::optional<Response> {
      const std::optional<Arguments> arguments = ParseArguments<Arguments>(texts);
      if (!arguments) return std::nullopt;
      return std::apply([&](const auto&... argument) { return handler(request, argument...); }, *arguments);
    };
    Append(std::move(route), std::tuple_size_v<Arguments>);
  }

  // A bug (CHECK) unless the pattern is a path with as many "{}" as the handler has parameters.
  void Append(Route route, std::size_t parameter_count);

  std::vector<Route> routes_;
};

}  // namespace octavo::http
