// The last layers of a model as torch::nn modules, the dense one apart.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sequent/modules.h"
#include "sequent/tags.h"

namespace sequent {

/// See OrdinalSpec. Shapes: [B, D] -> ln p of each class [B, K], K at least 2.
class OrdinalImpl : public LayerImpl {
 public:
  OrdinalImpl(std::int64_t input_size, std::int64_t classes);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return OrdinalSpec::kType; }

  /// Which rank each class has. Range: each of 0..classes-1 once.
  void set_ranks(const std::vector<std::int64_t>& rank_of_class);

  torch::Tensor weight;  // [1, D]
  torch::Tensor first;   // [1], the least threshold
  torch::Tensor gaps;    // [K - 2]; softplus of each is the way to the next threshold
  torch::Tensor ranks;   // [K], of the classes; not trained
};
TORCH_MODULE(Ordinal);

/// Texts that were written. `tokens` end with kLineEnd, then 0, unless they were cut off.
struct WrittenTexts {
  torch::Tensor tokens;           // [B, U] int64
  torch::Tensor log_probability;  // [B] float64, natural
};

/// See DecoderSpec. Shapes: [B, T, D] -> scores of the batch's targets, each read after those
/// before it (teacher forcing), [B, U, V].
class DecoderImpl : public LayerImpl {
 public:
  DecoderImpl(const DecoderSpec& spec, std::int64_t input_size, std::int64_t tokens, bool bfloat16);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return DecoderSpec::kType; }

  /// What the last product reads. Shapes: -> [B, U, units].
  torch::Tensor states(const torch::Tensor& input, const LayerContext& context);

  /// Writes the most probable token, again and again, at most `most_tokens` with the end; never
  /// <pad> and <unk>. Dropout is off.
  WrittenTexts write(const torch::Tensor& input, const LayerContext& context,
                     std::int64_t most_tokens) const;

  torch::Tensor table;           // [V, output_dim], of the tokens written so far
  torch::Tensor attention;       // [units, D]
  torch::Tensor combine_weight;  // [units, D + units]
  torch::Tensor combine_bias;    // [units]
  torch::Tensor weight;          // [V, units]
  torch::Tensor bias;            // [V]
  const RecurrentImpl& cell() const { return *cell_; }

 private:
  /// What is known of the source at each step of the target.
  struct Source {
    torch::Tensor values;   // [B, T, D], 0 past a row's end
    torch::Tensor keys;     // [B, T, units]
    torch::Tensor summary;  // [B, D]
    torch::Tensor padding;  // [B, T]
  };
  Source read(const torch::Tensor& input, const LayerContext& context) const;
  torch::Tensor attend(const torch::Tensor& states, const Source& source) const;

  DecoderSpec spec_;
  std::shared_ptr<RecurrentImpl> cell_;
};
TORCH_MODULE(Decoder);

/// See CrfSpec. Shapes: [B, T, D] -> what each tag scores at each step, [B, T, K].
/// Computed in double, on the CPU, by kernels/crf.h.
class CrfImpl : public LayerImpl {
 public:
  CrfImpl(std::int64_t input_size, std::int64_t tags);
  torch::Tensor forward(const torch::Tensor& input, const LayerContext& context) override;
  void initialize(Initialization kind, at::Generator& generator) override;
  std::string_view kind() const override { return CrfSpec::kType; }

  /// ln p of each row's tags, differentiable. Shapes: emissions [B, T, K], tags [B, T] int64,
  /// lengths [B] -> [B].
  torch::Tensor log_likelihoods(const torch::Tensor& emissions, const torch::Tensor& tags,
                                const torch::Tensor& lengths) const;

  /// p of each tag at each step; 0 past a row's end. Shapes: -> [B, T, K].
  torch::Tensor marginals(const torch::Tensor& emissions, const torch::Tensor& lengths) const;

  /// The best row of tags; 0 past a row's end. Shapes: -> [B, T] int64.
  torch::Tensor best_paths(const torch::Tensor& emissions, const torch::Tensor& lengths) const;

  /// Forbids the transitions that break the tags' scheme.
  void forbid(const TagSet& tags);

  torch::Tensor weight;       // [K, D]
  torch::Tensor bias;         // [K]
  torch::Tensor start;        // [K], of the first tag
  torch::Tensor transitions;  // [K, K], from and to
  torch::Tensor end;          // [K], of the last tag

  // Not trained: 1 where the scheme forbids, else 0. Shapes as above.
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
