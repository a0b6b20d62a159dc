// Tests labels and tags that are not in the training data, where rows with them count as wrong.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "report_values.h"
#include "sequent/error.h"
#include "sequent/trainer.h"
#include "support.h"
#include "tagging_rows.h"
#include "tasks/classification/classification_training.h"
#include "tasks/tagging/tag_measures_training.h"
#include "tasks/tagging/tagging_metrics.h"

namespace sequent {
namespace {

using testing::error_of;
using Tags = std::vector<std::int32_t>;

void add_row(EncodedDataset& data, const Tags& tags, std::int32_t label = 0) {
  const Tags ids(tags.size(), Vocabulary::kUnknown);
  data.add(InputRow{ids, {}, 0}, std::span<const std::int32_t>(tags), label);
}

TEST(UnseenLabels, OfRowsAreClassesThatNothingIsPredictedAs) {
  EncodedDataset data;
  const Tags ids{Vocabulary::kUnknown};
  data.add(ids, 0);
  data.add(ids, data.number_unseen("c"));
  data.add(ids, 1);
  data.add(ids, data.number_unseen("c"));
  ClassScorer scorer(Config{}, LabelSet({"a", "b"}), data);
  const std::vector<float> predictions{0.5F, 0.5F, 0.5F, 0.5F, 0.75F, 0.25F, 0, 1};
  for (std::size_t row = 0; row < 4; ++row) {
    scorer.add(row, std::span(predictions).subspan(2 * row, 2));
  }
  const ClassificationReport report = scorer.classification_report();
  EXPECT_EQ(report.count, 4);
  EXPECT_DOUBLE_EQ(report.accuracy, 0.25);
  EXPECT_EQ(dense_counts(report.confusion.cells(), report.confusion.size()),
            (std::vector<std::vector<std::int64_t>>{{1, 0, 0}, {1, 0, 0}, {1, 1, 0}}));
  ASSERT_EQ(report.per_class.size(), 3U);
  EXPECT_EQ(report.per_class[2], (ClassReport{"c", 0, 0, 0, 2}));
  EXPECT_NEAR(report.loss, (std::log(2) + std::log(4) - 2 * std::log(1e-7)) / 4, 1e-5);
}

// The result is the same as if the training data had the tag and the model never predicted it.
TEST(UnseenLabels, OfTokensAreSpansThatAreMissed) {
  const std::vector<Tags> found{{0, 2, 1}, {3, 3, 0}, {1, 2, 3}};
  EncodedDataset data;
  const std::int32_t b_film = data.number_unseen("B-FILM");
  add_row(data, {0, 2, 3});
  add_row(data, {b_film, b_film, 0});
  add_row(data, {1, b_film, 3});
  const LabelSet labels({"B-LOC", "B-PER", "I-LOC", "O"});
  const Report report = score_tags({labels, data, {}, Vocabulary()}, {found, {}, std::nullopt});

  EncodedDataset known;
  add_row(known, {0, 2, 3});
  add_row(known, {4, 4, 0});
  add_row(known, {1, 4, 3});
  TaggingMetrics metrics({"B-LOC", "B-PER", "I-LOC", "O", "B-FILM"});
  for (std::size_t row = 0; row < found.size(); ++row) {
    metrics.add(found[row], known.tags(static_cast<std::int64_t>(row)));
  }
  EXPECT_EQ(report, to_report(metrics.report(std::nullopt)));
  // True: LOC, FILM, FILM, LOC, PER, FILM; predicted: LOC, PER, LOC, PER, LOC.
  EXPECT_DOUBLE_EQ(*report.value("recall"), 3.0 / 6);
  EXPECT_DOUBLE_EQ(*report.value("precision"), 3.0 / 5);
}

TEST(UnseenLabels, KeepTheirNamesWhenRowsAreBroughtTogether) {
  EncodedDataset first;
  add_row(first, {first.number_unseen("x"), 1}, first.number_unseen_sequence("p"));
  EncodedDataset second;
  add_row(second, {second.number_unseen("y"), second.number_unseen("x")},
          second.number_unseen_sequence("q"));
  EncodedDataset both;
  both.add(first, 0);
  both.add(second, 0);
  EXPECT_EQ(both.unseen().labels, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(both.unseen().sequence_labels, (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(Tags(both.tags(1).begin(), both.tags(1).end()), (Tags{-2, -1}));
  EXPECT_EQ(both.label(1), -2);
}

class UnseenTags : public ::testing::TestWithParam<const char*> {
 protected:
  TrainReport run(const std::string& config_text, const std::vector<Override>& changes) const {
    Config config = parse_config(config_text, "c.json", changes);
    config.base_directory = folder_.path();
    TrainOptions options;
    options.out = folder_ / "run";
    return train(config, options);
  }
  Report of(const char* model, const char* file, UnseenLabels unseen) const {
    EvaluateOptions options;
    options.unseen_labels = unseen;
    return evaluate(folder_ / model, (folder_ / file).string(), options);
  }

  testing::TemporaryFolder folder_;
};

TEST_P(UnseenTags, CountAsMissedInRunAndArchive) {
  folder_.write("train.conll", testing::tagged_rows(200));
  const std::string rows = testing::tagged_rows(40, 11);
  folder_.write("seen.conll", rows);
  folder_.write("dev.conll", rows + "\nin\tO\nheat\tB-FILM\n\nparis\tB-FILM\n");
  const TrainReport trained =
      run(testing::tagging_config(GetParam()), {{"data.unseen_labels", "wrong"}});
  const Report& report = trained.test.value();
  const Report seen = of("run", "seen.conll", UnseenLabels::kError);
  EXPECT_EQ(*report.value("count"), *seen.value("count") + 2);
  EXPECT_EQ(*report.value("tokens"), *seen.value("tokens") + 3);
  EXPECT_EQ(report.value("loss"), seen.value("loss"))
      << "rows with an unseen tag have no probability";
  const ReportTable& types = *report.table("per_type");
  EXPECT_EQ(types.rows.at(0).at(0), ReportValue("FILM"));
  EXPECT_EQ(testing::cell(types, 0, "support"), ReportValue(std::int64_t{2}));
  EXPECT_LT(*report.value("recall"), *seen.value("recall"));
  EXPECT_EQ(report_from_json(report_to_json(report), Task("tagging")), report);

  EXPECT_EQ(of("run", "dev.conll", UnseenLabels::kWrong), report);
  EXPECT_EQ(of("run", "dev.conll", UnseenLabels::kSkip), seen);
  EXPECT_TRUE(error_of([&] { of("run", "dev.conll", UnseenLabels::kError); }));
  export_run(folder_ / "run", folder_ / "model.pt");
  EXPECT_EQ(of("model.pt", "dev.conll", UnseenLabels::kWrong).value("f1"), report.value("f1"));
}

TEST_P(UnseenTags, CountAsMissedBesideLabelsOfRows) {
  folder_.write("train.jsonl", testing::labelled_tagged_rows(200));
  folder_.write("dev.jsonl", testing::labelled_tagged_rows(40, 11) +
                                 R"({"tokens": ["oslo"], "tags": ["B-LOC"], "intent": "book"})"
                                 "\n");
  const TrainReport trained =
      run(testing::joint_config(GetParam()), {{"data.unseen_labels", "wrong"}});
  const Report& report = trained.test.value();
  EXPECT_EQ(*report.value("sequence_label.count"), 41);
  const Report of_labels = testing::part_of(report, "sequence_label");
  const ReportTable& labels = *of_labels.table("per_class");
  EXPECT_EQ(labels.rows.back().at(0), ReportValue("book"));
  EXPECT_EQ(testing::cell(labels, labels.rows.size() - 1, "support"), ReportValue(std::int64_t{1}));
  EXPECT_LE(*report.value("sequence_label.accuracy"), 40.0 / 41);
  EXPECT_LE(*report.value("sequence_accuracy"), 40.0 / 41);
  EXPECT_EQ(of("run", "dev.jsonl", UnseenLabels::kWrong), report);
}

INSTANTIATE_TEST_SUITE_P(Heads, UnseenTags,
                         ::testing::Values(testing::kSoftmaxHead, testing::kCrfHead),
                         [](const auto& test) {
                           return test.param == testing::kCrfHead ? "Crf" : "Softmax";
                         });

}  // namespace
}  // namespace sequent
