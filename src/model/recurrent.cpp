// Recurrent layers: on kernels/ where they serve, else on LibTorch's operators with right-padded
// input, the backward direction as a forward run over rows reversed one by one. Packed sequences
// are never used: their path is op by op.
#include <cmath>

#include "model/initial_weights.h"
#include "model/noise.h"
#include "model/recurrent_kernels.h"
#include "sequent/model.h"

namespace sequent {
namespace {

/// For each row the index of the step that stands at t when its real steps are reversed.
/// Shapes: lengths [B], padding [B, T] -> [B, T] int64. Padding stays where it is.
torch::Tensor reversed_steps(const torch::Tensor& lengths, const torch::Tensor& padding) {
  const torch::Tensor steps = torch::arange(padding.size(1), lengths.options()).unsqueeze(0);
  return torch::where(padding, steps.expand_as(padding), lengths.unsqueeze(1) - 1 - steps);
}

/// Takes for each row the steps `index` names. Shapes: [B, T, D], [B, T'] -> [B, T', D].
torch::Tensor take_steps(const torch::Tensor& sequence, const torch::Tensor& index) {
  return sequence.gather(1, index.unsqueeze(2).expand({-1, -1, sequence.size(2)}));
}

}  // namespace

RecurrentImpl::RecurrentImpl(const RecurrentOptions& options) : options_(options) {
  const std::int64_t rows = kernels::gate_count(kernel_cell(options.cell)) * options.units;
  for (const char* suffix : {"", "_reverse"}) {
    if (*suffix != '\0' && !options.bidirectional) break;
    const std::string end = std::string("_l0") + suffix;
    Direction direction;
    direction.weight_ih =
        register_parameter("weight_ih" + end, torch::zeros({rows, options.input_size}));
    direction.weight_hh =
        register_parameter("weight_hh" + end, torch::zeros({rows, options.units}));
    direction.bias_ih = register_parameter("bias_ih" + end, torch::zeros({rows}));
    if (options.cell == CellKind::kGru) {
      direction.bias_hh = register_parameter("bias_hh" + end, torch::zeros({rows}));
    }
    directions.push_back(direction);
  }
}

std::string_view RecurrentImpl::kind() const {
  switch (options_.cell) {
    case CellKind::kLstm:
      return LstmSpec::kType;
    case CellKind::kGru:
      return GruSpec::kType;
    case CellKind::kRnnTanh:
    case CellKind::kRnnRelu:
      return RnnSpec::kType;
  }
  return "";
}

void RecurrentImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  for (Direction& direction : directions) {
    if (kind == Initialization::kTorch) {
      const double bound = 1 / std::sqrt(static_cast<double>(options_.units));
      for (torch::Tensor* weight :
           {&direction.weight_ih, &direction.weight_hh, &direction.bias_ih, &direction.bias_hh}) {
        if (weight->defined()) weight->uniform_(-bound, bound, generator);
      }
      continue;
    }
    glorot_uniform(direction.weight_ih, generator);
    orthogonal(direction.weight_hh, generator);
    direction.bias_ih.zero_();
    if (direction.bias_hh.defined()) direction.bias_hh.zero_();
    if (options_.cell == CellKind::kLstm) {
      direction.bias_ih.narrow(0, options_.units, options_.units).fill_(1);  // forget gate
    }
  }
}

torch::Tensor RecurrentImpl::run(const torch::Tensor& input, const Direction& direction) const {
  const torch::Tensor start = torch::zeros({1, input.size(0), options_.units}, input.options());
  const torch::Tensor bias_hh =
      direction.bias_hh.defined() ? direction.bias_hh : torch::zeros_like(direction.bias_ih);
  const std::vector<torch::Tensor> weights = {direction.weight_ih, direction.weight_hh,
                                              direction.bias_ih, bias_hh};
  constexpr bool kHasBiases = true;
  constexpr std::int64_t kLayers = 1;
  constexpr double kDropout = 0;
  constexpr bool kBidirectional = false;
  constexpr bool kBatchFirst = true;
  // cuDNN keeps what the backward pass needs only if told that this is training.
  const bool training = torch::GradMode::is_enabled();
  switch (options_.cell) {
    case CellKind::kLstm:
      return std::get<0>(torch::lstm(input, {start, start}, weights, kHasBiases, kLayers, kDropout,
                                     training, kBidirectional, kBatchFirst));
    case CellKind::kGru:
      return std::get<0>(torch::gru(input, start, weights, kHasBiases, kLayers, kDropout, training,
                                    kBidirectional, kBatchFirst));
    case CellKind::kRnnTanh:
      return std::get<0>(torch::rnn_tanh(input, start, weights, kHasBiases, kLayers, kDropout,
                                         training, kBidirectional, kBatchFirst));
    case CellKind::kRnnRelu:
      return std::get<0>(torch::rnn_relu(input, start, weights, kHasBiases, kLayers, kDropout,
                                         training, kBidirectional, kBatchFirst));
  }
  return {};
}

torch::Tensor RecurrentImpl::run_operators(const torch::Tensor& input,
                                           const LayerContext& context) const {
  const torch::Tensor& lengths = context.batch.lengths;
  const torch::Tensor last_step = (lengths - 1).unsqueeze(1);
  std::vector<torch::Tensor> results;
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const bool reversed = i == 1;
    torch::Tensor index;
    if (reversed) index = reversed_steps(lengths, context.padding);
    const torch::Tensor states = run(reversed ? take_steps(input, index) : input, directions[i]);
    if (!options_.return_sequences) {
      results.push_back(take_steps(states, last_step).squeeze(1));
    } else {
      results.push_back(reversed ? take_steps(states, index) : states);
    }
  }
  return results.size() == 1 ? results[0] : torch::cat(results, -1);
}

torch::Tensor RecurrentImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  torch::Tensor sequence = input;
  if (context.batch.noise && options_.dropout > 0) {
    sequence = input * dropout_mask(input, options_.dropout, /*same_for_all_steps=*/true, context);
  }
  if (use_operators_ || !kernels_serve(sequence)) return run_operators(sequence, context);
  const auto plan = context.plan ? context.plan : make_step_plan(context.batch.lengths);
  return run_kernels(options_, directions, {sequence.reshape({-1, sequence.size(2)}), nullptr},
                     plan, sequence.size(1));
}

torch::Tensor RecurrentImpl::forward_distinct(const torch::Tensor& rows,
                                              const DistinctTokens& tokens,
                                              const LayerContext& context) {
  const auto plan = context.plan ? context.plan : make_step_plan(context.batch.lengths);
  return run_kernels(options_, directions, {rows, &tokens.row_of_place}, plan,
                     context.batch.tokens.size(1));
}

}  // namespace sequent
