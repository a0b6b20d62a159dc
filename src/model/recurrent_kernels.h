// Recurrent layers as one autograd function over kernels/.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <vector>

#include "kernels/cell_kind.h"
#include "kernels/recurrent.h"
#include "kernels/step_plan.h"
#include "sequent/model.h"

namespace sequent {

/// Memory for the kernels, taken from those that are free; the last used first: it is likely still
/// in the cache.
class BorrowedArena {
 public:
  BorrowedArena();
  BorrowedArena(const BorrowedArena&) = delete;
  BorrowedArena& operator=(const BorrowedArena&) = delete;
  ~BorrowedArena();
  kernels::Arena& operator*() const { return *arena_; }

 private:
  std::unique_ptr<kernels::Arena> arena_;
};

/// Those for bfloat16 if they are wanted, T is float and the CPU has them.
template <class T>
const kernels::Kernels<T>& kernels_of(bool bfloat16) {
  if constexpr (std::is_same_v<T, float>) {
    const auto* rounded = bfloat16 ? kernels::bfloat16_kernels() : nullptr;
    if (rounded != nullptr) return *rounded;
  }
  return kernels::kernels<T>();
}

/// Whether the kernels compute this: on the CPU, float32 or float64.
bool kernels_serve(const torch::Tensor& input);

/// What a recurrent layer reads: rows of features, and the row of each place of the padded batch.
struct RecurrentInput {
  torch::Tensor rows;                                       // [count, I]
  const std::vector<std::int32_t>* row_of_place = nullptr;  // [B * T]; null: place p reads row p

  /// Products in bfloat16, where the CPU has them and the rows are float32.
  bool bfloat16 = false;

  /// Where the one direction starts, and its end put in their place; null: at zero.
  CarriedStates::Layer* carried = nullptr;
};

/// Runs a layer in all its directions. With gradients enabled the result is differentiable with
/// respect to the rows and the weights.
///
/// Shapes: -> [B, T, D * H], padding 0, with return_sequences, else [B, D * H].
/// `steps` is T, the padded width; `plan` the order of the batch's tokens.
torch::Tensor run_kernels(const RecurrentOptions& options,
                          const std::vector<RecurrentImpl::Direction>& directions,
                          const RecurrentInput& input,
                          const std::shared_ptr<const kernels::StepPlan>& plan, std::int64_t steps);

/// The order of a batch's tokens. Shapes: lengths [B] int64 on the CPU.
std::shared_ptr<const kernels::StepPlan> make_step_plan(const torch::Tensor& lengths);

}  // namespace sequent
