// Runs and archives of version 0.1.0, whose names for some options, keys and files were different,
// are still read; a config with a former name is answered with the present one.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace sequent {
namespace {

using nlohmann::json;
using testing::CommandResult;

class FormerVersion : public testing::ProgramTest {
 protected:
  static void SetUpTestSuite() {
    make_folder();
    std::filesystem::copy(SEQUENT_SOURCE_DIR "/tests/golden/version_0_1_0", folder_->path(),
                          std::filesystem::copy_options::recursive);
  }
};

TEST_F(FormerVersion, ArchivesRunOnBothEngines) {
  // Its code differs from what this version generates.
  const CommandResult refused =
      run("echo 'fly to oslo' | sequent-infer model.pt --engine torchscript");
  EXPECT_EQ(refused.code, 4);
  EXPECT_NE(refused.err.find("--trust-code"), std::string::npos) << refused.err;
  for (const std::string engine : {"fused", "torchscript --trust-code"}) {
    const CommandResult found =
        run("echo 'fly to oslo' | sequent-infer model.pt --engine " + engine);
    ASSERT_EQ(found.code, 0) << engine << found.err;
    const json answer = json::parse(found.out);
    EXPECT_EQ(answer["sequence_label"], "flight") << engine;
    EXPECT_NEAR(answer["sequence_probability"].get<double>(), 0.998273, 1e-4) << engine;
    EXPECT_EQ(answer["entities"][0]["text"], "oslo") << engine;
    EXPECT_NEAR(answer["entities"][0]["probability"].get<double>(), 0.99058, 1e-4) << engine;
  }
}

TEST_F(FormerVersion, RunsAreEvaluatedExportedAndStartedFrom) {
  for (const std::string model : {"run", "model.pt"}) {
    const CommandResult found = run("sequent evaluate " + model + " rows.jsonl --json");
    ASSERT_EQ(found.code, 0) << model << found.err;
    const json report = json::parse(found.out);
    EXPECT_EQ(report["f1"], 1) << model;
    EXPECT_EQ(report["sequence_accuracy"], 1) << model;
    EXPECT_EQ(report["sequence_label"]["accuracy"], 1) << model;
  }
  const CommandResult exported = run("sequent export run --out again.pt");
  EXPECT_EQ(exported.code, 0) << exported.err;
  const CommandResult inspected = run("sequent inspect run");
  EXPECT_EQ(inspected.code, 0) << inspected.err;
  const json config = json::parse(testing::slurp(*folder_ / "run/config.json"));
  folder_->write("new.json", [&] {
    json changed = config;
    json& layers = changed["model"]["layers"];
    layers[0]["concat"] = layers[0]["beside"];
    layers[0].erase("beside");
    layers[2]["type"] = "sequence_label";
    changed["data"]["train"] = changed["data"]["validation"] = "rows.jsonl";
    return changed.dump();
  }());
  const CommandResult trained = run(
      "sequent train new.json --out new --init-from run --set training.max_steps=1 --overwrite");
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_NE(trained.err.find("taken: layers.0 (embedding), layers.1 (lstm)"), std::string::npos)
      << trained.err;
}

TEST_F(FormerVersion, ConfigsMustHaveThePresentNames) {
  const CommandResult found = run("sequent config check run/config.json");
  EXPECT_EQ(found.code, 2);
  EXPECT_NE(found.err.find("/model/layers/0/beside: unknown key; Sequent calls it \"concat\""),
            std::string::npos)
      << found.err;
  EXPECT_NE(found.err.find("found \"row_label\"; Sequent calls it \"sequence_label\""),
            std::string::npos)
      << found.err;
}

}  // namespace
}  // namespace sequent
