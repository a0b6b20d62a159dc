#include "metrics/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "metrics/format.h"
#include "metrics/html.h"

namespace sequent {
namespace {

// Of the drawing, in its own units; the page scales it.
constexpr double kWidth = 560;
constexpr double kHeight = 320;
constexpr double kLeft = 56;
constexpr double kRight = 16;
constexpr double kTop = 64;  // above it: title, legend, mark label
constexpr double kBottom = 48;
constexpr int kTicks = 6;
constexpr std::size_t kMostDots = 60;  // more points than this are a line without dots

/// The step between ticks: 1, 2 or 5 times a power of ten.
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

/// A stretch of values and its place on the drawing.
struct Axis {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;

  double place(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

/// The least and greatest of what `part` gives of the points, or 0 and 1 without points.
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
  auto [low, high] = extent(chart, [](const ChartPoint& point) { return point.x; });
  if (low == high) {  // one point stands in the middle
    low -= 1;
    high += 1;
  }
  return {low, high, kLeft, kWidth - kRight};
}

Axis y_axis(const Chart& chart) {
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

std::string text_element(double x, double y, const std::string& attributes,
                         const std::string& text) {
  return "<text x=\"" + format_fixed(x, 1) + "\" y=\"" + format_fixed(y, 1) + "\" " + attributes +
         ">" + escape_html(text) + "</text>\n";
}

std::string line_element(double x1, double y1, double x2, double y2, const std::string& kind) {
  return "<line class=\"" + kind + "\" x1=\"" + format_fixed(x1, 1) + "\" y1=\"" +
         format_fixed(y1, 1) + "\" x2=\"" + format_fixed(x2, 1) + "\" y2=\"" + format_fixed(y2, 1) +
         "\"/>\n";
}

std::string draw_y_axis(const Axis& x, const Axis& y) {
  std::string svg;
  const int digits = digits_for(tick_step(y.low, y.high, kTicks));
  for (const double tick : axis_ticks(y.low, y.high, kTicks)) {
    svg += line_element(x.from, y.place(tick), x.to, y.place(tick), "grid");
    svg += text_element(x.from - 8, y.place(tick) + 4, "class=\"tick\" text-anchor=\"end\"",
                        format_fixed(tick, digits));
  }
  return svg;
}

std::string draw_x_axis(const Chart& chart, const Axis& x, const Axis& y) {
  std::string svg = line_element(x.from, y.from, x.to, y.from, "axis");
  const auto [first, last] = extent(chart, [](const ChartPoint& point) { return point.x; });
  for (const double tick : axis_ticks(first, last, 10)) {
    if (tick != std::round(tick)) continue;  // there is no epoch 1.5
    svg += line_element(x.place(tick), y.from, x.place(tick), y.from + 4, "axis");
    svg += text_element(x.place(tick), y.from + 18, "class=\"tick\" text-anchor=\"middle\"",
                        format_fixed(tick, 0));
  }
  return svg + text_element((x.from + x.to) / 2, kHeight - 8,
                            "class=\"label\" text-anchor=\"middle\"", chart.x_label);
}

std::string draw_mark(const Chart& chart, const Axis& x, const Axis& y) {
  if (!chart.marked_x || *chart.marked_x < x.low || *chart.marked_x > x.high) return {};
  const double place = x.place(*chart.marked_x);
  // Near an end of the axis the label would leave the drawing.
  constexpr double kHalfLabel = 50;
  const char* anchor = place < x.from + kHalfLabel ? "start"
                       : place > x.to - kHalfLabel ? "end"
                                                   : "middle";
  return line_element(place, y.from, place, y.to, "mark") +
         text_element(place, y.to - 6,
                      std::string("class=\"mark-label\" text-anchor=\"") + anchor + "\"",
                      chart.mark_label);
}

std::string draw_curve(const Curve& curve, std::size_t index, const Axis& x, const Axis& y,
                       int digits) {
  const std::string kind = "curve-" + std::to_string(index);
  std::string places;
  std::string dots;
  for (const ChartPoint& point : curve.points) {
    const std::string px = format_fixed(x.place(point.x), 1);
    const std::string py = format_fixed(y.place(point.y), 1);
    places += (places.empty() ? "" : " ") + px + "," + py;
    dots += "<circle class=\"" + kind + "\" cx=\"" + px + "\" cy=\"" + py + "\" r=\"3\"><title>" +
            escape_html(curve.name + ", " + format_fixed(point.x, 0) + ": " +
                        format_fixed(point.y, digits)) +
            "</title></circle>\n";
  }
  std::string svg = "<polyline class=\"" + kind + "\" points=\"" + places + "\"/>\n";
  if (curve.points.size() <= kMostDots) svg += dots;
  return svg;
}

/// A line of the curve's look and its name, for each curve, above the drawing.
std::string draw_legend(const Chart& chart) {
  std::string svg;
  double x = kLeft;
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    if (chart.curves[i].points.empty()) continue;
    svg += line_element(x, 34, x + 26, 34, "curve-" + std::to_string(i));
    svg += text_element(x + 32, 38, "class=\"label\"", chart.curves[i].name);
    x += 48 + 7.2 * static_cast<double>(chart.curves[i].name.size());
  }
  return svg;
}

std::string description(const Chart& chart, int digits) {
  std::string text;
  for (const Curve& curve : chart.curves) {
    if (curve.points.empty()) continue;
    text += curve.name + ": " + format_fixed(curve.points.front().y, digits) + " at " +
            chart.x_label + " " + format_fixed(curve.points.front().x, 0) + ", " +
            format_fixed(curve.points.back().y, digits) + " at " + chart.x_label + " " +
            format_fixed(curve.points.back().x, 0) + ". ";
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
  constexpr int kDigits = 4;  // of values that are read, not drawn
  const std::string id = escape_html(chart.id);
  std::string svg = "<svg class=\"chart\" viewBox=\"0 0 " + format_fixed(kWidth, 0) + " " +
                    format_fixed(kHeight, 0) + "\" role=\"img\" aria-labelledby=\"" + id +
                    "-title " + id + "-text\">\n<title id=\"" + id + "-title\">" +
                    escape_html(chart.title) + "</title>\n<desc id=\"" + id + "-text\">" +
                    escape_html(description(chart, kDigits)) + "</desc>\n";
  svg += text_element(kLeft, 16, "class=\"chart-title\"", chart.title);
  svg += draw_legend(chart);
  svg += draw_y_axis(x, y);
  svg += draw_x_axis(chart, x, y);
  svg += draw_mark(chart, x, y);
  for (std::size_t i = 0; i < chart.curves.size(); ++i) {
    svg += draw_curve(chart.curves[i], i, x, y, kDigits);
  }
  return svg + "</svg>\n";
}

}  // namespace sequent
