// Runs both programs on sequences of numbers, as a user does.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

constexpr const char* kConfig = R"({
  "version": 1, "name": "waves",
  "data": {"train": "train.jsonl", "validation": "train.jsonl",
           "format": {"type": "series", "values": "y"}},
  "input": {"type": "numeric", "channels": 2, "max_length": 20},
  "model": {"layers": [
    {"type": "normalization"},
    {"type": "gru", "units": 8},
    {"type": "dense", "activation": "softmax"}
  ]},
  "training": {"epochs": 15, "batch_size": 8, "optimizer": {"type": "adam", "learning_rate": 0.02}},
  "runtime": {"device": "cpu"}
})";

/// Returns slow and fast waves far from zero, which a model learns only with normalization.
std::string waves(int rows) {
  std::ostringstream out;
  for (int row = 0; row < rows; ++row) {
    json line{{"id", row}, {"label", row % 2 == 0 ? "slow" : "fast"}, {"y", json::array()}};
    for (int step = 0; step < 10 + row % 7; ++step) {
      const double value = std::sin((row % 2 == 0 ? 0.2 : 1.2) * step + row);
      line["y"].push_back({1000 + value, 0.001 * value});
    }
    out << line.dump() << '\n';
  }
  return out.str();
}

class NumericPrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", kConfig);
    folder_->write("train.jsonl", waves(200));
    train_and_export();
  }
};

TEST_F(NumericPrograms, LearnEvaluateAndInfer) {
  const CommandResult of_run = run("sequent evaluate run train.jsonl --json");
  const CommandResult of_archive = run("sequent evaluate model.pt train.jsonl --json");
  ASSERT_EQ(of_run.code, 0) << of_run.err;
  EXPECT_EQ(json::parse(of_run.out)["confusion_matrix"],
            json::parse(of_archive.out)["confusion_matrix"]);
  EXPECT_GT(json::parse(of_run.out)["accuracy"].get<double>(), 0.95);

  // The archive knows the key of the steps, and labels are not needed.
  folder_->write("in.jsonl",
                 R"({"id": 7, "y": [[1000.1, 0.0001], [1000.9, 0.0009], [999.5, -0.0005]]})");
  const CommandResult found = run("sequent-infer model.pt in.jsonl");
  ASSERT_EQ(found.code, 0) << found.err;
  const json record = json::parse(found.out);
  EXPECT_EQ(record["id"], 7);
  EXPECT_TRUE(record["prediction"] == "slow" || record["prediction"] == "fast");
  EXPECT_FALSE(record["truncated"].get<bool>());
  EXPECT_FALSE(record.contains("unknown_share"));
  EXPECT_NE(run("sequent data check c.json").out.find("steps per sequence"), std::string::npos);
}

TEST_F(NumericPrograms, PythonOpensTheArchive) {
  if (run("/usr/bin/python3 -c 'import torch'").code != 0) {
    GTEST_SKIP() << "python3-torch is not installed";
  }
  folder_->write("one.jsonl", R"({"y": [[1000.5, 0.0005], [999.2, -0.0008]]})");
  folder_->write("check.py", R"(
import json, torch
model = torch.jit.load("model.pt")
values = torch.tensor(json.loads(open("one.jsonl").read())["y"])
padded = torch.cat([values, torch.zeros(3, 2)]).unsqueeze(0)
print(json.dumps(model(padded, torch.tensor([2]))[0].tolist()))
)");
  const CommandResult python = run("/usr/bin/python3 check.py");
  ASSERT_EQ(python.code, 0) << python.err;
  const json ours =
      json::parse(run("sequent-infer model.pt one.jsonl --probabilities").out)["probabilities"];
  EXPECT_NEAR(json::parse(python.out)[0].get<double>(), ours["fast"].get<double>(), 1e-5);
}

TEST_F(NumericPrograms, WrongInputIsSaid) {
  folder_->write("three.jsonl", R"({"y": [[1, 2, 3]]})");
  expect_fault("sequent-infer model.pt three.jsonl", 3,
               "found steps of 3 numbers; the model reads 2");
  folder_->write("null.jsonl", R"({"y": [[1, null]]})");
  expect_fault("sequent-infer model.pt null.jsonl", 3, "null.jsonl:1: found null at \"y\"[0][1]");
  const CommandResult recorded = run("sequent-infer model.pt null.jsonl --on-error record");
  EXPECT_EQ(recorded.code, 0);
  EXPECT_NE(recorded.out.find("\"error\""), std::string::npos);
  folder_->write("words.txt", "some words\n");
  expect_fault("sequent-infer model.pt words.txt", 2, "the model reads numbers");
  expect_fault("sequent-infer model.pt --interactive", 2, "the model reads sequences of numbers");
  expect_fault("sequent-infer model.pt three.jsonl --text x", 3, "no key \"x\"");
  expect_fault("sequent config check c.json --set data.format.type=tsv", 2, "/data/format");
  expect_fault("sequent train c.json --out r2 --set input.channels=3", 3,
               "train.jsonl:1: found 2 numbers per step; expected 3");
}

}  // namespace
}  // namespace sequent
