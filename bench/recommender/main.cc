// octavo-bench-recommender: training and query time and memory of the recommender over growing catalogues and
// histories, on made-up readers with realistic skew. Prints CSV and, at the end, the fitted growth: the
// exponent e of time ~ size^e between the first and the last row. See recommender/README.md for figures.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "recommender/query.h"
#include "recommender/synthetic_readers.h"
#include "recommender/trainer.h"

namespace octavo::recommender {
namespace {

struct Flags {
  std::vector<std::uint32_t> books = {10000, 100000, 1000000};
  std::vector<std::size_t> histories = {1, 10, 100, 1000};
  std::uint32_t per_book = 100;  // Interactions per book, but not more in all than the next.
  std::uint64_t interactions_max = 10000000;
  std::uint32_t queries = 20000;
  int threads = 2;
  std::string models;
};

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(clock_.MonotonicNow() - begin_).count(); }

 private:
  SystemClock clock_;
  const std::chrono::steady_clock::time_point begin_ = clock_.MonotonicNow();
};

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Interactions Readers(std::uint32_t books, const Flags& flags) {
  const std::uint64_t total = std::min(std::uint64_t{books} * flags.per_book, flags.interactions_max);
  InteractionsBuilder builder;
  const synthetic::ReadersOptions options{
      .books = books, .readers = static_cast<std::uint32_t>(std::max<std::uint64_t>(total / 50, 1)), .interactions = total};
  synthetic::GenerateReaders(options, [&builder](const synthetic::Interaction& interaction) {
    const Status added = builder.Add(std::to_string(interaction.reader), std::to_string(interaction.book));
    CHECK(added.ok());
  });
  return builder.Build();
}

struct Latency {
  double p50_us = 0;
  double p99_us = 0;
};

// Histories as readers have them: books of readers with that many, joined where one reader has too few.
Latency Query(const Recommender& recommender, const Interactions& readers, std::size_t length, std::uint32_t queries) {
  SeededRandom random(1);
  std::vector<ItemIndex> number(readers.items().size());
  for (ItemIndex i = 0; i < number.size(); ++i) number[i] = recommender.Find(readers.items().id(i));
  Scratch scratch(recommender);
  std::vector<HistoryEntry> history;
  std::vector<double> micros;
  for (std::uint32_t i = 0; i < queries; ++i) {
    history.clear();
    while (history.size() < length) {
      const auto user = static_cast<UserIndex>(random.Below(readers.users().size()));
      for (const ItemIndex item : readers.ItemsOf(user)) {
        if (history.size() < length) history.push_back({number[item]});
      }
    }
    const Stopwatch watch;
    recommender.Recommend({.history = history, .k = 10}, scratch);
    micros.push_back(watch.seconds() * 1e6);
  }
  std::sort(micros.begin(), micros.end());
  return {micros[micros.size() / 2], micros[micros.size() * 99 / 100]};
}

double Growth(double small, double large, double small_size, double large_size) {
  return std::log(large / small) / std::log(large_size / small_size);
}

void Run(const Flags& flags) {
  const bool keep = !flags.models.empty();
  const std::filesystem::path folder = keep ? std::filesystem::path(flags.models) : std::filesystem::temp_directory_path();
  std::printf(
      "books,interactions,train_seconds,weights,model_mb,mb_per_million_weights,open_ms,peak_rss_mb,history,"
      "query_p50_us,query_p99_us\n");
  std::vector<double> train_seconds;
  std::vector<std::vector<double>> p50(flags.books.size());
  for (std::size_t i = 0; i < flags.books.size(); ++i) {
    const std::filesystem::path path = folder / ("octavo-bench-" + std::to_string(flags.books[i]) + ".bin");
    const Interactions readers = Readers(flags.books[i], flags);
    train_seconds.push_back(0);
    if (!keep || !std::filesystem::exists(path)) {
      const Stopwatch train_watch;
      const Result<Model> model = Train(readers, Settings{}, {.threads = flags.threads});
      train_seconds.back() = train_watch.seconds();
      CHECK(model->Save(path).ok());
    }
    const Stopwatch open_watch;
    const auto model = std::make_shared<const Model>(std::move(Model::Open(path)).value());
    const double open_ms = open_watch.seconds() * 1e3;
    const Recommender recommender(model);
    for (const std::size_t length : flags.histories) {
      const Latency latency = Query(recommender, readers, length, flags.queries);
      p50[i].push_back(latency.p50_us);
      const double megabytes = static_cast<double>(model->bytes()) / 1e6;
      std::printf("%u,%zu,%.1f,%zu,%.1f,%.2f,%.1f,%.0f,%zu,%.1f,%.1f\n", flags.books[i], readers.size(), train_seconds.back(),
                  model->weights(), megabytes, megabytes / (static_cast<double>(model->weights()) / 1e6), open_ms,
                  PeakMegabytes(), length, latency.p50_us, latency.p99_us);
      std::fflush(stdout);
    }
    if (!keep) std::filesystem::remove(path);
  }
  if (flags.books.size() > 1) {
    if (train_seconds.front() > 0 && train_seconds.back() > 0) {
      std::printf("training grows as books^%.2f\n",
                  Growth(train_seconds.front(), train_seconds.back(), flags.books.front(), flags.books.back()));
    }
    for (std::size_t h = 0; h < flags.histories.size(); ++h) {
      std::printf("a query with %zu books grows as catalogue^%.2f\n", flags.histories[h],
                  Growth(p50.front()[h], p50.back()[h], flags.books.front(), flags.books.back()));
    }
  }
  if (flags.histories.size() > 1) {
    for (std::size_t i = 0; i < flags.books.size(); ++i) {
      std::printf("a query over %u books grows as history^%.2f\n", flags.books[i],
                  Growth(p50[i].front(), p50[i].back(), static_cast<double>(flags.histories.front()),
                         static_cast<double>(flags.histories.back())));
    }
  }
}

}  // namespace
}  // namespace octavo::recommender

int main(int argc, char** argv) {
  octavo::recommender::Flags flags;
  CLI::App app{"Measures the recommender over growing catalogues and histories."};
  app.add_option("--books", flags.books, "catalogue sizes, ascending")->delimiter(',');
  app.add_option("--histories", flags.histories, "history lengths, ascending")->delimiter(',');
  app.add_option("--per-book", flags.per_book, "interactions per book");
  app.add_option("--interactions-max", flags.interactions_max, "in all");
  app.add_option("--queries", flags.queries, "questions per row");
  app.add_option("--threads", flags.threads, "for training; a question always takes one");
  app.add_option("--models", flags.models, "a folder where models are kept and, once there, used again without training (0 s)");
  CLI11_PARSE(app, argc, argv);
  octavo::recommender::Run(flags);
  return 0;
}
