#include "services/catalog/service.h"

#include <google/protobuf/util/field_mask_util.h>

#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "lib/base/quoted.h"
#include "lib/base/uuid.h"
#include "lib/rpc/request.h"
#include "services/catalog/domain/authors.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/names.h"
#include "services/catalog/domain/text.h"
#include "services/catalog/import_session.h"
#include "services/catalog/service_messages.h"

namespace octavo::catalog {
namespace {

constexpr std::string_view kImports = "imports/";
constexpr names::PageSizes kPageSizes{.standard = kPageSizeDefault, .most = kPageSizeMax};

using google::protobuf::util::FieldMaskUtil;

Status CheckReadMask(const google::protobuf::FieldMask& mask) {
  for (const std::string& path : mask.paths()) {
    if (!FieldMaskUtil::IsValidPath<v1::Book>(path)) return InvalidField("read_mask", Quoted(path) + " is no field of a book");
  }
  return Ok();
}

ImportId ImportIdOf(const std::string& name) {
  return ImportId{name.starts_with(kImports) ? name.substr(kImports.size()) : name};
}

// One ImportBooks stream.
class ImportStream final : public rpc::Sink<v1::ImportBooksRequest, v1::Import> {
 public:
  ImportStream(Store& store, ChangeSignal& signal, const Clock& clock, Currency currency)
      : store_(store), signal_(signal), clock_(clock), currency_(currency) {}

  Status Take(v1::ImportBooksRequest request) override {
    if (request.has_header()) {
      if (session_) return InvalidField("header", "was sent already");
      const v1::ImportHeader& header = request.header();
      session_ = TRY(
          ImportSession::Open(store_, signal_, clock_, ImportIdOf(header.import()).value(), header.source(), header.dry_run()));
      return Ok();
    }
    TRY(CheckHeader());
    const v1::ImportRow& row = request.row();
    const Result<BookContent> draft = PricedDraftOf(row.book(), currency_);
    if (!draft.ok()) return session_->Take(RefusedRow(row.line(), row.book().key(), draft.error().message));
    return session_->Take(CheckRow({.line = row.line(), .key = row.book().key(), .draft = *draft}));
  }

  Result<v1::Import> Finish() override {
    TRY(CheckHeader());
    return ToProto(TRY(session_->Finish()));
  }

 private:
  Status CheckHeader() const {
    if (session_) return Ok();
    return Error{Code::kInvalidArgument, "MISSING_HEADER", "the first message must carry the header"};
  }

  Store& store_;
  ChangeSignal& signal_;
  const Clock& clock_;
  const Currency currency_;
  std::optional<ImportSession> session_;
};

// One StreamChanges stream: sends pages of the log, then waits until the signal says that there is more.
class ChangeStream final : public rpc::Source<v1::Change> {
 public:
  ChangeStream(Store& store, ChangeSignal& signal, std::int64_t position) : store_(store), signal_(signal), position_(position) {}

  void Attach(rpc::Waker waker) override { subscription_ = signal_.Listen(std::move(waker)); }

  rpc::Pull<v1::Change> Next() override {
    if (changes_.empty()) {
      Result<ChangePage> page = store_.ReadChanges(position_, kReadMax);
      if (!page.ok()) return std::move(page).error();
      changes_.assign(std::make_move_iterator(page->changes.begin()), std::make_move_iterator(page->changes.end()));
    }
    if (!changes_.empty()) {
      v1::Change change = ToProto(changes_.front());
      position_ = changes_.front().position;
      changes_.pop_front();
      caught_up_ = false;
      return change;
    }
    if (caught_up_) return rpc::NothingNow{};
    caught_up_ = true;
    v1::Change change;
    change.set_position(position_);
    change.set_caught_up(true);
    return change;
  }

 private:
  static constexpr int kReadMax = 200;  // Of about 1 kB each, per open stream.

