// The layers of a model as torch::nn modules; see heads.h for those that stand last.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sequent/config.h"

namespace sequent {
namespace kernels {
class StepPlan;
}

/// What the random choices of one training step depend on, apart from layer and row: equal keys
/// give equal choices, whichever rows are computed together.
struct NoiseKey {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};

/// What the recurrent layers hand on from one part of a long sequence to the next.
struct CarriedStates {
  struct Layer {
    torch::Tensor h;  // [B, H]; undefined: the layer's own start
    torch::Tensor c;  // [B, H], in cells with a state c
  };
  std::vector<Layer> layers;  // by their place in the model; empty: all layers' own starts
};

/// Rows of a batch.
struct Batch {
  torch::Tensor input;    // tokens [B, T] int64 or numbers [B, T, C] float, right-padded with 0
  torch::Tensor lengths;  // [B] int64, 1..T
  // Where rows are pairs of texts, 2i and 2i + 1 are those of pair i.

  /// Set while training: dropout is on. Row b draws as row first_row + b of the step.
  std::optional<NoiseKey> noise = std::nullopt;
  std::int64_t first_row = 0;

  /// Of the tokens below 0, where the model reads spellings: -n stands for row n - 1.
  torch::Tensor spellings = {};  // [N, max_bytes] uint8

  /// Where texts are to be written: their tokens with kLineEnd behind them, right-padded with 0.
  torch::Tensor targets = {};         // [B, U] int64
  torch::Tensor target_lengths = {};  // [B] int64, 1..U

  /// Set where rows go on from batch to batch, all of the same length: recurrent layers, of one
  /// direction, start from these states and leave theirs here. Gradients end at them.
  CarriedStates* carried = nullptr;
};

/// What every layer is told besides its input.
struct LayerContext {
  const Batch& batch;
  torch::Tensor padding;   // [B, T] bool, true past a row's end
  std::int64_t index = 0;  // of the layer in the model

  /// Rows of this layer's input to a row of the batch that is answered: before a pair layer 2.
  std::int64_t rows_each = 1;

  /// Where a row_label layer leaves its scores [B, L]; null: nobody asks for them.
  torch::Tensor* row_scores = nullptr;

  /// On the CPU: the order in which recurrent layers visit the tokens; made anew where missing.
  std::shared_ptr<const kernels::StepPlan> plan = nullptr;

  /// Of this layer; null where nothing is carried.
  CarriedStates::Layer* carried() const {
    if (batch.carried == nullptr) return nullptr;
    return &batch.carried->layers[static_cast<std::size_t>(index)];
  }
};

/// A layer of the chain.
///
/// Shapes:  token ids [B, T] int64, sequences [B, T, D] or vectors [B, D], as Shape says.
/// Padding: positions past a row's length never influence its real positions or its vector.
class LayerImpl : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) = 0;

  /// Sets the weights to their initial values, drawn from `generator`.
  virtual void initialize(Initialization, at::Generator&) {}

  /// The name of the layer's kind, as configs write it.
  virtual std::string_view kind() const = 0;

  /// Whether `forward` would give its input back.
  virtual bool passes_through(const LayerContext&) const { return false; }
};

/// See WordDropoutSpec. Shapes: [B, T] int64 -> the same.
class WordDropoutImpl : public LayerImpl {
 public:
  explicit WordDropoutImpl(const WordDropoutSpec& spec) : spec_(spec) {}
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  std::string_view kind() const override { return WordDropoutSpec::kType; }

 private:
  WordDropoutSpec spec_;
};
TORCH_MODULE(WordDropout);

/// The different tokens of a batch and where they stand.
struct DistinctTokens {
  torch::Tensor ids;                       // [U] int64, ascending
  std::vector<std::int32_t> row_of_place;  // [B * T]: the place of a token among `ids`
};
DistinctTokens distinct_tokens(const torch::Tensor& tokens);

/// See CharactersSpec. Shapes: [B, T] int64 -> [B, T, output_dim]. Reads the batch's own tokens:
/// what word dropout hides keeps its spelling.
class CharactersImpl : public LayerImpl {
 public:
  CharactersImpl(const CharactersSpec& spec, std::int64_t rows);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return CharactersSpec::kType; }

  torch::Tensor spellings;  // [rows, max_bytes] uint8, not trained: bytes of each token, then 0
  torch::Tensor bytes;      // [256, byte_dim]

 private:
  torch::Tensor bytes_of(const torch::Tensor& tokens, const LayerContext& context) const;

  CharactersSpec spec_;
  std::shared_ptr<LayerImpl> encoder_;
  std::shared_ptr<LayerImpl> pool_;  // over the convolution; null after an LSTM
};
TORCH_MODULE(Characters);

