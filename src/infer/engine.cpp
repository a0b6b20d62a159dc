#include "infer/engine.h"

#include <torch/csrc/jit/runtime/graph_executor.h>

namespace sequent {

TorchScriptEngine::TorchScriptEngine(const torch::jit::Module& module, std::int64_t max_bytes)
    : forward_(module.get_method("forward")), max_bytes_(max_bytes) {}

torch::Tensor TorchScriptEngine::predict(const EncodedRows& rows) const {
  const c10::InferenceMode no_gradient;
  // The profiling executor compiles anew for new shapes: seconds of warm-up, growing memory.
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const RowTensors tensors = make_row_tensors(rows, max_bytes_);
  torch::jit::Method forward = forward_;
  std::vector<c10::IValue> inputs{tensors.input, tensors.lengths};
  if (max_bytes_ > 0) inputs.emplace_back(tensors.spellings);
  return forward(std::move(inputs)).toTensor().contiguous();
}

}  // namespace sequent
