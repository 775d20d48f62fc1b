#include "services/transactions/checkout.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <future>

#include "lib/base/check.h"
#include "lib/base/digest.h"
#include "lib/base/uuid.h"
#include "services/transactions/store_json.h"

namespace octavo::transactions {
namespace {

// One key is one customer's (or a guest's), so that nobody learns of another's order by guessing keys.
std::string ScopedKey(const std::string& customer, const std::string& idempotency_key) {
  return (customer.empty() ? "guest" : customer) + "/" + idempotency_key;
}

// A guest's token: 128 random bits, in 32 hexadecimal digits. Only its hash is kept.
std::string NewAccessToken(Random& random) { return Hex(RandomBytes(random, 16)); }

std::string Fingerprint(const PlaceRequest& request) {
  std::string text = ToJson(request.basket.items);
  const auto add = [&text](const std::string& part) { text += '\0' + part; };
  add(request.basket.buyer.email);
  add(request.basket.buyer.full_name);
  for (const std::string& code : request.basket.codes) add("code " + code);
  add(std::to_string(static_cast<int>(request.basket.delivery_method)));
  add(std::to_string(static_cast<int>(request.payment_method)));
  add(request.payment_token);
  add(request.address.recipient);
  for (const std::string& line : request.address.lines) add("line " + line);
  add(request.address.postal_code);
  add(request.address.city);
  add(request.address.country_code);
  add(std::to_string(request.expected_total_minor) + request.expected_currency_code);
  add(request.cart);
  return Hex(Sha256(text));
}

Error StillRunning() {
  return {Code::kAborted, "STILL_RUNNING", "this order is being placed at the moment; ask again with the same key"};
}

Error Changed(std::int64_t expected_minor, const Order& now) {
  return {.code = Code::kFailedPrecondition,
          .reason = "TOTAL_CHANGED",
          .message = "the basket costs " + std::to_string(now.totals.total_minor) + " minor units of " + now.currency_code +
                     " now, not " + std::to_string(expected_minor),
          .metadata = {{"total_minor", std::to_string(now.totals.total_minor)}, {"currency_code", now.currency_code}}};
}

// How long to wait after so many attempts: doubled each time, up to `most`.
std::chrono::milliseconds Backoff(std::chrono::milliseconds first, std::int64_t attempts, std::chrono::milliseconds most) {
  constexpr std::int64_t kDoublingsMax = 20;
  return std::min(most, first * (std::int64_t{1} << std::min(attempts, kDoublingsMax)));
}

// "refund of 12.90 EUR", for staff.
std::string Words(const PendingEffect& pending) {
  std::int64_t copies = 0;
  for (const Item& item : pending.effect.items) copies += item.quantity;
  const std::string of_copies = copies == 0 ? "of every copy that is left" : "of " + std::to_string(copies) + " copies";
  switch (pending.effect.kind) {
    case Effect::Kind::kRefundPayment: return "refund of " + Amount(pending.order, pending.effect.amount_minor);
    case Effect::Kind::kRestock: return "return to the shelf " + of_copies;
    case Effect::Kind::kStrikeOff: return "striking off " + of_copies;
    case Effect::Kind::kReleaseRedemptions: return "giving back the redemptions of campaigns";
  }
  return "unknown effect";
}

Error GivenUp() {
  return {Code::kFailedPrecondition, "GIVEN_UP", "the order could not be placed in time and was taken back; nothing was charged"};
}

Order WithPromises(Order order, const std::map<BookId, std::int64_t>& backordered, const std::map<BookId, StockLevel>& levels) {
  for (OrderLine& line : order.lines) {
    const auto later = backordered.find(line.book);
    line.backordered_quantity = later == backordered.end() ? 0 : later->second;
    const auto level = levels.find(line.book);
    line.promise = Promise::kOnShelf;
    if (line.backordered_quantity > 0) {
      line.promise = level == levels.end() ? Promise::kBackorder : level->second.beyond_shelf;
    }
  }
  return order;
}

bool PaidByCard(const Order& order) { return order.payment_method == PaymentMethod::kCard && order.totals.total_minor > 0; }

bool HasReason(const Status& status, const char* reason) { return !status.ok() && status.error().reason == reason; }

// Calls `visit` with each of `items`, so many at once. Throws what a visit threw, when all are over.
template <typename T, typename Visit>
void ForEach(const std::vector<T>& items, int at_once, const Visit& visit) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < items.size(); i = next++) visit(items[i]);
  };
  const std::size_t threads = std::min(items.size(), static_cast<std::size_t>(at_once));
  std::vector<std::future<void>> others;
  for (std::size_t i = 1; i < threads; ++i) others.push_back(std::async(std::launch::async, work));
  work();
  for (auto& other : others) other.get();
}

