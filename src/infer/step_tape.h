// One step of a recurrent cell in double precision, with gradients by reverse accumulation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "infer/cell_formula.h"
#include "infer/cell_weights.h"
#include "infer/gradient_layers.h"

namespace sequent {

/// One direction's weights of a recurrent layer with any cell and any options. Threads: read only.
class GradientCell {
 public:
  GradientCell(const CellForm& form, std::int64_t units, const CellWeightViews& weights);

  const CellForm& form() const { return form_; }
  std::int64_t units() const { return units_; }

  /// The input's part of all gates, before it is normalized.
  const GradientProduct& input() const { return input_; }

  /// Returns the initial states of `rows` rows, [rows, units].
  std::vector<double> first_hidden(std::int64_t rows) const { return repeated(initial_h_, rows); }
  std::vector<double> first_cell(std::int64_t rows) const { return repeated(initial_c_, rows); }

 private:
  friend class StepTape;

  std::vector<double> repeated(const std::vector<double>& initial, std::int64_t rows) const;

  CellForm form_;
  std::int64_t units_;
  GradientProduct input_;
  std::vector<GradientProduct> recurrent_;  // see recurrent_parts
  std::vector<GradientProduct> peephole_parts_;
  std::vector<double> bias_ih_;
  std::vector<double> bias_hh_;
  std::vector<double> peephole_;  // diagonal weights
  std::vector<double> norm_ih_;
  std::vector<double> norm_hh_;
  std::vector<double> norm_cell_;
  std::vector<double> norm_cell_bias_;
  std::vector<double> initial_h_;
  std::vector<double> initial_c_;
};

/// Computes the formula of a cell (see CellFormula) and records each operation. `retreat` then
/// computes the gradients of all values from those that the caller has added to.
class StepTape {
 public:
  /// The number of a value on the tape.
  struct Value {
    std::size_t index = 0;
  };

  StepTape(const GradientCell& cell, std::int64_t rows) : cell_(cell), rows_(rows) {}
  StepTape(const StepTape&) = delete;
  StepTape& operator=(const StepTape&) = delete;
  ~StepTape() = default;

  /// Puts values on the tape. Shapes: [rows, any width].
  Value add(std::vector<double> values);

  const std::vector<double>& values(Value x) const { return nodes_[x.index].values; }
  std::vector<double>& gradient(Value x) { return nodes_[x.index].gradient; }

  /// Called once, at the end.
  void retreat();

  /// Normalizes the input's part of the gates if the cell does.
  Value normal_sums(Value sums);

  // What CellFormula needs.
  Value gates(Value x, GateRange range);
  Value product(Value state, std::size_t part);
  Value with_recurrent_bias(Value x);
  Value peephole(Value c, GateRange range);
  Value shown(Value c);
  Value sum(Value a, Value b);
  Value times(Value a, Value b);
  Value mix(double share, Value a, Value b);
  Value mix(Value share, Value a, Value b);
  Value sigmoid(Value x);
  Value tanh(Value x);
  Value relu(Value x);

 private:
  struct Node {
    std::vector<double> values;
    std::vector<double> gradient;
    std::function<void()> backward;  // empty for values that the caller has added
  };

  std::int64_t width(Value x) const { return std::ssize(values(x)) / rows_; }
  Value record(std::vector<double> values, std::function<void(const Node& result)> backward);
  template <class Function, class Slope>
  Value each(Value x, const Function& function, const Slope& slope);
  Value multiply(Value state, const GradientProduct& product);
  /// An empty bias means zeros.
  Value normalize(Value x, std::vector<double> gain, std::vector<double> bias);

  const GradientCell& cell_;
  std::int64_t rows_;
  std::vector<Node> nodes_;
};

}  // namespace sequent
