// Several runs of one config, and the comparison of two models.
#include "search/crossval.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/files.h"
#include "search/compare.h"
#include "sequent/error.h"
#include "sequent/inference.h"
#include "support.h"
#include "train/row_predictions.h"

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
    EXPECT_EQ(line.at("where"), "train.tsv:" + std::to_string(row + 2)) << "after the header";
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

TEST_F(Crossval, TakesTheIndexOfAGroupColumn) {
  options_.folds = 2;
  options_.group = std::int64_t{2};
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

/// The mean of the values that two or more models give for a text.
std::vector<float> mean_probabilities(const std::vector<fs::path>& archives,
                                      const std::string& text) {
  std::vector<std::vector<float>> all;
  for (const fs::path& archive : archives) {
    all.push_back(Classifier<std::string>(Model::load(archive)).classify(text).probabilities);
  }
  return mean_outputs(all);
}

class Ensembles : public Crossval {
 protected:
  Ensembles() {
    options_.folds = 3;
    options_.ensemble = true;
  }

  /// Exports each run on its own.
  std::vector<fs::path> archives_of(const std::vector<std::string>& runs) const {
    std::vector<fs::path> archives;
    for (const std::string& run : runs) {
      archives.push_back(folder_ / (run + ".pt"));
      export_run(options_.out / run, archives.back());
    }
    return archives;
  }

  std::string refusal() const {
    const std::string message = message_of([&] { crossval(config_, options_); });
    EXPECT_FALSE(fs::exists(options_.out)) << "nothing is trained";
    return message;
  }

  void use_layers(const std::string& layers) {
    config_.model.layers =
        parse_config(R"({"version": 1, "data": {"train": "train.tsv"}, "model": {"layers": )" +
                         layers + "}}",
                     "layers.json")
            .model.layers;
  }
};

TEST_F(Ensembles, OfFoldsPredictTheMeanOfTheRuns) {
  // Each row has a number as a token of its own, which only the other folds' runs know.
  for (const std::string embedding : {R"({"type": "embedding", "output_dim": 6})",
                                      R"({"type": "embedding", "output_dim": 4, "concat": [
            {"type": "table", "output_dim": 3},
            {"type": "characters", "output_dim": 4, "byte_dim": 3, "max_bytes": 6}]})"}) {
    options_.out = folder_ / std::to_string(embedding.size());
    use_layers("[" + embedding + R"(, {"type": "lstm", "units": 5},
                                     {"type": "dense", "activation": "softmax"}])");
    const CrossvalReport found = crossval(config_, options_);
    ASSERT_TRUE(found.ensemble);
    EXPECT_EQ(found.ensemble->members, 3);
    std::vector<std::string> runs{"fold-1", "fold-2", "fold-3"};
    const RunText first = read_run_text(RunFolder{options_.out / runs.front()});
    EXPECT_GT(found.ensemble->vocabulary.size(), first.vocabulary.size());
    for (const std::string& run : runs) fs::remove(folder_ / (run + ".pt"));
    const std::vector<fs::path> archives = archives_of(runs);
    const Model model = Model::load(options_.out / "model.pt");
    std::vector<std::string> texts{"", "nothing known here", "long and red"};
    for (int row = 0; row < 40; ++row) texts.push_back("round " + std::to_string(row));
    for (const std::string& text : texts) {
      const auto own = Classifier<std::string>(model).classify(text).probabilities;
      const auto expected = mean_probabilities(archives, text);
      for (std::size_t i = 0; i < own.size(); ++i) EXPECT_NEAR(own[i], expected[i], 1e-6) << text;
    }
  }
}

TEST_F(Ensembles, OfFoldsAreMeasuredOnRowsThatTheRunsDidNotSee) {
  const CrossvalReport found = crossval(config_, options_);
  ASSERT_TRUE(found.ensemble);
  const Json validation = Json::parse(found.ensemble->validation_report);
  EXPECT_EQ(validation.at("count"), 40);
  double hits = 0;
  std::vector<double> scores;
  for (const Json& line : predictions()) {
    hits += line.at("predicted") == line.at("label") ? 1 : 0;
    scores.push_back(
        1 - line.at("probabilities").at(line.at("label").get<std::string>()).get<double>());
  }
  EXPECT_NEAR(validation.at("accuracy").get<double>(), hits / 40, 1e-9);
  std::sort(scores.begin(), scores.end());
  const Json& conformal = validation.at("conformal");
  ASSERT_EQ(conformal.size(), 40U);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    EXPECT_NEAR(conformal[i].at("lac").get<double>(), scores[i], 1e-5) << i;
  }
}

