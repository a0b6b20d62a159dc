// Tests the pair layer: values computed by hand, gradients, and independence of the split into
// parts.
#include <gtest/gtest.h>

#include "model/pair_batch.h"
#include "pair_rows.h"
#include "sequent/model.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;

SequenceModel make_model() {
  SequenceModel model(resolve(parse_config(testing::kPairConfig, "test"), 12, 2));
  torch::manual_seed(3);
  testing::randomize(*model);
  return model;
}

/// Returns three pairs.
Batch some_pairs() { return testing::pair_batch({5, 2, 1, 4, 3, 3}); }

TEST(Pair, FeaturesAreTheirFormulas) {
  PairSpec spec;
  spec.features = {PairFeature::kFirst, PairFeature::kSecond, PairFeature::kDifference,
                   PairFeature::kProduct, PairFeature::kCosine};
  PairImpl layer(spec);
  const torch::Tensor vectors = torch::tensor(
      {{3.0, 4.0}, {-4.0, 3.0}, {1.0, 2.0}, {2.0, 4.0}, {0.0, 0.0}, {1.0, 1.0}}, torch::kFloat64);
  const Batch batch{torch::zeros({6, 1}, torch::kInt64), torch::ones({6}, torch::kInt64)};
  const torch::Tensor found = layer.forward(vectors, {batch, torch::zeros({6, 1}, torch::kBool)});
  const torch::Tensor wanted = torch::tensor({{3.0, 4.0, -4.0, 3.0, 7.0, 1.0, -12.0, 12.0, 0.0},
                                              {1.0, 2.0, 2.0, 4.0, 1.0, 2.0, 2.0, 8.0, 1.0},
                                              {0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0}},
                                             torch::kFloat64);
  EXPECT_TRUE(all_near(found, wanted, 1e-12));
  EXPECT_EQ(spec.width(2), 9);
}

TEST(Pair, GradientsAreThoseOfDifferences) {
  SequenceModel model = make_model();
  model->to(torch::kFloat64);
  const Batch batch = some_pairs();
  const torch::Tensor weighting =
      torch::tensor({{0.3, -1.0}, {0.7, 0.2}, {-0.4, 0.9}}, torch::kFloat64);
  testing::expect_gradients_of_differences(
      *model, [&] { return (model->forward(batch) * weighting).sum(); }, 12, 1e-7);
}

TEST(Pair, APairIsTheSameAloneAndTogether) {
  SequenceModel model = make_model();
  const torch::NoGradGuard no_gradient;
  const Batch batch = some_pairs();
  const torch::Tensor together = model->predict(batch);
  ASSERT_EQ(together.size(0), 3);
  for (std::int64_t pair = 0; pair < 3; ++pair) {
    const Batch alone{batch.input.narrow(0, 2 * pair, 2), batch.lengths.narrow(0, 2 * pair, 2)};
    EXPECT_TRUE(all_near(model->predict(alone)[0], together[pair], 1e-6));
  }
}

// Workers compute parts of a batch, so dropout must depend only on the number of the pair.
TEST(Pair, NoiseIsOfThePairNotOfItsPart) {
  SequenceModel model = make_model();
  Batch batch = some_pairs();
  batch.noise = NoiseKey{1, 4};
  const torch::Tensor together = model->forward(batch);
  Batch part{batch.input.narrow(0, 2, 4), batch.lengths.narrow(0, 2, 4)};
  part.noise = batch.noise;
  part.first_row = 1;
  EXPECT_TRUE(all_near(model->forward(part), together.narrow(0, 1, 2), 1e-6));
  part.first_row = 0;
  EXPECT_FALSE(all_near(model->forward(part), together.narrow(0, 1, 2), 1e-3));
}

}  // namespace
}  // namespace sequent
