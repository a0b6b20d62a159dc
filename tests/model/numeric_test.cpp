// Tests layers for numeric input, and compares self-attention with LibTorch's.
#include <gtest/gtest.h>

#include "sequent/model.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;

TEST(SelfAttention, EqualsTorchsMultiheadAttention) {
  torch::manual_seed(5);
  constexpr std::int64_t kWidth = 12;
  for (const std::int64_t heads : {1, 3, 4}) {
    SelfAttentionSpec spec;
    spec.heads = heads;
    spec.residual = false;
    SelfAttentionImpl ours(spec, kWidth);
    ours.to(torch::kFloat64);
    torch::nn::MultiheadAttention theirs(kWidth, heads);
    theirs->to(torch::kFloat64);
    {
      const torch::NoGradGuard no_gradient;
      for (torch::Tensor& parameter : ours.parameters()) parameter.normal_(0, 0.4);
      theirs->in_proj_weight.copy_(ours.in_proj_weight);
      theirs->in_proj_bias.copy_(ours.in_proj_bias);
      theirs->out_proj->weight.copy_(ours.out_proj_weight);
      theirs->out_proj->bias.copy_(ours.out_proj_bias);
    }
    const torch::Tensor input = torch::randn({3, 6, kWidth}, torch::kFloat64);
    const torch::Tensor lengths = torch::tensor({6, 4, 1}, torch::kInt64);
    const torch::Tensor padding = torch::arange(6).unsqueeze(0) >= lengths.unsqueeze(1);
    const Batch batch{torch::zeros({3, 6}, torch::kInt64), lengths};
    torch::Tensor a = input.clone().requires_grad_();
    torch::Tensor b = input.clone().requires_grad_();
    const torch::Tensor found = ours.forward(a, {batch, padding});
    const torch::Tensor sequence = b.transpose(0, 1);
    const torch::Tensor wanted =
        std::get<0>(theirs->forward(sequence, sequence, sequence, padding)).transpose(0, 1);
    const torch::Tensor real = (~padding).unsqueeze(2);
    EXPECT_TRUE(all_near(found.masked_fill(~real, 0), wanted.masked_fill(~real, 0), 1e-12));
    found.masked_fill(~real, 0).sin().sum().backward();
    wanted.masked_fill(~real, 0).sin().sum().backward();
    EXPECT_TRUE(all_near(a.grad(), b.grad(), 1e-12));
    EXPECT_TRUE(all_near(ours.in_proj_weight.grad(), theirs->in_proj_weight.grad(), 1e-11));
  }
}

TEST(Normalization, SubtractsTheMeanAndDividesByTheDeviation) {
  NormalizationImpl layer({}, 2);
  EXPECT_FALSE(layer.mean.requires_grad());
  layer.mean.copy_(torch::tensor({1.0F, -2.0F}));
  layer.deviation.copy_(torch::tensor({2.0F, 4.0F}));
  const Batch batch{torch::zeros({1, 2, 2}), torch::tensor({2}, torch::kInt64)};
  const torch::Tensor found =
      layer.forward(torch::tensor({{{1.0F, 2.0F}, {3.0F, -6.0F}}}), {batch, {}});
  EXPECT_TRUE(all_near(found, torch::tensor({{{0.0F, 1.0F}, {1.0F, -1.0F}}}), 0));
}

TEST(Normalization, OfWindowsIsRelativeToTheirLastStep) {
  const Config config = parse_config(R"({"version": 1, "task": "regression",
    "data": {"train": "none.csv", "format": {"type": "windows", "columns": ["a", "b"],
      "targets": ["b"], "length": 3, "horizon": 2}},
    "input": {"type": "numeric", "channels": 2},
    "model": {"layers": [{"type": "normalization", "relative": true},
      {"type": "lstm", "units": 3}, {"type": "dense"}]}})",
                                     "relative.json");
  SequenceModel model(resolve(config, 0, 2));
  const torch::NoGradGuard no_gradient;
  auto* layer = model->layer_as<NormalizationImpl>(0);
  layer->deviation.copy_(torch::tensor({2.0F, 1.0F}));
  const torch::Tensor rows = torch::tensor({{{1.0F, 2.0F}, {3.0F, 4.0F}, {5.0F, 7.0F}}});
  const Batch batch{rows, torch::tensor({3}, torch::kInt64)};
  EXPECT_TRUE(all_near(layer->forward(rows, {batch, {}}),
                       torch::tensor({{{-2.0F, -5.0F}, {-1.0F, -3.0F}, {0.0F, 0.0F}}}), 1e-6));
  // A constant that is added to all steps is added to the forecast and changes nothing else.
  const torch::Tensor level = torch::tensor({10.0F, 100.0F});
  const torch::Tensor found = model->predict(batch);
  const torch::Tensor higher = model->predict({rows + level, batch.lengths});
  EXPECT_TRUE(all_near(higher, found + 100, 1e-4));
  // A head with the output 0 forecasts the last value.
  model->head<DenseImpl>()->weight.zero_();
  model->head<DenseImpl>()->bias.zero_();
  EXPECT_TRUE(all_near(model->predict(batch), torch::tensor({{7.0F, 7.0F}}), 0));
}

SequenceModel numeric_model() {
  const Config config = parse_config(R"({"version": 1,
    "data": {"train": "none.jsonl", "format": {"type": "series"}},
    "input": {"type": "numeric", "channels": 3},
    "model": {"layers": [{"type": "normalization"}, {"type": "conv1d", "filters": 4},
      {"type": "lstm", "units": 2, "bidirectional": true, "return_sequences": true},
      {"type": "self_attention", "heads": 2}, {"type": "pool", "mode": ["max", "mean"]},
      {"type": "dense", "activation": "softmax"}]}})",
                                     "numeric.json");
  return SequenceModel(resolve(config, 0, 3));
}

TEST(NumericModel, PaddingAndNeighboursNeverInfluenceARow) {
  torch::manual_seed(6);
  SequenceModel model = numeric_model();
  const torch::NoGradGuard no_gradient;
  const torch::Tensor values = torch::randn({3, 7, 3});
  const std::vector<std::int64_t> lengths{7, 3, 1};
  const torch::Tensor together = model->predict({values, torch::tensor(lengths)});
  for (std::size_t b = 0; b < lengths.size(); ++b) {
    const auto row = static_cast<std::int64_t>(b);
    const torch::Tensor own = values.slice(0, row, row + 1).slice(1, 0, lengths[b]);
    const torch::Tensor padded = torch::cat({own, torch::full({1, 4, 3}, 1e6)}, 1);
    for (const torch::Tensor& input : {own, padded}) {
      EXPECT_TRUE(
          all_near(model->predict({input, torch::tensor({lengths[b]})})[0], together[row], 1e-6))
          << "row " << b;
    }
  }
}

}  // namespace
}  // namespace sequent
