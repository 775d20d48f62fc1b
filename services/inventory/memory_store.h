// MemoryStore: a Store in memory, for tests of code that uses a store. It passes the same contract test as SqlStore; every verb
// is one step under one lock, on a copy that replaces the state only if all went well.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "services/inventory/store.h"

namespace octavo::inventory {

class MemoryStore : public Store {
 public:
  std::vector<Stock> GetStocks(std::span<const BookId> books) override {
    const std::lock_guard lock(mutex_);
    std::vector<Stock> stocks;
    for (const BookId book : books) stocks.push_back(state_.StockOf(book));
    return stocks;
  }

  std::vector<Stock> ListStocks(BookId after, int count_max) override {
    return ListIf(after, count_max, [](const Stock&) { return true; });
  }

  BookId LastBook(BookId most) override {
    const std::lock_guard lock(mutex_);
    const auto behind = state_.stocks.upper_bound(most);
    return behind == state_.stocks.begin() ? BookId{0} : std::prev(behind)->first;
  }

  std::vector<Stock> ListLowStocks(BookId after, int count_max) override {
    return ListIf(after, count_max, [](const Stock& stock) { return stock.IsLow(); });
  }

  std::vector<Movement> ListMovements(BookId book, std::int64_t before, int count_max) override {
    const std::lock_guard lock(mutex_);
    std::vector<Movement> movements;
    for (auto next = state_.movements.rbegin(); next != state_.movements.rend(); ++next) {
      if (next->book != book || next->sequence >= before) continue;
      if (static_cast<int>(movements.size()) == count_max) break;
      movements.push_back(*next);
    }
    return movements;
  }

  std::optional<Reservation> FindReservation(const RequestId& id) override {
    const std::lock_guard lock(mutex_);
    const auto found = state_.reservations.find(id);
    return found == state_.reservations.end() ? std::nullopt : std::optional(found->second);
  }

  Result<Changed<Reservation>> Reserve(const ReserveOrder& order, Timestamp now) override {
    return Run<Reservation>([&](Work& work) -> Result<Reservation> {
      const std::int64_t fingerprint = FingerprintOf(order.demand, order.time_to_live);
      if (const Reservation* before = work.Find(order.request)) {
        TRY(CheckRepeatedReserve(*before, fingerprint, now));
        return *before;
      }
      std::set<BookId> scarce;
      for (const auto& [book, quantity] : order.demand) {
        if (work.state.StockOf(book).available() < quantity) scarce.insert(book);
      }
      work.Expire(scarce, now);
      Reservation reservation{
          .id = order.request, .fingerprint = fingerprint, .created = now, .expires = now + order.time_to_live};
      for (const auto& [book, quantity] : order.demand) {
        reservation.lines.push_back(TRY(Promise(work.state.StockOf(book), quantity)));
      }
      for (const ReservedLine& line : reservation.lines) Hold(work.At(line.book), line);
      work.state.reservations.emplace(order.request, reservation);
      return reservation;
    });
  }

  Result<Changed<Reservation>> Commit(const RequestId& id, Timestamp now) override {
    return Run<Reservation>([&](Work& work) -> Result<Reservation> {
      Reservation* reservation = work.Find(id);
      if (reservation == nullptr) return UnknownReservation(id);
      if (TRY(DecideCommit(*reservation, now)) == Step::kDoneBefore) return *reservation;
      for (const ReservedLine& line : reservation->lines) {
        Ship(work.At(line.book), line, id, now, work.state.movements);
      }
      reservation->state = State::kCommitted;
      return *reservation;
    });
  }

  Result<Changed<Reservation>> Release(const RequestId& id, Timestamp now) override {
    return Run<Reservation>([&](Work& work) -> Result<Reservation> {
      Reservation* reservation = work.Find(id);
      if (reservation == nullptr) {
        const Reservation tombstone{.id = id, .state = State::kReleased, .created = now, .expires = now};
        work.state.reservations.emplace(id, tombstone);
        return tombstone;
      }
      if (TRY(DecideRelease(*reservation)) == Step::kDo) work.Close(*reservation, State::kReleased, now);
      return *reservation;
    });
  }

  Result<Changed<Reservation>> TakeBack(const Return& returned, Timestamp now) override {
    return Run<Reservation>([&](Work& work) -> Result<Reservation> {
      Reservation* reservation = work.Find(returned.reservation);
      if (reservation == nullptr) return UnknownReservation(returned.reservation);
      TRY(CheckReturn(*reservation));
      if (TRY(work.Once(returned.request, returned.fingerprint())) == Step::kDoneBefore) return *reservation;
      const Demand copies = TRY(CopiesToTakeBack(*reservation, returned.copies));
      const Cause cause{.request = returned.request, .reason = Reason::kReturn, .note = returned.note, .time = now};
      for (ReservedLine& line : reservation->lines) {
        const auto quantity = copies.find(line.book);
        if (quantity == copies.end()) continue;
        if (returned.only_waiting) {
          StrikeOff(work.At(line.book), line, quantity->second);
        } else {
          TRY(inventory::TakeBack(work.At(line.book), line, quantity->second, cause, work.state.movements));
        }
        work.FillWaiting(line.book, now);
      }
      return *reservation;
    });
  }

