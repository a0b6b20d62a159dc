// The layers of a model as torch::nn modules; heads.h has the layers that come last.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/config.h"

namespace sequent {
namespace kernels {
class StepPlan;
}

/// Together with the layer and the row, this key determines the random choices of a training step.
/// Equal keys give equal choices, no matter which rows are computed together.
struct NoiseKey {
  std::uint64_t seed = 0;
  std::uint64_t step = 0;
};

/// The hidden states of the recurrent layers that are carried across truncated-BPTT chunks.
struct CarriedStates {
  struct Layer {
    torch::Tensor h;  // [B, H]; undefined: the layer's own initial state
    torch::Tensor c;  // [B, H], for cells with a state c
  };
  std::vector<Layer> layers;  // indexed by layer; empty: every layer uses its own initial state
};

/// A batch of rows.
struct Batch {
  torch::Tensor input;    // tokens [B, T] int64 or values [B, T, C] float, right-padded with 0
  torch::Tensor lengths;  // [B] int64, 1..T
  // If rows are pairs of texts, rows 2i and 2i + 1 are the texts of pair i.

  /// Set during training, which enables dropout. Row b of the batch draws the random numbers of row
  /// first_row + b of the step.
  std::optional<NoiseKey> noise = std::nullopt;
  std::int64_t first_row = 0;

  /// If the model has a character-level encoder: the bytes of the unknown tokens. Token -n refers
  /// to row n - 1.
  torch::Tensor spellings = {};  // [N, max_bytes] uint8

  /// If the model reads features: each row's, as FeatureEncoder encodes them.
  torch::Tensor features = {};  // [B, F] float32; of pairs, one row for each pair

  /// For a sequence-to-sequence model: the target tokens, each row ending with kLineEnd and
  /// right-padded with 0.
  torch::Tensor targets = {};         // [B, U] int64
  torch::Tensor target_lengths = {};  // [B] int64, 1..U

  /// Set if rows continue from batch to batch, all with the same length. Unidirectional recurrent
  /// layers start from these states and store their final states here. Gradients stop at them.
  CarriedStates* carried = nullptr;
};

/// The information that every layer receives in addition to its input.
struct LayerContext {
  const Batch& batch;
  torch::Tensor padding;   // padding mask [B, T] bool, true past a row's end
  std::int64_t index = 0;  // of the layer; layers for the second text are numbered after all others

  /// Input rows of this layer per output row: 2 where both texts of a pair are among them, else 1.
  std::int64_t rows_each = 1;

  /// Receives the logits [B, L] of a sequence_label layer; null if they are not needed.
  torch::Tensor* sequence_logits = nullptr;

  /// On the CPU: the order in which recurrent layers visit the tokens; computed on demand if null.
  std::shared_ptr<const kernels::StepPlan> plan = nullptr;

  /// The carried state of this layer, or null if no state is carried.
  CarriedStates::Layer* carried() const {
    if (batch.carried == nullptr) return nullptr;
    return &batch.carried->layers[static_cast<std::size_t>(index)];
  }
};

/// A layer of the chain.
///
/// Shapes:  token ids [B, T] int64, sequences [B, T, D] or vectors [B, D], as described by Shape.
/// Padding: positions past a row's length never influence its real positions or its vector.
class LayerImpl : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) = 0;

  /// Initializes the weights with random values from `generator`.
  virtual void initialize(Initialization, at::Generator&) {}

  /// The name of the layer type in configs.
  virtual std::string_view kind() const = 0;

  /// Whether `forward` would return its input unchanged.
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

/// The distinct tokens of a batch and their positions.
struct DistinctTokens {
  torch::Tensor ids;                       // [U] int64, ascending
  std::vector<std::int32_t> row_of_place;  // [B * T]: the index of each token in `ids`
};
DistinctTokens distinct_tokens(const torch::Tensor& tokens);

/// See CharactersSpec. Shapes: [B, T] int64 -> [B, T, output_dim]. It reads the tokens of the
/// batch, so a token that word dropout hides is still encoded.
class CharactersImpl : public LayerImpl {
 public:
  CharactersImpl(const CharactersSpec& spec, std::int64_t rows);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return CharactersSpec::kType; }

  torch::Tensor spellings;  // [rows, max_bytes] uint8, not trained: each token's bytes, then 0
  torch::Tensor bytes;      // [256, byte_dim]

 private:
  torch::Tensor bytes_of(const torch::Tensor& tokens, const LayerContext& context) const;

  CharactersSpec spec_;
  std::shared_ptr<LayerImpl> encoder_;
  std::shared_ptr<LayerImpl> pool_;  // over the convolution's output; null for an LSTM
};
TORCH_MODULE(Characters);

