#include "search/tune_report.h"

#include <gtest/gtest.h>

#include "search_file.h"

namespace sequent {
namespace {

using testing::search_file;
using testing::TemporaryFolder;

TuneSummary summary(const TuneSpace& space, int trials) {
  TuneSummary summary{"Search of s.json", "accuracy", Direction::kMaximize, space.dimensions(), {}};
  for (int i = 0; i < trials; ++i) {
    TrialResult result;
    result.number = i;
    result.state = TrialState::kComplete;
    result.objective = 0.5 + 0.01 * ((i * 7) % 13);
    result.values = {{"model.layers.1", {{"type", i % 2 == 0 ? "lstm" : "gru"}, {"units", 4}}},
                     {"training.label_smoothing", 0.01 * i}};
    if (i % 2 == 0) result.values["model.layers.1.coupled"] = i % 4 == 0;
    summary.results.push_back(result);
  }
  return summary;
}

const char* const kSpace = R"({
    "model.layers.1": {"type": "choice", "values": [{"type": "lstm", "units": 4},
                                                    {"type": "gru", "units": 4}]},
    "model.layers.1.coupled": {"type": "choice", "values": [false, true],
                                "when": {"model.layers.1.type": ["lstm"]}},
    "training.label_smoothing": {"type": "uniform", "low": 0, "high": 0.5}})";

TEST(TuneReportTest, TheLeaderboardBeginsWithTheBest) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, kSpace));
  TuneSummary all = summary(space, 13);
  all.results[11].state = TrialState::kFailed;  // would be the best: 0.62
  all.results[11].objective.reset();
  const Report report = leaderboard(all, 3);
  const ReportTable* table = report.table("trials");
  ASSERT_NE(table, nullptr);
  ASSERT_EQ(table->rows.size(), 3U);
  EXPECT_EQ(std::get<std::string>(table->rows[0][0]), "9");  // 0.61
  EXPECT_EQ(std::get<std::string>(table->rows[1][0]), "7");
  EXPECT_EQ(table->columns.back().title, "training.label_smoothing");
  EXPECT_EQ(table->rows[0][7], ReportValue(std::monostate{}));  // gru has no coupled
}

TEST(TuneReportTest, ThePageHasAllChartsAndNoScripts) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, kSpace));
  const std::string page = render_tune_page(summary(space, 13));
  for (const char* part : {"id=\"history-title\"", "id=\"parallel-title\"",
                           "id=\"importance-title\"", "Leaderboard", "optimistic"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("nan"), std::string::npos);
  const std::string small = render_tune_page(summary(space, 1));
  EXPECT_NE(small.find("At least 10 complete trials"), std::string::npos);
  EXPECT_EQ(small.find("nan"), std::string::npos);
}

}  // namespace
}  // namespace sequent
