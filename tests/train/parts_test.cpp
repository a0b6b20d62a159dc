// Compares batches, losses, schedules and averages with values computed by hand or by LibTorch.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "model_configs.h"
#include "support.h"
#include "tensors.h"
#include "train/batching.h"
#include "train/losses.h"
#include "train/optimizer.h"
#include "train/schedule.h"
#include "train/tensor_file.h"
#include "train/weight_average.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::dense;
using testing::error_of;

EncodedDataset random_data(std::int64_t rows, std::int64_t longest, std::int64_t classes) {
  EncodedDataset data;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::vector<std::int32_t> ids;
    const std::int64_t length = 1 + (row * 7919) % longest;
    for (std::int64_t t = 0; t < length; ++t) {
      ids.push_back(static_cast<std::int32_t>(3 + (row * 31 + t * 17) % 20));
    }
    data.add(ids, static_cast<std::int32_t>(row % classes));
  }
  return data;
}

TEST(Batching, EveryRowComesOnceSortedInsideItsBatch) {
  const EncodedDataset data = random_data(1234, 40, 2);
  const auto batches = plan_epoch(data, 16, /*seed=*/1, /*epoch=*/1);
  EXPECT_EQ(batches.size(), 78U);
  std::set<std::int64_t> seen;
  for (const RowNumbers& batch : batches) {
    EXPECT_LE(batch.size(), 16U);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      EXPECT_TRUE(seen.insert(batch[i]).second);
      if (i > 0) {
        EXPECT_LE(data.length(batch[i]), data.length(batch[i - 1]));
      }
    }
  }
  EXPECT_EQ(seen.size(), 1234U);
  EXPECT_EQ(plan_epoch(data, 16, 1, 1), batches);
  EXPECT_NE(plan_epoch(data, 16, 1, 2), batches);
  EXPECT_NE(plan_epoch(data, 16, 2, 1), batches);
}

TEST(Batching, TokenBudgetsCutByTokens) {
  const EncodedDataset data = random_data(1234, 40, 2);
  const TokenBudget budget{300};
  const auto batches = plan_epoch(data, budget, /*seed=*/1, /*epoch=*/1);
  EXPECT_EQ(static_cast<std::int64_t>(batches.size()), count_batches(data, budget));
  EXPECT_EQ(static_cast<std::int64_t>(batches.size()), (data.token_count() + 299) / 300);
  std::set<std::int64_t> seen;
  for (const RowNumbers& batch : batches) {
    ASSERT_FALSE(batch.empty());
    std::int64_t tokens = 0;
    for (const std::int64_t row : batch) {
      EXPECT_TRUE(seen.insert(row).second);
      tokens += data.length(row);
    }
    EXPECT_LE(tokens, 2 * 300);
  }
  EXPECT_EQ(seen.size(), 1234U);
  EXPECT_NE(plan_epoch(data, budget, 1, 2), batches);
  // Rows longer than the budget are batches of one; there are never more batches than rows.
  EXPECT_EQ(plan_epoch(data, TokenBudget{1}, 1, 1).size(), 1234U);
}

TEST(Batching, PoolsSaveMostOfThePadding) {
  const EncodedDataset data = random_data(3000, 100, 2);
  std::int64_t padded = 0;
  for (const RowNumbers& batch : plan_epoch(data, 32, 1, 1)) {
    padded += static_cast<std::int64_t>(batch.size()) * data.length(batch.front());
  }
  EXPECT_LT(static_cast<double>(padded), 1.05 * static_cast<double>(data.token_count()));
}

