// Runs `sequent tune` as a user does: the same trials with one and two at a time, and after a kill.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <vector>

#include "cli/command.h"
#include "tagging_rows.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

constexpr const char* kConfig = R"({
  "version": 1, "data": {"train": "train.tsv"},
  "model": {"layers": [{"type": "embedding", "output_dim": 4}, {"type": "pool", "mode": "mean"},
                       {"type": "dense", "activation": "softmax"}]},
  "training": {"epochs": 3, "batch_size": 8}})";

constexpr const char* kSearch = R"({
  "config": "c.json",
  "space": {"training.optimizer.learning_rate": {"type": "log_uniform", "low": 1e-3, "high": 0.3},
            "model.layers.0.output_dim": {"type": "integer", "low": 2, "high": 16, "log": true},
            "model.layers.1.mode": {"type": "choice", "values": ["mean", "max"]}},
  "method": {"type": "tpe", "startup_trials": 2},
  "generation": 2,
  "halving": {"min_epochs": 1, "reduction": 3},
  "budget": {"trials": 7}})";

/// Rows whose label is decided by two of many words.
std::string rows() {
  std::ostringstream out;
  out << "label\ttext\n";
  for (int i = 0; i < 120; ++i) {
    const bool good = (i * 7 + i / 5) % 3 > 0;
    out << (good ? "pos" : "neg") << '\t' << "w" << i % 11 << ' '
        << (i % 6 == 0 ? "plain"
            : good     ? "fine"
                       : "bad")
        << " w" << i % 7 << '\n';
  }
  return out.str();
}

class TuneTest : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", kConfig);
    folder_->write("s.json", kSearch);
    folder_->write("train.tsv", rows());
  }

  /// Searches with one trial at a time, and returns what it prints.
  static std::string search_one(const std::string& folder) {
    const CommandResult one = run("sequent tune s.json --set parallel=1 --out " + folder);
    EXPECT_EQ(one.code, 0) << one.err;
    return one.out;
  }

  /// The lines of trials.jsonl without their times.
  static std::string trials(const std::string& folder) {
    return std::regex_replace(testing::slurp(*folder_ / (folder + "/trials.jsonl")),
                              std::regex(",\"seconds\":[0-9.]+"), "");
  }

  static std::vector<json> results(const std::string& folder) {
    std::istringstream lines(testing::slurp(*folder_ / (folder + "/trials.jsonl")));
    std::vector<json> found;
    for (std::string line; std::getline(lines, line);) found.push_back(json::parse(line));
    return found;
  }
};

