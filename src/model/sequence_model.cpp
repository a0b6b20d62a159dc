#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <concepts>
#include <optional>

#include "core/name_pattern.h"
#include "core/parameter_names.h"
#include "core/random.h"
#include "model/recurrent_kernels.h"
#include "model/sequence_padding.h"
#include "model/softmax_loss.h"
#include "sequent/error.h"
#include "sequent/model.h"
#include "tasks/task_definition.h"
#include "tasks/training_task.h"

namespace sequent {
namespace {

/// Creates the module of a layer. A layer type without an overload does not compile.
struct LayerBuilder {
  const ResolvedConfig& config;
  std::size_t index;
  const std::vector<LayerModule>& before;

  const Shape& input() const { return config.inputs[index]; }
  const Shape& output() const { return config.outputs[index]; }

  LayerModule operator()(const WordDropoutSpec& spec) const {
    return std::make_shared<WordDropoutImpl>(spec);
  }
  LayerModule operator()(const EmbeddingSpec& spec) const {
    const std::int64_t rows = spec.input_dim.value_or(config.vocabulary_size);
    return std::make_shared<EmbeddingImpl>(spec, rows);
  }
  LayerModule operator()(const NormalizationSpec& spec) const {
    return std::make_shared<NormalizationImpl>(spec, input().width);
  }
  LayerModule operator()(const SelfAttentionSpec& spec) const {
    return std::make_shared<SelfAttentionImpl>(spec, input().width);
  }
  LayerModule operator()(const DropoutSpec& spec) const {
    return std::make_shared<DropoutImpl>(spec);
  }
  LayerModule operator()(const SpatialDropoutSpec& spec) const {
    return std::make_shared<SpatialDropoutImpl>(spec);
  }
  template <class Spec>
  requires std::derived_from<Spec, RecurrentSpec> LayerModule operator()(const Spec& spec) const {
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
  LayerModule operator()(const Conv1dSpec& spec) const {
    return std::make_shared<Conv1dImpl>(spec, input().width);
  }
  LayerModule operator()(const LayerNormSpec& spec) const {
    return std::make_shared<LayerNormImpl>(spec, input().width);
  }
  LayerModule operator()(const AttentionSpec& spec) const {
    return std::make_shared<AttentionImpl>(input().width, spec.units.value_or(input().width));
  }
  LayerModule operator()(const PoolSpec& spec) const { return std::make_shared<PoolImpl>(spec); }
  LayerModule operator()(const SequenceLabelSpec& spec) const {
    return std::make_shared<SequenceLabelImpl>(spec, input().width, config.sequence_class_count);
  }
  LayerModule operator()(const PairSpec& spec) const { return std::make_shared<PairImpl>(spec); }
  LayerModule operator()(const FeaturesSpec& spec) const {
    return std::make_shared<FeaturesImpl>(spec, features_of(config.config.input));
  }
  LayerModule operator()(const DenseSpec& spec) const {
    if (spec.tied) return tied(spec);
    return std::make_shared<DenseImpl>(spec, input().width, output().width, dense_role());
  }
  LayerModule operator()(const CrfSpec&) const {
    return std::make_shared<CrfImpl>(input().width, output().width);
  }
  LayerModule operator()(const DecoderSpec& spec) const {
    return std::make_shared<DecoderImpl>(spec, input().width, output().width,
                                         rounds_on_cpu(config.config.runtime.precision));
  }
  LayerModule operator()(const OrdinalSpec&) const {
    return std::make_shared<OrdinalImpl>(input().width, output().width);
  }
  LayerModule tied(const DenseSpec& spec) const {
    for (const LayerModule& layer : before) {
      if (const auto* embedding = std::get_if<std::shared_ptr<EmbeddingImpl>>(&layer)) {
        (*embedding)->use_dense_gradients();
        return std::make_shared<DenseImpl>(spec, (*embedding)->weight, dense_role());
      }
    }
    throw Error(ErrorKind::kInternal, "", "found a tied layer without an embedding");
  }
  DenseRole dense_role() const {
    if (index + 1 < config.config.model.layers.size()) return DenseRole::kInner;
    if (definition_of(config.config).target() != TargetKind::kNumbers) {
      return DenseRole::kClassifier;
    }
    return config.config.standardizes_targets() ? DenseRole::kStandardized : DenseRole::kRegression;
  }
};

std::shared_ptr<LayerImpl> layer_of(const LayerModule& module) {
  return std::visit([](const auto& layer) -> std::shared_ptr<LayerImpl> { return layer; }, module);
}

/// One text of each pair of a batch: every second row, without the columns that are padding in all
/// of these rows.
class TextOfPairs {
 public:
  TextOfPairs(const Batch& batch, std::int64_t text)
      : rows_(torch::arange(text, batch.lengths.size(0), 2, batch.lengths.options())),
        lengths_(batch.lengths.index_select(0, rows_)),
        steps_(lengths_.max().item<std::int64_t>()) {}

