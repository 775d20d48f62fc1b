#include "services/marketplace/testing/fake_shop_client.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <set>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/csv.h"

namespace octavo::marketplace {
namespace {

using catalog::v1::Book;

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : text + separator) {
    if (c != separator) {
      if (!(part.empty() && c == ' ')) part.push_back(c);
    } else if (!part.empty()) {
      parts.push_back(std::exchange(part, {}));
    }
  }
  return parts;
}

std::string Slug(const std::string& text) {
  std::string slug;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c))) {
      slug.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
  }
  return slug;
}

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string Display(const std::string& slug) {
  std::string name = slug;
  std::replace(name.begin(), name.end(), '-', ' ');
  if (!name.empty()) name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

bool InCategory(const Book& book, const std::string& category) {
  return std::find(book.categories().begin(), book.categories().end(), category) != book.categories().end();
}

void Sort(std::vector<const Book*>& books, catalog::v1::Order order) {
  const auto by = [&](auto less) { std::stable_sort(books.begin(), books.end(), less); };
  switch (order) {
    case catalog::v1::ORDER_NEWEST: std::reverse(books.begin(), books.end()); break;
    case catalog::v1::ORDER_TITLE: by([](auto* a, auto* b) { return a->title() < b->title(); }); break;
    case catalog::v1::ORDER_PUBLISHED: by([](auto* a, auto* b) { return a->published_year() > b->published_year(); }); break;
    case catalog::v1::ORDER_PRICE: by([](auto* a, auto* b) { return a->price().minor() < b->price().minor(); }); break;
    case catalog::v1::ORDER_SERIES_NUMBER:
      by([](auto* a, auto* b) { return a->series().number() < b->series().number(); });
      break;
    case catalog::v1::ORDER_RELEVANCE: break;
    default: by([](auto* a, auto* b) { return a->ratings_count() > b->ratings_count(); });
  }
}

template <typename Response>
Status PutPage(const std::vector<const Book*>& books, const std::string& token, int size, Response& response) {
  if (token.find_first_not_of("0123456789") != std::string::npos || token.size() > 6) {
    return Error{Code::kInvalidArgument, "BAD_PAGE_TOKEN", token};
  }
  const std::size_t from = token.empty() ? 0 : std::stoul(token);
  const std::size_t to = std::min(books.size(), from + static_cast<std::size_t>(size == 0 ? 24 : size));
  for (std::size_t i = from; i < to; ++i) *response.add_books() = *books[i];
  if (to < books.size()) response.set_next_page_token(std::to_string(to));
  response.set_total_size(static_cast<std::int64_t>(books.size()));
  return Ok();
}

bool Matches(const Book& book, const std::string& query) {
  std::string text = book.title() + " " + book.isbn13() + " " + book.series().title();
  for (const auto& author : book.authors()) text += " " + author.display_name();
  for (const auto& subject : book.subjects()) text += " " + subject;
  text = Lower(text);
  const std::vector<std::string> words = Split(Lower(query), ' ');
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) { return text.find(word) != std::string::npos; });
}

template <typename Wanted, typename Has>
bool AnyOf(const Wanted& wanted, const Has& has) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(), has);
}

bool Passes(const Book& book, const catalog::v1::Filter& filter) {
  const auto has_author = [&](const std::string& name) {
    return std::any_of(book.authors().begin(), book.authors().end(), [&](const auto& one) { return one.author() == name; });
  };
  return AnyOf(filter.categories(), [&](const std::string& name) { return InCategory(book, name); }) &&
         AnyOf(filter.language_codes(), [&](const std::string& code) { return book.language_code() == code; }) &&
         AnyOf(filter.authors(), has_author) &&
         AnyOf(filter.formats(),
               [&](int format) {
                 return std::find(book.formats().begin(), book.formats().end(), format) != book.formats().end();
               }) &&
         (filter.published_year_min() == 0 || book.published_year() >= filter.published_year_min()) &&
         (filter.published_year_max() == 0 || book.published_year() <= filter.published_year_max());
}

