#include "search/fit_recipe.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "core/format.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

/// Returns the number of rows of a table of n-grams: about two for each n-gram that can occur.
std::int64_t bucket_count(const SniffedData& data) {
  constexpr std::int64_t kFewest = 20'000;
  constexpr std::int64_t kMost = 400'000;
  std::int64_t count = kFewest;
  while (count < kMost && count < data.tokens) count *= 2;
  return std::min(count, kMost);
}

TextInput text_input(const FitRecipe& recipe, const SniffedData& data) {
  TextInput input;
  switch (recipe.tokens) {
    case FitTokens::kWords:
      input.tokenizer = WordsTokenizer{};
      break;
    case FitTokens::kWhitespace:
      input.tokenizer = WhitespaceTokenizer{};
      break;
    case FitTokens::kCharacters:
      input.tokenizer = CharactersTokenizer{};
      break;
  }
  std::visit([&](auto& tokenizer) { tokenizer.lowercase = recipe.lowercase; }, input.tokenizer);
  // Tokens that occur once teach little and cost much where there are many of them.
  constexpr std::int64_t kManyTokens = 300'000;
  input.vocabulary.min_count = data.tokens > kManyTokens ? 2 : 1;
  input.max_length = data.max_length;
  input.features = data.features;
  return input;
}

EmbeddingSpec embedding(const FitRecipe& recipe, const SniffedData& data) {
  EmbeddingSpec spec;
  spec.output_dim = recipe.width;
  for (const std::int64_t n : recipe.ngrams) {
    NgramsSpec ngrams;
    ngrams.output_dim = recipe.ngram_width;
    ngrams.n = n;
    ngrams.buckets = bucket_count(data);
    spec.concat.emplace_back(ngrams);
  }
  if (recipe.characters_width > 0) {
    CharactersSpec characters;
    characters.output_dim = recipe.characters_width;
    spec.concat.emplace_back(characters);
  }
  return spec;
}

template <class Layer>
void add_recurrent(const FitRecipe& recipe, bool residual, std::vector<LayerSpec>& layers) {
  Layer layer;
  layer.units = recipe.units;
  layer.bidirectional = true;
  layer.return_sequences = true;
  layer.residual = residual;
  layers.emplace_back(layer);
}

void add_encoder(const FitRecipe& recipe, std::vector<LayerSpec>& layers) {
  const bool convolves = recipe.encoder == FitEncoder::kConvolution ||
                         recipe.encoder == FitEncoder::kConvolutionRecurrent;
  const bool recurs = recipe.encoder == FitEncoder::kRecurrent ||
                      recipe.encoder == FitEncoder::kConvolutionRecurrent;
  if (convolves) {
    Conv1dSpec convolution;
    convolution.filters = recurs ? 2 * recipe.units : recipe.units;
    layers.emplace_back(convolution);
  }
  if (!recurs) return;
  if (recipe.cell == FitCell::kLstm) add_recurrent<LstmSpec>(recipe, convolves, layers);
  if (recipe.cell == FitCell::kGru) add_recurrent<GruSpec>(recipe, convolves, layers);
}

LayerSpec pool_layer(FitPool pool) {
  if (pool == FitPool::kAttention) return AttentionSpec{};
  PoolSpec spec;
  if (pool == FitPool::kMax) spec.mode = PoolMode::kMax;
  if (pool == FitPool::kMean) spec.mode = PoolMode::kMean;
  if (pool == FitPool::kMaxAndMean) spec.mode = std::vector{PoolMode::kMax, PoolMode::kMean};
  return spec;
}

LayerSpec last_layer(TargetKind target) {
  if (target == TargetKind::kTags) return CrfSpec{};
  DenseSpec dense;
  dense.activation = target == TargetKind::kLabel      ? Activation::kSoftmax
                     : target == TargetKind::kLabelSet ? Activation::kSigmoid
                                                       : Activation::kLinear;
  return dense;
}

std::vector<LayerSpec> layers_of(const FitRecipe& recipe, const SniffedData& data) {
  std::vector<LayerSpec> layers;
  if (recipe.word_dropout > 0) layers.emplace_back(WordDropoutSpec{recipe.word_dropout});
  layers.emplace_back(embedding(recipe, data));
  if (recipe.input_dropout > 0) layers.emplace_back(DropoutSpec{recipe.input_dropout});
  add_encoder(recipe, layers);
  if (data.labels_sequences) {
    SequenceLabelSpec label;
    label.mode = std::vector{PoolMode::kMax, PoolMode::kMean};
    label.dropout = recipe.output_dropout;
    layers.emplace_back(label);
  }
  if (recipe.pool != FitPool::kNone) layers.push_back(pool_layer(recipe.pool));
  if (!data.features.empty()) layers.emplace_back(FeaturesSpec{});
  if (recipe.output_dropout > 0) layers.emplace_back(DropoutSpec{recipe.output_dropout});
  layers.push_back(last_layer(data.target));
  return layers;
}

