// Tests that every shipped config can be parsed, built, trained briefly, exported and run.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "language_model_rows.h"
#include "pair_rows.h"
#include "sequent/predictor.h"
#include "sequent/sample.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tagging_rows.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> shipped_configs() {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(SEQUENT_SOURCE_DIR "/configs")) {
    // The configs in tutorials/ have their own data; see tutorials_test.cpp.
    const bool tutorial = entry.path().parent_path().filename() == "tutorials";
    if (entry.path().extension() == ".json" && !tutorial) {
      names.push_back(fs::relative(entry.path(), SEQUENT_SOURCE_DIR "/configs").string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Returns two classes of waves in the format of a numeric config.
std::string numeric_rows(const Config& config) {
  const auto& input = std::get<NumericInput>(config.input);
  const auto& format = std::get<SeriesFormat>(config.data.format);
  std::string rows;
  for (int row = 0; row < 60; ++row) {
    rows += "{\"" + format.label + "\": \"" + (row % 2 == 0 ? "slow" : "fast") + "\", \"" +
            format.values + "\": [";
    for (int step = 0; step < 8 + row % 5; ++step) {
      rows += step == 0 ? "[" : ", [";
      for (std::int64_t channel = 0; channel < input.channels; ++channel) {
        const double value = std::sin((row % 2 == 0 ? 0.2 : 1.1) * step + row);
        rows += (channel == 0 ? "" : ", ") + std::to_string(value);
      }
      rows += "]";
    }
    rows += "]}\n";
  }
  return rows;
}

/// Returns a table with the columns of a config with windows.
std::string table_rows(const WindowsFormat& format) {
  std::string table = std::get<std::string>(*format.time);
  for (const Column& column : format.columns) table += "," + std::get<std::string>(column);
  for (std::int64_t step = 0; step < 5 * (format.length + format.horizon); ++step) {
    table += "\n" + std::to_string(step);
    for (std::size_t i = 0; i < format.columns.size(); ++i) {
      table += "," + std::to_string(std::sin(0.26 * static_cast<double>(step)));
    }
  }
  return table + "\n";
}

/// Replaces the data of the recipe, which are not shipped, with rows of the same form.
void replace_data(Config& config, const testing::TemporaryFolder& folder) {
  SampleFiles files;
  if (config.task.name() == "tagging") {
    files.train = folder.write("rows.conll", testing::tagged_rows(60));
    if (auto* tokens = std::get_if<TokensFormat>(&config.data.format)) {
      tokens->label = "intent";
      files.train = folder.write("rows.jsonl", testing::labelled_tagged_rows(60));
    }
    files.validation = files.test = files.train;
  } else if (config.task.name() == "sequence_to_sequence") {
    TransformSample sample;
    sample.rows = 100;
    files = write_transform_sample(sample, folder / "data");
  } else if (config.task.name() == "language_model") {
    files.train = folder.write("rows.txt", testing::circle_lines(300) + "没有我担心的那么差\n");
    files.validation = files.test = files.train;
  } else if (config.reads_pairs()) {
    testing::PairNames sick{"text_a", "text_b", "label", "same", "other"};
    if (config.task.name() == "regression") sick = {"text_a", "text_b", "score", "4.5", "1.2"};
    files.train = folder.write("rows.tsv", testing::pair_rows(60, 0, sick));
    files.validation = files.test = files.train;
  } else if (const auto* windows = std::get_if<WindowsFormat>(&config.data.format)) {
    files.train = folder.write("rows.csv", table_rows(*windows));
  } else if (std::holds_alternative<NumericInput>(config.input)) {
    files.train = folder.write("rows.jsonl", numeric_rows(config));
    files.validation = files.test = files.train;
  } else {
    SentimentSample sample;
    sample.rows = 300;
    sample.language = SampleLanguage::kBoth;
    files = write_sentiment_sample(sample, folder / "data");
  }
  config.data.train = files.train.string();
  if (std::holds_alternative<std::string>(config.data.validation)) {
    config.data.validation = files.validation.string();
  }
  if (config.data.test && std::holds_alternative<std::string>(*config.data.test)) {
    config.data.test = files.test.string();
  }
}

class Recipe : public ::testing::TestWithParam<std::string> {};

TEST_P(Recipe, TrainsExportsAndPredicts) {
  const testing::TemporaryFolder folder;
  Config config = load_config(fs::path(SEQUENT_SOURCE_DIR "/configs") / GetParam());
  replace_data(config, folder);
  for (LayerSpec& layer : config.model.layers) {
    auto* embedding = std::get_if<EmbeddingSpec>(&layer);
    if (embedding == nullptr || !embedding->vectors) continue;
    std::string vector;
    for (std::int64_t i = 0; i < embedding->output_dim; ++i) vector += " 0.5";
    embedding->vectors =
        folder.write("vectors.txt", "the" + vector + "\na" + vector + "\nin" + vector + "\n");
  }
  config.training.max_steps = 3;
  TrainOptions options;
  options.out = folder / "run";
  EXPECT_TRUE(train(config, options).finished);
  export_run(options.out, folder / "model.pt");
  const Predictor predictor = Predictor::load(folder / "model.pt");
  if (predictor.task() == "tagging") {
    EXPECT_EQ(
        predictor.tag("made in paris 北京").tokens.size(),
        std::holds_alternative<CharactersTokenizer>(std::get<TextInput>(config.input).tokenizer)
            ? 13U
            : 4U);
    return;
  }
  if (predictor.task() == "sequence_to_sequence") {
    EXPECT_LT(predictor.write("5 May 2011").log_probability, 0);
    return;
  }
  if (predictor.task() == "language_model") {
    EXPECT_FALSE(predictor.generate("one two", {.length = 20}).empty());
    return;
  }
  if (predictor.reads_pairs()) {
    const Prediction found = predictor.predict("I saw a cat", "the cat is here");
    EXPECT_EQ(found.probabilities.size() + found.values.size(),
              config.task.name() == "regression" ? 1U : 2U);
    return;
  }
  const std::vector<Series> numbers{
      Series(static_cast<std::size_t>(3 * predictor.channels()), 0.5)};
  if (predictor.task() == "regression") {
    EXPECT_EQ(predictor.predict(numbers)[0].values.size(), predictor.labels().size());
    return;
  }
  const Prediction prediction =
      predictor.channels() > 0 ? predictor.predict(numbers).front()
                               : predictor.predict("not as bad as I feared 没有我担心的那么差");
  EXPECT_EQ(prediction.probabilities.size(), 2U);
  EXPECT_NEAR(prediction.probabilities[0] + prediction.probabilities[1], 1, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(
    Shipped, Recipe, ::testing::ValuesIn(shipped_configs()), [](const auto& test) {
      std::string name = test.param;
      std::replace_if(
          name.begin(), name.end(),
          [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
      return name;
    });

}  // namespace
}  // namespace sequent
