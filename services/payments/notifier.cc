#include "services/payments/notifier.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/digest.h"

namespace octavo::payments {

Notice MakeNotice(const Charge& charge, const Secret& key) {
  const nlohmann::json body = {
      {"id", charge.key.value() + "/" + std::to_string(charge.entry_count)},
      {"charge", charge.key.value()},
      {"state", StateName(charge.state)},
      {"currency_code", charge.currency_code},
      {"amount_minor", charge.amount_minor},
      {"captured_minor", charge.captured_minor},
      {"refunded_minor", charge.refunded_minor},
  };
  Notice notice{.body = body.dump()};
  notice.signature = Hex(HmacSha256(key, {notice.body}));
  return notice;
}

Notifier::Notifier(Secret key, Deliver deliver, obs::Log& log, obs::Metrics& metrics, Options options)
    : key_(std::move(key)),
      outbox_({.name = "payments_notices", .attempts_max = options.attempts_max, .pause = options.pause}, log, metrics,
              [deliver = std::move(deliver)](std::span<Notice> group) { return deliver(group.front()); }) {
  CHECK(!key_.empty());
}

void Notifier::Tell(const Charge& charge) {
  const Notice notice = MakeNotice(charge, key_);
  for (std::int64_t i = 0; i < charge.notices_per_change; ++i) outbox_.Add(notice);
}

}  // namespace octavo::payments
