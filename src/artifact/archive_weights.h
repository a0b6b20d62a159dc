// The weights of a model archive, read as data.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "artifact/zip_records.h"
#include "core/weight_shapes.h"

namespace sequent {

/// One weight as stored. Bytes are converted to floats.
struct StoredWeight {
  std::string name;       // in the exported module: layers_2_weight_ih_l0
  std::string stored_as;  // the same, or its name in version 0.1.0
  std::vector<std::int64_t> shape;
  bool is_bytes = false;
  std::vector<float> values;  // row-major
};

class ArchiveWeights {
 public:
  ArchiveWeights() = default;

  /// Reads the weights of a model. Before anything is read, the names, shapes and sizes in the
  /// archive are compared with `expected`.
  /// Errors: Artifact if they differ, or if a value is not finite.
  ArchiveWeights(const ZipRecords& archive, const std::vector<WeightShape>& expected);

  /// Returns a weight by its name in the model: `layers.2.weight_ih_l0`.
  /// Errors: Artifact if the archive has no such weight.
  std::span<const float> operator()(const std::string& name) const;

  /// All weights, in the order of the archive.
  const std::vector<StoredWeight>& all() const { return weights_; }

  /// The checksum that archives of version 0.1.0 contain: of the weights' bytes, in the order of
  /// their names.
  std::string checksum() const;

 private:
  std::vector<StoredWeight> weights_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace sequent
