// Tests taggers that also predict a label of the whole row.
#include <gtest/gtest.h>

#include "sequent/error.h"
#include "sequent/predictor.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tagging_rows.h"
#include "tensors.h"
#include "train/load_run.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::slurp;

class JointRun : public ::testing::TestWithParam<const char*> {
 protected:
  JointRun() {
    folder_.write("train.jsonl", testing::labelled_tagged_rows(200));
    folder_.write("dev.jsonl", testing::labelled_tagged_rows(40, 11));
  }

  Config config(const std::vector<Override>& changes = {}) const {
    Config config = parse_config(testing::joint_config(GetParam()), "joint.json", changes);
    config.base_directory = folder_.path();
    return config;
  }
  TrainReport run(const std::string& name, const std::vector<Override>& changes = {},
                  ExistingRun existing = ExistingRun::kRefuse, const Hooks& hooks = {}) const {
    TrainOptions options;
    options.out = folder_ / name;
    options.existing = existing;
    return train(config(changes), options, hooks);
  }

  testing::TemporaryFolder folder_;
};

TEST_P(JointRun, LearnsTagsAndLabelsAndExportsBoth) {
  const TrainReport report = run("run");
  const Report& found = report.test.value();
  EXPECT_GT(*found.value("f1"), 0.97);
  ASSERT_TRUE(found.value("sequence_label.accuracy"));
  EXPECT_GT(*found.value("sequence_label.accuracy"), 0.95);
  EXPECT_GT(*found.value("sequence_accuracy"), 0.9);
  EXPECT_EQ(report_from_json(report_to_json(found), Task("tagging")), found);
  const auto dev = (folder_ / "dev.jsonl").string();
  EXPECT_EQ(evaluate(folder_ / "run", dev), found);

  export_run(folder_ / "run", folder_ / "model.pt");
  const Report of_archive = evaluate(folder_ / "model.pt", dev);
  EXPECT_EQ(of_archive.value("sequence_accuracy"), found.value("sequence_accuracy"));
  EXPECT_NEAR(*of_archive.value("sequence_label.loss"), *found.value("sequence_label.loss"), 1e-4);
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    const Predictor predictor = Predictor::load(folder_ / "model.pt", {.engine = engine});
    EXPECT_EQ(predictor.sequence_labels(), (std::vector<std::string>{"call", "travel"}));
    const TaggedText travel = predictor.tag("seen in paris");
    EXPECT_EQ(travel.sequence_label, 1);
    EXPECT_GT(travel.sequence_probability, 0.5);
    EXPECT_EQ(travel.spans.at(0).type, "LOC");
    EXPECT_EQ(predictor.tag("made by oslo").sequence_label, 0);
    EXPECT_EQ(predictor.tag("").sequence_label, -1);
  }
  EXPECT_NE(slurp(folder_ / "run/report.html").find("Row labels"), std::string::npos);
}

TEST_P(JointRun, ResumesExactly) {
  const std::vector<Override> short_run{{"training.epochs", "2"}};
  run("whole", short_run);
  Hooks hooks;
  hooks.stop_requested = [left = 5]() mutable { return --left <= 0; };
  run("parts", short_run, ExistingRun::kRefuse, hooks);
  run("parts", short_run, ExistingRun::kResume);
  EXPECT_EQ(slurp(RunFolder{folder_ / "whole"}.best_weights()),
            slurp(RunFolder{folder_ / "parts"}.best_weights()));
}

