// The whole service over gRPC, on SQLite, between a fake catalogue and a fake inventory.
#include "services/recommendations/module.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include "grpc/health/v1/health.grpc.pb.h"
#include "lib/runtime/shop.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "lib/testing/wait_until.h"
#include "octavo/recommendations/v1/recommendations.grpc.pb.h"
#include "recommendations.grpc.pb.h"
#include "services/recommendations/fake_peers.h"
#include "services/recommendations/import/import_client.h"
#include "services/recommendations/test_books.h"

namespace octavo::recommendations {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Stub = v1::RecommendationsService::StubInterface;
namespace health_v1 = grpc::health::v1;

// Generous: a machine that tests run on may be busy. Nothing waits for it to pass.
constexpr auto kPatience = 30s;

v1::Event MakeEvent(const std::string& reader, int book, v1::EventType type, const std::string& id = "") {
  v1::Event event;
  event.set_event_id(id);
  event.set_reader("readers/" + reader);
  event.set_book("books/" + std::to_string(book));
  event.set_type(type);
  return event;
}

std::vector<int> Numbers(const v1::RecommendResponse& response) {
  std::vector<int> numbers;
  for (const auto& r : response.recommendations()) numbers.push_back(std::stoi(r.book().substr(6)));
  return numbers;
}

class ModuleTest : public testing::Test {
 protected:
  ModuleTest() {
    for (const Book& book : TestBooks()) catalogue_.Put(book);
    for (int book = 1; book <= 19; ++book) inventory_.Set(book, 3);
  }
  ~ModuleTest() override { Stop(); }

  static Configuration Usual() {
    return {.exploration_share = 0,
            .training_cpu_share = 1,
            .training_first_events = 360,
            .training_quiet = 1ms,
            .training_tune = "none"};
  }
  void Start(Configuration configuration = Usual()) {
    std::vector<std::unique_ptr<runtime::Module>> modules;
    modules.push_back(std::make_unique<Module>(configuration));
    shop_ = std::make_unique<runtime::Shop>(
        runtime::Shop::Options{
            .listen = "",
            .peer_addresses = {{"catalog", catalogue_server_.address()}, {"inventory", inventory_server_.address()}}},
        environment_, std::move(modules));
    ASSERT_THAT(shop_->Start(), IsOk());
    stub_ = v1::RecommendationsService::NewStub(shop_->To("recommendations"));
    classic_ = Recommendations::NewStub(shop_->To("recommendations"));
  }
  void Stop() {
    stub_.reset();
    classic_.reset();
    shop_.reset();
  }
  void StartWithBooks() {
    Start();
    WaitForBooks(19);
  }
  // Waits until the shelf of a new reader is this long.
  void WaitForBooks(std::size_t count) {
    WaitUntil([&] { return Numbers(*Ask("nobody", 100)).size() == count; });
  }
  void WaitUntil(const std::function<bool()>& condition) { ASSERT_TRUE(octavo::WaitUntil(condition)) << "waited too long"; }

  template <class Request, class Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const std::type_identity_t<Request>& request) {
    return caller_.Invoke(*stub_, method, request, {.budget = kPatience});
  }
  Result<v1::RecommendResponse> Ask(const std::string& reader, int max_results, const std::string& category = "") {
    v1::RecommendRequest request;
    request.set_reader("readers/" + reader);
    request.set_max_results(max_results);
    request.set_category(category);
    return Call(&Stub::Recommend, request);
  }
  Result<v1::RecordEventsResponse> Record(const std::vector<v1::Event>& events) {
    grpc::ClientContext context;
    v1::RecordEventsResponse response;
    const auto writer = stub_->RecordEvents(&context, &response);
    for (const v1::Event& event : events) {
      v1::RecordEventsRequest request;
      *request.mutable_event() = event;
      writer->Write(request);
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return rpc::ToError(status);
    return response;
  }
  // Enough purchases of two tastes to train from: odd readers the sea, even ones the sky.
  std::vector<v1::Event> Crowd() {
    std::vector<v1::Event> events;
    for (int reader = 100; reader < 160; ++reader) {
      for (int book = 1; book <= 9; ++book) {
        if ((reader / 2 + book) % 3 == 0) continue;
        events.push_back(MakeEvent(std::to_string(reader), reader % 2 == 1 ? book : book + 10, v1::EVENT_TYPE_PURCHASE,
                                   std::to_string(reader) + "-" + std::to_string(book)));
        events.back().set_source("demo");
      }
    }
    return events;
  }
  v1::Model Model() { return *Call(&Stub::GetModel, {}); }
  void WaitForModel(const std::string& other_than = "") {
    // The model answers once the snapshot is laid out with it.
    WaitUntil([&] {
      const std::string name = Model().name();
      const std::string answering = Ask("nobody", 1)->model();
      return !name.empty() && name != other_than && !answering.empty() && answering != other_than;
    });
  }
  std::vector<std::filesystem::path> ModelFiles() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(dir_ / "recommendations" / "models")) {
      files.push_back(entry.path());
    }
    return files;
  }

  TempDir dir_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  runtime::Environment environment_{dir_.path(), clock_, random_, *log_, metrics_, tracer_, TestPageTokens()};
  rpc::Caller caller_{environment_.telemetry()};
  FakeCatalogue catalogue_;
  FakeInventory inventory_;
  FakeServer catalogue_server_{catalogue_};
  FakeServer inventory_server_{inventory_};
  std::unique_ptr<runtime::Shop> shop_;
  std::unique_ptr<Stub> stub_;
  std::unique_ptr<Recommendations::StubInterface> classic_;
};

