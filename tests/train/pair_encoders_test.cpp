// Trains models of pairs whose texts have separate encoders: what they learn, resuming, transfer
// and frozen weights.
#include <gtest/gtest.h>

#include <array>

#include "sequent/trainer.h"
#include "support.h"
#include "tensors.h"
#include "train/load_run.h"

namespace sequent {
namespace {

using testing::same_bytes;
using testing::slurp;
using testing::TemporaryFolder;

constexpr const char* kConfig = R"({
  "version": 1, "name": "sizes",
  "data": {"train": "train.tsv", "validation": "validation.tsv",
           "format": {"type": "tsv", "text": "left", "text_b": "right", "label": "larger"}},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 8},
    {"type": "gru", "units": 8, "dropout": 0.1, "return_sequences": true},
    {"type": "pool"},
    {"type": "pair", "features": ["product"], "encoders": "separate"},
    {"type": "dense", "units": 16, "activation": "relu"},
    {"type": "dense", "activation": "softmax"}]},
  "training": {"optimizer": {"type": "adam", "learning_rate": 0.02}, "epochs": 30,
               "batch_size": 16},
  "runtime": {"device": "cpu", "workers": 2, "baseline": false}})";

const Override kShared{"model.layers.3.encoders", "shared"};
// These steps are too small to change a float.
const Override kNoSteps{"training.optimizer.learning_rate", "1e-30"};

/// Sentences about two things, of which the label says which is larger. The validation rows have
/// each pair of things in both orders.
void write_sizes(const TemporaryFolder& folder) {
  constexpr std::array kThings = {"ant", "cat", "cow", "whale"};
  constexpr std::array kFrames = {"here is a ", "I saw that ", "look at the large "};
  const std::string header = "left\tright\tlarger\n";
  std::string train = header;
  std::string validation = header;
  for (std::size_t i = 0; i < kThings.size(); ++i) {
    for (std::size_t k = 0; k < kThings.size(); ++k) {
      for (std::size_t frame = 0; frame < 9 && i != k; ++frame) {
        const std::string row = std::string(kFrames[frame / 3]) + kThings[i] + "\t" +
                                kFrames[frame % 3] + kThings[k] + "\t" +
                                (i > k ? "left" : "right") + "\n";
        (frame == 4 ? validation : train) += row;
      }
    }
  }
  folder.write("train.tsv", train);
  folder.write("validation.tsv", validation);
}

class PairEncoders : public ::testing::Test {
 protected:
  PairEncoders() { write_sizes(folder_); }

  TrainReport run(const std::string& name, const std::vector<Override>& changes = {},
                  ExistingRun existing = ExistingRun::kRefuse) const {
    Config config = parse_config(kConfig, "sizes.json", changes);
    config.base_directory = folder_.path();
    TrainOptions options;
    options.out = folder_ / name;
    options.existing = existing;
    return train(config, options);
  }

  torch::OrderedDict<std::string, torch::Tensor> weights(const std::string& name) const {
    return load_run(folder_ / name).model->named_parameters();
  }

  TemporaryFolder folder_;
};

TEST_F(PairEncoders, LearnWhatASharedEncoderCannot) {
  EXPECT_GT(*run("separate").validation.value("accuracy"), 0.99);
  // A model that treats both texts alike is right in one of both orders.
  EXPECT_LT(*run("shared", {kShared}).validation.value("accuracy"), 0.6);
}

TEST_F(PairEncoders, ResumeAsIfNeverInterrupted) {
  const auto with_epochs = [](const char* epochs) {
    return std::vector<Override>{{"training.epochs", epochs},
                                 {"training.ema", R"({"decay": 0.9})"}};
  };
  run("whole", with_epochs("4"));
  run("half", with_epochs("2"));
  run("half", with_epochs("4"), ExistingRun::kResume);
  EXPECT_EQ(slurp(folder_ / "half/best.weights"), slurp(folder_ / "whole/best.weights"));
}

TEST_F(PairEncoders, StartFromOneEncoderForBothTexts) {
  run("shared", {kShared, {"training.epochs", "2"}});
  const auto expected = weights("shared");
  const TrainReport found =
      run("separate", {{"training.init_from", "shared"}, {"training.epochs", "1"}, kNoSteps});
  EXPECT_EQ(found.validation.value("loss"),
            evaluate(folder_ / "shared", (folder_ / "validation.tsv").string()).value("loss"));
  const auto ours = weights("separate");
  for (const auto& named : ours) {
    std::string name = named.key();
    const std::size_t second = name.find("second.");
    if (second != std::string::npos) name.erase(second, std::string("second.").size());
    EXPECT_TRUE(same_bytes(named.value(), expected[name])) << named.key();
  }
  // A single encoder cannot start from two.
  run("back", {kShared, {"training.init_from", "separate"}, {"training.epochs", "1"}, kNoSteps});
  EXPECT_TRUE(same_bytes(weights("back")["layers.0.weight"], ours["layers.0.weight"]));
  EXPECT_FALSE(
      torch::equal(weights("back")["layers.1.weight_ih_l0"], ours["layers.1.weight_ih_l0"]));
  // Both have two.
  run("again", {{"training.init_from", "separate"}, {"training.epochs", "1"}, kNoSteps});
  EXPECT_TRUE(same_bytes(weights("again")["layers.1.second.weight_ih_l0"],
                         ours["layers.1.second.weight_ih_l0"]));
}

TEST_F(PairEncoders, OneOfThemCanBeFrozen) {
  run("run", {{"training.freeze", R"(["layers.1.second.*"])"}, {"training.epochs", "2"}});
  const LoadedRun loaded = load_run(folder_ / "run");
  const SequenceModel start(loaded.model->config());
  const auto before = start->named_parameters();
  const auto after = loaded.model->named_parameters();
  for (const char* name : {"weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"}) {
    const std::string first = std::string("layers.1.") + name;
    const std::string second = std::string("layers.1.second.") + name;
    EXPECT_FALSE(torch::equal(after[first], before[first])) << name;
    EXPECT_TRUE(torch::equal(after[second], before[second])) << name;
  }
}

}  // namespace
}  // namespace sequent
