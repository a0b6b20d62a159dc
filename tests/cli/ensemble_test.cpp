// Several runs in one archive, as a user makes and uses it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

class EnsembleProgram : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    folder_->write("c.json", R"({
      "version": 1, "name": "several",
      "data": {"train": "data/train.tsv", "validation": "data/validation.tsv"},
      "model": {"layers": [{"type": "embedding", "output_dim": 8}, {"type": "lstm", "units": 8},
                           {"type": "dense", "activation": "softmax"}]},
      "training": {"epochs": 1}, "runtime": {"device": "cpu"}})");
    ASSERT_EQ(run("sequent sample sentiment --rows 300 --out data").code, 0);
    const CommandResult made = run("sequent crossval c.json --seeds 2 --ensemble --out seeds");
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_NE(made.err.find("seeds/model.pt: proven equal to the mean of 2 trained models"),
              std::string::npos)
        << made.err;
  }

  static double metric(const std::string& model, const std::string& name) {
    const CommandResult found = run("sequent evaluate " + model + " data/test.tsv --json");
    EXPECT_EQ(found.code, 0) << found.err;
    return json::parse(found.out).at(name);
  }
};

TEST_F(EnsembleProgram, BothEnginesAndEvaluationAgree) {
  const std::string infer = "sequent-infer seeds/model.pt data/test.tsv --probabilities ";
  const CommandResult fused = run(infer);
  const CommandResult graph = run(infer + "--engine torchscript");
  ASSERT_EQ(fused.code, 0) << fused.err;
  ASSERT_EQ(graph.code, 0) << graph.err;
  std::istringstream a(fused.out);
  std::istringstream b(graph.out);
  double hits = 0;
  double rows = 0;
  for (std::string one, other; std::getline(a, one) && std::getline(b, other); ++rows) {
    const json found = json::parse(one);
    EXPECT_NEAR(found.at("probability").get<double>(),
                json::parse(other).at("probability").get<double>(), 1e-4);
    hits += found.at("prediction") == found.at("label") ? 1 : 0;
  }
  ASSERT_GT(rows, 0);
  EXPECT_NEAR(metric("seeds/model.pt", "accuracy"), hits / rows, 1e-6);
}

TEST_F(EnsembleProgram, HasThresholdsSetsAndExplanations) {
  ASSERT_EQ(
      run("sequent export seeds/seed-1 seeds/seed-2 --out half.pt --abstain-coverage 0.5").code, 0);
  const CommandResult found =
      run("head -3 data/test.tsv | sequent-infer half.pt - --input-format tsv "
          "--abstain --prediction-set 0.9 --explain");
  ASSERT_EQ(found.code, 0) << found.err;
  const json first = json::parse(found.out.substr(0, found.out.find('\n')));
  EXPECT_TRUE(first.contains("abstained"));
  EXPECT_TRUE(first.contains("prediction_set"));
  EXPECT_TRUE(first.contains("explanation"));
}

TEST_F(EnsembleProgram, InspectShowsTheNumberOfModels) {
  const CommandResult found = run("sequent inspect seeds/model.pt");
  EXPECT_NE(found.out.find("averages the predictions of 2 models"), std::string::npos);
  EXPECT_EQ(run("sequent inspect seeds/seed-1").out.find("averages"), std::string::npos);
}

TEST_F(EnsembleProgram, MistakesAreSaid) {
  expect_fault("sequent export seeds/seed-1 seeds/seed-1 --out x.pt", 2, "is named twice");
  expect_fault("sequent export seeds/seed-1 seeds --out x.pt", 4, "seeds");
  expect_fault("sequent crossval c.json --seeds 1 --ensemble --out one", 2, "--seeds");
  expect_fault("sequent crossval c.json --seeds 65 --ensemble --out many", 2, "at most 64");
  expect_fault("sequent export seeds/seed-1 seeds/seed-2 --out seeds/model.pt", 2, "--overwrite");
}

}  // namespace
}  // namespace sequent
