#include "services/recommendations/service.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "lib/rpc/values.h"
#include "services/recommendations/domain/report.h"
#include "services/recommendations/workspace.h"

namespace octavo::recommendations {
namespace {

constexpr int kBecauseDefault = 3;
constexpr int kBecauseResultsMax = 20;
constexpr names::PageSizes kPageSizes{.standard = 1000, .most = 1000};  // Of ListReaderEvents.

v1::Origin ToProto(Origin origin) {
  switch (origin) {
    case Origin::kPersonal: return v1::ORIGIN_PERSONAL;
    case Origin::kPopular: return v1::ORIGIN_POPULAR;
    case Origin::kExploration: return v1::ORIGIN_EXPLORATION;
  }
  return v1::ORIGIN_UNSPECIFIED;
}

v1::Recommendation ToProto(const Assortment& assortment, const Suggestion& suggestion) {
  v1::Recommendation proto;
  proto.set_book(BookName(assortment.BookOf(suggestion.item)));
  const std::string_view title = assortment.TitleOf(suggestion.item);
  proto.set_title(title.data(), title.size());
  proto.set_score(suggestion.score);
  proto.set_origin(ToProto(suggestion.origin));
  for (std::size_t i = 0; i < suggestion.because_count; ++i) {
    proto.add_because_books(BookName(assortment.BookOf(suggestion.because[i])));
  }
  return proto;
}

v1::RecommendResponse ToProto(const Shelf& shelf) {
  v1::RecommendResponse response;
  response.mutable_recommendations()->Reserve(static_cast<int>(shelf.suggestions.size()));
  for (const Suggestion& suggestion : shelf.suggestions) {
    *response.add_recommendations() = ToProto(*shelf.assortment, suggestion);
  }
  response.set_model(shelf.assortment->model_name());
  return response;
}

v1::ShelfReport ToProto(const ShelfCounts& counts) {
  const Interval clicks = WilsonInterval(counts.clicks, counts.impressions);
  const Interval purchases = WilsonInterval(counts.purchases, counts.impressions);
  v1::ShelfReport report;
  report.set_shelf(counts.shelf);
  report.set_model(counts.model);
  report.set_impression_count(counts.impressions);
  report.set_click_count(counts.clicks);
  report.set_purchase_count(counts.purchases);
  report.set_click_rate(clicks.share);
  report.set_click_rate_low(clicks.low);
  report.set_click_rate_high(clicks.high);
  report.set_purchase_rate(purchases.share);
  report.set_purchase_rate_low(purchases.low);
  report.set_purchase_rate_high(purchases.high);
  return report;
}

v1::ShelfReaders ToProto(const ShelfReaders& readers) {
  v1::ShelfReaders proto;
  proto.set_reader_count(readers.shown);
  proto.set_clicking_reader_count(readers.clicking);
  proto.set_buying_reader_count(readers.buying);
  return proto;
}

v1::Difference ToProto(const Interval& difference) {
  v1::Difference proto;
  proto.set_value(difference.share);
  proto.set_low(difference.low);
  proto.set_high(difference.high);
  return proto;
}

// `readers` by shelf, the live arm before the challenger's.
void AddComparisons(const std::vector<ShelfReaders>& readers, v1::ListShelfReportsResponse& response) {
  for (std::size_t i = 1; i < readers.size(); ++i) {
    const ShelfReaders& live = readers[i - 1];
    const ShelfReaders& challenger = readers[i];
    if (live.shelf != challenger.shelf || live.shown == 0 || challenger.shown == 0) continue;
    v1::ShelfComparison* const comparison = response.add_comparisons();
    comparison->set_shelf(live.shelf);
    *comparison->mutable_live() = ToProto(live);
    *comparison->mutable_challenger() = ToProto(challenger);
    *comparison->mutable_click_difference() =
        ToProto(DifferenceOf(WilsonInterval(live.clicking, live.shown), WilsonInterval(challenger.clicking, challenger.shown)));
    *comparison->mutable_purchase_difference() =
        ToProto(DifferenceOf(WilsonInterval(live.buying, live.shown), WilsonInterval(challenger.buying, challenger.shown)));
  }
}

Status CheckBound(int bound, const char* field) {
  if (bound >= 0) return Ok();
  return InvalidField(field, std::to_string(bound) + " is below 0");
}

// Answers one shelf. `on_page` are the books of the shelves before it.
Result<v1::RecommendResponse> AnswerShelf(const Shelves& shelves, const v1::RecommendRequest& request,
                                          std::vector<BookId> on_page) {
  const ReaderId reader = TRY(ParseReader(request.reader()));
  TRY(CheckShelf(request.shelf()));
  TRY(CheckBound(request.author_max(), "author_max"));
  TRY(CheckBound(request.series_max(), "series_max"));
  if (request.excluded_books_size() > kExcludedMax) {
    return InvalidField("excluded_books", std::to_string(request.excluded_books_size()) + " books are more than 1,000");
  }
  for (const std::string& book : request.excluded_books()) {
    on_page.push_back(TRY(ParseBookName(book, "excluded_books")));
  }
  const Shelf shelf = TRY(shelves.Recommend({.reader = reader.value(),
                                             .category = request.category(),
                                             .max_results = request.max_results(),
                                             .excluded = on_page,
                                             .author_max = request.author_max(),
                                             .series_max = request.series_max(),
                                             .with_because = request.with_because()},
                                            WorkspaceOfThisThread()));
  return ToProto(shelf);
}

using BookLists = google::protobuf::RepeatedPtrField<v1::BookList>;

// Puts the lists of one page in order.
Status AnswerLists(const Shelves& shelves, const std::string& name, const BookLists& lists, BookLists& answer) {
  const ReaderId reader = TRY(ParseReader(name));
  if (lists.size() > kBatchRequestsMax) {
    return InvalidField("lists", std::to_string(lists.size()) + " lists are more than 20");
  }
  std::vector<Shelves::List> given;
  int count = 0;
  for (const v1::BookList& list : lists) {
    if (count += list.books_size(); count > kExcludedMax) return InvalidField("lists.books", "are more than 1,000");
    Shelves::List& read = given.emplace_back(Shelves::List{.by_taste = list.by_taste()});
    for (const std::string& book : list.books()) read.books.push_back(TRY(ParseBookName(book, "lists.books")));
  }
  shelves.Arrange(reader.value(), given, WorkspaceOfThisThread());
  for (const Shelves::List& list : given) {
    v1::BookList* const arranged = answer.Add();
    for (const BookId book : list.books) arranged->add_books(BookName(book));
  }
  return Ok();
}

// Reads one event and checks it. `reader` stands in where the event names none.
Result<Event> ParseEvent(const v1::Event& proto, const Shelves& shelves, Timestamp now, const std::string& reader = {}) {
  auto of = TRY(ParseReader(proto.reader().empty() ? reader : proto.reader()));
  const auto book = TRY(ParseBookName(proto.book(), "book"));
  Event event{.id = proto.event_id(),
              .reader = std::move(of),
              .book = book,
              .type = static_cast<EventType>(std::clamp<int>(proto.type(), 0, UINT8_MAX)),
              .rating = proto.rating(),
              .time = now,
              .shelf = proto.shelf(),
              .source = proto.source()};
  if (proto.has_event_time()) event.time = TRY(rpc::ParseTime(proto.event_time(), "event_time"));
  TRY(CheckEvent(event, now));
  if (!event.shelf.empty()) event.model = shelves.ModelFor(event.reader.value());
  return event;
}

v1::Event ToProto(const Event& event) {
  v1::Event proto;
  proto.set_event_id(event.id);
  proto.set_reader(ReaderName(event.reader));
  proto.set_book(BookName(event.book));
  proto.set_type(static_cast<v1::EventType>(event.type));
  proto.set_rating(event.rating);
  *proto.mutable_event_time() = rpc::ToProto(event.time);
  proto.set_shelf(event.shelf);
  proto.set_source(event.source);
  return proto;
}

class Sink final : public rpc::Sink<v1::RecordEventsRequest, v1::RecordEventsResponse> {
 public:
  explicit Sink(const Parts& parts) : parts_(parts) {}

