// metrics.jsonl: a JSON Lines file with one object per event, appended line by line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sequent/trainer.h"

namespace sequent {

/// Returns the line of a finished epoch.
std::string epoch_line(const Progress& progress);

class Journal {
 public:
  explicit Journal(std::filesystem::path file) : file_(std::move(file)) {}

  /// Makes `lines`, which the checkpoint holds, the content of the file. Logs a warning if some of
  /// them were missing or damaged. Later lines are dropped: their steps are trained again.
  /// Errors: Runtime.
  void restore(const std::vector<std::string>& lines) const;

  /// Errors: Runtime if the line cannot be written.
  void add(const std::string& line) const;

 private:
  std::filesystem::path file_;
};

}  // namespace sequent
