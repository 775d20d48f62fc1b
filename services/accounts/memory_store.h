// MemoryStore: a Store that forgets everything when it goes. For tests of what stands on a store. Passes the
// same contract test as SqlStore; every verb is one step under one lock.
#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "services/accounts/store.h"

namespace octavo::accounts {

class MemoryStore final : public Store {
 public:
  bool AddRegistration(const Registration& registration) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [token, waiting] : registrations_) {
      if (!registration.request_id.empty() && waiting.request_id == registration.request_id) return false;
    }
    return registrations_.emplace(registration.token, registration).second;
  }

  Result<PasswordHash> FindRegistration(const TokenHash& token, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto found = registrations_.find(token);
    if (found == registrations_.end() || found->second.expires <= now) return BadToken();
    return found->second.password_hash;
  }

  Result<Customer> ConfirmRegistration(const TokenHash& token, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto found = registrations_.find(token);
    if (found == registrations_.end() || found->second.expires <= now) return BadToken();
    const Registration registration = found->second;
    if (At(registration.customer.email) != nullptr) return BadToken();
    customers_.emplace(registration.customer.id, Credentials{registration.customer, registration.password_hash});
    EraseRegistrations(registration.customer.email);
    AskToClaim(registration.customer);
    return registration.customer;
  }

  std::optional<Credentials> FindByEmail(const std::string& email) override {
    const std::lock_guard lock(mutex_);
    const Credentials* found = At(email);
    return found == nullptr ? std::nullopt : std::optional(*found);
  }

  std::optional<Credentials> FindCustomer(const CustomerId& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = customers_.find(id);
    return found == customers_.end() ? std::nullopt : std::optional(found->second);
  }

  std::vector<Customer> ListCustomers(const CustomerId& after, int count_max) override {
    const std::lock_guard lock(mutex_);
    std::vector<Customer> page;
    for (auto next = customers_.upper_bound(after); next != customers_.end(); ++next) {
      if (static_cast<int>(page.size()) == count_max) break;
      page.push_back(next->second.customer);
    }
    return page;
  }

  Result<Customer> SetRole(const CustomerId& by, const CustomerId& id, Role role) override {
    const std::lock_guard lock(mutex_);
    const auto owner = customers_.find(by);
    if (owner == customers_.end() || owner->second.customer.role != Role::kOwner) return NotAllowed();
    const auto found = customers_.find(id);
    if (found == customers_.end()) return UnknownCustomer(id);
    if (role != Role::kOwner && IsLastOwner(found->second.customer)) return LastOwner();
    found->second.customer.role = role;
    return found->second.customer;
  }

  Customer PutOwner(const Customer& owner, const PasswordHash& password_hash) override {
    const std::lock_guard lock(mutex_);
    EraseRegistrations(owner.email);
    Credentials* found = At(owner.email);
    if (found == nullptr) {
      customers_.emplace(owner.id, Credentials{owner, password_hash});
      return owner;
    }
    found->customer.role = Role::kOwner;
    found->password_hash = password_hash;
    EndAll(found->customer.id, std::nullopt);
    return found->customer;
  }

  Result<Customer> Erase(const CustomerId& id, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    return EraseLocked(id, now);
  }

  std::int64_t EraseAgain(std::span<const CustomerId> ids, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    std::int64_t there = 0;
    for (const CustomerId& id : ids) {
      there += EraseLocked(id, now).ok() ? 1 : 0;
      erased_.emplace(id, now);
    }
    return there;
  }

  void AskToEraseAgain(Timestamp since) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, time] : erased_) {
      if (time < since || tasks_.contains({PeerTask::Kind::kErase, id})) continue;
      tasks_[{PeerTask::Kind::kErase, id}].task = {.kind = PeerTask::Kind::kErase, .customer = id, .asked_count = 1};
    }
  }

  bool Knows(const CustomerId& id) override {
    const std::lock_guard lock(mutex_);
    return customers_.contains(id) || erased_.contains(id) || tasks_.contains({PeerTask::Kind::kErase, id});
  }

  std::optional<CustomerData> ReadCustomerData(const CustomerId& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = customers_.find(id);
    if (found == customers_.end()) return std::nullopt;
    CustomerData data{.customer = found->second.customer};
    for (const auto& [token, session] : sessions_) {
      if (session.customer == id) data.sessions.push_back(session.times);
    }
    for (const auto& [token, reset] : resets_) {
      if (reset.customer == id) data.reset_expiries.push_back(reset.expires);
    }
    for (const auto& [token, waiting] : registrations_) {
      if (waiting.customer.email == data.customer.email) {
        data.registration_expiries.push_back(waiting.expires);
      }
    }
    data.two_step = LoadTwoStep(id);
    std::sort(data.sessions.begin(), data.sessions.end(),
              [](const SessionTimes& a, const SessionTimes& b) { return a.created < b.created; });
    std::sort(data.reset_expiries.begin(), data.reset_expiries.end());
    std::sort(data.registration_expiries.begin(), data.registration_expiries.end());
    return data;
  }

  bool ChangePassword(const CustomerId& id, const PasswordHash& before, const PasswordHash& after,
                      const TokenHash& keep) override {
    const std::lock_guard lock(mutex_);
    if (!Replace(id, before, after)) return false;
    EraseResets(id);
    EndAll(id, keep);
    return true;
  }

  bool Rehash(const CustomerId& id, const PasswordHash& before, const PasswordHash& after) override {
    const std::lock_guard lock(mutex_);
    return Replace(id, before, after);
  }

  void AddReset(const TokenHash& token, const CustomerId& id, Timestamp expires) override {
    const std::lock_guard lock(mutex_);
    if (customers_.contains(id)) resets_.emplace(token, Reset{id, expires});
  }

  std::optional<Customer> FindReset(const TokenHash& token, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto found = resets_.find(token);
    if (found == resets_.end() || found->second.expires <= now) return std::nullopt;
    return customers_.at(found->second.customer).customer;
  }

  Result<Customer> ResetPassword(const TokenHash& token, const PasswordHash& after, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto found = resets_.find(token);
    if (found == resets_.end() || found->second.expires <= now) return BadToken();
    Credentials& credentials = customers_.at(found->second.customer);
    credentials.password_hash = after;
    EraseResets(credentials.customer.id);
    EndAll(credentials.customer.id, std::nullopt);
    return credentials.customer;
  }

  bool AddSession(const TokenHash& token, const CustomerId& id, const PasswordHash& verified, Steps steps,
                  Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto found = customers_.find(id);
    if (found == customers_.end() || found->second.password_hash != verified) return false;
    const bool two_steps = steps == Steps::kTwo;
    if (!two_steps && two_steps_.contains(id)) return false;
    while (CountSessions(id) >= kSessionsMax) sessions_.erase(LeastUsed(id));
    if (!sessions_.emplace(token, Opened{id, {.created = now, .last_used = now}, two_steps}).second) return false;
    AskToClaim(found->second.customer);
    return true;
  }

  std::optional<Session> FindSession(const TokenHash& token) override {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(token);
    if (found == sessions_.end()) return std::nullopt;
    return Session{token, customers_.at(found->second.customer).customer, found->second.times, found->second.two_steps};
  }

  std::vector<HeldSession> ListSessions(const CustomerId& id) override {
    const std::lock_guard lock(mutex_);
    std::vector<HeldSession> sessions;
    for (const auto& [token, session] : sessions_) {
      if (session.customer == id) sessions.push_back({token, session.times});
    }
    std::stable_sort(sessions.begin(), sessions.end(),
                     [](const HeldSession& a, const HeldSession& b) { return a.times.last_used > b.times.last_used; });
    return sessions;
  }

  void NoteUse(const TokenHash& token, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(token);
    if (found != sessions_.end()) {
      found->second.times.last_used = std::max(found->second.times.last_used, now);
    }
  }

  void EndSession(const TokenHash& token) override {
    const std::lock_guard lock(mutex_);
    sessions_.erase(token);
  }

  std::int64_t EndSessions(const CustomerId& id, const std::optional<TokenHash>& keep) override {
    const std::lock_guard lock(mutex_);
    return EndAll(id, keep);
  }

  std::optional<TwoStep> FindTwoStep(const CustomerId& id) override {
    const std::lock_guard lock(mutex_);
    return LoadTwoStep(id);
  }

  bool TurnOnTwoStep(const CustomerId& id, const TwoStep& two_step, std::span<const TokenHash> recovery_codes,
                     const TokenHash& session) override {
    const std::lock_guard lock(mutex_);
    if (!customers_.contains(id)) return false;
    if (!two_steps_.emplace(id, TwoSteps{two_step, {recovery_codes.begin(), recovery_codes.end()}}).second) return false;
    const auto found = sessions_.find(session);
    if (found != sessions_.end() && found->second.customer == id) found->second.two_steps = true;
    return true;
  }

  bool UseStep(const CustomerId& id, std::int64_t step) override {
    const std::lock_guard lock(mutex_);
    const auto found = two_steps_.find(id);
    if (found == two_steps_.end() || found->second.two_step.last_step >= step) return false;
    found->second.two_step.last_step = step;
    return true;
  }

  bool UseRecoveryCode(const CustomerId& id, const TokenHash& code) override {
    const std::lock_guard lock(mutex_);
    const auto found = two_steps_.find(id);
    return found != two_steps_.end() && found->second.recovery_codes.erase(code) == 1;
  }

  bool ReplaceRecoveryCodes(const CustomerId& id, std::span<const TokenHash> recovery_codes) override {
    const std::lock_guard lock(mutex_);
    const auto found = two_steps_.find(id);
    if (found == two_steps_.end()) return false;
    found->second.recovery_codes = {recovery_codes.begin(), recovery_codes.end()};
    return true;
  }

  bool TurnOffTwoStep(const CustomerId& id) override {
    const std::lock_guard lock(mutex_);
    for (auto& [token, session] : sessions_) {
      if (session.customer == id) session.two_steps = false;
    }
    return two_steps_.erase(id) == 1;
  }

  std::vector<PeerTask> DueTasks(Timestamp now, int count_max) override {
    const std::lock_guard lock(mutex_);
    std::vector<Asked> due;
    for (const auto& [key, asked] : tasks_) {
      if (asked.due <= now) due.push_back(asked);
    }
    std::stable_sort(due.begin(), due.end(), [](const Asked& a, const Asked& b) {
      return std::tie(a.due, a.task.customer) < std::tie(b.due, b.task.customer);
    });
    if (static_cast<int>(due.size()) > count_max) due.resize(static_cast<std::size_t>(count_max));
    std::vector<PeerTask> tasks;
    for (const Asked& asked : due) tasks.push_back(asked.task);
    return tasks;
  }

  void FinishTask(const PeerTask& task) override {
    const std::lock_guard lock(mutex_);
    if (const auto found = Unchanged(task); found != tasks_.end()) tasks_.erase(found);
  }

  void PutOffTask(const PeerTask& task, Timestamp due) override {
    const std::lock_guard lock(mutex_);
    const auto found = Unchanged(task);
    if (found == tasks_.end()) return;
    found->second.task.failed_count += 1;
    found->second.due = due;
  }

  bool AddApiKey(const TokenHash& hash, const ApiKey& key, int in_use_max) override {
    const std::lock_guard lock(mutex_);
    const auto in_use = std::ranges::count_if(api_keys_, [](const auto& entry) { return !entry.second.revoked; });
    return in_use < in_use_max && api_keys_.emplace(hash, key).second;
  }

  std::vector<ApiKey> ListApiKeys(int count_max) override {
    const std::lock_guard lock(mutex_);
    std::vector<ApiKey> keys;
    for (const auto& [hash, key] : api_keys_) keys.push_back(key);
    std::ranges::sort(keys,
                      [](const ApiKey& a, const ApiKey& b) { return std::tie(a.created, a.id) > std::tie(b.created, b.id); });
    if (static_cast<int>(keys.size()) > count_max) keys.resize(static_cast<std::size_t>(count_max));
    return keys;
  }

  std::optional<ApiKey> RevokeApiKey(const std::string& id, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    for (auto& [hash, key] : api_keys_) {
      if (key.id != id) continue;
      if (!key.revoked) key.revoked = now;
      return key;
    }
    return std::nullopt;
  }

  std::optional<ApiKey> UseApiKey(const TokenHash& hash, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    const auto found = api_keys_.find(hash);
    if (found == api_keys_.end() || found->second.revoked) return std::nullopt;
    if (!found->second.last_used || now - *found->second.last_used >= kApiKeyUseNoted) found->second.last_used = now;
    return found->second;
  }

  std::optional<Timestamp> Attempt(std::span<const ThrottledSubject> subjects, Timestamp now) override {
    const std::lock_guard lock(mutex_);
    Timestamp allowed = Timestamp::min();
    for (const ThrottledSubject& one : subjects) {
      allowed = std::max(allowed, NextAllowed(attempts_[one.subject], one.policy));
    }
    if (allowed > now) return allowed;
    for (const ThrottledSubject& one : subjects) {
      attempts_[one.subject] = AfterAttempt(attempts_[one.subject], one.policy, now);
    }
    return std::nullopt;
  }

  void Forget(const Subject& subject) override {
    const std::lock_guard lock(mutex_);
    attempts_.erase(subject);
  }

  void TakeBack(const Subject& subject) override {
    const std::lock_guard lock(mutex_);
    Attempts& attempts = attempts_[subject];
    attempts.count = std::max<std::int64_t>(0, attempts.count - 1);
  }

  std::int64_t Sweep(const ExpiryRules& expiry_rules, Timestamp now, int count_max) override {
    const std::lock_guard lock(mutex_);
    return EraseSome(registrations_, count_max, [&](const Registration& waiting) { return waiting.expires <= now; }) +
           EraseSome(resets_, count_max, [&](const Reset& reset) { return reset.expires <= now; }) +
           EraseSome(sessions_, count_max,
                     [&](const Opened& session) { return ExpiryOf(session.times, expiry_rules.sessions) <= now; }) +
           EraseSome(attempts_, count_max,
                     [&](const Attempts& attempts) { return attempts.last <= now - expiry_rules.attempts_forgotten_after; });
  }

 private:
  struct Opened {
    CustomerId customer;
    SessionTimes times;
    bool two_steps = false;
  };
  struct TwoSteps {
    TwoStep two_step;
    std::set<TokenHash> recovery_codes;
  };
  struct Reset {
    CustomerId customer;
    Timestamp expires;
  };

  struct Asked {
    PeerTask task;
    Timestamp due{};
  };
  using PeerTasks = std::map<std::pair<PeerTask::Kind, CustomerId>, Asked>;

  void AskToClaim(const Customer& customer) {
    Asked& asked = tasks_[{PeerTask::Kind::kClaimGuestOrders, customer.id}];
    asked.task = {.customer = customer.id, .email = customer.email, .asked_count = asked.task.asked_count + 1};
    asked.due = {};
  }
  // Finds the task, unless it was asked for again since `task` was read.
  PeerTasks::iterator Unchanged(const PeerTask& task) {
    const auto found = tasks_.find({task.kind, task.customer});
    const bool same = found != tasks_.end() && found->second.task.asked_count == task.asked_count;
    return same ? found : tasks_.end();
  }

  template <typename Map, typename Predicate>
  static std::int64_t EraseSome(Map& map, int count_max, const Predicate& has_run_out) {
    std::int64_t erased = 0;
    for (auto next = map.begin(); next != map.end() && erased < count_max;) {
      if (has_run_out(next->second)) {
        next = map.erase(next);
        erased += 1;
      } else {
        ++next;
      }
    }
    return erased;
  }

  std::optional<TwoStep> LoadTwoStep(const CustomerId& id) const {
    const auto found = two_steps_.find(id);
    if (found == two_steps_.end()) return std::nullopt;
    TwoStep two_step = found->second.two_step;
    two_step.recovery_codes_left = static_cast<std::int64_t>(found->second.recovery_codes.size());
    return two_step;
  }
  Result<Customer> EraseLocked(const CustomerId& id, Timestamp now) {
    const auto found = customers_.find(id);
    if (found == customers_.end()) return UnknownCustomer(id);
    const Customer customer = found->second.customer;
    if (IsLastOwner(customer)) return LastOwner();
    EndAll(id, std::nullopt);
    EraseResets(id);
    EraseRegistrations(customer.email);
    two_steps_.erase(id);
    customers_.erase(found);
    std::erase_if(tasks_, [&](const auto& entry) { return entry.first.second == id; });
    tasks_[{PeerTask::Kind::kErase, id}].task = {
        .kind = PeerTask::Kind::kErase, .customer = id, .email = customer.email, .asked_count = 1};
    erased_.emplace(id, now);
    return customer;
  }
  Credentials* At(const std::string& email) {
    for (auto& [id, credentials] : customers_) {
      if (credentials.customer.email == email) return &credentials;
    }
    return nullptr;
  }
  bool Replace(const CustomerId& id, const PasswordHash& before, const PasswordHash& after) {
    const auto found = customers_.find(id);
    if (found == customers_.end() || found->second.password_hash != before) return false;
    found->second.password_hash = after;
    return true;
  }
  std::int64_t CountSessions(const CustomerId& id) const {
    return std::count_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) { return entry.second.customer == id; });
  }
  // The session used longest ago. The customer has to have one.
  std::map<TokenHash, Opened>::iterator LeastUsed(const CustomerId& id) {
    auto least = sessions_.end();
    for (auto next = sessions_.begin(); next != sessions_.end(); ++next) {
      if (next->second.customer != id) continue;
      if (least == sessions_.end() || next->second.times.last_used < least->second.times.last_used) {
        least = next;
      }
    }
    return least;
  }
  bool IsLastOwner(const Customer& customer) const {
    const auto owners = std::count_if(customers_.begin(), customers_.end(),
                                      [](const auto& entry) { return entry.second.customer.role == Role::kOwner; });
    return customer.role == Role::kOwner && owners == 1;
  }
  void EraseRegistrations(const std::string& email) {
    std::erase_if(registrations_, [&](const auto& entry) { return entry.second.customer.email == email; });
  }
  void EraseResets(const CustomerId& id) {
    std::erase_if(resets_, [&](const auto& entry) { return entry.second.customer == id; });
  }
  std::int64_t EndAll(const CustomerId& id, const std::optional<TokenHash>& keep) {
    return static_cast<std::int64_t>(
        std::erase_if(sessions_, [&](const auto& entry) { return entry.second.customer == id && entry.first != keep; }));
  }

  std::mutex mutex_;
  std::map<CustomerId, Credentials> customers_;  // Guarded by mutex_, as all below.
  std::map<TokenHash, Registration> registrations_;
  std::map<TokenHash, ApiKey> api_keys_;
  std::map<TokenHash, Opened> sessions_;
  std::map<TokenHash, Reset> resets_;
  std::map<CustomerId, TwoSteps> two_steps_;
  PeerTasks tasks_;
  std::map<Subject, Attempts> attempts_;
  std::map<CustomerId, Timestamp> erased_;
};

}  // namespace octavo::accounts
