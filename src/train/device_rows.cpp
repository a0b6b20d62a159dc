#include "train/device_rows.h"

#include <algorithm>

#include "libtorch/device.h"

namespace sequent {

bool DeviceRows::fits(const EncodedDataset& data) {
  const std::int64_t numbers = data.token_count() * std::max<std::int64_t>(1, data.channels()) +
                               data.size() * data.feature_count();
  return numbers * static_cast<std::int64_t>(sizeof(float)) <= kMostBytes;
}

DeviceRows::DeviceRows(const EncodedDataset& data, torch::Device device) : device_(device) {
  const std::int64_t channels = data.channels();
  torch::Tensor all = channels == 0 ? torch::empty({data.token_count()}, torch::kInt32)
                                    : torch::empty({data.token_count(), channels}, torch::kFloat32);
  std::int64_t begin = 0;
  for (std::int64_t number = 0; number < data.size(); ++number) {
    const InputRow row = data.row(number);
    begins_.push_back(begin);
    if (channels == 0) {
      std::ranges::copy(row.ids, all.data_ptr<std::int32_t>() + begin);
    } else {
      std::ranges::copy(row.values, all.data_ptr<float>() + begin * channels);
    }
    begin += row.length();
  }
  values_ = all.to(device);
  if (data.feature_count() == 0) return;
  torch::Tensor features = torch::empty({data.size(), data.feature_count()}, torch::kFloat32);
  auto* to = features.data_ptr<float>();
  for (std::int64_t row = 0; row < data.size(); ++row) {
    to = std::ranges::copy(data.features(row), to).out;
  }
  features_ = features.to(device);
}

Batch DeviceRows::batch(const EncodedDataset& data, std::span<const std::int64_t> rows) const {
  const auto count = static_cast<std::int64_t>(rows.size());
  torch::Tensor places = torch::empty({3, count}, torch::kInt64);  // begins, lengths, rows
  auto* begins = places.data_ptr<std::int64_t>();
  std::int64_t* lengths = begins + count;
  std::copy(rows.begin(), rows.end(), lengths + count);
  std::int64_t longest = 1;
  for (const std::int64_t row : rows) {
    *begins++ = begins_[static_cast<std::size_t>(row)];
    *lengths++ = data.length(row);
    longest = std::max(longest, data.length(row));
  }
  const torch::Tensor sent = send_to(places, device_);
  const torch::Tensor row_lengths = sent.select(0, 1);
  const torch::Tensor steps = torch::arange(longest, sent.options()).unsqueeze(0);
  const torch::Tensor padding = steps >= row_lengths.unsqueeze(1);
  const torch::Tensor index =
      (sent.select(0, 0).unsqueeze(1) + steps).masked_fill(padding, 0).flatten();
  const torch::Tensor taken = values_.index_select(0, index);
  Batch batch;
  batch.lengths = row_lengths;
  if (values_.dim() == 1) {
    batch.input = taken.view({count, longest}).to(torch::kInt64).masked_fill(padding, 0);
  } else {
    batch.input =
        taken.view({count, longest, values_.size(1)}).masked_fill(padding.unsqueeze(2), 0);
  }
  if (features_.defined()) batch.features = features_.index_select(0, sent.select(0, 2));
  return batch;
}

}  // namespace sequent
