// Statistics that say how far a measured difference can be trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace sequent {

struct Interval {
  double low = 0;
  double high = 0;
};

/// Returns the value below which a variable of Student's t distribution lies with probability
/// `probability`. Range: probability in (0, 1); degrees above 0.
double student_t_quantile(double probability, double degrees);

/// Returns the two-sided p value of McNemar's exact test, where `only_a` rows are right only for
/// one model and `only_b` only for the other. Source: McNemar 1947, with the binomial distribution.
double mcnemar_exact(std::int64_t only_a, std::int64_t only_b);

/// A value of some rows, which can repeat.
using RowStatistic = std::function<double(std::span<const std::size_t> rows)>;

/// Returns the 95 % interval of a statistic of `rows` rows, by the percentile bootstrap (Efron
/// 1979) with 10,000 resamples, fewer for more than 20,000 rows. The same seed draws the same rows.
/// Requires at least one row.
Interval bootstrap(std::size_t rows, const RowStatistic& statistic, std::uint64_t seed = 1);

/// Returns the interval of the mean of paired differences, by the bootstrap.
Interval bootstrap_mean(std::span<const double> differences, std::uint64_t seed = 1);

/// Mean and spread of one metric over several runs.
struct Spread {
  double mean = 0;
  double deviation = 0;  // of the sample
  Interval interval;     // 95 %, of the mean
};

/// Returns the spread of these values. With a ratio above 0, they come from overlapping training
/// sets, as in cross-validation, and the variance of the mean is corrected for it: 1/n + ratio
/// instead of 1/n, where the ratio is that of test rows to training rows of a run. Source: Nadeau
/// and Bengio 2003. Requires at least two values.
Spread spread_of(std::span<const double> values, double test_per_training = 0);

}  // namespace sequent
