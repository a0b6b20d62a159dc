// Windows of a table with a class for each step.
#include <gtest/gtest.h>

#include "data_support.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;
using Values = std::vector<double>;
using Names = std::vector<std::string>;

/// The steps of two machines, which take turns.
constexpr const char* kTwoMachines =
    "t,machine,v,state\n"
    "0,a,1,idle\n0,b,10,on\n1,a,2,idle\n1,b,20,on\n2,a,3,on\n2,b,30,idle\n3,a,4,on\n3,b,40,\n"
    "4,a,5,idle\n4,b,50,None\n";

class WindowClasses : public ::testing::Test {
 protected:
  static WindowsFormat format() {
    WindowsFormat format;
    format.columns = {"v"};
    format.label = "state";
    format.group = "machine";
    format.time = "t";
    format.length = 3;
    return format;
  }

  std::vector<Record> read(const std::string& table, const WindowsFormat& format,
                           bool need_label = true) {
    ReaderOptions options;
    options.need_label = need_label;
    return testing::read_all(*open_records(folder_.write("table.csv", table), format, options));
  }

  /// Reads a table and returns its warnings.
  std::string warnings(const std::string& table, const WindowsFormat& format) {
    std::string said;
    set_log_sink([&](LogLevel, std::string_view message) { said += message; });
    read(table, format);
    set_log_sink({});
    return said;
  }

  static std::string config_text(const std::string& data) {
    return R"({"version": 1, "data": )" + data +
           R"(, "input": {"type": "numeric"}, "model": {"layers": [
              {"type": "lstm", "units": 2}, {"type": "dense", "activation": "softmax"}]}})";
  }

  /// A config whose training file is `table`.
  Config config(const std::string& table, const std::string& more) {
    const std::string file = folder_.write("train.csv", table);
    return parse_config(config_text(R"({"train": ")" + file + R"(", "format": {"type": "windows",
                    "columns": ["v"], "label": "state", "group": "machine", "length": 2})" +
                                    more + "}"),
                        "classes.json");
  }

  /// Returns the messages about a config with these options of the format.
  static Names config_errors(const std::string& options) {
    const auto error = error_of([&] {
      parse_config(config_text(R"({"train": "t.csv", "format": {"type": "windows",
                                   "columns": ["v"], "length": 2)" +
                               options + "}}"),
                   "c.json");
    });
    Names messages;
    if (!error) return messages;
    for (const Issue& issue : error->issues()) {
      messages.push_back(issue.where + " " + issue.message);
    }
    return messages;
  }

  TemporaryFolder folder_;
};

TEST_F(WindowClasses, AreThoseOfTheLastStep) {
  const std::vector<Record> records = read(kTwoMachines, format());
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[0].values, (Values{1, 2, 3}));
  EXPECT_EQ(records[0].label, "on");
  EXPECT_EQ(records[0].series, "a");
  EXPECT_TRUE(records[0].targets.empty());
  EXPECT_EQ(records[1].values, (Values{10, 20, 30}));
  EXPECT_EQ(records[1].label, "idle");
  EXPECT_EQ(records[1].series, "b");
  EXPECT_EQ(records[3].label, "idle");
  EXPECT_EQ(records[3].values, (Values{3, 4, 5}));
  // "None" means no number, but it can be a class.
  EXPECT_EQ(records[4].values, (Values{30, 40, 50}));
  EXPECT_EQ(records[4].label, "None");
}

