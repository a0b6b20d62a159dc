// Runs the TorchScript graph of a model on encoded rows.
#pragma once

#include <torch/script.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "infer/graph_engine.h"
#include "infer/tagged_row.h"
#include "infer/text_model.h"

namespace sequent {

/// Runs the graph of a model, and checks the types, shapes and indices of all that it returns.
/// Errors (all functions): Artifact if the graph fails or returns anything else.
/// Threads: `predict` can be called from many threads at once.
class TorchScriptEngine : public TextModel {
 public:
  TorchScriptEngine(const torch::jit::Module& module, const GraphForm& form);

  /// Shapes: -> [B, C] float32, contiguous, on the CPU.
  torch::Tensor predict(const EncodedRows& rows) const;

  /// For a tagger.
  std::vector<TaggedRow> tag(const EncodedRows& rows) const;

  /// For a sequence-to-sequence model: see GraphEngine::write.
  std::vector<GeneratedRow> write(const EncodedRows& sources, std::int64_t beams) const;

  /// For the same model: returns ln p of the target tokens. `rows` are pairs. Shapes: -> [B, U, V].
  torch::Tensor score(const EncodedRows& rows) const;

  /// For a language model: returns the initial hidden states. Shapes: each [rows, H].
  std::vector<torch::Tensor> start(std::int64_t rows) const;

  /// Continues reading. Shapes: tokens [B, T] int64 -> logits [B, T, V] of the token after each;
  /// `states` become those after the last token.
  torch::Tensor advance(const torch::Tensor& tokens, std::vector<torch::Tensor>& states) const;

  std::unique_ptr<TextReader> begin_text() const override;
  std::vector<double> log_probabilities(const std::vector<InputRow>& rows) const override;

  /// The logits of all tokens are in memory; this is their number per token.
  std::int64_t scored_together(std::int64_t asked) const override {
    constexpr std::int64_t kMost = 1024;
    return std::min(asked, kMost);
  }

 private:
  static c10::IValue run(const torch::jit::Method& method, std::vector<c10::IValue> inputs);
  c10::IValue call(const torch::jit::Method& method, const EncodedRows& rows) const;

  torch::jit::Method forward_;
  std::optional<torch::jit::Method> decode_;           // of a tagger
  std::optional<torch::jit::Method> sequence_labels_;  // of a tagger that also labels whole rows
  std::optional<torch::jit::Method> write_;  // of a sequence-to-sequence model, like the next
  std::optional<torch::jit::Method> score_;
  std::optional<torch::jit::Method> start_;  // of a language model, like the next
  std::optional<torch::jit::Method> advance_;
  GraphForm form_;
};

}  // namespace sequent
