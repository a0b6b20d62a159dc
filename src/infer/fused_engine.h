// Runs a model on kernels/, without LibTorch, from an archive's config and weights.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "infer/tagged_row.h"
#include "infer/text_model.h"
#include "sequent/config.h"
#include "sequent/data.h"

namespace sequent {

/// Returns the weight with this name in the model: `layers.2.weight_ih_l0`.
using WeightSource = std::function<std::span<const float>(const std::string& name)>;

/// Returns the weights of one of the members of `config`, by their names in a model of its own.
/// `weights` must outlive the result.
WeightSource member_weights(const WeightSource& weights, const ResolvedConfig& config,
                            std::int64_t member);

struct FusedOptions {
  /// Maximum memory for the products of tokens with the first recurrent layer's weights, which are
  /// cached across texts; 0: no cache. The cache is filled on first use of each token.
  std::int64_t token_table_bytes = std::int64_t{256} << 20;

  /// Precision of the products in recurrent layers.
  Precision precision = Precision::kFloat32;
};

/// Threads: `predict` can be called from many threads at once.
class FusedEngine : public TextModel {
 public:
  /// Whether the model has at least one recurrent layer; otherwise bfloat16 has no effect.
  static bool has_recurrent_layer(const Config& config);

  /// Copies the weights into the layout of the kernels. If the config has several members, only
  /// predict() can be called.
  /// Errors: see kernels_for.
  FusedEngine(const ResolvedConfig& config, const WeightSource& weights,
              const FusedOptions& options);
  FusedEngine(const FusedEngine&) = delete;
  FusedEngine& operator=(const FusedEngine&) = delete;
  ~FusedEngine() override;

  /// Requires that no row is empty and that all rows contain token ids, or numbers, as the config
  /// says. Returns probabilities, or a regression's values, which are averaged over the members.
  /// Shapes: out [rows, C], row-major.
  void predict(const std::vector<InputRow>& rows, float* out) const;

  /// Returns the vector that the layers compute for a single text: in a model for pairs the pair
  /// layer's input, otherwise the last layer's input. Not for taggers and pairs with separate
  /// encoders. Shapes: out [rows, vector_width()].
  void embed(const std::vector<InputRow>& rows, float* out) const;
  std::int64_t vector_width() const;

  /// For a tagger.
  std::vector<TaggedRow> tag(const std::vector<InputRow>& rows) const;

  /// For a sequence-to-sequence model: see GraphEngine::write.
  std::vector<GeneratedRow> write(const std::vector<InputRow>& sources, std::int64_t beams) const;

  /// For a language model, like the next two.
  std::unique_ptr<TextReader> begin_text() const override;
  std::vector<double> log_probabilities(const std::vector<InputRow>& rows) const override;
  std::int64_t scored_together(std::int64_t asked) const override { return asked; }

 private:
  class Impl;
  class Reader;
  Impl& first() const { return *members_.front(); }

  std::vector<std::unique_ptr<Impl>> members_;
  std::size_t outputs_;  // of a row
};

}  // namespace sequent