TEST_F(Ensembles, OfSeedsAreMeasuredOnTheCommonRows) {
  options_.seeds = 2;
  config_.data.validation = HeldOut{0.5, 1};
  const CrossvalReport found = crossval(config_, options_);
  ASSERT_TRUE(found.ensemble);
  const Json validation = Json::parse(found.ensemble->validation_report);
  EXPECT_EQ(validation.at("count"), 20);
  std::vector<std::vector<float>> outputs;
  RowPredictions rows;
  for (const char* run : {"seed-1", "seed-2"}) {
    rows = predict_held_out(options_.out / run, RunRows::kValidation);
    outputs.push_back(rows.outputs);
  }
  rows.outputs = mean_outputs(outputs);
  double loss = 0;
  for (std::int64_t row = 0; row < rows.rows.size(); ++row) {
    loss -= std::log(rows.of(row)[static_cast<std::size_t>(rows.rows.label(row))]) / 20;
  }
  EXPECT_NEAR(validation.at("loss").get<double>(), loss, 1e-6);
  // Evaluating the archive, and comparing it with a run, also averages.
  const fs::path archive = options_.out / "model.pt";
  const std::string file = (folder_ / "train.tsv").string();
  const RowPredictions averaged = predict_rows(archive, file);
  double loss_of_file = 0;
  for (std::int64_t row = 0; row < averaged.rows.size(); ++row) {
    const auto label = static_cast<std::size_t>(averaged.rows.label(row));
    loss_of_file -= std::log(averaged.of(row)[label]) / 40;
  }
  EXPECT_NEAR(evaluate(archive, file).value("loss").value_or(-1), loss_of_file, 1e-5);
}

TEST_F(Ensembles, CanBeMadeOfFinishedRuns) {
  options_.ensemble = false;
  EXPECT_FALSE(crossval(config_, options_).ensemble);
  EXPECT_FALSE(fs::exists(options_.out / "model.pt"));
  options_.ensemble = true;
  options_.resume = true;
  EXPECT_TRUE(crossval(config_, options_).ensemble);
  const std::vector<std::string> runs{"fold-1", "fold-2"};
  const ArchiveMetadata two =
      export_runs({options_.out / runs[0], options_.out / runs[1]}, folder_ / "two.pt");
  EXPECT_EQ(two.members, 2);
  EXPECT_EQ(two.validation_report, "") << "the third fold is missing";
  const std::string message = message_of([&] {
    Abstention wanted;
    wanted.precision = 0.5;
    export_runs({options_.out / runs[0], options_.out / runs[1]}, folder_ / "other.pt",
                /*overwrite=*/false, wanted);
  });
  EXPECT_NE(message.find("no common validation rows"), std::string::npos) << message;
  EXPECT_FALSE(fs::exists(folder_ / "other.pt"));
}

TEST_F(Ensembles, RunsThatDoNotFitTogetherAreRefused) {
  options_.seeds = 2;
  crossval(config_, options_);
  const fs::path a = options_.out / "seed-1";
  const fs::path out = folder_ / "bad.pt";
  const auto fault = [&](const fs::path& other) {
    return message_of([&] { export_runs({a, other}, out); });
  };
  EXPECT_NE(fault(a).find("is named twice"), std::string::npos);
  use_layers(R"([{"type": "embedding", "output_dim": 6}, {"type": "lstm", "units": 4},
                 {"type": "dense", "activation": "softmax"}])");
  TrainOptions how;
  how.out = folder_ / "narrow";
  train(config_, how);
  EXPECT_NE(fault(how.out).find("/model/layers/1/units"), std::string::npos) << fault(how.out);
  use_layers(R"([{"type": "embedding", "output_dim": 6}, {"type": "lstm", "units": 5},
                 {"type": "dense", "activation": "softmax"}])");
  std::string rows = read_file(folder_ / "train.tsv");
  for (int i = 0; i < 4; ++i) rows += "sour and green\tlime\t99\n";
  folder_.write("train.tsv", rows);
  how.out = folder_ / "lime";
  train(config_, how);
  EXPECT_NE(fault(how.out).find("only this run has \"lime\""), std::string::npos) << fault(how.out);
  EXPECT_FALSE(fs::exists(out));
}

TEST_F(Ensembles, WhatCannotBeAveragedIsRefusedBeforeTraining) {
  use_layers(R"([{"type": "embedding", "output_dim": 6, "concat": [
                    {"type": "ngrams", "output_dim": 3, "buckets": 50}]},
                 {"type": "lstm", "units": 5}, {"type": "dense", "activation": "softmax"}])");
  EXPECT_NE(refusal().find("--ensemble: the embedding has n-grams"), std::string::npos);
  config_ = parse_config(R"({"version": 1, "task": "language_model",
    "data": {"train": "train.tsv", "format": {"type": "lines"}},
    "model": {"layers": [{"type": "embedding", "output_dim": 6}, {"type": "lstm", "units": 5,
                          "return_sequences": true}, {"type": "dense", "activation": "softmax"}]}})",
                         "lm.json");
  config_.base_directory = folder_.path();
  EXPECT_NE(refusal().find("the outputs of a language model cannot be averaged"),
            std::string::npos);
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

