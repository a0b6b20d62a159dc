// The random generator of the samples. Unlike the distributions of <random>, it gives the same
// numbers on every platform.
#pragma once

#include <cstdint>

#include "core/random.h"

namespace sequent::sample {

/// Source: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() { return mix_bits(state_ += kGoldenGamma); }

  /// Returns a uniformly distributed number in [0, bound). Range: bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t surplus = (0 - bound) % bound;  // 2^64 mod bound
    std::uint64_t value = next();
    while (value < surplus) value = next();
    return value % bound;
  }

 private:
  std::uint64_t state_;
};

}  // namespace sequent::sample
