#include "services/catalog/import/import_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "lib/identity/tool.h"
#include "lib/obs/log.h"
#include "lib/obs/metrics.h"
#include "lib/obs/trace.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/tls.h"
#include "services/catalog/domain/text.h"
#include "services/catalog/import/import_client.h"

namespace octavo::catalog {
namespace {

struct Settings {
  std::string file;
  std::string address = "127.0.0.1:50051";
  std::string inventory_address;
  rpc::TlsFiles tls;
  identity::ToolOptions identity;
  std::string format = "auto";
  std::string source;
  std::string remove;
  std::optional<std::int64_t> stock;
  std::string encoding;
  bool make_up_prices = false;
  std::int64_t wait_s = 10;
  bool no_stock = false;
  bool dry_run = false;
  bool verbose = false;
};

void AddOptions(CLI::App& app, Settings& settings) {
  auto* file = app.add_option("file", settings.file, "The CSV file.");
  app.add_option("--address", settings.address, "Where the shop's gRPC listens.")->capture_default_str();
  app.add_option("--inventory-address", settings.inventory_address, "Where the inventory listens, if not at --address.");
  rpc::AddTlsOptions(app, settings.tls);
  identity::AddToolOptions(app, settings.identity);
  app.add_option("--format", settings.format, "auto, octavo or goodbooks; auto looks at the header.")
      ->check(CLI::IsMember({"auto", "octavo", "goodbooks"}))
      ->capture_default_str();
  app.add_option("--source", settings.source,
                 "Under which name the books are known, so that importing again changes what is there. By default "
                 "goodbooks-10k, or the file's name.");
  app.add_option("--encoding", settings.encoding,
                 "Encoding of the file, such as UTF-8 or windows-1252. By default it is found out from the file.");
  app.add_option("--stock", settings.stock,
                 "Make up the stock where the format (goodbooks) has none: so many copies of each book. Without it they come "
                 "without.")
      ->check(CLI::Range(0, 10'000));
  app.add_flag("--make-up-prices", settings.make_up_prices,
               "Make up prices where the format (goodbooks) has none, the same for the same book every time. Without it they "
               "come without, and are not for sale.");
  app.add_option("--wait", settings.wait_s, "Seconds to wait for a shop that does not answer.")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  app.add_flag("--no-stock", settings.no_stock, "Send no stock to the inventory.");
  app.add_flag("--dry-run", settings.dry_run, "Check every row and say what would happen, but change nothing.");
  app.add_flag("--verbose", settings.verbose, "Show warnings too.");
  app.add_option("--remove", settings.remove, "Instead of importing, take every book of this source out of the shop.")
      ->excludes(file);
}

// A bar on a terminal, a line for every tenth elsewhere.
class StderrProgress final : public ImportProgress {
 public:
  ~StderrProgress() override {
    if (terminal_ && tenth_ >= 0) std::fputc('\n', stderr);
  }

  void Show(Step step, std::int64_t done, std::int64_t total) override {
    const char* what = step == Step::kBooks ? "books" : "stock";
    const int tenth = total == 0 ? 10 : static_cast<int>(done * 10 / total);
    if (step != step_) {
      if (terminal_) std::fputc('\n', stderr);
      step_ = step;
      tenth_ = -1;
    }
    if (terminal_) {
      constexpr int kWidth = 40;
      const int filled = total == 0 ? kWidth : static_cast<int>(done * kWidth / total);
      const std::string bar =
          std::string(static_cast<std::size_t>(filled), '#') + std::string(static_cast<std::size_t>(kWidth - filled), '.');
      std::fprintf(stderr, "\r%s [%s] %lld of %lld", what, bar.c_str(), static_cast<long long>(done),
                   static_cast<long long>(total));
    } else if (tenth > tenth_) {
      std::fprintf(stderr, "%s: %lld of %lld\n", what, static_cast<long long>(done), static_cast<long long>(total));
    }
    tenth_ = std::max(tenth_, tenth);
  }

 private:
  const bool terminal_ = isatty(STDERR_FILENO) == 1;
  Step step_ = Step::kBooks;
  int tenth_ = -1;
};

void PrintLines(const std::vector<LineMessage>& lines, const char* kind) {
  for (const LineMessage& line : lines) std::fprintf(stderr, "%s: %s\n", kind, line.text.c_str());
}

void PrintReport(const ImportReport& report, const ImportOptions& options) {
  const auto row = [](const char* name, std::int64_t count, const char* remark = "") {
    std::printf("  %-18s %9lld%s%s\n", name, static_cast<long long>(count), *remark != '\0' ? "  " : "", remark);
  };
  const octavo::catalog::v1::Import& import = report.import;
  std::printf("%s%s\n",
              options.dry_run ? "Dry run, nothing was changed. Source: " : "Imported. Source: ", options.source.c_str());
  row("rows", import.row_count() + report.file_refused_count);
  row("created", import.created_count());
  row("updated", import.updated_count());
  row("unchanged", import.unchanged_count());
  row("refused", import.refused_count() + report.file_refused_count);
  row("ISBNs valid", report.isbns.valid_after_repair);
  row("  as written", report.isbns.valid_as_written);
  row("  repaired", import.isbn_repaired_count(), "leading zeros, hyphens and the like");
  row("ISBNs refused", import.isbn_refused_count(), "the book is in without");
  row("rows without ISBN", report.isbns.absent);
  if (report.made_up_price_count > 0) {
    row("prices made up", report.made_up_price_count, "6.99 to 24.99 EUR, from a hash of the key");
  }
  if (report.without_price_count > 0) row("without a price", report.without_price_count, "in the shop, but not for sale");
  if (options.dry_run || options.stock == ImportOptions::Stock::kLeave) return;
  row("stock received", report.stock_received_count,
      report.has_made_up_stock ? "books, made up; from this or an earlier run" : "books; from this or an earlier run");
  if (report.stock_known_count == 0) return;
  row("stock left alone", report.stock_known_count, "another number came in before");
  std::printf(
      "An import brings the stock of a book in once: a new number in the file changes nothing. To change what is on the "
      "shelf, call octavo.inventory.v1.InventoryService/CountStock; --verbose lists the lines.\n");
}

int Fail(const Error& error, const Settings& settings) {
  const bool no_shop = error.reason == "NO_SHOP";
  const std::string message = no_shop ? "no shop answers at " + settings.address : error.message;
  std::fprintf(stderr, "octavo import: %s\n", message.c_str());
  return 1;
}

ImportOptions OptionsOf(const Settings& settings, const BookFile& file) {
  ImportOptions options{.source = settings.source,
                        .dry_run = settings.dry_run,
                        .stock_default = settings.stock,
                        .wait = std::chrono::seconds(settings.wait_s)};
  if (settings.no_stock) options.stock = ImportOptions::Stock::kLeave;
  if (options.source.empty()) {
    options.source = file.format() == BookFormat::kGoodbooks
                         ? "goodbooks-10k"
                         : Slug(std::filesystem::path(file.name()).stem().string()).substr(0, 40);
  }
  return options;
}

int Import(const Settings& settings, ImportClient& client) {
  Result<BookFile> file = BookFile::Open(
      settings.file, {.format = ParseBookFormat(settings.format),
                      .encoding = settings.encoding,
                      .missing_prices = settings.make_up_prices ? MissingPrices::kMakeUp : MissingPrices::kLeaveOut});
  if (!file.ok()) return Fail(file.error(), settings);
  if (file->encoding() != "UTF-8") std::printf("The file is read as %s; --encoding says otherwise.\n", file->encoding().c_str());
  const ImportOptions options = OptionsOf(settings, *file);
  Result<ImportReport> report = [&] {
    StderrProgress progress;
    return client.Run(*file, options, progress);
  }();
  if (!report.ok()) return Fail(report.error(), settings);
  PrintLines(report->errors, "error");
  if (settings.verbose) PrintLines(report->warnings, "warning");
  PrintReport(*report, options);
  if (!settings.verbose && !report->warnings.empty()) std::printf("Warnings are shown with --verbose.\n");
  return report->import.refused_count() + report->file_refused_count > 0 ? 3 : 0;
}

}  // namespace

int RunImport(const std::vector<std::string>& arguments) {
  Settings settings;
  CLI::App app("Brings a file of books into a running shop. Importing the same file again changes nothing.", "octavo import");
  AddOptions(app, settings);
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));  // CLI11 wants them backwards.
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  if (settings.file.empty() && settings.remove.empty()) {
    std::fprintf(stderr, "octavo import: name a file, or a source with --remove; --help says more\n");
    return 2;
  }

  const SystemClock clock;
  SystemRandom random;
  const auto log = obs::Log::Silent(clock);
  obs::Metrics metrics;
  const obs::Tracer tracer;
  const identity::Workload workload = identity::WorkloadOfTool(settings.identity, clock);
  const rpc::Caller caller({*log, metrics, tracer, clock, &workload});
  const auto credentials = rpc::MakeChannelCredentials(settings.tls);
  if (!credentials.ok()) return Fail(credentials.error(), settings);
  const std::string inventory = settings.inventory_address.empty() ? settings.address : settings.inventory_address;
  ImportClient client({.catalog = rpc::Connect({.target = settings.address, .credentials = *credentials}),
                       .inventory = rpc::Connect({.target = inventory, .credentials = *credentials})},
                      caller, clock, random);
  if (settings.remove.empty()) return Import(settings, client);
  const auto removed = client.RemoveSource(settings.remove, std::chrono::seconds(settings.wait_s));
  if (!removed.ok()) return Fail(removed.error(), settings);
  std::printf("Removed %lld books of the source %s.\n", static_cast<long long>(*removed), settings.remove.c_str());
  return 0;
}

}  // namespace octavo::catalog
