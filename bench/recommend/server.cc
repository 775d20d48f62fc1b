// Serves Recommend from a generated shop beside a handler that does nothing, both in one server and one pipeline, both
// inline. Prints "port N" once it serves; ends when its standard input is closed. With --cold it keeps next to no answers,
// so that each is worked out anew.
#include <grpcpp/grpcpp.h>

#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include "empty.pb.h"
#include "lib/base/check.h"
#include "lib/base/random.h"
#include "lib/rpc/service.h"
#include "recommender/trainer.h"
#include "services/recommendations/classic_service.h"

namespace octavo::recommendations {
namespace {

constexpr int kBooks = 10'000;
constexpr int kReaders = 5'000;  // readers/1 … readers/5000 are known; further ones are new.
constexpr int kHistoryMean = 20;
constexpr const char* kCategories[] = {"fiction", "romance", "self-help", "fantasy", "history", "science"};

class EmptyService final : public rpc::Service {
 public:
  explicit EmptyService(rpc::Pipeline& pipeline) : rpc::Service("octavo.bench.v1.EmptyService", pipeline) {
    Unary("Answer", this, &EmptyService::Answer, rpc::Run::kInline);
  }

 private:
  Result<bench::v1::AnswerResponse> Answer(const rpc::Call&, const bench::v1::AnswerRequest&) {
    return bench::v1::AnswerResponse();
  }
};

std::vector<Book> Books(Random& random) {
  std::vector<Book> books;
  for (int number = 1; number <= kBooks; ++number) {
    books.push_back({.id = BookId(number),
                     .title = "The Long Title of Book " + std::to_string(number),
                     .authors = {"authors/a" + std::to_string(random.Below(kBooks / 4))},
                     .subjects = {"subject" + std::to_string(random.Below(300))},
                     .categories = {std::string("categories/") + kCategories[number % std::size(kCategories)]},
                     .ratings_count = kBooks - number});
  }
  return books;
}

// Readers with a favourite category of the six, and everybody likes the popular: book n with weight about 1 / n.
void Live(Random& random, Histories& histories, recommender::InteractionsBuilder& builder) {
  SystemClock clock;
  for (int reader = 1; reader <= kReaders; ++reader) {
    const std::uint64_t taste = random.Below(std::size(kCategories));
    const auto count = 2 + random.Below(2 * (kHistoryMean - 2));
    for (std::uint64_t i = 0; i < count; ++i) {
      const double uniform = static_cast<double>(random.Below(1'000'000) + 1) / 1e6;
      auto number = static_cast<std::uint64_t>(std::pow(static_cast<double>(kBooks), uniform));
      if (random.Below(4) != 0) number = number / std::size(kCategories) * std::size(kCategories) + taste;
      const auto book = static_cast<std::int32_t>(std::clamp<std::uint64_t>(number, 1, kBooks));
      const Event event{.reader = ReaderId(std::to_string(reader)),
                        .book = BookId(book),
                        .type = random.Below(3) == 0 ? EventType::kPurchase : EventType::kView,
                        .time = clock.Now()};
      histories.Apply(event);
      CHECK(builder.Add(event.reader.value(), std::to_string(book), WeightOf(event.type, 0)).ok());
    }
  }
}

int Serve(std::size_t kept_rows) {
  SeededRandom random(1);
  Histories histories;
  recommender::InteractionsBuilder builder;
  Live(random, histories, builder);
  auto model = recommender::Train(builder.Build(), recommender::Settings{});
  CHECK(model.ok());
  SystemClock clock;
  const auto log = obs::Log::ToStandardError(clock, obs::Level::kWarn, obs::LogFormat::kLogfmt);
  obs::Metrics metrics;
  SnapshotKeeper snapshots(*log, metrics, ClassicService::Render);
  snapshots.ReplaceBooks(Books(random));
  snapshots.SetModels({"bench", std::make_shared<const recommender::Model>(std::move(model).value())}, {});
  snapshots.WaitUntilCurrent();

  const obs::Tracer tracer;
  rpc::Pipeline pipeline({*log, metrics, tracer, clock}, {.threads = 1});
  const Shelves shelves(snapshots, histories, clock, {.kept_rows = kept_rows});
  ClassicService classic(shelves, pipeline);
  EmptyService empty(pipeline);
  grpc::ServerBuilder builder_of_server;
  int port = 0;
  builder_of_server.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder_of_server.RegisterService(&classic);
  builder_of_server.RegisterService(&empty);
  const std::unique_ptr<grpc::Server> server = builder_of_server.BuildAndStart();
  CHECK(server != nullptr);
  pipeline.Open();
  std::printf("port %d\n", port);
  std::fflush(stdout);
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  pipeline.Close();
  return 0;
}

}  // namespace
}  // namespace octavo::recommendations

int main(int argc, char** argv) {
  const bool cold = argc == 2 && std::string(argv[1]) == "--cold";
  return octavo::recommendations::Serve(cold ? 1 : octavo::recommendations::AnswerCache::kRows);
}
