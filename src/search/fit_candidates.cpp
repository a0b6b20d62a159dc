#include "search/fit_candidates.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/random.h"

namespace sequent {
namespace {

constexpr std::int64_t kSmall = 20'000;  // rows; smaller sets need more regularization

FitRecipe base(const SniffedData& data) {
  FitRecipe recipe;
  recipe.tokens = data.writes_without_spaces ? FitTokens::kCharacters : FitTokens::kWords;
  recipe.batch_size = data.rows > 4 * kSmall ? 64 : 32;
  recipe.patience = data.rows > kSmall ? 3 : 5;
  // The average covers about the last epoch: a longer one would lag behind in short trials.
  const double steps = static_cast<double>(data.rows) / static_cast<double>(recipe.batch_size);
  recipe.average_decay = std::clamp(1 - 1 / steps, 0.99, 0.999);
  return recipe;
}

std::vector<FitRecipe> tagging_candidates(const SniffedData& data) {
  FitRecipe recurrent = fit_baseline(data);
  recurrent.word_dropout = 0.1;
  recurrent.input_dropout = 0.4;
  recurrent.output_dropout = 0.5;
  recurrent.units = 128;
  FitRecipe convolution = recurrent;
  convolution.encoder = FitEncoder::kConvolutionRecurrent;
  convolution.units = 100;
  return {recurrent, convolution};
}

/// Candidates that read the order of the tokens.
std::vector<FitRecipe> sequence_candidates(const SniffedData& data) {
  FitRecipe recurrent = base(data);
  recurrent.encoder = FitEncoder::kRecurrent;
  recurrent.pool = FitPool::kMax;
  recurrent.width = 200;
  recurrent.units = 128;
  recurrent.word_dropout = 0.1;
  recurrent.input_dropout = 0.5;
  recurrent.output_dropout = 0.5;
  recurrent.label_smoothing = 0.1;
  recurrent.learning_rate = 0.002;

  FitRecipe convolution = recurrent;
  convolution.encoder = FitEncoder::kConvolution;
  convolution.width = 300;
  convolution.units = 256;

  FitRecipe both = recurrent;
  both.encoder = FitEncoder::kConvolutionRecurrent;
  both.pool = FitPool::kMaxAndMean;
  both.units = 100;
  both.input_dropout = 0.3;

  FitRecipe wide = recurrent;  // as in configs/trec.json
  wide.width = 300;
  wide.units = 256;
  wide.word_dropout = 0.05;
  wide.wide_start = true;
  wide.learning_rate = 0.001;
  wide.lowercase = !data.has_capitals;
  wide.batch_size = 16;

  FitRecipe ngrams = both;
  ngrams.ngrams = {2};
  ngrams.ngram_width = 64;
  ngrams.width = 128;

  FitRecipe attention = recurrent;
  attention.cell = FitCell::kGru;
  attention.pool = FitPool::kAttention;
  if (data.rows >= kSmall) return {ngrams, convolution, recurrent, both, attention};
  return {ngrams, convolution, recurrent, wide, both, attention};
}

/// Candidates that only count words and n-grams.
std::vector<FitRecipe> bag_candidates(const SniffedData& data) {
  FitRecipe regular = fit_baseline(data);
  regular.word_dropout = 0.1;
  regular.label_smoothing = 0.1;
  regular.learning_rate = 0.005;
  FitRecipe longer = fit_baseline(data);
  longer.ngrams = {2, 3};
  longer.learning_rate = 0.005;
  longer.label_smoothing = 0.1;
  FitRecipe both = regular;
  both.pool = FitPool::kMaxAndMean;
  both.width = 200;
  both.input_dropout = 0.5;
  both.learning_rate = 0.002;
  both.characters_width = data.writes_without_spaces ? 0 : 50;
  both.lowercase = !data.has_capitals;
  return {regular, longer, both};
}

template <class T, std::size_t N>
T pick(const std::array<T, N>& values, const RandomStream& random, std::uint64_t counter) {
  return values[static_cast<std::size_t>(random.below(N, counter))];
}

/// Changes one setting.
void change(FitRecipe& recipe, const SniffedData& data, const RandomStream& random) {
  const bool is_bag = recipe.encoder == FitEncoder::kMean;
  switch (random.below(12, 0)) {
    case 0:
    case 1:
      recipe.learning_rate *= std::exp2(2.0 * static_cast<double>(random.uniform(1)) - 1.0);
      break;
    case 2:
      recipe.word_dropout = pick(std::array{0.0, 0.05, 0.1, 0.2, 0.3}, random, 1);
      break;
    case 3:
      recipe.input_dropout = pick(std::array{0.0, 0.2, 0.3, 0.4, 0.5, 0.6}, random, 1);
      break;
    case 4:
      recipe.output_dropout = pick(std::array{0.0, 0.2, 0.3, 0.5, 0.6}, random, 1);
      break;
    case 5:
      recipe.width = pick(std::array<std::int64_t, 5>{64, 100, 200, 300, 400}, random, 1);
      break;
    case 6:
      if (is_bag) {
        recipe.ngram_width = pick(std::array<std::int64_t, 4>{16, 32, 64, 100}, random, 1);
      } else {
        recipe.units = pick(std::array<std::int64_t, 4>{64, 128, 192, 256}, random, 1);
      }
      break;
    case 7:
      recipe.pool =
          pick(std::array{FitPool::kMax, FitPool::kMaxAndMean, FitPool::kMean, FitPool::kAttention},
               random, 1);
      break;
    case 8:
      recipe.label_smoothing = pick(std::array{0.0, 0.05, 0.1, 0.2}, random, 1);
      break;
    case 9:
      recipe.weight_decay = pick(std::array{0.0, 0.01, 0.05, 0.1}, random, 1);
      break;
    case 10:
      if (recipe.ngrams.empty()) {
        recipe.ngrams = {2};
      } else {
        recipe.ngrams =
            pick(std::array<std::vector<std::int64_t>, 3>{{{}, {2}, {2, 3}}}, random, 1);
      }
      break;
    default:
      recipe.wide_start = random.below(2, 1) == 0;
      if (data.has_capitals) recipe.lowercase = random.below(2, 2) == 0;
      break;
  }
}

}  // namespace

FitRecipe fit_baseline(const SniffedData& data) {
  FitRecipe recipe = base(data);
  if (data.is_tagged) {
    recipe.lowercase = false;
    recipe.pool = FitPool::kNone;
    recipe.encoder = FitEncoder::kRecurrent;
    recipe.characters_width = data.writes_without_spaces ? 0 : 50;
    recipe.units = 64;
    recipe.learning_rate = 0.002;
    recipe.batch_size = 16;
    recipe.input_dropout = 0.3;
    return recipe;
  }
  recipe.width = 100;
  recipe.ngrams =
      data.writes_without_spaces ? std::vector<std::int64_t>{2, 3} : std::vector<std::int64_t>{2};
  recipe.ngram_width = 64;
  recipe.learning_rate = 0.01;
  return recipe;
}

std::vector<FitRecipe> fit_candidates(const SniffedData& data, Monitor monitor) {
  if (data.is_tagged) return tagging_candidates(data);
  std::vector<FitRecipe> bags = bag_candidates(data);
  std::vector<FitRecipe> sequences = sequence_candidates(data);
  // A cheap candidate of each kind comes first.
  std::vector<FitRecipe> all;
  for (std::size_t i = 0; i < std::max(bags.size(), sequences.size()); ++i) {
    if (i < bags.size()) all.push_back(bags[i]);
    if (i < sequences.size()) all.push_back(sequences[i]);
  }
  if (monitor == Monitor::kMacroF1 && data.is_skewed && data.target == TargetKind::kLabel) {
    FitRecipe balanced = all.front();
    balanced.balanced = true;
    all.insert(all.begin() + 2, balanced);
    balanced = sequences.front();
    balanced.balanced = true;
    all.insert(all.begin() + 4, balanced);
  }
  return all;
}

FitRecipe fit_variant(const FitRecipe& recipe, const SniffedData& data, std::uint64_t seed,
                      std::uint64_t number) {
  const RandomStream random(seed, RandomPurpose::kOrder, {number});
  FitRecipe variant = recipe;
  const std::uint64_t changes = 1 + random.below(3, 0);
  for (std::uint64_t i = 0; i < changes; ++i) change(variant, data, random.at(i + 1));
  if (data.is_tagged) variant.pool = FitPool::kNone;
  return variant;
}

}  // namespace sequent
