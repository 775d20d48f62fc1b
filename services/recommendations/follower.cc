#include "services/recommendations/follower.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/rpc/status.h"

namespace octavo::recommendations {
namespace {

namespace catalog = octavo::catalog;
namespace inventory = octavo::inventory;

// A stream is begun anew once a day, whatever happens: a peer that hangs without closing is noticed.
constexpr std::chrono::hours kStreamMax{24};

Book ToBook(BookId id, const catalog::v1::Book& proto) {
  Book book{.id = id,
            .title = proto.title(),
            .series = proto.series().series(),
            .subjects = {proto.subjects().begin(), proto.subjects().end()},
            .categories = {proto.categories().begin(), proto.categories().end()},
            .ratings_count = proto.ratings_count()};
  for (const catalog::v1::AuthorCredit& credit : proto.authors()) book.authors.push_back(credit.author());
  return book;
}

}  // namespace

StreamLoop::StreamLoop(std::string name, Session session, obs::Log& log)
    : name_(std::move(name)), session_(std::move(session)), log_(log) {}

StreamLoop::~StreamLoop() { Stop(); }

void StreamLoop::Start() {
  thread_ = std::thread([this] { Run(); });
}

void StreamLoop::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  stopped_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StreamLoop::Alive() {
  if (!alive_.exchange(true)) log_.Info("following", {{"stream", name_}});
}

void StreamLoop::Run() {
  std::chrono::milliseconds pause = kPauseMin;
  bool reported = false;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    grpc::ClientContext context;
    context_ = &context;
    alive_ = false;
    lock.unlock();
    const Status end = session_(context);
    lock.lock();
    context_ = nullptr;
    if (stopping_) return;
    if (alive_) {
      pause = kPauseMin;
      reported = false;
    }
    // Once per trouble: a peer that is down for an hour makes one line.
    if (!std::exchange(reported, true)) {
      log_.Warn("stream_ended", {{"stream", name_}, {"why", end.ok() ? "closed" : ToString(end.error())}});
    }
    stopped_.wait_for(lock, pause, [this] { return stopping_; });
    pause = std::min(2 * pause, kPauseMax);
  }
}

CatalogueFollower::CatalogueFollower(std::shared_ptr<grpc::Channel> channel, rpc::Telemetry telemetry,
                                     Showroom& showroom)
    : stub_(catalog::v1::CatalogService::NewStub(channel)),
      caller_(telemetry),
      showroom_(showroom),
      log_(telemetry.log),
      loop_("catalogue", [this](grpc::ClientContext& context) { return Follow(context); }, telemetry.log) {}

Status CatalogueFollower::Follow(grpc::ClientContext& context) {
  caller_.PrepareStream(context, {.budget = kStreamMax});
  catalog::v1::StreamChangesRequest request;
  request.set_position(position_);
  const auto reader = stub_->StreamChanges(&context, request);
  catalog::v1::Change change;
  while (reader->Read(&change)) {
    loop_.Alive();
    Apply(change);
  }
  const grpc::Status status = reader->Finish();
  if (status.ok()) return Ok();
  Error error = rpc::ToError(status);
  if (error.reason == "UNKNOWN_POSITION") {
    // Another catalogue than the one that was copied: begin anew, and show the old copy until the new one is whole.
    position_ = 0;
    whole_ = false;
    gathered_.clear();
  }
  return error;
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
    return showroom_.ReplaceBooks(std::move(books));
  }
  const bool is_book = change.what_case() == catalog::v1::Change::kBook;
  const Result<BookId> id = ParseBook(is_book ? change.book().name() : change.deleted_book());
  if (!id.ok()) return;  // A kind of change that is newer than this program.
  if (!whole_) {
    is_book ? void(gathered_.insert_or_assign(id->value(), ToBook(*id, change.book())))
            : void(gathered_.erase(id->value()));
  } else {
    is_book ? showroom_.PutBook(ToBook(*id, change.book())) : showroom_.RemoveBook(*id);
  }
}

StockFollower::StockFollower(std::shared_ptr<grpc::Channel> channel, rpc::Telemetry telemetry, Showroom& showroom)
    : stub_(inventory::v1::InventoryService::NewStub(channel)),
      caller_(telemetry),
      showroom_(showroom),
      loop_("stock", [this](grpc::ClientContext& context) { return Follow(context); }, telemetry.log) {}

Status StockFollower::Follow(grpc::ClientContext& context) {
  caller_.PrepareStream(context, {.budget = kStreamMax});
  const auto reader = stub_->WatchStock(&context, {});
  // Each stream begins with the whole stock, which replaces the copy only when it is complete.
  bool whole = false;
  std::unordered_map<std::int32_t, std::int64_t> gathered;
  inventory::v1::WatchStockResponse response;
  while (reader->Read(&response)) {
    loop_.Alive();
    if (response.caught_up() && !whole) {
      whole = true;
      showroom_.ReplaceStock(std::exchange(gathered, {}));
    }
    const Result<BookId> book = ParseBook(response.stock().book());
    if (!book.ok()) continue;
    whole ? showroom_.PutStock(*book, response.stock().available())
          : void(gathered[book->value()] = response.stock().available());
  }
  const grpc::Status status = reader->Finish();
  return status.ok() ? Ok() : Status(rpc::ToError(status));
}

}  // namespace octavo::recommendations
