// Formatting of numbers for human readers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sequent {

/// Four digits after the decimal point: 0.8326. Returns a dash if there is no value.
std::string format_metric(std::optional<double> value);

/// Plain digits, such as 25000: table columns align without separators.
std::string format_count(std::int64_t value);

/// A fraction as a percentage: 83.3 %.
std::string format_percent(double share);

/// Three significant digits, in scientific notation where that is shorter: 0.001, 3.2e-05.
std::string format_short(double value);

/// `value` with `digits` digits after the decimal point.
std::string format_fixed(double value, int digits);

}  // namespace sequent
