#include "search/error_slices.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

namespace sequent {
namespace {

/// Returns the slice that a row belongs to; nothing if it belongs to none.
using NameSlice = std::function<std::optional<std::string>(const ErrorRow&)>;

void add_slices(const std::vector<ErrorRow>& rows, double accuracy, const NameSlice& name_of,
                std::vector<ErrorSlice>& slices) {
  constexpr std::int64_t kLeastRows = 30;
  std::map<std::string, ErrorSlice> found;
  for (const ErrorRow& row : rows) {
    const std::optional<std::string> name = name_of(row);
    if (!name) continue;
    ErrorSlice& slice = found[*name];
    ++slice.count;
    slice.hits += row.is_wrong() ? 0 : 1;
  }
  // All rows together are no slice.
  if (found.size() < 2) return;
  for (auto& [name, slice] : found) {
    if (slice.count < kLeastRows) continue;
    slice.name = name;
    slice.interval = wilson_interval(slice.hits, slice.count);
    // Rounding can put the upper end of a slice without errors just below 1.
    constexpr double kRounding = 1e-9;
    slice.is_weak = slice.interval.high < accuracy - kRounding;
    slices.push_back(slice);
  }
}

/// Names the quarter of the rows that a row belongs to by its length.
NameSlice by_length(const std::vector<ErrorRow>& rows) {
  std::vector<std::int64_t> lengths;
  lengths.reserve(rows.size());
  for (const ErrorRow& row : rows) lengths.push_back(row.tokens);
  std::ranges::sort(lengths);
  std::vector<std::int64_t> ends;  // the greatest length of each quarter
  for (const std::size_t part : {1, 2, 3, 4}) {
    const std::int64_t end = lengths[(lengths.size() * part + 3) / 4 - 1];
    if (ends.empty() || end > ends.back()) ends.push_back(end);
  }
  return [ends, least = lengths.front()](const ErrorRow& row) {
    std::size_t part = 0;
    while (row.tokens > ends[part]) ++part;
    const std::int64_t begin = part == 0 ? least : ends[part - 1] + 1;
    return std::optional("length: " + std::to_string(begin) + " to " + std::to_string(ends[part]) +
                         " tokens");
  };
}

std::optional<std::string> unknown_slice(const ErrorRow& row) {
  constexpr double kFew = 0.1;
  constexpr double kMany = 0.3;
  if (row.unknown_share == 0) return "unknown tokens: none";
  if (row.unknown_share <= kFew) return "unknown tokens: up to 10 %";
  if (row.unknown_share <= kMany) return "unknown tokens: 10 to 30 %";
  return "unknown tokens: more than 30 %";
}

}  // namespace

ShareInterval wilson_interval(std::int64_t hits, std::int64_t count) {
  constexpr double kDeviations = 1.959963984540054;  // of the normal distribution, for 95 %
  const auto n = static_cast<double>(count);
  const double share = static_cast<double>(hits) / n;
  const double square = kDeviations * kDeviations;
  const double middle = (share + square / (2 * n)) / (1 + square / n);
  const double reach =
      kDeviations / (1 + square / n) * std::sqrt(share * (1 - share) / n + square / (4 * n * n));
  return {std::max(0.0, middle - reach), std::min(1.0, middle + reach)};
}

std::vector<ErrorSlice> error_slices(const ErrorRows& all, const std::string& column) {
  std::vector<ErrorSlice> slices;
  const std::vector<ErrorRow>& rows = all.rows;
  if (rows.empty()) return slices;
  const auto hits =
      std::ranges::count_if(rows, [](const ErrorRow& row) { return !row.is_wrong(); });
  const double accuracy = static_cast<double>(hits) / static_cast<double>(rows.size());
  add_slices(rows, accuracy, by_length(rows), slices);
  add_slices(rows, accuracy, unknown_slice, slices);
  add_slices(
      rows, accuracy,
      [](const ErrorRow& row) {
        return std::optional<std::string>(row.truncated ? "truncated: yes" : "truncated: no");
      },
      slices);
  if (!column.empty()) {
    add_slices(
        rows, accuracy,
        [&](const ErrorRow& row) {
          const std::string& value = all.slices[static_cast<std::size_t>(row.slice)];
          return std::optional(column + ": " + (value.empty() ? "(empty)" : value));
        },
        slices);
  }
  std::ranges::stable_sort(slices, std::less(), &ErrorSlice::accuracy);
  return slices;
}

}  // namespace sequent
