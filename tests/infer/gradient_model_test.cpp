// The model with gradients: its outputs are those of the trained modules, and its gradients are
// those of finite differences, for every layer.
#include "infer/gradient_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/random.h"
#include "model_configs.h"
#include "sequent/model.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::NamedLayers;

/// The weights of a module by their names, as an archive has them.
WeightSource weights_of(const SequenceModel& model) {
  auto all = std::make_shared<std::map<std::string, std::vector<float>>>();
  const auto add = [&](const auto& list) {
    for (const auto& named : list) {
      const torch::Tensor value = named.value().detach().to(torch::kFloat32).contiguous();
      const auto* begin = value.template data_ptr<float>();
      (*all)[named.key()].assign(begin, begin + value.numel());
    }
  };
  add(model->named_parameters());
  add(model->named_buffers());
  return [all](const std::string& name) { return std::span<const float>(all->at(name)); };
}

SequenceModel random_model(const ResolvedConfig& config) {
  torch::manual_seed(7);
  SequenceModel model(config);
  testing::randomize(*model);
  return model;
}

torch::Tensor as_tokens(const std::vector<std::int32_t>& ids) {
  return torch::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), torch::kInt64)
      .unsqueeze(0);
}

/// Compares one row's outputs with those of the modules. Shapes: expected [1, C] or [1, T, C].
void expect_outputs(const StepValues& found, const torch::Tensor& expected) {
  const torch::Tensor values = torch::tensor(found.values).view({1, found.steps, found.width});
  const torch::Tensor wanted = expected.dim() == 2 ? expected.unsqueeze(1) : expected;
  EXPECT_TRUE(testing::all_near(values, wanted, 2e-6));
}

/// Compares the gradient of a random combination of the outputs with finite differences.
void expect_gradients(const GradientModel& model, const std::vector<StepValues>& texts) {
  const ModelPass pass = model.run(texts);
  StepValues weights(pass.output.steps, pass.output.rows, pass.output.width);
  const RandomStream random(3, RandomPurpose::kWeights);
  for (std::size_t i = 0; i < weights.values.size(); ++i) {
    weights.values[i] = static_cast<double>(random.bits(i) % 1000) / 1000 - 0.4;
  }
  const auto number = [&](const std::vector<StepValues>& inputs) {
    const StepValues output = model.run(inputs).output;
    double sum = 0;
    for (std::size_t i = 0; i < output.values.size(); ++i) {
      sum += output.values[i] * weights.values[i];
    }
    return sum;
  };
  const std::vector<StepValues> gradients = pass.backward(weights);
  ASSERT_EQ(gradients.size(), texts.size());
  constexpr double kStep = 1e-6;
  for (std::size_t text = 0; text < texts.size(); ++text) {
    ASSERT_EQ(gradients[text].values.size(), texts[text].values.size());
    for (std::size_t i = 0; i < texts[text].values.size(); ++i) {
      std::vector<StepValues> moved = texts;
      moved[text].values[i] += kStep;
      const double above = number(moved);
      moved[text].values[i] -= 2 * kStep;
      EXPECT_NEAR(gradients[text].values[i], (above - number(moved)) / (2 * kStep), 1e-7)
          << "text " << text << ", value " << i;
    }
  }
}

/// The vectors of a text, and those of half the text, as two rows.
StepValues two_rows(const StepValues& x) {
  StepValues rows(x.steps, 2, x.width);
  for (std::int64_t step = 0; step < x.steps; ++step) {
    for (std::int64_t i = 0; i < x.width; ++i) {
      rows.at(step, 0)[i] = x.at(step, 0)[i];
      rows.at(step, 1)[i] = 0.5 * x.at(step, 0)[i] + 0.01 * static_cast<double>(i);
    }
  }
  return rows;
}

class GradientChain : public ::testing::TestWithParam<NamedLayers> {};

TEST_P(GradientChain, EqualsTheModules) {
  const ResolvedConfig config =
      resolve(config_of(GetParam()), 40, GetParam().name == "Binary" ? 2 : 3);
  SequenceModel model = random_model(config);
  const WeightSource weights = weights_of(model);  // the model refers to it
  const GradientModel gradients(config, weights);
  const std::vector<std::int32_t> ids{5, 17, 39, 1, 8, 17};
  const InputRow row{ids, {}, 0};
  const StepValues vectors = gradients.embed(row);
  {
    const torch::NoGradGuard no_gradient;
    Batch batch{as_tokens(ids), torch::tensor({6}, torch::kInt64)};
    torch::Tensor expected = model->predict(batch);
    if (config.is_binary()) expected = expected.narrow(1, 1, 1);
    expect_outputs(gradients.run({vectors}).output, expected);
  }
  expect_gradients(gradients, {two_rows(vectors)});
}

