// octavo-synthetic-readers: writes interactions of made-up readers as CSV, for tests and benchmarks.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "recommender/synthetic_readers.h"

int main(int argc, char** argv) {
  octavo::synthetic::ReadersOptions options;
  std::string out;
  CLI::App app{"Writes interactions of made-up readers: user_id,item_id,timestamp."};
  app.add_option("--books", options.books, "how many books")->check(CLI::Range(4, 100000000));
  app.add_option("--readers", options.readers, "how many readers")->check(CLI::Range(1, 1000000000));
  app.add_option("--interactions", options.interactions, "about how many in all");
  app.add_option("--tastes", options.tastes, "0: one per 250 books");
  app.add_option("--popularity-exponent", options.popularity_exponent)->check(CLI::Range(0.0, 0.99));
  app.add_option("--history-spread", options.history_spread)->check(CLI::Range(0.0, 3.0));
  app.add_option("--seed", options.seed, "the same seed gives the same readers");
  app.add_option("--out", out, "the file to write; stdout without it");
  CLI11_PARSE(app, argc, argv);
  std::FILE* const file = out.empty() ? stdout : std::fopen(out.c_str(), "w");
  if (file == nullptr) {
    std::perror(out.c_str());
    return 2;
  }
  std::fputs("user_id,item_id,timestamp\n", file);
  octavo::synthetic::GenerateReaders(options, [file](const octavo::synthetic::Interaction& interaction) {
    std::fprintf(file, "%u,%u,%lld\n", interaction.reader, interaction.book, static_cast<long long>(interaction.time));
  });
  if (std::fclose(file) != 0) {
    std::perror(out.c_str());
    return 2;
  }
  return 0;
}
