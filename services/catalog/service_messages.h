// Translates between the messages of octavo/catalog/v1 and the catalogue's own values.
#pragma once

#include <string>

#include "lib/base/result.h"
#include "octavo/catalog/v1/catalog.pb.h"
#include "services/catalog/domain/book.h"
#include "services/catalog/domain/import.h"
#include "services/catalog/domain/listing.h"
#include "services/catalog/search/search_index.h"
#include "services/catalog/store.h"

namespace octavo::catalog {

namespace v1 = ::octavo::catalog::v1;

v1::Book ToProto(const Book& book);
v1::Import ToProto(const Import& import);
v1::Change ToProto(const ChangeRecord& change);
v1::Suggestion ToProto(const Suggestion& suggestion);
void AddFacets(const FacetCounts& counts, v1::SearchBooksResponse& response);

// A draft: only what can be wrong in a message alone is checked.
Result<BookContent> DraftOf(const v1::Book& book);
// INVALID_ARGUMENT (INVALID_FIELD) if the price is not in the shop's currency.
Status CheckCurrency(const BookContent& content, Currency shop);
// DraftOf and CheckCurrency.
Result<BookContent> PricedDraftOf(const v1::Book& book, Currency shop);
// The position in an etag; nullopt for an empty one. ABORTED (ETAG_MISMATCH) if this service never gave it.
Result<std::optional<std::int64_t>> PositionOf(const std::string& etag, BookId id);
Result<SearchFilter> FilterOf(const v1::Filter& filter);
ListOrder OrderOf(v1::Order order, ListOrder unspecified);
// The shelf that a ListBooks request names; NOT_FOUND with the reason of its kind if the name has the wrong form.
Result<Shelf> ShelfOf(const v1::ListBooksRequest& request);

// `before` with the fields of the mask taken from `draft`. INVALID_ARGUMENT (INVALID_FIELD) if the mask is empty or names a field
// that cannot be changed.
Result<BookContent> Masked(BookContent before, const BookContent& draft, const google::protobuf::FieldMask& mask);

}  // namespace octavo::catalog