  Status Take(v1::RecordEventsRequest request) override {
    ++number_;
    Result<Event> event = ParseEvent(request.event(), parts_.shelves, parts_.clock.Now());
    if (event.ok()) {
      parts_.recorder.Record(*std::move(event), tally_);
      return Ok();
    }
    response_.set_refused_count(response_.refused_count() + 1);
    if (response_.problems_size() < kProblemsMax) {
      v1::EventProblem* const problem = response_.add_problems();
      problem->set_number(number_);
      problem->set_message(event.error().message);
    }
    return Ok();
  }

  Result<v1::RecordEventsResponse> Finish() override {
    const Tally::Counts counts = TRY(tally_->Wait());
    response_.set_recorded_count(counts.recorded);
    response_.set_repeated_count(counts.repeated);
    return std::move(response_);
  }

 private:
  const Parts& parts_;
  std::int64_t number_ = 0;
  v1::RecordEventsResponse response_;
  std::shared_ptr<Tally> tally_ = std::make_shared<Tally>();  // Shared with the recorder, which may outlast the stream.
};

class SessionExchange final : public rpc::Exchange<v1::FollowSessionRequest, v1::FollowSessionResponse> {
 public:
  explicit SessionExchange(const Parts& parts) : parts_(parts) {}

  Status Take(v1::FollowSessionRequest request, std::vector<v1::FollowSessionResponse>& responses) override {
    if (!begun_) {
      if (!request.has_shelf()) return InvalidField("shelf", "is required in the first message");
      shelf_ = request.shelf();
      TRY(AnswerShelf(parts_.shelves, shelf_, {}));  // A bad shelf is refused before its first event.
      begun_ = true;
      if (!request.has_event()) return Ok();
    } else if (request.has_shelf()) {
      return InvalidField("shelf", "is allowed in the first message only");
    }
    Event event = TRY(ParseEvent(request.event(), parts_.shelves, parts_.clock.Now(), shelf_.reader()));
    if (ReaderName(event.reader) != shelf_.reader()) {
      return InvalidField("event.reader", ReaderName(event.reader) + " is not the shelf's reader");
    }
    auto tally = std::make_shared<Tally>();
    parts_.recorder.Record(std::move(event), tally);
    TRY(tally->Wait());
    *responses.emplace_back().mutable_shelf() = TRY(AnswerShelf(parts_.shelves, shelf_, {}));
    return Ok();
  }