TEST_F(TuneTest, TheWinnerIsAnOrdinaryRunAndMoreTrialsCanFollow) {
  const std::string leaderboard = search_one("one");
  const std::vector<json> all = results("one");
  ASSERT_EQ(all.size(), 7U);
  double best = 0;
  for (const json& result : all) {
    if (result["state"] == "complete") best = std::max(best, result["objective"].get<double>());
  }
  const json manifest = json::parse(testing::slurp(*folder_ / "one/best/manifest.json"));
  EXPECT_EQ(manifest["validation"]["accuracy"], best);
  EXPECT_EQ(run("sequent export one/best --out best.pt").code, 0);
  const CommandResult again = run("sequent train one/best.json --out again");
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(testing::slurp(*folder_ / "again/best.weights"),
            testing::slurp(*folder_ / "one/best/best.weights"));
  EXPECT_NE(leaderboard.find("learning_rate"), std::string::npos) << leaderboard;
  const std::string page = testing::slurp(*folder_ / "one/report.html");
  for (const char* part : {"id=\"history-title\"", "id=\"parallel-title\"", "optimistic"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(page.find("<script"), std::string::npos);

  const CommandResult finished = run("sequent tune s.json --out one --resume");
  EXPECT_EQ(finished.code, 0);
  EXPECT_NE(finished.err.find("already finished"), std::string::npos) << finished.err;
  const std::string before = trials("one");
  ASSERT_EQ(run("sequent tune s.json --out one --resume --set budget.trials=9").code, 0);
  EXPECT_EQ(results("one").size(), 9U);
  EXPECT_TRUE(trials("one").starts_with(before));
  expect_fault("sequent tune s.json --out one --resume --set seed=2", 2, "another one");
}

TEST_F(TuneTest, TrialsAreTheSameSideBySideAfterAKillAndWithAHelper) {
  search_one("alone");
  const CommandResult two = run("sequent tune s.json --out two --set parallel=2");
  ASSERT_EQ(two.code, 0) << two.err;
  EXPECT_EQ(trials("two"), trials("alone"));

  // No trial outlives the search: it would hold the lock of its run folder.
  const CommandResult killed =
      run("sequent tune s.json --out killed --set parallel=2 & id=$!; "
          "while [ ! -e killed/work/0002/log.txt ]; do sleep 0.02; done; kill -9 $id; wait $id");
  EXPECT_EQ(killed.code, 137) << killed.err;
  const CommandResult refused = run("sequent tune s.json --out killed");
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_NE(refused.err.find("--resume"), std::string::npos) << refused.err;
  const CommandResult resumed = run("sequent tune s.json --out killed --resume");
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(trials("killed"), trials("alone"));

  const CommandResult joined =
      run("sequent tune s.json --out shared --set parallel=1 & id=$!; "
          "while [ ! -e shared/search.json ]; do sleep 0.02; done; "
          "sequent tune --join shared && wait $id");
  ASSERT_EQ(joined.code, 0) << joined.err;
  EXPECT_EQ(trials("shared"), trials("alone"));
}

TEST_F(TuneTest, ASignalKeepsTheRunningTrials) {
  const CommandResult stopped = run(
      "sequent tune s.json --out stopped --set parallel=1 & id=$!; "
      "while [ ! -e stopped/work/0001/log.txt ]; do sleep 0.02; done; kill -TERM $id; wait $id");
  EXPECT_EQ(stopped.code, 143) << stopped.err;
  EXPECT_NE(stopped.err.find("continue with the same command and --resume"), std::string::npos)
      << stopped.err;
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "stopped/best"));
  EXPECT_EQ(run("sequent tune s.json --out stopped --resume --set budget.trials=3").code, 0);
  EXPECT_EQ(results("stopped").size(), 3U);
}

TEST_F(TuneTest, BudgetsOfTokensAndTimeEndTheSearch) {
  // A generation of two trials with 3 epochs of 324 tokens.
  ASSERT_EQ(run(R"(sequent tune s.json --out tokens --set 'budget={"tokens": 1900}')").code, 0);
  EXPECT_EQ(results("tokens").size(), 2U);
  expect_fault(R"(sequent -q tune s.json --out time --set 'budget={"seconds": 0.001}')", 1,
               "no trial was finished within the budget");
  ASSERT_EQ(run(R"(sequent tune s.json --out time --resume --set 'budget={"trials": 2}')").code, 0);
  EXPECT_EQ(trials("time"), trials("tokens"));
}

TEST_F(TuneTest, AveragesSeedsAndChecksConstraints) {
  folder_->write("seeds.json", R"({"config": "c.json",
      "fixed": {"training.epochs": 1},
      "space": {"model.layers.0.output_dim": {"type": "choice", "values": [2, 8]}},
      "method": {"type": "grid"}, "objective": {"metric": "loss", "seeds": 2},
      "constraints": {"parameters": 100}})");
  const CommandResult found = run("sequent tune seeds.json --out seeds");
  ASSERT_EQ(found.code, 0) << found.err;
  const std::vector<json> all = results("seeds");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["runs"].size(), 2U);
  EXPECT_DOUBLE_EQ(all[0]["objective"].get<double>(),
                   (all[0]["runs"][0].get<double>() + all[0]["runs"][1].get<double>()) / 2);
  EXPECT_NE(all[0]["runs"][0], all[0]["runs"][1]);
  EXPECT_EQ(all[1]["state"], "infeasible") << all[1];
  EXPECT_GT(all[1]["parameters"], 100);
}

