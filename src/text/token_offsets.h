// Where the tokens that a model reads stand in the text.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sequent/text.h"

namespace sequent {

/// A range of a text, counted in code points.
struct TokenOffsets {
  std::int64_t begin = 0;
  std::int64_t end = 0;
  bool operator==(const TokenOffsets&) const = default;
};

/// Returns the offsets of the tokens that Tokenizer::tokenize makes of `text`, one for each. Where
/// normalization changes how a part of the text is split, all tokens of that part have the offsets
/// of the part. Errors: Data if `text` is not valid UTF-8.
std::vector<TokenOffsets> token_offsets(const TokenizerSpec& spec, std::string_view text);

}  // namespace sequent