 private:
  const Parts& parts_;
  bool begun_ = false;
  v1::RecommendRequest shelf_;
};

}  // namespace

RecommendationsService::RecommendationsService(const Parts& parts, rpc::Pipeline& pipeline)
    : rpc::Service("octavo.recommendations.v1.RecommendationsService", pipeline), parts_(parts) {
  using S = RecommendationsService;
  Unary("Recommend", this, &S::Recommend, rpc::Run::kInline);
  Unary("BatchRecommend", this, &S::BatchRecommend, rpc::Run::kInline);
  Unary("ArrangeBooks", this, &S::ArrangeBooks, rpc::Run::kInline);
  Unary("ListSimilarBooks", this, &S::ListSimilarBooks, rpc::Run::kInline);
  Unary("Because", this, &S::Because, rpc::Run::kInline);
  ClientStreaming("RecordEvents", this, &S::RecordEvents);
  BidiStreaming("FollowSession", this, &S::FollowSession);
  Unary("MergeReader", this, &S::MergeReader);
  Unary("DeleteReader", this, &S::DeleteReader);
  Unary("ListReaderEvents", this, &S::ListReaderEvents);
  Unary("DeleteSource", this, &S::DeleteSource);
  Unary("GetModel", this, &S::GetModel, rpc::Run::kInline);
  Unary("TrainModel", this, &S::TrainModel, rpc::Run::kInline);
  Unary("ListShelfReports", this, &S::ListShelfReports);
}

Result<v1::RecommendResponse> RecommendationsService::Recommend(const rpc::Call&, const v1::RecommendRequest& request) {
  return AnswerShelf(parts_.shelves, request, {});
}

Result<v1::BatchRecommendResponse> RecommendationsService::BatchRecommend(const rpc::Call&,
                                                                          const v1::BatchRecommendRequest& request) {
  if (request.requests_size() > kBatchRequestsMax) {
    return InvalidField("requests", std::to_string(request.requests_size()) + " shelves are more than 20");
  }
  v1::BatchRecommendResponse batch;
  std::vector<BookId> on_page;
  for (const v1::RecommendRequest& shelf : request.requests()) {
    if (shelf.reader() != request.requests(0).reader()) {
      return InvalidField("requests.reader", "all shelves of a batch are of one reader");
    }
    v1::RecommendResponse response = TRY(AnswerShelf(parts_.shelves, shelf, on_page));
    for (const v1::Recommendation& shown : response.recommendations()) {
      on_page.push_back(TRY(ParseBookName(shown.book(), "book")));
    }
    *batch.add_responses() = std::move(response);
  }
  if (request.lists().empty()) return batch;
  if (request.requests().empty()) return InvalidField("requests", "are empty; they say whose lists these are");
  TRY(AnswerLists(parts_.shelves, request.requests(0).reader(), request.lists(), *batch.mutable_lists()));
  return batch;
}

Result<v1::ArrangeBooksResponse> RecommendationsService::ArrangeBooks(const rpc::Call&, const v1::ArrangeBooksRequest& request) {
  v1::ArrangeBooksResponse response;
  TRY(AnswerLists(parts_.shelves, request.reader(), request.lists(), *response.mutable_lists()));
  return response;
}

Result<v1::ListSimilarBooksResponse> RecommendationsService::ListSimilarBooks(const rpc::Call&,
                                                                              const v1::ListSimilarBooksRequest& request) {
  const BookId book = TRY(ParseBookName(request.book(), "book"));
  const ReaderId reader = request.reader().empty() ? ReaderId() : TRY(ParseReader(request.reader()));
  const Shelf shelf = TRY(parts_.shelves.Similar(book, reader.value(), request.max_results(), WorkspaceOfThisThread()));
  v1::ListSimilarBooksResponse response;
  for (const Suggestion& suggestion : shelf.suggestions) {
    *response.add_recommendations() = ToProto(*shelf.assortment, suggestion);
  }
  return response;
}

Result<v1::BecauseResponse> RecommendationsService::Because(const rpc::Call&, const v1::BecauseRequest& request) {
  const ReaderId reader = TRY(ParseReader(request.reader()));
  const BookId book = TRY(ParseBookName(request.book(), "book"));
  if (request.max_results() < 0 || request.max_results() > kBecauseResultsMax) {
    return InvalidField("max_results", std::to_string(request.max_results()) + " is not from 1 to 20 (or 0 for 3)");
  }
  const int max_results = request.max_results() == 0 ? kBecauseDefault : request.max_results();
  std::shared_ptr<const Snapshot> snapshot;
  v1::BecauseResponse response;
  for (const Contribution& contribution :
       TRY(parts_.shelves.Because(reader.value(), book, max_results, WorkspaceOfThisThread(), snapshot))) {
    v1::Contribution* const proto = response.add_contributions();
    proto->set_book(BookName(contribution.book));
    proto->set_title(contribution.title.data(), contribution.title.size());
    proto->set_share(contribution.share);
  }
  return response;
}

Result<std::unique_ptr<RecommendationsService::EventSink>> RecommendationsService::RecordEvents(const rpc::Call&) {
  return std::make_unique<Sink>(parts_);
}

Result<std::unique_ptr<RecommendationsService::Session>> RecommendationsService::FollowSession(const rpc::Call&) {
  return std::make_unique<SessionExchange>(parts_);
}

Result<v1::MergeReaderResponse> RecommendationsService::MergeReader(const rpc::Call&, const v1::MergeReaderRequest& request) {
  const ReaderId from = TRY(ParseReader(request.from_reader(), "from_reader"));
  const ReaderId to = TRY(ParseReader(request.to_reader(), "to_reader"));
  TRY(parts_.recorder.Merge(from, to));
  return v1::MergeReaderResponse();
}

Result<v1::DeleteReaderResponse> RecommendationsService::DeleteReader(const rpc::Call&, const v1::DeleteReaderRequest& request) {
  TRY(parts_.recorder.Forget(TRY(ParseReader(request.reader()))));
  return v1::DeleteReaderResponse();
}

Result<v1::ListReaderEventsResponse> RecommendationsService::ListReaderEvents(const rpc::Call&,
                                                                              const v1::ListReaderEventsRequest& request) {
  const ReaderId reader = TRY(ParseReader(request.reader()));
  const int size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  // A page begins behind the position of the last event of the page before.
  const std::string listing = rpc::ListingOf(request);
  const std::int64_t position = TRY(parts_.page_tokens.OpenNumber(listing, request.page_token(), {.first = 0}));
  const std::vector<StoredEvent> events = parts_.store.EventsOf(reader, position, size);
  v1::ListReaderEventsResponse response;
  for (const StoredEvent& stored : events) *response.add_events() = ToProto(stored.event);
  if (static_cast<int>(events.size()) == size) {
    response.set_next_page_token(parts_.page_tokens.Seal(listing, std::to_string(events.back().position)));
  }
  return response;
}

Result<v1::DeleteSourceResponse> RecommendationsService::DeleteSource(const rpc::Call&, const v1::DeleteSourceRequest& request) {
  if (request.source().empty()) return InvalidField("source", "is empty; name the source to forget");
  TRY(CheckSource(request.source()));
  v1::DeleteSourceResponse response;
  response.set_deleted_count(TRY(parts_.recorder.ForgetSource(request.source())));
  if (response.deleted_count() > 0) parts_.learner.TrainNow();
  return response;
}

Result<v1::Model> RecommendationsService::GetModel(const rpc::Call&, const v1::GetModelRequest&) {
  const Learner::State state = parts_.learner.state();
  v1::Model proto;
  proto.set_newer_event_count(state.newer_events);
  proto.set_training(state.training);
  if (!state.live) return proto;
  const ModelRecord& model = *state.live;
  proto.set_name("models/" + model.name);
  *proto.mutable_train_time() = rpc::ToProto(model.train_time);
  proto.set_reader_count(model.readers);
  proto.set_book_count(model.books);
  proto.set_interaction_count(model.interactions);
  proto.set_train_seconds(model.train_seconds);
  proto.set_model_bytes(model.bytes);
  for (const auto& [metric, value] : model.quality) (*proto.mutable_quality())[metric] = value;
  proto.set_settings(model.settings);
  return proto;
}

Result<v1::TrainModelResponse> RecommendationsService::TrainModel(const rpc::Call&, const v1::TrainModelRequest&) {
  v1::TrainModelResponse response;
  response.set_started(parts_.learner.TrainNow());
  return response;
}

Result<v1::ListShelfReportsResponse> RecommendationsService::ListShelfReports(const rpc::Call&,
                                                                              const v1::ListShelfReportsRequest& request) {
  const Timestamp start = request.has_start_time() ? TRY(rpc::ParseTime(request.start_time(), "start_time")) : Timestamp::min();
  const Timestamp end = request.has_end_time() ? TRY(rpc::ParseTime(request.end_time(), "end_time")) : Timestamp::max();
  v1::ListShelfReportsResponse response;
  for (const ShelfCounts& counts : parts_.store.CountShelves(start, end)) *response.add_reports() = ToProto(counts);
  const std::optional<Timestamp> trial = parts_.store.FirstTrained(Arm::kChallenger);
  if (trial) AddComparisons(parts_.store.CountShelfReaders(std::max(start, *trial), end), response);
  return response;
}

}  // namespace octavo::recommendations
