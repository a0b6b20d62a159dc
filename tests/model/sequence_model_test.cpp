// Tests complete models: parameter counts, initial weights, padding, dropout and gradients.
#include <gtest/gtest.h>

#include <cmath>

#include "model_configs.h"
#include "sequent/model.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_layer_chains;
using testing::all_near;
using testing::dense;
using testing::NamedLayers;

constexpr std::int64_t kVocabulary = 30;

std::int64_t class_count(const NamedLayers& chain) { return chain.name == "Binary" ? 2 : 3; }

SequenceModel model_of(const NamedLayers& chain) {
  return SequenceModel(resolve(config_of(chain), kVocabulary, class_count(chain)));
}

Batch batch_of(const std::vector<std::vector<std::int64_t>>& rows, std::int64_t steps) {
  const auto count = static_cast<std::int64_t>(rows.size());
  Batch batch{torch::zeros({count, steps}, torch::kInt64), torch::zeros({count}, torch::kInt64)};
  for (std::int64_t b = 0; b < count; ++b) {
    const auto& row = rows[static_cast<std::size_t>(b)];
    batch.lengths[b] = static_cast<std::int64_t>(row.size());
    for (std::size_t t = 0; t < row.size(); ++t) {
      batch.input[b][static_cast<std::int64_t>(t)] = row[t];
    }
  }
  return batch;
}

const std::vector<std::vector<std::int64_t>> kRows = {
    {3, 4, 5, 6, 7, 8, 9}, {10, 11, 12}, {13, 1}, {2}};

class Chain : public ::testing::TestWithParam<NamedLayers> {};

TEST_P(Chain, PaddingAndNeighboursNeverInfluenceARow) {
  SequenceModel model = model_of(GetParam());
  const torch::NoGradGuard no_gradient;
  testing::randomize(*model);
  const torch::Tensor together = model->predict(batch_of(kRows, 7));
  const torch::Tensor with_more_padding = model->predict(batch_of(kRows, 15));
  EXPECT_TRUE(all_near(with_more_padding, together, 1e-6));
  for (std::size_t b = 0; b < kRows.size(); ++b) {
    const torch::Tensor alone =
        model->predict(batch_of({kRows[b]}, static_cast<std::int64_t>(kRows[b].size())));
    EXPECT_TRUE(all_near(alone[0], together[static_cast<std::int64_t>(b)], 1e-6)) << "row " << b;
  }
  EXPECT_TRUE(all_near(together.sum(1), torch::ones({4}), 1e-5));
}

TEST_P(Chain, GradientsAreThoseOfFiniteDifferences) {
  SequenceModel model = model_of(GetParam());
  model->to(torch::kFloat64);
  torch::manual_seed(3);
  testing::randomize(*model);
  const Batch batch = batch_of(kRows, 7);
  const auto loss = [&] { return model->forward(batch).sin().sum(); };
  testing::expect_gradients_of_differences(*model, loss, /*samples=*/5, 1e-5);
}

TEST_P(Chain, DropoutOfARowDoesNotDependOnItsBatch) {
  SequenceModel model = model_of(GetParam());
  const torch::NoGradGuard no_gradient;
  Batch whole = batch_of(kRows, 7);
  whole.noise = NoiseKey{4, 11};
  Batch part = batch_of({kRows[1], kRows[2]}, 7);
  part.noise = whole.noise;
  part.first_row = 1;
  EXPECT_TRUE(all_near(model->forward(part), model->forward(whole).slice(0, 1, 3), 1e-6));
}

INSTANTIATE_TEST_SUITE_P(All, Chain, ::testing::ValuesIn(all_layer_chains()),
                         [](const auto& test) { return test.param.name; });

// Keras' model.summary() of Embedding(100, 32), LSTM(32), Dense(1, sigmoid) reports 11,553.
TEST(SequenceModel, CountsParametersAsKeras) {
  const NamedLayers chain{"Tutorial",
                          R"([{"type": "embedding", "input_dim": 100, "output_dim": 32},
                              {"type": "lstm", "units": 32},
                              {"type": "dense", "units": 1, "activation": "sigmoid"}])",
                          "binary_crossentropy"};
  const SequenceModel model(resolve(config_of(chain), 14, 2));
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : model->parameters()) count += parameter.numel();
  EXPECT_EQ(count, 11553);
}

TEST(SequenceModel, KerasInitializationIsOrthogonalWithForgetBiasOne) {
  const RecurrentOptions options{CellKind::kLstm, 6, 5, false, false, 0};
  RecurrentImpl layer(options);
  at::Generator generator = at::detail::createCPUGenerator(1);
  layer.initialize(Initialization::kKeras, generator);
  const auto& direction = layer.directions[0];
  const torch::Tensor product = direction.weight_hh.t().mm(direction.weight_hh);
  EXPECT_TRUE(all_near(product, torch::eye(5), 1e-5));
  EXPECT_TRUE(all_near(direction.bias_ih.slice(0, 5, 10), torch::ones({5}), 0));
  EXPECT_EQ(direction.bias_ih.abs().sum().item<double>(), 5);
  EXPECT_LE(direction.weight_ih.abs().max().item<double>(), std::sqrt(6.0 / 26));
}

TEST(SequenceModel, SameSeedSameWeightsOtherSeedOthers) {
  Config config = config_of(all_layer_chains()[0]);
  const SequenceModel a(resolve(config, kVocabulary, 3));
  const SequenceModel b(resolve(config, kVocabulary, 3));
  config.training.seed = 2;
  const SequenceModel c(resolve(config, kVocabulary, 3));
  EXPECT_TRUE(testing::same_bytes(a->parameters()[0], b->parameters()[0]));
  EXPECT_FALSE(torch::equal(a->parameters()[0], c->parameters()[0]));
}

TEST(SequenceModel, DropoutKeepsTheMeanAndItsRate) {
  DropoutImpl dropout(DropoutSpec{0.3});
  Batch batch{torch::zeros({50, 40}, torch::kInt64), torch::full({50}, 40, torch::kInt64)};
  const torch::Tensor ones = torch::ones({50, 40, 10});
  EXPECT_TRUE(all_near(dropout.forward(ones, {batch, {}}), ones, 0)) << "evaluation";
  batch.noise = NoiseKey{1, 1};
  const torch::Tensor dropped = dropout.forward(ones, {batch, {}});
  EXPECT_NEAR((dropped == 0).to(torch::kFloat64).mean().item<double>(), 0.3, 0.01);
  EXPECT_NEAR(dropped.mean().item<double>(), 1, 0.02);
  batch.noise = NoiseKey{1, 2};
  EXPECT_FALSE(torch::equal(dropout.forward(ones, {batch, {}}), dropped)) << "another step";
}

TEST(SequenceModel, FrozenEmbeddingHasNoGradient) {
  const NamedLayers chain{"Frozen", R"([{"type": "embedding", "output_dim": 4, "trainable": false},
                                        {"type": "gru", "units": 3},
                                        {"type": "dense", "activation": "softmax"}])"};
  SequenceModel model = model_of(chain);
  model->forward(batch_of(kRows, 7)).sum().backward();
  EXPECT_FALSE(model->parameters()[0].grad().defined());
  EXPECT_TRUE(model->parameters()[1].grad().defined());
}

}  // namespace
}  // namespace sequent
