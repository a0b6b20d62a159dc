// Tests that the exported model equals the trained one for every layer, and that the archive opens
// with LibTorch alone.
#include <gtest/gtest.h>
#include <torch/script.h>

#include <cstdlib>
#include <iostream>
#include <limits>
#include <sstream>

#include "core/random.h"
#include "infer/archive.h"
#include "model_configs.h"
#include "script/script_writer.h"
#include "sequent/exporter.h"
#include "sequent/inference.h"
#include "sequent/predictor.h"
#include "support.h"
#include "tensors.h"
#include "torchscript/graph.h"

namespace sequent {
namespace {

using testing::all_layer_chains;
using testing::all_near;
using testing::error_of;
using testing::NamedLayers;
using testing::TemporaryFolder;

ArchiveMetadata card_of(const ResolvedConfig& config) {
  ArchiveMetadata metadata;
  metadata.sequent_version = version();
  metadata.created = utc_now();
  metadata.config = config.config;
  std::vector<std::string> words;
  for (std::int64_t i = Vocabulary::kReserved; i < config.vocabulary_size; ++i) {
    words.push_back("w" + std::to_string(i));
  }
  metadata.vocabulary = Vocabulary(words);
  metadata.labels = LabelSet(config.class_count == 2 ? std::vector<std::string>{"no", "yes"}
                                                     : std::vector<std::string>{"a", "b", "c"});
  return metadata;
}

ResolvedConfig resolved_of(const NamedLayers& chain) {
  return resolve(config_of(chain), 40, chain.name == "Binary" ? 2 : 3);
}

EncodedDataset rows_of(const std::vector<std::vector<std::int32_t>>& all) {
  EncodedDataset rows;
  for (const auto& ids : all) rows.add(std::span<const std::int32_t>(ids), 0);
  return rows;
}

SequenceModel random_model(const ResolvedConfig& config) {
  SequenceModel model(config);
  testing::randomize(*model);
  return model;
}

class ExportChain : public ::testing::TestWithParam<NamedLayers> {};

TEST_P(ExportChain, GivesTheTrainedModelsProbabilities) {
  torch::manual_seed(2);
  const TemporaryFolder folder;
  const ResolvedConfig config = resolved_of(GetParam());
  SequenceModel model = random_model(config);
  ArchiveMetadata metadata = card_of(config);
  const auto file = folder / "model.pt";
  export_model(*model, metadata, rows_of({{3, 4, 5}, {39, 1}}), file);
  EXPECT_LE(metadata.parity_difference, 1e-5);
  EXPECT_EQ(metadata.parity_rows, config.config.characters() == nullptr ? 7 : 8);

  // This does not use any of Sequent's code.
  torch::jit::Module plain = torch::jit::load(file.string());
  const torch::Tensor lengths = torch::tensor({9, 1, 4}, torch::kInt64);
  const torch::Tensor tokens = torch::randint(0, 40, {3, 11}, torch::kInt64);
  const torch::NoGradGuard no_gradient;
  const torch::Tensor found = plain.forward({tokens, lengths}).toTensor();
  EXPECT_TRUE(all_near(found, model->predict({tokens, lengths}), 1e-5));
  EXPECT_EQ(found.scalar_type(), torch::kFloat32);
}

INSTANTIATE_TEST_SUITE_P(All, ExportChain, ::testing::ValuesIn(all_layer_chains()),
                         [](const auto& test) { return test.param.name; });

TEST(Export, SpelledTokensAreReadByThePlainGraph) {
  torch::manual_seed(3);
  const TemporaryFolder folder;
  const NamedLayers chain{"Spelled", R"([{"type": "embedding", "output_dim": 4, "concat":
      [{"type": "characters", "output_dim": 6, "max_bytes": 5}]},
      {"type": "gru", "units": 4}, {"type": "dense", "activation": "softmax"}])"};
  const ResolvedConfig config = resolved_of(chain);
  SequenceModel model = random_model(config);
  ArchiveMetadata metadata = card_of(config);
  const auto file = folder / "model.pt";
  export_model(*model, metadata, {}, file);

