// Split conformal prediction: sets and intervals that contain the truth as often as requested.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sequent {

/// How unusual a class is for a row.
enum class ConformalScore {
  kLac,  // 1 - p of the class: the smallest sets on average (Sadinle et al. 2019)
  kAps,  // p of all more probable classes, and a random share of its own: sets that grow with the
         // difficulty of the row (Romano et al. 2020)
};

/// Returns the score of each class. Shapes: [classes] -> [classes].
///
/// The random share of APS is a function of the two greatest probabilities in steps of 1/1024, so
/// that the same row always has the same set.
std::vector<double> conformal_scores(ConformalScore score, std::span<const float> probabilities);

/// An order statistic of a sample.
struct RankedValue {
  std::int64_t rank = 0;  // from 1, in ascending order
  double value = 0;
  bool operator==(const RankedValue&) const = default;
};

/// Returns at most `most` order statistics of `values`, at ranks that are equally far apart, the
/// greatest included. Values are rounded up to six significant digits.
std::vector<RankedValue> ranked_values(std::vector<double> values, std::size_t most = 500);

/// Returns the rank ceil((rows + 1) * level) of split conformal prediction; more than `rows` if
/// there are too few rows. Source: Angelopoulos and Bates 2021, section 1.
std::int64_t conformal_rank(std::int64_t rows, double level);

/// Returns the least number of rows that allows this level.
std::int64_t rows_for_level(double level);

/// Returns the bound below which a new row's score is with probability `level`: the first of
/// `values` whose rank is at least conformal_rank. Nothing if there are too few rows.
std::optional<double> conformal_bound(std::span<const RankedValue> values, double level);

}  // namespace sequent