  Store& store_;
  ChangeSignal& signal_;
  std::int64_t position_;
  std::deque<ChangeRecord> changes_;
  bool caught_up_ = false;
  ChangeSignal::Subscription subscription_;
};

}  // namespace

CatalogService::CatalogService(Store& store, const SearchIndex& index, ChangeSignal& signal, const Clock& clock,
                               const names::PageTokens& page_tokens, Currency currency, BookNumbers& numbers,
                               rpc::Pipeline& pipeline)
    : rpc::Service("octavo.catalog.v1.CatalogService", pipeline),
      store_(store),
      index_(index),
      signal_(signal),
      clock_(clock),
      page_tokens_(page_tokens),
      currency_(currency),
      numbers_(numbers) {
  Unary("GetBook", this, &CatalogService::GetBook);
  Unary("BatchGetBooks", this, &CatalogService::BatchGetBooks);
  Unary("ListBooks", this, &CatalogService::ListBooks);
  Unary("SearchBooks", this, &CatalogService::SearchBooks);
  Unary("Suggest", this, &CatalogService::Suggest);
  Unary("GetAuthor", this, &CatalogService::GetAuthor);
  Unary("ListCategories", this, &CatalogService::ListCategories);
  Unary("CreateBook", this, &CatalogService::CreateBook);
  Unary("UpdateBook", this, &CatalogService::UpdateBook);
  Unary("DeleteBook", this, &CatalogService::DeleteBook);
  Unary("DeleteSource", this, &CatalogService::DeleteSource);
  ClientStreaming("ImportBooks", this, &CatalogService::ImportBooks);
  Unary("GetImport", this, &CatalogService::GetImport);
  ServerStreaming("StreamChanges", this, &CatalogService::StreamChanges);
}

Result<v1::Book> CatalogService::GetBook(const rpc::Call&, const v1::GetBookRequest& request) {
  const BookId id = TRY(ParseBookName(request.name(), "name"));
  const std::optional<Book> book = store_.FindBook(id);
  if (!book) return UnknownBook(id);
  return ToProto(*book);
}

Result<v1::BatchGetBooksResponse> CatalogService::BatchGetBooks(const rpc::Call&, const v1::BatchGetBooksRequest& request) {
  if (request.names_size() > kBatchMax) {
    return InvalidField(
        "names", std::to_string(request.names_size()) + " are named, at most " + std::to_string(kBatchMax) + " are allowed");
  }
  std::vector<BookId> ids;
  for (const std::string& name : request.names()) ids.push_back(TRY(ParseBookName(name, "names")));
  TRY(CheckReadMask(request.read_mask()));
  v1::BatchGetBooksResponse response;
  std::set<BookId> found;
  for (const Book& book : store_.FindBooks(ids)) {
    found.insert(book.id);
    v1::Book& shown = *response.add_books() = ToProto(book);
    if (request.has_read_mask()) FieldMaskUtil::TrimMessage(request.read_mask(), &shown);
  }
  for (const BookId id : ids) {
    if (!found.contains(id)) response.add_missing_names(BookName(id));
  }
  return response;
}

Result<v1::ListBooksResponse> CatalogService::ListBooks(const rpc::Call&, const v1::ListBooksRequest& request) {
  const int page_size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  auto shelf = TRY(ShelfOf(request));
  ListQuery query{.shelf = std::move(shelf), .order = OrderOf(request.order(), ListOrder::kPopularity), .page_size = page_size};
  if (query.order == ListOrder::kRelevance) return InvalidField("order", "ORDER_RELEVANCE is for searches");
  const std::string listing = rpc::ListingOf(request);
  query.after = CursorAtBegin(query.order);
  if (!request.page_token().empty()) query.after = TRY(ParsePlace(TRY(page_tokens_.Open(listing, request.page_token()))));
  const ListPage page = TRY(store_.ListBooks(query));
  v1::ListBooksResponse response;
  for (const Book& book : page.books) *response.add_books() = ToProto(book);
  if (page.more) response.set_next_page_token(page_tokens_.Seal(listing, PlaceOf(CursorAt(query.order, page.books.back()))));
  response.set_total_size(page.total_size);
  return response;
}

Result<v1::SearchBooksResponse> CatalogService::SearchBooks(const rpc::Call&, const v1::SearchBooksRequest& request) {
  if (request.query().size() > kQueryBytesMax) {
    return InvalidField("query", "is " + std::to_string(request.query().size()) + " bytes long, at most " +
                                     std::to_string(kQueryBytesMax) + " are allowed");
  }
  const int page_size = TRY(names::ParsePageSize(request.page_size(), kPageSizes));
  auto filter = TRY(FilterOf(request.filter()));
  SearchQuery query{.text = request.query(),
                    .filter = std::move(filter),
                    .order = OrderOf(request.order(), ListOrder::kRelevance),
                    .page_size = page_size};
  if (request.with_facets()) query.facets = SearchQuery::Facets::kCounted;
  const std::string listing = rpc::ListingOf(request);
  // The page's size may differ from that of the page before.
  const std::int64_t offset_max = kSearchDepthMax - query.page_size;
  query.offset = static_cast<int>(TRY(page_tokens_.OpenNumber(listing, request.page_token(), {.most = offset_max})));
  const SearchResult result = index_.Search(query);
  v1::SearchBooksResponse response;
  for (const Book& book : store_.FindBooks(result.ids)) *response.add_books() = ToProto(book);
  if (result.more) {
    response.set_next_page_token(page_tokens_.Seal(listing, std::to_string(query.offset + query.page_size)));
  }
  response.set_total_size(result.total_size);
  AddFacets(result.facets, response);
  response.set_corrected_query(result.corrected_query);
  response.set_matched_any(result.matched_any);
  if (const Category* category = FindCategory(result.category); category != nullptr) {
    response.mutable_category()->set_name(ShelfName({ShelfKind::kCategory, result.category}));
    response.mutable_category()->set_display_name(std::string(category->display_name));
  }
  return response;
}

Result<v1::SuggestResponse> CatalogService::Suggest(const rpc::Call&, const v1::SuggestRequest& request) {
  constexpr int kDefault = 8;
  if (request.max_results() < 0 || request.max_results() > kSuggestionsMax) {
    return InvalidField("max_results",
                        std::to_string(request.max_results()) + " is not between 0 and " + std::to_string(kSuggestionsMax));
  }
  v1::SuggestResponse response;
  const int count_max = request.max_results() == 0 ? kDefault : request.max_results();
  for (const Suggestion& suggestion : index_.Suggest(request.prefix(), count_max)) {
    *response.add_suggestions() = ToProto(suggestion);
  }
  return response;
}

Result<v1::Author> CatalogService::GetAuthor(const rpc::Call&, const v1::GetAuthorRequest& request) {
  const std::optional<Shelf> shelf = ParseShelfName(ShelfKind::kAuthor, request.name());
  if (!shelf) return InvalidField("name", Quoted(request.name()) + " is not of the form authors/ursula-k-le-guin");
  const std::string id = AuthorIdOfSlug(shelf->slug);
  const AuthorRecord author = TRY(store_.FindAuthor(id));
  v1::Author response;
  response.set_name(ShelfName({ShelfKind::kAuthor, id}));
  for (std::string& name : OtherNames(id)) {
    if (name != author.display_name) response.add_other_names(std::move(name));
  }
  response.set_display_name(author.display_name);
  response.set_book_count(static_cast<std::int32_t>(author.book_count));
  return response;
}

Result<v1::ListCategoriesResponse> CatalogService::ListCategories(const rpc::Call&, const v1::ListCategoriesRequest&) {
  std::map<std::string, std::int64_t> counts = store_.CountByCategory();
  v1::ListCategoriesResponse response;
  for (const Category& category : kCategories) {
    v1::Category* added = response.add_categories();
    const std::string slug(category.slug);
    added->set_name(ShelfName({ShelfKind::kCategory, slug}));
    added->set_display_name(std::string(category.display_name));
    added->set_book_count(static_cast<std::int32_t>(counts[slug]));
    added->set_classic_number(category.classic_number);
  }
  return response;
}

Result<v1::Book> CatalogService::CreateBook(const rpc::Call&, const v1::CreateBookRequest& request) {
  if (!IsUuid(request.request_id())) return InvalidField("request_id", Quoted(request.request_id()) + " is no UUID");
  const CheckedBook checked = TRY(CheckBook(TRY(PricedDraftOf(request.book(), currency_)), WrongIsbn::kRefuse));
  TRY(numbers_.Wait());
  const Book book = TRY(store_.CreateBook(checked.content, request.request_id(), clock_.Now()));
  signal_.Notify();
  return ToProto(book);
}

Result<v1::Book> CatalogService::UpdateBook(const rpc::Call&, const v1::UpdateBookRequest& request) {
  const BookId id = TRY(ParseBookName(request.book().name(), "book.name"));
  const BookContent draft = TRY(DraftOf(request.book()));
  const auto change = [&](const BookContent& before) -> Result<BookContent> {
    const BookContent after = TRY(Masked(before, draft, request.update_mask()));
    if (after.price != before.price) TRY(CheckCurrency(after, currency_));
    return TRY(CheckBook(after, WrongIsbn::kRefuse)).content;
  };
  const Book book = TRY(store_.UpdateBook(id, TRY(PositionOf(request.book().etag(), id)), change, clock_.Now()));
  signal_.Notify();
  return ToProto(book);
}

Result<v1::DeleteBookResponse> CatalogService::DeleteBook(const rpc::Call&, const v1::DeleteBookRequest& request) {
  const BookId id = TRY(ParseBookName(request.name(), "name"));
  TRY(store_.DeleteBook(id, TRY(PositionOf(request.etag(), id))));
  signal_.Notify();
  return v1::DeleteBookResponse();
}

Result<v1::DeleteSourceResponse> CatalogService::DeleteSource(const rpc::Call&, const v1::DeleteSourceRequest& request) {
  if (!IsSource(request.source())) return InvalidField("source", Quoted(request.source()) + " is no name of a source");
  v1::DeleteSourceResponse response;
  response.set_deleted_count(store_.DeleteSource(request.source()));
  signal_.Notify();
  return response;
}

Result<std::unique_ptr<CatalogService::ImportSink>> CatalogService::ImportBooks(const rpc::Call&) {
  TRY(numbers_.Wait());
  return std::unique_ptr<ImportSink>(std::make_unique<ImportStream>(store_, signal_, clock_, currency_));
}

Result<v1::Import> CatalogService::GetImport(const rpc::Call&, const v1::GetImportRequest& request) {
  return ToProto(TRY(store_.FindImport(ImportIdOf(request.name()))));
}

Result<std::unique_ptr<CatalogService::ChangeSource>> CatalogService::StreamChanges(const rpc::Call&,
                                                                                    const v1::StreamChangesRequest& request) {
  if (request.position() < 0) return InvalidField("position", std::to_string(request.position()) + " is negative");
  return std::unique_ptr<ChangeSource>(std::make_unique<ChangeStream>(store_, signal_, request.position()));
}

}  // namespace octavo::catalog
