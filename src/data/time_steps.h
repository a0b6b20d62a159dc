// The times of a table whose rows are time steps, and the gaps between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// Parses a time: a number, or ISO 8601 (a month, a date, or a date and a time, with fractional
/// seconds and a zone if they are given), or a time in `format`, as in strptime. Returns numbers
/// unchanged, and dates as seconds since 1970 (without a zone: UTC); nullopt for anything else,
/// including dates that do not exist.
std::optional<double> parse_time(const std::string& text, const std::optional<std::string>& format);

/// Returns the most common of these differences; nullopt if fewer than half of them agree with it.
/// Differences are equal if they are within a twentieth, so that months have a step.
std::optional<double> common_step(std::vector<double> differences);

/// Returns the number of steps that are missing between two times: 0 if their difference is at most
/// half a step too long.
std::int64_t missing_steps(double difference, double step);

/// A step as text: "1 day" if times are dates, otherwise the number.
std::string step_text(double step, bool are_dates);

}  // namespace sequent
