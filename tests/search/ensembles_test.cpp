// Archives that average the runs of a cross-validation.
#include <algorithm>
#include <cmath>

#include "search/crossval_fixture.h"
#include "sequent/inference.h"
#include "train/row_predictions.h"

namespace sequent {
namespace {

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

}  // namespace
}  // namespace sequent
