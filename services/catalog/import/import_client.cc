#include "services/catalog/import/import_client.h"

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/fingerprint.h"
#include "lib/base/pause.h"
#include "lib/base/thread_pool.h"
#include "lib/base/uuid.h"
#include "lib/rpc/repeat.h"
#include "lib/rpc/values.h"
#include "octavo/catalog/v1/catalog.grpc.pb.h"
#include "octavo/inventory/v1/inventory.grpc.pb.h"
#include "services/catalog/domain/isbn.h"
#include "services/catalog/domain/names.h"
#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

using namespace std::chrono_literals;
namespace v1 = ::octavo::catalog::v1;
namespace inventory_v1 = ::octavo::inventory::v1;

constexpr std::chrono::milliseconds kProgressEvery = 200ms;
constexpr std::chrono::milliseconds kCallBudget = 30s;
// A million rows take minutes. The connection's keepalive notices a dead peer earlier.
constexpr std::chrono::hours kStreamBudget{24};
constexpr int kStockInFlightMax = 32;

// As DraftOf in service_messages.h reads it.
v1::Book ToProto(const std::string& key, const BookContent& draft) {
  v1::Book book;
  book.set_key(key);
  book.set_title(draft.title);
  book.set_subtitle(draft.subtitle);
  for (const AuthorCredit& author : draft.authors) book.add_authors()->set_display_name(author.display_name);
  if (draft.series) {
    book.mutable_series()->set_title(draft.series->title);
    book.mutable_series()->set_number(draft.series->number);
  }
  book.set_isbn13(draft.isbn13);
  book.set_language_code(draft.language_code);
  book.set_published_year(draft.published_year);
  book.set_publisher(draft.publisher);
  book.set_page_count(draft.page_count);
  for (const Format format : draft.formats) book.add_formats(static_cast<v1::Format>(format));
  if (draft.price) *book.mutable_price() = rpc::ToProto(*draft.price);
  book.set_description(draft.description);
  for (const std::string& subject : draft.subjects) book.add_subjects(subject);
  for (const std::string& slug : draft.categories) book.add_categories(ShelfName({ShelfKind::kCategory, slug}));
  book.set_average_rating(draft.rating_hundredths / 100.0);
  book.set_ratings_count(draft.ratings_count);
  return book;
}

LineMessage About(const BookFile& file, std::int64_t line, const std::string& rule) {
  return {line, file.name() + ":" + std::to_string(line) + ": " + rule};
}

void AddLine(std::vector<LineMessage>& lines, const BookFile& file, std::int64_t line, const std::string& rule) {
  if (lines.size() < ImportReport::kLinesMax) lines.push_back(About(file, line, rule));
}

void CountIsbn(const std::string& text, IsbnCounts& counts) {
  if (text.empty()) {
    ++counts.absent;
    return;
  }
  const Result<Isbn> isbn = ParseIsbn(text);
  if (!isbn.ok()) {
    ++counts.refused;
    return;
  }
  ++counts.valid_after_repair;
  if (!isbn->repaired) ++counts.valid_as_written;
}

// Limits the calls that run at once, and collects their outcomes.
class Window {
 public:
  void Enter() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return in_flight_ < kStockInFlightMax; });
    ++in_flight_;
  }
  // `index` is the call's place among all.
  void Leave(std::size_t index, const Status& status) {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    if (status.ok())
      ++received_;
    else if (status.error().reason == "REQUEST_ID_REUSED")
      known_.push_back(index);
    else if (!failure_)
      failure_ = status.error();
    room_.notify_all();
  }
  // Waits for all.
  void Drain() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return in_flight_ == 0; });
  }
  std::optional<Error> failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }
  std::int64_t received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }
  // The indices of those that had received another number before, ascending.
  std::vector<std::size_t> known() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::size_t> places = known_;
    std::sort(places.begin(), places.end());
    return places;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable room_;
  int in_flight_ = 0;  // Guarded by mutex_, as all that follows.
  std::int64_t received_ = 0;
  std::vector<std::size_t> known_;
  std::optional<Error> failure_;  // The first.
};

