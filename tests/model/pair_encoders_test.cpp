// Tests pairs whose texts have separate encoders, with a model of torch::nn modules as the oracle.
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "core/weight_shapes.h"
#include "model/pair_batch.h"
#include "pair_rows.h"
#include "sequent/model.h"
#include "sequent/trainer.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::dense;

constexpr const char* kLayers = R"([
  {"type": "embedding", "output_dim": 6},
  {"type": "lstm", "units": 5, "bidirectional": true, "return_sequences": true},
  {"type": "pool", "mode": "mean"},
  {"type": "dense", "units": 4, "activation": "tanh"},
  {"type": "pair", "features": ["first", "second", "product"], "encoders": "separate"},
  {"type": "dense", "activation": "softmax"}])";

const Override kSeparate{"model.layers.5.encoders", "separate"};

ResolvedConfig resolved(const std::vector<Override>& changes) {
  return resolve(parse_config(testing::kPairConfig, "test", changes), 12, 2);
}

SequenceModel random_model(const std::vector<Override>& changes) {
  SequenceModel model(resolved(changes));
  torch::manual_seed(3);
  testing::randomize(*model);
  return model;
}

/// Returns three pairs. All first texts are shorter than the longest second text.
Batch some_pairs() { return testing::pair_batch({3, 5, 1, 4, 2, 2}); }

/// The model of kLayers. It computes each text alone, without padding.
class Reference : public torch::nn::Module {
 public:
  Reference() {
    register_module("table", table_);
    register_module("output", output_);
    const auto options = torch::nn::LSTMOptions(6, 5).bidirectional(true).batch_first(true);
    for (std::size_t text = 0; text < 2; ++text) {
      const std::string name = std::to_string(text);
      lstm_[text] = register_module("lstm" + name, torch::nn::LSTM(options));
      dense_[text] = register_module("dense" + name, torch::nn::Linear(10, 4));
    }
  }

  /// Returns the weights by their names in Sequent. The second bias of an LSTM is redundant.
  std::map<std::string, torch::Tensor> weights() const {
    std::map<std::string, torch::Tensor> all{{"layers.0.weight", table_->weight},
                                             {"layers.5.weight", output_->weight},
                                             {"layers.5.bias", output_->bias}};
    for (std::size_t text = 0; text < 2; ++text) {
      const std::string own = text == 0 ? "" : "second.";
      for (const auto& named : lstm_[text]->named_parameters()) {
        if (!named.key().starts_with("bias_hh")) {
          all["layers.1." + own + named.key()] = named.value();
        }
      }
      for (const auto& named : dense_[text]->named_parameters()) {
        all["layers.3." + own + named.key()] = named.value();
      }
    }
    return all;
  }

  void take_weights(const SequenceModel& model) {
    const torch::NoGradGuard no_gradient;
    for (const torch::Tensor& parameter : parameters()) torch::Tensor(parameter).zero_();
    const auto ours = model->named_parameters();
    for (auto& [name, weight] : weights()) weight.copy_(ours[name]);
  }

  torch::Tensor forward(const Batch& batch) {
    std::vector<torch::Tensor> outputs;
    for (std::int64_t row = 0; row < batch.input.size(0); row += 2) {
      const torch::Tensor u = vector_of(batch, row, 0);
      const torch::Tensor v = vector_of(batch, row + 1, 1);
      outputs.push_back(output_->forward(torch::cat({u, v, u * v}, 1)));
    }
    return torch::cat(outputs, 0);
  }

 private:
  torch::Tensor vector_of(const Batch& batch, std::int64_t row, std::size_t text) {
    const auto length = batch.lengths[row].item<std::int64_t>();
    const torch::Tensor tokens = batch.input[row].narrow(0, 0, length).unsqueeze(0);
    const torch::Tensor states = std::get<0>(lstm_[text]->forward(table_->forward(tokens)));
    return torch::tanh(dense_[text]->forward(states.mean(1)));
  }

  torch::nn::Embedding table_{12, 6};
  std::array<torch::nn::LSTM, 2> lstm_{nullptr, nullptr};
  std::array<torch::nn::Linear, 2> dense_{nullptr, nullptr};
  torch::nn::Linear output_{12, 2};
};

