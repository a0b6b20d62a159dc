#include "report/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/format.h"
#include "report/html.h"

namespace sequent {
namespace {

// Sizes of the drawing in its own units; the page scales it.
constexpr double kWidth = 560;
constexpr double kHeight = 320;
constexpr double kLeft = 56;
constexpr double kRight = 16;
constexpr double kTop = 64;  // the space above holds title, legend and mark label
constexpr double kBottom = 48;
constexpr int kTicks = 6;
constexpr int kDigits = 4;             // of displayed values
constexpr std::size_t kMostDots = 60;  // a curve with more points has no dots

/// Returns the step between ticks: 1, 2 or 5 times a power of ten.
double tick_step(double low, double high, int count) {
  const double rough = (high - low) / std::max(count, 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough <= factor * power * (1 + 1e-9)) return factor * power;
  }
  return 10 * power;
}

int digits_for(double step) {
  return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 12);
}

/// A range of values and its position in the drawing.
struct Axis {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;

  double place(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

/// Returns the minimum and maximum of `part` over the points, or 0 and 1 without points.
template <class Part>
std::pair<double, double> extent(const Chart& chart, const Part& part) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Curve& curve : chart.curves) {
    for (const ChartPoint& point : curve.points) {
      low = std::min(low, part(point));
      high = std::max(high, part(point));
    }
  }
  return low <= high ? std::pair(low, high) : std::pair(0.0, 1.0);
}

Axis x_axis(const Chart& chart) {
  if (chart.has_shares) return {0, 1, kLeft, kWidth - kRight};
  auto [low, high] = extent(chart, [](const ChartPoint& point) { return point.x; });
  if (low == high) {  // centers a single point
    low -= 1;
    high += 1;
  }
  return {low, high, kLeft, kWidth - kRight};
}

Axis y_axis(const Chart& chart) {
  if (chart.has_shares) return {0, 1, kHeight - kBottom, kTop};
  auto [low, high] = extent(chart, [](const ChartPoint& point) { return point.y; });
  if (high - low < 1e-9 * std::max(std::abs(high), 1.0)) {
    const double room = std::max(std::abs(high) * 0.1, 0.01);
    low -= room;
    high += room;
  }
  const double step = tick_step(low, high, kTicks);
  return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step,
          kHeight - kBottom, kTop};
}

std::string coordinate(const char* name, double value) {
  return attribute(name, format_fixed(value, 1));
}

/// `anchor` is the part of the text at position x: start, middle or end.
std::string text_element(double x, double y, const char* kind, const char* anchor,
                         const std::string& text) {
  return "<text" + coordinate("x", x) + coordinate("y", y) + attribute("class", kind) +
         attribute("text-anchor", anchor) + ">" + escape_html(text) + "</text>\n";
}

std::string line_element(double x1, double y1, double x2, double y2, const std::string& kind) {
  return "<line" + attribute("class", kind) + coordinate("x1", x1) + coordinate("y1", y1) +
         coordinate("x2", x2) + coordinate("y2", y2) + "/>\n";
}

/// Returns a circle that shows its value in a tooltip.
std::string dot_element(double x, double y, const std::string& kind, const std::string& value) {
  return "<circle" + attribute("class", kind) + coordinate("cx", x) + coordinate("cy", y) +
         attribute("r", "3") + "><title>" + escape_html(value) + "</title></circle>\n";
}

std::string draw_y_axis(const Axis& x, const Axis& y) {
  std::string svg;
  const int digits = digits_for(tick_step(y.low, y.high, kTicks));
  for (const double tick : axis_ticks(y.low, y.high, kTicks)) {
    svg += line_element(x.from, y.place(tick), x.to, y.place(tick), "grid");
    svg += text_element(x.from - 8, y.place(tick) + 4, "tick", "end", format_fixed(tick, digits));
  }
  return svg;
}

std::string draw_x_axis(const Chart& chart, const Axis& x, const Axis& y) {
  std::string svg = line_element(x.from, y.from, x.to, y.from, "axis");
  const auto [first, last] = chart.has_shares
                                 ? std::pair(x.low, x.high)
                                 : extent(chart, [](const ChartPoint& point) { return point.x; });
  const int digits = chart.has_shares ? digits_for(tick_step(first, last, kTicks)) : 0;
  for (const double tick : axis_ticks(first, last, chart.has_shares ? kTicks : 10)) {
    if (!chart.has_shares && tick != std::round(tick)) continue;  // there is no epoch 1.5
    svg += line_element(x.place(tick), y.from, x.place(tick), y.from + 4, "axis");
    svg += text_element(x.place(tick), y.from + 18, "tick", "middle", format_fixed(tick, digits));
  }
  return svg + text_element((x.from + x.to) / 2, kHeight - 8, "label", "middle", chart.x_label);
}

