// CachingShopClient: remembers the shelves, books on shelves, categories and campaigns that are the same for every
// reader. They are fetched again when they are older than kFresh, by one page at a time while the others still see the old
// ones; and when the catalogue does not answer, old ones serve for up to kStale. Everything else passes
// through. Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "services/marketplace/shop_client.h"

namespace octavo::marketplace {

// One kind of answer by the bytes of its request, or a part of answers by its name.
template <typename Response>
class AnswerCache {
 public:
  static constexpr std::chrono::seconds kFresh{5};
  static constexpr std::chrono::minutes kStale{10};

  // Keeps the newest half of `entries_max` at least.
  AnswerCache(const Clock& clock, std::size_t entries_max) : clock_(clock), entries_max_(entries_max) {}

  template <typename Fetch>
  Pending<Response> Get(const std::string& key, const Fetch& fetch) {
    if (auto known = Known(key)) return Pending<Response>(Answer<Response>(std::move(known)));
    return fetch().Then([this, key](Answer<Response> answer) { return Remember(key, std::move(answer)); });
  }

  // What may be shown without asking; null when this caller should ask.
  std::shared_ptr<const Response> Known(const std::string& key) {
    const Time now = clock_.MonotonicNow();
    const std::lock_guard lock(mutex_);
    Entry* const entry = Find(key);
    if (entry == nullptr || now - entry->fetched > kStale) return nullptr;
    if (now - entry->fetched <= kFresh) return entry->response;
    if (now - entry->refreshing_since <= std::chrono::seconds(1)) return entry->response;
    entry->refreshing_since = now;
    return nullptr;
  }

  // What to show, now that somebody has asked.
  Answer<Response> Remember(const std::string& key, Answer<Response> answer) {
    const Time now = clock_.MonotonicNow();
    const std::lock_guard lock(mutex_);
    if (answer.ok()) {
      Put(key, Entry{.response = *answer, .fetched = now, .refreshing_since = {}});
      return answer;
    }
    if (answer.error().code == Code::kNotFound) {
      newer_.erase(key);
      older_.erase(key);
    }
    const Entry* const entry = Find(key);
    return entry == nullptr || now - entry->fetched > kStale ? answer : entry->response;
  }

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Entry {
    std::shared_ptr<const Response> response;
    Time fetched;
    Time refreshing_since;  // Whoever fetches it at the moment; forgotten after a second.
  };
  using Entries = std::unordered_map<std::string, Entry>;

  Entry* Find(const std::string& key) {
    for (Entries* const entries : {&newer_, &older_}) {
      if (const auto entry = entries->find(key); entry != entries->end()) return &entry->second;
    }
    return nullptr;
  }

  void Put(const std::string& key, Entry entry) {
    newer_[key] = std::move(entry);
    if (newer_.size() > entries_max_ / 2) older_ = std::exchange(newer_, {});
  }

  const Clock& clock_;
  const std::size_t entries_max_;
  std::mutex mutex_;
  Entries newer_;  // Guarded by mutex_, as is older_: what was fetched last, and what before that.
  Entries older_;
};

// Books by their names, as they stand on a shelf.
class BookCache {
 public:
  using Response = catalog::v1::BatchGetBooksResponse;

  // 2,048 books of 2.5 kB = 5 MB.
  explicit BookCache(const Clock& clock) : books_(clock, 2048) {}

  // Asks for all of them unless each is known.
  template <typename Fetch>
  Pending<Response> Get(const catalog::v1::BatchGetBooksRequest& request, const Fetch& fetch) {
    auto known = std::make_shared<Response>();
    for (const std::string& name : request.names()) {
      const auto book = books_.Known(name);
      if (book == nullptr) {
        return fetch().Then(
            [this, names = request.names()](Answer<Response> answer) { return Remember(names, std::move(answer)); });
      }
      *known->add_books() = *book;
    }
    return Pending<Response>(Answer<Response>(std::move(known)));
  }

 private:
  using Names = google::protobuf::RepeatedPtrField<std::string>;

  Answer<Response> Remember(const Names& names, Answer<Response> answer) {
    if (answer.ok()) {
      for (const catalog::v1::Book& book : (*answer)->books()) {
        (void)books_.Remember(book.name(), std::make_shared<const catalog::v1::Book>(book));
      }
      for (const std::string& name : (*answer)->missing_names()) {
        (void)books_.Remember(name, Error{.code = Code::kNotFound});
      }
      return answer;
    }
    auto kept = std::make_shared<Response>();
    for (const std::string& name : names) {
      const Answer<catalog::v1::Book> book = books_.Remember(name, answer.error());
      if (!book.ok()) return answer;
      *kept->add_books() = **book;
    }
    return Answer<Response>(std::move(kept));
  }

