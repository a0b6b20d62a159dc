#include "train/targets.h"

#include <algorithm>

namespace sequent {

torch::Tensor target_classes(const EncodedDataset& data, std::span<const std::int64_t> rows) {
  torch::Tensor classes = torch::empty({static_cast<std::int64_t>(rows.size())}, torch::kInt64);
  auto* out = classes.data_ptr<std::int64_t>();
  for (const std::int64_t row : rows) *out++ = data.label(row);
  return classes;
}

torch::Tensor target_values(const EncodedDataset& data, std::span<const std::int64_t> rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  torch::Tensor targets = torch::empty({count, data.target_count()}, torch::kFloat32);
  auto* out = targets.data_ptr<float>();
  for (const std::int64_t row : rows) out = std::ranges::copy(data.targets(row), out).out;
  return targets;
}

torch::Tensor target_tags(const EncodedDataset& data, std::span<const std::int64_t> rows) {
  std::int64_t longest = 0;
  for (const std::int64_t row : rows) longest = std::max(longest, data.length(row));
  torch::Tensor tags =
      torch::zeros({static_cast<std::int64_t>(rows.size()), longest}, torch::kInt64);
  auto* out = tags.data_ptr<std::int64_t>();
  for (const std::int64_t row : rows) {
    std::ranges::copy(data.tags(row), out);
    out += longest;
  }
  return tags;
}

}  // namespace sequent
