// Runs a loaded model on encoded rows.
#pragma once

#include <torch/script.h>

#include "runtime/rows.h"

namespace sequent {

/// Runs the archive's own graph.
/// Threads: `predict` may be called from many at once.
class TorchScriptEngine {
 public:
  explicit TorchScriptEngine(const torch::jit::Module& module);

  /// Shapes: -> [B, C] float32, contiguous, on the CPU.
  torch::Tensor predict(const EncodedRows& rows) const;

 private:
  torch::jit::Method forward_;
};

}  // namespace sequent
