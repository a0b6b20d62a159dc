// Runs recurrent layers as a single autograd function on kernels/.
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

/// An arena for the kernels, borrowed from a pool. The most recently used one is taken first,
/// because its memory is likely still in the cache.
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

/// Returns the bfloat16 kernels if they are requested, T is float and the CPU supports them;
/// otherwise the default kernels.
template <class T>
const kernels::Kernels<T>& kernels_of(bool bfloat16) {
  if constexpr (std::is_same_v<T, float>) {
    const auto* rounded = bfloat16 ? kernels::bfloat16_kernels() : nullptr;
    if (rounded != nullptr) return *rounded;
  }
  return kernels::kernels<T>();
}

/// Whether the kernels support this input: float32 or float64 on the CPU.
bool kernels_serve(const torch::Tensor& input);

/// The input of a recurrent layer: feature rows, and the row for each position of the padded batch.
struct RecurrentInput {
  torch::Tensor rows;                                       // [count, I]
  const std::vector<std::int32_t>* row_of_place = nullptr;  // [B * T]; null: position p reads row p

  /// Compute products in bfloat16 if the CPU supports it and the rows are float32.
  bool bfloat16 = false;

  /// For a single direction: the initial states, replaced by the final states. Null: start from
  /// zeros.
  CarriedStates::Layer* carried = nullptr;
};

/// Runs all directions of a layer. With gradients enabled, the result is differentiable with
/// respect to the rows and the weights. `steps` is the padded width T, and `plan` is the order of
/// the batch's tokens.
///
/// Shapes:  -> [B, T, D * H] with return_sequences, else [B, D * H].
/// Padding: 0 in the result.
torch::Tensor run_kernels(const RecurrentOptions& options,
                          const std::vector<RecurrentImpl::Direction>& directions,
                          const RecurrentInput& input,
                          const std::shared_ptr<const kernels::StepPlan>& plan, std::int64_t steps);

/// Returns the order in which a batch's tokens are visited. Shapes: lengths [B] int64 on the CPU.
std::shared_ptr<const kernels::StepPlan> make_step_plan(const torch::Tensor& lengths);

}  // namespace sequent
