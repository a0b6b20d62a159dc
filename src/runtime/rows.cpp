#include "runtime/rows.h"

#include <algorithm>
#include <numeric>

#include "tasks/task_definition.h"

namespace sequent {

RowForm row_form(const Config& config) {
  return {config.max_bytes(), config.reads_pairs(),
          definition_of(config).target() == TargetKind::kText};
}

std::int64_t scored_tokens(std::int64_t scores, std::int64_t most) {
  constexpr std::int64_t kScores = std::int64_t{1} << 25;
  constexpr std::int64_t kLeast = 64;
  const std::int64_t fit = std::max(kLeast, kScores / std::max<std::int64_t>(scores, 1));
  return std::min(fit, std::max<std::int64_t>(most, 1));
}

std::vector<std::vector<std::size_t>> plan_batches(std::span<const std::int64_t> lengths,
                                                   std::int64_t budget) {
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  std::vector<std::vector<std::size_t>> batches;
  for (const std::size_t row : order) {
    const bool full = batches.empty() || (static_cast<std::int64_t>(batches.back().size()) + 1) *
                                                 lengths[batches.back().front()] >
                                             budget;
    if (full) batches.emplace_back();
    batches.back().push_back(row);
  }
  return batches;
}

}  // namespace sequent
