// Reading configs: which are accepted, which are rejected, and the error messages.
#include "sequent/config.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "support.h"

namespace sequent {
namespace {

constexpr const char* kSmall = R"({
  "version": 1,
  "data": {"train": "train.tsv"},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 8},
    {"type": "lstm", "units": 4},
    {"type": "dense", "activation": "softmax"}
  ]}
})";

/// The issues that parsing reports after applying `changes`, one per line.
std::string faults_of(const std::vector<Override>& changes, const char* json = kSmall) {
  const auto error = testing::error_of([&] { parse_config(json, "c.json", changes); });
  if (!error) return "";
  EXPECT_EQ(error->kind(), ErrorKind::kConfig);
  return error->what();
}

TEST(Config, DefaultsAreFilledIn) {
  const Config config = parse_config(kSmall, "c.json");
  EXPECT_EQ(config.training.batch_size, BatchSize(std::int64_t{32}));
  EXPECT_EQ(config.model.layers.size(), 3U);
  EXPECT_EQ(std::get<LstmSpec>(config.model.layers[1]).units, 4);
  EXPECT_TRUE(std::holds_alternative<AdamSpec>(config.training.optimizer));
  EXPECT_TRUE(std::holds_alternative<HeldOut>(config.data.validation));
}

TEST(Config, DumpAndParseAreInverse) {
  const Config config =
      parse_config(kSmall, "c.json",
                   {{"training.optimizer", R"({"type": "sgd", "momentum": 0.9, "nesterov": true})"},
                    {"training.class_weights", R"({"a": 2, "b": 0.5})"},
                    {"training.ema", "{}"},
                    {"training.early_stopping", R"({"monitor": "loss"})"},
                    {"training.max_seconds", "1.5"},
                    {"data.validation", "dev.tsv"},
                    {"data.format", R"({"type": "csv", "text": 0, "label": "y"})"},
                    {"input.tokenizer", R"({"type": "characters", "lowercase": false})"}});
  EXPECT_EQ(parse_config(dump_config(config), "dump"), config);
  EXPECT_EQ(parse_config(dump_config(config, /*minimal=*/true), "dump"), config);
}

TEST(Config, MinimalDumpHasOnlyWhatDiffers) {
  const Config config = parse_config(kSmall, "c.json", {{"training.batch_size", "32"}});
  const std::string minimal = dump_config(config, /*minimal=*/true);
  EXPECT_EQ(minimal.find("batch_size"), std::string::npos);
  EXPECT_EQ(minimal.find("optimizer"), std::string::npos);
  EXPECT_NE(minimal.find("\"units\": 4"), std::string::npos);
}

struct FaultCase {
  const char* path;
  const char* value;
  const char* message;
};

void PrintTo(const FaultCase& fault, std::ostream* out) { *out << fault.path; }

class ConfigFault : public ::testing::TestWithParam<FaultCase> {};

TEST_P(ConfigFault, IsSaidWithItsPlace) {
  const FaultCase& fault = GetParam();
  EXPECT_EQ(faults_of({{fault.path, fault.value}}), fault.message);
}

