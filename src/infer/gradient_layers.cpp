// The layers without hidden states or attention.
#include "infer/gradient_layers.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>

#include "infer/normal_row.h"
#include "infer/stages.h"
#include "kernels/recurrent.h"

namespace sequent {
namespace {

void apply_activation(Activation activation, StepValues& x) {
  switch (activation) {
    case Activation::kLinear:
      return;
    case Activation::kRelu:
      for (double& value : x.values) value = std::max(value, 0.0);
      return;
    case Activation::kTanh:
      for (double& value : x.values) value = std::tanh(value);
      return;
    case Activation::kSigmoid:
      for (double& value : x.values) value = 1 / (1 + std::exp(-value));
      return;
    case Activation::kSoftmax:
      for (std::int64_t i = 0; i < x.count(); ++i) {
        double* row = x.values.data() + i * x.width;
        const double most = *std::max_element(row, row + x.width);
        double sum = 0;
        for (std::int64_t k = 0; k < x.width; ++k) sum += row[k] = std::exp(row[k] - most);
        for (std::int64_t k = 0; k < x.width; ++k) row[k] /= sum;
      }
  }
}

/// Turns the gradient with respect to the activation's output `y` into that of its input.
void retreat_activation(Activation activation, const StepValues& y, StepValues& gradient) {
  const std::size_t count = y.values.size();
  switch (activation) {
    case Activation::kLinear:
      return;
    case Activation::kRelu:
      for (std::size_t i = 0; i < count; ++i) {
        if (y.values[i] <= 0) gradient.values[i] = 0;
      }
      return;
    case Activation::kTanh:
      for (std::size_t i = 0; i < count; ++i) gradient.values[i] *= 1 - y.values[i] * y.values[i];
      return;
    case Activation::kSigmoid:
      for (std::size_t i = 0; i < count; ++i) gradient.values[i] *= y.values[i] * (1 - y.values[i]);
      return;
    case Activation::kSoftmax:
      for (std::int64_t i = 0; i < y.count(); ++i) {
        const double* row = y.values.data() + i * y.width;
        double* of_row = gradient.values.data() + i * y.width;
        const double mean = std::inner_product(row, row + y.width, of_row, 0.0);
        for (std::int64_t k = 0; k < y.width; ++k) of_row[k] = row[k] * (of_row[k] - mean);
      }
  }
}

class DenseGradient : public GradientLayer {
 public:
  DenseGradient(std::int64_t input, Activation activation, std::span<const double> weight,
                std::span<const double> bias)
      : product_(input, weight, bias), activation_(activation) {}

  GradientPass run(StepValues input) const override {
    StepValues y(input.steps, input.rows, product_.units());
    y.values = product_.of(input.values.data(), input.count());
    apply_activation(activation_, y);
    return {y, [this, y, width = input.width](StepValues gradient) {
              retreat_activation(activation_, y, gradient);
              StepValues result(y.steps, y.rows, width);
              result.values = product_.backward(gradient.values.data(), y.count());
              return result;
            }};
  }

 private:
  GradientProduct product_;
  Activation activation_;
};

/// Returns a convolution's weight as that of a product with windows: [filters, steps, input].
std::vector<double> window_weight(const Conv1dSpec& spec, std::int64_t input,
                                  std::span<const float> weight) {
  std::vector<double> result(weight.size());
  for (std::int64_t f = 0; f < spec.filters; ++f) {
    for (std::int64_t i = 0; i < input; ++i) {
      for (std::int64_t k = 0; k < spec.kernel_size; ++k) {
        result[to_size((f * spec.kernel_size + k) * input + i)] =
            weight[to_size((f * input + i) * spec.kernel_size + k)];
      }
    }
  }
  return result;
}

class Conv1dGradient : public GradientLayer {
 public:
  Conv1dGradient(const Conv1dSpec& spec, std::int64_t input, std::span<const float> weight,
                 std::span<const float> bias)
      : spec_(spec),
        product_(input * spec.kernel_size, window_weight(spec, input, weight), doubles(bias)) {}

