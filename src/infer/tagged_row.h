// What engines answer where tokens get tags.
#pragma once

#include <cstdint>
#include <vector>

namespace sequent {

/// A tagger's answer to one row. Shapes: [length of the row].
struct TaggedRow {
  std::vector<std::int32_t> tags;
  std::vector<float> probabilities;  // of these tags
  std::vector<float> row_label;      // [L], probabilities; empty where rows have no labels
};

}  // namespace sequent
