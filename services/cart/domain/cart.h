// Cart: what one reader means to buy, a guest or a customer, and the rules by which it changes. Plain values.
//
// Always true of a Cart: a book stands in one line; each quantity is 1 to kQuantityMax; at most kLinesMax lines by adding,
// kMergedLinesMax after a merge; at most kCodesMax codes, each once.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/money.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"
#include "lib/names/books.h"
#include "services/cart/domain/availability.h"

namespace octavo::cart {

// "v-<visitor>" or "c-<customer>"; resource name "carts/v-…".
using CartId = StrongId<struct CartIdTag>;

inline constexpr std::int64_t kQuantityMax = 99;
inline constexpr std::size_t kLinesMax = 100;
// A sign-in is never refused for a full cart: two full ones fit into one.
inline constexpr std::size_t kMergedLinesMax = 2 * kLinesMax;
inline constexpr std::size_t kCodesMax = 5;
inline constexpr std::size_t kCodeBytesMax = 64;

// What the reader was last shown of a book.
struct Seen {
  std::string title;
  std::string authors;
  std::optional<Money> price;
  Availability availability = Availability::kUnknown;  // Of the copies in the line.

  bool operator==(const Seen&) const = default;
};

struct Line {
  BookId book;
  std::int64_t quantity = 0;
  bool saved_for_later = false;
  std::int64_t position = 0;  // Lines are shown in the order of their positions.
  Seen seen;
  Timestamp added;

  bool operator==(const Line&) const = default;
};

struct Cart {
  CartId id;
  std::vector<Line> lines;  // By position.
  std::vector<std::string> codes;
  std::int64_t version = 0;  // Counts the changes; 0: nobody wrote to it. It is the etag.
  std::int64_t next_position = 1;
  Timestamp updated;

  bool operator==(const Cart&) const = default;
  // Of the lines that are not saved for later.
  std::int64_t item_count() const;
};

using Copies = std::map<BookId, std::int64_t>;

// `quantity` (1 to kQuantityMax) more of a book; what is above kQuantityMax in all is left out. A line that was saved for
// later is taken up again. FAILED_PRECONDITION (CART_FULL).
Status Add(Cart& cart, BookId book, std::int64_t quantity, const Seen& seen, Timestamp now);
// The reader sees what can be had of the line's copies; `stock` is missing where it could not be asked.
void SeeAvailability(Cart& cart, BookId book, const std::optional<StockLevel>& stock);
// 0 removes the line. NOT_FOUND (UNKNOWN_LINE).
Status SetQuantity(Cart& cart, BookId book, std::int64_t quantity);
// NOT_FOUND (UNKNOWN_LINE).
Status SetSavedForLater(Cart& cart, BookId book, bool saved_for_later);

// Moves the lines of `from` to `to`: of a book in both, the larger quantity, so that merging twice is merging once. Lines
// beyond kMergedLinesMax stay where they are.
void Merge(Cart& from, Cart& to);

// Takes out what was ordered: per book at most the ordered quantity, from lines that are not saved for later. Codes go with
// the last such line.
void ClearOrdered(Cart& cart, const Copies& ordered);

// "carts/c-7".
std::string CartName(const CartId& id);
bool IsGuest(const CartId& id);

// INVALID_ARGUMENT, naming `field` and the value.
Result<CartId> ParseCartName(const std::string& name, const std::string& field);
// Trimmed, without repetitions.
Result<std::vector<std::string>> CheckCodes(const std::vector<std::string>& codes);
Status CheckAddedQuantity(std::int64_t quantity);
Status CheckSetQuantity(std::int64_t quantity);
// 1 to 128 letters, digits and . _ : ~ -
Status CheckRequestId(const std::string& request_id);

Error EtagMismatch(const Cart& cart);

}  // namespace octavo::cart