TEST_F(WindowClasses, WithoutOneAreSkippedAndCounted) {
  EXPECT_NE(warnings(kTwoMachines, format())
                .find("table.csv: 1 window skipped, because their last step has no class in column "
                      "\"state\""),
            std::string::npos);
  WindowsFormat none = format();
  none.missing_values = {"None"};
  EXPECT_EQ(read(kTwoMachines, none).size(), 4U);
  EXPECT_NE(warnings(kTwoMachines, none).find(": 2 windows skipped"), std::string::npos);
  const auto error =
      error_of([&] { read("t,machine,v,state\n0,a,1,x\n1,a,1,x\n2,a,1,\n", format()); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_NE(std::string(error->what()).find("none of its 1 windows can be used"), std::string::npos)
      << error->what();
}

TEST_F(WindowClasses, FollowTheStrideAndTheGaps) {
  WindowsFormat strided = format();
  strided.group.reset();
  strided.stride = 2;
  std::string table = "t,v,state\n";
  for (int i = 0; i < 12; ++i) {
    if (i == 6) continue;
    table += std::to_string(i) + "," + std::to_string(i) + "," + (i < 6 ? "low" : "high") + "\n";
  }
  const std::vector<Record> records = read(table, strided);
  ASSERT_EQ(records.size(), 4U);  // from steps 0 and 2, and after the gap from 7 and 9
  EXPECT_EQ(records[1].values, (Values{2, 3, 4}));
  EXPECT_EQ(records[1].label, "low");
  EXPECT_EQ(records[2].values, (Values{7, 8, 9}));
  EXPECT_EQ(records[2].label, "high");
  strided.stride = 100;
  EXPECT_EQ(read(table, strided).size(), 2U) << "the last window is for inference only";
}

TEST_F(WindowClasses, AreNotNeededToPredict) {
  const std::vector<Record> records =
      read("t,machine,v\n0,a,1\n1,a,2\n2,a,3\n3,a,4\n", format(), /*need_label=*/false);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].values, (Values{2, 3, 4}));
  EXPECT_FALSE(records[1].label);
  const auto error = error_of([&] { read("t,machine,v\n0,a,1\n", format()); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("\"state\""), std::string::npos) << error->what();
}

/// 20 steps of each of two machines, in turn. The state changes at every step; the last four
/// steps of the second machine are "broken".
std::string turns() {
  std::string table = "machine,v,state\n";
  for (int i = 0; i < 20; ++i) {
    const std::string state = i % 2 == 0 ? "idle" : "on";
    table += "a," + std::to_string(i) + "," + state + "\n";
    table += "b," + std::to_string(100 + i) + "," + (i < 16 ? state : "broken") + "\n";
  }
  return table;
}

TEST_F(WindowClasses, AreHeldOutByTimeForEachGroup) {
  Config all = config(turns(), R"(, "validation": {"fraction": 0.1}, "unseen_labels": "wrong")");
  const PreparedData data = prepare_data(all, folder_ / "cache");
  // 19 windows of each machine, of which two are held out.
  EXPECT_EQ(data.train.size(), 34);
  EXPECT_EQ(data.labels.names(), (Names{"broken", "idle", "on"}));
  ASSERT_EQ(data.validation.size(), 4);
  EXPECT_EQ(data.validation.row(0).values[0], 17);
  EXPECT_EQ(data.validation.row(1).values[0], 117);
  EXPECT_EQ(data.validation.row(3).values[1], 119);
  EXPECT_EQ(data.validation.label(0), 1);
  EXPECT_EQ(data.validation.label(1), 0);
  EXPECT_EQ(data.train.label(0), 2);
  const PreparedData again = prepare_data(all, folder_ / "cache");
  EXPECT_TRUE(again.from_cache);
  EXPECT_EQ(again.validation, data.validation);
  EXPECT_EQ(again.labels, data.labels);
}

TEST_F(WindowClasses, ThatOccurOnlyInTheLastPartAreUnseen) {
  const auto with = [&](const std::string& unseen) {
    return config(turns(),
                  R"(, "validation": {"fraction": 0.25}, "unseen_labels": ")" + unseen + "\"");
  };
  const auto error = error_of([&] { prepare_data(with("error"), ""); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  ASSERT_EQ(error->issues().size(), 4U);
  EXPECT_TRUE(error->issues()[0].where.ends_with("train.csv:33")) << error->issues()[0].where;
  EXPECT_NE(error->issues()[0].message.find("found the label \"broken\", which is not in the "
                                            "training data; labels: idle, on"),
            std::string::npos)
      << error->issues()[0].message;

  const PreparedData wrong = prepare_data(with("wrong"), folder_ / "cache");
  EXPECT_EQ(wrong.labels.names(), (Names{"idle", "on"}));
  EXPECT_EQ(wrong.validation.size(), 10);
  EXPECT_EQ(wrong.validation.unseen().labels, Names{"broken"});
  EXPECT_EQ(std::count(wrong.validation.labels().begin(), wrong.validation.labels().end(), -1), 4);
  const PreparedData cached = prepare_data(with("wrong"), folder_ / "cache");
  EXPECT_TRUE(cached.from_cache);
  EXPECT_EQ(cached.validation, wrong.validation);

  std::string said;
  set_log_sink([&](LogLevel, std::string_view message) { said += message; });
  const PreparedData skipped = prepare_data(with("skip"), "");
  set_log_sink({});
  EXPECT_EQ(skipped.validation.size(), 6);
  EXPECT_EQ(skipped.train, wrong.train);
  EXPECT_NE(said.find("skipped 4 rows with labels that are not in the training data"),
            std::string::npos)
      << said;
}

TEST_F(WindowClasses, OfTrainingAreAtLeastTwo) {
  std::string table = "machine,v,state\n";
  for (int i = 0; i < 20; ++i) {
    table += "a," + std::to_string(i) + (i < 15 ? ",idle\n" : ",on\n");
  }
  const auto error = error_of([&] {
    prepare_data(config(table, R"(, "validation": {"fraction": 0.3}, "unseen_labels": "wrong")"),
                 "");
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_NE(std::string(error->what()).find("found only the label \"idle\" in the training part"),
            std::string::npos)
      << error->what();
}

TEST_F(WindowClasses, HaveNoForecast) {
  EXPECT_EQ(config_errors(R"(, "label": "state")"), Names{});
  const Names found =
      config_errors(R"(, "label": "state", "horizon": 2, "targets": ["v"], "season": 2)");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_NE(found[0].find("/data/format/targets has no meaning with /data/format/label"),
            std::string::npos)
      << found[0];
  EXPECT_NE(found[1].find("/data/format/horizon"), std::string::npos) << found[1];
  EXPECT_NE(found[2].find("/data/format/season"), std::string::npos) << found[2];
  const Names input = config_errors(R"(, "label": "v")");
  ASSERT_EQ(input.size(), 1U);
  EXPECT_NE(input[0].find("is also one of the columns that the model reads"), std::string::npos);
  const Names group = config_errors(R"(, "label": "state", "group": "state")");
  ASSERT_EQ(group.size(), 1U);
  EXPECT_NE(group[0].find("is also the column of the groups"), std::string::npos);
  const Names without = config_errors("");
  ASSERT_EQ(without.size(), 1U);
  EXPECT_NE(without[0].find("/task found \"classification\"; windows of a series have numbers as "
                            "targets: use \"regression\", or \"classification\" with the column"),
            std::string::npos)
      << without[0];
}

TEST_F(WindowClasses, AreNotTargetsOfOtherTasks) {
  for (const char* task : {"regression", "multi_label"}) {
    const auto error = error_of([&] {
      parse_config(R"({"version": 1, "task": ")" + std::string(task) + R"(", "data": {
          "train": "t.csv", "format": {"type": "windows", "columns": ["v"], "label": "state",
          "length": 2}}, "input": {"type": "numeric"}, "model": {"layers": [
          {"type": "normalization", "relative": true}, {"type": "lstm", "units": 2},
          {"type": "dense"}]}})",
                   "c.json");
    });
    ASSERT_TRUE(error) << task;
    const std::string what = error->what();
    EXPECT_NE(what.find("windows with a /data/format/label have classes"), std::string::npos)
        << what;
    EXPECT_NE(what.find("/model/layers/0/relative"), std::string::npos) << what;
  }
}

}  // namespace
}  // namespace sequent
