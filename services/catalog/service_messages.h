// Between the messages of octavo/catalog/v1 and the catalogue's own values. Translation only.
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

// A draft: not checked but for what only a message can get wrong.
Result<BookContent> DraftOf(const v1::Book& book);
// INVALID_ARGUMENT (INVALID_FIELD) for a price in another currency than the shop's.
Status CheckCurrency(const BookContent& content, Currency shop);
// DraftOf and CheckCurrency.
Result<BookContent> PricedDraftOf(const v1::Book& book, Currency shop);
// The position in an etag; nullopt for an empty one. ABORTED (ETAG_MISMATCH) for one that this service never gave.
Result<std::optional<std::int64_t>> PositionOf(const std::string& etag, BookId id);
Result<SearchFilter> FilterOf(const v1::Filter& filter);
ListOrder OrderOf(v1::Order order, ListOrder unspecified);
// The shelf that a ListBooks names; NOT_FOUND with the reason of its kind for a name of the wrong form.
Result<Shelf> ShelfOf(const v1::ListBooksRequest& request);

// `before` with the fields of the mask taken from `draft`. INVALID_ARGUMENT (INVALID_FIELD) for a mask that is empty or
// names what cannot be changed.
Result<BookContent> Masked(BookContent before, const BookContent& draft, const google::protobuf::FieldMask& mask);

}  // namespace octavo::catalog
