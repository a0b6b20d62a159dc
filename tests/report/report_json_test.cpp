#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "damaged_json.h"
#include "metrics/confusion.h"
#include "random_rows.h"
#include "sequent/report.h"
#include "support.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {
namespace {

using Json = nlohmann::ordered_json;
using testing::error_of;
using testing::numbered_labels;
using testing::random_rows;
using testing::report_of_rows;

ClassificationReport small_report() {
  return report_of_rows(random_rows(1, 50, 3), numbered_labels(3));
}

struct Damage {
  const char* pointer;      // location of the changed value
  const char* replacement;  // JSON; an empty text removes the value
  const char* named;        // expected part of the message
};

TEST(ReportJson, RoundTripIsExact) {
  for (const std::size_t classes : {2U, 3U, 12U}) {
    for (std::uint32_t seed = 0; seed < 5; ++seed) {
      const ClassificationReport report =
          report_of_rows(random_rows(seed, 6 + seed * 40, classes), numbered_labels(classes));
      EXPECT_EQ(report_from_json(report_to_json(to_report(report)), Task()), to_report(report));
      EXPECT_EQ(report_from_json(report_to_json(to_report(report), -1), Task()), to_report(report));
    }
  }
}

TEST(ReportJson, NamesArePublic) {
  const Json json = Json::parse(report_to_json(to_report(small_report())));
  std::vector<std::string> names;
  for (const auto& entry : json.items()) names.push_back(entry.key());
  const std::vector<std::string> expected{"count",
                                          "loss",
                                          "accuracy",
                                          "top_k_accuracy",
                                          "macro_precision",
                                          "macro_recall",
                                          "macro_f1",
                                          "micro_precision",
                                          "micro_recall",
                                          "micro_f1",
                                          "weighted_precision",
                                          "weighted_recall",
                                          "weighted_f1",
                                          "roc_auc",
                                          "average_precision",
                                          "balanced_accuracy",
                                          "matthews",
                                          "rank_mae",
                                          "quadratic_kappa",
                                          "ece",
                                          "brier",
                                          "aurc",
                                          "top_k",
                                          "per_class",
                                          "confusion_matrix",
                                          "reliability",
                                          "risk_coverage"};
  EXPECT_EQ(names, expected);
  EXPECT_EQ(json["confusion_matrix"]["labels"], Json(numbered_labels(3)));
  EXPECT_EQ(json["confusion_matrix"]["rows"].size(), 3U);
  EXPECT_EQ(report_to_json(to_report(small_report()), -1).find('\n'), std::string::npos);
}

TEST(ReportJson, UndefinedValuesAreNull) {
  ClassificationReport report = report_of_rows({{{0.6F, 0.4F}, 0}}, {"a", "b"});
  const Json json = Json::parse(report_to_json(to_report(report)));
  EXPECT_TRUE(json["roc_auc"].is_null());
  EXPECT_TRUE(json["average_precision"].is_null());
  EXPECT_EQ(report_from_json(json.dump(), Task()), to_report(report));
}

TEST(ReportJson, AMatrixOfManyLabelsHasOnlyItsCounts) {
  constexpr std::size_t kClasses = ReportMatrix::kDenseLabels + 1;
  const ClassificationReport report =
      report_of_rows(random_rows(3, 300, kClasses), numbered_labels(kClasses));
  const Json json = Json::parse(report_to_json(to_report(report)));
  EXPECT_FALSE(json["confusion_matrix"].contains("rows"));
  std::int64_t rows = 0;
  for (const Json& cell : json["confusion_matrix"]["cells"]) {
    ASSERT_EQ(cell.size(), 3U);
    EXPECT_EQ(report.confusion.count(cell[0].get<std::size_t>(), cell[1].get<std::size_t>()),
              cell[2].get<std::int64_t>());
    rows += cell[2].get<std::int64_t>();
  }
  EXPECT_EQ(rows, 300);
  EXPECT_EQ(report_from_json(json.dump(), Task()), to_report(report));

  for (const Damage& damage : std::vector<Damage>{
           {"/confusion_matrix/cells/0/0", "101", "/confusion_matrix/cells/0: expected [true"},
           {"/confusion_matrix/cells/1/2", "0", "/confusion_matrix/cells/1: expected [true"},
           {"/confusion_matrix/cells/2/2", "", "/confusion_matrix/cells/2: expected [true"},
           {"/confusion_matrix/cells/0/2", "9223372036854775807", "exceed /count"},
           {"/confusion_matrix/cells/0", "", "rows short of /count"}}) {
    const std::optional<Error> error = error_of([&] {
      report_from_json(testing::damaged(json, damage.pointer, damage.replacement), Task());
    });
    ASSERT_TRUE(error.has_value()) << damage.pointer;
    EXPECT_NE(std::string(error->what()).find(damage.named), std::string::npos) << error->what();
  }
}

// Earlier versions wrote all counts of any matrix.
TEST(ReportJson, ADenseMatrixOfManyLabelsIsRead) {
  constexpr std::size_t kClasses = ReportMatrix::kDenseLabels + 1;
  const ClassificationReport report =
      report_of_rows(random_rows(4, 300, kClasses), numbered_labels(kClasses));
  Json json = Json::parse(report_to_json(to_report(report)));
  json["confusion_matrix"].erase("cells");
  json["confusion_matrix"]["rows"] = dense_counts(report.confusion.cells(), kClasses);
  EXPECT_EQ(report_from_json(json.dump(), Task()), to_report(report));
}

TEST(ReportJson, LabelsMayHoldAnything) {
  const std::vector<std::string> labels{"a \"quoted\" \\ name", "line\nend\tand \x01",
                                        "\u6b63\u9762 \U0001F600"};
  const ClassificationReport report = report_of_rows(random_rows(2, 20, 3), labels);
  EXPECT_EQ(report_from_json(report_to_json(to_report(report)), Task()), to_report(report));
}

TEST(ReportJson, DamageIsNamed) {
  const Json good = Json::parse(report_to_json(to_report(small_report())));
  const std::vector<Damage> damages{
      {"/loss", "", "/loss: missing"},
      {"/loss", "null", "/loss: found null; expected a number"},
      {"/accuracy", "\"high\"", "/accuracy: found \"high\""},
      {"/count", "-1", "/count: found -1; expected an integer, at least 0"},
      {"/count", "1.5", "/count: found 1.5"},
      {"/count", "51", "1 rows short"},
      {"/count", "3", "exceed /count"},
      {"/roc_auc", "[]", "/roc_auc: found an array; expected a number or null"},
      {"/per_class", "{}", "/per_class: found an object; expected an array"},
      {"/per_class", "[]", "at least 2"},
      {"/per_class/1", "7", "/per_class/1: found 7; expected an object"},
      {"/per_class/1/support", "", "/per_class/1/support: missing"},
      {"/per_class/2/label", "3", "/per_class/2/label: found 3; expected a string"},
      {"/confusion_matrix", "", "/confusion_matrix: missing"},
      {"/confusion_matrix/labels/0", "\"x\"", "/confusion_matrix/labels: not the labels"},
      {"/confusion_matrix/rows/2", "", "/confusion_matrix/rows: found 2 rows"},
      {"/confusion_matrix/rows/1/0", "", "/confusion_matrix/rows/1: found 2 counts"},
      {"/confusion_matrix/rows/1/0", "true", "/confusion_matrix/rows/1/0: found true"},
      {"/confusion_matrix/rows/1/0", "9223372036854775807", "exceed /count"},
      {"/confusion_matrix/rows/1/0", "18446744073709551615", "/confusion_matrix/rows/1/0"},
  };
  for (const Damage& damage : damages) {
    SCOPED_TRACE(std::string(damage.pointer) + " = " + damage.replacement);
    const std::optional<Error> error = error_of([&] {
      report_from_json(testing::damaged(good, damage.pointer, damage.replacement), Task());
    });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
    EXPECT_NE(std::string(error->what()).find(damage.named), std::string::npos) << error->what();
  }
}

TEST(ReportJson, WhatIsNotJsonIsAnArtifactError) {
  const std::string good = report_to_json(to_report(small_report()));
  for (const std::string& text :
       {std::string(), std::string("[]"), good.substr(0, good.size() / 2), good + "x",
        std::string("{\"count\": 1e999}"), std::string("{\"count\": \"\xff\"}")}) {
    const std::optional<Error> error = error_of([&] { report_from_json(text, Task()); });
    ASSERT_TRUE(error.has_value()) << text;
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact) << text;
  }
}

TEST(ReportValue, GivesWhatStandsInTheJson) {
  const ClassificationReport report = small_report();
  const Json json = Json::parse(report_to_json(to_report(report)));
  for (const char* name : {"loss", "accuracy", "macro_f1", "weighted_f1", "micro_f1", "roc_auc",
                           "average_precision", "matthews", "top_k_accuracy"}) {
    EXPECT_EQ(to_report(report).value(name), json.at(name).get<double>()) << name;
  }
  EXPECT_FALSE(to_report(report).value("f1").has_value());
  EXPECT_FALSE(to_report(report).value("").has_value());
  EXPECT_FALSE(to_report(report_of_rows({{{1, 0}, 0}}, {"a", "b"})).value("roc_auc").has_value());
}

}  // namespace
}  // namespace sequent
