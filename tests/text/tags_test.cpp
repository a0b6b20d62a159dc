#include "sequent/tags.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sequent/text.h"
#include "support.h"

namespace sequent {
namespace {

using Names = std::vector<std::string>;

std::vector<std::int32_t> indices(const Names& all, const Names& row) {
  std::vector<std::int32_t> result;
  for (const std::string& name : row) {
    result.push_back(
        static_cast<std::int32_t>(std::find(all.begin(), all.end(), name) - all.begin()));
  }
  return result;
}

/// Formats the spans of a tag sequence as `LOC 0-2`.
std::string shown(const Names& all, const Names& row) {
  const TagSet tags(all);
  std::string text;
  for (const TagSpan& span : tags.spans(indices(all, row))) {
    text += (text.empty() ? "" : ", ") + tags.types()[static_cast<std::size_t>(span.type)] + " " +
            std::to_string(span.begin) + "-" + std::to_string(span.end);
  }
  return text;
}

const Names kBio{"B-LOC", "B-PER", "I-LOC", "I-PER", "O"};
const Names kBioes{"B-LOC", "E-LOC", "I-LOC", "O", "S-LOC"};

TEST(TagSet, FindsSpans) {
  EXPECT_EQ(shown(kBio, {"O", "B-LOC", "I-LOC", "O", "B-PER"}), "LOC 1-3, PER 4-5");
  EXPECT_EQ(shown(kBio, {"B-LOC", "B-LOC", "I-PER"}), "LOC 0-1, LOC 1-2, PER 2-3");
  EXPECT_EQ(shown(kBio, {"I-LOC", "I-LOC", "O"}), "LOC 0-2") << "as conlleval reads it";
  EXPECT_EQ(shown(kBioes, {"B-LOC", "I-LOC", "E-LOC", "S-LOC", "O"}), "LOC 0-3, LOC 3-4");
  EXPECT_EQ(shown({"B-LOC", "E-LOC", "M-LOC", "O", "S-LOC"}, {"B-LOC", "M-LOC", "E-LOC", "B-LOC"}),
            "LOC 0-3, LOC 3-4");
  EXPECT_EQ(shown({"L-X", "O", "U-X", "B-X"}, {"B-X", "L-X", "U-X"}), "X 0-2, X 2-3");
  EXPECT_EQ(shown(kBio, {}), "");
}

TEST(TagSet, TakesOtherTagsAsTheyAre) {
  const Names speech{"ADJ", "B-side", "NOUN"};
  EXPECT_FALSE(TagSet(speech).marks_spans());
  EXPECT_EQ(TagSet(speech).types(), speech);
  EXPECT_EQ(shown(speech, {"NOUN", "NOUN", "ADJ"}), "NOUN 0-1, NOUN 1-2, ADJ 2-3");
  EXPECT_FALSE(TagSet({"O", "X"}).marks_spans());
  EXPECT_TRUE(TagSet(speech).may_follow(0, 1));
}

TEST(TagSet, KnowsWhatMayFollow) {
  const auto may = [](const Names& all, const std::string& from, const std::string& to) {
    const auto index = [&](const std::string& name) {
      return name.empty() ? TagSet::kEdge : indices(all, {name})[0];
    };
    return TagSet(all).may_follow(index(from), index(to));
  };
  EXPECT_TRUE(may(kBio, "B-LOC", "I-LOC"));
  EXPECT_TRUE(may(kBio, "B-LOC", "B-LOC"));
  EXPECT_TRUE(may(kBio, "B-LOC", ""));
  EXPECT_FALSE(may(kBio, "O", "I-LOC"));
  EXPECT_FALSE(may(kBio, "B-PER", "I-LOC"));
  EXPECT_FALSE(may(kBio, "", "I-LOC"));
  EXPECT_FALSE(may(kBioes, "B-LOC", "O"));
  EXPECT_FALSE(may(kBioes, "I-LOC", ""));
  EXPECT_FALSE(may(kBioes, "S-LOC", "E-LOC"));
  EXPECT_TRUE(may(kBioes, "I-LOC", "E-LOC"));
  EXPECT_TRUE(may(kBioes, "E-LOC", "B-LOC"));
  const Names io{"I-LOC", "I-PER", "O"};  // no B: an I may also begin a span
  EXPECT_TRUE(may(io, "", "I-LOC"));
  EXPECT_TRUE(may(io, "O", "I-LOC"));
  EXPECT_TRUE(may(io, "I-PER", "I-LOC"));
}

TEST(TagSet, ReadsOtherSpellings) {
  EXPECT_EQ(shown({"B_LOC", "I_LOC", "O"}, {"O", "B_LOC", "I_LOC"}), "LOC 1-3");
  EXPECT_EQ(shown({"b-LOC", "i-LOC", "o"}, {"b-LOC", "i-LOC", "b-LOC", "o"}), "LOC 0-2, LOC 2-3");
  EXPECT_EQ(shown({"LOC-B", "LOC-I", "O"}, {"LOC-B", "LOC-I", "O", "LOC-I"}), "LOC 0-2, LOC 3-4");
  EXPECT_EQ(shown({"-", "B-LOC", "I-LOC"}, {"B-LOC", "I-LOC", "-"}), "LOC 0-2");
  EXPECT_EQ(shown({"_", "B-LOC"}, {"_", "B-LOC"}), "LOC 1-2");
  EXPECT_EQ(shown({"B", "I", "O"}, {"B", "I", "O", "B", "B"}), "span 0-2, span 3-4, span 4-5");
  EXPECT_EQ(shown({"B", "E", "M", "S"}, {"B", "M", "E", "S"}), "span 0-3, span 3-4")
      << "words of Chinese";
  // S-B has a mark at both ends; the other tags decide.
  EXPECT_EQ(shown({"LOC-B", "O", "S-B", "S-I"}, {"S-B", "S-I", "LOC-B"}), "S 0-2, LOC 2-3");
  EXPECT_EQ(shown({"B-S", "I-S", "O"}, {"B-S", "I-S", "O"}), "S 0-2");
  // Parts of speech of tweets (Gimpel et al. 2011) are single letters, O among them.
  EXPECT_FALSE(TagSet({"A", "E", "L", "M", "N", "O", "S", "U", "V"}).marks_spans());
  EXPECT_FALSE(TagSet({"E", "L", "O", "S"}).marks_spans());
  EXPECT_FALSE(TagSet({"B", "I", "LOC", "O"}).marks_spans());
  EXPECT_FALSE(TagSet({"O"}).marks_spans());
}

TEST(TagSet, NamesTheScheme) {
  EXPECT_EQ(TagSet(kBio).scheme(), "BIO");
  EXPECT_EQ(TagSet(kBio).as_iob1().scheme(), "IOB1");
  EXPECT_EQ(TagSet({"I-LOC", "O"}).scheme(), "IO");
  EXPECT_EQ(TagSet(kBioes).scheme(), "BIOES");
  EXPECT_EQ(TagSet({"B-X", "I-X", "L-X", "O", "U-X"}).scheme(), "BILOU");
  EXPECT_EQ(TagSet({"B-X", "E-X", "M-X", "O", "S-X"}).scheme(), "BMES");
  EXPECT_EQ(TagSet({"NOUN", "VERB"}).scheme(), "");
}

TEST(TagSet, KnowsWhatMayFollowInIob1) {
  const TagSet tags = TagSet(kBio).as_iob1();
  const auto may = [&](const std::string& from, const std::string& to) {
    const auto index = [&](const std::string& name) {
      return name.empty() ? TagSet::kEdge : indices(kBio, {name})[0];
    };
    return tags.may_follow(index(from), index(to));
  };
  EXPECT_TRUE(may("", "I-LOC"));
  EXPECT_TRUE(may("O", "I-LOC"));
  EXPECT_TRUE(may("I-PER", "I-LOC"));
  EXPECT_TRUE(may("I-LOC", "B-LOC"));
  EXPECT_TRUE(may("B-LOC", "B-LOC"));
  EXPECT_FALSE(may("", "B-LOC"));
  EXPECT_FALSE(may("O", "B-LOC"));
  EXPECT_FALSE(may("I-PER", "B-LOC"));
}

TEST(KindOfTag, DependsOnOneTagOnly) {
  EXPECT_EQ(kind_of_tag("O"), TagKind::kOutside);
  EXPECT_EQ(kind_of_tag("-"), TagKind::kOutside);
  EXPECT_EQ(kind_of_tag("B-LOC"), TagKind::kBegin);
  EXPECT_EQ(kind_of_tag("LOC_b"), TagKind::kBegin);
  EXPECT_EQ(kind_of_tag("S-LOC"), TagKind::kInside);
  EXPECT_EQ(kind_of_tag("B"), TagKind::kBareBegin);
  EXPECT_EQ(kind_of_tag("I"), TagKind::kBareMark);
  EXPECT_EQ(kind_of_tag("s_adj"), TagKind::kUnclear);
  EXPECT_EQ(kind_of_tag("0"), TagKind::kUnmarked);
  EXPECT_EQ(kind_of_tag("B-"), TagKind::kUnmarked);
  EXPECT_EQ(kind_of_tag(""), TagKind::kUnmarked);
}

TEST(PlacedTokens, AreParts) {
  const std::string text = " Zürich,  ２０１２年 的雨!";
  for (const TokenizerSpec& spec :
       {TokenizerSpec(WordsTokenizer{}), TokenizerSpec(CharactersTokenizer{}),
        TokenizerSpec(WhitespaceTokenizer{})}) {
    std::string joined;
    std::size_t last = 0;
    for (const PlacedToken& token : place_tokens(spec, text)) {
      EXPECT_GE(token.begin, last);
      last = token.end;
      joined += text.substr(token.begin, token.end - token.begin);
    }
    EXPECT_EQ(joined, "Zürich,２０１２年的雨!");
  }
}

TEST(NormalizedToken, StaysOne) {
  EXPECT_EQ(normalize_token(WordsTokenizer{}, "U.S.-based"), "u.s.-based");
  EXPECT_EQ(normalize_token(WhitespaceTokenizer{{.lowercase = false}}, "New"), "New");
  EXPECT_EQ(normalize_token(CharactersTokenizer{}, "Ａｂ"), "ab");
  EXPECT_EQ(normalize_token(WordsTokenizer{}, "¨"), "\u0308") << "its space is no part of it";
  EXPECT_EQ(normalize_token(WordsTokenizer{}, "\u3000"), "\u3000");
}

TEST(EncodedTokens, EachHasOneId) {
  TextInput spec;
  spec.max_length = 3;
  const TextEncoder encoder(spec, Vocabulary({"new", "york", "-"}));
  const Names tokens{"New", "York-", "York", "x"};
  const EncodedText text = encoder.encode(std::span(tokens));
  EXPECT_EQ(text.ids, (std::vector<std::int32_t>{3, 1, 4}));
  EXPECT_TRUE(text.truncated);
  EXPECT_EQ(text.token_count, 4);
}

TEST(ConvertTags, KeepsSpansAndChangesTheirMarks) {
  const std::vector<std::string> bio{"O",     "B-LOC", "I-LOC", "I-LOC",
                                     "B-LOC", "B-PER", "I-PER", "O"};
  const std::vector<std::string> bioes{"O",     "B-LOC", "I-LOC", "E-LOC",
                                       "S-LOC", "B-PER", "E-PER", "O"};
  const std::vector<std::string> bmes{"O",     "B-LOC", "M-LOC", "E-LOC",
                                      "S-LOC", "B-PER", "E-PER", "O"};
  // Only the second span follows one of its type.
  const std::vector<std::string> iob1{"O",     "I-LOC", "I-LOC", "I-LOC",
                                      "B-LOC", "I-PER", "I-PER", "O"};
  const std::vector<std::string> spelled{"-",     "b_LOC", "i_LOC", "i_LOC",
                                         "b_LOC", "b_PER", "i_PER", "-"};
  const std::vector<std::string> suffixed{"O",     "LOC-B", "LOC-I", "LOC-I",
                                          "LOC-B", "PER-B", "PER-I", "O"};
  for (const auto& from : {bio, bioes, bmes, iob1, spelled, suffixed}) {
    EXPECT_EQ(convert_tags(from, TagScheme::kIob1), iob1);
    EXPECT_EQ(convert_tags(from, TagScheme::kBio), bio);
    EXPECT_EQ(convert_tags(from, TagScheme::kBioes), bioes);
    EXPECT_EQ(convert_tags(from, TagScheme::kBmes), bmes);
  }
}

TEST(ConvertTags, MendsWhatBreaksItsSchemeAndMarksTypes) {
  EXPECT_EQ(convert_tags({"I-LOC", "I-LOC", "I-PER", "O"}, TagScheme::kBio),
            (std::vector<std::string>{"B-LOC", "I-LOC", "B-PER", "O"}));
  EXPECT_EQ(convert_tags({"LOC", "LOC", "PER", "O", "LOC"}, TagScheme::kBio),
            (std::vector<std::string>{"B-LOC", "I-LOC", "B-PER", "O", "B-LOC"}));
  EXPECT_EQ(convert_tags({"B", "I", "O", "B"}, TagScheme::kBioes),
            (std::vector<std::string>{"B-span", "E-span", "O", "S-span"}));
  EXPECT_EQ(convert_tags({"I", "O"}, TagScheme::kBio), (std::vector<std::string>{"B-span", "O"}));
  const std::vector<std::string> none{"O", "O"};
  EXPECT_EQ(convert_tags(none, TagScheme::kBioes), none);
  EXPECT_TRUE(convert_tags({}, TagScheme::kBio).empty());
}

}  // namespace
}  // namespace sequent
