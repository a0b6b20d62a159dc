#include "data/feature_encoder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <numbers>
#include <string_view>
#include <utility>

#include "core/shortened.h"
#include "data/missing_cells.h"
#include "data/readers.h"
#include "data/time_steps.h"
#include "sequent/error.h"
#include "text/ascii.h"

namespace sequent {
namespace {

constexpr double kSecondsPerDay = 86400;
/// Numbers further away from the mean, in deviations, would outweigh all other inputs of a layer.
constexpr double kMostDeviations = 10;
constexpr std::size_t kMostCategoryBytes = 1000;

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && is_ascii_space(cell.front())) cell.remove_prefix(1);
  while (!cell.empty() && is_ascii_space(cell.back())) cell.remove_suffix(1);
  return cell;
}

/// What a cell means: nothing, a number, or a value that is neither.
struct Cell {
  bool is_missing = false;
  std::optional<double> number;
};

Cell read(const NumberFeature& feature, const std::string& cell) {
  if (is_missing_cell(cell, feature.missing_values)) return {true, std::nullopt};
  const std::string_view text = trimmed(cell);
  if (text == "true" || text == "false") return {false, text == "true" ? 1.0 : 0.0};
  return {false, parse_double(text)};
}

/// Dates are counted in days.
Cell read(const DateFeature& feature, const std::string& cell) {
  // A smaller number is more likely a date such as 20260131, a greater one counts milliseconds.
  constexpr double kLeastSeconds = 1e8;
  constexpr double kMostSeconds = 1e11;
  if (is_missing_cell(cell, feature.missing_values)) return {true, std::nullopt};
  const std::optional<double> seconds = parse_time(cell, feature.format);
  if (!seconds) return {};
  const bool is_number = !feature.format && parse_double(cell).has_value();
  if (is_number && (*seconds < kLeastSeconds || *seconds > kMostSeconds)) return {};
  return {false, *seconds / kSecondsPerDay};
}

/// Reads a cell of a number or date.
Cell read_cell(const FeatureSpec& feature, const std::string& cell) {
  const auto* date = std::get_if<DateFeature>(&feature);
  return date != nullptr ? read(*date, cell) : read(std::get<NumberFeature>(feature), cell);
}

std::string expected_date(const DateFeature& feature) {
  if (feature.format) return "a date in the format \"" + *feature.format + "\"";
  return "an ISO 8601 date, such as 2026-01-31, or seconds since 1970; give another \"format\" in "
         "/input/features";
}

float standardized(double value, const std::optional<double>& mean,
                   const std::optional<double>& deviation) {
  const double away = (value - mean.value_or(0)) / deviation.value_or(1);
  return static_cast<float>(std::clamp(away, -kMostDeviations, kMostDeviations));
}

/// Appends the sine and cosine of a position in a period, in 0..1.
void add_circle(double position, std::vector<float>& values) {
  const double angle = 2 * std::numbers::pi * position;
  values.push_back(static_cast<float>(std::sin(angle)));
  values.push_back(static_cast<float>(std::cos(angle)));
}

void add_date(const DateFeature& feature, double days, std::vector<float>& values) {
  namespace time = std::chrono;
  values.push_back(standardized(days, feature.mean, feature.deviation));
  const double whole = std::floor(days);
  const time::sys_days day{time::days{static_cast<int>(whole)}};
  const time::year year = time::year_month_day{day}.year();
  const time::sys_days first{year / time::January / 1};
  const time::sys_days next{(year + time::years{1}) / time::January / 1};
  add_circle(
      static_cast<double>((day - first).count()) / static_cast<double>((next - first).count()),
      values);
  constexpr double kDaysPerWeek = 7;
  add_circle(time::weekday{day}.c_encoding() / kDaysPerWeek, values);
  add_circle(days - whole, values);
  values.push_back(0);
}

/// Appends the values of a missing number or date.
void add_missing(std::int64_t width, std::vector<float>& values) {
  values.insert(values.end(), static_cast<std::size_t>(width) - 1, 0.0F);
  values.push_back(1);
}

std::string found_text(const std::string& cell) {
  constexpr std::size_t kShown = 60;
  return "found \"" + shortened(cell, kShown) + "\" at ";
}

std::string name_of(const Column& column) {
  const auto* index = std::get_if<std::int64_t>(&column);
  return index != nullptr ? std::to_string(*index) : std::get<std::string>(column);
}

}  // namespace

bool fits_feature(const FeatureSpec& feature, const std::string& cell) {
  if (std::holds_alternative<CategoryFeature>(feature)) return cell.size() <= kMostCategoryBytes;
  const Cell found = read_cell(feature, cell);
  return found.is_missing || found.number.has_value();
}

std::string feature_fault(const FeatureSpec& feature, const std::string& cell,
                          const std::string& place) {
  if (std::holds_alternative<CategoryFeature>(feature)) {
    return "found a category of " + std::to_string(cell.size()) + " bytes at " + place +
           "; expected at most " + std::to_string(kMostCategoryBytes) + ": is this column a text?";
  }
  const auto* date = std::get_if<DateFeature>(&feature);
  return found_text(cell) + place + "; expected " +
         (date != nullptr ? expected_date(*date) : "a number, or an empty cell if it is missing");
}

