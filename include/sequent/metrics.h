// How good predictions are: counts that can be merged, and the report made of them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sequent/tags.h"

namespace sequent {

struct ClassReport {
  std::string label;
  double precision = 0;  // 0 where nothing was predicted as this class
  double recall = 0;     // 0 where no row has this class
  double f1 = 0;
  std::int64_t support = 0;
  bool operator==(const ClassReport&) const = default;
};

/// Precision, recall and F1 averaged over classes.
struct AverageReport {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  bool operator==(const AverageReport&) const = default;
};

/// The metrics of a classifier on one data set; names and values follow scikit-learn.
struct ClassificationReport {
  /// Smaller probabilities of the true class count as this in the loss: one row costs at most 16.1.
  static constexpr double kLeastProbability = 1e-7;

  std::int64_t count = 0;
  double loss = 0;  // mean -ln p of the true class, without smoothing and class weights
  double accuracy = 0;
  double top_k_accuracy = 0;  // true class among the top_k most probable
  std::int64_t top_k = 0;     // min(3, classes - 1), at least 1
  AverageReport macro;
  AverageReport micro;
  AverageReport weighted;
  std::optional<double> roc_auc;            // two classes: of the second; more: one-vs-rest, macro
  std::optional<double> average_precision;  // likewise; both nothing where a class is missing
  double matthews = 0;                      // 0 where truth or prediction knows only one class
  std::optional<double> rank_mae;           // of classes with an order: mean distance of the ranks
  std::optional<double> quadratic_kappa;    // likewise: Cohen's kappa with squared distances
  std::vector<ClassReport> per_class;
  std::vector<std::vector<std::int64_t>> confusion;  // [true][predicted]
  bool operator==(const ClassificationReport&) const = default;
};

/// One of several targets.
struct TargetReport {
  std::string name;
  double rmse = 0;
  double mae = 0;
  std::optional<double> r2;
  std::optional<double> naive_mae;  // of windows: see RegressionReport::mase
  bool operator==(const TargetReport&) const = default;
};

/// A true number and what was forecast for it.
struct ForecastPoint {
  double truth = 0;
  double forecast = 0;
  bool operator==(const ForecastPoint&) const = default;
};

/// A forecast without a model, on the same rows.
struct BaselineReport {
  std::string name;
  double rmse = 0;
  double mae = 0;
  bool operator==(const BaselineReport&) const = default;
};

/// The metrics of a regression on one data set, in the targets' units; names and values follow
/// scikit-learn and SciPy. Of several targets the squared and absolute errors are averaged over all
/// numbers, the others over the targets.
struct RegressionReport {
  std::int64_t count = 0;
  double loss = 0;  // what is trained on, in its units: see RegressionLoss
  double mse = 0;
  double rmse = 0;
  double mae = 0;
  std::optional<double> mape;      // mean |error / truth|, a share; nothing where a truth is 0
  std::optional<double> mase;      // of windows: MAE / that of the naive forecast, one step ahead,
                                   // on the training windows (Hyndman and Koehler 2006)
  std::optional<double> r2;        // nothing where a target is always the same
  std::optional<double> pearson;   // nothing where a target or its predictions are
  std::optional<double> spearman;  // likewise; equal values share their mean rank
  std::vector<TargetReport> per_target;
  std::vector<BaselineReport> baselines;  // of windows of a series; else none
  std::vector<ForecastPoint> curve;       // of windows of one series: the end of the first target's
  std::int64_t curve_steps = 1;           // of the curve: forecast at a time
  bool operator==(const RegressionReport&) const = default;
};

/// The metrics of a tagger on one data set. A span (see TagSet) is found if a predicted one has its
/// begin, end and type; precision, recall and F1 of spans equal conlleval's.
struct TaggingReport {
  std::int64_t count = 0;  // rows
  std::int64_t tokens = 0;
  std::optional<double> loss;  // -ln p of the rows' tags, per token, without rows that have a tag
                               // unseen in training; nothing where p is not known
  double accuracy = 0;         // of tokens
  double precision = 0;        // of predicted spans; 0 without one
  double recall = 0;           // of true spans; 0 without one
  double f1 = 0;
  double macro_f1 = 0;                // mean over the types that are true or predicted somewhere
  std::vector<ClassReport> per_type;  // `support`: true spans

