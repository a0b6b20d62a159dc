// Tests the public API for inference: order, independence of rows, many threads and errors.
#include "sequent/predictor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "kernels/recurrent.h"
#include "sequent/error.h"
#include "sequent/exporter.h"
#include "support.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

class PredictorTest : public ::testing::Test {
 protected:
  PredictorTest() {
    torch::manual_seed(4);
    const Config config = parse_config(R"({"version": 1, "data": {"train": "none.tsv"},
      "input": {"type": "text", "max_length": 20},
      "model": {"layers": [{"type": "embedding", "output_dim": 6},
        {"type": "lstm", "units": 5, "bidirectional": true, "return_sequences": true},
        {"type": "pool"}, {"type": "dense", "activation": "softmax"}]}})",
                                       "test");
    ArchiveMetadata metadata;
    metadata.config = config;
    std::vector<std::string> words;
    for (int i = 0; i < 50; ++i) words.push_back("w" + std::to_string(i));
    metadata.vocabulary = Vocabulary(words);
    metadata.labels = LabelSet({"a", "b", "c"});
    metadata.sequent_version = version();
    metadata.created = utc_now();
    SequenceModel model(resolve(config, metadata.vocabulary.size(), 3));
    {
      const torch::NoGradGuard no_gradient;
      for (torch::Tensor& parameter : model->parameters()) parameter.normal_(0, 0.7);
    }
    export_model(*model, metadata, {}, file_);
    for (int i = 0; i < 700; ++i) {
      std::string text;
      for (int t = 0; t < i % 30; ++t) text += "w" + std::to_string((i * 7 + t * 13) % 60) + " ";
      texts_.push_back(text);
    }
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "model.pt";
  std::vector<std::string> texts_;
};

TEST_F(PredictorTest, EachTextIsTheSameAloneAndTogether) {
  const Predictor predictor = Predictor::load(file_);
  const auto together = predictor.predict(texts_);
  ASSERT_EQ(together.size(), texts_.size());
  for (std::size_t i = 0; i < texts_.size(); i += 37) {
    const Prediction alone = predictor.predict(texts_[i]);
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(alone.probabilities[c], together[i].probabilities[c], 1e-6) << "text " << i;
    }
    EXPECT_EQ(alone.label, together[i].label);
    EXPECT_EQ(together[i].empty, texts_[i].empty());
    EXPECT_EQ(together[i].truncated, i % 30 > 20);
  }
}

// Two literals must not be interpreted as the begin and end of one text.
TEST_F(PredictorTest, TakesListsOfLiterals) {
  const Predictor predictor = Predictor::load(file_);
  const auto found = predictor.predict({"w1 w2", "w3"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].probabilities, predictor.predict("w1 w2").probabilities);
  EXPECT_EQ(found[1].probabilities, predictor.predict("w3").probabilities);
  EXPECT_EQ(predictor.predict({"w1"}).size(), 1U);
}

TEST_F(PredictorTest, OptionsChangeNoResult) {
  const auto wanted = Predictor::load(file_).predict(texts_);
  for (const PredictorOptions& options :
       {PredictorOptions{.threads = 1, .batch_tokens = 1}, PredictorOptions{.threads = 3},
        PredictorOptions{.threads = 2, .batch_tokens = 1000000}}) {
    const auto found = Predictor::load(file_, options).predict(texts_);
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      for (std::size_t c = 0; c < 3; ++c) {
        ASSERT_NEAR(found[i].probabilities[c], wanted[i].probabilities[c], 1e-6) << "text " << i;
      }
    }
  }
}

TEST_F(PredictorTest, ServesManyThreadsAtOnce) {
  const Predictor predictor = Predictor::load(file_, {.threads = 2});
  const auto wanted = predictor.predict(texts_);
  std::vector<std::thread> threads;
  std::vector<int> faults(6, 0);
  for (std::size_t n = 0; n < faults.size(); ++n) {
    threads.emplace_back([&, n] {
      for (int round = 0; round < 5; ++round) {
        const std::size_t begin = n * 50;
        const auto found = predictor.predict(std::span(texts_).subspan(begin, 100));
        for (std::size_t i = 0; i < found.size(); ++i) {
          if (std::abs(found[i].probability - wanted[begin + i].probability) > 1e-6F) ++faults[n];
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(faults, std::vector<int>(6, 0));
}

TEST_F(PredictorTest, InvalidTextIsNamed) {
  const Predictor predictor = Predictor::load(file_);
  const std::vector<std::string> texts = {"w1", "caf\xe9"};
  const auto error = error_of([&] { predictor.predict(texts); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_EQ(error->issues()[0].where, "text 1");
  EXPECT_TRUE(predictor.predict(std::span<const std::string>{}).empty());
}

TEST_F(PredictorTest, LeavesTheCallersThreadAlone) {
  at::set_num_threads(2);
  const Predictor predictor = Predictor::load(file_);
  predictor.predict("w1 w2");
  EXPECT_EQ(at::get_num_threads(), 2);
  volatile float small = 1e-38F;
  EXPECT_NE(small / 16, 0.0F) << "denormals are flushed in the caller's thread";
}

TEST_F(PredictorTest, EnginesAndTokenTablesGiveTheSame) {
  const auto wanted = Predictor::load(file_, {.engine = Engine::kTorchScript}).predict(texts_);
  for (const std::int64_t mib : {0, 256}) {
    const Predictor fused = Predictor::load(file_, {.token_table_mib = mib});
    for (int round = 0; round < 2; ++round) {  // with an empty and with a filled table
      const auto found = fused.predict(texts_);
      for (std::size_t i = 0; i < texts_.size(); ++i) {
        EXPECT_EQ(found[i].label, wanted[i].label);
        for (std::size_t c = 0; c < 3; ++c) {
          ASSERT_NEAR(found[i].probabilities[c], wanted[i].probabilities[c], 1e-5) << texts_[i];
        }
      }
    }
  }
}

TEST_F(PredictorTest, PrecisionIsOfTheFusedEngine) {
  const auto wanted = Predictor::load(file_).predict(texts_);
  const auto found = Predictor::load(file_, {.precision = Precision::kAuto}).predict(texts_);
  bool differs = false;
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      ASSERT_NEAR(found[i].probabilities[c], wanted[i].probabilities[c], 0.03) << texts_[i];
      differs = differs || found[i].probabilities[c] != wanted[i].probabilities[c];
    }
  }
  EXPECT_EQ(differs, kernels::bfloat16_kernels() != nullptr) << "auto rounds where the CPU can";
  const auto error = error_of([&] {
    Predictor::load(file_, {.engine = Engine::kTorchScript, .precision = Precision::kBfloat16});
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    const auto half = error_of(
        [&] { Predictor::load(file_, {.engine = engine, .precision = Precision::kFloat16}); });
    ASSERT_TRUE(half);
    EXPECT_EQ(half->kind(), ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace sequent
