// Windows of a table, and numeric targets of the other formats.
#include <gtest/gtest.h>

#include <algorithm>

#include "data_support.h"
#include "sequent/error.h"
#include "sequent/log.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;
using Values = std::vector<double>;

constexpr const char* kTable = "t,a,b\n0,1,10\n1,2,20\n2,3,30\n3,4,40\n4,5,50\n5,6,60\n";

WindowsFormat windows_of(std::vector<Column> columns, std::int64_t length) {
  WindowsFormat format;
  format.columns = std::move(columns);
  format.length = length;
  return format;
}

class Windows : public ::testing::Test {
 protected:
  std::vector<Record> read(const std::string& table, const WindowsFormat& format,
                           bool for_inference = false) {
    ReaderOptions options;
    options.need_label = !for_inference;
    const std::string path = folder_.write("table.csv", table);
    return testing::read_all(*open_records(path, format, options));
  }

  /// Reads a table and returns its warnings, without the path.
  std::string shown_warnings(const std::string& table, const WindowsFormat& format) {
    std::string said;
    set_log_sink([&](LogLevel, std::string_view message) { said += message; });
    read(table, format);
    set_log_sink({});
    const std::string path = (folder_ / "table.csv").string();
    return said.starts_with(path) ? said.substr(path.size()) : said;
  }

  /// One row per day from 2026-01-28 on, with the day's number as value, without the days in
  /// `absent`.
  static std::string days(int count, const std::vector<int>& absent) {
    std::string table = "t,v\n";
    for (int i = 0; i < count; ++i) {
      if (std::find(absent.begin(), absent.end(), i) != absent.end()) continue;
      const std::string day =
          i < 4 ? "2026-01-" + std::to_string(28 + i)
                : std::string(i < 13 ? "2026-02-0" : "2026-02-") + std::to_string(i - 3);
      table += day + "," + std::to_string(i) + "\n";
    }
    return table;
  }

  Config config(const std::string& data, const std::string& input) const {
    const bool text = input.find("text") != std::string::npos;
    const std::string first = text ? R"({"type": "embedding", "output_dim": 2}, )" : "";
    return parse_config(R"({"version": 1, "task": "regression", "data": )" + data +
                            R"(, "input": )" + input + R"(, "model": {"layers": [)" + first +
                            R"({"type": "lstm", "units": 2}, {"type": "dense"}]}})",
                        "windows.json");
  }

  TemporaryFolder folder_;
};

TEST_F(Windows, HoldTheStepsAndWhatFollows) {
  const auto records = read(kTable, windows_of({"a", "b"}, 3));
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].values, (Values{1, 10, 2, 20, 3, 30}));
  EXPECT_EQ(records[0].channels, 2);
  EXPECT_EQ(records[0].targets, (Values{4, 40}));
  EXPECT_EQ(records[2].values, (Values{3, 30, 4, 40, 5, 50}));
  EXPECT_EQ(records[2].targets, (Values{6, 60}));
  EXPECT_TRUE(records[0].where.ends_with("table.csv:2")) << records[0].where;
}

TEST_F(Windows, ForecastOtherColumnsOverAHorizonByStrides) {
  WindowsFormat format = windows_of({"a"}, 2);
  format.targets = {std::int64_t{2}};
  format.horizon = 2;
  format.stride = 2;
  const auto records = read(kTable, format);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].values, (Values{1, 2}));
  EXPECT_EQ(records[0].targets, (Values{30, 40}));
  EXPECT_EQ(records[1].values, (Values{3, 4}));
  EXPECT_EQ(records[1].targets, (Values{50, 60}));
}

