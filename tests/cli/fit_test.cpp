// sequent fit, as a user runs it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

class FitProgram : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    const CommandResult sample = run("sequent sample tickets --rows 300 --out tickets.csv");
    ASSERT_EQ(sample.code, 0) << sample.err;
  }
};

TEST_F(FitProgram, MakesAModelFromATable) {
  const CommandResult fit =
      run("sequent fit tickets.csv --test tickets.csv --max-trials 1 --workers 1 --out run");
  ASSERT_EQ(fit.code, 0) << fit.err;
  EXPECT_NE(fit.err.find("left out: \"id\" (an id), \"date\" (a date or time)"), std::string::npos)
      << fit.err;
  EXPECT_NE(fit.err.find("trial 1  accuracy"), std::string::npos) << fit.err;
  EXPECT_NE(fit.out.find("  sequent evaluate run/model.pt tickets.csv\n"
                         "  sequent-infer run/model.pt new.csv\n"
                         "  sequent train run/config.json --out run-again\n"),
            std::string::npos)
      << fit.out;
  const CommandResult again = run("sequent evaluate run/model.pt tickets.csv --json");
  EXPECT_EQ(again.code, 0) << again.err;
  const CommandResult found = run("sequent-infer run/model.pt tickets.csv | head -n 1");
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_TRUE(json::parse(found.out).contains("prediction"));
  expect_fault("sequent fit tickets.csv --out run", 2, "already exists; choose another --out");
}

TEST_F(FitProgram, SaysWhatIsWrongWithTheData) {
  folder_->write("empty.csv", "");
  folder_->write("one.csv", "label,text\n" + std::string("a,some words\na,other words\n"));
  folder_->write("few.csv", "label,text\na,some words\nb,other words\na,more words\nb,and more\n");
  std::string two = "first,second,text\n";
  std::string numbers = "label,text\n";
  for (int i = 0; i < 60; ++i) {
    const std::string text = ",row " + std::to_string(i * 37) + " of this file\n";
    two += std::string(i % 2 == 0 ? "a" : "b") + "," + (i % 3 == 0 ? "c" : "d") + text;
    numbers += std::to_string(7000 + i) + text;
  }
  folder_->write("two.csv", two);
  folder_->write("numbers.csv", numbers);
  expect_fault("sequent fit missing.csv --out x", 3, "missing.csv");
  expect_fault("sequent fit empty.csv --out x", 3, "empty.csv: is empty");
  expect_fault("sequent fit one.csv --out x", 3, "has one value");
  expect_fault("sequent fit few.csv --out x", 3, "has 4 rows");
  expect_fault("sequent fit numbers.csv --out x", 3, "looks like an id");
  expect_fault("sequent fit two.csv --out x", 2, "choose one with --label first");
  expect_fault("sequent fit tickets.csv --label kind --out x", 2, "--label: found \"kind\"");
  expect_fault("sequent fit tickets.csv --task poetry --out x", 2, "--task: found \"poetry\"");
  const CommandResult metric = run("sequent fit tickets.csv --metric r2 --out x");
  EXPECT_EQ(metric.code, 2);
  EXPECT_NE(metric.err.find("--metric: found \"r2\""), std::string::npos) << metric.err;
  expect_fault("sequent fit tickets.csv --time soon --out x", 2, "--time: found \"soon\"");
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "x"));
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "x.trials"));
}

TEST_F(FitProgram, FinishesWithTheBestModelWhenInterrupted) {
  const CommandResult stopped = run(
      "sequent fit tickets.csv --out stopped 2> log & pid=$!; until grep -q '^trial 1 ' log; do "
      "kill -0 $pid || exit 1; sleep 0.05; done; kill -INT $pid; wait $pid");
  EXPECT_EQ(stopped.code, 130) << stopped.err;
  EXPECT_NE(stopped.out.find("sequent-infer stopped/model.pt"), std::string::npos) << stopped.out;
  EXPECT_TRUE(std::filesystem::exists(*folder_ / "stopped" / "manifest.json"));
  EXPECT_TRUE(std::filesystem::exists(*folder_ / "stopped" / "model.pt"));
}

TEST_F(FitProgram, LeavesNoRunWhenItIsKilled) {
  const CommandResult killed =
      run("sequent fit tickets.csv --out killed & pid=$!; while [ ! -d killed.trials/001 ]; do "
          "kill -0 $pid || exit 1; sleep 0.05; done; kill -9 $pid; wait $pid; test ! -e "
          "killed/manifest.json -a ! -e killed/model.pt");
  EXPECT_EQ(killed.code, 0) << killed.err;
  const CommandResult next = run("sequent fit tickets.csv --max-trials 1 --out killed");
  EXPECT_EQ(next.code, 0) << next.err;
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "killed.trials"));
}

}  // namespace
}  // namespace sequent
