#include "recommender/measure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "lib/base/check.h"
#include "recommender/parallel.h"

namespace octavo::recommender {
namespace {

double Gain(std::size_t position) { return 1 / std::log2(static_cast<double>(position) + 2); }

double BestGain(std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += Gain(i);
  return sum;
}

// Of one reader: recall, NDCG, precision, hit for the first k of `answer`.
std::array<double, 4> QualityOf(std::span<const ItemIndex> answer, std::span<const ItemIndex> wanted, std::size_t k) {
  std::size_t hits = 0;
  double gain = 0;
  for (std::size_t i = 0; i < std::min(k, answer.size()); ++i) {
    if (!std::binary_search(wanted.begin(), wanted.end(), answer[i])) continue;
    ++hits;
    gain += Gain(i);
  }
  const auto count = static_cast<double>(hits);
  return {count / static_cast<double>(wanted.size()), gain / BestGain(std::min(k, wanted.size())), count / static_cast<double>(k),
          hits > 0 ? 1.0 : 0.0};
}

std::vector<std::uint32_t> CountReaders(const Interactions& train) {
  std::vector<std::uint32_t> readers(train.items().size(), 0);
  for (UserIndex user = 0; user < train.users().size(); ++user) {
    for (const ItemIndex item : train.ItemsOf(user)) ++readers[item];
  }
  return readers;
}

Quality Average(const Interactions& train, const Interactions& held_out, const Measurement& measurement,
                const std::vector<std::vector<ItemIndex>>& answers, std::size_t k) {
  const std::vector<std::uint32_t> readers = CountReaders(train);
  const auto books = static_cast<double>(std::count_if(readers.begin(), readers.end(), [](auto n) { return n > 0; }));
  std::vector<char> seen(train.items().size(), 0);
  Quality total;
  std::size_t answered = 0;
  for (std::size_t i = 0; i < measurement.users.size(); ++i) {
    const auto [recall, ndcg, precision, hit] = QualityOf(answers[i], held_out.ItemsOf(measurement.users[i]), k);
    total.recall += recall;
    total.ndcg += ndcg;
    total.precision += precision;
    total.hit_rate += hit;
    for (const ItemIndex item : std::span(answers[i]).first(std::min(k, answers[i].size()))) {
      if (seen[item] == 0) ++total.coverage;
      seen[item] = 1;
      total.novelty -= std::log2(std::max<double>(readers[item], 1) / static_cast<double>(train.users().size()));
      ++answered;
    }
  }
  const auto count = static_cast<double>(std::max<std::size_t>(measurement.users.size(), 1));
  total.recall /= count;
  total.ndcg /= count;
  total.precision /= count;
  total.hit_rate /= count;
  total.coverage /= std::max(books, 1.0);
  total.novelty /= static_cast<double>(std::max<std::size_t>(answered, 1));
  return total;
}

void CountByBook(const Interactions& held_out, const std::vector<std::vector<ItemIndex>>& answers, std::size_t k,
                 std::size_t books, Measurement& measurement) {
  measurement.wanted.assign(books, 0);
  measurement.hits.assign(books, 0);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const std::span<const ItemIndex> wanted = held_out.ItemsOf(measurement.users[i]);
    for (const ItemIndex item : wanted) {
      if (item < books) ++measurement.wanted[item];
    }
    for (const ItemIndex item : std::span(answers[i]).first(std::min(k, answers[i].size()))) {
      if (std::binary_search(wanted.begin(), wanted.end(), item)) ++measurement.hits[item];
    }
  }
}

}  // namespace

Measurement Measure(const Interactions& train, const Interactions& held_out, const AnswerFunction& answer,
                    std::vector<std::size_t> ks, int threads) {
  CHECK(!ks.empty());
  Measurement measurement;
  const std::size_t users = std::min(train.users().size(), held_out.users().size());
  for (UserIndex user = 0; user < users; ++user) {
    if (!train.ItemsOf(user).empty() && !held_out.ItemsOf(user).empty()) measurement.users.push_back(user);
  }
  measurement.readers = measurement.users.size();
  const std::size_t k_max = *std::max_element(ks.begin(), ks.end());
  std::vector<std::vector<ItemIndex>> answers(measurement.readers);
  measurement.recall.resize(measurement.readers);
  measurement.ndcg.resize(measurement.readers);
  ParallelFor(measurement.readers, 32, threads, [&](int thread, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      answers[i].resize(k_max);
      answers[i].resize(answer(thread, measurement.users[i], answers[i]));
      const auto quality = QualityOf(answers[i], held_out.ItemsOf(measurement.users[i]), ks.front());
      measurement.recall[i] = static_cast<float>(quality[0]);
      measurement.ndcg[i] = static_cast<float>(quality[1]);
    }
  });
  CountByBook(held_out, answers, ks.front(), train.items().size(), measurement);
  for (const std::size_t k : ks) measurement.quality.push_back(Average(train, held_out, measurement, answers, k));
  measurement.ks = std::move(ks);
  return measurement;
}

double GainInErrors(std::span<const float> before, std::span<const float> after) {
  CHECK(!before.empty() && before.size() == after.size());
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const double gain = static_cast<double>(after[i]) - static_cast<double>(before[i]);
    sum += gain;
    squares += gain * gain;
  }
  const auto readers = static_cast<double>(before.size());
  const double mean = sum / readers;
  const double variance = std::max(squares / readers - mean * mean, 1e-12);  // Not zero if all gain the same.
  return mean / std::sqrt(variance / readers);
}

AnswerFunction AnswersOf(const Recommender& recommender, const Interactions& train, int threads) {
  struct State {
    std::vector<ItemIndex> number;    // The recommender's number of each book of `train`.
    std::vector<ItemIndex> original;  // And back.
    std::vector<Scratch> scratches;
    std::vector<std::vector<HistoryEntry>> histories;
  };
  auto state = std::make_shared<State>();
  state->number.resize(train.items().size());
  state->original.assign(recommender.items(), kNoIndex);
  for (ItemIndex item = 0; item < train.items().size(); ++item) {
    const ItemIndex number = recommender.Find(train.items().id(item));
    state->number[item] = number;
    if (number != kNoIndex) state->original[number] = item;
  }
  state->scratches.resize(static_cast<std::size_t>(threads));
  state->histories.resize(static_cast<std::size_t>(threads));
  return [&recommender, &train, state](int thread, UserIndex user, std::span<ItemIndex> answer) {
    std::vector<HistoryEntry>& history = state->histories[static_cast<std::size_t>(thread)];
    history.clear();
    const auto items = train.ItemsOf(user);
    for (std::size_t i = 0; i < items.size(); ++i) {
      history.push_back({state->number[items[i]], train.WeightsOf(user)[i]});
    }
    std::size_t count = 0;
    Scratch& scratch = state->scratches[static_cast<std::size_t>(thread)];
    for (const Recommendation& found : recommender.Recommend({.history = history, .k = answer.size()}, scratch)) {
      answer[count++] = state->original[found.item];
    }
    return count;
  };
}

}  // namespace octavo::recommender