// Asks the shop for the progress of an import several times a second, as long as this object lives: rows that gRPC has accepted
// from us may still be on their way.
class ProgressWatch {
 public:
  ProgressWatch(v1::CatalogService::StubInterface& catalog, const rpc::Caller& caller, const std::string& import_name,
                std::int64_t total, ImportProgress& progress)
      : thread_([&catalog, &caller, import_name, total, &progress, this] {
          v1::GetImportRequest request;
          request.set_name(import_name);
          std::unique_lock lock(mutex_);
          while (!ended_.wait_for(lock, kProgressEvery, [this] { return stopping_; })) {
            const auto import =
                caller.Invoke(catalog, &v1::CatalogService::StubInterface::GetImport, request, {.budget = kCallBudget});
            if (import.ok()) progress.Show(ImportProgress::Step::kBooks, import->row_count(), total);
          }
        }) {}
  ~ProgressWatch() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    ended_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool stopping_ = false;  // Guarded by mutex_.
  std::thread thread_;     // Last: it uses the others.
};

// The names of a source's books by their keys, from the change log.
Result<std::map<std::string, std::string>> BookNames(v1::CatalogService::StubInterface& catalog, const rpc::Caller& caller,
                                                     const std::string& source) {
  grpc::ClientContext context;
  caller.PrepareStream(context, {.budget = kStreamBudget});
  const auto reader = catalog.StreamChanges(&context, v1::StreamChangesRequest());
  std::map<std::string, std::string> names;
  v1::Change change;
  while (reader->Read(&change)) {
    if (change.caught_up()) {
      context.TryCancel();
      (void)reader->Finish();
      return names;
    }
    if (change.has_book() && change.book().source() == source) names[change.book().key()] = change.book().name();
  }
  return rpc::ToError(reader->Finish());
}

// Always the same for one book of one source, so that its stock is added once, however often the file is imported. A book that
// was deleted and is imported again is a new one.
std::string StockRequestId(const std::string& source, const std::string& key, const std::string& book_name) {
  return "import:" + source + ":" + book_name.substr(book_name.find('/') + 1) + ":" + std::to_string(Fingerprint(key));
}

}  // namespace

Result<ImportReport> ImportClient::Run(BookFile& file, const ImportOptions& options, ImportProgress& progress) {
  const std::string import_name = "imports/" + NewUuid(clock_, random_);
  ImportReport report;
  std::vector<StockRow> stock;
  for (int attempt = 1;; ++attempt) {
    report = {};
    stock.clear();
    file.Rewind();
    TRY(AwaitShop(options.wait));
    Result<v1::Import> import = SendBooks(file, options, import_name, report, stock, progress);
    if (import.ok()) {
      report.import = *std::move(import);
      break;
    }
    // What was committed stays.
    if (attempt == kAttemptsMax || !rpc::RefusedForTheMoment(import.error())) return std::move(import).error();
    Pause(attempt * rpc::kRepeatPauseMin);
  }
  for (const v1::RowProblem& problem : report.import.problems()) {
    auto& lines = problem.severity() == v1::SEVERITY_ERROR ? report.errors : report.warnings;
    lines.push_back(About(file, problem.line(), problem.message()));
  }
  for (auto* lines : {&report.errors, &report.warnings}) {
    std::stable_sort(lines->begin(), lines->end(), [](const LineMessage& a, const LineMessage& b) { return a.line < b.line; });
  }
  if (!options.dry_run && options.stock == ImportOptions::Stock::kSend && peers_.inventory != nullptr) {
    TRY(SendStock(file, stock, options.source, report, progress));
  }
  return report;
}

Status ImportClient::AwaitShop(std::chrono::seconds wait) const {
  const auto catalog = v1::CatalogService::NewStub(peers_.catalog);
  const auto answer =
      caller_.Invoke(*catalog, &v1::CatalogService::StubInterface::ListCategories, {}, {.budget = wait, .wait_for_ready = true});
  if (answer.ok()) return Ok();
  return Error{Code::kUnavailable, "NO_SHOP", "no shop answers"};
}