INSTANTIATE_TEST_SUITE_P(
    All, ConfigFault,
    ::testing::Values(
        FaultCase{"model.layers.1.units", "0",
                  "c.json: /model/layers/1/units: found 0; expected 1 to 65536"},
        FaultCase{"model.layers.1.units", "1.5",
                  "c.json: /model/layers/1/units: found 1.5; expected an integer, 1 to 65536"},
        FaultCase{"model.layers.1.units", "true",
                  "c.json: /model/layers/1/units: found true; expected an integer, 1 to 65536"},
        FaultCase{"model.layers.1.units", "99999999999999999999",
                  "c.json: /model/layers/1/units: found 1e+20; expected an integer, 1 to 65536"},
        FaultCase{"data.format", R"({"type": "csv", "delimiter": ";;"})",
                  "c.json: /data/format/delimiter: found \";;\"; expected one ASCII character that "
                  "is not a letter, digit or quote, such as \",\", \";\", \"|\" or \"\\t\""},
        FaultCase{"data.format", R"({"type": "csv", "encoding": "gb1830"})",
                  "c.json: /data/format/encoding: found \"gb1830\"; expected the name of a "
                  "character encoding, such as \"gb18030\" or \"windows-1252\"; did you mean "
                  "\"gb18030\"?"},
        FaultCase{"data.format", R"({"type": "jsonl", "text": "/a~b"})",
                  "c.json: /data/format/text: found \"/a~b\"; in a JSON pointer, ~ must be written "
                  "as ~0, and / in a key as ~1"},
        FaultCase{"training.optimizer.learning_rate", "0",
                  "c.json: /training/optimizer/learning_rate: found 0; expected more than 0"},
        FaultCase{"training.loss", "crossentropy",
                  "c.json: /training/loss: found \"crossentropy\"; Sequent calls it "
                  "\"categorical_crossentropy\"; expected "
                  "\"categorical_crossentropy\", \"binary_crossentropy\", "
                  "\"mean_squared_error\", \"mean_absolute_error\" or \"huber\""},
        FaultCase{"training.epochs", "null",
                  "c.json: /training/epochs: found null; expected an integer, 1 to 1000000"},
        FaultCase{
            "model.layers.1.type", "lstn",
            "c.json: /model/layers/1/type: found \"lstn\"; did you mean \"lstm\"?; expected "
            "\"word_dropout\", \"embedding\", \"normalization\", \"dropout\", "
            "\"spatial_dropout\", \"rnn\", "
            "\"lstm\", \"lstm_hidden_state\", \"gru\", \"min_gru\", \"sru\", \"conv1d\", "
            "\"layer_norm\", \"pool\", \"attention\", \"self_attention\", \"pair\", "
            "\"features\", \"dense\", \"crf\", \"ordinal\", \"sequence_label\" or \"decoder\""},
        FaultCase{"model.layers", "[]",
                  "c.json: /model/layers: found an empty list; expected at least one element"},
        FaultCase{"data.validation", "3",
                  "c.json: /data/validation: found 3; expected a string or an object with "
                  "\"fraction\", \"folds\", \"fold\", \"group\", \"column\", \"values\", \"from\", "
                  "\"seed\""},
        FaultCase{"runtime.device", "gpu",
                  "c.json: /runtime/device: found \"gpu\"; expected \"auto\", \"cpu\", \"cuda\" "
                  "or \"cuda:N\""},
        FaultCase{"input.padding", "\"pre\"",
                  "c.json: /input/padding: has no effect while the embedding masks padding; leave "
                  "it out, or set /model/layers/0/mask to false"},
        FaultCase{
            "model.layers.0.mask", "false",
            "c.json: /model/layers/0/mask: found false without /input/padding; set the side on "
            "which texts are padded: \"pre\" or \"post\""},
        FaultCase{
            "model.layers.0.concat", R"([{"type": "characters"}, {"type": "characters"}])",
            "c.json: /model/layers/0/concat/1: is the second character-level encoder; only one is "
            "allowed"},
        FaultCase{"model.layers.0.concat",
                  R"([{"type": "characters", "encoder": "lstm", "output_dim": 5}])",
                  "c.json: /model/layers/0/concat/0/output_dim: found 5; an lstm needs an even "
                  "number: half for each direction"},
        FaultCase{"model.layers.0.concat",
                  R"([{"type": "characters", "encoder": "lstm", "kernel_size": 5}])",
                  "c.json: /model/layers/0/concat/0/kernel_size: has no meaning for an lstm; leave "
                  "it out"},
        FaultCase{"model.layers.0.concat", R"([{"type": "ngrams", "output_dim": 4, "n": 1}])",
                  "c.json: /model/layers/0/concat/0/n: found 1; expected 2 to 5"},
        FaultCase{"model.layers.2.activation", "\"relu\"",
                  "c.json: /model/layers/2/activation: found \"relu\"; the last layer needs "
                  "\"softmax\", or \"sigmoid\" for two classes"},
        FaultCase{
            "model.layers.1.return_sequences", "true",
            "c.json: /model/layers/2: its input is a sequence [T, 4]; expected a vector, "
            "because the last layer gives one output per row; add {\"type\": \"pool\"} or set "
            "return_sequences to false in the recurrent layer before it"},
        FaultCase{"version", "2",
                  "c.json: /version: found 2; this program reads version 1; use a later version of "
                  "Sequent"}));

