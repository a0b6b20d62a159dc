// The tutorials' models as shipped: Keras' parameter counts, learned data, predictions of the
// exported file.
#include <gtest/gtest.h>

#include "sequent/predictor.h"
#include "sequent/trainer.h"
#include "support.h"

namespace sequent {
namespace {

struct Tutorial {
  std::string name;
  std::string parameters;  // as Keras' model.summary() says
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
  EXPECT_GT(report.validation.accuracy, 0.99);
  EXPECT_NE(summarize(options.out).find(" " + GetParam().parameters + "\n"), std::string::npos)
      << summarize(options.out);
  export_run(options.out, folder / "model.pt");
  const Predictor predictor = Predictor::load(folder / "model.pt");
  const Prediction prediction = predictor.predict(GetParam().text);
  EXPECT_EQ(predictor.labels()[static_cast<std::size_t>(prediction.label)], GetParam().label);
}

// next-word: 14 ids of 10, LSTM(50) on 10, Dense of 50 to 12 labels.
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
