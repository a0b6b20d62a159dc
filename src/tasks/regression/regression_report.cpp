// The metrics of a regression as a report.
#include "report/report_fields.h"
#include "tasks/regression/regression_metrics.h"

namespace sequent {
namespace {

struct RegressionValues {
  template <class Self, class Visitor>
  static void visit(Self& report, Visitor&& visit) {
    visit("count", report.count, {"rows", NumberFormat::kCount});
    visit("loss", report.loss, {"loss"});
    visit("mse", report.mse);
    visit("rmse", report.rmse, {"RMSE"});
    visit("mae", report.mae, {"MAE"});
    visit("mape", report.mape, {"MAPE", NumberFormat::kPercent, true});
    visit("mase", report.mase, {"MASE", NumberFormat::kMetric, true});
    visit("r2", report.r2, {"R2"});
    visit("pearson", report.pearson, {"Pearson correlation"});
    visit("spearman", report.spearman, {"Spearman correlation"});
  }
};

ReportTable target_table(const RegressionReport& report) {
  ReportTable table{
      "per_target",
      "targets",
      {{"name", "target"}, {"rmse", "RMSE"}, {"mae", "MAE"}, {"r2", "R2"}, {"naive_mae", ""}},
      {}};
  for (const TargetReport& one : report.per_target) {
    table.rows.push_back(
        {one.name, one.rmse, one.mae, report_value_of(one.r2), report_value_of(one.naive_mae)});
  }
  table.for_people = report.per_target.size() > 1;  // otherwise it would repeat the values above
  return table;
}

ReportTable baseline_table(const RegressionReport& report) {
  ReportTable table{"baselines",
                    "forecasts without a model",
                    {{"name", "forecast"}, {"rmse", "RMSE"}, {"mae", "MAE"}},
                    {}};
  table.above = {{std::string("the model's"), report.rmse, report.mae}};
  for (const BaselineReport& one : report.baselines) {
    table.rows.push_back({one.name, one.rmse, one.mae});
  }
  return table;
}

ReportCurve forecast_curve(const RegressionReport& report) {
  ReportCurve curve{.key = "curve",
                    .title = "The last steps, forecast and truth",
                    .chart_title = report.per_target.front().name,
                    .lines = {{"truth", "truth", {}}, {"forecast", "forecast", {}}}};
  if (report.curve_steps > 1) {
    curve.chart_title =
        "The first target, " + std::to_string(report.curve_steps) + " steps at a time";
  }
  for (const ForecastPoint& point : report.curve) {
    curve.lines[0].values.push_back(point.truth);
    curve.lines[1].values.push_back(point.forecast);
  }
  return curve;
}

ReportTable residual_table(const RegressionReport& report) {
  ReportTable table{"residuals", "Absolute errors", {{"rank", "rank", NumberFormat::kCount}}, {}};
  table.for_people = false;
  for (std::size_t target = 0; target < report.per_target.size(); ++target) {
    table.columns.push_back({residual_key(target), report.per_target[target].name});
  }
  for (const ResidualRow& one : report.residuals) {
    std::vector<ReportValue>& row = table.rows.emplace_back();
    row.emplace_back(one.rank);
    row.insert(row.end(), one.errors.begin(), one.errors.end());
  }
  return table;
}

}  // namespace

std::string residual_key(std::size_t target) { return "error_" + std::to_string(target); }

Report to_report(const RegressionReport& report) {
  const ReportFacts curve_facts{{{"curve_steps", "", report.curve_steps, NumberFormat::kCount}}};
  Report result{{facts_of<RegressionValues>(report), target_table(report), baseline_table(report),
                 curve_facts, forecast_curve(report)}};
  if (!report.residuals.empty()) result.sections.emplace_back(residual_table(report));
  return result;
}

RegressionReport regression_report_from(const JsonFields& fields) {
  auto report = metrics_from<RegressionValues, RegressionReport>(fields);
  for (const JsonFields& one : fields.objects("per_target")) {
    report.per_target.push_back({.name = one.text("name"),
                                 .rmse = one.number("rmse"),
                                 .mae = one.number("mae"),
                                 .r2 = one.number_or_null("r2"),
                                 .naive_mae = one.number_or_null("naive_mae")});
  }
  for (const JsonFields& one : fields.objects("baselines")) {
    report.baselines.push_back(
        {.name = one.text("name"), .rmse = one.number("rmse"), .mae = one.number("mae")});
  }
  report.curve_steps = fields.count("curve_steps");
  for (const JsonFields& one : fields.objects("curve")) {
    report.curve.push_back({.truth = one.number("truth"), .forecast = one.number("forecast")});
  }
  if (report.per_target.empty()) fields.fail("per_target", "found none; expected at least 1");
  if (!fields.has("residuals")) return report;
  for (const JsonFields& one : fields.objects("residuals")) {
    ResidualRow& row = report.residuals.emplace_back();
    row.rank = one.count("rank");
    for (std::size_t target = 0; target < report.per_target.size(); ++target) {
      row.errors.push_back(one.number(residual_key(target)));
    }
    if (report.residuals.size() > 1 && report.residuals.end()[-2].rank >= row.rank) {
      one.fail("rank", "the ranks are not ascending");
    }
  }
  return report;
}

}  // namespace sequent
