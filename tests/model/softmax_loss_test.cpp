// Compares the loss of a head in kernels/ with LibTorch's operators in double precision, also for a
// language model.
#include "model/softmax_loss.h"

#include <gtest/gtest.h>

#include "kernels/recurrent.h"
#include "tensors.h"
#include "train/losses.h"

namespace sequent {
namespace {

using testing::all_near;

struct LossCase {
  std::int64_t rows;
  std::int64_t width;
  std::int64_t classes;
  double smoothing;
};
void PrintTo(const LossCase& test, std::ostream* out) {
  *out << test.rows << " rows, " << test.width << " wide, " << test.classes << " classes";
}

class SoftmaxLoss : public ::testing::TestWithParam<LossCase> {
 protected:
  SoftmaxLoss() {
    torch::manual_seed(3);
    const LossCase& test = GetParam();
    const auto make = [](std::vector<std::int64_t> shape) {
      return torch::randn(shape, torch::kFloat64).requires_grad_();
    };
    inputs_ = {make({test.rows, test.width}), make({test.classes, test.width}),
               make({test.classes})};
    targets_ = torch::randint(test.classes, {test.rows}, torch::kInt64);
  }

  /// Computes the loss and its gradients with LibTorch's operators.
  std::vector<torch::Tensor> wanted() const {
    const torch::Tensor logits = torch::linear(inputs_[0], inputs_[1], inputs_[2]);
    const auto options = torch::nn::functional::CrossEntropyFuncOptions()
                             .reduction(torch::kSum)
                             .label_smoothing(GetParam().smoothing);
    return with_gradients(inputs_,
                          torch::nn::functional::cross_entropy(logits, targets_, options) * kScale);
  }
  std::vector<torch::Tensor> found(torch::ScalarType type, bool bfloat16) const {
    std::vector<torch::Tensor> inputs;
    for (const torch::Tensor& input : inputs_) {
      inputs.push_back(input.detach().to(type).requires_grad_());
    }
    return with_gradients(inputs, softmax_loss(inputs[0], inputs[1], inputs[2], targets_,
                                               GetParam().smoothing, kScale, bfloat16));
  }

  static constexpr double kScale = 0.3;

  std::vector<torch::Tensor> inputs_;
  torch::Tensor targets_;

 private:
  static std::vector<torch::Tensor> with_gradients(const std::vector<torch::Tensor>& inputs,
                                                   const torch::Tensor& loss) {
    // The incoming gradient is not 1, to test that it is used.
    std::vector<torch::Tensor> all = torch::autograd::grad({loss * 2}, inputs);
    all.push_back(loss.detach());
    return all;
  }
};

TEST_P(SoftmaxLoss, EqualsOperators) {
  const auto expected = wanted();
  const auto exact = found(torch::kFloat64, /*bfloat16=*/false);
  const auto single = found(torch::kFloat32, /*bfloat16=*/false);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_TRUE(all_near(exact[i], expected[i], 1e-10));
    EXPECT_TRUE(all_near(single[i], expected[i], 2e-4));
  }
}

TEST_P(SoftmaxLoss, LogProbabilitiesEqualOperatorsOnAllInstructionSets) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor wanted =
      torch::log_softmax(torch::linear(inputs_[0], inputs_[1], inputs_[2]), 1)
          .gather(1, targets_.unsqueeze(1))
          .squeeze(1);
  const torch::Tensor targets = targets_.to(torch::kInt32);
  const kernels::CellSize size{kernels::Cell::kRnnTanh, GetParam().width, GetParam().classes};
  for (const auto* k : kernels::available_kernels<double>()) {
    kernels::Arena arena;
    const auto packed = k->pack(
        size,
        {inputs_[1].data_ptr<double>(), nullptr, inputs_[2].data_ptr<double>(), nullptr, nullptr},
        arena);
    torch::Tensor found = torch::zeros_like(wanted);
    k->log_probabilities(size, packed, inputs_[0].data_ptr<double>(),
                         targets.data_ptr<std::int32_t>(), GetParam().rows,
                         found.data_ptr<double>(), arena);
    EXPECT_TRUE(all_near(found, wanted, 1e-10)) << k->name;
  }
}

TEST_P(SoftmaxLoss, InBfloat16IsNear) {
  if (kernels::bfloat16_kernels() == nullptr) {
    GTEST_SKIP() << "this CPU has no products of bfloat16 values (avx512_bf16)";
  }
  const auto expected = wanted();
  const auto rounded = found(torch::kFloat32, /*bfloat16=*/true);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_LT((rounded[i] - expected[i]).norm().item<double>(),
              0.05 * (1e-6 + expected[i].norm().item<double>()));
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, SoftmaxLoss,
                         ::testing::Values(LossCase{1, 1, 2, 0}, LossCase{3, 5, 7, 0},
                                           LossCase{200, 33, 130, 0.1},
                                           LossCase{97, 130, 1000, 0}));

// The result must equal that of forward() and a loss, for rows of different lengths with dropout
// and a tied table.
TEST(TokenLoss, IsThatOfAllScores) {
  const Config config = parse_config(R"({"version": 1, "task": "language_model",
    "data": {"train": "x.txt", "format": {"type": "lines"}},
    "model": {"layers": [{"type": "embedding", "output_dim": 9},
      {"type": "lstm", "units": 9, "return_sequences": true, "weight_drop": 0.3},
      {"type": "spatial_dropout", "rate": 0.4},
      {"type": "dense", "activation": "softmax", "tied": true}]}})",
                                     "test");
  SequenceModel model(resolve(config, 40, 40));
  model->to(torch::kFloat64);
  torch::manual_seed(1);
  testing::randomize(*model);
  Batch batch{torch::randint(1, 40, {3, 6}, torch::kInt64),
              torch::tensor({6, 4, 1}, torch::kInt64)};
  batch.noise = NoiseKey{1, 2};
  const torch::Tensor next = torch::randint(40, {3, 6}, torch::kInt64);
  ASSERT_TRUE(model->has_token_loss(batch));
  const torch::Tensor found = model->token_loss(batch, next, /*smoothing=*/0.1, /*scale=*/0.25);
  const torch::Tensor wanted =
      token_losses(model->forward(batch), next, batch.lengths, 0.1).sum() * 0.25;
  EXPECT_NEAR(found.item<double>(), wanted.item<double>(), 1e-10);
  const auto of_found = torch::autograd::grad({found}, model->parameters());
  const auto of_wanted = torch::autograd::grad({wanted}, model->parameters());
  for (std::size_t i = 0; i < of_wanted.size(); ++i) {
    EXPECT_TRUE(all_near(of_found[i], of_wanted[i], 1e-9)) << i;
  }
  model->use_operators(true);
  EXPECT_FALSE(model->has_token_loss(batch));
}

}  // namespace
}  // namespace sequent
