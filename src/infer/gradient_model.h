// A model of texts that also computes gradients with respect to the vectors of its tokens, in
// double precision and without LibTorch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infer/character_encoder.h"
#include "infer/feature_vectors.h"
#include "infer/gradient_layers.h"
#include "sequent/config.h"
#include "sequent/data.h"
#include "text/ngram_hash.h"

namespace sequent {

/// The outputs of a model, and the function that turns their gradient into those of the vectors of
/// each text. It is called at most once.
struct ModelPass {
  StepValues output;
  std::function<std::vector<StepValues>(const StepValues& gradient)> backward;
};

/// Threads: all functions can be called from many threads at once.
class GradientModel {
 public:
  /// Requires a `config` that reads text and has outputs to explain. `weights` must outlive this
  /// object, because the tables of embeddings are not copied.
  GradientModel(const ResolvedConfig& config, const WeightSource& weights);

  /// Returns the vectors that the embedding computes for one text. Shapes: -> one row.
  StepValues embed(const InputRow& text) const;

  /// Runs the layers after the embedding. `texts` has one element, or two for a model that reads
  /// pairs.
  ///
  /// Shapes:  each of texts [steps, rows, width of the embedding]
  ///          -> [1, rows, C]: the probabilities of classes or labels, for one sigmoid unit that of
  ///          the second class (C = 1), or a regression's values in the units of the targets; for a
  ///          tagger [steps, rows, C], its logits or the emissions of its crf.
  ///          features: of the row, which all rows of `texts` share; empty without a features
  ///          layer.
  ModelPass run(std::vector<StepValues> texts, std::span<const float> features = {}) const;

 private:
  class Maker;

  /// Rows of a table, for each token or for the n-gram that ends at it.
  struct Table {
    std::span<const float> values;
    std::int64_t width = 0;
    std::optional<NgramHash> ngrams;
  };

  StepValues join_features(const StepValues& vectors, std::span<const float> features) const;
  void spell(const InputRow& text, std::int64_t column, StepValues& result) const;

  std::vector<Table> tables_;  // one without values has the encoder's columns
  std::unique_ptr<CharacterEncoder> encoder_;
  std::int64_t encoder_column_ = 0;
  std::vector<std::string> spellings_;  // of the vocabulary, for the encoder
  std::int64_t width_ = 0;
  std::vector<GradientLayerPointer> layers_;         // of each text
  std::vector<GradientLayerPointer> second_layers_;  // of the second text if it has its own encoder
  std::optional<std::vector<PairFeature>> pair_;
  std::optional<FeatureVectors> features_;
  std::vector<GradientLayerPointer> joined_;  // after the pair layer or the features layer
};

}  // namespace sequent
