// Runs sequent errors as a user does.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

/// Rows with one word that decides the label, in two sources. Of the labels of the rows `wrong`,
/// the last ones of the source "web", none is right.
std::string sourced_rows(int count, int first, int wrong) {
  std::string text = "text\tlabel\tsource\n";
  for (int i = first; i < first + count; ++i) {
    const auto filler = [&](int k) { return "w" + std::to_string((i * 7 + k * 5) % 11) + " "; };
    const bool good = i % 2 == 0;
    const bool is_wrong = i >= first + count - wrong;
    text += filler(0) + filler(1) + (good ? "superb " : "dreadful ") + filler(2) + "<end>\t" +
            (good != is_wrong ? "pos" : "neg") + "\t" + (i >= first + count / 2 ? "web" : "print") +
            "\n";
  }
  return text;
}

class ErrorsPrograms : public testing::ProgramTest {
 protected:
  static constexpr int kWrong = 12;

  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", R"({"version": 1,
      "data": {"train": "rows.tsv", "validation": "dev.tsv"},
      "input": {"type": "text", "max_length": 8},
      "model": {"layers": [{"type": "embedding", "output_dim": 8},
        {"type": "gru", "units": 8, "return_sequences": true}, {"type": "pool"},
        {"type": "dense", "activation": "softmax"}]},
      "training": {"optimizer": {"type": "adam", "learning_rate": 0.02}, "epochs": 6},
      "runtime": {"device": "cpu", "workers": 1}})");
    folder_->write("rows.tsv", sourced_rows(200, 0, 0));
    folder_->write("dev.tsv", sourced_rows(100, 1000, kWrong));
    train_and_export();
  }
};

TEST_F(ErrorsPrograms, FindTheWrongLabels) {
  const CommandResult found = run("sequent errors run --json --slice source --top 5");
  ASSERT_EQ(found.code, 0) << found.err;
  const json report = json::parse(found.out);
  EXPECT_EQ(report["count"], 100);
  EXPECT_EQ(report["errors"], kWrong);
  EXPECT_NEAR(report["accuracy"].get<double>(), 1 - kWrong / 100.0, 1e-9);
  EXPECT_EQ(report["label_issue_count"], kWrong) << "no right label is suspected";
  ASSERT_EQ(report["mistakes"].size(), 5U);
  ASSERT_EQ(report["label_issues"].size(), 5U);
  for (const json& issue : report["label_issues"]) {
    EXPECT_NE(issue["label"], issue["suggested"]);
    EXPECT_GT(issue["margin"].get<double>(), 0);
    // The header is line 1, and the wrong rows are the last ones.
    const std::string where = issue["where"];
    EXPECT_GT(std::stoi(where.substr(where.rfind(':') + 1)), 101 - kWrong) << where;
  }
  int counted = 0;
  for (const json& cell : report["label_issue_counts"]) counted += cell["count"].get<int>();
  EXPECT_EQ(counted, kWrong);
}

TEST_F(ErrorsPrograms, CompareSlices) {
  const json report = json::parse(run("sequent errors model.pt dev.tsv --json --slice source").out);
  const json& slices = report["slices"];
  const auto web = std::find_if(slices.begin(), slices.end(),
                                [](const json& slice) { return slice["slice"] == "source: web"; });
  ASSERT_NE(web, slices.end()) << slices;
  EXPECT_EQ((*web)["count"], 50);
  EXPECT_NEAR((*web)["accuracy"].get<double>(), 1 - kWrong / 50.0, 1e-9);
  EXPECT_EQ(slices[0]["slice"], "source: web") << "the weakest first";
  // Wilson's formula for 38 of 50, computed in Python.
  EXPECT_NEAR((*web)["low"].get<double>(), 0.6258732, 1e-6);
  EXPECT_NEAR((*web)["high"].get<double>(), 0.8570261, 1e-6);
  EXPECT_EQ((*web)["weak"], "yes");
}

TEST_F(ErrorsPrograms, NameTheTokensOfEachClass) {
  const json report = json::parse(run("sequent errors model.pt dev.tsv --json --top 1").out);
  const json& tokens = report["tokens"];
  ASSERT_EQ(tokens.size(), 2U) << tokens;
  EXPECT_EQ(tokens[0]["label"], "neg");
  EXPECT_EQ(tokens[0]["token"], "dreadful");
  EXPECT_EQ(tokens[0]["count"], 50);
  EXPECT_EQ(tokens[1]["token"], "superb");
  EXPECT_GT(tokens[1]["attribution"].get<double>(), 0.1);
}

