#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "sequent/error.h"
#include "sequent/text.h"
#include "support.h"

namespace sequent {
namespace {

using Tokens = std::vector<std::string>;

template <class Spec>
Spec spec(bool lowercase = true, bool nfkc = true) {
  Spec result;
  result.lowercase = lowercase;
  result.nfkc = nfkc;
  return result;
}

Tokens words(std::string_view text) { return Tokenizer(WordsTokenizer{}).tokenize(text); }
Tokens characters(std::string_view text) { return Tokenizer(CharactersTokenizer{}).tokenize(text); }
Tokens pieces(std::string_view text) { return Tokenizer(WhitespaceTokenizer{}).tokenize(text); }

TEST(Words, SplitsEnglish) {
  EXPECT_EQ(words("The film isn't bad, it's 3.5 stars!"),
            (Tokens{"the", "film", "isn't", "bad", ",", "it's", "3.5", "stars", "!"}));
  EXPECT_EQ(words("k-19"), (Tokens{"k", "-", "19"}));
  EXPECT_EQ(words("snake_case 1,000,000 U.S.A. end."),
            (Tokens{"snake_case", "1,000,000", "u.s.a", ".", "end", "."}));
  EXPECT_EQ(words("'quoted' ..."), (Tokens{"'", "quoted", "'", ".", ".", "."}));
  EXPECT_EQ(words("<br />"), (Tokens{"<", "br", "/", ">"}));
}

TEST(Words, GivesNothingForBlankText) {
  EXPECT_EQ(words(""), Tokens{});
  EXPECT_EQ(words(" \t\r\n\v\f"), Tokens{});
  EXPECT_EQ(words("\u00A0\u2003\u3000\u2028"), Tokens{});
}

TEST(Words, SplitsChineseByDictionary) {
  EXPECT_EQ(words("我爱北京天安门"), (Tokens{"我", "爱", "北京", "天安门"}));
  EXPECT_EQ(words("北京大学,电影。"), (Tokens{"北京", "大学", ",", "电影", "。"}));
}

TEST(Words, SplitsMixedScripts) {
  EXPECT_EQ(words("北京 Google 电影"), (Tokens{"北京", "google", "电影"}));
  EXPECT_EQ(words("Привет, мир!"), (Tokens{"привет", ",", "мир", "!"}));
  EXPECT_EQ(words("a café in Paris"), (Tokens{"a", "café", "in", "paris"}));
}

TEST(Words, FoldsCaseFully) {
  EXPECT_EQ(words("STRASSE Straße"), (Tokens{"strasse", "strasse"}));
  EXPECT_EQ(words("ΟΔΟΣ οδος οδός"), (Tokens{"οδοσ", "οδοσ", "οδόσ"}));
  EXPECT_EQ(words("İ"), (Tokens{"i\u0307"}));
  EXPECT_EQ(words("ﬁn"), (Tokens{"fin"}));
}

TEST(Words, MakesFullWidthFormsHalfWidth) {
  EXPECT_EQ(words("ＡＢＣ１２３"), (Tokens{"abc123"}));
  EXPECT_EQ(words("ｶﾞ"), (Tokens{"ガ"}));
}

TEST(Words, MakesCanonicallyEquivalentTextsEqual) {
  EXPECT_EQ(words("caf\u00E9"), words("cafe\u0301"));
  // U+0345 folds to a letter, so marks must be reordered before case folding.
  EXPECT_EQ(words("\u03B1\u0345\u0301"), words("\u1FB4"));
}

TEST(Words, KeepsWhatNormalizationIsNotAskedFor) {
  const Tokenizer plain(spec<WordsTokenizer>(/*lowercase=*/false, /*nfkc=*/false));
  EXPECT_EQ(plain.tokenize("Straße Ａ ASCII"), (Tokens{"Straße", "Ａ", "ASCII"}));
  const Tokenizer nfkc_only(spec<WordsTokenizer>(/*lowercase=*/false, /*nfkc=*/true));
  EXPECT_EQ(nfkc_only.tokenize("Straße Ａ ASCII"), (Tokens{"Straße", "A", "ASCII"}));
  const Tokenizer fold_only(spec<WordsTokenizer>(/*lowercase=*/true, /*nfkc=*/false));
  EXPECT_EQ(fold_only.tokenize("Straße Ａ ASCII"), (Tokens{"strasse", "ａ", "ascii"}));
}

TEST(Characters, AreGraphemeClusters) {
  EXPECT_EQ(characters("Ab c"), (Tokens{"a", "b", "c"}));
  EXPECT_EQ(characters("我爱你"), (Tokens{"我", "爱", "你"}));
  // A family: man, ZWJ, woman, ZWJ, girl.
  const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";
  EXPECT_EQ(characters("a" + family + "b"), (Tokens{"a", family, "b"}));
  // Thumbs up with a skin tone, and two flags.
  EXPECT_EQ(characters("\U0001F44D\U0001F3FD"), (Tokens{"\U0001F44D\U0001F3FD"}));
  EXPECT_EQ(characters("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7"),
            (Tokens{"\U0001F1E9\U0001F1EA", "\U0001F1EB\U0001F1F7"}));
}

TEST(Characters, KeepCombiningMarksWithTheirLetter) {
  EXPECT_EQ(characters("q\u0323\u0307y"), (Tokens{"q\u0323\u0307", "y"}));
  EXPECT_EQ(characters("e\u0301"), (Tokens{"\u00E9"}));
}

TEST(Whitespace, KeepsEverythingElseTogether) {
  EXPECT_EQ(pieces("It 's  a\tfilm-noir,\r\n3.5/5 "),
            (Tokens{"it", "'s", "a", "film-noir,", "3.5/5"}));
  EXPECT_EQ(pieces("eins\u00A0zwei\u3000drei\u2028vier"), (Tokens{"eins", "zwei", "drei", "vier"}));
  EXPECT_EQ(pieces("你好 世界"), (Tokens{"你好", "世界"}));
  EXPECT_EQ(pieces("<pad>"), (Tokens{"<pad>"}));
}

TEST(Tokenizer, LeavesWhiteSpaceOutOfEveryToken) {
  // NFKC converts U+00B4 to a space with a combining mark.
  EXPECT_EQ(words("a \u00B4"), (Tokens{"a", "\u0301"}));
  EXPECT_EQ(characters("\u00B4"), (Tokens{"\u0301"}));
  EXPECT_EQ(pieces("b\u00B4b"), (Tokens{"b", "\u0301b"}));
}

TEST(Tokenizer, RefusesWhatIsNotUtf8) {
  const auto error = testing::error_of([] { words("caf\xE9"); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->kind(), ErrorKind::kData);
  EXPECT_STREQ(error->what(), "invalid UTF-8 at byte 4 of the text");
}

TEST(Tokenizer, KeepsNulAndControlCharacters) {
  EXPECT_EQ(pieces(std::string_view("a\0b", 3)), (Tokens{std::string("a\0b", 3)}));
}

TEST(Tokenizer, GivesTheSameTokensFromManyThreads) {
  const Tokenizer tokenizer(WordsTokenizer{});
  const std::string text = "Ein schöner Film: 我爱北京天安门, isn't it? ";
  const Tokens expected = tokenizer.tokenize(text);
  ASSERT_GT(expected.size(), 8U);
  std::vector<int> wrong(8, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) count += tokenizer.tokenize(text) == expected ? 0 : 1;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(8, 0));
}

TEST(Tokenizer, TakesALongLineInSeconds) {
  std::string text;
  while (text.size() < 10'000'000) text += "我爱北京天安门";
  std::size_t tokens = 0;
  Tokenizer(WordsTokenizer{}).for_each_token(text, [&](std::string_view) { ++tokens; });
  EXPECT_EQ(tokens, 4 * (text.size() / std::string("我爱北京天安门").size()));
}

}  // namespace
}  // namespace sequent
