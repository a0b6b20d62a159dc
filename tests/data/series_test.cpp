// Sequences of numbers: reading, errors, splits and the cache.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "data_support.h"
#include "sequent/error.h"

namespace sequent {
namespace {

using testing::error_of;
using testing::TemporaryFolder;
using Values = std::vector<double>;
using Floats = std::vector<float>;

constexpr const char* kRows =
    R"({"x": [[1, 2], [3, 4], [5, 6]], "label": "up"}
{"x": [[6.5, -5], [4, 3e1]], "label": "down"}
{"x": [[0, 0]], "label": "up"}
{"x": [[9, 9], [8, 8], [7, 7], [6, 6]], "label": "down"}
)";

class Series : public ::testing::Test {
 protected:
  Config config(const std::string& rows, const std::string& input) {
    Config config =
        parse_config(R"({"version": 1, "data": {"train": ")" + folder_.write("rows.jsonl", rows) +
                         R"(", "validation": {"fraction": 0.5},
          "format": {"type": "series"}}, "input": {"type": "numeric", )" +
                         input + R"(}, "model": {"layers": [{"type": "lstm",
          "units": 2}, {"type": "dense", "activation": "softmax"}]}})",
                     "series.json");
    return config;
  }

  std::string fault_of(const std::string& row) {
    const std::string path = folder_.write("bad.jsonl", row + "\n");
    const auto shown = testing::shown(path, SeriesFormat{});
    return shown.empty() ? "" : shown[0].substr(path.size());
  }

  TemporaryFolder folder_;
};

TEST_F(Series, ReadsStepsOfChannels) {
  const auto records =
      testing::read_all(*open_records(folder_.write("a.jsonl", kRows), SeriesFormat{}));
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].values, (Values{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(records[0].channels, 2);
  EXPECT_EQ(records[1].values, (Values{6.5F, -5, 4, 30}));
  EXPECT_EQ(records[1].label, "down");
  const auto bare = testing::read_all(*open_records(
      folder_.write("b.jsonl", R"({"y": [1, 2.5, -3], "label": 1})"), SeriesFormat{"y", "label"}));
  EXPECT_EQ(bare[0].values, (Values{1, 2.5F, -3}));
  EXPECT_EQ(bare[0].channels, 1);
}

TEST_F(Series, FillsMissingValuesAsAsked) {
  const std::string path =
      folder_.write("gaps.jsonl", R"({"x": [[1, 2], [null, 3], [4, null]], "label": "up"})");
  const auto read = [&](MissingValue missing) {
    return testing::read_all(*open_records(path, SeriesFormat{"x", "label", missing}))[0];
  };
  EXPECT_EQ(read(MissingValue::kPrevious).values, (Values{1, 2, 1, 3, 4, 3}));
  EXPECT_EQ(read(MissingValue::kZero).values, (Values{1, 2, 0, 3, 4, 0}));
  EXPECT_NE(read(MissingValue::kError).fault->find("/data/format/missing"), std::string::npos);
  const std::string first = folder_.write("first.jsonl", R"({"x": [null, 2], "label": "up"})");
  const auto record = testing::read_all(
      *open_records(first, SeriesFormat{"x", "label", MissingValue::kPrevious}))[0];
  EXPECT_NE(record.fault.value().find("found null at \"x\"[0]"), std::string::npos);
}

TEST_F(Series, ReadsWhatPythonWritesForNumbers) {
  const std::string path =
      folder_.write("nan.jsonl", R"({"id": "NaN \" NaN", "x": [1, NaN, 3], "label": "up"})");
  const auto record = testing::read_all(
      *open_records(path, SeriesFormat{"x", "label", MissingValue::kPrevious}))[0];
  EXPECT_EQ(record.values, (Values{1, 1, 3}));
  // The input is written unchanged, except that it must be JSON.
  EXPECT_EQ(record.fields.at(0), R"({"id": "NaN \" NaN", "x": [1, null, 3], "label": "up"})");
  EXPECT_NE(fault_of(R"({"x": [1, NaN], "label": 1})").find("found null at \"x\"[1]: a missing"),
            std::string::npos);
  EXPECT_EQ(fault_of(R"({"x": [1, -Infinity], "label": 1})"),
            R"(:1: found -Infinity at "x"[1]; expected a finite number)");
  EXPECT_NE(fault_of(R"({"x": [1, Nan], "label": 1})").find("invalid JSON"), std::string::npos);
}

