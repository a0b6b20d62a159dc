// What engines answer where tokens get tags, or texts are written.
#pragma once

#include <cstdint>
#include <vector>

namespace sequent {

/// A tagger's answer to one row. Shapes: [length of the row].
struct TaggedRow {
  std::vector<std::int32_t> tags;
  std::vector<float> probabilities;   // of these tags
  std::vector<float> sequence_label;  // [L], probabilities; empty where rows have no labels
};

/// A text that was written, without its end.
struct GeneratedRow {
  std::vector<std::int32_t> tokens;
  double log_probability = 0;  // natural, with the end
};

}  // namespace sequent
