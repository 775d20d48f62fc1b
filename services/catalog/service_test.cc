// The catalogue through a real in-process server: serialisation, statuses, streams.
#include "services/catalog/service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "lib/background/log_watch.h"
#include "lib/rpc/client.h"
#include "lib/testing/fake_clock.h"
#include "lib/testing/matchers.h"
#include "lib/testing/page_tokens.h"
#include "lib/testing/temp_dir.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "services/catalog/indexer.h"
#include "services/catalog/memory_store.h"

namespace octavo::catalog {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;
using Stub = v1::CatalogService::StubInterface;

constexpr const char* kImport = "imports/0193583c-5a00-7abc-8def-0123456789ab";

class CatalogServiceTest : public testing::Test {
 protected:
  CatalogServiceTest() {
    indexer_.Start();
    numbers_.AskAll({});  // There is nobody else.
    pipeline_.Open();
    grpc::ServerBuilder builder;
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    stub_ = v1::CatalogService::NewStub(server_->InProcessChannel({}));
  }
  ~CatalogServiceTest() override {
    pipeline_.Close();
    indexer_.Stop();
    server_->Shutdown();
  }

  template <class Request, class Response>
  Result<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                        const std::type_identity_t<Request>& request) {
    return caller_.Invoke(*stub_, method, request, {.budget = 20s});
  }

  static v1::Book Draft(const std::string& title, const std::string& category = "categories/fiction") {
    v1::Book book;
    book.set_title(title);
    book.add_authors()->set_display_name("Ursula K. Le Guin");
    book.add_categories(category);
    return book;
  }

  static std::string Uuid(int number) {
    std::string digits = std::to_string(number);
    return "0193583c-5a00-7abc-8def-" + std::string(12 - digits.size(), '0') + digits;
  }

  Result<v1::Book> Create(const v1::Book& book) {
    v1::CreateBookRequest request;
    *request.mutable_book() = book;
    request.set_request_id(Uuid(++requests_));
    return Call(&Stub::CreateBook, request);
  }

  Result<v1::Book> Get(const std::string& name) {
    v1::GetBookRequest request;
    request.set_name(name);
    return Call(&Stub::GetBook, request);
  }

  Result<v1::SearchBooksResponse> Search(const v1::SearchBooksRequest& request) {
    EXPECT_TRUE(indexer_.WaitFor(store_.LastPosition(), 20s));
    return Call(&Stub::SearchBooks, request);
  }

  // Sends header and rows; `titles` become rows from line 2 on, with their titles as keys.
  Result<v1::Import> Import(const std::string& name, const std::vector<v1::Book>& books, bool with_header = true) {
    grpc::ClientContext context;
    v1::Import import;
    const auto writer = stub_->ImportBooks(&context, &import);
    v1::ImportBooksRequest message;
    if (with_header) {
      message.mutable_header()->set_import(name);
      message.mutable_header()->set_source("demo");
      writer->Write(message);
    }
    std::int64_t line = 2;
    for (const v1::Book& book : books) {
      message.Clear();
      message.mutable_row()->set_line(line++);
      *message.mutable_row()->mutable_book() = book;
      if (book.key().empty()) message.mutable_row()->mutable_book()->set_key(book.title());
      if (!writer->Write(message)) break;
    }
    writer->WritesDone();
    const grpc::Status status = writer->Finish();
    if (!status.ok()) return rpc::ToError(status);
    return import;
  }

  TempDir dir_;
  FakeClock clock_;
  std::unique_ptr<obs::Log> log_ = obs::Log::Silent(clock_);
  obs::Metrics metrics_;
  obs::Tracer tracer_;
  SystemClock system_clock_;  // For deadlines, which gRPC measures by the real one.
  rpc::Telemetry telemetry_{*log_, metrics_, tracer_, system_clock_};
  rpc::Caller caller_{telemetry_};
  MemoryStore store_;
  std::unique_ptr<SearchIndex> index_ = SearchIndex::Open(dir_ / "index", "catalogue").value();
  ChangeSignal signal_;
  rpc::Pipeline pipeline_{telemetry_, {.threads = 4}};
  Indexer indexer_{store_, *index_, signal_, *log_, metrics_};
  BookNumbers numbers_{store_, *log_, metrics_, 1ms};
  CatalogService service_{store_, *index_, signal_, clock_, TestPageTokens(), Currency::Eur(), numbers_, pipeline_};
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::CatalogService::Stub> stub_;
  int requests_ = 0;
};

