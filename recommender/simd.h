// The loops in which training spends its time: solving a small system of equations per book, and multiplying blocks for the dense
// reference. They are written once over vectors of any width and compiled for this processor family's widths; the widest that the
// machine has is chosen at run time. All variants agree within rounding: the portable one rounds after each product, the others
// fuse.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace octavo::recommender {

enum class Simd {
  kPortable,  // 128-bit vectors: every machine.
  kAvx2,      // 256 bits and fused multiply-add.
  kAvx512,    // 512 bits.
};

std::string_view SimdName(Simd simd);
// Those this machine can run, the best last.
std::vector<Simd> SimdAvailable();
Simd BestSimd();

// A symmetric positive definite system A x = b as the upper triangle of A in rows of `stride` numbers, with b
// standing as column `size` behind it. Rows begin on 64 bytes and stride is a multiple of 16 and at least
// size + 1.
std::size_t SystemStride(std::size_t size);

// Solves in place by Cholesky's method and writes x to solution[0 … size). The matrix is overwritten. False
// if A is not positive definite within rounding.
bool SolveSystem(float* matrix, std::size_t size, std::size_t stride, float* solution, Simd simd);
bool SolveSystem(double* matrix, std::size_t size, std::size_t stride, double* solution, Simd simd);

// block -= left * right for blocks of 64 x 64: `left` in rows of 64 numbers, the others in rows of their
// stride.
void SubtractProduct(const float* left, const float* right, std::size_t right_stride, float* block, std::size_t block_stride,
                     Simd simd);

}  // namespace octavo::recommender
