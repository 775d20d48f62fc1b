#include "services/marketplace/testing/fake_cart.h"

#include <algorithm>
#include <utility>

namespace octavo::marketplace {
namespace {

using CartProto = cart::v1::Cart;
using cart::v1::CartLine;

constexpr std::int64_t kQuantityMax = 99;

Error UnknownLine(const std::string& book) { return {Code::kNotFound, "UNKNOWN_LINE", book}; }

Error NotForSale(const std::string& book) {
  return {.code = Code::kFailedPrecondition, .reason = "NOT_FOR_SALE", .message = book, .metadata = {{"book", book}}};
}

CartLine* LineOf(CartProto& cart, const std::string& book) {
  for (CartLine& line : *cart.mutable_lines()) {
    if (line.book() == book) return &line;
  }
  return nullptr;
}

type::v1::Money Euro(std::int64_t minor) {
  type::v1::Money money;
  money.set_minor(minor);
  money.set_currency_code("EUR");
  return money;
}

cart::v1::Availability AvailabilityOf(const inventory::v1::Stock& stock, std::int64_t quantity) {
  if (stock.available() >= quantity) return cart::v1::AVAILABILITY_ON_SHELF;
  if (FakeInventory::CanBackorder(stock)) return cart::v1::AVAILABILITY_TO_ORDER;
  return stock.available() > 0 ? cart::v1::AVAILABILITY_PARTLY : cart::v1::AVAILABILITY_SOLD_OUT;
}

}  // namespace

FakeCart::FakeCart(FakeServer& server, const FakeCatalog& catalog, const FakeInventory& inventory)
    : FakeService("octavo.cart.v1.CartService", server), catalog_(catalog), inventory_(inventory) {
  Answer<&FakeCart::GetCart>("GetCart");
  Answer<&FakeCart::AddItem>("AddItem");
  Answer<&FakeCart::SetQuantity>("SetQuantity");
  Answer<&FakeCart::SetSavedForLater>("SetSavedForLater");
  Answer<&FakeCart::SetCodes>("SetCodes");
  Answer<&FakeCart::MergeCarts>("MergeCarts");
}

CartProto FakeCart::Look(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto found = carts_.find(name);
  if (found != carts_.end()) return Refreshed(found->second);
  CartProto empty;
  empty.set_name(name);
  return empty;
}

void FakeCart::SetSeenPrice(const std::string& name, const std::string& book, std::int64_t minor) {
  const std::lock_guard lock(mutex_);
  if (CartLine* line = LineOf(carts_[name], book)) *line->mutable_previous_unit_price() = Euro(minor);
}

void FakeCart::SetSeenAvailability(const std::string& name, const std::string& book, cart::v1::Availability availability) {
  const std::lock_guard lock(mutex_);
  if (CartLine* line = LineOf(carts_[name], book)) line->set_previous_availability(availability);
}

void FakeCart::Clear(const std::string& name, const std::map<std::string, std::int64_t>& copies) {
  const std::lock_guard lock(mutex_);
  CartProto& cart = carts_[name];
  for (CartLine& line : *cart.mutable_lines()) {
    const auto ordered = copies.find(line.book());
    if (ordered == copies.end() || line.saved_for_later()) continue;
    line.set_quantity(std::max<std::int64_t>(0, line.quantity() - ordered->second));
  }
  auto& lines = *cart.mutable_lines();
  lines.erase(std::remove_if(lines.begin(), lines.end(), [](const CartLine& line) { return line.quantity() == 0; }), lines.end());
  if (Refreshed(cart).item_count() == 0) cart.clear_codes();
}

CartProto FakeCart::Refreshed(CartProto cart) const {
  std::int64_t count = 0;
  for (CartLine& line : *cart.mutable_lines()) {
    const inventory::v1::Stock stock = inventory_.Of(line.book());
    line.set_availability(AvailabilityOf(stock, line.quantity()));
    line.set_available_quantity(stock.available());
    const catalog::v1::Book* book = catalog_.Find(line.book());
    if (book == nullptr) {
      line.set_availability(cart::v1::AVAILABILITY_GONE);
    } else {
      line.set_title(book->title());
      line.set_authors(book->authors_size() > 0 ? book->authors(0).display_name() : "");
      line.clear_unit_price();
      if (book->has_price()) {
        *line.mutable_unit_price() = book->price();
      } else {
        line.set_availability(cart::v1::AVAILABILITY_NOT_FOR_SALE);
      }
    }
    if (!line.saved_for_later()) count += line.quantity();
  }
  cart.set_item_count(count);
  return cart;
}

Result<CartProto> FakeCart::Change(const std::string& name, const std::string& etag,
                                   const std::function<Status(CartProto&)>& change) {
  const std::lock_guard lock(mutex_);
  CartProto& cart = carts_[name];
  cart.set_name(name);
  if (etag != "*" && etag != cart.etag()) return Error{Code::kAborted, "ETAG_MISMATCH", "the cart has changed"};
  TRY(change(cart));
  cart.set_etag(std::to_string(next_etag_++));
  return Refreshed(cart);
}

Result<CartProto> FakeCart::GetCart(const rpc::Call&, const cart::v1::GetCartRequest& request) { return Look(request.name()); }

Result<CartProto> FakeCart::AddItem(const rpc::Call&, const cart::v1::AddItemRequest& request) {
  const catalog::v1::Book* book = catalog_.Find(request.book());
  if (book == nullptr) return Error{Code::kNotFound, "UNKNOWN_BOOK", request.book()};
  if (!book->has_price()) return NotForSale(request.book());
  return Change(request.name(), "*", [&](CartProto& cart) -> Status {
    if (!done_.insert(request.request_id()).second) return Ok();
    CartLine* line = LineOf(cart, request.book());
    if (line == nullptr) {
      line = cart.add_lines();
      line->set_book(request.book());
    }
    line->set_saved_for_later(false);
    line->set_quantity(std::min(kQuantityMax, line->quantity() + request.quantity()));
    return Ok();
  });
}

Result<CartProto> FakeCart::SetQuantity(const rpc::Call&, const cart::v1::SetQuantityRequest& request) {
  return Change(request.name(), request.etag(), [&](CartProto& cart) -> Status {
    CartLine* line = LineOf(cart, request.book());
    if (line == nullptr) return UnknownLine(request.book());
    line->set_quantity(request.quantity());
    if (request.quantity() == 0)
      cart.mutable_lines()->DeleteSubrange(static_cast<int>(line - &*cart.mutable_lines()->begin()), 1);
    return Ok();
  });
}

Result<CartProto> FakeCart::SetSavedForLater(const rpc::Call&, const cart::v1::SetSavedForLaterRequest& request) {
  return Change(request.name(), request.etag(), [&](CartProto& cart) -> Status {
    CartLine* line = LineOf(cart, request.book());
    if (line == nullptr) return UnknownLine(request.book());
    line->set_saved_for_later(request.saved_for_later());
    return Ok();
  });
}

Result<CartProto> FakeCart::SetCodes(const rpc::Call&, const cart::v1::SetCodesRequest& request) {
  if (request.codes_size() > 5) return InvalidField("codes", "are more than 5");
  return Change(request.name(), request.etag(), [&](CartProto& cart) -> Status {
    *cart.mutable_codes() = request.codes();
    return Ok();
  });
}

Result<CartProto> FakeCart::MergeCarts(const rpc::Call&, const cart::v1::MergeCartsRequest& request) {
  const CartProto from = Look(request.from());
  TRY(Change(request.from(), "*", [&](CartProto& cart) -> Status {
    cart.clear_lines();
    return Ok();
  }));
  return Change(request.to(), "*", [&](CartProto& cart) -> Status {
    for (const CartLine& moved : from.lines()) {
      CartLine* line = LineOf(cart, moved.book());
      if (line == nullptr) {
        *cart.add_lines() = moved;
      } else {
        line->set_quantity(std::max(line->quantity(), moved.quantity()));
      }
    }
    return Ok();
  });
}

}  // namespace octavo::marketplace