TEST_F(Windows, OfSeveralSeriesNeverMix) {
  WindowsFormat format = windows_of({"v"}, 2);
  format.group = "shop";
  format.time = "day";
  const char* mixed =
      "day,shop,v\n2026-01-01,a,1\n2026-01-01,b,10\n2026-01-02,a,2\n2026-01-02,b,20\n"
      "2026-01-03,a,3\n2026-01-03,b,30\n";
  const auto records = read(mixed, format);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].values, (Values{1, 2}));
  EXPECT_EQ(records[0].targets, Values{3});
  EXPECT_EQ(records[1].values, (Values{10, 20}));
  EXPECT_EQ(records[1].series, "b");
  EXPECT_FALSE(records[1].label);
  // Each series has a last window, whose future is unknown.
  const auto ahead = read(mixed, format, /*for_inference=*/true);
  ASSERT_EQ(ahead.size(), 4U);
  EXPECT_EQ(ahead[2].values, (Values{2, 3}));
  EXPECT_EQ(ahead[3].fields, (std::vector<std::string>{"2026-01-03", "b", "30"}));
}

TEST_F(Windows, OfSeriesThatEndBetweenStridesEndWithTheirLastSteps) {
  WindowsFormat format = windows_of({"v"}, 2);
  format.group = "shop";
  format.stride = 2;
  const auto ahead = read("shop,v\na,1\na,2\na,3\nb,10\nb,20\n", format, /*for_inference=*/true);
  ASSERT_EQ(ahead.size(), 3U);
  EXPECT_EQ(ahead[0].values, (Values{1, 2}));
  EXPECT_EQ(ahead[1].values, (Values{10, 20}));
  EXPECT_EQ(ahead[2].values, (Values{2, 3}));
}

TEST_F(Windows, StepsComeInTheOrderOfTime) {
  WindowsFormat format = windows_of({"v"}, 1);
  format.time = "t";
  EXPECT_FALSE(read("t,v\n9,1\n10,2\n11,3\n", format)[0].fault);
  const auto twice = read("t,v\n2026-01-02,1\n2026-01-02,2\n2026-01-03,3\n", format);
  ASSERT_TRUE(twice[0].fault);
  EXPECT_NE(twice[0].fault->find("found \"2026-01-02\" in column \"t\" after \"2026-01-02\""),
            std::string::npos)
      << *twice[0].fault;
  EXPECT_NE(twice[0].fault->find("\"group\""), std::string::npos);
}

TEST_F(Windows, FillWhatIsMissingButNeverTargets) {
  WindowsFormat format = windows_of({"a", "b"}, 2);
  format.targets = {"a"};
  const char* gaps = "a,b\n1,10\n2,\nNaN,30\n4,40\n5,50\n";
  const auto strict = read(gaps, format);
  ASSERT_TRUE(strict[0].fault);
  EXPECT_NE(strict[0].fault->find("/data/format/missing"), std::string::npos) << *strict[0].fault;
  format.missing = MissingValue::kPrevious;
  const auto filled = read(gaps, format);
  ASSERT_EQ(filled.size(), 2U);  // the window with a missing target is skipped
  EXPECT_EQ(filled[0].values, (Values{2, 10, 2, 30}));
  EXPECT_EQ(filled[0].targets, Values{4});
  EXPECT_EQ(filled[1].values, (Values{2, 30, 4, 40}));
  format.missing = MissingValue::kZero;
  EXPECT_EQ(read(gaps, format)[0].values, (Values{2, 0, 0, 30}));
  format.missing = MissingValue::kPrevious;
  EXPECT_EQ(shown_warnings(gaps, format), ": 1 window skipped, because a target is missing");
  EXPECT_EQ(shown_warnings("a,b\n,1\n2,2\n3,3\n4,4\n", format),
            ": 1 step before the first value of a column skipped, because there is no previous "
            "value to repeat");
  EXPECT_EQ(read("a,b\n,1\n2,2\n3,3\n4,4\n", format)[0].values, (Values{2, 2, 3, 3}));
  EXPECT_NE(read("a,b\n1,1\n2,x\n3,3\n4,4\n", format)[0].fault->find("expected a number"),
            std::string::npos);
}

