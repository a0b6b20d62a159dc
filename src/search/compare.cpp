#include "search/compare.h"

#include <cerrno>
#include <fstream>
#include <utility>

#include "core/files.h"
#include "core/format.h"
#include "core/temporary_file.h"
#include "search/compare_metrics.h"
#include "search/row_lines.h"
#include "sequent/error.h"
#include "train/row_predictions.h"

namespace sequent {
namespace {

namespace fs = std::filesystem;

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
  const bool same =
      same_files(pair.a.sources, pair.b.sources) && pair.a.rows.size() == pair.b.rows.size() &&
      pair.a.rows.labels() == pair.b.rows.labels() && pair.a.records == pair.b.records &&
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

struct Counts {
  std::int64_t both = 0;  // right
  std::int64_t only_a = 0;
  std::int64_t only_b = 0;
  std::int64_t none = 0;
  std::int64_t changed = 0;  // other labels, right or wrong
};

/// Whether both models predict the same labels for a row, right or wrong.
bool has_same_labels(const ComparedRows& pair, std::int64_t row) {
  if (pair.a.target == TargetKind::kLabel) return pair.a.predicted(row) == pair.b.predicted(row);
  for (std::int64_t label = 0; label < pair.a.labels.size(); ++label) {
    if (pair.a.predicts(row, label) != pair.b.predicts(row, label)) return false;
  }
  return true;
}

Counts count_outcomes(const ComparedRows& pair) {
  const std::vector<double> a = row_hits(pair.a);
  const std::vector<double> b = row_hits(pair.b);
  Counts counts;
  for (std::size_t row = 0; row < a.size(); ++row) {
    const bool right_a = a[row] > 0;
    const bool right_b = b[row] > 0;
    ++(right_a ? (right_b ? counts.both : counts.only_a) : (right_b ? counts.only_b : counts.none));
    counts.changed += has_same_labels(pair, static_cast<std::int64_t>(row)) ? 0 : 1;
  }
  return counts;
}

/// Adds the answer of a model and, to a label, its probability.
void add_answer(const RowPredictions& found, std::int64_t row, const std::string& model,
                RowLine& line) {
  line[model] = answer_of_row(found, row);
  if (found.target != TargetKind::kLabel) return;
  line[model + "_probability"] = found.of(row)[static_cast<std::size_t>(found.predicted(row))];
}

/// Writes the rows whose answers differ, with their locations.
void write_changed(const ComparedRows& pair, const fs::path& path) {
  write_file_whole(path, [&](const fs::path& temporary) {
    std::ofstream out(temporary);
    ChosenRecords records(pair.a.source, pair.a.records);
    Record record;
    const bool are_numbers = pair.a.target == TargetKind::kNumbers;
    for (std::int64_t row = 0; records.next(record); ++row) {
      if (!are_numbers && has_same_labels(pair, row)) continue;
      RowLine line = place_of_row(pair.a, row, record);
      add_truth(pair.a, row, line);
      add_answer(pair.a, row, "a", line);
      add_answer(pair.b, row, "b", line);
      out << line.dump(-1, ' ', false, RowLine::error_handler_t::replace) << '\n';
    }
    if (!out.flush()) fail_write(path, errno);
  });
}

std::string verdict(const ComparedMetric& metric, double p) {
  std::string values = metric.title + " " + format_metric(metric.a) + " (A) and ";
  values += format_metric(metric.b) + " (B): ";
  const Interval& interval = metric.interval;
  const bool differs = interval.low > 0 || interval.high < 0;
  const std::string range = "; the difference of " + format_metric(metric.b - metric.a) +
                            " lies between " + format_metric(interval.low) + " and " +
                            format_metric(interval.high);
  if (!differs || p >= kSignificant) {
    return values + "these rows do not show which model is better" + range;
  }
  const bool b_is_better = (metric.b > metric.a) == metric.greater_is_better;
  return values + (b_is_better ? "B" : "A") + " is better" + range;
}

ReportTable metrics_table(const std::vector<ComparedMetric>& metrics) {
  ReportTable table{"metrics",
                    "metrics",
                    {{"metric", "metric"},
                     {"a", "A"},
                     {"b", "B"},
                     {"difference", "B - A"},
                     {"low", "95 % from"},
                     {"high", "to"}},
                    {}};
  for (const ComparedMetric& one : metrics) {
    table.rows.push_back(
        {one.title, one.a, one.b, one.b - one.a, one.interval.low, one.interval.high});
  }
  return table;
}

}  // namespace

ComparedModels compare_models(const fs::path& a, const fs::path& b, const CompareOptions& options) {
  const ComparedRows pair = predict_both(a, b, options);
  check_alike(pair, a, b);
  const std::vector<ComparedMetric> metrics = compare_metrics(pair.a, pair.b);
  const ComparedMetric& first = metrics.front();
  ReportFacts facts;
  // The values of the first metric are only for JSON; the table shows them.
  facts.facts = {{"count", "rows", pair.a.rows.size(), NumberFormat::kCount},
                 {"a_" + first.key, "", first.a},
                 {"b_" + first.key, "", first.b},
                 {"difference", "", first.b - first.a},
                 {"difference_low", "", first.interval.low},
                 {"difference_high", "", first.interval.high}};
  double p = 0;
  if (pair.a.target != TargetKind::kNumbers) {
    const Counts counts = count_outcomes(pair);
    p = mcnemar_exact(counts.only_a, counts.only_b);
    const std::vector<ReportFact> more = {
        {"both_right", "both right", counts.both, NumberFormat::kCount},
        {"only_a_right", "only A right", counts.only_a, NumberFormat::kCount},
        {"only_b_right", "only B right", counts.only_b, NumberFormat::kCount},
        {"none_right", "none right", counts.none, NumberFormat::kCount},
        {"changed", "rows with another answer", counts.changed, NumberFormat::kCount},
        {"mcnemar_p", "McNemar's p", p}};
    facts.facts.insert(facts.facts.end(), more.begin(), more.end());
  }
  if (options.changed) write_changed(pair, *options.changed);
  return {Report{{std::move(facts), metrics_table(metrics)}},
          verdict(first, p) + ", on " + pair.rows};
}

}  // namespace sequent
