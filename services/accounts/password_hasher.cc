#include "services/accounts/password_hasher.h"

#include <sodium.h>

#include <string>
#include <utility>

#include "services/accounts/concurrency_limit.h"
#include "services/accounts/domain/password.h"

namespace octavo::accounts {

class PasswordHasher::Turn {
 public:
  // Waits for it, unless too many do: then RESOURCE_EXHAUSTED (OVERLOADED).
  static Result<Turn> Take(PasswordHasher& hasher) {
    std::unique_lock lock(hasher.mutex_);
    if (hasher.running_ >= hasher.options_.at_once_max) {
      if (hasher.waiting_ >= hasher.options_.waiting_max) return TooManyPasswords();
      hasher.waiting_ += 1;
      hasher.turn_over_.wait(lock, [&] { return hasher.running_ < hasher.options_.at_once_max; });
      hasher.waiting_ -= 1;
    }
    hasher.running_ += 1;
    hasher.count_ += 1;
    return Turn(&hasher);
  }

  Turn(Turn&& other) noexcept : hasher_(std::exchange(other.hasher_, nullptr)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (hasher_ == nullptr) return;
    {
      const std::lock_guard lock(hasher_->mutex_);
      hasher_->running_ -= 1;
    }
    hasher_->turn_over_.notify_one();
  }

 private:
  explicit Turn(PasswordHasher* hasher) : hasher_(hasher) {}

  PasswordHasher* hasher_;
};

Result<std::unique_ptr<PasswordHasher>> PasswordHasher::Make(Options options) {
  if (options.at_once_max < 1) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", "at least one password has to be hashed at a time"};
  }
  const bool taken = options.memory_bytes >= static_cast<std::int64_t>(crypto_pwhash_MEMLIMIT_MIN) &&
                     options.memory_bytes <= static_cast<std::int64_t>(crypto_pwhash_MEMLIMIT_MAX) &&
                     options.passes >= static_cast<std::int64_t>(crypto_pwhash_OPSLIMIT_MIN) &&
                     options.passes <= static_cast<std::int64_t>(crypto_pwhash_OPSLIMIT_MAX);
  if (!taken) {
    return Error{Code::kInvalidArgument, "BAD_OPTION", "argon2id does not take these hash parameters"};
  }
  std::unique_ptr<PasswordHasher> hasher(new PasswordHasher(options));
  unsigned char unknown[32];
  randombytes_buf(unknown, sizeof unknown);  // As libsodium makes the salts.
  hasher->of_nobody_ = TRY(hasher->HashNow(Secret(std::string(reinterpret_cast<char*>(unknown), sizeof unknown))));
  return hasher;
}

Result<PasswordHash> PasswordHasher::HashNow(const Secret& password) const {
  char text[crypto_pwhash_STRBYTES];
  const std::string_view plain = password.Reveal();
  if (crypto_pwhash_str_alg(text, plain.data(), plain.size(), static_cast<unsigned long long>(options_.passes),
                            static_cast<std::size_t>(options_.memory_bytes), crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error{Code::kResourceExhausted, "OVERLOADED", "there is not enough memory to hash a password"};
  }
  return PasswordHash(text);
}

Result<PasswordHash> PasswordHasher::Hash(const Secret& password) {
  const Turn turn = TRY(Turn::Take(*this));
  return HashNow(Normalized(password));
}

Result<PasswordHasher::Verdict> PasswordHasher::Verify(const PasswordHash& hash, const Secret& password) {
  const char* const text = hash.value().c_str();
  const auto is_of = [text](std::string_view plain) { return crypto_pwhash_str_verify(text, plain.data(), plain.size()) == 0; };
  const Secret normalized = Normalized(password);
  const Turn turn = TRY(Turn::Take(*this));
  if (is_of(normalized.Reveal())) {
    return Verdict{.matches = true,
                   .outdated = crypto_pwhash_str_needs_rehash(text, static_cast<unsigned long long>(options_.passes),
                                                              static_cast<std::size_t>(options_.memory_bytes)) != 0};
  }
  // Older hashes were made of the password as typed, before normalising was introduced.
  const bool differs = normalized.Reveal() != password.Reveal();
  return Verdict{.matches = differs && is_of(password.Reveal()), .outdated = true};
}

Status PasswordHasher::VerifyNothing(const Secret& password) {
  TRY(Verify(of_nobody_, password));
  return Ok();
}

}  // namespace octavo::accounts