constexpr const char* kForecast = R"({"version": 1, "task": "regression",
  "data": {"train": "t.csv", "format": {"type": "windows", "columns": ["a", 2], "length": 5}},
  "input": {"type": "numeric", "channels": 2},
  "model": {"layers": [{"type": "gru", "units": 4}, {"type": "dense"}]}})";

constexpr const char* kTagging = R"({
  "version": 1, "task": "tagging", "data": {"train": "t.conll", "format": {"type": "conll"}},
  "model": {"layers": [{"type": "embedding", "output_dim": 4},
                       {"type": "lstm", "units": 4, "return_sequences": true}, {"type": "crf"}]}})";

TEST(Config, TaggingIsCheckedAsAWhole) {
  const auto faults = [](const std::vector<Override>& changes) {
    const auto error = testing::error_of([&] { parse_config(kTagging, "t.json", changes); });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_EQ(faults({}), "");
  const Config config = parse_config(kTagging, "t.json");
  EXPECT_EQ(config.loss(), Loss::kCategoricalCrossentropy);
  EXPECT_EQ(config.best_monitor(), Monitor::kF1);
  EXPECT_EQ(parse_config(dump_config(config), "again"), config);
  EXPECT_EQ(resolve(config, 10, 5).outputs.back(), (Shape{Shape::Form::kSequence, 5}));
  EXPECT_FALSE(resolve(config, 10, 5).is_binary());
  EXPECT_EQ(faults({{"model.layers.2", R"({"type": "dense", "activation": "softmax"})"}}), "");

  const auto expect = [&](const std::vector<Override>& changes, const std::string& part) {
    EXPECT_NE(faults(changes).find(part), std::string::npos) << part << "\n" << faults(changes);
  };
  expect({{"data.format", R"({"type": "tsv"})"}}, "found \"tsv\" with the task \"tagging\"");
  expect({{"data.format.tag", "0"}}, "/data/format/tag: is also the column of the token");
  expect({{"data.format", R"({"type": "tokens", "tags": "tokens"})"}},
         "/data/format/tags: is also the key of the tokens");
  expect({{"input.padding", "post"}}, "/input/padding: has no meaning for tagging");
  expect({{"training.class_weights", "balanced"}}, "/training/class_weights: has no meaning");
  expect({{"training.label_smoothing", "0.1"}}, "has no meaning for a crf");
  expect({{"training.early_stopping", R"({"monitor": "mae"})"}},
         "found \"mae\"; tagging has loss, accuracy, f1 and macro_f1");
  expect({{"training.loss", "huber"}}, "/training/loss: found \"huber\"; tagging has");
  expect({{"model.layers.1.return_sequences", "false"}}, "/model/layers/2: its input is a vector");
  expect({{"model.layers.2", R"({"type": "dense", "activation": "sigmoid"})"}},
         "tagging ends in dense with \"softmax\", or in crf");
  expect({{"model.layers.2", R"({"type": "layer_norm"})"}}, "with activation softmax, or crf");
  expect({{"task", "classification"}, {"data.format", R"({"type": "tsv"})"}},
         "/model/layers/2: predicts a tag for each token");
  EXPECT_NE(faults_of({{"training.early_stopping", R"({"monitor": "f1"})"}})
                .find("classification has loss, accuracy and macro_f1"),
            std::string::npos);
}

constexpr const char* kLanguageModel = R"({
  "version": 1, "task": "language_model", "data": {"train": "t.txt", "format": {"type": "lines"}},
  "model": {"layers": [{"type": "embedding", "output_dim": 4},
                       {"type": "lstm", "units": 4, "return_sequences": true},
                       {"type": "dense", "activation": "softmax", "tied": true}]}})";

