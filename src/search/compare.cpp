#include "search/compare.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/files.h"
#include "core/format.h"
#include "data/encode_rows.h"
#include "metrics/significance.h"
#include "sequent/error.h"
#include "tasks/task_definition.h"
#include "train/row_predictions.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double kSignificant = 0.05;

[[noreturn]] void refuse(const std::string& where, const std::string& message) {
  throw Error(ErrorKind::kUsage, where, message);
}

/// The predictions of both models for the same rows.
struct ComparedRows {
  RowPredictions a;
  RowPredictions b;
  std::string rows;  // what the rows are
};

bool has_test(const fs::path& run) {
  const RunFolder folder{run};
  const Task task = read_run_text(folder).config.task;
  return read_manifest(folder, task).test_report.has_value();
}

ComparedRows predict_both(const fs::path& a, const fs::path& b, const CompareOptions& options) {
  if (options.data) {
    return {predict_rows(a, *options.data, options.evaluation),
            predict_rows(b, *options.data, options.evaluation), *options.data};
  }
  for (const fs::path& path : {a, b}) {
    if (!fs::is_directory(path)) {
      refuse(path.string(),
             "is not a run folder, so that its rows are not known; name a labelled "
             "file as DATA");
    }
  }
  const RunRows which = has_test(a) && has_test(b) ? RunRows::kTest : RunRows::kValidation;
  const int threads = options.evaluation.threads;
  ComparedRows pair{
      predict_held_out(a, which, threads), predict_held_out(b, which, threads),
      which == RunRows::kTest ? "the test rows of both runs" : "the validation rows of both runs"};
  const bool same = same_files(pair.a.sources, pair.b.sources) &&
                    pair.a.rows.size() == pair.b.rows.size() &&
                    pair.a.rows.labels() == pair.b.rows.labels() &&
                    pair.a.chosen == pair.b.chosen && pair.a.duplicates == pair.b.duplicates;
  if (!same) {
    refuse(b.string(), "has other held-out rows than " + a.string() +
                           "; name a labelled file that neither was trained on as DATA");
  }
  return pair;
}

void check_alike(const ComparedRows& pair, const fs::path& a, const fs::path& b) {
  const bool same = pair.a.target == pair.b.target && pair.a.labels == pair.b.labels;
  if (!same) {
    refuse(b.string(), "does not predict the same labels as " + a.string() +
                           "; only models with equal labels can be compared");
  }
  if (pair.a.rows.size() != pair.b.rows.size()) {
    refuse(b.string(), "leaves out other rows than " + a.string() +
                           "; both models need the same treatment of unseen labels");
  }
  if (pair.a.rows.size() == 0) refuse(pair.rows, "has no rows");
}

/// 1 for each row that is right, otherwise 0.
std::vector<double> hits(const RowPredictions& found) {
  std::vector<double> result;
  for (std::int64_t row = 0; row < found.rows.size(); ++row) {
    result.push_back(found.predicted(row) == found.rows.label(row) ? 1 : 0);
  }
  return result;
}

/// The mean absolute error of each row.
std::vector<double> errors(const RowPredictions& found) {
  std::vector<double> result;
  for (std::int64_t row = 0; row < found.rows.size(); ++row) {
    const std::span<const float> outputs = found.of(row);
    const std::span<const float> truths = found.rows.targets(row);
    double sum = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      sum += std::abs(static_cast<double>(outputs[i]) - static_cast<double>(truths[i]));
    }
    result.push_back(sum / static_cast<double>(outputs.size()));
  }
  return result;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

struct Counts {
  std::int64_t both = 0;  // right
  std::int64_t only_a = 0;
  std::int64_t only_b = 0;
  std::int64_t none = 0;
  std::int64_t changed = 0;  // other labels, right or wrong
};

Counts count_outcomes(const ComparedRows& pair, const std::vector<double>& a,
                      const std::vector<double>& b) {
  Counts counts;
  for (std::size_t row = 0; row < a.size(); ++row) {
    const bool right_a = a[row] > 0;
    const bool right_b = b[row] > 0;
    ++(right_a ? (right_b ? counts.both : counts.only_a) : (right_b ? counts.only_b : counts.none));
    const auto at = static_cast<std::int64_t>(row);
    counts.changed += pair.a.predicted(at) != pair.b.predicted(at) ? 1 : 0;
  }
  return counts;
}

