// Further columns of rows: what is learned from them, how they are encoded, and their errors.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "data/feature_encoder.h"
#include "data_support.h"
#include "sequent/data.h"

namespace sequent {
namespace {

std::vector<float> encoded(const FeatureSpec& feature, const std::string& cell) {
  const std::vector<std::string> cells{cell};
  return FeatureEncoder({feature}).encode(cells);
}

TEST(FeatureEncoder, CategoriesHaveIdsAfterMissingAndUnknown) {
  CategoryFeature brand;
  brand.column = "brand";
  brand.values = {"acme", "b c"};
  EXPECT_EQ(encoded(brand, ""), std::vector<float>{0});
  EXPECT_EQ(encoded(brand, "  "), std::vector<float>{0});
  EXPECT_EQ(encoded(brand, "other"), std::vector<float>{1});
  EXPECT_EQ(encoded(brand, "NA"), std::vector<float>{1});  // a value, such as Namibia
  EXPECT_EQ(encoded(brand, "acme"), std::vector<float>{2});
  EXPECT_EQ(encoded(brand, " b c "), std::vector<float>{3});
}

TEST(FeatureEncoder, NumbersAreStandardizedAndBounded) {
  NumberFeature price;
  price.column = "price";
  price.mean = 10;
  price.deviation = 4;
  price.missing_values = {"-999"};
  EXPECT_EQ(encoded(price, "12"), (std::vector<float>{0.5, 0}));
  EXPECT_EQ(encoded(price, " +1.2e1"), (std::vector<float>{0.5, 0}));
  EXPECT_EQ(encoded(price, "1e30"), (std::vector<float>{10, 0}));
  EXPECT_EQ(encoded(price, "-1e300"), (std::vector<float>{-10, 0}));
  EXPECT_EQ(encoded(price, "true"), (std::vector<float>{-2.25, 0}));
  for (const char* missing : {"", "NaN", "-999.0", "n/a"}) {
    EXPECT_EQ(encoded(price, missing), (std::vector<float>{0, 1})) << missing;
  }
}

TEST(FeatureEncoder, DatesHaveCircularParts) {
  DateFeature sent;
  sent.column = "sent";
  sent.mean = 19723;  // 2024-01-01, a Monday in a leap year
  sent.deviation = 2;
  const auto circle = [](double position) {
    const double angle = 2 * std::numbers::pi * position;
    return std::vector<double>{std::sin(angle), std::cos(angle)};
  };
  const auto expect = [&](const std::string& cell, double day, double year, double week,
                          double clock) {
    const std::vector<float> found = encoded(sent, cell);
    ASSERT_EQ(found.size(), 8U);
    EXPECT_NEAR(found[0], day, 1e-6) << cell;
    std::size_t at = 1;
    for (const double position : {year, week, clock}) {
      for (const double part : circle(position)) EXPECT_NEAR(found[at++], part, 1e-6) << cell;
    }
    EXPECT_EQ(found[7], 0) << cell;
  };
  expect("2024-01-01", 0, 0, 1 / 7.0, 0);
  expect("2024-01-03T06:00", 1.125, 2 / 366.0, 3 / 7.0, 0.25);
  expect("1704067200", 0, 0, 1 / 7.0, 0);  // seconds since 1970
  expect("2024-01-01 01:00:00+01:00", 0, 0, 1 / 7.0, 0);
  EXPECT_EQ(encoded(sent, "null"), (std::vector<float>{0, 0, 0, 0, 0, 0, 0, 1}));
  sent.format = "%d/%m/%Y";
  expect("03/01/2024", 1, 2 / 366.0, 3 / 7.0, 0);
}

TEST(FeatureEncoder, FaultsNameTheCellAndTheCure) {
  NumberFeature price;
  price.column = "price";
  EXPECT_TRUE(fits_feature(price, "1.5"));
  EXPECT_FALSE(fits_feature(price, "1,5"));
  EXPECT_EQ(feature_fault(price, "1,5", "here"),
            "found \"1,5\" at here; expected a number, or an empty cell if it is missing");
  DateFeature sent;
  sent.column = "sent";
  EXPECT_TRUE(fits_feature(sent, "2024-02-29"));
  for (const char* bad : {"2023-02-29", "31.12.2024", "20240131", "1704067200000", "soon"}) {
    EXPECT_FALSE(fits_feature(sent, bad)) << bad;
    const std::string fault = feature_fault(sent, bad, "here");
    EXPECT_NE(fault.find("expected an ISO 8601 date"), std::string::npos) << bad << ": " << fault;
  }
  CategoryFeature brand;
  brand.column = "brand";
  EXPECT_TRUE(fits_feature(brand, std::string(1000, 'x')));
  EXPECT_FALSE(fits_feature(brand, std::string(1001, 'x')));
}

TEST(FeatureLearner, CountsValuesAndMeasuresNumbers) {
  CategoryFeature brand;
  brand.column = "brand";
  brand.min_count = 2;
  NumberFeature price;
  price.column = "price";
  NumberFeature constant;
  constant.column = "constant";
  FeatureLearner learner({brand, price, constant});
  const std::vector<std::vector<std::string>> rows{
      {"b", "1", "0.1"}, {"a", "2", "0.1"}, {"rare", "", "0.1"}, {"b", "3", "0.1"},
      {"a", "NaN", ""},  {"", "6", "0.1"},  {"b", "8", "0.1"}};
  for (const auto& row : rows) learner.add(row);
  const std::vector<LearnedFeature> learned = learner.learn("f.csv");
  ASSERT_EQ(learned.size(), 3U);
  EXPECT_EQ(learned[0].values, (std::vector<std::string>{"b", "a"}));
  EXPECT_DOUBLE_EQ(learned[1].mean.value_or(0), 4);
  EXPECT_DOUBLE_EQ(learned[1].deviation.value_or(0), std::sqrt(34.0 / 5));
  EXPECT_DOUBLE_EQ(learned[2].mean.value_or(0), 0.1);
  EXPECT_EQ(learned[2].deviation, 1);
  brand.max_values = 1;
  FeatureLearner fewer({brand});
  for (const auto& row : rows) fewer.add(std::span(row).first(1));
  EXPECT_EQ(fewer.learn("f.csv")[0].values, std::vector<std::string>{"b"});
  brand.min_count = 9;
  FeatureLearner none({brand});
  for (const auto& row : rows) none.add(std::span(row).first(1));
  const auto error = testing::error_of([&] { none.learn("f.csv"); });
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("no value of the column \"brand\" occurs 9 times"),
            std::string::npos);
}

class Features : public ::testing::Test {
 protected:
  Features() {
    config_.base_directory = folder_.path();
    config_.data.train = "train.csv";
    config_.data.validation = "dev.csv";
    config_.data.format = CsvFormat{};
    CategoryFeature brand;
    brand.column = "brand";
    NumberFeature price;
    price.column = "price";
    std::get<TextInput>(config_.input).features = {brand, price};
    folder_.write("train.csv",
                  "text,label,brand,price\na,x,acme,1\nb,y,bolt,3\nc,x,acme,\nd,y,,2\n");
    folder_.write("dev.csv", "text,price,brand,label\na,4,new,x\nb,,bolt,y\n");
  }

