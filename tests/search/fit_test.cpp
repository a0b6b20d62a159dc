// Whole searches on small data.
#include "search/fit.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "search/fit_candidates.h"
#include "search/fit_trial.h"
#include "sequent/sample.h"
#include "support.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::error_of;
using testing::slurp;
using testing::TemporaryFolder;

class Fit : public ::testing::Test {
 protected:
  Fit() {
    options_.data.train = (folder_ / "tickets.csv").string();
    write_ticket_sample({.rows = 200}, options_.data.train);
    options_.out = folder_ / "run";
    options_.workers = 1;
    options_.max_trials = 2;
    hooks_.line = [this](const std::string& line) { lines_.push_back(line); };
  }

  json result() const { return json::parse(slurp(options_.out / "fit.json")); }
  std::filesystem::path trials() const { return options_.out.string() + ".trials"; }

  TemporaryFolder folder_;
  FitOptions options_;
  FitHooks hooks_;
  std::vector<std::string> lines_;
};

TEST_F(Fit, LeavesAnOrdinaryRunAndAnArchive) {
  const FitResult found = fit(options_, hooks_);
  EXPECT_TRUE(std::filesystem::exists(found.model));
  EXPECT_FALSE(std::filesystem::exists(trials()));
  const json fit = result();
  ASSERT_EQ(fit["trials"].size(), 2U);
  const json& chosen = fit["trials"][fit["chosen"].get<std::size_t>() - 1];
  // The chosen model was trained again, and is the same.
  const Manifest manifest = read_manifest(RunFolder{options_.out}, Task("classification"));
  EXPECT_EQ(json::parse(manifest.validation_report)["accuracy"], chosen["score"]);
  EXPECT_EQ(manifest.epochs, chosen["best_epoch"].get<std::int64_t>());
  EXPECT_GE(chosen["score"].get<double>(), fit["trials"][0]["score"].get<double>());
  // The config trains without the search.
  const Config config = load_config(options_.out / "config.json");
  EXPECT_FALSE(config.training.max_seconds);
  TrainOptions again;
  again.out = folder_ / "again";
  const TrainReport report = train(config, again);
  EXPECT_EQ(report.manifest.weights_checksum, manifest.weights_checksum);
  EXPECT_NE(found.summary.find("sequent-infer"), std::string::npos);
}

/// Labels that are partly wrong, so that no model is perfect and seeds differ.
TEST_F(Fit, AveragesSeedsIfThatIsBetter) {
  std::string table = "text,label\n";
  const std::vector<std::string> words{"red", "green", "blue", "loud", "soft", "old"};
  for (std::size_t row = 0; row < 240; ++row) {
    const bool is_wrong = row % 5 == 0;
    const std::size_t a = row * 7 % 6;
    const std::size_t b = row * 11 / 6 % 6;
    table += "the " + words[a] + " and " + words[b] + " thing number " + std::to_string(row % 37) +
             ',' + ((a < b) != is_wrong ? "up" : "down") + '\n';
  }
  options_.data.train = folder_.write("noisy.csv", table);
  options_.data.test = options_.data.train;
  options_.members = 3;
  const FitResult found = fit(options_, hooks_);
  const json summary = result();
  EXPECT_EQ(summary["members"], 3);
  for (const char* member : {"2", "3"}) {
    EXPECT_TRUE(fs::exists(options_.out / "members" / member / "manifest.json")) << member;
  }
  const double score = summary["score"].get<double>();
  const auto score_of = [](const fs::path& run) {
    const Manifest manifest = read_manifest(RunFolder{run}, Task("classification"));
    return json::parse(manifest.validation_report)["accuracy"].get<double>();
  };
  const double alone = (score_of(options_.out) + score_of(options_.out / "members" / "2") +
                        score_of(options_.out / "members" / "3")) /
                       3;
  if (summary["is_average"].get<bool>()) {
    EXPECT_GT(score, alone);
  } else {
    EXPECT_EQ(score, score_of(options_.out));
  }
  EXPECT_GE(score, summary["trials"][0]["score"].get<double>());
  // What the summary says of the test rows holds for the archive.
  const Report measured = evaluate(found.model, options_.data.train);
  EXPECT_NE(found.summary.find("\ntest\n" + report_to_text(measured)), std::string::npos)
      << found.summary;
  // A second search with fewer members leaves none of the first.
  options_.overwrite = true;
  options_.members = 1;
  fit(options_, hooks_);
  EXPECT_FALSE(fs::exists(options_.out / "members" / "2"));
  EXPECT_EQ(result()["members"], 1);
}

