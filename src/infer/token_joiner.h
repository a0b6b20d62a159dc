// Converts tokens back to text.
#pragma once

#include <string>
#include <string_view>

#include "sequent/config.h"

namespace sequent {

/// Joins tokens to text, with spaces where a reader expects them.
class TokenJoiner {
 public:
  explicit TokenJoiner(const TokenizerSpec& tokenizer) : tokenizer_(tokenizer) {}

  /// Returns the text that `token` appends to a text that ends in `before`; a line end is "\n".
  std::string next(std::string_view before, std::string_view token) const;

 private:
  TokenizerSpec tokenizer_;
};

/// Returns the last character of a text as bytes; empty for an empty text.
std::string_view last_character(std::string_view text);

}  // namespace sequent
