#include "report/conformal_level.h"

#include "core/format.h"
#include "report/report_fields.h"
#include "sequent/error.h"

namespace sequent {

std::vector<RankedValue> ranked_column(const Report& report, std::string_view table,
                                       std::string_view column) {
  const std::vector<double> ranks = column_of(report, table, "rank");
  const std::vector<double> values = column_of(report, table, column);
  std::vector<RankedValue> ranked;
  constexpr double kMost = 0x1p53;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(ranks[i] >= 1 && ranks[i] <= kMost)) {
      throw Error(ErrorKind::kArtifact, std::string(table) + "/rank",
                  "found " + format_short(ranks[i]) + "; expected at least 1: export again");
    }
    ranked.push_back({static_cast<std::int64_t>(ranks[i]), values[i]});
  }
  return ranked;
}

double bound_of_level(const std::vector<RankedValue>& values, double level, const std::string& what,
                      const std::string& archive) {
  if (!(level > 0 && level < 1)) {
    throw Error(ErrorKind::kUsage, what,
                "found a level of " + format_short(level) + "; expected a number between 0 and 1");
  }
  if (values.empty()) {
    throw Error(ErrorKind::kArtifact, archive,
                "has no scores of validation rows, which " + what +
                    " need: it was trained by an earlier version; train and export again");
  }
  if (const auto bound = conformal_bound(values, level)) return *bound;
  throw Error(ErrorKind::kUsage, what,
              "a level of " + format_short(level) + " needs at least " +
                  std::to_string(rows_for_level(level)) + " validation rows, and the model has " +
                  std::to_string(values.back().rank) +
                  "; use a lower level, or train with more validation rows");
}

}  // namespace sequent
