// Tests that complete runs of a regression learn in any unit, resume exactly and export.
#include <gtest/gtest.h>

#include <cmath>

#include "report_values.h"
#include "sequent/predictor.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tasks/regression/naive_forecast_training.h"

namespace sequent {
namespace {

using testing::slurp;

class Regression : public ::testing::Test {
 protected:
  /// Returns sequences of two channels, whose sums in some unit are the targets.
  Config config(const std::string& name, double scale, double shift,
                const std::vector<Override>& changes = {}) {
    std::string rows;
    for (int row = 0; row < 300; ++row) {
      rows += "{\"x\": [";
      double sums[2] = {0, 0};
      const int steps = 2 + row % 5;
      for (int step = 0; step < steps; ++step) {
        const double a = std::sin(1.3 * row + step);
        const double b = std::cos(0.7 * row + 2 * step);
        sums[0] += a;
        sums[1] += b;
        rows += (step == 0 ? "[" : ", [") + std::to_string(a) + ", " + std::to_string(b) + "]";
      }
      rows += "], \"label\": [" + std::to_string(scale * sums[0] + shift) + ", " +
              std::to_string(sums[1]) + "]}\n";
    }
    return parse_config(R"({"version": 1, "task": "regression", "data": {"train": ")" +
                            folder_.write(name + ".jsonl", rows) +
                            R"(", "format": {"type": "series"},
          "test": {"fraction": 0.2}},
        "input": {"type": "numeric", "channels": 2}, "model": {"layers": [
          {"type": "gru", "units": 16}, {"type": "dense", "units": 2}]},
        "training": {"epochs": 25, "batch_size": 16, "loss": "huber",
                     "optimizer": {"type": "adam", "learning_rate": 0.01}}})",
                        name, changes);
  }

  TrainReport run(const Config& config, const std::string& out, const Hooks& hooks = {},
                  ExistingRun existing = ExistingRun::kRefuse) {
    TrainOptions options;
    options.out = folder_ / out;
    options.existing = existing;
    return train(config, options, hooks);
  }

  testing::TemporaryFolder folder_;
};

TEST_F(Regression, LearnsInAnyUnit) {
  const TrainReport plain = run(config("plain", 1, 0), "plain");
  const TrainReport large = run(config("large", 1e5, 3e6), "large");
  const Report& a = *plain.test;
  const Report& b = *large.test;
  EXPECT_EQ(*a.value("count"), 60);
  EXPECT_GT(*a.value("r2"), 0.95);
  EXPECT_NEAR(*a.value("r2"), *b.value("r2"), 0.01);
  const auto rmse_of_first = [](const Report& report) {
    return std::get<double>(testing::cell(*report.table("per_target"), 0, "rmse"));
  };
  EXPECT_NEAR(rmse_of_first(b) / 1e5, rmse_of_first(a), 0.02);
  EXPECT_EQ(a.table("per_target")->rows.at(1).at(0), ReportValue("label[1]"));

  export_run(folder_ / "large", folder_ / "large.pt");
  const Report of_archive = evaluate(folder_ / "large.pt", (folder_ / "large.jsonl").string());
  const Report of_run = evaluate(folder_ / "large", (folder_ / "large.jsonl").string());
  EXPECT_NEAR(*of_archive.value("loss"), *of_run.value("loss"), 1e-4);
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    const Predictor predictor = Predictor::load(folder_ / "large.pt", {.engine = engine});
    const std::vector<Series> rows = {{0.5, 0.2, 0.4, -0.3}};
    const Prediction found = predictor.predict(rows)[0];
    ASSERT_EQ(found.values.size(), 2U);
    EXPECT_NEAR(found.values[0], 3e6 + 0.9e5, 5e4);
    EXPECT_NEAR(found.values[1], -0.1, 0.5);
  }
}

TEST(NaiveForecasts, RepeatTheLastValueOrSeason) {
  const Config config = parse_config(R"({"version": 1, "task": "regression",
    "data": {"train": "t.csv", "format": {"type": "windows", "columns": ["a", "b"],
      "targets": ["b"], "length": 4, "horizon": 5, "season": 3}},
    "input": {"type": "numeric", "channels": 2},
    "model": {"layers": [{"type": "gru", "units": 4}, {"type": "dense"}]}})",
                                     "f.json");
  EncodedDataset data;
  const std::vector<float> steps = {1, 10, 2, 20, 3, 30, 4, 40};
  const std::vector<float> targets(5, 0.0F);
  data.add({{}, steps, 2}, targets);
  const auto found = naive_forecasts(config, data);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].values, (std::vector<float>{40, 40, 40, 40, 40}));
  EXPECT_EQ(found[1].values, (std::vector<float>{20, 30, 40, 20, 30}));
}

TEST_F(Regression, ResumesToTheSameWeights) {
  const Config whole = config("r", 10, 5, {{"training.epochs", "2"}, {"runtime.device", "cpu"}});
  run(whole, "whole");
  Hooks stop;
  int steps = 0;
  stop.stop_requested = [&] { return ++steps == 7; };
  EXPECT_FALSE(run(whole, "parts", stop).finished);
  EXPECT_TRUE(run(whole, "parts", {}, ExistingRun::kResume).finished);
  EXPECT_EQ(slurp(RunFolder{folder_ / "whole"}.best_weights()),
            slurp(RunFolder{folder_ / "parts"}.best_weights()));
}

TEST_F(Regression, WithoutStandardizingTheLossIsInTheTargetsUnits) {
  const TrainReport report =
      run(config("raw", 1, 0,
                 {{"model.standardize_targets", "false"}, {"training.loss", "mean_squared_error"}}),
          "raw");
  const Report& found = report.validation;
  EXPECT_NEAR(*found.value("loss"), *found.value("mse"), 1e-9);
}

}  // namespace
}  // namespace sequent
