// Archives of pairs whose texts have separate encoders: the trained model is the oracle.
#include <gtest/gtest.h>
#include <torch/script.h>

#include <sstream>

#include "infer/archive.h"
#include "model_configs.h"
#include "pair_rows.h"
#include "sequent/exporter.h"
#include "sequent/inference.h"
#include "support.h"
#include "tensors.h"
#include "torchscript/graph.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::error_of;
using testing::NamedLayers;
using testing::TemporaryFolder;

constexpr std::int64_t kTokens = 40;

std::vector<NamedLayers> all_encoders() {
  const auto chain = [](const std::string& name, const std::string& layers,
                        const std::string& concat = "") {
    return NamedLayers{name, R"([{"type": "embedding", "output_dim": 6)" + concat + "}," + layers +
                                 R"(, {"type": "pair", "features": ["first", "difference"],
                                       "encoders": "separate"},
                                      {"type": "dense", "activation": "softmax"}])"};
  };
  const std::string gru = R"({"type": "gru", "units": 4, "bidirectional": true})";
  const std::string states =
      R"({"type": "lstm", "units": 4, "return_sequences": true}, {"type": "dropout"},)";
  return {
      chain("Gru", gru),
      chain("PooledLstm", states + R"({"type": "pool", "mode": "mean"})"),
      chain("StackedLstm", states + R"({"type": "lstm", "units": 3, "bidirectional": true})"),
      chain("HiddenState", R"({"type": "lstm_hidden_state", "units": 4})"),
      chain("LayerNormLstm", R"({"type": "lstm", "units": 4, "layer_norm": true,
                                 "learned_initial_state": true})"),
      chain("Residual", R"({"type": "gru", "units": 6, "residual": true, "return_sequences": true},
                           {"type": "pool", "mode": ["last", "max"]})"),
      chain("Convolution", R"({"type": "conv1d", "filters": 4}, {"type": "layer_norm"},
                              {"type": "attention"})"),
      chain("SelfAttention", R"({"type": "self_attention", "heads": 2}, {"type": "pool"},
                                {"type": "dense", "units": 3, "activation": "tanh"})"),
      chain("Tables", gru, R"(, "concat": [{"type": "table", "output_dim": 2}])"),
      chain("Ngrams", gru, R"(, "concat": [{"type": "ngrams", "output_dim": 2, "buckets": 20}])"),
      chain("Characters", gru, R"(, "concat": [{"type": "characters", "output_dim": 4}])"),
  };
}

ArchiveMetadata metadata_of(const std::string& layers) {
  ArchiveMetadata metadata;
  metadata.sequent_version = version();
  metadata.created = utc_now();
  metadata.config = parse_config(testing::kPairConfig, "test", {{"model.layers", layers}});
  std::vector<std::string> words;
  for (std::int64_t i = Vocabulary::kReserved; i < kTokens; ++i) {
    words.push_back("w" + std::to_string(i));
  }
  metadata.vocabulary = Vocabulary(words);
  metadata.labels = LabelSet({"other", "same"});
  return metadata;
}

SequenceModel random_model(const Config& config) {
  SequenceModel model(resolve(config, kTokens, 2));
  testing::randomize(*model);
  return model;
}

/// Two pairs, and the same as texts.
Batch some_pairs() {
  return {torch::tensor({{3, 7, 0, 0}, {9, 4, 11, 5}, {8, 3, 39, 0}, {6, 0, 0, 0}}, torch::kInt64),
          torch::tensor({2, 4, 3, 1}, torch::kInt64)};
}
const std::vector<TextPair> kTexts{{"w3 w7", "w9 w4 w11 w5"}, {"w8 w3 w39", "w6"}};

/// Expects that both engines give these probabilities. Shapes: expected [2, 2].
void expect_outputs(const std::filesystem::path& file, const torch::Tensor& expected) {
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    ModelOptions options;
    options.engine = engine;
    const Classifier<TextPair> classifier(Model::load(file, options));
    const auto together = classifier.classify(kTexts);
    for (std::size_t i = 0; i < kTexts.size(); ++i) {
      const torch::Tensor row = expected[static_cast<std::int64_t>(i)];
      EXPECT_TRUE(all_near(torch::tensor(together[i].probabilities), row, 1e-5));
      EXPECT_TRUE(all_near(torch::tensor(classifier.classify(kTexts[i]).probabilities), row, 1e-5));
    }
  }
}