void AddFacet(catalog::v1::SearchBooksResponse& response, const std::string& field,
              const std::map<std::string, std::pair<std::string, int>>& counts) {
  catalog::v1::Facet& facet = *response.add_facets();
  facet.set_field(field);
  std::vector<std::pair<std::string, std::pair<std::string, int>>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.second.second > b.second.second; });
  for (const auto& [value, named] : sorted) {
    if (facet.values_size() == 20) break;
    catalog::v1::FacetValue& one = *facet.add_values();
    one.set_value(value);
    one.set_display_name(named.first);
    one.set_count(named.second);
  }
}

void AddFacets(catalog::v1::SearchBooksResponse& response, const std::vector<const Book*>& books) {
  std::map<std::string, std::map<std::string, std::pair<std::string, int>>> facets;
  const auto count = [&](const std::string& field, const std::string& value, const std::string& name) {
    auto& entry = facets[field][value];
    entry.first = name;
    ++entry.second;
  };
  for (const Book* book : books) {
    for (const auto& category : book->categories()) count("category", category, Display(category.substr(11)));
    for (const auto& author : book->authors()) count("author", author.author(), author.display_name());
    for (const int format : book->formats()) {
      const std::string& name = catalog::v1::Format_Name(format);
      count("format", name, Display(Lower(name.substr(7))));
    }
    count("language", book->language_code(), book->language_code());
    if (book->published_year() > 0) {
      const std::string decade = std::to_string(book->published_year() / 10 * 10);
      count("decade", decade, decade + "s");
    }
  }
  for (const auto& [field, counts] : facets) AddFacet(response, field, counts);
}

}  // namespace

void FakeShopClient::Load(std::istream& csv) {
  CsvReader reader(csv);
  CHECK(reader.Next().ok());  // The names of the columns.
  while (true) {
    const auto row = reader.Next().value();
    if (!row) return;
    const std::vector<std::string>& field = *row;
    Book book;
    book.set_title(field[1]);
    book.set_subtitle(field[2]);
    for (const std::string& author : Split(field[3], ';')) book.add_authors()->set_display_name(author);
    if (!field[4].empty()) book.mutable_series()->set_title(field[4]);
    if (!field[4].empty()) book.mutable_series()->set_number(field[5]);
    book.set_isbn13(field[6]);
    book.set_language_code(field[7]);
    book.set_published_year(field[8].empty() ? 0 : std::stoi(field[8]));
    book.set_publisher(field[9]);
    book.set_page_count(field[10].empty() ? 0 : std::stoi(field[10]));
    for (const std::string& format : Split(field[11], ';')) {
      catalog::v1::Format value = catalog::v1::FORMAT_UNSPECIFIED;
      std::string upper = format;
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      if (catalog::v1::Format_Parse("FORMAT_" + upper, &value)) book.add_formats(value);
    }
    book.mutable_price()->set_minor(std::stoll(field[12]));
    book.mutable_price()->set_currency_code(field[13]);
    book.set_description(field[14]);
    for (const std::string& subject : Split(field[15], ';')) book.add_subjects(subject);
    for (const std::string& category : Split(field[16], ';')) book.add_categories("categories/" + category);
    book.set_average_rating(field[17].empty() ? 0 : std::stod(field[17]));
    book.set_ratings_count(std::stoll(field[18]));
    inventory::v1::Stock stock;
    stock.set_available(std::stoll(field[19]));
    if (stock.available() == 0) stock.mutable_policy()->set_backorder(inventory::v1::BACKORDER_ALLOWED);
    stock.mutable_policy()->set_backorder_days(4);
    stock.mutable_policy()->set_backorder_max(100);
    SetStock(Add(std::move(book)).name(), stock);
  }
}

Book& FakeShopClient::Add(Book book) {
  book.set_name("books/" + std::to_string(books_.size() + 1));
  for (auto& author : *book.mutable_authors()) author.set_author("authors/" + Slug(author.display_name()));
  if (!book.series().title().empty()) book.mutable_series()->set_series("series/" + Slug(book.series().title()));
  books_.push_back(std::move(book));
  return books_.back();
}

struct FakeShopClient::Watcher final : public Subscription {
  void Cancel() override {
    {
      const std::lock_guard lock(mutex);
      if (cancelled) return;
      cancelled = true;
    }
    listener.end(Ok());
  }
  void Say(const inventory::v1::Stock& stock) {
    {
      const std::lock_guard lock(mutex);
      const bool wanted = std::find(books.begin(), books.end(), stock.book()) != books.end();
      if (cancelled || !wanted) return;
    }
    inventory::v1::WatchStockResponse response;
    *response.mutable_stock() = stock;
    listener.message(response);
  }

