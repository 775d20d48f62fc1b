#include "services/cart/domain/cart.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "lib/base/quoted.h"
#include "lib/names/resource_names.h"

namespace octavo::cart {
namespace {

constexpr std::size_t kIdBytesMax = 128;

bool MayBeInId(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._:~-").find(c) != std::string_view::npos;
}

bool IsPlainId(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax && std::all_of(text.begin(), text.end(), MayBeInId);
}

auto FindLine(Cart& cart, BookId book) {
  return std::find_if(cart.lines.begin(), cart.lines.end(), [&](const Line& line) { return line.book == book; });
}

Error UnknownLine(const Cart& cart, BookId book) {
  return Error{Code::kNotFound, "UNKNOWN_LINE", BookName(book) + " is not in " + CartName(cart.id)};
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

bool IsControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

std::int64_t Cart::item_count() const {
  std::int64_t count = 0;
  for (const Line& line : lines) count += line.saved_for_later ? 0 : line.quantity;
  return count;
}

Status Add(Cart& cart, BookId book, std::int64_t quantity, const Seen& seen, Timestamp now) {
  CHECK(quantity >= 1);
  if (const auto line = FindLine(cart, book); line != cart.lines.end()) {
    line->quantity = std::min(line->quantity + quantity, kQuantityMax);
    line->saved_for_later = false;
    line->seen = seen;
    return Ok();
  }
  if (cart.lines.size() >= kLinesMax) {
    return Error{Code::kFailedPrecondition, "CART_FULL",
                 CartName(cart.id) + " has " + std::to_string(cart.lines.size()) + " lines, and " + std::to_string(kLinesMax) +
                     " are the most"};
  }
  cart.lines.push_back(
      {.book = book, .quantity = std::min(quantity, kQuantityMax), .position = cart.next_position++, .seen = seen, .added = now});
  return Ok();
}

void SeeAvailability(Cart& cart, BookId book, const std::optional<StockLevel>& stock) {
  const auto line = FindLine(cart, book);
  if (line != cart.lines.end()) line->seen.availability = AvailabilityOf(line->quantity, stock);
}

Status SetQuantity(Cart& cart, BookId book, std::int64_t quantity) {
  const auto line = FindLine(cart, book);
  if (line == cart.lines.end()) return UnknownLine(cart, book);
  if (quantity == 0) {
    cart.lines.erase(line);
  } else {
    line->quantity = quantity;
  }
  return Ok();
}

Status SetSavedForLater(Cart& cart, BookId book, bool saved_for_later) {
  const auto line = FindLine(cart, book);
  if (line == cart.lines.end()) return UnknownLine(cart, book);
  line->saved_for_later = saved_for_later;
  return Ok();
}

void Merge(Cart& from, Cart& to) {
  std::vector<Line> left;
  for (Line& line : from.lines) {
    if (const auto both = FindLine(to, line.book); both != to.lines.end()) {
      both->quantity = std::max(both->quantity, line.quantity);
      both->saved_for_later = both->saved_for_later && line.saved_for_later;
    } else if (to.lines.size() < kMergedLinesMax) {
      line.position = to.next_position++;
      to.lines.push_back(std::move(line));
    } else {
      left.push_back(std::move(line));
    }
  }
  from.lines = std::move(left);
  for (std::string& code : from.codes) {
    const bool is_new = std::find(to.codes.begin(), to.codes.end(), code) == to.codes.end();
    if (is_new && to.codes.size() < kCodesMax) to.codes.push_back(std::move(code));
  }
  from.codes.clear();
}

void ClearOrdered(Cart& cart, const Copies& ordered) {
  for (Line& line : cart.lines) {
    const auto copies = ordered.find(line.book);
    if (copies != ordered.end() && !line.saved_for_later) line.quantity -= std::min(line.quantity, copies->second);
  }
  std::erase_if(cart.lines, [](const Line& line) { return line.quantity == 0; });
  if (cart.item_count() == 0) cart.codes.clear();
}

std::string CartName(const CartId& id) { return names::NameOf(names::kCarts, id.value()); }

bool IsGuest(const CartId& id) { return id.value().starts_with("v-"); }

Result<CartId> ParseCartName(const std::string& name, const std::string& field) {
  const std::string_view id = names::FindId(names::kCarts, name).value_or("");
  const bool of_somebody = (id.starts_with("v-") || id.starts_with("c-")) && IsPlainId(id.substr(2));
  if (of_somebody) return CartId{std::string(id)};
  return InvalidField(field, "must be \"carts/v-\" or \"carts/c-\" and an id, is " + Quoted(name));
}

Result<std::vector<std::string>> CheckCodes(const std::vector<std::string>& codes) {
  if (codes.size() > kCodesMax) {
    return InvalidField("codes", "must be at most " + std::to_string(kCodesMax) + ", are " + std::to_string(codes.size()));
  }
  std::vector<std::string> checked;
  for (std::size_t i = 0; i < codes.size(); ++i) {
    const std::string code(Trimmed(codes[i]));
    if (code.empty() || code.size() > kCodeBytesMax || std::any_of(code.begin(), code.end(), IsControl)) {
      return InvalidField("codes[" + std::to_string(i) + "]",
                          "must be 1 to " + std::to_string(kCodeBytesMax) + " bytes of text without control characters");
    }
    if (std::find(checked.begin(), checked.end(), code) == checked.end()) checked.push_back(code);
  }
  return checked;
}

Status CheckAddedQuantity(std::int64_t quantity) {
  if (quantity >= 1 && quantity <= kQuantityMax) return Ok();
  return InvalidField("quantity", "must be from 1 to " + std::to_string(kQuantityMax) + ", is " + std::to_string(quantity));
}

Status CheckSetQuantity(std::int64_t quantity) {
  if (quantity >= 0 && quantity <= kQuantityMax) return Ok();
  return InvalidField("quantity", "must be from 0 to " + std::to_string(kQuantityMax) + ", is " + std::to_string(quantity));
}

Status CheckRequestId(const std::string& request_id) {
  if (IsPlainId(request_id)) return Ok();
  return InvalidField("request_id", "must be 1 to 128 letters, digits and . _ : ~ -, is " + Quoted(request_id));
}

Error EtagMismatch(const Cart& cart) {
  return Error{Code::kAborted, "ETAG_MISMATCH",
               CartName(cart.id) + " has changed since it was shown; its etag is now " + std::to_string(cart.version)};
}

}  // namespace octavo::cart