TrainingSpec training(const FitRecipe& recipe, Monitor monitor) {
  TrainingSpec spec;
  if (recipe.weight_decay > 0) {
    AdamWSpec optimizer;
    optimizer.learning_rate = recipe.learning_rate;
    optimizer.weight_decay = recipe.weight_decay;
    spec.optimizer = optimizer;
  } else {
    AdamSpec optimizer;
    optimizer.learning_rate = recipe.learning_rate;
    spec.optimizer = optimizer;
  }
  spec.label_smoothing = recipe.label_smoothing;
  if (recipe.balanced) spec.class_weights = BalancedWeights::kBalanced;
  if (recipe.average_decay > 0) spec.ema = WeightAverage{recipe.average_decay};
  spec.batch_size = recipe.batch_size;
  spec.epochs = recipe.epochs;
  spec.clip_norm = 5;
  spec.early_stopping = EarlyStopping{monitor, recipe.patience, 0};
  spec.seed = recipe.seed;
  return spec;
}

}  // namespace

double FitRecipe::operations() const {
  double features = static_cast<double>(width) +
                    static_cast<double>(ngram_width * std::ssize(ngrams) + characters_width);
  const auto outputs = static_cast<double>(units);
  constexpr double kPasses = 3;           // forward, and backward for inputs and weights
  constexpr double kCharacterCost = 4e4;  // of a convolution over the bytes of a token
  double sum = features + (characters_width > 0 ? kCharacterCost : 0);
  const bool recurs =
      encoder == FitEncoder::kRecurrent || encoder == FitEncoder::kConvolutionRecurrent;
  if (encoder == FitEncoder::kConvolution || encoder == FitEncoder::kConvolutionRecurrent) {
    constexpr double kKernel = 3;
    const double filters = recurs ? 2 * outputs : outputs;
    sum += kKernel * features * filters;
    features = filters;
  }
  const double gates = cell == FitCell::kLstm ? 4 : 3;
  if (recurs) sum += 2 * gates * outputs * (features + outputs);
  return kPasses * sum;
}

std::string FitRecipe::title() const {
  std::ostringstream text;
  if (tokens == FitTokens::kCharacters) text << "characters, ";
  if (!lowercase) text << "cased, ";
  for (const std::int64_t n : ngrams) text << n << "-grams, ";
  if (characters_width > 0) text << "spelling, ";
  const std::string recurrent = cell == FitCell::kLstm ? "BiLSTM " : "BiGRU ";
  switch (encoder) {
    case FitEncoder::kMean:
      text << "embedding " << width;
      break;
    case FitEncoder::kConvolution:
      text << "convolution " << units;
      break;
    case FitEncoder::kRecurrent:
      text << recurrent << units;
      break;
    case FitEncoder::kConvolutionRecurrent:
      text << "convolution + " << recurrent << units;
      break;
  }
  switch (pool) {
    case FitPool::kNone:
      break;
    case FitPool::kMax:
      text << ", max pool";
      break;
    case FitPool::kMean:
      text << ", mean pool";
      break;
    case FitPool::kMaxAndMean:
      text << ", max and mean pool";
      break;
    case FitPool::kAttention:
      text << ", attention";
      break;
  }
  text << ", rate " << format_short(learning_rate);
  if (label_smoothing > 0) text << ", smoothing " << format_short(label_smoothing);
  if (weight_decay > 0) text << ", decay " << format_short(weight_decay);
  if (balanced) text << ", balanced";
  return text.str();
}

Config fit_config(const FitRecipe& recipe, const SniffedData& data, Monitor monitor) {
  Config config;
  config.name = std::filesystem::path(data.data.train).lexically_normal().stem().string();
  if (config.name.empty()) config.name = "model";
  config.task = data.task;
  config.data = data.data;
  config.data.test.reset();
  config.input = text_input(recipe, data);
  config.model.layers = layers_of(recipe, data);
  if (recipe.wide_start) config.model.initialization = Initialization::kTorch;
  config.training = training(recipe, monitor);
  const TaskDefinition& definition = definition_of(config);
  if (!definition.allows_label_smoothing() || data.is_tagged) config.training.label_smoothing = 0;
  if (!definition.allows_class_weights()) config.training.class_weights.reset();
  config.base_directory = std::filesystem::current_path();
  return config;
}

}  // namespace sequent