/// See NgramsSpec. Shapes: [B, T] int64 -> [B, T, output_dim].
/// The gradient is sparse as that of an embedding. Padding has the row of unknown runs.
class NgramsImpl : public LayerImpl {
 public:
  explicit NgramsImpl(const NgramsSpec& spec);
  torch::Tensor forward(const torch::Tensor& tokens, const LayerContext& context) override;
  /// All zero, so that a run that training has not seen says nothing.
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return NgramsSpec::kType; }
  const NgramsSpec& spec() const { return spec_; }

  torch::Tensor weight;  // [buckets, output_dim]

 private:
  NgramsSpec spec_;
};
TORCH_MODULE(Ngrams);

/// See EmbeddingSpec. Shapes: [B, T] int64 -> [B, T, width].
/// On the CPU a table's gradient is a coalesced sparse tensor with the rows of the batch alone.
/// Parameters: those of the parts beside are `beside.0.weight` and so on.
/// Errors: c10::Error for an id outside the table.
class EmbeddingImpl : public LayerImpl {
 public:
  EmbeddingImpl(const EmbeddingSpec& spec, std::int64_t rows);
  EmbeddingImpl(std::int64_t rows, std::int64_t output_dim, bool trainable);

  /// Gradients are whole tables: for one that another layer reads in full as well.
  void use_dense_gradients() { dense_gradients_ = true; }
  bool uses_dense_gradients() const { return dense_gradients_; }

  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return EmbeddingSpec::kType; }

  /// Whether each token's vector is its own: of tables alone.
  bool has_own_rows() const;
  /// Only with has_own_rows(). Shapes: ids [U] int64, ascending, each once -> [U,
  /// width].
  torch::Tensor rows(const torch::Tensor& ids) const;

  const std::vector<std::shared_ptr<LayerImpl>>& beside() const { return beside_; }
  /// The encoder of spellings; null without one.
  CharactersImpl* characters() const;
  /// Whether `parameter` is one of the tables by token.
  bool has_table(const torch::Tensor& parameter) const;
  /// What `parameter` is the table of; null if it is none of runs.
  const NgramsSpec* ngrams_of(const torch::Tensor& parameter) const;

  torch::Tensor weight;  // [rows, output_dim]

 private:
  torch::Tensor look_up(const torch::Tensor& tokens) const;

  std::vector<std::shared_ptr<LayerImpl>> beside_;
  bool dense_gradients_ = false;
};
TORCH_MODULE(Embedding);

/// The last real step of each row. Shapes: values [B, T, C], lengths [B] -> [B, C].
torch::Tensor last_steps(const torch::Tensor& values, const torch::Tensor& lengths);

/// See NormalizationSpec. Shapes: [B, T, C] -> the same.
class NormalizationImpl : public LayerImpl {
 public:
  NormalizationImpl(const NormalizationSpec& spec, std::int64_t channels);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return NormalizationSpec::kType; }

  bool is_relative() const { return spec_.relative; }

  torch::Tensor mean;       // [C], not trained
  torch::Tensor deviation;  // [C], above 0, not trained

 private:
  NormalizationSpec spec_;
};

/// See DropoutSpec. Shapes: any -> the same.
class DropoutImpl : public LayerImpl {
 public:
  explicit DropoutImpl(const DropoutSpec& spec) : spec_(spec) {}
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  std::string_view kind() const override { return DropoutSpec::kType; }
  bool passes_through(const LayerContext& context) const override {
    return !context.batch.noise || spec_.rate == 0;
  }

 private:
  DropoutSpec spec_;
};
TORCH_MODULE(Dropout);

/// See SpatialDropoutSpec. Shapes: [B, T, D] -> the same.
class SpatialDropoutImpl : public LayerImpl {
 public:
  explicit SpatialDropoutImpl(const SpatialDropoutSpec& spec) : spec_(spec) {}
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  std::string_view kind() const override { return SpatialDropoutSpec::kType; }
  bool passes_through(const LayerContext& context) const override {
    return !context.batch.noise || spec_.rate == 0;
  }

