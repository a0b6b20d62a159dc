#include <cmath>

#include "sequent/error.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {

void add_ordinal_values(ClassificationReport& report, std::span<const std::int64_t> ranks) {
  const std::size_t classes = report.confusion.size();
  if (ranks.size() != classes) {
    throw Error(ErrorKind::kInternal, "", "each class has a rank");
  }
  // The sums over all pairs of classes that chance would give follow from these moments. Sums of
  // integers are exact.
  struct Moments {
    double ranks = 0;
    double squares = 0;
    void add(double count, double rank) {
      ranks += count * rank;
      squares += count * rank * rank;
    }
  };
  Moments truths;
  Moments predictions;
  double distances = 0;
  double squares = 0;
  for (const MatrixCell& cell : report.confusion.cells()) {
    const auto count = static_cast<double>(cell.count);
    const auto truth = static_cast<double>(ranks[static_cast<std::size_t>(cell.truth)]);
    const auto found = static_cast<double>(ranks[static_cast<std::size_t>(cell.predicted)]);
    truths.add(count, truth);
    predictions.add(count, found);
    distances += count * std::abs(truth - found);
    squares += count * (truth - found) * (truth - found);
  }
  const auto rows = static_cast<double>(report.count);
  const double by_chance =
      truths.squares - 2 * truths.ranks * predictions.ranks / rows + predictions.squares;
  report.rank_mae = distances / rows;
  if (by_chance > 0) report.quadratic_kappa = 1 - squares / by_chance;
}

}  // namespace sequent