Result<v1::Import> ImportClient::SendBooks(BookFile& file, const ImportOptions& options, const std::string& import_name,
                                           ImportReport& report, std::vector<StockRow>& stock, ImportProgress& progress) {
  const auto catalog = v1::CatalogService::NewStub(peers_.catalog);
  grpc::ClientContext context;
  caller_.PrepareStream(context, {.budget = kStreamBudget});
  v1::Import import;
  const auto writer = catalog->ImportBooks(&context, &import);

  v1::ImportBooksRequest message;
  message.mutable_header()->set_import(import_name);
  message.mutable_header()->set_source(options.source);
  message.mutable_header()->set_dry_run(options.dry_run);
  bool open = writer->Write(message);

  std::optional<ProgressWatch> watch(std::in_place, *catalog, caller_, import_name, file.row_count(), progress);
  while (open) {
    std::optional<FileRow> next = file.Next();
    if (!next) break;
    if (!next->row.ok()) {
      ++report.file_refused_count;
      AddLine(report.errors, file, next->line, next->row.error().message);
      continue;
    }
    const MappedRow& row = *next->row;
    if (!row.warning.empty()) AddLine(report.warnings, file, next->line, row.warning);
    CountIsbn(row.draft.isbn13, report.isbns);
    if (!row.draft.price)
      ++report.without_price_count;
    else if (file.format() == BookFormat::kGoodbooks)
      ++report.made_up_price_count;
    const std::int64_t quantity = (file.format() == BookFormat::kGoodbooks ? options.stock_default : row.stock).value_or(0);
    report.has_made_up_stock = file.format() == BookFormat::kGoodbooks && options.stock_default.has_value();
    if (quantity > 0) stock.push_back({next->line, CleanLine(row.key), quantity});
    message.mutable_row()->set_line(next->line);
    *message.mutable_row()->mutable_book() = ToProto(row.key, row.draft);
    open = writer->Write(message);
  }
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  watch.reset();
  if (!status.ok()) return rpc::ToError(status);
  progress.Show(ImportProgress::Step::kBooks, file.row_count(), file.row_count());
  return import;
}

Status ImportClient::SendStock(const BookFile& file, const std::vector<StockRow>& stock, const std::string& source,
                               ImportReport& report, ImportProgress& progress) {
  if (stock.empty()) return Ok();
  const auto catalog = v1::CatalogService::NewStub(peers_.catalog);
  const std::map<std::string, std::string> names = TRY(BookNames(*catalog, caller_, source));
  const auto inventory = inventory_v1::InventoryService::NewStub(peers_.inventory);
  Window window;
  // Threads that wait, not callbacks: at the end of a short program gRPC 1.51 may free the queue behind clients'
  // callbacks twice.
  ThreadPool senders({.threads = kStockInFlightMax, .queue_max = kStockInFlightMax});
  auto shown = clock_.MonotonicNow();
  std::int64_t sent = 0;
  for (const StockRow& row : stock) {
    ++sent;
    const auto name = names.find(row.key);
    if (name == names.end()) continue;  // The row was refused.
    inventory_v1::ReceiveStockRequest request;
    request.set_request_id(StockRequestId(source, row.key, name->second));
    request.add_lines()->set_book(name->second);
    request.mutable_lines(0)->set_quantity(row.quantity);
    request.set_reason(inventory_v1::REASON_IMPORT);
    request.set_note("import of " + source);
    window.Enter();
    if (window.failure()) {
      window.Leave(0, Ok());
      break;
    }
    const std::size_t index = static_cast<std::size_t>(sent) - 1;
    const bool accepted = senders.SubmitNextStep([this, &window, &inventory, request, index] {
      const auto response = rpc::Repeated([&] {
        return caller_.Invoke(*inventory, &inventory_v1::InventoryService::StubInterface::ReceiveStock, request,
                              {.budget = kCallBudget, .wait_for_ready = true});
      });
      window.Leave(index, response.ok() ? Ok() : Status(response.error()));
    });
    CHECK(accepted);
    if (clock_.MonotonicNow() - shown < kProgressEvery) continue;
    shown = clock_.MonotonicNow();
    progress.Show(ImportProgress::Step::kStock, sent, static_cast<std::int64_t>(stock.size()));
  }
  window.Drain();
  if (const std::optional<Error> failure = window.failure()) return *failure;
  report.stock_received_count = window.received();
  const std::vector<std::size_t> known = window.known();
  report.stock_known_count = static_cast<std::int64_t>(known.size());
  for (const std::size_t index : known) {
    AddLine(report.warnings, file, stock[index].line,
            "stock: " + std::to_string(stock[index].quantity) +
                " changes nothing, because an earlier import brought in another "
                "number of copies");
  }
  progress.Show(ImportProgress::Step::kStock, sent, sent);
  return Ok();
}

Result<std::int64_t> ImportClient::RemoveSource(const std::string& source, std::chrono::seconds wait) {
  TRY(AwaitShop(wait));
  const auto catalog = v1::CatalogService::NewStub(peers_.catalog);
  v1::DeleteSourceRequest request;
  request.set_source(source);
  const v1::DeleteSourceResponse response = TRY(caller_.Invoke(*catalog, &v1::CatalogService::StubInterface::DeleteSource,
                                                               request, {.budget = 10min, .wait_for_ready = true}));
  return response.deleted_count();
}

}  // namespace octavo::catalog
