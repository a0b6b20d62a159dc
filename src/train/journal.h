// metrics.jsonl: one object per event, added line by line.
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

  /// Keeps the lines up to `step`: what came later is trained again after a resume.
  void keep_until(std::int64_t step) const;

  /// Errors: Runtime if the line cannot be written.
  void add_epoch(const Progress& progress) const;

  std::vector<std::string> lines() const;

 private:
  std::filesystem::path file_;
};

}  // namespace sequent