TEST_F(Series, KeepsTheDigitsOfNumbersFarFromZero) {
  std::string rows;
  for (int i = 0; i < 8; ++i) {
    rows += R"({"x": [[160000000)" + std::to_string(i) + R"(.25, 0.5]], "label": ")" +
            (i % 2 == 0 ? "even" : "odd") + "\"}\n";
  }
  Config numeric = config(rows, R"("channels": 2)");
  const PreparedData data = prepare_data(numeric, folder_ / "cache");
  ASSERT_EQ(data.learned.origin.size(), 2U);
  EXPECT_NEAR(data.learned.origin[0], 1600000003.75, 2);  // the mean of about half of the rows
  EXPECT_EQ(data.learned.origin[1], 0);                   // a constant that a float represents
  double least = 2e9;
  for (const EncodedDataset* split : {&data.train, &data.validation}) {
    for (std::int64_t row = 0; row < split->size(); ++row) {
      const double value = data.learned.origin[0] + split->row(row).values[0];
      EXPECT_EQ(value - std::floor(value), 0.25);
      least = std::min(least, value);
    }
  }
  EXPECT_EQ(least, 1600000000.25);
  // The run's config finds the same cache, and another origin does not.
  data.learned.fill(numeric);
  const PreparedData again = prepare_data(numeric, folder_ / "cache");
  EXPECT_TRUE(again.from_cache);
  EXPECT_EQ(again.learned, data.learned);
  EXPECT_TRUE(again.train == data.train);
  numeric.data.origin = {1600000000, 0};
  const PreparedData other = prepare_data(numeric, folder_ / "cache");
  EXPECT_FALSE(other.from_cache);
  EXPECT_EQ(other.learned.origin, numeric.data.origin);
  numeric.data.origin = {1};
  const auto error = error_of([&] { prepare_data(numeric, ""); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kConfig);
}

TEST_F(Series, NearZeroHaveNoOrigin) {
  const PreparedData data = prepare_data(config(kRows, R"("channels": 2)"), "");
  EXPECT_EQ(data.learned, LearnedData{});
}

TEST_F(Series, AreRowsOfATable) {
  UcrFormat format;
  const auto read = [&](const std::string& rows) {
    return testing::read_all(*open_records(folder_.write("a.tsv", rows), format));
  };
  const auto records = read("1\t0.5\t-1e1\t3\n-1\t2\tNaN\tNaN\n\n2\t1\tNaN\t3\n3\n4\t1\tx\n");
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[0].label, "1");
  EXPECT_EQ(records[0].channels, 1);
  EXPECT_EQ(records[0].values, (Values{0.5, -10, 3}));
  EXPECT_EQ(records[0].fields, (std::vector<std::string>{"1\t0.5\t-1e1\t3"}));
  EXPECT_EQ(records[0].text, "1\t0.5\t-1e1\t3");
  EXPECT_EQ(records[1].label, "-1");
  EXPECT_EQ(records[1].values, Values{2});  // missing values at the end
  EXPECT_EQ(records[2].fault,
            "found \"NaN\" in column 2: a missing value; fill it in, remove the row, or set "
            "/data/format/missing");
  EXPECT_EQ(records[3].fault,
            "found 1 column; expected a label in column 0 and at least one value; check "
            "/data/format/delimiter");
  EXPECT_EQ(records[4].fault, "found \"x\" in column 2; expected a number");
  format.delimiter = ",";
  format.label = 2;
  format.missing = MissingValue::kPrevious;
  format.missing_values = {"-999"};
  const auto last = read("1.5,-999.0,up\n");
  EXPECT_EQ(last[0].values, (Values{1.5}));
  EXPECT_EQ(last[0].label, "up");
}

