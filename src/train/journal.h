// metrics.jsonl: a JSON Lines file with one object per event, appended line by line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sequent/trainer.h"

namespace sequent {

class Journal {
 public:
  explicit Journal(std::filesystem::path file) : file_(std::move(file)) {}

  /// Keeps only the lines up to `step`: after a resume, later steps are trained again.
  void keep_until(std::int64_t step) const;

  /// Errors: Runtime if the line cannot be written.
  void add_epoch(const Progress& progress) const;

  std::vector<std::string> lines() const;

 private:
  std::filesystem::path file_;
};

}  // namespace sequent
