#include "artifact/archive_weights.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>
#include <utility>

#include "artifact/pickled_tensors.h"
#include "core/files.h"
#include "core/former_names.h"
#include "core/parameter_names.h"
#include "sequent/error.h"

namespace sequent {
namespace {

constexpr const char* kCure = "the archive is damaged or was changed: export the model again";

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  }
  return text + "]";
}

[[noreturn]] void fail(const ZipRecords& archive, const std::string& weight,
                       const std::string& message) {
  throw Error(ErrorKind::kArtifact, archive.name() + ": " + weight, message);
}

bool is_contiguous(const PickledTensor& tensor) {
  std::int64_t stride = 1;
  for (std::size_t i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] > 1 && tensor.strides[i] != stride) return false;
    stride *= tensor.shape[i];
  }
  return true;
}

/// Checks the sizes of a tensor and its record. The shape is that of a model, so that the product
/// of its sizes does not overflow.
void check_storage(const ZipRecords& archive, const PickledTensor& tensor, bool is_bytes) {
  const std::int64_t width = is_bytes ? 1 : std::int64_t{sizeof(float)};
  const std::string expected = is_bytes ? "ByteStorage" : "FloatStorage";
  if (tensor.storage_type != expected) {
    fail(archive, tensor.name,
         "found values of type " + tensor.storage_type + "; expected " + expected + "; " + kCure);
  }
  std::int64_t count = 1;
  for (const std::int64_t size : tensor.shape) count *= size;
  const std::int64_t bytes = archive.size("data/" + tensor.storage);
  if (tensor.offset != 0 || tensor.storage_size != count || bytes != count * width ||
      tensor.strides.size() != tensor.shape.size() || !is_contiguous(tensor)) {
    fail(archive, tensor.name,
         "found " + std::to_string(bytes) + " bytes; expected " + std::to_string(count * width) +
             " for the shape " + shape_text(tensor.shape) + "; " + kCure);
  }
}

std::vector<float> read_values(const ZipRecords& archive, const PickledTensor& tensor,
                               bool is_bytes) {
  const std::string record = "data/" + tensor.storage;
  const auto bytes = static_cast<std::size_t>(archive.size(record));
  if (is_bytes) {
    const std::string text = archive.read(record);
    std::vector<float> values(bytes);
    std::transform(text.begin(), text.end(), values.begin(),
                   [](char byte) { return static_cast<float>(static_cast<unsigned char>(byte)); });
    return values;
  }
  static_assert(std::endian::native == std::endian::little);
  std::vector<float> values(bytes / sizeof(float));
  archive.read(record, std::as_writable_bytes(std::span<float>(values)));
  const auto odd =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (odd != values.end()) {
    fail(archive, tensor.name,
         "value " + std::to_string(odd - values.begin()) + " is not finite; " + kCure);
  }
  return values;
}

}  // namespace

ArchiveWeights::ArchiveWeights(const ZipRecords& archive,
                               const std::vector<WeightShape>& expected) {
  const std::vector<PickledTensor> found =
      read_pickled_tensors(archive.read("data.pkl"), archive.name());
  if (archive.has("byteorder") && archive.read("byteorder") != "little") {
    fail(archive, "byteorder", "expected little-endian weights; export the model on this machine");
  }
  std::map<std::string, const WeightShape*> missing;
  for (const WeightShape& weight : expected) missing[script_parameter_name(weight.name)] = &weight;
  std::set<std::string> storages;
  std::vector<StoredWeight> all;
  for (const PickledTensor& tensor : found) {
    auto weight = missing.find(tensor.name);
    if (weight == missing.end()) {
      weight = std::find_if(missing.begin(), missing.end(), [&](const auto& entry) {
        return script_parameter_name(former_weight_name(entry.second->name)) == tensor.name;
      });
    }
    if (weight == missing.end()) {
      fail(archive, tensor.name, std::string("is not a weight of the config's model; ") + kCure);
    }
    if (tensor.shape != weight->second->shape) {
      fail(archive, tensor.name,
           "found a weight of shape " + shape_text(tensor.shape) +
               "; the config, vocabulary and "
               "labels need " +
               shape_text(weight->second->shape) + "; " + kCure);
    }
    check_storage(archive, tensor, weight->second->is_bytes);
    if (!storages.insert(tensor.storage).second) {
      fail(archive, tensor.name, std::string("shares its values with another weight; ") + kCure);
    }
    all.push_back({weight->first, tensor.name, tensor.shape, weight->second->is_bytes, {}});
    missing.erase(weight);
  }
  if (!missing.empty()) {
    fail(archive, missing.begin()->first, std::string("this weight is missing; ") + kCure);
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    all[i].values = read_values(archive, found[i], all[i].is_bytes);
    index_[all[i].name] = i;
  }
  weights_ = std::move(all);
}

std::span<const float> ArchiveWeights::operator()(const std::string& name) const {
  const auto found = index_.find(script_parameter_name(name));
  if (found == index_.end()) {
    throw Error(ErrorKind::kArtifact, name, "the archive has no such weight; export it again");
  }
  return weights_[found->second].values;
}

std::string ArchiveWeights::checksum() const {
  std::map<std::string, const StoredWeight*> by_name;
  for (const StoredWeight& weight : weights_) by_name[weight.stored_as] = &weight;
  Checksum sum;
  for (const auto& [name, stored] : by_name) {
    const StoredWeight& weight = *stored;
    if (weight.is_bytes) {
      std::string bytes(weight.values.size(), '\0');
      std::transform(weight.values.begin(), weight.values.end(), bytes.begin(), [](float value) {
        return static_cast<char>(static_cast<unsigned char>(value));
      });
      sum.add(bytes);
    } else {
      sum.add({reinterpret_cast<const char*>(weight.values.data()),
               weight.values.size() * sizeof(float)});
    }
  }
  return sum.hex();
}

}  // namespace sequent
