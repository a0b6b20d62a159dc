// The stages of the fused engine: each converts its input to the next stage's input.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infer/cell_formula.h"
#include "infer/feature_vectors.h"
#include "infer/fused_engine.h"
#include "infer/next_token_head.h"
#include "kernels/recurrent.h"
#include "text/ngram_hash.h"

namespace sequent {

class CharacterEncoder;
class TextDecoder;

inline std::size_t to_size(std::int64_t n) { return static_cast<std::size_t>(n); }

/// The states of one recurrent layer for some rows. Shapes: each [rows, units]; `cells` only for
/// cells with a cell state c.
struct LayerStates {
  std::vector<float> hidden;
  std::vector<float> cells;
};

/// The data between stages: token ids, or values of the plan's tokens, or of the rows.
struct Flow {
  const kernels::StepPlan& plan;
  kernels::Arena& arena;
  std::vector<std::int32_t> ids;        // of the plan's tokens
  std::vector<std::string_view> words;  // unknown tokens: id -n is the n-th
  std::vector<std::int32_t> mirrored;   // see StepPlan
  float* values = nullptr;              // [tokens, width], or [rows, width] once it is a vector
  std::int64_t width = 0;
  bool is_sequence = true;

  std::int64_t rows = plan.rows();  // rows in `values` once they are vectors

  std::span<const InputRow> inputs = {};  // the rows of the plan, for their features

  std::span<const float> sequence_labels =
      {};  // [rows, L], probabilities, once a stage has computed them

  /// For a language model: the initial state of each recurrent layer, then its final state. Each
  /// layer removes the first element.
  std::span<LayerStates> carried = {};

  LayerStates* take_carried() {
    if (carried.empty()) return nullptr;
    LayerStates* first = &carried.front();
    carried = carried.subspan(1);
    return first;
  }

  std::int64_t count() const { return is_sequence ? plan.tokens() : rows; }
};

/// Copies the contents of the rows in the order of the plan.
void read_rows(const std::vector<InputRow>& rows, Flow& flow);

class Stage {
 public:
  Stage() = default;
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  virtual ~Stage() = default;
  virtual void run(Flow& flow) const = 0;
};
using StagePointer = std::unique_ptr<Stage>;

/// The stages of a model.
struct StageChain {
  std::vector<StagePointer> stages;
  std::unique_ptr<NextTokenHead> head;   // of a language model, after the stages
  std::shared_ptr<TextDecoder> decoder;  // of a sequence-to-sequence model, after the stages
  std::vector<LayerStates> start;        // of a language model: one row's initial states
  std::size_t before_vector = 0;         // number of stages that compute a text's vector
  std::int64_t vector_width = 0;
};

StageChain make_stages(const ResolvedConfig& config, const WeightSource& weights,
                       const FusedOptions& options);

/// Which of a recurrent layer's states are its output.
enum class Result { kSequence, kLastVisited, kPooled };

struct RecurrentShape {
  const kernels::Kernels<float>* kernels = nullptr;
  kernels::CellSize size;
  std::size_t directions = 1;
  Result result = Result::kSequence;
  PoolMode pool = PoolMode::kMax;
  bool residual = false;  // only with kSequence, and without TokenInput
};

/// What the first recurrent layer needs to read token ids instead of values. Layers for the two
/// texts of a pair can share the embedding.
struct TokenInput {
  std::shared_ptr<const std::vector<float>> embedding;  // [V, I]
  std::int64_t most_bytes = 0;                          // maximum size of the table of products
};

/// `prefix`: of the names of the layer's weights. Without an embedding in `tokens`, the layer reads
/// values.
StagePointer recurrent_stage(const RecurrentShape& shape, const std::string& prefix,
                             const WeightSource& weights, const TokenInput& tokens);

/// The hidden-state cell, whose output differs from its state. `shape.result` is kSequence or
/// kLastVisited.
StagePointer hidden_state_stage(const RecurrentShape& shape, const std::string& prefix,
                                const WeightSource& weights);

struct PlainShape {
  const kernels::Kernels<float>* kernels = nullptr;
  CellForm form;
  std::int64_t units = 0;
  std::size_t directions = 1;
  bool is_sequence = false;
  bool residual = false;  // only with is_sequence, and without TokenInput
};

/// The layers that no kernel computes, and any other: see PlainCell.
StagePointer plain_recurrent_stage(const PlainShape& shape, const std::string& prefix,
                                   const WeightSource& weights, const TokenInput& tokens);

/// Rows of a table, for each token or for the n-gram that ends at it.
struct VectorTable {
  std::span<const float> values;  // [rows, width]
  std::int64_t width = 0;
  std::optional<NgramHash> ngrams = std::nullopt;
};

/// Concatenates the rows of the tables for each token; used if no recurrent layer follows directly.
StagePointer embedding_stage(const std::vector<VectorTable>& tables);

/// The same for models with a character-level encoder: the vector of an unknown token is that of
/// kUnknown, with the last values replaced by the encoder's output.
StagePointer spelled_embedding_stage(const std::vector<VectorTable>& tables,
                                     std::unique_ptr<CharacterEncoder> spelling,
                                     std::int64_t spelling_column);

/// Joins the features of the rows to their vectors.
StagePointer features_stage(FeatureVectors vectors);
StagePointer pair_stage(const std::vector<PairFeature>& features);
/// Runs `shared` on both texts of each pair, then `first` on the first text and `second` on the
/// second. Values: the vectors of the texts in turn.
StagePointer encoders_stage(std::vector<StagePointer> shared, std::vector<StagePointer> first,
                            std::vector<StagePointer> second);
/// Passes the values on and stores the probabilities of the rows' labels in `sequence_labels`.
StagePointer sequence_label_stage(const std::vector<PoolMode>& modes, std::int64_t input,
                                  std::int64_t labels, std::span<const float> weight,
                                  std::span<const float> bias);
StagePointer pool_stage(const std::vector<PoolMode>& modes);
StagePointer dense_stage(std::int64_t input, std::int64_t units, Activation activation,
                         std::span<const float> weight, std::span<const float> bias);
StagePointer conv1d_stage(const Conv1dSpec& spec, std::int64_t input, std::span<const float> weight,
                          std::span<const float> bias);
StagePointer layer_norm_stage(double epsilon, std::span<const float> weight,
                              std::span<const float> bias);
/// Computes the probabilities of ordered classes: see OrdinalImpl.
StagePointer ordinal_stage(std::span<const float> weight, float first, std::span<const float> gaps,
                           std::span<const float> ranks);
StagePointer normalization_stage(bool relative, std::span<const float> mean,
                                 std::span<const float> deviation);
/// See SelfAttentionSpec. Shapes: in_weight [3 * input, input], out_weight [input, input].
struct SelfAttentionWeights {
  std::span<const float> in_weight;
  std::span<const float> in_bias;
  std::span<const float> out_weight;
  std::span<const float> out_bias;
};
StagePointer self_attention_stage(const SelfAttentionSpec& spec, std::int64_t input,
                                  const SelfAttentionWeights& weights);
StagePointer attention_stage(std::int64_t input, std::span<const float> weight,
                             std::span<const float> bias, std::span<const float> query);

}  // namespace sequent
