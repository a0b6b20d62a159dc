// Runs both programs on noisy labels: calibration, abstention, prediction sets and intervals.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

constexpr const char* kConfig = R"({
  "version": 1, "name": "noisy",
  "data": {"train": "train.tsv", "validation": "validation.tsv"},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 16},
    {"type": "pool", "mode": "mean"},
    {"type": "dense", "activation": "softmax"}
  ]},
  "training": {"epochs": 3, "batch_size": 16,
               "optimizer": {"type": "adam", "learning_rate": 0.05}},
  "runtime": {"device": "cpu", "workers": 1}
})";

/// Rows of one telling word and some words that say nothing. With noise, a
/// quarter of the labels is drawn at random: a model that was trained without is overconfident.
std::string noisy_rows(int rows, unsigned seed, bool noise = true, unsigned labels = 3) {
  std::mt19937 random(seed);
  std::string text = "label\ttext\n";
  for (int row = 0; row < rows; ++row) {
    const std::size_t topic = random() % labels;
    const std::size_t label = noise && random() % 4 == 0 ? random() % labels : topic;
    text += "abc"[label];
    text += "\tword" + std::to_string(topic);
    for (int i = 0; i < 4; ++i) text += " rare" + std::to_string(random() % 400);
    text += '\n';
  }
  return text;
}

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

class CalibrationPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", kConfig);
    folder_->write("train.tsv", noisy_rows(600, 1, /*noise=*/false));
    folder_->write("validation.tsv", noisy_rows(600, 2));
    folder_->write("test.tsv", noisy_rows(1000, 3));
    const CommandResult train = run("sequent train c.json --out run");
    ASSERT_EQ(train.code, 0) << train.err;
    EXPECT_NE(train.err.find("calibration: temperature "), std::string::npos) << train.err;
    const CommandResult plain =
        run("sequent train c.json --out plain --set training.calibration=none");
    ASSERT_EQ(plain.code, 0) << plain.err;
    ASSERT_EQ(run("sequent export run --out model.pt --abstain-coverage 0.6").code, 0);
    ASSERT_EQ(run("sequent export plain --out plain.pt").code, 0);
  }

  static json evaluated(const std::string& what) {
    const CommandResult found = run("sequent evaluate " + what + " test.tsv --json");
    EXPECT_EQ(found.code, 0) << found.err;
    return json::parse(found.out);
  }
};

TEST_F(CalibrationPrograms, LowersTheErrorOfProbabilitiesAndNothingElse) {
  const json calibrated = evaluated("run");
  const json plain = evaluated("plain");
  EXPECT_LT(calibrated["ece"].get<double>(), 0.75 * plain["ece"].get<double>());
  EXPECT_LT(calibrated["loss"], plain["loss"]);
  EXPECT_LT(calibrated["brier"], plain["brier"]);
  for (const char* metric :
       {"accuracy", "macro_f1", "matthews", "top_k_accuracy", "per_class", "confusion_matrix"}) {
    EXPECT_EQ(calibrated[metric], plain[metric]) << metric;
  }
  const json archive = evaluated("model.pt");
  EXPECT_EQ(archive["confusion_matrix"], calibrated["confusion_matrix"]);
  EXPECT_NEAR(archive["ece"].get<double>(), calibrated["ece"].get<double>(), 1e-5);
  EXPECT_EQ(evaluated("plain.pt")["confusion_matrix"], plain["confusion_matrix"]);
}

TEST_F(CalibrationPrograms, KeepWhatWasLearned) {
  const json kept = json::parse(testing::slurp(*folder_ / "run/manifest.json"))["validation"];
  EXPECT_GT(kept["calibration"]["temperature"], 1);
  EXPECT_EQ(kept["calibration"]["rows"], 600);
  EXPECT_LT(kept["calibration"]["loss_after"], kept["calibration"]["loss_before"]);
  EXPECT_LT(kept["calibration"]["ece_after"], kept["calibration"]["ece_before"]);
  EXPECT_EQ(kept["conformal"].size(), 500U);
  EXPECT_NE(testing::slurp(*folder_ / "run/report.html").find("Reliability"), std::string::npos);
  const json plain = json::parse(testing::slurp(*folder_ / "plain/manifest.json"))["validation"];
  EXPECT_EQ(plain["calibration"]["temperature"], 1);
  EXPECT_TRUE(plain["calibration"]["loss_after"].is_null());
}

