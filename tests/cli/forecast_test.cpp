// Runs both programs on windows of a table, as a user does.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

constexpr const char* kConfig = R"({
  "version": 1, "name": "tide", "task": "regression",
  "data": {"train": "tide.csv", "test": {"fraction": 0.2},
           "format": {"type": "windows", "columns": ["level"], "length": 8, "horizon": 2}},
  "input": {"type": "numeric"},
  "model": {"layers": [{"type": "normalization"}, {"type": "lstm", "units": 16}, {"type": "dense"}]},
  "training": {"epochs": 30, "optimizer": {"type": "adam", "learning_rate": 0.01}},
  "runtime": {"device": "cpu"}
})";

std::string tide(int hours, double level = 500) {
  std::string table = "hour,level\n";
  for (int hour = 0; hour < hours; ++hour) {
    table += std::to_string(hour) + "," + std::to_string(level + 200 * std::sin(0.5 * hour)) + "\n";
  }
  return table;
}

class ForecastPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", kConfig);
    folder_->write("tide.csv", tide(300));
    const CommandResult train = run("sequent train c.json --out run");
    ASSERT_EQ(train.code, 0) << train.err;
    EXPECT_NE(train.err.find("RMSE"), std::string::npos) << train.err;
    const CommandResult exported = run("sequent export run --out model.pt");
    ASSERT_EQ(exported.code, 0) << exported.err;
  }
};

TEST_F(ForecastPrograms, ForecastWhatFollowsTheTable) {
  const CommandResult found = run("sequent-infer model.pt tide.csv");
  ASSERT_EQ(found.code, 0) << found.err;
  const std::string last = found.out.substr(found.out.rfind('\n', found.out.size() - 2) + 1);
  const json record = json::parse(last);
  EXPECT_EQ(record["hour"], "299");
  EXPECT_NEAR(record["prediction"]["level+1"].get<double>(), 500 + 200 * std::sin(0.5 * 300), 30);
  EXPECT_NEAR(record["prediction"]["level+2"].get<double>(), 500 + 200 * std::sin(0.5 * 301), 30);

  const CommandResult table = run("sequent-infer model.pt tide.csv --format csv");
  EXPECT_TRUE(table.out.starts_with(
      "hour,level,prediction_of_level+1,prediction_of_level+2,truncated,error\n"))
      << table.out.substr(0, 100);
  const CommandResult bare =
      run("tail -n +2 tide.csv > bare.csv && sequent-infer model.pt bare.csv --no-header");
  EXPECT_NE(bare.err.find("found the column name \"level\" for a file without a header"),
            std::string::npos);
  folder_->write("one.jsonl", R"({"x": [500, 596, 668, 699, 682, 620, 528, 430]})");
  const CommandResult series = run("sequent-infer model.pt one.jsonl");
  EXPECT_TRUE(json::parse(series.out)["prediction"].contains("level+2")) << series.err;
}

TEST_F(ForecastPrograms, KeepTheDigitsOfNumbersFarFromZero) {
  constexpr double kLevel = 1.6e9;
  folder_->write("far.csv", tide(300, kLevel));
  const CommandResult train = run("sequent train c.json --set data.train=far.csv --out far");
  ASSERT_EQ(train.code, 0) << train.err;
  ASSERT_EQ(run("sequent export far --out far.pt").code, 0);
  const json near = json::parse(run("sequent evaluate run tide.csv --json").out);
  for (const char* model : {"far", "far.pt"}) {
    const json far =
        json::parse(run(std::string("sequent evaluate ") + model + " far.csv --json").out);
    EXPECT_NEAR(far["baselines"][0]["rmse"].get<double>(),
                near["baselines"][0]["rmse"].get<double>(), 1e-3);
    EXPECT_GT(far["r2"].get<double>(), 0.95);
    EXPECT_GT(far["curve"][0]["truth"].get<double>(), kLevel - 201);
  }
  for (const char* engine : {"fused", "torchscript"}) {
    const CommandResult found =
        run(std::string("sequent-infer far.pt far.csv --engine ") + engine + " | tail -1");
    const double expected = kLevel + 200 * std::sin(0.5 * 300);
    EXPECT_NEAR(json::parse(found.out)["prediction"]["level+1"].get<double>(), expected, 30);
  }
}

TEST_F(ForecastPrograms, EvaluateRunAndArchiveAlike) {
  const json of_run = json::parse(run("sequent evaluate run tide.csv --json").out);
  const json of_archive = json::parse(run("sequent evaluate model.pt tide.csv --json").out);
  EXPECT_EQ(of_run["per_target"].size(), 2U);
  EXPECT_EQ(of_run["baselines"][0]["name"], "last value");
  EXPECT_LT(of_run["rmse"].get<double>(), of_run["baselines"][0]["rmse"].get<double>());
  EXPECT_NEAR(of_run["rmse"].get<double>(), of_archive["rmse"].get<double>(), 0.01);
  EXPECT_GT(of_run["r2"].get<double>(), 0.95);
  EXPECT_EQ(run("sequent evaluate run tide.csv --require 'r2>=0.9' --require 'rmse<=50'").code, 0);
  expect_fault("sequent evaluate run tide.csv --require 'mae<=0.001'", 5, "not met: found");
  expect_fault("sequent evaluate run tide.csv --require 'accuracy>=0.9'", 2,
               "has no \"accuracy\"; it has loss, mse,");
}

