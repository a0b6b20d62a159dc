// Compares metrics with scikit-learn's values. `scripts/make_goldens.py metrics` creates the file.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sequent/report.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {
namespace {

using Json = nlohmann::json;

constexpr double kTolerance = 1e-6;

ClassificationReport report_of(const Json& one_case) {
  const auto truths = one_case.at("truths").get<std::vector<std::int64_t>>();
  const auto probabilities = one_case.at("probabilities").get<std::vector<std::vector<float>>>();
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < probabilities.at(0).size(); ++i) labels.push_back(std::to_string(i));
  ClassificationMetrics metrics(labels);
  for (std::size_t i = 0; i < truths.size(); ++i) metrics.add(probabilities[i], truths[i]);
  return metrics.report();
}

void expect_values(const ClassificationReport& report, const Json& expected) {
  for (const auto& [name, value] : expected.items()) {
    if (name == "per_class" || name == "confusion" || name == "count" || name == "top_k") continue;
    const std::optional<double> found = to_report(report).value(name);
    ASSERT_EQ(found.has_value(), value.is_number()) << name;
    if (!found) continue;
    EXPECT_NEAR(*found, value.get<double>(), kTolerance) << name;
  }
}

void expect_classes(const ClassificationReport& report, const Json& expected) {
  ASSERT_EQ(report.per_class.size(), expected.at("support").size());
  for (std::size_t i = 0; i < report.per_class.size(); ++i) {
    const ClassReport& one = report.per_class[i];
    EXPECT_NEAR(one.precision, expected.at("precision").at(i).get<double>(), kTolerance) << i;
    EXPECT_NEAR(one.recall, expected.at("recall").at(i).get<double>(), kTolerance) << i;
    EXPECT_NEAR(one.f1, expected.at("f1").at(i).get<double>(), kTolerance) << i;
    EXPECT_EQ(one.support, expected.at("support").at(i).get<std::int64_t>()) << i;
  }
}

TEST(MetricsGolden, AgreesWithScikitLearn) {
  std::ifstream file(SEQUENT_SOURCE_DIR "/tests/golden/metrics.json");
  ASSERT_TRUE(file) << "tests/golden/metrics.json is missing";
  const Json golden = Json::parse(file);
  ASSERT_GE(golden.at("cases").size(), 8U);
  for (const Json& one_case : golden.at("cases")) {
    SCOPED_TRACE(one_case.at("name").get<std::string>());
    const Json& expected = one_case.at("expected");
    const ClassificationReport report = report_of(one_case);
    EXPECT_EQ(report.count, expected.at("count").get<std::int64_t>());
    EXPECT_EQ(report.top_k, expected.at("top_k").get<std::int64_t>());
    EXPECT_EQ(dense_counts(report.confusion.cells(), report.confusion.size()),
              expected.at("confusion").get<std::vector<std::vector<std::int64_t>>>());
    expect_values(report, expected);
    expect_classes(report, expected.at("per_class"));
  }
}

}  // namespace
}  // namespace sequent
