// The last layers of a model as torch::nn modules, except the dense layer.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sequent/modules.h"
#include "sequent/tags.h"

namespace sequent {

/// See OrdinalSpec. Shapes: [B, D] -> ln p of each class [B, K], where K is at least 2.
class OrdinalImpl : public LayerImpl {
 public:
  OrdinalImpl(std::int64_t input_size, std::int64_t classes);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return OrdinalSpec::kType; }

  /// Sets the rank of each class. Range: a permutation of 0..classes-1.
  void set_ranks(const std::vector<std::int64_t>& rank_of_class);

  torch::Tensor weight;  // [1, D]
  torch::Tensor first;   // [1], the lowest threshold
  torch::Tensor gaps;    // [K - 2]; the softplus of each is the distance to the next threshold
  torch::Tensor ranks;   // [K], rank of each class; not trained
};
TORCH_MODULE(Ordinal);

/// Generated texts. Each row of `tokens` ends with kLineEnd followed by 0, unless it was truncated.
struct GeneratedTexts {
  torch::Tensor tokens;           // [B, U] int64
  torch::Tensor log_probability;  // [B] float64, natural logarithm
};

/// See DecoderSpec. Shapes: [B, T, D] -> logits of the batch's targets [B, U, V]. Each target token
/// is predicted from those before it (teacher forcing).
class DecoderImpl : public LayerImpl {
 public:
  DecoderImpl(const DecoderSpec& spec, std::int64_t input_size, std::int64_t tokens, bool bfloat16);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return DecoderSpec::kType; }

  /// Returns the input of the output projection. Shapes: -> [B, U, units].
  torch::Tensor states(const torch::Tensor& input, const LayerContext& context);

  /// Decodes greedily. Each text has at most `most_tokens` tokens including the end, and never
  /// contains <pad> or <unk>. Dropout is off.
  GeneratedTexts write(const torch::Tensor& input, const LayerContext& context,
                       std::int64_t most_tokens) const;

  torch::Tensor table;           // [V, output_dim], embeds the tokens generated so far
  torch::Tensor attention;       // [units, D]
  torch::Tensor combine_weight;  // [units, D + units]
  torch::Tensor combine_bias;    // [units]
  torch::Tensor weight;          // [V, units]
  torch::Tensor bias;            // [V]
  const RecurrentImpl& cell() const { return *cell_; }

 private:
  /// The encoded source, which the decoder reads at each step of the target.
  struct Source {
    torch::Tensor values;   // [B, T, D], 0 past a row's end
    torch::Tensor keys;     // [B, T, units]
    torch::Tensor summary;  // [B, D]
    torch::Tensor padding;  // padding mask [B, T]
  };
  Source read(const torch::Tensor& input, const LayerContext& context) const;
  torch::Tensor attend(const torch::Tensor& states, const Source& source) const;

  DecoderSpec spec_;
  std::shared_ptr<RecurrentImpl> cell_;
};
TORCH_MODULE(Decoder);

/// See CrfSpec. Shapes: [B, T, D] -> emissions, the score of each tag at each step, [B, T, K].
/// kernels/crf.h computes it in double precision on the CPU.
class CrfImpl : public LayerImpl {
 public:
  CrfImpl(std::int64_t input_size, std::int64_t tags);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return CrfSpec::kType; }

  /// Returns ln p of each row's tags; differentiable. Shapes: emissions [B, T, K], tags [B, T]
  /// int64, lengths [B] -> [B].
  torch::Tensor log_likelihoods(const torch::Tensor& emissions, const torch::Tensor& tags,
                                const torch::Tensor& lengths) const;

  /// Returns p of each tag at each step; 0 past a row's end. Shapes: -> [B, T, K].
  torch::Tensor marginals(const torch::Tensor& emissions, const torch::Tensor& lengths) const;

  /// Returns the best tag sequence of each row; 0 past a row's end. Shapes: -> [B, T] int64.
  torch::Tensor best_paths(const torch::Tensor& emissions, const torch::Tensor& lengths) const;

  /// Forbids the invalid transitions of the tagging scheme.
  void forbid(const TagSet& tags);

  torch::Tensor weight;       // [K, D]
  torch::Tensor bias;         // [K]
  torch::Tensor start;        // [K], of the first tag
  torch::Tensor transitions;  // [K, K], indexed by from and to
  torch::Tensor end;          // [K], of the last tag

  // Not trained: 1 where the scheme forbids a transition, else 0. Shapes as above.
  torch::Tensor forbidden_start;
  torch::Tensor forbidden_transitions;
  torch::Tensor forbidden_end;

 private:
  struct Scores {
    torch::Tensor start;
    torch::Tensor transitions;
    torch::Tensor end;
  };
  Scores scores() const;
};
TORCH_MODULE(Crf);

}  // namespace sequent