TEST(Batches, OfBalancedSamplingHaveEachLabelEquallyOften) {
  EncodedDataset data;
  for (int row = 0; row < 103; ++row) {
    data.add(std::vector<std::int32_t>{3, 4}, row < 90 ? 0 : (row < 100 ? 1 : 2));
  }
  std::map<std::int32_t, int> of_label;
  std::map<std::int64_t, int> of_row;
  const auto batches = plan_epoch(data, 10, 1, 1, Sampling::kBalanced);
  EXPECT_EQ(static_cast<std::int64_t>(batches.size()), count_batches(data, 10));
  for (const RowNumbers& batch : batches) {
    for (const std::int64_t row : batch) {
      ++of_label[data.label(row)];
      ++of_row[row];
    }
  }
  // 103 = 34 + 34 + 35; rows of a label differ by at most one in how often they are drawn.
  for (std::int32_t label = 0; label < 3; ++label) {
    EXPECT_GE(of_label[label], 34);
    EXPECT_LE(of_label[label], 35);
  }
  for (std::int64_t row = 90; row < 100; ++row) {
    EXPECT_GE(of_row[row], 3);
    EXPECT_LE(of_row[row], 4);
  }
  for (std::int64_t row = 0; row < 90; ++row) EXPECT_LE(of_row[row], 1);
  EXPECT_EQ(plan_epoch(data, 10, 1, 1, Sampling::kBalanced), batches);
  EXPECT_NE(plan_epoch(data, 10, 1, 2, Sampling::kBalanced), batches);
}

TEST(Losses, FocalLossIsThatOfLinAndOthers) {
  const torch::Tensor logits =
      torch::tensor({2.0, -1.0, 0.5, 0.1, 0.2, 0.3}, torch::kFloat64).view({2, 3});
  const torch::Tensor targets = torch::tensor({0, 2}, torch::kInt64);
  const torch::Tensor p = torch::softmax(logits, 1).gather(1, targets.unsqueeze(1)).squeeze(1);
  LossOptions options;
  options.focal_gamma = 2;
  EXPECT_TRUE(
      torch::allclose(row_losses(logits, targets, options), -(1 - p).pow(2) * p.log(), 1e-12));
  options.kind = Loss::kBinaryCrossentropy;
  const torch::Tensor one = torch::tensor({1.5, -0.5}, torch::kFloat64).unsqueeze(1);
  const torch::Tensor truth = torch::tensor({1, 0}, torch::kInt64);
  const torch::Tensor q = torch::sigmoid(torch::tensor({1.5, 0.5}, torch::kFloat64));
  EXPECT_TRUE(torch::allclose(row_losses(one, truth, options), -(1 - q).pow(2) * q.log(), 1e-12));
  // Of several labels: the mean of each label's focal loss.
  const torch::Tensor marks = torch::tensor({1.0, 0.0, 1.0}, torch::kFloat64).unsqueeze(0);
  const torch::Tensor scores = torch::tensor({0.3, -1.2, -0.4}, torch::kFloat64).unsqueeze(0);
  const torch::Tensor r =
      torch::where(marks > 0.5, torch::sigmoid(scores), torch::sigmoid(-scores));
  EXPECT_TRUE(torch::allclose(row_losses(scores, marks, options),
                              (-(1 - r).pow(2) * r.log()).mean(1), 1e-12));
  // At a probability of 1, the gradient stays finite, even for a power below 1.
  options.focal_gamma = 0.5;
  const torch::Tensor sure = torch::full({1, 1}, 60.0, torch::kFloat64).requires_grad_();
  row_losses(sure, torch::tensor({1}, torch::kInt64), options).sum().backward();
  EXPECT_TRUE(torch::isfinite(sure.grad()).all().item<bool>());
}

TEST(Batching, PartsAreNeighboursWithAboutEqualTokens) {
  const EncodedDataset data = random_data(100, 30, 2);
  for (const RowNumbers& batch : plan_epoch(data, 20, 1, 1)) {
    for (const std::size_t parts : {1U, 2U, 3U, 50U}) {
      std::size_t next = 0;
      const auto split = split_by_tokens(data, batch, parts);
      EXPECT_EQ(split.size(), std::min<std::size_t>(parts, batch.size()));
      for (const auto& part : split) {
        ASSERT_FALSE(part.empty());
        EXPECT_EQ(part.data(), batch.data() + next);
        next += part.size();
      }
      EXPECT_EQ(next, batch.size());
    }
  }
}

