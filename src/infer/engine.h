// Runs a loaded model on encoded rows.
#pragma once

#include <torch/script.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "infer/tagged_row.h"
#include "infer/text_model.h"
#include "runtime/rows.h"

namespace sequent {

/// Runs the archive's own graph.
/// Threads: `predict` may be called from many at once.
class TorchScriptEngine : public TextModel {
 public:
  TorchScriptEngine(const torch::jit::Module& module, const RowForm& form);

  /// Shapes: -> [B, C] float32, contiguous, on the CPU.
  torch::Tensor predict(const EncodedRows& rows) const;

  /// Of a tagger.
  std::vector<TaggedRow> tag(const EncodedRows& rows) const;

  /// Of a model that writes text: for each source the best of `beams` texts that are written side
  /// by side (1: the most probable token each time), by their probability per token.
  std::vector<GeneratedRow> write(const EncodedRows& sources, std::int64_t beams) const;

  /// Of the same: ln p of the targets' tokens. `rows` are pairs. Shapes: -> [B, U, V].
  torch::Tensor score(const EncodedRows& rows) const;

  /// Of a language model: the states before any text. Shapes: each [rows, H].
  std::vector<torch::Tensor> start(std::int64_t rows) const;

  /// Reads on. Shapes: tokens [B, T] int64 -> scores [B, T, V], of which softmax makes the
  /// probabilities of the token after each; `states` become those after the last.
  torch::Tensor advance(const torch::Tensor& tokens, std::vector<torch::Tensor>& states) const;

  std::unique_ptr<TextReader> begin_text() const override;
  std::vector<double> log_probabilities(const std::vector<InputRow>& rows) const override;

  /// The scores of all tokens are in memory: so many for each.
  std::int64_t scored_together(std::int64_t asked) const override {
    constexpr std::int64_t kMost = 1024;
    return std::min(asked, kMost);
  }

 private:
  c10::IValue call(const torch::jit::Method& method, const EncodedRows& rows) const;

  torch::jit::Method forward_;
  std::optional<torch::jit::Method> decode_;           // of a tagger
  std::optional<torch::jit::Method> sequence_labels_;  // of one that labels whole rows as well
  std::optional<torch::jit::Method> write_;            // of a model that writes text, as the next
  std::optional<torch::jit::Method> score_;
  std::optional<torch::jit::Method> start_;  // of a language model, as the next
  std::optional<torch::jit::Method> advance_;
  RowForm form_;
};

}  // namespace sequent