  torch::jit::Module plain = torch::jit::load(file.string());
  const torch::NoGradGuard no_gradient;
  Batch batch{torch::tensor({{3, -1, 4}, {-2, 0, 0}}, torch::kInt64),
              torch::tensor({3, 1}, torch::kInt64)};
  batch.spellings = torch::tensor({{'c', 'a', 't', 0, 0}, {'d', 'o', 'g', 's', 0}}, torch::kUInt8);
  const torch::Tensor found =
      plain.forward({batch.input, batch.lengths, batch.spellings}).toTensor();
  EXPECT_TRUE(all_near(found, model->predict(batch), 1e-6));

  // For text input, the characters of an unknown word matter.
  const Predictor predictor = Predictor::load(file);
  const auto a = predictor.predict("w5 zebra");
  const auto b = predictor.predict("w5 quagga");
  EXPECT_NE(a.probabilities, b.probabilities);
  EXPECT_EQ(a.unknown_share, 0.5);
  EXPECT_EQ(predictor.predict("w5 zebras").probabilities, a.probabilities) << "five bytes alone";
}

TEST(Export, SourceUsesNoNameOfOurs) {
  for (const NamedLayers& chain : all_layer_chains()) {
    EXPECT_EQ(torchscript_source(resolved_of(chain)).find("sequent"), std::string::npos);
  }
}

TEST(Export, RefusesWrongShapesWithAMessage) {
  const TemporaryFolder folder;
  const ResolvedConfig config = resolved_of(all_layer_chains()[0]);
  SequenceModel model = random_model(config);
  ArchiveMetadata metadata = card_of(config);
  export_model(*model, metadata, {}, folder / "model.pt");
  torch::jit::Module plain = torch::jit::load((folder / "model.pt").string());
  const auto message = [&](const torch::Tensor& tokens, const torch::Tensor& lengths) {
    try {
      plain.forward({tokens, lengths});
    } catch (const std::exception& fault) {
      return std::string(fault.what());
    }
    return std::string("no fault");
  };
  const auto zeros = [](torch::IntArrayRef shape) { return torch::zeros(shape, torch::kInt64); };
  const std::string flat = message(zeros({3}), zeros({3}) + 1);
  EXPECT_NE(flat.find("tokens must be [B, T] int64"), std::string::npos) << flat;
  const std::string short_of_one = message(zeros({3, 2}), zeros({2}) + 1);
  EXPECT_NE(short_of_one.find("lengths must be [B]"), std::string::npos) << short_of_one;
  for (const std::int64_t length : {-1, 0, 3}) {
    const std::string range = message(zeros({1, 2}), zeros({1}) + length);
    EXPECT_NE(range.find("lengths must be from 1 to T"), std::string::npos) << length << range;
  }
}

