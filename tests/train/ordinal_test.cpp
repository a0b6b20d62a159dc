// Tests complete runs with ordered classes.
#include <gtest/gtest.h>

#include "sequent/error.h"
#include "sequent/predictor.h"
#include "sequent/trainer.h"
#include "support.h"

namespace sequent {
namespace {

using testing::error_of;

class OrdinalRun : public ::testing::Test {
 protected:
  OrdinalRun() {
    const char* words[] = {"awful", "poor", "decent", "superb"};
    const char* labels[] = {"bad", "fair", "good", "best"};
    std::string rows = "text\tlabel\n";
    for (int row = 0; row < 240; ++row) {
      const int rank = row * 7 % 4;
      rows += std::string(row % 3 == 0 ? "the food was " : "service ") + words[rank] + "\t" +
              labels[rank] + "\n";
    }
    folder_.write("train.tsv", rows);
  }

  Config config(const std::string& head, const std::vector<Override>& changes = {}) const {
    Config config = parse_config(R"({"version": 1, "data": {"train": "train.tsv",
        "test": {"fraction": 0.2}},
      "model": {"layers": [{"type": "embedding", "output_dim": 16}, {"type": "gru", "units": 16},
        )" + head + R"(]},
      "training": {"epochs": 25, "optimizer": {"type": "adam", "learning_rate": 0.02}}})",
                                 "ordinal.json", changes);
    config.base_directory = folder_.path();
    return config;
  }

  TrainReport run(const Config& config, const std::string& out) const {
    TrainOptions options;
    options.out = folder_ / out;
    return train(config, options);
  }

  testing::TemporaryFolder folder_;
};

constexpr const char* kHead = R"({"type": "ordinal", "labels": ["bad", "fair", "good", "best"]})";

TEST_F(OrdinalRun, LearnsExportsAndAnswersOnBothEngines) {
  const TrainReport report = run(config(kHead), "run");
  const Report& test = *report.test;
  EXPECT_GT(*test.value("accuracy"), 0.95);
  EXPECT_GT(*test.value("quadratic_kappa"), 0.95);
  EXPECT_LT(*test.value("rank_mae"), 0.1);
  EXPECT_NE(report_to_text(test).find("quadratic kappa"), std::string::npos);
  export_run(folder_ / "run", folder_ / "model.pt");
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    const Predictor predictor = Predictor::load(folder_ / "model.pt", {.engine = engine});
    const Prediction found = predictor.predict("service superb");
    EXPECT_EQ(predictor.labels()[static_cast<std::size_t>(found.label)], "best");
    // The second most probable class is a neighbor of the first.
    std::vector<float> others = found.probabilities;
    others[static_cast<std::size_t>(found.label)] = 0;
    const auto second = std::max_element(others.begin(), others.end()) - others.begin();
    EXPECT_EQ(predictor.labels()[static_cast<std::size_t>(second)], "good");
  }
  const Report of_archive = evaluate(folder_ / "model.pt", (folder_ / "train.tsv").string());
  EXPECT_GT(*of_archive.value("quadratic_kappa"), 0.95);
}

TEST_F(OrdinalRun, GoesOnFromARunWithTheSameOrderAlone) {
  run(config(kHead, {{"training.max_steps", "3"}}), "run");
  const auto started = [&](const std::string& head, const std::string& out) {
    Config again = config(head, {{"training.max_steps", "1"}});
    again.training.init_from = (folder_ / "run").string();
    run(again, out);
    return testing::slurp(folder_ / out / "report.html");
  };
  EXPECT_NE(started(kHead, "same").find("layers.2 (ordinal) with 4 of its outputs"),
            std::string::npos);
  EXPECT_NE(started(R"({"type": "ordinal", "labels": ["best", "good", "fair", "bad"]})", "turned")
                .find("newly initialized: layers.2 (ordinal)"),
            std::string::npos);
}

TEST_F(OrdinalRun, SaysWhatDoesNotFit) {
  const auto message = [&](const std::string& head, const std::vector<Override>& changes = {}) {
    const auto error = error_of([&] { run(config(head, changes), "bad"); });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_NE(message(R"({"type": "ordinal"})").find("the label \"bad\" is not a number"),
            std::string::npos);
  EXPECT_NE(message(R"({"type": "ordinal", "labels": ["bad", "bad"]})").find("twice"),
            std::string::npos);
  EXPECT_NE(message(kHead, {{"task", "multi_label"}}).find("expected \"task\""), std::string::npos);
  EXPECT_NE(message(kHead, {{"training.loss", "binary_crossentropy"}})
                .find("ordinal has categorical_crossentropy"),
            std::string::npos);
  EXPECT_NE(message(std::string(kHead) + R"(, {"type": "dense", "activation": "softmax"})")
                .find("expected ordinal as the last layer"),
            std::string::npos);
}

}  // namespace
}  // namespace sequent
