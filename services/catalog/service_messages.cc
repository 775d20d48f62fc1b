#include "services/catalog/service_messages.h"

#include <charconv>
#include <cmath>
#include <functional>
#include <map>

#include "services/catalog/domain/authors.h"
#include "services/catalog/domain/category.h"
#include "services/catalog/domain/isbn.h"
#include "services/catalog/domain/names.h"
#include "services/catalog/domain/text.h"

#include "lib/base/quoted.h"
#include "lib/names/numbers.h"
#include "lib/rpc/values.h"

namespace octavo::catalog {
namespace {

std::string NameOf(ShelfKind kind, const std::string& slug) { return ShelfName({kind, slug}); }

Error NotAName(const char* field, const std::string& name, const char* form) {
  return InvalidField(field, Quoted(name) + " is not of the form " + form);
}

v1::Facet* AddFacet(const char* field, v1::SearchBooksResponse& response) {
  v1::Facet* facet = response.add_facets();
  facet->set_field(field);
  return facet;
}

using Describe = std::function<std::pair<std::string, std::string>(const FacetCount&)>;  // Value and display name.

void AddFacet(const char* field, const std::vector<FacetCount>& counts, const Describe& describe,
              v1::SearchBooksResponse& response) {
  if (counts.empty()) return;
  v1::Facet* facet = AddFacet(field, response);
  for (const FacetCount& count : counts) {
    v1::FacetValue* value = facet->add_values();
    const auto [name, display_name] = describe(count);
    value->set_value(name);
    value->set_display_name(display_name);
    value->set_count(count.count);
  }
}

template <auto Member>
void CopyField(BookContent& to, const BookContent& from) {
  to.*Member = from.*Member;
}

const char* FormatDisplayName(int format) {
  switch (static_cast<Format>(format)) {
    case Format::kHardcover: return "Hardcover";
    case Format::kPaperback: return "Paperback";
    case Format::kEbook: return "E-book";
    case Format::kAudiobook: return "Audiobook";
  }
  return "";
}

}  // namespace

v1::Book ToProto(const Book& book) {
  const BookContent& content = book.content;
  v1::Book proto;
  proto.set_name(BookName(book.id));
  proto.set_title(content.title);
  proto.set_subtitle(content.subtitle);
  for (const AuthorCredit& author : content.authors) {
    v1::AuthorCredit* credit = proto.add_authors();
    credit->set_author(NameOf(ShelfKind::kAuthor, author.slug));
    credit->set_display_name(author.display_name);
  }
  if (content.series) {
    proto.mutable_series()->set_series(NameOf(ShelfKind::kSeries, content.series->slug));
    proto.mutable_series()->set_title(content.series->title);
    proto.mutable_series()->set_number(content.series->number);
  }
  if (!content.isbn13.empty()) {
    proto.set_isbn13(content.isbn13);
    proto.set_isbn10(Isbn10Of(content.isbn13));
  }
  proto.set_language_code(content.language_code);
  proto.set_published_year(content.published_year);
  proto.set_publisher(content.publisher);
  proto.set_page_count(content.page_count);
  for (const Format format : content.formats) proto.add_formats(static_cast<v1::Format>(format));
  if (content.price) *proto.mutable_price() = rpc::ToProto(*content.price);
  proto.set_description(content.description);
  for (const std::string& subject : content.subjects) proto.add_subjects(subject);
  for (const std::string& category : content.categories) proto.add_categories(NameOf(ShelfKind::kCategory, category));
  proto.set_cover_uri(content.cover_uri);
  proto.set_average_rating(content.rating_hundredths / 100.0);
  proto.set_ratings_count(content.ratings_count);
  proto.set_source(book.source);
  proto.set_key(book.key);
  proto.set_etag(names::ToEtag(book.position));
  *proto.mutable_create_time() = rpc::ToProto(book.created);
  *proto.mutable_update_time() = rpc::ToProto(book.updated);
  return proto;
}

v1::Import ToProto(const Import& import) {
  v1::Import proto;
  proto.set_name("imports/" + import.id.value());
  proto.set_source(import.source);
  proto.set_dry_run(import.dry_run);
  proto.set_row_count(import.counts.rows);
  proto.set_created_count(import.counts.created);
  proto.set_updated_count(import.counts.updated);
  proto.set_unchanged_count(import.counts.unchanged);
  proto.set_refused_count(import.counts.refused);
  proto.set_isbn_repaired_count(import.counts.isbn_repaired);
  proto.set_isbn_refused_count(import.counts.isbn_refused);
  for (const RowProblem& problem : import.problems) {
    v1::RowProblem* added = proto.add_problems();
    added->set_line(problem.line);
    added->set_key(problem.key);
    added->set_severity(static_cast<v1::Severity>(problem.severity));
    added->set_message(problem.message);
  }
  proto.set_done(import.done);
  proto.set_last_line(import.last_line);
  return proto;
}

v1::Change ToProto(const ChangeRecord& change) {
  v1::Change proto;
  proto.set_position(change.position);
  if (change.book) {
    *proto.mutable_book() = ToProto(*change.book);
  } else {
    proto.set_deleted_book(BookName(change.id));
  }
  return proto;
}

v1::Suggestion ToProto(const Suggestion& suggestion) {
  v1::Suggestion proto;
  switch (suggestion.kind) {
    case Suggestion::Kind::kBook: proto.set_name(BookName(suggestion.book)); break;
    case Suggestion::Kind::kAuthor: proto.set_name(NameOf(ShelfKind::kAuthor, suggestion.slug)); break;
    case Suggestion::Kind::kSeries: proto.set_name(NameOf(ShelfKind::kSeries, suggestion.slug)); break;
  }
  proto.set_display_name(suggestion.display_name);
  proto.set_detail(suggestion.detail);
  return proto;
}

void AddFacets(const FacetCounts& counts, v1::SearchBooksResponse& response) {
  AddFacet(
      "category", counts.categories,
      [](const FacetCount& count) {
        return std::pair(NameOf(ShelfKind::kCategory, count.value), std::string(FindCategory(count.value)->display_name));
      },
      response);
  AddFacet(
      "format", counts.formats,
      [](const FacetCount& count) {
        const int format = count.value[0] - '0';
        return std::pair(v1::Format_Name(static_cast<v1::Format>(format)), std::string(FormatDisplayName(format)));
      },
      response);
  AddFacet(
      "language", counts.languages, [](const FacetCount& count) { return std::pair(count.value, LanguageName(count.value)); },
      response);
  AddFacet(
      "decade", counts.decades, [](const FacetCount& count) { return std::pair(count.value, count.value + "s"); }, response);
  AddFacet(
      "author", counts.authors,
      [](const FacetCount& count) { return std::pair(NameOf(ShelfKind::kAuthor, count.value), count.display_name); }, response);
}

Result<BookContent> DraftOf(const v1::Book& book) {
  BookContent draft;
  draft.title = book.title();
  draft.subtitle = book.subtitle();
  for (const v1::AuthorCredit& author : book.authors()) draft.authors.push_back({.display_name = author.display_name()});
  if (book.has_series()) {
    draft.series = SeriesMembership{.title = book.series().title(), .number = book.series().number()};
  }
  draft.isbn13 = book.isbn13().empty() ? book.isbn10() : book.isbn13();
  draft.language_code = book.language_code();
  draft.published_year = book.published_year();
  draft.publisher = book.publisher();
  draft.page_count = book.page_count();
  for (const int format : book.formats()) {
    if (format < 1 || format > kFormatMax) return InvalidField("formats", std::to_string(format) + " is no format");
    draft.formats.push_back(static_cast<Format>(format));
  }
  if (book.has_price()) {
    const Result<Currency> currency = Currency::Parse(book.price().currency_code());
    if (!currency.ok()) return InvalidField("price.currency_code", currency.error().message);
    draft.price = Money(book.price().minor(), *currency);
  }
  draft.description = book.description();
  draft.subjects.assign(book.subjects().begin(), book.subjects().end());
  for (const std::string& name : book.categories()) {
    const std::optional<Shelf> category = ParseShelfName(ShelfKind::kCategory, name);
    if (!category) return NotAName("categories", name, "categories/fiction");
    draft.categories.push_back(category->slug);
  }
  draft.cover_uri = book.cover_uri();
  if (!(book.average_rating() >= 0 && book.average_rating() <= 5)) {
    return InvalidField("average_rating", "must be 1 to 5, or 0 for none");
  }
  draft.rating_hundredths = static_cast<int>(std::lround(book.average_rating() * 100));
  draft.ratings_count = book.ratings_count();
  return draft;
}

Status CheckCurrency(const BookContent& content, Currency shop) {
  if (!content.price || content.price->currency() == shop) return Ok();
  return InvalidField("price.currency_code",
                      std::string(content.price->currency().code()) + " is not the shop's currency, " + std::string(shop.code()));
}

Result<BookContent> PricedDraftOf(const v1::Book& book, Currency shop) {
  BookContent draft = TRY(DraftOf(book));
  TRY(CheckCurrency(draft, shop));
  return draft;
}

Result<std::optional<std::int64_t>> PositionOf(const std::string& etag, BookId id) {
  if (etag.empty()) return std::optional<std::int64_t>{};
  if (const auto position = names::FindVersion(etag)) return position;
  return EtagMismatch(id);
}

Result<SearchFilter> FilterOf(const v1::Filter& filter) {
  SearchFilter out;
  for (const std::string& name : filter.categories()) {
    const std::optional<Shelf> category = ParseShelfName(ShelfKind::kCategory, name);
    if (!category) return NotAName("filter.categories", name, "categories/fiction");
    out.categories.push_back(category->slug);
  }
  for (const std::string& name : filter.authors()) {
    const std::optional<Shelf> author = ParseShelfName(ShelfKind::kAuthor, name);
    if (!author) return NotAName("filter.authors", name, "authors/ursula-k-le-guin");
    out.authors.push_back(AuthorIdOfSlug(author->slug));
  }
  out.language_codes.assign(filter.language_codes().begin(), filter.language_codes().end());
  for (const int format : filter.formats()) {
    if (format < 1 || format > kFormatMax) return InvalidField("filter.formats", std::to_string(format) + " is no format");
    out.formats.push_back(static_cast<Format>(format));
  }
  if (filter.price_min_minor() < 0 || filter.price_max_minor() < 0) {
    return InvalidField("filter.price_min_minor", "bounds of a price are not negative");
  }
  out.price_min_minor = filter.price_min_minor();
  out.price_max_minor = filter.price_max_minor();
  out.published_year_min = filter.published_year_min();
  out.published_year_max = filter.published_year_max();
  return out;
}

ListOrder OrderOf(v1::Order order, ListOrder unspecified) {
  return v1::Order_IsValid(order) && order != v1::ORDER_UNSPECIFIED ? static_cast<ListOrder>(order) : unspecified;
}

Result<Shelf> ShelfOf(const v1::ListBooksRequest& request) {
  const struct {
    ShelfKind kind;
    const std::string& name;
  } kNamed[] = {
      {ShelfKind::kCategory, request.category()}, {ShelfKind::kAuthor, request.author()}, {ShelfKind::kSeries, request.series()}};
  Shelf shelf;
  for (const auto& [kind, name] : kNamed) {
    if (name.empty()) continue;
    if (shelf.kind != ShelfKind::kAll) {
      return InvalidField("category, author, series", "at most one of the three may be named");
    }
    const std::optional<Shelf> parsed = ParseShelfName(kind, name);
    if (!parsed) return UnknownShelf({kind, name.substr(name.find('/') + 1)});
    shelf = *parsed;
    if (kind == ShelfKind::kAuthor) shelf.slug = AuthorIdOfSlug(shelf.slug);
  }
  return shelf;
}

Result<BookContent> Masked(BookContent before, const BookContent& draft, const google::protobuf::FieldMask& mask) {
  using Copy = void (*)(BookContent&, const BookContent&);
  static const std::map<std::string, Copy> kFields = {
      {"title", CopyField<&BookContent::title>},
      {"subtitle", CopyField<&BookContent::subtitle>},
      {"authors", CopyField<&BookContent::authors>},
      {"series", CopyField<&BookContent::series>},
      {"isbn13", CopyField<&BookContent::isbn13>},
      {"language_code", CopyField<&BookContent::language_code>},
      {"published_year", CopyField<&BookContent::published_year>},
      {"publisher", CopyField<&BookContent::publisher>},
      {"page_count", CopyField<&BookContent::page_count>},
      {"formats", CopyField<&BookContent::formats>},
      {"price", CopyField<&BookContent::price>},
      {"description", CopyField<&BookContent::description>},
      {"subjects", CopyField<&BookContent::subjects>},
      {"categories", CopyField<&BookContent::categories>},
      {"cover_uri", CopyField<&BookContent::cover_uri>},
      {"average_rating", CopyField<&BookContent::rating_hundredths>},
      {"ratings_count", CopyField<&BookContent::ratings_count>},
  };
  if (mask.paths().empty()) return InvalidField("update_mask", "is empty; \"*\" names every field");
  for (const std::string& path : mask.paths()) {
    if (path == "*") return draft;
    const auto field = kFields.find(path);
    if (field == kFields.end()) return InvalidField("update_mask", Quoted(path) + " is no field that can be changed");
    field->second(before, draft);
  }
  return before;
}

}  // namespace octavo::catalog
