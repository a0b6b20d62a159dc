#include "search/tune_sampler.h"

#include <algorithm>
#include <cmath>

#include "search/tune_random.h"

namespace sequent {
namespace {

constexpr int kMostRepeats = 1000;  // draws that earlier trials had before the space counts as used

/// Returns a number of six significant digits, so that configs and tables are readable.
double readable(double value, double low, double high) {
  if (value == 0) return 0;
  const double digits = 5 - std::floor(std::log10(std::abs(value)));
  // A division by a power of ten rounds once, so that the result is the nearest double.
  const double scale = std::pow(10.0, std::abs(digits));
  const double rounded =
      digits >= 0 ? std::round(value * scale) / scale : std::round(value / scale) * scale;
  return std::clamp(rounded, low, high);
}

/// The numbers that a sampler uses for the values of an option.
struct AxisOf {
  ParzenAxis operator()(const UniformRange& range) const { return {range.low, range.high}; }
  ParzenAxis operator()(const LogUniformRange& range) const {
    return {std::log(range.low), std::log(range.high)};
  }
  ParzenAxis operator()(const IntegerRange& range) const {
    if (range.log) {
      return {std::log(static_cast<double>(range.low) - 0.5),
              std::log(static_cast<double>(range.high) + 0.5)};
    }
    const std::int64_t steps = (range.high - range.low) / range.step;
    return {static_cast<double>(range.low), static_cast<double>(range.low + steps * range.step),
            static_cast<double>(range.step)};
  }
  ParzenAxis operator()(const ChoiceRange& range) const {
    return {.low = 0, .high = 0, .step = 0, .choices = range.values.size()};
  }
};

/// Converts the number of a sampler to the value of an option.
struct ValueOf {
  double number = 0;
  Json operator()(const UniformRange& range) const {
    return readable(number, range.low, range.high);
  }
  Json operator()(const LogUniformRange& range) const {
    return readable(std::exp(number), range.low, range.high);
  }
  Json operator()(const IntegerRange& range) const {
    const auto value =
        static_cast<std::int64_t>(std::llround(range.log ? std::exp(number) : number));
    return std::clamp(value, range.low, range.high);
  }
  Json operator()(const ChoiceRange& range) const {
    return range.values[static_cast<std::size_t>(number)];
  }
};

/// Converts the value of an option to the number of a sampler.
struct NumberOf {
  const Json& value;
  double operator()(const UniformRange&) const { return value.get<double>(); }
  double operator()(const LogUniformRange&) const { return std::log(value.get<double>()); }
  double operator()(const IntegerRange& range) const {
    const auto number = value.get<double>();
    return range.log ? std::log(number) : number;
  }
  double operator()(const ChoiceRange& range) const {
    const auto found = std::find(range.values.begin(), range.values.end(), value);
    return static_cast<double>(found - range.values.begin());
  }
};

double random_number(const ParzenAxis& axis, TrialRandom& random) {
  if (axis.choices > 0) return static_cast<double>(random.below(axis.choices));
  if (axis.step > 0) {
    const auto steps = static_cast<std::uint64_t>(std::llround((axis.high - axis.low) / axis.step));
    return axis.low + static_cast<double>(random.below(steps + 1)) * axis.step;
  }
  return axis.low + random.uniform() * (axis.high - axis.low);
}

/// Returns the numbers of the best ceil(0.1 n) trials, at most 25, in order.
std::vector<bool> best_trials(const std::vector<TuneObservation>& earlier) {
  std::vector<std::size_t> finished;
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    if (earlier[i].is_good()) finished.push_back(i);
  }
  std::stable_sort(finished.begin(), finished.end(),
                   [&](std::size_t a, std::size_t b) { return earlier[a].rank < earlier[b].rank; });
  const std::size_t count = std::min<std::size_t>((finished.size() + 9) / 10, 25);
  std::vector<bool> best(earlier.size(), false);
  for (std::size_t i = 0; i < count; ++i) best[finished[i]] = true;
  return best;
}

}  // namespace

ParzenAxis axis_of(const DimensionSpec& spec) { return std::visit(AxisOf{}, spec); }

double number_of(const DimensionSpec& spec, const Json& value) {
  return std::visit(NumberOf{value}, spec);
}

Json value_of(const DimensionSpec& spec, double number) {
  return std::visit(ValueOf{number}, spec);
}

