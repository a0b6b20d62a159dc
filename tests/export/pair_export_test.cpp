// Tests an exported model of pairs on both engines and through the public API.
#include <gtest/gtest.h>

#include "pair_rows.h"
#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/predictor.h"
#include "support.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

class PairArchive : public ::testing::Test {
 protected:
  PairArchive() {
    ArchiveMetadata metadata;
    metadata.config = parse_config(testing::kPairConfig, "test");
    metadata.vocabulary = Vocabulary({"the", "a", "cat", "ship", "is", "here"});
    metadata.labels = LabelSet({"other", "same"});
    metadata.sequent_version = version();
    metadata.created = utc_now();
    SequenceModel model(resolve(metadata.config, metadata.vocabulary.size(), 2));
    torch::manual_seed(1);
    testing::randomize(*model);
    export_model(*model, metadata, {}, file_);
    difference_ = metadata.parity_difference;
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "pair.pt";
  double difference_ = 1;
};

TEST_F(PairArchive, EnginesAgreeAndPairsKeepTheirOrder) {
  EXPECT_LT(difference_, 1e-5);
  std::vector<TextPair> pairs;
  for (int i = 0; i < 200; ++i) {
    pairs.push_back({i % 3 == 0 ? "the cat is here" : "a ship",
                     std::string(i % 5 == 0 ? "cat" : "the ship is a unknown word too long")});
  }
  const Predictor fused = Predictor::load(file_);
  EXPECT_TRUE(fused.reads_pairs());
  const auto found = fused.predict(pairs);
  const auto graph = Predictor::load(file_, {.engine = Engine::kTorchScript}).predict(pairs);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    ASSERT_NEAR(found[i].probabilities[0], graph[i].probabilities[0], 1e-5);
    const Prediction alone = fused.predict(pairs[i].first, pairs[i].second);
    ASSERT_NEAR(found[i].probabilities[0], alone.probabilities[0], 1e-5);
    EXPECT_EQ(found[i].truncated, i % 5 != 0);
  }
  EXPECT_NE(found[0].probabilities[0], found[1].probabilities[0]);
  // All features are symmetric.
  EXPECT_NEAR(fused.predict("the cat", "a ship is").probabilities[0],
              fused.predict("a ship is", "the cat").probabilities[0], 1e-6);
}

TEST_F(PairArchive, SingleTextsAreRefused) {
  const Predictor predictor = Predictor::load(file_);
  const auto error = error_of([&] { predictor.predict("one text"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  const auto invalid = error_of([&] { predictor.predict("fine", "caf\xe9"); });
  ASSERT_TRUE(invalid);
  EXPECT_EQ(invalid->kind(), ErrorKind::kData);
}

}  // namespace
}  // namespace sequent
