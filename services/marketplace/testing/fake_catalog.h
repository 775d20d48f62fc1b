// FakeCatalog: the catalogue in memory: it lists, searches and suggests as far as pages can see. Thread-safe, apart from changes
// of books, for which no page may be asked at the same time.
#pragma once

#include <atomic>
#include <deque>
#include <string>

#include "octavo/catalog/v1/catalog.pb.h"
#include "services/marketplace/testing/fake_service.h"

namespace octavo::marketplace {

class FakeCatalog final : public FakeService {
 public:
  explicit FakeCatalog(FakeServer& server);

  // Gives it a name ("books/1" for the first), and the names of its authors and series.
  catalog::v1::Book& Add(catalog::v1::Book book);
  // The book that was added as the `number`th, from 1.
  catalog::v1::Book& BookToChange(int number) { return books_.at(static_cast<std::size_t>(number) - 1); }
  // Null where there is none.
  const catalog::v1::Book* Find(const std::string& name) const;
  const std::deque<catalog::v1::Book>& books() const { return books_; }
  static bool InCategory(const catalog::v1::Book& book, const std::string& category);

  // How often books were listed and asked for by name.
  std::atomic<int> list_count = 0;
  std::atomic<int> batch_count = 0;

 private:
  Result<catalog::v1::Book> GetBook(const rpc::Call&, const catalog::v1::GetBookRequest& request);
  Result<catalog::v1::BatchGetBooksResponse> BatchGetBooks(const rpc::Call&, const catalog::v1::BatchGetBooksRequest& request);
  Result<catalog::v1::ListBooksResponse> ListBooks(const rpc::Call&, const catalog::v1::ListBooksRequest& request);
  Result<catalog::v1::SearchBooksResponse> SearchBooks(const rpc::Call&, const catalog::v1::SearchBooksRequest& request);
  Result<catalog::v1::SuggestResponse> Suggest(const rpc::Call&, const catalog::v1::SuggestRequest& request);
  Result<catalog::v1::Author> GetAuthor(const rpc::Call&, const catalog::v1::GetAuthorRequest& request);
  Result<catalog::v1::ListCategoriesResponse> ListCategories(const rpc::Call&, const catalog::v1::ListCategoriesRequest&);

  std::deque<catalog::v1::Book> books_;  // Fixed while pages are asked for.
};

}  // namespace octavo::marketplace