  Result<Changed<std::vector<Stock>>> Receive(const Receipt& receipt, Timestamp now) override {
    return Run<std::vector<Stock>>([&](Work& work) -> Result<std::vector<Stock>> {
      if (TRY(work.Once(receipt.request, receipt.fingerprint())) == Step::kDo) {
        const Cause cause{.request = receipt.request, .reason = receipt.reason, .note = receipt.note, .time = now};
        for (const auto& [book, quantity] : receipt.copies) {
          TRY(CheckCorrection(work.state.StockOf(book), quantity));
          work.state.movements.push_back(Move(work.At(book), quantity, cause));
          work.FillWaiting(book, now);
        }
      }
      std::vector<Stock> stocks;
      for (const auto& [book, quantity] : receipt.copies) stocks.push_back(work.state.StockOf(book));
      return stocks;
    });
  }

  Result<Changed<Stock>> Adjust(const Adjustment& adjustment, Timestamp now) override {
    const Cause cause{.request = adjustment.request, .reason = adjustment.reason, .note = adjustment.note, .time = now};
    return Correct(adjustment.book, cause, adjustment.fingerprint(), [&](const Stock&) { return adjustment.difference; });
  }

  Result<Changed<Stock>> SetCounted(const Count& count, Timestamp now) override {
    const Cause cause{.request = count.request, .reason = Reason::kCount, .note = count.note, .time = now};
    return Correct(count.book, cause, count.fingerprint(), [&](const Stock& stock) { return count.on_hand - stock.on_hand; });
  }

  Changed<Stock> SetPolicy(BookId book, const Policy& policy) override {
    return Run<Stock>([&](Work& work) -> Result<Stock> {
             if (work.state.StockOf(book).policy != policy) work.At(book).policy = policy;
             return work.state.StockOf(book);
           })
        .value();
  }

  Changed<int> Sweep(Timestamp now, int count_max) override {
    return Run<int>([&](Work& work) -> Result<int> { return work.ExpireIf(now, count_max, [](const auto&) { return true; }); })
        .value();
  }

  std::vector<BookFacts> ReadFacts(BookId after, int count_max) override {
    const std::lock_guard lock(mutex_);
    std::map<BookId, BookFacts> facts;
    for (const auto& [book, stock] : state_.stocks) facts[book].stock = stock;
    for (const Movement& movement : state_.movements) AddTo(facts[movement.book], movement);
    for (const auto& [id, reservation] : state_.reservations) {
      for (const ReservedLine& line : reservation.lines) AddTo(facts[line.book], reservation.state, line);
    }
    std::vector<BookFacts> page;
    for (auto next = facts.upper_bound(after); next != facts.end(); ++next) {
      if (static_cast<int>(page.size()) == count_max) break;
      next->second.stock.book = next->first;
      page.push_back(next->second);
    }
    return page;
  }

 protected:
  struct Everything {
    std::map<BookId, Stock> stocks;
    std::vector<Movement> movements;
    std::map<RequestId, Reservation> reservations;
    std::map<RequestId, std::int64_t> requests;  // With their fingerprints.

    Stock StockOf(BookId book) const {
      const auto found = stocks.find(book);
      return found == stocks.end() ? Stock{.book = book} : found->second;
    }
  };

  // One verb's own copy of everything.
  struct Work {
    Everything state;

    Stock& At(BookId book) { return state.stocks.try_emplace(book, Stock{.book = book}).first->second; }
    Reservation* Find(const RequestId& id) {
      const auto found = state.reservations.find(id);
      return found == state.reservations.end() ? nullptr : &found->second;
    }
    Result<Step> Once(const RequestId& request, std::int64_t fingerprint) {
      const auto [found, is_new] = state.requests.emplace(request, fingerprint);
      if (found->second != fingerprint) return RequestIdReused(request);
      return is_new ? Step::kDo : Step::kDoneBefore;
    }

    void FillWaiting(BookId book, Timestamp now) {
      std::vector<std::tuple<Timestamp, Waiting>> queue;
      for (const auto& [id, reservation] : state.reservations) {
        for (const ReservedLine& line : reservation.lines) {
          if (line.book != book || line.waiting == 0) continue;
          queue.push_back({reservation.created, {id, reservation.state, line.waiting}});
        }
      }
      std::stable_sort(queue.begin(), queue.end(),
                       [](const auto& a, const auto& b) { return std::get<Timestamp>(a) < std::get<Timestamp>(b); });
      std::vector<Waiting> waiting;
      for (const auto& [created, next] : queue) waiting.push_back(next);
      for (const Filled& filled : Fill(At(book), waiting, now, state.movements)) {
        for (ReservedLine& line : state.reservations.at(filled.reservation).lines) {
          if (line.book == book) line.waiting -= filled.quantity;
        }
      }
    }

