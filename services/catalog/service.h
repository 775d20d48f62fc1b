// CatalogService: octavo.catalog.v1.CatalogService over a Store and a SearchIndex. It translates messages and decides nothing.
#pragma once

#include <memory>

#include "lib/base/change_signal.h"
#include "lib/base/clock.h"
#include "lib/base/money.h"
#include "lib/names/page_tokens.h"
#include "lib/rpc/service.h"
#include "octavo/catalog/v1/catalog.pb.h"
#include "services/catalog/book_numbers.h"
#include "services/catalog/search/search_index.h"
#include "services/catalog/store.h"

namespace octavo::catalog {

namespace v1 = ::octavo::catalog::v1;

inline constexpr int kBatchMax = 1000;

class CatalogService final : public rpc::Service {
 public:
  // All must outlive the service. Notifies `signal` after every change.
  // Prices are in `currency`.
  CatalogService(Store& store, const SearchIndex& index, ChangeSignal& signal, const Clock& clock,
                 const names::PageTokens& page_tokens, Currency currency, BookNumbers& numbers, rpc::Pipeline& pipeline);

 private:
  using ImportSink = rpc::Sink<v1::ImportBooksRequest, v1::Import>;
  using ChangeSource = rpc::Source<v1::Change>;

  Result<v1::Book> GetBook(const rpc::Call& call, const v1::GetBookRequest& request);
  Result<v1::BatchGetBooksResponse> BatchGetBooks(const rpc::Call& call, const v1::BatchGetBooksRequest& request);
  Result<v1::ListBooksResponse> ListBooks(const rpc::Call& call, const v1::ListBooksRequest& request);
  Result<v1::SearchBooksResponse> SearchBooks(const rpc::Call& call, const v1::SearchBooksRequest& request);
  Result<v1::SuggestResponse> Suggest(const rpc::Call& call, const v1::SuggestRequest& request);
  Result<v1::Author> GetAuthor(const rpc::Call& call, const v1::GetAuthorRequest& request);
  Result<v1::ListCategoriesResponse> ListCategories(const rpc::Call& call, const v1::ListCategoriesRequest& request);
  Result<v1::Book> CreateBook(const rpc::Call& call, const v1::CreateBookRequest& request);
  Result<v1::Book> UpdateBook(const rpc::Call& call, const v1::UpdateBookRequest& request);
  Result<v1::DeleteBookResponse> DeleteBook(const rpc::Call& call, const v1::DeleteBookRequest& request);
  Result<v1::DeleteSourceResponse> DeleteSource(const rpc::Call& call, const v1::DeleteSourceRequest& request);
  Result<std::unique_ptr<ImportSink>> ImportBooks(const rpc::Call& call);
  Result<v1::Import> GetImport(const rpc::Call& call, const v1::GetImportRequest& request);
  Result<std::unique_ptr<ChangeSource>> StreamChanges(const rpc::Call& call, const v1::StreamChangesRequest& request);

  Store& store_;
  const SearchIndex& index_;
  ChangeSignal& signal_;
  const Clock& clock_;
  const names::PageTokens& page_tokens_;
  const Currency currency_;
  BookNumbers& numbers_;
};

}  // namespace octavo::catalog
