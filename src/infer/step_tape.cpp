#include "infer/step_tape.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "infer/normal_row.h"
#include "infer/stages.h"

namespace sequent {
namespace {

std::vector<double> zeros(std::int64_t count) { return std::vector<double>(to_size(count)); }

/// Rows of a matrix as a product without a bias.
GradientProduct part_of(std::span<const float> weight, GateRange gates, std::int64_t units) {
  return {units,
          doubles(weight.subspan(to_size(gates.first * units * units),
                                 to_size(gates.count * units * units))),
          zeros(gates.count * units)};
}

}  // namespace

GradientCell::GradientCell(const CellForm& form, std::int64_t units, const CellWeightViews& weights)
    : form_(form),
      units_(units),
      input_(std::ssize(weights.weight_ih) / std::ssize(weights.bias_ih),
             doubles(weights.weight_ih),
             form.layer_norm ? zeros(std::ssize(weights.bias_ih)) : doubles(weights.bias_ih)),
      bias_ih_(doubles(weights.bias_ih)),
      bias_hh_(doubles(weights.bias_hh)),
      peephole_(doubles(weights.peephole)),
      norm_ih_(doubles(weights.norm_ih)),
      norm_hh_(doubles(weights.norm_hh)),
      norm_cell_(doubles(weights.norm_cell)),
      norm_cell_bias_(doubles(weights.norm_cell_bias)),
      initial_h_(doubles(weights.initial_h)),
      initial_c_(doubles(weights.initial_c)) {
  for (const GateRange gates : recurrent_parts(form.kind)) {
    recurrent_.push_back(part_of(weights.weight_hh, gates, units));
  }
  if (!form.full_peephole) return;
  for (const GateRange gates : kFullPeepholeParts) {
    peephole_parts_.push_back(part_of(weights.peephole, gates, units));
  }
}

std::vector<double> GradientCell::repeated(const std::vector<double>& initial,
                                           std::int64_t rows) const {
  std::vector<double> result = zeros(rows * units_);
  for (std::size_t i = 0; i < result.size() && !initial.empty(); ++i) {
    result[i] = initial[i % initial.size()];
  }
  return result;
}

StepTape::Value StepTape::add(std::vector<double> values) {
  std::vector<double> gradient(values.size());
  nodes_.push_back({std::move(values), std::move(gradient), {}});
  return {nodes_.size() - 1};
}

StepTape::Value StepTape::record(std::vector<double> values,
                                 std::function<void(const Node& result)> backward) {
  const Value result = add(std::move(values));
  nodes_.back().backward = [this, result, backward = std::move(backward)] {
    backward(nodes_[result.index]);
  };
  return result;
}

void StepTape::retreat() {
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (nodes_[i].backward) nodes_[i].backward();
  }
}

StepTape::Value StepTape::normal_sums(Value sums) {
  return cell_.norm_ih_.empty() ? sums : normalize(sums, cell_.norm_ih_, cell_.bias_ih_);
}

StepTape::Value StepTape::gates(Value x, GateRange range) {
  const std::int64_t all = width(x);
  const std::int64_t first = range.first * cell_.units_;
  const std::int64_t count = range.count * cell_.units_;
  std::vector<double> result = zeros(rows_ * count);
  for (std::int64_t row = 0; row < rows_; ++row) {
    std::copy_n(values(x).data() + row * all + first, count, result.data() + row * count);
  }
  return record(std::move(result), [this, x, all, first, count](const Node& node) {
    for (std::int64_t i = 0; i < rows_ * count; ++i) {
      gradient(x)[to_size(i / count * all + first + i % count)] += node.gradient[to_size(i)];
    }
  });
}

StepTape::Value StepTape::multiply(Value state, const GradientProduct& product) {
  return record(product.of(values(state).data(), rows_), [this, state, &product](const Node& node) {
    const std::vector<double> found = product.backward(node.gradient.data(), rows_);
    for (std::size_t i = 0; i < found.size(); ++i) gradient(state)[i] += found[i];
  });
}

StepTape::Value StepTape::product(Value state, std::size_t part) {
  const Value result = multiply(state, cell_.recurrent_[part]);
  if (cell_.norm_hh_.empty()) return result;
  const GateRange gates = recurrent_parts(cell_.form_.kind)[part];
  const auto first = cell_.norm_hh_.begin() + gates.first * cell_.units_;
  return normalize(result, {first, first + gates.count * cell_.units_}, {});
}

StepTape::Value StepTape::with_recurrent_bias(Value x) {
  std::vector<double> result = values(x);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] += cell_.bias_hh_[i % cell_.bias_hh_.size()];
  }
  return record(std::move(result), [this, x](const Node& node) {
    for (std::size_t i = 0; i < node.gradient.size(); ++i) gradient(x)[i] += node.gradient[i];
  });
}

