// Several runs of one config, and the comparison of two models.
#include "search/crossval.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/files.h"
#include "search/compare.h"
#include "sequent/error.h"
#include "support.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::error_of;
using testing::TemporaryFolder;

constexpr const char* kConfig = R"({"version": 1, "name": "fruit",
  "data": {"train": "train.tsv"},
  "model": {"layers": [{"type": "embedding", "output_dim": 6}, {"type": "lstm", "units": 5},
                       {"type": "dense", "activation": "softmax"}]},
  "training": {"optimizer": {"type": "adam", "learning_rate": 0.05}, "epochs": 2, "batch_size": 8},
  "runtime": {"device": "cpu", "workers": 1}})";

class Crossval : public ::testing::Test {
 protected:
  Crossval() {
    std::string rows = "text\tlabel\tauthor\n";
    for (int row = 0; row < 40; ++row) {
      const std::string number = std::to_string(row);
      rows += (row % 2 == 0 ? "red and round " + number + "\tcherry\t"
                            : "long and yellow " + number + "\tbanana\t") +
              std::to_string(row / 4) + "\n";
    }
    folder_.write("train.tsv", rows);
    config_ = parse_config(kConfig, "fruit.json");
    config_.base_directory = folder_.path();
    options_.out = folder_ / "out";
    options_.folds = 4;
  }

  std::vector<Json> predictions() const {
    std::istringstream lines(read_file(options_.out / "predictions.jsonl"));
    std::vector<Json> result;
    for (std::string line; std::getline(lines, line);) result.push_back(Json::parse(line));
    return result;
  }

  TemporaryFolder folder_;
  Config config_;
  CrossvalOptions options_;
};

std::string message_of(const std::function<void()>& work) {
  const auto error = error_of(work);
  return error ? error->what() : "";
}

TEST_F(Crossval, TestsEachRowOnceAndReportsTheSpread) {
  const CrossvalReport found = crossval(config_, options_);
  ASSERT_TRUE(found.finished);
  std::map<int, int> times;
  double hits = 0;
  for (const Json& line : predictions()) {
    const int row = line.at("row");
    ++times[row];
    EXPECT_EQ(line.at("label"), row % 2 == 0 ? "cherry" : "banana");
    hits += line.at("predicted") == line.at("label") ? 1 : 0;
    EXPECT_NEAR(line.at("probabilities").at("cherry").get<double>() +
                    line.at("probabilities").at("banana").get<double>(),
                1, 1e-5);
  }
  EXPECT_EQ(times.size(), 40U);
  for (const auto& [row, count] : times) EXPECT_EQ(count, 1) << row;
  const Json report = Json::parse(read_file(options_.out / "crossval.json"));
  EXPECT_EQ(report.at("runs").size(), 4U);
  // All folds have ten rows, so that the mean accuracy is that of all rows.
  const Json& accuracy = report.at("metrics").at(1);
  ASSERT_EQ(accuracy.at("metric"), "accuracy");
  EXPECT_NEAR(accuracy.at("mean").get<double>(), hits / 40, 1e-9);
  EXPECT_TRUE(fs::exists(options_.out / "report.html"));
}

TEST_F(Crossval, ResumesWhatIsUnfinished) {
  options_.folds = 2;
  int started = 0;
  CrossvalHooks hooks;
  hooks.start = [&](const std::string&, const Config&) {
    ++started;
    Hooks of_run;
    of_run.stop_requested = [&started] { return started == 2; };
    return of_run;
  };
  EXPECT_FALSE(crossval(config_, options_, hooks).finished);
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("use --resume"),
            std::string::npos);
  options_.resume = true;
  std::vector<bool> kept;
  hooks.start = nullptr;
  hooks.finished = [&](const std::string&, const Report&, bool is_kept) {
    kept.push_back(is_kept);
  };
  EXPECT_TRUE(crossval(config_, options_, hooks).finished);
  EXPECT_EQ(kept, (std::vector<bool>{true, false}));
  const std::string resumed = read_file(options_.out / "predictions.jsonl");
  options_.out = folder_ / "whole";
  options_.resume = false;
  crossval(config_, options_);
  EXPECT_EQ(read_file(options_.out / "predictions.jsonl"), resumed);
  config_.training.epochs = 3;
  options_.resume = true;
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("/training/epochs"),
            std::string::npos);
}

