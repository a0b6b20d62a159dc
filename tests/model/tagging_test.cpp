// Tests the heads of taggers: gradients, decoding and masks.
#include <gtest/gtest.h>

#include "sequent/model.h"
#include "tagging_rows.h"
#include "tasks/tagging/tag_decisions_training.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::dense;

constexpr std::int64_t kTags = 5;

SequenceModel model_of(const std::string& head) {
  const Config config = parse_config(testing::tagging_config(head), "tags.json");
  SequenceModel model(resolve(config, /*vocabulary_size=*/12, kTags));
  torch::manual_seed(5);
  testing::randomize(*model);
  return model;
}

Batch batch_of_three() {
  return {torch::tensor({{3, 4, 5, 6}, {7, 8, 0, 0}, {9, 0, 0, 0}}, torch::kInt64),
          torch::tensor({4, 2, 1}, torch::kInt64)};
}

const torch::Tensor& some_tags() {
  static const torch::Tensor tags =
      torch::tensor({{0, 1, 4, 2}, {3, 3, 0, 0}, {1, 0, 0, 0}}, torch::kInt64);
  return tags;
}

class TaggingHead : public ::testing::TestWithParam<const char*> {};

TEST_P(TaggingHead, GradientsAreThoseOfFiniteDifferences) {
  SequenceModel model = model_of(GetParam());
  model->to(torch::kFloat64);
  const Batch batch = batch_of_three();
  const auto loss = [&] {
    return (tag_losses(*model, model->forward(batch), some_tags(), batch.lengths, 0) *
            torch::tensor({1.0, -0.5, 2.0}, torch::kFloat64))
        .sum();
  };
  testing::expect_gradients_of_differences(*model, loss, /*samples=*/7, 1e-5);
}

TEST_P(TaggingHead, PaddingAndNeighboursNeverInfluenceARow) {
  SequenceModel model = model_of(GetParam());
  const torch::NoGradGuard no_gradient;
  const Batch batch = batch_of_three();
  const TagDecisions together = decode_tags(*model, batch);
  const torch::Tensor losses =
      tag_losses(*model, model->forward(batch), some_tags(), batch.lengths, 0);
  for (std::int64_t row = 0; row < 3; ++row) {
    const auto length = batch.lengths[row].item<std::int64_t>();
    const Batch alone{batch.input[row].narrow(0, 0, length).unsqueeze(0),
                      batch.lengths.narrow(0, row, 1)};
    const TagDecisions found = decode_tags(*model, alone);
    EXPECT_TRUE(torch::equal(found.tags[0], together.tags[row].narrow(0, 0, length)));
    EXPECT_TRUE(
        all_near(found.probabilities[0], together.probabilities[row].narrow(0, 0, length), 1e-6));
    const torch::Tensor tags = some_tags()[row].narrow(0, 0, length).unsqueeze(0);
    EXPECT_TRUE(all_near(tag_losses(*model, model->forward(alone), tags, alone.lengths, 0)[0],
                         losses[row], 1e-5));
    EXPECT_EQ(together.tags[row].narrow(0, length, 4 - length).abs().sum().item<int>(), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, TaggingHead,
                         ::testing::Values(testing::kSoftmaxHead, testing::kCrfHead),
                         [](const auto& test) {
                           return test.param == testing::kCrfHead ? "Crf" : "Softmax";
                         });

TEST(TaggingHeads, SoftmaxLossIsTorchsCrossEntropy) {
  SequenceModel model = model_of(testing::kSoftmaxHead);
  const torch::NoGradGuard no_gradient;
  const Batch batch = batch_of_three();
  const torch::Tensor logits = model->forward(batch);
  const torch::Tensor all = torch::cross_entropy_loss(logits.flatten(0, 1), some_tags().flatten(),
                                                      {}, at::Reduction::None)
                                .view({3, 4});
  const torch::Tensor wanted = torch::stack({all[0].sum(), all[1][0] + all[1][1], all[2][0]});
  EXPECT_TRUE(all_near(tag_losses(*model, logits, some_tags(), batch.lengths, 0), wanted, 1e-5));
}

TEST(TaggingHeads, WithoutPairsACrfIsASoftmax) {
  SequenceModel model = model_of(testing::kCrfHead);
  const torch::NoGradGuard no_gradient;
  CrfImpl& crf = *model->head<CrfImpl>();
  for (torch::Tensor* scores : {&crf.start, &crf.transitions, &crf.end}) scores->zero_();
  for (torch::Tensor* mask :
       {&crf.forbidden_start, &crf.forbidden_transitions, &crf.forbidden_end}) {
    mask->zero_();
  }
  const Batch batch = batch_of_three();
  const torch::Tensor emissions = model->forward(batch);
  EXPECT_TRUE(all_near(model->predict(batch)[0], torch::softmax(emissions, 2)[0], 1e-6));
  EXPECT_TRUE(torch::equal(decode_tags(*model, batch).tags[0], emissions.argmax(2)[0]));
}

TEST(TaggingHeads, SchemesAreKept) {
  SequenceModel model = model_of(testing::kCrfHead);
  CrfImpl& crf = *model->head<CrfImpl>();
  const TagSet tags({"B-LOC", "B-PER", "I-LOC", "I-PER", "O"});
  crf.forbid(tags);
  EXPECT_EQ(crf.forbidden_start[2].item<float>(), 1);
  EXPECT_EQ(crf.forbidden_transitions[0][2].item<float>(), 0);
  EXPECT_EQ(crf.forbidden_transitions[1][2].item<float>(), 1);
  EXPECT_EQ(crf.forbidden_end.sum().item<float>(), 0);
  const torch::NoGradGuard no_gradient;
  for (int seed = 0; seed < 20; ++seed) {
    torch::manual_seed(seed);
    const Batch batch{torch::randint(3, 12, {4, 9}, torch::kInt64),
                      torch::full({4}, 9, torch::kInt64)};
    const torch::Tensor found = decode_tags(*model, batch).tags;
    for (std::int64_t row = 0; row < 4; ++row) {
      std::int32_t before = TagSet::kEdge;
      for (std::int64_t t = 0; t < 9; ++t) {
        const auto tag = found[row][t].item<std::int32_t>();
        EXPECT_TRUE(tags.may_follow(before, tag)) << before << " to " << tag;
        before = tag;
      }
    }
  }
}

}  // namespace
}  // namespace sequent
