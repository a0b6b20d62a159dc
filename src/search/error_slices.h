// Slices of rows and a classifier's accuracy in each.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "search/error_rows.h"

namespace sequent {

/// An interval that contains the true share with a probability of 95 %.
struct ShareInterval {
  double low = 0;
  double high = 1;
};

/// Source: Wilson 1927, the score interval.
ShareInterval wilson_interval(std::int64_t hits, std::int64_t count);

struct ErrorSlice {
  std::string name;  // "length: 1 to 9 tokens"
  std::int64_t count = 0;
  std::int64_t hits = 0;
  ShareInterval interval;
  bool is_weak = false;  // even the upper end is below the accuracy of all rows

  double accuracy() const { return static_cast<double>(hits) / static_cast<double>(count); }
};

/// Returns the slices with enough rows: quarters by length, shares of unknown tokens, truncated
/// rows, and the values of `column`; the weakest first.
std::vector<ErrorSlice> error_slices(const ErrorRows& rows, const std::string& column);

}  // namespace sequent
