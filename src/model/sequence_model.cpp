#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <concepts>

#include "core/name_pattern.h"
#include "core/random.h"
#include "model/recurrent_kernels.h"
#include "model/sequence_padding.h"
#include "model/softmax_loss.h"
#include "sequent/error.h"
#include "sequent/model.h"

namespace sequent {
namespace {

using LayerPointer = std::shared_ptr<LayerImpl>;

/// Makes the module of one layer; a layer kind without a case does not compile.
struct LayerBuilder {
  const ResolvedConfig& config;
  std::size_t index;
  const std::vector<LayerPointer>& before;

  const Shape& input() const { return config.inputs[index]; }
  const Shape& output() const { return config.outputs[index]; }

  LayerPointer operator()(const WordDropoutSpec& spec) const {
    return std::make_shared<WordDropoutImpl>(spec);
  }
  LayerPointer operator()(const EmbeddingSpec& spec) const {
    const std::int64_t rows = spec.input_dim.value_or(config.vocabulary_size);
    return std::make_shared<EmbeddingImpl>(spec, rows);
  }
  LayerPointer operator()(const NormalizationSpec& spec) const {
    return std::make_shared<NormalizationImpl>(spec, input().width);
  }
  LayerPointer operator()(const SelfAttentionSpec& spec) const {
    return std::make_shared<SelfAttentionImpl>(spec, input().width);
  }
  LayerPointer operator()(const DropoutSpec& spec) const {
    return std::make_shared<DropoutImpl>(spec);
  }
  LayerPointer operator()(const SpatialDropoutSpec& spec) const {
    return std::make_shared<SpatialDropoutImpl>(spec);
  }
  template <class Spec>
  requires std::derived_from<Spec, RecurrentSpec> LayerPointer operator()(const Spec& spec) const {
    RecurrentOptions options;
    options.cell = cell_kind(spec);
    options.input_size = input().width;
    options.units = spec.units;
    options.bidirectional = spec.bidirectional;
    options.return_sequences = spec.return_sequences;
    options.dropout = spec.dropout;
    options.residual = spec.residual;
    options.full_peephole = has_full_peephole(spec);
    options.zoneout = spec.zoneout;
    options.layer_norm = spec.layer_norm;
    options.learned_initial_state = spec.learned_initial_state;
    if constexpr (std::derived_from<Spec, RecurrentMatrixSpec>) {
      options.weight_drop = spec.weight_drop;
    }
    options.bfloat16 = rounds_on_cpu(config.config.runtime.precision);
    return std::make_shared<RecurrentImpl>(options);
  }
  LayerPointer operator()(const Conv1dSpec& spec) const {
    return std::make_shared<Conv1dImpl>(spec, input().width);
  }
  LayerPointer operator()(const LayerNormSpec& spec) const {
    return std::make_shared<LayerNormImpl>(spec, input().width);
  }
  LayerPointer operator()(const AttentionSpec& spec) const {
    return std::make_shared<AttentionImpl>(input().width, spec.units.value_or(input().width));
  }
  LayerPointer operator()(const PoolSpec& spec) const { return std::make_shared<PoolImpl>(spec); }
  LayerPointer operator()(const RowLabelSpec& spec) const {
    return std::make_shared<RowLabelImpl>(spec, input().width, config.row_class_count);
  }
  LayerPointer operator()(const PairSpec& spec) const { return std::make_shared<PairImpl>(spec); }
  LayerPointer operator()(const DenseSpec& spec) const {
    if (spec.tied) return tied(spec);
    return std::make_shared<DenseImpl>(spec, input().width, output().width, dense_role());
  }
  LayerPointer operator()(const CrfSpec&) const {
    return std::make_shared<CrfImpl>(input().width, output().width);
  }
  LayerPointer operator()(const DecoderSpec& spec) const {
    return std::make_shared<DecoderImpl>(spec, input().width, output().width,
                                         rounds_on_cpu(config.config.runtime.precision));
  }
  LayerPointer operator()(const OrdinalSpec&) const {
    return std::make_shared<OrdinalImpl>(input().width, output().width);
  }
  LayerPointer tied(const DenseSpec& spec) const {
    for (const LayerPointer& layer : before) {
      if (auto* embedding = dynamic_cast<EmbeddingImpl*>(layer.get())) {
        embedding->use_dense_gradients();
        return std::make_shared<DenseImpl>(spec, embedding->weight, dense_role());
      }
    }
    throw Error(ErrorKind::kInternal, "", "a tied layer without an embedding");
  }
  DenseRole dense_role() const {
    if (index + 1 < config.config.model.layers.size()) return DenseRole::kInner;
    if (!config.config.is_regression()) return DenseRole::kClassifier;
    return config.config.standardizes_targets() ? DenseRole::kStandardized : DenseRole::kRegression;
  }
};

Batch without_noise(const Batch& batch) {
  Batch quiet{batch.input, batch.lengths};
  quiet.spellings = batch.spellings;
  quiet.targets = batch.targets;
  quiet.target_lengths = batch.target_lengths;
  quiet.carried = batch.carried;
  return quiet;
}

}  // namespace

SequenceModelImpl::SequenceModelImpl(const ResolvedConfig& config, bool initialize)
    : config_(config) {
  const auto& specs = config.config.model.layers;
  const auto seed = static_cast<std::uint64_t>(config.config.training.seed);
  torch::nn::ModuleList list;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    layers_.push_back(std::visit(LayerBuilder{config, i, layers_}, specs[i]));
    list->push_back(std::static_pointer_cast<torch::nn::Module>(layers_.back()));
    if (!initialize) continue;
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(
        RandomStream(seed, RandomPurpose::kWeights).bits(i));
    layers_.back()->initialize(config.config.initialization(), generator);
  }
  register_module("layers", list);
  freeze(config.config.training.freeze);
}

