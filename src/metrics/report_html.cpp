#include <cmath>
#include <string>
#include <vector>

#include "core/format.h"
#include "metrics/confusion.h"
#include "metrics/epoch_records.h"
#include "metrics/html.h"
#include "metrics/report_style.h"
#include "metrics/svg_chart.h"
#include "sequent/metrics.h"

namespace sequent {
namespace {

constexpr std::size_t kPageMatrixClasses = 40;  // more cells than people look at
constexpr std::size_t kDenseClasses = 8;        // from here on columns are narrow, headings upright
constexpr std::size_t kPagePairs = 20;
constexpr double kStrongestShade = 0.55;  // text stays readable on it, light and dark

std::string element(const std::string& tag, const std::string& text) {
  return "<" + tag + ">" + escape_html(text) + "</" + tag.substr(0, tag.find(' ')) + ">";
}

std::string section(const std::string& title, const std::string& content) {
  return "<section>\n" + element("h2", title) + "\n" + content + "</section>\n";
}

/// A table that may be wider than the page: it scrolls, by keyboard too.
std::string wide(const std::string& name, const std::string& table) {
  return R"(<div class="wide" role="region" tabindex="0")" + attribute("aria-label", name) + ">\n" +
         table + "</div>\n";
}

std::string facts_section(const RunReport& report) {
  if (report.facts.empty()) return {};
  std::string list = "<dl class=\"facts\">\n";
  for (const auto& [name, value] : report.facts) {
    list += element("dt", name) + element("dd", value) + "\n";
  }
  return section("Run", list + "</dl>\n");
}

// ---- learning curves --------------------------------------------------------------------------

Curve curve_of(const std::vector<EpochRecord>& epochs, const std::string& name,
               std::optional<double> EpochRecord::*value) {
  Curve curve{.name = name, .points = {}};
  for (const EpochRecord& record : epochs) {
    const std::optional<double>& y = record.*value;
    if (y && std::isfinite(*y)) curve.points.push_back({static_cast<double>(record.epoch), *y});
  }
  return curve;
}

std::string format_optional(const std::optional<double>& value, int digits) {
  return value ? format_fixed(*value, digits) : "-";
}

/// A validation metric that epochs are shown with.
struct EpochMetric {
  const char* title;
  const char* curve;
  std::optional<double> EpochRecord::*value;
};

const std::vector<EpochMetric>& epoch_metrics(const std::vector<EpochRecord>& epochs) {
  static const std::vector<EpochMetric> of_classes = {
      {"Accuracy", "accuracy", &EpochRecord::validation_accuracy},
      {"Macro F1", "macro F1", &EpochRecord::validation_macro_f1}};
  static const std::vector<EpochMetric> of_numbers = {
      {"RMSE", "RMSE", &EpochRecord::validation_rmse},
      {"MAE", "MAE", &EpochRecord::validation_mae}};
  static const std::vector<EpochMetric> of_tags = {
      {"F1", "F1", &EpochRecord::validation_f1},
      {"Accuracy", "accuracy", &EpochRecord::validation_accuracy}};
  static const std::vector<EpochMetric> of_text = {
      {"Perplexity", "perplexity", &EpochRecord::validation_perplexity}};
  static const std::vector<EpochMetric> of_written = {
      {"Accuracy", "accuracy of tokens", &EpochRecord::validation_accuracy},
      {"Exact match", "exact match", &EpochRecord::validation_exact_match}};
  if (epochs.back().validation_exact_match) return of_written;
  if (epochs.back().validation_perplexity) return of_text;
  if (epochs.back().validation_f1) return of_tags;
  return epochs.back().validation_rmse ? of_numbers : of_classes;
}

std::string epoch_table(const std::vector<EpochRecord>& epochs, std::optional<std::int64_t> best) {
  const std::vector<EpochMetric>& metrics = epoch_metrics(epochs);
  std::string table =
      "<table>\n<thead><tr><th scope=\"col\">Epoch</th><th scope=\"col\">Training loss</th>"
      "<th scope=\"col\">Validation loss</th>";
  for (const EpochMetric& metric : metrics) table += element("th scope=\"col\"", metric.title);
  table +=
      "<th scope=\"col\">Learning rate</th><th scope=\"col\">Seconds</th>"
      "<th scope=\"col\">Examples/s</th><th scope=\"col\">Tokens/s</th></tr></thead>\n<tbody>\n";
  for (const EpochRecord& record : epochs) {
    const bool is_best = best == record.epoch;
    table += is_best ? "<tr class=\"best\">" : "<tr>";
    table += element("td", std::to_string(record.epoch) + (is_best ? " (best)" : ""));
    table += element("td", format_metric(record.loss));
    table += element("td", format_metric(record.validation_loss));
    for (const EpochMetric& metric : metrics) {
      table += element("td", format_metric(record.*metric.value));
    }
    table += element("td", record.learning_rate ? format_short(*record.learning_rate) : "-");
    table += element("td", format_optional(record.seconds, 1));
    table += element("td", format_optional(record.examples_per_second, 0));
    table += element("td", format_optional(record.tokens_per_second, 0)) + "</tr>\n";
  }
  return "<details>\n<summary>All epochs as a table</summary>\n" +
         wide("All epochs", table + "</tbody>\n</table>\n") + "</details>\n";
}

std::string curves_section(const std::vector<EpochRecord>& epochs) {
  if (epochs.empty()) return {};
  const std::optional<std::int64_t> best = best_epoch(epochs);
  Chart loss{.id = "loss",
             .title = "Loss",
             .x_label = "epoch",
             .curves = {curve_of(epochs, "training", &EpochRecord::loss),
                        curve_of(epochs, "validation", &EpochRecord::validation_loss)},
             .marked_x = std::nullopt,
             .mark_label = ""};
  if (best) {
    loss.marked_x = static_cast<double>(*best);
    loss.mark_label = "best: epoch " + std::to_string(*best);
  }
  const std::vector<EpochMetric>& metrics = epoch_metrics(epochs);
  Chart quality = loss;
  quality.id = "quality";
  quality.title = metrics[0].title;
  if (metrics.size() > 1) quality.title += std::string(" and ") + metrics[1].curve;
  quality.title += " on validation data";
  quality.curves.clear();
  for (const EpochMetric& metric : metrics) {
    quality.curves.push_back(curve_of(epochs, metric.curve, metric.value));
  }
  return section("Learning curves", "<div class=\"charts\">\n" + render_chart(loss) +
                                        render_chart(quality) + "</div>\n" +
                                        epoch_table(epochs, best));
}

// ---- one report -------------------------------------------------------------------------------

/// Names and values as a list.
std::string value_list(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string list = "<dl class=\"values\">\n";
  for (const auto& [name, value] : values) {
    list += "<div>" + element("dt", name) + element("dd", value) + "</div>\n";
  }
  return list + "</dl>\n";
}

std::string values_of(const ClassificationReport& report) {
  std::vector<std::pair<std::string, std::string>> values = {
      {"Rows", format_count(report.count)},
      {"Accuracy", format_metric(report.accuracy)},
      {"Macro F1", format_metric(report.macro.f1)},
      {"Loss", format_metric(report.loss)}};
  if (report.top_k > 1) {
    values.emplace_back("Top-" + std::to_string(report.top_k) + " accuracy",
                        format_metric(report.top_k_accuracy));
  }
  values.emplace_back("ROC AUC", format_metric(report.roc_auc));
  values.emplace_back("Average precision", format_metric(report.average_precision));
  values.emplace_back("Matthews correlation", format_metric(report.matthews));
  if (report.rank_mae) {
    values.emplace_back("Mean distance of ranks", format_metric(report.rank_mae));
    values.emplace_back("Quadratic kappa", format_metric(report.quadratic_kappa));
  }
  return value_list(values);
}

std::string class_rows(const ClassificationReport& report) {
  const auto row = [](const std::string& name, double precision, double recall, double f1,
                      std::int64_t rows) {
    return "<tr>" + element("th scope=\"row\"", name) + element("td", format_metric(precision)) +
           element("td", format_metric(recall)) + element("td", format_metric(f1)) +
           element("td", format_count(rows)) + "</tr>\n";
  };
  std::string table =
      "<table>\n<thead><tr><th scope=\"col\" class=\"name\">Class</th>"
      "<th scope=\"col\">Precision</th><th scope=\"col\">Recall</th><th scope=\"col\">F1</th>"
      "<th scope=\"col\">Rows</th></tr></thead>\n<tbody>\n";
  for (const ClassReport& one : report.per_class) {
    table += row(one.label, one.precision, one.recall, one.f1, one.support);
  }
  table += "</tbody>\n<tfoot>\n";
  table += row("Macro average", report.macro.precision, report.macro.recall, report.macro.f1,
               report.count);
  table += row("Weighted average", report.weighted.precision, report.weighted.recall,
               report.weighted.f1, report.count);
  return table + "</tfoot>\n</table>\n";
}

std::string matrix_cell(const ClassificationReport& report, std::size_t truth,
                        std::size_t predicted) {
  const std::int64_t count = report.confusion[truth][predicted];
  if (count == 0) return "<td class=\"none\">0</td>";
  const double share =
      static_cast<double>(count) / static_cast<double>(report.per_class[truth].support);
  return std::string("<td class=\"") + (truth == predicted ? "hit" : "miss") +
         "\" style=\"--share: " + format_fixed(kStrongestShade * share, 3) + "\" title=\"" +
         escape_html(format_percent(share) + " of " + report.per_class[truth].label +
                     " taken for " + report.per_class[predicted].label) +
         "\">" + format_count(count) + "</td>";
}

std::string confusion_matrix(const ClassificationReport& report) {
  const bool dense = report.per_class.size() >= kDenseClasses;
  std::string table =
      std::string("<table class=\"matrix") + (dense ? " dense" : "") + "\">\n<thead><tr><td></td>";
  for (const ClassReport& one : report.per_class) {
    table += element("th scope=\"col\"", one.label);
  }
  table += "</tr></thead>\n<tbody>\n";
  for (std::size_t truth = 0; truth < report.confusion.size(); ++truth) {
    table += "<tr>" + element("th scope=\"row\"", report.per_class[truth].label);
    for (std::size_t predicted = 0; predicted < report.confusion.size(); ++predicted) {
      table += matrix_cell(report, truth, predicted);
    }
    table += "</tr>\n";
  }
  return table + "</tbody>\n</table>\n";
}

std::string pair_rows(const ClassificationReport& report) {
  std::string table =
      "<table>\n<thead><tr><th scope=\"col\" class=\"name\">True class</th>"
      "<th scope=\"col\" class=\"name\">Predicted class</th><th scope=\"col\">Rows</th>"
      "<th scope=\"col\">Share of the true class</th></tr></thead>\n<tbody>\n";
  for (const ConfusedPair& pair : most_confused(report.confusion, kPagePairs)) {
    const ClassReport& truth = report.per_class[pair.truth];
    table += "<tr>" + element("th scope=\"row\"", truth.label) +
             element("th class=\"name\"", report.per_class[pair.predicted].label) +
             element("td", format_count(pair.count)) +
             element("td", format_percent(static_cast<double>(pair.count) /
                                          static_cast<double>(truth.support))) +
             "</tr>\n";
  }
  return table + "</tbody>\n</table>\n";
}

std::string content_of(const ClassificationReport& report, const std::string& title) {
  std::string content = values_of(report);
  content += element("h3", "Classes") + "\n" + wide(title + ": classes", class_rows(report));
  if (report.per_class.size() <= kPageMatrixClasses) {
    content += element("h3", "Confusion matrix") + "\n";
    content +=
        element("p class=\"note\"",
                "Rows: the true class. Columns: the predicted class. Shade: share of the row.");
    content += wide(title + ": confusion matrix", confusion_matrix(report));
  } else {
    content += element("h3", "Most confused classes") + "\n";
    content += wide(title + ": most confused classes", pair_rows(report));
  }
  return content;
}

/// A table whose first column is names.
std::string number_table(const std::vector<std::string>& heading,
                         const std::vector<std::vector<std::string>>& rows) {
  std::string table = "<table>\n<thead><tr>";
  for (std::size_t i = 0; i < heading.size(); ++i) {
    table += element(i == 0 ? "th scope=\"col\" class=\"name\"" : "th scope=\"col\"", heading[i]);
  }
  table += "</tr></thead>\n<tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    table += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      table += element(i == 0 ? "th scope=\"row\"" : "td", row[i]);
    }
    table += "</tr>\n";
  }
  return table + "</tbody>\n</table>\n";
}

