#include "infer/engine.h"

#include <torch/csrc/jit/runtime/graph_executor.h>

namespace sequent {

TorchScriptEngine::TorchScriptEngine(const torch::jit::Module& module)
    : forward_(module.get_method("forward")) {}

torch::Tensor TorchScriptEngine::predict(const EncodedRows& rows) const {
  const c10::InferenceMode no_gradient;
  // The profiling executor compiles anew for new shapes: seconds of warm-up, growing memory.
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const RowTensors tensors = make_row_tensors(rows);
  torch::jit::Method forward = forward_;
  return forward({tensors.input, tensors.lengths}).toTensor().contiguous();
}

}  // namespace sequent
