// Archives that average several models: the mean of the models' own outputs is the oracle.
#include <gtest/gtest.h>
#include <torch/script.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "infer/archive.h"
#include "model_configs.h"
#include "sequent/exporter.h"
#include "sequent/inference.h"
#include "support.h"
#include "tensors.h"
#include "torchscript/graph.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::all_layer_chains;
using testing::all_near;
using testing::error_of;
using testing::NamedLayers;
using testing::TemporaryFolder;

constexpr std::int64_t kTokens = 40;

ResolvedConfig resolved_of(const NamedLayers& chain) {
  return resolve(config_of(chain), kTokens, chain.name == "Binary" ? 2 : 3);
}

ArchiveMetadata metadata_of(const ResolvedConfig& config) {
  ArchiveMetadata metadata;
  metadata.sequent_version = version();
  metadata.created = utc_now();
  metadata.config = config.config;
  std::vector<std::string> words;
  for (std::int64_t i = Vocabulary::kReserved; i < kTokens; ++i) {
    words.push_back("w" + std::to_string(i));
  }
  metadata.vocabulary = Vocabulary(words);
  metadata.labels = LabelSet(config.class_count == 2 ? std::vector<std::string>{"no", "yes"}
                                                     : std::vector<std::string>{"a", "b", "c"});
  return metadata;
}

std::vector<SequenceModel> random_models(const ResolvedConfig& config, int count) {
  std::vector<SequenceModel> models;
  for (int i = 0; i < count; ++i) {
    models.emplace_back(config);
    testing::randomize(*models.back());
  }
  return models;
}

torch::Tensor mean_of(const std::vector<SequenceModel>& models, const Batch& batch) {
  std::vector<torch::Tensor> outputs;
  for (SequenceModel model : models) outputs.push_back(model->predict(batch));
  return torch::stack(outputs).mean(0);
}

/// Chains that differ in what a member is made of: one output, hashed n-grams, an encoder of
/// characters, and self-attention.
std::vector<NamedLayers> some_chains() {
  const std::set<std::string> names{"Binary", "Ngrams", "SpellingCnn", "SelfAttention"};
  std::vector<NamedLayers> chosen{all_layer_chains().front()};
  for (const NamedLayers& chain : all_layer_chains()) {
    if (names.contains(chain.name)) chosen.push_back(chain);
  }
  return chosen;
}

class EnsembleChain : public ::testing::TestWithParam<NamedLayers> {};

TEST_P(EnsembleChain, GivesTheMeanOfTheModels) {
  torch::manual_seed(5);
  const TemporaryFolder folder;
  const ResolvedConfig config = resolved_of(GetParam());
  const std::vector<SequenceModel> models = random_models(config, 3);
  ArchiveMetadata metadata = metadata_of(config);
  const auto file = folder / "model.pt";
  export_ensemble(models, metadata, {}, file);
  EXPECT_EQ(metadata.members, 3);
  EXPECT_LE(metadata.parity_difference, 1e-5);

  // This does not use any of Sequent's code.
  torch::jit::Module plain = torch::jit::load(file.string());
  const torch::NoGradGuard no_gradient;
  const torch::Tensor tokens = torch::randint(0, kTokens, {3, 11}, torch::kInt64);
  const torch::Tensor lengths = torch::tensor({9, 1, 4}, torch::kInt64);
  EXPECT_TRUE(all_near(plain.forward({tokens, lengths}).toTensor(),
                       mean_of(models, {tokens, lengths}), 1e-5));

  // Both engines, from texts.
  const torch::Tensor row = torch::tensor({{3, 7, 9, 4}}, torch::kInt64);
  const torch::Tensor expected = mean_of(models, {row, torch::tensor({4}, torch::kInt64)});
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    ModelOptions options;
    options.engine = engine;
    const Classifier<std::string> classifier(Model::load(file, options));
    const auto found = classifier.classify(std::string("w3 w7 w9 w4")).probabilities;
    EXPECT_TRUE(all_near(torch::tensor(found).unsqueeze(0), expected, 1e-5));
  }
}

INSTANTIATE_TEST_SUITE_P(Some, EnsembleChain, ::testing::ValuesIn(some_chains()),
                         [](const auto& test) { return test.param.name; });

class EnsembleArchive : public ::testing::Test {
 protected:
  EnsembleArchive() {
    torch::manual_seed(6);
    models_ = random_models(config_, 2);
    ArchiveMetadata metadata = metadata_of(config_);
    export_ensemble(models_, metadata, {}, file_);
  }

  /// Returns the message for an archive with this graph and metadata, whose checksums are right.
  std::string fault_of(
      const torch::jit::Module& graph, ArchiveMetadata metadata,
      const std::function<void(json&)>& change = [](json&) {}) const {
    const std::string draft = saved(graph, "");
    metadata.records_checksum =
        records_checksum(ZipRecords(std::as_bytes(std::span<const char>(draft)), "draft"));
    std::string text = archive_metadata_to_json(metadata);
    json parsed = json::parse(text);
    change(parsed);
    if (parsed != json::parse(text)) {
      parsed.erase("checksum");
      parsed.erase("records_checksum");
      text = parsed.dump();
    }
    const std::string path = folder_.write("bad.pt", saved(graph, text));
    const auto error = error_of([&] { Model::load(path); });
    if (!error) return "";
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
    return error->what();
  }