bool has_known_categories(const std::vector<FeatureSpec>& features, std::span<const float> values) {
  std::size_t column = 0;
  for (const FeatureSpec& feature : features) {
    const auto* category = std::get_if<CategoryFeature>(&feature);
    if (category != nullptr) {
      const float id = values[column];
      const auto ids = static_cast<float>(std::ssize(category->values) + kFirstCategory);
      if (!(id >= 0 && id < ids)) return false;
    }
    column += static_cast<std::size_t>(encoded_width(feature));
  }
  return true;
}

std::vector<std::string> feature_names(const std::vector<FeatureSpec>& features) {
  std::vector<std::string> names;
  names.reserve(features.size());
  for (const FeatureSpec& feature : features) names.push_back(name_of(column_of(feature)));
  return names;
}

// ---- encoding

FeatureEncoder::FeatureEncoder(const std::vector<FeatureSpec>& features)
    : features_(features), ids_(features.size()) {
  for (std::size_t i = 0; i < features.size(); ++i) {
    const auto* category = std::get_if<CategoryFeature>(&features[i]);
    if (category == nullptr) continue;
    std::int64_t id = kFirstCategory;
    for (const std::string& value : category->values) ids_[i].emplace(value, id++);
  }
}

std::vector<float> FeatureEncoder::encode(std::span<const std::string> cells) const {
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(encoded_width(features_)));
  for (std::size_t i = 0; i < features_.size(); ++i) {
    if (std::holds_alternative<CategoryFeature>(features_[i])) {
      const std::string_view value = trimmed(cells[i]);
      const auto known = ids_[i].find(value);
      const std::int64_t id = value.empty()            ? kMissingCategory
                              : known == ids_[i].end() ? kUnknownCategory
                                                       : known->second;
      values.push_back(static_cast<float>(id));
      continue;
    }
    const auto* date = std::get_if<DateFeature>(&features_[i]);
    const auto* number = std::get_if<NumberFeature>(&features_[i]);
    const Cell cell = date != nullptr ? read(*date, cells[i]) : read(*number, cells[i]);
    if (!cell.number) {
      add_missing(encoded_width(features_[i]), values);
    } else if (date != nullptr) {
      add_date(*date, *cell.number, values);
    } else {
      values.push_back(standardized(*cell.number, number->mean, number->deviation));
      values.push_back(0);
    }
  }
  return values;
}

// ---- learning

FeatureLearner::FeatureLearner(const std::vector<FeatureSpec>& features)
    : features_(features), columns_(features.size()) {}

void FeatureLearner::add(std::span<const std::string> cells) {
  for (std::size_t i = 0; i < features_.size(); ++i) {
    Column& column = columns_[i];
    if (std::holds_alternative<CategoryFeature>(features_[i])) {
      const std::string_view value = trimmed(cells[i]);
      if (value.empty()) continue;
      ++column.present;
      const auto found = column.counts.find(value);
      if (found == column.counts.end()) {
        column.counts.emplace(value, 1);
      } else {
        ++found->second;
      }
      continue;
    }
    const auto* date = std::get_if<DateFeature>(&features_[i]);
    const Cell cell = date != nullptr ? read(*date, cells[i])
                                      : read(std::get<NumberFeature>(features_[i]), cells[i]);
    if (!cell.number) continue;
    ++column.present;
    column.numbers.add(std::span<const double>(&*cell.number, 1));
  }
}

std::vector<LearnedFeature> FeatureLearner::learn(const std::string& path) const {
  std::vector<LearnedFeature> learned(features_.size());
  for (std::size_t i = 0; i < features_.size(); ++i) {
    const Column& column = columns_[i];
    const std::string name = "\"" + name_of(column_of(features_[i])) + "\"";
    if (column.present == 0) {
      throw Error(ErrorKind::kData, path,
                  "the column " + name +
                      " of /input/features has no value in the training rows; remove it from the "
                      "features");
    }
    const auto* category = std::get_if<CategoryFeature>(&features_[i]);
    if (category == nullptr) {
      // If all rows have the same number, rounding leaves a deviation that is close to 0.
      constexpr double kLeastShare = 1e-12;
      const double mean = column.numbers.mean(0);
      const double deviation = column.numbers.deviation(0);
      const bool is_constant = !(deviation > kLeastShare * std::abs(mean)) || deviation == 0;
      learned[i].mean = mean;
      learned[i].deviation = is_constant ? 1 : deviation;
      continue;
    }
    std::vector<std::pair<std::int64_t, std::string>> frequent;  // -count, value: a sorting key
    for (const auto& [value, count] : column.counts) {
      if (count >= category->min_count) frequent.emplace_back(-count, value);
    }
    if (frequent.empty()) {
      throw Error(ErrorKind::kData, path,
                  "no value of the column " + name + " occurs " +
                      std::to_string(category->min_count) +
                      " times in the training rows; use a smaller min_count in /input/features");
    }
    std::sort(frequent.begin(), frequent.end());
    frequent.resize(std::min(frequent.size(), static_cast<std::size_t>(category->max_values)));
    learned[i].values.reserve(frequent.size());
    for (auto& [count, value] : frequent) learned[i].values.push_back(std::move(value));
  }
  return learned;
}

}  // namespace sequent
