// Tests the decoder layer: its formulas, its gradients and the generated text.
#include <gtest/gtest.h>

#include "sequence_rows.h"
#include "sequent/model.h"
#include "sequent/text.h"
#include "tasks/sequence_to_sequence/generated_rows_training.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;

constexpr std::int64_t kTokens = 9;

SequenceModel model_in_double() {
  const Config config = parse_config(testing::kBackwardConfig, "decoder.json",
                                     {{"model.layers.2.units", "5"},
                                      {"model.layers.2.output_dim", "4"},
                                      {"model.layers.1.units", "3"},
                                      {"model.layers.0.output_dim", "4"}});
  SequenceModel model(resolve(config, kTokens, 0));
  torch::manual_seed(3);
  testing::randomize(*model);
  model->to(torch::kFloat64);
  return model;
}

Batch batch_of_two() {
  Batch batch{torch::tensor({{3, 4, 5, 6}, {7, 8, 0, 0}}, torch::kInt64),
              torch::tensor({4, 2}, torch::kInt64)};
  batch.targets = torch::tensor({{5, 3, 2, 0}, {8, 7, 4, 2}}, torch::kInt64);
  batch.target_lengths = torch::tensor({3, 4}, torch::kInt64);
  return batch;
}

TEST(Decoder, ScoresAreThoseOfTheFormulas) {
  SequenceModel model = model_in_double();
  const torch::NoGradGuard no_gradient;
  const Batch batch = batch_of_two();
  const torch::Tensor found = model->forward(batch);
  const DecoderImpl& decoder = *model->head<DecoderImpl>();
  torch::nn::LSTMCell cell(torch::nn::LSTMCellOptions(4 + 6, 5));
  cell->to(torch::kFloat64);
  cell->weight_ih.copy_(decoder.cell().directions[0].weight_ih);
  cell->weight_hh.copy_(decoder.cell().directions[0].weight_hh);
  cell->bias_ih.copy_(decoder.cell().directions[0].bias_ih);
  cell->bias_hh.zero_();
  for (std::int64_t row = 0; row < 2; ++row) {
    // Decode the row separately, step by step, with the states of the previous layers.
    const auto length = batch.lengths[row].item<std::int64_t>();
    const torch::Tensor tokens = batch.input[row].slice(0, 0, length).unsqueeze(0);
    torch::Tensor source = torch::embedding(model->layer_as<EmbeddingImpl>(0)->weight, tokens);
    const Batch alone{tokens, torch::tensor({length}, torch::kInt64)};
    source =
        model->layers()[1]->forward(source, {alone, torch::zeros({1, length}, torch::kBool), 1})[0];
    std::tuple<torch::Tensor, torch::Tensor> state{torch::zeros({1, 5}, torch::kFloat64),
                                                   torch::zeros({1, 5}, torch::kFloat64)};
    std::int64_t before = Vocabulary::kLineEnd;
    for (std::int64_t t = 0; t < batch.target_lengths[row].item<std::int64_t>(); ++t) {
      const torch::Tensor read = torch::cat({decoder.table[before], source.mean(0)}).unsqueeze(0);
      state = cell->forward(read, state);
      const torch::Tensor h = std::get<0>(state)[0];
      const torch::Tensor shares =
          torch::softmax(torch::mv(source, torch::mv(decoder.attention.t(), h)), 0);
      const torch::Tensor seen = torch::mv(source.t(), shares);
      const torch::Tensor combined = torch::tanh(
          torch::mv(decoder.combine_weight, torch::cat({seen, h})) + decoder.combine_bias);
      EXPECT_TRUE(
          all_near(found[row][t], torch::mv(decoder.weight, combined) + decoder.bias, 1e-10))
          << row << ", " << t;
      before = batch.targets[row][t].item<std::int64_t>();
    }
  }
}

TEST(Decoder, GradientsAreThoseOfFiniteDifferences) {
  SequenceModel model = model_in_double();
  const Batch batch = batch_of_two();
  const auto loss = [&] {
    return model->token_loss(batch, batch.targets, /*smoothing=*/0.1, /*scale=*/0.5);
  };
  testing::expect_gradients_of_differences(*model, loss, 12, 1e-6);
}

TEST(Decoder, WritesTheMostProbableTokensAndItsOwnProbability) {
  SequenceModel model = model_in_double();
  const torch::NoGradGuard no_gradient;
  Batch batch = batch_of_two();
  const GeneratedTexts written = write_texts(*model, batch, /*most_tokens=*/6);
  ASSERT_LE(written.tokens.size(1), 6);
  // If the result is the target, each token is the most probable one after its predecessors.
  batch.targets = written.tokens;
  const torch::Tensor ended = written.tokens.eq(Vocabulary::kLineEnd).to(torch::kInt64);
  batch.target_lengths = torch::where(ended.sum(1) > 0, ended.argmax(1) + 1,
                                      torch::full({2}, written.tokens.size(1), torch::kInt64));
  torch::Tensor scores = torch::log_softmax(model->forward(batch), 2);
  const torch::Tensor of_written = scores.gather(2, written.tokens.unsqueeze(2)).squeeze(2);
  scores.slice(2, 0, Vocabulary::kLineEnd).fill_(-1e9);
  for (std::int64_t row = 0; row < 2; ++row) {
    double sum = 0;
    for (std::int64_t t = 0; t < batch.target_lengths[row].item<std::int64_t>(); ++t) {
      EXPECT_EQ(scores[row][t].argmax().item<std::int64_t>(),
                written.tokens[row][t].item<std::int64_t>());
      sum += of_written[row][t].item<double>();
    }
    EXPECT_NEAR(written.log_probability[row].item<double>(), sum, 1e-9);
  }
}

TEST(Decoder, PaddingAndNeighboursNeverInfluenceARow) {
  SequenceModel model = model_in_double();
  const torch::NoGradGuard no_gradient;
  const Batch both = batch_of_two();
  const torch::Tensor together = model->forward(both);
  Batch alone{both.input[1].slice(0, 0, 2).unsqueeze(0), torch::tensor({2}, torch::kInt64)};
  alone.targets = both.targets[1].unsqueeze(0);
  alone.target_lengths = torch::tensor({4}, torch::kInt64);
  EXPECT_TRUE(all_near(model->forward(alone)[0], together[1], 1e-12));
}

}  // namespace
}  // namespace sequent
