#include "search/error_analysis.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include "core/temporary_file.h"
#include "data/splits.h"
#include "infer/loaded_model.h"
#include "search/error_rows.h"
#include "search/error_slices.h"
#include "sequent/artifact.h"
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

/// Errors: Usage unless the model predicts one of several classes for texts.
void require_text_classifier(const Model& model, const std::string& name) {
  const bool reads_text = model.input() != InputKind::kSeries;
  if (model.loaded().definition().target() == TargetKind::kLabel && reads_text) return;
  throw Error(ErrorKind::kUsage, name,
              std::string("the model's task is ") + model.task() +
                  (reads_text ? "" : " of sequences of numbers") +
                  "; errors are analysed for classification of texts");
}

/// Returns the labelled file: the given one, or the config's file for validation or testing.
std::string data_file(const ErrorAnalysisOptions& options) {
  if (!options.data.empty()) return options.data;
  if (std::filesystem::is_directory(options.model)) {
    const Config config = read_run_text(RunFolder{options.model}).config;
    for (const SplitFile& file : split_files(config)) {
      if (file.role != "train") return file.path;
    }
  }
  throw Error(ErrorKind::kUsage, "DATA",
              std::string("expected a labelled file that the model was not trained on, because ") +
                  (std::filesystem::is_directory(options.model)
                       ? "the run's config names no file for validation or testing"
                       : "an archive does not contain data"));
}

/// Builds the sections of the report.
class ErrorReport {
 public:
  ErrorReport(const Model& model, const ErrorAnalysisOptions& options, const ErrorRows& rows,
              std::string file)
      : model_(model),
        options_(options),
        rows_(rows),
        file_(std::move(file)),
        top_(static_cast<std::size_t>(options.top)) {
    std::vector<JudgedLabel> judged;
    for (const ErrorRow& row : rows.rows) judged.push_back(row.judged);
    issues_ = find_label_issues(judged, model.labels().size());
    choose_mistakes();
    read_texts();
  }

  Report make() const {
    Report report;
    report.sections = {facts(), mistakes(), label_issues(), issue_counts(), slices()};
    if (rows_.unknown_labels > 0) {
      report.sections.emplace_back(
          ReportWarning{std::to_string(rows_.unknown_labels) +
                        " rows were left out, because the model does not have their label"});
    }
    add_tokens(report);
    return report;
  }

 private:
  /// The wrong predictions with the greatest probability.
  void choose_mistakes() {
    for (std::size_t i = 0; i < rows_.rows.size(); ++i) {
      if (rows_.rows[i].is_wrong()) mistakes_.push_back(i);
    }
    mistake_count_ = mistakes_.size();
    std::ranges::stable_sort(mistakes_, std::greater(), [&](std::size_t row) {
      return rows_.rows[row].judged.best.front().probability;
    });
    if (mistakes_.size() > top_) mistakes_.resize(top_);
  }

  std::size_t shown_issues() const { return std::min(top_, issues_.issues.size()); }

  void read_texts() {
    std::set<std::int64_t> numbers;
    for (const std::size_t row : mistakes_) numbers.insert(rows_.rows[row].number);
    for (std::size_t i = 0; i < shown_issues(); ++i) {
      numbers.insert(rows_.rows[issues_.issues[i].row].number);
    }
    shown_ = read_shown_rows(model_, file_, {numbers.begin(), numbers.end()});
  }

  ReportFacts facts() const {
    const auto count = static_cast<std::int64_t>(rows_.rows.size());
    const auto wrong = static_cast<std::int64_t>(mistake_count_);
    const double accuracy = 1 - static_cast<double>(wrong) / static_cast<double>(count);
    return {{{"count", "rows", count, NumberFormat::kCount},
             {"errors", "wrong predictions", wrong, NumberFormat::kCount},
             {"accuracy", "accuracy", accuracy},
             {"label_issue_count", "labels that are probably wrong", std::ssize(issues_.issues),
              NumberFormat::kCount}}};
  }

  const std::string& label(std::int64_t index) const {
    return model_.labels()[static_cast<std::size_t>(index)];
  }
  const ShownRow& shown(std::size_t row) const { return shown_.at(rows_.rows[row].number); }

  ReportTable mistakes() const {
    ReportTable table{"mistakes",
                      "most confident mistakes",
                      {{"text", "most confident mistakes"},
                       {"where", "row"},
                       {"label", "label"},
                       {"prediction", "predicted"},
                       {"probability", "probability"}},
                      {}};
    for (const std::size_t i : mistakes_) {
      const ErrorRow& row = rows_.rows[i];
      table.rows.push_back({shown(i).text, shown(i).where, label(row.judged.label),
                            label(row.predicted()),
                            static_cast<double>(row.judged.best.front().probability)});
    }
    return table;
  }

  ReportTable label_issues() const {
    ReportTable table{"label_issues",
                      "labels that are probably wrong",
                      {{"text", "labels that are probably wrong"},
                       {"where", "row"},
                       {"label", "label"},
                       {"suggested", "suggested"},
                       {"margin", "margin"}},
                      {}};
    for (std::size_t i = 0; i < shown_issues(); ++i) {
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

  void add_tokens(Report& report) const {
    if (const std::string reason = model_.loaded().without_gradients(); !reason.empty()) {
      report.sections.emplace_back(
          ReportText{"tokens that drive each class",
                     "not available: " + reason + ", which has no gradients at inference"});
      return;
    }
    ReportTable table{"tokens",
                      "tokens that drive each class",
                      {{"label", "predicted class"},
                       {"token", "token"},
                       {"attribution", "mean attribution"},
                       {"count", "occurrences", NumberFormat::kCount}},
                      {}};
    const auto found = find_driving_tokens(model_, file_, explained_rows(), top_);
    for (std::size_t i = 0; i < found.size(); ++i) {
      for (const DrivingToken& token : found[i]) {
        table.rows.push_back(
            {label(static_cast<std::int64_t>(i)), token.token, token.attribution, token.count});
      }
    }
    report.sections.emplace_back(std::move(table));
  }

  const Model& model_;
  const ErrorAnalysisOptions& options_;
  const ErrorRows& rows_;
  std::string file_;
  std::size_t top_;
  LabelIssues issues_;
  std::vector<std::size_t> mistakes_;  // indices of rows
  std::size_t mistake_count_ = 0;
  std::map<std::int64_t, ShownRow> shown_;
};

}  // namespace

Report analyse_errors(const ErrorAnalysisOptions& options) {
  const std::string file = data_file(options);
  const Model model = load_for_analysis(options);
  require_text_classifier(model, options.model.string());
  const ErrorRows rows = read_error_rows(model, {file, options.slice_column});
  if (rows.rows.empty()) {
    throw Error(ErrorKind::kData, file, "found no row with a label of the model");
  }
  return ErrorReport(model, options, rows, file).make();
}

}  // namespace sequent
