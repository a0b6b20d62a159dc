#include "infer/token_joiner.h"

#include <variant>

#include "text/unicode_script.h"

namespace sequent {

std::string_view last_character(std::string_view text) {
  std::size_t begin = text.size();
  constexpr unsigned char kMask = 0xC0;
  constexpr unsigned char kContinuation = 0x80;
  while (begin > 0) {
    --begin;
    if ((static_cast<unsigned char>(text[begin]) & kMask) != kContinuation) break;
  }
  return text.substr(begin);
}

std::string TokenJoiner::next(std::string_view before, std::string_view token) const {
  constexpr std::string_view kNoSpaceBefore = ".,;:!?%)]}'\"";
  constexpr std::string_view kNoSpaceAfter = "([{$";
  const std::string piece(token);
  if (std::holds_alternative<CharactersTokenizer>(tokenizer_)) return piece;
  if (before.empty() || before.back() == '\n') return piece;
  if (std::holds_alternative<WhitespaceTokenizer>(tokenizer_)) return " " + piece;
  const std::string_view last = last_character(before);
  const bool ends_open = last.size() == 1 && kNoSpaceAfter.find(last) != std::string_view::npos;
  const bool begins_closed = kNoSpaceBefore.find(token.front()) != std::string_view::npos;
  const bool joined = writes_without_spaces(last) || writes_without_spaces(token);
  return ends_open || begins_closed || joined ? piece : " " + piece;
}

std::string join_tokens(const TokenizerSpec& tokenizer, const Vocabulary& vocabulary,
                        std::span<const std::int32_t> tokens) {
  const TokenJoiner joiner(tokenizer);
  std::string text;
  for (const std::int32_t token : tokens) text += joiner.next(text, vocabulary.token(token));
  return text;
}

}  // namespace sequent
