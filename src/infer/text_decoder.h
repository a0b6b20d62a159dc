// A decoder on kernels/: generates texts while it attends to the source texts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "infer/dense_product.h"
#include "infer/next_token_head.h"
#include "infer/stages.h"
#include "infer/tagged_row.h"

namespace sequent {

/// Computes the same as the archive's methods `step` and `write`: see
/// tasks/sequence_to_sequence/decoder_source_inference.cpp and DecoderImpl.
class TextDecoder {
 public:
  /// `prefix`: of the names of the layer's weights. `input`: width of the source layers' output.
  TextDecoder(const kernels::Kernels<float>& kernels, const DecoderSpec& spec, std::int64_t input,
              std::int64_t most_tokens, const std::string& prefix, const WeightSource& weights);

  /// Returns for each row of the flow the best text of a beam search of width `beams`, by
  /// probability per token. `flow` contains a vector for each of the rows' tokens.
  std::vector<GeneratedRow> write(const Flow& flow, std::int64_t beams) const;

 private:
  /// What the decoder reads of the sources, in the order of the batch's rows.
  struct Sources {
    std::vector<std::int64_t>
        first;                  // of each row: its first token in keys and values; their count
    std::vector<float> keys;    // [tokens, units]
    std::vector<float> values;  // [tokens, input]
    const float* summaries = nullptr;  // [rows, gate stride]: products of the means of their values
  };
  /// The states of some beams. Shapes: each [beams, units].
  struct States {
    std::vector<float> hidden;
    std::vector<float> cells;
  };
  /// Beams that are not done.
  struct Active {
    std::vector<std::int64_t> rows;    // the source of each
    std::vector<std::int32_t> tokens;  // the last token of each
    States states;
  };
  struct Search;

  Sources read(const Flow& flow) const;
  Active active_beams(std::vector<Search>& searches, const States& before) const;
  void advance(const Sources& sources, Active& active, kernels::Arena& arena) const;
  const float* attend(const Sources& sources, const Active& active, kernels::Arena& arena) const;
  void see(const Sources& sources, std::int64_t row, const float* hidden, float* seen,
           std::vector<float>& shares) const;

  const kernels::Kernels<float>& kernels_;
  std::int64_t input_;
  std::int64_t units_;
  std::int64_t most_tokens_;
  kernels::CellSize token_cell_;    // the cell with the previous token as its input
  kernels::CellSize summary_cell_;  // the cell's input product with the source's mean
  kernels::Arena memory_;
  kernels::PackedWeights<float> cell_;
  kernels::PackedWeights<float> summary_;
  float* token_products_ = nullptr;  // [V, gate stride], biases included
  std::optional<DenseProduct> keys_;
  std::optional<DenseProduct> combine_;
  std::optional<NextTokenHead> head_;
};

}  // namespace sequent
