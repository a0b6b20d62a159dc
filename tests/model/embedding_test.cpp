// Compares concatenated token vectors with LibTorch's modules, word by word.
#include <gtest/gtest.h>

#include <string>

#include "sequent/model.h"
#include "sequent/text.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::dense;

constexpr std::int64_t kRows = 8;

/// Returns an embedding with double weights and these concatenated parts.
Embedding random_embedding(std::vector<ConcatSpec> concat) {
  EmbeddingSpec spec;
  spec.output_dim = 3;
  spec.concat = std::move(concat);
  Embedding embedding(spec, kRows);
  embedding->to(torch::kFloat64);
  torch::manual_seed(4);
  testing::randomize(*embedding);
  return embedding;
}

/// Returns the row of the n-gram that ends at `step`, computed from the definition of the hash.
std::int64_t row_of_run(const std::vector<std::int64_t>& tokens, std::size_t step, std::size_t n,
                        std::int64_t buckets) {
  std::int64_t hash = 0;
  for (std::size_t back = n; back-- > 0;) {
    const std::int64_t id = back > step ? 0 : tokens[step - back];
    if (id < 0 || id == 1) return 0;
    hash = (hash * 1000003 + id) % 2147483647;
  }
  return 1 + hash * 48271 % 2147483647 % (buckets - 1);
}

Batch spelled_batch() {
  Batch batch{torch::tensor({{4, -1, 7, 4}, {-2, 1, 0, 0}}, torch::kInt64),
              torch::tensor({4, 2}, torch::kInt64)};
  batch.spellings =
      torch::tensor({{'z', 'o', 'o', 0, 0}, {0xE4, 0xB8, 0xAD, 0xE5, 0x9B}}, torch::kUInt8);
  return batch;
}

/// Returns the bytes of one token of `batch` without padding, but at least one.
torch::Tensor letters_of(const CharactersImpl& characters, const Batch& batch, std::int64_t row,
                         std::int64_t step) {
  const auto token = batch.input[row][step].item<std::int64_t>();
  const torch::Tensor all = token < 0 ? batch.spellings[-token - 1] : characters.spellings[token];
  const std::int64_t count = std::max<std::int64_t>(1, (all > 0).sum().item<std::int64_t>());
  return all.narrow(0, 0, count).to(torch::kInt64);
}

torch::Tensor forward(Embedding& embedding, const Batch& batch) {
  return embedding->forward(batch.input, {batch, {}});
}

TEST(Embedding, RunsOfTokensHaveTheirRows) {
  const std::vector<std::vector<std::int64_t>> rows = {{4, 5, 4, 5}, {6, 1, 4}, {-1, 4, 5}};
  Embedding embedding = random_embedding({NgramsSpec{2, 2, 50}, NgramsSpec{1, 3, 20}});
  const Batch batch{torch::tensor({{4, 5, 4, 5}, {6, 1, 4, 0}, {-1, 4, 5, 0}}, torch::kInt64),
                    torch::tensor({4, 3, 3})};
  const torch::Tensor padding = torch::arange(4).unsqueeze(0) >= batch.lengths.unsqueeze(1);
  const torch::Tensor tokens = batch.input.clamp_min(0);  // indices into the token table
  const auto weights = embedding->named_parameters();
  const torch::Tensor found = embedding->forward(tokens, {batch, padding});
  const auto& ngrams = std::get<std::shared_ptr<NgramsImpl>>(embedding->concat()[0]);
  const torch::Tensor runs = ngrams->forward(batch.input, {batch, padding});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t step = 0; step < rows[row].size(); ++step) {
      const auto r = static_cast<std::int64_t>(row);
      const auto t = static_cast<std::int64_t>(step);
      const torch::Tensor pair = weights["concat.0.weight"][row_of_run(rows[row], step, 2, 50)];
      const torch::Tensor three = weights["concat.1.weight"][row_of_run(rows[row], step, 3, 20)];
      EXPECT_TRUE(all_near(runs[r][t], pair, 0)) << row << " " << step;
      if (row == 2) continue;
      EXPECT_TRUE(
          all_near(found[r][t], torch::cat({weights["weight"][rows[row][step]], pair, three}), 0))
          << row << " " << step;
    }
  }
  // Equal pairs of words use the same row, and its gradient is the sum.
  EXPECT_EQ(row_of_run(rows[0], 1, 2, 50), row_of_run(rows[0], 3, 2, 50));
  found[0].sum().backward();
  const torch::Tensor slopes = dense(weights["concat.0.weight"].grad());
  EXPECT_EQ(slopes[row_of_run(rows[0], 1, 2, 50)][0].item<double>(), 2);
  EXPECT_EQ(slopes.sum().item<double>(), 4 * 2);
}

