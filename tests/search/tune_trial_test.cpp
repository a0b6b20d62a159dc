#include "search/tune_trial.h"

#include <gtest/gtest.h>

#include "search/importance.h"
#include "search_file.h"

namespace sequent {
namespace {

using testing::search_file;
using testing::TemporaryFolder;

TrialResult trial(std::int64_t number, std::vector<std::optional<double>> epochs) {
  TrialResult result;
  result.number = number;
  result.state = TrialState::kComplete;
  result.objective = epochs.empty() ? std::nullopt : epochs.back();
  result.epochs = std::move(epochs);
  return result;
}

TEST(TuneTrialTest, ALineKeepsAllValues) {
  TrialResult result = trial(7, {0.5, std::nullopt, 0.75});
  result.state = TrialState::kInfeasible;
  result.values = {{"a.b", 0.1}, {"c", {{"type", "lstm"}}}, {"d", 3}};
  result.runs = {0.75, 0.5};
  result.tokens = 1234;
  result.parameters = 99;
  result.archive_megabytes = 1.5;
  result.reason = "99 parameters; allowed 50";
  result.seconds = 1.25;
  const std::string line = trial_line(result);
  EXPECT_EQ(line,
            R"({"number":7,"state":"infeasible","objective":0.75,"values":{"a.b":0.1,"c":)"
            R"({"type":"lstm"},"d":3},"epochs":[0.5,null,0.75],"runs":[0.75,0.5],"tokens":1234,)"
            R"("parameters":99,"archive_megabytes":1.5,"reason":"99 parameters; allowed 50",)"
            R"("seconds":1.25})");
  EXPECT_EQ(trial_line(trial_from_line(line, "x")), line);
}

TEST(TuneTrialTest, DamagedLinesAreErrors) {
  const std::string line = trial_line(trial(1, {0.5}));
  std::string wrong = line;
  wrong.replace(wrong.find("complete"), 8, "finished");
  for (const std::string& text : {std::string("{"), std::string("[]"), wrong}) {
    const auto error = testing::error_of([&] { trial_from_line(text, "result.json"); });
    ASSERT_TRUE(error) << text;
    EXPECT_EQ(error->kind(), ErrorKind::kArtifact);
  }
}

TEST(TuneTrialTest, HalvingKeepsTheBestThirdRoundedUp) {
  const HalvingSpec halving{1, 3};
  const std::vector<TrialResult> earlier = {trial(0, {0.1, 0.9}), trial(1, {0.2, 0.1}),
                                            trial(2, {0.3}), trial(3, {0.4})};
  const auto stopped = [&](double value, std::int64_t epochs) {
    return is_stopped_at(value, epochs, earlier, halving, Direction::kMaximize);
  };
  // 5 trials after 1 epoch: 2 go on. The best so far counts, not the last epoch.
  EXPECT_FALSE(stopped(0.35, 1));
  EXPECT_TRUE(stopped(0.25, 1));
  // 3 trials after 2 epochs, with 0.9 and 0.2: 1 goes on.
  EXPECT_FALSE(stopped(0.95, 2));
  EXPECT_TRUE(stopped(0.8, 2));
  // Nobody came further.
  EXPECT_FALSE(stopped(0.0, 3));
  EXPECT_FALSE(is_stopped_at(0.15, 1, earlier, halving, Direction::kMinimize));
  EXPECT_TRUE(is_stopped_at(0.25, 1, earlier, halving, Direction::kMinimize));
}

TEST(TuneTrialTest, CompleteTrialsRankBeforeStoppedInfeasibleAndFailedOnes) {
  TrialResult stopped = trial(1, {0.9});
  stopped.state = TrialState::kStopped;
  TrialResult longer = trial(2, {0.7, 0.8});
  longer.state = TrialState::kStopped;
  TrialResult infeasible = trial(3, {0.99});
  infeasible.state = TrialState::kInfeasible;
  TrialResult failed = trial(4, {});
  failed.state = TrialState::kFailed;
  const std::vector<TrialResult> order = {trial(0, {0.5}), longer, stopped, infeasible, failed};
  for (std::size_t i = 1; i < order.size(); ++i) {
    EXPECT_LT(observation_of(order[i - 1], Direction::kMaximize).rank,
              observation_of(order[i], Direction::kMaximize).rank)
        << i;
  }
  EXPECT_EQ(best_trial(order, Direction::kMaximize), 0U);
  EXPECT_EQ(best_trial({failed, infeasible}, Direction::kMaximize), std::nullopt);
  EXPECT_EQ(best_trial({trial(0, {0.5}), trial(1, {0.4}), trial(2, {0.4})}, Direction::kMinimize),
            1U);
}

TEST(TuneTrialTest, TheOptionThatDecidesIsTheImportantOne) {
  const TemporaryFolder folder;
  const TuneSpace space(search_file(folder, R"({
      "training.label_smoothing": {"type": "uniform", "low": 0, "high": 0.9},
      "training.batch_size": {"type": "choice", "values": [8, 16, 32]}})"));
  std::vector<TrialResult> results;
  for (int i = 0; i < 30; ++i) {
    const double smoothing = (i * 7 % 30) / 34.0;
    results.push_back(trial(i, {-(smoothing - 0.4) * (smoothing - 0.4)}));
    results.back().values = {{"training.label_smoothing", smoothing},
                             {"training.batch_size", 8 << (i % 3)}};
  }
  const auto shares = importances(results, space.dimensions(), Direction::kMaximize);
  ASSERT_EQ(shares.size(), 2U);
  EXPECT_EQ(shares[0].path, "training.label_smoothing");
  EXPECT_GT(shares[0].share, 0.7);
  EXPECT_NEAR(shares[0].share + shares[1].share, 1, 1e-12);
  results.resize(9);
  EXPECT_TRUE(importances(results, space.dimensions(), Direction::kMaximize).empty());
}

}  // namespace
}  // namespace sequent
