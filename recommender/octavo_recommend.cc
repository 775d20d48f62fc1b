// octavo-recommend: train a model, evaluate one, or ask one, from the command line. README.md has examples.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/csv.h"
#include "recommender/evaluate.h"
#include "recommender/query.h"

namespace octavo::recommender {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kExitBadInput = 2;

struct Flags {
  std::string interactions;
  std::string model;
  std::string train;
  std::string test;
  std::string split;
  std::string tune = "none";
  std::string report;
  std::string plots;
  std::string history;
  std::string session;
  std::size_t k = 20;
  std::size_t query_k = 10;
  std::uint64_t seed = 1;
  int threads = 0;
  double test_share = 0.2;
  std::uint64_t tune_seconds_max = 1200;
  std::uint64_t max_memory_mb = 2048;
  bool explain = false;
  bool quiet = false;
};

// One line on the terminal that shows the progress, if it is a terminal.
ProgressFunction ShowProgress(bool quiet) {
  if (quiet) return {};
  return [last = std::string()](const Progress& progress) mutable {
    char text[80];
    std::snprintf(text, sizeof(text), "%.*s %3.0f %%", static_cast<int>(progress.stage.size()), progress.stage.data(),
                  100 * progress.share);
    if (text == last) return;
    last = text;
    std::fprintf(stderr, "\r%-40s", text);
    if (progress.share >= 1) std::fprintf(stderr, "\n");
  };
}

Result<TuneOptions> TuneFlags(const Flags& flags) {
  TuneOptions options;
  options.effort = TRY(ParseTuneEffort(flags.tune));
  options.seed = flags.seed;
  options.time_max = std::chrono::seconds(flags.tune_seconds_max);
  if (!flags.split.empty()) options.split = TRY(ParseSplitMode(flags.split));
  options.train.threads = flags.threads > 0 ? flags.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  options.train.progress = ShowProgress(flags.quiet);
  return options;
}

Json TrialsJson(const Tuning& tuning) {
  Json trials = Json::array();
  for (const Trial& trial : tuning.trials) {
    trials.push_back({{"validation_recall@20", trial.recall},
                      {"validation_ndcg@20", trial.ndcg},
                      {"settings", Json::parse(ToJson(trial.settings))}});
  }
  return trials;
}

Json LoadJson(const LoadReport& report) {
  return {{"rows", report.rows},
          {"interactions", report.interactions},
          {"duplicates", report.duplicates},
          {"zero_weights", report.zero_weights},
          {"untaught_readers", report.untaught}};
}

void ReportLoad(const std::string& file, const LoadReport& report) {
  std::fprintf(stderr, "%s: %llu rows, %llu interactions (%llu duplicates merged, %llu of weight 0 left out)\n", file.c_str(),
               static_cast<unsigned long long>(report.rows), static_cast<unsigned long long>(report.interactions),
               static_cast<unsigned long long>(report.duplicates), static_cast<unsigned long long>(report.zero_weights));
  if (report.untaught == 0) return;
  std::fprintf(stderr, "%s: %llu readers have more than %zu books; nothing is learned from them\n", file.c_str(),
               static_cast<unsigned long long>(report.untaught), kReaderBooksMax);
}

Status WriteFile(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) return Error{Code::kUnavailable, "UNWRITABLE_FILE", path.string() + ": cannot write"};
  return Ok();
}

double PeakMegabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;  // The kernel counts in KiB.
}

