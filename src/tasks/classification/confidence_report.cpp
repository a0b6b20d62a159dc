// The parts of a classifier's report that are about the confidence of its predictions.
#include <algorithm>

#include "core/format.h"
#include "report/report_fields.h"
#include "sequent/error.h"
#include "sequent/trainer.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {
namespace {

struct CalibrationValues {
  template <class Self, class Visitor>
  static void visit(Self& report, Visitor&& visit) {
    constexpr NumberFormat kMetric = NumberFormat::kMetric;
    visit("rows", report.rows, {"validation rows", NumberFormat::kCount});
    visit("temperature", report.temperature, {"temperature"});
    visit("loss_before", report.loss_before, {"loss, not calibrated"});
    visit("loss_after", report.loss_after, {"loss, calibrated", kMetric, true});
    visit("brier_before", report.brier_before, {"Brier score, not calibrated"});
    visit("brier_after", report.brier_after, {"Brier score, calibrated", kMetric, true});
    visit("ece_before", report.ece_before, {"calibration error, not calibrated"});
    visit("ece_after", report.ece_after, {"calibration error, calibrated", kMetric, true});
    visit("abstain_below", report.abstain_below, {"abstains below", kMetric, true});
    visit("abstain_coverage", report.abstain_coverage, {"share answered", kMetric, true});
    visit("abstain_accuracy", report.abstain_accuracy, {"accuracy of answers", kMetric, true});
  }
};

ReportCurve reliability_curve(const ClassificationReport& report) {
  ReportCurve curve{"reliability",
                    "Reliability",
                    "Accuracy and mean confidence, from the least to the most confident rows",
                    "group of rows",
                    {{"confidence", "mean confidence", {}}, {"accuracy", "accuracy", {}}}};
  for (const ReliabilityBin& bin : report.reliability) {
    curve.lines[0].values.push_back(bin.confidence);
    curve.lines[1].values.push_back(bin.accuracy);
  }
  return curve;
}

ReportTable coverage_table(const ClassificationReport& report) {
  ReportTable table{"risk_coverage",
                    "Accuracy of the most confident predictions",
                    {{"coverage", "coverage"},
                     {"threshold", "confidence"},
                     {"accuracy", "accuracy"},
                     {"rows", "rows", NumberFormat::kCount}},
                    {}};
  table.for_people = false;
  for (const CoveragePoint& point : report.risk_coverage) {
    table.rows.push_back({point.coverage, point.threshold, point.accuracy, point.rows});
  }
  return table;
}

ReportTable conformal_table(const ClassificationReport& report) {
  ReportTable table{"conformal",
                    "Conformal scores",
                    {{"rank", "rank", NumberFormat::kCount}, {"lac", "LAC"}, {"aps", "APS"}},
                    {}};
  table.for_people = false;
  for (const ConformalRow& row : report.conformal) {
    table.rows.push_back({row.rank, row.lac, row.aps});
  }
  return table;
}

std::vector<CoveragePoint> points_of(const Report& report) {
  const std::vector<double> coverages = column_of(report, "risk_coverage", "coverage");
  const std::vector<double> thresholds = column_of(report, "risk_coverage", "threshold");
  const std::vector<double> accuracies = column_of(report, "risk_coverage", "accuracy");
  std::vector<CoveragePoint> points;
  for (std::size_t i = 0; i < coverages.size(); ++i) {
    points.push_back({coverages[i], thresholds[i], accuracies[i], 0});
  }
  return points;
}

CoveragePoint chosen_point(const std::vector<CoveragePoint>& points, const Abstention& abstention) {
  if (abstention.coverage) return point_of_coverage(points, *abstention.coverage);
  if (const auto point = point_of_precision(points, abstention.precision.value())) return *point;
  double best = 0;
  for (const CoveragePoint& point : points) best = std::max(best, point.accuracy);
  throw Error(ErrorKind::kUsage, "abstention",
              "no threshold has a precision of " + format_short(*abstention.precision) +
                  " on the validation rows; the greatest is " + format_metric(best));
}

/// Returns the facts of the part `calibration`; null if there is none.
ReportFacts* calibration_facts(Report& report) {
  for (ReportSection& section : report.sections) {
    auto* part = std::get_if<ReportPart>(&section);
    if (part != nullptr && part->key == "calibration") {
      return std::get_if<ReportFacts>(&part->sections.front());
    }
  }
  return nullptr;
}

}  // namespace

Report add_abstention(Report report, const Abstention& abstention) {
  const std::vector<CoveragePoint> points = points_of(report);
  ReportFacts* facts = calibration_facts(report);
  if (facts == nullptr || points.empty()) {
    throw Error(ErrorKind::kArtifact, "abstention",
                "the run was trained by an earlier version, which kept no confidences of its "
                "validation rows; train again");
  }
  const CoveragePoint point = chosen_point(points, abstention);
  for (ReportFact& fact : facts->facts) {
    if (fact.key == "abstain_below") fact.value = point.threshold;
    if (fact.key == "abstain_coverage") fact.value = point.coverage;
    if (fact.key == "abstain_accuracy") fact.value = point.accuracy;
  }
  return report;
}

std::vector<CoveragePoint> some_points(const std::vector<CoveragePoint>& points) {
  constexpr int kPoints = 100;
  std::vector<CoveragePoint> some;
  for (int i = 1; i <= kPoints; ++i) {
    const CoveragePoint point = point_of_coverage(points, static_cast<double>(i) / kPoints);
    if (some.empty() || some.back() != point) some.push_back(point);
  }
  return some;
}

std::vector<ReportSection> confidence_sections(const ClassificationReport& report) {
  std::vector<ReportSection> sections;
  if (!report.reliability.empty()) sections.emplace_back(reliability_curve(report));
  if (!report.risk_coverage.empty()) sections.emplace_back(coverage_table(report));
  if (report.calibration) {
    const auto facts = facts_of<CalibrationValues>(*report.calibration);
    sections.emplace_back(
        ReportPart{"calibration",
                   "Calibration, measured on rows that the temperature was not fitted on",
                   {facts}});
  }
  if (!report.conformal.empty()) sections.emplace_back(conformal_table(report));
  return sections;
}

void read_confidence(const JsonFields& fields, ClassificationReport& report) {
  if (fields.has("reliability")) {
    for (const JsonFields& bin : fields.objects("reliability")) {
      report.reliability.push_back({bin.number("confidence"), bin.number("accuracy")});
    }
  }
  if (fields.has("risk_coverage")) {
    for (const JsonFields& point : fields.objects("risk_coverage")) {
      report.risk_coverage.push_back({point.number("coverage"), point.number("threshold"),
                                      point.number("accuracy"), point.count("rows")});
    }
  }
  if (fields.has("calibration")) {
    const JsonFields part = fields.object("calibration");
    report.calibration = metrics_from<CalibrationValues, CalibrationReport>(part);
    if (!(report.calibration->temperature > 0)) {
      part.fail("temperature", "expected a number above 0");
    }
  }
  if (fields.has("conformal")) {
    for (const JsonFields& row : fields.objects("conformal")) {
      report.conformal.push_back({row.count("rank"), row.number("lac"), row.number("aps")});
      if (report.conformal.size() < 2) continue;
      if (report.conformal.end()[-2].rank >= report.conformal.back().rank) {
        fields.fail("conformal", "the ranks are not ascending");
      }
    }
  }
}

}  // namespace sequent