/// See NgramsSpec. Shapes: [B, T] int64 -> [B, T, output_dim].
/// The gradient is sparse, like that of an embedding. Padding uses the row of unknown n-grams.
class NgramsImpl : public LayerImpl {
 public:
  explicit NgramsImpl(const NgramsSpec& spec);
  torch::Tensor forward(const torch::Tensor& tokens, const LayerContext& context) override;
  /// Sets all weights to 0, so that an n-gram not seen in training contributes nothing.
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return NgramsSpec::kType; }
  const NgramsSpec& spec() const { return spec_; }

  torch::Tensor weight;  // [buckets, output_dim]

 private:
  NgramsSpec spec_;
};
TORCH_MODULE(Ngrams);

/// See EmbeddingSpec. Shapes: [B, T] int64 -> [B, T, width].
/// On the CPU, a table's gradient is a coalesced sparse tensor that contains only the rows used by
/// the batch. The parameters of the additional parts are named `beside.0.weight` and so on.
/// Errors: c10::Error if an id is outside the table.
class EmbeddingImpl : public LayerImpl {
 public:
  EmbeddingImpl(const EmbeddingSpec& spec, std::int64_t rows);
  EmbeddingImpl(std::int64_t rows, std::int64_t output_dim, bool trainable);

  /// Makes gradients dense. Needed if another layer also reads the whole table.
  void use_dense_gradients() { dense_gradients_ = true; }
  bool uses_dense_gradients() const { return dense_gradients_; }

  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return EmbeddingSpec::kType; }

  /// Whether a token's vector depends on its id alone, because all parts are tables indexed by
  /// token.
  bool has_own_rows() const;
  /// Requires has_own_rows(). Shapes: ids [U] int64, distinct and ascending -> [U, width].
  torch::Tensor rows(const torch::Tensor& ids) const;

  /// A part whose vectors are concatenated with those of the table: a table, or an encoder.
  using Part = std::variant<std::shared_ptr<EmbeddingImpl>, std::shared_ptr<NgramsImpl>,
                            std::shared_ptr<CharactersImpl>>;
  const std::vector<Part>& concat() const { return concat_; }
  /// The character-level encoder; null if there is none.
  CharactersImpl* characters() const;
  /// Whether `parameter` is a table indexed by token.
  bool has_table(const torch::Tensor& parameter) const;
  /// The n-gram part whose table is `parameter`; null if it is not an n-gram table.
  const NgramsSpec* ngrams_of(const torch::Tensor& parameter) const;

  torch::Tensor weight;  // [rows, output_dim]

 private:
  torch::Tensor look_up(const torch::Tensor& tokens) const;

  std::vector<Part> concat_;
  bool dense_gradients_ = false;
};
TORCH_MODULE(Embedding);

/// Returns the last real step of each row. Shapes: values [B, T, C], lengths [B] -> [B, C].
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
  torch::Tensor deviation;  // [C], positive, not trained

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
  bool full_peephole = false;  // for the two peephole cells only
  double zoneout = 0;
  bool layer_norm = false;
  bool learned_initial_state = false;

  /// When training in float32 on the kernels: compute products in bfloat16 if the CPU supports it.
  bool bfloat16 = false;
};

/// A recurrent layer with any cell, in one or both directions. On the CPU, float32 and float64 run
/// on kernels/. Other devices, and features without a kernel (see missing_kernel), are trained on
/// LibTorch's operators.
///
/// Shapes:  [B, T, I] -> [B, T, D * H] with return_sequences, else [B, D * H]; D is the number of
///          directions (1 or 2), forward first.
/// Padding: the backward direction starts at each row's last real step.
/// Parameters: named and laid out as in torch::nn::LSTM, GRU and RNN, with the gates in the order
/// of
///          CellKind. Which ones a cell has follows from its CellFacts. Only a GRU that applies the
///          reset gate after the product has bias_hh_l0; elsewhere it would be redundant. Cells
///          with P peephole gates have weight_peephole_l0 [P, H], or [P * H, H] with full
///          peepholes. With layer_norm there are the gains norm_ih_l0 and norm_hh_l0 [G * H], and
///          norm_cell_l0 and norm_cell_bias_l0 [H] for the cell state. With learned_initial_state
///          there are initial_h_l0 and initial_c_l0 [H], each only if the cell reads that state.
class RecurrentImpl : public LayerImpl {
 public:
  explicit RecurrentImpl(const RecurrentOptions& options);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override;
  const RecurrentOptions& options() const { return options_; }

  /// Like forward, for an input whose rows come from an embedding: each distinct token is
  /// multiplied by weight_ih only once. Cannot be used while dropout acts on the input. Shapes:
  /// rows [U, I].
  torch::Tensor forward_distinct(const torch::Tensor& rows, const DistinctTokens& tokens,
                                 const LayerContext& context);

