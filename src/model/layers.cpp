// The non-recurrent layers.
#include <algorithm>
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

torch::Tensor last_steps(const torch::Tensor& values, const torch::Tensor& lengths) {
  const torch::Tensor last = (lengths - 1).view({-1, 1, 1}).expand({-1, 1, values.size(2)});
  return values.gather(1, last).squeeze(1);
}

NormalizationImpl::NormalizationImpl(const NormalizationSpec& spec, std::int64_t channels)
    : spec_(spec) {
  mean = register_parameter("mean", torch::zeros({channels}), /*requires_grad=*/false);
  deviation = register_parameter("deviation", torch::ones({channels}), /*requires_grad=*/false);
}

torch::Tensor NormalizationImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  if (!spec_.relative) return (input - mean) / deviation;
  return (input - last_steps(input, context.batch.lengths).unsqueeze(1) - mean) / deviation;
}

void NormalizationImpl::initialize(Initialization, at::Generator&) {
  const torch::NoGradGuard no_gradient;
  mean.zero_();
  deviation.fill_(1);
}

torch::Tensor DropoutImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  if (!context.batch.noise || spec_.rate == 0) return input;
  return input * dropout_mask(input, spec_.rate, /*same_for_all_steps=*/false, context);
}

torch::Tensor SpatialDropoutImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  if (!context.batch.noise || spec_.rate == 0) return input;
  return input * dropout_mask(input, spec_.rate, /*same_for_all_steps=*/true, context);
}

namespace {

torch::Tensor pool(PoolMode mode, const torch::Tensor& input, const LayerContext& context) {
  const torch::Tensor& lengths = context.batch.lengths;
  switch (mode) {
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

torch::Tensor activate(Activation f, const torch::Tensor& sum) {
  switch (f) {
    case Activation::kRelu:
      return torch::relu(sum);
    case Activation::kTanh:
      return torch::tanh(sum);
    case Activation::kSigmoid:
      return torch::sigmoid(sum);
    case Activation::kLinear:
    case Activation::kSoftmax:  // only in a head
      return sum;
  }
  return sum;
}

/// LibTorch's default initialization of a weight and bias: uniform in +-1 / sqrt(inputs).
void torch_uniform(torch::Tensor& weight, torch::Tensor& bias, at::Generator& generator) {
  const double bound = 1 / std::sqrt(static_cast<double>(weight[0].numel()));
  weight.uniform_(-bound, bound, generator);
  bias.uniform_(-bound, bound, generator);
}

}  // namespace

torch::Tensor PairImpl::forward(const torch::Tensor& input, const LayerContext&) {
  const torch::Tensor pairs = input.view({-1, 2, input.size(1)});
  const torch::Tensor u = pairs.select(1, 0);
  const torch::Tensor v = pairs.select(1, 1);
  const auto dot = [](const torch::Tensor& a, const torch::Tensor& b) {
    return (a * b).sum(1, /*keepdim=*/true);
  };
  std::vector<torch::Tensor> parts;
  for (const PairFeature feature : spec_.features) {
    switch (feature) {
      case PairFeature::kFirst:
        parts.push_back(u);
        break;
      case PairFeature::kSecond:
        parts.push_back(v);
        break;
      case PairFeature::kDifference:
        parts.push_back((u - v).abs());
        break;
      case PairFeature::kProduct:
        parts.push_back(u * v);
        break;
      case PairFeature::kCosine:
        parts.push_back(dot(u, v) /
                        (dot(u, u) * dot(v, v)).clamp_min(PairSpec::kLeastSquare).sqrt());
        break;
    }
  }
  return torch::cat(parts, 1);
}

FeaturesImpl::FeaturesImpl(const FeaturesSpec& spec, const std::vector<FeatureSpec>& features) {
  std::int64_t column = 0;
  for (std::size_t i = 0; i < features.size(); ++i) {
    Part& part = parts_.emplace_back();
    part.column = column;
    part.width = encoded_width(features[i]);
    column += part.width;
    const auto* category = std::get_if<CategoryFeature>(&features[i]);
    if (category == nullptr) continue;
    const std::int64_t rows = std::ssize(category->values) + kFirstCategory;
    part.table =
        register_parameter("category_" + std::to_string(i), torch::zeros({rows, spec.output_dim}));
  }
}

torch::Tensor FeaturesImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  TORCH_CHECK(context.batch.features.defined(), "the batch has no features");
  const torch::Tensor& features = context.batch.features;
  std::vector<torch::Tensor> vectors{input};
  for (const Part& part : parts_) {
    if (part.table.defined()) {
      const torch::Tensor ids = features.select(1, part.column).to(torch::kInt64);
      vectors.push_back(torch::embedding(part.table, ids));
    } else {
      vectors.push_back(features.narrow(1, part.column, part.width).to(input.dtype()));
    }
  }
  return torch::cat(vectors, 1);
}

void FeaturesImpl::initialize(Initialization kind, at::Generator& generator) {
  constexpr double kKerasBound = 0.05;
  const torch::NoGradGuard no_gradient;
  for (Part& part : parts_) {
    if (!part.table.defined()) continue;
    if (kind == Initialization::kKeras) {
      part.table.uniform_(-kKerasBound, kKerasBound, generator);
    } else {
      part.table.normal_(0, 1, generator);
    }
    part.table.narrow(0, 0, kFirstCategory).zero_();
  }
}

torch::Tensor PoolImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  std::vector<torch::Tensor> pooled;
  for (const PoolMode mode : spec_.modes()) pooled.push_back(pool(mode, input, context));
  return pooled.size() == 1 ? pooled[0] : torch::cat(pooled, 1);
}

