// Links: the addresses of the shop's pages, made from the names of the other services' resources. They are all here, so that no
// page spells the address of another. Pure functions; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "octavo/catalog/v1/catalog.pb.h"

namespace octavo::marketplace {

// "/books/12" for "books/12"; with a shelf "/books/12?shelf=home.for-you", so that the click counts for the
// shelf.
std::string BookLink(std::string_view name, std::string_view shelf = {});
std::string AuthorLink(std::string_view name);
std::string SeriesLink(std::string_view name);
std::string CategoryLink(std::string_view name);
std::string SearchLink(std::string_view query);
// The link of a suggestion: of a book, an author or a series. "/" for anything else.
std::string ResourceLink(std::string_view name);
// "/covers/12.svg?v=…": the version changes with the drawing, so that browsers may keep it.
std::string CoverLink(const catalog::v1::Book& book);
// For a book of which only the name is known ("books/12"): browsers keep it for an hour.
std::string CoverLink(std::string_view name);
// "/orders/<id>"; with a guest's token it opens without an account.
std::string OrderLink(std::string_view name, std::string_view access_token = {});

// "le-guin" of "authors/le-guin"; empty without a slash.
std::string_view LastSegment(std::string_view name);

// The shelf that a link names, if it has the form of ours: 1 to 64 of a–z, 0–9, '.' and '-'. Else empty.
std::string ShelfOf(std::string_view parameter);

}  // namespace octavo::marketplace
