// A charge of the sandbox card provider and its allowed changes. Pure: the state before goes in, a decision comes out. All stores
// use the same functions.
//
// Always true of a charge: 0 ≤ refunded ≤ captured ≤ amount; it is captured wholly or not at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/base/strong_id.h"

namespace octavo::payments {

// The caller's name for the charge. One key has one charge, for ever.
using ChargeKey = StrongId<struct ChargeKeyTag>;

enum class State {
  kAuthorized = 1,  // The amount is held.
  kCaptured = 2,    // It was taken; some or all of it may have been refunded.
  kVoided = 3,      // Nothing is held, and nothing ever will be under this key.
  kDeclined = 4,
};

std::string_view StateName(State state);  // "AUTHORIZED".

struct Charge {
  ChargeKey key;
  State state = State::kAuthorized;
  // Empty, with an amount of 0, if the key was voided before it was ever authorised.
  std::string currency_code;
  std::int64_t amount_minor = 0;
  std::int64_t captured_minor = 0;
  std::int64_t refunded_minor = 0;
  // How many notices are sent for each change of this charge.
  std::int64_t notices_per_change = 1;
  // The number of its entries in the ledger.
  std::int64_t entry_count = 0;
  Timestamp created;

  bool operator==(const Charge&) const = default;
};

// One change of a charge. Ledger entries are only added, and every charge can be computed from its
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
  kTwice,  // Two notices for each change.
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

// The charge after the decision, and the entry for the change; no entry if nothing changed.
struct Outcome {
  Charge charge;
  std::optional<Entry> entry;
};

// Holds the amount, or declines it; a declined charge is an outcome, not an error. A void key stays void. Errors:
// FAILED_PRECONDITION (KEY_REUSED: the key came with another amount).
Result<Outcome> DecideAuthorize(const std::optional<Charge>& before, const Authorization& authorization, Timestamp now);
// Errors: NOT_FOUND (UNKNOWN_CHARGE), FAILED_PRECONDITION (VOIDED, DECLINED).
Result<Outcome> DecideCapture(const std::optional<Charge>& before, const ChargeKey& key, Timestamp now);
// A declined charge holds nothing and stays as it is. Errors: FAILED_PRECONDITION (CAPTURED).
Result<Outcome> DecideVoid(const std::optional<Charge>& before, const ChargeKey& key, Timestamp now);
// `same_key` is the earlier refund of this charge with the same refund key. Errors: NOT_FOUND (UNKNOWN_CHARGE),
// FAILED_PRECONDITION (ABOVE_CAPTURED, KEY_REUSED: the same refund key with another amount), INVALID_ARGUMENT (another
// currency).
Result<Outcome> DecideRefund(const std::optional<Charge>& before, const std::optional<Entry>& same_key, const Refund& refund,
                             Timestamp now);

Error UnknownCharge(const ChargeKey& key);

}  // namespace octavo::payments
