// Line charts as SVG text, to stand inside an HTML page that styles them.
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
  std::vector<ChartPoint> points;  // by rising x
};

/// Curve i has the CSS class `curve-i`; axes, labels and the mark have classes of their own. All
/// points are finite numbers.
struct Chart {
  std::string id;  // unique in the page, an HTML name
  std::string title;
  std::string x_label;  // x are whole numbers
  std::vector<Curve> curves;
  std::optional<double> marked_x;
  std::string mark_label;
};

/// One <svg>. Readers without eyes get the title and each curve's first and last value.
std::string render_chart(const Chart& chart);

/// Round numbers (1, 2 or 5 times a power of ten apart) within low..high, about `count` of them.
std::vector<double> axis_ticks(double low, double high, int count);

}  // namespace sequent
