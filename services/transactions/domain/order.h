// Order: what was bought, what it cost, and how far it is. Values and rules; no clock, no storage.
//
// Always true of an order (CheckInvariants): each line's unit totals add up to its total; totals add up;
// 0 <= refunded <= charged; charged + credited <= total; a line's refunded quantity is within its quantity;
// charged = kept + refunded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"
#include "lib/names/books.h"

namespace octavo::transactions {

using OrderId = StrongId<struct OrderIdTag>;  // A UUID.

enum class OrderState { kPlaced = 1, kCompleted = 2, kCancelled = 3 };
enum class PaymentState { kDue = 1, kAuthorised = 2, kPaid = 3, kPartlyRefunded = 4, kRefunded = 5, kVoided = 6 };
enum class FulfilmentState { kOpen = 1, kPacked = 2, kReady = 3, kShipped = 4, kDelivered = 5, kCancelled = 6 };
enum class PaymentMethod { kOnCollection = 1, kInvoice = 2, kCard = 3 };
enum class DeliveryMethod { kShipping = 1, kCollection = 2 };
enum class Promise { kOnShelf = 1, kBackorder = 2, kPreorder = 3, kSpecialOrder = 4, kUnavailable = 5 };

struct Buyer {
  std::string customer;  // "customers/<id>"; empty for a guest.
  std::string email;
  std::string full_name;

  bool operator==(const Buyer&) const = default;
};

struct Address {
  std::string recipient;
  std::vector<std::string> lines;
  std::string postal_code;
  std::string city;
  std::string country_code;

  bool operator==(const Address&) const = default;
};

struct Item {
  BookId book;
  std::int64_t quantity = 0;

  bool operator==(const Item&) const = default;
};

struct OrderLine {
  BookId book;
  std::string title;
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;
  std::int64_t discount_minor = 0;
  std::int64_t total_minor = 0;  // What is paid for the line, taxes included.
  std::int64_t tax_minor = 0;
  std::int64_t tax_basis_points = 0;
  std::int64_t free_quantity = 0;
  std::vector<std::int64_t> unit_total_minor;  // Adds up to total_minor: each unit's frozen share.
  std::int64_t refunded_quantity = 0;
  Promise promise = Promise::kOnShelf;
  std::int64_t backordered_quantity = 0;

  bool operator==(const OrderLine&) const = default;
};

struct Totals {
  std::int64_t subtotal_minor = 0;
  std::int64_t discount_minor = 0;
  std::int64_t delivery_minor = 0;
  std::int64_t tax_minor = 0;
  std::int64_t total_minor = 0;
  bool tax_inclusive = true;

  bool operator==(const Totals&) const = default;
};

// A campaign or code that was tried.
struct CampaignNote {
  std::string campaign;
  std::string display_name;
  std::string code;
  bool applied = false;
  std::string reason;
  std::string message;
  std::int64_t amount_minor = 0;
  std::int64_t free_quantity = 0;

  bool operator==(const CampaignNote&) const = default;
};

enum class ReturnState { kRequested = 1, kAccepted = 2, kRejected = 3, kReceived = 4 };

// Books that the buyer wants to give back after they were sent. Rules: returns.h.
struct Return {
  std::int64_t number = 0;  // 1, 2, 3 … within the order.
  std::vector<Item> items;
  ReturnState state = ReturnState::kRequested;
  std::string reason;             // The buyer's; may be empty.
  std::string answer;             // The shop's, where it is rejected.
  std::int64_t amount_minor = 0;  // Refunded or credited, once it is received.
  Timestamp request_time;
  Timestamp update_time;

  bool operator==(const Return&) const = default;
};

struct Order {
  OrderId id;
  std::int64_t number = 0;  // Given when placed: 1, 2, 3 …
  Buyer buyer;
  std::string currency_code;
  std::vector<OrderLine> lines;
  Totals totals;
  std::vector<CampaignNote> campaigns;
  OrderState state = OrderState::kPlaced;
  PaymentState payment_state = PaymentState::kDue;
  FulfilmentState fulfilment_state = FulfilmentState::kOpen;
  PaymentMethod payment_method = PaymentMethod::kOnCollection;
  DeliveryMethod delivery_method = DeliveryMethod::kCollection;
  Address address;
  std::int64_t charged_minor = 0;
  std::int64_t refunded_minor = 0;
  std::int64_t credited_minor = 0;  // Taken off what is due, for books that came back before they were paid.
  Timestamp place_time;
  Timestamp update_time;
  std::string access_token_hash;  // SHA-256 of a guest's first token; Store::HasAccess knows the others.
  std::string cart;               // To clear of what was ordered; empty: none.
  std::string reader;             // Whose history the purchase belongs to; empty: the customer's.
  Timestamp return_end_time;      // From then on the buyer may not ask to return books any more; 0: there is no end yet.
  std::vector<Return> returns;    // By number.
  Timestamp run_out_time;         // Unless it is paid or confirmed (packed) before, it is cancelled then; 0: never.
  // What was decided and refused elsewhere for good, for staff to do by hand: "refund of 12.90 EUR: …".
  std::vector<std::string> left_to_staff;

