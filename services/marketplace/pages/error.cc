#include "services/marketplace/pages/error.h"

#include <string>
#include <utility>

namespace octavo::marketplace {
namespace {

struct Words {
  std::string_view title;
  std::string_view sentence;
};

Words WordsFor(int status) {
  switch (status) {
    case 400: return {"We did not understand that", "Something in the address or the form is not as we expected it."};
    case 403:
      return {"Please send that once more",
              "The form was too old, or did not come from this shop, so nothing was changed. Go back, reload the page, and "
              "send it again."};
    case 404: return {"Not on our shelves", "We looked on every shelf: there is no such page in this shop."};
    case 405: return {"That does not work here", "This page can be looked at, but not changed."};
    case 503: return {"Back in a moment", "The shop is very busy, or a shelf is being moved. Please try again in a moment."};
    default: return {"Something fell off a shelf", "That was our mistake, not yours. We have made a note of it."};
  }
}

}  // namespace

http::Response ErrorPage(const Site& site, const http::Request& request, int status) {
  const Visit visit(site, request, Visit::Asks::kNothing);
  const Words words = WordsFor(status);
  Page page(site, visit,
            {.file = "error.tpl", .title = std::string(words.title), .indexed = false, .status = status, .waits = false});
  page.content().Set("HEADING", words.title).Set("SENTENCE", words.sentence).Set("STATUS", status);
  http::Response response = std::move(page).Send();
  response.headers.Set("Cache-Control", "no-store");
  if (status == 503) response.headers.Set("Retry-After", "5");
  return response;
}

http::Response ErrorPage(const Site& site, const http::Request& request, const Error& error) {
  if (error.code == Code::kNotFound) return ErrorPage(site, request, 404);
  if (error.code == Code::kInvalidArgument) return ErrorPage(site, request, 400);
  return ErrorPage(site, request, 503);
}

}  // namespace octavo::marketplace