TEST_F(ErrorsPrograms, WriteTextAndHtml) {
  const CommandResult text = run("sequent errors model.pt dev.tsv --html errors.html");
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_NE(text.out.find("labels that are probably wrong"), std::string::npos);
  const std::string page = testing::slurp(*folder_ / "errors.html");
  EXPECT_EQ(page.substr(0, 15), "<!DOCTYPE html>");
  EXPECT_NE(page.find("&lt;end&gt;"), std::string::npos);
  EXPECT_EQ(page.find("<end>"), std::string::npos);
  expect_fault("sequent errors model.pt dev.tsv --html errors.html", 2, "errors.html: exists");
  EXPECT_EQ(run("sequent errors model.pt dev.tsv --html errors.html --overwrite").code, 0);
}

TEST_F(ErrorsPrograms, ShowTheRowsThatARunHeldOut) {
  ASSERT_EQ(
      run("sequent train c.json --out share --set 'data.validation={\"fraction\": 0.2}'").code, 0);
  const CommandResult found = run("sequent errors share --json");
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(json::parse(found.out)["count"], 40);
}

TEST_F(ErrorsPrograms, FindWrongLabelsOfTheTrainingFile) {
  folder_->write("noisy.tsv", sourced_rows(240, 0, kWrong));
  ASSERT_EQ(run("sequent crossval c.json --folds 3 --group 2 --out parts "
                "--set 'data.train=\"noisy.tsv\"'")
                .code,
            3)
      << "two groups cannot be divided into three folds";
  const CommandResult trained =
      run("sequent crossval c.json --folds 3 --out cv --set 'data.train=\"noisy.tsv\"'");
  ASSERT_EQ(trained.code, 0) << trained.err;
  const CommandResult found = run("sequent errors cv --json --slice source --html cv.html");
  ASSERT_EQ(found.code, 0) << found.err;
  const json report = json::parse(found.out);
  EXPECT_EQ(report["count"], 240);
  EXPECT_GE(report["label_issue_count"], kWrong * 3 / 4);  // the loop below: none is a right one
  EXPECT_LE(report["label_issue_count"], kWrong);
  for (const json& issue : report["label_issues"]) {
    const std::string where = issue["where"];
    EXPECT_EQ(where.substr(0, 10), "noisy.tsv:");
    EXPECT_GT(std::stoi(where.substr(10)), 241 - kWrong) << where;
  }
  EXPECT_FALSE(report.contains("tokens"));
  EXPECT_EQ(report["ranking"].size(), 2U);
  const std::string page = testing::slurp(*folder_ / "cv.html");
  EXPECT_NE(page.find("form class=\"filter\""), std::string::npos);
  EXPECT_NE(page.find("average precision"), std::string::npos);
  expect_fault("sequent errors cv dev.tsv", 2, "leave it out");
  folder_->write("noisy.tsv", sourced_rows(240, 1, kWrong));
  expect_fault("sequent errors cv", 3, "the file has changed since");
  folder_->write("cv/predictions.jsonl", "{\"row\": 0}\n");
  expect_fault("sequent errors cv", 3, "predictions.jsonl:1: expected an object");
}

TEST_F(ErrorsPrograms, RefuseWhatTheyCannotAnalyse) {
  expect_fault("sequent errors model.pt", 2, "an archive does not contain data");
  expect_fault("sequent errors model.pt missing.tsv", 3, "missing.tsv");
  expect_fault("sequent errors model.pt dev.tsv --slice sauce", 2, "did you mean \"source\"");
  expect_fault("sequent errors nowhere.pt dev.tsv", 4, "nowhere.pt");
  folder_->write("other.tsv", "text\tlabel\nw1 w2\tneutral\n");
  const CommandResult other = run("sequent errors model.pt other.tsv");
  EXPECT_EQ(other.code, 3);
  EXPECT_NE(other.err.find("found no row with a label of the model"), std::string::npos)
      << other.err;
}

}  // namespace
}  // namespace sequent
