#include <string>
#include <utility>
#include <vector>

#include "core/format.h"
#include "metrics/confusion.h"
#include "sequent/metrics.h"
#include "text/text_table.h"

namespace sequent {
namespace {

constexpr std::size_t kLabelColumns = 32;
constexpr std::size_t kHeadingColumns = 10;
constexpr std::size_t kMatrixClasses = 12;  // more do not fit a terminal's 80 to 120 columns
constexpr std::size_t kPairs = 10;

std::string summary(const ClassificationReport& report) {
  TextTable table;
  table.add_row({"rows", format_count(report.count)});
  table.add_row({"loss", format_metric(report.loss)});
  table.add_row({"accuracy", format_metric(report.accuracy)});
  if (report.top_k > 1) {
    table.add_row({"top-" + std::to_string(report.top_k) + " accuracy",
                   format_metric(report.top_k_accuracy)});
  }
  table.add_row({"macro F1", format_metric(report.macro.f1)});
  table.add_row({"ROC AUC", format_metric(report.roc_auc)});
  table.add_row({"average precision", format_metric(report.average_precision)});
  table.add_row({"Matthews correlation", format_metric(report.matthews)});
  if (report.rank_mae) {
    table.add_row({"mean distance of ranks", format_metric(report.rank_mae)});
    table.add_row({"quadratic kappa", format_metric(report.quadratic_kappa)});
  }
  return table.render();
}

std::string class_table(const ClassificationReport& report) {
  TextTable table;
  table.add_row({"class", "precision", "recall", "F1", "rows"});
  for (const ClassReport& one : report.per_class) {
    table.add_row({fit_text(one.label, kLabelColumns), format_metric(one.precision),
                   format_metric(one.recall), format_metric(one.f1), format_count(one.support)});
  }
  const auto add_average = [&](const char* name, const AverageReport& average) {
    table.add_row({name, format_metric(average.precision), format_metric(average.recall),
                   format_metric(average.f1), format_count(report.count)});
  };
  add_average("(macro average)", report.macro);
  add_average("(weighted average)", report.weighted);
  return table.render();
}

std::string confusion_table(const ClassificationReport& report) {
  TextTable table;
  std::vector<std::string> heading{"true \\ predicted"};
  for (const ClassReport& one : report.per_class) {
    heading.push_back(fit_text(one.label, kHeadingColumns));
  }
  table.add_row(std::move(heading));
  for (std::size_t truth = 0; truth < report.confusion.size(); ++truth) {
    std::vector<std::string> row{fit_text(report.per_class[truth].label, kLabelColumns)};
    for (const std::int64_t count : report.confusion[truth]) row.push_back(format_count(count));
    table.add_row(std::move(row));
  }
  return table.render();
}

std::string pair_table(const ClassificationReport& report) {
  const std::vector<ConfusedPair> pairs = most_confused(report.confusion, kPairs);
  if (pairs.empty()) return "  none\n";
  TextTable table;
  table.add_row({"true", "predicted", "rows", "share"});
  for (const ConfusedPair& pair : pairs) {
    const auto share =
        static_cast<double>(pair.count) / static_cast<double>(report.per_class[pair.truth].support);
    table.add_row({fit_text(report.per_class[pair.truth].label, kLabelColumns),
                   fit_text(report.per_class[pair.predicted].label, kLabelColumns),
                   format_count(pair.count), format_percent(share)});
  }
  return table.render();
}

std::string text_of(const ClassificationReport& report) {
  std::string text = summary(report) + "\n" + class_table(report);
  if (report.confusion.size() <= kMatrixClasses) {
    text += "\nConfusion matrix\n" + confusion_table(report);
  } else {
    text += "\nMost confused classes\n" + pair_table(report);
  }
  return text;
}

std::string text_of(const MultiLabelReport& report) {
  TextTable values;
  values.add_row({"rows", format_count(report.count)});
  values.add_row({"loss", format_metric(report.loss)});
  values.add_row({"accuracy (all labels right)", format_metric(report.accuracy)});
  values.add_row({"Hamming loss", format_metric(report.hamming_loss)});
  values.add_row({"micro F1", format_metric(report.micro.f1)});
  values.add_row({"macro F1", format_metric(report.macro.f1)});
  values.add_row({"ROC AUC", format_metric(report.roc_auc)});
  values.add_row({"average precision", format_metric(report.average_precision)});
  TextTable labels;
  labels.add_row({"label", "precision", "recall", "F1", "rows", "threshold"});
  for (const LabelReport& one : report.per_label) {
    labels.add_row({fit_text(one.label, kLabelColumns), format_metric(one.precision),
                    format_metric(one.recall), format_metric(one.f1), format_count(one.support),
                    format_metric(one.threshold)});
  }
  return values.render() + "\n" + labels.render();
}

std::string text_of(const TaggingReport& report) {
  TextTable values;
  values.add_row({"rows", format_count(report.count)});
  values.add_row({"tokens", format_count(report.tokens)});
  if (report.loss) values.add_row({"loss per token", format_metric(report.loss)});
  values.add_row({"accuracy of tokens", format_metric(report.accuracy)});
  values.add_row({"precision", format_metric(report.precision)});
  values.add_row({"recall", format_metric(report.recall)});
  values.add_row({"F1", format_metric(report.f1)});
  values.add_row({"macro F1", format_metric(report.macro_f1)});
  if (report.row_accuracy) {
    values.add_row({"accuracy of row labels", format_metric(report.row_label->accuracy)});
    values.add_row({"rows with all right", format_metric(report.row_accuracy)});
  }
  TextTable types;
  types.add_row({"type", "precision", "recall", "F1", "spans"});
  for (const ClassReport& one : report.per_type) {
    types.add_row({fit_text(one.label, kLabelColumns), format_metric(one.precision),
                   format_metric(one.recall), format_metric(one.f1), format_count(one.support)});
  }
  std::string text = values.render() + "\n" + types.render();
  if (report.row_label) text += "\nRow labels\n" + text_of(*report.row_label);
  return text;
}

std::string text_of(const LanguageModelReport& report) {
  TextTable table;
  table.add_row({"tokens", format_count(report.count)});
  table.add_row({"perplexity", format_short(report.perplexity)});
  table.add_row({"bits per token", format_metric(report.bits_per_token)});
  table.add_row({"loss per token", format_metric(report.loss)});
  table.add_row({"accuracy", format_metric(report.accuracy)});
  table.add_row({"unknown tokens", format_percent(report.unknown_share)});
  return table.render();
}

std::string text_of(const SequenceReport& report) {
  TextTable table;
  table.add_row({"rows", format_count(report.count)});
  table.add_row({"exact match", format_metric(report.exact_match)});
  table.add_row({"BLEU", format_fixed(report.bleu, 2)});
  table.add_row({"ROUGE-L", format_metric(report.rouge_l)});
  table.add_row({"accuracy of tokens", format_metric(report.accuracy)});
  table.add_row({"loss per token", format_metric(report.loss)});
  return table.render();
}

std::string text_of(const RegressionReport& report) {
  TextTable table;
  table.add_row({"rows", format_count(report.count)});
  table.add_row({"loss", format_metric(report.loss)});
  table.add_row({"RMSE", format_metric(report.rmse)});
  table.add_row({"MAE", format_metric(report.mae)});
  if (report.mape) table.add_row({"MAPE", format_percent(*report.mape)});
  if (report.mase) table.add_row({"MASE", format_metric(report.mase)});
  table.add_row({"R2", format_metric(report.r2)});
  table.add_row({"Pearson correlation", format_metric(report.pearson)});
  table.add_row({"Spearman correlation", format_metric(report.spearman)});
  std::string text = table.render();
  if (!report.baselines.empty()) {
    TextTable forecasts;
    forecasts.add_row({"forecast", "RMSE", "MAE"});
    forecasts.add_row({"the model's", format_metric(report.rmse), format_metric(report.mae)});
    for (const BaselineReport& one : report.baselines) {
      forecasts.add_row({one.name, format_metric(one.rmse), format_metric(one.mae)});
    }
    text += "\n" + forecasts.render();
  }
  if (report.per_target.size() == 1) return text;
  TextTable targets;
  targets.add_row({"target", "RMSE", "MAE", "R2"});
  for (const TargetReport& one : report.per_target) {
    targets.add_row({fit_text(one.name, kLabelColumns), format_metric(one.rmse),
                     format_metric(one.mae), format_metric(one.r2)});
  }
  return text + "\n" + targets.render();
}

}  // namespace

std::string report_to_text(const Report& report) {
  return std::visit([](const auto& one) { return text_of(one); }, report);
}

}  // namespace sequent