Status TrainCommand(const Flags& flags, const Clock& clock) {
  const TuneOptions options = TRY(TuneFlags(flags));
  const Interactions interactions = TRY(LoadCsv(flags.interactions));
  ReportLoad(flags.interactions, interactions.report());
  const auto begin = clock.MonotonicNow();
  const Tuning tuning = TRY(Tune(interactions, options, clock));
  const auto tuned = clock.MonotonicNow();
  const Model model = TRY(Train(interactions, tuning.settings, options.train));
  const auto trained = clock.MonotonicNow();
  TRY(model.Save(flags.model));
  const std::chrono::duration<double> tune_seconds = tuned - begin;
  const std::chrono::duration<double> train_seconds = trained - tuned;
  std::fprintf(stderr, "%s: %zu books, %zu weights, %.1f MB; tuned %.1f s (%zu trials), trained %.1f s\n", flags.model.c_str(),
               model.items(), model.weights(), static_cast<double>(model.bytes()) / 1e6, tune_seconds.count(),
               tuning.trials.size(), train_seconds.count());
  if (flags.report.empty()) return Ok();
  const Json report = {{"train_seconds", train_seconds.count()},
                       {"tune_seconds", tune_seconds.count()},
                       {"peak_rss_mb", PeakMegabytes()},
                       {"model_bytes", model.bytes()},
                       {"users", interactions.users().size()},
                       {"items", interactions.items().size()},
                       {"interactions", interactions.size()},
                       {"input", LoadJson(interactions.report())},
                       {"settings", Json::parse(ToJson(tuning.settings))},
                       {"trials", TrialsJson(tuning)}};
  return WriteFile(flags.report, report.dump(2) + "\n");
}

// Standard error of a mean over readers.
double StandardError(const std::vector<float>& values) {
  double sum = 0;
  double squares = 0;
  for (const float value : values) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const auto count = static_cast<double>(values.size());
  return std::sqrt(std::max(0.0, squares / count - sum / count * (sum / count)) / count);
}

Json QualityJson(const Measurement& measurement) {
  const std::string at = "@" + std::to_string(measurement.ks.front());
  const Quality& quality = measurement.quality.front();
  Json json = {{"recall" + at, quality.recall},
               {"ndcg" + at, quality.ndcg},
               {"precision" + at, quality.precision},
               {"hit_rate" + at, quality.hit_rate},
               {"coverage" + at, quality.coverage},
               {"novelty" + at, quality.novelty},
               {"recall" + at + "_standard_error", StandardError(measurement.recall)},
               {"ndcg" + at + "_standard_error", StandardError(measurement.ndcg)}};
  Json& by_k = json["by_k"] = Json::array();
  for (std::size_t i = 1; i < measurement.ks.size(); ++i) {
    by_k.push_back({{"k", measurement.ks[i]}, {"recall", measurement.quality[i].recall}, {"ndcg", measurement.quality[i].ndcg}});
  }
  return json;
}

void PrintTable(const Evaluation& evaluation) {
  const std::size_t k = evaluation.measurement.ks.front();
  std::printf("%-10s recall@%-3zu ndcg@%-3zu precision hit_rate coverage novelty\n", "", k, k);
  const auto print = [](const char* name, const Quality& q) {
    std::printf("%-10s %.4f     %.4f   %.4f    %.4f   %.4f   %.2f\n", name, q.recall, q.ndcg, q.precision, q.hit_rate, q.coverage,
                q.novelty);
  };
  print("octavo", evaluation.measurement.quality.front());
  for (const NamedMeasurement& baseline : evaluation.baselines) {
    print(baseline.name.c_str(), baseline.measurement.quality.front());
  }
  std::printf("tuned %.1f s (%zu trials), trained %.1f s, query p50 %.1f us p99 %.1f us, model %.1f MB\n",
              evaluation.tune_seconds, evaluation.tuning.trials.size(), evaluation.train_seconds, evaluation.query_p50_us,
              evaluation.query_p99_us, static_cast<double>(evaluation.model->bytes()) / 1e6);
}

