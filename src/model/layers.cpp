// The layers without recurrence.
#include <cmath>
#include <limits>

#include "model/initial_weights.h"
#include "model/noise.h"
#include "sequent/model.h"
#include "sequent/text.h"

namespace sequent {

torch::Tensor WordDropoutImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  if (!context.batch.noise || spec_.rate == 0) return input;
  return input.masked_fill(token_choice(input, spec_.rate, context), Vocabulary::kUnknown);
}

EmbeddingImpl::EmbeddingImpl(const EmbeddingSpec& spec, std::int64_t rows) {
  weight = register_parameter("weight", torch::zeros({rows, spec.output_dim}), spec.trainable);
}

torch::Tensor EmbeddingImpl::forward(const torch::Tensor& input, const LayerContext&) {
  return torch::embedding(weight, input);
}

void EmbeddingImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  if (kind == Initialization::kTorch) {
    weight.normal_(0, 1, generator);
  } else {
    weight.uniform_(-0.05, 0.05, generator);
  }
}

torch::Tensor DropoutImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  if (!context.batch.noise || spec_.rate == 0) return input;
  return input * dropout_mask(input, spec_.rate, /*same_for_all_steps=*/false, context);
}

torch::Tensor PoolImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  const torch::Tensor& lengths = context.batch.lengths;
  switch (spec_.mode) {
    case PoolMode::kMax: {
      constexpr double kLowest = -std::numeric_limits<double>::infinity();
      return std::get<0>(input.masked_fill(context.padding.unsqueeze(2), kLowest).max(1));
    }
    case PoolMode::kMean: {
      const torch::Tensor sum = input.masked_fill(context.padding.unsqueeze(2), 0).sum(1);
      return sum / lengths.unsqueeze(1).to(sum.scalar_type());
    }
    case PoolMode::kLast:
      return input.gather(1, (lengths - 1).view({-1, 1, 1}).expand({-1, 1, input.size(2)}))
          .squeeze(1);
    case PoolMode::kFirst:
      return input.select(1, 0);
  }
  return input;
}

DenseImpl::DenseImpl(const DenseSpec& spec, std::int64_t input_size, std::int64_t units,
                     bool is_head)
    : activation_(is_head ? Activation::kLinear : spec.activation) {
  weight = register_parameter("weight", torch::zeros({units, input_size}));
  bias = register_parameter("bias", torch::zeros({units}));
}

torch::Tensor DenseImpl::forward(const torch::Tensor& input, const LayerContext&) {
  const torch::Tensor sum = torch::linear(input, weight, bias);
  switch (activation_) {
    case Activation::kRelu:
      return torch::relu(sum);
    case Activation::kTanh:
      return torch::tanh(sum);
    case Activation::kSigmoid:
      return torch::sigmoid(sum);
    case Activation::kLinear:
    case Activation::kSoftmax:  // only ever the head's
      return sum;
  }
  return sum;
}

void DenseImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  const auto inputs = static_cast<double>(weight.size(1));
  if (kind == Initialization::kTorch) {
    const double bound = 1 / std::sqrt(inputs);
    weight.uniform_(-bound, bound, generator);
    bias.uniform_(-bound, bound, generator);
  } else {
    glorot_uniform(weight, generator);
    bias.zero_();
  }
}

}  // namespace sequent
