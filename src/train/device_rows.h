// A data set that is held in GPU memory.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <span>

#include "sequent/data.h"
#include "sequent/model.h"

namespace sequent {

/// The token ids or values of all examples, concatenated on the device, so that only the offsets
/// and lengths of a batch's examples have to be copied. Not used for pairs, for models with a
/// character-level encoder and for sequence_to_sequence.
class DeviceRows {
 public:
  /// Larger data sets are not held on the device.
  static constexpr std::int64_t kMostBytes = std::int64_t{1} << 30;

  static bool fits(const EncodedDataset& data);

  DeviceRows(const EncodedDataset& data, torch::Device device);

  /// Returns the input, lengths and features of the given examples. `data` must be the data set
  /// passed to the constructor. Shapes: as RowTensors.
  Batch batch(const EncodedDataset& data, std::span<const std::int64_t> rows) const;

 private:
  torch::Device device_;
  torch::Tensor features_;  // [rows, F] float32; undefined without features
  torch::Tensor values_;    // [tokens] int32, or [steps, channels] float32
  std::vector<std::int64_t> begins_;
};

}  // namespace sequent