  struct Direction {
    torch::Tensor weight_ih;  // [G * H, I]
    torch::Tensor weight_hh;  // [G * H, H], for cells with a recurrent matrix
    torch::Tensor bias_ih;    // [G * H]
    torch::Tensor bias_hh;    // [G * H], GRU only
    torch::Tensor peephole;   // [P, H] or [P * H, H], cells with P peephole gates only
    torch::Tensor norm_ih;    // [G * H], with layer_norm only, like the next three
    torch::Tensor norm_hh;    // [G * H], for cells with a recurrent matrix
    torch::Tensor norm_cell;  // [H], for cells with a state c, like the next
    torch::Tensor norm_cell_bias;
    torch::Tensor initial_h;  // [H], with learned_initial_state only, for cells that read h
    torch::Tensor initial_c;  // [H], likewise, for cells with a state c
  };
  std::vector<Direction> directions;

  /// Whether the kernels can compute this layer for this input.
  bool uses_kernels(const torch::Tensor& input) const;

  /// Whether `forward_distinct` can currently replace `forward`.
  bool reads_distinct(const torch::Tensor& input, const LayerContext& context) const;

  /// Forces LibTorch's operators even where kernels exist, to compare the two.
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

/// See SequenceLabelSpec. Shapes: [B, T, D] -> the same; the logits [B, L] are stored in the
/// context.
class SequenceLabelImpl : public LayerImpl {
 public:
  SequenceLabelImpl(const SequenceLabelSpec& spec, std::int64_t input_size, std::int64_t labels);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return SequenceLabelSpec::kType; }

  torch::Tensor weight;  // [L, modes * D]
  torch::Tensor bias;    // [L]

 private:
  SequenceLabelSpec spec_;
  PoolImpl pool_;
};
TORCH_MODULE(SequenceLabel);

/// See PairSpec. Shapes: [2 B, D], the two vectors of each pair in turn -> [B, PairSpec::width(D)].
/// The cosine of a zero vector with any vector is 0.
class PairImpl : public LayerImpl {
 public:
  explicit PairImpl(const PairSpec& spec) : spec_(spec) {}
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  std::string_view kind() const override { return PairSpec::kType; }

 private:
  PairSpec spec_;
};
TORCH_MODULE(Pair);

/// See FeaturesSpec. Shapes: [B, D] -> [B, D + FeaturesSpec::width]. It reads Batch::features.
class FeaturesImpl : public LayerImpl {
 public:
  FeaturesImpl(const FeaturesSpec& spec, const std::vector<FeatureSpec>& features);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  /// The vectors of missing and of unknown values start at 0.
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return FeaturesSpec::kType; }

 private:
  /// The table of a category; undefined for the numbers of other features.
  struct Part {
    torch::Tensor table;      // [values + kFirstCategory, output_dim]
    std::int64_t column = 0;  // in Batch::features
    std::int64_t width = 1;
  };
  std::vector<Part> parts_;
};
TORCH_MODULE(Features);

/// See AttentionSpec. Shapes: [B, T, D] -> [B, D].
class AttentionImpl : public LayerImpl {
 public:
  AttentionImpl(std::int64_t input_size, std::int64_t units);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return AttentionSpec::kType; }

  /// Returns the attention weight of each step. Shapes: input [B, T, D], padding [B, T] -> [B, T],
  /// each row sums to 1.
  torch::Tensor weights(const torch::Tensor& input, const torch::Tensor& padding) const;

  torch::Tensor weight;  // [units, D]
  torch::Tensor bias;    // [units]
  torch::Tensor query;   // [units]
};
TORCH_MODULE(Attention);

/// See SelfAttentionSpec. Shapes: [B, T, D] -> the same. Parameters are named and laid out as in
/// torch::nn::MultiheadAttention.
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

  torch::Tensor weight;  // [filters, D, kernel_size], as in torch::nn::Conv1d
  torch::Tensor bias;    // [filters]

 private:
  Conv1dSpec spec_;
};
TORCH_MODULE(Conv1d);

/// The role of a dense layer in its model.
enum class DenseRole {
  kInner,
  kClassifier,    // the head returns logits; SequenceModel applies the activation
  kRegression,    // the head returns values
  kStandardized,  // the head returns values standardized by the targets' mean and deviation
};

/// See DenseSpec. Shapes: [..., input_size] -> [..., units].
class DenseImpl : public LayerImpl {
 public:
  DenseImpl(const DenseSpec& spec, std::int64_t input_size, std::int64_t units, DenseRole role);
  /// Uses `table` as its weight, which remains another layer's parameter.
  DenseImpl(const DenseSpec& spec, const torch::Tensor& table, DenseRole role);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return DenseSpec::kType; }

  torch::Tensor weight;            // [units, input_size]; the embedding table if tied
  torch::Tensor bias;              // [units]
  torch::Tensor target_mean;       // [units], of the training targets; kStandardized only
  torch::Tensor target_deviation;  // [units]; 1 for a constant target

 private:
  Activation activation_;
  bool is_tied_ = false;
};
TORCH_MODULE(Dense);

}  // namespace sequent