class PairEncodersArchive : public ::testing::TestWithParam<NamedLayers> {};

TEST_P(PairEncodersArchive, GivesTheOutputsOfTheModel) {
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(5);
  const TemporaryFolder folder;
  ArchiveMetadata metadata = metadata_of(GetParam().layers);
  SequenceModel model = random_model(metadata.config);
  const auto file = folder / "model.pt";
  export_model(*model, metadata, {}, file);
  EXPECT_LE(metadata.parity_difference, 1e-5);
  const Batch batch = some_pairs();
  const torch::Tensor expected = model->predict(batch);
  // This does not use any of Sequent's code.
  torch::jit::Module plain = torch::jit::load(file.string());
  EXPECT_TRUE(all_near(plain.forward({batch.input, batch.lengths}).toTensor(), expected, 1e-5));
  expect_outputs(file, expected);
}

INSTANTIATE_TEST_SUITE_P(All, PairEncodersArchive, ::testing::ValuesIn(all_encoders()),
                         [](const auto& test) { return test.param.name; });

TEST(PairEncodersArchives, CanBeAveraged) {
  const torch::NoGradGuard no_gradient;
  torch::manual_seed(6);
  const TemporaryFolder folder;
  ArchiveMetadata metadata = metadata_of(all_encoders().front().layers);
  const std::vector<SequenceModel> models{random_model(metadata.config),
                                          random_model(metadata.config)};
  export_ensemble(models, metadata, {}, folder / "model.pt");
  SequenceModel first = models[0];
  SequenceModel second = models[1];
  expect_outputs(folder / "model.pt",
                 (first->predict(some_pairs()) + second->predict(some_pairs())) / 2);
}

/// Returns the message for an archive with the weights of one config and the metadata of another.
std::string fault_with(PairEncoders weights, PairEncoders config) {
  const TemporaryFolder folder;
  const auto set = [](Config& all, PairEncoders encoders) {
    for (LayerSpec& layer : all.model.layers) {
      if (auto* pair = std::get_if<PairSpec>(&layer)) pair->encoders = encoders;
    }
  };
  ArchiveMetadata metadata = metadata_of(all_encoders().front().layers);
  set(metadata.config, weights);
  export_model(*random_model(metadata.config), metadata, {}, folder / "good.pt");
  const LoadedArchive good = load_archive(folder / "good.pt");
  const torch::jit::Module graph = make_graph(good);
  const auto saved = [&](const std::string& metadata_json) {
    std::ostringstream out;
    graph.save(out, {{ArchiveMetadata::kFileName, metadata_json}});
    return out.str();
  };
  ArchiveMetadata changed = good.metadata;
  set(changed.config, config);
  const std::string draft = saved("");
  changed.records_checksum =
      records_checksum(ZipRecords(std::as_bytes(std::span<const char>(draft)), "draft"));
  const std::string path = folder.write("bad.pt", saved(archive_metadata_to_json(changed)));
  const auto error = error_of([&] { Model::load(path); });
  if (!error) return "";
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  return error->what();
}

TEST(PairEncodersArchives, WeightsThatDoNotFitTheConfigAreSaid) {
  EXPECT_EQ(fault_with(PairEncoders::kSeparate, PairEncoders::kSeparate), "");
  const std::string surplus = fault_with(PairEncoders::kSeparate, PairEncoders::kShared);
  EXPECT_NE(surplus.find("layers_1_second_"), std::string::npos) << surplus;
  EXPECT_NE(surplus.find("is not a weight of the config's model"), std::string::npos) << surplus;
  const std::string missing = fault_with(PairEncoders::kShared, PairEncoders::kSeparate);
  EXPECT_NE(missing.find("layers_1_second_"), std::string::npos) << missing;
  EXPECT_NE(missing.find("this weight is missing"), std::string::npos) << missing;
}

TEST(PairEncodersArchives, HaveNoVectorsOfSingleTexts) {
  const TemporaryFolder folder;
  ArchiveMetadata metadata = metadata_of(all_encoders().front().layers);
  export_model(*random_model(metadata.config), metadata, {}, folder / "model.pt");
  const auto error =
      error_of([&] { const TextEmbedder embedder(Model::load(folder / "model.pt")); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_NE(std::string(error->what()).find("has separate encoders"), std::string::npos);
}

}  // namespace
}  // namespace sequent
