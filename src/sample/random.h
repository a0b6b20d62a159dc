// The sample's random numbers: the same on every platform, unlike the distributions of <random>.
#pragma once

#include <cstdint>

namespace sequent::sample {

/// Source: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }

  /// A number in [0, bound), each equally likely. Range: bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t skewed = (0 - bound) % bound;  // 2^64 mod bound values too many
    std::uint64_t value = next();
    while (value < skewed) value = next();
    return value % bound;
  }

 private:
  std::uint64_t state_;
};

}  // namespace sequent::sample