/// The rows that an n-gram table reads in a batch are known in advance, also for pairs.
TEST(Batching, RowsReadHoldEveryRowWithAGradient) {
  const NgramsSpec spec{3, 3, 1000};
  EncodedDataset data;
  const std::int32_t pair_break = Vocabulary::kPairBreak;
  data.add(std::vector<std::int32_t>{4, 5, 6, 4, 5, 6, 7}, 0);
  const std::vector<std::int32_t> spelled{8, 1, 9, -1, 4};
  const std::vector<std::string> words{"odd"};
  data.add(InputRow{spelled, {}, 0, words}, 0);
  data.add(std::vector<std::int32_t>{5, 6, pair_break, 7, 8, 9}, 0);
  const RowNumbers rows{0, 1, 2};
  const std::vector<std::int64_t> known = rows_read(data, rows)(NgramHash(spec));
  EXPECT_TRUE(std::is_sorted(known.begin(), known.end()));
  EXPECT_EQ(std::set(known.begin(), known.end()).size(), known.size());
  Ngrams ngrams(spec);
  for (const std::vector<std::int64_t>& text : std::vector<std::vector<std::int64_t>>{
           {4, 5, 6, 4, 5, 6, 7}, {8, 1, 9, -1, 4}, {5, 6}, {7, 8, 9}, {1, 5, 6, 1, 5, 1, 7}}) {
    const torch::Tensor tokens = torch::tensor(text, torch::kInt64).unsqueeze(0);
    const Batch batch{tokens, torch::tensor({tokens.size(1)})};
    ngrams->zero_grad();
    ngrams->forward(tokens, {batch, {}}).sum().backward();
    const torch::Tensor found = ngrams->weight.grad().coalesce().indices()[0];
    for (std::int64_t i = 0; i < found.numel(); ++i) {
      EXPECT_TRUE(std::binary_search(known.begin(), known.end(), found[i].item<std::int64_t>()));
    }
    ngrams->weight.mutable_grad() = torch::Tensor();
  }
}

TEST(Losses, CategoricalIsTorchsCrossEntropy) {
  const torch::Tensor logits = torch::randn({5, 4});
  const torch::Tensor targets = torch::tensor({0, 3, 1, 1, 2}, torch::kInt64);
  for (const double smoothing : {0.0, 0.2}) {
    const auto options = torch::nn::functional::CrossEntropyFuncOptions()
                             .reduction(torch::kNone)
                             .label_smoothing(smoothing);
    EXPECT_TRUE(
        all_near(row_losses(logits, targets, {Loss::kCategoricalCrossentropy, smoothing, {}}),
                 torch::nn::functional::cross_entropy(logits, targets, options), 1e-6));
  }
}

TEST(Losses, BinaryIsMinusLogOfTheSigmoid) {
  const torch::Tensor logits = torch::tensor({{0.5F}, {-2.0F}, {100.0F}});
  const torch::Tensor targets = torch::tensor({1, 0, 0}, torch::kInt64);
  const torch::Tensor found = row_losses(logits, targets, {Loss::kBinaryCrossentropy, 0, {}});
  // ln(1 + e^-0.5), ln(1 + e^-2), 100
  EXPECT_TRUE(all_near(found, torch::tensor({0.474077F, 0.126928F, 100.0F}), 1e-5));
}

TEST(Losses, OfRegressionAreLibTorchsOnStandardizedTargets) {
  torch::manual_seed(3);
  const torch::Tensor values = 3 * torch::randn({5, 2}, torch::kFloat64);
  const torch::Tensor targets = 10 * torch::randn({5, 2}, torch::kFloat64) + 100;
  LossOptions options;
  options.target_mean = torch::tensor({98.0, 103.0}, torch::kFloat64);
  options.target_deviation = torch::tensor({9.0, 12.0}, torch::kFloat64);
  const torch::Tensor wanted = (targets - options.target_mean) / options.target_deviation;
  namespace F = torch::nn::functional;
  options.kind = Loss::kMeanSquaredError;
  EXPECT_TRUE(
      all_near(row_losses(values, targets, options).mean(), F::mse_loss(values, wanted), 1e-12));
  options.kind = Loss::kMeanAbsoluteError;
  EXPECT_TRUE(
      all_near(row_losses(values, targets, options).mean(), F::l1_loss(values, wanted), 1e-12));
  options.kind = Loss::kHuber;
  EXPECT_TRUE(
      all_near(row_losses(values, targets, options).mean(), F::huber_loss(values, wanted), 1e-12));
}

