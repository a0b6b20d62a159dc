// Runs both programs on a language model, as a user does.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "language_model_rows.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

class LanguageModelPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", testing::kLanguageModelConfig);
    folder_->write("train.txt", testing::circle_lines(400));
    folder_->write("valid.txt", testing::circle_lines(50, 4));
    train_and_export();
  }
};

TEST_F(LanguageModelPrograms, WritesOn) {
  const CommandResult found =
      run("sequent generate model.pt --prompt 'six seven' --lines 1 --temperature 0");
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(found.out, "six seven one two three\n");
  const std::string drawn = "sequent generate model.pt --length 30 --seed 5";
  EXPECT_EQ(run(drawn).out, run(drawn).out);
  EXPECT_NE(run(drawn).out, run("sequent generate model.pt --length 30 --seed 6").out);
}

TEST_F(LanguageModelPrograms, ScoresLines) {
  const CommandResult found =
      run("printf 'one two three four five\ntwo one three one one\n\n' | sequent-infer model.pt");
  ASSERT_EQ(found.code, 0) << found.err;
  std::istringstream lines(found.out);
  std::vector<json> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(json::parse(line));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0]["text"], "one two three four five");
  EXPECT_EQ(rows[0]["tokens"], 6);
  EXPECT_LT(rows[0]["perplexity"], 2.0);
  EXPECT_GT(rows[1]["perplexity"], 10.0);
  EXPECT_EQ(rows[2]["tokens"], 1);
  const CommandResult table = run("echo one two | sequent-infer model.pt --format tsv");
  EXPECT_EQ(table.out.substr(0, table.out.find('\n')),
            "text\ttokens\tlog_probability\tperplexity\tunknown_share\terror");
  expect_fault("sequent-infer model.pt train.txt --explain", 2, "cannot be explained");
  const CommandResult typed = run("echo one two three | sequent-infer model.pt --interactive");
  EXPECT_GT(std::stod(typed.out), 1.0);
}

// Other columns are ignored, whatever their content; line ends inside a text are tokens.
TEST_F(LanguageModelPrograms, ReadsTextOfOtherFormats) {
  folder_->write("rows.jsonl",
                 "{\"text\": \"one two\\nthree\", \"label\": [1]}\n{\"text\": \"four\"}\n");
  const CommandResult found = run("sequent-infer model.pt rows.jsonl | head -1");
  EXPECT_EQ(json::parse(found.out)["tokens"], 5) << found.err;
  const std::string typed =
      "sequent generate model.pt --temperature 0 --lines 1 --prompt \"$(printf 'one two\\nsix')\"";
  EXPECT_EQ(run(typed).out, "one two\nsix seven one two three\n");
}

TEST_F(LanguageModelPrograms, Measures) {
  const CommandResult found = run("sequent evaluate model.pt valid.txt --json");
  ASSERT_EQ(found.code, 0) << found.err;
  const json report = json::parse(found.out);
  EXPECT_EQ(report["count"], 300);
  EXPECT_LT(report["perplexity"], 1.7);
  EXPECT_EQ(run("sequent evaluate run valid.txt --require 'perplexity<=1.1'").code, 5);
  const CommandResult check = run("sequent data check c.json");
  EXPECT_EQ(check.code, 0) << check.err;
  EXPECT_NE(check.out.find("tokens per line"), std::string::npos);
  const CommandResult summary = run("sequent inspect model.pt");
  EXPECT_NE(summary.out.find("dense"), std::string::npos);
}

// Words that are not in the training data are frequent, so that dynamic evaluation soon learns
// them.
TEST_F(LanguageModelPrograms, LearnOnFromWhatTheyAreMeasuredOn) {
  std::string text;
  for (int line = 0; line < 100; ++line) text += "two two seven one one\n";
  folder_->write("other.txt", text);
  const auto perplexity = [&](const std::string& what) {
    const CommandResult found = run("sequent evaluate " + what + " --json");
    EXPECT_EQ(found.code, 0) << found.err;
    return json::parse(found.out)["perplexity"].get<double>();
  };
  const double before = perplexity("model.pt other.txt");
  const double dynamic = perplexity("model.pt other.txt --dynamic 0.003");
  EXPECT_LT(dynamic, 0.5 * before);
  EXPECT_NEAR(perplexity("run other.txt --dynamic 0.003"), dynamic, 1e-6 * dynamic);
  EXPECT_NEAR(perplexity("model.pt other.txt"), before, 1e-9) << "the archive is as it was";
  expect_fault("sequent evaluate model.pt other.txt --dynamic 0", 2, "above 0");
  expect_fault("sequent evaluate model.pt other.txt --dynamic x", 2, "--dynamic");
  expect_fault("sequent evaluate model.pt other.txt --dynamic 0.1 --threads 2", 2, "one");
}

TEST_F(LanguageModelPrograms, AreTimed) {
  const CommandResult found = run("sequent bench c.json --rounds 1 --json");
  ASSERT_EQ(found.code, 0) << found.err;
  const json work = json::parse(found.out)["work"];
  ASSERT_EQ(work.size(), 2U) << found.out;
  EXPECT_EQ(work[1]["what"], "scoring encoded texts");
}

TEST_F(LanguageModelPrograms, SayWhatIsWrong) {
  expect_fault("sequent generate model.pt --prompt 'eight nine'", 3,
               "does not know any of its 2 tokens");
  expect_fault("sequent generate model.pt --prompt \"$(printf '\\377')\"", 3, "UTF-8");
  expect_fault("sequent generate nothing.pt", 4, "no such file");
  expect_fault("sequent generate run", 4, "is a folder");
  expect_fault("sequent generate model.pt --top-p 0", 2, "--top-p");
  expect_fault("echo one | sequent-infer model.pt --top-k 2", 2, "has no meaning for a language");
  expect_fault("echo one | sequent-infer model.pt --tags", 2, "--tags");
  expect_fault("sequent config check c.json --set model.layers.2.bidirectional=true", 2,
               "/model/layers/2/bidirectional");
  expect_fault("sequent config check c.json --set task=classification", 2, "lines");
  expect_fault("sequent config check c.json --set training.class_weights=balanced", 2,
               "/training/class_weights: has no meaning for a language model");
  expect_fault("echo one | sequent-infer model.pt -i --top-k 2", 2,
               "--top-k: has no effect with --interactive");
  expect_fault("sequent config check c.json --set model.layers.1.mask=false", 2,
               "/model/layers/1/mask: found false");
  expect_fault("sequent generate model.pt --seed -5", 2, "--seed");
  expect_fault("sequent generate model.pt --temperature 0 --top-k 3", 2, "have no effect");
  expect_fault("sequent generate model.pt --prompt one --lines 1 > /dev/full", 1,
               "cannot be written");
  expect_fault("sequent config check c.json --set 'data.validation={\"fraction\":0.1,\"seed\":3}'",
               2, "/data/validation/seed: has no meaning");
  folder_->write("empty.txt", "");
  expect_fault("sequent evaluate model.pt empty.txt", 3, "empty");
  folder_->write("bad.txt", "one two\n\xff\n");
  expect_fault("sequent evaluate model.pt bad.txt", 3, "bad.txt:2");
}

}  // namespace
}  // namespace sequent