TEST_F(Fit, ReplacesARunOnlyIfAsked) {
  options_.max_trials = 1;
  fit(options_, hooks_);
  const auto error = error_of([&] { fit(options_, hooks_); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_NE(std::string(error->what()).find("--overwrite"), std::string::npos);
  options_.overwrite = true;
  EXPECT_NO_THROW(fit(options_, hooks_));
}

TEST_F(Fit, KeepsFoldersThatAreNotItsOwn) {
  folder_.write("run.trials/thesis.txt", "x");
  const auto error = error_of([&] { fit(options_, hooks_); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kUsage);
  EXPECT_TRUE(std::filesystem::exists(trials() / "thesis.txt"));
}

TEST_F(Fit, FinishesWithTheBestSoFarWhenStopped) {
  options_.max_trials.reset();
  hooks_.stop_requested = [this] {  // once the first trial has a result
    return !lines_.empty() && lines_.back().starts_with("trial 1 ");
  };
  const FitResult found = fit(options_, hooks_);
  EXPECT_TRUE(std::filesystem::exists(found.model));
  EXPECT_EQ(result()["chosen"], 1);
  EXPECT_EQ(result()["trials"].size(), 1U);
}

TEST_F(Fit, LeavesNothingIfStoppedBeforeAnyResult) {
  hooks_.stop_requested = [] { return true; };
  EXPECT_TRUE(error_of([&] { fit(options_, hooks_); }));
  EXPECT_FALSE(std::filesystem::exists(options_.out));
  EXPECT_FALSE(std::filesystem::exists(trials()));
}

TEST_F(Fit, KeepsTrialsIfAsked) {
  options_.max_trials = 1;
  options_.keep_trials = true;
  fit(options_, hooks_);
  EXPECT_TRUE(std::filesystem::exists(trials() / "001" / "manifest.json"));
}

/// Slices change nothing but the time.
TEST_F(Fit, TrialsContinueExactly) {
  const SniffedData data = sniff_data(options_.data);
  FitRecipe recipe = fit_baseline(data);
  recipe.epochs = 3;
  Config config = fit_config(recipe, data, Monitor::kAccuracy);
  config.runtime.workers = 1;
  FitTrial whole(1, recipe, config, Monitor::kAccuracy, folder_ / "trials");
  whole.advance(1000, [](const FitTrial&) { return false; });
  ASSERT_TRUE(whole.is_done()) << whole.fault();
  FitTrial sliced(2, recipe, config, Monitor::kAccuracy, folder_ / "trials");
  for (int slice = 0; slice < 200 && !sliced.is_done(); ++slice) {
    int steps = 0;
    sliced.advance(1000, [&steps](const FitTrial&) { return ++steps == 4; });
  }
  ASSERT_TRUE(sliced.is_done());
  ASSERT_EQ(sliced.epochs().size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sliced.epochs()[i].score, whole.epochs()[i].score);
    EXPECT_EQ(sliced.epochs()[i].loss, whole.epochs()[i].loss);
  }
}

TEST_F(Fit, SkipsTrialsThatDiverge) {
  const SniffedData data = sniff_data(options_.data);
  FitRecipe recipe = fit_baseline(data);
  recipe.learning_rate = 1e30;
  FitTrial trial(1, recipe, fit_config(recipe, data, Monitor::kAccuracy), Monitor::kAccuracy,
                 folder_ / "trials");
  trial.advance(1000, [](const FitTrial&) { return false; });
  EXPECT_TRUE(trial.is_done());
  EXPECT_FALSE(trial.has_score());
  EXPECT_NE(trial.fault().find("not finite"), std::string::npos) << trial.fault();
}

}  // namespace
}  // namespace sequent
