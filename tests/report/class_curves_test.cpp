// Curves of each class of a classifier.
#include "report/class_curves.h"

#include <gtest/gtest.h>

#include "random_rows.h"
#include "report/report_html.h"

namespace sequent {
namespace {

template <class Section>
std::vector<Section> sections_of(const std::vector<ReportSection>& sections) {
  std::vector<Section> found;
  for (const ReportSection& section : sections) {
    if (const auto* one = std::get_if<Section>(&section)) found.push_back(*one);
  }
  return found;
}

TEST(ClassCurves, HaveTheValuesOfScikitLearn) {
  // Of the second class: the example of scikit-learn, with scores 0.1, 0.4, 0.35 and 0.8. Of the
  // first: its mirror image, roc_auc_score 0.75 and average_precision_score
  // (1/1 + 2/3) / 2 = 0.8333.
  const std::vector<std::string> labels{"no", "yes"};
  const std::vector<std::int32_t> truths{0, 0, 1, 1};
  const std::vector<float> probabilities{0.9F, 0.1F, 0.6F, 0.4F, 0.65F, 0.35F, 0.2F, 0.8F};
  const auto sections = class_curves({labels, truths, probabilities});
  const auto tables = sections_of<ReportTable>(sections);
  ASSERT_EQ(tables.size(), 1U);
  ASSERT_EQ(tables[0].rows.size(), 2U);
  for (const std::vector<ReportValue>& row : tables[0].rows) {
    EXPECT_EQ(std::get<std::int64_t>(row[1]), 2);
    EXPECT_NEAR(std::get<double>(row[2]), 0.75, 1e-12);
    EXPECT_NEAR(std::get<double>(row[3]), 5.0 / 6, 1e-12);
    EXPECT_NEAR(std::get<double>(row[4]), 0.8, 1e-12);
  }
  EXPECT_NEAR(std::get<double>(tables[0].rows[1][5]), 0.35, 1e-6) << "the threshold of the best F1";
  const auto charts = sections_of<ReportCharts>(sections);
  ASSERT_EQ(charts.size(), 2U);
  EXPECT_FALSE(charts[0].is_folded);
  EXPECT_TRUE(charts[1].is_folded);
  const std::vector<ReportChart>& yes = charts[1].charts;
  ASSERT_EQ(yes.size(), 3U);
  // The precision begins at recall 0, as in scikit-learn.
  EXPECT_EQ(yes[0].lines[0].points.front(), (ReportPoint{0, 1}));
  EXPECT_EQ(yes[0].lines[0].points.back(), (ReportPoint{1, 0.5}));
  EXPECT_EQ(yes[0].lines[1].points.front(), (ReportPoint{0, 0.5})) << "the share of the class";
  EXPECT_EQ(yes[1].lines[0].points,
            (std::vector<ReportPoint>{{0, 0}, {0, 0.5}, {0.5, 0.5}, {0.5, 1}, {1, 1}}));
  ASSERT_EQ(yes[2].lines[0].points.size(), 4U);
  EXPECT_LT(yes[2].lines[0].points[0].x, yes[2].lines[0].points[3].x) << "by ascending threshold";
}

TEST(ClassCurves, LeaveOutClassesWithoutRowsOrWithoutOthers) {
  const std::vector<std::string> labels{"a", "b", "c"};
  const std::vector<float> probabilities{0.5F, 0.3F, 0.2F, 0.1F, 0.8F, 0.1F};
  const std::vector<std::int32_t> two{0, 1};
  EXPECT_EQ(sections_of<ReportTable>(class_curves({labels, two, probabilities}))[0].rows.size(),
            2U);
  const std::vector<std::int32_t> one{0, 0};
  EXPECT_TRUE(class_curves({labels, one, probabilities}).empty());
}

TEST(ClassCurves, OfManyRowsAreSmallOnThePage) {
  constexpr std::size_t kClasses = 30;
  const std::vector<std::string> labels = testing::numbered_labels(kClasses);
  std::vector<std::int32_t> truths;
  std::vector<float> probabilities;
  for (const testing::RandomRow& row : testing::random_rows(1, 3000, kClasses)) {
    truths.push_back(static_cast<std::int32_t>(row.truth));
    probabilities.insert(probabilities.end(), row.probabilities.begin(), row.probabilities.end());
  }
  const auto sections = class_curves({labels, truths, probabilities});
  EXPECT_EQ(sections_of<ReportTable>(sections)[0].rows.size(), kClasses);
  const auto charts = sections_of<ReportCharts>(sections);
  EXPECT_EQ(charts.size(), 20U) << "of the largest classes";
  for (const ReportCharts& own : charts) {
    for (const ReportChart& chart : own.charts) {
      for (const ReportChartLine& line : chart.lines) EXPECT_LE(line.points.size(), 320U);
    }
  }
  EXPECT_LT(html_of_sections(sections, "t").size(), 1'500'000U);
}

TEST(ReliabilityChart, ComparesAccuracyAndConfidence) {
  const std::vector<std::string> labels{"a", "b"};
  const std::vector<std::int32_t> truths{0, 1};
  const std::vector<float> probabilities{0.75F, 0.25F, 0.75F, 0.25F};
  const ReportChart chart = reliability_chart({labels, truths, probabilities}).charts.front();
  ASSERT_FALSE(chart.lines[0].points.empty());
  for (const ReportPoint& point : chart.lines[0].points) {
    EXPECT_EQ(point, (ReportPoint{0.75, 0.5}));
  }
}

}  // namespace
}  // namespace sequent
