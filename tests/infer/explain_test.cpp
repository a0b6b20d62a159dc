// Explanations: quadrature, completeness, exact attributions of linear models, LibTorch's gradients
// as an independent oracle, and what they refuse.
#include <gtest/gtest.h>
#include <torch/script.h>

#include <cmath>
#include <numeric>

#include "infer/archive.h"
#include "infer/integrated_gradients.h"
#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/inference.h"
#include "support.h"
#include "tensors.h"
#include "text/code_points.h"
#include "torchscript/graph.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

const ModelOptions kExplaining{.explanations = true};

TEST(GaussLegendre, IsExactForPolynomials) {
  const Quadrature two = gauss_legendre(2);
  EXPECT_NEAR(two.points[0], (1 - 1 / std::sqrt(3.0)) / 2, 1e-15);
  EXPECT_NEAR(two.points[1], (1 + 1 / std::sqrt(3.0)) / 2, 1e-15);
  EXPECT_NEAR(two.weights[0], 0.5, 1e-15);
  for (const std::int64_t n : {1, 3, 16, 1024}) {
    const Quadrature quadrature = gauss_legendre(n);
    const int degree = std::min<int>(static_cast<int>(2 * n - 1), 31);
    double integral = 0;
    for (std::size_t i = 0; i < quadrature.points.size(); ++i) {
      integral += quadrature.weights[i] * std::pow(quadrature.points[i], degree);
    }
    EXPECT_NEAR(integral, 1.0 / (degree + 1), 1e-13) << n;
  }
}

/// An exported model with random weights that knows the words w3, w4, ... and "Straße".
class Archive {
 public:
  Archive(const std::string& task, const std::string& format, const std::string& layers,
          const LabelSet& labels, const std::string& input = "") {
    torch::manual_seed(11);
    ArchiveMetadata metadata;
    metadata.config = parse_config(R"({"version": 1, "task": ")" + task +
                                       R"(", "data": {"train": "none", "format": )" + format +
                                       R"(}, "input": {"type": "text", "max_length": 6)" + input +
                                       R"(}, "model": {"layers": [)" + layers + "]}}",
                                   "test");
    metadata.sequent_version = version();
    metadata.created = utc_now();
    std::vector<std::string> words;
    for (int i = 3; i < 30; ++i) words.push_back("w" + std::to_string(i));
    words.emplace_back("strasse");
    metadata.vocabulary = Vocabulary(words);
    metadata.labels = labels;
    SequenceModel model(resolve(metadata.config, metadata.vocabulary, metadata.labels));
    testing::randomize(*model);
    export_model(*model, metadata, {}, file_);
  }

  const std::filesystem::path& file() const { return file_; }
  Model load(const ModelOptions& options = kExplaining) const {
    return Model::load(file_, options);
  }

 private:
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "model.pt";
};

const LabelSet& classes() {
  static const LabelSet labels({"a", "b", "c"});
  return labels;
}
const std::string kTsv = R"({"type": "tsv"})";
const std::string kEmbedding = R"({"type": "embedding", "output_dim": 5},)";
const std::string kSoftmax = R"({"type": "dense", "activation": "softmax"})";
const std::string kStates = kEmbedding + R"({"type": "lstm", "units": 4, "bidirectional": true,
                                             "return_sequences": true},)";

double sum_of(const Explanation& explanation) {
  double sum = explanation.other;
  for (const TokenAttribution& token : explanation.tokens) sum += token.attribution;
  return sum;
}

TEST(Explain, AttributionsOfALinearModelAreExact) {
  const Archive archive("regression", kTsv, kEmbedding + R"({"type": "pool", "mode": "mean"},
                                                            {"type": "dense"})",
                        LabelSet::of_targets({"x"}));
  const Regressor regressor(archive.load());
  const std::vector<std::string> texts{"w3 w7 w9"};
  const Explanation found = regressor.explain(texts).at(0).at(0);
  EXPECT_NEAR(found.value, regressor.predict(texts[0]).values[0], 1e-6);
  const LoadedArchive weights = load_archive(archive.file());
  const auto table = weights.weights("layers.0.weight");
  const auto weight = weights.weights("layers.2.weight");
  const double deviation = weights.weights("layers.2.target_deviation")[0];
  ASSERT_EQ(found.tokens.size(), 3U);
  const std::vector<std::size_t> ids{3, 7, 9};
  for (std::size_t t = 0; t < ids.size(); ++t) {
    double expected = 0;
    for (std::size_t i = 0; i < 5; ++i) {
      expected += static_cast<double>(table[ids[t] * 5 + i]) * weight[i] * deviation / 3;
    }
    EXPECT_NEAR(found.tokens[t].attribution, expected, 1e-9) << t;
  }
  EXPECT_EQ(found.steps, 32) << "the first doubling changes nothing";
  EXPECT_LT(found.gap, 1e-12);
}

