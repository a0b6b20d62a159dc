// Tests that the exported model equals the trained one for every layer, and that the archive opens
// with LibTorch alone.
#include <gtest/gtest.h>
#include <torch/script.h>

#include "infer/archive.h"
#include "model_configs.h"
#include "sequent/exporter.h"
#include "sequent/predictor.h"
#include "support.h"
#include "tensors.h"

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
  LoadedArchive archive = load_archive(folder_ / "model.pt");
  {
    const torch::NoGradGuard no_gradient;
    for (const auto& named : archive.module.named_parameters(/*recurse=*/false)) {
      named.value.view(-1)[0] += 1;
      break;
    }
  }
  const auto path = folder_ / "changed.pt";
  archive.module.save(path.string(), {{ArchiveMetadata::kFileName, archive.metadata_json}});
  EXPECT_NE(fault_of(testing::slurp(path)).find("weights are damaged"), std::string::npos);
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
  LoadedArchive archive = load_archive(folder_ / "model.pt");
  std::string metadata = archive.metadata_json;
  const std::size_t at = metadata.find("\"format_version\"");
  ASSERT_NE(at, std::string::npos);
  const std::size_t digit = metadata.find('1', at);
  metadata.replace(digit, 1, "99");
  const auto path = folder_ / "later.pt";
  archive.module.save(path.string(), {{ArchiveMetadata::kFileName, metadata}});
  EXPECT_NE(fault_of(testing::slurp(path)).find("99"), std::string::npos);
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
