// A charge of the sandbox card provider and what may become of it. Pure: what is known before goes in, a
// decision comes out. The same functions decide for every store.
//
// Of a charge always holds 0 ≤ refunded ≤ captured ≤ amount; a charge has been captured wholly or not at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"

namespace octavo::payments {

// What the caller calls the charge. One key has one charge, for ever.
using ChargeKey = StrongId<struct ChargeKeyTag>;

enum class State {
  kAuthorized = 1,  // The amount is held.
  kCaptured = 2,    // It was taken; part or all of it may have been given back.
  kVoided = 3,      // Nothing is held, and nothing ever will be under this key.
  kDeclined = 4,
};

std::string_view StateName(State state);  // "AUTHORIZED".

struct Charge {
  ChargeKey key;
  State state = State::kAuthorized;
  // Empty, with an amount of 0, where the key was voided before it was ever authorised.
  std::string currency_code;
  std::int64_t amount_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  // How often each change of this charge is told.
  std::int64_t notices_per_change = 1;
  // Of its entries in the ledger.
  std::int64_t entry_count = 0;
  Timestamp created;

  bool operator==(const Charge&) const = default;
};

// One change of a charge. The ledger is only ever added to, and every charge can be computed from its
// entries.
struct Entry {
  enum class Kind { kAuthorize = 1, kDecline = 2, kCapture = 3, kVoid = 4, kRefund = 5 };

  ChargeKey key;
  std::int64_t sequence = 0;  // 1, 2, 3 … within the charge.
  Kind kind = Kind::kAuthorize;
  std::int64_t amount_minor = 0;
  std::string refund_key;  // Of a refund; else empty.
  Timestamp created;

  bool operator==(const Entry&) const = default;
};

// How the provider behaves towards one payment; chosen by the token.
enum class Behaviour {
  kApprove,
  kDecline,
  kTimeout,         // No answer, no effect.
  kTimeoutCharged,  // No answer, but the amount is held.
  kLate,
  kTwice,  // Each change is told twice.
  kError,  // Fails once.
};

// Errors: INVALID_ARGUMENT (UNKNOWN_TOKEN).
Result<Behaviour> ParseToken(std::string_view token);

struct Authorization {
  ChargeKey key;
  std::string currency_code;
  std::int64_t amount_minor = 0;  // Above 0.
  Behaviour behaviour = Behaviour::kApprove;
};

struct Refund {
  ChargeKey key;
  std::string refund_key;  // Unique within the charge.
  std::string currency_code;
  std::int64_t amount_minor = 0;  // Above 0.
};

// The charge as it is then, and the entry that made it so; none where it was so before.
struct Outcome {
  Charge charge;
  std::optional<Entry> entry;
};

// Holds the amount, or declines it: a declined charge is an outcome, not an error. A key that is void stays
// void. Errors: FAILED_PRECONDITION (KEY_REUSED: another amount).
Result<Outcome> DecideAuthorize(const std::optional<Charge>& before, const Authorization& authorization, Timestamp now);
// Errors: NOT_FOUND (UNKNOWN_CHARGE), FAILED_PRECONDITION (VOIDED, DECLINED).
Result<Outcome> DecideCapture(const std::optional<Charge>& before, const ChargeKey& key, Timestamp now);
// A declined charge holds nothing and stays as it is. Errors: FAILED_PRECONDITION (CAPTURED).
Result<Outcome> DecideVoid(const std::optional<Charge>& before, const ChargeKey& key, Timestamp now);
// `same_key` is the charge's refund with the same refund key. Errors: NOT_FOUND (UNKNOWN_CHARGE),
// FAILED_PRECONDITION (ABOVE_CAPTURED, KEY_REUSED: same refund key, other amount), INVALID_ARGUMENT (another
// currency).
Result<Outcome> DecideRefund(const std::optional<Charge>& before, const std::optional<Entry>& same_key, const Refund& refund,
                             Timestamp now);

Error UnknownCharge(const ChargeKey& key);

}  // namespace octavo::payments