std::string shops(int days) {
  std::string table = "day,shop,sales\n";
  for (int day = 0; day < days; ++day) {
    for (int shop = 0; shop < 2; ++shop) {
      const double sales = 100 * shop + day + 5 * std::sin(0.9 * day + shop);
      table += std::to_string(day) + (shop == 0 ? ",north," : ",south,") +
               (day % 17 == 3 ? "" : std::to_string(sales)) + "\n";
    }
  }
  return table;
}

TEST_F(ForecastPrograms, SeveralSeriesThatDriftWithGaps) {
  folder_->write("shops.csv", shops(200));
  folder_->write("shops.json", R"({
    "version": 1, "name": "shops", "task": "regression",
    "data": {"train": "shops.csv", "test": {"fraction": 0.2},
             "format": {"type": "windows", "columns": ["sales"], "length": 14, "horizon": 3,
                        "time": "day", "group": "shop", "missing": "previous", "season": 7}},
    "input": {"type": "numeric"},
    "model": {"layers": [{"type": "normalization", "relative": true}, {"type": "lstm", "units": 16},
                         {"type": "dense"}]},
    "training": {"epochs": 30, "optimizer": {"type": "adam", "learning_rate": 0.01}},
    "runtime": {"device": "cpu"}})");
  const CommandResult train = run("sequent train shops.json --out shops");
  ASSERT_EQ(train.code, 0) << train.err;
  ASSERT_EQ(run("sequent export shops --out shops.pt").code, 0);
  const json of_run = json::parse(run("sequent evaluate shops shops.csv --json").out);
  for (const json& naive : of_run["baselines"]) {
    EXPECT_LT(of_run["mae"].get<double>(), naive["mae"].get<double>()) << naive["name"];
  }
  EXPECT_GT(of_run["mase"].get<double>(), 0.01);
  EXPECT_LT(of_run["mase"].get<double>(), 1);
  const json of_archive = json::parse(run("sequent evaluate shops.pt shops.csv --json").out);
  EXPECT_NEAR(of_run["mase"].get<double>(), of_archive["mase"].get<double>(), 1e-3);
  // Compare both engines on the last window of each shop.
  for (const char* engine : {"fused", "torchscript"}) {
    const CommandResult found =
        run(std::string("sequent-infer shops.pt shops.csv --engine ") + engine + " | tail -2");
    const json north = json::parse(found.out.substr(0, found.out.find('\n')));
    const json south = json::parse(found.out.substr(found.out.find('\n') + 1));
    EXPECT_EQ(north["shop"], "north");
    EXPECT_EQ(south["day"], "199");
    EXPECT_NEAR(north["prediction"]["sales+1"].get<double>(), 200 + 5 * std::sin(0.9 * 200), 4);
    EXPECT_NEAR(south["prediction"]["sales+1"].get<double>(), 300 + 5 * std::sin(181.0), 4);
  }
  folder_->write("mixed.csv", "day,shop,sales\n2,north,1\n1,north,2\n");
  expect_fault("sequent-infer shops.pt mixed.csv", 3, "found \"1\" in column \"day\"");
  expect_fault("sequent config check shops.json --set data.format.targets='[\"day\"]'", 2,
               "/relative: found true; expected windows");
}

TEST_F(ForecastPrograms, ThePageShowsForecastAndTruth) {
  const std::string page = testing::slurp(*folder_ / "run/report.html");
  EXPECT_NE(page.find("The last steps, forecast and truth"), std::string::npos);
  EXPECT_NE(page.find("The first target, 2 steps at a time"), std::string::npos);
}

TEST_F(ForecastPrograms, WrongInputIsSaid) {
  expect_fault("sequent-infer model.pt tide.csv --top-k 2", 2, "has no meaning for this model");
  expect_fault("sequent-infer model.pt tide.csv --text level", 2, "--text: has no effect");
  expect_fault("sequent-infer model.pt tide.csv --explain", 2, "only predictions for texts");
  expect_fault("sequent-infer model.pt one.jsonl --no-header", 2, "--no-header: has no effect");
  folder_->write("short.csv", tide(5));
  expect_fault("sequent-infer model.pt short.csv", 3, "found 5 steps; a window needs 8 to read");
  folder_->write("other.csv", "hour,height\n1,2\n");
  expect_fault("sequent-infer model.pt other.csv", 3, "no column \"level\"; columns: hour, height");
  folder_->write("word.csv", "hour,level\n1,high\n");
  expect_fault("sequent train c.json --out r2 --set data.train=word.csv", 3,
               "word.csv:2: found \"high\" in column \"level\"; expected a number");
  folder_->write("words.txt", "high\n");
  expect_fault("sequent-infer model.pt words.txt", 2, "or a table as in training with");
  expect_fault(
      "sequent train c.json --out r2 --set data.test.fraction=0.6 "
      "--set data.validation.fraction=0.6",
      3, "too few for a held-out part");
  EXPECT_NE(run("sequent data check c.json").out.find("least, mean, most"), std::string::npos);
}

}  // namespace
}  // namespace sequent
