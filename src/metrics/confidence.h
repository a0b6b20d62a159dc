// How well the probability of the predicted class says how often it is right.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace sequent {

struct ConfidentRow {
  float confidence = 0;  // the probability of the predicted class
  bool right = false;
};

/// Returns the expected calibration error: the mean over the rows of |accuracy - mean confidence|
/// of their bin. There are `bins` bins of equal width, each without its lower and with its upper
/// bound. Requires at least one row. Source: Guo et al. 2017, On Calibration of Modern Neural
/// Networks.
double expected_calibration_error(std::span<const ConfidentRow> rows, int bins = 15);

/// Rows of similar confidence.
struct ReliabilityBin {
  double confidence = 0;  // mean
  double accuracy = 0;
  bool operator==(const ReliabilityBin&) const = default;
};

/// Returns at most `bins` bins with the same number of rows each, to one row, by ascending
/// confidence. Rows of equal confidence count with their mean accuracy, so that their order does
/// not matter.
std::vector<ReliabilityBin> reliability_bins(std::vector<ConfidentRow> rows, int bins = 15);

/// What remains if only rows with at least this confidence are answered.
struct CoveragePoint {
  double coverage = 0;   // share of the rows that are answered
  double threshold = 0;  // the minimum confidence
  double accuracy = 0;   // of the answered rows
  std::int64_t rows = 0;
  bool operator==(const CoveragePoint&) const = default;
};

struct RiskCoverage {
  /// One point for each distinct confidence, from the greatest.
  std::vector<CoveragePoint> points;
  /// The area under the curve of error over coverage: the mean over k of the error rate of the k
  /// most confident rows. Rows of equal confidence count with their mean error.
  /// Source: Geifman and El-Yaniv 2017, Selective Classification for Deep Neural Networks.
  double area = 0;
};

/// Requires at least one row.
RiskCoverage risk_coverage(std::vector<ConfidentRow> rows);

/// Returns the point with the least coverage that is at least `coverage`. Requires points.
CoveragePoint point_of_coverage(std::span<const CoveragePoint> points, double coverage);

/// Returns the point with the greatest coverage whose accuracy is at least `precision`; nothing if
/// there is none.
std::optional<CoveragePoint> point_of_precision(std::span<const CoveragePoint> points,
                                                double precision);

}  // namespace sequent
