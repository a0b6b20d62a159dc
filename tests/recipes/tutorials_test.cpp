// Tests the shipped tutorial models: Keras' parameter counts, learning of the data, and predictions
// of the exported file.
#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "sequent/predictor.h"
#include "sequent/trainer.h"
#include "support.h"

namespace sequent {
namespace {

struct Tutorial {
  std::string name;
  std::string parameters;  // as in Keras' model.summary()
  std::string text;
  std::string label;
};

void PrintTo(const Tutorial& tutorial, std::ostream* out) { *out << tutorial.name; }

class Tutorials : public ::testing::TestWithParam<Tutorial> {};

TEST_P(Tutorials, LearnsItsRowsAndPredictsThem) {
  const testing::TemporaryFolder folder;
  const Config config = load_config(std::filesystem::path(SEQUENT_SOURCE_DIR "/configs/tutorials") /
                                    (GetParam().name + ".json"));
  TrainOptions options;
  options.out = folder / "run";
  const TrainReport report = train(config, options);
  EXPECT_TRUE(report.finished);
  EXPECT_GT(*report.validation.value("accuracy"), 0.99);
  EXPECT_NE(summarize(options.out).find(" " + GetParam().parameters + "\n"), std::string::npos)
      << summarize(options.out);
  export_run(options.out, folder / "model.pt");
  const Predictor predictor = Predictor::load(folder / "model.pt");
  const Prediction prediction = predictor.predict(GetParam().text);
  EXPECT_EQ(predictor.labels()[static_cast<std::size_t>(prediction.label)], GetParam().label);
}

// LSTM(128) on one number per step, Dense from 128 to 3 labels; padded to 100 steps like Keras'
// pad_sequences(padding="post").
TEST(NumericTutorial, LearnsThreeShapesAndPredictsThem) {
  const testing::TemporaryFolder folder;
  const Config config = load_config(SEQUENT_SOURCE_DIR "/configs/tutorials/three-shapes.json");
  TrainOptions options;
  options.out = folder / "run";
  const TrainReport report = train(config, options);
  EXPECT_GT(*report.validation.value("accuracy"), 0.99);
  EXPECT_NE(summarize(options.out).find(" 66,947\n"), std::string::npos);
  export_run(options.out, folder / "model.pt");
  const Predictor predictor = Predictor::load(folder / "model.pt");
  std::vector<Series> shapes(2);
  for (int step = 0; step < 95; ++step) {
    const auto value = static_cast<float>(step) / 47 - 1;
    shapes[0].push_back(value);
    shapes[1].push_back(-value);
  }
  const auto found = predictor.predict(shapes);
  EXPECT_EQ(predictor.labels()[static_cast<std::size_t>(found[0].label)], "rising");
  EXPECT_EQ(predictor.labels()[static_cast<std::size_t>(found[1].label)], "falling");
}

// LSTM(64) or SimpleRNN(64) on windows of 10 numbers, Dense(1), mean squared error. The recipe's
// series is not shipped, so a wave with noise replaces it.
class ForecastTutorial : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(ForecastTutorial, ForecastsTheNextNumber) {
  const testing::TemporaryFolder folder;
  Config config = load_config(std::filesystem::path(SEQUENT_SOURCE_DIR "/configs/tutorials") /
                              (std::string(GetParam().first) + ".json"));
  std::string table = "date,temp\n";
  for (int day = 0; day < 600; ++day) {
    const double noise = static_cast<double>(day * 7919 % 101) / 101 - 0.5;
    table +=
        std::to_string(day) + "," + std::to_string(12 + 8 * std::sin(0.3 * day) + noise) + "\n";
  }
  config.data.train = folder.write("wave.csv", table);
  config.training.epochs = 30;
  TrainOptions options;
  options.out = folder / "run";
  const TrainReport report = train(config, options);
  ASSERT_TRUE(report.test);
  // The standard deviation of the noise is 0.29; using the last number as forecast has an error
  // of 1.7.
  EXPECT_LT(*report.test->value("rmse"), 0.6);
  EXPECT_NE(summarize(options.out).find(std::string(" ") + GetParam().second + "\n"),
            std::string::npos)
      << summarize(options.out);
  export_run(options.out, folder / "model.pt");
  const Predictor predictor = Predictor::load(folder / "model.pt");
  EXPECT_EQ(predictor.task(), "regression");
  std::vector<Series> window(1);
  for (int day = 600; day < 610; ++day) {
    window[0].push_back(12 + 8 * std::sin(0.3 * day));
  }
  const Prediction found = predictor.predict(window).front();
  ASSERT_EQ(found.values.size(), 1U);
  EXPECT_NEAR(found.values[0], 12 + 8 * std::sin(0.3 * 610), 1);
  EXPECT_TRUE(found.probabilities.empty());
}

INSTANTIATE_TEST_SUITE_P(Shipped, ForecastTutorial,
                         ::testing::Values(std::pair("temperature-lstm", "16,961"),
                                           std::pair("temperature-rnn", "4,289")),
                         [](const auto& test) {
                           std::string name = test.param.first;
                           std::erase(name, '-');
                           return name;
                         });

// next-word: embedding of 14 ids with width 10, LSTM(50) on 10, Dense from 50 to 12 labels.
INSTANTIATE_TEST_SUITE_P(
    Shipped, Tutorials,
    ::testing::Values(Tutorial{"four-sentences", "11,553", "lovely music", "positive"},
                      Tutorial{"post-padding", "19,161", "not bad at all", "positive"},
                      Tutorial{"post-padding-stacked", "52,185", "I would not watch it again",
                               "negative"},
                      Tutorial{"next-word", "12,952", "our dog slept on the", "rug"}),
    [](const auto& test) {
      std::string name = test.param.name;
      std::erase(name, '-');
      return name;
    });

}  // namespace
}  // namespace sequent
