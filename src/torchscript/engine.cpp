#include "torchscript/engine.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include <sstream>
#include <utility>

#include "core/former_names.h"
#include "libtorch/row_tensors.h"
#include "sequent/error.h"

namespace sequent {
namespace {

torch::Tensor as_row(std::span<const std::int32_t> ids) {
  torch::Tensor row = torch::empty({1, static_cast<std::int64_t>(ids.size())}, torch::kInt64);
  std::copy(ids.begin(), ids.end(), row.data_ptr<std::int64_t>());
  return row;
}

[[noreturn]] void fail(const std::string& message) {
  throw Error(ErrorKind::kArtifact, "the archive's graph", message + "; export the model again");
}

constexpr std::int64_t kAny = -1;

/// Returns a contiguous tensor. Errors: Artifact if it has another type or shape.
torch::Tensor checked(const c10::IValue& value, torch::ScalarType type,
                      const std::vector<std::int64_t>& shape) {
  if (!value.isTensor()) fail("returned no tensor where one was expected");
  const torch::Tensor& tensor = value.toTensor();
  bool fits =
      tensor.scalar_type() == type && tensor.dim() == static_cast<std::int64_t>(shape.size());
  for (std::size_t i = 0; fits && i < shape.size(); ++i) {
    fits = shape[i] == kAny || tensor.size(static_cast<std::int64_t>(i)) == shape[i];
  }
  if (!fits || !tensor.device().is_cpu()) {
    std::ostringstream message;
    message << "returned " << tensor.scalar_type() << ' ' << tensor.sizes() << "; expected " << type
            << ' ' << c10::IntArrayRef(shape);
    fail(message.str());
  }
  return tensor.contiguous();
}

/// The same for indices from 0 to `count` - 1.
torch::Tensor checked_indices(const c10::IValue& value, const std::vector<std::int64_t>& shape,
                              std::int64_t count) {
  const torch::Tensor indices = checked(value, torch::kInt64, shape);
  if (indices.numel() > 0 &&
      (indices.min().item<std::int64_t>() < 0 || indices.max().item<std::int64_t>() >= count)) {
    fail("returned an index that is out of range");
  }
  return indices;
}

/// Errors: Artifact if the module has no such method.
torch::jit::Method method_of(const torch::jit::Module& module, const std::string& name) {
  const auto method = module.find_method(name);
  if (!method) fail("has no method " + name);
  return *method;
}

std::string first_line(const std::string& text) {
  constexpr std::size_t kMostBytes = 200;
  return text.substr(0, std::min(text.find('\n'), kMostBytes));
}

std::vector<c10::IValue> pair_of(const c10::IValue& value) {
  if (!value.isTuple() || value.toTupleRef().elements().size() != 2) {
    fail("returned no pair where one was expected");
  }
  const auto& elements = value.toTupleRef().elements();
  return {elements[0], elements[1]};
}

/// Returns hidden states. Errors: Artifact unless the value is a list of tensors.
std::vector<torch::Tensor> checked_states(const c10::IValue& value) {
  if (!value.isTensorList()) fail("returned no list of states where one was expected");
  return value.toTensorVector();
}

class GraphReader : public TextReader {
 public:
  explicit GraphReader(const TorchScriptEngine& engine)
      : engine_(engine), states_(engine.start(/*rows=*/1)) {}

  std::span<const float> read(std::span<const std::int32_t> ids) override {
    scores_ = engine_.advance(as_row(ids), states_).select(1, -1).contiguous();
    return {scores_.data_ptr<float>(), static_cast<std::size_t>(scores_.numel())};
  }

