// Precision, recall and F1 of one class, and their averages over classes.
#pragma once

#include <cstdint>
#include <string>

namespace sequent {

/// The lower bound of the true class's probability in a loss, so that one row adds at most 16.1.
inline constexpr double kLeastProbability = 1e-7;

struct ClassReport {
  std::string label;
  double precision = 0;  // 0 if no row was predicted as this class
  double recall = 0;     // 0 if no row has this class
  double f1 = 0;
  std::int64_t support = 0;
  bool operator==(const ClassReport&) const = default;
};

/// Precision, recall and F1 averaged over classes.
struct AverageReport {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  bool operator==(const AverageReport&) const = default;
};

}  // namespace sequent
