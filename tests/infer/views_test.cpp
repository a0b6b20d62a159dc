// The typed views of a model: which model each accepts, what they share, and that they answer as
// Predictor does.
#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <thread>

#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/inference.h"
#include "sequent/predictor.h"
#include "support.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

/// A config of each task and kind of input, by the view that fits it.
std::string config_of(const std::string& task, const std::string& input, const std::string& format,
                      const std::string& layers) {
  return R"({"version": 1, "task": ")" + task + R"(", "data": {"train": "none", "format": )" +
         format + R"(}, "input": )" + input + R"(, "model": {"layers": [)" + layers + "]}}";
}

struct Example {
  std::string config;
  LabelSet labels;
};

std::map<std::string, Example> examples() {
  const std::string text = R"({"type": "text", "max_length": 20})";
  const std::string numeric = R"({"type": "numeric", "channels": 2})";
  const std::string tsv = R"({"type": "tsv"})";
  const std::string pairs = R"({"type": "tsv", "text": "a", "text_b": "b"})";
  const std::string series = R"({"type": "series"})";
  const std::string states = R"({"type": "embedding", "output_dim": 4},
      {"type": "gru", "units": 4, "return_sequences": true},)";
  const std::string vector = states + R"({"type": "pool"},)";
  const std::string compared = vector + R"({"type": "pair", "features": ["difference"]},)";
  const std::string of_series = R"({"type": "gru", "units": 4},)";
  const std::string softmax = R"({"type": "dense", "activation": "softmax"})";
  const std::string sigmoid = R"({"type": "dense", "activation": "sigmoid"})";
  const std::string linear = R"({"type": "dense"})";
  const LabelSet classes({"a", "b", "c"});
  const LabelSet targets = LabelSet::of_targets({"x", "y"});
  return {
      {"Classifier", {config_of("classification", text, tsv, vector + softmax), classes}},
      {"Classifier<TextPair>",
       {config_of("classification", text, pairs, compared + softmax), classes}},
      {"Classifier<Series>",
       {config_of("classification", numeric, series, of_series + softmax), classes}},
      {"MultiLabelClassifier",
       {config_of("multi_label", text, R"({"type": "tsv", "label_separator": ","})",
                  vector + sigmoid),
        classes}},
      {"Regressor", {config_of("regression", text, tsv, vector + linear), targets}},
      {"Regressor<Series>",
       {config_of("regression", numeric, series, of_series + linear), targets}},
      {"Tagger",
       {config_of("tagging", text, R"({"type": "conll"})", states + softmax),
        LabelSet({"B-LOC", "I-LOC", "O"})}},
      {"LanguageModel",
       {config_of("language_model", text, R"({"type": "lines"})", states + softmax),
        LabelSet::none()}},
      {"TextToText",
       {config_of("sequence_to_sequence", text, tsv,
                  states + R"({"type": "decoder", "units": 4, "output_dim": 4})"),
        LabelSet::none()}},
  };
}

template <class View>
std::function<void(const Model&)> constructing() {
  return [](const Model& model) { View{model}; };
}

const std::map<std::string, std::function<void(const Model&)>>& views() {
  static const std::map<std::string, std::function<void(const Model&)>> all{
      {"Classifier", constructing<Classifier<>>()},
      {"Classifier<TextPair>", constructing<Classifier<TextPair>>()},
      {"Classifier<Series>", constructing<Classifier<Series>>()},
      {"MultiLabelClassifier", constructing<MultiLabelClassifier<>>()},
      {"MultiLabelClassifier<TextPair>", constructing<MultiLabelClassifier<TextPair>>()},
      {"MultiLabelClassifier<Series>", constructing<MultiLabelClassifier<Series>>()},
      {"Regressor", constructing<Regressor<>>()},
      {"Regressor<TextPair>", constructing<Regressor<TextPair>>()},
      {"Regressor<Series>", constructing<Regressor<Series>>()},
      {"Tagger", constructing<Tagger>()},
      {"LanguageModel", constructing<LanguageModel>()},
      {"TextToText", constructing<TextToText>()},
  };
  return all;
}