  GradientPass run(StepValues input) const override {
    StepValues windows(input.steps, input.rows, input.width * spec_.kernel_size);
    for_each_pair(input, [&](std::int64_t step, std::int64_t k, std::int64_t seen) {
      for (std::int64_t row = 0; row < input.rows; ++row) {
        std::copy_n(input.at(seen, row), input.width, windows.at(step, row) + k * input.width);
      }
    });
    StepValues y(input.steps, input.rows, spec_.filters);
    y.values = product_.of(windows.values.data(), windows.count());
    apply_activation(spec_.activation, y);
    return {y, [this, y, width = input.width](StepValues gradient) {
              retreat_activation(spec_.activation, y, gradient);
              StepValues of_windows(y.steps, y.rows, width * spec_.kernel_size);
              of_windows.values = product_.backward(gradient.values.data(), y.count());
              StepValues result(y.steps, y.rows, width);
              for_each_pair(result, [&](std::int64_t step, std::int64_t k, std::int64_t seen) {
                for (std::int64_t row = 0; row < y.rows; ++row) {
                  const double* from = of_windows.at(step, row) + k * width;
                  double* to = result.at(seen, row);
                  for (std::int64_t i = 0; i < width; ++i) to[i] += from[i];
                }
              });
              return result;
            }};
  }

 private:
  /// Calls `use(step, k, seen)` where the k-th step of the window of `step` is the step `seen`.
  template <class Use>
  void for_each_pair(const StepValues& x, const Use& use) const {
    for (std::int64_t step = 0; step < x.steps; ++step) {
      for (std::int64_t k = 0; k < spec_.kernel_size; ++k) {
        const std::int64_t seen = step + k - spec_.steps_before();
        if (seen >= 0 && seen < x.steps) use(step, k, seen);
      }
    }
  }

  Conv1dSpec spec_;
  GradientProduct product_;
};

class LayerNormGradient : public GradientLayer {
 public:
  LayerNormGradient(double epsilon, std::vector<double> weight, std::vector<double> bias)
      : epsilon_(epsilon), weight_(std::move(weight)), bias_(std::move(bias)) {}

  GradientPass run(StepValues input) const override {
    const std::int64_t width = input.width;
    StepValues normal(input.steps, input.rows, width);
    StepValues y(input.steps, input.rows, width);
    std::vector<double> scales;
    for (std::int64_t i = 0; i < input.count(); ++i) {
      const double* from = input.values.data() + i * width;
      double* own = normal.values.data() + i * width;
      scales.push_back(normalize_row(from, width, epsilon_, own));
      for (std::int64_t k = 0; k < width; ++k) {
        y.values[to_size(i * width + k)] = own[k] * weight_[to_size(k)] + bias_[to_size(k)];
      }
    }
    return {std::move(y), [this, normal, scales](const StepValues& gradient) {
              return backward(normal, scales, gradient);
            }};
  }

 private:
  StepValues backward(const StepValues& normal, const std::vector<double>& scales,
                      const StepValues& gradient) const {
    const std::int64_t width = normal.width;
    StepValues result(normal.steps, normal.rows, width);
    std::vector<double> of_normal(to_size(width));
    for (std::int64_t i = 0; i < normal.count(); ++i) {
      std::transform(weight_.begin(), weight_.end(), gradient.values.data() + i * width,
                     of_normal.begin(), std::multiplies<>());
      retreat_normal_row(normal.values.data() + i * width, width, scales[to_size(i)],
                         of_normal.data(), result.values.data() + i * width);
    }
    return result;
  }

  double epsilon_;
  std::vector<double> weight_;
  std::vector<double> bias_;
};

class PoolGradient : public GradientLayer {
 public:
  explicit PoolGradient(std::vector<PoolMode> modes) : modes_(std::move(modes)) {}