TEST_F(Crossval, KeepsGroupsTogether) {
  options_.folds = 2;
  options_.group = "author";
  crossval(config_, options_);
  std::map<int, std::set<int>> folds_of;
  for (const Json& line : predictions()) {
    folds_of[line.at("row").get<int>() / 4].insert(line.at("fold").get<int>());
  }
  EXPECT_EQ(folds_of.size(), 10U);
  for (const auto& [author, folds] : folds_of) EXPECT_EQ(folds.size(), 1U) << author;
}

TEST_F(Crossval, RefusesMoreFoldsThanGroups) {
  options_.folds = 11;
  options_.group = "author";
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("fewer groups than folds"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(options_.out));
}

TEST_F(Crossval, KeptRunsOfSeedsReportTheSameRows) {
  options_.seeds = 2;
  config_.data.test = HeldOut{0.2, 1};
  const Report fresh = crossval(config_, options_).report;
  options_.resume = true;
  EXPECT_EQ(crossval(config_, options_).report, fresh);
}

TEST_F(Crossval, ComparesSeeds) {
  options_.seeds = 2;
  const CrossvalReport found = crossval(config_, options_);
  EXPECT_EQ(found.report.table("runs")->rows.size(), 2U);
  EXPECT_TRUE(fs::exists(options_.out / "seed-1" / "manifest.json"));
  EXPECT_TRUE(fs::exists(options_.out / "seed-2" / "manifest.json"));
  EXPECT_FALSE(fs::exists(options_.out / "predictions.jsonl"));
}

TEST_F(Crossval, RefusesOptionsOutOfRange) {
  options_.folds = 1;
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("--folds: found 1"),
            std::string::npos);
  options_.folds = 2;
  options_.seeds = 1;
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("--seeds: found 1"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(options_.out));
}

class Compare : public Crossval {
 protected:
  fs::path run(const std::string& name, std::int64_t seed, std::int64_t split = 1) {
    Config config = config_;
    config.training.seed = seed;
    config.data.validation = HeldOut{0.5, split};
    TrainOptions options;
    options.out = folder_ / name;
    train(config, options);
    return options.out;
  }
};

TEST_F(Compare, CountsRowsOnCommonRows) {
  const fs::path a = run("a", 1);
  const fs::path b = run("b", 2);
  CompareOptions options;
  options.changed = folder_ / "changed.jsonl";
  const ComparedModels found = compare_models(a, b, options);
  const auto value = [&](const char* name) { return found.report.value(name).value_or(-1); };
  const Json json = Json::parse(report_to_json(found.report));
  EXPECT_EQ(json.at("count"), 20);
  EXPECT_EQ(json.at("both_right").get<int>() + json.at("only_a_right").get<int>() +
                json.at("only_b_right").get<int>() + json.at("none_right").get<int>(),
            20);
  EXPECT_NEAR(value("difference"), value("b_accuracy") - value("a_accuracy"), 1e-12);
  std::istringstream lines(read_file(*options.changed));
  int changed = 0;
  for (std::string line; std::getline(lines, line);) ++changed;
  EXPECT_EQ(json.at("changed"), changed);
  EXPECT_NE(found.sentence.find("the validation rows of both runs"), std::string::npos);
  // A model and itself do not differ, on a file as well.
  CompareOptions with_file;
  with_file.data = (folder_ / "train.tsv").string();
  const ComparedModels same = compare_models(a, a, with_file);
  EXPECT_EQ(Json::parse(report_to_json(same.report)).at("mcnemar_p"), 1);
  EXPECT_NE(same.sentence.find("do not show which model is better"), std::string::npos);
}

TEST_F(Compare, RefusesOtherRowsWithTheSameLabels) {
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 40; ++row) {
    rows += "fruit " + std::to_string(row) + (row < 20 ? "\tbanana\n" : "\tcherry\n");
  }
  folder_.write("train.tsv", rows);
  const fs::path a = run("a", 1);
  const fs::path b = run("b", 1, 2);
  EXPECT_NE(message_of([&] { compare_models(a, b, {}); }).find("has other held-out rows"),
            std::string::npos);
}

TEST_F(Compare, RefusesOtherRows) {
  const fs::path a = run("a", 1);
  const fs::path b = run("b", 1, 2);
  EXPECT_NE(message_of([&] { compare_models(a, b, {}); }).find("has other held-out rows"),
            std::string::npos);
}

}  // namespace
}  // namespace sequent