TEST_F(CatalogServiceTest, APriceInAnotherCurrencyThanTheShopsIsRefusedOnCreateChangeAndImport) {
  v1::Book dollars = Draft("Dune");
  dollars.mutable_price()->set_currency_code("USD");
  dollars.mutable_price()->set_minor(1290);

  const auto created = Create(dollars);
  EXPECT_THAT(created, HasReason("INVALID_FIELD"));
  EXPECT_EQ(created.error().violations.front().field, "price.currency_code");
  EXPECT_THAT(created.error().message, testing::HasSubstr("USD is not the shop's currency, EUR"));

  v1::UpdateBookRequest update;
  *update.mutable_book() = dollars;
  update.mutable_book()->set_name(Create(Draft("Emma")).value().name());
  update.mutable_update_mask()->add_paths("price");
  EXPECT_THAT(Call(&Stub::UpdateBook, update), HasReason("INVALID_FIELD"));

  const v1::Import import = Import(kImport, {dollars, Draft("Persuasion")}).value();
  EXPECT_EQ(import.refused_count(), 1);
  EXPECT_EQ(import.created_count(), 1);
  EXPECT_THAT(import.problems(0).message(), testing::HasSubstr("USD is not the shop's currency, EUR"));
}

TEST_F(CatalogServiceTest, APriceOfNothingIsKeptApartFromNone) {
  v1::Book gift = Draft("Dune");
  gift.mutable_price()->set_currency_code("EUR");

  EXPECT_TRUE(Get(Create(gift).value().name()).value().has_price());
  EXPECT_FALSE(Get(Create(Draft("Emma")).value().name()).value().has_price());
}

TEST_F(CatalogServiceTest, CreatesAndGetsABook) {
  v1::Book draft = Draft("The Left Hand of Darkness", "categories/science-fiction");
  draft.set_isbn13("0-441-47812-3");
  draft.set_language_code("en");
  draft.set_average_rating(4.09);
  draft.mutable_price()->set_currency_code("EUR");
  draft.mutable_price()->set_minor(999);
  draft.add_formats(v1::FORMAT_EBOOK);

  const v1::Book made = Create(draft).value();

  EXPECT_EQ(made.name(), "books/1");
  EXPECT_EQ(made.isbn13(), "9780441478125");
  EXPECT_EQ(made.isbn10(), "0441478123");
  EXPECT_EQ(made.authors(0).author(), "authors/ursula-k-le-guin");
  EXPECT_EQ(made.price().minor(), 999);
  EXPECT_DOUBLE_EQ(made.average_rating(), 4.09);
  EXPECT_EQ(made.create_time().seconds(), ToMicros(FakeClock::kNoon) / 1'000'000);
  EXPECT_EQ(Get("books/1")->SerializeAsString(), made.SerializeAsString());
}

