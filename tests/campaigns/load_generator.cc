#include "tests/campaigns/load_generator.h"

#include <algorithm>

namespace octavo::campaigns {

void BuyerRecord::Acknowledged(const std::string& key, const std::string& order) {
  const std::lock_guard lock(mutex_);
  const auto [known, first] = orders_.emplace(key, order);
  if (!first && known->second != order) problems_.push_back(key + " was " + known->second + " and is " + order + " now");
  if (refused_.contains(key)) problems_.push_back(key + " was refused, and then acknowledged as " + order);
  changed_.notify_all();
}

void BuyerRecord::Refused(const std::string& key, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  ++refusals_[reason];
  if (orders_.contains(key)) problems_.push_back(key + " was acknowledged, and then refused: " + reason);
  refused_.insert(key);
  changed_.notify_all();
}

void BuyerRecord::Abandoned(const std::string& key) {
  const std::lock_guard lock(mutex_);
  abandoned_.insert(key);
}

void BuyerRecord::Problem(const std::string& problem) {
  const std::lock_guard lock(mutex_);
  problems_.push_back(problem);
  changed_.notify_all();
}

void BuyerRecord::WholeCheckout(Moment began) {
  const std::lock_guard lock(mutex_);
  last_began_ = std::max(last_began_, began);
  changed_.notify_all();
}

bool BuyerRecord::WaitForCheckoutAfter(Moment moment, std::chrono::milliseconds wait_max) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, wait_max, [&] { return last_began_ > moment || !problems_.empty(); });
}

void LoadGenerator::Start(int buyers) {
  over_ = false;
  for (int i = 0; i < buyers; ++i) threads_.emplace_back([this] { Run(); });
}

void LoadGenerator::Stop() {
  over_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void LoadGenerator::Run() {
  while (!over_) {
    const std::int64_t number = ++purchases_;
    SeededRandom random(world_.seed + static_cast<std::uint64_t>(number));
    BuyOnce(number, random);
    const auto think_max = static_cast<std::uint64_t>(2 * world_.think.count());
    Pause(std::chrono::milliseconds(random.Below(think_max + 1)));
  }
}

void LoadGenerator::BuyOnce(std::int64_t number, SeededRandom& random) {
  Purchase purchase{.key = Key(number),
                    .book = world_.book,
                    .expected_minor = world_.price_minor,
                    .email = "reader" + std::to_string(number) + "@example.org",
                    .code = world_.code};
  if (random.Below(2) == 0) purchase.token = random.Below(20) == 0 ? "tok_decline" : "tok_approve";
  if (random.Below(4) == 0) purchase.cart = "carts/v-" + std::to_string(number);
  const Moment began = clock_.MonotonicNow();
  if (random.Below(5) == 0) {
    const auto order = world_.buyer.TryToBuy(purchase);
    if (!order.ok() && AsksAgain(order.error())) return record_.Abandoned(purchase.key);
  }
  const auto order = world_.buyer.Buy(purchase);
  if (!order.ok()) {
    if (AsksAgain(order.error())) return record_.Problem(purchase.key + " never got an answer");
    return record_.Refused(purchase.key, order.error().reason);
  }
  record_.Acknowledged(purchase.key, order->name());
  if (!purchase.token.empty()) record_.WholeCheckout(began);  // Others do not need payments.
  if (random.Below(10) == 0) Again(purchase);
  if (random.Below(10) == 0 && !world_.buyer.Cancel(order->name()).ok()) {
    record_.Problem(order->name() + " cannot be cancelled");
  }
}

void LoadGenerator::Again(const Purchase& purchase) {
  const auto order = world_.buyer.Buy(purchase);
  if (order.ok()) {
    record_.Acknowledged(purchase.key, order->name());
  } else if (!AsksAgain(order.error())) {
    record_.Refused(purchase.key, order.error().reason);
  }
}

}  // namespace octavo::campaigns
