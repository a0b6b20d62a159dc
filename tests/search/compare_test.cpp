// The comparison of two models.
#include "search/compare.h"

#include "search/crossval_fixture.h"

namespace sequent {
namespace {

class Compare : public Crossval {
 protected:
  fs::path run(const std::string& name, std::int64_t seed, std::int64_t split = 1) {
    Config config = config_;
    config.training.seed = seed;
    config.data.validation = HeldOut{0.5, split};
    TrainOptions options;
    options.out = folder_ / name;
    train(config, options);
    return options.out;
  }
};

TEST_F(Compare, CountsRowsOnCommonRows) {
  const fs::path a = run("a", 1);
  const fs::path b = run("b", 2);
  CompareOptions options;
  options.changed = folder_ / "changed.jsonl";
  const ComparedModels found = compare_models(a, b, options);
  const auto value = [&](const char* name) { return found.report.value(name).value_or(-1); };
  const Json json = Json::parse(report_to_json(found.report));
  EXPECT_EQ(json.at("count"), 20);
  EXPECT_EQ(json.at("both_right").get<int>() + json.at("only_a_right").get<int>() +
                json.at("only_b_right").get<int>() + json.at("none_right").get<int>(),
            20);
  EXPECT_NEAR(value("difference"), value("b_accuracy") - value("a_accuracy"), 1e-12);
  std::istringstream lines(read_file(*options.changed));
  int changed = 0;
  for (std::string line; std::getline(lines, line);) ++changed;
  EXPECT_EQ(json.at("changed"), changed);
  EXPECT_NE(found.sentence.find("the validation rows of both runs"), std::string::npos);
  // A model and itself do not differ, on a file as well.
  CompareOptions with_file;
  with_file.data = (folder_ / "train.tsv").string();
  const ComparedModels same = compare_models(a, a, with_file);
  EXPECT_EQ(Json::parse(report_to_json(same.report)).at("mcnemar_p"), 1);
  EXPECT_NE(same.sentence.find("do not show which model is better"), std::string::npos);
}

TEST_F(Compare, GivesTheMacroF1AndTheLocationsOfRows) {
  const fs::path a = run("a", 1);
  const fs::path b = run("b", 2);
  CompareOptions options;
  options.changed = folder_ / "changed.jsonl";
  const ComparedModels found = compare_models(a, b, options);
  const ReportTable* metrics = found.report.table("metrics");
  ASSERT_NE(metrics, nullptr);
  ASSERT_EQ(metrics->rows.size(), 2U);
  EXPECT_EQ(std::get<std::string>(metrics->rows[1][0]), "macro F1");
  const auto of = [&](const fs::path& folder) {
    const Manifest manifest = read_manifest(RunFolder{folder}, config_.task);
    return report_from_json(manifest.validation_report, config_.task)
        .value("macro_f1")
        .value_or(-1);
  };
  EXPECT_NEAR(std::get<double>(metrics->rows[1][1]), of(a), 1e-9);
  EXPECT_NEAR(std::get<double>(metrics->rows[1][2]), of(b), 1e-9);
  EXPECT_LE(std::get<double>(metrics->rows[1][4]), std::get<double>(metrics->rows[1][3]));
  EXPECT_GE(std::get<double>(metrics->rows[1][5]), std::get<double>(metrics->rows[1][3]));
  std::istringstream lines(read_file(*options.changed));
  for (std::string line; std::getline(lines, line);) {
    const Json row = Json::parse(line);
    const int number = row.at("row");
    EXPECT_EQ(row.at("where"), "train.tsv:" + std::to_string(number + 2));
    EXPECT_EQ(row.at("label"), number % 2 == 0 ? "cherry" : "banana");
  }
}

TEST_F(Compare, NumbersHaveErrorsAndSetsOfLabelsTheirF1) {
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 40; ++row) {
    rows += "fruit " + std::to_string(row % 7) + "\t" + std::to_string(row % 7) + "\n";
  }
  folder_.write("numbers.tsv", rows);
  const auto train_task = [&](const std::string& task, const std::string& name, std::int64_t seed) {
    Config config =
        parse_config(R"({"version": 1, "task": ")" + task + R"(", "data": {"train": "numbers.tsv"},
          "model": {"layers": [{"type": "embedding", "output_dim": 6}, {"type": "lstm", "units": 5},
            {"type": "dense", "activation": ")" +
                         (task == "regression" ? "linear" : "sigmoid") +
                         R"("}]},
          "training": {"epochs": 3, "batch_size": 8}, "runtime": {"device": "cpu", "workers": 1}})",
                     "c.json");
    config.base_directory = folder_.path();
    config.training.seed = seed;
    config.data.validation = HeldOut{0.5, 1};
    TrainOptions options;
    options.out = folder_ / name;
    train(config, options);
    return options.out;
  };
  const auto compared = [&](const std::string& task) {
    CompareOptions options;
    options.changed = folder_ / (task + ".jsonl");
    const fs::path a = train_task(task, task + "-a", 1);
    const fs::path b = train_task(task, task + "-b", 2);
    const ComparedModels found = compare_models(a, b, options);
    const Manifest manifest = read_manifest(RunFolder{b}, Task(task));
    const Report report = report_from_json(manifest.validation_report, Task(task));
    std::vector<std::string> names;
    for (const std::vector<ReportValue>& row : found.report.table("metrics")->rows) {
      names.push_back(std::get<std::string>(row[0]));
      std::string key = names.back() == "micro F1" ? "micro_f1" : names.back();
      if (names.back() == "macro F1") key = "macro_f1";
      if (names.back() == "MAE") key = "mae";
      if (names.back() == "RMSE") key = "rmse";
      EXPECT_NEAR(std::get<double>(row[2]), report.value(key).value_or(-1), 1e-5) << key;
    }
    return names;
  };
  EXPECT_EQ(compared("regression"), (std::vector<std::string>{"MAE", "RMSE"}));
  EXPECT_EQ(compared("multi_label"),
            (std::vector<std::string>{"accuracy", "micro F1", "macro F1"}));
  const Json line = Json::parse(read_file(folder_ / "regression.jsonl")
                                    .substr(0, read_file(folder_ / "regression.jsonl").find('\n')));
  EXPECT_TRUE(line.at("targets").is_object());
  EXPECT_TRUE(line.at("a").is_object());
}

TEST_F(Compare, RefusesOtherRowsWithTheSameLabels) {
  std::string rows = "text\tlabel\n";
  for (int row = 0; row < 40; ++row) {
    rows += "fruit " + std::to_string(row) + (row < 20 ? "\tbanana\n" : "\tcherry\n");
  }
  folder_.write("train.tsv", rows);
  const fs::path a = run("a", 1);
  const fs::path b = run("b", 1, 2);
  EXPECT_NE(message_of([&] { compare_models(a, b, {}); }).find("has other held-out rows"),
            std::string::npos);
}

TEST_F(Compare, RefusesOtherRows) {
  const fs::path a = run("a", 1);
  const fs::path b = run("b", 1, 2);
  EXPECT_NE(message_of([&] { compare_models(a, b, {}); }).find("has other held-out rows"),
            std::string::npos);
}

}  // namespace
}  // namespace sequent
