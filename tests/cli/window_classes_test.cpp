// Runs both programs on a table of time steps with classes, as a user does.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

constexpr const char* kConfig = R"({
  "version": 1, "name": "machines",
  "data": {"train": "machines.csv", "validation": {"fraction": 0.2}, "test": {"fraction": 0.2},
           "format": {"type": "windows", "columns": ["temperature", "vibration"], "label": "state",
                      "time": "time", "group": "machine", "length": 6}},
  "input": {"type": "numeric", "channels": 2},
  "model": {"layers": [{"type": "normalization"}, {"type": "lstm", "units": 16},
                       {"type": "dense", "activation": "softmax"}]},
  "training": {"epochs": 6, "batch_size": 16, "optimizer": {"type": "adam", "learning_rate": 0.01}},
  "runtime": {"device": "cpu"}
})";

class WindowClassPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", kConfig);
    ASSERT_EQ(run("sequent sample machines --rows 2000 --out machines.csv").code, 0);
    train_and_export();
  }

  static std::vector<json> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<json> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
    return lines;
  }
};

TEST_F(WindowClassPrograms, LearnStatesFromTheStepsBefore) {
  const CommandResult found = run("sequent evaluate run machines.csv --json");
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_NE(found.err.find("skipped, because their last step has no class in column \"state\""),
            std::string::npos)
      << found.err;
  const json report = json::parse(found.out);
  // A single step does not tell heating from cooling.
  EXPECT_GT(report["accuracy"].get<double>(), 0.9);
  ASSERT_EQ(report["per_class"].size(), 4U);
  EXPECT_EQ(report["per_class"][0]["label"], "cooling");
  EXPECT_GT(report["per_class"][0]["f1"].get<double>(), 0.85);
  EXPECT_EQ(report["per_class"][1]["label"], "heating");
  EXPECT_GT(report["per_class"][1]["f1"].get<double>(), 0.85);
  const json of_archive = json::parse(run("sequent evaluate model.pt machines.csv --json").out);
  EXPECT_EQ(of_archive["count"], report["count"]);
  EXPECT_NEAR(of_archive["accuracy"].get<double>(), report["accuracy"].get<double>(), 0.002);
  const json manifest = json::parse(testing::slurp(*folder_ / "run/manifest.json"));
  EXPECT_GT(manifest["test"]["accuracy"].get<double>(), 0.85);
}

TEST_F(WindowClassPrograms, PredictForATableWithoutStates) {
  ASSERT_EQ(run("cut -d, -f1-4 machines.csv > bare.csv").code, 0);
  const CommandResult found = run("sequent-infer model.pt bare.csv");
  ASSERT_EQ(found.code, 0) << found.err;
  const std::vector<json> bare = lines_of(found.out);
  std::size_t right = 0;
  std::size_t known = 0;
  const std::vector<json> labelled = lines_of(run("sequent-infer model.pt machines.csv").out);
  ASSERT_EQ(bare.size(), labelled.size());
  for (std::size_t i = 0; i < bare.size(); ++i) {
    EXPECT_EQ(bare[i]["prediction"], labelled[i]["prediction"]);
    EXPECT_EQ(bare[i]["time"], labelled[i]["time"]);
    if (labelled[i]["state"] == "") continue;
    ++known;
    right += labelled[i]["prediction"] == labelled[i]["state"] ? 1 : 0;
  }
  const json report = json::parse(run("sequent evaluate model.pt machines.csv --json").out);
  EXPECT_EQ(known, report["count"].get<std::size_t>());
  EXPECT_NEAR(static_cast<double>(right) / static_cast<double>(known),
              report["accuracy"].get<double>(), 1e-9);
  const std::vector<json> graph =
      lines_of(run("sequent-infer model.pt bare.csv --engine torchscript | tail -1").out);
  EXPECT_NEAR(graph.front()["probability"].get<double>(), bare.back()["probability"].get<double>(),
              1e-5);
}

TEST_F(WindowClassPrograms, HaveBlocksOfTimeAsFolds) {
  const CommandResult found =
      run("sequent crossval c.json --folds 2 --out folds --set training.epochs=1");
  ASSERT_EQ(found.code, 0) << found.err;
  const std::vector<json> rows = lines_of(testing::slurp(*folder_ / "folds/predictions.jsonl"));
  EXPECT_GT(rows.size(), 1800U);
  for (const json& row : rows) EXPECT_TRUE(row["label"].is_string());
}

TEST_F(WindowClassPrograms, StatesThatBeginLateAreSaid) {
  ASSERT_EQ(run("awk -F, -v OFS=, 'NR > 1900 { $5 = \"broken\" } 1' machines.csv > late.csv").code,
            0);
  const CommandResult unseen = run("sequent train c.json --out late --set data.train=late.csv");
  EXPECT_EQ(unseen.code, 3);
  EXPECT_NE(unseen.err.find("found the label \"broken\", which is not in the training data"),
            std::string::npos)
      << unseen.err;
  const CommandResult wrong =
      run("sequent crossval c.json --folds 5 --out late --set training.epochs=1 "
          "--set data.train=late.csv --set data.unseen_labels=wrong");
  ASSERT_EQ(wrong.code, 0) << wrong.err;
  const std::string predictions = testing::slurp(*folder_ / "late/predictions.jsonl");
  EXPECT_NE(predictions.find("\"label\":\"broken\""), std::string::npos);
  expect_fault("sequent config check c.json --set data.format.horizon=3", 2,
               "/data/format/horizon: has no meaning with /data/format/label");
}

}  // namespace
}  // namespace sequent