  std::vector<std::string> books;
  Listener<inventory::v1::WatchStockResponse> listener;
  std::mutex mutex;
  bool cancelled = false;  // Guarded by mutex.
};

void FakeShopClient::SetStock(const std::string& book, inventory::v1::Stock stock) {
  stock.set_book(book);
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const std::lock_guard lock(mutex_);
    stock_[book] = stock;
    watchers = watchers_;
  }
  for (const auto& watcher : watchers) watcher->Say(stock);
}

inventory::v1::Stock FakeShopClient::StockOf(const std::string& book) const {
  const std::lock_guard lock(mutex_);
  const auto known = stock_.find(book);
  inventory::v1::Stock stock = known == stock_.end() ? inventory::v1::Stock() : known->second;
  stock.set_book(book);
  return stock;
}

std::shared_ptr<Subscription> FakeShopClient::WatchStock(const inventory::v1::WatchStockRequest& request,
                                                         Listener<inventory::v1::WatchStockResponse> listener) {
  auto watcher = std::make_shared<Watcher>();
  watcher->books.assign(request.books().begin(), request.books().end());
  watcher->listener = std::move(listener);
  {
    const std::lock_guard lock(mutex_);
    watchers_.push_back(watcher);
  }
  for (const std::string& book : request.books()) watcher->Say(StockOf(book));
  return watcher;
}

std::vector<recommendations::v1::Event> FakeShopClient::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

const Book* FakeShopClient::Find(const std::string& name) const {
  const auto found = std::find_if(books_.begin(), books_.end(), [&](const Book& book) { return book.name() == name; });
  return found == books_.end() ? nullptr : &*found;
}

std::vector<std::string> FakeShopClient::Viewed(const std::string& reader) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> viewed;
  for (const auto& event : events_) {
    if (event.reader() == reader && event.type() == recommendations::v1::EVENT_TYPE_VIEW) viewed.push_back(event.book());
  }
  std::reverse(viewed.begin(), viewed.end());
  return viewed;
}

Pending<Book> FakeShopClient::GetBook(const catalog::v1::GetBookRequest& request, const Budget&) {
  return Reply<Book>(catalog, [&]() -> Result<Book> {
    const std::int64_t number = std::stoll(request.name().substr(request.name().find('/') + 1));
    if (number < 1 || number > INT32_MAX) return InvalidField("name", request.name() + " is not of the form books/12");
    const Book* book = Find(request.name());
    if (book == nullptr) return Error{Code::kNotFound, "UNKNOWN_BOOK", request.name()};
    return *book;
  });
}

Pending<catalog::v1::BatchGetBooksResponse> FakeShopClient::BatchGetBooks(const catalog::v1::BatchGetBooksRequest& request,
                                                                          const Budget&) {
  ++batch_count;
  return Reply<catalog::v1::BatchGetBooksResponse>(catalog, [&]() -> Result<catalog::v1::BatchGetBooksResponse> {
    catalog::v1::BatchGetBooksResponse response;
    for (const std::string& name : request.names()) {
      const Book* book = Find(name);
      if (book != nullptr) *response.add_books() = *book;
      if (book == nullptr) response.add_missing_names(name);
    }
    return response;
  });
}

Pending<catalog::v1::ListBooksResponse> FakeShopClient::ListBooks(const catalog::v1::ListBooksRequest& request, const Budget&) {
  ++list_count;
  return Reply<catalog::v1::ListBooksResponse>(catalog, [&]() -> Result<catalog::v1::ListBooksResponse> {
    std::vector<const Book*> books;
    for (const Book& book : books_) {
      const bool by_author =
          request.author().empty() || std::any_of(book.authors().begin(), book.authors().end(),
                                                  [&](const auto& one) { return one.author() == request.author(); });
      if ((request.category().empty() || InCategory(book, request.category())) && by_author &&
          (request.series().empty() || book.series().series() == request.series())) {
        books.push_back(&book);
      }
    }
    if (books.empty() && !request.category().empty()) return Error{Code::kNotFound, "UNKNOWN_CATEGORY", request.category()};
    if (books.empty() && !request.series().empty()) return Error{Code::kNotFound, "UNKNOWN_SERIES", request.series()};
    Sort(books, request.order());
    catalog::v1::ListBooksResponse response;
    TRY(PutPage(books, request.page_token(), request.page_size(), response));
    return response;
  });
}

