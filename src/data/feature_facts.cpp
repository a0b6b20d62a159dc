#include "data/feature_facts.h"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

#include "core/format.h"
#include "data/feature_encoder.h"
#include "data/learned_data.h"
#include "text/text_table.h"

namespace sequent {
namespace {

/// The rows of one split as a feature sees them.
struct FeatureRows {
  std::int64_t rows = 0;
  std::int64_t missing = 0;
  std::int64_t unknown = 0;  // of a category: rare or new
  std::set<float> distinct;  // at most kDistinct of the present values

  static constexpr std::size_t kDistinct = 2;

  double missing_share() const { return share(missing); }
  double unknown_share() const { return share(unknown); }

 private:
  double share(std::int64_t count) const {
    return rows == 0 ? 0 : static_cast<double>(count) / static_cast<double>(rows);
  }
};

/// One feature with what was learned about it, and its rows.
struct FeatureView {
  FeatureSpec spec;
  std::string name;
  std::size_t column = 0;  // of its first value

  FeatureRows rows_of(const EncodedDataset& data) const {
    const bool is_category = std::holds_alternative<CategoryFeature>(spec);
    const auto width = static_cast<std::size_t>(encoded_width(spec));
    FeatureRows found;
    for (std::int64_t row = 0; row < data.size(); ++row) {
      const auto values = data.features(row).subspan(column, width);
      const bool is_missing = is_category ? values.front() == kMissingCategory : values.back() == 1;
      ++found.rows;
      found.missing += is_missing ? 1 : 0;
      found.unknown += is_category && values.front() == kUnknownCategory ? 1 : 0;
      if (!is_missing && found.distinct.size() < FeatureRows::kDistinct) {
        found.distinct.insert(values.front());
      }
    }
    return found;
  }
};

std::vector<FeatureView> views_of(const Config& config, const Splits& data) {
  const std::vector<FeatureSpec> features =
      with_learned(features_of(config.input), data.learned.features);
  const std::vector<std::string> names = feature_names(features);
  std::vector<FeatureView> views;
  std::size_t column = 0;
  for (std::size_t i = 0; i < features.size(); ++i) {
    views.push_back({features[i], names[i], column});
    column += static_cast<std::size_t>(encoded_width(features[i]));
  }
  return views;
}

std::string day_text(double days) {
  namespace time = std::chrono;
  const time::year_month_day day{time::sys_days{time::days{static_cast<int>(std::floor(days))}}};
  const auto padded = [](unsigned number) {
    std::string text = std::to_string(number);
    return text.size() < 2 ? "0" + text : text;
  };
  std::string text = std::to_string(static_cast<int>(day.year()));
  text += "-" + padded(static_cast<unsigned>(day.month()));
  text += "-" + padded(static_cast<unsigned>(day.day()));
  return text;
}

/// What was learned about a feature.
struct Learned {
  std::string operator()(const CategoryFeature& feature) const {
    return format_count(std::ssize(feature.values)) + " values";
  }
  std::string operator()(const NumberFeature& feature) const {
    return "mean " + format_short(feature.mean.value_or(0)) + ", deviation " +
           format_short(feature.deviation.value_or(1));
  }
  std::string operator()(const DateFeature& feature) const {
    return "mean " + day_text(feature.mean.value_or(0)) + ", deviation " +
           format_short(feature.deviation.value_or(1)) + " days";
  }
};

}  // namespace

std::vector<std::string> describe_features(const Config& config, const Splits& data) {
  std::vector<std::string> lines;
  for (const FeatureView& view : views_of(config, data)) {
    const FeatureRows training = view.rows_of(data.train.rows);
    const FeatureRows validation = view.rows_of(data.validation.rows);
    const bool is_category = std::holds_alternative<CategoryFeature>(view.spec);
    std::string line = "feature " + quoted_name(view.name) + " (";
    line += std::visit([](const auto& spec) { return std::string(spec.kType); }, view.spec);
    line += "): " + std::visit(Learned{}, view.spec);
    line += "; missing in " + format_percent(training.missing_share()) + " of training and " +
            format_percent(validation.missing_share()) + " of validation rows";
    if (is_category) {
      line += "; rare in " + format_percent(training.unknown_share()) +
              " of training, rare or new in " + format_percent(validation.unknown_share()) +
              " of validation rows";
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<DataFinding> find_feature_problems(const Config& config, const Splits& data) {
  constexpr double kManyUnknown = 0.10;
  constexpr double kManyMissing = 0.50;
  constexpr std::int64_t kRowsPerValue = 2;
  std::vector<DataFinding> found;
  const auto add = [&](FindingLevel level, std::string sentence) {
    found.push_back({level, std::move(sentence)});
  };
  for (const FeatureView& view : views_of(config, data)) {
    const std::string name = "The feature " + quoted_name(view.name);
    const FeatureRows training = view.rows_of(data.train.rows);
    const FeatureRows validation = view.rows_of(data.validation.rows);
    const auto* category = std::get_if<CategoryFeature>(&view.spec);
    if (category != nullptr && std::ssize(category->values) * kRowsPerValue > training.rows) {
      add(FindingLevel::kWarning,
          name + " has " + format_count(std::ssize(category->values)) + " values in " +
              format_count(training.rows) +
              " training rows, so that the model learns rows by heart; a larger min_count keeps "
              "only frequent values.");
    }
    if (training.distinct.size() < FeatureRows::kDistinct && training.missing == 0) {
      add(FindingLevel::kAdvice, name + " has the same value in all training rows.");
    }
    if (training.missing_share() > kManyMissing) {
      add(FindingLevel::kAdvice, name + " is missing in " +
                                     format_percent(training.missing_share()) +
                                     " of the training rows.");
    }
    if (validation.unknown_share() > kManyUnknown) {
      add(FindingLevel::kWarning, name + " has a value that is rare or new in " +
                                      format_percent(validation.unknown_share()) +
                                      " of the validation rows.");
    }
  }
  return found;
}

}  // namespace sequent