TEST_F(Windows, DoNotSpanStepsThatAreAbsent) {
  WindowsFormat format = windows_of({"v"}, 2);
  format.time = "t";
  const std::string table = days(10, {4, 5});
  const auto records = read(table, format);
  ASSERT_EQ(records.size(), 4U);  // two of 0 to 3, two of 6 to 9
  EXPECT_EQ(records[1].targets, Values{3});
  EXPECT_EQ(records[2].values, (Values{6, 7}));
  EXPECT_EQ(
      shown_warnings(table, format),
      ": 1 gap in column \"t\", where the step is 1 day: 2 steps are missing, the first after "
      "\"2026-01-31\"; no window spans them (see /data/format/gaps)");
  format.gaps = TimeGaps::kIgnore;
  EXPECT_EQ(read(table, format).size(), 6U);
  EXPECT_EQ(shown_warnings(table, format), "");
  format.gaps = TimeGaps::kError;
  const auto strict = read(table, format);
  ASSERT_EQ(strict.size(), 4U);  // two, the error, and one: its row is not used
  EXPECT_EQ(strict[2].fault,
            "found \"2026-02-03\" in column \"t\" after \"2026-01-31\": 2 steps are missing; "
            "expected steps of 1 day: insert rows, or set /data/format/gaps to \"split\" or "
            "\"ignore\"");
  EXPECT_EQ(shown_warnings(days(10, {}), format), "");
}

TEST_F(Windows, HaveTheStepOfTheTraining) {
  WindowsFormat format = windows_of({"v"}, 2);
  format.time = "t";
  const auto reader = open_records(folder_.write("days.csv", days(10, {4})), format);
  EXPECT_EQ(reader->time_step(), 86400);
  format.time_step = 3600;
  const auto error = error_of([&] { read(days(10, {}), format); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_NE(std::string(error->what())
                .find("found steps of 1 day in column \"t\"; expected steps "
                      "of 1 hour, as in the training data"),
            std::string::npos)
      << error->what();
}

TEST_F(Windows, TimesAreParsed) {
  WindowsFormat format = windows_of({"v"}, 1);
  format.time = "t";
  const auto fault = [&](const std::string& first, const std::string& second) {
    const auto records = read("t,v\n" + first + ",1\n" + second + ",2\n0,3\n", format);
    return records[0].fault ? *records[0].fault : "";
  };
  EXPECT_EQ(fault("2026-01-31T23:00:00Z", "2026-02-01T00:30:00+01:00"), "");
  EXPECT_NE(fault("2026-01-31T23:00:00Z", "2026-01-31T23:30:00+01:00").find("increasing times"),
            std::string::npos);
  EXPECT_EQ(fault("2026-01-31 23:00:00.25", "2026-01-31 23:00:00.5"), "");
  EXPECT_EQ(fault("2026-01", "2026-02"), "");
  EXPECT_NE(fault("2026-02-29", "2026-03-01").find("expected a number, or a time in ISO 8601"),
            std::string::npos);
  EXPECT_NE(fault("31/01/2021", "01/02/2021").find("time_format"), std::string::npos);
  format.time_format = "%d/%m/%Y";
  EXPECT_EQ(fault("31/01/2021", "01/02/2021"), "");
  EXPECT_NE(fault("01/02/2021", "31/01/2021").find("sort the table by time"), std::string::npos);
  EXPECT_NE(fault("31/02/2021", "01/03/2021").find("expected a time in the format \"%d/%m/%Y\""),
            std::string::npos);
}

TEST_F(Windows, KnowTheMarkersOfMissingValues) {
  WindowsFormat format = windows_of({"v"}, 2);
  format.missing = MissingValue::kPrevious;
  for (const char* marker : {"?", "None", "-", "#N/A", "n/a", "<NA>", " NaN", "NAN", ""}) {
    const auto records = read(std::string("v,w\n1,0\n") + marker + ",0\n3,0\n", format);
    ASSERT_EQ(records.size(), 1U) << marker;
    EXPECT_EQ(records[0].values, (Values{1, 1})) << marker;
  }
  format.missing_values = {"-999", "nodata"};
  const auto own = read("v,w\n1,0\n-999.0,0\n3,0\nnodata,0\n5,0\n", format);
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own[1].values, (Values{3, 3}));
}

TEST_F(Windows, KeepTheDigitsOfNumbersFarFromZero) {
  std::string table = "v\n";
  for (int i = 0; i < 104; ++i) table += std::to_string(1600000000 + i) + ".5\n";
  const std::string file = folder_.write("v.csv", table);
  const Config windows = config(R"({"train": ")" + file + R"(", "validation": {"fraction": 0.2},
          "format": {"type": "windows", "columns": ["v"], "length": 4, "horizon": 2}})",
                                R"({"type": "numeric"})");
  const PreparedData data = prepare_data(windows, "");
  ASSERT_EQ(data.learned.origin.size(), 1U);
  const double origin = data.learned.origin[0];
  EXPECT_EQ(data.learned.target_origin, (Values{origin, origin}));
  EXPECT_EQ(origin + data.train.row(0).values[0], 1600000000.5);
  EXPECT_EQ(origin + data.train.targets(0)[1], 1600000005.5);
  const std::int64_t last = data.validation.size() - 1;
  EXPECT_EQ(origin + data.validation.targets(last)[1], 1600000103.5);
}

