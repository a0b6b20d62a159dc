#include "search/error_analysis.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/temporary_file.h"
#include "infer/loaded_model.h"
#include "report/class_curves.h"
#include "search/error_rows.h"
#include "search/error_slices.h"
#include "search/judged_rows.h"
#include "sequent/error.h"
#include "sequent/trainer.h"

namespace sequent {
namespace {

/// Loads an archive, or exports a run to a temporary one.
Model load_for_analysis(const ErrorAnalysisOptions& options) {
  ModelOptions loading;
  loading.threads = options.threads;
  loading.explanations = true;
  if (!std::filesystem::is_directory(options.model)) return Model::load(options.model, loading);
  const TemporaryFile archive(std::filesystem::temp_directory_path() / "sequent-errors.pt");
  export_run(options.model, archive.path(), /*overwrite=*/true);
  return Model::load(archive.path(), loading);
}

/// Builds the sections of the report.
class ErrorReport {
 public:
  /// `model`: null for a cross-validation.
  ErrorReport(const Model* model, const ErrorAnalysisOptions& options, const JudgedRows& judged,
              const ErrorRows& rows)
      : model_(model),
        options_(options),
        judged_(judged),
        rows_(rows),
        top_(static_cast<std::size_t>(options.top)) {
    std::vector<JudgedLabel> labels;
    labels.reserve(rows.rows.size());
    for (const ErrorRow& row : rows.rows) labels.push_back(row.judged);
    issues_ = find_label_issues(labels, judged.labels.size());
    order_mistakes();
    read_texts();
    tokens_ = token_section();
  }

  Report make(bool is_page) const {
    const std::size_t most = is_page ? page_rows() : top_;
    ReportTable wrong = mistakes(most);
    ReportTable suspected = label_issues(most);
    if (is_page) {
      wrong.filters = {"label", "prediction"};
      suspected.filters = {"label", "suggested"};
    }
    Report report;
    report.sections = {facts(), std::move(wrong), std::move(suspected), issue_counts(), slices()};
    if (judged_.unknown_labels > 0) {
      report.sections.emplace_back(
          ReportWarning{std::to_string(judged_.unknown_labels) +
                        " rows were left out, because the model does not have their label"});
    }
    report.sections.push_back(tokens_);
    const ClassRows classes{judged_.labels, judged_.truths, judged_.probabilities};
    for (ReportSection& section : class_curves(classes)) {
      report.sections.push_back(std::move(section));
    }
    report.sections.emplace_back(reliability_chart(classes));
    return report;
  }

 private:
  std::size_t page_rows() const {
    constexpr std::size_t kPageRows = 1000;
    return std::max(top_, kPageRows);
  }

  /// The wrong predictions by falling probability.
  void order_mistakes() {
    for (std::size_t i = 0; i < rows_.rows.size(); ++i) {
      if (rows_.rows[i].is_wrong()) mistakes_.push_back(i);
    }
    std::ranges::stable_sort(mistakes_, std::greater(), [&](std::size_t row) {
      return rows_.rows[row].judged.best.front().probability;
    });
  }

  void read_texts() {
    std::set<std::int64_t> numbers;
    for (std::size_t i = 0; i < std::min(page_rows(), mistakes_.size()); ++i) {
      numbers.insert(rows_.rows[mistakes_[i]].number);
    }
    for (std::size_t i = 0; i < std::min(page_rows(), issues_.issues.size()); ++i) {
      numbers.insert(rows_.rows[issues_.issues[i].row].number);
    }
    shown_ = read_shown_rows(judged_.source, {numbers.begin(), numbers.end()});
  }

  ReportFacts facts() const {
    const auto count = static_cast<std::int64_t>(rows_.rows.size());
    const auto wrong = std::ssize(mistakes_);
    const double accuracy = 1 - static_cast<double>(wrong) / static_cast<double>(count);
    return {{{"count", "rows", count, NumberFormat::kCount},
             {"errors", "wrong predictions", wrong, NumberFormat::kCount},
             {"accuracy", "accuracy", accuracy},
             {"label_issue_count", "labels that are probably wrong", std::ssize(issues_.issues),
              NumberFormat::kCount}}};
  }

  const std::string& label(std::int64_t index) const {
    return judged_.labels[static_cast<std::size_t>(index)];
  }
  const ShownRow& shown(std::size_t row) const { return shown_.at(rows_.rows[row].number); }

