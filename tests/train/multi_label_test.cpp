// Tests models that predict any number of labels: data, loss, training, thresholds and archive.
#include <gtest/gtest.h>

#include "multi_label_rows.h"
#include "report_values.h"
#include "sequent/error.h"
#include "sequent/predictor.h"
#include "sequent/trainer.h"
#include "support.h"
#include "train/losses.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;

class MultiLabel : public ::testing::Test {
 protected:
  MultiLabel() {
    folder_.write("train.tsv", testing::labelled_rows(400));
    folder_.write("test.tsv", testing::labelled_rows(100, 5));
  }

  Config config(const std::vector<Override>& changes = {}) const {
    Config config = parse_config(testing::kMultiLabelConfig, "several.json", changes);
    config.base_directory = folder_.path();
    return config;
  }
  PreparedData prepare(const std::string& format, const std::string& rows) const {
    folder_.write("rows", rows);
    return prepare_data(config({{"data.format", format},
                                {"data.train", "rows"},
                                {"data.validation", "rows"},
                                {"data.test", "null"}}),
                        folder_ / "cache");
  }
  static std::vector<std::vector<float>> marks(const EncodedDataset& data) {
    std::vector<std::vector<float>> all;
    for (std::int64_t row = 0; row < data.size(); ++row) {
      all.emplace_back(data.targets(row).begin(), data.targets(row).end());
    }
    return all;
  }

  TemporaryFolder folder_;
};

TEST_F(MultiLabel, ReadsListsOfLabelsInEveryFormat) {
  const std::vector<std::vector<float>> wanted{{1, 0, 1}, {0, 0, 0}, {0, 1, 0}, {0, 1, 0}};
  const std::vector<std::pair<std::string, std::string>> files{
      {R"({"type": "tsv"})", "text\tlabel\nx\ta,c\ny\t\nz\tb\nz\tb, b\n"},
      {R"({"type": "csv", "label_separator": "; "})",
       "text,label\nx,a; c\ny,\nz,b\n\"z\",\"b; b\"\n"},
      {R"({"type": "jsonl"})",
       "{\"text\": \"x\", \"label\": [\"c\", \"a\"]}\n{\"text\": \"y\", \"label\": []}\n"
       "{\"text\": \"z\", \"label\": \"b\"}\n{\"text\": \"z\", \"label\": [\"b\"]}\n"},
      {R"({"type": "fasttext"})", "__label__a __label__c x\ny\n__label__b z\nz __label__b\n"}};
  for (const auto& [format, rows] : files) {
    SCOPED_TRACE(format);
    for (const bool cached : {false, true}) {
      const PreparedData data = prepare(format, rows);
      EXPECT_EQ(data.from_cache, cached);
      EXPECT_EQ(data.labels.names(), (std::vector<std::string>{"a", "b", "c"}));
      EXPECT_EQ(marks(data.train), wanted);
      EXPECT_EQ(marks(data.validation), wanted);
    }
  }
}

TEST_F(MultiLabel, SaysWhatIsWrongWithRows) {
  const auto fault = [&](const std::string& format, const std::string& rows) {
    const auto error = error_of([&] { prepare(format, rows); });
    return error ? std::string(error->what()) : "";
  };
  EXPECT_NE(fault(R"({"type": "tsv"})", "text\tlabel\nx\ta,,c\ny\tb\n").find("rows:2"),
            std::string::npos);
  EXPECT_NE(fault(R"({"type": "tsv"})", "text\tlabel\nx\ta,,c\ny\tb\n").find("empty label"),
            std::string::npos);
  EXPECT_NE(fault(R"({"type": "jsonl"})", "{\"text\": \"x\", \"label\": [1]}\n").find("rows:1"),
            std::string::npos);
  EXPECT_NE(fault(R"({"type": "tsv"})", "text\tlabel\nx\ta\n").find("at least two"),
            std::string::npos);
  EXPECT_NE(fault(R"({"type": "tsv"})", "text\tlabel\nx\t\ny\t\n").find("none of its 2 rows has"),
            std::string::npos);
  folder_.write("dev", "text\tlabel\nx\ta,strange\n");
  folder_.write("rows", "text\tlabel\nx\ta\ny\tb\n");
  const auto unseen = error_of([&] {
    prepare_data(config({{"data.format", R"({"type": "tsv"})"},
                         {"data.train", "rows"},
                         {"data.validation", "dev"},
                         {"data.test", "null"}}),
                 {});
  });
  ASSERT_TRUE(unseen);
  EXPECT_NE(std::string(unseen->what()).find("\"strange\""), std::string::npos);
}

TEST_F(MultiLabel, LossIsTheMeanOverLabels) {
  const torch::Tensor logits = torch::randn({3, 4}, torch::kFloat64);
  const torch::Tensor wanted =
      torch::tensor({{1, 0, 1, 0}, {0, 0, 0, 0}, {1, 1, 1, 1}}).to(torch::kFloat32);
  LossOptions loss;
  loss.kind = Loss::kBinaryCrossentropy;
  const torch::Tensor p = torch::sigmoid(logits);
  const torch::Tensor expected = -(wanted * p.log() + (1 - wanted) * (1 - p).log()).mean(1);
  EXPECT_TRUE(torch::allclose(row_losses(logits, wanted, loss), expected, 1e-9));
}

TEST_F(MultiLabel, LearnsChoosesThresholdsAndIsMeasuredAlikeAsRunAndArchive) {
  TrainOptions options;
  options.out = folder_ / "run";
  const TrainReport report = train(config(), options);
  const Report& found = report.test.value();
  EXPECT_GT(*found.value("accuracy"), 0.97);
  EXPECT_GT(*found.value("macro_f1"), 0.97);
  const ReportTable& labels = *found.table("per_label");
  for (std::size_t row = 0; row < labels.rows.size(); ++row) {
    EXPECT_EQ(testing::cell(labels, row, "threshold"),
              testing::cell(*report.validation.table("per_label"), row, "threshold"));
  }
  const auto test = (folder_ / "test.tsv").string();
  EXPECT_EQ(evaluate(folder_ / "run", test), found);
  export_run(folder_ / "run", folder_ / "model.pt");
  const Report of_archive = evaluate(folder_ / "model.pt", test);
  EXPECT_NEAR(*of_archive.value("loss"), *found.value("loss"), 1e-6);
  EXPECT_EQ(*of_archive.table("per_label"), labels);
  for (const Engine engine : {Engine::kFused, Engine::kTorchScript}) {
    PredictorOptions how;
    how.engine = engine;
    const Predictor predictor = Predictor::load(folder_ / "model.pt", how);
    ASSERT_EQ(predictor.task(), "multi_label");
    const Prediction both = predictor.predict("it is loud cheap");
    ASSERT_EQ(predictor.labels(), (std::vector<std::string>{"light", "price", "sound"}));
    EXPECT_EQ(both.labels, (std::vector<std::int64_t>{1, 2}));
    EXPECT_GT(both.probabilities[1] + both.probabilities[2], 1.2);
    EXPECT_TRUE(predictor.predict("it is").labels.empty());
  }
}

}  // namespace
}  // namespace sequent
