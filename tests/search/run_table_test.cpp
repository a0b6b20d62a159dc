// The table of runs.
#include "search/run_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sequent/trainer.h"
#include "support.h"

namespace sequent {
namespace {

using Json = nlohmann::json;

TEST(RunTable, ListsRunsAndTheOptionsThatDiffer) {
  const testing::TemporaryFolder folder;
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 30; ++row) rows += row % 2 == 0 ? "good film\tx\n" : "bad film\ty\n";
  folder.write("train.tsv", rows);
  Config config = parse_config(R"({"version": 1, "data": {"train": "train.tsv"},
    "model": {"layers": [{"type": "embedding", "output_dim": 4}, {"type": "lstm", "units": 4},
                         {"type": "dense", "activation": "softmax"}]},
    "training": {"epochs": 1}, "runtime": {"device": "cpu", "workers": 1}})",
                               "c.json");
  config.base_directory = folder.path();
  const auto run = [&](const char* name, double rate, int stop) {
    std::get<AdamSpec>(config.training.optimizer).learning_rate = rate;
    TrainOptions options;
    options.out = folder / "runs" / name;
    Hooks hooks;
    if (stop > 0) hooks.stop_requested = [] { return true; };
    train(config, options, hooks);
  };
  run("slow", 1e-6, 0);
  run("deep/fast", 0.1, 0);
  run("stopped", 0.2, 1);
  folder.write("runs/broken/config.json", "{");
  folder.write("runs/broken/vocabulary.txt", "");

  const Json json = Json::parse(report_to_json(table_of_runs(folder / "runs", "loss")));
  const Json& runs = json.at("runs");
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_EQ(runs[0].at("run"), "deep/fast");
  EXPECT_EQ(runs[0].at("state"), "epochs");
  EXPECT_EQ(runs[0].at("/training/optimizer/learning_rate"), "0.1");
  EXPECT_FALSE(runs[0].contains("/training/epochs"));
  EXPECT_EQ(runs[0].at("baseline_accuracy"), 1.0);
  EXPECT_EQ(runs[1].at("run"), "slow");
  EXPECT_LT(runs[0].at("validation_loss"), runs[1].at("validation_loss"));
  for (const Json& one : {runs[2], runs[3]}) {
    EXPECT_TRUE(one.at("validation_loss").is_null());
    if (one.at("run") == "stopped") {
      EXPECT_EQ(one.at("state"), "unfinished");
    } else {
      EXPECT_NE(one.at("state").get<std::string>().find("config.json"), std::string::npos);
    }
  }
  const auto error = testing::error_of([&] { table_of_runs(folder / "runs", "bleu"); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("no run has this metric"), std::string::npos);
  EXPECT_TRUE(testing::error_of([&] { table_of_runs(folder / "nothing", ""); }));
}

}  // namespace
}  // namespace sequent
