// Measure: how good answers are for readers whose next books are known.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "recommender/interactions.h"
#include "recommender/query.h"

namespace octavo::recommender {

// Averages over readers, of answers of at most k books.
struct Quality {
  double recall = 0;     // Hits / held-out books.
  double ndcg = 0;       // Binary gains 1 / log2(position + 1), over the best that min(k, held-out books) could give.
  double precision = 0;  // Hits / k.
  double hit_rate = 0;   // Whether there is any hit.
  double coverage = 0;   // Share of all books of the training set that appear in any answer.
  double novelty = 0;    // Mean over the answers of -log2(share of readers who have the book).
};

// Readers measured: all that have both a history in the training set and held-out books.
struct Measurement {
  std::vector<std::size_t> ks;
  std::vector<Quality> quality;  // By position in ks.
  std::size_t readers = 0;
  // Per reader measured, at the first k of ks: for spreads and for quality by history length.
  std::vector<UserIndex> users;
  std::vector<float> recall;
  std::vector<float> ndcg;
  // Per book of the training set, at the first k: how often it was held back, and how often it was answered
  // then.
  std::vector<std::uint32_t> wanted;
  std::vector<std::uint32_t> hits;
};

// Writes the best books for a reader, best first, as the training set numbers them, without those of the
// history, into `answer`, and returns how many. Called from several threads at once, each with its own
// number.
using AnswerFunction = std::function<std::size_t(int thread, UserIndex user, std::span<ItemIndex> answer)>;

// `held_out` numbers readers and books as `train` does; it may know more of both. ks must not be empty.
Measurement Measure(const Interactions& train, const Interactions& held_out, const AnswerFunction& answer,
                    std::vector<std::size_t> ks, int threads);

// The mean gain over the same readers, at least one, in units of its standard error: below 2 it may be chance. Each reader is
// compared with themselves, so it does not matter that some readers are easier than others.
double GainInErrors(std::span<const float> before, std::span<const float> after);

// Answers from a model trained on `train`; both must outlive the function.
AnswerFunction AnswersOf(const Recommender& recommender, const Interactions& train, int threads);

}  // namespace octavo::recommender
