// PageReader: a PagesFixture to be made as often as a test likes, each a reader in front of a shop of their
// own.
#pragma once

#include <string>

#include "services/marketplace/testing/pages_fixture.h"

namespace octavo::marketplace {

// A reader of a shop of their own, with a book in the cart.
class PageReader final : public PagesFixture {
 public:
  void TestBody() override {}

  using PagesFixture::AddBanner;
  using PagesFixture::cookies_;
  using PagesFixture::FieldOf;
  using PagesFixture::Fields;
  using PagesFixture::Get;
  using PagesFixture::headers_;
  using PagesFixture::last_page_;
  using PagesFixture::Post;
  using PagesFixture::router_;
  using PagesFixture::SetStock;
  using PagesFixture::shop_;
  using PagesFixture::SignIn;

  void PutIntoCart() {
    SetStock("books/1", 10);
    Get("/books/1");
    Post("/cart/items", {{"book", "books/1"}, {"quantity", "1"}});
  }
  Fields Filled() const {
    Fields fields = {{"email", "emma@example.org"}, {"full_name", "Emma Woodhouse"},  {"delivery", "collection"},
                     {"payment", "card"},           {"payment_token", "tok_approve"}, {"item", "books/1:1"}};
    for (const char* name : {"key", "shipping_total", "collection_total", "currency"}) {
      fields.emplace_back(name, FieldOf(last_page_, name));
    }
    return fields;
  }
  // The page that the server itself asks for.
  http::Response Refuse(int status) {
    http::Request request;
    request.target = "/";
    return WithSite({}, site_, Transport::kPlain, *log_, metrics_).error_page(request, status);
  }
  const std::string& AssetUrl(const std::string& name) const { return assets_.Url(name); }
  // The path of an order's page, with what opens it.
  std::string Buy() {
    Get("/checkout");
    return std::string(Post("/checkout", Filled()).headers.Get("Location"));
  }
};

}  // namespace octavo::marketplace
