#include "apps/progress_line.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "sequent/log.h"

namespace sequent {
namespace {

std::string duration_text(double seconds) {
  const long whole = std::lround(seconds);
  std::array<char, 32> text{};
  if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60,
                  whole % 60);
  }
  return text.data();
}

/// Estimates the time of the remaining epochs from the speed of this epoch. Early stopping may end
/// training sooner.
double seconds_left(const Progress& progress) {
  if (progress.epoch_step == 0) return 0;
  const double per_step = progress.epoch_seconds / static_cast<double>(progress.epoch_step);
  const std::int64_t left = (progress.epochs - progress.epoch) * progress.epoch_steps +
                            progress.epoch_steps - progress.epoch_step;
  return per_step * static_cast<double>(left);
}

std::string step_text(const Progress& progress) {
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(),
                "epoch %lld/%lld  step %lld/%lld  loss %.4f  %.0f examples/s  %.0f tokens/s  at "
                "most %s left",
                static_cast<long long>(progress.epoch), static_cast<long long>(progress.epochs),
                static_cast<long long>(progress.epoch_step),
                static_cast<long long>(progress.epoch_steps), progress.loss,
                progress.examples_per_second, progress.tokens_per_second,
                duration_text(seconds_left(progress)).c_str());
  return text.data();
}

std::string bar_text(const Progress& progress) {
  constexpr std::int64_t kWidth = 20;
  const std::int64_t filled =
      kWidth * progress.epoch_step / std::max<std::int64_t>(1, progress.epoch_steps);
  std::string bar(kWidth, '.');
  std::fill_n(bar.begin(), filled, '#');
  return "[" + bar + "] ";
}

}  // namespace

void ProgressLine::show(const Progress& progress) {
  if (progress.validation) {
    show_epoch(progress);
  } else {
    show_step(progress);
  }
}

void ProgressLine::show_epoch(const Progress& progress) {
  std::array<char, 120> text{};
  std::snprintf(text.data(), text.size(), "epoch %lld/%lld  %.1f s  loss %.4f  validation:",
                static_cast<long long>(progress.epoch), static_cast<long long>(progress.epochs),
                progress.epoch_seconds, progress.loss);
  std::string line = text.data();
  const auto add = [&](const std::string& name, const std::string& title) {
    const std::optional<double> value = progress.validation->value(name);
    if (!value) return;
    std::snprintf(text.data(), text.size(), " %s %.4f ", title.c_str(), *value);
    line += text.data();
  };
  add("loss", "loss");
  for (const EpochMetric& metric : metrics_) add(metric.key, metric.title);
  line += progress.best ? " (best)" : "";
  if (terminal_) std::fputs("\r\x1b[K", stderr);
  log_info(line.substr(0, line.find_last_not_of(' ') + 1));
}

void ProgressLine::show_step(const Progress& progress) {
  const auto now = std::chrono::steady_clock::now();
  const double waited = std::chrono::duration<double>(now - last_).count();
  constexpr double kBarSeconds = 0.2;
  if (waited < (terminal_ ? kBarSeconds : interval_)) return;
  last_ = now;
  if (terminal_) {
    const std::string line = "\r\x1b[K" + bar_text(progress) + step_text(progress);
    std::fputs(line.c_str(), stderr);
  } else {
    log_info(step_text(progress));
  }
}

}  // namespace sequent