TEST(Losses, ClassWeightsMultiply) {
  const torch::Tensor logits = torch::zeros({2, 2});
  const torch::Tensor targets = torch::tensor({0, 1}, torch::kInt64);
  const LossOptions options{Loss::kCategoricalCrossentropy, 0, torch::tensor({1.0F, 3.0F})};
  const float ln2 = std::log(2.0F);
  EXPECT_TRUE(all_near(row_losses(logits, targets, options), torch::tensor({ln2, 3 * ln2}), 1e-6));
}

TEST(Losses, BalancedWeightsAreScikitLearns) {
  Config config = config_of(testing::all_layer_chains()[0]);
  const LabelSet labels({"a", "b"});
  EXPECT_FALSE(make_class_weights(config, labels, {0, 0, 0, 1}).defined());
  config.training.class_weights = BalancedWeights::kBalanced;
  EXPECT_TRUE(all_near(make_class_weights(config, labels, {0, 0, 0, 1}),
                       torch::tensor({4.0F / 6, 2.0F}), 1e-6));
  config.training.class_weights = std::map<std::string, double>{{"c", 1}};
  const auto error = error_of([&] { make_class_weights(config, labels, {0, 1}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kConfig);
}

TEST(Schedule, FollowsItsFormula) {
  EXPECT_DOUBLE_EQ(schedule_factor(ConstantSchedule{}, 5, 10), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(ConstantSchedule{.warmup_steps = 3}, 0, 10), 0.25);
  EXPECT_DOUBLE_EQ(schedule_factor(ConstantSchedule{.warmup_steps = 3}, 3, 10), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(LinearSchedule{}, 0, 11), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(LinearSchedule{}, 5, 11), 0.5);
  EXPECT_DOUBLE_EQ(schedule_factor(LinearSchedule{.final = 0.2}, 10, 11), 0.2);
  EXPECT_DOUBLE_EQ(schedule_factor(CosineSchedule{}, 5, 11), 0.5);
  EXPECT_NEAR(schedule_factor(CosineSchedule{.final = 0.1}, 10, 11), 0.1, 1e-12);
  EXPECT_NEAR(schedule_factor(CosineSchedule{.warmup_steps = 4}, 4, 11), 1, 1e-12);
  EXPECT_DOUBLE_EQ(schedule_factor(SlantedTriangular{}, 0, 100), 1.0 / 32);
  EXPECT_DOUBLE_EQ(schedule_factor(SlantedTriangular{}, 5, 100), (1 + 0.5 * 31) / 32);
  EXPECT_DOUBLE_EQ(schedule_factor(SlantedTriangular{}, 10, 100), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(SlantedTriangular{}, 55, 100), (1 + 0.5 * 31) / 32);
  EXPECT_DOUBLE_EQ(schedule_factor(SlantedTriangular{.ratio = 1}, 99, 100), 1);
}

Report report_with(double loss, double accuracy) {
  return {{ReportFacts{{{"loss", "loss", loss}, {"accuracy", "accuracy", accuracy}}}}};
}

TEST(Schedule, BestIsByMetricThenByLoss) {
  BestTracker best(Monitor::kAccuracy, 0);
  EXPECT_TRUE(best.add(report_with(1.0, 0.5)));
  EXPECT_FALSE(best.add(report_with(0.5, 0.4)));
  EXPECT_EQ(best.epochs_since_best(), 1);
  EXPECT_TRUE(best.add(report_with(0.9, 0.5))) << "a tie with a smaller loss";
  BestTracker loss(Monitor::kLoss, 0.1);
  EXPECT_TRUE(loss.add(report_with(1.0, 0)));
  EXPECT_FALSE(loss.add(report_with(0.95, 0))) << "less than min_delta";
  EXPECT_TRUE(loss.add(report_with(0.8, 0)));
}

TEST(Schedule, PlateauHalvesAfterItsPatience) {
  PlateauTracker plateau(ReduceOnPlateau{.patience = 1, .min_learning_rate = 0.3});
  for (const double loss : {1.0, 1.1}) plateau.add(report_with(loss, 0));
  EXPECT_DOUBLE_EQ(plateau.apply(1), 1);
  plateau.add(report_with(1.2, 0));
  EXPECT_DOUBLE_EQ(plateau.apply(1), 0.5);
  PlateauTracker copy(ReduceOnPlateau{.patience = 1, .min_learning_rate = 0.3});
  copy.restore(plateau.state());
  for (int i = 0; i < 4; ++i) copy.add(report_with(1.2, 0));
  EXPECT_DOUBLE_EQ(copy.apply(1), 0.3);
}

SequenceModel small_model() {
  return SequenceModel(resolve(config_of(testing::all_layer_chains()[1]), 40, 3));
}

TEST(Workers, TheirNumberChangesOnlyRounding) {
  const EncodedDataset data = random_data(64, 20, 3);
  RowNumbers rows(64);
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  std::sort(rows.begin(), rows.end(),
            [&](std::int64_t a, std::int64_t b) { return data.length(a) > data.length(b); });
  SequenceModel one = small_model();
  WorkerPool alone(one, torch::kCPU, 1);
  const double loss = alone.compute_gradients(data, rows, {1, 1}, {});
  for (const int workers : {2, 3}) {
    SequenceModel model = small_model();
    WorkerPool pool(model, torch::kCPU, workers);
    EXPECT_NEAR(pool.compute_gradients(data, rows, {1, 1}, {}), loss, 1e-5);
    for (std::size_t i = 0; i < model->parameters().size(); ++i) {
      EXPECT_TRUE(
          all_near(dense(model->parameters()[i].grad()), dense(one->parameters()[i].grad()), 1e-6));
    }
    SequenceModel again = small_model();
    WorkerPool(again, torch::kCPU, workers).compute_gradients(data, rows, {1, 1}, {});
    for (std::size_t i = 0; i < model->parameters().size(); ++i) {
      EXPECT_TRUE(testing::same_bytes(dense(model->parameters()[i].grad()),
                                      dense(again->parameters()[i].grad())));
    }
  }
}

TEST(Workers, RowWithWeightTwoCountsAsTwoCopies) {
  // Without dropout, which depends on the number of the row.
  const Config config =
      parse_config(R"({"version": 1, "data": {"train": "t.tsv"}, "model": {"layers": [
    {"type": "embedding", "output_dim": 5}, {"type": "lstm", "units": 4},
    {"type": "dense", "activation": "softmax"}]}})",
                   "small");
  EncodedDataset data = random_data(2, 9, 3);
  EncodedDataset weighted;
  EncodedDataset copies;
  for (const std::int64_t row : {0, 1, 1}) copies.add(data, row);
  for (const std::int64_t row : {0, 1}) {
    weighted.add(data, row);
    weighted.set_weight(row == 1 ? 2.0F : 1.0F);
  }
  // Rows of a batch are in order of decreasing length.
  const auto in_order = [](const EncodedDataset& rows) {
    RowNumbers numbers(static_cast<std::size_t>(rows.size()));
    std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
    std::stable_sort(numbers.begin(), numbers.end(), [&](std::int64_t a, std::int64_t b) {
      return rows.length(a) > rows.length(b);
    });
    return numbers;
  };
  for (const bool with_class_weights : {false, true}) {
    LossOptions options;
    if (with_class_weights) options.class_weights = torch::tensor({0.5F, 2.0F, 3.0F});
    SequenceModel one(resolve(config, 40, 3));
    SequenceModel other(resolve(config, 40, 3));
    const double loss = WorkerPool(one, torch::kCPU, 1)
                            .compute_gradients(weighted, in_order(weighted), {1, 1}, options);
    const double expected = WorkerPool(other, torch::kCPU, 1)
                                .compute_gradients(copies, in_order(copies), {1, 1}, options);
    // The sum is divided by the number of rows, which weights do not change.
    EXPECT_NEAR(loss * 2, expected * 3, 1e-5);
    for (std::size_t i = 0; i < one->parameters().size(); ++i) {
      EXPECT_TRUE(all_near(dense(one->parameters()[i].grad()) * 2,
                           dense(other->parameters()[i].grad()) * 3, 1e-5));
    }
  }
}