TEST_F(CalibrationPrograms, AbstainWhereTheyAreUncertain) {
  const auto found = lines_of(run("sequent-infer model.pt test.tsv --abstain").out);
  ASSERT_EQ(found.size(), 1000U);
  int answered = 0;
  for (const json& line : found) {
    EXPECT_EQ(line["prediction"].is_null(), line["abstained"].get<bool>());
    EXPECT_EQ(line["reason"].is_null(), !line["abstained"].get<bool>());
    answered += line["abstained"] ? 0 : 1;
  }
  EXPECT_NEAR(answered, 600, 60);
  const CommandResult all = run("sequent-infer model.pt test.tsv --abstain 0");
  EXPECT_EQ(all.out.find("null,\"probability\""), std::string::npos);
  const CommandResult none = run("sequent-infer model.pt test.tsv --format tsv --abstain 1");
  EXPECT_NE(none.out.find("\ttrue\tprobability 0."), std::string::npos) << none.out.substr(0, 300);
  expect_fault("sequent-infer plain.pt test.tsv --abstain", 2, "--abstain-precision");
  expect_fault("sequent-infer model.pt test.tsv --abstain 2", 2, "expected a probability");
  EXPECT_NE(run("sequent export run --out x.pt --abstain-precision 0.9 --abstain-coverage 1").code,
            0);
}

TEST_F(CalibrationPrograms, PredictSetsThatContainTheTruth) {
  for (const std::string sets : {"lac", "aps"}) {
    const std::string options = " --prediction-set 0.9 --sets " + sets;
    const auto found = lines_of(run("sequent-infer model.pt test.tsv" + options).out);
    ASSERT_EQ(found.size(), 1000U);
    double covered = 0;
    for (const json& line : found) {
      for (const json& label : line["prediction_set"]) covered += label == line["label"] ? 1 : 0;
    }
    EXPECT_NEAR(covered / 1000, 0.9, 0.035) << sets;  // 600 and 1,000 rows: deviation 0.016
    const auto graph =
        lines_of(run("sequent-infer model.pt test.tsv --engine torchscript" + options).out);
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_EQ(graph[i]["prediction_set"], found[i]["prediction_set"]);
    }
  }
  expect_fault("sequent-infer model.pt test.tsv --prediction-set 0.999", 2,
               "needs at least 999 validation rows, and the model has 600");
  expect_fault("sequent-infer model.pt test.tsv --prediction-set 1.5", 2, "between 0 and 1");
  expect_fault("sequent-infer model.pt test.tsv --sets aps", 2, "--prediction-set");
  expect_fault("sequent-infer model.pt test.tsv --interval 0.9", 2, "predicts no numbers");
}

TEST_F(CalibrationPrograms, ShowRiskAndCoverage) {
  const CommandResult found = run("sequent evaluate run test.tsv --risk-coverage");
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_NE(found.out.find("area under the curve of error over coverage: 0."), std::string::npos);
  EXPECT_NE(found.out.find("coverage  confidence  accuracy  rows"), std::string::npos) << found.out;
  EXPECT_GT(evaluated("run")["risk_coverage"].size(), 50U);
}

TEST_F(CalibrationPrograms, CalibrateSigmoidHeads) {
  folder_->write("two.tsv", noisy_rows(600, 5, /*noise=*/false, 2));
  folder_->write("two_validation.tsv", noisy_rows(600, 6, /*noise=*/true, 2));
  folder_->write("two_test.tsv", noisy_rows(1000, 7, /*noise=*/true, 2));
  const std::string options =
      " --set data.train=two.tsv --set data.validation=two_validation.tsv "
      "--set model.layers.2.activation=sigmoid --set training.calibration=";
  const auto report_with = [&](const std::string& calibration) {
    const std::string name = "two_" + calibration;
    const CommandResult train = run("sequent train c.json --out " + name + options + calibration);
    EXPECT_EQ(train.code, 0) << train.err;
    EXPECT_EQ(run("sequent export " + name + " --out two.pt --overwrite").code, 0);
    return json::parse(run("sequent evaluate two.pt two_test.tsv --json").out);
  };
  const json plain = report_with("none");
  const json calibrated = report_with("temperature");
  EXPECT_LT(calibrated["ece"].get<double>(), 0.75 * plain["ece"].get<double>());
  EXPECT_EQ(calibrated["confusion_matrix"], plain["confusion_matrix"]);
  EXPECT_NEAR(calibrated["roc_auc"].get<double>(), plain["roc_auc"].get<double>(), 1e-4);
}

