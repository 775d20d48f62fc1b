#include "services/catalog/domain/listing.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <tuple>

#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

constexpr std::int64_t kUnknownLast = std::numeric_limits<std::int32_t>::max();

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Base 64 for URLs (RFC 4648, section 5), without padding.
std::string ToBase64(std::string_view bytes) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const unsigned char byte : bytes) {
    bits = bits << 8 | byte;
    for (count += 8; count >= 6; count -= 6) text += kDigits[bits >> (count - 6) & 63];
  }
  if (count > 0) text += kDigits[bits << (6 - count) & 63];
  return text;
}

std::optional<std::string> FromBase64(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count & 255);
    }
  }
  return bytes;
}

std::string Bytes(std::uint64_t number) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(number >> (8 * i) & 255);
  return bytes;
}

std::uint64_t Number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) number |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return number;
}

// What seals a token: not a secret, but no accident and no other request gets past it.
std::uint64_t Seal(std::uint64_t request_fingerprint, std::string_view body) {
  return Fingerprint(body, Fingerprint("page token 1", request_fingerprint));
}

}  // namespace

SortKeys SortKeysOf(const BookContent& content) {
  return {
      .ratings_count = content.ratings_count,
      .title = TitleSortKey(content.title, content.language_code),
      .published = content.published_year == 0 ? -kUnknownLast : content.published_year,
      .price = content.price ? content.price->minor() : kUnknownLast,
      .series_number = SeriesNumberSortKey(content.series ? content.series->number : ""),
  };
}

ListCursor CursorAt(ListOrder order, const Book& book) {
  SortKeys keys = SortKeysOf(book.content);
  switch (order) {
    case ListOrder::kPopularity: return {.number = keys.ratings_count, .id = book.id};
    case ListOrder::kNewest: return {.number = book.id.value(), .id = book.id};
    case ListOrder::kTitle: return {.text = std::move(keys.title), .id = book.id};
    case ListOrder::kPublished: return {.number = keys.published, .id = book.id};
    case ListOrder::kPrice: return {.number = keys.price, .id = book.id};
    case ListOrder::kSeriesNumber: return {.number = keys.series_number, .id = book.id};
    case ListOrder::kRelevance: break;
  }
  CHECK(order != ListOrder::kRelevance);
  return {};
}

ListCursor CursorAtBegin(ListOrder order) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  return IsDescending(order) ? ListCursor{.number = kMax, .id = BookId{kMax}}
                             : ListCursor{.number = -1, .id = BookId{0}};
}

bool IsDescending(ListOrder order) {
  return order == ListOrder::kPopularity || order == ListOrder::kNewest || order == ListOrder::kPublished;
}

bool ComesBefore(ListOrder order, const ListCursor& a, const ListCursor& b) {
  const auto left = std::tie(a.number, a.text, a.id);
  const auto right = std::tie(b.number, b.text, b.id);
  return IsDescending(order) ? left > right : left < right;
}

std::string MakePageToken(std::uint64_t request_fingerprint, const ListCursor& cursor) {
  std::string body = Bytes(static_cast<std::uint64_t>(cursor.number));
  body += Bytes(static_cast<std::uint64_t>(cursor.id.value()));
  body += cursor.text;
  return ToBase64(Bytes(Seal(request_fingerprint, body)) + body);
}

Result<ListCursor> ParsePageToken(std::uint64_t request_fingerprint, std::string_view token) {
  const Error bad{Code::kInvalidArgument, "BAD_PAGE_TOKEN", "page_token: not one that this request gave"};
  if (token.size() > 1000) return bad;
  const std::optional<std::string> bytes = FromBase64(token);
  if (!bytes || bytes->size() < 24) return bad;
  const std::string_view body = std::string_view(*bytes).substr(8);
  if (Number(*bytes) != Seal(request_fingerprint, body)) return bad;
  return ListCursor{.number = static_cast<std::int64_t>(Number(body)),
                    .text = std::string(body.substr(16)),
                    .id = BookId{static_cast<std::int64_t>(Number(body.substr(8)))}};
}

Result<int> CheckPageSize(int page_size) {
  if (page_size < 0) return InvalidField("page_size", std::to_string(page_size) + " is negative");
  return page_size == 0 ? kPageSizeDefault : std::min(page_size, kPageSizeMax);
}

}  // namespace octavo::catalog
