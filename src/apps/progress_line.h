// Shows the progress of training: a bar on a terminal, otherwise one line per interval.
#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "sequent/trainer.h"

namespace sequent {

class ProgressLine {
 public:
  /// `metrics`: the validation metrics shown after an epoch, besides the loss.
  ProgressLine(bool terminal, double log_seconds, std::vector<EpochMetric> metrics)
      : terminal_(terminal), interval_(log_seconds), metrics_(std::move(metrics)) {}

  void show(const Progress& progress);

 private:
  void show_epoch(const Progress& progress);
  void show_step(const Progress& progress);

  bool terminal_;
  double interval_;
  std::vector<EpochMetric> metrics_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace sequent
