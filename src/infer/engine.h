// Runs a loaded model on encoded rows.
#pragma once

#include <torch/script.h>

#include "runtime/rows.h"

namespace sequent {

/// Runs the archive's own graph.
/// Threads: `predict` may be called from many at once.
class TorchScriptEngine {
 public:
  /// `max_bytes`: of a model that reads spellings, see Config::max_bytes.
  TorchScriptEngine(const torch::jit::Module& module, std::int64_t max_bytes);

  /// Shapes: -> [B, C] float32, contiguous, on the CPU.
  torch::Tensor predict(const EncodedRows& rows) const;

 private:
  torch::jit::Method forward_;
  std::int64_t max_bytes_;
};

}  // namespace sequent