TEST_F(Compare, GivesTheMacroF1AndTheLocationsOfRows) {
  const fs::path a = run("a", 1);
  const fs::path b = run("b", 2);
  CompareOptions options;
  options.changed = folder_ / "changed.jsonl";
  const ComparedModels found = compare_models(a, b, options);
  const ReportTable* metrics = found.report.table("metrics");
  ASSERT_NE(metrics, nullptr);
  ASSERT_EQ(metrics->rows.size(), 2U);
  EXPECT_EQ(std::get<std::string>(metrics->rows[1][0]), "macro F1");
  const auto of = [&](const fs::path& folder) {
    const Manifest manifest = read_manifest(RunFolder{folder}, config_.task);
    return report_from_json(manifest.validation_report, config_.task)
        .value("macro_f1")
        .value_or(-1);
  };
  EXPECT_NEAR(std::get<double>(metrics->rows[1][1]), of(a), 1e-9);
  EXPECT_NEAR(std::get<double>(metrics->rows[1][2]), of(b), 1e-9);
  EXPECT_LE(std::get<double>(metrics->rows[1][4]), std::get<double>(metrics->rows[1][3]));
  EXPECT_GE(std::get<double>(metrics->rows[1][5]), std::get<double>(metrics->rows[1][3]));
  std::istringstream lines(read_file(*options.changed));
  for (std::string line; std::getline(lines, line);) {
    const Json row = Json::parse(line);
    const int number = row.at("row");
    EXPECT_EQ(row.at("where"), "train.tsv:" + std::to_string(number + 2));
    EXPECT_EQ(row.at("label"), number % 2 == 0 ? "cherry" : "banana");
  }
}

TEST_F(Compare, NumbersHaveErrorsAndSetsOfLabelsTheirF1) {
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 40; ++row) {
    rows += "fruit " + std::to_string(row % 7) + "\t" + std::to_string(row % 7) + "\n";
  }
  folder_.write("numbers.tsv", rows);
  const auto train_task = [&](const std::string& task, const std::string& name, std::int64_t seed) {
    Config config =
        parse_config(R"({"version": 1, "task": ")" + task + R"(", "data": {"train": "numbers.tsv"},
          "model": {"layers": [{"type": "embedding", "output_dim": 6}, {"type": "lstm", "units": 5},
            {"type": "dense", "activation": ")" +
                         (task == "regression" ? "linear" : "sigmoid") +
                         R"("}]},
          "training": {"epochs": 3, "batch_size": 8}, "runtime": {"device": "cpu", "workers": 1}})",
                     "c.json");
    config.base_directory = folder_.path();
    config.training.seed = seed;
    config.data.validation = HeldOut{0.5, 1};
    TrainOptions options;
    options.out = folder_ / name;
    train(config, options);
    return options.out;
  };
  const auto compared = [&](const std::string& task) {
    CompareOptions options;
    options.changed = folder_ / (task + ".jsonl");
    const fs::path a = train_task(task, task + "-a", 1);
    const fs::path b = train_task(task, task + "-b", 2);
    const ComparedModels found = compare_models(a, b, options);
    const Manifest manifest = read_manifest(RunFolder{b}, Task(task));
    const Report report = report_from_json(manifest.validation_report, Task(task));
    std::vector<std::string> names;
    for (const std::vector<ReportValue>& row : found.report.table("metrics")->rows) {
      names.push_back(std::get<std::string>(row[0]));
      std::string key = names.back() == "micro F1" ? "micro_f1" : names.back();
      if (names.back() == "macro F1") key = "macro_f1";
      if (names.back() == "MAE") key = "mae";
      if (names.back() == "RMSE") key = "rmse";
      EXPECT_NEAR(std::get<double>(row[2]), report.value(key).value_or(-1), 1e-5) << key;
    }
    return names;
  };
  EXPECT_EQ(compared("regression"), (std::vector<std::string>{"MAE", "RMSE"}));
  EXPECT_EQ(compared("multi_label"),
            (std::vector<std::string>{"accuracy", "micro F1", "macro F1"}));
  const Json line = Json::parse(read_file(folder_ / "regression.jsonl")
                                    .substr(0, read_file(folder_ / "regression.jsonl").find('\n')));
  EXPECT_TRUE(line.at("targets").is_object());
  EXPECT_TRUE(line.at("a").is_object());
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