void SequenceModelImpl::freeze(const std::vector<std::string>& patterns) {
  const auto parameters = named_parameters();
  const std::vector<std::string> names = parameters.keys();
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const std::vector<bool> matches = names_matching(
        patterns[i], names, config_.config.in_file("/training/freeze/" + std::to_string(i)));
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (matches[k]) parameters[names[k]].set_requires_grad(false);
    }
  }
}

/// Runs the embedding at `index` and, if the next layer that does anything is a recurrent one on
/// the kernels, that one with it, so that each different token is multiplied once. Returns the
/// index of the first layer not yet run.
std::size_t SequenceModelImpl::forward_embedded(std::size_t index, torch::Tensor& values,
                                                LayerContext& context) {
  const auto* embedding = dynamic_cast<const EmbeddingImpl*>(layers_[index].get());
  std::size_t next = index + 1;
  while (next < layers_.size() && layers_[next]->passes_through(context)) ++next;
  auto* recurrent =
      next < layers_.size() ? dynamic_cast<RecurrentImpl*>(layers_[next].get()) : nullptr;
  if (embedding == nullptr || !embedding->has_own_rows() || embedding->uses_dense_gradients() ||
      recurrent == nullptr || !recurrent->reads_distinct(embedding->weight, context)) {
    values = layers_[index]->forward(values, context);
    return index + 1;
  }
  context.index = static_cast<std::int64_t>(next);
  const DistinctTokens tokens = distinct_tokens(values);
  values = recurrent->forward_distinct(embedding->rows(tokens.ids), tokens, context);
  return next + 1;
}

torch::Tensor SequenceModelImpl::forward(const Batch& batch, torch::Tensor* row_scores) {
  return run_layers(layers_.size(), batch, row_scores);
}

bool SequenceModelImpl::has_token_loss(const Batch& batch) const {
  const bool writes = config_.config.is_language_model() || decoder() != nullptr;
  return writes && !uses_operators() && batch.input.device().is_cpu() &&
         kernels_serve(decoder() != nullptr ? decoder()->weight : dense_head()->weight);
}

torch::Tensor SequenceModelImpl::token_loss(const Batch& batch, const torch::Tensor& next,
                                            double smoothing, double scale) {
  torch::Tensor rows = run_layers(layers_.size() - 1, batch);
  torch::Tensor padding = padding_of(batch);
  if (decoder() != nullptr) {
    rows = decoder()->states(rows, {batch, padding, static_cast<std::int64_t>(layers_.size()) - 1});
    padding = padding_of({batch.targets, batch.target_lengths});
  }
  rows = rows.flatten(0, 1);
  padding = padding.flatten();
  torch::Tensor targets = next.flatten();
  if (padding.any().item<bool>()) {
    const torch::Tensor real = padding.logical_not().nonzero().flatten();
    rows = rows.index_select(0, real);
    targets = targets.index_select(0, real);
  }
  const torch::Tensor& weight = decoder() != nullptr ? decoder()->weight : dense_head()->weight;
  const torch::Tensor& bias = decoder() != nullptr ? decoder()->bias : dense_head()->bias;
  return softmax_loss(rows, weight, bias, targets, smoothing, scale,
                      rounds_on_cpu(config_.config.runtime.precision));
}

/// What the first `count` layers make of the batch.
torch::Tensor SequenceModelImpl::run_layers(std::size_t count, const Batch& batch,
                                            torch::Tensor* row_scores) {
  LayerContext context{batch, padding_of(batch)};
  context.row_scores = row_scores;
  if (batch.carried != nullptr) batch.carried->layers.resize(layers_.size());
  if (batch.input.device().is_cpu()) context.plan = make_step_plan(batch.lengths);
  if (config_.config.reads_pairs()) context.rows_each = 2;
  torch::Tensor values = batch.input;
  for (std::size_t i = 0; i < count;) {
    context.index = static_cast<std::int64_t>(i);
    if (layers_[i]->kind() == EmbeddingSpec::kType) {
      i = forward_embedded(i, values, context);
    } else {
      values = layers_[i]->forward(values, context);
      if (layers_[i]->kind() == PairSpec::kType) context.rows_each = 1;
      ++i;
    }
  }
  return values;
}

