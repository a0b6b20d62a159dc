#include "runtime/rows.h"

#include <algorithm>
#include <numeric>

namespace sequent {

RowTensors make_row_tensors(const EncodedRows& rows) {
  std::size_t longest = 1;
  for (const auto& row : rows) longest = std::max(longest, row.size());
  const auto count = static_cast<std::int64_t>(rows.size());
  RowTensors tensors{torch::zeros({count, static_cast<std::int64_t>(longest)}, torch::kInt64),
                     torch::empty({count}, torch::kInt64)};
  auto* tokens = tensors.tokens.data_ptr<std::int64_t>();
  auto* lengths = tensors.lengths.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::copy(rows[i].begin(), rows[i].end(), tokens + i * longest);
    lengths[i] = static_cast<std::int64_t>(rows[i].size());
  }
  return tensors;
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