// What health says of the service at the moment.
health_v1::HealthCheckResponse::ServingStatus HealthOf(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  health_v1::HealthCheckRequest request;
  request.set_service("octavo.recommendations.v1.RecommendationsService");
  health_v1::HealthCheckResponse response;
  EXPECT_TRUE(health_v1::Health::NewStub(channel)->Check(&context, request, &response).ok());
  return response.status();
}

TEST_F(ModuleTest, AStoreThatIsNoDatabaseDoesNotKeepTheShopFromStarting) {
  std::filesystem::create_directories(dir_ / "recommendations");
  std::ofstream(dir_ / "recommendations" / "events.db") << std::string(8192, 'x');

  StartWithBooks();

  EXPECT_TRUE(std::filesystem::exists(dir_ / "recommendations" / "events.db.damaged"));
  EXPECT_THAT(Record({MakeEvent("ann", 1, v1::EVENT_TYPE_VIEW)}), IsOk());
}

TEST_F(ModuleTest, AStoreThatCannotBeOpenedIsTriedAgainAndHealthSaysSo) {
  std::filesystem::create_directories(dir_ / "recommendations" / "events.db");

  Start();

  EXPECT_EQ(HealthOf(shop_->To("recommendations")), health_v1::HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Ask("ann", 5).error().code, Code::kUnavailable);
  std::filesystem::remove(dir_ / "recommendations" / "events.db");
  WaitUntil([&] { return HealthOf(shop_->To("recommendations")) == health_v1::HealthCheckResponse::SERVING; });
  WaitForBooks(19);
}

TEST_F(ModuleTest, APurchaseChangesTheNextAnswerWithinASecond) {
  StartWithBooks();
  ASSERT_THAT(Record(Crowd()), IsOk());
  WaitForModel();
  const std::vector<int> before = Numbers(*Ask("7", 5));

  const auto bought = clock_.MonotonicNow();
  ASSERT_THAT(Record({MakeEvent("7", before[0], v1::EVENT_TYPE_PURCHASE)}), IsOk());
  const std::vector<int> after = Numbers(*Ask("7", 5));
  const auto took = clock_.MonotonicNow() - bought;

  EXPECT_NE(after, before);
  EXPECT_THAT(after, Not(Contains(before[0])));
  EXPECT_LT(took, 1s);
}

TEST_F(ModuleTest, LearnsFromItsReadersAndSaysWhy) {
  StartWithBooks();
  ASSERT_EQ(Record(Crowd())->recorded_count(), 360);
  WaitForModel();
  ASSERT_THAT(Record({MakeEvent("7", 1, v1::EVENT_TYPE_PURCHASE)}), IsOk());

  const v1::Model model = Model();
  EXPECT_EQ(model.reader_count(), 60);
  EXPECT_EQ(model.book_count(), 18);
  EXPECT_EQ(model.interaction_count(), 360);
  EXPECT_EQ(model.newer_event_count(), 1);
  EXPECT_GT(model.quality().at("recall@20"), 0);
  EXPECT_LE(model.quality().at("popular.recall@20"), 1);
  v1::RecommendRequest request;
  request.set_reader("readers/7");
  request.set_max_results(5);
  request.set_with_because(true);
  const auto response = Call(&Stub::Recommend, request);
  EXPECT_THAT(Numbers(*response), Each(testing::AllOf(testing::Ge(2), testing::Le(10))));
  for (const auto& r : response->recommendations()) {
    EXPECT_EQ(r.origin(), v1::ORIGIN_PERSONAL);
    EXPECT_THAT(r.because_books(), ElementsAre("books/1"));
    EXPECT_EQ(r.title(), "Book " + r.book().substr(6));
  }
  v1::BecauseRequest because;
  because.set_reader("readers/7");
  because.set_book("books/2");
  const auto reasons = Call(&Stub::Because, because);
  ASSERT_EQ(reasons->contributions_size(), 1);
  EXPECT_EQ(reasons->contributions(0).title(), "Book 1");
  EXPECT_DOUBLE_EQ(reasons->contributions(0).share(), 1);
  v1::ListSimilarBooksRequest similar;
  similar.set_book("books/11");
  similar.set_max_results(3);
  const auto likes = Call(&Stub::ListSimilarBooks, similar);
  ASSERT_EQ(likes->recommendations_size(), 3);
  for (const auto& r : likes->recommendations()) EXPECT_GE(std::stoi(r.book().substr(6)), 10);
}