std::vector<BookId> BooksOf(const Order& order) {
  std::vector<BookId> books;
  for (const OrderLine& line : order.lines) books.push_back(line.book);
  return books;
}

}  // namespace

// Marks a key as driven by this process; waits while another call drives it.
class Checkout::RunningHere {
 public:
  RunningHere(Checkout& checkout, const std::string& key) : checkout_(checkout), key_(key) {
    std::unique_lock lock(checkout_.mutex_);
    checkout_.ended_.wait_for(lock, checkout_.options_.wait_max, [&] { return !checkout_.running_.contains(key_); });
    owns_ = checkout_.running_.insert(key_).second;
  }
  ~RunningHere() {
    if (!owns_) return;
    {
      const std::lock_guard lock(checkout_.mutex_);
      checkout_.running_.erase(key_);
    }
    checkout_.ended_.notify_all();
  }
  RunningHere(const RunningHere&) = delete;
  RunningHere& operator=(const RunningHere&) = delete;

  bool owns() const { return owns_; }

 private:
  Checkout& checkout_;
  const std::string key_;
  bool owns_ = false;
};

// Counts the copies of an order to be paid later while Place drives it, so that orders which come at the same time share the
// limit with each other and with those that are in the store.
class Checkout::UnpaidHere {
 public:
  UnpaidHere(Checkout& checkout, const PlaceRequest& request) : checkout_(checkout) {
    if (request.payment_method == PaymentMethod::kCard || checkout_.options_.unpaid_copies_max == 0) return;
    for (const Item& item : request.basket.items) copies_ += item.quantity;
    for (const std::string& name : {request.basket.buyer.customer, request.basket.buyer.email}) {
      if (!name.empty()) names_.push_back(name);
    }
    const std::lock_guard lock(checkout_.mutex_);
    for (const std::string& name : names_) checkout_.unpaid_[name] += copies_;
  }
  ~UnpaidHere() {
    const std::lock_guard lock(checkout_.mutex_);
    for (const std::string& name : names_) {
      if ((checkout_.unpaid_[name] -= copies_) == 0) checkout_.unpaid_.erase(name);
    }
  }
  UnpaidHere(const UnpaidHere&) = delete;
  UnpaidHere& operator=(const UnpaidHere&) = delete;

  // FAILED_PRECONDITION (UNPAID_LIMIT).
  Status Check(const Buyer& buyer) const {
    if (copies_ == 0) return Ok();
    const std::int64_t stored = checkout_.parts_.store.UnpaidCopies(buyer.customer, buyer.email);
    const std::lock_guard lock(checkout_.mutex_);
    std::int64_t here = 0;
    for (const std::string& name : names_) here = std::max(here, checkout_.unpaid_[name]);
    const std::int64_t most = checkout_.options_.unpaid_copies_max;
    if (stored + here <= most) return Ok();
    const std::int64_t others = stored + here - copies_;
    return Error{.code = Code::kFailedPrecondition,
                 .reason = "UNPAID_LIMIT",
                 .message = "at most " + std::to_string(most) + " copies may be ordered before they are paid; " +
                            std::to_string(others) + " are already, " + std::to_string(copies_) + " more are too many",
                 .metadata = {{"limit", std::to_string(most)}, {"unpaid", std::to_string(others)}}};
  }

 private:
  Checkout& checkout_;
  std::int64_t copies_ = 0;
  std::vector<std::string> names_;
};

// The right to drive one intent. Its steps may sum past one lease: it is kept for longer on the way, and no step outlasts it.
class Checkout::Lease {
 public:
  // `intent` is as it was given under the lease.
  Lease(const Checkout& checkout, const Intent& intent) : checkout_(checkout), key_(intent.key), until_(intent.lease_until) {}

