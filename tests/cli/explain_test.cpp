// Runs sequent-infer --explain as a user does.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

/// Rows whose label is decided by one of their five words.
std::string opinion_rows(int count) {
  std::string text = "text\tlabel\n";
  for (int i = 0; i < count; ++i) {
    const auto filler = [&](int k) { return "w" + std::to_string((i * 7 + k * 5) % 11) + " "; };
    const bool good = i % 2 == 0;
    text += filler(0) + filler(1) + (good ? "superb " : "dreadful ") + filler(2) + "end\t" +
            (good ? "pos" : "neg") + "\n";
  }
  return text;
}

class ExplainPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", R"({"version": 1,
      "data": {"train": "rows.tsv", "validation": {"fraction": 0.2}},
      "input": {"type": "text", "max_length": 8},
      "model": {"layers": [{"type": "embedding", "output_dim": 8},
        {"type": "gru", "units": 8, "return_sequences": true}, {"type": "pool"},
        {"type": "dense", "activation": "softmax"}]},
      "training": {"optimizer": {"type": "adam", "learning_rate": 0.02}, "epochs": 6},
      "runtime": {"device": "cpu", "workers": 1}})");
    folder_->write("rows.tsv", opinion_rows(200));
    folder_->write("texts.txt", "W1 w2 Superb w3 <end>\ndreadful &\n\n");
    train_and_export();
  }

  static json first_line(const std::string& out) {
    return json::parse(out.substr(0, out.find('\n')));
  }
};

TEST_F(ExplainPrograms, AddsTheStrongestTokens) {
  const CommandResult found = run("sequent-infer model.pt texts.txt --explain 2");
  ASSERT_EQ(found.code, 0) << found.err;
  const json row = first_line(found.out);
  const json& explanation = row.at("explanation");
  EXPECT_EQ(row["prediction"], "pos");
  EXPECT_EQ(explanation["label"], "pos");
  EXPECT_NEAR(explanation["probability"].get<double>(), row["probability"].get<double>(), 1e-4);
  EXPECT_EQ(explanation["method"], "integrated_gradients");
  EXPECT_LE(explanation["completeness_gap"].get<double>(), 0.01);
  ASSERT_EQ(explanation["tokens"].size(), 2U);
  EXPECT_EQ(explanation["tokens"][0]["text"], "Superb");
  EXPECT_EQ(explanation["tokens"][0]["start"], 6);
  EXPECT_EQ(explanation["tokens"][0]["end"], 12);
  EXPECT_GT(explanation["tokens"][0]["attribution"].get<double>(), 0);
  // The default is 5 tokens, in any position of the command line.
  const CommandResult usual = run("sequent-infer model.pt texts.txt --explain");
  EXPECT_EQ(first_line(usual.out)["explanation"]["tokens"].size(), 5U);
  EXPECT_EQ(run("sequent-infer --explain=5 model.pt texts.txt").out, usual.out);
  EXPECT_EQ(run("sequent-infer model.pt texts.txt --explain --threads 1").out, usual.out);
  EXPECT_EQ(run("sequent-infer model.pt texts.txt --explain --engine torchscript").code, 0);
}

TEST_F(ExplainPrograms, AllTokensAddUpToTheProbability) {
  const CommandResult found = run("sequent-infer model.pt texts.txt --explain all --prefix m_");
  ASSERT_EQ(found.code, 0) << found.err;
  std::istringstream lines(found.out);
  int rows = 0;
  for (std::string line; std::getline(lines, line); ++rows) {
    const json explanation = json::parse(line).at("m_explanation");
    double sum = explanation["other"].get<double>();
    std::int64_t at = -1;
    for (const json& token : explanation["tokens"]) {
      sum += token["attribution"].get<double>();
      EXPECT_GT(token["start"].get<std::int64_t>(), at) << "in the order of the text";
      at = token["start"].get<std::int64_t>();
    }
    const double difference =
        explanation["probability"].get<double>() - explanation["baseline"].get<double>();
    EXPECT_NEAR(sum, difference, 0.011 * std::abs(difference) + 1e-5);
  }
  EXPECT_EQ(rows, 3);
}

TEST_F(ExplainPrograms, OcclusionAndOtherLabels) {
  const CommandResult found =
      run("sequent-infer model.pt texts.txt --explain 1 --explain-method occlusion");
  ASSERT_EQ(found.code, 0) << found.err;
  const json explanation = first_line(found.out).at("explanation");
  EXPECT_EQ(explanation["method"], "occlusion");
  EXPECT_FALSE(explanation.contains("completeness_gap"));
  EXPECT_EQ(explanation["tokens"][0]["text"], "Superb");
  const json other =
      first_line(run("sequent-infer model.pt texts.txt --explain 1 --explain-label neg").out);
  EXPECT_EQ(other["prediction"], "pos");
  EXPECT_EQ(other["explanation"]["label"], "neg");
  EXPECT_LT(other["explanation"]["tokens"][0]["attribution"].get<double>(), 0);
}

TEST_F(ExplainPrograms, HtmlShowsTheTextsEscaped) {
  const CommandResult found =
      run("sequent-infer model.pt texts.txt --explain --format html -o page.html");
  ASSERT_EQ(found.code, 0) << found.err;
  const std::string page = testing::slurp(*folder_ / "page.html");
  EXPECT_EQ(page.substr(0, 15), "<!DOCTYPE html>");
  EXPECT_NE(page.find(">Superb</span>"), std::string::npos);
  EXPECT_NE(page.find("&lt;"), std::string::npos);
  EXPECT_NE(page.find("&amp;"), std::string::npos);
  EXPECT_EQ(page.find("<end>"), std::string::npos);
  EXPECT_EQ(page.find("http"), std::string::npos) << "self-contained";
  EXPECT_NE(page.find("rgba(40,160,70,0.75)"), std::string::npos);
}

TEST_F(ExplainPrograms, TypedLinesListTheTokens) {
  const CommandResult found = run("echo 'w1 w2 superb w3' | sequent-infer model.pt -i --explain 1");
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(found.out.substr(0, 4), "pos\t");
  EXPECT_NE(found.out.find("\n  superb\t"), std::string::npos) << found.out;
  EXPECT_EQ(found.out.find('\x1b'), std::string::npos) << "stdout is not a terminal";
}

TEST_F(ExplainPrograms, RefusesWhatHasNoEffect) {
  expect_fault("sequent-infer --explain model.pt texts.txt", 2,
               "found model.pt; expected a number");
  expect_fault("sequent-infer model.pt texts.txt --explain 0", 2, "expected a number of tokens");
  expect_fault("sequent-infer model.pt texts.txt --format html", 2, "add --explain");
  expect_fault("sequent-infer model.pt texts.txt --explain-label pos", 2, "add --explain");
  expect_fault("sequent-infer model.pt texts.txt --explain-method occlusion", 2, "add --explain");
  expect_fault("sequent-infer model.pt texts.txt --explain --format csv", 2, "jsonl or html");
  expect_fault("sequent-infer model.pt texts.txt --explain --format html --top-k 2", 2, "--top-k");
  expect_fault("sequent-infer model.pt texts.txt --explain --explain-label poss", 2,
               "did you mean \"pos\"");
  expect_fault("sequent-infer model.pt texts.txt --explain --embed -o v.npy", 2, "--embed");
}

}  // namespace
}  // namespace sequent
