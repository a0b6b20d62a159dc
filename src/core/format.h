// Numbers as people read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sequent {

/// Four digits after the point: 0.8326. An undefined value is a dash.
std::string format_metric(std::optional<double> value);

/// 25000 as it stands: a table's columns align without separators.
std::string format_count(std::int64_t value);

/// A share of 1 as 83.3 %.
std::string format_percent(double share);

/// Three significant digits, with an exponent where that is shorter: 0.001, 3.2e-05.
std::string format_short(double value);

/// `value` with `digits` digits after the point.
std::string format_fixed(double value, int digits);

}  // namespace sequent
