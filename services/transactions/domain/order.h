// Order: what was bought, what it cost, and its state. Values and rules; no clock, no storage.
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
#include "lib/names/resource_names.h"

namespace octavo::transactions {

using OrderId = StrongId<struct OrderIdTag>;  // A UUID.

enum class OrderState { kPlaced = 1, kCompleted = 2, kCancelled = 3 };
enum class PaymentState { kDue = 1, kPaid = 3, kPartlyRefunded = 4, kRefunded = 5, kVoided = 6 };
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
  std::int64_t total_minor = 0;  // The price of the line, taxes included.
  std::int64_t tax_minor = 0;
  std::int64_t tax_basis_points = 0;
  std::int64_t free_quantity = 0;
  std::vector<std::int64_t> unit_total_minor;  // The fixed share of each unit; they add up to total_minor.
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

// A campaign or code that was considered.
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

// Books that the buyer wants to return after they were sent. Rules: returns.h.
struct Return {
  std::int64_t number = 0;  // 1, 2, 3 … within the order.
  std::vector<Item> items;
  ReturnState state = ReturnState::kRequested;
  std::string reason;             // The buyer's; may be empty.
  std::string answer;             // The shop's, if it rejects the return.
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
  std::int64_t credited_minor = 0;  // Taken off what is due, for books that came back before they were paid for.
  Timestamp place_time;
  Timestamp update_time;
  std::string access_token_hash;  // SHA-256 of a guest's first token; Store::HasAccess also knows the others.
  std::string cart;               // The cart from which ordered books are removed; empty: none.
  std::string reader;             // The reader whose history gets the purchase; empty: the customer's.
  Timestamp return_end_time;      // The buyer may ask for returns before this time; 0: no end yet.
  std::vector<Return> returns;    // By number.
  Timestamp run_out_time;         // If the order is neither paid nor confirmed (packed) by then, it is cancelled; 0: never.
  // Decisions that other services refused for good, for staff to carry out by hand: "refund of 12.90 EUR: …".
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
  kReturnChanged = 8,  // Requested, accepted or rejected; receiving one is kRefunded.
  kLeftToStaff = 9,    // Another service cannot do what was decided; the note says what.
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

// Something that another service must do because of a decision: at least once, under its own key.
struct Effect {
  enum class Kind { kRefundPayment = 2, kRestock = 3, kReleaseRedemptions = 4, kStrikeOff = 5 };

  Kind kind = Kind::kRestock;
  std::int64_t amount_minor = 0;  // kRefundPayment.
  std::vector<Item> items;        // kRestock and kStrikeOff.

  bool operator==(const Effect&) const = default;
};

// A decision about an order: the order after it, the event to write, the effects to carry out.
struct Change {
  Order order;
  EventType event = EventType::kPaymentChanged;
  std::string note;
  std::vector<Item> items;
  std::vector<Effect> effects;
};

// Dies (CHECK) unless all of this is true.
void CheckInvariants(const Order& order);

// Whether the order is one of a person's, who is known by an account or an e-mail, whichever is given, and whoever placed it.
bool IsFrom(const Buyer& buyer, const std::string& customer, const std::string& email);
// Whether the customer bought it, or a guest with the e-mail: what others ordered for the e-mail is theirs.
bool IsOf(const Buyer& buyer, const std::string& customer, const std::string& email);
// Copies that are ordered and not paid.
std::int64_t UnpaidCopies(const Order& order);

// The order with the number that it is placed under. Dies (CHECK) as CheckInvariants.
Order Numbered(Order order, std::int64_t number);
// How many order numbers are passed over in an older copy of the store, whose events go to `last_position` while somebody has
// seen `seen_position`. `newest` is the highest number of an order, `last_number` the last that was given.
std::int64_t NumbersToSkip(std::int64_t seen_position, std::int64_t last_position, std::int64_t newest, std::int64_t last_number);
// What was decided happens at `now`. Dies (CHECK) as CheckInvariants.
void Happen(Change& change, Timestamp now);

Error UnknownOrder(const OrderId& id);  // NOT_FOUND (UNKNOWN_ORDER)
Error KeyReused();                      // FAILED_PRECONDITION (IDEMPOTENCY_KEY_REUSED)
Error BeingUndone();                    // ABORTED (BEING_UNDONE)

// Gives everything back: stock, redemptions, money. FAILED_PRECONDITION (ALREADY_FULFILLED) after it was shipped or handed over.
// nullopt: it is cancelled already.
Result<std::optional<Change>> Cancel(const Order& order, const std::string& reason);

// When the order, in its present state, is cancelled automatically; 0: never.
Timestamp RunOutTime(const Order& order);

// Cancels an order that was not paid or confirmed before its run_out_time. nullopt: that time has not come.
Result<std::optional<Change>> RunOut(const Order& order, Timestamp now);

// Refunds the fixed shares of the next units of `items`; no items: of every unit that is left, and the delivery. Copies that are
// still waited for are cancelled, whether or not the others are restocked. If the last units of an order are refunded before it
// was sent, the order is cancelled: nothing is sent, so delivery and redemptions are given back too. A unit with a share of 0 is
// refunded like any other, even if everything paid is refunded already. FAILED_PRECONDITION: NOT_PAID, NOTHING_TO_REFUND;
// INVALID_ARGUMENT for a quantity below 1.
Result<Change> Refund(const Order& order, const std::vector<Item>& items, bool restock, const std::string& reason);

// The next step of fulfilment. After the delivery the buyer may ask for a return until `return_end_time`. FAILED_PRECONDITION
// (BAD_STATE) if this step does not follow. nullopt: it was made already.
Result<std::optional<Change>> AdvanceFulfilment(const Order& order, FulfilmentState to, Timestamp return_end_time);

// The money that is due came, in cash or by transfer. FAILED_PRECONDITION (BAD_STATE) unless payment is due. nullopt: it is paid
// already.
Result<std::optional<Change>> RecordPayment(const Order& order);

// Another service cannot do what was decided: `note` says what and why.
Change LeaveToStaff(const Order& order, const std::string& note);

// Whether the books have left the shop.
bool HandedOver(const Order& order);

// Every unit that was not taken back.
std::vector<Item> UnitsLeft(const Order& order);

// Marks the next units of these items as taken back; gives the sum of their shares. The order must have that many left.
std::int64_t TakeUnits(Order& order, const std::vector<Item>& items);

// Adds money that goes back to the buyer.
void AddRefund(Order& order, std::int64_t amount_minor);

// 12.90 EUR, in the order's currency.
std::string Amount(const Order& order, std::int64_t minor);

// "orders/0198f0a2-…".
std::string OrderName(const OrderId& id);
// INVALID_ARGUMENT (INVALID_FIELD) about `field`.
Result<OrderId> ParseOrderName(std::string_view name, const std::string& field = "name");
// "B-1042", for people.
std::string OrderNumber(const Order& order);

}  // namespace octavo::transactions
