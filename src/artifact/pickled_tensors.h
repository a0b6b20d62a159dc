// Reads the pickle of a TorchScript module as data. It executes nothing: the only values that it
// accepts are those that the exporter writes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sequent {

/// A tensor of a module, whose values are in another record.
struct PickledTensor {
  std::string name;               // of the attribute
  std::string storage_type;       // "FloatStorage", "ByteStorage", ...
  std::string storage;            // name of the record below data/
  std::int64_t storage_size = 0;  // in elements
  std::int64_t offset = 0;        // of the first element
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;
};

/// Returns the tensors of a module's pickle (data.pkl), in order. `where` names it in messages.
/// Errors: Artifact if it is damaged or contains anything but one module whose attributes are
/// tensors, numbers or texts.
std::vector<PickledTensor> read_pickled_tensors(std::string_view pickle, const std::string& where);

}  // namespace sequent