  static std::string saved(const torch::jit::Module& graph, const std::string& metadata_json) {
    std::ostringstream out;
    graph.save(out, {{ArchiveMetadata::kFileName, metadata_json}});
    return out.str();
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "model.pt";
  ResolvedConfig config_ = resolved_of(all_layer_chains().front());
  std::vector<SequenceModel> models_;
};

TEST_F(EnsembleArchive, IsOfAFormatThatEarlierVersionsRefuse) {
  const json of_two = json::parse(load_archive(file_).metadata_json);
  EXPECT_EQ(of_two.at("format_version"), 2);
  EXPECT_EQ(of_two.at("members"), 2);
  ArchiveMetadata metadata = metadata_of(config_);
  export_model(*models_.front(), metadata, {}, folder_ / "one.pt");
  const json of_one = json::parse(load_archive(folder_ / "one.pt").metadata_json);
  EXPECT_EQ(of_one.at("format_version"), 1);
  EXPECT_FALSE(of_one.contains("members"));
}

TEST_F(EnsembleArchive, DamageOfAnyMemberIsSaid) {
  const LoadedArchive good = load_archive(file_);
  const torch::jit::Module graph = make_graph(good);
  for (const auto& named : graph.named_parameters(/*recurse=*/false)) {
    const torch::NoGradGuard no_gradient;
    named.value.view(-1)[0] += 1;
    const std::string path = folder_.write("bad.pt", saved(graph, good.metadata_json));
    const auto error = error_of([&] { Model::load(path); });
    named.value.view(-1)[0] -= 1;
    ASSERT_TRUE(error) << named.name;
    EXPECT_NE(std::string(error->what()).find("its checksum differs"), std::string::npos);
  }
}

TEST_F(EnsembleArchive, NumbersOfMembersThatDoNotFitAreSaid) {
  const LoadedArchive good = load_archive(file_);
  const torch::jit::Module graph = make_graph(good);
  ArchiveMetadata metadata = good.metadata;
  metadata.members = 3;
  EXPECT_NE(fault_of(graph, metadata).find("members_2_layers_"), std::string::npos);
  metadata.members = 1;
  EXPECT_NE(fault_of(graph, metadata).find("is not a weight of the config's model"),
            std::string::npos);
  const auto fault_with = [&](const std::function<void(json&)>& change) {
    return fault_of(graph, good.metadata, change);
  };
  EXPECT_NE(fault_with([](json& all) { all["members"] = 65; }).find("found 65; expected 2 to 64"),
            std::string::npos);
  EXPECT_NE(fault_with([](json& all) { all["format_version"] = 1; }).find("in format version 2"),
            std::string::npos);
  EXPECT_NE(fault_with([](json& all) { all.erase("members"); }).find("members"), std::string::npos);
}

TEST_F(EnsembleArchive, ItsCodeIsComparedBeforeItRuns) {
  const LoadedArchive good = load_archive(file_);
  torch::jit::Module graph("SequentModel");
  for (const auto& weight : good.weights.all()) {
    graph.register_parameter(weight.name, torch::tensor(weight.values).view(weight.shape),
                             /*is_buffer=*/false);
  }
  graph.define(
      "def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:\n"
      "    return torch.ones([tokens.size(0), 3]) / 3.0\n");
  ArchiveMetadata metadata = good.metadata;
  EXPECT_EQ(fault_of(graph, metadata), "") << "the default engine reads no code";
  ModelOptions options;
  options.engine = Engine::kTorchScript;
  const auto error = error_of([&] { Model::load(folder_ / "bad.pt", options); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("--trust-code"), std::string::npos);
}

TEST_F(EnsembleArchive, AttributionsAreTheMeanOfTheMembers) {
  const ModelOptions explaining{.explanations = true};
  const std::string text = "w3 w7 w9 w4";
  const ExplainOptions options{.labels = {1}};
  std::vector<double> sums(4, 0.0);
  for (SequenceModel model : models_) {
    ArchiveMetadata metadata = metadata_of(config_);
    export_model(*model, metadata, {}, folder_ / "one.pt");
    const Classifier<std::string> one(Model::load(folder_ / "one.pt", explaining));
    const Explanation found = one.explain(text, options);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += found.tokens.at(i).attribution;
  }
  const Classifier<std::string> classifier(Model::load(file_, explaining));
  const Explanation found = classifier.explain(text, options);
  ASSERT_EQ(found.tokens.size(), sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    EXPECT_NEAR(found.tokens[i].attribution, sums[i] / 2, 1e-9) << i;
  }
  EXPECT_NEAR(found.value, classifier.classify(text).probabilities[1], 1e-5);
}

TEST_F(EnsembleArchive, HasNoVectorsOfTexts) {
  const auto error = error_of([&] { const TextEmbedder embedder(Model::load(file_)); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_NE(std::string(error->what()).find("averages 2 models"), std::string::npos);
}

TEST_F(EnsembleArchive, OneModelIsNoEnsemble) {
  ArchiveMetadata metadata = metadata_of(config_);
  models_.pop_back();
  const auto error = error_of([&] { export_ensemble(models_, metadata, {}, folder_ / "one.pt"); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("found 1 models"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "one.pt"));
}

}  // namespace
}  // namespace sequent