TEST(Explain, AttributionsAreComplete) {
  const Archive archive("classification", kTsv, kStates + R"({"type": "pool"},)" + kSoftmax,
                        classes());
  const Classifier classifier(archive.load());
  const std::vector<std::string> texts{"w3 w7 w9 w4 w3", "w29", "unknown words", ""};
  const auto all = classifier.explain(texts, {.labels = {0, 1, 2}});
  const auto predicted = classifier.classify(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(all[i].size(), 3U);
    for (std::size_t label = 0; label < 3; ++label) {
      const Explanation& found = all[i][label];
      EXPECT_EQ(found.output, static_cast<std::int64_t>(label));
      EXPECT_NEAR(found.value, predicted[i].probabilities[label], 1e-5);
      EXPECT_NEAR(sum_of(found), found.value - found.baseline_value, found.gap + 1e-12);
      EXPECT_LE(found.gap_share(), 0.01) << i << ' ' << label;
    }
    const Explanation best = classifier.explain(texts[i]);
    EXPECT_EQ(best.output, predicted[i].label);
  }
  EXPECT_TRUE(all[3][0].tokens.empty());
  EXPECT_NE(all[3][0].other, 0) << "of <empty>";
}

/// LibTorch computes the gradients of the archive's own graph with respect to its embedding's rows,
/// of which each point of the path has its own.
TEST(Explain, EqualsTheGradientsOfLibTorch) {
  for (const std::string& layers :
       {kStates + R"({"type": "attention"},)" + kSoftmax,
        kEmbedding + R"({"type": "self_attention"}, {"type": "conv1d", "filters": 4},
                        {"type": "gru", "units": 3},)" +
            kSoftmax}) {
    const Archive archive("classification", kTsv, layers, classes());
    const Classifier classifier(archive.load());
    const Explanation found =
        classifier.explain(std::string("w5 w6 w9 w12"), {.labels = {1}, .most_gap = 1e-6});
    torch::jit::Module graph = make_graph(load_archive(archive.file()));
    const torch::Tensor ids = torch::tensor({5, 6, 9, 12}, torch::kInt64);
    const torch::Tensor vectors =
        graph.attr("layers_0_weight").toTensor().detach().index_select(0, ids);
    constexpr std::int64_t kPoints = 400;
    const torch::Tensor alphas = (torch::arange(kPoints).to(torch::kFloat32) + 0.5) / kPoints;
    torch::Tensor points = (alphas.view({-1, 1, 1}) * vectors).flatten(0, 1).requires_grad_();
    graph.setattr("layers_0_weight", points);
    const torch::Tensor output = graph
                                     .forward({torch::arange(kPoints * 4).view({kPoints, 4}),
                                               torch::full({kPoints}, 4, torch::kInt64)})
                                     .toTensor();
    const torch::Tensor gradient =
        torch::autograd::grad({output.select(1, 1).sum()}, {points}).at(0);
    const torch::Tensor expected =
        (gradient.view({kPoints, 4, 5}).mean(0) * vectors).sum(1).to(torch::kFloat64);
    ASSERT_EQ(found.tokens.size(), 4U);
    for (std::int64_t t = 0; t < 4; ++t) {
      EXPECT_NEAR(found.tokens[static_cast<std::size_t>(t)].attribution, expected[t].item<double>(),
                  1e-4);
    }
  }
}

TEST(Explain, OffsetsAreOfTheOriginalText) {
  const Archive archive("classification", kTsv, kStates + R"({"type": "pool"},)" + kSoftmax,
                        classes(), R"(, "tokenizer": {"type": "words", "lowercase": true})");
  const Classifier classifier(archive.load());
  // 8 tokens, of which the model reads the first 6.
  const std::string text =
      "  W3, Stra\xc3\x9f"
      "e \xf0\x9f\x99\x82 w4! w5 w6";
  const Explanation found = classifier.explain(text);
  const CodePoints points(text);
  std::vector<std::string> parts;
  for (const TokenAttribution& token : found.tokens) {
    parts.emplace_back(points.part(token.begin, token.end));
  }
  EXPECT_EQ(parts, (std::vector<std::string>{"W3", ",",
                                             "Stra\xc3\x9f"
                                             "e",
                                             "\xf0\x9f\x99\x82", "w4", "!"}));
}

