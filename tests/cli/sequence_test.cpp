// Runs both programs on a sequence-to-sequence model, as a user does.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "sequence_rows.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

class SequencePrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", testing::kBackwardConfig);
    folder_->write("train.tsv", testing::backward_rows(400));
    folder_->write("dev.tsv", testing::backward_rows(60, 3));
    train_and_export();
  }
};

TEST_F(SequencePrograms, WriteTexts) {
  const CommandResult lines = run("printf 'abc\\n\\n' | sequent-infer model.pt");
  ASSERT_EQ(lines.code, 0) << lines.err;
  const json first = json::parse(lines.out.substr(0, lines.out.find('\n')));
  EXPECT_EQ(first["prediction"], "cba");
  EXPECT_LT(first["log_probability"].get<double>(), 0);
  EXPECT_TRUE(json::parse(lines.out.substr(lines.out.find('\n') + 1))["empty"].get<bool>());
  const CommandResult table = run("sequent-infer model.pt dev.tsv --format csv --beams 3");
  EXPECT_TRUE(table.out.starts_with(
      "text,label,prediction,log_probability,empty,truncated,unknown_share,error\n"))
      << table.out.substr(0, 90);
  EXPECT_EQ(run("echo fed | sequent-infer model.pt --interactive").out, "def\n");
  EXPECT_EQ(run("sequent evaluate model.pt dev.tsv --require 'exact_match>=0.8' "
                "--require 'rouge_l>=0.8' --require 'bleu>=10'")
                .code,
            0);
  EXPECT_EQ(run("sequent bench c.json --rounds 1").code, 0);
  EXPECT_EQ(run("sequent data check c.json").code, 0);
}

TEST_F(SequencePrograms, SayWhatHasNoMeaning) {
  expect_fault("sequent-infer model.pt dev.tsv --top-k 2", 2, "which generates text");
  expect_fault("sequent-infer model.pt dev.tsv --probabilities", 2, "which generates text");
  expect_fault("sequent generate model.pt --prompt x", 2, "");
  expect_fault("sequent-infer model.pt dev.tsv --embed -o v.npy", 2, "");
  expect_fault("sequent-infer model.pt dev.tsv --beams 0", 2, "");
  const CommandResult sample = run("sequent sample dates --rows 100 --out dates");
  EXPECT_EQ(sample.code, 0) << sample.err;
  expect_fault("sequent sample dates --rows 100 --out dates", 2, "stands there already");
}

}  // namespace
}  // namespace sequent
