// Suggests the values of trials: grid, random and TPE.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "search/parzen.h"
#include "search/tune_space.h"

namespace sequent {

/// What a sampler knows of an earlier trial.
struct TuneObservation {
  /// Orders trials, better ones first.
  struct Rank {
    int tier = 0;             // 0: complete; 1: stopped early; 2: violates a constraint; 3: failed,
                              // or not finished yet
    std::int64_t epochs = 0;  // of a trial that was stopped early, negative: more are better
    double loss = 0;          // smaller is better
    bool operator<(const Rank& other) const {
      return std::tie(tier, epochs, loss) < std::tie(other.tier, other.epochs, other.loss);
    }
  };

  TuneValues values;
  Rank rank;

  bool is_good() const { return rank.tier <= 1; }
};

/// Returns the range of the numbers that a sampler uses for the values of an option.
ParzenAxis axis_of(const DimensionSpec& spec);

/// Returns the number of a value; the inverse up to rounding is value_of.
double number_of(const DimensionSpec& spec, const Json& value);
Json value_of(const DimensionSpec& spec, double number);

class TrialRandom;

class TuneSampler {
 public:
  TuneSampler(const TuneSpace& space, const MethodSpec& method, std::int64_t seed)
      : space_(space), method_(method), seed_(seed) {}

  /// Returns the values of trial `number`, from 0. `earlier` are the trials before it in the order
  /// of their numbers; those of its own generation are present as unfinished, so that a
  /// suggestion stays away from them. The result depends on nothing else. Returns nothing if the
  /// space has no values left that no earlier trial had.
  std::optional<TuneValues> suggest(std::int64_t number,
                                    const std::vector<TuneObservation>& earlier) const;

 private:
  TuneValues random_values(TrialRandom& random) const;
  TuneValues tpe_values(const TpeMethod& method, const std::vector<TuneObservation>& earlier,
                        TrialRandom& random) const;
  std::optional<TuneValues> grid_point(std::int64_t number) const;

  const TuneSpace& space_;
  MethodSpec method_;
  std::int64_t seed_;
};

}  // namespace sequent