  const torch::Tensor& lengths() const { return lengths_; }

  /// Shapes: all [2 B, T, ...] -> [B, T', ...].
  torch::Tensor of(const torch::Tensor& all) const {
    return all.narrow(1, 0, steps_).index_select(0, rows_);
  }

 private:
  torch::Tensor rows_;
  torch::Tensor lengths_;  // [B]
  std::int64_t steps_;
};

/// The weights of the product that computes the logits of tokens.
struct TokenProduct {
  torch::Tensor weight;  // [V, D]
  torch::Tensor bias;    // [V]
};

TokenProduct token_product(const SequenceModelImpl& model) {
  if (const auto* decoder = model.head<DecoderImpl>()) return {decoder->weight, decoder->bias};
  const auto* dense = model.head<DenseImpl>();
  return {dense->weight, dense->bias};
}

}  // namespace

Batch without_noise(const Batch& batch) {
  Batch quiet{batch.input, batch.lengths};
  quiet.spellings = batch.spellings;
  quiet.features = batch.features;
  quiet.targets = batch.targets;
  quiet.target_lengths = batch.target_lengths;
  quiet.carried = batch.carried;
  return quiet;
}

SequenceModelImpl::SequenceModelImpl(const ResolvedConfig& config, bool initialize)
    : config_(config), second_encoder_(config.config.second_encoder()) {
  const auto& specs = config.config.model.layers;
  const RandomStream random(static_cast<std::uint64_t>(config.config.training.seed),
                            RandomPurpose::kWeights);
  const auto make = [&](std::size_t i, std::uint64_t number) {
    LayerModule module = std::visit(LayerBuilder{config, i, modules_}, specs[i]);
    if (!initialize) return module;
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(random.bits(number));
    layer_of(module)->initialize(config.config.initialization(), generator);
    return module;
  };
  torch::nn::ModuleList list;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    modules_.push_back(make(i, i));
    layers_.push_back(layer_of(modules_.back()));
    list->push_back(std::static_pointer_cast<torch::nn::Module>(layers_.back()));
    if (!second_encoder_.contains(i)) continue;
    second_modules_.push_back(make(i, specs.size() + i));
    layers_.back()->register_module(kSecondText, layer_of(second_modules_.back()));
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

LayerImpl* SequenceModelImpl::second_layer(std::size_t index) const {
  if (!second_encoder_.contains(index)) return nullptr;
  return layer_of(second_modules_[index - second_encoder_.begin]).get();
}

/// If the next active layer after the embedding at `index` is recurrent and runs on the kernels, so
/// that it can multiply each distinct token only once, returns its index.
std::optional<std::size_t> SequenceModelImpl::reader_of_distinct(
    std::size_t index, const LayerContext& context) const {
  const auto* embedding = layer_as<EmbeddingImpl>(index);
  std::size_t next = index + 1;
  while (next < layers_.size() && layers_[next]->passes_through(context)) ++next;
  const auto* recurrent = next < layers_.size() ? layer_as<RecurrentImpl>(next) : nullptr;
  if (!embedding->has_own_rows() || embedding->uses_dense_gradients() || recurrent == nullptr ||
      !recurrent->reads_distinct(embedding->weight, context)) {
    return std::nullopt;
  }
  return next;
}

/// Runs the embedding at `index`, and the layer that reads its distinct tokens, if there is one.
/// Returns the index of the first layer that has not been run.
std::size_t SequenceModelImpl::forward_embedded(std::size_t index, torch::Tensor& values,
                                                LayerContext& context) {
  const std::optional<std::size_t> reader = reader_of_distinct(index, context);
  if (!reader) {
    values = layers_[index]->forward(values, context);
    return index + 1;
  }
  context.index = static_cast<std::int64_t>(*reader);
  const DistinctTokens tokens = distinct_tokens(values);
  const torch::Tensor rows = layer_as<EmbeddingImpl>(index)->rows(tokens.ids);
  values = layer_as<RecurrentImpl>(*reader)->forward_distinct(rows, tokens, context);
  return *reader + 1;
}

/// Runs the embedding at `index` on both texts of each pair, and then each text's own encoder.
/// Shapes: values [2 B, T] -> the vectors of the texts in turn [2 B, D]. Returns the index of the
/// pair layer.
std::size_t SequenceModelImpl::forward_encoders(std::size_t index, torch::Tensor& values,
                                                const LayerContext& context) {
  // The table is read once, because the sum of two sparse gradients would not be coalesced.
  const torch::Tensor tokens = values;
  const std::optional<std::size_t> reader = reader_of_distinct(index, context);
  const torch::Tensor ids = reader ? distinct_tokens(tokens).ids : torch::Tensor();
  const torch::Tensor embedded =
      reader ? layer_as<EmbeddingImpl>(index)->rows(ids) : layers_[index]->forward(tokens, context);
  std::vector<torch::Tensor> vectors;
  for (const bool is_second : {false, true}) {
    const TextOfPairs text(context.batch, is_second ? 1 : 0);
    Batch own{text.of(context.batch.input), text.lengths()};
    own.noise = context.batch.noise;
    own.first_row = context.batch.first_row;
    LayerContext inner{own, padding_of(own)};
    if (own.lengths.device().is_cpu()) inner.plan = make_step_plan(own.lengths);
    const auto enter = [&](std::size_t i) -> const LayerModule& {
      inner.index = static_cast<std::int64_t>(is_second ? layers_.size() + i : i);
      return is_second ? second_modules_[i - second_encoder_.begin] : modules_[i];
    };
    torch::Tensor x;
    if (reader) {
      const DistinctTokens read = distinct_tokens(text.of(tokens));
      const torch::Tensor rows = embedded.index_select(0, torch::searchsorted(ids, read.ids));
      x = std::get<std::shared_ptr<RecurrentImpl>>(enter(*reader))
              ->forward_distinct(rows, read, inner);
    } else {
      x = text.of(embedded);
    }
    for (std::size_t i = reader ? *reader + 1 : index + 1; i < second_encoder_.end; ++i) {
      x = layer_of(enter(i))->forward(x, inner);
    }
    vectors.push_back(x);
  }
  values = torch::stack(vectors, 1).flatten(0, 1);
  return second_encoder_.end;
}

torch::Tensor SequenceModelImpl::forward(const Batch& batch, torch::Tensor* sequence_logits) {
  return run_layers(layers_.size(), batch, sequence_logits);
}

torch::Tensor SequenceModelImpl::head_input(const Batch& batch) {
  return run_layers(layers_.size() - 1, batch);
}

bool SequenceModelImpl::has_token_loss(const Batch& batch) const {
  return definition_of(config_.config).predicts_tokens() && !uses_operators() &&
         batch.input.device().is_cpu() && kernels_serve(token_product(*this).weight);
}

torch::Tensor SequenceModelImpl::token_loss(const Batch& batch, const torch::Tensor& next,
                                            double smoothing, double scale) {
  torch::Tensor rows = head_input(batch);
  torch::Tensor padding = padding_of(batch);
  if (auto* decoder = head<DecoderImpl>()) {
    rows = decoder->states(rows, {batch, padding, static_cast<std::int64_t>(layers_.size()) - 1});
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
  const auto [weight, bias] = token_product(*this);
  return softmax_loss(rows, weight, bias, targets, smoothing, scale,
                      rounds_on_cpu(config_.config.runtime.precision));
}

/// Runs the first `count` layers on the batch.
torch::Tensor SequenceModelImpl::run_layers(std::size_t count, const Batch& batch,
                                            torch::Tensor* sequence_logits) {
  LayerContext context{batch, padding_of(batch)};
  context.sequence_logits = sequence_logits;
  if (batch.carried != nullptr) batch.carried->layers.resize(layers_.size());
  if (batch.input.device().is_cpu()) context.plan = make_step_plan(batch.lengths);
  if (config_.config.reads_pairs()) context.rows_each = 2;
  torch::Tensor values = batch.input;
  for (std::size_t i = 0; i < count;) {
    context.index = static_cast<std::int64_t>(i);
    if (layer_as<EmbeddingImpl>(i) != nullptr) {
      i = second_encoder_.empty() ? forward_embedded(i, values, context)
                                  : forward_encoders(i, values, context);
    } else {
      values = layers_[i]->forward(values, context);
      if (layer_as<PairImpl>(i) != nullptr) context.rows_each = 1;
      ++i;
    }
  }
  return values;
}

torch::Tensor SequenceModelImpl::predict(const Batch& batch) {
  const Batch quiet = without_noise(batch);
  return training_task(config_.config).predictions(*this, quiet, forward(quiet));
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
    const auto* recurrent = layer_as<RecurrentImpl>(i);
    if (recurrent == nullptr) continue;
    const RecurrentOptions& options = recurrent->options();
    const torch::Tensor& weight = recurrent->directions[0].weight_ih;
    states.layers[i].h = torch::zeros({rows, options.units}, weight.options().requires_grad(false));
    if (has_cell_state(options.cell)) states.layers[i].c = torch::zeros_like(states.layers[i].h);
  }
  return states;
}

void SequenceModelImpl::use_operators(bool use) {
  for (RecurrentImpl* recurrent : find_all<RecurrentImpl>()) recurrent->use_operators(use);
  for (const LayerModule& module : second_modules_) {
    const auto* recurrent = std::get_if<std::shared_ptr<RecurrentImpl>>(&module);
    if (recurrent != nullptr) (*recurrent)->use_operators(use);
  }
}

bool SequenceModelImpl::uses_operators() const {
  const std::vector<RecurrentImpl*> recurrent = find_all<RecurrentImpl>();
  return std::any_of(recurrent.begin(), recurrent.end(),
                     [](const RecurrentImpl* layer) { return layer->uses_operators(); });
}

}  // namespace sequent