  // For the next step: limits that end before the lease does. Another lease's length is taken when less than three
  // quarters are left, which is as long as a step may take. ABORTED (STILL_RUNNING): it ran out, and somebody else drives.
  Result<rpc::Limits> Step(const rpc::Limits& limits) {
    const Timestamp now = checkout_.parts_.clock.Now();
    const auto whole = checkout_.options_.lease;
    if (until_ - now < whole * 3 / 4) {
      if (!Move(now + whole)) return StillRunning();
    }
    rpc::Limits step = limits;
    step.deadline = std::min(limits.deadline, until_);
    return step;
  }

  // Nobody may drive the intent before `until`. Where the lease is somebody else's by now, or the intent has ended, nothing
  // happens.
  bool Move(Timestamp until) {
    if (!checkout_.parts_.store.MoveLease(key_, until_, until)) return false;
    until_ = until;
    return true;
  }

 private:
  const Checkout& checkout_;
  const std::string key_;
  Timestamp until_;
};

Checkout::Checkout(const Parts& parts, Options options)
    : parts_(parts),
      options_(options),
      refusals_(parts.metrics.Counter("effects_refused_total",
                                      "How often another service refused for good what was decided about an order.")),
      given_up_(parts.metrics.Counter("effects_given_up_total",
                                      "What was decided about an order, refused for so long that staff have to do it.")),
      asked_again_(
          parts.metrics.Counter("orders_mended_total", "Orders that a service had lost with an older copy, and has again.")),
      not_mended_(parts.metrics.Counter("orders_not_mended_total",
                                        "Orders of which a service has lost what cannot be asked for again.")) {}

Result<Order> Checkout::Quote(const Basket& basket, History history, const rpc::Limits& limits) const {
  Basket asked = basket;
  if (history == History::kHidden) asked.buyer.email.clear();
  return parts_.pricing.Quote(asked, parts_.store.CountOrders(asked.buyer.customer, asked.buyer.email), limits);
}

Result<Preview> Checkout::PreviewOrder(const Basket& basket, History history, const rpc::Limits& limits) {
  Preview preview;
  preview.order = TRY(Quote(basket, history, limits));
  const auto levels = parts_.stock.Levels(BooksOf(preview.order), limits);
  if (!levels.ok()) return preview;  // The price stands; what is on the shelf is seen when the order is placed.
  for (OrderLine& line : preview.order.lines) {
    const auto found = levels->find(line.book);
    const StockLevel level = found == levels->end() ? StockLevel{} : found->second;
    const std::int64_t later = std::max<std::int64_t>(0, line.quantity - level.available);
    line.backordered_quantity = later;
    line.promise = later == 0 ? Promise::kOnShelf : level.beyond_shelf;
    if (later > 0 && (level.beyond_shelf == Promise::kUnavailable || later > level.promisable)) {
      line.promise = Promise::kUnavailable;
      preview.placeable = false;
    }
  }
  return preview;
}

Result<Checkout::Placed> Checkout::Place(const PlaceRequest& request, const rpc::Limits& limits) {
  const std::string key = ScopedKey(request.basket.buyer.customer, request.idempotency_key);
  const std::string fingerprint = Fingerprint(request);
  const RunningHere running(*this, key);
  if (!running.owns()) return StillRunning();

  std::optional<Intent> known = parts_.store.FindIntent(key);
  const UnpaidHere unpaid(*this, request);
  if (!known) {
    TRY(unpaid.Check(request.basket.buyer));
    Intent intent = TRY(NewIntent(request, key, fingerprint, limits));
    const std::string token = request.basket.buyer.customer.empty() ? NewAccessToken(parts_.random) : "";
    if (!token.empty()) intent.draft.access_token_hash = Hex(Sha256(token));
    known = parts_.store.Begin(intent);
    if (!known) return Placed{.order = TRY(Drive(intent, Lease(*this, intent), limits)), .access_token = token};
  }
  if (known->fingerprint != fingerprint) return KeyReused();
  if (known->state == Intent::State::kPlaced || known->state == Intent::State::kFailed) return AnswerOf(*known);
  const Timestamp now = parts_.clock.Now();
  const std::optional<Intent> leased = parts_.store.TakeLease(key, now, now + options_.lease);
  if (!leased) {
    // Somebody else drives it, or it has just ended.
    known = parts_.store.FindIntent(key);
    const bool over = known && (known->state == Intent::State::kPlaced || known->state == Intent::State::kFailed);
    if (over) return AnswerOf(*known);
    return StillRunning();
  }
  return Again(TRY(Drive(*leased, Lease(*this, *leased), limits)));
}