  ReportTable mistakes(std::size_t most) const {
    ReportTable table{"mistakes",
                      "most confident mistakes",
                      {{"text", "most confident mistakes"},
                       {"where", "row"},
                       {"label", "label"},
                       {"prediction", "predicted"},
                       {"probability", "probability"}},
                      {}};
    for (std::size_t at = 0; at < std::min(most, mistakes_.size()); ++at) {
      const std::size_t i = mistakes_[at];
      const ErrorRow& row = rows_.rows[i];
      table.rows.push_back({shown(i).text, shown(i).where, label(row.judged.label),
                            label(row.predicted()),
                            static_cast<double>(row.judged.best.front().probability)});
    }
    return table;
  }

  ReportTable label_issues(std::size_t most) const {
    ReportTable table{"label_issues",
                      "labels that are probably wrong",
                      {{"text", "labels that are probably wrong"},
                       {"where", "row"},
                       {"label", "label"},
                       {"suggested", "suggested"},
                       {"margin", "margin"}},
                      {}};
    for (std::size_t i = 0; i < std::min(most, issues_.issues.size()); ++i) {
      const LabelIssue& issue = issues_.issues[i];
      table.rows.push_back({shown(issue.row).text, shown(issue.row).where,
                            label(rows_.rows[issue.row].judged.label), label(issue.suggested),
                            issue.margin});
    }
    return table;
  }

  ReportTable issue_counts() const {
    ReportTable table{"label_issue_counts",
                      "labels that are often confused",
                      {{"label", "given label"},
                       {"suggested", "suggested"},
                       {"count", "rows", NumberFormat::kCount}},
                      {}};
    std::vector<MatrixCell> cells = issues_.counts;
    std::ranges::stable_sort(cells, std::greater(), &MatrixCell::count);
    for (const MatrixCell& cell : cells) {
      if (table.rows.size() == top_) break;
      table.rows.push_back({label(cell.truth), label(cell.predicted), cell.count});
    }
    return table;
  }

  ReportTable slices() const {
    ReportTable table{"slices",
                      "slices",
                      {{"slice", "slice"},
                       {"count", "rows", NumberFormat::kCount},
                       {"accuracy", "accuracy"},
                       {"low", "from"},
                       {"high", "to"},
                       {"weak", "below all rows"}},
                      {}};
    for (const ErrorSlice& slice : error_slices(rows_, options_.slice_column)) {
      table.rows.push_back({slice.name, slice.count, slice.accuracy(), slice.interval.low,
                            slice.interval.high, std::string(slice.is_weak ? "yes" : "no")});
    }
    return table;
  }

  /// The rows whose tokens are analysed, spread evenly over the file.
  std::vector<std::int64_t> explained_rows() const {
    constexpr std::size_t kMost = 1000;
    const std::size_t count = std::min(kMost, rows_.rows.size());
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < count; ++i) {
      numbers.push_back(rows_.rows[i * rows_.rows.size() / count].number);
    }
    return numbers;
  }

  ReportSection token_section() const {
    const std::string title = "tokens that drive each class";
    if (model_ == nullptr) {
      return ReportText{title, "not available for the several models of a cross-validation\n"};
    }
    ReportTable table{"tokens",
                      "tokens that drive each class",
                      {{"label", "predicted class"},
                       {"token", "token"},
                       {"attribution", "mean attribution"},
                       {"count", "occurrences", NumberFormat::kCount}},
                      {}};
    const auto found = find_driving_tokens(*model_, judged_.source, explained_rows(), top_);
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (const DrivingToken& token : found[i]) {
        table.rows.push_back(
            {label(static_cast<std::int64_t>(i)), token.token, token.attribution, token.count});
      }
    }
    return table;
  }

  const Model* model_;
  const ErrorAnalysisOptions& options_;
  const JudgedRows& judged_;
  const ErrorRows& rows_;
  std::size_t top_;
  LabelIssues issues_;
  std::vector<std::size_t> mistakes_;  // indices of rows
  std::map<std::int64_t, ShownRow> shown_;
  ReportSection tokens_;
};

}  // namespace

ErrorAnalysis analyse_errors(const ErrorAnalysisOptions& options) {
  const bool has_folds = is_crossval_folder(options.model);
  if (has_folds && !options.data.empty()) {
    throw Error(ErrorKind::kUsage, "DATA",
                "found " + options.data +
                    " after the folder of a cross-validation, whose rows are "
                    "those of its training file; leave it out");
  }
  const JudgedRows judged = has_folds ? judge_folds(options.model)
                                      : judge_rows(options.model, options.data, options.threads);
  if (judged.size() == 0) {
    throw Error(ErrorKind::kData, judged.source.file, "found no row with a label of the model");
  }
  const ErrorRows rows = read_error_rows(judged, options.slice_column);
  std::optional<Model> model;
  if (!has_folds) model.emplace(load_for_analysis(options));
  const ErrorReport report(model ? &*model : nullptr, options, judged, rows);
  return {report.make(/*is_page=*/false), report.make(/*is_page=*/true)};
}

}  // namespace sequent
