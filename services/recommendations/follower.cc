#include "services/recommendations/follower.h"

#include "lib/names/resource_names.h"
#include "lib/rpc/values.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

namespace octavo::recommendations {
namespace {

namespace catalog = octavo::catalog;
namespace inventory = octavo::inventory;
namespace transactions = octavo::transactions;

// "2" gives 2; "2.5", "1-3" and nothing are no volume.
int VolumeOf(const std::string& number) {
  int volume = 0;
  const auto [end, problem] = std::from_chars(number.data(), number.data() + number.size(), volume);
  return problem == std::errc() && end == number.data() + number.size() && volume > 0 ? volume : 0;
}

Book ToBook(BookId id, const catalog::v1::Book& proto) {
  Book book{.id = id,
            .title = proto.title(),
            .series = proto.series().series(),
            .volume = VolumeOf(proto.series().number()),
            .language = proto.language_code().substr(0, proto.language_code().find('-')),
            .subjects = {proto.subjects().begin(), proto.subjects().end()},
            .categories = {proto.categories().begin(), proto.categories().end()},
            .ratings_count = proto.ratings_count()};
  for (const catalog::v1::AuthorCredit& credit : proto.authors()) book.authors.push_back(credit.author());
  return book;
}

// A purchase's event id: the same whenever the order is told of again.
std::string PurchaseId(const std::string& order, BookId book) { return order + '/' + std::to_string(book.value()); }

// Whose purchase it is. An order that names nobody is a reader of its own: what was bought together teaches the model.
std::optional<ReaderId> ReaderOf(const transactions::v1::OrderEvent& event) {
  const auto customer = names::FindId(names::kCustomers, event.order().buyer().customer());
  const auto order = names::FindId(names::kOrders, event.order().name());
  Result<ReaderId> reader = ParseReader(event.reader());
  if (!reader.ok() && customer) reader = ParseReader(names::NameOf("readers/c-", *customer));
  if (!reader.ok() && order) reader = ParseReader(names::NameOf("readers/o-", *order));
  return reader.ok() ? std::optional(*reader) : std::nullopt;
}

// Adds what the event changes.
void Add(const transactions::v1::OrderEvent& event, OrderChange& change) {
  using Proto = transactions::v1::OrderEvent;
  change.position = event.position();
  const bool placed = event.type() == Proto::TYPE_ORDER_PLACED;
  const bool undone = event.type() == Proto::TYPE_CANCELLED || event.type() == Proto::TYPE_ERASED;
  const std::optional<ReaderId> reader = ReaderOf(event);
  const Result<Timestamp> time = rpc::ParseTime(event.event_time(), "event_time");
  for (const transactions::v1::OrderLine& line : event.order().lines()) {
    const Result<BookId> book = ParseBookName(line.book(), "book");
    if (!book.ok()) continue;  // Beyond the numbers of the published contract: no shelf can show it.
    std::string id = PurchaseId(event.order().name(), *book);
    if (undone) {
      change.taken_back.push_back(std::move(id));
    } else if (placed && reader && time.ok()) {
      change.purchases.push_back({.id = std::move(id),
                                  .reader = *reader,
                                  .book = *book,
                                  .type = EventType::kPurchase,
                                  .time = *time,
                                  .source = "transactions"});
    }
  }
}

}  // namespace

CatalogueFollower::CatalogueFollower(const std::shared_ptr<grpc::Channel>& catalogue, rpc::Telemetry telemetry,
                                     SnapshotKeeper& snapshots)
    : stub_(catalog::v1::CatalogService::NewStub(catalogue)),
      snapshots_(snapshots),
      log_(telemetry.log),
      follower_("recommendations_catalogue", telemetry,
                {.open = [this](auto* context, const auto& request) { return stub_->StreamChanges(context, request); },
                 .position = [this] { return position_; },
                 .apply = [this](const auto& change) { return Apply(change), Ok(); },
                 .begin_anew = [this] { return BeginAnew(), Ok(); }}) {}

// Another catalogue than the one that was copied. The old copy is shown until the new one is whole.
void CatalogueFollower::BeginAnew() {
  position_ = 0;
  whole_ = false;
  gathered_.clear();
}

void CatalogueFollower::Apply(const catalog::v1::Change& change) {
  position_ = std::max(position_, change.position());
  if (change.what_case() == catalog::v1::Change::kCaughtUp) {
    if (whole_) return;
    whole_ = true;
    std::vector<Book> books;
    books.reserve(gathered_.size());
    for (auto& [id, book] : gathered_) books.push_back(std::move(book));
    gathered_.clear();
    log_.Info("catalogue_copied", {{"books", books.size()}, {"position", position_}});
    return snapshots_.ReplaceBooks(std::move(books));
  }
  const bool is_book = change.what_case() == catalog::v1::Change::kBook;
  const Result<BookId> id = ParseBookName(is_book ? change.book().name() : change.deleted_book(), "book");
  if (!id.ok()) return;  // A kind of change that is newer than this program.
  if (!whole_) {
    is_book ? void(gathered_.insert_or_assign(id->value(), ToBook(*id, change.book()))) : void(gathered_.erase(id->value()));
  } else {
    is_book ? snapshots_.PutBook(ToBook(*id, change.book())) : snapshots_.RemoveBook(*id);
  }
}

StockFollower::StockFollower(const std::shared_ptr<grpc::Channel>& inventory, rpc::Telemetry telemetry, SnapshotKeeper& snapshots)
    : stub_(inventory::v1::InventoryService::NewStub(inventory)),
      snapshots_(snapshots),
      loop_("recommendations_stock", telemetry, [this](grpc::ClientContext& context) { return Follow(context); }) {}

Status StockFollower::Follow(grpc::ClientContext& context) {
  // Each stream begins with the whole stock, which replaces the copy only when it is complete.
  bool whole = false;
  std::unordered_map<std::int32_t, std::int64_t> gathered;
  return loop_.Read(context, *stub_->WatchStock(&context, {}), [&](const inventory::v1::WatchStockResponse& response) {
    if (response.caught_up() && !whole) {
      whole = true;
      snapshots_.ReplaceStock(std::exchange(gathered, {}));
    }
    const Result<BookId> book = ParseBookName(response.stock().book(), "book");
    if (!book.ok()) return Ok();
    whole ? snapshots_.PutStock(*book, response.stock().available())
          : void(gathered[book->value()] = response.stock().available());
    return Ok();
  });
}

OrderFollower::OrderFollower(const std::shared_ptr<grpc::Channel>& transactions, rpc::Telemetry telemetry, Recorder& recorder)
    : stub_(transactions::v1::TransactionsService::NewStub(transactions)),
      recorder_(recorder),
      follower_("recommendations_orders", telemetry,
                {.open = [this](auto* context, const auto& request) { return stub_->StreamOrderEventBatches(context, request); },
                 .position = [this] { return position_ = recorder_.OrderPosition(); },
                 .apply =
                     [this](const auto& batch) {
                       OrderChange change;
                       for (const auto& event : batch.events()) Add(event, change);
                       return Apply(change);
                     },
                 // Purchases that are known stay as they are.
                 .begin_anew = [this] { return recorder_.FollowOrdersAnew(); }}) {}

Status OrderFollower::Apply(const OrderChange& change) {
  const bool changes = !change.purchases.empty() || !change.taken_back.empty();
  if (!changes && change.position < position_ + kEventsPerWrite) return Ok();
  TRY(recorder_.ApplyOrder(change));
  position_ = change.position;
  return Ok();
}

}  // namespace octavo::recommendations