TEST_F(Windows, OfInferenceReachIntoTheFuture) {
  WindowsFormat format = windows_of({"a"}, 3);
  format.stride = 2;
  const auto records = read(kTable, format, /*for_inference=*/true);
  // By the stride, windows start at steps 0 and 2. The last one starts at 3, so that the file's
  // last step is read.
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[1].values, (Values{3, 4, 5}));
  EXPECT_EQ(records[2].values, (Values{4, 5, 6}));
  EXPECT_TRUE(records[2].targets.empty());
  EXPECT_EQ(records[2].fields, (std::vector<std::string>{"5", "6", "60"}));
}

TEST_F(Windows, DoNotReachOverARowThatCannotBeRead) {
  const auto records = read("a\n1\n2\n3\n\"\"\n5\n6\n7\nx\n", windows_of({"a"}, 2));
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].targets, (Values{3}));
  EXPECT_NE(records[1].fault->find("found an empty cell in column \"a\": a missing value"),
            std::string::npos);
  EXPECT_EQ(records[2].values, (Values{5, 6}));
  EXPECT_EQ(*records[3].fault,
            "found \"x\" in column \"a\"; expected a number; if it stands for a missing value, "
            "name it in /data/format/missing_values");
}

TEST_F(Windows, SayThatAFileIsTooShort) {
  const auto error = error_of([&] { read("a\n1\n2\n3\n", windows_of({"a"}, 3)); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_NE(std::string(error->what()).find("found 3 steps; a window needs 3 to read and 1 to"),
            std::string::npos)
      << error->what();
}

TEST_F(Windows, OfSeriesThatAreTooShortAreNamed) {
  folder_.write("t.csv", "shop,x\na,1\nb,1\na,2\na,3\na,4\nb,2\n");
  WindowsFormat format;
  format.columns = {Column(std::string("x"))};
  format.length = 2;
  format.group = Column(std::string("shop"));
  std::string said;
  set_log_sink([&](LogLevel, std::string_view message) { said += message; });
  const auto reader = open_records((folder_ / "t.csv").string(), format);
  int windows = 0;
  for (Record record; reader->next(record);) ++windows;
  set_log_sink({});
  EXPECT_EQ(windows, 2);
  EXPECT_NE(said.find("1 of 2 series have fewer than the 3 steps of a window and are skipped: b"),
            std::string::npos)
      << said;
}

TEST_F(Windows, AreSplitByTimeAndCached) {
  std::string table = "v\n";
  for (int i = 0; i < 104; ++i) table += std::to_string(i) + "\n";
  const std::string file = folder_.write("v.csv", table);
  const Config windows = config(
      R"({"train": ")" + file + R"(", "validation": {"fraction": 0.2}, "test": {"fraction": 0.1},
          "format": {"type": "windows", "columns": ["v"], "length": 4}})",
      R"({"type": "numeric"})");
  const PreparedData data = prepare_data(windows, folder_ / "cache");
  ASSERT_TRUE(data.test);
  EXPECT_EQ(data.train.size(), 70);
  EXPECT_EQ(data.validation.targets(0)[0], 74);
  EXPECT_EQ(data.test->targets(0)[0], 94);
  EXPECT_EQ(data.test->targets(9)[0], 103);
  EXPECT_TRUE(data.labels.are_targets());
  EXPECT_EQ(data.labels.names(), (std::vector<std::string>{"v"}));
  const PreparedData again = prepare_data(windows, folder_ / "cache");
  EXPECT_TRUE(again.from_cache);
  EXPECT_EQ(again.train, data.train);
  EXPECT_EQ(again.test, data.test);
  EXPECT_EQ(again.labels, data.labels);
}

