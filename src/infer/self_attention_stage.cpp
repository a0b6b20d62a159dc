// Self-attention in the fused engine.
#include <algorithm>
#include <cmath>
#include <functional>

#include "infer/dense_product.h"
#include "infer/stages.h"

namespace sequent {
namespace {

/// The products of all steps of the batch are computed at once, then each head of each row alone.
/// The scores of a long text are never all in memory.
class SelfAttentionStage : public Stage {
 public:
  SelfAttentionStage(const SelfAttentionSpec& spec, std::int64_t input,
                     const SelfAttentionWeights& weights)
      : heads_(spec.heads),
        head_width_(input / spec.heads),
        is_residual_(spec.residual),
        in_(input, 3 * input, Activation::kLinear, weights.in_weight.data(),
            weights.in_bias.data()),
        out_(input, input, Activation::kLinear, weights.out_weight.data(),
             weights.out_bias.data()) {}

  void run(Flow& flow) const override {
    const kernels::StepPlan& plan = flow.plan;
    const std::int64_t width = flow.width;
    const float* parts = in_.of(flow.values, plan.tokens(), flow.arena);
    auto* read = flow.arena.take<float>(to_size(plan.tokens() * width));
    for (std::int64_t place = 0; place < plan.rows(); ++place) {
      for (std::int64_t head = 0; head < heads_; ++head) {
        attend(plan, place, parts + head * head_width_, read + head * head_width_, flow.arena);
      }
    }
    float* result = out_.of(read, plan.tokens(), flow.arena);
    if (is_residual_) {
      std::transform(result, result + plan.tokens() * width, flow.values, result, std::plus<>());
    }
    flow.values = result;
  }

 private:
  /// Computes one head of one row. `parts` [tokens, 3 * width] has the head's part of the queries,
  /// then of the keys and the values; `read` [tokens, width].
  void attend(const kernels::StepPlan& plan, std::int64_t place, const float* parts, float* read,
              kernels::Arena& arena) const {
    constexpr std::int64_t kQueriesTogether = 256;
    const kernels::Arena::Scope scope(arena);
    const auto& k = kernels::kernels<float>();
    const std::int64_t width = heads_ * head_width_;
    const std::int64_t length = plan.length(place);
    auto* queries = arena.take<float>(to_size(length * head_width_));
    auto* keys = arena.take<float>(to_size(length * head_width_));  // transposed
    auto* values = arena.take<float>(to_size(length * head_width_));
    const float scale = 1 / std::sqrt(static_cast<float>(head_width_));
    for (std::int64_t t = 0; t < length; ++t) {
      const float* from = parts + (plan.first(t) + place) * 3 * width;
      for (std::int64_t i = 0; i < head_width_; ++i) {
        queries[t * head_width_ + i] = scale * from[i];
        keys[i * length + t] = from[width + i];
      }
      std::copy_n(from + 2 * width, head_width_, values + t * head_width_);
    }
    const std::int64_t together = std::min(length, kQueriesTogether);
    auto* shares = arena.take<float>(to_size(together * length));
    auto* sums = arena.take<float>(to_size(together * head_width_));
    for (std::int64_t begin = 0; begin < length; begin += together) {
      const kernels::Arena::Scope block(arena);
      const std::int64_t count = std::min(together, length - begin);
      k.multiply(count, length, head_width_, queries + begin * head_width_, keys, shares, arena);
      for (std::int64_t i = 0; i < count; ++i) k.softmax(shares + i * length, length);
      k.multiply(count, head_width_, length, shares, values, sums, arena);
      for (std::int64_t i = 0; i < count; ++i) {
        std::copy_n(sums + i * head_width_, head_width_,
                    read + (plan.first(begin + i) + place) * width);
      }
    }
  }

  std::int64_t heads_;
  std::int64_t head_width_;
  bool is_residual_;
  DenseProduct in_;
  DenseProduct out_;
};

}  // namespace

StagePointer self_attention_stage(const SelfAttentionSpec& spec, std::int64_t input,
                                  const SelfAttentionWeights& weights) {
  return std::make_unique<SelfAttentionStage>(spec, input, weights);
}

}  // namespace sequent