 private:
  SpatialDropoutSpec spec_;
};
TORCH_MODULE(SpatialDropout);

struct RecurrentOptions {
  CellKind cell = CellKind::kLstm;
  std::int64_t input_size = 0;  // I
  std::int64_t units = 0;       // H
  bool bidirectional = false;
  bool return_sequences = false;
  double dropout = 0;
  double weight_drop = 0;
  bool residual = false;
  bool full_peephole = false;  // of the two peephole cells
  double zoneout = 0;
  bool layer_norm = false;
  bool learned_initial_state = false;

  /// While training in float32 on the kernels: products in bfloat16 where the CPU has them.
  bool bfloat16 = false;
};

/// A recurrent layer of any cell, in one or both directions. On the CPU it runs on kernels/, for
/// float32 and float64; elsewhere, and with what has no kernel (see missing_kernel), on LibTorch's
/// operators.
///
/// Shapes:  [B, T, I] -> [B, T, D * H] with return_sequences, else [B, D * H]; D = 1 or 2
///          directions, forward first.
/// Padding: the backward direction starts at each row's last real step.
/// Parameters: as torch::nn::LSTM, GRU and RNN name and lay them out; gates in the order i f g o
///          (LSTM; coupled: f g o), r z n (GRU), z n (minimal GRU, which has no weight_hh_l0);
///          bias_hh_l0 only in a GRU with the reset after the product, where it is not redundant;
///          peepholes weight_peephole_l0 [3, H], full [3 * H, H], for the gates i f o.
///          With layer_norm the gains norm_ih_l0, norm_hh_l0 [G * H] and of the cell norm_cell_l0,
///          norm_cell_bias_l0 [H]; with learned_initial_state initial_h_l0, initial_c_l0 [H].
class RecurrentImpl : public LayerImpl {
 public:
  explicit RecurrentImpl(const RecurrentOptions& options);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override;
  const RecurrentOptions& options() const { return options_; }

  /// The same for an input whose rows come from an embedding: each different token is multiplied by
  /// weight_ih once. Not while dropout acts on the input. Shapes: rows [U, I].
  torch::Tensor forward_distinct(const torch::Tensor& rows, const DistinctTokens& tokens,
                                 const LayerContext& context);

  struct Direction {
    torch::Tensor weight_ih;  // [G * H, I]
    torch::Tensor weight_hh;  // [G * H, H]; not in a minimal GRU
    torch::Tensor bias_ih;    // [G * H]
    torch::Tensor bias_hh;    // [G * H], GRU only
    torch::Tensor peephole;   // [3, H] or [3 * H, H], with peepholes only
    torch::Tensor norm_ih;    // [G * H], with layer_norm only, as the next three
    torch::Tensor norm_hh;    // [G * H]; not in a minimal GRU
    torch::Tensor norm_cell;  // [H], in cells with a state c, as the next
    torch::Tensor norm_cell_bias;
    torch::Tensor initial_h;  // [H], with learned_initial_state only, as the next
    torch::Tensor initial_c;  // [H], in cells with a state c
  };
  std::vector<Direction> directions;

  /// Whether the kernels compute this layer for such input.
  bool uses_kernels(const torch::Tensor& input) const;

  /// Whether `forward_distinct` may stand for `forward` now.
  bool reads_distinct(const torch::Tensor& input, const LayerContext& context) const;

  /// Runs on LibTorch's operators even where the kernels serve: to compare the two.
  void use_operators(bool use) { use_operators_ = use; }
  bool uses_operators() const { return use_operators_; }

 private:
  torch::Tensor run_operators(const torch::Tensor& input, const std::vector<Direction>& weights,
                              const LayerContext& context) const;
  std::vector<Direction> dropped_weights(const LayerContext& context) const;

  RecurrentOptions options_;
  bool use_operators_ = false;
};
TORCH_MODULE(Recurrent);

/// See PoolSpec. Shapes: [B, T, D] -> [B, modes * D].
class PoolImpl : public LayerImpl {
 public:
  explicit PoolImpl(const PoolSpec& spec) : spec_(spec) {}
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  std::string_view kind() const override { return PoolSpec::kType; }

 private:
  PoolSpec spec_;
};
TORCH_MODULE(Pool);

