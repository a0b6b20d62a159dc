#include "infer/engine.h"

#include <torch/csrc/jit/runtime/graph_executor.h>

namespace sequent {

TorchScriptEngine::TorchScriptEngine(const torch::jit::Module& module, const RowForm& form)
    : forward_(module.get_method("forward")), form_(form) {
  if (const auto decode = module.find_method("decode")) decode_ = *decode;
  if (const auto labels = module.find_method("row_labels")) row_labels_ = *labels;
  if (const auto write = module.find_method("write")) write_ = *write;
  if (const auto score = module.find_method("score")) score_ = *score;
  if (const auto start = module.find_method("start")) start_ = *start;
  if (const auto advance = module.find_method("advance")) advance_ = *advance;
}

std::vector<WrittenRow> TorchScriptEngine::write(const EncodedRows& sources,
                                                 std::int64_t beams) const {
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const c10::InferenceMode no_gradient;
  const RowTensors tensors = make_row_tensors(sources);
  const c10::IValue found = write_.value()({tensors.input, tensors.lengths, beams});
  const auto& parts = found.toTupleRef().elements();
  const auto texts = texts_of(parts[0].toTensor());
  const torch::Tensor sums = parts[1].toTensor().to(torch::kFloat64).contiguous();
  std::vector<WrittenRow> result(sources.size());
  for (std::size_t row = 0; row < result.size(); ++row) {
    result[row] = {texts[row], sums.data_ptr<double>()[row]};
  }
  return result;
}

torch::Tensor TorchScriptEngine::score(const EncodedRows& rows) const {
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const c10::InferenceMode no_gradient;
  RowForm pairs = form_;
  pairs.targets = true;
  const RowTensors tensors = make_row_tensors(rows, pairs);
  return score_.value()({tensors.input, tensors.lengths, tensors.targets}).toTensor().contiguous();
}

std::vector<torch::Tensor> TorchScriptEngine::start(std::int64_t rows) const {
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const c10::InferenceMode no_gradient;
  return start_.value()({rows}).toTensorVector();
}

torch::Tensor TorchScriptEngine::advance(const torch::Tensor& tokens,
                                         std::vector<torch::Tensor>& states) const {
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const c10::InferenceMode no_gradient;
  const c10::IValue found = advance_.value()({tokens, c10::List<torch::Tensor>(states)});
  const auto& parts = found.toTupleRef().elements();
  states = parts[1].toTensorVector();
  return parts[0].toTensor().contiguous();
}

c10::IValue TorchScriptEngine::call(const torch::jit::Method& method,
                                    const EncodedRows& rows) const {
  // The profiling executor compiles anew for new shapes: seconds of warm-up, growing memory.
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const RowTensors tensors = make_row_tensors(rows, form_);
  std::vector<c10::IValue> inputs{tensors.input, tensors.lengths};
  if (form_.max_bytes > 0) inputs.emplace_back(tensors.spellings);
  return method(std::move(inputs));
}

torch::Tensor TorchScriptEngine::predict(const EncodedRows& rows) const {
  const c10::InferenceMode no_gradient;
  return call(forward_, rows).toTensor().contiguous();
}

std::vector<TaggedRow> TorchScriptEngine::tag(const EncodedRows& rows) const {
  const c10::InferenceMode no_gradient;
  const c10::IValue found = call(decode_.value(), rows);
  const auto& parts = found.toTupleRef().elements();
  const torch::Tensor tags = parts[0].toTensor().contiguous();
  const torch::Tensor probabilities = parts[1].toTensor().contiguous();
  std::vector<TaggedRow> result(rows.size());
  if (row_labels_) {
    const torch::Tensor labels = call(*row_labels_, rows).toTensor().contiguous();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto* from = labels.data_ptr<float>() + static_cast<std::int64_t>(row) * labels.size(1);
      result[row].row_label.assign(from, from + labels.size(1));
    }
  }
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::int64_t length = rows[row].length();
    const auto* tag = tags.data_ptr<std::int64_t>() + static_cast<std::int64_t>(row) * tags.size(1);
    const auto* probability =
        probabilities.data_ptr<float>() + static_cast<std::int64_t>(row) * tags.size(1);
    result[row].tags.assign(tag, tag + length);
    result[row].probabilities.assign(probability, probability + length);
  }
  return result;
}

}  // namespace sequent
