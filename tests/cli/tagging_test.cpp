// Runs both programs on tagged tokens, as a user does.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.h"
#include "tagging_rows.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

class TaggingPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", testing::tagging_config(testing::kCrfHead));
    folder_->write("train.conll", testing::tagged_rows(200));
    folder_->write("dev.conll", testing::tagged_rows(40, 11));
    train_and_export();
  }
};

TEST_F(TaggingPrograms, MarksEntitiesInLines) {
  const CommandResult found =
      run("printf 'seen in Paris and by Oslo Rome\\n\\n' | sequent-infer model.pt");
  ASSERT_EQ(found.code, 0) << found.err;
  const json first = json::parse(found.out.substr(0, found.out.find('\n')));
  ASSERT_EQ(first["entities"].size(), 2U) << first;
  EXPECT_EQ(first["entities"][0]["type"], "LOC");
  EXPECT_EQ(first["entities"][0]["text"], "Paris");
  EXPECT_EQ(first["entities"][0]["start"], 8);
  EXPECT_EQ(first["entities"][0]["end"], 13);
  EXPECT_EQ(first["entities"][1]["type"], "PER");
  EXPECT_FALSE(first.contains("tags"));
  const json second = json::parse(found.out.substr(found.out.find('\n') + 1));
  EXPECT_TRUE(second["entities"].empty());
  const CommandResult tags = run("echo 'in Paris' | sequent-infer model.pt --tags");
  EXPECT_EQ(json::parse(tags.out)["tags"][1]["tag"], "B-LOC");
  EXPECT_EQ(json::parse(tags.out)["tags"][1]["token"], "Paris");
}

TEST_F(TaggingPrograms, ExplainTheirSpans) {
  const CommandResult found =
      run("printf 'seen in Paris and by Oslo Rome\n\n' | sequent-infer model.pt - --explain 3");
  ASSERT_EQ(found.code, 0) << found.err;
  const json first = json::parse(found.out.substr(0, found.out.find('\n')));
  ASSERT_EQ(first["explanations"].size(), first["entities"].size());
  const json& place = first["explanations"][0];
  EXPECT_EQ(place["type"], "LOC");
  EXPECT_EQ(place["text"], "Paris");
  EXPECT_EQ(place["start"], 8);
  EXPECT_LE(place["completeness_gap"].get<double>(), 0.01);
  std::string tokens;
  for (const json& token : place["tokens"]) tokens += token["text"].get<std::string>() + " ";
  EXPECT_NE(tokens.find("in "), std::string::npos) << "the word before decides: " << tokens;
  const CommandResult split = run("sequent-infer model.pt dev.conll --explain 1");
  EXPECT_EQ(split.code, 0) << split.err;
  expect_fault("sequent-infer model.pt dev.conll --explain --format conll", 2, "jsonl or html");
  expect_fault("sequent-infer model.pt dev.conll --explain --explain-label LOC", 2,
               "--explain-label");
}

TEST_F(TaggingPrograms, ReadTheColumnsOfTraining) {
  std::string swapped;
  std::istringstream rows(testing::tagged_rows(60));
  for (std::string line; std::getline(rows, line);) {
    const std::size_t at = line.find_first_of(" \t");
    swapped += at == std::string::npos ? line : line.substr(at + 1) + " " + line.substr(0, at);
    swapped += '\n';
  }
  folder_->write("swapped.conll", swapped);
  ASSERT_EQ(
      run("sequent train c.json --out swapped --set data.train=swapped.conll --set "
          "data.validation=swapped.conll --set data.test=null --set data.format.token=1 --set "
          "data.format.tag=0 --set training.epochs=1 --set input.max_length=2 --set "
          "input.truncating=pre && sequent export swapped --out swapped.pt")
          .code,
      0);
  const CommandResult found = run("sequent-infer swapped.pt swapped.conll --format conll");
  EXPECT_EQ(found.code, 0) << found.err;
  std::istringstream answers(found.out);
  std::istringstream inputs(swapped);
  std::string answer;
  for (std::string line; std::getline(inputs, line) && std::getline(answers, answer);) {
    EXPECT_EQ(answer.substr(0, answer.rfind(' ')), line) << "the columns stay as they are";
    EXPECT_EQ(std::count(answer.begin(), answer.end(), ' '), line.empty() ? 0 : 2);
  }
}

TEST_F(TaggingPrograms, ConllHoldsNoSpaceInsideATokenOrTag) {
  folder_->write("odd.jsonl", R"({"tokens": ["a b", "c\nd"]})"
                              "\n");
  const CommandResult found =
      run("sequent-infer model.pt odd.jsonl --input-format tokens --format conll");
  EXPECT_EQ(found.out.substr(0, 4), "a_b\t") << found.out;
  EXPECT_NE(found.out.find("\nc_d\t"), std::string::npos) << found.out;
  expect_fault("sequent-infer model.pt odd.jsonl --input-format tokens --format conll --prefix x",
               2, "--prefix: has no effect");
}