std::string draw_mark(const Chart& chart, const Axis& x, const Axis& y) {
  if (!chart.marked_x || *chart.marked_x < x.low || *chart.marked_x > x.high) return {};
  const double place = x.place(*chart.marked_x);
  // Near an end of the axis, a centered label would not fit in the drawing.
  constexpr double kHalfLabel = 50;
  const char* anchor = place < x.from + kHalfLabel ? "start"
                       : place > x.to - kHalfLabel ? "end"
                                                   : "middle";
  return line_element(place, y.from, place, y.to, "mark") +
         text_element(place, y.to - 6, "mark-label", anchor, chart.mark_label);
}

/// The x value of a point as text.
std::string x_text(const Chart& chart, const ChartPoint& point) {
  return format_fixed(point.x, chart.has_shares ? kDigits : 0);
}

std::string value_text(const Chart& chart, const Curve& curve, const ChartPoint& point) {
  return curve.name + ", " + x_text(chart, point) + ": " + format_fixed(point.y, kDigits);
}

std::string draw_curve(const Chart& chart, std::size_t index, const Axis& x, const Axis& y) {
  const Curve& curve = chart.curves[index];
  const std::string kind = "curve-" + std::to_string(index);
  std::string places;
  std::string dots;
  for (const ChartPoint& point : curve.points) {
    const double px = x.place(point.x);
    const double py = y.place(point.y);
    places.append(format_fixed(px, 1)).append(",").append(format_fixed(py, 1)).append(" ");
    dots += dot_element(px, py, kind, value_text(chart, curve, point));
  }
  std::string svg = "<polyline" + attribute("class", kind) + attribute("points", places) + "/>\n";
  if (curve.points.size() <= kMostDots && !chart.has_shares) svg += dots;
  return svg;
}

/// Returns the legend above the drawing: a line in the style of each curve and its name.
std::string draw_legend(const Chart& chart) {
  std::string svg;
  double x = kLeft;
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    if (chart.curves[i].points.empty()) continue;
    svg += line_element(x, 34, x + 26, 34, "curve-" + std::to_string(i));
    svg += text_element(x + 32, 38, "label", "start", chart.curves[i].name);
    x += 48 + 7.2 * static_cast<double>(chart.curves[i].name.size());
  }
  return svg;
}

std::string curve_text(const Chart& chart, const Curve& curve) {
  const auto point_text = [&](const ChartPoint& point) {
    return format_fixed(point.y, kDigits) + " at " + chart.x_label + " " + x_text(chart, point);
  };
  return curve.name + ": " + point_text(curve.points.front()) + ", " +
         point_text(curve.points.back()) + ". ";
}

std::string description(const Chart& chart) {
  std::string text;
  for (const Curve& curve : chart.curves) {
    if (!curve.points.empty()) text += curve_text(chart, curve);
  }
  return text + chart.mark_label;
}

}  // namespace

std::vector<double> axis_ticks(double low, double high, int count) {
  if (!(low < high)) return {low};
  const double step = tick_step(low, high, count);
  std::vector<double> ticks;
  const auto last = static_cast<long long>(std::floor(high / step + 1e-9));
  for (auto i = static_cast<long long>(std::ceil(low / step - 1e-9)); i <= last; ++i) {
    ticks.push_back(static_cast<double>(i) * step);
  }
  return ticks;
}

std::string render_chart(const Chart& chart) {
  const Axis x = x_axis(chart);
  const Axis y = y_axis(chart);
  std::string svg =
      R"(<svg class="chart" role="img")" +
      attribute("viewBox", "0 0 " + format_fixed(kWidth, 0) + " " + format_fixed(kHeight, 0)) +
      attribute("aria-labelledby", chart.id + "-title " + chart.id + "-text") + ">\n";
  svg += "<title" + attribute("id", chart.id + "-title") + ">" + escape_html(chart.title) +
         "</title>\n";
  svg += "<desc" + attribute("id", chart.id + "-text") + ">" + escape_html(description(chart)) +
         "</desc>\n";
  svg += text_element(kLeft, 16, "chart-title", "start", chart.title);
  svg += draw_legend(chart);
  svg += draw_y_axis(x, y);
  svg += draw_x_axis(chart, x, y);
  svg += draw_mark(chart, x, y);
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    svg += draw_curve(chart, i, x, y);
  }
  return svg + "</svg>\n";
}

}  // namespace sequent
