#include "recommender/dense_ease.h"

#include <algorithm>
#include <string>

#include "recommender/parallel.h"

namespace octavo::recommender {
namespace {

// Pivots swept at once. 64 x 64 numbers are 16 KB: a block and its factors stay in the first-level cache.
constexpr std::size_t kBlock = 64;

// Sweeps the block's own 64 x 64 matrix one pivot at a time: it becomes the negative of its inverse. In
// double, because everything else is multiplied by it.
void SweepPivot(const float* block, std::size_t stride, std::vector<double>& pivot) {
  for (std::size_t i = 0; i < kBlock; ++i) {
    for (std::size_t j = 0; j < kBlock; ++j) pivot[i * kBlock + j] = block[i * stride + j];
  }
  for (std::size_t k = 0; k < kBlock; ++k) {
    const double inverse = 1 / pivot[k * kBlock + k];
    for (std::size_t i = 0; i < kBlock; ++i) {
      if (i == k) continue;
      const double factor = pivot[i * kBlock + k] * inverse;
      for (std::size_t j = 0; j < kBlock; ++j) {
        if (j != k) pivot[i * kBlock + j] -= factor * pivot[k * kBlock + j];
      }
    }
    for (std::size_t i = 0; i < kBlock; ++i) {
      if (i == k) continue;
      pivot[i * kBlock + k] *= inverse;
      pivot[k * kBlock + i] *= inverse;
    }
    pivot[k * kBlock + k] = -inverse;
  }
}

// A symmetric matrix whose size is a multiple of kBlock. Only the blocks on and above the diagonal count; the
// sweep operator (Goodnight 1979) over all pivots leaves the negative inverse there.
class BlockSweep {
 public:
  BlockSweep(float* matrix, std::size_t size, int threads, Simd simd)
      : matrix_(matrix),
        size_(size),
        blocks_(size / kBlock),
        threads_(threads),
        simd_(simd),
        pivot_(kBlock * kBlock),
        column_(size * kBlock),
        factor_(size * kBlock) {}

  void Run() {
    for (std::size_t k = 0; k < blocks_; ++k) Sweep(k);
  }

 private:
  float* Block(std::size_t i, std::size_t j) { return matrix_ + i * kBlock * size_ + j * kBlock; }

  void Sweep(std::size_t k) {
    SweepPivot(Block(k, k), size_, pivot_);
    // The pivots' columns A(i, k) of every block row i, transposed: kBlock rows of `size` numbers; and the
    // factors A(i, k) * inverse, `size` rows of kBlock numbers.
    ParallelFor(blocks_, 8, threads_, [&](int, std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        if (i != k) Gather(i, k);
      }
    });
    ParallelFor(blocks_, 1, threads_, [&](int, std::size_t begin, std::size_t) {
      const std::size_t i = begin;
      if (i == k) return;
      for (std::size_t j = i; j < blocks_; ++j) {
        if (j == k) continue;
        SubtractProduct(factor_.data() + i * kBlock * kBlock, column_.data() + j * kBlock, size_, Block(i, j), size_, simd_);
      }
    });
    for (std::size_t i = 0; i < blocks_; ++i) Scatter(i, k);
  }

  void Gather(std::size_t i, std::size_t k) {
    for (std::size_t p = 0; p < kBlock; ++p) {
      for (std::size_t r = 0; r < kBlock; ++r) {
        column_[p * size_ + i * kBlock + r] = i < k ? Block(i, k)[r * size_ + p] : Block(k, i)[p * size_ + r];
      }
    }
    for (std::size_t r = 0; r < kBlock; ++r) {
      double sums[kBlock] = {};
      for (std::size_t q = 0; q < kBlock; ++q) {
        const double value = column_[q * size_ + i * kBlock + r];
        for (std::size_t p = 0; p < kBlock; ++p) sums[p] -= value * pivot_[q * kBlock + p];
      }
      for (std::size_t p = 0; p < kBlock; ++p) factor_[(i * kBlock + r) * kBlock + p] = static_cast<float>(sums[p]);
    }
  }

  void Scatter(std::size_t i, std::size_t k) {
    for (std::size_t r = 0; r < kBlock; ++r) {
      for (std::size_t p = 0; p < kBlock; ++p) {
        const float factor = factor_[(i * kBlock + r) * kBlock + p];
        if (i < k) Block(i, k)[r * size_ + p] = factor;
        if (i > k) Block(k, i)[p * size_ + r] = factor;
        if (i == k) Block(k, k)[r * size_ + p] = static_cast<float>(pivot_[r * kBlock + p]);
      }
    }
  }

  float* const matrix_;
  const std::size_t size_;
  const std::size_t blocks_;
  const int threads_;
  const Simd simd_;
  std::vector<double> pivot_;
  std::vector<float> column_;
  std::vector<float> factor_;
};

std::size_t Rounded(std::size_t items) { return (items + kBlock - 1) / kBlock * kBlock; }

}  // namespace

std::size_t DenseEase::BytesFor(std::size_t items) {
  const std::size_t size = Rounded(items);
  return size * size * sizeof(float) + 2 * size * kBlock * sizeof(float);
}

Result<DenseEase> DenseEase::Train(const Interactions& interactions, double ridge, std::size_t bytes_max, int threads,
                                   Simd simd) {
  DenseEase ease;
  ease.items_ = interactions.items().size();
  if (BytesFor(ease.items_) > bytes_max) {
    return Error{Code::kResourceExhausted, "TOO_MANY_BOOKS",
                 "dense EASE over " + std::to_string(ease.items_) + " books needs " +
                     std::to_string(BytesFor(ease.items_) >> 20) + " MB, more than the " + std::to_string(bytes_max >> 20) +
                     " MB allowed"};
  }
  const std::size_t size = Rounded(ease.items_);
  ease.stride_ = size;
  ease.weights_.assign(size * size, 0);
  float* const matrix = ease.weights_.data();
  for (UserIndex user = 0; user < interactions.users().size(); ++user) {
    const auto items = interactions.ItemsOf(user);
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (std::size_t j = i; j < items.size(); ++j) matrix[items[i] * size + items[j]] += 1;
    }
  }
  // Columns beyond the books have ones on the diagonal: they keep the matrix regular and change nothing.
  for (std::size_t i = 0; i < size; ++i) matrix[i * size + i] += i < ease.items_ ? static_cast<float>(ridge) : 1;
  for (std::size_t i = 0; i < size; ++i) {  // Inside the diagonal blocks the sweep reads both halves.
    for (std::size_t j = i + 1; j < std::min(size, (i / kBlock + 1) * kBlock); ++j) {
      matrix[j * size + i] = matrix[i * size + j];
    }
  }
  BlockSweep(matrix, size, threads, simd).Run();
  // With P the inverse, the weight from i to j is -P(i, j) / P(j, j); the matrix holds -P.
  std::vector<float> diagonal(size);
  for (std::size_t i = 0; i < size; ++i) diagonal[i] = matrix[i * size + i];
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i; j < size; ++j) {
      const float value = matrix[i * size + j];
      matrix[i * size + j] = i == j ? 0 : -value / diagonal[j];
      matrix[j * size + i] = i == j ? 0 : -value / diagonal[i];
    }
  }
  return ease;
}

void DenseEase::Score(std::span<const ItemIndex> history, std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0F);
  for (const ItemIndex read : history) {
    const float* const row = weights_.data() + std::size_t{read} * stride_;
    for (std::size_t i = 0; i < items_; ++i) scores[i] += row[i];
  }
}

}  // namespace octavo::recommender
