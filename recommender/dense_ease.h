// DenseEase: EASE^R (Steck 2019, "Embarrassingly shallow autoencoders for sparse data") with every pair of books: the reference
// with which restricted models are compared. Needs items² numbers of memory and about items³ steps, so it is for at most some
// twenty thousand books. Not for serving.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "lib/base/result.h"
#include "recommender/interactions.h"
#include "recommender/simd.h"

namespace octavo::recommender {

class DenseEase {
 public:
  // The most memory, in bytes, that training this many books needs.
  static std::size_t BytesFor(std::size_t items);

  // ridge is absolute, as in the paper. Fails with RESOURCE_EXHAUSTED (TOO_MANY_BOOKS) if it needs more than
  // bytes_max.
  static Result<DenseEase> Train(const Interactions& interactions, double ridge, std::size_t bytes_max, int threads,
                                 Simd simd = BestSimd());

  std::size_t items() const { return items_; }
  // The weight from a book read to a book asked for, both as the interactions number them.
  float weight(ItemIndex read, ItemIndex asked) const { return weights_[std::size_t{read} * stride_ + asked]; }
  // The sums of the weights from `history` to every book; scores.size() is items().
  void Score(std::span<const ItemIndex> history, std::span<float> scores) const;

 private:
  std::size_t items_ = 0;
  std::size_t stride_ = 0;
  std::vector<float> weights_;
};

}  // namespace octavo::recommender