class Views : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = std::make_unique<TemporaryFolder>();
    for (const auto& [view, example] : examples()) {
      torch::manual_seed(5);
      ArchiveMetadata metadata;
      metadata.config = parse_config(example.config, view);
      metadata.sequent_version = version();
      metadata.created = utc_now();
      if (std::holds_alternative<TextInput>(metadata.config.input)) {
        metadata.vocabulary = Vocabulary({"one", "two", "three", "four"});
      }
      metadata.labels = example.labels;
      SequenceModel model(resolve(metadata.config, metadata.vocabulary, metadata.labels));
      testing::randomize(*model);
      export_model(*model, metadata, {}, file_of(view));
    }
  }
  static void TearDownTestSuite() { folder_.reset(); }

  static std::filesystem::path file_of(const std::string& view) {
    return *folder_ / (view + ".pt");
  }
  static Model load(const std::string& view, const ModelOptions& options = {}) {
    return Model::load(file_of(view), options);
  }

  inline static std::unique_ptr<TemporaryFolder> folder_;
};

TEST_F(Views, RefuseEveryOtherModelWhenTheyAreConstructed) {
  for (const auto& [fitting, example] : examples()) {
    const Model model = load(fitting);
    for (const auto& [view, construct] : views()) {
      const auto error = error_of([&, &construct = construct] { construct(model); });
      EXPECT_EQ(error.has_value(), view != fitting) << view << " of a model for " << fitting;
      if (!error) continue;
      EXPECT_EQ(exit_code(error->kind()), 2);
      const std::string message = error->what();
      EXPECT_NE(message.find(file_of(fitting).string() + ": the model's task is " + model.task()),
                std::string::npos)
          << message;
      EXPECT_TRUE(message.ends_with("; use " + fitting + " instead of " + view)) << message;
    }
  }
}

TEST_F(Views, OfVectorsRefuseModelsThatMakeNone) {
  for (const char* view : {"Classifier", "Classifier<TextPair>", "Regressor"}) {
    const TextEmbedder embedder(load(view));
    EXPECT_EQ(embedder.width(), 4) << view;
    EXPECT_EQ(embedder.embed({"one", "two three"}).size(), 8U) << view;
  }
  for (const char* view : {"Classifier<Series>", "Tagger", "LanguageModel", "TextToText"}) {
    const Model model = load(view);
    const auto error = error_of([&] { TextEmbedder{model}; });
    ASSERT_TRUE(error) << view;
    EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  }
  const Model graph = load("Classifier", {.engine = Engine::kTorchScript});
  EXPECT_EQ(error_of([&] { TextEmbedder{graph}; })->kind(), ErrorKind::kUsage);
}