std::string changed_rows(const ComparedRows& pair) {
  std::string text;
  for (std::int64_t row = 0; row < pair.a.rows.size(); ++row) {
    Json line = {{"row", row}};
    if (pair.a.target == TargetKind::kLabel) {
      const std::int64_t a = pair.a.predicted(row);
      const std::int64_t b = pair.b.predicted(row);
      if (a == b) continue;
      line["label"] = pair.a.label_name(pair.a.rows.label(row));
      line["a"] = pair.a.label_name(a);
      line["a_probability"] = pair.a.of(row)[static_cast<std::size_t>(a)];
      line["b"] = pair.b.label_name(b);
      line["b_probability"] = pair.b.of(row)[static_cast<std::size_t>(b)];
    } else {
      const auto numbers = [](std::span<const float> values, const std::vector<double>& origin) {
        Json list = Json::array();
        for (std::size_t i = 0; i < values.size(); ++i) {
          list.push_back(values[i] + (origin.empty() ? 0 : origin[i]));
        }
        return list;
      };
      line["targets"] = numbers(pair.a.rows.targets(row), pair.a.target_origin);
      line["a"] = numbers(pair.a.of(row), pair.a.target_origin);
      line["b"] = numbers(pair.b.of(row), pair.b.target_origin);
    }
    text += line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return text;
}

std::string verdict(const std::string& metric, double a, double b, bool greater_is_better,
                    const Interval& interval, double p) {
  const std::string values =
      metric + " " + format_metric(a) + " (A) and " + format_metric(b) + " (B): ";
  const bool differs = interval.low > 0 || interval.high < 0;
  const std::string range = "; the difference of " + format_metric(b - a) + " lies between " +
                            format_metric(interval.low) + " and " + format_metric(interval.high);
  if (!differs || p >= kSignificant) {
    return values + "these rows do not show which model is better" + range;
  }
  const bool b_is_better = (b > a) == greater_is_better;
  return values + (b_is_better ? "B" : "A") + " is better" + range;
}

}  // namespace

ComparedModels compare_models(const fs::path& a, const fs::path& b, const CompareOptions& options) {
  const ComparedRows pair = predict_both(a, b, options);
  check_alike(pair, a, b);
  const bool has_labels = pair.a.target == TargetKind::kLabel;
  const std::vector<double> of_a = has_labels ? hits(pair.a) : errors(pair.a);
  const std::vector<double> of_b = has_labels ? hits(pair.b) : errors(pair.b);
  std::vector<double> differences(of_a.size());
  for (std::size_t i = 0; i < of_a.size(); ++i) differences[i] = of_b[i] - of_a[i];
  const Interval interval = bootstrap_mean(differences);
  const double mean_a = mean_of(of_a);
  const double mean_b = mean_of(of_b);

  const std::string metric = has_labels ? "accuracy" : "mae";
  ReportFacts facts;
  facts.facts = {{"count", "rows", pair.a.rows.size(), NumberFormat::kCount},
                 {"a_" + metric, metric + " of A", mean_a},
                 {"b_" + metric, metric + " of B", mean_b},
                 {"difference", "B - A", mean_b - mean_a},
                 {"difference_low", "95 % from", interval.low},
                 {"difference_high", "to", interval.high}};
  double p = 0;
  if (has_labels) {
    const Counts counts = count_outcomes(pair, of_a, of_b);
    p = mcnemar_exact(counts.only_a, counts.only_b);
    const std::vector<ReportFact> more = {
        {"both_right", "both right", counts.both, NumberFormat::kCount},
        {"only_a_right", "only A right", counts.only_a, NumberFormat::kCount},
        {"only_b_right", "only B right", counts.only_b, NumberFormat::kCount},
        {"none_right", "none right", counts.none, NumberFormat::kCount},
        {"changed", "rows with another label", counts.changed, NumberFormat::kCount},
        {"mcnemar_p", "McNemar's p", p}};
    facts.facts.insert(facts.facts.end(), more.begin(), more.end());
  }
  if (options.changed) write_file_whole(*options.changed, changed_rows(pair));
  return {Report{{std::move(facts)}},
          verdict(metric, mean_a, mean_b, has_labels, interval, p) + ", on " + pair.rows};
}

}  // namespace sequent