/// See RowLabelSpec. Shapes: [B, T, D] -> the same; scores [B, L] go to the context.
class RowLabelImpl : public LayerImpl {
 public:
  RowLabelImpl(const RowLabelSpec& spec, std::int64_t input_size, std::int64_t labels);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return RowLabelSpec::kType; }

  torch::Tensor weight;  // [L, modes * D]
  torch::Tensor bias;    // [L]

 private:
  RowLabelSpec spec_;
  PoolImpl pool_;
};
TORCH_MODULE(RowLabel);

/// See PairSpec. Shapes: [2 B, D], a pair's two vectors in turn -> [B, PairSpec::width(D)]. A
/// vector of zeros has the cosine 0 with all.
class PairImpl : public LayerImpl {
 public:
  explicit PairImpl(const PairSpec& spec) : spec_(spec) {}
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  std::string_view kind() const override { return PairSpec::kType; }

 private:
  PairSpec spec_;
};
TORCH_MODULE(Pair);

/// See AttentionSpec. Shapes: [B, T, D] -> [B, D].
class AttentionImpl : public LayerImpl {
 public:
  AttentionImpl(std::int64_t input_size, std::int64_t units);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return AttentionSpec::kType; }

  /// What each step weighs. Shapes: input [B, T, D], padding [B, T] -> [B, T], rows summing to 1.
  torch::Tensor weights(const torch::Tensor& input, const torch::Tensor& padding) const;

  torch::Tensor weight;  // [units, D]
  torch::Tensor bias;    // [units]
  torch::Tensor query;   // [units]
};
TORCH_MODULE(Attention);

/// See SelfAttentionSpec. Shapes: [B, T, D] -> the same. Parameters as
/// torch::nn::MultiheadAttention names and lays them out.
class SelfAttentionImpl : public LayerImpl {
 public:
  SelfAttentionImpl(const SelfAttentionSpec& spec, std::int64_t width);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return SelfAttentionSpec::kType; }

  torch::Tensor in_proj_weight;   // [3 * D, D]: query, key, value
  torch::Tensor in_proj_bias;     // [3 * D]
  torch::Tensor out_proj_weight;  // [D, D]
  torch::Tensor out_proj_bias;    // [D]

 private:
  SelfAttentionSpec spec_;
};
TORCH_MODULE(SelfAttention);

/// See LayerNormSpec. Shapes: [..., D] -> the same.
class LayerNormImpl : public LayerImpl {
 public:
  LayerNormImpl(const LayerNormSpec& spec, std::int64_t width);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return LayerNormSpec::kType; }

  torch::Tensor weight;  // [D]
  torch::Tensor bias;    // [D]

 private:
  LayerNormSpec spec_;
};
TORCH_MODULE(LayerNorm);

/// See Conv1dSpec. Shapes: [B, T, D] -> [B, T, filters].
class Conv1dImpl : public LayerImpl {
 public:
  Conv1dImpl(const Conv1dSpec& spec, std::int64_t input_size);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return Conv1dSpec::kType; }

  torch::Tensor weight;  // [filters, D, kernel_size], as torch::nn::Conv1d
  torch::Tensor bias;    // [filters]

 private:
  Conv1dSpec spec_;
};
TORCH_MODULE(Conv1d);

/// What a dense layer is in its model.
enum class DenseRole {
  kInner,
  kClassifier,    // the head gives logits: its activation is applied by SequenceModel
  kRegression,    // the head gives values
  kStandardized,  // the head gives values from which the targets' mean and deviation are taken
};

/// See DenseSpec. Shapes: [..., input_size] -> [..., units].
class DenseImpl : public LayerImpl {
 public:
  DenseImpl(const DenseSpec& spec, std::int64_t input_size, std::int64_t units, DenseRole role);
  /// Whose weight is `table`, which stays another layer's parameter.
  DenseImpl(const DenseSpec& spec, const torch::Tensor& table, DenseRole role);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return DenseSpec::kType; }

  torch::Tensor weight;            // [units, input_size]; the embedding's table where it is tied
  torch::Tensor bias;              // [units]
  torch::Tensor target_mean;       // [units], of the training targets; kStandardized alone
  torch::Tensor target_deviation;  // likewise; 1 for a target that is always the same

 private:
  Activation activation_;
  bool is_tied_ = false;
};
TORCH_MODULE(Dense);

}  // namespace sequent
