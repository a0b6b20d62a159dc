// The random numbers of a trial.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "core/random.h"

namespace sequent {

/// Numbers that are determined by the seed of a search and the number of a trial.
class TrialRandom {
 public:
  TrialRandom(std::int64_t seed, std::int64_t trial)
      : stream_(static_cast<std::uint64_t>(seed), RandomPurpose::kGenerate,
                {kSearch, static_cast<std::uint64_t>(trial)}) {}

  /// Uniform in [0, 1), in steps of 2^-53.
  double uniform() { return static_cast<double>(stream_.bits(counter_++) >> 11U) * 0x1p-53; }

  /// Uniform in 0..bound-1.
  std::uint64_t below(std::uint64_t bound) { return stream_.below(bound, counter_++); }

  /// Standard normal, by the transformation of Box and Muller (1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  static constexpr std::uint64_t kSearch = 0x7365617263680000;  // apart from generated text
  RandomStream stream_;
  std::uint64_t counter_ = 0;
};

}  // namespace sequent
