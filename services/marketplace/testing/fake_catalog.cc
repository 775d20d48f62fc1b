#include "services/marketplace/testing/fake_catalog.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <set>
#include <utility>
#include <vector>

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
  return AnyOf(filter.categories(), [&](const std::string& name) { return FakeCatalog::InCategory(book, name); }) &&
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

FakeCatalog::FakeCatalog(FakeServer& server) : FakeService("octavo.catalog.v1.CatalogService", server) {
  Answer<&FakeCatalog::GetBook>("GetBook");
  Answer<&FakeCatalog::BatchGetBooks>("BatchGetBooks");
  Answer<&FakeCatalog::ListBooks>("ListBooks");
  Answer<&FakeCatalog::SearchBooks>("SearchBooks");
  Answer<&FakeCatalog::Suggest>("Suggest");
  Answer<&FakeCatalog::GetAuthor>("GetAuthor");
  Answer<&FakeCatalog::ListCategories>("ListCategories");
}

bool FakeCatalog::InCategory(const Book& book, const std::string& category) {
  return std::find(book.categories().begin(), book.categories().end(), category) != book.categories().end();
}

Book& FakeCatalog::Add(Book book) {
  book.set_name("books/" + std::to_string(books_.size() + 1));
  for (auto& author : *book.mutable_authors()) author.set_author("authors/" + Slug(author.display_name()));
  if (!book.series().title().empty()) book.mutable_series()->set_series("series/" + Slug(book.series().title()));
  books_.push_back(std::move(book));
  return books_.back();
}

const Book* FakeCatalog::Find(const std::string& name) const {
  const auto found = std::find_if(books_.begin(), books_.end(), [&](const Book& book) { return book.name() == name; });
  return found == books_.end() ? nullptr : &*found;
}

Result<Book> FakeCatalog::GetBook(const rpc::Call&, const catalog::v1::GetBookRequest& request) {
  const std::int64_t number = std::stoll(request.name().substr(request.name().find('/') + 1));
  if (number < 1 || number > INT32_MAX) return InvalidField("name", request.name() + " is not of the form books/12");
  const Book* book = Find(request.name());
  if (book == nullptr) return Error{Code::kNotFound, "UNKNOWN_BOOK", request.name()};
  return *book;
}

Result<catalog::v1::BatchGetBooksResponse> FakeCatalog::BatchGetBooks(const rpc::Call&,
                                                                      const catalog::v1::BatchGetBooksRequest& request) {
  ++batch_count;
  catalog::v1::BatchGetBooksResponse response;
  for (const std::string& name : request.names()) {
    const Book* book = Find(name);
    if (book != nullptr) *response.add_books() = *book;
    if (book == nullptr) response.add_missing_names(name);
  }
  return response;
}

Result<catalog::v1::ListBooksResponse> FakeCatalog::ListBooks(const rpc::Call&, const catalog::v1::ListBooksRequest& request) {
  ++list_count;
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
}

Result<catalog::v1::SearchBooksResponse> FakeCatalog::SearchBooks(const rpc::Call&,
                                                                  const catalog::v1::SearchBooksRequest& request) {
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
}

Result<catalog::v1::SuggestResponse> FakeCatalog::Suggest(const rpc::Call&, const catalog::v1::SuggestRequest& request) {
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
}

Result<catalog::v1::Author> FakeCatalog::GetAuthor(const rpc::Call&, const catalog::v1::GetAuthorRequest& request) {
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
}

Result<catalog::v1::ListCategoriesResponse> FakeCatalog::ListCategories(const rpc::Call&,
                                                                        const catalog::v1::ListCategoriesRequest&) {
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
}

}  // namespace octavo::marketplace
