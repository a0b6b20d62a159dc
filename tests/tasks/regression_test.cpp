// Compares metrics of regression with the values of scikit-learn and SciPy
// (`scripts/make_goldens.py regression`), and tests writing and reading of the report.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "sequent/error.h"
#include "sequent/report.h"
#include "support.h"
#include "tasks/regression/regression_metrics.h"
#include "tasks/task_definition.h"

namespace sequent {
namespace {

using Json = nlohmann::json;
using Rows = std::vector<std::vector<float>>;

RegressionReport report_of(const Rows& truths, const Rows& values, RegressionLoss loss = {}) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < truths.at(0).size(); ++i) names.push_back("y" + std::to_string(i));
  RegressionMetrics metrics(names, std::move(loss));
  for (std::size_t i = 0; i < truths.size(); ++i) metrics.add(values[i], truths[i]);
  return metrics.report();
}

TEST(RegressionGolden, AgreesWithScikitLearnAndSciPy) {
  std::ifstream file(SEQUENT_SOURCE_DIR "/tests/golden/regression.json");
  ASSERT_TRUE(file) << "tests/golden/regression.json is missing";
  const Json golden = Json::parse(file);
  ASSERT_GE(golden.at("cases").size(), 4U);
  for (const Json& one : golden.at("cases")) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    const auto truths = one.at("truths").get<Rows>();
    const auto values = one.at("values").get<Rows>();
    const RegressionReport report = report_of(truths, values);
    EXPECT_EQ(report.count, one.at("expected").at("count").get<std::int64_t>());
    EXPECT_NEAR(report.loss, report.mse, 1e-9 * report.mse);
    const RegressionReport huber = report_of(truths, values, {RegressionLoss::Kind::kHuber, {}});
    for (const auto& [name, expected] : one.at("expected").items()) {
      if (name == "count") continue;
      const std::optional<double> found =
          name == "huber" ? huber.loss : to_report(report).value(name);
      ASSERT_EQ(found.has_value(), expected.is_number()) << name;
      if (!found) continue;
      const auto wanted = expected.get<double>();
      EXPECT_NEAR(*found, wanted, 1e-6 * std::max(1.0, std::abs(wanted))) << name;
    }
  }
}

TEST(RegressionMetrics, TheLossIsInDeviations) {
  const RegressionReport squared =
      report_of({{10}, {20}}, {{14}, {20}}, {RegressionLoss::Kind::kSquared, {4}});
  EXPECT_DOUBLE_EQ(squared.loss, 0.5);
  EXPECT_DOUBLE_EQ(squared.mse, 8);
  const RegressionReport absolute =
      report_of({{10}, {20}}, {{14}, {20}}, {RegressionLoss::Kind::kAbsolute, {4}});
  EXPECT_DOUBLE_EQ(absolute.loss, 0.5);
}

TEST(RegressionMetrics, ErrorsAreSharesOfTruthsAndOfNaiveErrors) {
  EXPECT_NEAR(*report_of({{10}, {-20}}, {{14}, {-30}}).mape, 0.45, 1e-9);
  EXPECT_FALSE(report_of({{10}, {0}}, {{14}, {1}}).mape);
  RegressionMetrics metrics({"y+1", "y+2"}, {});
  metrics.add(std::vector<float>{1, 2}, std::vector<float>{2, 5});
  EXPECT_FALSE(metrics.report().mase);
  EXPECT_DOUBLE_EQ(*metrics.report({2, 2}).mase, (0.5 + 1.5) / 2);
  EXPECT_FALSE(metrics.report({2, 0}).mase);
}

TEST(RegressionMetrics, AreRelativeToTheOrigin) {
  RegressionMetrics metrics({"y"}, {}, {1600000000});
  metrics.add(std::vector<float>{14}, std::vector<float>{10});
  metrics.add(std::vector<float>{-30}, std::vector<float>{-20});
  const RegressionReport report = metrics.report();
  EXPECT_DOUBLE_EQ(report.mae, 7);
  EXPECT_NEAR(*report.mape, (4 / 1600000010.0 + 10 / 1599999980.0) / 2, 1e-15);
  RegressionMetrics zero({"y"}, {}, {-10});
  zero.add(std::vector<float>{14}, std::vector<float>{10});
  EXPECT_FALSE(zero.report().mape);
}

TEST(RegressionMetrics, RefuseWhatIsNoNumber) {
  RegressionMetrics metrics({"y"}, {});
  EXPECT_THROW(metrics.report(), Error);
  const float nan[] = {NAN};
  const float one[] = {1};
  const auto error = testing::error_of([&] { metrics.add(nan, one); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kNumeric);
}

TEST(RegressionReport, RoundTripsAsJson) {
  RegressionReport made = report_of({{1, 5}, {2, 5}, {4, 5}}, {{1.5F, 5}, {2, 6}, {3, 5}});
  made.baselines = {{"last value", 2.5, 1.25}};
  made.per_target[0].naive_mae = 1.5;
  made.curve = {{1, 2}, {3, 4.5}};
  made.curve_steps = 2;
  const Report report = to_report(made);
  EXPECT_EQ(report_from_json(report_to_json(report), Task("regression")), report);
  EXPECT_EQ(report_calibration(report_to_json(report), Task("regression")),
            (std::vector<double>{1.5, 0}));
  const Json json = Json::parse(report_to_json(report));
  EXPECT_TRUE(json.at("r2").is_null());
  EXPECT_EQ(json.at("per_target").at(1).at("name"), "y1");
  for (const char* key : {"loss", "rmse", "per_target", "baselines", "curve", "count"}) {
    Json damaged = json;
    damaged.erase(key);
    EXPECT_TRUE(testing::error_of([&] { report_from_json(damaged.dump(), Task("regression")); }))
        << key;
  }
}

TEST(RegressionReport, ShowsTargetsWhereThereAreSeveral) {
  const std::string one = report_to_text(to_report(report_of({{1}, {2}}, {{1}, {3}})));
  EXPECT_NE(one.find("RMSE"), std::string::npos);
  EXPECT_EQ(one.find("y0"), std::string::npos);
  const std::string two = report_to_text(to_report(report_of({{1, 2}, {2, 3}}, {{1, 2}, {3, 3}})));
  EXPECT_NE(two.find("y1"), std::string::npos);
  RunReport page;
  page.epoch_metrics = definition_of(Task("regression")).epoch_metrics();
  page.title = "forecast";
  page.epoch_records = {R"({"event": "epoch", "epoch": 1, "loss": 1.5, "best": true,
                            "validation": {"loss": 1, "rmse": 2, "mae": 1.5, "r2": 0.5}})"};
  RegressionReport validation = report_of({{1, 2}, {2, 3}}, {{1, 2}, {3, 3}});
  validation.curve = {{1, 1}, {2, 3}};
  page.validation = to_report(validation);
  const std::string html = render_run_report(page);
  EXPECT_NE(html.find("RMSE and MAE on validation data"), std::string::npos);
  EXPECT_NE(html.find("y1"), std::string::npos);
  EXPECT_NE(html.find("truth: 1.0000 at step 1, 2.0000 at step 2"), std::string::npos);
  EXPECT_NE(html.find("forecast: 1.0000 at step 1, 3.0000 at step 2"), std::string::npos);
  EXPECT_EQ(html.find("Accuracy"), std::string::npos);
}

}  // namespace
}  // namespace sequent
