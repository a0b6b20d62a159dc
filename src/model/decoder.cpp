// The sequence-to-sequence decoder with attention over the encoded source.
#include <cmath>
#include <limits>

#include "model/initial_weights.h"
#include "model/noise.h"
#include "model/recurrent_kernels.h"
#include "model/sequence_padding.h"
#include "sequent/model.h"
#include "sequent/text.h"

namespace sequent {
namespace {

RecurrentOptions cell_options(const DecoderSpec& spec, std::int64_t input_size, bool bfloat16) {
  RecurrentOptions options;
  options.input_size = spec.output_dim + input_size;
  options.units = spec.units;
  options.return_sequences = true;
  options.bfloat16 = bfloat16;
  return options;
}

torch::Tensor drop(const torch::Tensor& values, double rate, const LayerContext& context) {
  if (!context.batch.noise || rate == 0) return values;
  return values * dropout_mask(values, rate, /*same_for_all_steps=*/false, context);
}

}  // namespace

DecoderImpl::DecoderImpl(const DecoderSpec& spec, std::int64_t input_size, std::int64_t tokens,
                         bool bfloat16)
    : spec_(spec),
      cell_(std::make_shared<RecurrentImpl>(cell_options(spec, input_size, bfloat16))) {
  table = register_parameter("table", torch::zeros({tokens, spec.output_dim}));
  register_module("cell", std::static_pointer_cast<torch::nn::Module>(cell_));
  attention = register_parameter("attention", torch::zeros({spec.units, input_size}));
  combine_weight =
      register_parameter("combine_weight", torch::zeros({spec.units, input_size + spec.units}));
  combine_bias = register_parameter("combine_bias", torch::zeros({spec.units}));
  weight = register_parameter("weight", torch::zeros({tokens, spec.units}));
  bias = register_parameter("bias", torch::zeros({tokens}));
}

void DecoderImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  const double bound = kind == Initialization::kTorch ? 1 : 0.1;
  table.uniform_(-bound, bound, generator);
  cell_->initialize(kind, generator);
  for (torch::Tensor* matrix : {&attention, &combine_weight, &weight}) {
    glorot_uniform(*matrix, generator);
  }
  combine_bias.zero_();
  bias.zero_();
}

DecoderImpl::Source DecoderImpl::read(const torch::Tensor& input,
                                      const LayerContext& context) const {
  Source source;
  source.padding = context.padding;
  source.values = input.masked_fill(context.padding.unsqueeze(2), 0);
  source.keys = torch::linear(source.values, attention);
  source.summary =
      source.values.sum(1) / context.batch.lengths.unsqueeze(1).to(source.values.scalar_type());
  return source;
}

/// Attends to the source and combines the result with the states. Shapes: states [B, U, units] ->
/// the same.
torch::Tensor DecoderImpl::attend(const torch::Tensor& states, const Source& source) const {
  const torch::Tensor scores =
      torch::bmm(states, source.keys.transpose(1, 2))
          .masked_fill(source.padding.unsqueeze(1), -std::numeric_limits<double>::infinity());
  const torch::Tensor seen = torch::bmm(torch::softmax(scores, 2), source.values);
  return torch::tanh(torch::linear(torch::cat({seen, states}, 2), combine_weight, combine_bias));
}

torch::Tensor DecoderImpl::states(const torch::Tensor& input, const LayerContext& context) {
  const Source source = read(input, context);
  const torch::Tensor& targets = context.batch.targets;
  const std::int64_t steps = targets.size(1);
  const torch::Tensor begin =
      torch::full({targets.size(0), 1}, Vocabulary::kLineEnd, targets.options());
  const torch::Tensor before = torch::cat({begin, targets.slice(1, 0, steps - 1)}, 1);
  const torch::Tensor tokens = drop(torch::embedding(table, before), spec_.dropout, context);
  const torch::Tensor summary = source.summary.unsqueeze(1).expand({-1, steps, -1});

  Batch batch{before, context.batch.target_lengths};
  batch.noise = context.batch.noise;
  batch.first_row = context.batch.first_row;
  LayerContext of_target{batch, padding_of(batch), context.index};
  if (before.device().is_cpu()) of_target.plan = make_step_plan(batch.lengths);
  const torch::Tensor values = cell_->forward(torch::cat({tokens, summary}, 2), of_target);
  LayerContext of_result = context;
  ++of_result.index;  // draws a different dropout mask than for the tokens
  return drop(attend(values, source), spec_.dropout, of_result);
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  return torch::linear(states(input, context), weight, bias);
}

GeneratedTexts DecoderImpl::write(const torch::Tensor& input, const LayerContext& context,
                                  std::int64_t most_tokens) const {
  const Source source = read(input, context);
  const RecurrentImpl::Direction& gates = cell_->directions.front();
  const std::int64_t rows = input.size(0);
  const auto integers = torch::TensorOptions(torch::kInt64).device(input.device());
  torch::Tensor h = torch::zeros({rows, spec_.units}, input.options());
  torch::Tensor c = torch::zeros_like(h);
  torch::Tensor token = torch::full({rows}, Vocabulary::kLineEnd, integers);
  torch::Tensor done = torch::zeros({rows}, integers.dtype(torch::kBool));
  torch::Tensor sum = torch::zeros({rows}, integers.dtype(torch::kFloat64));
  std::vector<torch::Tensor> written;
  while (static_cast<std::int64_t>(written.size()) < most_tokens && !done.all().item<bool>()) {
    const torch::Tensor read = torch::cat({torch::embedding(table, token), source.summary}, 1);
    const auto parts =
        (torch::linear(read, gates.weight_ih, gates.bias_ih) + torch::linear(h, gates.weight_hh))
            .chunk(4, 1);
    c = torch::sigmoid(parts[1]) * c + torch::sigmoid(parts[0]) * torch::tanh(parts[2]);
    h = torch::sigmoid(parts[3]) * torch::tanh(c);
    torch::Tensor scores = torch::log_softmax(
        torch::linear(attend(h.unsqueeze(1), source).squeeze(1), weight, bias), 1);
    scores.slice(1, 0, Vocabulary::kLineEnd).fill_(-std::numeric_limits<float>::infinity());
    const auto [best, chosen] = scores.max(1);
    token = chosen.masked_fill(done, Vocabulary::kPad);
    sum += best.to(torch::kFloat64).masked_fill(done, 0);
    done = done.logical_or(chosen.eq(Vocabulary::kLineEnd));
    written.push_back(token);
  }
  return {torch::stack(written, 1), sum};
}

}  // namespace sequent