TEST(PairEncoders, EqualAModelOfTwoModulesWithItsGradients) {
  for (const bool use_operators : {false, true}) {
    SequenceModel model = random_model({{"model.layers", kLayers}});
    model->to(torch::kFloat64);
    model->use_operators(use_operators);
    Reference reference;
    reference.to(torch::kFloat64);
    reference.take_weights(model);
    ASSERT_EQ(model->named_parameters().size(), reference.weights().size());
    const Batch batch = some_pairs();
    const torch::Tensor weighting =
        torch::tensor({{0.3, -1.0}, {0.7, 0.2}, {-0.4, 0.9}}, torch::kFloat64);
    const torch::Tensor found = model->forward(batch);
    const torch::Tensor expected = reference.forward(batch);
    EXPECT_TRUE(all_near(found, expected, 1e-12));
    (found * weighting).sum().backward();
    (expected * weighting).sum().backward();
    const auto ours = model->named_parameters();
    for (const auto& [name, weight] : reference.weights()) {
      EXPECT_TRUE(all_near(dense(ours[name].grad()), weight.grad(), 1e-11)) << name;
    }
    // Each row of the table that the batch reads occurs once, in order, as the optimizer expects.
    const torch::Tensor rows = ours["layers.0.weight"].grad()._indices()[0];
    EXPECT_TRUE(torch::equal(rows, std::get<0>(at::_unique(rows, /*sorted=*/true))));
  }
}

/// Layers of every kind that a text's encoder can have.
const std::vector<std::string>& encoders() {
  static const std::vector<std::string> all{
      R"({"type": "gru", "units": 4})",
      R"({"type": "rnn", "units": 4, "bidirectional": true, "dropout": 0.3})",
      R"({"type": "lstm_hidden_state", "units": 4, "weight_drop": 0.3})",
      R"({"type": "lstm", "units": 4, "layer_norm": true, "learned_initial_state": true})",
      R"({"type": "conv1d", "filters": 4}, {"type": "layer_norm"}, {"type": "attention"})",
      R"({"type": "spatial_dropout"}, {"type": "self_attention", "heads": 2},
         {"type": "pool", "mode": ["max", "first"]}, {"type": "dense", "units": 3})"};
  return all;
}

/// `encoder` between an embedding and a pair layer.
Override layers_with(const std::string& encoder, const std::string& concat = "[]") {
  return {"model.layers", R"([{"type": "word_dropout", "rate": 0.1},
                              {"type": "embedding", "output_dim": 6, "concat": )" +
                              concat + "}," + encoder + R"(,
                              {"type": "pair", "features": ["first", "difference"],
                               "encoders": "separate"},
                              {"type": "dense", "activation": "softmax"}])"};
}

std::vector<Override> all_layers() {
  std::vector<Override> all;
  for (const std::string& encoder : encoders()) all.push_back(layers_with(encoder));
  all.push_back(layers_with(encoders()[0], R"([{"type": "ngrams", "output_dim": 3, "buckets": 20},
                                              {"type": "table", "output_dim": 2}])"));
  all.push_back(layers_with(encoders()[0], R"([{"type": "table", "output_dim": 2}])"));
  all.push_back(layers_with(encoders()[0], R"([{"type": "characters", "output_dim": 4}])"));
  return all;
}

TEST(PairEncoders, GradientsAreThoseOfDifferences) {
  const torch::Tensor weighting =
      torch::tensor({{0.3, -1.0}, {0.7, 0.2}, {-0.4, 0.9}}, torch::kFloat64);
  for (const Override& layers : all_layers()) {
    SCOPED_TRACE(layers.value);
    SequenceModel model = random_model({layers});
    model->to(torch::kFloat64);
    for (const auto& named : model->named_parameters()) {
      if (named.key().ends_with("spellings"))
        named.value().set_data(named.value().to(torch::kUInt8));
    }
    Batch batch = some_pairs();
    batch.noise = NoiseKey{1, 4};
    testing::expect_gradients_of_differences(
        *model, [&] { return (model->forward(batch) * weighting).sum(); }, 6, 1e-6);
  }
}