// The first token is not kept, so a repeated answer carries another one. Both open the order.
Checkout::Placed Checkout::Again(Order order) const {
  if (order.access_token_hash.empty()) return {.order = std::move(order)};  // A customer's, or erased.
  std::string token = NewAccessToken(parts_.random);
  parts_.store.AddAccess(order.id, Hex(Sha256(token)), parts_.clock.Now());
  return {.order = std::move(order), .access_token = std::move(token)};
}

Result<Intent> Checkout::NewIntent(const PlaceRequest& request, const std::string& key, const std::string& fingerprint,
                                   const rpc::Limits& limits) {
  const Buyer& buyer = request.basket.buyer;
  const auto is_expected = [&](const Order& order) {
    return order.totals.total_minor == request.expected_total_minor && order.currency_code == request.expected_currency_code;
  };
  Order draft = TRY(Quote(request.basket, History::kKnown, limits));
  if (!is_expected(draft)) {
    // Whoever asks for another total than any page shows hears what pages show, and nothing of the e-mail.
    const Order shown = TRY(Quote(request.basket, History::kHidden, limits));
    if (!is_expected(shown)) return Changed(request.expected_total_minor, shown);
    Error changed = Changed(request.expected_total_minor, draft);
    changed.metadata["cause"] = "BUYER";
    return changed;
  }
  const Timestamp now = parts_.clock.Now();
  draft.id = OrderId(NewUuid(parts_.clock, parts_.random));
  draft.buyer = buyer;
  draft.payment_method = request.payment_method;
  draft.delivery_method = request.basket.delivery_method;
  draft.address = request.address;
  draft.place_time = now;
  draft.update_time = now;
  draft.cart = request.cart;
  draft.reader = request.reader;
  return Intent{.key = key,
                .fingerprint = fingerprint,
                .draft = std::move(draft),
                .payment_token = request.payment_token,
                .create_time = now,
                .lease_until = now + options_.lease};
}

Result<Order> Checkout::Drive(const Intent& intent, Lease lease, const rpc::Limits& limits) {
  Result<Order> order =
      intent.state == Intent::State::kUndoing ? Undo(intent, *intent.error, lease, limits) : Forward(intent, lease, limits);
  if (!order.ok()) LetGo(intent, lease, order.error());
  return order;
}

// What is transient is left for Recover, or for the next call with this key, at once and not when the lease runs out. An undo
// that was refused waits as long as the intent is old, an hour at most: who refuses now refuses again in a second.
void Checkout::LetGo(const Intent& intent, Lease& lease, const Error& error) {
  if (Transient(error)) {
    (void)lease.Move(Timestamp());
    return;
  }
  const Timestamp now = parts_.clock.Now();
  const auto pause = std::clamp<Timestamp::duration>(now - intent.create_time, options_.lease, options_.refused_retry_max);
  if (!lease.Move(now + pause)) return;  // It has ended, as a refusal mostly does.
  refusals_.Increment();
  parts_.log.Warn("undo_refused", {{"order", intent.draft.id.value()}, {"reason", error.reason}, {"message", error.message}});
}

// What is transient leaves the intent as it is; what was refused for good is undone.
Result<Order> Checkout::Forward(const Intent& intent, Lease& lease, const rpc::Limits& limits) {
  const Result<Order> order = Obtain(intent, lease, limits);
  if (!order.ok()) return Transient(order.error()) ? order.error() : Undo(intent, order.error(), lease, limits);
  if (!numbers_known_) TRY(KnowNumbers(TRY(lease.Step(limits))));
  return parts_.store.Place(intent.key, *order);
}

