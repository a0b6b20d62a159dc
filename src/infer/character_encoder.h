// Computes vectors of tokens from their characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "infer/fused_engine.h"
#include "infer/stages.h"

namespace sequent {

/// A character-level encoder: the layers that it consists of, over the bytes of each word. Threads:
/// `encode` can be called from many threads at once.
class CharacterEncoder {
 public:
  /// `prefix`: of the names of the encoder's weights.
  CharacterEncoder(const CharactersSpec& spec, const std::string& prefix,
                   const WeightSource& weights);

  std::int64_t width() const { return spec_.output_dim; }

  /// Shapes: -> [words, width()], allocated in the arena.
  const float* encode(const std::vector<std::string_view>& words, kernels::Arena& arena) const;

 private:
  CharactersSpec spec_;
  std::vector<StagePointer> stages_;
};

/// Returns the words that `spellings` [words, max_bytes] contains.
std::vector<std::string> words_of(std::span<const float> spellings, std::int64_t max_bytes);

}  // namespace sequent