  GradientPass run(StepValues input) const override {
    const std::int64_t width = input.width;
    const auto modes = static_cast<std::int64_t>(modes_.size());
    StepValues y(1, input.rows, width * modes);
    // The step that each value of the output was taken from; kMean takes it from all.
    std::vector<std::int64_t> source(y.values.size());
    for (std::int64_t row = 0; row < input.rows; ++row) {
      for (std::int64_t m = 0; m < modes; ++m) {
        for (std::int64_t i = 0; i < width; ++i) {
          const std::int64_t place = (row * modes + m) * width + i;
          source[to_size(place)] = chosen_step(modes_[to_size(m)], input, row, i);
          y.values[to_size(place)] =
              pooled(modes_[to_size(m)], input, row, i, source[to_size(place)]);
        }
      }
    }
    return {std::move(y), [this, source, steps = input.steps, width](const StepValues& gradient) {
              return backward(source, steps, width, gradient);
            }};
  }

 private:
  static std::int64_t chosen_step(PoolMode mode, const StepValues& x, std::int64_t row,
                                  std::int64_t i) {
    if (mode == PoolMode::kFirst) return 0;
    if (mode != PoolMode::kMax) return x.steps - 1;
    std::int64_t best = 0;
    for (std::int64_t step = 1; step < x.steps; ++step) {
      if (x.at(step, row)[i] > x.at(best, row)[i]) best = step;
    }
    return best;
  }
  static double pooled(PoolMode mode, const StepValues& x, std::int64_t row, std::int64_t i,
                       std::int64_t step) {
    if (mode != PoolMode::kMean) return x.at(step, row)[i];
    double sum = 0;
    for (std::int64_t s = 0; s < x.steps; ++s) sum += x.at(s, row)[i];
    return sum / static_cast<double>(x.steps);
  }

  StepValues backward(const std::vector<std::int64_t>& source, std::int64_t steps,
                      std::int64_t width, const StepValues& gradient) const {
    const auto modes = static_cast<std::int64_t>(modes_.size());
    StepValues result(steps, gradient.rows, width);
    for (std::int64_t row = 0; row < gradient.rows; ++row) {
      for (std::int64_t m = 0; m < modes; ++m) {
        for (std::int64_t i = 0; i < width; ++i) {
          const auto place = to_size((row * modes + m) * width + i);
          const double of_value = gradient.values[place];
          if (modes_[to_size(m)] != PoolMode::kMean) {
            result.at(source[place], row)[i] += of_value;
            continue;
          }
          for (std::int64_t step = 0; step < steps; ++step) {
            result.at(step, row)[i] += of_value / static_cast<double>(steps);
          }
        }
      }
    }
    return result;
  }

  std::vector<PoolMode> modes_;
};

/// See OrdinalStage.
class OrdinalGradient : public GradientLayer {
 public:
  OrdinalGradient(std::vector<double> weight, double first, std::span<const float> gaps,
                  std::span<const float> ranks)
      : weight_(std::move(weight)), thresholds_{first} {
    for (const float gap : gaps) {
      constexpr double kLinear = 20;  // softplus is approximately the gap itself
      const double step = gap > kLinear ? gap : std::log1p(std::exp(static_cast<double>(gap)));
      thresholds_.push_back(thresholds_.back() + step);
    }
    for (const float rank : ranks) ranks_.push_back(static_cast<std::size_t>(rank));
  }

