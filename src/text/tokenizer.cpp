#include <utility>

#include "sequent/error.h"
#include "sequent/text.h"
#include "text/ascii.h"
#include "text/splitting.h"

namespace sequent {
namespace {

TokenKind kind_of(const WordsTokenizer&) { return TokenKind::kWords; }
TokenKind kind_of(const CharactersTokenizer& spec) {
  return spec.whitespace ? TokenKind::kEveryCharacter : TokenKind::kCharacters;
}
TokenKind kind_of(const WhitespaceTokenizer&) { return TokenKind::kWhitespace; }

/// A part of a text that normalization and segmentation can process on its own.
struct TextPart {
  std::string_view text;
  bool ascii = true;
};

/// Removes from the front of `text` the longest part that is either ASCII or needs ICU as a whole,
/// and returns it.
///
/// ASCII white space separates tokens of every kind, and it does not compose with other characters
/// unless a combining mark follows. A part that needs ICU therefore starts after white space that
/// is followed by an ASCII character, and ends before such white space. If white space produces
/// tokens, it may be joined to the characters before it, so the whole text is one part.
TextPart take_part(std::string_view& text, TokenKind kind) {
  const std::size_t foreign = ascii_prefix(text);
  if (kind == TokenKind::kEveryCharacter) {
    const bool is_ascii = foreign == text.size();
    return {std::exchange(text, {}), is_ascii};
  }
  std::size_t end = foreign;
  bool ascii = foreign == text.size();
  if (!ascii) {
    std::size_t begin = foreign;
    while (begin > 0 && (begin == foreign || !is_ascii_space(text[begin - 1]))) --begin;
    ascii = begin > 0;
    end = begin;
  }
  if (!ascii) {
    end = foreign;
    while (end < text.size() &&
           !(is_ascii_space(text[end]) && (end + 1 == text.size() || is_ascii(text[end + 1])))) {
      ++end;
    }
  }
  const TextPart part{text.substr(0, end), ascii};
  text.remove_prefix(end);
  return part;
}

}  // namespace

Tokenizer::Tokenizer(const TokenizerSpec& spec) : spec_(spec) {}

void Tokenizer::for_each_token(std::string_view text,
                               const std::function<void(std::string_view)>& use) const {
  if (const auto fault = find_invalid_utf8(text)) {
    throw Error(ErrorKind::kData, "",
                "invalid UTF-8 at byte " + std::to_string(*fault + 1) + " of the text");
  }
  std::visit(
      [&](const auto& spec) {
        const TokenKind kind = kind_of(spec);
        for (std::string_view rest = text; !rest.empty();) {
          const TextPart part = take_part(rest, kind);
          if (part.ascii) {
            split_ascii(part.text, kind, spec.lowercase, use);
          } else {
            split_unicode(part.text, kind, spec, use);
          }
        }
      },
      spec_);
}

std::vector<PlacedToken> place_tokens(const TokenizerSpec& spec, std::string_view text) {
  // Without normalization, a token is a substring of the text, byte for byte.
  TokenizerSpec plain = spec;
  std::visit(
      [](auto& tokenizer) {
        tokenizer.lowercase = false;
        tokenizer.nfkc = false;
      },
      plain);
  std::vector<PlacedToken> places;
  std::size_t at = 0;
  Tokenizer(plain).for_each_token(text, [&](std::string_view token) {
    const std::size_t begin = text.find(token, at);
    at = begin + token.size();
    places.push_back({begin, at});
  });
  return places;
}

std::string normalize_token(const TokenizerSpec& spec, std::string_view token) {
  WhitespaceTokenizer whole;
  std::visit(
      [&](const auto& tokenizer) {
        whole.lowercase = tokenizer.lowercase;
        whole.nfkc = tokenizer.nfkc;
      },
      spec);
  std::string normal;
  Tokenizer(whole).for_each_token(token, [&](std::string_view part) { normal += part; });
  return normal.empty() ? std::string(token) : normal;
}

std::vector<std::string> Tokenizer::tokenize(std::string_view text) const {
  std::vector<std::string> tokens;
  for_each_token(text, [&](std::string_view token) { tokens.emplace_back(token); });
  return tokens;
}

}  // namespace sequent
