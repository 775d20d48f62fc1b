#include "recommender/simd.h"

#include <cmath>
#include <cstdint>
#include <cstring>

namespace octavo::recommender {
namespace {

// A function without a target of its own may be inlined into one with a target, and is then compiled for it.
#define OCTAVO_INLINE inline __attribute__((always_inline))

// Vectors of kBytes bytes of T; the compiler turns them into what the enclosing function's target has.
template <typename T, std::size_t kBytes>
struct Vector {
  using Type __attribute__((vector_size(kBytes))) = T;
  static constexpr std::size_t kCount = kBytes / sizeof(T);
};

// Subtracts the four finished rows above from rows i and i + 1 (only i if `pair` is false). Begins
// at the vector with the diagonal: the few numbers left of the diagonal change too, but are never
// read.
template <typename T, std::size_t kBytes, bool kPair>
OCTAVO_INLINE void Subtract(T* matrix, std::size_t pivot, std::size_t i, std::size_t stride) {
  using V = typename Vector<T, kBytes>::Type;
  constexpr std::size_t kCount = Vector<T, kBytes>::kCount;
  const T* const p0 = matrix + pivot * stride;
  const T* const p1 = p0 + stride;
  const T* const p2 = p1 + stride;
  const T* const p3 = p2 + stride;
  T* const row0 = matrix + i * stride;
  T* const row1 = row0 + stride;
  const T a0 = p0[i], a1 = p1[i], a2 = p2[i], a3 = p3[i];
  const T b0 = kPair ? p0[i + 1] : T{}, b1 = kPair ? p1[i + 1] : T{}, b2 = kPair ? p2[i + 1] : T{}, b3 = kPair ? p3[i + 1] : T{};
  for (std::size_t j = i / kCount * kCount; j < stride; j += kCount) {
    const V v0 = *reinterpret_cast<const V*>(p0 + j);
    const V v1 = *reinterpret_cast<const V*>(p1 + j);
    const V v2 = *reinterpret_cast<const V*>(p2 + j);
    const V v3 = *reinterpret_cast<const V*>(p3 + j);
    V& r0 = *reinterpret_cast<V*>(row0 + j);
    r0 = r0 - a0 * v0 - a1 * v1 - a2 * v2 - a3 * v3;
    if constexpr (kPair) {
      V& r1 = *reinterpret_cast<V*>(row1 + j);
      r1 = r1 - b0 * v0 - b1 * v1 - b2 * v2 - b3 * v3;
    }
  }
}

// Finishes row `pivot`: divides by the root of its diagonal and subtracts it from rows (pivot, end).
template <typename T, std::size_t kBytes>
OCTAVO_INLINE bool FinishRow(T* matrix, std::size_t pivot, std::size_t end, std::size_t stride) {
  using V = typename Vector<T, kBytes>::Type;
  constexpr std::size_t kCount = Vector<T, kBytes>::kCount;
  T* const row = matrix + pivot * stride;
  if (!(row[pivot] > 0)) return false;
  const T inverse = 1 / std::sqrt(row[pivot]);
  for (std::size_t j = pivot / kCount * kCount; j < stride; j += kCount) *reinterpret_cast<V*>(row + j) *= inverse;
  for (std::size_t i = pivot + 1; i < end; ++i) {
    T* const other = matrix + i * stride;
    const T factor = row[i];
    for (std::size_t j = i / kCount * kCount; j < stride; j += kCount) {
      *reinterpret_cast<V*>(other + j) -= factor * *reinterpret_cast<const V*>(row + j);
    }
  }
  return true;
}

// A = UᵀU, row by row from the top, four rows at a time, so that each row below is loaded and stored once for four.
// The column after the matrix goes through the same steps and becomes U⁻ᵀ b; then U x = that is solved from the
// bottom.
template <typename T, std::size_t kBytes>
OCTAVO_INLINE bool Solve(T* matrix, std::size_t size, std::size_t stride, T* solution) {
  std::size_t pivot = 0;
  for (; pivot + 4 <= size; pivot += 4) {
    for (std::size_t i = pivot; i < pivot + 4; ++i) {
      if (!FinishRow<T, kBytes>(matrix, i, pivot + 4, stride)) return false;
    }
    std::size_t i = pivot + 4;
    for (; i + 2 <= size; i += 2) Subtract<T, kBytes, true>(matrix, pivot, i, stride);
    if (i < size) Subtract<T, kBytes, false>(matrix, pivot, i, stride);
  }
  for (; pivot < size; ++pivot) {
    if (!FinishRow<T, kBytes>(matrix, pivot, size, stride)) return false;
  }
  for (std::size_t i = size; i-- > 0;) {
    const T* const row = matrix + i * stride;
    T sum = row[size];
    for (std::size_t j = i + 1; j < size; ++j) sum -= row[j] * solution[j];
    solution[i] = sum / row[i];
  }
  return true;
}

// Four rows by four vectors at a time stay in registers while all 64 products are subtracted.
template <std::size_t kBytes>
OCTAVO_INLINE void Subtract64(const float* left, const float* right, std::size_t right_stride, float* block,
                              std::size_t block_stride) {
  using V = typename Vector<float, kBytes>::Type;
  constexpr std::size_t kCount = Vector<float, kBytes>::kCount;
  for (std::size_t column = 0; column < 64; column += 4 * kCount) {
    for (std::size_t row = 0; row < 64; row += 4) {
      V sums[4][4];
      for (std::size_t r = 0; r < 4; ++r) {
        for (std::size_t c = 0; c < 4; ++c) {
          std::memcpy(&sums[r][c], block + (row + r) * block_stride + column + c * kCount, sizeof(V));
        }
      }
      for (std::size_t k = 0; k < 64; ++k) {
        V vectors[4];
        for (std::size_t c = 0; c < 4; ++c) {
          std::memcpy(&vectors[c], right + k * right_stride + column + c * kCount, sizeof(V));
        }
        for (std::size_t r = 0; r < 4; ++r) {
          const float factor = left[(row + r) * 64 + k];
          for (std::size_t c = 0; c < 4; ++c) sums[r][c] = sums[r][c] - factor * vectors[c];
        }
      }
      for (std::size_t r = 0; r < 4; ++r) {
        for (std::size_t c = 0; c < 4; ++c) {
          std::memcpy(block + (row + r) * block_stride + column + c * kCount, &sums[r][c], sizeof(V));
        }
      }
    }
  }
}

template <typename T>
bool SolvePortable(T* matrix, std::size_t size, std::size_t stride, T* solution) {
  return Solve<T, 16>(matrix, size, stride, solution);
}

#if defined(__x86_64__)
template <typename T>
__attribute__((target("avx2,fma"))) bool SolveAvx2(T* matrix, std::size_t size, std::size_t stride, T* solution) {
  return Solve<T, 32>(matrix, size, stride, solution);
}
template <typename T>
__attribute__((target("avx512f,avx512dq,avx512vl,fma"))) bool SolveAvx512(T* matrix, std::size_t size, std::size_t stride,
                                                                          T* solution) {
  return Solve<T, 64>(matrix, size, stride, solution);
}
__attribute__((target("avx2,fma"))) void SubtractAvx2(const float* left, const float* right, std::size_t right_stride,
                                                      float* block, std::size_t block_stride) {
  Subtract64<32>(left, right, right_stride, block, block_stride);
}
__attribute__((target("avx512f,avx512dq,avx512vl,fma"))) void SubtractAvx512(const float* left, const float* right,
                                                                             std::size_t right_stride, float* block,
                                                                             std::size_t block_stride) {
  Subtract64<64>(left, right, right_stride, block, block_stride);
}
#endif

template <typename T>
bool SolveBest(T* matrix, std::size_t size, std::size_t stride, T* solution, Simd simd) {
#if defined(__x86_64__)
  if (simd == Simd::kAvx512) return SolveAvx512(matrix, size, stride, solution);
  if (simd == Simd::kAvx2) return SolveAvx2(matrix, size, stride, solution);
#endif
  static_cast<void>(simd);
  return SolvePortable(matrix, size, stride, solution);
}

}  // namespace

std::string_view SimdName(Simd simd) { return simd == Simd::kAvx512 ? "avx512" : simd == Simd::kAvx2 ? "avx2" : "portable"; }

std::vector<Simd> SimdAvailable() {
  std::vector<Simd> available = {Simd::kPortable};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) available.push_back(Simd::kAvx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    available.push_back(Simd::kAvx512);
  }
#endif
  return available;
}

Simd BestSimd() {
  static const Simd best = SimdAvailable().back();
  return best;
}

std::size_t SystemStride(std::size_t size) { return (size + 1 + 15) / 16 * 16; }

bool SolveSystem(float* matrix, std::size_t size, std::size_t stride, float* solution, Simd simd) {
  return SolveBest(matrix, size, stride, solution, simd);
}

bool SolveSystem(double* matrix, std::size_t size, std::size_t stride, double* solution, Simd simd) {
  return SolveBest(matrix, size, stride, solution, simd);
}

void SubtractProduct(const float* left, const float* right, std::size_t right_stride, float* block, std::size_t block_stride,
                     Simd simd) {
#if defined(__x86_64__)
  if (simd == Simd::kAvx512) return SubtractAvx512(left, right, right_stride, block, block_stride);
  if (simd == Simd::kAvx2) return SubtractAvx2(left, right, right_stride, block, block_stride);
#endif
  static_cast<void>(simd);
  Subtract64<16>(left, right, right_stride, block, block_stride);
}

}  // namespace octavo::recommender