  GradientPass run(StepValues input) const override {
    StepValues y(1, input.rows, static_cast<std::int64_t>(ranks_.size()));
    std::vector<std::vector<double>> up_to;  // of each row: P(rank < k)
    for (std::int64_t row = 0; row < input.rows; ++row) {
      const double score =
          std::inner_product(weight_.begin(), weight_.end(), input.at(0, row), 0.0);
      std::vector<double>& sums = up_to.emplace_back(ranks_.size() + 1, 0.0);
      for (std::size_t i = 0; i < thresholds_.size(); ++i) {
        sums[i + 1] = 1 / (1 + std::exp(score - thresholds_[i]));
      }
      sums.back() = 1;
      for (std::size_t label = 0; label < ranks_.size(); ++label) {
        y.at(0, row)[label] = sums[ranks_[label] + 1] - sums[ranks_[label]];
      }
    }
    return {std::move(y), [this, up_to, width = input.width](const StepValues& gradient) {
              StepValues result(1, gradient.rows, width);
              for (std::int64_t row = 0; row < gradient.rows; ++row) {
                // The derivative of P(rank < k) with respect to the score; 0 at both ends.
                const auto slope = [&sums = up_to[to_size(row)]](std::size_t k) {
                  return -sums[k] * (1 - sums[k]);
                };
                double of_score = 0;
                for (std::size_t label = 0; label < ranks_.size(); ++label) {
                  of_score += gradient.at(0, row)[label] *
                              (slope(ranks_[label] + 1) - slope(ranks_[label]));
                }
                for (std::int64_t i = 0; i < width; ++i) {
                  result.at(0, row)[i] = of_score * weight_[to_size(i)];
                }
              }
              return result;
            }};
  }

 private:
  std::vector<double> weight_;
  std::vector<double> thresholds_;
  std::vector<std::size_t> ranks_;
};

}  // namespace

GradientProduct::GradientProduct(std::int64_t input, std::span<const double> weight,
                                 std::span<const double> bias)
    : input_(input),
      units_(static_cast<std::int64_t>(bias.size())),
      weight_(weight.begin(), weight.end()),
      transposed_(weight.size()),
      bias_(bias.begin(), bias.end()) {
  for (std::int64_t u = 0; u < units_; ++u) {
    for (std::int64_t i = 0; i < input_; ++i) {
      transposed_[to_size(i * units_ + u)] = weight_[to_size(u * input_ + i)];
    }
  }
}

std::vector<double> GradientProduct::of(const double* rows, std::int64_t count) const {
  std::vector<double> result(to_size(count * units_));
  kernels::Arena arena;
  kernels::kernels<double>().multiply(count, units_, input_, rows, transposed_.data(),
                                      result.data(), arena);
  for (std::int64_t i = 0; i < count * units_; ++i)
    result[to_size(i)] += bias_[to_size(i % units_)];
  return result;
}

std::vector<double> GradientProduct::backward(const double* gradient, std::int64_t count) const {
  std::vector<double> result(to_size(count * input_));
  kernels::Arena arena;
  kernels::kernels<double>().multiply(count, input_, units_, gradient, weight_.data(),
                                      result.data(), arena);
  return result;
}

GradientLayerPointer gradient_dense(std::int64_t input, Activation activation,
                                    std::span<const double> weight, std::span<const double> bias) {
  return std::make_unique<DenseGradient>(input, activation, weight, bias);
}

GradientLayerPointer gradient_dense(std::int64_t input, Activation activation,
                                    const std::string& prefix, const WeightSource& weights) {
  return gradient_dense(input, activation, doubles(weights(prefix + "weight")),
                        doubles(weights(prefix + "bias")));
}

GradientLayerPointer gradient_conv1d(const Conv1dSpec& spec, std::int64_t input,
                                     const std::string& prefix, const WeightSource& weights) {
  return std::make_unique<Conv1dGradient>(spec, input, weights(prefix + "weight"),
                                          weights(prefix + "bias"));
}

GradientLayerPointer gradient_layer_norm(const LayerNormSpec& spec, const std::string& prefix,
                                         const WeightSource& weights) {
  return std::make_unique<LayerNormGradient>(spec.epsilon, doubles(weights(prefix + "weight")),
                                             doubles(weights(prefix + "bias")));
}

GradientLayerPointer gradient_pool(const std::vector<PoolMode>& modes) {
  return std::make_unique<PoolGradient>(modes);
}

GradientLayerPointer gradient_ordinal(const std::string& prefix, const WeightSource& weights) {
  return std::make_unique<OrdinalGradient>(doubles(weights(prefix + "weight")),
                                           weights(prefix + "first").front(),
                                           weights(prefix + "gaps"), weights(prefix + "ranks"));
}

}  // namespace sequent