  /// Where rows have a label as well: of these labels, and the share of rows in which label and
  /// tags are all right.
  std::optional<ClassificationReport> row_label;
  std::optional<double> row_accuracy;
  bool operator==(const TaggingReport&) const = default;
};

struct LabelReport : ClassReport {
  double threshold = 0.5;  // the label is given from this probability on
  bool operator==(const LabelReport&) const = default;
};

/// The metrics of a model that gives rows any number of labels; names and values follow
/// scikit-learn.
struct MultiLabelReport {
  std::int64_t count = 0;
  double loss = 0;          // mean over rows and labels of the binary cross-entropy
  double accuracy = 0;      // of rows whose labels are all right
  double hamming_loss = 0;  // share of wrong decisions, over rows and labels
  AverageReport micro;
  AverageReport macro;
  AverageReport weighted;
  AverageReport samples;                    // mean over the rows
  std::optional<double> roc_auc;            // macro; nothing where a label has all rows or none
  std::optional<double> average_precision;  // likewise
  std::vector<LabelReport> per_label;
  bool operator==(const MultiLabelReport&) const = default;
};

/// The metrics of a model that answers with a text, on one data set.
struct SequenceReport {
  std::int64_t count = 0;  // rows
  double loss = 0;         // -ln p of the wanted tokens, each after those before it, mean
  double accuracy = 0;     // of these tokens
  double exact_match = 0;  // share of rows that are written as wanted
  double bleu = 0;         // 0..100, of the model's tokens; as sacrebleu's corpus BLEU
  double rouge_l = 0;      // 0..1, mean F1 of the longest common subsequences, as rouge-score
  bool operator==(const SequenceReport&) const = default;
};

/// The metrics of a language model on one data set. Each token, the ends of lines included, is
/// predicted from all before it.
struct LanguageModelReport {
  std::int64_t count = 0;     // tokens
  double loss = 0;            // -ln p of the tokens, mean
  double perplexity = 0;      // e^loss
  double bits_per_token = 0;  // loss / ln 2; with a token per character, bits per character
  double accuracy = 0;        // of the most probable token
  double unknown_share = 0;   // of tokens without an id, which are predicted as <unk>
  bool operator==(const LanguageModelReport&) const = default;
};

/// Of `count` tokens with the sum `loss` of -ln p. Errors: Data without a token.
LanguageModelReport language_model_report(std::int64_t count, double loss, std::int64_t right,
                                          std::int64_t unknown);

using Report = std::variant<ClassificationReport, MultiLabelReport, RegressionReport, TaggingReport,
                            LanguageModelReport, SequenceReport>;

/// Collects predictions and gives their report.
class ClassificationMetrics {
 public:
  /// Errors: Internal with fewer than two labels.
  explicit ClassificationMetrics(std::vector<std::string> labels);

  /// Adds one row. Shapes: probabilities [classes], summing to 1. Range: truth 0..classes-1.
  /// The predicted class is the most probable one, the first among equals.
  /// Errors: Numeric if a probability is not finite; Internal for another shape or range.
  void add(std::span<const float> probabilities, std::int64_t truth);

  /// As if the other's rows had been added after these. Errors: Internal for other labels.
  void merge(const ClassificationMetrics& other);

  /// Errors: Data if no row was added.
  ClassificationReport report() const;

 private:
  std::vector<std::string> labels_;
  std::vector<float> probabilities_;  // [rows, classes]
  std::vector<std::int64_t> truths_;  // [rows]
};

/// Sets what needs the order of the classes. Shapes: ranks [classes], each of 0..classes-1 once.
/// Source: scikit-learn's cohen_kappa_score with quadratic weights (Cohen 1968).
void add_ordinal_values(ClassificationReport& report, std::span<const std::int64_t> ranks);

/// Collects the probabilities of labels and gives their report.
class MultiLabelMetrics {
 public:
  /// Errors: Internal without labels.
  explicit MultiLabelMetrics(std::vector<std::string> labels);

  /// Adds one row. Shapes: probabilities, truths [labels]; truths: 1 or 0.
  /// Errors: Numeric if a probability is not finite; Internal for another shape.
  void add(std::span<const float> probabilities, std::span<const float> truths);

  /// For each label the threshold with the greatest F1 on these rows, of equal ones the nearest to
  /// 0.5; 0.5 for a label that no row or every row has. Source: Lipton et al. 2014.
  std::vector<double> best_thresholds() const;

  /// `thresholds`: of each label; empty: 0.5. Errors: Data if no row was added; Internal for
  /// another number of thresholds.
  MultiLabelReport report(const std::vector<double>& thresholds = {}) const;

