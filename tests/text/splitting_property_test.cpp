// Compares the fast paths (ASCII without ICU, parts between white space) with ICU on the whole
// text.
#include <gtest/gtest.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "sequent/text.h"
#include "text/random_text.h"
#include "text/splitting.h"

namespace sequent {
namespace {

using Tokens = std::vector<std::string>;
using testing::random_text;

constexpr std::array kKinds{TokenKind::kWords, TokenKind::kCharacters, TokenKind::kWhitespace,
                            TokenKind::kEveryCharacter};

Tokens by_icu(std::string_view text, TokenKind kind, const Normalization& normalization) {
  Tokens tokens;
  split_unicode(text, kind, normalization,
                [&](std::string_view token) { tokens.emplace_back(token); });
  return tokens;
}

Tokens by_ascii_rules(std::string_view text, TokenKind kind, bool lowercase) {
  Tokens tokens;
  split_ascii(text, kind, lowercase, [&](std::string_view token) { tokens.emplace_back(token); });
  return tokens;
}

Tokens by_tokenizer(std::string_view text, TokenKind kind, const Normalization& normalization) {
  switch (kind) {
    case TokenKind::kWords:
      return Tokenizer(WordsTokenizer{normalization}).tokenize(text);
    case TokenKind::kCharacters:
      return Tokenizer(CharactersTokenizer{normalization}).tokenize(text);
    case TokenKind::kWhitespace:
      return Tokenizer(WhitespaceTokenizer{normalization}).tokenize(text);
    case TokenKind::kEveryCharacter:
      return Tokenizer(CharactersTokenizer{normalization, /*whitespace=*/true}).tokenize(text);
  }
  return {};
}

TEST(AsciiRules, AgreeWithIcuOnAllTriples) {
  // Tests every ASCII character between characters of every class, including line breaks and
  // control characters.
  const std::string classes = "aZ0_'.,:; \n\r\x01-";
  for (int middle = 0; middle < 128; ++middle) {
    for (const char before : classes) {
      for (const char after : classes) {
        const std::string text{before, static_cast<char>(middle), after};
        for (const TokenKind kind : kKinds) {
          ASSERT_EQ(by_ascii_rules(text, kind, /*lowercase=*/true), by_icu(text, kind, {}))
              << ::testing::PrintToString(text);
        }
      }
    }
  }
}

TEST(AsciiRules, AgreeWithIcuOnRandomText) {
  std::mt19937 random(11);
  std::vector<std::string> pieces{
      "a", "B",  "7",  "0",  "_",  "'", ".", ",",  ":",  ";",
      " ", "\t", "\n", "\r", "\"", "@", "-", "xy", "12", std::string(1, '\0')};
  for (char c = 1; c < 127; ++c) pieces.emplace_back(1, c);
  for (int round = 0; round < 40000; ++round) {
    const std::string text = random_text(random, pieces, 24);
    for (const TokenKind kind : kKinds) {
      for (const bool lowercase : {false, true}) {
        const Normalization normalization{lowercase, /*nfkc=*/true};
        ASSERT_EQ(by_ascii_rules(text, kind, lowercase), by_icu(text, kind, normalization))
            << ::testing::PrintToString(text);
      }
    }
  }
}

/// Characters that affect their neighbours: marks, joiners, prepended signs, all kinds of spaces,
/// regional indicators, scripts with dictionaries.
const std::vector<std::string>& awkward_pieces() {
  static const std::vector<std::string> pieces{" ",
                                               " ",
                                               "  ",
                                               "\n",
                                               "\r\n",
                                               "\t",
                                               "a",
                                               "B",
                                               "7",
                                               "'",
                                               ".",
                                               ",",
                                               ":",
                                               "_",
                                               "-",
                                               "e\u0301",
                                               "\u0301",
                                               "\u0345",
                                               "\u200D",
                                               "\u200B",
                                               "\u00AD",
                                               "\uFEFF",
                                               "\u2060",
                                               "\u0600",
                                               "\u0903",
                                               "\u00A0",
                                               "\u2003",
                                               "\u3000",
                                               "\u2028",
                                               "\u0085",
                                               "\u00B4",
                                               "\u00E9",
                                               "\u00DF",
                                               "\u0130",
                                               "\u03A3",
                                               "\uFF21",
                                               "\uFB01",
                                               "\u01C5",
                                               "北京",
                                               "我爱",
                                               "。",
                                               "カ",
                                               "ひら",
                                               "กขค",
                                               "ภาษาไทย",
                                               "ລາວ",
                                               "ខ្មែរ",
                                               "한글",
                                               "\u1100\u1161\u11A8",
                                               "שלום",
                                               "\"",
                                               "мир",
                                               "\U0001F468",
                                               "\U0001F469\u200D\U0001F467",
                                               "\U0001F1E9",
                                               "\U0001F1EA",
                                               "\U0001F3FD",
                                               "\u0915\u094D\u0937"};
  return pieces;
}

TEST(PartsOfText, GiveTheTokensOfTheWhole) {
  std::mt19937 random(13);
  for (int round = 0; round < 20000; ++round) {
    const std::string text = random_text(random, awkward_pieces(), 14);
    for (const TokenKind kind : kKinds) {
      for (const Normalization& normalization :
           {Normalization{true, true}, Normalization{true, false}, Normalization{false, true},
            Normalization{false, false}}) {
        ASSERT_EQ(by_tokenizer(text, kind, normalization), by_icu(text, kind, normalization))
            << ::testing::PrintToString(text);
      }
    }
  }
}

TEST(Normalizing, TwiceChangesNothing) {
  const Normalization both{true, true};
  const auto normalized = [&](const std::string& text) {
    std::string joined;
    for (const std::string& token : by_icu(text, TokenKind::kWhitespace, both)) {
      joined += (joined.empty() ? "" : " ") + token;
    }
    return joined;
  };
  for (UChar32 character = 1; character <= 0x10FFFF; ++character) {
    if (U_IS_SURROGATE(character)) continue;
    std::array<char, U8_MAX_LENGTH> bytes{};
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(bytes.data(), size, character);
    const std::string once = normalized({bytes.data(), static_cast<std::size_t>(size)});
    ASSERT_EQ(normalized(once), once) << "U+" << std::hex << character;
  }
  std::mt19937 random(17);
  for (int round = 0; round < 50000; ++round) {
    const std::string once = normalized(random_text(random, awkward_pieces(), 10));
    ASSERT_EQ(normalized(once), once) << ::testing::PrintToString(once);
  }
}

// Without normalization, the tokens contain the whole text.
TEST(Tokens, EveryCharacterTogetherIsTheText) {
  std::mt19937 random(23);
  for (int round = 0; round < 5000; ++round) {
    const std::string text = random_text(random, awkward_pieces(), 14);
    std::string joined;
    for (const std::string& token :
         by_tokenizer(text, TokenKind::kEveryCharacter, {/*lowercase=*/false, /*nfkc=*/false})) {
      joined += token;
    }
    ASSERT_EQ(joined, text);
  }
}

TEST(Tokens, NeverHoldWhiteSpaceAndAreNeverEmpty) {
  std::mt19937 random(19);
  for (int round = 0; round < 20000; ++round) {
    const std::string text = random_text(random, awkward_pieces(), 14);
    for (const TokenKind kind : kKinds) {
      if (kind == TokenKind::kEveryCharacter) continue;
      for (const std::string& token : by_tokenizer(text, kind, {})) {
        ASSERT_FALSE(token.empty());
        for (std::int32_t at = 0; at < static_cast<std::int32_t>(token.size());) {
          UChar32 character = 0;
          U8_NEXT_UNSAFE(token.data(), at, character);
          ASSERT_FALSE(u_isUWhiteSpace(character)) << ::testing::PrintToString(text);
        }
      }
    }
  }
}

}  // namespace
}  // namespace sequent
