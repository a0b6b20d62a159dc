// Converts tokens back to text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sequent/config.h"
#include "sequent/text.h"

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

/// Returns the text of these tokens.
std::string join_tokens(const TokenizerSpec& tokenizer, const Vocabulary& vocabulary,
                        std::span<const std::int32_t> tokens);

/// Returns the last character of a text as bytes; empty for an empty text.
std::string_view last_character(std::string_view text);

}  // namespace sequent
