#include "data/time_steps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include "core/option_traits.h"
#include "data/readers.h"
#include "text/ascii.h"

namespace sequent {
namespace {

/// Reads the parts of an ISO 8601 time from left to right.
class IsoReader {
 public:
  explicit IsoReader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool skip(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Reads exactly `digits` digits.
  bool read(int digits, int& number) {
    const auto count = static_cast<std::size_t>(digits);
    if (rest_.size() < count) return false;
    number = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return false;
      number = 10 * number + (c - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  /// Reads the digits of a fraction.
  bool read_fraction(double& fraction) {
    double unit = 0.1;
    const std::size_t before = rest_.size();
    for (int digit = 0; read(1, digit); unit /= 10) fraction += digit * unit;
    return rest_.size() < before;
  }

 private:
  std::string_view rest_;
};

/// Returns the seconds since 1970; nullopt if the date or the time does not exist.
std::optional<double> seconds_of(std::tm time) {
  const std::tm given = time;
  const std::time_t seconds = timegm(&time);
  const bool exists = given.tm_mon == time.tm_mon && given.tm_mday == time.tm_mday &&
                      given.tm_hour == time.tm_hour && given.tm_min == time.tm_min &&
                      given.tm_sec == time.tm_sec;
  if (!exists) return std::nullopt;
  return static_cast<double>(seconds);
}

/// Reads `Z`, `+01`, `+0100` or `+01:00` as seconds.
bool read_zone(IsoReader& in, double& seconds) {
  if (in.at_end() || in.skip('Z') || in.skip('z')) return true;
  const bool is_west = in.skip('-');
  if (!is_west && !in.skip('+')) return false;
  int hours = 0;
  int minutes = 0;
  if (!in.read(2, hours)) return false;
  if (!in.at_end() && (in.skip(':'), !in.read(2, minutes))) return false;
  seconds = (is_west ? -60.0 : 60.0) * (60.0 * hours + minutes);
  return hours < 24 && minutes < 60;
}

std::optional<double> parse_iso(std::string_view text) {
  IsoReader in(text);
  std::tm time{};
  time.tm_mday = 1;
  double fraction = 0;
  double zone = 0;
  int year = 0;
  if (!in.read(4, year) || !in.skip('-') || !in.read(2, time.tm_mon)) return std::nullopt;
  time.tm_year = year - 1900;
  --time.tm_mon;
  if (in.at_end()) return seconds_of(time);
  if (!in.skip('-') || !in.read(2, time.tm_mday)) return std::nullopt;
  if (in.at_end()) return seconds_of(time);
  if (!in.skip('T') && !in.skip('t') && !in.skip(' ')) return std::nullopt;
  if (!in.read(2, time.tm_hour) || !in.skip(':') || !in.read(2, time.tm_min)) return std::nullopt;
  if (in.skip(':')) {
    if (!in.read(2, time.tm_sec)) return std::nullopt;
    if ((in.skip('.') || in.skip(',')) && !in.read_fraction(fraction)) return std::nullopt;
  }
  in.skip(' ');
  if (!read_zone(in, zone) || !in.at_end()) return std::nullopt;
  const std::optional<double> seconds = seconds_of(time);
  if (!seconds) return std::nullopt;
  return *seconds + fraction - zone;
}

std::optional<double> parse_format(const std::string& text, const std::string& format) {
  std::tm time{};
  time.tm_mday = 1;
  const char* end = strptime(text.c_str(), format.c_str(), &time);
  if (end == nullptr || *end != '\0') return std::nullopt;
  const auto zone = static_cast<double>(time.tm_gmtoff);
  const std::optional<double> seconds = seconds_of(time);
  if (!seconds) return std::nullopt;
  return *seconds - zone;
}

}  // namespace

std::optional<double> parse_time(const std::string& text,
                                 const std::optional<std::string>& format) {
  std::string_view trimmed = text;
  while (!trimmed.empty() && is_ascii_space(trimmed.front())) trimmed.remove_prefix(1);
  while (!trimmed.empty() && is_ascii_space(trimmed.back())) trimmed.remove_suffix(1);
  if (format) return parse_format(std::string(trimmed), *format);
  if (const std::optional<double> number = parse_double(trimmed)) return number;
  return parse_iso(trimmed);
}

std::optional<double> common_step(std::vector<double> differences) {
  constexpr double kTolerance = 1.05;
  std::sort(differences.begin(), differences.end());
  std::size_t most = 0;
  double step = 0;
  for (std::size_t begin = 0; begin < differences.size();) {
    auto end = begin;
    while (end < differences.size() && differences[end] <= differences[begin] * kTolerance) ++end;
    if (end - begin > most) {
      most = end - begin;
      step = differences[begin + most / 2];
    }
    begin = end;
  }
  if (most == 0 || 2 * most < differences.size()) return std::nullopt;
  return step;
}

std::int64_t missing_steps(double difference, double step) {
  constexpr double kLongest = 1.5;
  if (difference <= kLongest * step) return 0;
  constexpr double kMost = 1e15;
  return static_cast<std::int64_t>(std::min(std::round(difference / step) - 1, kMost));
}

std::string step_text(double step, bool are_dates) {
  if (!are_dates) return format_number(step);
  struct Unit {
    double seconds;
    const char* name;
  };
  constexpr std::array<Unit, 4> kUnits{
      {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}}};
  for (const Unit& unit : kUnits) {
    const double count = step / unit.seconds;
    if (count < 1 || count != std::floor(count)) continue;
    return format_number(count) + " " + unit.name + (count == 1 ? "" : "s");
  }
  return format_number(step) + " seconds";
}

}  // namespace sequent
