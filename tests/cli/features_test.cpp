// Runs both programs on a model that reads further columns of its rows, as a user does.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

/// `features` is a list, `layer` the layer that reads them and a comma, or nothing.
std::string config_text(const std::string& features, const std::string& layer) {
  return R"({"version": 1,
  "data": {"train": "returns.csv", "validation": {"fraction": 0.15},
           "format": {"type": "csv", "text": "message", "label": "decision"}},
  "input": {"type": "text", "max_length": 30, "features": )" +
         features + R"(},
  "model": {"layers": [
    {"type": "embedding", "output_dim": 16},
    {"type": "gru", "units": 16, "return_sequences": true},
    {"type": "pool", "mode": "max"},)" +
         layer + R"(
    {"type": "dense", "units": 32, "activation": "relu"},
    {"type": "dense", "activation": "softmax"}]},
  "training": {"epochs": 12, "batch_size": 32, "optimizer": {"type": "adam", "learning_rate": 0.01}},
  "runtime": {"baseline": false}})";
}

const std::string kFeatures = R"([{"type": "category", "column": "group"},
  {"type": "number", "column": "price"}, {"type": "date", "column": "bought"}])";
const std::string kLayer = R"({"type": "features", "output_dim": 4},)";

json first_record(const std::string& out) { return json::parse(out.substr(0, out.find('\n'))); }

class FeaturePrograms : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    ASSERT_EQ(run("sequent sample returns --rows 1600 --out returns.csv").code, 0);
    ASSERT_EQ(run("sequent sample returns --rows 400 --seed 2 --out test.csv").code, 0);
    folder_->write("c.json", config_text(kFeatures, kLayer));
    folder_->write("plain.json", config_text("[]", ""));
    train_and_export();
  }

  /// The message, group, price and date of a request that lacks what the arguments leave out.
  static CommandResult predict(const std::string& cells, const std::string& more = "") {
    folder_->write("one.csv", "price,group,message,bought\n" + cells + "\n");
    return run("sequent-infer model.pt one.csv " + more);
  }
};

TEST_F(FeaturePrograms, BeatTheModelWithoutFeatures) {
  const CommandResult train = run("sequent train plain.json --out plain");
  ASSERT_EQ(train.code, 0) << train.err;
  const auto accuracy = [](const std::string& model) {
    const CommandResult found = run("sequent evaluate " + model + " test.csv --json");
    EXPECT_EQ(found.code, 0) << found.err;
    return json::parse(found.out)["accuracy"].get<double>();
  };
  const double with_features = accuracy("run");
  EXPECT_GT(with_features, 0.9);
  EXPECT_LT(accuracy("plain"), 0.7);
  EXPECT_NEAR(accuracy("model.pt"), with_features, 1e-9);
}

TEST_F(FeaturePrograms, InferFindsTheColumnsByName) {
  const auto decision = [](const std::string& cells) {
    const CommandResult found = predict(cells);
    EXPECT_EQ(found.code, 0) << found.err;
    return first_record(found.out)["prediction"].get<std::string>();
  };
  EXPECT_EQ(decision("150,toys,it stopped working after a week,2025-05-05"), "repair");
  EXPECT_EQ(decision("20,toys,it stopped working after a week,2025-05-05"), "refund");
  EXPECT_EQ(decision("20,food,I do not like the colour,2025-05-05"), "reject");
  EXPECT_EQ(decision("20,toys,I do not like the colour,2025-05-05"), "exchange");
  EXPECT_EQ(decision("20,toys,I do not like the colour,2025-12-12"), "refund");
  EXPECT_EQ(decision(",toys,it stopped working after a week,2025-05-05"), "refund");
  const CommandResult objects = run(
      "echo '{\"message\": \"I do not like the colour\", \"group\": \"hygiene\", \"price\": 20, "
      "\"bought\": \"2025-05-05\"}' | sequent-infer model.pt - --input-format jsonl");
  ASSERT_EQ(objects.code, 0) << objects.err;
  EXPECT_EQ(first_record(objects.out)["prediction"], "reject");
  const CommandResult graph = predict("150,new,it leaks,", "--engine torchscript --probabilities");
  const CommandResult fused = predict("150,new,it leaks,", "--probabilities");
  ASSERT_EQ(graph.code, 0) << graph.err;
  for (const auto& [label, probability] :
       first_record(fused.out)["probabilities"].get<std::map<std::string, double>>()) {
    EXPECT_NEAR(first_record(graph.out)["probabilities"][label].get<double>(), probability, 1e-5);
  }
}

TEST_F(FeaturePrograms, InferReportsWhatIsMissing) {
  expect_fault("echo hello | sequent-infer model.pt", 2, "also reads group, price, bought");
  expect_fault("echo hello | sequent-infer model.pt -i", 2, "group, price, bought");
  folder_->write("no.csv", "message,group,bought\nit leaks,toys,2025-05-05\n");
  expect_fault("sequent-infer model.pt no.csv", 3, "\"price\"");
  expect_fault("sequent-infer model.pt one.csv --input-format lines", 2, "price");
  const std::string bad = "cheap,toys,it leaks,2025-05-05\n1,toys,it leaks,2025-05-05";
  EXPECT_EQ(predict(bad).code, 3);
  EXPECT_NE(predict(bad).err.find("one.csv:2: found \"cheap\" at column \"price\"; expected a "
                                  "number"),
            std::string::npos)
      << predict(bad).err;
  const CommandResult recorded = predict(bad, "--on-error record");
  ASSERT_EQ(recorded.code, 0) << recorded.err;
  EXPECT_NE(first_record(recorded.out)["error"].get<std::string>().find("cheap"),
            std::string::npos);
  EXPECT_NE(recorded.out.find("\"prediction\":\"refund\""), std::string::npos) << recorded.out;
}

TEST_F(FeaturePrograms, ExplanationsHoldTheFeatures) {
  for (const char* method : {"", " --explain-method occlusion"}) {
    const CommandResult found = predict("150,toys,it stopped working after a week,2025-05-05",
                                        std::string("--explain all") + method);
    ASSERT_EQ(found.code, 0) << found.err;
    const json explanation = first_record(found.out)["explanation"];
    EXPECT_EQ(explanation["tokens"].size(), 6U) << explanation;
  }
}

TEST_F(FeaturePrograms, OtherCommandsReadThem) {
  const CommandResult check = run("sequent data check c.json");
  ASSERT_EQ(check.code, 0) << check.err;
  EXPECT_NE(check.out.find("feature \"group\" (category): 5 values"), std::string::npos)
      << check.out;
  EXPECT_NE(check.out.find("feature \"bought\" (date): mean 2025-"), std::string::npos);
  const CommandResult inspect = run("sequent inspect model.pt");
  EXPECT_NE(inspect.out.find("features (group, price, bought)"), std::string::npos) << inspect.out;
  const CommandResult bench = run("sequent bench c.json --rounds 1 --json");
  EXPECT_EQ(bench.code, 0) << bench.err;
  const CommandResult errors = run("sequent errors model.pt test.csv");
  EXPECT_EQ(errors.code, 0) << errors.err;
  folder_->write("texts.txt", "it leaks\nI found a nicer one\n");
  const CommandResult vectors = run("sequent-infer model.pt texts.txt --embed -o v.npy");
  EXPECT_EQ(vectors.code, 0) << vectors.err;
  const std::string train = "sequent train c.json --out again --set training.epochs=";
  EXPECT_EQ(run(train + "1").code, 0);
  const CommandResult resumed = run(train + "2 --resume");
  EXPECT_EQ(resumed.code, 0) << resumed.err;
}

}  // namespace
}  // namespace sequent
