// Renders line charts as SVG text for an HTML page, whose style sheet applies to them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace sequent {

struct ChartPoint {
  double x = 0;
  double y = 0;
};

struct Curve {
  std::string name;
  std::vector<ChartPoint> points;  // in ascending order of x
};

/// Curve i has the CSS class `curve-i`; axes, labels and the mark have their own classes. All
/// points must be finite.
struct Chart {
  std::string id;  // a valid HTML id, unique in the page
  std::string title;
  std::string x_label;
  std::vector<Curve> curves;
  std::optional<double> marked_x;
  std::string mark_label;
  bool has_shares = false;  // both axes range from 0 to 1; otherwise, the x values are integers
};

/// Returns one <svg> element. Its description for screen readers has the title and the first and
/// last value of each curve.
std::string render_chart(const Chart& chart);

/// Returns about `count` round numbers within low..high. They are 1, 2 or 5 times a power of ten
/// apart.
std::vector<double> axis_ticks(double low, double high, int count);

}  // namespace sequent