/// The truth and the forecasts of the report's curve, step by step.
std::string forecast_chart(const RegressionReport& report, const std::string& title) {
  if (report.curve.empty()) return {};
  Chart chart{.id = "forecast-" + std::string(title == "Test" ? "test" : "validation"),
              .title = report.per_target.front().name,
              .x_label = "step",
              .curves = {{"truth", {}}, {"forecast", {}}},
              .marked_x = std::nullopt,
              .mark_label = ""};
  if (report.curve_steps > 1) {
    chart.title = "The first target, " + std::to_string(report.curve_steps) + " steps at a time";
  }
  for (std::size_t i = 0; i < report.curve.size(); ++i) {
    const auto step = static_cast<double>(i + 1);
    chart.curves[0].points.push_back({step, report.curve[i].truth});
    chart.curves[1].points.push_back({step, report.curve[i].forecast});
  }
  return element("h3", "The last steps, forecast and truth") + "\n<div class=\"charts\">\n" +
         render_chart(chart) + "</div>\n";
}

std::string content_of(const RegressionReport& report, const std::string& title) {
  std::vector<std::pair<std::string, std::string>> values = {
      {"Rows", format_count(report.count)},
      {"RMSE", format_metric(report.rmse)},
      {"MAE", format_metric(report.mae)},
      {"R2", format_metric(report.r2)},
      {"Loss", format_metric(report.loss)},
      {"Pearson correlation", format_metric(report.pearson)},
      {"Spearman correlation", format_metric(report.spearman)}};
  if (report.mase) values.insert(values.begin() + 3, {"MASE", format_metric(report.mase)});
  if (report.mape) values.insert(values.begin() + 3, {"MAPE", format_percent(*report.mape)});
  std::string content = value_list(values) + forecast_chart(report, title);
  if (!report.baselines.empty()) {
    std::vector<std::vector<std::string>> rows = {
        {"the model's", format_metric(report.rmse), format_metric(report.mae)}};
    for (const BaselineReport& one : report.baselines) {
      rows.push_back({one.name, format_metric(one.rmse), format_metric(one.mae)});
    }
    content += element("h3", "Beside forecasts without a model") + "\n" +
               wide(title + ": forecasts", number_table({"Forecast", "RMSE", "MAE"}, rows));
  }
  if (report.per_target.size() == 1) return content;
  std::vector<std::vector<std::string>> rows;
  for (const TargetReport& one : report.per_target) {
    rows.push_back(
        {one.name, format_metric(one.rmse), format_metric(one.mae), format_metric(one.r2)});
  }
  return content + element("h3", "Targets") + "\n" +
         wide(title + ": targets", number_table({"Target", "RMSE", "MAE", "R2"}, rows));
}

