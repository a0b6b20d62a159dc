#include "report/class_curves.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <utility>

#include "core/format.h"
#include "metrics/confidence.h"
#include "metrics/ranking.h"

namespace sequent {
namespace {

constexpr std::size_t kMostRanked = 1000;
constexpr std::size_t kMostClasses = 20;  // with charts

/// One class against all others.
struct RankedClass {
  std::size_t label = 0;
  std::int64_t support = 0;
  std::int64_t rows = 0;
  RankingQuality quality;
  OperatingPoint best;  // with the greatest F1
  std::vector<OperatingPoint> points;
};

/// Keeps the points that are visibly apart from the last one that was kept, and the last point.
std::vector<OperatingPoint> drawn_points(const std::vector<OperatingPoint>& points) {
  constexpr double kLeastDistance = 0.01;
  std::vector<OperatingPoint> drawn;
  for (const OperatingPoint& point : points) {
    const bool is_apart = drawn.empty() || &point == &points.back() ||
                          point.recall - drawn.back().recall + point.false_positive_rate -
                                  drawn.back().false_positive_rate >=
                              kLeastDistance ||
                          drawn.back().threshold - point.threshold >= kLeastDistance;
    if (is_apart) drawn.push_back(point);
  }
  return drawn;
}

/// Ranks the rows by the probability of a class. Requires a row of the class and one of another.
RankedClass rank_class(const ClassRows& rows, std::size_t label, std::int64_t support) {
  std::vector<ScoredRow> scored(rows.truths.size());
  for (std::size_t row = 0; row < scored.size(); ++row) {
    scored[row] = {.score = rows.probability(row, label),
                   .positive = rows.truths[row] == static_cast<std::int32_t>(label)};
  }
  RankedClass ranked{label, support, std::ssize(scored), {}, {}, {}};
  const std::vector<OperatingPoint> points = operating_points(scored);
  ranked.quality = ranking_quality(std::move(scored));
  ranked.best = *std::ranges::max_element(points, std::less(), &OperatingPoint::f1);
  ranked.points = drawn_points(points);
  return ranked;
}

ReportChart recall_chart(const RankedClass& ranked) {
  ReportChartLine line{"precision", {{0, 1}}};
  for (const OperatingPoint& point : ranked.points) {
    line.points.push_back({point.recall, point.precision});
  }
  const double share = static_cast<double>(ranked.support) / static_cast<double>(ranked.rows);
  return {
      "Precision over recall; average precision " + format_metric(ranked.quality.average_precision),
      "recall",
      {std::move(line), {"by chance", {{0, share}, {1, share}}}}};
}

ReportChart roc_chart(const RankedClass& ranked) {
  ReportChartLine line{"true positive rate", {{0, 0}}};
  for (const OperatingPoint& point : ranked.points) {
    line.points.push_back({point.false_positive_rate, point.recall});
  }
  return {"ROC; area under the curve " + format_metric(ranked.quality.roc_auc),
          "false positive rate",
          {std::move(line), {"by chance", {{0, 0}, {1, 1}}}}};
}

ReportChart threshold_chart(const RankedClass& ranked) {
  std::vector<ReportChartLine> lines{{"precision", {}}, {"recall", {}}, {"F1", {}}};
  for (std::size_t i = ranked.points.size(); i-- > 0;) {
    const auto& point = ranked.points[i];
    const double threshold = std::clamp(point.threshold, 0.0, 1.0);
    lines[0].points.push_back({threshold, point.precision});
    lines[1].points.push_back({threshold, point.recall});
    lines[2].points.push_back({threshold, point.f1()});
  }
  return {"Decision threshold; best F1 " + format_metric(ranked.best.f1()) + " from " +
              format_metric(ranked.best.threshold),
          "threshold", std::move(lines)};
}

std::vector<std::int64_t> supports(const ClassRows& rows) {
  std::vector<std::int64_t> counts(rows.labels.size());
  for (const std::int32_t truth : rows.truths) {
    if (truth >= 0) ++counts[static_cast<std::size_t>(truth)];
  }
  return counts;
}

}  // namespace

std::vector<ReportSection> class_curves(const ClassRows& rows) {
  const std::vector<std::int64_t> counts = supports(rows);
  std::vector<std::size_t> order(rows.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return counts[i]; });
  ReportTable table{"ranking",
                    "each class against all others",
                    {{"label", "class"},
                     {"count", "rows", NumberFormat::kCount},
                     {"roc_auc", "ROC AUC"},
                     {"average_precision", "average precision"},
                     {"best_f1", "best F1"},
                     {"best_threshold", "from threshold"}},
                    {}};
  std::vector<ReportSection> charts;
  for (const std::size_t label : order) {
    if (table.rows.size() == kMostRanked) break;
    if (counts[label] == 0 || counts[label] == std::ssize(rows.truths)) continue;
    const RankedClass ranked = rank_class(rows, label, counts[label]);
    const std::string& name = rows.labels[label];
    table.rows.push_back({name, ranked.support, ranked.quality.roc_auc,
                          ranked.quality.average_precision, ranked.best.f1(),
                          ranked.best.threshold});
    if (charts.size() == kMostClasses) continue;
    charts.emplace_back(
        ReportCharts{"class-" + std::to_string(label),
                     name + " (" + format_count(ranked.support) + " rows)",
                     {recall_chart(ranked), roc_chart(ranked), threshold_chart(ranked)},
                     /*is_folded=*/!charts.empty()});
  }
  if (table.rows.empty()) return {};
  std::vector<ReportSection> sections{std::move(table)};
  sections.insert(sections.end(), std::make_move_iterator(charts.begin()),
                  std::make_move_iterator(charts.end()));
  return sections;
}

ReportCharts reliability_chart(const ClassRows& rows) {
  std::vector<ConfidentRow> confident;
  confident.reserve(rows.truths.size());
  const std::size_t width = rows.labels.size();
  for (std::size_t row = 0; row < rows.truths.size(); ++row) {
    const std::span<const float> own = rows.probabilities.subspan(row * width, width);
    const auto best = std::ranges::max_element(own);
    confident.push_back({*best, best - own.begin() == rows.truths[row]});
  }
  ReportChart chart{"Accuracy over confidence",
                    "mean confidence of a group of rows",
                    {{"accuracy", {}}, {"perfectly calibrated", {{0, 0}, {1, 1}}}}};
  for (const ReliabilityBin& bin : reliability_bins(std::move(confident))) {
    chart.lines.front().points.push_back({bin.confidence, bin.accuracy});
  }
  return {"reliability", "Reliability", {std::move(chart)}};
}

}  // namespace sequent
