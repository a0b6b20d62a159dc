// Several runs of one config.
#include <map>
#include <set>

#include "search/crossval_fixture.h"

namespace sequent {
namespace {

TEST_F(Crossval, TestsEachRowOnceAndReportsTheSpread) {
  const CrossvalReport found = crossval(config_, options_);
  ASSERT_TRUE(found.finished);
  std::map<int, int> times;
  double hits = 0;
  for (const Json& line : predictions()) {
    const int row = line.at("row");
    ++times[row];
    EXPECT_EQ(line.at("label"), row % 2 == 0 ? "cherry" : "banana");
    EXPECT_EQ(line.at("where"), "train.tsv:" + std::to_string(row + 2)) << "after the header";
    hits += line.at("predicted") == line.at("label") ? 1 : 0;
    EXPECT_NEAR(line.at("probabilities").at("cherry").get<double>() +
                    line.at("probabilities").at("banana").get<double>(),
                1, 1e-5);
  }
  EXPECT_EQ(times.size(), 40U);
  for (const auto& [row, count] : times) EXPECT_EQ(count, 1) << row;
  const Json report = Json::parse(read_file(options_.out / "crossval.json"));
  EXPECT_EQ(report.at("runs").size(), 4U);
  // All folds have ten rows, so that the mean accuracy is that of all rows.
  const Json& accuracy = report.at("metrics").at(1);
  ASSERT_EQ(accuracy.at("metric"), "accuracy");
  EXPECT_NEAR(accuracy.at("mean").get<double>(), hits / 40, 1e-9);
  EXPECT_TRUE(fs::exists(options_.out / "report.html"));
}

TEST_F(Crossval, ResumesWhatIsUnfinished) {
  options_.folds = 2;
  int started = 0;
  CrossvalHooks hooks;
  hooks.start = [&](const std::string&, const Config&) {
    ++started;
    Hooks of_run;
    of_run.stop_requested = [&started] { return started == 2; };
    return of_run;
  };
  EXPECT_FALSE(crossval(config_, options_, hooks).finished);
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("use --resume"),
            std::string::npos);
  options_.resume = true;
  std::vector<bool> kept;
  hooks.start = nullptr;
  hooks.finished = [&](const std::string&, const Report&, bool is_kept) {
    kept.push_back(is_kept);
  };
  EXPECT_TRUE(crossval(config_, options_, hooks).finished);
  EXPECT_EQ(kept, (std::vector<bool>{true, false}));
  const std::string resumed = read_file(options_.out / "predictions.jsonl");
  options_.out = folder_ / "whole";
  options_.resume = false;
  crossval(config_, options_);
  EXPECT_EQ(read_file(options_.out / "predictions.jsonl"), resumed);
  config_.training.epochs = 3;
  options_.resume = true;
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("/training/epochs"),
            std::string::npos);
}

TEST_F(Crossval, KeepsGroupsTogether) {
  options_.folds = 2;
  options_.group = "author";
  crossval(config_, options_);
  std::map<int, std::set<int>> folds_of;
  for (const Json& line : predictions()) {
    folds_of[line.at("row").get<int>() / 4].insert(line.at("fold").get<int>());
  }
  EXPECT_EQ(folds_of.size(), 10U);
  for (const auto& [author, folds] : folds_of) EXPECT_EQ(folds.size(), 1U) << author;
}

TEST_F(Crossval, TakesTheIndexOfAGroupColumn) {
  options_.folds = 2;
  options_.group = std::int64_t{2};
  crossval(config_, options_);
  std::map<int, std::set<int>> folds_of;
  for (const Json& line : predictions()) {
    folds_of[line.at("row").get<int>() / 4].insert(line.at("fold").get<int>());
  }
  EXPECT_EQ(folds_of.size(), 10U);
  for (const auto& [author, folds] : folds_of) EXPECT_EQ(folds.size(), 1U) << author;
}

TEST_F(Crossval, RefusesMoreFoldsThanGroups) {
  options_.folds = 11;
  options_.group = "author";
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("fewer groups than folds"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(options_.out));
}

TEST_F(Crossval, KeptRunsOfSeedsReportTheSameRows) {
  options_.seeds = 2;
  config_.data.test = HeldOut{0.2, 1};
  const Report fresh = crossval(config_, options_).report;
  options_.resume = true;
  EXPECT_EQ(crossval(config_, options_).report, fresh);
}

TEST_F(Crossval, ComparesSeeds) {
  options_.seeds = 2;
  const CrossvalReport found = crossval(config_, options_);
  EXPECT_EQ(found.report.table("runs")->rows.size(), 2U);
  EXPECT_TRUE(fs::exists(options_.out / "seed-1" / "manifest.json"));
  EXPECT_TRUE(fs::exists(options_.out / "seed-2" / "manifest.json"));
  EXPECT_FALSE(fs::exists(options_.out / "predictions.jsonl"));
}

TEST_F(Crossval, RefusesOptionsOutOfRange) {
  options_.folds = 1;
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("--folds: found 1"),
            std::string::npos);
  options_.folds = 2;
  options_.seeds = 1;
  EXPECT_NE(message_of([&] { crossval(config_, options_); }).find("--seeds: found 1"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(options_.out));
}

}  // namespace
}  // namespace sequent
