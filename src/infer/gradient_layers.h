// Layers that also compute the gradient with respect to their input, in double precision and
// without LibTorch. Explanations use them; predictions use the stages of the fused engine.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infer/cell_formula.h"
#include "infer/fused_engine.h"

namespace sequent {

/// The values of some rows that all have the same number of steps, step by step:
/// [steps, rows, width]. A vector per row has one step.
struct StepValues {
  std::int64_t steps = 1;
  std::int64_t rows = 0;
  std::int64_t width = 0;
  std::vector<double> values;

  StepValues() = default;
  StepValues(std::int64_t step_count, std::int64_t row_count, std::int64_t value_count)
      : steps(step_count),
        rows(row_count),
        width(value_count),
        values(static_cast<std::size_t>(step_count * row_count * value_count)) {}

  std::int64_t count() const { return steps * rows; }
  double* at(std::int64_t step, std::int64_t row) {
    return values.data() + (step * rows + row) * width;
  }
  const double* at(std::int64_t step, std::int64_t row) const {
    return values.data() + (step * rows + row) * width;
  }
};

/// The output of a layer, and the function that turns the gradient with respect to the output into
/// the gradient with respect to the input. It is called at most once.
struct GradientPass {
  StepValues output;
  std::function<StepValues(const StepValues& gradient)> backward;
};

/// Threads: `run` can be called from many threads at once.
class GradientLayer {
 public:
  GradientLayer() = default;
  GradientLayer(const GradientLayer&) = delete;
  GradientLayer& operator=(const GradientLayer&) = delete;
  virtual ~GradientLayer() = default;
  virtual GradientPass run(StepValues input) const = 0;
};
using GradientLayerPointer = std::unique_ptr<GradientLayer>;

inline std::vector<double> doubles(std::span<const float> values) {
  return {values.begin(), values.end()};
}

/// W x + b for many vectors x.
class GradientProduct {
 public:
  /// Shapes: weight [units, input], bias [units].
  GradientProduct(std::int64_t input, std::span<const double> weight, std::span<const double> bias);

  std::int64_t units() const { return units_; }

  /// Shapes: rows [count, input] -> [count, units].
  std::vector<double> of(const double* rows, std::int64_t count) const;

  /// The gradient with respect to the rows. Shapes: gradient [count, units] -> [count, input].
  std::vector<double> backward(const double* gradient, std::int64_t count) const;

 private:
  std::int64_t input_;
  std::int64_t units_;
  std::vector<double> weight_;
  std::vector<double> transposed_;
  std::vector<double> bias_;
};

// `prefix` is that of the names of the layer's weights, `input` the width of its input.

/// Dense layers with weights that the caller has computed. Shapes: weight [units, input].
GradientLayerPointer gradient_dense(std::int64_t input, Activation activation,
                                    std::span<const double> weight, std::span<const double> bias);
GradientLayerPointer gradient_dense(std::int64_t input, Activation activation,
                                    const std::string& prefix, const WeightSource& weights);
GradientLayerPointer gradient_conv1d(const Conv1dSpec& spec, std::int64_t input,
                                     const std::string& prefix, const WeightSource& weights);
GradientLayerPointer gradient_layer_norm(const LayerNormSpec& spec, const std::string& prefix,
                                         const WeightSource& weights);
GradientLayerPointer gradient_pool(const std::vector<PoolMode>& modes);
GradientLayerPointer gradient_attention(std::int64_t input, const std::string& prefix,
                                        const WeightSource& weights);
GradientLayerPointer gradient_self_attention(const SelfAttentionSpec& spec, std::int64_t input,
                                             const std::string& prefix,
                                             const WeightSource& weights);
GradientLayerPointer gradient_ordinal(const std::string& prefix, const WeightSource& weights);

/// What a recurrent layer needs to know of its spec.
struct GradientRecurrentShape {
  CellForm cell;
  std::int64_t input = 0;
  std::int64_t units = 0;
  bool bidirectional = false;
  bool return_sequences = false;
  bool residual = false;
};
/// For a cell with a kernel, and for any other.
GradientLayerPointer gradient_recurrent(const GradientRecurrentShape& shape,
                                        const std::string& prefix, const WeightSource& weights);
GradientLayerPointer gradient_plain_recurrent(const GradientRecurrentShape& shape,
                                              const std::string& prefix,
                                              const WeightSource& weights);

/// The features of two vectors, see PairSpec, and their gradients.
struct GradientPairPass {
  StepValues output;
  /// Returns the gradients with respect to the first and the second vector.
  std::function<std::pair<StepValues, StepValues>(const StepValues& gradient)> backward;
};
GradientPairPass gradient_pair(const std::vector<PairFeature>& features, StepValues first,
                               StepValues second);

}  // namespace sequent