Pending<catalog::v1::SearchBooksResponse> FakeShopClient::SearchBooks(const catalog::v1::SearchBooksRequest& request,
                                                                      const Budget&) {
  return Reply<catalog::v1::SearchBooksResponse>(catalog, [&]() -> Result<catalog::v1::SearchBooksResponse> {
    catalog::v1::SearchBooksResponse response;
    const auto search = [&](const std::string& query) {
      std::vector<const Book*> books;
      for (const Book& book : books_) {
        if (Matches(book, query) && Passes(book, request.filter())) books.push_back(&book);
      }
      return books;
    };
    std::vector<const Book*> books = search(request.query());
    if (books.empty() && request.query() == "hobit") {  // The one typing error that this fake knows.
      response.set_corrected_query("hobbit");
      books = search("hobbit");
    }
    const std::size_t blank = request.query().find(' ');
    if (books.empty() && blank != std::string::npos) {
      books = search(request.query().substr(0, blank));  // As far as this fake goes for any of the words.
      response.set_matched_any(!books.empty());
    }
    if (request.query() == "fiction") {  // The one category that this fake knows by its name.
      response.mutable_category()->set_name("categories/fiction");
      response.mutable_category()->set_display_name("Fiction");
    }
    Sort(books, request.order());
    TRY(PutPage(books, request.page_token(), request.page_size(), response));
    if (request.with_facets()) AddFacets(response, books);
    return response;
  });
}

Pending<catalog::v1::SuggestResponse> FakeShopClient::Suggest(const catalog::v1::SuggestRequest& request, const Budget&) {
  return Reply<catalog::v1::SuggestResponse>(catalog, [&]() -> Result<catalog::v1::SuggestResponse> {
    catalog::v1::SuggestResponse response;
    std::set<std::string> named;
    const auto add = [&](const std::string& name, const std::string& text, const std::string& detail) {
      if ((" " + Lower(text)).find(" " + Lower(request.prefix())) == std::string::npos) return;
      if (response.suggestions_size() == request.max_results() || !named.insert(name).second) return;
      catalog::v1::Suggestion& one = *response.add_suggestions();
      one.set_name(name);
      one.set_display_name(text);
      one.set_detail(detail);
    };
    for (const Book& book : books_) {
      for (const auto& author : book.authors()) add(author.author(), author.display_name(), "");
      if (!book.series().series().empty()) add(book.series().series(), book.series().title(), "");
      add(book.name(), book.title(), book.authors().empty() ? "" : book.authors(0).display_name());
    }
    return response;
  });
}

Pending<catalog::v1::Author> FakeShopClient::GetAuthor(const catalog::v1::GetAuthorRequest& request, const Budget&) {
  return Reply<catalog::v1::Author>(catalog, [&]() -> Result<catalog::v1::Author> {
    catalog::v1::Author found;
    for (const Book& book : books_) {
      for (const auto& author : book.authors()) {
        if (author.author() != request.name()) continue;
        found.set_name(author.author());
        found.set_display_name(author.display_name());
        found.set_book_count(found.book_count() + 1);
      }
    }
    if (found.name().empty()) return Error{Code::kNotFound, "UNKNOWN_AUTHOR", request.name()};
    return found;
  });
}

Pending<catalog::v1::ListCategoriesResponse> FakeShopClient::ListCategories(const Budget&) {
  return Reply<catalog::v1::ListCategoriesResponse>(catalog, [&]() -> Result<catalog::v1::ListCategoriesResponse> {
    std::map<std::string, int, std::greater<>> counts;  // Not in the order of the alphabet, as the catalogue's is not.
    for (const Book& book : books_) {
      for (const std::string& category : book.categories()) ++counts[category];
    }
    catalog::v1::ListCategoriesResponse response;
    for (const auto& [name, count] : counts) {
      catalog::v1::Category& category = *response.add_categories();
      category.set_name(name);
      category.set_display_name(Display(name.substr(11)));
      category.set_book_count(count);
    }
    return response;
  });
}

