#include "services/marketplace/testing/fake_recommendations.h"

#include <algorithm>
#include <utility>

namespace octavo::marketplace {

using catalog::v1::Book;

// Keeps the events that come in.
class FakeRecommendations::Recording final
    : public rpc::Sink<recommendations::v1::RecordEventsRequest, recommendations::v1::RecordEventsResponse> {
 public:
  explicit Recording(FakeRecommendations& of) : recommendations_(of) {}

  Status Take(recommendations::v1::RecordEventsRequest request) override {
    recommendations_.Record(request.event());
    return Ok();
  }
  Result<recommendations::v1::RecordEventsResponse> Finish() override { return recommendations::v1::RecordEventsResponse(); }

 private:
  FakeRecommendations& recommendations_;
};

FakeRecommendations::FakeRecommendations(FakeServer& server, const FakeCatalog& catalog)
    : FakeService("octavo.recommendations.v1.RecommendationsService", server), catalog_(catalog) {
  Answer<&FakeRecommendations::BatchRecommend>("BatchRecommend");
  Answer<&FakeRecommendations::ListSimilarBooks>("ListSimilarBooks");
  Answer<&FakeRecommendations::Because>("Because");
  Answer<&FakeRecommendations::MergeReader>("MergeReader");
  ClientStreaming("RecordEvents", this, &FakeRecommendations::RecordEvents);
}

std::vector<recommendations::v1::Event> FakeRecommendations::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

void FakeRecommendations::Record(const recommendations::v1::Event& event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
}

std::vector<std::string> FakeRecommendations::Viewed(const std::string& reader) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> viewed;
  for (const auto& event : events_) {
    if (event.reader() == reader && event.type() == recommendations::v1::EVENT_TYPE_VIEW) viewed.push_back(event.book());
  }
  std::reverse(viewed.begin(), viewed.end());
  return viewed;
}

recommendations::v1::RecommendResponse FakeRecommendations::Shelf(const recommendations::v1::RecommendRequest& request) const {
  recommendations::v1::RecommendResponse response;
  const std::vector<std::string> viewed = Viewed(request.reader());
  const auto add = [&](const Book& book, recommendations::v1::Origin origin, const std::string& because) {
    if (response.recommendations_size() == request.max_results()) return;
    if (std::find(viewed.begin(), viewed.end(), book.name()) != viewed.end()) return;
    recommendations::v1::Recommendation& one = *response.add_recommendations();
    one.set_book(book.name());
    one.set_title(book.title());
    one.set_origin(origin);
    if (!because.empty()) one.add_because_books(because);
  };
  const Book* last = viewed.empty() ? nullptr : catalog_.Find(viewed.front());
  for (const Book& book : catalog_.books()) {
    if (last != nullptr && FakeCatalog::InCategory(book, last->categories(0)))
      add(book, recommendations::v1::ORIGIN_PERSONAL, last->name());
    if (last == nullptr && book.ratings_count() % 7 == 0) add(book, recommendations::v1::ORIGIN_POPULAR, "");
  }
  return response;
}

recommendations::v1::BookList FakeRecommendations::Arranged(const std::string& reader,
                                                            const recommendations::v1::BookList& list) const {
  recommendations::v1::BookList arranged;
  const std::lock_guard lock(mutex_);
  for (const std::string& name : list.books()) {
    const bool is_bought = std::any_of(events_.begin(), events_.end(), [&](const auto& event) {
      return event.reader() == reader && event.book() == name && event.type() == recommendations::v1::EVENT_TYPE_PURCHASE;
    });
    if (!is_bought) arranged.add_books(name);
  }
  return arranged;
}

Result<recommendations::v1::BatchRecommendResponse> FakeRecommendations::BatchRecommend(
    const rpc::Call&, const recommendations::v1::BatchRecommendRequest& request) {
  recommendations::v1::BatchRecommendResponse response;
  for (const auto& shelf : request.requests()) *response.add_responses() = Shelf(shelf);
  for (const auto& list : request.lists()) *response.add_lists() = Arranged(request.requests(0).reader(), list);
  return response;
}

Result<recommendations::v1::ListSimilarBooksResponse> FakeRecommendations::ListSimilarBooks(
    const rpc::Call&, const recommendations::v1::ListSimilarBooksRequest& request) {
  recommendations::v1::ListSimilarBooksResponse response;
  const Book* like = catalog_.Find(request.book());
  if (like == nullptr) return Error{Code::kNotFound, "UNKNOWN_BOOK", request.book()};
  for (auto book = catalog_.books().rbegin(); book != catalog_.books().rend(); ++book) {
    if (response.recommendations_size() == request.max_results()) break;
    if (book->name() != like->name() && !like->categories().empty() && FakeCatalog::InCategory(*book, like->categories(0))) {
      response.add_recommendations()->set_book(book->name());
    }
  }
  return response;
}

Result<recommendations::v1::BecauseResponse> FakeRecommendations::Because(const rpc::Call&,
                                                                          const recommendations::v1::BecauseRequest& request) {
  recommendations::v1::BecauseResponse response;
  const Book* book = catalog_.Find(request.book());
  if (book == nullptr) return Error{Code::kNotFound, "UNKNOWN_BOOK", request.book()};
  for (const std::string& name : Viewed(request.reader())) {
    const Book* viewed = catalog_.Find(name);
    if (viewed == nullptr || name == request.book() || response.contributions_size() == 3) continue;
    if (!book->categories().empty() && FakeCatalog::InCategory(*viewed, book->categories(0))) {
      recommendations::v1::Contribution& one = *response.add_contributions();
      one.set_book(name);
      one.set_title(viewed->title());
    }
  }
  return response;
}

Result<recommendations::v1::MergeReaderResponse> FakeRecommendations::MergeReader(
    const rpc::Call&, const recommendations::v1::MergeReaderRequest& request) {
  const std::lock_guard lock(mutex_);
  for (recommendations::v1::Event& event : events_) {
    if (event.reader() == request.from_reader()) event.set_reader(request.to_reader());
  }
  return recommendations::v1::MergeReaderResponse();
}

Result<FakeRecommendations::Recorded> FakeRecommendations::RecordEvents(const rpc::Call& call) {
  TRY(Allow(call, *recommendations::v1::RecordEventsRequest::descriptor()));
  if (before_record) before_record();
  return std::make_unique<Recording>(*this);
}

}  // namespace octavo::marketplace
