#include <cstdlib>

#include "sequent/error.h"
#include "tasks/classification/classification_metrics.h"

namespace sequent {

void add_ordinal_values(ClassificationReport& report, std::span<const std::int64_t> ranks) {
  const std::size_t classes = report.confusion.size();
  if (ranks.size() != classes) {
    throw Error(ErrorKind::kInternal, "", "each class has a rank");
  }
  std::vector<double> truths(classes, 0.0);
  std::vector<double> predicted(classes, 0.0);
  double distances = 0;
  double squares = 0;
  for (std::size_t truth = 0; truth < classes; ++truth) {
    for (std::size_t found = 0; found < classes; ++found) {
      const auto count = static_cast<double>(report.confusion[truth][found]);
      const auto distance = static_cast<double>(std::abs(ranks[truth] - ranks[found]));
      truths[truth] += count;
      predicted[found] += count;
      distances += count * distance;
      squares += count * distance * distance;
    }
  }
  const auto rows = static_cast<double>(report.count);
  double by_chance = 0;
  for (std::size_t truth = 0; truth < classes; ++truth) {
    for (std::size_t found = 0; found < classes; ++found) {
      const auto distance = static_cast<double>(ranks[truth] - ranks[found]);
      by_chance += distance * distance * truths[truth] * predicted[found] / rows;
    }
  }
  report.rank_mae = distances / rows;
  if (by_chance > 0) report.quadratic_kappa = 1 - squares / by_chance;
}

}  // namespace sequent
