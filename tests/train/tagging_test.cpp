// Tests that taggers learn, resume exactly, and have the same metrics as run and as archive.
#include <gtest/gtest.h>

#include "sequent/error.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tagging_rows.h"
#include "train/load_run.h"

namespace sequent {
namespace {

using testing::slurp;
using testing::TemporaryFolder;

class TaggingRun : public ::testing::TestWithParam<const char*> {
 protected:
  TaggingRun() {
    folder_.write("train.conll", testing::tagged_rows(200));
    folder_.write("dev.conll", testing::tagged_rows(40, 11));
  }

  TrainReport run(const std::string& name, const std::vector<Override>& changes = {},
                  ExistingRun existing = ExistingRun::kRefuse, const Hooks& hooks = {}) const {
    Config config = parse_config(testing::tagging_config(GetParam()), "tags.json", changes);
    config.base_directory = folder_.path();
    TrainOptions options;
    options.out = folder_ / name;
    options.existing = existing;
    return train(config, options, hooks);
  }

  TemporaryFolder folder_;
};

TEST_P(TaggingRun, LearnsNamesByTheWordBefore) {
  const TrainReport report = run("run");
  const Report& found = report.test.value();
  EXPECT_GT(*found.value("f1"), 0.97);
  EXPECT_LT(*found.value("loss"), 0.1);
  const auto dev = (folder_ / "dev.conll").string();
  EXPECT_EQ(evaluate(folder_ / "run", dev), found);
  export_run(folder_ / "run", folder_ / "model.pt");
  const Report of_archive = evaluate(folder_ / "model.pt", dev);
  EXPECT_FALSE(of_archive.value("loss"));
  for (const std::string& metric : of_archive.metrics()) {
    if (metric == "loss") continue;
    EXPECT_EQ(of_archive.value(metric), found.value(metric)) << metric;
  }
  EXPECT_EQ(*of_archive.table("per_type"), *found.table("per_type"));
}

TEST_P(TaggingRun, ResumesExactly) {
  const std::vector<Override> short_run{{"training.epochs", "2"}, {"training.ema", "{}"}};
  run("whole", short_run);
  Hooks hooks;
  hooks.stop_requested = [left = 5]() mutable { return --left <= 0; };
  run("parts", short_run, ExistingRun::kRefuse, hooks);
  run("parts", short_run, ExistingRun::kResume);
  EXPECT_EQ(slurp(RunFolder{folder_ / "whole"}.best_weights()),
            slurp(RunFolder{folder_ / "parts"}.best_weights()));
}

INSTANTIATE_TEST_SUITE_P(Heads, TaggingRun,
                         ::testing::Values(testing::kSoftmaxHead, testing::kCrfHead),
                         [](const auto& test) {
                           return test.param == testing::kCrfHead ? "Crf" : "Softmax";
                         });

class CrfRun : public TaggingRun {};

TEST_P(CrfRun, KeepsToASchemeThatTheDataKeep) {
  run("run", {{"training.epochs", "1"}});
  const LoadedRun loaded = load_run(folder_ / "run");
  // B-LOC, B-PER, I-LOC, I-PER, O
  EXPECT_EQ(loaded.model->head<CrfImpl>()->forbidden_start.sum().item<float>(), 2);
  folder_.write("train.conll", testing::tagged_rows(50) + "\nin\tO\nparis\tI-LOC\n");
  run("loose", {{"training.epochs", "1"}});
  EXPECT_EQ(load_run(folder_ / "loose").model->head<CrfImpl>()->forbidden_start.sum().item<float>(),
            0);
}

INSTANTIATE_TEST_SUITE_P(Head, CrfRun, ::testing::Values(testing::kCrfHead),
                         [](const auto&) { return "Crf"; });

}  // namespace
}  // namespace sequent