TEST(Explain, TruncatedAndPaddedTextsKeepTheirPlaces) {
  const Archive archive("classification", kTsv,
                        R"({"type": "embedding", "output_dim": 5, "mask": false},
                           {"type": "gru", "units": 3},)" +
                            kSoftmax,
                        classes(), R"(, "truncating": "pre", "padding": "pre")");
  const Classifier classifier(archive.load());
  const Explanation cut = classifier.explain("w3 w4 w5 w6 w7 w8 w9 w10");
  ASSERT_EQ(cut.tokens.size(), 6U);
  EXPECT_EQ(cut.tokens[0].begin, 6);
  EXPECT_EQ(cut.other, 0);
  const Explanation padded = classifier.explain("w3 w4");
  ASSERT_EQ(padded.tokens.size(), 2U);
  EXPECT_EQ(padded.tokens[1].begin, 3);
  EXPECT_NE(padded.other, 0);
  EXPECT_NEAR(sum_of(padded), padded.value - padded.baseline_value, padded.gap + 1e-12);
  // Without a token, the text is that of the other token.
  const Explanation occluded =
      classifier.explain("w3 w4", {.method = ExplainMethod::kOcclusion, .labels = {1}});
  EXPECT_NEAR(
      occluded.tokens[0].attribution,
      classifier.classify("w3 w4").probabilities[1] - classifier.classify("w4").probabilities[1],
      1e-6);
  EXPECT_NEAR(classifier.explain("w3", {.method = ExplainMethod::kOcclusion, .labels = {1}})
                  .tokens[0]
                  .attribution,
              classifier.classify("w3").probabilities[1] - classifier.classify("").probabilities[1],
              1e-6);
}

TEST(Explain, PairsAndBinaryOutputs) {
  const Archive archive("classification", R"({"type": "tsv", "text": "a", "text_b": "b"})",
                        kStates + R"({"type": "pool"}, {"type": "pair"},
                                     {"type": "dense", "units": 1, "activation": "sigmoid"})",
                        LabelSet({"no", "yes"}));
  const Classifier<TextPair> classifier(archive.load());
  const TextPair pair{"w3 w4", "w5 w6 w7"};
  const auto both = classifier.explain(std::span(&pair, 1), {.labels = {0, 1}}).at(0);
  ASSERT_EQ(both[0].tokens.size(), 5U);
  EXPECT_EQ(both[0].tokens[2].text, 1);
  EXPECT_EQ(both[0].tokens[2].begin, 0);
  EXPECT_NEAR(both[0].value + both[1].value, 1, 1e-12);
  EXPECT_NEAR(both[0].value, classifier.classify(pair).probabilities[0], 1e-5);
  for (std::size_t t = 0; t < 5; ++t) {
    EXPECT_NEAR(both[0].tokens[t].attribution, -both[1].tokens[t].attribution, 1e-12);
  }
  const auto occluded =
      classifier.explain(std::span(&pair, 1), {.method = ExplainMethod::kOcclusion}).at(0).at(0);
  const auto label = static_cast<std::size_t>(occluded.output);
  EXPECT_NEAR(occluded.tokens[3].attribution,
              classifier.classify(pair).probabilities[label] -
                  classifier.classify(TextPair{"w3 w4", "w5 w7"}).probabilities[label],
              1e-6);
}

TEST(Explain, SpansOfATagger) {
  for (const char* head : {R"({"type": "dense", "activation": "softmax"})", R"({"type": "crf"})"}) {
    const Archive archive("tagging", R"({"type": "conll"})", kStates + head,
                          LabelSet({"B-LOC", "I-LOC", "O"}));
    const Tagger tagger(archive.load());
    const std::vector<std::string> texts{"w3 w4 w5 w6", "", "w9 w8 w7 w3 w12 w20 w11"};
    const auto tagged = tagger.tag(texts);
    const auto found = tagger.explain(texts);
    const auto occluded = tagger.explain(texts, {.method = ExplainMethod::kOcclusion});
    std::size_t spans = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      ASSERT_EQ(found[i].size(), tagged[i].spans.size());
      for (std::size_t s = 0; s < found[i].size(); ++s, ++spans) {
        EXPECT_EQ(found[i][s].output, static_cast<std::int64_t>(s));
        EXPECT_EQ(found[i][s].tokens.size(), tagged[i].tokens.size());
        EXPECT_LE(found[i][s].gap_share(), 0.01);
        EXPECT_NEAR(occluded[i][s].value, found[i][s].value, 1e-12);
      }
    }
    EXPECT_GT(spans, 0U);
  }
}

TEST(Explain, RefusesWhatItCannotExplain) {
  const auto message_of = [](const auto& action) {
    const auto error = error_of(action);
    EXPECT_TRUE(error);
    if (!error) return std::string();
    EXPECT_EQ(error->kind(), ErrorKind::kUsage);
    return std::string(error->what());
  };
  const Archive archive("classification", kTsv,
                        kEmbedding + R"({"type": "gru", "units": 3, "zoneout": 0.1},)" + kSoftmax,
                        classes());
  const std::string text = "w3 w4";
  EXPECT_NE(message_of([&] { Classifier(archive.load({})).explain(text); }).find("explanations"),
            std::string::npos);
  const Classifier classifier(archive.load());
  EXPECT_LE(classifier.explain(text).gap_share(), 0.01);
  EXPECT_EQ(classifier.explain(text, {.method = ExplainMethod::kOcclusion}).tokens.size(), 2U);
  EXPECT_NE(message_of([&] { classifier.explain(text, {.labels = {3}}); }).find("expected 0 to 2"),
            std::string::npos);
  EXPECT_NE(message_of([&] { classifier.explain(text, {.most_gap = 0}); }).find("above 0"),
            std::string::npos);
}

}  // namespace
}  // namespace sequent
