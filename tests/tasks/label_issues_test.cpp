#include "metrics/label_issues.h"

#include <gtest/gtest.h>

#include <vector>

namespace sequent {
namespace {

JudgedLabel judged(std::int32_t label, const std::vector<float>& probabilities) {
  return judge_label(label, probabilities);
}

// By hand: the thresholds are the means of each label's own probability, (0.9 + 0.6 + 0.1) / 3,
// (0.8 + 0.7 + 0.4) / 3 and 0.75.
TEST(LabelIssues, AreTheRowsOffTheDiagonal) {
  const std::vector<JudgedLabel> rows{
      judged(0, {0.9F, 0.05F, 0.05F}),
      judged(0, {0.6F, 0.3F, 0.1F}),
      judged(0, {0.1F, 0.85F, 0.05F}),
      judged(1, {0.1F, 0.8F, 0.1F}),
      judged(1, {0.2F, 0.7F, 0.1F}),
      judged(1, {0.55F, 0.4F, 0.05F}),  // the most probable label, but within its threshold: issue
      judged(2, {0.2F, 0.05F, 0.75F})};
  const LabelIssues found = find_label_issues(rows, 3);
  ASSERT_EQ(found.thresholds.size(), 3U);
  EXPECT_NEAR(found.thresholds[0], 1.6 / 3, 1e-6);
  EXPECT_NEAR(found.thresholds[1], 1.9 / 3, 1e-6);
  EXPECT_NEAR(found.thresholds[2], 0.75, 1e-6);
  ASSERT_EQ(found.issues.size(), 2U);
  EXPECT_EQ(found.issues[0].row, 2U);
  EXPECT_EQ(found.issues[0].suggested, 1);
  EXPECT_NEAR(found.issues[0].margin, 0.75, 1e-6);
  EXPECT_EQ(found.issues[1].row, 5U);
  EXPECT_EQ(found.issues[1].suggested, 0);
  EXPECT_NEAR(found.issues[1].margin, 0.15, 1e-6);
  EXPECT_EQ(found.counts, (std::vector<MatrixCell>{{0, 1, 1}, {1, 0, 1}}));
}

// A confident label that is not confident enough for its class is no issue.
TEST(LabelIssues, RespectTheThresholdOfEachLabel) {
  const std::vector<JudgedLabel> rows{judged(0, {0.95F, 0.05F}), judged(0, {0.9F, 0.1F}),
                                      judged(1, {0.7F, 0.3F}), judged(1, {0.2F, 0.8F})};
  EXPECT_TRUE(find_label_issues(rows, 2).issues.empty()) << "0.7 is below 0.925";
  // A label without rows is never suggested.
  EXPECT_TRUE(find_label_issues({judged(0, {0.1F, 0.9F})}, 2).issues.empty());
  EXPECT_TRUE(find_label_issues({}, 2).issues.empty());
}

TEST(LabelIssues, KeepTheMostProbableLabels) {
  std::vector<float> many(40, 0.01F);
  many[30] = 0.5F;
  many[7] = 0.2F;
  const JudgedLabel row = judged(39, many);
  EXPECT_EQ(row.probability, 0.01F);
  ASSERT_EQ(row.best.size(), 16U);
  EXPECT_EQ(row.best[0].label, 30);
  EXPECT_EQ(row.best[1].label, 7);
  EXPECT_EQ(row.best[2].label, 0) << "of equal ones the first";
}

}  // namespace
}  // namespace sequent