    void Close(Reservation& reservation, State closed, Timestamp now) {
      reservation.state = closed;
      for (ReservedLine& line : reservation.lines) GiveUp(At(line.book), line);
      for (const ReservedLine& line : reservation.lines) FillWaiting(line.book, now);
    }

    // The first to expire first.
    template <typename Predicate>
    int ExpireIf(Timestamp now, int count_max, const Predicate& predicate) {
      std::map<std::pair<Timestamp, RequestId>, Reservation*> due;
      for (auto& [id, reservation] : state.reservations) {
        if (reservation.state != State::kOpen || reservation.expires > now || !predicate(reservation)) continue;
        due.emplace(std::pair(reservation.expires, id), &reservation);
      }
      int expired = 0;
      for (const auto& [when, reservation] : due) {
        if (expired == count_max) break;
        Close(*reservation, State::kExpired, now);
        ++expired;
      }
      return expired;
    }
    void Expire(const std::set<BookId>& books, Timestamp now) {
      ExpireIf(now, INT32_MAX, [&](const Reservation& reservation) {
        return std::any_of(reservation.lines.begin(), reservation.lines.end(),
                           [&](const ReservedLine& line) { return books.contains(line.book); });
      });
    }
  };

  // Runs `verb(Work&) -> Result<T>` and keeps what it did, unless it failed.
  template <typename T, typename Verb>
  Result<Changed<T>> Run(const Verb& verb) {
    const std::lock_guard lock(mutex_);
    Work work{state_};
    Result<T> answer = verb(work);
    if (!answer.ok()) return std::move(answer).error();
    std::vector<Stock> changed;
    for (auto& [book, stock] : work.state.stocks) {
      if (stock == state_.StockOf(book)) continue;
      ++stock.version;
      changed.push_back(stock);
    }
    state_ = std::move(work.state);
    return Changed<T>{WithVersion(*std::move(answer)), std::move(changed)};
  }

  std::mutex mutex_;
  Everything state_;  // Guarded by mutex_.

 private:
  // Versions are counted up after the verb has run, so answers that contain versions are corrected here.
  template <typename T>
  T WithVersion(T answer) const {
    return answer;
  }
  Stock WithVersion(const Stock& stock) const { return state_.StockOf(stock.book); }
  std::vector<Stock> WithVersion(std::vector<Stock> stocks) const {
    for (Stock& stock : stocks) stock = state_.StockOf(stock.book);
    return stocks;
  }

  template <typename Predicate>
  std::vector<Stock> ListIf(BookId after, int count_max, const Predicate& predicate) {
    const std::lock_guard lock(mutex_);
    std::vector<Stock> stocks;
    for (auto next = state_.stocks.upper_bound(after); next != state_.stocks.end(); ++next) {
      if (static_cast<int>(stocks.size()) == count_max) break;
      if (predicate(next->second)) stocks.push_back(next->second);
    }
    return stocks;
  }

  template <typename DifferenceOf>
  Result<Changed<Stock>> Correct(BookId book, const Cause& cause, std::int64_t fingerprint, const DifferenceOf& difference_of) {
    return Run<Stock>([&](Work& work) -> Result<Stock> {
      if (TRY(work.Once(cause.request, fingerprint)) == Step::kDoneBefore) return work.state.StockOf(book);
      if (!CheckCorrection(work.state.StockOf(book), difference_of(work.state.StockOf(book))).ok()) {
        work.Expire({book}, cause.time);
      }
      const std::int64_t difference = difference_of(work.state.StockOf(book));
      TRY(CheckCorrection(work.state.StockOf(book), difference));
      if (difference != 0) work.state.movements.push_back(Move(work.At(book), difference, cause));
      // A book that was counted at 0 and never received stays unknown.
      if (work.state.stocks.contains(book)) work.FillWaiting(book, cause.time);
      return work.state.StockOf(book);
    });
  }

  static void AddTo(BookFacts& facts, const Movement& movement) {
    if (movement.balance != facts.ledger_last_balance + movement.difference ||
        movement.sequence != facts.ledger_last_sequence + 1) {
      ++facts.ledger_breaks;
    }
    facts.ledger_sum += movement.difference;
    ++facts.ledger_entries;
    facts.ledger_last_sequence = movement.sequence;
    facts.ledger_last_balance = movement.balance;
    if (movement.reason == Reason::kSale) facts.ledger_sold -= movement.difference;
  }

  static void AddTo(BookFacts& facts, State state, const ReservedLine& line) {
    if (state == State::kOpen) facts.open_held += line.held();
    if (state == State::kCommitted) facts.committed_held += line.held();
    const bool closed = state == State::kReleased || state == State::kExpired;
    (closed ? facts.closed_waiting : facts.waiting) += line.waiting;
  }
};

}  // namespace octavo::inventory