TEST(Embedding, TablesStandSideBySide) {
  Embedding embedding =
      random_embedding({TableSpec{2, {}, true}, TableSpec{4, {}, /*trainable=*/false}});
  const Batch batch{torch::tensor({{4, 1, 7, 4}}, torch::kInt64), torch::tensor({4})};
  const auto weights = embedding->named_parameters();
  const torch::Tensor found = forward(embedding, batch);
  std::vector<torch::Tensor> copies;
  std::vector<torch::Tensor> parts;
  for (const char* name : {"weight", "concat.0.weight", "concat.1.weight"}) {
    copies.push_back(weights[name].detach().clone().requires_grad_(true));
    parts.push_back(torch::embedding(copies.back(), batch.input));
  }
  const torch::Tensor wanted = torch::cat(parts, 2);
  EXPECT_TRUE(all_near(found, wanted, 0));
  const torch::Tensor slope = torch::randn_like(wanted);
  (found * slope).sum().backward();
  (wanted * slope).sum().backward();
  EXPECT_TRUE(all_near(dense(weights["weight"].grad()), copies[0].grad(), 1e-12));
  EXPECT_TRUE(all_near(dense(weights["concat.0.weight"].grad()), copies[1].grad(), 1e-12));
  EXPECT_FALSE(weights["concat.1.weight"].grad().defined());
  const torch::Tensor ids = torch::tensor({1, 4, 7}, torch::kInt64);
  EXPECT_TRUE(
      all_near(embedding->rows(ids), wanted[0].index_select(0, torch::tensor({1, 0, 2})), 0));
}

TEST(Embedding, ConvolvedSpellingsEqualOneWordAtATime) {
  CharactersSpec spec;
  spec.output_dim = 4;
  spec.byte_dim = 2;
  spec.kernel_size = 3;
  spec.max_bytes = 5;
  Embedding embedding = random_embedding({spec});
  const Batch batch = spelled_batch();
  const torch::Tensor found = forward(embedding, batch).narrow(2, 3, 4);
  const auto weights = embedding->named_parameters();
  for (std::int64_t row = 0; row < 2; ++row) {
    for (std::int64_t step = 0; step < 4; ++step) {
      const torch::Tensor letters = letters_of(*embedding->characters(), batch, row, step);
      const torch::Tensor x = torch::embedding(weights["concat.0.bytes"], letters).t().unsqueeze(0);
      const torch::Tensor y = torch::relu(torch::conv1d(
          x, weights["concat.0.cnn.weight"], weights["concat.0.cnn.bias"], 1, /*padding=*/1));
      EXPECT_TRUE(all_near(found[row][step], std::get<0>(y[0].max(1)), 1e-12))
          << row << ", " << step;
    }
  }
}

TEST(Embedding, LstmSpellingsEqualOneWordAtATime) {
  CharactersSpec spec;
  spec.output_dim = 6;
  spec.encoder = CharacterEncoderType::kLstm;
  spec.byte_dim = 2;
  spec.max_bytes = 5;
  Embedding embedding = random_embedding({spec});
  const Batch batch = spelled_batch();
  const torch::Tensor found = forward(embedding, batch).narrow(2, 3, 6);
  const auto weights = embedding->named_parameters();
  torch::nn::LSTM lstm(torch::nn::LSTMOptions(2, 3).bidirectional(true).batch_first(true));
  lstm->to(torch::kFloat64);
  const torch::NoGradGuard no_gradient;
  for (const auto& named : lstm->named_parameters()) {
    torch::Tensor to = named.value();
    const auto* from = weights.find("concat.0.lstm." + named.key());
    if (from == nullptr) {
      to.zero_();  // Sequent's cells have one bias
    } else {
      to.copy_(*from);
    }
  }
  for (std::int64_t row = 0; row < 2; ++row) {
    for (std::int64_t step = 0; step < 4; ++step) {
      const torch::Tensor letters = letters_of(*embedding->characters(), batch, row, step);
      const torch::Tensor x = torch::embedding(weights["concat.0.bytes"], letters).unsqueeze(0);
      const torch::Tensor last = std::get<0>(std::get<1>(lstm->forward(x)));  // [2, 1, 3]
      EXPECT_TRUE(all_near(found[row][step], last.flatten(), 1e-10)) << row << ", " << step;
    }
  }
}

TEST(Embedding, WordDropoutLeavesTheSpelling) {
  CharactersSpec spec;
  spec.output_dim = 4;
  spec.max_bytes = 5;
  Embedding embedding = random_embedding({spec});
  Batch batch = spelled_batch();
  const torch::Tensor whole = forward(embedding, batch);
  WordDropoutImpl dropout(WordDropoutSpec{0.999});
  batch.noise = NoiseKey{1, 1};
  const LayerContext context{batch, {}};
  const torch::Tensor hidden = dropout.forward(batch.input, context);
  ASSERT_TRUE((hidden == Vocabulary::kUnknown).all().item<bool>());
  const torch::Tensor found = embedding->forward(hidden, context);
  EXPECT_TRUE(all_near(found.narrow(2, 3, 4), whole.narrow(2, 3, 4), 0));
  const torch::Tensor unknown = embedding->weight[Vocabulary::kUnknown].expand({2, 4, 3});
  EXPECT_TRUE(all_near(found.narrow(2, 0, 3), unknown, 0));
}

}  // namespace
}  // namespace sequent