// Takes the steps at the other services. Gives the order as it is to be placed.
Result<Order> Checkout::Obtain(const Intent& intent, Lease& lease, const rpc::Limits& limits) {
  Order order = intent.draft;
  const auto reserved = TRY(parts_.stock.Reserve(order, TRY(lease.Step(limits))));
  if (const Status claimed = parts_.pricing.Claim(order, TRY(lease.Step(limits))); !claimed.ok()) {
    return Transient(claimed.error()) ? claimed.error() : TotalChanged(intent, claimed.error(), limits);
  }
  if (PaidByCard(order)) TRY(parts_.card.Authorize(order, intent.payment_token, TRY(lease.Step(limits))));
  TRY(parts_.stock.Commit(order.id, TRY(lease.Step(limits))));
  if (order.totals.total_minor == 0) order.payment_state = PaymentState::kPaid;  // There is nothing to wait for.
  if (PaidByCard(order)) {
    TRY(parts_.card.Capture(order.id, TRY(lease.Step(limits))));
    order.payment_state = PaymentState::kPaid;
    order.charged_minor = order.totals.total_minor;
  }
  const bool later = std::any_of(reserved.begin(), reserved.end(), [](const auto& entry) { return entry.second > 0; });
  std::map<BookId, StockLevel> levels;
  if (later) {
    if (auto found = parts_.stock.Levels(BooksOf(order), TRY(lease.Step(limits))); found.ok()) levels = *std::move(found);
  }
  // What is still to come takes as long as it takes.
  if (!later && order.payment_state == PaymentState::kDue && options_.unpaid_kept.count() > 0) {
    order.run_out_time = order.place_time + options_.unpaid_kept;
  }
  return WithPromises(std::move(order), reserved, levels);
}

Error Checkout::TotalChanged(const Intent& intent, const Error& refused, const rpc::Limits& limits) {
  Basket basket{.buyer = intent.draft.buyer, .delivery_method = intent.draft.delivery_method};
  for (const OrderLine& line : intent.draft.lines) basket.items.push_back({line.book, line.quantity});
  for (const CampaignNote& note : intent.draft.campaigns) {
    if (!note.code.empty()) basket.codes.push_back(note.code);
  }
  const auto quote = Quote(basket, History::kKnown, limits);
  if (!quote.ok()) return refused;
  Error error = Changed(intent.draft.totals.total_minor, *quote);
  error.message = refused.message + "; " + error.message;
  return error;
}

Result<Order> Checkout::Undo(const Intent& intent, const Error& why, Lease& lease, const rpc::Limits& limits) {
  if (!parts_.store.BeginUndo(intent.key, why)) {
    return StillRunning();  // Somebody whose lease ran out meanwhile placed it; the next call gets its answer.
  }
  TRY(UndoEffects(intent, lease, limits));
  parts_.store.Fail(intent.key);
  return why;
}

// A driver that lost its lease may have gone further than the refusal that is being undone, so each step is taken back
// in whatever state it is.
Status Checkout::UndoEffects(const Intent& intent, Lease& lease, const rpc::Limits& limits) {
  const Order& draft = intent.draft;
  if (PaidByCard(draft)) {
    Status voided = parts_.card.Void(draft.id, TRY(lease.Step(limits)));
    if (HasReason(voided, "CAPTURED")) {
      voided = parts_.card.Refund(draft.id, draft.id.value() + "-undo", draft.totals.total_minor, draft.currency_code,
                                  TRY(lease.Step(limits)));
    }
    TRY(std::move(voided));
  }
  TRY(parts_.pricing.ReleaseClaim(draft.id, TRY(lease.Step(limits))));
  Status released = parts_.stock.Release(draft.id, TRY(lease.Step(limits)));
  if (HasReason(released, "RESERVATION_COMMITTED")) {
    released = parts_.stock.TakeBack(draft.id, draft.id.value() + "-undo", {}, Restock::kYes, TRY(lease.Step(limits)));
  }
  return released;
}

Result<Checkout::Placed> Checkout::AnswerOf(const Intent& intent) const {
  if (intent.state == Intent::State::kFailed) return *intent.error;
  const auto order = parts_.store.FindOrder(intent.draft.id);
  CHECK(order.has_value());
  return Again(*order);
}

Result<Checkout::Placed> Checkout::AnswerTo(const std::string& idempotency_key, const std::string& customer) const {
  const std::optional<Intent> intent = parts_.store.FindIntent(ScopedKey(customer, idempotency_key));
  if (!intent) return Error{Code::kNotFound, "UNKNOWN_KEY", "no order came with this idempotency key"};
  if (intent->state == Intent::State::kPlaced || intent->state == Intent::State::kFailed) return AnswerOf(*intent);
  return StillRunning();
}

int Checkout::Recover(int limit, const rpc::Limits& limits) {
  std::atomic<int> due = 0;
  ForEach(parts_.store.DueIntents(parts_.clock.Now(), limit), options_.recover_at_once,
          [&](const Intent& intent) { due += RecoverIntent(intent.key, limits) ? 1 : 0; });
  ForEach(parts_.store.DueEffects(parts_.clock.Now(), limit), options_.recover_at_once, [&](const PendingEffect& pending) {
    ++due;
    RecoverEffect(pending, limits);
  });
  return due;
}