recommendations::v1::RecommendResponse FakeShopClient::Shelf(const recommendations::v1::RecommendRequest& request) const {
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
  const Book* last = viewed.empty() ? nullptr : Find(viewed.front());
  for (const Book& book : books_) {
    if (last != nullptr && InCategory(book, last->categories(0))) add(book, recommendations::v1::ORIGIN_PERSONAL, last->name());
    if (last == nullptr && book.ratings_count() % 7 == 0) add(book, recommendations::v1::ORIGIN_POPULAR, "");
  }
  return response;
}

recommendations::v1::BookList FakeShopClient::Arranged(const std::string& reader,
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

Pending<recommendations::v1::BatchRecommendResponse> FakeShopClient::BatchRecommend(
    const recommendations::v1::BatchRecommendRequest& request, const Budget&) {
  return Reply<recommendations::v1::BatchRecommendResponse>(
      recommendations, [&]() -> Result<recommendations::v1::BatchRecommendResponse> {
        recommendations::v1::BatchRecommendResponse response;
        for (const auto& shelf : request.requests()) *response.add_responses() = Shelf(shelf);
        for (const auto& list : request.lists()) {
          *response.add_lists() = Arranged(request.requests(0).reader(), list);
        }
        return response;
      });
}

Pending<recommendations::v1::ListSimilarBooksResponse> FakeShopClient::ListSimilarBooks(
    const recommendations::v1::ListSimilarBooksRequest& request, const Budget&) {
  using Response = recommendations::v1::ListSimilarBooksResponse;
  return Reply<Response>(recommendations, [&]() -> Result<Response> {
    Response response;
    const Book* like = Find(request.book());
    if (like == nullptr) return Error{Code::kNotFound, "UNKNOWN_BOOK", request.book()};
    for (auto book = books_.rbegin(); book != books_.rend(); ++book) {
      if (response.recommendations_size() == request.max_results()) break;
      if (book->name() != like->name() && !like->categories().empty() && InCategory(*book, like->categories(0))) {
        response.add_recommendations()->set_book(book->name());
      }
    }
    return response;
  });
}

Pending<recommendations::v1::BecauseResponse> FakeShopClient::Because(const recommendations::v1::BecauseRequest& request,
                                                                      const Budget&) {
  return Reply<recommendations::v1::BecauseResponse>(recommendations, [&]() -> Result<recommendations::v1::BecauseResponse> {
    recommendations::v1::BecauseResponse response;
    const Book* book = Find(request.book());
    for (const std::string& name : Viewed(request.reader())) {
      const Book* viewed = Find(name);
      if (book == nullptr || viewed == nullptr || name == request.book() || response.contributions_size() == 3) continue;
      if (!book->categories().empty() && InCategory(*viewed, book->categories(0))) {
        recommendations::v1::Contribution& one = *response.add_contributions();
        one.set_book(name);
        one.set_title(viewed->title());
      }
    }
    return response;
  });
}

Pending<recommendations::v1::MergeReaderResponse> FakeShopClient::MergeReader(
    const recommendations::v1::MergeReaderRequest& request, const Budget&) {
  return Reply<recommendations::v1::MergeReaderResponse>(recommendations,
                                                         [&]() -> Result<recommendations::v1::MergeReaderResponse> {
                                                           const std::lock_guard lock(mutex_);
                                                           for (recommendations::v1::Event& event : events_) {
                                                             if (event.reader() == request.from_reader())
                                                               event.set_reader(request.to_reader());
                                                           }
                                                           return recommendations::v1::MergeReaderResponse();
                                                         });
}

Status FakeShopClient::RecordEvents(const std::vector<recommendations::v1::Event>& events, const Budget&) {
  if (before_record) before_record();
  if (recommendations != Condition::kUp) return Error{Code::kUnavailable, "UNAVAILABLE", "nobody is there"};
  const std::lock_guard lock(mutex_);
  events_.insert(events_.end(), events.begin(), events.end());
  return Ok();
}

Pending<inventory::v1::BatchGetStockResponse> FakeShopClient::BatchGetStock(const inventory::v1::BatchGetStockRequest& request,
                                                                            const Budget&) {
  return Reply<inventory::v1::BatchGetStockResponse>(inventory, [&]() -> Result<inventory::v1::BatchGetStockResponse> {
    inventory::v1::BatchGetStockResponse response;
    for (const std::string& book : request.books()) *response.add_stocks() = StockOf(book);
    return response;
  });
}

}  // namespace octavo::marketplace
