// Collects what the rules of a config report.
#pragma once

#include <string>
#include <vector>

#include "sequent/error.h"

namespace sequent {

/// Collects the errors of one config.
class ConfigIssues {
 public:
  /// `prefix` precedes each pointer, such as `configs/a.json: `.
  ConfigIssues(std::string prefix, std::vector<Issue>& issues)
      : prefix_(std::move(prefix)), issues_(issues) {}

  void add(const std::string& pointer, const std::string& message) {
    issues_.push_back({prefix_ + pointer, message});
  }
  std::size_t size() const { return issues_.size(); }

 private:
  std::string prefix_;
  std::vector<Issue>& issues_;
};

}  // namespace sequent
