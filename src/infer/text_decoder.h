// A decoder on kernels/: writes texts while it looks at others.
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

/// Computes what the archive's methods `step` and `write` do: see export/decoder_source.cpp and
/// DecoderImpl.
class TextDecoder {
 public:
  /// `prefix`: of the layer's weights' names. `input`: width of what the source's layers give.
  TextDecoder(const kernels::Kernels<float>& kernels, const DecoderSpec& spec, std::int64_t input,
              std::int64_t most_tokens, const std::string& prefix, const WeightSource& weights);

  /// The best of `beams` texts that are written side by side for each row of the flow, by their
  /// probability per token. `flow` holds a vector for each of the rows' tokens.
  std::vector<GeneratedRow> write(const Flow& flow, std::int64_t beams) const;

 private:
  /// What is read of the sources, by the batch's rows.
  struct Sources {
    std::vector<std::int64_t> first;   // of each row: its first token in the next two; their count
    std::vector<float> keys;           // [tokens, units]
    std::vector<float> values;         // [tokens, input]
    const float* summaries = nullptr;  // [rows, gate stride]: products of their means
  };
  /// The states of some beams. Shapes: each [beams, units].
  struct States {
    std::vector<float> hidden;
    std::vector<float> cells;
  };
  /// Beams that are not done.
  struct Active {
    std::vector<std::int64_t> rows;    // the source of each
    std::vector<std::int32_t> tokens;  // what each has written last
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
  kernels::CellSize token_cell_;    // the cell, as it reads the token written before
  kernels::CellSize summary_cell_;  // its input product with the source's mean
  kernels::Arena memory_;
  kernels::PackedWeights<float> cell_;
  kernels::PackedWeights<float> summary_;
  float* token_products_ = nullptr;  // [V, gate stride], biases included
  std::optional<DenseProduct> keys_;
  std::optional<DenseProduct> combine_;
  std::optional<NextTokenHead> head_;
};

}  // namespace sequent
