// Compares the metrics of generated and target texts with the values of sacrebleu and rouge-score
// (`scripts/make_goldens.py sequences`), and tests writing and reading of the report.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "sequent/error.h"
#include "sequent/report.h"
#include "support.h"
#include "tasks/sequence_to_sequence/sequence_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<std::vector<std::int32_t>>;

SequenceReport report_of(const Rows& written, const Rows& wanted) {
  SequenceMetrics metrics;
  for (std::size_t i = 0; i < written.size(); ++i) {
    metrics.add(written[i], wanted[i], /*same_text=*/i == 1);
  }
  return metrics.report(/*loss=*/3, /*right=*/4, /*tokens=*/8);
}

TEST(SequenceGolden, AgreesWithSacrebleuAndRougeScore) {
  std::ifstream file(SEQUENT_SOURCE_DIR "/tests/golden/sequences.json");
  ASSERT_TRUE(file) << "tests/golden/sequences.json is missing";
  const Json golden = Json::parse(file);
  ASSERT_GE(golden.at("cases").size(), 7U);
  for (const Json& one : golden.at("cases")) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    const SequenceReport report =
        report_of(one.at("written").get<Rows>(), one.at("wanted").get<Rows>());
    const Json& expected = one.at("expected");
    EXPECT_NEAR(report.bleu, expected.at("bleu").get<double>(), 1e-6);
    EXPECT_NEAR(report.rouge_l, expected.at("rouge_l").get<double>(), 1e-9);
    EXPECT_NEAR(report.exact_match, expected.at("exact_match").get<double>(), 1e-12);
  }
}

TEST(SequenceReport, GoesThroughJsonAndStandsOnThePage) {
  const SequenceReport made = report_of({{3, 4}, {5}}, {{3, 4}, {6}});
  EXPECT_DOUBLE_EQ(made.loss, 3.0 / 8);
  EXPECT_DOUBLE_EQ(made.accuracy, 0.5);
  EXPECT_DOUBLE_EQ(made.exact_match, 0.5);
  EXPECT_DOUBLE_EQ(made.exact_text_match.value(), 0.5);
  EXPECT_EQ(report_from_json(report_to_json(to_report(made)), Task("sequence_to_sequence")),
            to_report(made));
  EXPECT_EQ(to_report(made).value("exact_match"), 0.5);
  EXPECT_NE(report_to_text(to_report(made)).find("ROUGE-L"), std::string::npos);
  RunReport page;
  page.epoch_metrics = definition_of(Task("sequence_to_sequence")).epoch_metrics();
  page.title = "dates";
  page.epoch_records = {R"({"event": "epoch", "epoch": 1, "loss": 1.5, "best": true,
                            "validation": {"loss": 1, "accuracy": 0.5, "exact_match": 0.25}})"};
  page.validation = to_report(made);
  const std::string html = render_run_report(page);
  EXPECT_NE(html.find("Accuracy and exact match on validation data"), std::string::npos);
  EXPECT_NE(html.find("BLEU"), std::string::npos);
}

TEST(SequenceReport, WarnsIfTokensHideADifferenceOfTheTexts) {
  SequenceMetrics metrics;
  for (int row = 0; row < 39; ++row) metrics.add(Rows{{3}}[0], Rows{{3}}[0], row != 0);
  EXPECT_EQ(to_report(metrics.report(0, 1, 1)).warnings(), std::vector<std::string>{});
  for (int row = 0; row < 3; ++row) metrics.add(Rows{{3}}[0], Rows{{3}}[0], false);
  const Report report = to_report(metrics.report(0, 1, 1));
  ASSERT_EQ(report.warnings().size(), 1U);
  EXPECT_NE(report.warnings()[0].find("100.0 % of the generated texts have the tokens of the "
                                      "target, but only 90.5 % are equal"),
            std::string::npos)
      << report.warnings()[0];
}

TEST(SequenceReport, OfAnEarlierVersionHasNoMatchOfTexts) {
  Json json = Json::parse(report_to_json(to_report(report_of({{3, 4}}, {{3, 4}}))));
  json.erase("exact_text_match");
  const Report read = report_from_json(json.dump(), Task("sequence_to_sequence"));
  EXPECT_EQ(read.value("exact_match"), 1);
  EXPECT_EQ(read.value("exact_text_match"), std::nullopt);
  EXPECT_TRUE(read.warnings().empty());
}

TEST(SequenceReport, NeedsRows) {
  EXPECT_EQ(testing::error_of([] { SequenceMetrics().report(0, 0, 1); })->kind(), ErrorKind::kData);
}

}  // namespace
}  // namespace sequent
