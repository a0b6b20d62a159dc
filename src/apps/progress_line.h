// What training shows while it runs: a bar on a terminal, a line per interval elsewhere.
#pragma once

#include <chrono>

#include "sequent/trainer.h"

namespace sequent {

class ProgressLine {
 public:
  ProgressLine(bool terminal, double log_seconds) : terminal_(terminal), interval_(log_seconds) {}

  void show(const Progress& progress);

 private:
  void show_epoch(const Progress& progress);
  void show_step(const Progress& progress);

  bool terminal_;
  double interval_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace sequent
