#include "search/tune_charts.h"

#include <algorithm>

#include "core/format.h"
#include "core/shortened.h"
#include "report/html.h"
#include "report/svg_chart.h"

namespace sequent {
namespace {

constexpr double kAxisTop = 64;
constexpr double kAxisBottom = 250;
constexpr double kMissingHeight =
    274;  // height of the dash for options that are not part of a trial
constexpr double kChartHeight = 290;
constexpr double kAxisDistance = 150;
constexpr double kChartSide = 70;

std::string chart_number(const char* name, double value) {
  return attribute(name, format_fixed(value, 1));
}

std::string chart_text(double x, double y, const char* kind, const char* anchor,
                       const std::string& content) {
  return "<text" + chart_number("x", x) + chart_number("y", y) + attribute("class", kind) +
         attribute("text-anchor", anchor) + ">" + escape_html(content) + "</text>\n";
}

std::string open_tune_chart(const std::string& id, double width, double height, const char* kind,
                            const std::string& title, const std::string& description) {
  return "<svg" + attribute("class", kind) + attribute("role", "img") +
         attribute("viewBox", "0 0 " + format_fixed(width, 0) + " " + format_fixed(height, 0)) +
         attribute("style", "width: " + format_fixed(1.4 * width, 0) + "px") +
         attribute("aria-labelledby", id + "-title " + id + "-text") + ">\n<title" +
         attribute("id", id + "-title") + ">" + escape_html(title) + "</title>\n<desc" +
         attribute("id", id + "-text") + ">" + escape_html(description) + "</desc>\n";
}

std::string short_text(const Json& value) {
  if (value.is_number_float()) return format_short(value.get<double>());
  return shortened(value.is_string() ? value.get<std::string>() : value.dump(), 18);
}

/// Position of a value between the low end (0) and the high end (1) of an axis.
double share_of(const Dimension& dimension, const Json& value) {
  const ParzenAxis axis = axis_of(dimension.spec);
  const double at = number_of(dimension.spec, value);
  if (axis.choices > 0) return axis.choices > 1 ? at / static_cast<double>(axis.choices - 1) : 0.5;
  return axis.high > axis.low ? (at - axis.low) / (axis.high - axis.low) : 0.5;
}

double height_of(double share) { return kAxisBottom + (kAxisTop - kAxisBottom) * share; }

/// The labels along an axis: its ends, or the values of a choice.
std::string axis_labels(const Dimension& dimension, double x) {
  std::string svg;
  const auto label = [&](double share, const std::string& content) {
    svg += chart_text(x + 5, height_of(share) + 4, "tick", "start", content);
  };
  if (const auto* choice = std::get_if<ChoiceRange>(&dimension.spec)) {
    for (const Json& value : choice->values) label(share_of(dimension, value), short_text(value));
    return svg;
  }
  const ParzenAxis axis = axis_of(dimension.spec);
  label(0, short_text(value_of(dimension.spec, axis.low)));
  label(1, short_text(value_of(dimension.spec, axis.high)));
  return svg;
}

/// The complete trials, the worst first, so that the best ones are drawn over them.
std::vector<const TrialResult*> complete_trials(const TuneSummary& summary) {
  std::vector<const TrialResult*> trials;
  for (const TrialResult& result : summary.results) {
    if (result.state == TrialState::kComplete) trials.push_back(&result);
  }
  std::stable_sort(trials.begin(), trials.end(), [&](const auto* a, const auto* b) {
    return observation_of(*b, summary.direction).rank < observation_of(*a, summary.direction).rank;
  });
  return trials;
}

std::string axis_line(double x) {
  return "<line" + attribute("class", "axis") + chart_number("x1", x) +
         chart_number("y1", kAxisTop) + chart_number("x2", x) + chart_number("y2", kAxisBottom) +
         "/>\n";
}

}  // namespace

std::string history_chart(const TuneSummary& summary) {
  Curve objective{.name = "trial", .points = {}};
  Curve best{.name = "best so far", .points = {}};
  const bool larger = summary.direction == Direction::kMaximize;
  for (const TrialResult& result : summary.results) {
    if (result.state != TrialState::kComplete) continue;
    const auto x = static_cast<double>(result.number);
    const double y = *result.objective;
    objective.points.push_back({x, y});
    const double before = best.points.empty() ? y : best.points.back().y;
    best.points.push_back({x, larger ? std::max(before, y) : std::min(before, y)});
  }
  return render_chart({.id = "history",
                       .title = summary.metric + " by trial",
                       .x_label = "trial",
                       .curves = {std::move(objective), std::move(best)},
                       .marked_x = std::nullopt,
                       .mark_label = ""});
}

std::string parallel_chart(const TuneSummary& summary) {
  const std::vector<const TrialResult*> trials = complete_trials(summary);
  if (trials.empty()) return {};
  const std::vector<Dimension>& dimensions = summary.dimensions;
  const double width = 2 * kChartSide + kAxisDistance * static_cast<double>(dimensions.size());
  std::string svg =
      open_tune_chart("parallel", width, kChartHeight, "chart broad", "Values of the trials",
                      "One line per complete trial; the best one is highlighted.");
  const std::vector<std::string> titles = short_titles(dimensions);
  double low = *trials.front()->objective;
  double high = *trials.back()->objective;
  if (low > high) std::swap(low, high);
  const auto x_of = [](std::size_t axis) {
    return kChartSide + kAxisDistance * static_cast<double>(axis);
  };
  for (std::size_t i = 0; i < trials.size(); ++i) {
    std::string points;
    const auto add = [&](double x, double y) {
      points += format_fixed(x, 1) + "," + format_fixed(y, 1) + " ";
    };
    for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
      const auto found = trials[i]->values.find(dimensions[axis].path);
      add(x_of(axis), found == trials[i]->values.end()
                          ? kMissingHeight
                          : height_of(share_of(dimensions[axis], found->second)));
    }
    const double objective = *trials[i]->objective;
    add(x_of(dimensions.size()), height_of(high > low ? (objective - low) / (high - low) : 0.5));
    const double strength =
        0.15 + 0.6 * static_cast<double>(i + 1) / static_cast<double>(trials.size());
    const bool wins = i + 1 == trials.size();
    svg += "<polyline" + attribute("class", wins ? "trial winner" : "trial") +
           attribute("opacity", format_fixed(wins ? 1 : strength, 2)) +
           attribute("points", points) + "><title>" +
           escape_html("trial " + std::to_string(trials[i]->number) + ": " +
                       format_metric(objective)) +
           "</title></polyline>\n";
  }
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis) {
    const double above = axis % 2 == 0 ? 44 : 22;  // neighbours do not overlap
    svg += axis_line(x_of(axis)) + chart_text(x_of(axis), above, "label", "middle", titles[axis]) +
           axis_labels(dimensions[axis], x_of(axis));
    if (!condition_of(dimensions[axis].spec).empty()) {
      svg += chart_text(x_of(axis) + 5, kMissingHeight + 4, "tick", "start", "-");
    }
  }
  const double last = x_of(dimensions.size());
  svg += axis_line(last) + chart_text(last, 22, "chart-title", "middle", summary.metric) +
         chart_text(last + 5, kAxisBottom + 4, "tick", "start", format_metric(low)) +
         chart_text(last + 5, kAxisTop + 4, "tick", "start", format_metric(high));
  return svg + "</svg>\n";
}

std::string importance_chart(const std::vector<OptionImportance>& shares) {
  constexpr double kRow = 26;
  constexpr double kNames = 250;
  constexpr double kBars = 240;
  std::string description;
  for (const OptionImportance& one : shares) {
    description += one.path + ": " + format_percent(one.share) + ". ";
  }
  std::string svg =
      open_tune_chart("importance", 560, 34 + kRow * static_cast<double>(shares.size()), "chart",
                      "Importance of the options", description);
  svg += chart_text(8, 16, "chart-title", "start", "Importance of the options");
  double y = 30;
  for (const OptionImportance& one : shares) {
    svg += chart_text(kNames - 8, y + 15, "label", "end", shortened(one.path, 34));
    svg += "<rect" + attribute("class", "share") + chart_number("x", kNames) +
           chart_number("y", y) + chart_number("width", kBars * one.share) +
           chart_number("height", kRow - 7) + "/>\n";
    svg += chart_text(kNames + kBars * one.share + 6, y + 15, "tick", "start",
                      format_percent(one.share));
    y += kRow;
  }
  return svg + "</svg>\n";
}

}  // namespace sequent