TuneValues TuneSampler::random_values(TrialRandom& random) const {
  TuneValues values;
  const std::vector<Dimension>& dimensions = space_.dimensions();
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    if (!space_.is_active(i, values)) continue;
    const double number = random_number(axis_of(dimensions[i].spec), random);
    values[dimensions[i].path] = value_of(dimensions[i].spec, number);
  }
  return values;
}

/// Options with the same condition are sampled together, from the trials that had all of them.
TuneValues TuneSampler::tpe_values(const TpeMethod& method,
                                   const std::vector<TuneObservation>& earlier,
                                   TrialRandom& random) const {
  const std::vector<Dimension>& dimensions = space_.dimensions();
  const std::vector<bool> best = best_trials(earlier);
  std::vector<bool> done(dimensions.size(), false);
  TuneValues values;
  for (std::size_t first = 0; first < dimensions.size(); ++first) {
    if (done[first] || !space_.is_active(first, values)) continue;
    std::vector<std::size_t> group;
    std::vector<ParzenAxis> axes;
    for (std::size_t i = first; i < dimensions.size(); ++i) {
      if (condition_of(dimensions[i].spec) != condition_of(dimensions[first].spec)) continue;
      done[i] = true;
      group.push_back(i);
      axes.push_back(axis_of(dimensions[i].spec));
    }
    std::vector<std::vector<double>> good;
    std::vector<std::vector<double>> other;
    for (std::size_t trial = 0; trial < earlier.size(); ++trial) {
      std::vector<double> point;
      for (const std::size_t i : group) {
        const auto found = earlier[trial].values.find(dimensions[i].path);
        if (found == earlier[trial].values.end()) break;
        point.push_back(number_of(dimensions[i].spec, found->second));
      }
      if (point.size() == group.size()) (best[trial] ? good : other).push_back(std::move(point));
    }
    const ParzenEstimator below(axes, std::move(good));
    const ParzenEstimator above(axes, std::move(other));
    std::vector<double> chosen;
    double largest = 0;
    for (std::int64_t i = 0; i < method.candidates; ++i) {
      std::vector<double> point = below.sample(random);
      const double ratio = below.log_density(point) - above.log_density(point);
      if (!chosen.empty() && !(ratio > largest)) continue;
      largest = ratio;
      chosen = std::move(point);
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Dimension& dimension = dimensions[group[i]];
      values[dimension.path] = value_of(dimension.spec, chosen[i]);
    }
  }
  return values;
}

/// Returns a point of the grid, whose first option varies slowest; nothing after the last one.
std::optional<TuneValues> TuneSampler::grid_point(std::int64_t number) const {
  const std::vector<Dimension>& dimensions = space_.dimensions();
  TuneValues values;
  std::int64_t left = number;
  const auto visit = [&](const auto& self, std::size_t index) -> bool {
    if (index == dimensions.size()) return left-- == 0;
    if (!space_.is_active(index, values)) return self(self, index + 1);
    for (const Json& value : space_.grid_values(index)) {
      values[dimensions[index].path] = value;
      if (self(self, index + 1)) return true;
    }
    values.erase(dimensions[index].path);
    return false;
  };
  if (visit(visit, 0)) return values;
  return std::nullopt;
}

std::optional<TuneValues> TuneSampler::suggest(std::int64_t number,
                                               const std::vector<TuneObservation>& earlier) const {
  if (std::holds_alternative<GridMethod>(method_)) return grid_point(number);
  TrialRandom random(seed_, number);
  const auto* tpe = std::get_if<TpeMethod>(&method_);
  const bool is_random =
      tpe == nullptr || static_cast<std::int64_t>(earlier.size()) < tpe->startup_trials;
  constexpr int kTpeRepeats = 20;  // a repeated suggestion of the model gives way to a random one
  for (int repeat = 0; repeat < kMostRepeats; ++repeat) {
    TuneValues values = is_random || repeat >= kTpeRepeats ? random_values(random)
                                                           : tpe_values(*tpe, earlier, random);
    const bool is_new =
        std::none_of(earlier.begin(), earlier.end(),
                     [&](const TuneObservation& trial) { return trial.values == values; });
    if (is_new) return values;
  }
  return std::nullopt;
}

}  // namespace sequent
