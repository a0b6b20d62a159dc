// Runs training on data with defects, as a user does.
#include <gtest/gtest.h>

#include <string>

#include "cli/command.h"

namespace sequent {
namespace {

using testing::CommandResult;

class DataFindings : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", R"({"version": 1, "name": "labels", "task": "classification",
      "data": {"train": "train.csv", "validation": "dev.csv", "format": {"type": "csv"}},
      "model": {"layers": [{"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 4},
                           {"type": "dense", "activation": "softmax"}]},
      "training": {"epochs": 1}})");
    // The labels 1 and 1.0, a text with two labels, and a text in both files.
    std::string train = "text,label\nboth,1\nboth,neg\n";
    std::string dev = "text,label\nw\u200bord 1,neg\nword 0,1\n";
    for (int row = 0; row < 20; ++row) {
      train += "word " + std::to_string(row) + (row % 2 == 0 ? ",1\n" : ",1.0\n");
    }
    folder_->write("train.csv", train);
    folder_->write("dev.csv", dev);
  }

  static void expect_findings(const std::string& log) {
    for (const char* sentence :
         {"1 text in training with more than one label.",
          "1 text in validation can also be found in training",
          "labels \"1\" and \"1.0\" are the same number; they are two labels, of 11 and 10 rows",
          "1 text in validation with invisible characters inside words, such as U+200B",
          "validation has 2 rows, too few to choose the best epoch"}) {
      EXPECT_NE(log.find(sentence), std::string::npos) << sentence << "\n" << log;
    }
  }
};

TEST_F(DataFindings, AreShownBeforeTraining) {
  const CommandResult first = run("sequent train c.json --out run");
  ASSERT_EQ(first.code, 0) << first.err;
  expect_findings(first.err);
  EXPECT_LT(first.err.find("are the same number"), first.err.find("epoch 1/1"));
  EXPECT_NE(first.err.find("never predicted"), std::string::npos) << first.err;
  EXPECT_NE(run("cat run/report.html").out.find("are never predicted"), std::string::npos);
  // The encoded data are read from the cache now.
  const CommandResult second = run("sequent train c.json --out run --overwrite");
  ASSERT_EQ(second.code, 0) << second.err;
  expect_findings(second.err);
}

TEST_F(DataFindings, AreErrorsIfTheyMustBe) {
  const CommandResult found = run("sequent train c.json --out strict --strict-data");
  EXPECT_EQ(found.code, 3) << found.err;
  EXPECT_NE(found.err.find("error: strict data: 1 text in training with more than one label."),
            std::string::npos)
      << found.err;
  EXPECT_NE(found.err.find("\nstrict data: labels \"1\" and \"1.0\""), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "strict/metrics.jsonl"));
}

TEST_F(DataFindings, OfAnEvaluationAreShown) {
  ASSERT_EQ(run("sequent train c.json --out other").code, 0);
  const CommandResult found = run("sequent evaluate other dev.csv --json");
  EXPECT_NE(found.err.find("warning: "), std::string::npos) << found.err;
  EXPECT_EQ(found.out.find("never predicted"), std::string::npos);
}

}  // namespace
}  // namespace sequent