std::string content_of(const TaggingReport& report, const std::string& title) {
  std::vector<std::vector<std::string>> rows;
  for (const ClassReport& one : report.per_type) {
    rows.push_back({one.label, format_metric(one.precision), format_metric(one.recall),
                    format_metric(one.f1), format_count(one.support)});
  }
  std::vector<std::pair<std::string, std::string>> values = {
      {"Rows", format_count(report.count)},
      {"Tokens", format_count(report.tokens)},
      {"F1", format_metric(report.f1)},
      {"Precision", format_metric(report.precision)},
      {"Recall", format_metric(report.recall)},
      {"Macro F1", format_metric(report.macro_f1)},
      {"Accuracy of tokens", format_metric(report.accuracy)},
      {"Loss per token", format_metric(report.loss)}};
  if (report.row_accuracy) {
    values.emplace_back("Rows with all right", format_metric(report.row_accuracy));
  }
  std::string content =
      value_list(values) + element("h3", "Types") + "\n" +
      wide(title + ": types", number_table({"Type", "Precision", "Recall", "F1", "Spans"}, rows));
  if (report.row_label) {
    content += element("h3", "Labels of whole rows") + "\n" +
               content_of(*report.row_label, title + ", row labels");
  }
  return content;
}

std::string content_of(const MultiLabelReport& report, const std::string& title) {
  std::vector<std::vector<std::string>> rows;
  for (const LabelReport& one : report.per_label) {
    rows.push_back({one.label, format_metric(one.precision), format_metric(one.recall),
                    format_metric(one.f1), format_count(one.support),
                    format_metric(one.threshold)});
  }
  return value_list({{"Rows", format_count(report.count)},
                     {"Micro F1", format_metric(report.micro.f1)},
                     {"Macro F1", format_metric(report.macro.f1)},
                     {"All labels right", format_metric(report.accuracy)},
                     {"Hamming loss", format_metric(report.hamming_loss)},
                     {"Loss", format_metric(report.loss)},
                     {"ROC AUC", format_metric(report.roc_auc)},
                     {"Average precision", format_metric(report.average_precision)}}) +
         element("h3", "Labels") + "\n" +
         wide(title + ": labels",
              number_table({"Label", "Precision", "Recall", "F1", "Rows", "Threshold"}, rows));
}

