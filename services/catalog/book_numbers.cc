#include "services/catalog/book_numbers.h"

#include <algorithm>

#include "lib/obs/older_copy.h"

namespace octavo::catalog {

BookNumbers::BookNumbers(Store& store, obs::Log& log, obs::Metrics& metrics, std::chrono::milliseconds wait_max)
    : store_(store), log_(log), older_copy_(obs::OlderCopy(metrics, "catalog")), wait_max_(wait_max) {}

void BookNumbers::AskAll(const std::map<std::string, Ask>& peers) {
  {
    const std::lock_guard lock(mutex_);
    if (known_) return;
  }
  const std::int64_t most = store_.LastNumber() + kLostMax;
  std::string missing;
  for (const auto& [name, ask] : peers) {
    if (answers_.contains(name)) continue;
    const Result<std::int64_t> answer = ask(most);
    if (answer.ok()) answers_[name] = *answer;
    if (!answer.ok()) missing += (missing.empty() ? "" : ", ") + name;
  }
  const auto highest =
      std::max_element(answers_.begin(), answers_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (missing.empty() && highest != answers_.end()) PassOver(highest->first, highest->second);
  const std::lock_guard lock(mutex_);
  known_ = missing.empty();
  missing_ = missing;
  changed_.notify_all();
}

void BookNumbers::PassOver(const std::string& peer, std::int64_t number) {
  const std::int64_t last = store_.LastNumber();
  if (number <= last) return;
  store_.PassOverNumbers(number);
  older_copy_.Set(1);
  log_.Warn("older_copy_found", {{"store", "catalog"},
                                 {"known_to", peer},
                                 {"first_lost", BookName(BookId(last + 1))},
                                 {"last_lost", BookName(BookId(number))},
                                 {"what", "others name books that are lost; their numbers are not given again"}});
}

Status BookNumbers::Wait() {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, wait_max_, [this] { return known_; })) return Ok();
  return Error{Code::kUnavailable, "BOOK_NUMBERS_UNKNOWN",
               "a new book needs a number that no lost one had, and these have not yet said which they know: " + missing_};
}

}  // namespace octavo::catalog
