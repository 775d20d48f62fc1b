#include "recommender/trainer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "recommender/parallel.h"
#include "recommender/training_data.h"

namespace octavo::recommender {
namespace {

struct Neighbour {
  ItemIndex item;
  float weight;
};

// For each book asked for, its best books read by similarity: at most settings.candidates of them.
class Neighbours {
 public:
  Neighbours(const TrainingData& data, const Settings& settings) : data_(data), settings_(settings) {
    user_weight_.resize(data.users());
    for (std::size_t u = 0; u < data.users(); ++u) {
      user_weight_[u] = std::pow(static_cast<float>(std::max<std::size_t>(data.BooksOf(u).size(), 1)),
                                 -settings.user_exponent);
    }
    norm_.assign(data.items(), 0);
    for (ItemIndex i = 0; i < data.items(); ++i) {
      for (const TrainingData::Entry& reader : data.ReadersOf(i)) {
        norm_[i] += user_weight_[reader.index] * reader.value * reader.value;
      }
    }
  }

  // `shared` has one zero per book and is left so.
  std::vector<Neighbour> Of(ItemIndex item, std::vector<float>& shared) const {
    std::vector<Neighbour> found;
    for (const TrainingData::Entry& reader : data_.ReadersOf(item)) {
      const float weight = user_weight_[reader.index] * reader.value;
      for (const TrainingData::Entry& book : data_.BooksOf(reader.index)) {
        if (shared[book.index] == 0) found.push_back({book.index, 0});
        shared[book.index] += weight * book.value;
      }
    }
    const float column_norm = std::pow(norm_[item], settings_.column_exponent);
    for (Neighbour& neighbour : found) {
      const float norm = std::pow(norm_[neighbour.item], settings_.row_exponent) * column_norm;
      neighbour.weight = std::pow(shared[neighbour.item] / (norm + settings_.shrinkage), settings_.similarity_power);
      shared[neighbour.item] = 0;
    }
    std::erase_if(found, [item](const Neighbour& n) { return n.item == item || !(n.weight > 0); });
    const auto better = [](const Neighbour& a, const Neighbour& b) {
      return a.weight != b.weight ? a.weight > b.weight : a.item < b.item;
    };
    const std::size_t kept = std::min<std::size_t>(settings_.candidates, found.size());
    std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept), found.end(), better);
    found.resize(kept);
    return found;
  }

 private:
  const TrainingData& data_;
  const Settings& settings_;
  std::vector<float> user_weight_;
  std::vector<float> norm_;
};

// Turns the columns (by book asked for) into the model's rows (by book read).
Model Assemble(const Interactions& interactions, const TrainingData& data, const Settings& settings,
               const std::vector<std::vector<Neighbour>>& columns) {
  ModelParts parts;
  parts.users = interactions.users().size();
  parts.interactions = interactions.size();
  parts.weight_power = settings.weight_power;
  parts.settings = ToJson(settings);
  parts.row_offsets.assign(data.items() + 1, 0);
  for (ItemIndex item = 0; item < data.items(); ++item) {
    parts.ids.emplace_back(interactions.items().id(data.original(item)));
    parts.readers.push_back(static_cast<std::uint32_t>(data.ReadersOf(item).size()));
    for (const Neighbour& neighbour : columns[item]) ++parts.row_offsets[neighbour.item + 1];
  }
  for (std::size_t i = 0; i < data.items(); ++i) parts.row_offsets[i + 1] += parts.row_offsets[i];
  parts.columns.resize(parts.row_offsets.back());
  parts.weights.resize(parts.row_offsets.back());
  std::vector<std::uint64_t> next(parts.row_offsets.begin(), parts.row_offsets.end() - 1);
  for (ItemIndex item = 0; item < data.items(); ++item) {
    for (const Neighbour& neighbour : columns[item]) {
      const std::uint64_t at = next[neighbour.item]++;
      parts.columns[at] = item;
      parts.weights[at] = neighbour.weight;
    }
  }
  return Model::FromParts(parts);
}

}  // namespace

Result<Model> Train(const Interactions& interactions, const Settings& settings, const TrainOptions& options) {
  if (interactions.size() == 0) {
    return Error{Code::kInvalidArgument, "NO_INTERACTIONS", "there is nothing to learn from: no interactions"};
  }
  const TrainingData data(interactions, settings.weight_power);
  const Neighbours neighbours(data, settings);
  const int threads = std::max(options.threads, 1);
  std::vector<std::vector<Neighbour>> columns(data.items());
  std::vector<std::vector<float>> shared(static_cast<std::size_t>(threads));
  std::atomic<std::size_t> done = 0;
  std::mutex progress_mutex;  // Lets one thread at a time call options.progress.
  ParallelFor(data.items(), 256, threads, [&](int thread, std::size_t begin, std::size_t end) {
    if (options.stop.stop_requested()) return;
    std::vector<float>& own = shared[static_cast<std::size_t>(thread)];
    own.resize(data.items(), 0);
    for (std::size_t item = begin; item < end; ++item) {
      columns[item] = neighbours.Of(static_cast<ItemIndex>(item), own);
    }
    const std::size_t so_far = done += end - begin;
    if (options.progress) {
      const std::lock_guard lock(progress_mutex);
      options.progress({"neighbours", static_cast<double>(so_far) / static_cast<double>(data.items())});
    }
  });
  if (options.stop.stop_requested()) return Error{Code::kCancelled, "STOPPED", "training was stopped"};
  return Assemble(interactions, data, settings, columns);
}

}  // namespace octavo::recommender