// Tests the reduction of gradients in several pieces, both dense and sparse.
TEST(Workers, AddUpLargeGradients) {
  const Config config =
      parse_config(R"({"version": 1, "data": {"train": "t.tsv"}, "model": {"layers": [
    {"type": "embedding", "output_dim": 40}, {"type": "lstm", "units": 160},
    {"type": "dense", "activation": "softmax"}]}})",
                   "large");
  const EncodedDataset data = random_data(48, 20, 3);
  RowNumbers rows(48);
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  SequenceModel one(resolve(config, 40, 3));
  WorkerPool(one, torch::kCPU, 1).compute_gradients(data, rows, {1, 1}, {});
  SequenceModel model(resolve(config, 40, 3));
  WorkerPool(model, torch::kCPU, 3).compute_gradients(data, rows, {1, 1}, {});
  std::int64_t largest = 0;
  for (std::size_t i = 0; i < model->parameters().size(); ++i) {
    const torch::Tensor found = dense(model->parameters()[i].grad());
    largest = std::max(largest, found.numel());
    EXPECT_TRUE(all_near(found, dense(one->parameters()[i].grad()), 1e-6));
  }
  EXPECT_GT(largest, 65536);
}

TEST(Workers, PredictionsAreInRowOrder) {
  const EncodedDataset data = random_data(200, 20, 3);
  SequenceModel model = small_model();
  WorkerPool pool(model, torch::kCPU, 2);
  const std::vector<float> together = pool.predict(data);
  ASSERT_EQ(together.size(), static_cast<std::size_t>(data.size() * 3));
  for (std::int64_t row = 0; row < data.size(); ++row) {
    const torch::Tensor alone = pool.predict(data, {static_cast<std::size_t>(row)});
    for (std::int64_t i = 0; i < 3; ++i) {
      EXPECT_NEAR(together[static_cast<std::size_t>(row * 3 + i)], alone[0][i].item<float>(), 1e-6);
    }
  }
}