INSTANTIATE_TEST_SUITE_P(All, GradientChain, ::testing::ValuesIn(testing::all_layer_chains()),
                         [](const auto& test) { return test.param.name; });

Config config_with(const std::string& task, const std::string& format, const std::string& layers) {
  return parse_config(R"({"version": 1, "task": ")" + task +
                          R"(", "data": {"train": "none", "format": )" + format +
                          R"(}, "input": {"type": "text", "max_length": 12},
                             "model": {"layers": [{"type": "embedding", "output_dim": 4},)" +
                          layers + "]}}",
                      "test");
}

TEST(GradientModelOfPairs, HasGradientsOfBothTexts) {
  for (const std::string encoders : {"shared", "separate"}) {
    SCOPED_TRACE(encoders);
    const ResolvedConfig config = resolve(
        config_with("classification", R"({"type": "tsv", "text": "a", "text_b": "b"})",
                    R"({"type": "gru", "units": 3, "return_sequences": true}, {"type": "pool"},
                       {"type": "pair", "encoders": ")" +
                        encoders + R"(",
                        "features": ["cosine", "first", "second", "difference", "product"]},
                       {"type": "dense", "units": 5, "activation": "tanh"},
                       {"type": "dense", "activation": "softmax"})"),
        20, 3);
    SequenceModel model = random_model(config);
    const WeightSource weights = weights_of(model);  // the model refers to it
    const GradientModel gradients(config, weights);
    const std::vector<std::int32_t> first{5, 17, 9};
    const std::vector<std::int32_t> second{4, 1, 8, 6, 3};
    const std::vector<StepValues> texts{gradients.embed({first, {}, 0}),
                                        gradients.embed({second, {}, 0})};
    {
      const torch::NoGradGuard no_gradient;
      Batch batch{torch::tensor({{5, 17, 9, 0, 0}, {4, 1, 8, 6, 3}}, torch::kInt64),
                  torch::tensor({3, 5}, torch::kInt64)};
      expect_outputs(gradients.run(texts).output, model->predict(batch));
    }
    expect_gradients(gradients, {two_rows(texts[0]), two_rows(texts[1])});
  }
}

TEST(GradientModelOfTags, ReturnsLogits) {
  for (const char* head : {R"({"type": "dense", "activation": "softmax"})", R"({"type": "crf"})"}) {
    const ResolvedConfig config =
        resolve(config_with("tagging", R"({"type": "conll"})",
                            std::string(R"({"type": "lstm", "units": 3, "bidirectional": true,
                                            "return_sequences": true},)") +
                                head),
                20, 4);
    SequenceModel model = random_model(config);
    const WeightSource weights = weights_of(model);  // the model refers to it
    const GradientModel gradients(config, weights);
    const std::vector<std::int32_t> ids{5, 17, 9, 1};
    const StepValues vectors = gradients.embed({ids, {}, 0});
    {
      const torch::NoGradGuard no_gradient;
      expect_outputs(gradients.run({vectors}).output,
                     model->forward({as_tokens(ids), torch::tensor({4}, torch::kInt64)}));
    }
    expect_gradients(gradients, {two_rows(vectors)});
  }
}

TEST(GradientModelOfNumbers, ReturnsThemInTheirUnits) {
  const ResolvedConfig config =
      resolve(config_with("regression", R"({"type": "tsv"})",
                          R"({"type": "pool", "mode": "mean"}, {"type": "dense"})"),
              20, 2);
  SequenceModel model = random_model(config);
  const WeightSource weights = weights_of(model);  // the model refers to it
  const GradientModel gradients(config, weights);
  const std::vector<std::int32_t> ids{5, 17, 9, 1};
  const StepValues vectors = gradients.embed({ids, {}, 0});
  {
    const torch::NoGradGuard no_gradient;
    expect_outputs(gradients.run({vectors}).output,
                   model->predict({as_tokens(ids), torch::tensor({4}, torch::kInt64)}));
  }
  expect_gradients(gradients, {two_rows(vectors)});
}

}  // namespace
}  // namespace sequent