 private:
  std::vector<std::string> labels_;
  std::vector<float> probabilities_;  // [rows, labels]
  std::vector<float> truths_;         // [rows, labels]
};

/// What a report takes over from training: other data do not decide it.
struct Calibration {
  std::vector<double> thresholds;  // of each label of a multi_label model; empty: 0.5
  std::vector<double> naive_mae;   // of each target that is forecast; 0: nothing can be said
};

/// That of a validation report as JSON; empty if it has none, or is empty.
/// Errors: Artifact if it is no report.
Calibration report_calibration(const std::string& json);

/// The loss of a prediction, for its target's deviation d in the training data (1 where targets are
/// not standardized) and e = (prediction - truth) / d: e^2, |e|, or Huber's with its bend at 1.
struct RegressionLoss {
  enum class Kind { kSquared, kAbsolute, kHuber };
  Kind kind = Kind::kSquared;
  std::vector<float> deviations;  // of each target; empty: all 1
};

/// Collects predicted numbers and gives their report.
class RegressionMetrics {
 public:
  /// Errors: Internal without targets, or with another number of deviations.
  RegressionMetrics(std::vector<std::string> targets, RegressionLoss loss);

  /// Adds one row. Shapes: values, truths [targets].
  /// Errors: Numeric if a value is not finite; Internal for another shape.
  void add(std::span<const float> values, std::span<const float> truths);

  /// `naive_mae`: see Calibration. Errors: Data if no row was added.
  RegressionReport report(const std::vector<double>& naive_mae = {}) const;

 private:
  std::vector<std::string> targets_;
  RegressionLoss loss_;
  std::vector<float> values_;  // [rows, targets]
  std::vector<float> truths_;  // [rows, targets]
};

/// Collects written texts and gives their report.
class SequenceMetrics {
 public:
  /// Adds one row: its tokens as they were written and as they were wanted.
  void add(std::span<const std::int32_t> written, std::span<const std::int32_t> wanted);

  /// `loss`: sum of -ln p of `tokens` wanted tokens, `right` of which were the most probable.
  /// Source of BLEU: Papineni et al. 2002, with sacrebleu's exponential smoothing; of ROUGE-L: Lin
  /// 2004. Errors: Data if no row was added.
  SequenceReport report(double loss, std::int64_t right, std::int64_t tokens) const;

 private:
  static constexpr std::size_t kOrders = 4;  // longest n-grams
  std::int64_t rows_ = 0;
  std::int64_t exact_ = 0;
  double rouge_sum_ = 0;
  std::array<std::int64_t, kOrders> matches_{};  // of n-grams
  std::array<std::int64_t, kOrders> written_{};  // n-grams
  std::int64_t written_tokens_ = 0;
  std::int64_t wanted_tokens_ = 0;
};

/// Collects predicted tags and gives their report.
class TaggingMetrics {
 public:
  explicit TaggingMetrics(const std::vector<std::string>& tags);

  /// Adds one row. Shapes: predicted, truths [steps]. Range: 0..tags-1.
  /// Errors: Internal for another shape.
  void add(std::span<const std::int32_t> predicted, std::span<const std::int32_t> truths);

  /// `loss`: see TaggingReport. Errors: Data if no row was added.
  TaggingReport report(std::optional<double> loss) const;

 private:
  struct Counts {
    std::int64_t found = 0;      // spans that are predicted and true
    std::int64_t predicted = 0;  // spans
    std::int64_t truths = 0;
  };
  TagSet tags_;
  std::vector<Counts> of_type_;
  std::int64_t rows_ = 0;
  std::int64_t tokens_ = 0;
  std::int64_t right_tokens_ = 0;
};

/// One JSON object: loss, accuracy, macro_f1, ..., `per_class` and `confusion_matrix` below.
/// Of regression: loss, mse, ..., `per_target` below. Of tagging: loss, accuracy, f1, ...,
/// `per_type` below. Of multi_label: loss, accuracy, ..., `per_label` below. Of a language model:
/// loss, perplexity, ... `indent` < 0: one line.
std::string report_to_json(const Report& report, int indent = 2);

/// Reads what report_to_json wrote. Errors: Artifact.
Report report_from_json(const std::string& json);

/// A table for people.
std::string report_to_text(const Report& report);

/// The value of a metric by the name it has in JSON (loss, accuracy, macro_f1, weighted_f1,
/// micro_f1, roc_auc, average_precision, matthews, top_k_accuracy, of classes with an order
/// rank_mae, quadratic_kappa; of regression mse, rmse, mae, mape, mase, r2, pearson, spearman; of
/// tagging accuracy, precision, recall, f1, macro_f1, row_accuracy, and those of the row labels as
/// row_label.accuracy; of a language model perplexity, bits_per_token, accuracy, unknown_share), or
/// nothing.
std::optional<double> report_value(const Report& report, const std::string& metric);

/// What a training run's report page shows.
struct RunReport {
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;  // name and value: data, time, size
  std::vector<std::string> epoch_records;                  // lines of metrics.jsonl, in order
  std::string model_summary;
  std::optional<Report> validation;
  std::optional<Report> test;
};

/// A self-contained HTML page: facts, learning curves as SVG, confusion matrices, the table of
/// classes or targets. No script, no outside file; light and dark.
std::string render_run_report(const RunReport& report);

}  // namespace sequent
