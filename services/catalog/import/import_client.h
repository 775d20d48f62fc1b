// ImportClient: imports a file of books into a running shop over gRPC: the books into the catalogue, their stock into the
// inventory. It can be repeated after any kind of end.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/result.h"
#include "lib/rpc/client.h"
#include "octavo/catalog/v1/catalog.pb.h"
#include "services/catalog/import/book_file.h"

namespace octavo::catalog {

struct ImportOptions {
  std::string source;
  bool dry_run = false;
  enum class Stock { kSend, kLeave } stock = Stock::kSend;
  // Stock of each row if the format has no stock column; nullopt: no stock is sent.
  std::optional<std::int64_t> stock_default;
  // How long to wait for a shop that does not answer: at first, and each time the connection breaks.
  std::chrono::seconds wait{10};
};

// The ISBNs of the file, counted.
struct IsbnCounts {
  std::int64_t valid_as_written = 0;
  std::int64_t valid_after_repair = 0;  // Includes those valid as written.
  std::int64_t refused = 0;
  std::int64_t absent = 0;
};

// A message about one line of the file.
struct LineMessage {
  std::int64_t line = 0;
  std::string text;  // "file:line: rule".
};

struct ImportReport {
  octavo::catalog::v1::Import import;
  std::int64_t file_refused_count = 0;  // Rows that were not sent, because no book could be made of them.
  IsbnCounts isbns;
  // In the order of the lines; at most kLinesMax messages from the file and as many from the shop, each.
  static constexpr std::size_t kLinesMax = 1000;
  std::vector<LineMessage> errors;
  std::vector<LineMessage> warnings;
  std::int64_t stock_received_count = 0;  // Books whose copies came in; 0 copies are not sent.
  std::int64_t stock_known_count = 0;     // Books for which an earlier import had sent another number.
  bool has_made_up_stock = false;
  std::int64_t made_up_price_count = 0;
  std::int64_t without_price_count = 0;
};

// Receives the progress. Calls come from any thread, one at a time.
class ImportProgress {
 public:
  virtual ~ImportProgress() = default;
  enum class Step { kBooks, kStock };
  // Of `total` rows or books `done` are durable.
  virtual void Show(Step step, std::int64_t done, std::int64_t total) = 0;
};

struct ImportPeers {
  std::shared_ptr<grpc::Channel> catalog;
  std::shared_ptr<grpc::Channel> inventory;  // Null: no stock is sent.
};

class ImportClient {
 public:
  // All must outlive the client.
  ImportClient(ImportPeers peers, const rpc::Caller& caller, const Clock& clock, Random& random)
      : peers_(std::move(peers)), caller_(caller), clock_(clock), random_(random) {}

  // Sends the file from its first row. If the connection breaks, or the shop refuses for the moment, the same import is sent
  // again, up to kAttemptsMax times, and continues after the committed rows; the same is done with the copies of each book.
  // UNAVAILABLE (NO_SHOP) if nobody answers.
  Result<ImportReport> Run(BookFile& file, const ImportOptions& options, ImportProgress& progress);

  // Removes every book of a source; gives how many there were. Their stock stays in the ledger. UNAVAILABLE (NO_SHOP) if nobody
  // answers for `wait`.
  Result<std::int64_t> RemoveSource(const std::string& source, std::chrono::seconds wait);

  static constexpr int kAttemptsMax = 5;

 private:
  struct StockRow {
    std::int64_t line = 0;
    std::string key;
    std::int64_t quantity = 0;
  };

  Status AwaitShop(std::chrono::seconds wait) const;
  Result<octavo::catalog::v1::Import> SendBooks(BookFile& file, const ImportOptions& options, const std::string& import_name,
                                                ImportReport& report, std::vector<StockRow>& stock, ImportProgress& progress);
  Status SendStock(const BookFile& file, const std::vector<StockRow>& stock, const std::string& source, ImportReport& report,
                   ImportProgress& progress);

  const ImportPeers peers_;
  const rpc::Caller& caller_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace octavo::catalog
