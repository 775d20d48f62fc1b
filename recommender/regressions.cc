#include "recommender/regressions.h"

#include <algorithm>
#include <memory>
#include <new>
#include <span>

#include "recommender/parallel.h"

namespace octavo::recommender {
namespace {

// Memory for one system, aligned for the widest vectors.
template <typename T>
class SystemMemory {
 public:
  T* Fit(std::size_t count) {
    if (count > size_) {
      memory_.reset(static_cast<T*>(::operator new[](count * sizeof(T), kAlignment)));
      size_ = count;
    }
    return memory_.get();
  }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(T* memory) const { ::operator delete[](memory, kAlignment); }
  };

  std::unique_ptr<T[], Free> memory_;
  std::size_t size_ = 0;
};

template <typename T>
class Solver {
 public:
  Solver(const Gram& gram, const std::vector<float>& ridge, Simd simd)
      : gram_(gram), ridge_(ridge), simd_(simd), scratch_(gram.users()) {}

  void Solve(ItemIndex item, std::span<Neighbour> list) {
    if (list.empty()) return;
    const std::size_t size = list.size();
    // The book itself is added among its candidates, so that one pass finds the left and the right side.
    items_.clear();
    for (const Neighbour& neighbour : list) items_.push_back(neighbour.item);
    const auto self = static_cast<std::size_t>(std::lower_bound(items_.begin(), items_.end(), item) - items_.begin());
    items_.insert(items_.begin() + static_cast<std::ptrdiff_t>(self), item);
    const std::size_t stride = SystemStride(size);
    T* const matrix = matrix_.Fit(stride * size);
    std::fill(matrix, matrix + stride * size, T{0});
    for (std::size_t i = 0; i < size; ++i) {
      matrix[i * stride + i] = static_cast<T>(gram_.diagonal(list[i].item)) + static_cast<T>(ridge_[list[i].item]);
    }
    gram_.ForPairs(items_, scratch_, [&](std::size_t later, std::size_t earlier, float value) {
      const std::size_t row = earlier < self ? earlier : earlier - 1;
      const std::size_t column = later < self ? later : later - 1;
      if (later == self) {
        matrix[row * stride + size] = value;
      } else if (earlier == self) {
        matrix[column * stride + size] = value;
      } else {
        matrix[row * stride + column] = value;
      }
    });
    solution_.resize(size);
    const bool solved = SolveSystem(matrix, size, stride, solution_.data(), simd_);
    // Not positive definite within rounding: the ridge is far too small for the data, and no weights would be
    // right.
    for (std::size_t i = 0; i < size; ++i) list[i].weight = solved ? static_cast<float>(solution_[i]) : 0;
  }

 private:
  const Gram& gram_;
  const std::vector<float>& ridge_;
  const Simd simd_;
  Gram::Scratch scratch_;
  std::vector<ItemIndex> items_;
  SystemMemory<T> matrix_;
  std::vector<T> solution_;
};

template <typename T>
void SolveAll(const Gram& gram, const std::vector<float>& ridge, NeighbourLists& lists, int threads, const StepFunction& step,
              Simd simd) {
  ParallelFor(lists.items(), 64, threads, [&](int, std::size_t begin, std::size_t end) {
    if (!step(end - begin)) return;
    Solver<T> solver(gram, ridge, simd);
    for (std::size_t item = begin; item < end; ++item) {
      solver.Solve(static_cast<ItemIndex>(item), lists.Of(static_cast<ItemIndex>(item)));
    }
  });
}

}  // namespace

void SolveRegressions(const Gram& gram, const std::vector<float>& ridge, NeighbourLists& lists, int threads,
                      const StepFunction& step, Precision precision, Simd simd) {
  if (precision == Precision::kDouble) {
    SolveAll<double>(gram, ridge, lists, threads, step, simd);
  } else {
    SolveAll<float>(gram, ridge, lists, threads, step, simd);
  }
}

}  // namespace octavo::recommender
