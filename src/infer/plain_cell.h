// Recurrent cells without a kernel of their own: products on kernels/, the rest step by step.
#pragma once

#include <cstdint>
#include <vector>

#include "infer/cell_formula.h"
#include "infer/cell_weights.h"
#include "infer/stages.h"
#include "kernels/recurrent.h"

namespace sequent {

/// One direction of a recurrent layer with any cell and any options. Each step multiplies the
/// states of all rows at once. Threads: `run` can be called from many threads at once.
class PlainCell {
 public:
  /// Copies the weights.
  PlainCell(const kernels::Kernels<float>& kernels, const CellForm& form, std::int64_t units,
            const CellWeightViews& weights);
  PlainCell(const PlainCell&) = delete;
  PlainCell& operator=(const PlainCell&) = delete;
  ~PlainCell() = default;

  /// The product of the input with all gates, as that of a layer with one gate of gates * units
  /// units. `run` reads such products.
  const kernels::CellSize& input_size() const { return input_size_; }
  const kernels::PackedWeights<float>& input_weights() const { return input_; }

  /// Reads row `row_of_token[token]` of `table` for each token in the plan's order.
  struct Products {
    const float* table = nullptr;  // [rows, gate_stride(input_size())]
    const std::int32_t* row_of_token = nullptr;
  };

  /// Writes the outputs to `output.sequence` or `output.last`. Starts from `carried` and stores the
  /// final states there; nullptr: starts from the layer's own initial states.
  void run(const kernels::StepPlan& plan, const Products& products,
           const kernels::Output<float>& output, LayerStates* carried, kernels::Arena& arena) const;

 private:
  class Math;

  /// A matrix whose products with a state are computed together.
  struct Part {
    kernels::CellSize size;
    kernels::PackedWeights<float> packed;
    GateRange gates;
  };

  Part part_of(std::span<const float> weight, GateRange gates);
  float* start(const kernels::StepPlan& plan, const std::vector<float>& initial,
               const std::vector<float>* carried, kernels::Arena& arena) const;
  void finish(const kernels::StepPlan& plan, const float* states,
              std::vector<float>& carried) const;

  const kernels::Kernels<float>& kernels_;
  CellForm form_;
  std::int64_t units_;
  kernels::CellSize input_size_;
  kernels::Arena memory_;
  kernels::PackedWeights<float> input_;
  std::vector<Part> recurrent_;
  std::vector<Part> peephole_parts_;  // full peephole weights
  std::vector<float> zeros_;          // [gates * units]
  std::vector<float> bias_ih_;        // with layer_norm; otherwise in the products
  std::vector<float> bias_hh_;
  std::vector<float> peephole_;  // diagonal peephole weights
  std::vector<float> norm_ih_;
  std::vector<float> norm_hh_;
  std::vector<float> norm_cell_;
  std::vector<float> norm_cell_bias_;
  std::vector<float> initial_h_;
  std::vector<float> initial_c_;
};

}  // namespace sequent
