// The settings that sequent fit searches, and the config that they stand for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sequent/config.h"
#include "sniff/sniff.h"

namespace sequent {

enum class FitEncoder { kMean, kConvolution, kRecurrent, kConvolutionRecurrent };
enum class FitPool { kNone, kMax, kMean, kMaxAndMean, kAttention };  // kNone: of taggers
enum class FitTokens { kWords, kWhitespace, kCharacters };
enum class FitCell { kLstm, kGru };

/// One point of the search space. Widths are in features.
struct FitRecipe {
  FitTokens tokens = FitTokens::kWords;
  bool lowercase = true;
  std::int64_t width = 100;           // of the embedding
  std::vector<std::int64_t> ngrams;   // lengths of the n-grams with vectors of their own
  std::int64_t ngram_width = 32;      // of each
  std::int64_t characters_width = 0;  // of the character-level encoder; 0: none
  FitEncoder encoder = FitEncoder::kMean;
  FitCell cell = FitCell::kLstm;
  std::int64_t units = 128;  // per direction; of a convolution: filters
  FitPool pool = FitPool::kMean;
  double word_dropout = 0;
  double input_dropout = 0;
  double output_dropout = 0;
  bool wide_start = false;  // LibTorch's initialization instead of Keras'
  double learning_rate = 0.001;
  double weight_decay = 0;
  double label_smoothing = 0;
  double average_decay = 0.999;  // of the weights; 0: none
  bool balanced = false;         // class weights
  std::int64_t batch_size = 32;
  std::int64_t epochs = 30;  // at most
  std::int64_t patience = 4;
  std::int64_t seed = 1;
  bool operator==(const FitRecipe&) const = default;

  /// The multiplications per token of a training step, to compare the costs of recipes.
  double operations() const;

  /// A few words for people, such as "BiLSTM 128, max pool".
  std::string title() const;
};

/// Returns the config of a recipe for this data. The config has no test data.
Config fit_config(const FitRecipe& recipe, const SniffedData& data, Monitor monitor);

}  // namespace sequent