TEST_F(Views, KnowWhatTheirModelReads) {
  EXPECT_EQ(load("Classifier").input(), InputKind::kText);
  EXPECT_EQ(load("Classifier<TextPair>").input(), InputKind::kTextPair);
  EXPECT_EQ(load("Regressor<Series>").input(), InputKind::kSeries);
  EXPECT_EQ(load("Regressor<Series>").channels(), 2);
  EXPECT_EQ(load("Tagger").channels(), 0);
  EXPECT_EQ(load("Tagger").task(), "tagging");
  EXPECT_EQ(Regressor(load("Regressor")).targets(), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(Tagger(load("Tagger")).marks_spans());
  EXPECT_TRUE(Tagger(load("Tagger")).sequence_labels().empty());
  EXPECT_TRUE(load("LanguageModel").labels().empty());
  EXPECT_NE(load("Tagger").metadata_json().find("\"tagging\""), std::string::npos);
  EXPECT_EQ(MultiLabelClassifier(load("MultiLabelClassifier")).thresholds(),
            std::vector<double>(3, 0.5));
}

// Two literals are two texts, or one pair, and never the two ends of one text.
TEST_F(Views, TakeOneInputOrMany) {
  const Classifier classify(load("Classifier"));
  const auto found = classify.classify({"one two", "three"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(classify.classify("one two").probabilities, found[0].probabilities);
  EXPECT_EQ(classify.classify(std::vector<std::string>{"three"})[0].probabilities,
            found[1].probabilities);
  EXPECT_EQ(classify.classify({"one"}).size(), 1U);
  EXPECT_TRUE(classify.classify(std::span<const std::string>{}).empty());

  const Classifier<TextPair> compare(load("Classifier<TextPair>"));
  const ClassPrediction pair = compare.classify({"one", "two three"});
  const auto pairs = compare.classify({{"one", "two three"}, {"four", "four"}});
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].label, pair.label);

  const Regressor<Series> forecast(load("Regressor<Series>"));
  const Series steps{1, 2, 3, 4};
  const auto numbers = forecast.predict({steps, {5, 6}});
  ASSERT_EQ(numbers.size(), 2U);
  ASSERT_EQ(numbers[0].values.size(), 2U);
  EXPECT_NEAR(forecast.predict(steps).values[1], numbers[0].values[1], 1e-6);
  const auto error = error_of([&] { forecast.predict({steps, {1, 2, 3}}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_EQ(error->issues()[0].where, "sequence 1");
}

TEST_F(Views, OfTextsWithoutTokensAreEmpty) {
  EXPECT_TRUE(Classifier(load("Classifier")).classify("  ").empty);
  EXPECT_TRUE(Regressor(load("Regressor")).predict("").empty);
  EXPECT_TRUE(MultiLabelClassifier(load("MultiLabelClassifier")).classify("").empty);
  EXPECT_TRUE(TextToText(load("TextToText")).generate("").empty);
  EXPECT_TRUE(Tagger(load("Tagger")).tag("").tokens.empty());
  EXPECT_EQ(LanguageModel(load("LanguageModel")).score("").tokens, 1);
}

TEST_F(Views, CheckTheirOptions) {
  const Model model = load("TextToText");
  EXPECT_FALSE(TextToText(model, {.beams = 3}).generate({"one", "two"}).empty());
  EXPECT_EQ(error_of([&] { TextToText(model, {.beams = 0}); })->kind(), ErrorKind::kUsage);
  const LanguageModel language(load("LanguageModel"));
  EXPECT_EQ(error_of([&] { language.generate("one", {.top_p = 0}); })->kind(), ErrorKind::kUsage);
  EXPECT_FALSE(language.generate("one", {.length = 5}).empty());
}

TEST_F(Views, AnswerAsPredictorDoes) {
  const std::vector<std::string> texts{"one two", "", "four unseen", "three three one"};
  const auto classes = Classifier(load("Classifier")).classify(texts);
  const auto of_classes = Predictor::load(file_of("Classifier")).predict(texts);
  const auto sets = MultiLabelClassifier(load("MultiLabelClassifier")).classify(texts);
  const auto of_sets = Predictor::load(file_of("MultiLabelClassifier")).predict(texts);
  const auto values = Regressor(load("Regressor")).predict(texts);
  const auto of_values = Predictor::load(file_of("Regressor")).predict(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(of_classes[i].label, classes[i].label);
    EXPECT_EQ(of_classes[i].probability, classes[i].probability);
    EXPECT_EQ(of_classes[i].probabilities, classes[i].probabilities);
    EXPECT_EQ(of_classes[i].unknown_share, classes[i].unknown_share);
    EXPECT_EQ(of_classes[i].empty, classes[i].empty);
    EXPECT_EQ(of_sets[i].labels, sets[i].labels);
    EXPECT_EQ(of_sets[i].probabilities, sets[i].probabilities);
    EXPECT_EQ(of_values[i].values, values[i].values);
  }
}

// Copies refer to one set of weights: their labels are at one address, and a copy outlives the
// model it was made of.
TEST_F(Views, ShareTheirModel) {
  std::optional<Model> model = load("Classifier");
  const Model copy = *model;
  EXPECT_EQ(&copy.labels(), &model->labels());
  EXPECT_EQ(&copy.loaded(), &model->loaded());
  const Classifier classifier(*model);
  const ClassPrediction before = classifier.classify("one two");
  model.reset();
  EXPECT_EQ(&classifier.labels(), &copy.labels());
  EXPECT_EQ(classifier.classify("one two").probabilities, before.probabilities);
}

// As a service has it: each request makes a view of the one model in a thread of its own.
TEST_F(Views, OfOneModelServeManyThreads) {
  const Model model = load("Classifier", {.threads = 2});
  std::vector<std::string> texts;
  for (int i = 0; i < 400; ++i) {
    std::string text;
    for (int t = 0; t < i % 17; ++t) text += (i * 5 + t) % 3 == 0 ? "one " : "three ";
    texts.push_back(text);
  }
  const auto expected = Classifier(model).classify(texts);
  std::array<int, 5> differences{};
  std::vector<std::thread> threads;
  for (std::size_t n = 0; n < differences.size(); ++n) {
    threads.emplace_back([&, n, own = model] {
      for (int round = 0; round < 10; ++round) {
        const Classifier classifier(own);
        const TextEmbedder embedder(own);
        const std::size_t begin = n * 60;
        const auto part = std::span<const std::string>(texts).subspan(begin, 100);
        if (embedder.embed(part).size() != 400) ++differences[n];
        const auto found = classifier.classify(part);
        for (std::size_t i = 0; i < found.size(); ++i) {
          const float difference = found[i].probability - expected[begin + i].probability;
          if (std::abs(difference) > 1e-6F) ++differences[n];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(differences, (std::array<int, 5>{}));
}

}  // namespace
}  // namespace sequent