TEST_F(TaggingPrograms, AreTimed) {
  const CommandResult found = run("sequent bench c.json --rounds 1 --json");
  ASSERT_EQ(found.code, 0) << found.err;
  EXPECT_EQ(json::parse(found.out)["work"].size(), 2U) << found.out;
}

TEST_F(TaggingPrograms, AnswersAsTyped) {
  const CommandResult found = run("echo 'made in Oslo' | sequent-infer model.pt --interactive");
  EXPECT_EQ(found.out.substr(0, 10), "LOC\tOslo\t0") << found.out;
}

/// Returns the rows with the tag of each line once more, as a model that is always right adds it.
std::string with_predictions(const std::string& rows) {
  std::string text;
  std::istringstream lines(rows);
  for (std::string line; std::getline(lines, line);) {
    text += line + (line.empty() ? "" : line.substr(line.find('\t'))) + "\n";
  }
  return text;
}

TEST_F(TaggingPrograms, AddsTheTagAsTheLastColumn) {
  folder_->write("words.conll", "in\nParis\n");
  const CommandResult words = run("sequent-infer model.pt words.conll --format conll");
  EXPECT_EQ(words.out, "in\tO\nParis\tB-LOC\n\n") << words.err;
  folder_->write("three.conll", "in IN O\r\nParis NNP B-LOC \r\n");
  const CommandResult three = run("sequent-infer model.pt three.conll --format conll");
  EXPECT_EQ(three.out, "in IN O O\nParis NNP B-LOC B-LOC\n\n") << three.err;
  folder_->write("ud.conllu",
                 "# text = in Paris\n1\tin\t_\tADP\t_\t_\t_\t_\t_\t_\n"
                 "2-3\tParis\t_\t_\t_\t_\t_\t_\t_\t_\n2\tParis\t_\tPROPN\t_\t_\t_\t_\t_\t_\n");
  const CommandResult ud = run("sequent-infer model.pt ud.conllu --text 1 --format conll");
  EXPECT_EQ(ud.out,
            "1\tin\t_\tADP\t_\t_\t_\t_\t_\t_\tO\n2\tParis\t_\tPROPN\t_\t_\t_\t_\t_\t_\tB-LOC\n\n")
      << ud.err;
}

TEST_F(TaggingPrograms, SayWhichColumnsAndSchemeTheyRead) {
  const std::string columns =
      "train.conll:1: token from column 0, tag from column 1 (from 0) of 2 columns separated by "
      "tabs";
  const std::string scheme = "5 tags that mark spans in the scheme BIO";
  const CommandResult check = run("sequent data check c.json");
  EXPECT_NE(check.out.find(columns), std::string::npos) << check.out;
  EXPECT_NE(check.out.find(scheme), std::string::npos) << check.out;
  const CommandResult train = run("sequent train c.json --out said --set training.epochs=1");
  EXPECT_NE(train.err.find(columns), std::string::npos) << train.err;
  EXPECT_NE(train.err.find(scheme), std::string::npos) << train.err;
  folder_->write("typo.conll", testing::tagged_rows(20) + "in\t0\n");
  for (const char* command : {"train c.json --out typo", "data check c.json"}) {
    expect_fault("sequent " + std::string(command) + " --set data.train=typo.conll", 3,
                 "found the tag \"0\"");
  }
}

TEST_F(TaggingPrograms, CrfReadsIob1) {
  std::string rows = testing::tagged_rows(100);
  for (std::size_t at = rows.find("\tB-"); at != std::string::npos; at = rows.find("\tB-", at)) {
    rows[at + 1] = 'I';
  }
  rows += "by\tO\nlima\tI-PER\nrome\tB-PER\nin\tO\noslo\tI-LOC\nkiev\tB-LOC\n";
  folder_->write("iob1.conll", rows);
  const CommandResult train =
      run("sequent train c.json --out iob1 --set data.train=iob1.conll --set "
          "data.validation=iob1.conll --set data.test=null && sequent export iob1 --out iob1.pt");
  EXPECT_NE(train.err.find("in the scheme IOB1"), std::string::npos) << train.err;
  EXPECT_EQ(train.err.find("violate"), std::string::npos) << train.err;
  const CommandResult found = run("echo 'seen in Paris' | sequent-infer iob1.pt --format conll");
  EXPECT_EQ(found.out, "seen\tO\nin\tO\nParis\tI-LOC\n\n") << found.err;
}

TEST_F(TaggingPrograms, GivesConllBack) {
  const CommandResult conll = run("sequent-infer model.pt dev.conll --format conll");
  ASSERT_EQ(conll.code, 0) << conll.err;
  EXPECT_EQ(conll.out, with_predictions(testing::tagged_rows(40, 11)));
  const CommandResult torchscript =
      run("sequent-infer model.pt dev.conll --format conll --engine torchscript");
  EXPECT_EQ(torchscript.out, conll.out);
  const CommandResult objects = run("sequent-infer model.pt dev.conll | head -1");
  const json first = json::parse(objects.out);
  EXPECT_TRUE(first["entities"][0].contains("first_token")) << first;
}

