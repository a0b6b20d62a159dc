// Renders the page of a training run, report.html.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/format.h"
#include "report/epoch_records.h"
#include "report/report_html.h"
#include "report/report_script.h"
#include "report/report_style.h"
#include "report/svg_chart.h"
#include "sequent/report.h"

namespace sequent {
namespace {

std::string facts_section(const RunReport& report) {
  if (report.facts.empty()) return {};
  std::string list = "<dl class=\"facts\">\n";
  for (const auto& [name, value] : report.facts) {
    list += html_element("dt", name) + html_element("dd", value) + "\n";
  }
  return html_section("Run", list + "</dl>\n");
}

// ---- learning curves --------------------------------------------------------------------------

/// Returns the curve of `value_of` over the epochs.
template <class ValueOf>
Curve curve_of(const std::vector<EpochRecord>& epochs, const std::string& name,
               const ValueOf& value_of) {
  Curve curve{.name = name, .points = {}};
  for (const EpochRecord& record : epochs) {
    const std::optional<double> y = value_of(record);
    if (y && std::isfinite(*y)) curve.points.push_back({static_cast<double>(record.epoch), *y});
  }
  return curve;
}

Curve validation_curve(const std::vector<EpochRecord>& epochs, const std::string& name,
                       const std::string& metric) {
  return curve_of(epochs, name,
                  [&](const EpochRecord& record) { return record.validation_value(metric); });
}

std::string format_optional(const std::optional<double>& value, int digits) {
  return value ? format_fixed(*value, digits) : "-";
}

std::string epoch_table(const std::vector<EpochRecord>& epochs,
                        const std::vector<EpochMetric>& metrics, std::optional<std::int64_t> best) {
  std::string table =
      "<table>\n<thead><tr><th scope=\"col\">Epoch</th><th scope=\"col\">Training loss</th>"
      "<th scope=\"col\">Validation loss</th>";
  for (const EpochMetric& metric : metrics) {
    table += html_element("th scope=\"col\"", html_title(metric.title));
  }
  table +=
      "<th scope=\"col\">Learning rate</th><th scope=\"col\">Seconds</th>"
      "<th scope=\"col\">Examples/s</th><th scope=\"col\">Tokens/s</th></tr></thead>\n<tbody>\n";
  for (const EpochRecord& record : epochs) {
    const bool is_best = best == record.epoch;
    table += is_best ? "<tr class=\"best\">" : "<tr>";
    table += html_element("td", std::to_string(record.epoch) + (is_best ? " (best)" : ""));
    table += html_element("td", format_metric(record.loss));
    table += html_element("td", format_metric(record.validation_value("loss")));
    for (const EpochMetric& metric : metrics) {
      table += html_element("td", format_metric(record.validation_value(metric.key)));
    }
    table += html_element("td", record.learning_rate ? format_short(*record.learning_rate) : "-");
    table += html_element("td", format_optional(record.seconds, 1));
    table += html_element("td", format_optional(record.examples_per_second, 0));
    table += html_element("td", format_optional(record.tokens_per_second, 0)) + "</tr>\n";
  }
  return "<details>\n<summary>All epochs as a table</summary>\n" +
         html_wide("All epochs", table + "</tbody>\n</table>\n") + "</details>\n";
}

std::string curves_section(const std::vector<EpochRecord>& epochs,
                           const std::vector<EpochMetric>& metrics) {
  if (epochs.empty()) return {};
  const std::optional<std::int64_t> best = best_epoch(epochs);
  Chart loss{.id = "loss",
             .title = "Loss",
             .x_label = "epoch",
             .curves = {curve_of(epochs, "training",
                                 [](const EpochRecord& record) { return record.loss; }),
                        validation_curve(epochs, "validation", "loss")},
             .marked_x = std::nullopt,
             .mark_label = ""};
  if (best) {
    loss.marked_x = static_cast<double>(*best);
    loss.mark_label = "best: epoch " + std::to_string(*best);
  }
  std::string charts = render_chart(loss);
  if (!metrics.empty()) {
    Chart quality = loss;
    quality.id = "quality";
    quality.title = html_title(metrics[0].title);
    if (metrics.size() > 1) quality.title += " and " + metrics[1].title;
    quality.title += " on validation data";
    quality.curves.clear();
    for (const EpochMetric& metric : metrics) {
      quality.curves.push_back(validation_curve(epochs, metric.title, metric.key));
    }
    charts += render_chart(quality);
  }
  return html_section("Learning curves", "<div class=\"charts\">\n" + charts + "</div>\n" +
                                             epoch_table(epochs, metrics, best));
}

std::string report_section(const std::string& title, const std::optional<Report>& report) {
  if (!report) return {};
  return html_section(title, html_of_sections(report->sections, title));
}

}  // namespace

std::string html_section(const std::string& title, const std::string& content) {
  return "<section>\n" + html_element("h2", title) + "\n" + content + "</section>\n";
}

std::string html_page(const std::string& title, const std::string& content,
                      const HtmlExtras& extras) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; style-src 'unsafe-inline'";
  if (!extras.script.empty()) page += "; script-src 'unsafe-inline'";
  page += "\">\n" + html_element("title", title) + "\n<style>" + kReportStyle + extras.style +
          "</style>\n";
  page += "</head>\n<body>\n<main>\n" + html_element("h1", title) + "\n" + content + "</main>\n";
  if (!extras.script.empty()) page += "<script>" + extras.script + "</script>\n";
  return page + "</body>\n</html>\n";
}

std::string render_report_page(const std::string& title, const Report& report) {
  const bool has_script = std::ranges::any_of(report.sections, [](const ReportSection& section) {
    const auto* table = std::get_if<ReportTable>(&section);
    return table != nullptr && (table->sortable || !table->filters.empty());
  });
  return html_page(title, html_section("Results", html_of_sections(report.sections, title)),
                   {.style = "", .script = has_script ? kReportScript : ""});
}

std::string render_run_report(const RunReport& report) {
  std::string content = facts_section(report);
  content += curves_section(read_epoch_records(report.epoch_records), report.epoch_metrics);
  if (!report.baseline.empty()) {
    content += html_section("Baseline", html_of_sections(report.baseline, "Baseline"));
  }
  content += report_section("Validation", report.validation);
  if (!report.curves.empty()) {
    content += html_section("Curves of the validation rows",
                            html_of_sections(report.curves, "Curves of the validation rows"));
  }
  content += report_section("Test", report.test);
  if (!report.model_summary.empty()) {
    content += html_section("Model", html_element("pre", report.model_summary) + "\n");
  }
  return html_page(report.title, content);
}

}  // namespace sequent