TEST_F(ModuleTest, ThePublishedContract) {
  StartWithBooks();
  ASSERT_THAT(Record({MakeEvent("12", 3, v1::EVENT_TYPE_PURCHASE)}), IsOk());
  inventory_.Set(4, 0);
  WaitForBooks(18);
  struct Case {
    const char* what;
    int user_id;
    int category;
    int max_results;
    int code;
    std::vector<int> books;  // Sorted.
  };
  const Case kCases[] = {
      {"what is there", 5, FICTION, 20, 0, {1, 2, 3, 5, 6, 7, 8, 9, 10}},
      {"not what is owned", 12, FICTION, 20, 0, {1, 2, 5, 6, 7, 8, 9, 10}},
      {"another category", 12, ROMANCE, 20, 0, {10, 11, 12, 13, 14, 15, 16, 17, 18, 19}},
      {"a category without books", 12, SELF_HELP, 20, 0, {}},
      {"far too many is capped", 12, FICTION, INT32_MAX, 0, {1, 2, 5, 6, 7, 8, 9, 10}},
      {"any user", -2147483647, SELF_HELP, 1, 0, {}},
      {"none", 12, FICTION, 0, grpc::INVALID_ARGUMENT, {}},
      {"fewer", 12, FICTION, -1, grpc::INVALID_ARGUMENT, {}},
      {"no such category", 12, 3, 5, grpc::NOT_FOUND, {}},
      {"nor this", 12, -1, 5, grpc::NOT_FOUND, {}},
  };
  for (const Case& c : kCases) {
    SCOPED_TRACE(c.what);
    RecommendationRequest request;
    request.set_user_id(c.user_id);
    request.set_category(static_cast<BookCategory>(c.category));
    request.set_max_results(c.max_results);
    RecommendationResponse response;
    grpc::ClientContext context;

    const grpc::Status status = classic_->Recommend(&context, request, &response);

    EXPECT_EQ(status.error_code(), c.code) << status.error_message();
    std::vector<int> books;
    for (const auto& book : response.recommendations()) {
      books.push_back(book.id());
      EXPECT_EQ(book.title(), "Book " + std::to_string(book.id()));
    }
    std::sort(books.begin(), books.end());
    EXPECT_EQ(books, c.books);
  }
}

TEST_F(ModuleTest, NeverMoreThanAskedFor) {
  StartWithBooks();
  for (int max_results = 1; max_results <= 20; ++max_results) {
    EXPECT_THAT(Numbers(*Ask("7", max_results)), SizeIs(std::min(max_results, 19)));
  }
}

