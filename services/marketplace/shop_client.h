// ShopClient: what the pages ask the other services. Every method starts a call and returns at once; a page
// starts all it needs, then waits for one after the other, so that a page takes as long as its slowest part
// and never longer than its Budget. Implementations: GrpcShopClient (the services), CachingShopClient
// (remembers what all readers see), and for tests FakeShopClient. Thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/obs/trace.h"
#include "octavo/catalog/v1/catalog.pb.h"
#include "octavo/inventory/v1/inventory.pb.h"
#include "octavo/recommendations/v1/recommendations.pb.h"

namespace octavo::marketplace {

// How long a page, or one part of it, may still take.
class Budget {
 public:
  // `clock` must outlive it.
  Budget(const Clock& clock, std::chrono::milliseconds total, obs::TraceContext trace = {})
      : clock_(&clock), end_(clock.MonotonicNow() + total), trace_(trace) {}

  // A part that may take `part`, but never more than the whole.
  Budget Part(std::chrono::milliseconds part) const {
    Budget lowered = *this;
    lowered.end_ = std::min(end_, clock_->MonotonicNow() + part);
    return lowered;
  }
  std::chrono::microseconds Left() const {
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(end_ - clock_->MonotonicNow());
    return std::max(left, std::chrono::microseconds(0));
  }
  const obs::TraceContext& trace() const { return trace_; }

 private:
  const Clock* clock_;
  std::chrono::steady_clock::time_point end_;
  obs::TraceContext trace_;
};

// Shared, because a remembered answer goes to many pages at once; never null.
template <typename Response>
using Answer = Result<std::shared_ptr<const Response>>;

// An answer on its way.
template <typename Response>
class Pending {
 public:
  explicit Pending(Answer<Response> ready) : ready_(std::move(ready)) {}
  explicit Pending(std::future<Answer<Response>> future) : future_(std::move(future)) {}

  // Looks at the answer, or at the want of one, before Get() gives it.
  Pending Then(std::function<Answer<Response>(Answer<Response>)> step) && {
    step_ = std::move(step);
    return std::move(*this);
  }

  // Waits for the answer while `budget` lasts; then DEADLINE_EXCEEDED (TOO_SLOW). Call it once.
  Answer<Response> Get(const Budget& budget) {
    Answer<Response> answer = Wait(budget);
    return step_ ? step_(std::move(answer)) : std::move(answer);
  }

 private:
  Answer<Response> Wait(const Budget& budget) {
    if (!future_.valid()) return std::move(ready_);
    if (future_.wait_for(budget.Left()) == std::future_status::ready) return future_.get();
    return Error{Code::kDeadlineExceeded, "TOO_SLOW", "no answer within the page's budget"};
  }

  Answer<Response> ready_ = Error{};
  std::future<Answer<Response>> future_;
  std::function<Answer<Response>(Answer<Response>)> step_;
};

class ShopClient {
 public:
  virtual ~ShopClient() = default;

  virtual Pending<catalog::v1::Book> GetBook(const catalog::v1::GetBookRequest& request,
                                             const Budget& budget) = 0;
  virtual Pending<catalog::v1::BatchGetBooksResponse> BatchGetBooks(
      const catalog::v1::BatchGetBooksRequest& request, const Budget& budget) = 0;
  virtual Pending<catalog::v1::ListBooksResponse> ListBooks(const catalog::v1::ListBooksRequest& request,
                                                            const Budget& budget) = 0;
  virtual Pending<catalog::v1::SearchBooksResponse> SearchBooks(
      const catalog::v1::SearchBooksRequest& request, const Budget& budget) = 0;
  virtual Pending<catalog::v1::SuggestResponse> Suggest(const catalog::v1::SuggestRequest& request,
                                                        const Budget& budget) = 0;
  virtual Pending<catalog::v1::Author> GetAuthor(const catalog::v1::GetAuthorRequest& request,
                                                 const Budget& budget) = 0;
  virtual Pending<catalog::v1::ListCategoriesResponse> ListCategories(const Budget& budget) = 0;

  virtual Pending<recommendations::v1::RecommendResponse> Recommend(
      const recommendations::v1::RecommendRequest& request, const Budget& budget) = 0;
  virtual Pending<recommendations::v1::ListSimilarBooksResponse> ListSimilarBooks(
      const recommendations::v1::ListSimilarBooksRequest& request, const Budget& budget) = 0;
  virtual Pending<recommendations::v1::BecauseResponse> Because(
      const recommendations::v1::BecauseRequest& request, const Budget& budget) = 0;
  // Waits: for the sender of events, not for pages. OK when they are durable.
  virtual Status RecordEvents(const std::vector<recommendations::v1::Event>& events,
                              const Budget& budget) = 0;

  virtual Pending<inventory::v1::BatchGetStockResponse> BatchGetStock(
      const inventory::v1::BatchGetStockRequest& request, const Budget& budget) = 0;
};

}  // namespace octavo::marketplace
