#include "metrics/row_decisions.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace sequent {
namespace {

/// Rows with one true and one predicted label of three.
RowDecisions decisions(const std::vector<std::pair<std::size_t, std::size_t>>& rows) {
  RowDecisions result(3);
  for (const auto& [truth, predicted] : rows) {
    result.add_row();
    result.add(truth, /*is_true=*/true, predicted == truth);
    if (predicted != truth) result.add(predicted, /*is_true=*/false, /*is_predicted=*/true);
  }
  return result;
}

TEST(RowDecisions, F1EqualsScikitLearns) {
  // The example of scikit-learn's f1_score: y_true = [0, 1, 2, 0, 1, 2],
  // y_pred = [0, 2, 1, 0, 0, 1]; macro 0.2667, micro 0.3333.
  const RowDecisions rows = decisions({{0, 0}, {1, 2}, {2, 1}, {0, 0}, {1, 0}, {2, 1}});
  const std::vector<std::size_t> all{0, 1, 2, 3, 4, 5};
  EXPECT_NEAR(rows.macro_f1(all), 0.8 / 3, 1e-12);
  EXPECT_NEAR(rows.micro_f1(all), 1.0 / 3, 1e-12);
}

TEST(RowDecisions, RowsCanRepeat) {
  const RowDecisions rows = decisions({{0, 0}, {1, 0}});
  const std::vector<std::size_t> drawn{0, 0, 1};
  // Class 0: two hits, one wrong prediction: 4 / 5. Class 1: missed. Class 2: never.
  EXPECT_NEAR(rows.macro_f1(drawn), 0.8 / 3, 1e-12);
  EXPECT_NEAR(rows.micro_f1(drawn), 2.0 / 3, 1e-12);
}

TEST(RowDecisions, RowsCanHaveNoOrSeveralLabels) {
  RowDecisions rows(2);
  rows.add_row();  // neither has nor gets a label
  rows.add(0, /*is_true=*/false, /*is_predicted=*/false);
  rows.add_row();
  rows.add(0, /*is_true=*/true, /*is_predicted=*/true);
  rows.add(1, /*is_true=*/true, /*is_predicted=*/false);
  ASSERT_EQ(rows.rows(), 2U);
  const std::vector<std::size_t> none{0};
  EXPECT_EQ(rows.micro_f1(none), 0);
  const std::vector<std::size_t> both{0, 1};
  EXPECT_NEAR(rows.micro_f1(both), 2.0 / 3, 1e-12);
  EXPECT_NEAR(rows.macro_f1(both), 0.5, 1e-12);
}

}  // namespace
}  // namespace sequent