TEST_F(Windows, NumbersOfOtherFormatsAreTargets) {
  const std::string texts = folder_.write("t.tsv", "text\tlabel\na b\t1.5\nc\t-2e1\nd e\t3\n");
  const PreparedData of_texts =
      prepare_data(config(R"({"train": ")" + texts + R"(", "validation": {"fraction": 0.34}})",
                          R"({"type": "text"})"),
                   "");
  Values seen;
  for (const EncodedDataset* split : {&of_texts.train, &of_texts.validation}) {
    for (std::int64_t row = 0; row < split->size(); ++row) seen.push_back(split->targets(row)[0]);
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (Values{-20, 1.5, 3}));

  const std::string series = folder_.write(
      "s.jsonl", "{\"x\": [1, 2], \"label\": [1, 2.5]}\n{\"x\": [3], \"label\": [3, 4]}\n");
  const Config of_series = config(R"({"train": ")" + series + R"(", "validation": ")" + series +
                                      R"(", "format": {"type": "series"}})",
                                  R"({"type": "numeric"})");
  const PreparedData data = prepare_data(of_series, "");
  EXPECT_EQ(data.train.targets(0)[1], 2.5F);
  EXPECT_EQ(data.labels.names(), (std::vector<std::string>{"label[0]", "label[1]"}));
}

TEST_F(Windows, TargetsThatCannotBeUsedAreNamed) {
  const auto fault_of = [&](const std::string& name, const std::string& rows,
                            const std::string& data, const std::string& input) {
    const std::string file = folder_.write(name, rows);
    const auto error = error_of([&] {
      prepare_data(
          config(R"({"train": ")" + file + R"(", "validation": ")" + file + "\"" + data + "}",
                 input),
          "");
    });
    return error ? std::string(error->what()).substr(file.size()) : "no error";
  };
  EXPECT_TRUE(fault_of("t.tsv", "text\tlabel\na\t1\nb\thigh\n", "", R"({"type": "text"})")
                  .starts_with(":3: found the label \"high\"; regression expects a number"));
  const std::string series = R"(, "format": {"type": "series"})";
  const std::string numeric = R"({"type": "numeric"})";
  EXPECT_TRUE(fault_of("a.jsonl", "{\"x\": [1], \"label\": \"up\"}\n", series, numeric)
                  .starts_with(":1: found string at \"label\"; expected a number"));
  EXPECT_TRUE(fault_of("b.jsonl", "{\"x\": [1], \"label\": [1, 2]}\n{\"x\": [1], \"label\": [1]}\n",
                       series, numeric)
                  .starts_with(":2: found 1 targets; expected 2, as in the previous rows"));
}

}  // namespace
}  // namespace sequent