TEST_F(Series, SaysWhichRowsCannotBeUsed) {
  EXPECT_EQ(fault_of(R"({"x": "no", "label": 1})"),
            R"(:1: found string for "x"; expected a list of steps)");
  EXPECT_EQ(fault_of(R"({"x": [], "label": 1})"),
            R"(:1: "x" is empty; expected at least one step)");
  EXPECT_EQ(
      fault_of(R"({"x": [[1], [2, 3]], "label": 1})"),
      R"(:1: found 2 channels at "x"[1]; expected the same number as in the previous steps, 1)");
  EXPECT_EQ(fault_of(R"({"x": [[1, "b"]], "label": 1})"),
            R"(:1: found string at "x"[0][1]; expected a number)");
  EXPECT_EQ(
      fault_of(R"({"x": [1, null], "label": 1})"),
      R"(:1: found null at "x"[1]: a missing value; fill it in, remove the row, or set /data/format/missing)");
  EXPECT_EQ(
      fault_of(R"({"x": [1e300], "label": 1})"),
      R"(:1: found 1e+300 at "x"[0], which is out of range for a 32-bit float; scale the data)");
  EXPECT_EQ(fault_of(R"({"x": [[]], "label": 1})"), R"(:1: found an empty step at "x"[0])");
  EXPECT_NE(fault_of(R"({"values": [1], "label": 1})").find("no key \"x\""), std::string::npos);
}

TEST_F(Series, SplitsAndCachesAsRead) {
  const Config numeric = config(kRows, R"("channels": 2, "max_length": 3)");
  const PreparedData data = prepare_data(numeric, folder_ / "cache");
  EXPECT_FALSE(data.from_cache);
  EXPECT_EQ(data.labels.names(), (std::vector<std::string>{"down", "up"}));
  EXPECT_EQ(data.train.size() + data.validation.size(), 4);
  EXPECT_EQ(data.train.channels(), 2);
  for (const EncodedDataset* split : {&data.train, &data.validation}) {
    for (std::int64_t row = 0; row < split->size(); ++row) {
      EXPECT_LE(split->length(row), 3);
      EXPECT_EQ(split->row(row).values.size(), static_cast<std::size_t>(2 * split->length(row)));
    }
  }
  const PreparedData again = prepare_data(numeric, folder_ / "cache");
  EXPECT_TRUE(again.from_cache);
  EXPECT_TRUE(again.train == data.train);
  EXPECT_TRUE(again.validation == data.validation);
}

TEST_F(Series, CutsAndFillsOnTheSideAsked) {
  NumericInput input;
  input.channels = 2;
  input.max_length = 2;
  Floats long_row{1, 2, 3, 4, 5, 6};
  EXPECT_TRUE(fit_values(long_row, input));
  EXPECT_EQ(long_row, (Floats{1, 2, 3, 4}));
  input.truncating = Side::kPre;
  long_row = {1, 2, 3, 4, 5, 6};
  EXPECT_TRUE(fit_values(long_row, input));
  EXPECT_EQ(long_row, (Floats{3, 4, 5, 6}));
  Floats short_row{1, 2};
  EXPECT_FALSE(fit_values(short_row, input));
  EXPECT_EQ(short_row, (Floats{1, 2}));
  input.padding = Side::kPre;
  fit_values(short_row, input);
  EXPECT_EQ(short_row, (Floats{0, 0, 1, 2}));
  input.padding = Side::kPost;
  short_row = {1, 2};
  fit_values(short_row, input);
  EXPECT_EQ(short_row, (Floats{1, 2, 0, 0}));
}

TEST_F(Series, ReportsAllRowsOfOtherChannels) {
  const auto error = error_of([&] {
    prepare_data(config(std::string(kRows) + R"({"x": [1], "label": "up"})", R"("channels": 3)"),
                 "");
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  ASSERT_EQ(error->issues().size(), 5U);
  EXPECT_EQ(error->issues()[0].message,
            "found 2 numbers per step; expected 3, the value of /input/channels");
  EXPECT_EQ(error->issues()[4].message,
            "found 1 number per step; expected 3, the value of /input/channels");
}

TEST_F(Series, FormatAndInputNeedEachOther) {
  const auto error = error_of([] {
    parse_config(R"({"version": 1, "data": {"train": "a.tsv"}, "input": {"type": "numeric"},
      "model": {"layers": [{"type": "lstm", "units": 2},
                           {"type": "dense", "activation": "softmax"}]}})",
                 "c.json");
  });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->issues()[0].where, "c.json: /data/format/type");
  const auto embedded = error_of([&] {
    Config config = Series::config(kRows, R"("channels": 2)");
    EmbeddingSpec embedding;
    embedding.output_dim = 4;
    config.model.layers.insert(config.model.layers.begin(), embedding);
    validate(config);
  });
  ASSERT_TRUE(embedded);
  EXPECT_NE(std::string(embedded->what()).find("expected token ids"), std::string::npos);
}

}  // namespace
}  // namespace sequent
