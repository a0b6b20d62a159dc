#include "runtime/rows.h"

#include <algorithm>
#include <numeric>

namespace sequent {

RowTensors make_row_tensors(const EncodedRows& rows) {
  std::int64_t longest = 1;
  for (const InputRow& row : rows) longest = std::max(longest, row.length());
  const auto count = static_cast<std::int64_t>(rows.size());
  const std::int64_t channels = rows.empty() ? 0 : rows.front().channels;
  RowTensors tensors{channels == 0 ? torch::zeros({count, longest}, torch::kInt64)
                                   : torch::zeros({count, longest, channels}, torch::kFloat32),
                     torch::empty({count}, torch::kInt64)};
  auto* lengths = tensors.lengths.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < count; ++i) {
    const InputRow& row = rows[static_cast<std::size_t>(i)];
    lengths[i] = row.length();
    if (channels == 0) {
      std::copy(row.ids.begin(), row.ids.end(),
                tensors.input.data_ptr<std::int64_t>() + i * longest);
    } else {
      std::copy(row.values.begin(), row.values.end(),
                tensors.input.data_ptr<float>() + i * longest * channels);
    }
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
