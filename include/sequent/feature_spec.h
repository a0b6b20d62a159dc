// The config's "input.features": further columns of a row that a model reads besides its text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sequent/data_format_spec.h"
#include "sequent/describe.h"

namespace sequent {

/// The help of the option `column` of features.
inline constexpr std::string_view kFeatureColumnHelp =
    "Column of the values, by name or by index from 0; for JSON Lines, the key.";

/// The help of the option `missing_values` of features.
inline constexpr std::string_view kFeatureMissingHelp =
    "Cells that mean a missing value, in addition to an empty cell, NaN, NA, N/A, null, None, ? "
    "and -: for example [\"-999\"].";

/// One of a set of values, such as a brand. Each value gets a trained vector (an embedding); rare
/// and new values share one, and missing values have one of their own.
struct CategoryFeature {
  static constexpr std::string_view kType = "category";
  Column column;
  std::int64_t min_count = 1;
  std::int64_t max_values = 10000;
  std::vector<std::string> values;
  bool operator==(const CategoryFeature&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("column", self.column, kFeatureColumnHelp, required, not_empty);
    visit("min_count", self.min_count,
          "Minimum number of training rows that have a value; rarer values share a vector with "
          "values that do not occur in training.",
          between(1, 1000000000));
    visit("max_values", self.max_values,
          "Maximum number of values with a vector of their own; the most frequent ones are kept.",
          between(1, 1000000));
    visit("values", self.values,
          "The values with a vector of their own. By default, those of the training rows, by "
          "decreasing count; models keep them.");
  }
};

/// A number, such as a price: standardized with the mean and deviation of the training rows, and a
/// flag that is 1 for a missing number.
struct NumberFeature {
  static constexpr std::string_view kType = "number";
  Column column;
  std::vector<std::string> missing_values;
  std::optional<double> mean;
  std::optional<double> deviation;
  bool operator==(const NumberFeature&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("column", self.column, kFeatureColumnHelp, required, not_empty);
    visit("missing_values", self.missing_values, kFeatureMissingHelp);
    visit("mean", self.mean,
          "Number that becomes 0. By default, the mean of the training rows; models keep it.");
    visit("deviation", self.deviation,
          "Difference from `mean` that becomes 1. By default, the standard deviation of the "
          "training rows, or 1 if they all have the same number; models keep it. Numbers more than "
          "10 deviations away from the mean count as 10.",
          above(0));
  }
};

/// A date, with or without a time of day: the standardized day, the position in the year, the week
/// and the day as sines and cosines, and a flag that is 1 for a missing date.
struct DateFeature {
  static constexpr std::string_view kType = "date";
  Column column;
  std::optional<std::string> format;
  std::vector<std::string> missing_values;
  std::optional<double> mean;
  std::optional<double> deviation;
  bool operator==(const DateFeature&) const = default;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor& visit) {
    visit("column", self.column, kFeatureColumnHelp, required, not_empty);
    visit("format", self.format,
          "Format of the dates, as in strptime, such as \"%d/%m/%Y %H:%M\". By default, dates are "
          "ISO 8601, or seconds since 1970 (from 100000000 to 100000000000).",
          not_empty);
    visit("missing_values", self.missing_values, kFeatureMissingHelp);
    visit("mean", self.mean,
          "Day, counted from 1970-01-01, that becomes 0. By default, the mean of the training "
          "rows; models keep it.");
    visit("deviation", self.deviation,
          "Number of days that becomes 1. By default, the standard deviation of the training rows, "
          "or 1 if they all have the same date; models keep it.",
          above(0));
  }
};

using FeatureSpec = std::variant<CategoryFeature, NumberFeature, DateFeature>;

/// The ids of a category that are no value of its own; the values follow from kFirstCategory on.
inline constexpr std::int64_t kMissingCategory = 0;
inline constexpr std::int64_t kUnknownCategory = 1;
inline constexpr std::int64_t kFirstCategory = 2;

inline const Column& column_of(const FeatureSpec& feature) {
  return std::visit([](const auto& spec) -> const Column& { return spec.column; }, feature);
}

/// The number of values that a row has for a feature: the id of a category, or the numbers that a
/// number or date becomes.
inline std::int64_t encoded_width(const FeatureSpec& feature) {
  constexpr std::int64_t kOfNumber = 2;
  constexpr std::int64_t kOfDate = 8;
  if (std::holds_alternative<CategoryFeature>(feature)) return 1;
  return std::holds_alternative<NumberFeature>(feature) ? kOfNumber : kOfDate;
}
inline std::int64_t encoded_width(const std::vector<FeatureSpec>& features) {
  std::int64_t sum = 0;
  for (const FeatureSpec& feature : features) sum += encoded_width(feature);
  return sum;
}

}  // namespace sequent