AttentionImpl::AttentionImpl(std::int64_t input_size, std::int64_t units) {
  weight = register_parameter("weight", torch::zeros({units, input_size}));
  bias = register_parameter("bias", torch::zeros({units}));
  query = register_parameter("query", torch::zeros({units}));
}

torch::Tensor AttentionImpl::weights(const torch::Tensor& input,
                                     const torch::Tensor& padding) const {
  constexpr double kLowest = -std::numeric_limits<double>::infinity();
  const torch::Tensor scores =
      torch::matmul(torch::tanh(torch::linear(input, weight, bias)), query);
  return torch::softmax(scores.masked_fill(padding, kLowest), 1);
}

torch::Tensor AttentionImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  const torch::Tensor shares = weights(input, context.padding).unsqueeze(2);
  return (input.masked_fill(context.padding.unsqueeze(2), 0) * shares).sum(1);
}

void AttentionImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  if (kind == Initialization::kTorch) {
    torch_uniform(weight, bias, generator);
  } else {
    glorot_uniform(weight, generator);
    bias.zero_();
  }
  const double bound = std::sqrt(6 / static_cast<double>(query.numel() + 1));
  query.uniform_(-bound, bound, generator);
}

SelfAttentionImpl::SelfAttentionImpl(const SelfAttentionSpec& spec, std::int64_t width)
    : spec_(spec) {
  in_proj_weight = register_parameter("in_proj_weight", torch::zeros({3 * width, width}));
  in_proj_bias = register_parameter("in_proj_bias", torch::zeros({3 * width}));
  out_proj_weight = register_parameter("out_proj_weight", torch::zeros({width, width}));
  out_proj_bias = register_parameter("out_proj_bias", torch::zeros({width}));
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  constexpr double kLowest = -std::numeric_limits<double>::infinity();
  const std::int64_t rows = input.size(0);
  const std::int64_t steps = input.size(1);
  const std::int64_t width = input.size(2);
  const std::int64_t share = width / spec_.heads;
  const torch::Tensor parts = torch::linear(input, in_proj_weight, in_proj_bias)
                                  .reshape({rows, steps, 3, spec_.heads, share})
                                  .permute({2, 0, 3, 1, 4});
  const torch::Tensor scores =
      torch::matmul(parts[0], parts[1].transpose(2, 3)) / std::sqrt(static_cast<double>(share));
  const torch::Tensor of_key = context.padding.unsqueeze(1).unsqueeze(1);
  const torch::Tensor shares = torch::softmax(scores.masked_fill(of_key, kLowest), 3);
  const torch::Tensor values = parts[2].masked_fill(of_key.transpose(2, 3), 0);
  const torch::Tensor heads =
      torch::matmul(shares, values).transpose(1, 2).reshape({rows, steps, width});
  torch::Tensor read = torch::linear(heads, out_proj_weight, out_proj_bias);
  if (context.batch.noise && spec_.dropout > 0) {
    read = read * dropout_mask(read, spec_.dropout, /*same_for_all_steps=*/false, context);
  }
  return spec_.residual ? input + read : read;
}

void SelfAttentionImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  in_proj_bias.zero_();
  out_proj_bias.zero_();
  const std::int64_t width = out_proj_weight.size(0);
  if (kind == Initialization::kTorch) {  // as in torch::nn::MultiheadAttention
    glorot_uniform(in_proj_weight, generator);
    const double bound = 1 / std::sqrt(static_cast<double>(width));
    out_proj_weight.uniform_(-bound, bound, generator);
    return;
  }
  for (std::int64_t part = 0; part < 3; ++part) {
    torch::Tensor square = in_proj_weight.narrow(0, part * width, width);
    glorot_uniform(square, generator);
  }
  glorot_uniform(out_proj_weight, generator);
}

LayerNormImpl::LayerNormImpl(const LayerNormSpec& spec, std::int64_t width) : spec_(spec) {
  weight = register_parameter("weight", torch::ones({width}));
  bias = register_parameter("bias", torch::zeros({width}));
}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& input, const LayerContext&) {
  // Autocast may have rounded the input. Compute mean and deviation in the type of the weights.
  return torch::layer_norm(input.to(weight.scalar_type()), {weight.size(0)}, weight, bias,
                           spec_.epsilon);
}

void LayerNormImpl::initialize(Initialization, at::Generator&) {
  const torch::NoGradGuard no_gradient;
  weight.fill_(1);
  bias.zero_();
}

Conv1dImpl::Conv1dImpl(const Conv1dSpec& spec, std::int64_t input_size) : spec_(spec) {
  weight = register_parameter("weight", torch::zeros({spec.filters, input_size, spec.kernel_size}));
  bias = register_parameter("bias", torch::zeros({spec.filters}));
}

torch::Tensor Conv1dImpl::forward(const torch::Tensor& input, const LayerContext& context) {
  const std::int64_t before = spec_.steps_before();
  const torch::Tensor steps = input.masked_fill(context.padding.unsqueeze(2), 0).transpose(1, 2);
  const torch::Tensor padded =
      torch::constant_pad_nd(steps, {before, spec_.kernel_size - 1 - before}, 0);
  return activate(spec_.activation, torch::conv1d(padded, weight, bias).transpose(1, 2));
}

void Conv1dImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  if (kind == Initialization::kTorch) return torch_uniform(weight, bias, generator);
  const std::int64_t fans = spec_.kernel_size * (weight.size(0) + weight.size(1));
  const double bound = std::sqrt(6.0 / static_cast<double>(fans));
  weight.uniform_(-bound, bound, generator);
  bias.zero_();
}

DenseImpl::DenseImpl(const DenseSpec& spec, std::int64_t input_size, std::int64_t units,
                     DenseRole role)
    : activation_(role == DenseRole::kClassifier ? Activation::kLinear : spec.activation) {
  weight = register_parameter("weight", torch::zeros({units, input_size}));
  bias = register_parameter("bias", torch::zeros({units}));
  if (role != DenseRole::kStandardized) return;
  target_mean = register_parameter("target_mean", torch::zeros({units}), /*requires_grad=*/false);
  target_deviation =
      register_parameter("target_deviation", torch::ones({units}), /*requires_grad=*/false);
}

DenseImpl::DenseImpl(const DenseSpec& spec, const torch::Tensor& table, DenseRole role)
    : weight(table),
      activation_(role == DenseRole::kClassifier ? Activation::kLinear : spec.activation),
      is_tied_(true) {
  bias = register_parameter("bias", torch::zeros({table.size(0)}));
}

torch::Tensor DenseImpl::forward(const torch::Tensor& input, const LayerContext&) {
  return activate(activation_, torch::linear(input, weight, bias));
}

void DenseImpl::initialize(Initialization kind, at::Generator& generator) {
  const torch::NoGradGuard no_gradient;
  bias.zero_();
  if (is_tied_) {
    // As inputs, embeddings work best with values near 1; as weights of this layer, with values
    // near 1 / sqrt(width). The geometric mean of both learned fastest on imdb-lm. With 1 /
    // sqrt(width), the model stays close to a unigram model for a long time.
    if (kind == Initialization::kTorch)
      weight.div_(std::pow(static_cast<double>(weight.size(1)), 0.25));
    return;
  }
  if (kind == Initialization::kTorch) return torch_uniform(weight, bias, generator);
  glorot_uniform(weight, generator);
}

}  // namespace sequent
