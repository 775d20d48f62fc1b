#include "services/payments/notifier.h"

#include <sodium.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "lib/base/check.h"

namespace octavo::payments {
namespace {

const unsigned char* Bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string Sign(const Secret& key, const std::string& body) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, Bytes(key.Reveal()), key.Reveal().size());
  crypto_auth_hmacsha256_update(&state, Bytes(body), body.size());
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, mac);
  char hex[2 * sizeof mac + 1];
  return sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
}

}  // namespace

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
  notice.signature = Sign(key, notice.body);
  return notice;
}

Notifier::Notifier(Secret key, Deliver deliver, obs::Log& log, obs::Metrics& metrics, Options options)
    : key_(std::move(key)),
      deliver_(std::move(deliver)),
      options_(options),
      log_(log),
      delivered_(metrics.Counter("payments_notices_delivered_total", "Notices that the shop took")),
      lost_(metrics.Counter("payments_notices_lost_total", "Notices that could not be delivered")),
      thread_([this] { Run(); }) {
  CHECK(!key_.empty());
}

Notifier::~Notifier() {
  Stop();
}

void Notifier::Tell(const Charge& charge) {
  const Notice notice = MakeNotice(charge, key_);
  {
    const std::lock_guard lock(mutex_);
    for (std::int64_t i = 0; i < charge.notices_per_change; ++i) {
      if (stopping_ || queue_.size() >= options_.queue_max) {
        lost_.Increment();
      } else {
        queue_.push_back(notice);
      }
    }
  }
  changed_.notify_all();
}

void Notifier::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Notifier::Run() {
  while (true) {
    Notice notice;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) {
        lost_.Increment(static_cast<double>(queue_.size()));
        return;
      }
      notice = std::move(queue_.front());
      queue_.pop_front();
    }
    DeliverWithPatience(notice);
  }
}

void Notifier::DeliverWithPatience(const Notice& notice) {
  std::chrono::milliseconds pause = options_.pause;
  for (int attempt = 1;; ++attempt) {
    const Status delivered = deliver_(notice);
    if (delivered.ok()) return delivered_.Increment();
    if (attempt == options_.attempts_max || !Pause(pause)) {
      lost_.Increment();
      log_.Warn("notice_lost", {{"attempts", attempt}, {"reason", delivered.error().reason}});
      return;
    }
    pause *= 2;
  }
}

bool Notifier::Pause(std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, pause, [this] { return stopping_; });
}

}  // namespace octavo::payments
