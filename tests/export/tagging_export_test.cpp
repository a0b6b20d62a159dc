// Tests that exported taggers equal the trained ones on both engines.
#include <gtest/gtest.h>
#include <torch/script.h>

#include <array>

#include "sequent/exporter.h"
#include "sequent/predictor.h"
#include "support.h"
#include "tagging_rows.h"
#include "tasks/tagging/tag_decisions_training.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::error_of;
using testing::TemporaryFolder;
using Names = std::vector<std::string>;

/// Layers that run step by step, before the head.
constexpr const char* kStepsHead = R"({"type": "gru", "units": 5, "reset_after": false,
    "layer_norm": true, "zoneout": 0.1, "learned_initial_state": true, "bidirectional": true,
    "return_sequences": true}, {"type": "self_attention", "heads": 2}, {"type": "crf"})";

const Names kTags{"B-LOC", "B-PER", "I-LOC", "I-PER", "O"};

class TaggingExport : public ::testing::TestWithParam<const char*> {
 protected:
  TaggingExport() {
    const Config config = parse_config(testing::tagging_config(GetParam()), "tags.json");
    card_.sequent_version = version();
    card_.created = utc_now();
    card_.config = config;
    card_.vocabulary = Vocabulary({"in", "paris", "北", "by"});
    card_.labels = LabelSet(kTags);
    model_ = SequenceModel(resolve(config, card_.vocabulary.size(), card_.labels.size()));
    torch::manual_seed(7);
    testing::randomize(*model_);
    if (auto* crf = model_->head<CrfImpl>()) crf->forbid(TagSet(kTags));
    export_model(*model_, card_, {}, folder_ / "model.pt");
  }

  TemporaryFolder folder_;
  ArchiveMetadata card_;
  SequenceModel model_{nullptr};
};

TEST_P(TaggingExport, OpensWithTorchAlone) {
  EXPECT_LE(card_.parity_difference, 1e-5);
  torch::jit::Module plain = torch::jit::load((folder_ / "model.pt").string());
  const torch::Tensor tokens = torch::randint(0, 7, {3, 9}, torch::kInt64);
  const torch::Tensor lengths = torch::tensor({9, 1, 4}, torch::kInt64);
  const torch::NoGradGuard no_gradient;
  const Batch batch{tokens, lengths};
  const torch::Tensor steps = torch::arange(9).unsqueeze(0);
  const torch::Tensor padding = steps >= lengths.unsqueeze(1);
  const torch::Tensor found = plain.forward({tokens, lengths}).toTensor();
  EXPECT_TRUE(all_near(found.masked_fill(padding.unsqueeze(2), 0),
                       model_->predict(batch).masked_fill(padding.unsqueeze(2), 0), 1e-5));
  const auto answer = plain.get_method("decode")({tokens, lengths}).toTuple();
  const TagDecisions wanted = decode_tags(*model_, batch);
  EXPECT_TRUE(torch::equal(answer->elements()[0].toTensor().masked_fill(padding, 0), wanted.tags));
  EXPECT_TRUE(all_near(answer->elements()[1].toTensor().masked_fill(padding, 0),
                       wanted.probabilities, 1e-5));
}

// Tags belong to the tokens that the model reads, whichever end is truncated.
TEST_P(TaggingExport, PlacesStayWhereTheStartIsCut) {
  card_.config = parse_config(testing::tagging_config(GetParam()), "tags.json",
                              {{"input.max_length", "3"}, {"input.truncating", "pre"}});
  export_model(*model_, card_, {}, folder_ / "cut.pt");
  const std::string read = "by 北 in";
  const std::string text = "in paris " + read;
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    const Predictor predictor = Predictor::load(folder_ / "cut.pt", {.engine = engine});
    const TaggedText whole = predictor.tag(text);
    const TaggedText alone = predictor.tag(read);
    EXPECT_TRUE(whole.truncated);
    ASSERT_EQ(whole.tokens.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(whole.tokens[i].begin, alone.tokens[i].begin + 9);
      EXPECT_EQ(whole.tokens[i].tag, alone.tokens[i].tag);
    }
    ASSERT_EQ(whole.spans.size(), alone.spans.size());
    for (std::size_t i = 0; i < whole.spans.size(); ++i) {
      EXPECT_EQ(whole.spans[i].begin, alone.spans[i].begin + 9);
      EXPECT_EQ(whole.spans[i].end, alone.spans[i].end + 9);
    }
  }
}

TEST_P(TaggingExport, TagsTextsAndTokens) {
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    PredictorOptions options;
    options.engine = engine;
    const Predictor predictor = Predictor::load(folder_ / "model.pt", options);
    EXPECT_EQ(predictor.task(), "tagging");
    const std::vector<std::string> texts{"in  Paris by", "", "in 北京 x in in paris by by"};
    const auto tagged = predictor.tag(texts);
    ASSERT_EQ(tagged.size(), 3U);
    EXPECT_TRUE(tagged[1].tokens.empty());
    EXPECT_TRUE(tagged[1].spans.empty());
    ASSERT_EQ(tagged[0].tokens.size(), 3U);
    EXPECT_EQ(tagged[0].tokens[1].begin, 4);
    EXPECT_EQ(tagged[0].tokens[1].end, 9);
    EXPECT_EQ(tagged[2].tokens[1].begin, 3);
    EXPECT_EQ(tagged[2].tokens[1].end, 5) << "two code points";
    const torch::NoGradGuard no_gradient;
    const TagDecisions wanted = decode_tags(
        *model_, {torch::tensor({{3, 4, 6}}, torch::kInt64), torch::tensor({3}, torch::kInt64)});
    std::vector<std::int32_t> tags;
    for (std::size_t t = 0; t < 3; ++t) {
      const auto step = static_cast<std::int64_t>(t);
      EXPECT_EQ(tagged[0].tokens[t].tag, wanted.tags[0][step].item<std::int64_t>());
      EXPECT_NEAR(tagged[0].tokens[t].probability, wanted.probabilities[0][step].item<float>(),
                  1e-5);
      tags.push_back(static_cast<std::int32_t>(tagged[0].tokens[t].tag));
    }
    EXPECT_EQ(tagged[0].spans.size(), TagSet(kTags).spans(tags).size());

    const std::vector<Names> lists{{"in", "Paris", "by"}, {"a-b"}};
    const auto of_lists = predictor.tag(lists);
    EXPECT_EQ(of_lists[0].tokens[2].tag, tagged[0].tokens[2].tag);
    EXPECT_EQ(of_lists[0].tokens[1].begin, 3) << "one space between tokens";
    EXPECT_EQ(of_lists[1].tokens.size(), 1U);
    EXPECT_EQ(of_lists[1].unknown_share, 1);
    EXPECT_EQ(error_of([&] { predictor.predict("in Paris"); })->kind(), ErrorKind::kUsage);
    const std::vector<std::string> bad{"in", "\xff"};
    EXPECT_NE(std::string(error_of([&] { predictor.tag(bad); })->what()).find("text 1"),
              std::string::npos);
  }
}

std::string name_of_head(std::size_t index) {
  constexpr const char* kNames[] = {"Softmax", "Crf", "StepsCrf"};
  return kNames[index];
}

INSTANTIATE_TEST_SUITE_P(Heads, TaggingExport,
                         ::testing::Values(testing::kSoftmaxHead, testing::kCrfHead, kStepsHead),
                         [](const auto& head) { return name_of_head(head.index); });

}  // namespace
}  // namespace sequent
