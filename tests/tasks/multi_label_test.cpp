// Compares metrics of label sets with scikit-learn's values. `scripts/make_goldens.py multi_label`
// creates the file.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sequent/report.h"
#include "support.h"
#include "tasks/multi_label/multi_label_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using Json = nlohmann::json;
using testing::error_of;

MultiLabelMetrics metrics_of(const Json& one_case) {
  const auto truths = one_case.at("truths").get<std::vector<std::vector<float>>>();
  const auto probabilities = one_case.at("probabilities").get<std::vector<std::vector<float>>>();
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < truths.at(0).size(); ++i)
    labels.push_back("label " + std::to_string(i));
  MultiLabelMetrics metrics(labels);
  for (std::size_t i = 0; i < truths.size(); ++i) metrics.add(probabilities[i], truths[i]);
  return metrics;
}

TEST(MultiLabelGolden, AgreesWithScikitLearn) {
  std::ifstream file(SEQUENT_SOURCE_DIR "/tests/golden/multi_label.json");
  ASSERT_TRUE(file) << "tests/golden/multi_label.json is missing";
  const Json golden = Json::parse(file);
  ASSERT_GE(golden.at("cases").size(), 4U);
  for (const Json& one_case : golden.at("cases")) {
    SCOPED_TRACE(one_case.at("name").get<std::string>());
    const MultiLabelMetrics metrics = metrics_of(one_case);
    const MultiLabelReport report =
        metrics.report(one_case.at("thresholds").get<std::vector<double>>());
    const Json& expected = one_case.at("expected");
    EXPECT_EQ(report.count, expected.at("count").get<std::int64_t>());
    for (const auto& [name, value] : expected.items()) {
      if (name == "count" || name == "best_f1") continue;
      const std::optional<double> found = to_report(report).value(name);
      ASSERT_EQ(found.has_value(), value.is_number()) << name;
      if (found) {
        EXPECT_NEAR(*found, value.get<double>(), 1e-6) << name;
      }
    }
    const std::vector<double> best = metrics.best_thresholds();
    const MultiLabelReport at_best = metrics.report(best);
    for (std::size_t label = 0; label < best.size(); ++label) {
      const LabelReport& one = at_best.per_label[label];
      EXPECT_EQ(one.threshold, best[label]);
      const bool constant = one.support == 0 || one.support == report.count;
      if (constant) {
        EXPECT_EQ(best[label], 0.5);
      } else {
        EXPECT_NEAR(one.f1, expected.at("best_f1").at(label).get<double>(), 1e-9) << label;
      }
    }
  }
}

TEST(MultiLabelReport, SurvivesJsonAndShowsItself) {
  MultiLabelMetrics metrics({"a", "b"});
  metrics.add(std::vector<float>{0.9F, 0.4F}, std::vector<float>{1, 1});
  metrics.add(std::vector<float>{0.2F, 0.3F}, std::vector<float>{0, 0});
  const std::vector<double> thresholds = metrics.best_thresholds();
  EXPECT_NEAR(thresholds[0], 0.55, 1e-6);
  EXPECT_NEAR(thresholds[1], 0.35, 1e-6);
  const MultiLabelReport report = metrics.report(thresholds);
  EXPECT_EQ(report.accuracy, 1);
  EXPECT_EQ(metrics.report().accuracy, 0.5);
  const std::string json = report_to_json(to_report(report));
  EXPECT_EQ(report_from_json(json, Task("multi_label")), to_report(report));
  EXPECT_EQ(report_calibration(json, Task("multi_label")), thresholds);
  EXPECT_TRUE(report_calibration("", Task("multi_label")).empty());
  EXPECT_NE(report_to_text(to_report(report)).find("threshold"), std::string::npos);
  RunReport page;
  page.epoch_metrics = definition_of(Task("multi_label")).epoch_metrics();
  page.test = to_report(report);
  EXPECT_NE(render_run_report(page).find("Hamming loss"), std::string::npos);
}

TEST(MultiLabelMetrics, RefuseWhatIsNoRow) {
  MultiLabelMetrics metrics({"a", "b"});
  const std::vector<float> two{0.5F, 0.5F};
  EXPECT_EQ(error_of([&] { metrics.report(); })->kind(), ErrorKind::kData);
  EXPECT_EQ(error_of([&] { metrics.add({two.data(), 1}, two); })->kind(), ErrorKind::kInternal);
  EXPECT_EQ(error_of([&] {
              metrics.add(std::vector<float>{NAN, 0}, two);
            })->kind(),
            ErrorKind::kNumeric);
  metrics.add(two, two);
  EXPECT_EQ(error_of([&] { metrics.report({0.5}); })->kind(), ErrorKind::kInternal);
}

TEST(MultiLabel, WarnsOfALabelThatIsNeverFound) {
  MultiLabelMetrics metrics({"a", "b", "c"});
  metrics.add(std::vector<float>{0.9F, 0.1F, 0.8F}, std::vector<float>{1, 1, 0});
  metrics.add(std::vector<float>{0.2F, 0.3F, 0.1F}, std::vector<float>{0, 1, 0});
  const std::vector<std::string> warnings = to_report(metrics.report()).warnings();
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].find("of 1 of the 2 labels with rows, no row is found: \"b\";"), 0U)
      << warnings[0];
  const std::vector<double> lower{0.5, 0.1, 0.5};
  EXPECT_TRUE(to_report(metrics.report(lower)).warnings().empty());
}

}  // namespace
}  // namespace sequent