TEST_F(TaggingPrograms, ReadsListsOfTokens) {
  folder_->write("t.jsonl", "{\"id\": 7, \"tokens\": [\"in\", \"Lima\"]}\n");
  const CommandResult found = run("sequent-infer model.pt t.jsonl --input-format tokens");
  ASSERT_EQ(found.code, 0) << found.err;
  const json record = json::parse(found.out);
  EXPECT_EQ(record["id"], 7);
  EXPECT_EQ(record["entities"][0]["first_token"], 1);
  EXPECT_EQ(record["entities"][0]["end_token"], 2);
}

TEST_F(TaggingPrograms, SayHowTheyLearn) {
  const CommandResult train = run("sequent train c.json --out again --set training.epochs=1");
  EXPECT_NE(train.err.find(" F1 "), std::string::npos) << train.err;
  EXPECT_NE(train.out.find("precision"), std::string::npos) << train.out;
}

TEST_F(TaggingPrograms, AreMeasuredAndMayBeRequired) {
  const CommandResult found = run("sequent evaluate run dev.conll --json --require 'f1>=0.9'");
  ASSERT_EQ(found.code, 0) << found.err;
  const json report = json::parse(found.out);
  EXPECT_GT(report["f1"].get<double>(), 0.9);
  EXPECT_EQ(report["per_type"][0]["label"], "LOC");
  EXPECT_EQ(run("sequent evaluate model.pt dev.conll --require 'recall>=1.01'").code, 5);
  EXPECT_EQ(run("sequent data check c.json").code, 0);
  EXPECT_NE(run("sequent inspect run").out.find("crf"), std::string::npos);
}

TEST_F(TaggingPrograms, SayWhatIsWrong) {
  expect_fault("sequent-infer model.pt dev.conll --format tsv", 2, "expected jsonl or conll");
  expect_fault("sequent-infer model.pt dev.conll --top-k 2", 2, "predicts tags");
  expect_fault("sequent-infer model.pt dev.conll --format conll --tags", 2, "has no effect");
  expect_fault("sequent-infer model.pt dev.conll --format conll --on-error record", 2,
               "cannot be written as conll");
  expect_fault("sequent-infer model.pt dev.conll --text word", 2, "a column index");
  expect_fault("sequent evaluate run c.json", 3, "c.json:1: found 1 column");
  expect_fault("sequent train c.json --out x --set data.format='{\"type\":\"tsv\"}'", 2,
               "and vice versa");
  expect_fault("sequent train c.json --out x --set task=classification", 2, "and vice versa");
  expect_fault("sequent train c.json --out x --set training.label_smoothing=0.1", 2,
               "has no meaning for a crf");
  expect_fault("sequent train c.json --out x --set model.layers.2.return_sequences=false", 2,
               "its input is a vector");
  folder_->write("bad.conll", "in O\nParis\n");
  expect_fault("sequent train c.json --out x --set data.train=bad.conll", 3,
               "bad.conll:2: found 1");
}

class JointPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", testing::joint_config(testing::kCrfHead));
    folder_->write("train.jsonl", testing::labelled_tagged_rows(200));
    folder_->write("dev.jsonl", testing::labelled_tagged_rows(40, 11));
    train_and_export();
  }
};

TEST_F(JointPrograms, GiveIntentAndEntities) {
  const CommandResult found =
      run("printf 'seen in Paris\\n\\n' | sequent-infer model.pt --prefix my_");
  ASSERT_EQ(found.code, 0) << found.err;
  const json first = json::parse(found.out.substr(0, found.out.find('\n')));
  EXPECT_EQ(first["my_sequence_label"], "travel");
  EXPECT_GT(first["my_sequence_probability"].get<double>(), 0.5);
  EXPECT_EQ(first["my_entities"][0]["type"], "LOC");
  EXPECT_TRUE(
      json::parse(found.out.substr(found.out.find('\n') + 1))["my_sequence_label"].is_null());
  const CommandResult rows =
      run("sequent-infer model.pt dev.jsonl --input-format tokens --prefix my_ | head -1");
  EXPECT_TRUE(json::parse(rows.out).contains("my_sequence_label")) << rows.out;
  EXPECT_EQ(run("echo 'made by Oslo' | sequent-infer model.pt -i").out.substr(0, 5), "call\t");
  EXPECT_EQ(run("sequent evaluate run dev.jsonl --require 'sequence_label.accuracy>=0.9' "
                "--require 'sequence_accuracy>=0.8'")
                .code,
            0);
}

}  // namespace
}  // namespace sequent