int Checkout::CancelRunOut(int limit) {
  const Timestamp now = parts_.clock.Now();
  const std::vector<OrderId> orders = parts_.store.RunOutOrders(now, limit);
  for (const OrderId& id : orders) {
    const auto cancelled = parts_.store.Decided(id, "", "", now, [&](const Order& order) { return RunOut(order, now); });
    parts_.log.Info("order_run_out", {{"order", id.value()}, {"outcome", cancelled.ok() ? "cancelled" : "kept"}});
  }
  return static_cast<int>(orders.size());
}

bool Checkout::RecoverIntent(const std::string& key, const rpc::Limits& limits) {
  const Timestamp now = parts_.clock.Now();
  // As it is now: whoever had it before the lease may have gone on.
  const std::optional<Intent> intent = parts_.store.TakeLease(key, now, now + options_.lease);
  if (!intent) return false;
  Lease lease(*this, *intent);
  const Result<Order> order = [&]() -> Result<Order> {
    if (intent->state == Intent::State::kUndoing) return Undo(*intent, *intent->error, lease, limits);
    if (now - intent->create_time <= options_.give_up) return Forward(*intent, lease, limits);
    // Too old. Stock that is committed cannot be taken back silently, so such an order is driven on.
    const Status released = parts_.stock.Release(intent->draft.id, TRY(lease.Step(limits)));
    if (HasReason(released, "RESERVATION_COMMITTED")) return Forward(*intent, lease, limits);
    if (!released.ok()) return released.error();
    return Undo(*intent, GivenUp(), lease, limits);
  }();
  parts_.log.Info("intent_recovered",
                  {{"order", intent->draft.id.value()}, {"outcome", order.ok() ? "placed" : order.error().reason.c_str()}});
  if (!order.ok()) LetGo(*intent, lease, order.error());
  return true;
}

void Checkout::RecoverEffect(const PendingEffect& pending, const rpc::Limits& limits) {
  const Status done = Perform(pending, limits);
  if (done.ok()) return parts_.store.FinishEffect(pending.id);
  const obs::Log::Fields fields = {{"order", pending.order.id.value()},
                                   {"effect", pending.id},
                                   {"attempts", pending.attempts + 1},
                                   {"reason", done.error().reason},
                                   {"message", done.error().message}};
  const Timestamp now = parts_.clock.Now();
  if (Transient(done.error())) {
    parts_.log.Warn("effect_failed", fields);
    const auto pause = Backoff(options_.effect_retry, pending.attempts, options_.lost_retry_max);
    return parts_.store.RetryEffect(pending.id, Store::Attempt::kLost, now + pause);
  }
  refusals_.Increment();
  if (pending.refusals + 1 < options_.refusals_max) {
    parts_.log.Warn("effect_refused", fields);
    const auto pause = Backoff(options_.effect_retry, pending.refusals, options_.refused_retry_max);
    return parts_.store.RetryEffect(pending.id, Store::Attempt::kRefused, now + pause);
  }
  given_up_.Increment();
  parts_.log.Error("effect_given_up", fields);
  parts_.store.GiveUpEffect(pending, Words(pending) + ": " + done.error().message, now);
}

Status Checkout::Perform(const PendingEffect& pending, const rpc::Limits& limits) {
  const Order& order = pending.order;
  const std::string key = order.id.value() + "-" + std::to_string(pending.id);
  switch (pending.effect.kind) {
    case Effect::Kind::kRefundPayment:
      if (order.payment_method != PaymentMethod::kCard) return Ok();  // Cash and transfers go back by hand.
      return parts_.card.Refund(order.id, key, pending.effect.amount_minor, order.currency_code, limits);
    case Effect::Kind::kRestock: return parts_.stock.TakeBack(order.id, key, pending.effect.items, Restock::kYes, limits);
    case Effect::Kind::kStrikeOff: return parts_.stock.TakeBack(order.id, key, pending.effect.items, Restock::kNo, limits);
    case Effect::Kind::kReleaseRedemptions: return parts_.pricing.ReleaseClaim(order.id, limits);
  }
  return Ok();
}

}  // namespace octavo::transactions
