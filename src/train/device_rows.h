// A data set in a GPU's memory.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>

#include "sequent/data.h"
#include "sequent/model.h"

namespace sequent {

/// Ids, or numbers, of all rows one behind the other on the device, so that a batch needs no copy
/// but of where its rows begin. Rows of pairs, of texts with spellings and of texts for texts are
/// not held this way.
class DeviceRows {
 public:
  /// More than this is not held.
  static constexpr std::int64_t kMostBytes = std::int64_t{1} << 30;

  static bool fits(const EncodedDataset& data);

  DeviceRows(const EncodedDataset& data, torch::Device device);

  /// Input and lengths of rows; the data set is the one it was made of. Shapes: as RowTensors.
  Batch batch(const EncodedDataset& data, std::span<const std::int64_t> rows) const;

 private:
  torch::Device device_;
  torch::Tensor values_;  // [tokens] int32, or [steps, channels] float32
  std::vector<std::int64_t> begins_;
};

}  // namespace sequent
