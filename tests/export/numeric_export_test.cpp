// Tests archives of models with numeric input.
#include <gtest/gtest.h>
#include <torch/script.h>

#include "sequent/error.h"
#include "sequent/exporter.h"
#include "sequent/predictor.h"
#include "support.h"
#include "tensors.h"

namespace sequent {
namespace {

using testing::all_near;
using testing::error_of;

class NumericArchive : public ::testing::Test {
 protected:
  NumericArchive()
      : model_(resolve(parse_config(R"({"version": 1,
          "data": {"train": "none.jsonl", "format": {"type": "series"}},
          "input": {"type": "numeric", "channels": 2, "max_length": 9},
          "model": {"layers": [{"type": "normalization"},
            {"type": "lstm", "units": 3, "bidirectional": true, "return_sequences": true},
            {"type": "pool"}, {"type": "dense", "activation": "softmax"}]}})",
                                    "numeric.json"),
                       0, 2)) {
    torch::manual_seed(8);
    const torch::NoGradGuard no_gradient;
    for (const auto& named : model_->named_parameters()) named.value().uniform_(0.5, 1.5);
    card_.config = model_->config().config;
    card_.labels = LabelSet({"a", "b"});
    card_.sequent_version = version();
    card_.created = utc_now();
    export_model(*model_, card_, {}, file_);
  }

  testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "model.pt";
  SequenceModel model_;
  ArchiveMetadata card_;
};

TEST_F(NumericArchive, OpensAnywhereAndGivesTheTrainedModelsProbabilities) {
  EXPECT_LE(card_.parity_difference, 1e-5);
  EXPECT_EQ(card_.parity_rows, 4);
  torch::jit::Module plain = torch::jit::load(file_.string());
  const torch::Tensor values = torch::randn({3, 6, 2});
  const torch::Tensor lengths = torch::tensor({6, 1, 4}, torch::kInt64);
  const torch::NoGradGuard no_gradient;
  const torch::Tensor wanted = model_->predict({values, lengths});
  EXPECT_TRUE(all_near(plain.forward({values, lengths}).toTensor(), wanted, 1e-6));
  EXPECT_ANY_THROW(plain.forward({torch::randn({3, 6, 5}), lengths}));

  std::vector<Series> rows;
  for (std::int64_t b = 0; b < 3; ++b) {
    const torch::Tensor own = values[b].slice(0, 0, lengths[b].item<std::int64_t>()).contiguous();
    rows.emplace_back(own.data_ptr<float>(), own.data_ptr<float>() + own.numel());
  }
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    const Predictor predictor = Predictor::load(file_, {.engine = engine});
    EXPECT_EQ(predictor.channels(), 2);
    const auto found = predictor.predict(rows);
    ASSERT_EQ(found.size(), 3U);
    for (std::size_t b = 0; b < 3; ++b) {
      EXPECT_TRUE(all_near(torch::tensor(found[b].probabilities),
                           wanted[static_cast<std::int64_t>(b)], 1e-5));
    }
  }
}

TEST_F(NumericArchive, RefusesWhatItCannotRead) {
  const Predictor predictor = Predictor::load(file_);
  const auto message = [&](const std::vector<Series>& rows) {
    const auto error = error_of([&] { predictor.predict(rows); });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_NE(message({{1, 2}, {1, 2, 3}}).find("sequence 1: found 3 numbers"), std::string::npos);
  EXPECT_NE(message({{}}).find("sequence 0: found 0 numbers"), std::string::npos);
  EXPECT_NE(message({{1, NAN}}).find("not finite"), std::string::npos);
  EXPECT_TRUE(predictor.predict(std::vector<Series>{Series(40, 1)})[0].truncated);
  const auto text = error_of([&] { predictor.predict("words"); });
  ASSERT_TRUE(text);
  EXPECT_EQ(text->kind(), ErrorKind::kUsage);
}

}  // namespace
}  // namespace sequent