// A pair's output must not depend on the other pairs, nor its noise on the part of the batch.
TEST(PairEncoders, APairIsTheSameAloneAndTogether) {
  for (const Override& layers : all_layers()) {
    SCOPED_TRACE(layers.value);
    SequenceModel model = random_model({layers});
    const torch::NoGradGuard no_gradient;
    Batch batch = some_pairs();
    const torch::Tensor together = model->predict(batch);
    batch.noise = NoiseKey{1, 4};
    const torch::Tensor noisy = model->forward(batch);
    for (std::int64_t pair = 0; pair < 3; ++pair) {
      Batch alone{batch.input.narrow(0, 2 * pair, 2), batch.lengths.narrow(0, 2 * pair, 2)};
      EXPECT_TRUE(all_near(model->predict(alone)[0], together[pair], 1e-6));
      alone.noise = batch.noise;
      alone.first_row = pair;
      EXPECT_TRUE(all_near(model->forward(alone)[0], noisy[pair], 1e-6));
    }
  }
}

TEST(PairEncoders, WeightsAreThoseOfTheConfig) {
  for (const Override& layers : all_layers()) {
    const ResolvedConfig config = resolved({layers});
    const SequenceModel model(config);
    const auto found = model->named_parameters();
    const std::vector<WeightShape> listed = weight_shapes(config);
    ASSERT_EQ(found.size(), listed.size()) << layers.value;
    for (const WeightShape& weight : listed) {
      ASSERT_TRUE(found.contains(weight.name)) << weight.name;
      EXPECT_EQ(found[weight.name].sizes().vec(), weight.shape) << weight.name;
    }
  }
}

TEST(PairEncoders, OnlyTheSecondTextHasNewWeights) {
  const SequenceModel shared(resolved({}));
  const SequenceModel separate(resolved({kSeparate}));
  const auto ours = separate->named_parameters();
  for (const auto& named : shared->named_parameters()) {
    EXPECT_TRUE(torch::equal(ours[named.key()], named.value())) << named.key();
  }
  EXPECT_FALSE(torch::equal(ours["layers.2.weight_ih_l0"], ours["layers.2.second.weight_ih_l0"]));
  EXPECT_FALSE(ours.contains("layers.1.second.weight"));
  EXPECT_EQ(separate->second_layer(1), nullptr);
  EXPECT_NE(separate->second_layer(2), nullptr);
  EXPECT_EQ(separate->second_layer(6), nullptr);
}

TEST(PairEncoders, TheOrderOfTheTextsMatters) {
  const torch::NoGradGuard no_gradient;
  const Batch batch = some_pairs();
  const torch::Tensor order = torch::tensor({1, 0, 3, 2, 5, 4}, torch::kInt64);
  const Batch swapped{batch.input.index_select(0, order), batch.lengths.index_select(0, order)};
  SequenceModel shared = random_model({});  // all of its features are symmetric
  EXPECT_TRUE(all_near(shared->predict(batch), shared->predict(swapped), 1e-6));
  SequenceModel separate = random_model({kSeparate});
  EXPECT_FALSE(all_near(separate->predict(batch), separate->predict(swapped), 1e-3));
}

TEST(PairEncoders, TheSummaryCountsBoth) {
  const auto line_of = [](const std::string& table, const std::string& start) {
    const std::size_t begin = table.find(start);
    return begin == std::string::npos ? table
                                      : table.substr(begin, table.find('\n', begin) - begin);
  };
  const std::string shared = summarize(resolved({}));
  const std::string separate = summarize(resolved({kSeparate}));
  // Of each direction of the GRU: 3 * 10 rows of 12 inputs, 10 states and two biases.
  EXPECT_TRUE(line_of(shared, "2 gru").ends_with(" 1,440")) << shared;
  EXPECT_TRUE(line_of(separate, "2 gru (bidirectional, per text)").ends_with(" 2,880")) << separate;
  EXPECT_NE(separate.find("5 pair (separate encoders, difference"), std::string::npos) << separate;
}

}  // namespace
}  // namespace sequent
