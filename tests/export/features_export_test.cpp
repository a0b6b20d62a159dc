// Tests an exported model that reads features, on both engines and through the public API.
#include <gtest/gtest.h>

#include <cmath>

#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/inference.h"
#include "support.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

std::string config_text(const std::string& task, const std::string& output) {
  return R"({"version": 1, "task": ")" + task + R"(",
  "data": {"train": "none", "format": {"type": "tsv"}},
  "input": {"type": "text", "max_length": 6, "features": [
    {"type": "number", "column": "price", "mean": 10, "deviation": 4},
    {"type": "category", "column": "brand", "values": ["acme", "bolt"]},
    {"type": "date", "column": "sent", "mean": 20000, "deviation": 100},
    {"type": "category", "column": "size", "values": ["s", "m", "l"]}]},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 4},
    {"type": "lstm", "units": 5, "return_sequences": true, "bidirectional": true},
    {"type": "pool", "mode": "max"},
    {"type": "layer_norm"},
    {"type": "features", "output_dim": 3},
    {"type": "dropout", "rate": 0.2},
    {"type": "dense", "units": 6, "activation": "tanh"},
    )" + output +
         "]}}";
}

const std::string kSoftmax = R"({"type": "dense", "activation": "softmax"})";

class FeatureArchive : public ::testing::Test {
 protected:
  void make(const std::string& task, const std::string& output, const LabelSet& labels) {
    ArchiveMetadata metadata;
    metadata.config = parse_config(config_text(task, output), "test");
    metadata.vocabulary = Vocabulary({"the", "a", "cat", "ship"});
    metadata.labels = labels;
    metadata.sequent_version = version();
    metadata.created = utc_now();
    SequenceModel model(resolve(metadata.config, metadata.vocabulary, metadata.labels));
    torch::manual_seed(1);
    testing::randomize(*model);
    export_model(*model, metadata, {}, file_);
    difference_ = metadata.parity_difference;
  }

  Model load(Engine engine = Engine::kFused) const {
    return Model::load(file_, {.engine = engine, .explanations = true});
  }

  static std::vector<TextWithFeatures> inputs() {
    std::vector<TextWithFeatures> rows;
    for (int i = 0; i < 60; ++i) {
      rows.push_back({i % 2 == 0 ? "the cat" : "a ship and the unknown cat is long",
                      {i % 7 == 0 ? "" : std::to_string(i), i % 3 == 0 ? "acme" : "new",
                       i % 5 == 0 ? "" : "2024-0" + std::to_string(1 + i % 9) + "-15 12:00",
                       i % 4 == 0 ? "" : "l"}});
    }
    return rows;
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "features.pt";
  double difference_ = 1;
};

TEST_F(FeatureArchive, EnginesAgreeAndEveryFeatureMatters) {
  make("classification", kSoftmax, LabelSet({"x", "y", "z"}));
  EXPECT_LT(difference_, 1e-5);
  const Model model = load();
  EXPECT_EQ(model.input(), InputKind::kTextWithFeatures);
  EXPECT_EQ(model.features(), (std::vector<std::string>{"price", "brand", "sent", "size"}));
  const Classifier<TextWithFeatures> fused(model);
  const Classifier<TextWithFeatures> graph(load(Engine::kTorchScript));
  const std::vector<TextWithFeatures> rows = inputs();
  const auto found = fused.classify(rows);
  const auto by_graph = graph.classify(rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const ClassPrediction alone = fused.classify(rows[i]);
    for (std::size_t label = 0; label < 3; ++label) {
      ASSERT_NEAR(found[i].probabilities[label], by_graph[i].probabilities[label], 1e-5) << i;
      ASSERT_NEAR(found[i].probabilities[label], alone.probabilities[label], 1e-6) << i;
    }
  }
  const TextWithFeatures usual{"the cat", {"12", "acme", "2024-05-05", "m"}};
  const float before = fused.classify(usual).probabilities[0];
  for (std::size_t feature = 0; feature < 4; ++feature) {
    TextWithFeatures changed = usual;
    changed.features[feature].clear();
    EXPECT_GT(std::abs(fused.classify(changed).probabilities[0] - before), 1e-4F) << feature;
  }
}

TEST_F(FeatureArchive, OtherViewsAndWrongFeaturesAreRefused) {
  make("classification", kSoftmax, LabelSet({"x", "y", "z"}));
  const Model model = load();
  const auto refused = error_of([&] { Classifier<>{model}; });
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind(), ErrorKind::kUsage);
  EXPECT_NE(std::string(refused->what()).find("use Classifier<TextWithFeatures>"),
            std::string::npos)
      << refused->what();
  const Classifier<TextWithFeatures> classifier(model);
  const auto fault = [&](const std::vector<std::string>& features) -> std::string {
    const auto error = error_of([&] { classifier.classify(TextWithFeatures{"a", features}); });
    EXPECT_TRUE(error && error->kind() == ErrorKind::kData);
    return error ? error->what() : "";
  };
  EXPECT_NE(fault({"1"}).find("found 1 features; the model reads price, brand, sent, size"),
            std::string::npos);
  EXPECT_NE(fault({"cheap", "", "", ""}).find("text 0: found \"cheap\" at the feature \"price\""),
            std::string::npos);
}

TEST_F(FeatureArchive, ExplanationsAddUpWithFeaturesHeldFixed) {
  make("classification", kSoftmax, LabelSet({"x", "y", "z"}));
  const Classifier<TextWithFeatures> classifier(load());
  for (const TextWithFeatures& row : {inputs()[1], inputs()[6]}) {
    const Explanation found = classifier.explain(row, {.most_gap = 1e-4, .most_steps = 4096});
    const ClassPrediction prediction = classifier.classify(row);
    EXPECT_NEAR(found.value, prediction.probability, 1e-5);
    double sum = found.other;
    for (const TokenAttribution& token : found.tokens) sum += token.attribution;
    EXPECT_NEAR(sum, found.value - found.baseline_value, 1e-3);
    const Explanation occluded = classifier.explain(row, {.method = ExplainMethod::kOcclusion});
    EXPECT_NEAR(occluded.value, prediction.probability, 1e-5);
  }
}

TEST_F(FeatureArchive, OtherTasksReadThem) {
  make("regression", R"({"type": "dense"})", LabelSet::of_targets({"t"}));
  EXPECT_LT(difference_, 1e-5);
  const Regressor<TextWithFeatures> regressor(load());
  const auto numbers = regressor.predict(inputs());
  EXPECT_NE(numbers[0].values[0], numbers[6].values[0]);
  make("multi_label", R"({"type": "dense", "activation": "sigmoid"})", LabelSet({"x", "y"}));
  const MultiLabelClassifier<TextWithFeatures> labels(load());
  EXPECT_EQ(labels.classify(inputs()).size(), inputs().size());
}

TEST_F(FeatureArchive, VectorsOfTextsDoNotDependOnFeatures) {
  make("classification", kSoftmax, LabelSet({"x", "y", "z"}));
  const TextEmbedder embedder(load());
  EXPECT_EQ(embedder.width(), 10);
  const std::vector<std::string> texts{"the cat"};
  EXPECT_EQ(embedder.embed(texts).size(), 10U);
}

}  // namespace
}  // namespace sequent