 private:
  const TorchScriptEngine& engine_;
  std::vector<torch::Tensor> states_;
  torch::Tensor scores_;
};

}  // namespace

TorchScriptEngine::TorchScriptEngine(const torch::jit::Module& module, const GraphForm& form)
    : forward_(method_of(module, "forward")), form_(form) {
  if (const auto decode = module.find_method("decode")) decode_ = *decode;
  for (const std::string& name : {std::string("sequence_labels"), former_name("sequence_labels")}) {
    if (const auto labels = module.find_method(name)) sequence_labels_ = *labels;
  }
  if (const auto write = module.find_method("write")) write_ = *write;
  if (const auto score = module.find_method("score")) score_ = *score;
  if (const auto start = module.find_method("start")) start_ = *start;
  if (const auto advance = module.find_method("advance")) advance_ = *advance;
}

std::vector<GeneratedRow> TorchScriptEngine::write(const EncodedRows& sources,
                                                   std::int64_t beams) const {
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const c10::InferenceMode no_gradient;
  const RowTensors tensors = make_row_tensors(sources);
  const c10::IValue found = run(write_.value(), {tensors.input, tensors.lengths, beams});
  const auto parts = pair_of(found);
  const auto count = static_cast<std::int64_t>(sources.size());
  const auto texts = texts_of(checked_indices(parts[0], {count, kAny}, form_.outputs));
  const torch::Tensor sums = checked(parts[1], torch::kFloat64, {count});
  std::vector<GeneratedRow> result(sources.size());
  for (std::size_t row = 0; row < result.size(); ++row) {
    result[row] = {texts[row], sums.data_ptr<double>()[row]};
  }
  return result;
}

torch::Tensor TorchScriptEngine::score(const EncodedRows& rows) const {
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const c10::InferenceMode no_gradient;
  RowForm pairs = form_.rows;
  pairs.targets = true;
  const RowTensors tensors = make_row_tensors(rows, pairs);
  return checked(run(score_.value(), {tensors.input, tensors.lengths, tensors.targets}),
                 torch::kFloat32,
                 {static_cast<std::int64_t>(rows.size()), tensors.targets.size(1), form_.outputs});
}

std::vector<torch::Tensor> TorchScriptEngine::start(std::int64_t rows) const {
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const c10::InferenceMode no_gradient;
  return checked_states(run(start_.value(), {rows}));
}

torch::Tensor TorchScriptEngine::advance(const torch::Tensor& tokens,
                                         std::vector<torch::Tensor>& states) const {
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const c10::InferenceMode no_gradient;
  const c10::IValue found = run(advance_.value(), {tokens, c10::List<torch::Tensor>(states)});
  const auto parts = pair_of(found);
  states = checked_states(parts[1]);
  return checked(parts[0], torch::kFloat32, {tokens.size(0), tokens.size(1), form_.outputs});
}

std::unique_ptr<TextReader> TorchScriptEngine::begin_text() const {
  return std::make_unique<GraphReader>(*this);
}

std::vector<double> TorchScriptEngine::log_probabilities(const std::vector<InputRow>& rows) const {
  constexpr std::int64_t kWindow = 64;  // number of steps whose logits are in memory at a time
  const c10::InferenceMode no_gradient;
  const auto count = static_cast<std::int64_t>(rows.size());
  std::vector<torch::Tensor> read;
  std::vector<torch::Tensor> next;
  for (const InputRow& row : rows) {
    const ReadText text = read_text(row);
    read.push_back(as_row(text.read).squeeze(0));
    next.push_back(as_row(text.next).squeeze(0));
  }
  constexpr std::int64_t kOutside = -1;
  const torch::Tensor tokens = torch::nn::utils::rnn::pad_sequence(read, /*batch_first=*/true);
  const torch::Tensor targets =
      torch::nn::utils::rnn::pad_sequence(next, /*batch_first=*/true, kOutside);
  std::vector<torch::Tensor> states = start(count);
  torch::Tensor sums = torch::zeros({count}, torch::kFloat64);
  for (std::int64_t at = 0; at < tokens.size(1); at += kWindow) {
    const std::int64_t steps = std::min(kWindow, tokens.size(1) - at);
    const torch::Tensor scores = advance(tokens.narrow(1, at, steps), states);
    const torch::Tensor wanted = targets.narrow(1, at, steps);
    const torch::Tensor found = torch::log_softmax(scores, 2)
                                    .gather(2, wanted.clamp_min(0).unsqueeze(2))
                                    .squeeze(2)
                                    .to(torch::kFloat64);
    sums += found.masked_fill(wanted == kOutside, 0).sum(1);
  }
  return {sums.data_ptr<double>(), sums.data_ptr<double>() + count};
}

c10::IValue TorchScriptEngine::run(const torch::jit::Method& method,
                                   std::vector<c10::IValue> inputs) {
  try {
    return method(std::move(inputs));
  } catch (const c10::Error& error) {
    fail("failed: " + first_line(error.what_without_backtrace()));
  } catch (const torch::jit::JITException& error) {
    fail("failed: " + first_line(error.what()));
  }
}

c10::IValue TorchScriptEngine::call(const torch::jit::Method& method,
                                    const EncodedRows& rows) const {
  // The profiling executor recompiles for new shapes, which costs seconds of warm-up and growing
  // memory.
  const torch::jit::GraphOptimizerEnabledGuard plain_execution(false);
  const RowTensors tensors = make_row_tensors(rows, form_.rows);
  std::vector<c10::IValue> inputs{tensors.input, tensors.lengths};
  if (tensors.features.defined()) inputs.emplace_back(tensors.features);
  if (form_.rows.max_bytes > 0) inputs.emplace_back(tensors.spellings);
  return run(method, std::move(inputs));
}

torch::Tensor TorchScriptEngine::predict(const EncodedRows& rows) const {
  const c10::InferenceMode no_gradient;
  const auto count = static_cast<std::int64_t>(rows.size());
  std::vector<std::int64_t> shape{count, form_.outputs};
  if (decode_ || advance_) shape.insert(shape.begin() + 1, kAny);
  return checked(call(forward_, rows), torch::kFloat32, shape);
}

std::vector<TaggedRow> TorchScriptEngine::tag(const EncodedRows& rows) const {
  const c10::InferenceMode no_gradient;
  const c10::IValue found = call(decode_.value(), rows);
  const auto parts = pair_of(found);
  const auto count = static_cast<std::int64_t>(rows.size());
  std::int64_t longest = 0;
  for (const InputRow& row : rows) longest = std::max(longest, row.length());
  const torch::Tensor tags = checked_indices(parts[0], {count, longest}, form_.outputs);
  const torch::Tensor probabilities = checked(parts[1], torch::kFloat32, {count, longest});
  std::vector<TaggedRow> result(rows.size());
  if (sequence_labels_) {
    const torch::Tensor labels =
        checked(call(*sequence_labels_, rows), torch::kFloat32, {count, form_.sequence_labels});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto* from = labels.data_ptr<float>() + static_cast<std::int64_t>(row) * labels.size(1);
      result[row].sequence_label.assign(from, from + labels.size(1));
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