Json ReportJson(const Interactions& train, const Evaluation& evaluation, const LoadReport& test, const Flags& flags) {
  Json report = QualityJson(evaluation.measurement);
  report["readers_measured"] = evaluation.measurement.readers;
  for (const NamedMeasurement& baseline : evaluation.baselines) {
    report["baselines"][baseline.name] = QualityJson(baseline.measurement);
  }
  if (evaluation.ease_ridge > 0) report["baselines"]["ease"]["ridge"] = evaluation.ease_ridge;
  report["train_seconds"] = evaluation.train_seconds;
  report["tune_seconds"] = evaluation.tune_seconds;
  report["peak_rss_mb"] = PeakMegabytes();
  report["model_bytes"] = evaluation.model->bytes();
  report["weights"] = evaluation.model->weights();
  report["query_p50_us"] = evaluation.query_p50_us;
  report["query_p99_us"] = evaluation.query_p99_us;
  report["users"] = train.users().size();
  report["items"] = train.items().size();
  report["interactions"] = train.size();
  report["input"] = {{"train", LoadJson(train.report())}, {"test", LoadJson(test)}};
  report["seed"] = flags.seed;
  report["tune"] = flags.tune;
  report["split"] = flags.split.empty() ? "none" : flags.split;
  report["settings"] = Json::parse(ToJson(evaluation.tuning.settings));
  report["trials"] = TrialsJson(evaluation.tuning);
  return report;
}

Status EvaluateCommand(const Flags& flags, const Clock& clock) {
  const auto tune = TRY(TuneFlags(flags));
  EvaluateOptions options{.k = flags.k, .tune = tune, .ease_bytes_max = flags.max_memory_mb << 20, .plots = !flags.plots.empty()};
  if (flags.test.empty() == flags.split.empty()) {
    return Error{Code::kInvalidArgument, "BAD_FLAGS", "give either --test or --split"};
  }
  Interactions train = TRY(LoadCsv(flags.train));
  ReportLoad(flags.train, train.report());
  Interactions held_out;
  if (!flags.split.empty()) {
    Split split = TRY(SplitInteractions(train, {.mode = options.tune.split, .share = flags.test_share, .seed = flags.seed}));
    train = std::move(split.train);
    held_out = std::move(split.held_out);
  }
  LoadReport test_report = held_out.report();
  const HeldOutFunction load = [&]() -> Result<Interactions> {
    if (!flags.split.empty()) return std::move(held_out);
    Interactions test = TRY(LoadCsv(flags.test, train.users(), train.items()));
    ReportLoad(flags.test, test.report());
    test_report = test.report();
    return test;
  };
  const Evaluation evaluation = TRY(Evaluate(train, load, options, clock));
  PrintTable(evaluation);
  if (!flags.report.empty()) {
    TRY(WriteFile(flags.report, ReportJson(train, evaluation, test_report, flags).dump(2) + "\n"));
  }
  if (flags.plots.empty()) return Ok();
  std::error_code error;
  std::filesystem::create_directories(flags.plots, error);
  for (const auto& [name, plot] : evaluation.plots) {
    TRY(WriteFile(std::filesystem::path(flags.plots) / (name + ".svg"), ToSvg(plot)));
  }
  return Ok();
}

// The ids of a list like 12,99,1024; an id with a comma stands in quotes, as in CSV.
Result<std::vector<std::string>> ParseIds(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  std::optional<std::vector<std::string>> row = TRY(reader.Next());
  return row ? std::move(*row) : std::vector<std::string>{};
}