  std::string fault() {
    const auto error = testing::error_of([&] { prepare_data(config_, {}); });
    return error ? error->what() : "";
  }

  testing::TemporaryFolder folder_;
  Config config_;
};

std::vector<float> row_of(const EncodedDataset& data, std::int64_t row) {
  const auto values = data.features(row);
  return {values.begin(), values.end()};
}

TEST_F(Features, AreLearnedFromTrainingAndCached) {
  for (const char* from : {"file", "cache"}) {
    const PreparedData data = prepare_data(config_, folder_ / "cache");
    EXPECT_EQ(data.from_cache, std::string(from) == "cache");
    ASSERT_EQ(data.learned.features.size(), 2U);
    EXPECT_EQ(data.learned.features[0].values, (std::vector<std::string>{"acme", "bolt"}));
    EXPECT_EQ(data.learned.features[1].mean, 2);
    const double deviation = std::sqrt(2.0 / 3);
    ASSERT_EQ(data.train.feature_count(), 3);
    EXPECT_EQ(row_of(data.train, 0),
              (std::vector<float>{2, static_cast<float>(-1 / deviation), 0}));
    EXPECT_EQ(row_of(data.train, 2), (std::vector<float>{2, 0, 1}));
    EXPECT_EQ(row_of(data.train, 3), (std::vector<float>{0, 0, 0}));
    EXPECT_EQ(row_of(data.validation, 0),
              (std::vector<float>{1, static_cast<float>(2 / deviation), 0}));
    EXPECT_EQ(row_of(data.validation, 1), (std::vector<float>{3, 0, 1}));
  }
  // The run's own config finds the same cache; other values do not.
  Config trained = config_;
  prepare_data(config_, folder_ / "cache").learned.fill(trained);
  EXPECT_TRUE(prepare_data(trained, folder_ / "cache").from_cache);
  EXPECT_TRUE(config_differences(config_, trained).size() > 0);
  std::get<CategoryFeature>(std::get<TextInput>(trained.input).features[0]).values = {"bolt"};
  const PreparedData other = prepare_data(trained, folder_ / "cache");
  EXPECT_FALSE(other.from_cache);
  EXPECT_EQ(row_of(other.train, 0)[0], 1);
  EXPECT_EQ(row_of(other.train, 1)[0], 2);
}

TEST_F(Features, OfObjectsAreKeysOrPointers) {
  config_.data.format = JsonlFormat{};
  auto& features = std::get<TextInput>(config_.input).features;
  std::get<CategoryFeature>(features[0]).column = "/meta/brand";
  folder_.write("train.csv", R"({"text":"a","label":"x","meta":{"brand":7},"price":true})"
                             "\n"
                             R"({"text":"b","label":"y","meta":{"brand":"7"},"price":"3"})"
                             "\n"
                             R"({"text":"b","label":"y","meta":{"brand":null},"price":null})"
                             "\n");
  folder_.write("dev.csv", R"({"text":"a","label":"x","meta":{"brand":"7"},"price":2.0})"
                           "\n");
  const PreparedData data = prepare_data(config_, {});
  EXPECT_EQ(data.learned.features[0].values, std::vector<std::string>{"7"});
  EXPECT_EQ(row_of(data.train, 0), (std::vector<float>{2, -1, 0}));
  EXPECT_EQ(row_of(data.train, 1), (std::vector<float>{2, 1, 0}));
  EXPECT_EQ(row_of(data.train, 2), (std::vector<float>{0, 0, 1}));
  EXPECT_EQ(row_of(data.validation, 0), (std::vector<float>{2, 0, 0}));
  folder_.write("dev.csv", R"({"text":"a","label":"x","meta":{},"price":2})"
                           "\n"
                           R"({"text":"a","label":"x","meta":{"brand":[]},"price":2})"
                           "\n");
  EXPECT_NE(fault().find("dev.csv:1: no key \"/meta/brand\""), std::string::npos) << fault();
  EXPECT_NE(fault().find("dev.csv:2: found array for \"/meta/brand\""), std::string::npos);
}

TEST_F(Features, BadCellsAndMissingColumnsAreErrors) {
  folder_.write("dev.csv", "text,label,brand,price\na,x,acme,cheap\n");
  EXPECT_NE(fault().find("dev.csv:2: found \"cheap\" at column \"price\"; expected a number"),
            std::string::npos)
      << fault();
  folder_.write("dev.csv", "text,label,brand,prize\na,x,acme,1\n");
  EXPECT_NE(fault().find("price"), std::string::npos) << fault();
  folder_.write("dev.csv", "text,label,brand,price\na,x,acme,1\n");
  folder_.write("train.csv", "text,label,brand,price\na,x,acme,\nb,y,bolt,\n");
  EXPECT_NE(fault().find("\"price\" of /input/features has no value in the training rows"),
            std::string::npos)
      << fault();
}

TEST_F(Features, DataCheckDescribesThem) {
  const DataCheck check = check_data(config_);
  EXPECT_NE(check.text.find("feature \"brand\" (category): 2 values; missing in 25.0 % of training "
                            "and 0.0 % of validation rows; rare in 0.0 % of training, rare or new "
                            "in 50.0 % of validation rows"),
            std::string::npos)
      << check.text;
  EXPECT_NE(check.text.find("feature \"price\" (number): mean 2, deviation 0.816"),
            std::string::npos)
      << check.text;
  EXPECT_NE(check.text.find("\"brand\" has a value that is rare or new in 50.0 %"),
            std::string::npos)
      << check.text;
}

}  // namespace
}  // namespace sequent
