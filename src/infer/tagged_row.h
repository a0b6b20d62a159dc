// The results of engines for taggers and sequence-to-sequence models.
#pragma once

#include <cstdint>
#include <vector>

namespace sequent {

/// The tags of one row. Shapes: [length of the row].
struct TaggedRow {
  std::vector<std::int32_t> tags;
  std::vector<float> probabilities;   // of these tags
  std::vector<float> sequence_label;  // [L], probabilities; empty if rows have no labels
};

/// A generated text, without its end token.
struct GeneratedRow {
  std::vector<std::int32_t> tokens;
  double log_probability = 0;  // natural logarithm, including the end token
};

}  // namespace sequent
