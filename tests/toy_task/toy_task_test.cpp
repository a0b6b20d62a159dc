// Tests that a task needs only one folder and one line: a toy task that the library does not know
// is trained, resumed, evaluated, exported and run. The line is in tests/CMakeLists.txt.
#include <gtest/gtest.h>

#include "batch/batch_inference.h"
#include "sequent/error.h"
#include "sequent/trainer.h"
#include "support.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using testing::error_of;
using testing::slurp;

std::string mood_rows(int count) {
  std::string rows = "label\ttext\n";
  for (int i = 0; i < count; ++i) {
    const std::string day = " on day " + std::to_string(i);
    rows += i % 2 == 0 ? "merry\ta fine song" + day : "gloomy\ta grey rain" + day;
    rows += "\n";
  }
  return rows;
}

class ToyTask : public ::testing::Test {
 protected:
  ToyTask() {
    folder_.write("train.tsv", mood_rows(80));
    folder_.write("test.tsv", mood_rows(20));
    config_ = folder_.write("toy.json", R"({
      "version": 1, "task": "toy",
      "data": {"train": "train.tsv", "validation": {"fraction": 0.2}, "test": "test.tsv"},
      "model": {"layers": [{"type": "embedding", "output_dim": 8},
                           {"type": "lstm", "units": 8}, {"type": "dense", "activation": "softmax"}]},
      "training": {"epochs": 6, "optimizer": {"type": "adam", "learning_rate": 0.02}},
      "runtime": {"device": "cpu", "workers": 2}})");
  }

  TrainReport train_to(const std::string& name, const Hooks& hooks = {},
                       ExistingRun existing = ExistingRun::kRefuse) {
    TrainOptions options;
    options.out = folder_ / name;
    options.existing = existing;
    return train(load_config(config_), options, hooks);
  }

  testing::TemporaryFolder folder_;
  fs::path config_;
};

TEST_F(ToyTask, LearnsAndIsExportedAndRun) {
  const TrainReport report = train_to("run");
  ASSERT_TRUE(report.test.has_value());
  EXPECT_EQ(report.test->value("accuracy"), 1);
  EXPECT_EQ(report.test->metrics(), (std::vector<std::string>{"loss", "accuracy"}));
  EXPECT_NE(report_to_text(*report.test).find("right moods  1.0000"), std::string::npos);
  EXPECT_NE(slurp(folder_ / "run" / "report.html").find("Right moods on validation data"),
            std::string::npos);

  export_run(folder_ / "run", folder_ / "toy.pt");
  EXPECT_EQ(evaluate(folder_ / "toy.pt", (folder_ / "test.tsv").string()).value("accuracy"), 1);

  folder_.write("texts.txt", "a fine song\na grey rain\n");
  InferOptions options;
  options.model = (folder_ / "toy.pt").string();
  options.input = (folder_ / "texts.txt").string();
  options.output = (folder_ / "out.jsonl").string();
  run_inference(options, {[] {}, [] { return false; }});
  EXPECT_EQ(slurp(folder_ / "out.jsonl"),
            "{\"text\":\"a fine song\",\"mood\":\"merry\"}\n"
            "{\"text\":\"a grey rain\",\"mood\":\"gloomy\"}\n");
}

TEST_F(ToyTask, ResumesToTheSameBytes) {
  train_to("straight");
  int steps = 0;
  Hooks hooks;
  hooks.stop_requested = [&] { return ++steps == 5; };
  EXPECT_FALSE(train_to("resumed", hooks).finished);
  EXPECT_TRUE(train_to("resumed", {}, ExistingRun::kResume).finished);
  EXPECT_EQ(slurp(folder_ / "straight" / "best.weights"),
            slurp(folder_ / "resumed" / "best.weights"));
}

TEST_F(ToyTask, HasRulesOfItsOwn) {
  const auto error = error_of(
      [&] { load_config(config_, parse_overrides({"model.layers.2.activation=\"relu\""})); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("/model/layers/2/activation"), std::string::npos);
  const std::vector<std::string> names = Task::names();
  EXPECT_EQ(names.size(), 7U);
  EXPECT_EQ(names.back(), "toy");
}

}  // namespace
}  // namespace sequent