TEST_F(TuneTest, ChecksTheLatencyOfTheExportedModel) {
  folder_->write("fast.json", R"({"config": "c.json", "fixed": {"training.epochs": 1},
      "space": {"model.layers.0.output_dim": {"type": "choice", "values": [2, 8]}},
      "method": {"type": "grid"}, "constraints": {"latency_ms": 1000}})");
  const CommandResult found = run("sequent tune fast.json --out fast");
  ASSERT_EQ(found.code, 0) << found.err;
  for (const json& result : results("fast")) {
    EXPECT_EQ(result["state"], "complete") << result;
    EXPECT_GT(result["latency_ms"], 0) << result;
    EXPECT_LT(result["latency_ms"], 1000) << result;
  }
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "fast/work/0000/model.pt"));
  EXPECT_EQ(run("sequent tune fast.json --out fast --resume").code, 0);
  // Nothing is as fast as this.
  expect_fault("sequent -q tune fast.json --out slow --set constraints.latency_ms=1e-9", 1,
               "none of the 2 trials gave a model that satisfies the constraints");
  const json slow = results("slow").front();
  EXPECT_EQ(slow["state"], "infeasible");
  EXPECT_TRUE(slow["reason"].get<std::string>().ends_with("ms is larger than allowed")) << slow;
}

TEST_F(TuneTest, HalvingKnowsTheMetricsOfParts) {
  folder_->write("joint.json", testing::joint_config(testing::kCrfHead));
  folder_->write("train.jsonl", testing::labelled_tagged_rows(60));
  folder_->write("dev.jsonl", testing::labelled_tagged_rows(20, 11));
  folder_->write("parts.json", R"({"config": "joint.json", "fixed": {"training.epochs": 2},
      "space": {"training.optimizer.learning_rate": {"type": "choice", "values": [0.01, 1e-7]}},
      "method": {"type": "grid"}, "generation": 1, "halving": {"min_epochs": 1, "reduction": 2},
      "objective": {"metric": "sequence_label.loss"}})");
  const CommandResult found = run("sequent tune parts.json --out parts");
  ASSERT_EQ(found.code, 0) << found.err;
  const std::vector<json> all = results("parts");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0]["epochs"][0].is_number()) << all[0];
  EXPECT_EQ(all[1]["state"], "stopped") << all[1];
}

TEST_F(TuneTest, AFailedTrialIsRecordedAndTheSearchGoesOn) {
  folder_->write("partly.json", R"({"config": "c.json",
      "space": {"data.train": {"type": "choice", "values": ["train.tsv", "missing.tsv"]}},
      "method": {"type": "grid"}})");
  const CommandResult found = run("sequent tune partly.json --out partly");
  ASSERT_EQ(found.code, 0) << found.err;
  const std::vector<json> all = results("partly");
  EXPECT_EQ(all[0]["state"], "complete");
  EXPECT_EQ(all[1]["state"], "failed");
  EXPECT_NE(all[1]["reason"].get<std::string>().find("missing.tsv"), std::string::npos) << all[1];
}

TEST_F(TuneTest, SaysWhatIsWrong) {
  expect_fault("sequent tune missing.json --out x", 2, "missing.json: no such file");
  expect_fault("sequent tune s.json", 2, "--out: missing");
  expect_fault("sequent tune --join nothing", 2, "has no search to join");
  expect_fault("sequent tune s.json --out x --set space={}", 2, "/space: found no options");
  expect_fault(
      "sequent tune s.json --out x --set 'space={\"training.epoch\": {\"type\": "
      "\"choice\", \"values\": [1]}}'",
      2, "did you mean \"epochs\"?");
  expect_fault("sequent tune s.json --out x --set config=none.json", 2, "none.json: no such file");
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "x"));
  expect_fault("sequent -q tune s.json --out metric --set objective.metric=acuracy", 2,
               "did you mean \"accuracy\"?");
  folder_->write("none.json", R"({"config": "c.json", "fixed": {"data.train": "missing.tsv"},
      "space": {"training.epochs": {"type": "choice", "values": [1, 2]}},
      "method": {"type": "grid"}})");
  expect_fault("sequent -q tune none.json --out none", 3, "all of the first 2 trials failed");
}

}  // namespace
}  // namespace sequent