  bool operator==(const Order&) const = default;
};

enum class EventType {
  kPlaced = 1,
  kPaymentChanged = 2,
  kFulfilmentChanged = 3,
  kRefunded = 4,
  kCancelled = 5,
  kCompleted = 6,
  kErased = 7,
  kReturnChanged = 8,  // Requested, accepted or rejected; one that is received is kRefunded.
  kLeftToStaff = 9,    // Something that was decided cannot be done elsewhere; the note says what.
};
inline constexpr EventType kLastEventType = EventType::kLeftToStaff;

struct OrderEvent {
  std::int64_t position = 0;
  EventType type = EventType::kPlaced;
  Timestamp time;
  Order order;  // As it was after the event.
  std::string note;
  std::vector<Item> items;

  bool operator==(const OrderEvent&) const = default;
};

// Something to be done elsewhere because of a change that is already decided: at least once, by its own key.
struct Effect {
  enum class Kind { kVoidPayment = 1, kRefundPayment = 2, kRestock = 3, kReleaseRedemptions = 4, kStrikeOff = 5 };

  Kind kind = Kind::kRestock;
  std::int64_t amount_minor = 0;  // kRefundPayment.
  std::vector<Item> items;        // kRestock and kStrikeOff.

  bool operator==(const Effect&) const = default;
};

// A decision about an order: how it is afterwards, what to tell, what to do elsewhere.
struct Change {
  Order order;
  EventType event = EventType::kPaymentChanged;
  std::string note;
  std::vector<Item> items;
  std::vector<Effect> effects;
};

// Dies (CHECK) unless everything above holds.
void CheckInvariants(const Order& order);

// Everything left goes back: stock, redemptions, money. FAILED_PRECONDITION (ALREADY_FULFILLED) once it was shipped or
// handed over. nullopt: it is cancelled already.
Result<std::optional<Change>> Cancel(const Order& order, const std::string& reason);

// When the order is cancelled by itself as it stands now; 0: never.
Timestamp RunOutTime(const Order& order);

// Cancels an order that nobody has paid for or confirmed until its run_out_time. nullopt: it has not run out.
Result<std::optional<Change>> RunOut(const Order& order, Timestamp now);

// Gives back the frozen shares of `items`' next units; none: of every unit that is left, and the delivery. Copies that are
// still waited for are struck off, whether or not the others are restocked. Of an order that has not left the shop, the last
// units go as its cancellation: nothing is sent, so the delivery goes back too, and so do the redemptions. A unit whose share
// is 0 goes back like any other, also when everything that was paid is refunded already.
// FAILED_PRECONDITION: NOT_PAID, NOTHING_TO_REFUND; INVALID_ARGUMENT for a quantity below 1.
Result<Change> Refund(const Order& order, const std::vector<Item>& items, bool restock, const std::string& reason);

// The next step of fulfilment. Once it is delivered, the buyer may ask for a return until `return_end_time`.
// FAILED_PRECONDITION (BAD_STATE) where there is no such step from here. nullopt: it is there already.
Result<std::optional<Change>> AdvanceFulfilment(const Order& order, FulfilmentState to, Timestamp return_end_time);

// What is due came in, as cash or a transfer. FAILED_PRECONDITION (BAD_STATE) unless payment is due. nullopt: it is paid already.
Result<std::optional<Change>> RecordPayment(const Order& order);

// What was decided cannot be done elsewhere: `note` says what and why.
Change LeaveToStaff(const Order& order, const std::string& note);

// Whether the books have left the shop.
bool HandedOver(const Order& order);

// Every unit that was not taken back.
std::vector<Item> UnitsLeft(const Order& order);

// Marks the next units of these items as taken back; gives the sum of their shares. So many must be left.
std::int64_t TakeUnits(Order& order, const std::vector<Item>& items);

// Money goes back to the buyer.
void AddRefund(Order& order, std::int64_t amount_minor);

// 12.90 EUR, in the order's currency.
std::string Amount(const Order& order, std::int64_t minor);

// "B-1042".
std::string OrderNumber(const Order& order);

}  // namespace octavo::transactions