TEST_F(CatalogServiceTest, NamesEveryWrongField) {
  v1::Book draft = Draft("");
  draft.set_published_year(12'345);
  const Result<v1::Book> made = Create(draft);

  ASSERT_THAT(made, HasReason("INVALID_FIELD"));
  EXPECT_EQ(made.error().violations.size(), 2u);
  EXPECT_THAT(Create(Draft("Emma", "categories/cooking")), HasReason("UNKNOWN_CATEGORY"));
  EXPECT_THAT(Create(Draft("Emma", "cooking")), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Get("books/x"), HasReason("INVALID_FIELD"));
  EXPECT_THAT(Get("books/7"), HasReason("UNKNOWN_BOOK"));
  v1::CreateBookRequest without_id;
  *without_id.mutable_book() = Draft("Emma");
  EXPECT_THAT(Call(&Stub::CreateBook, without_id), HasReason("INVALID_FIELD"));
}

TEST_F(CatalogServiceTest, UpdatesTheFieldsOfTheMask) {
  const v1::Book made = Create(Draft("Emma")).value();
  v1::UpdateBookRequest request;
  request.mutable_book()->set_name(made.name());
  request.mutable_book()->set_etag(made.etag());
  request.mutable_book()->set_title("Emma!");
  request.mutable_book()->set_publisher("not in the mask");
  request.mutable_update_mask()->add_paths("title");

  const v1::Book updated = Call(&Stub::UpdateBook, request).value();

  EXPECT_EQ(updated.title(), "Emma!");
  EXPECT_EQ(updated.publisher(), "");
  EXPECT_THAT(updated.authors(), SizeIs(1));
  EXPECT_THAT(Call(&Stub::UpdateBook, request), HasReason("ETAG_MISMATCH"));
  request.mutable_book()->set_etag("");
  request.mutable_update_mask()->set_paths(0, "name");
  EXPECT_THAT(Call(&Stub::UpdateBook, request), HasReason("INVALID_FIELD"));
  request.clear_update_mask();
  EXPECT_THAT(Call(&Stub::UpdateBook, request), HasReason("INVALID_FIELD"));
}

TEST_F(CatalogServiceTest, DeletesABook) {
  const v1::Book made = Create(Draft("Emma")).value();
  v1::DeleteBookRequest request;
  request.set_name(made.name());
  request.set_etag("stale");

  EXPECT_THAT(Call(&Stub::DeleteBook, request), HasReason("ETAG_MISMATCH"));
  request.set_etag(made.etag());
  EXPECT_THAT(Call(&Stub::DeleteBook, request), IsOk());
  EXPECT_THAT(Call(&Stub::DeleteBook, request), IsOk());
  EXPECT_THAT(Get(made.name()), HasReason("UNKNOWN_BOOK"));
}

TEST_F(CatalogServiceTest, GetsManyBooksAtOnce) {
  Create(Draft("Emma")).value();
  Create(Draft("Persuasion")).value();
  v1::BatchGetBooksRequest request;
  for (const char* name : {"books/2", "books/9", "books/1"}) request.add_names(name);

  const v1::BatchGetBooksResponse response = Call(&Stub::BatchGetBooks, request).value();

  ASSERT_THAT(response.books(), SizeIs(2));
  EXPECT_EQ(response.books(0).title(), "Persuasion");
  EXPECT_THAT(response.missing_names(), ElementsAre("books/9"));
  request.mutable_read_mask()->add_paths("title");
  const v1::BatchGetBooksResponse titles = Call(&Stub::BatchGetBooks, request).value();
  EXPECT_EQ(titles.books(0).title(), "Persuasion");
  EXPECT_EQ(titles.books(0).ByteSizeLong(), v1::Book(titles.books(0)).title().size() + 2);
  request.mutable_read_mask()->add_paths("titel");
  EXPECT_THAT(Call(&Stub::BatchGetBooks, request), HasReason("INVALID_FIELD"));
  request.clear_read_mask();
  for (int i = 0; i < 1000; ++i) request.add_names("books/1");
  EXPECT_THAT(Call(&Stub::BatchGetBooks, request), HasReason("INVALID_FIELD"));
}

TEST_F(CatalogServiceTest, ListsPageByPage) {
  for (const char* title : {"A", "B", "C"}) Create(Draft(title, "categories/poetry")).value();
  v1::ListBooksRequest request;
  request.set_category("categories/poetry");
  request.set_order(v1::ORDER_TITLE);
  request.set_page_size(2);

  const v1::ListBooksResponse first = Call(&Stub::ListBooks, request).value();
  request.set_page_token(first.next_page_token());
  const v1::ListBooksResponse second = Call(&Stub::ListBooks, request).value();

  EXPECT_EQ(first.total_size(), 3);
  EXPECT_EQ(first.books(1).title(), "B");
  ASSERT_THAT(second.books(), SizeIs(1));
  EXPECT_EQ(second.books(0).title(), "C");
  EXPECT_EQ(second.next_page_token(), "");
  request.set_category("categories/fiction");
  EXPECT_THAT(Call(&Stub::ListBooks, request), HasReason("BAD_PAGE_TOKEN"));
}

TEST_F(CatalogServiceTest, RefusesListsThatCannotBe) {
  const auto list = [&](const std::function<void(v1::ListBooksRequest&)>& set) {
    v1::ListBooksRequest request;
    set(request);
    return Call(&Stub::ListBooks, request);
  };
  EXPECT_THAT(list([](auto& request) { request.set_category("categories/cooking"); }), HasReason("UNKNOWN_CATEGORY"));
  EXPECT_THAT(list([](auto& request) { request.set_author("authors/nobody"); }), HasReason("UNKNOWN_AUTHOR"));
  EXPECT_THAT(list([](auto& request) { request.set_series("Bad Name"); }), HasReason("UNKNOWN_SERIES"));
  EXPECT_THAT(list([](auto& request) { request.set_page_size(-1); }), HasReason("INVALID_FIELD"));
  EXPECT_THAT(list([](auto& request) { request.set_order(v1::ORDER_RELEVANCE); }), HasReason("INVALID_FIELD"));
  EXPECT_THAT(list([](auto& request) {
                request.set_author("authors/a");
                request.set_series("series/b");
              }),
              HasReason("INVALID_FIELD"));
  EXPECT_THAT(list([](auto&) {}), IsOk());
}

TEST_F(CatalogServiceTest, SearchesWithFacetsAndPages) {
  for (int i = 0; i < 5; ++i) Create(Draft("Earthsea tales " + std::to_string(i))).value();
  v1::SearchBooksRequest request;
  request.set_query("earthsae");
  request.set_page_size(3);
  request.set_with_facets(true);

  const v1::SearchBooksResponse first = Search(request).value();
  request.set_page_token(first.next_page_token());
  const v1::SearchBooksResponse second = Search(request).value();

  EXPECT_EQ(first.corrected_query(), "earthsea");
  EXPECT_EQ(first.total_size(), 5);
  EXPECT_THAT(first.books(), SizeIs(3));
  EXPECT_THAT(second.books(), SizeIs(2));
  EXPECT_EQ(second.next_page_token(), "");
  ASSERT_FALSE(first.facets().empty());
  EXPECT_EQ(first.facets(0).field(), "category");
  EXPECT_EQ(first.facets(0).values(0).value(), "categories/fiction");
  EXPECT_EQ(first.facets(0).values(0).display_name(), "Fiction");
  EXPECT_EQ(first.facets(0).values(0).count(), 5);
  request.set_query("other");
  EXPECT_THAT(Search(request), HasReason("BAD_PAGE_TOKEN"));
  request.set_query(std::string(301, 'x'));
  EXPECT_THAT(Search(request), HasReason("INVALID_FIELD"));
}

TEST_F(CatalogServiceTest, SuggestsAndKnowsAuthors) {
  Create(Draft("A Wizard of Earthsea")).value();
  ASSERT_TRUE(indexer_.WaitFor(store_.LastPosition(), 20s));
  v1::SuggestRequest request;
  request.set_prefix("le g");

  const v1::SuggestResponse response = Call(&Stub::Suggest, request).value();

  ASSERT_THAT(response.suggestions(), SizeIs(1));
  EXPECT_EQ(response.suggestions(0).name(), "authors/ursula-k-le-guin");
  v1::GetAuthorRequest author;
  author.set_name("authors/ursula-k-le-guin");
  EXPECT_EQ(Call(&Stub::GetAuthor, author)->book_count(), 1);
  author.set_name("authors/nobody");
  EXPECT_THAT(Call(&Stub::GetAuthor, author), HasReason("UNKNOWN_AUTHOR"));
}

TEST_F(CatalogServiceTest, AnAuthorUnderSeveralNamesIsOnePage) {
  for (const char* name : {"Fyodor Dostoyevsky", "Фёдор Достоевский", "Dostoevsky, Fyodor"}) {
    v1::Book draft = Draft(std::string("A book by ") + name);
    draft.clear_authors();
    draft.add_authors()->set_display_name(name);
    Create(draft).value();
  }
  v1::GetAuthorRequest get;
  v1::ListBooksRequest list;
  for (const char* name : {"authors/fyodor-dostoevsky", "authors/fyodor-dostoyevsky"}) {
    get.set_name(name);
    const v1::Author author = Call(&Stub::GetAuthor, get).value();
    EXPECT_EQ(author.name(), "authors/fyodor-dostoevsky");
    EXPECT_EQ(author.book_count(), 3);
    EXPECT_THAT(author.other_names(), testing::Contains("Фёдор Достоевский"));
    list.set_author(name);
    EXPECT_EQ(Call(&Stub::ListBooks, list)->total_size(), 3);
  }
  v1::SearchBooksRequest search;
  for (const char* text : {"Достоевский", "Dostoevsky", "Dostoyevsky Fyodor"}) {
    search.set_query(text);
    EXPECT_EQ(Search(search)->total_size(), 3) << text;
  }
}

TEST_F(CatalogServiceTest, PutsBooksOfEarlierRulesOnTheirAuthorsShelf) {
  BookContent content =
      CheckBook({.title = "The Idiot", .authors = {{.display_name = "Fyodor Dostoyevsky"}}}, WrongIsbn::kRefuse)->content;
  content.authors[0].slug = "fyodor-dostoyevsky";  // As it was stored once.
  store_.CreateBook(content, "", clock_.Now()).value();
  signal_.Notify();

  ASSERT_TRUE(indexer_.WaitFor(2, 20s));  // The second change is the indexer's.

  EXPECT_EQ(store_.FindAuthor("fyodor-dostoevsky")->book_count, 1);
  EXPECT_THAT(store_.FindAuthor("fyodor-dostoyevsky"), HasReason("UNKNOWN_AUTHOR"));
}

// Another process on the same database writes to the store and tells nobody here.
TEST_F(CatalogServiceTest, FindsWhatAnotherProcessWrote) {
  const background::Repeater watch({.name = "change_watch", .interval = std::chrono::milliseconds(1)}, *log_, metrics_,
                                   background::NotifyOfNew([this] { return store_.LastPosition(); }, signal_));
  const BookContent content =
      CheckBook({.title = "Emma", .authors = {{.display_name = "Jane Austen"}}}, WrongIsbn::kRefuse)->content;

  for (int i = 1; i <= 3; ++i) {
    store_.CreateBook(content, Uuid(i), clock_.Now()).value();
    EXPECT_TRUE(indexer_.WaitFor(i, 20s)) << "the index sleeps on";
  }
}

TEST_F(CatalogServiceTest, NamesTheCategoryThatAQueryMeans) {
  Create(Draft("Emma", "categories/romance")).value();
  v1::SearchBooksRequest request;
  request.set_query("love stories");
  const v1::SearchBooksResponse response = Search(request).value();
  EXPECT_THAT(response.books(), SizeIs(1));
  EXPECT_EQ(response.category().name(), "categories/romance");
  EXPECT_EQ(response.category().display_name(), "Romance");
}

TEST_F(CatalogServiceTest, ListsCategoriesInTheShopsOrder) {
  Create(Draft("Emma", "categories/romance")).value();
  const v1::ListCategoriesResponse response = Call(&Stub::ListCategories, {}).value();

  ASSERT_GE(response.categories_size(), 18);
  EXPECT_EQ(response.categories(1).name(), "categories/romance");
  EXPECT_EQ(response.categories(1).book_count(), 1);
  EXPECT_EQ(response.categories(1).classic_number(), 1);
  EXPECT_EQ(response.categories(3).classic_number(), -1);
}

TEST_F(CatalogServiceTest, ImportsRowsAndReportsProblems) {
  v1::Book repaired = Draft("Repaired");
  repaired.set_isbn13("441478123");
  v1::Book broken = Draft("Broken");
  broken.set_published_year(99'999);
  v1::Book unreadable = Draft("Unreadable", "no category name");
  v1::Book twice = Draft("Repaired again");
  twice.set_key("Repaired");

  const v1::Import import = Import(kImport, {repaired, broken, unreadable, twice}).value();

  EXPECT_TRUE(import.done());
  EXPECT_EQ(import.row_count(), 4);
  EXPECT_EQ(import.created_count(), 1);
  EXPECT_EQ(import.refused_count(), 3);
  EXPECT_EQ(import.isbn_repaired_count(), 1);
  ASSERT_THAT(import.problems(), SizeIs(4));
  EXPECT_EQ(import.problems(0).severity(), v1::SEVERITY_WARNING);
  EXPECT_EQ(import.problems(1).line(), 3);
  EXPECT_THAT(import.problems(1).message(), testing::HasSubstr("99999"));
  EXPECT_THAT(import.problems(3).message(), testing::HasSubstr("line 2"));
  v1::GetImportRequest request;
  request.set_name(kImport);
  EXPECT_EQ(Call(&Stub::GetImport, request)->SerializeAsString(), import.SerializeAsString());
}

TEST_F(CatalogServiceTest, SendingADoneImportAgainGivesTheSameAnswer) {
  const v1::Import first = Import(kImport, {Draft("A"), Draft("B")}).value();
  const std::int64_t position = store_.LastPosition();

  EXPECT_EQ(Import(kImport, {Draft("A"), Draft("B")})->SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(store_.LastPosition(), position);
  EXPECT_THAT(Import(kImport, {Draft("A"), Draft("B"), Draft("C")}), HasReason("IMPORT_DONE"));
}

TEST_F(CatalogServiceTest, AnImportThatBrokeOffGoesOn) {
  std::vector<CheckedRow> rows = {CheckRow({.line = 2, .key = "A", .draft = {.title = "A"}})};
  const auto opened = store_.OpenImport(ImportId{std::string(kImport).substr(8)}, "demo", false, clock_.Now());
  ASSERT_THAT(store_.ImportGroup(*opened, rows, clock_.Now()), IsOk());

  const v1::Import import = Import(kImport, {Draft("A"), Draft("B")}).value();

  EXPECT_EQ(import.row_count(), 2);
  EXPECT_EQ(import.created_count(), 2);
  EXPECT_EQ(store_.LastPosition(), 2);
}

TEST_F(CatalogServiceTest, RefusesImportsOutOfForm) {
  EXPECT_THAT(Import(kImport, {Draft("A")}, /*with_header=*/false), HasReason("MISSING_HEADER"));
  EXPECT_THAT(Import("imports/1", {Draft("A")}), HasReason("INVALID_FIELD"));
  v1::GetImportRequest request;
  request.set_name("imports/none");
  EXPECT_THAT(Call(&Stub::GetImport, request), HasReason("UNKNOWN_IMPORT"));
}

TEST_F(CatalogServiceTest, DeletesASource) {
  Import(kImport, {Draft("A"), Draft("B")}).value();
  v1::DeleteSourceRequest request;
  request.set_source("demo");

  EXPECT_EQ(Call(&Stub::DeleteSource, request)->deleted_count(), 2);
  EXPECT_EQ(Call(&Stub::DeleteSource, request)->deleted_count(), 0);
}

TEST_F(CatalogServiceTest, StreamsTheCatalogueThenEachChange) {
  Create(Draft("A")).value();
  Create(Draft("B")).value();
  grpc::ClientContext context;
  const auto reader = stub_->StreamChanges(&context, {});
  const auto next = [&] {
    v1::Change change;
    EXPECT_TRUE(reader->Read(&change));
    return change;
  };

  EXPECT_EQ(next().book().title(), "A");
  EXPECT_EQ(next().book().title(), "B");
  EXPECT_TRUE(next().caught_up());
  Create(Draft("C")).value();
  EXPECT_EQ(next().book().title(), "C");
  const v1::Change caught_up = next();
  EXPECT_TRUE(caught_up.caught_up());
  EXPECT_EQ(caught_up.position(), 3);
  v1::DeleteBookRequest request;
  request.set_name("books/1");
  ASSERT_THAT(Call(&Stub::DeleteBook, request), IsOk());
  EXPECT_EQ(next().deleted_book(), "books/1");
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(CatalogServiceTest, RefusesAPositionThatNeverWas) {
  grpc::ClientContext context;
  v1::StreamChangesRequest request;
  request.set_position(5);
  const auto reader = stub_->StreamChanges(&context, request);
  v1::Change change;

  EXPECT_FALSE(reader->Read(&change));
  EXPECT_EQ(rpc::ToError(reader->Finish()).reason, "UNKNOWN_POSITION");
}

TEST_F(CatalogServiceTest, TheIndexFindsWhatAnotherProcessChanged) {
  ASSERT_THAT(store_.CreateBook(CheckBook({.title = "Elsewhere"}, WrongIsbn::kRefuse)->content, "r", clock_.Now()), IsOk());
  v1::SearchBooksRequest request;
  request.set_query("elsewhere");

  EXPECT_EQ(Search(request)->total_size(), 1);
}

}  // namespace
}  // namespace octavo::catalog
