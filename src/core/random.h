// Counter-based random numbers: each number is a function of a key and a counter. There is no state
// to save; any number can be computed again from seed, step and example, in any order and on any
// thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>

namespace sequent {

/// The purposes of random numbers. Each has its own stream, so that they are independent of each
/// other.
enum class RandomPurpose : std::uint64_t {
  kWeights = 1,
  kOrder,
  kHeldOut,
  kDropout,
  kProbe,
  kGenerate,
  kBootstrap,
  kBaseline
};

/// The finalizer of splitmix64 (Steele, Lea and Flood 2014): a bijection that mixes all bits.
inline constexpr std::uint64_t kMixFactors[] = {0xbf58476d1ce4e5b9ULL, 0x94d049bb133111ebULL};
constexpr std::uint64_t mix_bits(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * kMixFactors[0];
  x = (x ^ (x >> 27U)) * kMixFactors[1];
  return x ^ (x >> 31U);
}

inline constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15ULL;

class RandomStream {
 public:
  RandomStream(std::uint64_t seed, RandomPurpose purpose,
               std::initializer_list<std::uint64_t> place = {})
      : key_(mix_bits(seed + kGoldenGamma)) {
    enter(static_cast<std::uint64_t>(purpose));
    for (const std::uint64_t part : place) enter(part);
  }

  /// Returns an independent stream for a part of this one, such as an example of a batch.
  RandomStream at(std::uint64_t part) const {
    RandomStream stream = *this;
    stream.enter(part);
    return stream;
  }

  /// The key of this stream: bits(counter) is mix_bits(key + (counter + 1) * kGoldenGamma).
  std::uint64_t key() const { return key_; }

  /// Returns 64 random bits; the same counter gives the same bits.
  std::uint64_t bits(std::uint64_t counter) const {
    return mix_bits(key_ + (counter + 1) * kGoldenGamma);
  }

  /// Uniform in [0, 1), in steps of 2^-24, exact in float32.
  float uniform(std::uint64_t counter) const {
    return static_cast<float>(bits(counter) >> 40U) * 0x1p-24F;
  }

  /// Uniform in 0..bound-1 by multiplication (Lemire 2019); the bias of bound / 2^64 is accepted.
  std::uint64_t below(std::uint64_t bound, std::uint64_t counter) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(bits(counter)) * bound) >> 64U);
  }

  /// Fisher-Yates shuffle.
  template <class T>
  void shuffle(std::span<T> items) const {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[static_cast<std::size_t>(below(i, i))]);
    }
  }

 private:
  void enter(std::uint64_t part) { key_ = mix_bits(key_ ^ mix_bits(part + kGoldenGamma)); }

  std::uint64_t key_;
};

}  // namespace sequent