Status QueryCommand(const Flags& flags) {
  const auto model = std::make_shared<const Model>(TRY(Model::Open(flags.model)));
  const Recommender recommender(model);
  Scratch scratch(recommender);
  const bool session = !flags.session.empty();
  std::vector<ItemIndex> events;
  std::size_t unknown = 0;
  for (const std::string& id : TRY(ParseIds(session ? flags.session : flags.history))) {
    const ItemIndex item = recommender.Find(id);
    if (item == kNoIndex) {
      ++unknown;
    } else {
      events.push_back(item);
    }
  }
  if (unknown > 0) std::fprintf(stderr, "%zu ids of the history are not in the model\n", unknown);
  std::vector<HistoryEntry> history(events.size());
  SessionHistory(events, session ? 0.7F : 1.0F, history);
  const auto found = recommender.Recommend({.history = history, .k = flags.query_k}, scratch);
  const std::vector<Recommendation> answers(found.begin(), found.end());
  std::cout << (flags.explain ? "item_id,score,source,because\n" : "item_id,score,source\n");
  for (const Recommendation& answer : answers) {
    std::vector<std::string> row = {std::string(recommender.id(answer.item)), std::to_string(answer.score),
                                    answer.source == Source::kPersonal ? "personal" : "popular"};
    if (flags.explain) {
      std::string because;
      for (const Reason& reason : recommender.Explain(history, answer.item, 3, scratch)) {
        because += (because.empty() ? "" : " ") + std::string(recommender.id(reason.item));
      }
      row.push_back(because);
    }
    std::cout << CsvRow(row);
  }
  return Ok();
}

void AddTuneFlags(CLI::App& command, Flags& flags) {
  command.add_option("--tune", flags.tune, "choose the settings on a held-out part: none, quick, full");
  command.add_option("--tune-seconds-max", flags.tune_seconds_max, "a full search ends by then");
  command.add_option("--seed", flags.seed, "of every random choice");
  command.add_option("--threads", flags.threads, "0: as many as the machine has")->check(CLI::Range(0, 1024));
  command.add_option("--report", flags.report, "write a JSON report");
  command.add_flag("--quiet", flags.quiet, "no progress on stderr");
}

int Run(int argc, char** argv) {
  Flags flags;
  CLI::App app{"Trains, evaluates and queries book recommendations."};
  app.require_subcommand(1);
  CLI::App& train = *app.add_subcommand("train", "learn a model from interactions");
  train.add_option("--interactions", flags.interactions, "CSV: user_id,item_id[,weight][,timestamp]")->required();
  train.add_option("--model", flags.model, "the file to write")->required();
  AddTuneFlags(train, flags);
  CLI::App& evaluate = *app.add_subcommand("evaluate", "measure quality on held-out interactions");
  evaluate.add_option("--train", flags.train, "CSV: user_id,item_id[,weight][,timestamp]")->required();
  evaluate.add_option("--test", flags.test, "CSV of the same form");
  evaluate.add_option("--split", flags.split, "instead of --test: random, temporal, leave-last-out");
  evaluate.add_option("--test-share", flags.test_share, "of --split")->check(CLI::Range(0.01, 0.9));
  evaluate.add_option("--k", flags.k, "length of the answers judged")->check(CLI::Range(1, 100));
  evaluate.add_option("--plots", flags.plots, "a folder for SVG plots");
  evaluate.add_option("--max-memory-mb", flags.max_memory_mb, "leave out the dense EASE baseline above this; 0: always");
  AddTuneFlags(evaluate, flags);
  CLI::App& query = *app.add_subcommand("query", "ask a model");
  query.add_option("--model", flags.model, "the model file")->required();
  query.add_option("--history", flags.history, "ids of the books read, comma-separated, oldest first");
  query.add_option("--session", flags.session, "the same for the events of one visit: the later weigh more");
  query.add_option("--k", flags.query_k, "how many answers")->check(CLI::Range(1, 1000));
  query.add_flag("--explain", flags.explain, "add the books that spoke for each answer");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : kExitBadInput;
  }
  const SystemClock clock;
  const Status done = train.parsed()      ? TrainCommand(flags, clock)
                      : evaluate.parsed() ? EvaluateCommand(flags, clock)
                                          : QueryCommand(flags);
  if (done.ok()) return 0;
  std::cerr << "octavo-recommend: " << done.error().message << "\n";
  return kExitBadInput;
}

}  // namespace
}  // namespace octavo::recommender

int main(int argc, char** argv) {
  try {
    return octavo::recommender::Run(argc, argv);
  } catch (const std::exception& error) {  // Out of memory, above all.
    std::cerr << "octavo-recommend: " << error.what() << "\n";
    return 1;
  }
}