TEST(Config, LanguageModelIsCheckedAsAWhole) {
  const auto faults = [](const std::vector<Override>& changes) {
    const auto error = testing::error_of([&] { parse_config(kLanguageModel, "t.json", changes); });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_EQ(faults({}), "");
  const Config config = parse_config(kLanguageModel, "t.json");
  EXPECT_EQ(config.best_monitor(), Monitor::kLoss);
  EXPECT_EQ(parse_config(dump_config(config), "again"), config);
  EXPECT_EQ(resolve(config, 10, 0).outputs.back(), (Shape{Shape::Form::kSequence, 10}));
  EXPECT_EQ(faults({{"data.format", R"({"type": "csv"})"}}), "");

  const auto expect = [&](const std::vector<Override>& changes, const std::string& part) {
    EXPECT_NE(faults(changes).find(part), std::string::npos) << part << "\n" << faults(changes);
  };
  expect({{"task", "classification"}}, "found \"lines\", which have no labels");
  expect({{"data.format", R"({"type": "conll"})"}}, "with the task \"language_model\"");
  expect({{"input.padding", "post"}}, "/input/padding: has no meaning for a language model");
  expect({{"input.truncating", "pre"}}, "/input/truncating: has no meaning");
  expect({{"training.batch_size", R"({"tokens": 100})"}}, "/training/batch_size: found a budget");
  expect({{"training.early_stopping", R"({"monitor": "f1"})"}},
         "a language model has loss and accuracy");
  expect({{"data.unseen_labels", "skip"}}, "/data/unseen_labels: has no meaning");
  expect({{"data.unseen_labels", "wrong"}}, "/data/unseen_labels: has no meaning");
  expect({{"model.layers.1.bidirectional", "true"}}, "/model/layers/1/bidirectional: found true");
  expect({{"model.layers.1.learned_initial_state", "true"}}, "/model/layers/1/learned_initial");
  expect({{"model.layers.1.return_sequences", "false"}},
         "the last layer gives one output per token");
  expect({{"model.layers.1", R"({"type": "conv1d", "filters": 4})"}},
         "/model/layers/1/type: found \"conv1d\"");
  expect({{"model.layers.1.units", "5"}}, "/tied: found true, but the input is 5 wide");
  expect({{"model.layers.0.input_dim", "50"}}, "expected one plain table");
  expect({{"model.layers.2.activation", "linear"}}, "a language model ends in dense");
  expect({{"model.layers.0.concat", R"([{"type": "characters", "output_dim": 4}])"}},
         "contain a character-level encoder");
  expect({{"model.layers.0.concat", R"([{"type": "ngrams", "output_dim": 4}])"}},
         "contain \"ngrams\"");
  EXPECT_NE(faults_of({{"model.layers.2.tied", "true"}}).find("only the last layer of a language"),
            std::string::npos)
      << faults_of({{"model.layers.2.tied", "true"}});
}

TEST(Config, RegressionIsCheckedAsAWhole) {
  const auto faults = [](const std::vector<Override>& changes) {
    const auto error = testing::error_of([&] { parse_config(kForecast, "f.json", changes); });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_EQ(faults({}), "");
  const Config config = parse_config(kForecast, "f.json");
  EXPECT_EQ(config.loss(), Loss::kMeanSquaredError);
  EXPECT_EQ(config.best_monitor(), Monitor::kLoss);
  EXPECT_TRUE(config.standardizes_targets());
  EXPECT_EQ(parse_config(dump_config(config), "again"), config);

  EXPECT_NE(faults({{"training.loss", "binary_crossentropy"}}).find("/training/loss: found"),
            std::string::npos);
  EXPECT_NE(faults({{"training.label_smoothing", "0.1"}}).find("no meaning for regression"),
            std::string::npos);
  EXPECT_NE(faults({{"training.class_weights", "balanced"}}).find("/training/class_weights: has"),
            std::string::npos);
  EXPECT_NE(faults({{"training.early_stopping", R"({"monitor": "macro_f1"})"}})
                .find("monitor: found \"macro_f1\"; regression has loss, mae and r2"),
            std::string::npos);
  EXPECT_NE(faults({{"model.layers.1.activation", "relu"}}).find("does not cover standardized"),
            std::string::npos);
  EXPECT_EQ(faults({{"model.layers.1.activation", "relu"}, {"model.standardize_targets", "false"}}),
            "");
  EXPECT_NE(faults({{"model.layers.1.activation", "softmax"}}).find("needs \"linear\""),
            std::string::npos);
  EXPECT_NE(faults({{"input.channels", "3"}}).find("/data/format/columns names 2"),
            std::string::npos);
  EXPECT_NE(faults({{"input.max_length", "4"}}).find("would cut the windows"), std::string::npos);
  EXPECT_NE(faults({{"task", "classification"}}).find("/task: found \"classification\"; windows"),
            std::string::npos);
  EXPECT_NE(faults({{"data.format.columns", "[]"}}).find("found an empty list"), std::string::npos);
  EXPECT_NE(testing::error_of([&] {
              parse_config(kSmall, "c.json", {{"model.standardize_targets", "true"}});
            })
                ->issues()
                .at(0)
                .message.find("no meaning for classification"),
            std::string::npos);
}

TEST(Config, TheLossFollowsFromTheLastLayer) {
  EXPECT_EQ(parse_config(kSmall, "c.json", {{"training", "{}"}}).loss(),
            Loss::kCategoricalCrossentropy);
  EXPECT_EQ(
      parse_config(kSmall, "c.json", {{"training", "{}"}, {"model.layers.2.activation", "sigmoid"}})
          .loss(),
      Loss::kBinaryCrossentropy);
}

TEST(Config, TheDefaultAlternativeNeedsNoType) {
  const Config config = parse_config(
      kSmall, "c.json", {{"training.optimizer.learning_rate", "0.5"}, {"input.max_length", "7"}});
  EXPECT_EQ(std::get<AdamSpec>(config.training.optimizer).learning_rate, 0.5);
  EXPECT_EQ(std::get<TextInput>(config.input).max_length, 7);
  EXPECT_NE(
      faults_of({{"model.layers", R"([{"units": 3}])"}}).find("/model/layers/0/type: missing"),
      std::string::npos);
}

TEST(Config, AllFaultsComeAtOnce) {
  const std::string faults = faults_of({{"training.epochs", "0"},
                                        {"training.epocs", "3"},
                                        {"model.layers.1.units", "\"many\""},
                                        {"data", "{}"}});
  EXPECT_EQ(std::count(faults.begin(), faults.end(), '\n'), 3) << faults;
  EXPECT_NE(faults.find("/training/epocs: unknown key; did you mean \"epochs\"?"),
            std::string::npos)
      << faults;
  EXPECT_NE(faults.find("/data/train: missing"), std::string::npos) << faults;
}

TEST(Config, UnderscoreKeysAreComments) {
  EXPECT_EQ(faults_of({{"training._why", "\"a note\""}, {"_note", "[1, 2]"}}), "");
}

TEST(Config, DuplicateKeysAreRefused) {
  const std::string faults =
      faults_of({}, R"({"version": 1, "data": {"train": "a", "train": "b"}, "version": 1})");
  EXPECT_EQ(faults,
            "c.json: /data/train: duplicate key; keep only one of them\n"
            "c.json: /version: duplicate key; keep only one of them");
}

TEST(Config, SyntaxFaultsHaveLineAndColumn) {
  const std::string faults = faults_of({}, "{\n  \"version\": 1,\n}");
  EXPECT_EQ(faults.substr(0, 12), "c.json:3:1: ") << faults;
  EXPECT_NE(faults.find("remove the trailing comma"), std::string::npos) << faults;
  EXPECT_NE(faults_of({}, "{\"version\": NaN}"), "");
  EXPECT_NE(faults_of({}, "{\"version\": 1e999}"), "");
  EXPECT_NE(faults_of({}, "{\"name\": \"\xff\"}"), "");
  EXPECT_NE(faults_of({}, ""), "");
  EXPECT_NE(faults_of({}, "{} {}"), "");
}

TEST(Config, DepthAndSizeAreLimited) {
  const std::string deep = std::string(100000, '[');
  EXPECT_NE(faults_of({}, deep.c_str()).find("nested deeper"), std::string::npos);
  const std::string large = "{\"name\": \"" + std::string(5 << 20, 'x') + "\"}";
  EXPECT_NE(faults_of({}, large.c_str()).find("bytes"), std::string::npos);
}

TEST(Config, OverridesReachIntoLists) {
  const Config config =
      parse_config(kSmall, "c.json", {{"/model/layers/1/units", "7"}, {"name", "my model"}});
  EXPECT_EQ(std::get<LstmSpec>(config.model.layers[1]).units, 7);
  EXPECT_EQ(config.name, "my model");
  EXPECT_NE(faults_of({{"model.layers.9.units", "7"}}).find("expected 0 to 2"), std::string::npos);
  EXPECT_NE(faults_of({{"version.major", "7"}}).find("which has no \"major\""), std::string::npos);
}

TEST(Config, OverrideTextNeedsPathAndValue) {
  EXPECT_EQ(parse_override("a.b=c=d").value, "c=d");
  for (const char* wrong : {"abc", "=3", ""}) {
    const auto error = testing::error_of([&] { parse_override(wrong); });
    ASSERT_TRUE(error) << wrong;
    EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  }
}

TEST(Config, ValidateHoldsConfigsMadeInCodeToTheSameRules) {
  Config config = parse_config(kSmall, "c.json");
  EXPECT_FALSE(testing::error_of([&] { validate(config); }));
  config.training.batch_size = std::int64_t{0};
  EXPECT_TRUE(testing::error_of([&] { validate(config); }));
}

TEST(Config, ResolveChecksAgainstTheData) {
  const Config config = parse_config(kSmall, "c.json", {{"model.layers.2.units", "3"}});
  const ResolvedConfig resolved = resolve(config, 100, 3);
  EXPECT_EQ(resolved.outputs.back(), (Shape{Shape::Form::kVector, 3}));
  EXPECT_EQ(resolved.inputs[1], (Shape{Shape::Form::kSequence, 8}));
  const auto error = testing::error_of([&] { resolve(config, 100, 2); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("/model/layers/2/units: found 3; the data have 2"),
            std::string::npos)
      << error->what();
}

TEST(Config, DifferencesNameOptionsAndIgnoreRuntime) {
  const Config a = parse_config(kSmall, "c.json");
  Config b = parse_config(kSmall, "c.json", {{"training.seed", "2"}, {"runtime.workers", "3"}});
  EXPECT_EQ(config_differences(a, b), std::vector<std::string>{"/training/seed: 1; 2"});
  EXPECT_TRUE(config_differences(a, a).empty());
}

TEST(Config, ReferenceNamesEveryOptionOfTheSchema) {
  const std::string reference = config_reference();
  for (const char* option : {"`batch_size`", "`output_dim`", "`beta_1`", "`warmup_steps`",
                             "`min_count`", "`prefix`", "`fraction`", "`decay`"}) {
    EXPECT_NE(reference.find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace sequent