TEST_F(ModuleTest, EventsAreCountedRepeatedOrRefusedWithTheirReason) {
  StartWithBooks();
  v1::Event rated = MakeEvent("7", 1, v1::EVENT_TYPE_RATING, "e1");
  rated.set_rating(6);
  v1::Event late = MakeEvent("7", 1, v1::EVENT_TYPE_VIEW);
  late.mutable_event_time()->set_seconds(-1);
  v1::Event never = MakeEvent("7", 1, v1::EVENT_TYPE_VIEW);
  never.mutable_event_time()->set_nanos(-1);

  const auto response = Record({MakeEvent("7", 1, v1::EVENT_TYPE_VIEW, "e1"), rated, MakeEvent("7", 2, v1::EVENT_TYPE_VIEW, "e1"),
                                MakeEvent("", 1, v1::EVENT_TYPE_VIEW), MakeEvent("7", 0, v1::EVENT_TYPE_VIEW),
                                MakeEvent("7", 1, v1::EVENT_TYPE_UNSPECIFIED), MakeEvent("7", 1, static_cast<v1::EventType>(300)),
                                late, never, v1::Event(), MakeEvent("7", 999, v1::EVENT_TYPE_VIEW)});

  ASSERT_THAT(response, IsOk());
  EXPECT_EQ(response->recorded_count(), 2);
  EXPECT_EQ(response->repeated_count(), 1);
  EXPECT_EQ(response->refused_count(), 8);
  std::vector<int> numbers;
  for (const auto& problem : response->problems()) numbers.push_back(static_cast<int>(problem.number()));
  EXPECT_THAT(numbers, ElementsAre(2, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_EQ(response->problems(0).message(), "rating: 6 is not from 1 to 5");
  EXPECT_EQ(Record({MakeEvent("7", 5, v1::EVENT_TYPE_VIEW, "e1")})->repeated_count(), 1);
}

TEST_F(ModuleTest, OnlyTheFirstHundredProblemsAreTold) {
  Start();
  const auto response = Record(std::vector<v1::Event>(150));

  EXPECT_EQ(response->refused_count(), 150);
  EXPECT_EQ(response->problems_size(), 100);
}

TEST_F(ModuleTest, AStreamWithoutEventsIsAnsweredWithNothing) {
  Start();

  EXPECT_EQ(Record({})->recorded_count(), 0);
}

TEST_F(ModuleTest, ASessionGetsAFreshShelfAfterEachEvent) {
  StartWithBooks();
  ASSERT_THAT(Record(Crowd()), IsOk());
  WaitForModel();
  grpc::ClientContext context;
  const auto stream = stub_->FollowSession(&context);
  v1::FollowSessionRequest request;
  request.mutable_shelf()->set_reader("readers/visitor");
  request.mutable_shelf()->set_max_results(8);
  ASSERT_TRUE(stream->Write(request));

  std::set<int> bought;
  for (const int book : {11, 12, 1}) {
    v1::FollowSessionRequest did;
    *did.mutable_event() = MakeEvent("visitor", book, v1::EVENT_TYPE_PURCHASE);
    did.mutable_event()->clear_reader();
    bought.insert(book);
    ASSERT_TRUE(stream->Write(did));
    v1::FollowSessionResponse response;
    ASSERT_TRUE(stream->Read(&response));
    const std::vector<int> shelf = Numbers(response.shelf());
    EXPECT_THAT(shelf, SizeIs(8));
    for (const int owned : bought) EXPECT_THAT(shelf, Not(Contains(owned)));
    if (book == 12) {
      EXPECT_THAT(std::vector<int>(shelf.begin(), shelf.begin() + 5), Each(testing::Ge(10)));
    }
  }
  stream->WritesDone();
  v1::FollowSessionResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ModuleTest, ASessionIsRefusedWithTheFieldThatIsWrong) {
  StartWithBooks();
  const auto shelf = [](const char* reader, int max_results) {
    v1::FollowSessionRequest request;
    request.mutable_shelf()->set_reader(reader);
    request.mutable_shelf()->set_max_results(max_results);
    return request;
  };
  v1::FollowSessionRequest others = shelf("readers/7", 5);
  *others.mutable_event() = MakeEvent("8", 1, v1::EVENT_TYPE_VIEW);
  struct Case {
    std::vector<v1::FollowSessionRequest> requests;
    const char* field;
  };
  const Case kCases[] = {
      {{v1::FollowSessionRequest()}, "shelf"},
      {{shelf("readers/", 5)}, "reader"},
      {{shelf("readers/7", 0)}, "max_results"},
      {{shelf("readers/7", 5), shelf("readers/7", 5)}, "shelf"},
      {{shelf("readers/7", 5), v1::FollowSessionRequest()}, "book"},
      {{others}, "event.reader"},
  };
  for (const Case& c : kCases) {
    grpc::ClientContext context;
    const auto stream = stub_->FollowSession(&context);
    for (const auto& request : c.requests) stream->Write(request);
    v1::FollowSessionResponse response;
    EXPECT_FALSE(stream->Read(&response));
    const Error error = rpc::ToError(stream->Finish());
    ASSERT_EQ(error.violations.size(), 1U) << ToString(error);
    EXPECT_EQ(error.violations[0].field, c.field);
  }
}

TEST_F(ModuleTest, ABatchShowsNoBookTwice) {
  StartWithBooks();
  v1::BatchRecommendRequest batch;
  for (int shelf = 0; shelf < 3; ++shelf) {
    auto* request = batch.add_requests();
    request->set_reader("readers/7");
    request->set_max_results(7);
  }

  const auto response = Call(&Stub::BatchRecommend, batch);

  std::set<int> books;
  for (const auto& shelf : response->responses()) {
    for (const int book : Numbers(shelf)) EXPECT_TRUE(books.insert(book).second) << book;
  }
  EXPECT_EQ(books.size(), 19U);
  batch.mutable_requests(1)->set_reader("readers/8");
  EXPECT_THAT(Call(&Stub::BatchRecommend, batch), HasReason("INVALID_FIELD"));
}

TEST_F(ModuleTest, ABatchPutsListsInOrderAsArrangeBooksDoes) {
  StartWithBooks();
  v1::BatchRecommendRequest batch;
  auto* const request = batch.add_requests();
  request->set_reader("readers/7");
  request->set_max_results(3);
  v1::BookList* const list = batch.add_lists();
  for (const char* book : {"books/3", "books/1", "books/2"}) list->add_books(book);
  batch.add_lists();
  v1::ArrangeBooksRequest arrange;
  arrange.set_reader("readers/7");
  *arrange.mutable_lists() = batch.lists();

  const auto response = Call(&Stub::BatchRecommend, batch);
  const auto arranged = Call(&Stub::ArrangeBooks, arrange);

  ASSERT_EQ(response->lists_size(), 2);
  EXPECT_EQ(response->lists(0).books_size(), 3);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(response->lists(i).SerializeAsString(), arranged->lists(i).SerializeAsString());
  }
  list->add_books("authors/1");
  EXPECT_THAT(Call(&Stub::BatchRecommend, batch), HasReason("INVALID_FIELD"));
  list->mutable_books()->RemoveLast();
  batch.clear_requests();  // Then nobody says whose lists these are.
  EXPECT_THAT(Call(&Stub::BatchRecommend, batch), HasReason("INVALID_FIELD"));
}

TEST_F(ModuleTest, EveryRuleOfARequestIsNamedByItsField) {
  StartWithBooks();
  const auto refused = [&](const std::function<void(v1::RecommendRequest&)>& change) -> std::string {
    v1::RecommendRequest request;
    request.set_reader("readers/7");
    request.set_max_results(5);
    change(request);
    const auto response = Call(&Stub::Recommend, request);
    if (response.ok()) return "";
    return response.error().violations.empty() ? response.error().reason : response.error().violations[0].field;
  };
  EXPECT_EQ(refused([](auto&) {}), "");
  EXPECT_EQ(refused([](auto& r) { r.set_reader("7"); }), "reader");
  EXPECT_EQ(refused([](auto& r) { r.clear_reader(); }), "reader");
  EXPECT_EQ(refused([](auto& r) { r.set_max_results(0); }), "max_results");
  EXPECT_EQ(refused([](auto& r) { r.set_category("fiction"); }), "UNKNOWN_CATEGORY");
  EXPECT_EQ(refused([](auto& r) { r.add_excluded_books("12"); }), "excluded_books");
  EXPECT_EQ(refused([](auto& r) {
              for (int i = 0; i < 1001; ++i) r.add_excluded_books("books/1");
            }),
            "excluded_books");
  EXPECT_EQ(refused([](auto& r) { r.set_shelf("a b"); }), "shelf");
  EXPECT_EQ(refused([](auto& r) { r.set_author_max(-1); }), "author_max");
  EXPECT_EQ(refused([](auto& r) { r.set_series_max(-1); }), "series_max");

  v1::BecauseRequest because;
  because.set_reader("readers/7");
  because.set_book("books/1");
  because.set_max_results(21);
  EXPECT_THAT(Call(&Stub::Because, because), HasReason("INVALID_FIELD"));
  v1::MergeReaderRequest merge;
  merge.set_from_reader("readers/a");
  EXPECT_THAT(Call(&Stub::MergeReader, merge), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Call(&Stub::DeleteReader, {}), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Call(&Stub::DeleteSource, {}), HasReason("INVALID_FIELD"));
  v1::ListShelfReportsRequest report;
  report.mutable_start_time()->set_nanos(-1);
  EXPECT_THAT(Call(&Stub::ListShelfReports, report), HasReason("INVALID_FIELD"));
}

TEST_F(ModuleTest, AVisitorsBooksAreTheCustomersAfterSignIn) {
  StartWithBooks();
  ASSERT_THAT(Record({MakeEvent("visitor", 1, v1::EVENT_TYPE_PURCHASE)}), IsOk());
  v1::MergeReaderRequest merge;
  merge.set_from_reader("readers/visitor");
  merge.set_to_reader("readers/customer");

  ASSERT_THAT(Call(&Stub::MergeReader, merge), IsOk());
  ASSERT_THAT(Call(&Stub::MergeReader, merge), IsOk());

  EXPECT_THAT(Numbers(*Ask("customer", 100)), Not(Contains(1)));
  EXPECT_THAT(Numbers(*Ask("visitor", 100)), Contains(1));
  Stop();
  StartWithBooks();
  EXPECT_THAT(Numbers(*Ask("customer", 100)), Not(Contains(1)));
}

TEST_F(ModuleTest, AForgottenReaderIsNewAgain) {
  StartWithBooks();
  ASSERT_THAT(Record({MakeEvent("7", 1, v1::EVENT_TYPE_PURCHASE)}), IsOk());
  v1::DeleteReaderRequest forget;
  forget.set_reader("readers/7");

  ASSERT_THAT(Call(&Stub::DeleteReader, forget), IsOk());
  ASSERT_THAT(Call(&Stub::DeleteReader, forget), IsOk());

  EXPECT_THAT(Numbers(*Ask("7", 100)), Contains(1));
}

TEST_F(ModuleTest, AReaderSeesWhatIsKeptAboutThemPageByPage) {
  StartWithBooks();
  ASSERT_THAT(Record({MakeEvent("7", 1, v1::EVENT_TYPE_VIEW), MakeEvent("8", 2, v1::EVENT_TYPE_VIEW),
                      MakeEvent("7", 3, v1::EVENT_TYPE_IMPRESSION), MakeEvent("7", 2, v1::EVENT_TYPE_PURCHASE)}),
              IsOk());
  v1::ListReaderEventsRequest list;
  list.set_reader("readers/7");
  list.set_page_size(1);

  std::vector<std::string> seen;
  do {
    const auto page = Call(&Stub::ListReaderEvents, list);
    ASSERT_THAT(page, IsOk());
    for (const v1::Event& event : page->events()) {
      seen.push_back(event.reader() + " " + v1::EventType_Name(event.type()) + " " + event.book());
      EXPECT_GT(event.event_time().seconds(), 0);
    }
    list.set_page_token(page->next_page_token());
  } while (!list.page_token().empty());

  EXPECT_THAT(seen, testing::ElementsAre("readers/7 EVENT_TYPE_VIEW books/1", "readers/7 EVENT_TYPE_PURCHASE books/2"));
  list.set_page_token("x");
  EXPECT_THAT(Call(&Stub::ListReaderEvents, list), HasReason("BAD_PAGE_TOKEN"));
}

TEST_F(ModuleTest, AForgottenSourceLeavesTheRestAndTheModel) {
  StartWithBooks();
  ASSERT_THAT(Record(Crowd()), IsOk());
  WaitForModel();
  ASSERT_THAT(Record({MakeEvent("101", 15, v1::EVENT_TYPE_PURCHASE)}), IsOk());
  const std::string before = Model().name();
  v1::DeleteSourceRequest forget;
  forget.set_source("demo");

  EXPECT_EQ(Call(&Stub::DeleteSource, forget)->deleted_count(), 360);
  EXPECT_EQ(Call(&Stub::DeleteSource, forget)->deleted_count(), 0);

  EXPECT_THAT(Numbers(*Ask("101", 100)), testing::AllOf(SizeIs(18), Not(Contains(15))));
  WaitForModel(before);
  EXPECT_EQ(Model().interaction_count(), 1);
}

TEST_F(ModuleTest, FollowsTheCatalogueAndTheStock) {
  StartWithBooks();

  catalogue_.Put(TestBook(20));
  inventory_.Set(20, 1);
  WaitForBooks(20);
  catalogue_.Remove(BookId(20));
  WaitForBooks(19);
  inventory_.Set(5, 0);
  WaitForBooks(18);
  EXPECT_THAT(Numbers(*Ask("7", 100)), Not(Contains(5)));
}

TEST_F(ModuleTest, GoesOnWhereItWasWhenAStreamBreaks) {
  StartWithBooks();

  catalogue_.EndStreams();
  catalogue_.Put(TestBook(20));
  inventory_.Set(20, 1);
  WaitForBooks(20);
  catalogue_server_.Down();
  inventory_server_.Down();
  EXPECT_THAT(Numbers(*Ask("7", 100)), SizeIs(20));
  catalogue_.Put(TestBook(21));
  inventory_.Set(21, 1);
  inventory_.Set(1, 0);
  catalogue_server_.Up();
  inventory_server_.Up();
  WaitUntil([&] {
    const std::vector<int> books = Numbers(*Ask("7", 100));
    return books.size() == 20 && std::find(books.begin(), books.end(), 21) != books.end();
  });

  EXPECT_THAT(catalogue_.positions(), ElementsAre(0, 19, 20));
}

TEST_F(ModuleTest, StartsWithoutItsPeersAndTakesThemInWhenTheyCome) {
  catalogue_server_.Down();
  inventory_server_.Down();
  Start();
  EXPECT_THAT(Numbers(*Ask("7", 10)), IsEmpty());
  ASSERT_THAT(Record({MakeEvent("7", 3, v1::EVENT_TYPE_PURCHASE)}), IsOk());

  catalogue_server_.Up();
  WaitForBooks(19);

  EXPECT_THAT(Numbers(*Ask("7", 100)), testing::AllOf(SizeIs(18), Not(Contains(3))));
}

TEST_F(ModuleTest, ARestartForgetsNothing) {
  StartWithBooks();
  ASSERT_THAT(Record(Crowd()), IsOk());
  WaitForModel();
  ASSERT_THAT(Record({MakeEvent("7", 1, v1::EVENT_TYPE_PURCHASE)}), IsOk());
  const std::vector<int> before = Numbers(*Ask("7", 8));
  const v1::Model model = Model();

  Stop();
  StartWithBooks();

  EXPECT_EQ(Numbers(*Ask("7", 8)), before);
  EXPECT_EQ(Model().ShortDebugString(), model.ShortDebugString());
}

TEST_F(ModuleTest, ADamagedModelIsSetAsideAndAnotherTrained) {
  StartWithBooks();
  ASSERT_THAT(Record(Crowd()), IsOk());
  WaitForModel();
  const std::string before = Model().name();
  Stop();
  const std::vector<std::filesystem::path> files = ModelFiles();
  ASSERT_THAT(files, SizeIs(1));
  std::fstream(files[0], std::ios::in | std::ios::out | std::ios::binary).seekp(1000).put('\x55').put('\x2a');

  StartWithBooks();
  WaitForModel(before);

  EXPECT_THAT(ModelFiles(), Contains(std::filesystem::path(files[0].string() + ".damaged")));
  EXPECT_EQ(Model().interaction_count(), 360);
}

TEST_F(ModuleTest, TrainsWhenAskedAndKeepsTwoFiles) {
  StartWithBooks();
  ASSERT_THAT(Record(Crowd()), IsOk());
  WaitForModel();
  for (int round = 0; round < 3; ++round) {
    const std::string before = Model().name();
    WaitUntil([&] { return Call(&Stub::TrainModel, {})->started(); });
    WaitForModel(before);
    WaitUntil([&] { return !Model().training(); });
  }

  EXPECT_THAT(ModelFiles(), SizeIs(2));
}

TEST_F(ModuleTest, ChoosesSettingsOnceThereIsAModel) {
  Configuration configuration = Usual();
  configuration.training_tune = "quick";
  Start(configuration);
  WaitForBooks(19);

  ASSERT_THAT(Record(Crowd()), IsOk());

  // The first is made at once, the second with settings chosen for these readers.
  WaitUntil([&] { return ModelFiles().size() == 2 && !Model().training(); });
  EXPECT_EQ(Model().interaction_count(), 360);
}

TEST_F(ModuleTest, AChallengerAnswersItsReadersAndIsReportedApart) {
  Configuration configuration = Usual();
  configuration.challenger = "neighbours";
  Start(configuration);
  WaitForBooks(19);
  ASSERT_THAT(Record(Crowd()), IsOk());
  WaitForModel("");

  std::map<std::string, int> answers;
  WaitUntil([&] {
    answers.clear();
    for (int reader = 0; reader < 40; ++reader) ++answers[Ask(std::to_string(reader), 1)->model()];
    return answers.size() == 2 && !answers.contains("");
  });
  for (const auto& [model, count] : answers) EXPECT_GT(count, 5) << model;
  std::vector<v1::Event> events;
  for (int reader = 0; reader < 40; ++reader) {
    events.push_back(MakeEvent(std::to_string(reader), 1, v1::EVENT_TYPE_IMPRESSION));
    events.back().set_shelf("home");
  }
  ASSERT_THAT(Record(events), IsOk());
  const auto reports = Call(&Stub::ListShelfReports, {});
  ASSERT_EQ(reports->reports_size(), 2);
  for (const auto& report : reports->reports()) EXPECT_EQ(report.impression_count(), answers[report.model()]);
  EXPECT_EQ(reports->comparisons_size(), 1);

  // The trial goes on after a restart, with the same readers.
  const std::string model_of_7 = Ask("7", 1)->model();
  Stop();
  Start(configuration);
  WaitForBooks(19);
  EXPECT_EQ(Ask("7", 1)->model(), model_of_7);
}

TEST_F(ModuleTest, TheChallengersDifferenceComesWithItsUncertainty) {
  Configuration configuration = Usual();
  configuration.challenger = "neighbours";
  Start(configuration);
  WaitForBooks(19);
  ASSERT_THAT(Record(Crowd()), IsOk());
  std::map<std::string, std::vector<std::string>> readers;  // By the model that answers them.
  WaitUntil([&] {
    readers.clear();
    for (int reader = 0; reader < 200; ++reader) {
      const std::string name = std::to_string(reader);
      readers[Ask(name, 1)->model()].push_back(name);
    }
    return readers.size() == 2 && !readers.contains("");
  });
  const std::string live = Model().name();
  std::vector<v1::Event> events;
  for (const auto& [model, names] : readers) {
    ASSERT_GE(names.size(), 40u);
    for (std::size_t i = 0; i < 40; ++i) {
      // Of forty readers each, five click in the live model's shelf and twenty in the challenger's, all of them twice.
      const int clicks = i < (model == live ? 5u : 20u) ? 2 : 0;
      for (int n = 0; n < 1 + clicks; ++n) {
        events.push_back(MakeEvent(names[i], 1, n == 0 ? v1::EVENT_TYPE_IMPRESSION : v1::EVENT_TYPE_VIEW));
        events.back().set_shelf("home");
      }
    }
  }
  ASSERT_EQ(Record(events)->refused_count(), 0);

  const auto reports = Call(&Stub::ListShelfReports, {});
  ASSERT_EQ(reports->comparisons_size(), 1);
  const v1::ShelfComparison& comparison = reports->comparisons(0);
  EXPECT_EQ(comparison.shelf(), "home");
  EXPECT_EQ(comparison.live().reader_count(), 40);
  EXPECT_EQ(comparison.live().clicking_reader_count(), 5);
  EXPECT_EQ(comparison.challenger().clicking_reader_count(), 20);
  EXPECT_DOUBLE_EQ(comparison.click_difference().value(), 0.375);
  EXPECT_GT(comparison.click_difference().low(), 0) << "the challenger is better, and it can be told";
  EXPECT_LT(comparison.click_difference().high(), 0.6);
  EXPECT_EQ(comparison.purchase_difference().value(), 0);
  EXPECT_LT(comparison.purchase_difference().low(), 0);
  EXPECT_GT(comparison.purchase_difference().high(), 0);
}

TEST_F(ModuleTest, TrainingFromNothingFailsAndTheServiceGoesOn) {
  StartWithBooks();

  EXPECT_TRUE(Call(&Stub::TrainModel, {})->started());
  WaitUntil([&] { return !Model().training(); });

  EXPECT_EQ(Model().name(), "");
  EXPECT_THAT(Numbers(*Ask("7", 5)), SizeIs(5));
}

TEST_F(ModuleTest, AFileOfReadersIsLoadedOnceAndTakenBackOut) {
  StartWithBooks();
  const ImportRequest request{.file = dir_ / "readers.csv", .source = "demo"};
  std::ofstream(request.file) << "reader,key,event,rating,days_ago\n"
                                 "7,book-1,purchase,,30\n7,book-2,rating,5,29\n7,book-99,view,,3\n";
  const ImportPeers peers{grpc::CreateChannel(catalogue_server_.address(), grpc::InsecureChannelCredentials()),
                          shop_->To("recommendations"), environment_.telemetry()};

  const auto loaded = ImportReaders(request, peers);
  ASSERT_THAT(loaded, IsOk());
  EXPECT_EQ(loaded->recorded, 2);
  EXPECT_EQ(loaded->refused, 1);
  EXPECT_THAT(loaded->problems, ElementsAre(request.file.string() + ":4: key: the catalogue has no book \"book-99\" of demo"));
  EXPECT_THAT(Numbers(*Ask("7", 100)), testing::AllOf(SizeIs(17), Not(Contains(1)), Not(Contains(2))));

  EXPECT_EQ(ImportReaders(request, peers)->repeated, 2);
  EXPECT_EQ(*RemoveReaders("demo", peers), 2);
  EXPECT_THAT(Numbers(*Ask("7", 100)), SizeIs(19));
  EXPECT_EQ(ImportReaders(request, peers)->recorded, 2);
}

TEST_F(ModuleTest, ReportsHowShelvesDo) {
  StartWithBooks();
  std::vector<v1::Event> events;
  for (int i = 0; i < 20; ++i) events.push_back(MakeEvent("7", 1 + i % 5, v1::EVENT_TYPE_IMPRESSION));
  events.push_back(MakeEvent("7", 1, v1::EVENT_TYPE_VIEW));
  events.push_back(MakeEvent("7", 1, v1::EVENT_TYPE_PURCHASE));
  for (v1::Event& event : events) event.set_shelf("home.for-you");
  events.push_back(MakeEvent("7", 2, v1::EVENT_TYPE_VIEW));
  ASSERT_EQ(Record(events)->recorded_count(), 23);

  const auto reports = Call(&Stub::ListShelfReports, {});

  ASSERT_EQ(reports->reports_size(), 1);
  EXPECT_EQ(reports->reports(0).shelf(), "home.for-you");
  EXPECT_EQ(reports->reports(0).impression_count(), 20);
  EXPECT_EQ(reports->reports(0).click_count(), 1);
  EXPECT_EQ(reports->reports(0).purchase_count(), 1);
  EXPECT_DOUBLE_EQ(reports->reports(0).click_rate(), 0.05);
  EXPECT_GT(reports->reports(0).click_rate_low(), 0);
  EXPECT_LT(reports->reports(0).click_rate_high(), 0.25);
  v1::ListShelfReportsRequest earlier;
  earlier.mutable_end_time()->set_seconds(1);
  EXPECT_EQ(Call(&Stub::ListShelfReports, earlier)->reports_size(), 0);
}

}  // namespace
}  // namespace octavo::recommendations