StepTape::Value StepTape::peephole(Value c, GateRange range) {
  if (cell_.form_.full_peephole) {
    return multiply(c, cell_.peephole_parts_[range.first == kFullPeepholeParts[0].first ? 0 : 1]);
  }
  const std::int64_t units = cell_.units_;
  const std::int64_t count = range.count * units;
  const double* weights = cell_.peephole_.data() + range.first * units;
  const auto seen = [units, count](std::int64_t i) {
    return to_size(i / count * units + i % units);
  };
  std::vector<double> result = zeros(rows_ * count);
  for (std::int64_t i = 0; i < rows_ * count; ++i) {
    result[to_size(i)] = values(c)[seen(i)] * weights[i % count];
  }
  return record(std::move(result), [this, c, seen, weights, count](const Node& node) {
    for (std::int64_t i = 0; i < rows_ * count; ++i) {
      gradient(c)[seen(i)] += node.gradient[to_size(i)] * weights[i % count];
    }
  });
}

StepTape::Value StepTape::shown(Value c) {
  return cell_.norm_cell_.empty() ? c : normalize(c, cell_.norm_cell_, cell_.norm_cell_bias_);
}

StepTape::Value StepTape::normalize(Value x, std::vector<double> gain, std::vector<double> bias) {
  const std::int64_t count = width(x);
  std::vector<double> normal = values(x);
  std::vector<double> scales;
  scales.reserve(to_size(rows_));
  for (std::int64_t row = 0; row < rows_; ++row) {
    double* own = normal.data() + row * count;
    scales.push_back(normalize_row(own, count, kCellNormEpsilon, own));
  }
  std::vector<double> result = normal;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::size_t column = i % gain.size();
    result[i] = result[i] * gain[column] + (bias.empty() ? 0 : bias[column]);
  }
  return record(std::move(result),
                [this, x, count, normal = std::move(normal), scales = std::move(scales),
                 gain = std::move(gain)](const Node& node) {
                  std::vector<double> of_normal = node.gradient;
                  for (std::size_t i = 0; i < of_normal.size(); ++i)
                    of_normal[i] *= gain[i % gain.size()];
                  for (std::int64_t row = 0; row < rows_; ++row) {
                    const std::int64_t at = row * count;
                    retreat_normal_row(normal.data() + at, count, scales[to_size(row)],
                                       of_normal.data() + at, gradient(x).data() + at);
                  }
                });
}

StepTape::Value StepTape::sum(Value a, Value b) {
  std::vector<double> result = values(a);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] += values(b)[i];
  return record(std::move(result), [this, a, b](const Node& node) {
    for (std::size_t i = 0; i < node.gradient.size(); ++i) {
      gradient(a)[i] += node.gradient[i];
      gradient(b)[i] += node.gradient[i];
    }
  });
}

StepTape::Value StepTape::times(Value a, Value b) {
  std::vector<double> result = values(a);
  for (std::size_t i = 0; i < result.size(); ++i) result[i] *= values(b)[i];
  return record(std::move(result), [this, a, b](const Node& node) {
    for (std::size_t i = 0; i < node.gradient.size(); ++i) {
      gradient(a)[i] += node.gradient[i] * values(b)[i];
      gradient(b)[i] += node.gradient[i] * values(a)[i];
    }
  });
}

StepTape::Value StepTape::mix(double share, Value a, Value b) {
  std::vector<double> result = values(a);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = share * result[i] + (1 - share) * values(b)[i];
  }
  return record(std::move(result), [this, share, a, b](const Node& node) {
    for (std::size_t i = 0; i < node.gradient.size(); ++i) {
      gradient(a)[i] += share * node.gradient[i];
      gradient(b)[i] += (1 - share) * node.gradient[i];
    }
  });
}

StepTape::Value StepTape::mix(Value share, Value a, Value b) {
  std::vector<double> result = values(share);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = result[i] * values(a)[i] + (1 - result[i]) * values(b)[i];
  }
  return record(std::move(result), [this, share, a, b](const Node& node) {
    for (std::size_t i = 0; i < node.gradient.size(); ++i) {
      const double own = values(share)[i];
      gradient(share)[i] += node.gradient[i] * (values(a)[i] - values(b)[i]);
      gradient(a)[i] += own * node.gradient[i];
      gradient(b)[i] += (1 - own) * node.gradient[i];
    }
  });
}

/// `slope` is the derivative as a function of the result.
template <class Function, class Slope>
StepTape::Value StepTape::each(Value x, const Function& function, const Slope& slope) {
  std::vector<double> result = values(x);
  for (double& value : result) value = function(value);
  return record(std::move(result), [this, x, slope](const Node& node) {
    for (std::size_t i = 0; i < node.gradient.size(); ++i) {
      gradient(x)[i] += node.gradient[i] * slope(node.values[i]);
    }
  });
}

StepTape::Value StepTape::sigmoid(Value x) {
  return each(
      x, [](double value) { return 1 / (1 + std::exp(-value)); },
      [](double y) { return y * (1 - y); });
}

StepTape::Value StepTape::tanh(Value x) {
  return each(
      x, [](double value) { return std::tanh(value); }, [](double y) { return 1 - y * y; });
}

StepTape::Value StepTape::relu(Value x) {
  return each(
      x, [](double value) { return std::max(value, 0.0); },
      [](double y) { return y > 0 ? 1.0 : 0.0; });
}

}  // namespace sequent
