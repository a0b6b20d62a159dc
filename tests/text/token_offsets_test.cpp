#include "text/token_offsets.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/code_points.h"

namespace sequent {
namespace {

/// The parts of the text that belong to its tokens.
std::vector<std::string> parts(const TokenizerSpec& spec, std::string_view text) {
  std::vector<std::string> result;
  const CodePoints points(text);
  for (const TokenOffsets& token : token_offsets(spec, text)) {
    result.emplace_back(points.part(token.begin, token.end));
  }
  EXPECT_EQ(result.size(), Tokenizer(spec).tokenize(text).size()) << text;
  return result;
}

using Parts = std::vector<std::string>;

TEST(TokenOffsets, CountCodePointsOfTheText) {
  EXPECT_EQ(parts(WordsTokenizer{}, "  Straße, 北京大学! 🙂"),
            (Parts{"Straße", ",", "北京", "大学", "!", "🙂"}));
  EXPECT_EQ(parts(WhitespaceTokenizer{}, "A\tb\n  Ç"), (Parts{"A", "b", "Ç"}));
  EXPECT_EQ(parts(CharactersTokenizer{}, "a é\u0301"), (Parts{"a", "é\u0301"}));
  CharactersTokenizer all;
  all.whitespace = true;
  EXPECT_EQ(parts(all, "a b"), (Parts{"a", " ", "b"}));
  EXPECT_EQ(parts(WordsTokenizer{}, " "), Parts{});
}

// NFKC changes how many tokens a part of the text has.
TEST(TokenOffsets, TokensOfANormalizedPartShareIt) {
  ASSERT_EQ(Tokenizer(WordsTokenizer{}).tokenize("… a").size(), 4U) << "three periods and a";
  EXPECT_EQ(parts(WordsTokenizer{}, "x … a ﬁn"), (Parts{"x", "…", "…", "…", "a", "ﬁn"}));
  for (const std::string text : {"ｶﾞｷﾞ ok ㌔ 1", "㍿ ok", "…… a ⑴ b", "½", "ﷺ x ﹏ y"}) {
    parts(WordsTokenizer{}, text);  // checks their number
  }
}

}  // namespace
}  // namespace sequent