TEST_P(JointRun, GoesOnFromAnotherByTheNamesOfTheLabels) {
  run("run", {{"training.epochs", "2"}});
  const LoadedRun first = load_run(folder_ / "run");
  std::string rows = testing::labelled_tagged_rows(60);
  folder_.write("train.jsonl", rows +
                                   "{\"tokens\": [\"oslo\"], \"tags\": [\"O\"], "
                                   "\"intent\": \"book\"}\n");
  Config more = config({{"training.max_steps", "1"}, {"training.freeze", "[\"layers.4.*\"]"}});
  more.training.init_from = (folder_ / "run").string();
  TrainOptions options;
  options.out = folder_ / "more";
  train(more, options);
  const LoadedRun second = load_run(folder_ / "more");
  EXPECT_EQ(second.text.labels.sequence_names(),
            (std::vector<std::string>{"book", "call", "travel"}));
  const torch::Tensor before = first.model->named_parameters()["layers.4.weight"];
  const torch::Tensor after = second.model->named_parameters()["layers.4.weight"];
  EXPECT_TRUE(testing::all_near(after.slice(0, 1), before, 0));
}

INSTANTIATE_TEST_SUITE_P(Heads, JointRun,
                         ::testing::Values(testing::kSoftmaxHead, testing::kCrfHead),
                         [](const auto& test) {
                           return test.param == testing::kCrfHead ? "Crf" : "Softmax";
                         });

// The labels of an overwritten run must not remain if the new model has none.
TEST_P(JointRun, LeavesNothingBehindWhenOverwritten) {
  run("run", {{"training.max_steps", "1"}});
  EXPECT_TRUE(std::filesystem::exists(folder_ / "run/sequence_labels.txt"));
  folder_.write("train.conll", testing::tagged_rows(60));
  folder_.write("dev.conll", testing::tagged_rows(20, 3));
  Config plain =
      parse_config(testing::tagging_config(GetParam()), "tags.json", {{"training.max_steps", "1"}});
  plain.base_directory = folder_.path();
  TrainOptions options;
  options.out = folder_ / "run";
  options.existing = ExistingRun::kOverwrite;
  train(plain, options);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/sequence_labels.txt"));
  load_run(folder_ / "run");
}

class JointConfig : public JointRun {};

TEST_P(JointConfig, WeighsTheTwoLosses) {
  // With a weight near 0, the model does not learn the labels.
  const Report found =
      run("run", {{"model.layers.4.loss_weight", "1e-9"}, {"training.epochs", "3"}}).test.value();
  const Report both = run("both", {{"training.epochs", "3"}}).test.value();
  EXPECT_GT(*found.value("sequence_label.loss"), *both.value("sequence_label.loss") + 0.1);
}

TEST_P(JointConfig, SaysWhatDoesNotFit) {
  const auto message = [&](const std::vector<Override>& changes) {
    const auto error = error_of([&] { config(changes); });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_NE(message({{"data.format.label", "null"}}).find("needs rows with a label"),
            std::string::npos);
  EXPECT_NE(message({{"data.format.label", "tags"}}).find("name the key of the label"),
            std::string::npos);
  EXPECT_NE(message({{"model.layers.3", R"({"type": "sequence_label"})"}}).find("is the second"),
            std::string::npos);
  EXPECT_NE(message({{"model.layers.4", R"({"type": "dropout"})"}}).find("no layer reads it"),
            std::string::npos);
  folder_.write("train.jsonl", "{\"tokens\": [\"in\"], \"tags\": [\"O\"]}\n");
  const auto unlabelled = error_of([&] { run("bad"); });
  ASSERT_TRUE(unlabelled);
  EXPECT_NE(std::string(unlabelled->what()).find("no key \"intent\""), std::string::npos)
      << unlabelled->what();
  folder_.write("train.jsonl", testing::labelled_tagged_rows(40));
  folder_.write("dev.jsonl", "{\"tokens\": [\"in\"], \"tags\": [\"O\"], \"intent\": \"cal\"}\n");
  const auto unseen = error_of([&] { run("bad"); });
  ASSERT_TRUE(unseen);
  EXPECT_NE(std::string(unseen->what()).find("found the label \"cal\""), std::string::npos)
      << unseen->what();
}

INSTANTIATE_TEST_SUITE_P(Head, JointConfig, ::testing::Values(testing::kCrfHead),
                         [](const auto&) { return "Crf"; });

}  // namespace
}  // namespace sequent