  AnswerCache<catalog::v1::Book> books_;
};

// What runs in the shop is the same for every guest; of a customer it is asked each time.
class CachingPromotionsClient final : public PromotionsClient {
 public:
  CachingPromotionsClient(ShopClient& shop, const Clock& clock) : shop_(shop), banners_(clock, 2) {}

  Pending<promotions::v1::ListBannersResponse> ListBanners(const promotions::v1::ListBannersRequest& request,
                                                           const Budget& budget) override {
    const auto fetch = [&] { return shop_.promotions().ListBanners(request, budget); };
    return request.has_customer() ? fetch() : banners_.Get("", fetch);
  }

 private:
  ShopClient& shop_;
  AnswerCache<promotions::v1::ListBannersResponse> banners_;
};

class CachingShopClient final : public ShopClient {
 public:
  // Both must outlive it.
  CachingShopClient(ShopClient& inner, const Clock& clock)
      : inner_(inner), shelves_(clock, kShelvesMax), books_(clock), categories_(clock, 2), promotions_(inner, clock) {}

  // First pages are remembered.
  Pending<catalog::v1::ListBooksResponse> ListBooks(const catalog::v1::ListBooksRequest& request, const Budget& budget) override {
    if (!request.page_token().empty()) return inner_.ListBooks(request, budget);
    return shelves_.Get(request.SerializeAsString(), [&] { return inner_.ListBooks(request, budget); });
  }
  Pending<catalog::v1::ListCategoriesResponse> ListCategories(const Budget& budget) override {
    return categories_.Get("", [&] { return inner_.ListCategories(budget); });
  }

  Pending<catalog::v1::Book> GetBook(const catalog::v1::GetBookRequest& request, const Budget& budget) override {
    return inner_.GetBook(request, budget);
  }
  Pending<catalog::v1::BatchGetBooksResponse> BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                            const Budget& budget) override {
    const auto fetch = [&] { return inner_.BatchGetBooks(request, budget); };
    return request.has_read_mask() ? fetch() : books_.Get(request, fetch);
  }
  Pending<catalog::v1::SearchBooksResponse> SearchBooks(const catalog::v1::SearchBooksRequest& request,
                                                        const Budget& budget) override {
    return inner_.SearchBooks(request, budget);
  }
  Pending<catalog::v1::SuggestResponse> Suggest(const catalog::v1::SuggestRequest& request, const Budget& budget) override {
    return inner_.Suggest(request, budget);
  }
  Pending<catalog::v1::Author> GetAuthor(const catalog::v1::GetAuthorRequest& request, const Budget& budget) override {
    return inner_.GetAuthor(request, budget);
  }
  Pending<recommendations::v1::BatchRecommendResponse> BatchRecommend(const recommendations::v1::BatchRecommendRequest& request,
                                                                      const Budget& budget) override {
    return inner_.BatchRecommend(request, budget);
  }
  Pending<recommendations::v1::ListSimilarBooksResponse> ListSimilarBooks(
      const recommendations::v1::ListSimilarBooksRequest& request, const Budget& budget) override {
    return inner_.ListSimilarBooks(request, budget);
  }
  Pending<recommendations::v1::BecauseResponse> Because(const recommendations::v1::BecauseRequest& request,
                                                        const Budget& budget) override {
    return inner_.Because(request, budget);
  }
  Pending<recommendations::v1::MergeReaderResponse> MergeReader(const recommendations::v1::MergeReaderRequest& request,
                                                                const Budget& budget) override {
    return inner_.MergeReader(request, budget);
  }
  Status RecordEvents(const std::vector<recommendations::v1::Event>& events, const Budget& budget) override {
    return inner_.RecordEvents(events, budget);
  }
  Pending<inventory::v1::BatchGetStockResponse> BatchGetStock(const inventory::v1::BatchGetStockRequest& request,
                                                              const Budget& budget) override {
    return inner_.BatchGetStock(request, budget);
  }
  std::shared_ptr<Subscription> WatchStock(const inventory::v1::WatchStockRequest& request,
                                           Listener<inventory::v1::WatchStockResponse> listener) override {
    return inner_.WatchStock(request, std::move(listener));
  }
  CartClient& cart() override { return inner_.cart(); }
  OrdersClient& orders() override { return inner_.orders(); }
  PromotionsClient& promotions() override { return promotions_; }
  AccountsClient& accounts() override { return inner_.accounts(); }

 private:
  // 256 shelves of 24 books x 1.5 kB = 9 MB.
  static constexpr std::size_t kShelvesMax = 256;

  ShopClient& inner_;
  AnswerCache<catalog::v1::ListBooksResponse> shelves_;
  BookCache books_;
  AnswerCache<catalog::v1::ListCategoriesResponse> categories_;
  CachingPromotionsClient promotions_;
};

}  // namespace octavo::marketplace
