// UAX #29 word boundaries, reduced to ASCII:
//   WB5, 8, 9, 10, 13a, 13b  letters, digits and '_' stay together;
//   WB6, 7                   one of ' . (and ':' until ICU 71) joins the letters around it;
//   WB11, 12                 one of ' . , ; joins the digits around it;
//   WB999                    every other character is a token of its own.
// Since ICU 72, '@' counts as a letter.
#include <array>
#include <string>

#include "text/ascii.h"
#include "text/splitting.h"

namespace sequent {
namespace {

enum Class : unsigned char {
  kLetter = 1,
  kDigit = 2,
  kUnderscore = 4,
  kMidLetter = 8,
  kMidNumber = 16,
  kSpace = 32,
};
constexpr unsigned char kWordCharacter = kLetter | kDigit | kUnderscore;

using ClassTable = std::array<unsigned char, 128>;

ClassTable make_classes() {
  ClassTable classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const char lower = ascii_lower(static_cast<char>(c));
    if (lower >= 'a' && lower <= 'z') classes[c] = kLetter;
    if (c >= '0' && c <= '9') classes[c] = kDigit;
    if (is_ascii_space(static_cast<char>(c))) classes[c] = kSpace;
  }
  classes['_'] = kUnderscore;
  classes['\''] = classes['.'] = kMidLetter | kMidNumber;
  classes[','] = classes[';'] = kMidNumber;
  if (is_one_word("a:b")) classes[':'] = kMidLetter;
  if (is_one_word("a@b")) classes['@'] = kLetter;
  return classes;
}

/// Returns the length of the word at the start of `text`, which begins with a word character.
std::size_t word_length(std::string_view text, const ClassTable& classes) {
  const auto class_at = [&](std::size_t at) { return classes[static_cast<std::size_t>(text[at])]; };
  std::size_t end = 1;
  while (end < text.size()) {
    const unsigned char found = class_at(end);
    if ((found & kWordCharacter) != 0) {
      ++end;
      continue;
    }
    if ((found & (kMidLetter | kMidNumber)) == 0 || end + 1 == text.size()) break;
    const unsigned char before = class_at(end - 1);
    const unsigned char after = class_at(end + 1);
    const bool joins_letters = (found & kMidLetter) != 0 && (before & after & kLetter) != 0;
    const bool joins_digits = (found & kMidNumber) != 0 && (before & after & kDigit) != 0;
    if (!joins_letters && !joins_digits) break;
    end += 2;
  }
  return end;
}

void split_words(std::string_view text, const TokenSink& sink) {
  static const ClassTable classes = make_classes();
  std::size_t at = 0;
  while (at < text.size()) {
    const unsigned char first = classes[static_cast<std::size_t>(text[at])];
    std::size_t length = 1;
    if ((first & kWordCharacter) != 0) length = word_length(text.substr(at), classes);
    if (first != kSpace) sink(text.substr(at, length));
    at += length;
  }
}

void split_whitespace(std::string_view text, const TokenSink& sink) {
  std::size_t at = 0;
  while (true) {
    while (at < text.size() && is_ascii_space(text[at])) ++at;
    if (at == text.size()) return;
    const std::size_t begin = at;
    while (at < text.size() && !is_ascii_space(text[at])) ++at;
    sink(text.substr(begin, at - begin));
  }
}

void split_characters(std::string_view text, const TokenSink& sink) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_ascii_space(text[at])) sink(text.substr(at, 1));
  }
}

/// CR LF is a single grapheme cluster (UAX #29, GB3).
void split_every_character(std::string_view text, const TokenSink& sink) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text.substr(at, 2) == "\r\n" ? 2 : 1;
    sink(text.substr(at, length));
    at += length;
  }
}

}  // namespace

void split_ascii(std::string_view text, TokenKind kind, bool lowercase, const TokenSink& sink) {
  // NFKC leaves ASCII unchanged, and its case folding is plain lowercasing.
  std::string folded;
  if (lowercase) {
    folded.resize(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) folded[i] = ascii_lower(text[i]);
    text = folded;
  }
  switch (kind) {
    case TokenKind::kWords:
      return split_words(text, sink);
    case TokenKind::kCharacters:
      return split_characters(text, sink);
    case TokenKind::kWhitespace:
      return split_whitespace(text, sink);
    case TokenKind::kEveryCharacter:
      return split_every_character(text, sink);
  }
}

}  // namespace sequent
