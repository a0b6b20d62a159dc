// Tests training on a GPU. Without a GPU, the parts of it run on the CPU.
#include "libtorch/device.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "libtorch/autocast.h"
#include "libtorch/row_tensors.h"
#include "model/noise.h"
#include "model_configs.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tensors.h"
#include "train/device_rows.h"
#include "train/fused_adam.h"
#include "train/loss_scale.h"
#include "train/optimizer.h"
#include "train/training_state.h"
#include "train/worker_pool.h"

namespace sequent {
namespace {

using testing::all_near;

ResolvedConfig resolved_chain(const testing::NamedLayers& chain) {
  return resolve(testing::config_of(chain), 14, chain.loss == "binary_crossentropy" ? 2 : 3);
}

EncodedDataset some_texts() {
  EncodedDataset data;
  data.add(std::vector<std::int32_t>{4, 5, 6}, 0);
  data.add(std::vector<std::int32_t>{7}, 1);
  data.add(std::vector<std::int32_t>{8, 9, 10, 11, 12}, 1);
  data.add(std::vector<std::int32_t>{5, 4}, 0);
  return data;
}

void expect_same_batch(const EncodedDataset& data, const RowNumbers& numbers) {
  EncodedRows rows;
  for (const std::int64_t number : numbers) rows.push_back(data.row(number));
  const RowTensors wanted = make_row_tensors(rows);
  const Batch found = DeviceRows(data, torch::kCPU).batch(data, numbers);
  EXPECT_EQ(found.input.scalar_type(), wanted.input.scalar_type());
  EXPECT_TRUE(all_near(found.input, wanted.input, 0));
  EXPECT_TRUE(all_near(found.lengths, wanted.lengths, 0));
}

TEST(DeviceRows, GiveTheBatchesThatRowsMake) {
  const EncodedDataset texts = some_texts();
  expect_same_batch(texts, {2, 0, 1});
  expect_same_batch(texts, {1});
  expect_same_batch(texts, {3, 3, 1});
  EncodedDataset series;
  const std::vector<float> first{1, 2, 3, 4, 5, 6};
  const std::vector<float> second{7, 8};
  series.add(InputRow{{}, first, 2, {}}, 0);
  series.add(InputRow{{}, second, 2, {}}, 1);
  expect_same_batch(series, {0, 1});
  expect_same_batch(series, {1});
}

TEST(Autocast, RoundsProductsInItsScopeAlone) {
  const torch::Tensor a = torch::rand({3, 4});
  const torch::Tensor b = torch::rand({5, 4});
  EXPECT_FALSE(autocast_type(torch::kCPU));
  {
    const AutocastScope rounded(torch::kCPU, torch::kBFloat16);
    EXPECT_EQ(autocast_type(torch::kCPU), torch::kBFloat16);
    EXPECT_EQ(torch::linear(a, b).scalar_type(), torch::kBFloat16);
    {
      const NoAutocastScope whole(torch::kCPU);
      EXPECT_EQ(torch::linear(a, b).scalar_type(), torch::kFloat32);
    }
    EXPECT_EQ(torch::linear(a, b).scalar_type(), torch::kBFloat16);
  }
  EXPECT_EQ(torch::linear(a, b).scalar_type(), torch::kFloat32);
  const AutocastScope nothing(torch::kCPU, std::nullopt);
  EXPECT_EQ(torch::linear(a, b).scalar_type(), torch::kFloat32);
}

/// The outputs and gradients of all layers under autocast match those of float32 to 8 bits.
class AutocastModel : public ::testing::TestWithParam<testing::NamedLayers> {};

TEST_P(AutocastModel, LearnsAsInFloat32) {
  const ResolvedConfig config = resolved_chain(GetParam());
  torch::manual_seed(2);
  SequenceModel model(config);
  testing::randomize(*model);
  model->use_operators(true);
  if (config.config.characters() != nullptr) GTEST_SKIP() << "bytes are not tokens";
  const Batch batch{torch::tensor({{4, 5, 6, 3}, {7, 3, 0, 0}}, torch::kInt64),
                    torch::tensor({4, 2}, torch::kInt64)};
  const auto gradient = [&](std::optional<torch::ScalarType> type) {
    model->zero_grad();
    torch::Tensor logits;
    {
      const AutocastScope rounded(torch::kCPU, type);
      logits = model->forward(batch);
    }
    logits.to(torch::kFloat32).pow(2).sum().backward();
    std::vector<torch::Tensor> all;
    for (const torch::Tensor& parameter : model->parameters()) {
      if (parameter.grad().defined()) all.push_back(testing::dense(parameter.grad()).flatten());
    }
    return torch::cat(all);
  };
  const torch::Tensor whole = gradient(std::nullopt).clone();
  const torch::Tensor rounded = gradient(torch::kBFloat16);
  EXPECT_FALSE(torch::equal(whole, rounded)) << "nothing was rounded";
  // Rounding may change which step is the maximum in a pool.
  EXPECT_LT((whole - rounded).norm().item<double>(), 0.2 * whole.norm().item<double>());
}

INSTANTIATE_TEST_SUITE_P(Chains, AutocastModel, ::testing::ValuesIn(testing::all_layer_chains()),
                         [](const auto& chain) { return chain.param.name; });

TEST(FusedAdam, IsTheFormula) {
#if TORCH_VERSION_MAJOR == 1 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR < 4)
  if (!torch::cuda::is_available()) GTEST_SKIP() << "this LibTorch has it for CUDA alone";
#endif
  const torch::Device device = torch::cuda::is_available() ? torch::kCUDA : torch::kCPU;
  torch::manual_seed(3);
  AdamGroup group;
  AdamGroup plain;
  for (const std::int64_t size : {7, 300}) {
    for (const auto list : {&AdamGroup::weights, &AdamGroup::gradients, &AdamGroup::first,
                            &AdamGroup::second, &AdamGroup::averages}) {
      torch::Tensor value = torch::rand({size, 3}, device);
      (group.*list).push_back(value);
      (plain.*list).push_back(value.clone());
    }
  }
  kernels::UpdateStep step;
  step.rate = 0.01F;
  step.beta_1 = 0.9F;
  step.beta_2 = 0.999F;
  step.epsilon = 1e-8F;
  step.correction_1 = static_cast<float>(1 - std::pow(0.9, 4));
  step.correction_2 = static_cast<float>(std::sqrt(1 - std::pow(0.999, 4)));
  step.decay = 0.1F;
  step.average_share = 0.25F;
  fused_adam(group, step, /*number=*/4, /*scale=*/0.5);
  for (std::size_t i = 0; i < plain.weights.size(); ++i) {
    // The formula of Loshchilov and Hutter 2019, with half the gradient.
    const torch::Tensor g = plain.gradients[i] * 0.5;
    const torch::Tensor first = 0.9 * plain.first[i] + 0.1 * g;
    const torch::Tensor second = 0.999 * plain.second[i] + 0.001 * g * g;
    const torch::Tensor root = (second / (1 - std::pow(0.999, 4))).sqrt() + 1e-8;
    const torch::Tensor weight =
        plain.weights[i] * (1 - 0.01 * 0.1) - 0.01 * first / (1 - std::pow(0.9, 4)) / root;
    EXPECT_TRUE(all_near(group.weights[i], weight, 1e-6));
    EXPECT_TRUE(all_near(group.first[i], first, 1e-6));
    EXPECT_TRUE(all_near(group.second[i], second, 1e-6));
    EXPECT_TRUE(all_near(group.averages[i], 0.75 * plain.averages[i] + 0.25 * weight, 1e-6));
  }
}

TEST(Noise, OfADeviceIsThatOfTheCpu) {
  const RandomStream stream(12, RandomPurpose::kDropout, {3, 4});
  const std::vector<RandomStream> rows{stream.at(0), stream.at(1), stream.at(~std::uint64_t{0})};
  const torch::Device device = torch::cuda::is_available() ? torch::kCUDA : torch::kCPU;
  for (const std::uint64_t first : {std::uint64_t{0}, std::uint64_t{5} << 40U}) {
    const torch::Tensor found = uniform_on(device, rows, first, 1000).cpu();
    for (std::int64_t row = 0; row < 3; ++row) {
      for (std::int64_t i = 0; i < 1000; ++i) {
        ASSERT_EQ(found[row][i].item<float>(), rows[static_cast<std::size_t>(row)].uniform(
                                                   first + static_cast<std::uint64_t>(i)));
      }
    }
  }
}

TEST(LossScale, HalvesOnOverflowAndDoublesAfterManySteps) {
  LossScale scale;
  EXPECT_EQ(scale.value(), 65536);
  EXPECT_FALSE(scale.accept(false));
  EXPECT_EQ(scale.value(), 32768);
  for (int step = 0; step < 1999; ++step) EXPECT_TRUE(scale.accept(true));
  EXPECT_EQ(scale.value(), 32768);
  EXPECT_TRUE(scale.accept(true));
  EXPECT_EQ(scale.value(), 65536);
  for (int step = 0; step < 16; ++step) EXPECT_FALSE(scale.accept(false));
  EXPECT_EQ(scale.value(), 1);
  EXPECT_TRUE(scale.accept(false)) << "it is the model's own fault now";
}

TEST(LossScale, IsPartOfTheTrainingState) {
  TrainingState state;
  state.loss_scale.value = 8;
  EXPECT_EQ(training_state_from_json(to_json(state), "state").loss_scale.value, 8);
}

/// A scaled loss results in the same step.
TEST(LossScale, GradientsAreTimesIt) {
  const ResolvedConfig config = resolved_chain(testing::all_layer_chains().front());
  SequenceModel model(config);
  WorkerPool pool(model, torch::kCPU, 1);
  const EncodedDataset data = some_texts();
  const double plain_loss = pool.compute_gradients(data, {2, 0, 1}, {1, 1}, {});
  const double plain = gradient_norm(trained_parameters(*model));
  const double loss = pool.compute_gradients(data, {2, 0, 1}, {1, 1}, {}, nullptr, 1024);
  EXPECT_DOUBLE_EQ(loss, plain_loss);
  EXPECT_NEAR(gradient_norm(trained_parameters(*model)) / (1024 * plain), 1, 1e-6);
}

TEST(LossScale, SeesAnOverflowWhereNothingLearnsYet) {
  TrainedParameter resting{"layers.0.weight", torch::ones({2}).requires_grad_()};
  resting.first_epoch = 5;
  resting.value.mutable_grad() = torch::tensor({1.0F, INFINITY});
  TrainedParameter learning{"layers.1.weight", torch::ones({2}).requires_grad_()};
  learning.value.mutable_grad() = torch::tensor({1.0F, 2.0F});
  EXPECT_TRUE(gradients_are_finite({learning}));
  EXPECT_FALSE(gradients_are_finite({resting, learning}));
  EXPECT_TRUE(std::isfinite(gradient_norm({resting, learning}, /*epoch=*/1)));
}

TEST(Resume, KnowsRowsThatWaitForSteps) {
  const auto steps = [](const std::vector<std::int64_t>& last) { return torch::tensor(last); };
  EXPECT_FALSE(has_rows_behind(steps({7, -1, 7}), 7, /*decays=*/false));
  EXPECT_TRUE(has_rows_behind(steps({7, -1, 6}), 7, /*decays=*/false));
  EXPECT_TRUE(has_rows_behind(steps({7, -1, 7}), 7, /*decays=*/true));
  EXPECT_FALSE(has_rows_behind(steps({7, 7}), 7, /*decays=*/true));
}

/// Every tensor that a model creates is on the device of its weights and input.
TEST(Gpu, RunsEveryLayerForwardsAndBackwards) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "there is no GPU";
  for (const testing::NamedLayers& chain : testing::all_layer_chains()) {
    SCOPED_TRACE(chain.name);
    const ResolvedConfig config = resolved_chain(chain);
    if (config.config.characters() != nullptr) continue;  // bytes are not tokens
    SequenceModel model(config);
    model->to(torch::kCUDA);
    Batch batch{torch::tensor({{4, 5, 6, 3}, {7, 3, 0, 0}}, torch::kInt64).to(torch::kCUDA),
                torch::tensor({4, 2}, torch::kInt64).to(torch::kCUDA)};
    batch.noise = NoiseKey{1, 1};
    for (const std::optional<torch::ScalarType> type :
         {std::optional<torch::ScalarType>(), {torch::kBFloat16}, {torch::kFloat16}}) {
      torch::Tensor logits;
      {
        const AutocastScope rounded(torch::kCUDA, type);
        logits = model->forward(batch);
      }
      EXPECT_TRUE(logits.is_cuda());
      EXPECT_TRUE(logits.isfinite().all().item<bool>());
      logits.to(torch::kFloat32).sum().backward();
    }
  }
}

Config config_on(const std::string& device, const std::string& precision,
                 const testing::TemporaryFolder& folder) {
  Config config = parse_config(
      R"({"version": 1, "name": "gpu",
      "data": {"train": "rows.tsv", "validation": "rows.tsv"},
      "input": {"vocabulary": {"min_count": 1}},
      "model": {"layers": [{"type": "embedding", "output_dim": 8},
                           {"type": "lstm", "units": 8, "bidirectional": true},
                           {"type": "dense", "activation": "softmax"}]},
      "training": {"epochs": 2, "batch_size": 8, "ema": {"decay": 0.9}}})",
      "gpu.json", {{"runtime.device", device}, {"runtime.precision", precision}});
  config.base_directory = folder.path();
  std::string rows = "text\tlabel\n";
  for (int i = 0; i < 40; ++i) rows += "red and round\tcherry\nlong yellow\tbanana\n";
  folder.write("rows.tsv", rows);
  return config;
}

