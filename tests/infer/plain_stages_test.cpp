// The stages without a kernel of their own: the step-by-step cells equal the kernels wherever a
// kernel exists, and self-attention equals LibTorch's, also for texts longer than one block.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>
#include <memory>
#include <random>

#include "infer/stages.h"
#include "kernels/cell_kind.h"

namespace sequent {
namespace {

constexpr std::int64_t kInput = 4;
constexpr std::int64_t kUnits = 5;
constexpr std::int64_t kTokens = 11;  // rows of the embedding

/// Random weights of a recurrent layer, by name.
class Weights {
 public:
  explicit Weights(CellKind cell) {
    const CellFacts facts = cell_facts(cell);
    const std::int64_t rows = facts.gates * kUnits;
    for (const std::string end : {"_l0", "_l0_reverse"}) {
      all_["weight_ih" + end] = values(rows * kInput);
      all_["weight_hh" + end] = values(rows * kUnits);
      all_["bias_ih" + end] = values(rows);
      all_["bias_hh" + end] = values(rows);
      all_["weight_peephole" + end] = values(facts.peepholes * kUnits);
    }
  }

  std::vector<float> values(std::int64_t count) {
    std::normal_distribution<float> normal(0, 0.6F);
    std::vector<float> result(to_size(count));
    for (float& value : result) value = normal(generator_);
    return result;
  }

  WeightSource source() const {
    return [this](const std::string& name) { return std::span<const float>(all_.at(name)); };
  }

 private:
  std::mt19937 generator_{5};
  std::map<std::string, std::vector<float>> all_;
};

/// Rows of several lengths.
class Rows {
 public:
  explicit Rows(std::vector<std::int64_t> lengths) : plan(lengths) {}

  /// Returns the stage's output for these values [tokens, width].
  std::vector<float> run(const Stage& stage, std::vector<float>& values, std::int64_t width) {
    Flow flow{plan, arena, {}, {}, plan.mirrored(), values.data(), width};
    return output_of(stage, flow);
  }
  std::vector<float> run(const Stage& stage, const std::vector<std::int32_t>& ids) {
    Flow flow{plan, arena, ids, {}, plan.mirrored()};
    return output_of(stage, flow);
  }

  kernels::StepPlan plan;
  kernels::Arena arena;

 private:
  static std::vector<float> output_of(const Stage& stage, Flow& flow) {
    stage.run(flow);
    return {flow.values, flow.values + flow.count() * flow.width};
  }
};

void expect_near(const std::vector<float>& found, const std::vector<float>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-6) << i;
}

StagePointer kernel_stage(CellKind cell, bool is_sequence, const WeightSource& weights) {
  RecurrentShape shape;
  shape.kernels = &kernels::kernels<float>();
  shape.size = {kernel_cell(cell).value(), kInput, kUnits};
  shape.directions = 2;
  shape.result = is_sequence ? Result::kSequence : Result::kLastVisited;
  return cell == CellKind::kHiddenState ? hidden_state_stage(shape, "", weights)
                                        : recurrent_stage(shape, "", weights, {});
}

class PlainCells : public ::testing::TestWithParam<CellKind> {};

TEST_P(PlainCells, EqualTheKernels) {
  Weights weights(GetParam());
  Rows rows({3, 7, 1, 7, 2});
  const auto table = std::make_shared<const std::vector<float>>(weights.values(kTokens * kInput));
  std::vector<std::int32_t> ids;
  std::vector<float> vectors;
  for (std::int64_t token = 0; token < rows.plan.tokens(); ++token) {
    ids.push_back(static_cast<std::int32_t>(token * 3 % kTokens));
    const auto from = table->begin() + ids.back() * kInput;
    vectors.insert(vectors.end(), from, from + kInput);
  }
  for (const bool is_sequence : {false, true}) {
    PlainShape shape;
    shape.kernels = &kernels::kernels<float>();
    shape.form.kind = GetParam();
    shape.units = kUnits;
    shape.directions = 2;
    shape.is_sequence = is_sequence;
    const auto source = weights.source();
    const std::vector<float> expected =
        rows.run(*kernel_stage(GetParam(), is_sequence, source), vectors, kInput);
    expect_near(rows.run(*plain_recurrent_stage(shape, "", source, {}), vectors, kInput), expected);
    // The same from token ids: with a table for all tokens, and with a table for none.
    for (const std::int64_t bytes : {1 << 20, 0}) {
      expect_near(rows.run(*plain_recurrent_stage(shape, "", source, {table, bytes}), ids),
                  expected);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, PlainCells,
                         ::testing::Values(CellKind::kRnnTanh, CellKind::kRnnRelu, CellKind::kLstm,
                                           CellKind::kGru, CellKind::kCoupledLstm,
                                           CellKind::kPeepholeLstm, CellKind::kPeepholePreviousLstm,
                                           CellKind::kHiddenState, CellKind::kMinGru,
                                           CellKind::kSru));

TEST(PlainSelfAttention, EqualsLibTorch) {
  constexpr std::int64_t kWidth = 6;
  constexpr std::int64_t kHeads = 2;
  torch::manual_seed(3);
  const torch::NoGradGuard no_gradient;
  torch::nn::MultiheadAttention reference(torch::nn::MultiheadAttentionOptions(kWidth, kHeads));
  for (torch::Tensor& parameter : reference->parameters()) parameter.normal_(0, 0.5);
  const auto view = [](const torch::Tensor& tensor) {
    return std::span<const float>(tensor.data_ptr<float>(), to_size(tensor.numel()));
  };
  SelfAttentionSpec spec;
  spec.heads = kHeads;
  spec.residual = false;
  const StagePointer stage =
      self_attention_stage(spec, kWidth,
                           {view(reference->in_proj_weight), view(reference->in_proj_bias),
                            view(reference->out_proj->weight), view(reference->out_proj->bias)});
  // The longest row takes more than two blocks of queries.
  const std::vector<std::int64_t> lengths{1, 600, 257, 4};
  Rows rows(lengths);
  std::vector<torch::Tensor> inputs;
  for (const std::int64_t length : lengths) inputs.push_back(torch::randn({length, kWidth}));
  std::vector<float> values(to_size(rows.plan.tokens() * kWidth));
  const auto token_of = [&](std::int64_t place, std::int64_t step) {
    return rows.plan.first(step) + place;
  };
  for (std::int64_t place = 0; place < rows.plan.rows(); ++place) {
    const torch::Tensor& input = inputs[to_size(rows.plan.row(place))];
    for (std::int64_t step = 0; step < input.size(0); ++step) {
      std::copy_n(input[step].data_ptr<float>(), kWidth,
                  values.begin() + token_of(place, step) * kWidth);
    }
  }
  const std::vector<float> found = rows.run(*stage, values, kWidth);
  for (std::int64_t place = 0; place < rows.plan.rows(); ++place) {
    const torch::Tensor x = inputs[to_size(rows.plan.row(place))].unsqueeze(1);
    const torch::Tensor expected = std::get<0>(reference->forward(x, x, x)).squeeze(1);
    for (std::int64_t step = 0; step < expected.size(0); ++step) {
      for (std::int64_t i = 0; i < kWidth; ++i) {
        EXPECT_NEAR(found[to_size(token_of(place, step) * kWidth + i)],
                    expected[step][i].item<float>(), 1e-5)
            << "row " << rows.plan.row(place) << ", step " << step;
      }
    }
  }
}

}  // namespace
}  // namespace sequent
