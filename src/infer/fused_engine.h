// Runs a model on kernels/, without LibTorch: from an archive's config and weights.
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

/// The weight of this name, as the model calls it: `layers.2.weight_ih_l0`.
using WeightSource = std::function<std::span<const float>(const std::string& name)>;

struct FusedOptions {
  /// Most memory for the products of tokens with the first recurrent layer's weights, kept from
  /// text to text; 0: none is kept. Filled as tokens come.
  std::int64_t token_table_bytes = std::int64_t{256} << 20;

  /// Of the products in recurrent layers.
  Precision precision = Precision::kFloat32;
};

/// Threads: `predict` may be called from many at once.
class FusedEngine : public TextModel {
 public:
  /// Empty, or which part of the model has no kernel: then TorchScriptEngine runs it.
  static std::string not_served(const ResolvedConfig& config);

  /// Whether some recurrent layer has a kernel: where not, there is nothing for bfloat16 to do.
  static bool has_recurrent_kernel(const Config& config);

  /// Whether this engine runs the model: all of it has kernels.
  static bool serves(const ResolvedConfig& config) { return not_served(config).empty(); }

  /// `config` is served. Copies the weights into the order the kernels read.
  /// Errors: see kernels_for.
  FusedEngine(const ResolvedConfig& config, const WeightSource& weights,
              const FusedOptions& options);
  FusedEngine(const FusedEngine&) = delete;
  FusedEngine& operator=(const FusedEngine&) = delete;
  ~FusedEngine() override;

  /// `rows`, none empty, all token ids or all numbers as the config says. Gives probabilities, or a
  /// regression's values. Shapes: out [rows, C],
  /// row by row.
  void predict(const std::vector<InputRow>& rows, float* out) const;

  /// What the layers make of a single text: of pairs what the pair layer reads, else what the last
  /// layer reads. Not of a tagger. Shapes: out [rows, vector_width()].
  void embed(const std::vector<InputRow>& rows, float* out) const;
  std::int64_t vector_width() const;

  /// Of a tagger.
  std::vector<TaggedRow> tag(const std::vector<InputRow>& rows) const;

  /// Of a model that writes text: see TorchScriptEngine::write.
  std::vector<GeneratedRow> write(const std::vector<InputRow>& sources, std::int64_t beams) const;

  /// Of a language model, as the next two.
  std::unique_ptr<TextReader> begin_text() const override;
  std::vector<double> log_probabilities(const std::vector<InputRow>& rows) const override;
  std::int64_t scored_together(std::int64_t asked) const override { return asked; }

 private:
  class Impl;
  class Reader;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sequent