/// One epoch on the GPU matches one on the CPU, up to the rounding of each precision.
TEST(Gpu, TrainsAsTheCpu) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "there is no GPU";
  const testing::TemporaryFolder folder;
  const auto loss_of = [&](const std::string& device, const std::string& precision) {
    TrainOptions options;
    options.out = folder.path() / (device + precision);
    const TrainReport report = train(config_on(device, precision, folder), options);
    return *report.validation.value("loss");
  };
  const double wanted = loss_of("cpu", "float32");
  EXPECT_NEAR(loss_of("cuda", "float32"), wanted, 1e-3 * wanted);
  EXPECT_NEAR(loss_of("cuda", "bfloat16"), wanted, 0.05 * wanted);
  EXPECT_NEAR(loss_of("cuda", "float16"), wanted, 0.05 * wanted);
}

/// A run that stops within an epoch on a GPU can be resumed there and on the CPU. A run that stops
/// within an epoch on the CPU cannot be resumed on a GPU.
TEST(Gpu, ResumesWhereAllRowsTookTheirSteps) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "there is no GPU";
  const testing::TemporaryFolder folder;
  const auto stopped = [&](const std::string& device, const std::string& name) {
    TrainOptions options;
    options.out = folder.path() / name;
    Hooks stop;
    int steps = 0;
    stop.stop_requested = [&] { return ++steps == 5; };
    EXPECT_FALSE(train(config_on(device, "float32", folder), options, stop).finished);
    options.existing = ExistingRun::kResume;
    return options;
  };
  EXPECT_TRUE(train(config_on("cuda", "float32", folder), stopped("cuda", "stays")).finished);
  EXPECT_TRUE(train(config_on("cpu", "float32", folder), stopped("cuda", "leaves")).finished);
  const TrainOptions from_cpu = stopped("cpu", "comes");
  const auto error =
      testing::error_of([&] { train(config_on("cuda", "float32", folder), from_cpu); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
}

}  // namespace
}  // namespace sequent