TEST_F(CalibrationPrograms, NeedEnoughRows) {
  folder_->write("few.tsv", noisy_rows(40, 4));
  const CommandResult few = run("sequent train c.json --out few --set data.validation=few.tsv");
  EXPECT_EQ(few.code, 0);
  EXPECT_NE(few.err.find("40 validation rows; at least 100 are needed"), std::string::npos)
      << few.err;
  expect_fault(
      "sequent config check c.json --set task=multi_label --set model.layers.2.activation=sigmoid "
      "--set training.calibration=temperature",
      2, "/training/calibration");
  expect_fault(
      R"(sequent config check c.json --set 'model.layers.2={"type": "ordinal"}' )"
      "--set training.calibration=temperature",
      2, "/training/calibration: found \"temperature\"; only a softmax or sigmoid classifier");
}

constexpr const char* kNumbers = R"({
  "version": 1, "name": "numbers", "task": "regression",
  "data": {"train": "series.jsonl", "validation": "series.jsonl", "test": "new.jsonl",
           "format": {"type": "series", "values": "x", "label": "y"}},
  "input": {"type": "numeric", "channels": 1},
  "model": {"layers": [{"type": "gru", "units": 4}, {"type": "dense"}]},
  "training": {"epochs": 8, "optimizer": {"type": "adam", "learning_rate": 0.02}},
  "runtime": {"device": "cpu", "workers": 1}
})";

/// The target is the last value and noise.
std::string noisy_series(int rows, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise;
  std::string text;
  for (int row = 0; row < rows; ++row) {
    json line{{"x", json::array()}};
    double last = 0;
    for (int step = 0; step < 5; ++step) line["x"].push_back({last = noise(random)});
    line["y"] = last + noise(random);
    text += line.dump() + "\n";
  }
  return text;
}

TEST_F(CalibrationPrograms, GiveIntervalsOfNumbers) {
  folder_->write("numbers.json", kNumbers);
  folder_->write("series.jsonl", noisy_series(500, 1));
  folder_->write("new.jsonl", noisy_series(1000, 2));
  const CommandResult train = run("sequent train numbers.json --out numbers");
  ASSERT_EQ(train.code, 0) << train.err;
  ASSERT_EQ(run("sequent export numbers --out numbers.pt").code, 0);
  const auto found = lines_of(run("sequent-infer numbers.pt new.jsonl --interval 0.8").out);
  ASSERT_EQ(found.size(), 1000U);
  double covered = 0;
  for (const json& line : found) {
    covered += line["lower"] <= line["y"] && line["y"] <= line["upper"] ? 1 : 0;
    EXPECT_NEAR(line["lower"].get<double>() + line["upper"].get<double>(),
                2 * line["prediction"].get<double>(), 1e-4);
  }
  EXPECT_NEAR(covered / 1000, 0.8, 0.05);
  expect_fault("sequent-infer numbers.pt new.jsonl --interval 0.9999", 2, "needs at least");
  expect_fault("sequent-infer numbers.pt new.jsonl --abstain", 2, "predicts numbers");
  expect_fault("sequent export numbers --out x.pt --abstain-coverage 0.9", 2,
               "abstention: has no meaning for regression");
  const CommandResult table =
      run("sequent-infer numbers.pt new.jsonl --interval 0.8 --format tsv | head -1");
  EXPECT_NE(table.out.find("prediction\tlower\tupper"), std::string::npos) << table.out;
}

}  // namespace
}  // namespace sequent
