// Compares precision, recall and F1 of spans with seqeval, which follows conlleval.
// `scripts/make_goldens.py tagging` creates the file.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sequent/error.h"
#include "sequent/report.h"
#include "support.h"
#include "tasks/tagging/tagging_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;
using testing::error_of;

std::vector<std::int32_t> indices(const Names& all, const Names& row) {
  std::vector<std::int32_t> result;
  for (const std::string& name : row) {
    result.push_back(
        static_cast<std::int32_t>(std::lower_bound(all.begin(), all.end(), name) - all.begin()));
  }
  return result;
}

TaggingReport report_of(const Names& tags, const std::vector<Names>& predicted,
                        const std::vector<Names>& truths) {
  TaggingMetrics metrics(tags);
  for (std::size_t row = 0; row < truths.size(); ++row) {
    metrics.add(indices(tags, predicted[row]), indices(tags, truths[row]));
  }
  return metrics.report(0.25);
}

TEST(TaggingGolden, AgreesWithSeqeval) {
  std::ifstream file(SEQUENT_SOURCE_DIR "/tests/golden/tagging.json");
  ASSERT_TRUE(file) << "tests/golden/tagging.json is missing";
  const Json golden = Json::parse(file);
  ASSERT_GE(golden.at("cases").size(), 5U);
  for (const Json& one_case : golden.at("cases")) {
    SCOPED_TRACE(one_case.at("name").get<std::string>());
    const TaggingReport report =
        report_of(one_case.at("tags"), one_case.at("predicted"), one_case.at("truths"));
    const Json& expected = one_case.at("expected");
    for (const char* name : {"accuracy", "precision", "recall", "f1", "macro_f1"}) {
      EXPECT_NEAR(to_report(report).value(name).value(), expected.at(name).get<double>(), 1e-6)
          << name;
    }
    for (const ClassReport& one : report.per_type) {
      if (!expected.at("per_type").contains(one.label)) continue;
      const Json& type = expected.at("per_type").at(one.label);
      EXPECT_NEAR(one.precision, type.at("precision").get<double>(), 1e-6) << one.label;
      EXPECT_NEAR(one.recall, type.at("recall").get<double>(), 1e-6) << one.label;
      EXPECT_NEAR(one.f1, type.at("f1-score").get<double>(), 1e-6) << one.label;
      EXPECT_EQ(one.support, type.at("support").get<double>()) << one.label;
    }
  }
}

TEST(TaggingReport, GoesThroughJson) {
  TaggingReport report = report_of({"B-X", "I-X", "O"}, {{"B-X", "I-X", "O"}}, {{"B-X", "O", "O"}});
  EXPECT_EQ(report.tokens, 3);
  EXPECT_EQ(report.f1, 0);
  EXPECT_EQ(report_from_json(report_to_json(to_report(report)), Task("tagging")),
            to_report(report));
  report.loss.reset();
  EXPECT_EQ(report_from_json(report_to_json(to_report(report), -1), Task("tagging")),
            to_report(report));
  const std::string text = report_to_text(to_report(report));
  EXPECT_EQ(text.find("loss"), std::string::npos);
  EXPECT_NE(text.find("accuracy of tokens  0.6667"), std::string::npos) << text;
  EXPECT_FALSE(to_report(report).value("loss"));
}

TEST(TaggingReport, NeedsRowsOfOneShape) {
  TaggingMetrics metrics({"A", "B"});
  EXPECT_EQ(error_of([&] { metrics.report({}); })->kind(), ErrorKind::kData);
  const std::vector<std::int32_t> one{0};
  const std::vector<std::int32_t> two{0, 1};
  EXPECT_EQ(error_of([&] { metrics.add(one, two); })->kind(), ErrorKind::kInternal);
}

TEST(TaggingReport, StandsOnThePage) {
  RunReport page;
  page.title = "tags";
  page.validation = to_report(report_of({"B-X", "I-X", "O"}, {{"B-X", "I-X"}}, {{"B-X", "I-X"}}));
  page.epoch_metrics = definition_of(Task("tagging")).epoch_metrics();
  page.epoch_records = {
      R"({"event":"epoch","epoch":1,"loss":1,"best":true,"validation":{"f1":0.5,"accuracy":0.9}})"};
  const std::string html = render_run_report(page);
  EXPECT_NE(html.find("F1 and accuracy on validation data"), std::string::npos);
  EXPECT_NE(html.find("<th scope=\"row\">X</th><td>1.0000</td>"), std::string::npos);
}

}  // namespace
}  // namespace sequent
