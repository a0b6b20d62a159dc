// Readings of two machines, as a table of time steps with a state for each step.
#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "core/files.h"
#include "sample/random.h"
#include "sample/sample_file.h"
#include "sequent/error.h"
#include "sequent/sample.h"

namespace sequent {
namespace {

using sample::SplitMix64;

enum class State : std::uint8_t { kIdle, kHeating, kRunning, kCooling };
constexpr std::array<std::string_view, 4> kStates{"idle", "heating", "running", "cooling"};

/// Temperatures in tenths of a degree.
constexpr std::int64_t kCold = 220;
constexpr std::int64_t kHot = 800;

std::int64_t between(std::int64_t low, std::int64_t high, SplitMix64& random) {
  return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
}

/// An oven that is switched on and off.
class Machine {
 public:
  /// Moves to the next step.
  void step(SplitMix64& random) {
    switch (state_) {
      case State::kIdle:
        if (--steps_left_ <= 0) state_ = State::kHeating;
        break;
      case State::kHeating:
        temperature_ += between(20, 60, random);
        if (temperature_ >= kHot) rest(State::kRunning, between(10, 25, random));
        break;
      case State::kRunning:
        if (--steps_left_ <= 0) state_ = State::kCooling;
        break;
      case State::kCooling:
        temperature_ -= between(20, 60, random);
        if (temperature_ <= kCold) rest(State::kIdle, between(8, 20, random));
        break;
    }
  }

  std::string_view state() const { return kStates[static_cast<std::size_t>(state_)]; }

  /// A reading of the temperature in tenths of a degree, with noise.
  std::int64_t temperature(SplitMix64& random) const {
    return temperature_ + between(-15, 15, random);
  }
  /// A reading of the vibration in hundredths of a millimetre per second.
  std::int64_t vibration(SplitMix64& random) const {
    if (state_ == State::kIdle) return between(2, 12, random);
    return state_ == State::kRunning ? between(80, 200, random) : between(40, 120, random);
  }

 private:
  void rest(State state, std::int64_t steps) {
    state_ = state;
    steps_left_ = steps;
  }

  State state_ = State::kIdle;
  std::int64_t temperature_ = kCold;
  std::int64_t steps_left_ = 5;
};

/// Shows a number of `unit`-ths, such as 215 tenths as 21.5.
std::string decimal(std::int64_t number, std::int64_t unit) {
  std::string fraction = std::to_string(number % unit);
  const std::size_t digits = std::to_string(unit).size() - 1;
  return std::to_string(number / unit) + "." + std::string(digits - fraction.size(), '0') +
         fraction;
}

/// Returns the time of a step, such as 2026-01-05T08:15.
std::string time_of(std::int64_t step) {
  using std::chrono::days;
  constexpr std::int64_t kMinutes = 5;
  constexpr std::int64_t kMinutesOfDay = std::int64_t{24} * 60;
  constexpr std::chrono::sys_days kFirst = std::chrono::year(2026) / 1 / 5;
  const std::chrono::year_month_day date(kFirst + days(step * kMinutes / kMinutesOfDay));
  const std::int64_t minute = step * kMinutes % kMinutesOfDay;
  const auto two = [](std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
  };
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) +
         "T" + two(minute / 60) + ":" + two(minute % 60);
}

}  // namespace

void write_machine_sample(const MachineSample& options, const std::filesystem::path& file) {
  sample::check_new_file(options, file);
  constexpr std::array<std::string_view, 2> kNames{"oven-1", "oven-2"};
  constexpr std::uint64_t kPerGap = 300;         // steps
  constexpr std::uint64_t kPerUnlabelled = 100;  // rows
  SplitMix64 random(options.seed);
  std::array<Machine, kNames.size()> machines;
  std::array<std::int64_t, kNames.size()> absent{};  // steps until the machine reports again
  std::string content = "time,machine,temperature,vibration,state\n";
  std::int64_t rows = 0;
  for (std::int64_t step = 0; rows < options.rows; ++step) {
    for (std::size_t i = 0; i < machines.size() && rows < options.rows; ++i) {
      machines[i].step(random);
      if (random.below(kPerGap) == 0) absent[i] = between(1, 4, random);
      if (absent[i] > 0) {
        --absent[i];
        continue;
      }
      content += time_of(step) + "," + std::string(kNames[i]);
      content += "," + decimal(machines[i].temperature(random), 10);
      content += "," + decimal(machines[i].vibration(random), 100) + ",";
      if (random.below(kPerUnlabelled) != 0) content += machines[i].state();
      content += "\n";
      ++rows;
    }
  }
  write_file_whole(file, content);
}

}  // namespace sequent