TEST(WeightAverage, IsTheWeightedSum) {
  torch::nn::Linear model(1, 1);
  const torch::NoGradGuard no_gradient;
  model->weight.fill_(1);
  AveragedWeights average(WeightAverage{.decay = 0.5}, *model);
  // A gradient of -2 at rate 1 changes the weight to 3.
  Optimizer optimizer(SgdSpec{}, {{"weight", model->weight, true, true}}, &average);
  optimizer.set_step_count(999);
  model->weight.mutable_grad() = torch::full({1, 1}, -2.0F);
  optimizer.step(/*learning_rate=*/1);
  average.swap();
  EXPECT_FLOAT_EQ(model->weight.item<float>(), 2);
  average.swap();
  EXPECT_FLOAT_EQ(model->weight.item<float>(), 3);
  optimizer.set_step_count(0);
  optimizer.step(/*learning_rate=*/0);  // step 1: the decay is 2/11
  average.swap();
  EXPECT_NEAR(model->weight.item<float>(), 2.0 * 2 / 11 + 3.0 * 9 / 11, 1e-6);
}

TEST(TensorFile, RoundTripAndDamage) {
  const testing::TemporaryFolder folder;
  const auto file = folder / "w.pt";
  const torch::Tensor a = torch::randn({3, 2});
  save_tensors(file, "text", {{"a.b", a}});
  torch::Tensor b = torch::zeros({3, 2});
  EXPECT_EQ(load_tensors(file, {{"a.b", b}}), "text");
  EXPECT_TRUE(testing::same_bytes(a, b));
  for (const NamedTensors& wrong :
       {NamedTensors{{"c", b}}, NamedTensors{{"a.b", torch::zeros({2, 3})}}}) {
    const auto error = error_of([&] { load_tensors(file, wrong); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  }
  const std::string bytes = testing::slurp(file);
  for (const std::size_t size : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
    folder.write("w.pt", bytes.substr(0, size));
    const auto error = error_of([&] { load_tensors(file, {{"a.b", b}}); });
    ASSERT_TRUE(error) << size;
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  }
}

}  // namespace
}  // namespace sequent