TEST(Export, AFullFolderLeavesNoFile) {
  const ResolvedConfig config = resolved_of(all_layer_chains()[0]);
  SequenceModel model = random_model(config);
  ArchiveMetadata metadata = card_of(config);
  const auto error =
      error_of([&] { export_model(*model, metadata, {}, "/proc/no-such-folder/model.pt"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kRuntime);
}

class DamagedArchive : public ::testing::Test {
 protected:
  DamagedArchive() {
    const ResolvedConfig config = resolved_of(all_layer_chains()[0]);
    SequenceModel model = random_model(config);
    ArchiveMetadata metadata = card_of(config);
    export_model(*model, metadata, {}, folder_ / "model.pt");
    bytes_ = testing::slurp(folder_ / "model.pt");
  }

  std::string fault_of(const std::string& content) {
    const std::string path = folder_.write("bad.pt", content);
    const auto error = error_of([&] { Predictor::load(path); });
    if (!error) return "";
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
    return error->issues()[0].message;
  }

  LoadedArchive archive() const { return load_archive(folder_ / "model.pt"); }

  static torch::Tensor first_weight(const torch::jit::Module& graph) {
    for (const auto& named : graph.named_parameters(/*recurse=*/false)) {
      return named.value.detach();
    }
    return {};
  }

  static std::string saved(const torch::jit::Module& graph, const std::string& metadata_json) {
    std::ostringstream out;
    graph.save(out, {{ArchiveMetadata::kFileName, metadata_json}});
    return out.str();
  }

  /// Returns an archive whose checksums are right, as an attacker would make it.
  static std::string with_checksums(const torch::jit::Module& graph, ArchiveMetadata metadata) {
    const std::string draft = saved(graph, "");
    metadata.records_checksum =
        records_checksum(ZipRecords(std::as_bytes(std::span<const char>(draft)), "draft"));
    return saved(graph, archive_metadata_to_json(metadata));
  }

  TemporaryFolder folder_;
  std::string bytes_;
};

TEST_F(DamagedArchive, TruncatedAnywhereIsSaid) {
  for (const double share : {0.02, 0.3, 0.6, 0.9, 0.999}) {
    const auto size = static_cast<std::size_t>(share * static_cast<double>(bytes_.size()));
    EXPECT_NE(fault_of(bytes_.substr(0, size)).find("truncated or damaged"), std::string::npos)
        << share;
  }
}

TEST_F(DamagedArchive, AChangedWeightIsSaid) {
  const torch::jit::Module graph = make_graph(archive());
  first_weight(graph).view(-1)[0] += 1;
  EXPECT_NE(fault_of(saved(graph, archive().metadata_json)).find("its checksum differs"),
            std::string::npos);
  // Version 0.1.0 wrote a checksum of the weights alone.
  ArchiveMetadata metadata = archive().metadata;
  metadata.records_checksum.clear();
  EXPECT_NE(fault_of(saved(graph, archive_metadata_to_json(metadata))).find("weights are damaged"),
            std::string::npos);
}

TEST_F(DamagedArchive, WeightsThatDoNotFitTheConfigAreSaid) {
  ArchiveMetadata metadata = archive().metadata;
  metadata.labels = LabelSet({"a", "b", "c", "d"});
  const torch::jit::Module graph = make_graph(archive());
  const std::string message = fault_of(with_checksums(graph, metadata));
  EXPECT_NE(message.find("found a weight of shape [3, 5]"), std::string::npos) << message;
  EXPECT_NE(message.find("need [4, 5]"), std::string::npos) << message;
}

TEST_F(DamagedArchive, WeightsThatAreNotFiniteAreSaid) {
  const torch::jit::Module graph = make_graph(archive());
  first_weight(graph).view(-1)[7] = std::numeric_limits<float>::quiet_NaN();
  const std::string message = fault_of(with_checksums(graph, archive().metadata));
  EXPECT_NE(message.find("value 7 is not finite"), std::string::npos) << message;
}

TEST_F(DamagedArchive, ForeignCodeRunsOnlyOnRequest) {
  const LoadedArchive good = archive();
  torch::jit::Module graph("SequentModel");
  for (const auto& weight : good.weights.all()) {
    graph.register_parameter(weight.name, torch::tensor(weight.values).view(weight.shape),
                             /*is_buffer=*/false);
  }
  graph.define(
      "def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:\n"
      "    return torch.ones([tokens.size(0), 3]) / 3.0\n");
  const std::string bytes = with_checksums(graph, good.metadata);
  const std::string path = folder_.write("foreign.pt", bytes);
  // The default engine reads the weights only.
  EXPECT_EQ(Predictor::load(path).predict("w5 w6").probabilities,
            Predictor::load(folder_ / "model.pt").predict("w5 w6").probabilities);
  ModelOptions options;
  options.engine = Engine::kTorchScript;
  const auto error = error_of([&] { Model::load(path, options); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  EXPECT_NE(std::string(error->what()).find("--trust-code"), std::string::npos);
  options.trust_code = true;
  const Classifier<std::string> trusted(Model::load(path, options));
  EXPECT_NEAR(trusted.classify(std::string("w5 w6")).probability, 1.0F / 3, 1e-6);
}

TEST_F(DamagedArchive, AGraphThatReturnsAnotherShapeIsSaid) {
  const LoadedArchive good = archive();
  torch::jit::Module graph("SequentModel");
  for (const auto& weight : good.weights.all()) {
    graph.register_parameter(weight.name, torch::tensor(weight.values).view(weight.shape),
                             /*is_buffer=*/false);
  }
  graph.define(
      "def forward(self, tokens: Tensor, lengths: Tensor) -> Tensor:\n"
      "    return torch.ones([tokens.size(0), 2])\n");
  const std::string path = folder_.write("shape.pt", with_checksums(graph, good.metadata));
  ModelOptions options;
  options.engine = Engine::kTorchScript;
  options.trust_code = true;
  const Classifier<std::string> model(Model::load(path, options));
  const auto error = error_of([&] { model.classify(std::string("w5")); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("returned Float [1, 2]; expected Float [1, 3]"),
            std::string::npos)
      << error->what();
}

/// Flips a random bit or truncates: each is an error or, in a byte without meaning, changes no
/// answer.
TEST_F(DamagedArchive, NoRandomDamageChangesAnAnswer) {
  const std::vector<std::string> texts = {"w5 w6 w7", "w39 unknown words here w4"};
  const auto answers = [&](const std::string& bytes, Engine engine) {
    ModelOptions options;
    options.engine = engine;
    const Model model = Model::load(std::as_bytes(std::span<const char>(bytes)), "memory", options);
    std::vector<float> all;
    for (const ClassPrediction& found : Classifier<std::string>(model).classify(texts)) {
      all.insert(all.end(), found.probabilities.begin(), found.probabilities.end());
    }
    return all;
  };
  const RandomStream random(1, RandomPurpose::kProbe);
  std::uint64_t draws = 0;
  int refused = 0;
  // scripts/soak.sh sets a larger number.
  const char* more = std::getenv("SEQUENT_TRIALS");
  const int trials = more == nullptr ? 200 : std::atoi(more);
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    const std::vector<float> expected = answers(bytes_, engine);
    for (int trial = 0; trial < trials; ++trial) {
      std::string damaged = bytes_;
      const std::size_t at = random.below(bytes_.size(), draws++);
      if (trial % 10 == 0) {
        damaged.resize(at);
      } else {
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << random.below(8, draws++)));
      }
      std::vector<float> found;
      const auto error = error_of([&] { found = answers(damaged, engine); });
      if (error) {
        EXPECT_EQ(error->kind(), ErrorKind::kArtifact) << error->what();
        ++refused;
      } else {
        EXPECT_EQ(found, expected) << "byte " << at;
      }
    }
  }
  EXPECT_GT(refused, trials);
  RecordProperty("trials", 2 * trials);
  std::cout << 2 * trials << " damaged archives, " << refused << " refused\n";
}

TEST_F(DamagedArchive, ForeignFilesAreSaid) {
  EXPECT_NE(fault_of("").find("is empty"), std::string::npos);
  EXPECT_NE(fault_of("hello, world").find("is not a model archive"), std::string::npos);
  torch::jit::Module other("Other");
  other.define("def forward(self, x: Tensor) -> Tensor:\n    return x\n");
  const auto path = folder_ / "other.pt";
  other.save(path.string());
  EXPECT_NE(fault_of(testing::slurp(path)).find("sequent export did not make"), std::string::npos);
}

TEST_F(DamagedArchive, LaterFormatsAreSaid) {
  std::string metadata = archive().metadata_json;
  const std::size_t at = metadata.find("\"format_version\"");
  ASSERT_NE(at, std::string::npos);
  const std::size_t digit = metadata.find('1', at);
  metadata.replace(digit, 1, "99");
  EXPECT_NE(fault_of(saved(make_graph(archive()), metadata)).find("99"), std::string::npos);
}

TEST_F(DamagedArchive, MemoryAndFileGiveTheSame) {
  const Predictor from_file = Predictor::load(folder_ / "model.pt");
  const Predictor from_memory =
      Predictor::load(std::as_bytes(std::span<const char>(bytes_)), "memory");
  const std::vector<std::string> texts = {"w5 w6 w7", "", "w39 unknown words here w4"};
  const auto a = from_file.predict(texts);
  const auto b = from_memory.predict(texts);
  ASSERT_EQ(a.size(), 3U);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].probabilities, b[i].probabilities);
  EXPECT_TRUE(a[1].empty);
  EXPECT_NEAR(a[2].unknown_share, 0.6, 1e-9);
}

}  // namespace
}  // namespace sequent