torch::Tensor SequenceModelImpl::forecast_base(const Batch& batch) const {
  const std::vector<std::int64_t> channels = config_.config.base_channels();
  if (channels.empty()) return {};
  const torch::Tensor chosen = torch::tensor(channels, torch::kInt64).to(batch.input.device());
  return last_steps(batch.input, batch.lengths).index_select(1, chosen);
}

torch::Tensor SequenceModelImpl::predict(const Batch& batch) {
  const torch::Tensor logits = forward(without_noise(batch));
  switch (config_.config.task) {
    case Task::kRegression: {
      const DenseImpl* last = dense_head();
      const bool standardized = last->target_mean.defined();
      const torch::Tensor values =
          standardized ? logits * last->target_deviation + last->target_mean : logits;
      const torch::Tensor base = forecast_base(batch);
      return (base.defined() ? values + base : values).to(torch::kFloat32);
    }
    case Task::kTagging:
      return probabilities_of_tags(logits, batch.lengths).to(torch::kFloat32);
    case Task::kLanguageModel:
    case Task::kSequenceToSequence:
      return torch::softmax(logits, 2).to(torch::kFloat32);
    case Task::kMultiLabel:
      return torch::sigmoid(logits).to(torch::kFloat32);
    case Task::kClassification:
      break;
  }
  if (!config_.is_binary()) return torch::softmax(logits, 1).to(torch::kFloat32);
  const torch::Tensor second = torch::sigmoid(logits);
  return torch::cat({1 - second, second}, 1).to(torch::kFloat32);
}

torch::Tensor SequenceModelImpl::probabilities_of_tags(const torch::Tensor& logits,
                                                       const torch::Tensor& lengths) const {
  const CrfImpl* crf = crf_head();
  return crf == nullptr ? torch::softmax(logits, 2) : crf->marginals(logits, lengths);
}

TagDecisions SequenceModelImpl::decode(const Batch& batch) {
  torch::Tensor row_scores;
  const torch::Tensor logits = forward(without_noise(batch), &row_scores);
  const CrfImpl* crf = crf_head();
  const torch::Tensor padding = padding_of(batch);
  const torch::Tensor best =
      crf == nullptr ? logits.argmax(2) : crf->best_paths(logits, batch.lengths);
  const torch::Tensor tags = best.masked_fill(padding, 0);
  const torch::Tensor probabilities = probabilities_of_tags(logits, batch.lengths)
                                          .gather(2, tags.unsqueeze(2))
                                          .squeeze(2)
                                          .masked_fill(padding, 0);
  TagDecisions found{tags, probabilities.to(torch::kFloat32), {}};
  if (row_scores.defined()) found.row_labels = torch::softmax(row_scores, 1).to(torch::kFloat32);
  return found;
}

WrittenTexts SequenceModelImpl::write(const Batch& batch, std::int64_t most_tokens) {
  const Batch quiet = without_noise(batch);
  const torch::Tensor source = run_layers(layers_.size() - 1, quiet);
  return decoder()->write(source, {quiet, padding_of(quiet)}, most_tokens);
}

DecoderImpl* SequenceModelImpl::decoder() const {
  return dynamic_cast<DecoderImpl*>(layers_.back().get());
}

DenseImpl* SequenceModelImpl::dense_head() const {
  return dynamic_cast<DenseImpl*>(layers_.back().get());
}

CrfImpl* SequenceModelImpl::crf_head() const {
  return dynamic_cast<CrfImpl*>(layers_.back().get());
}

void SequenceModelImpl::share_parameters(SequenceModelImpl& other) {
  const std::vector<torch::Tensor> theirs = other.parameters();
  std::vector<torch::Tensor> ours = parameters();
  TORCH_CHECK(ours.size() == theirs.size(), "models of different configs cannot share parameters");
  for (std::size_t i = 0; i < ours.size(); ++i) ours[i].set_data(theirs[i].data());
}

CarriedStates SequenceModelImpl::zero_states(std::int64_t rows) const {
  CarriedStates states;
  states.layers.resize(layers_.size());
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const auto* recurrent = dynamic_cast<const RecurrentImpl*>(layers_[i].get());
    if (recurrent == nullptr) continue;
    const RecurrentOptions& options = recurrent->options();
    const torch::Tensor& weight = recurrent->directions[0].weight_ih;
    states.layers[i].h = torch::zeros({rows, options.units}, weight.options().requires_grad(false));
    if (has_cell_state(options.cell)) states.layers[i].c = torch::zeros_like(states.layers[i].h);
  }
  return states;
}

void SequenceModelImpl::use_operators(bool use) {
  for (const LayerPointer& layer : layers_) {
    if (auto* recurrent = dynamic_cast<RecurrentImpl*>(layer.get())) recurrent->use_operators(use);
  }
}

bool SequenceModelImpl::uses_operators() const {
  return std::any_of(layers_.begin(), layers_.end(), [](const LayerPointer& layer) {
    const auto* recurrent = dynamic_cast<const RecurrentImpl*>(layer.get());
    return recurrent != nullptr && recurrent->uses_operators();
  });
}

}  // namespace sequent
