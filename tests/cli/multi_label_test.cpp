// Runs both programs on a model that predicts any number of labels, as a user does.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "multi_label_rows.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

class MultiLabelPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", testing::kMultiLabelConfig);
    folder_->write("train.tsv", testing::labelled_rows(400));
    folder_->write("test.tsv", testing::labelled_rows(100, 5));
    train_and_export();
  }
};

TEST_F(MultiLabelPrograms, GiveListsOfLabels) {
  const CommandResult found =
      run("printf 'it is loud bright\nit is\n' | sequent-infer model.pt --probabilities");
  ASSERT_EQ(found.code, 0) << found.err;
  const json first = json::parse(found.out.substr(0, found.out.find('\n')));
  EXPECT_EQ(first["prediction"], json({"light", "sound"}));
  EXPECT_EQ(first["probability"].size(), 2U);
  EXPECT_EQ(first["probabilities"].size(), 3U);
  const json second = json::parse(found.out.substr(found.out.find('\n') + 1));
  EXPECT_EQ(second["prediction"], json::array());
  const CommandResult table = run("echo it is loud bright | sequent-infer model.pt --format tsv");
  EXPECT_NE(table.out.find("\tlight|sound\t0."), std::string::npos) << table.out;
  const CommandResult typed = run("printf 'it is cheap\nit is\n' | sequent-infer model.pt -i");
  EXPECT_EQ(typed.out.substr(0, 8), "price\t0.") << typed.out;
  EXPECT_NE(typed.out.find("(no label)"), std::string::npos) << typed.out;
}

TEST_F(MultiLabelPrograms, ExplainEachLabel) {
  const CommandResult found =
      run("printf 'it is loud bright\nit is\n' | sequent-infer model.pt - --explain 1");
  ASSERT_EQ(found.code, 0) << found.err;
  const json both = json::parse(found.out.substr(0, found.out.find('\n')))["explanations"];
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0]["label"], "light");
  EXPECT_EQ(both[0]["tokens"][0]["text"], "bright");
  EXPECT_EQ(both[1]["tokens"][0]["text"], "loud");
  const json none = json::parse(found.out.substr(found.out.find('\n') + 1));
  EXPECT_EQ(none["explanations"].size(), 1U) << "the most probable label";
}

// The training file is also valid input for prediction, where its labels are ignored.
TEST_F(MultiLabelPrograms, PredictLabelledRows) {
  folder_->write("rows.jsonl",
                 "{\"text\": \"it is cheap\", \"label\": [\"price\"]}\n"
                 "{\"text\": \"it is loud\", \"label\": 1.5}\n");
  const CommandResult found = run("sequent-infer model.pt rows.jsonl");
  EXPECT_EQ(found.code, 0) << found.err;
  EXPECT_NE(found.out.find("\"label\": [\"price\"]"), std::string::npos) << found.out;
}

TEST_F(MultiLabelPrograms, MeasureAndCheck) {
  const CommandResult found = run("sequent evaluate model.pt test.tsv --json");
  const json report = json::parse(found.out);
  EXPECT_GT(report["samples_f1"], 0.6);
  EXPECT_EQ(report["per_label"].size(), 3U);
  EXPECT_TRUE(report["per_label"][0].contains("threshold"));
  EXPECT_EQ(run("sequent evaluate run test.tsv --require 'hamming_loss<=0.05'").code, 0);
  const CommandResult check = run("sequent data check c.json");
  EXPECT_EQ(check.code, 0) << check.err;
  EXPECT_NE(check.out.find("label sound"), std::string::npos) << check.out;
}

TEST_F(MultiLabelPrograms, SayWhatIsWrong) {
  expect_fault("sequent config check c.json --set model.layers.3.activation=softmax", 2,
               "multi_label needs \"sigmoid\"");
  expect_fault("sequent config check c.json --set training.loss=categorical_crossentropy", 2,
               "multi_label has binary_crossentropy");
  expect_fault(R"(sequent config check c.json --set 'data.format={"type": "folders"}')", 2,
               "folders");
  expect_fault("sequent config check c.json --set training.class_weights=balanced", 2,
               "/training/class_weights: has no meaning for multi_label");
  expect_fault(
      "sequent config check c.json --set task=classification "
      "--set data.format.label_separator=x",
      2, "/data/format/label_separator: has no meaning");
  expect_fault(
      "sequent config check c.json --set task=classification "
      "--set 'data.format.label_columns=[\"x\"]'",
      2, "/data/format/label_columns: has no meaning");
  expect_fault("sequent config check c.json --set 'data.format.label_columns=[\"x\", \"x\"]'", 2,
               "/data/format/label_columns/1: names the same column");
  expect_fault("sequent config check c.json --set 'data.format.label_columns=[\"text\"]'", 2,
               "/data/format/label_columns/0: is also the column of a text");
  expect_fault("echo it | sequent-infer model.pt --top-k 2", 2, "--top-k");
  expect_fault("sequent config check c.json --set 'data.format.label_separator=\"\\t\"'", 2,
               "found a tab");
  folder_->write("bad.tsv", "text\tlabels\nit is loud\tsound,\n");
  expect_fault("sequent evaluate model.pt bad.tsv", 3, "bad.tsv:2");
  folder_->write("new.tsv", "text\tlabels\nit is loud\tsound,new\n");
  expect_fault("sequent evaluate model.pt new.tsv", 3, "found the label \"new\"");
}

}  // namespace
}  // namespace sequent