std::string content_of(const LanguageModelReport& report, const std::string&) {
  return value_list({{"Tokens", format_count(report.count)},
                     {"Perplexity", format_short(report.perplexity)},
                     {"Bits per token", format_metric(report.bits_per_token)},
                     {"Loss per token", format_metric(report.loss)},
                     {"Accuracy", format_metric(report.accuracy)},
                     {"Unknown tokens", format_percent(report.unknown_share)}});
}

std::string content_of(const SequenceReport& report, const std::string&) {
  return value_list({{"Rows", format_count(report.count)},
                     {"Exact match", format_metric(report.exact_match)},
                     {"BLEU", format_fixed(report.bleu, 2)},
                     {"ROUGE-L", format_metric(report.rouge_l)},
                     {"Accuracy of tokens", format_metric(report.accuracy)},
                     {"Loss per token", format_metric(report.loss)}});
}

std::string report_section(const std::string& title, const std::optional<Report>& report) {
  if (!report) return {};
  return section(title,
                 std::visit([&](const auto& one) { return content_of(one, title); }, *report));
}

}  // namespace

std::string render_run_report(const RunReport& report) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n";
  page += element("title", report.title) + "\n<style>" + kReportStyle + "</style>\n";
  page += "</head>\n<body>\n<main>\n" + element("h1", report.title) + "\n";
  page += facts_section(report);
  page += curves_section(read_epoch_records(report.epoch_records));
  page += report_section("Validation", report.validation);
  page += report_section("Test", report.test);
  if (!report.model_summary.empty()) {
    page += section("Model", element("pre", report.model_summary) + "\n");
  }
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace sequent
